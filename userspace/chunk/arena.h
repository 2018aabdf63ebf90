/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An arena: bins, and the memory they are cut from. The main one, av_, lives
 * on the break; each other has heaps of its own (heap.h), for threads that
 * would wait for each other in one. What concerns the process as a whole
 * (mappings, thresholds, statistics) is in av_ alone.
 *
 *     av_ ---------------> next ----------> next -----> NULL
 *      |                    |
 *      v top                v top
 *   [break: chunk ... top]  [heap: chunk ... top] <- [older heap]
 *
 * Invariants, under the lock: each byte of an arena lies in one chunk; top is
 * the last chunk, in no bin, at least MIN_CHUNK bytes once there is memory, and
 * marked as following a used one; chunks between areas that do not touch are
 * kept apart by fenceposts, used chunks of HEADER bytes.
 */
#ifndef VMAVIEW_CHUNK_ARENA_H
#define VMAVIEW_CHUNK_ARENA_H

#include "bins.h"
#include "lock.h"

struct malloc_state {
	/* As the article has them. */
	size_t max_fast;	/* largest chunk for fast bins; 0: none */
	uintptr_t fastbins[NFASTBINS];	/* first chunk of each */
	struct malloc_chunk *top;
	struct malloc_chunk *last_remainder;
	struct malloc_chunk *bins[NBINS * 2];
	unsigned int binmap[BINMAPSIZE];
	size_t trim_threshold;	/* bytes of top that bring about a trim */
	size_t top_pad;		/* asked of the system beyond what is needed */
	size_t mmap_threshold;
	int n_mmaps;		/* these from here on of av_ alone */
	int n_mmaps_max;
	int max_n_mmaps;
	unsigned int pagesize;
	unsigned int morecore_properties;	/* MORECORE_ bits */
	size_t mmapped_mem;
	size_t sbrked_mem;	/* of this arena, from heaps for others */
	size_t max_sbrked_mem;
	size_t max_mmapped_mem;
	size_t max_total_mem;

	/* Ours. */
	struct lock lock;
	bool has_fast;		/* a fast bin may hold something */
	unsigned int number;	/* 0 is av_ */
	unsigned int attached;	/* threads; they leave without a lock */
	size_t flag;		/* NON_MAIN_ARENA or 0 */
	struct malloc_state *next;	/* set once, then read without lock */
	char *fresh;		/* top reads as zero from here on */
	char *cut_fresh;	/* the chunk last cut off it does from here */
	size_t small_cut;	/* bytes cut off top for small requests */
	size_t regrow;		/* bytes of the last trim: hysteresis */
	size_t grow_step;	/* bytes, grows with the arena */
	struct malloc_chunk *handed;	/* by others, without the lock */
	char *brk_end;		/* where our last sbrk() ended; av_ alone */
	char *top_end;		/* where top ends, and its size must lead */
};

/* The break has so far only been moved by us, and upwards from where it was. */
#define MORECORE_CONTIGUOUS	1u

extern struct malloc_state av_;

/* av_ may be used; called before anything else, again does nothing. */
void arenas_init(void);
/* The arena of this thread, which gets one if it has none. */
struct malloc_state *arena_mine(void);
/* Another arena than av for when that one has no memory, or NULL. */
struct malloc_state *arena_other(struct malloc_state *av);
/* The lock of an arena, and what was handed over while it was held. */
void arena_lock(struct malloc_state *av);
/*
 * For those who take and give memory: false while another thread forks, whose
 * end they may not wait for, see fork.c.
 */
bool arena_enter(struct malloc_state *av);
void arena_unlock(struct malloc_state *av);
/* In constant time, for chunks that are not mapped. */
struct malloc_state *arena_of(const struct malloc_chunk *chunk);

/* The largest number of arenas; 0 takes it from the number of CPUs. */
extern unsigned int arena_max, arena_test;

void arenas_fork(void);
void arenas_fork_parent(void);
void arenas_fork_child(void);

#endif
