/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bins: where the free chunks of an arena wait, by size.
 *
 *   fast bins   one per size up to max_fast; singly linked, last in first out.
 *               Chunks in them keep their "used" mark and are not joined with
 *               neighbours until arena_consolidate().
 *   unsorted    bin 1: what was just freed or split off gets one chance to be
 *               taken again before it is sorted into the bins below.
 *   small       one bin per size; all chunks of a bin are equal, first in
 *               first out.
 *   large       each power of two is cut into LARGE_STEPS bins; descending
 *               from fd, equal ones side by side. The first of each size is in
 *               a second ring, so that the best fit is found in as many steps
 *               as there are sizes, however many chunks.
 *
 *        bins[]   fd ---> +-------+ ---> +-------+ ---> +-------+ ---> back to
 *      (a header) bk <--- | chunk | <--- | chunk | <--- | chunk | <--- the bin
 *                         +-------+      +-------+      +-------+
 *
 * A bin is a ring through fd and bk in which the bin itself is a member, so no
 * list has an end and nothing is compared with NULL. bins[] has room for the
 * two links of each alone: bin_at() pretends that a whole chunk begins two
 * words earlier, and touches only its links.
 *
 *   large bin    fd --> 1088 --> 1088 --> 1040 --> 1040 --> 1040 --> the bin
 *   second ring         ^ smaller ------> ^ smaller ------> back to 1088
 *
 * binmap has a bit for each bin that may hold a chunk: a set bit can be stale,
 * a clear one is true (the unsorted bin has none).
 */
#ifndef VMAVIEW_CHUNK_BINS_H
#define VMAVIEW_CHUNK_BINS_H

#include "chunk.h"

struct malloc_state;

#define UNSORTED	1
#define NSMALLBINS	64	/* sizes below MIN_LARGE, ALIGNMENT apart */
#define LARGE_STEPS	16	/* large bins in one power of two */
#define NLARGEBINS	(12 * LARGE_STEPS)
#define NBINS		(NSMALLBINS + NLARGEBINS)
#define MIN_LARGE	(NSMALLBINS * ALIGNMENT)	/* bytes */
#define BINMAP_BITS	32
#define BINMAPSIZE	(NBINS / BINMAP_BITS)

/* Fast bins exist for chunks up to here; max_fast says which are in use. */
#define MAX_FAST	(20 * SIZE_SZ + HEADER)
#define NFASTBINS	(MAX_FAST / ALIGNMENT + 1)

/* A free chunk of large size. There is room: its memory is nobody's. */
struct large_chunk {
	struct malloc_chunk chunk;
	/* In the second ring; NULL, NULL: an equal one is before it, or the
	   chunk is in the unsorted bin. */
	struct large_chunk *smaller;	/* of the smallest: the largest */
	struct large_chunk *larger;
};

/* What links take up of a free chunk, at most. */
#define LINKS_SIZE	sizeof(struct large_chunk)

static inline unsigned int fast_index(size_t size)
{
	return size / ALIGNMENT;
}

static inline bool is_small(size_t size)
{
	return size < MIN_LARGE;
}

static inline unsigned int log2_of(size_t n)
{
	return 8 * sizeof(long) - 1 - __builtin_clzl(n);
}

/* The last bin takes everything that is too large for the others. */
static inline unsigned int large_index(size_t size)
{
	unsigned int power = log2_of(size);
	unsigned int step = (size >> (power - 4)) & (LARGE_STEPS - 1);
	unsigned int index = NSMALLBINS + step +
			     (power - log2_of(MIN_LARGE)) * LARGE_STEPS;

	return index < NBINS ? index : NBINS - 1;
}

static inline unsigned int bin_index(size_t size)
{
	return is_small(size) ? size / ALIGNMENT : large_index(size);
}

void bins_init(struct malloc_state *av);

struct malloc_chunk *bin_at(struct malloc_state *av, unsigned int index);
/* Puts a free chunk, both ends written, where its size belongs. */
void bin_insert(struct malloc_state *av, struct malloc_chunk *chunk);
void bin_insert_unsorted(struct malloc_state *av, struct malloc_chunk *chunk);
/* Takes a chunk out of whatever bin it is in; checks links and size. */
void bin_unlink(struct malloc_chunk *chunk);
/*
 * A chunk of the smallest size in a large bin that has size bytes, or NULL; it
 * stays in its bin.
 */
struct malloc_chunk *bin_best(struct malloc_state *av, unsigned int index,
			      size_t size);
/* The first bin from index on that is not empty, or 0. */
unsigned int bin_next_used(struct malloc_state *av, unsigned int index);

/*
 * Links of singly linked lists (fast bins, caches) are stored mixed with the
 * address they lie at: who overwrites one without knowing that address does
 * not choose where it leads, and most likely to an unaligned place, which is
 * noticed.
 */
static inline uintptr_t link_mix(const void *place, const void *target)
{
	return ((uintptr_t)place >> 12) ^ (uintptr_t)target;
}

static inline void *link_follow(const void *place, uintptr_t mixed)
{
	return (void *)(((uintptr_t)place >> 12) ^ mixed);
}

void fast_push(struct malloc_state *av, struct malloc_chunk *chunk);
/* NULL if there is none of this size. */
struct malloc_chunk *fast_pop(struct malloc_state *av, size_t size);
/* Takes a whole list; follow it by fast_next(). */
struct malloc_chunk *fast_take(struct malloc_state *av, unsigned int index);
struct malloc_chunk *fast_next(struct malloc_chunk *chunk);

#endif
