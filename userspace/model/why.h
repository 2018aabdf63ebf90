/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why memory that was freed is still resident: chunks against pages. Works on
 * the model alone.
 */
#ifndef VMAVIEW_MODEL_WHY_H
#define VMAVIEW_MODEL_WHY_H

#include "model/heap.h"

/* Of an arena, or of all. Bytes; resident: pages with a frame of their own. */
struct why_sum {
	uint64_t free;		/* in free chunks, top and fast bins */
	uint64_t cached;	/* in caches */
	uint64_t resident;	/* of free, on resident pages */
	uint64_t whole;		/* of these, on pages that are all free */
	uint64_t trim;		/* what malloc_trim(0) would give back */
	uint64_t shared;	/* resident pages that hold used bytes too */
	bool has_pages;		/* else all but free and cached is unknown */
};

/*
 * A used or cached chunk that keeps pages from being given back: resident ones
 * that it shares with free chunks, and with no other that is used. Pages that
 * are all its own pin nothing, so these are two at most.
 */
struct why_pin {
	size_t chunk;		/* index into heap.chunks */
	uint64_t saving;	/* bytes of pages that would be all free */
	uint64_t start, end;	/* from the first to behind the last of them */
};

struct why {
	struct why_sum all;
	struct why_sum *arenas;	/* heap.nr_arenas */
	struct why_pin *pins;	/* biggest savings first */
	size_t nr_pins;
	uint64_t nr_all_pins;	/* more than nr_pins: the rest is cut */
	/*
	 * Bytes of the process that are locked in memory, which trim can't give
	 * back; for the caller to fill in, UINT64_MAX: not known. If there are
	 * any, trim is the most that it would give.
	 */
	uint64_t locked;
};

static inline bool why_is_locked(const struct why *why)
{
	return why->locked && why->locked != UINT64_MAX;
}

/* Free for what trim does: fast bins are emptied first. */
static inline bool why_is_free(const struct heap_chunk *chunk)
{
	return chunk->state == CHUNK_FREE || chunk->state == CHUNK_FAST ||
	       chunk->state == CHUNK_TOP;
}

/*
 * At most max_pins are listed; brk is where the heap's area ends, as the kernel
 * has it, or 0: not known, taken for the end of top. Time is linear in chunks
 * and pages. NULL without memory.
 */
struct why *why_new(const struct heap *heap, uint64_t brk, size_t max_pins);
void why_free(struct why *why);

#endif
