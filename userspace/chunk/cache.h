/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The cache of a thread: chunks of the heap that count as used there, so that
 * taking and giving one back needs no lock and touches no neighbour.
 *
 *   this_cache -> bins[2]  head -> chunk -> chunk -> NULL    chunks of 32
 *                 bins[3]  head -> NULL                      chunks of 48
 *                 ...                        one size a bin below CACHE_LARGE
 *                 bins[n]  head -> chunk ...           then 8 a power of two
 *
 * A bin that is empty is refilled, one that is full is half flushed, many
 * chunks under one hold of an arena's lock. How many a bin may hold grows while
 * it overflows; how many a refill brings grows with each refill. Each of these
 * is, for all bins together, worth no more than a share of the arena. Every now
 * and then bins that nobody uses lose half of theirs.
 *
 * The cache itself lies in a mapping of its own. A thread without one has
 * cache_none, from which nothing can be taken and into which nothing fits, so
 * that the fast path needs no other test.
 */
#ifndef VMAVIEW_CHUNK_CACHE_H
#define VMAVIEW_CHUNK_CACHE_H

#include <sys/types.h>

#include "bins.h"

#define CACHE_SMALL_BINS	66
#define CACHE_LARGE		(CACHE_SMALL_BINS * ALIGNMENT)	/* bytes */
#define CACHE_STEPS		8
#define CACHE_MAX		((size_t)256 << 10)	/* chunk bytes, below */
#define CACHE_BINS		(CACHE_SMALL_BINS + 9 * CACHE_STEPS)
/* The largest request whose chunk is in a bin of one size. */
#define CACHE_SMALL_REQUEST	(CACHE_LARGE - ALIGNMENT - OVERHEAD)

/* What a cached chunk has in its memory. */
struct cached {
	uintptr_t next;		/* link_mix() of the next one's memory */
	uintptr_t key;		/* cache_key: freed, if by chance not data */
};

struct cache_bin {
	struct cached *head;
	uint16_t count;
	uint16_t limit;		/* of count */
	uint16_t batch;		/* chunks of the next refill */
	uint16_t seen;		/* count when the clock came by, or REFILLED */
};

struct cache {
	struct cache_bin bins[CACHE_BINS];
	struct cache *next;	/* in caches, under its lock */
	struct cache *prev;
	size_t granted;		/* bytes that all limits are worth */
	size_t batched;		/* bytes that all batches are worth */
	size_t bound;		/* of either */
	unsigned int ticks;	/* refills and flushes */
	unsigned int hand;	/* bin that the clock looks at next */
	pid_t tid;
	bool is_left;		/* its thread is gone, and could not say so */
};

extern _Thread_local struct cache *this_cache
	__attribute__((tls_model("initial-exec")));
extern struct cache cache_none;
extern uintptr_t cache_key;
extern struct cache *caches;	/* of all threads */

/* For chunks below CACHE_MAX. The flags of a size are less than one step. */
static inline unsigned int cache_index(size_t size)
{
	unsigned int power;

	if (likely(size < CACHE_LARGE))
		return size / ALIGNMENT;
	power = log2_of(size);
	return CACHE_SMALL_BINS + (power - log2_of(MIN_LARGE)) * CACHE_STEPS +
	       ((size >> (power - 3)) & (CACHE_STEPS - 1));
}

/* The link in a cached block leads nowhere: says so, and empties the bin. */
void cache_damaged(struct cache_bin *bin, struct cached *cached);

/* Takes the newest chunk of a bin that has one; its memory. */
static inline void *cache_pop(struct cache_bin *bin)
{
	struct cached *cached = bin->head;

	bin->head = link_follow(cached, cached->next);
	bin->count--;
	if (unlikely(!is_aligned(bin->head)))
		cache_damaged(bin, cached);
	cached->key = 0;
	return cached;
}

static inline void cache_push(struct cache_bin *bin, void *mem)
{
	struct cached *cached = mem;

	cached->next = link_mix(cached, bin->head);
	cached->key = cache_key;
	bin->head = cached;
	bin->count++;
}

/* This thread has a cache from now on, if it may have one. */
struct cache *cache_open(void);
/* A block of a large bin for a chunk of size bytes, or NULL. */
void *cache_take_large(struct cache *cache, size_t size);
/* A block of a small size out of the arena, with others for the bin. */
void *cache_refill(struct cache *cache, size_t size);
/* Room for one more in a full bin; false if the chunk cannot be kept. */
bool cache_make_room(struct cache *cache, unsigned int index);
/* Is the block in its bin already? Looked at when it has the key in it. */
bool cache_holds(struct cache *cache, unsigned int index, void *mem);
/* Everything in the cache of this thread goes back to the arenas. */
void cache_flush(void);

/* Holds the list of caches still. */
void cache_lock(void);
void cache_unlock(void);

void cache_fork(void);
void cache_fork_parent(void);
/* The child has but this thread's cache. */
void cache_fork_child(void);

#endif
