/* SPDX-License-Identifier: GPL-2.0 */
/* Which pages of a heap's memory have a frame of their own. */
#ifndef VMAVIEW_MODEL_RESIDENT_H
#define VMAVIEW_MODEL_RESIDENT_H

#include "model/heap.h"

/*
 * Goes through the pages of a heap once, so that all questions together cost
 * what there is: each begins at or above the one before. To begin again, set it
 * anew to { .heap = heap }.
 */
struct resident {
	const struct heap *heap;
	bool is_unknown;	/* so was something that was asked for */
	/* private to resident.c */
	size_t range, run;
};

/* Bytes of [start, end) that are resident. */
uint64_t resident_bytes(struct resident *at, uint64_t start, uint64_t end);

static inline uint64_t page_down(const struct heap *heap, uint64_t addr)
{
	return addr - addr % heap->page_size;
}

static inline uint64_t page_up(const struct heap *heap, uint64_t addr)
{
	return page_down(heap, addr + heap->page_size - 1);
}

#endif
