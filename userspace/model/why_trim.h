/* SPDX-License-Identifier: GPL-2.0 */
/* What malloc_trim(0) would give back, without doing it. For why.c. */
#ifndef VMAVIEW_MODEL_WHY_TRIM_H
#define VMAVIEW_MODEL_WHY_TRIM_H

#include "model/resident.h"
#include "model/why.h"

struct why_trim {
	const struct heap *heap;
	uint64_t brk;		/* end of the heap's area; 0: not known */
	bool flushes;		/* who calls it gives its cache back first */
	struct resident pages;	/* { .heap = heap } at first */
};

/* Resident bytes that go. Pieces are asked for in ascending order. */
uint64_t why_trim_piece(struct why_trim *t, const struct heap_piece *piece);

static inline uint64_t heap_chunk_end(const struct heap_chunk *chunk)
{
	return chunk->address + chunk->size;
}

#endif
