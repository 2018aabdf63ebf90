// SPDX-License-Identifier: GPL-2.0
/*
 * The heap as a row of items: each arena with its chunks by address, then by
 * bin; then the caches.
 */
#include "cache.h"
#include "check.h"
#include "inspect.h"

struct tour {
	inspect_visitor *visitor;
	void *arg;
	unsigned int arena;
};

static int show(const struct tour *tour, enum vmachunk_kind kind,
		unsigned int index, const void *address, size_t size)
{
	struct vmachunk_item item = {
		.kind = kind,
		.arena = tour->arena,
		.index = index,
		.address = address,
		.size = size,
	};

	return tour->visitor(&item, tour->arg);
}

static int show_piece(const struct tour *tour, struct malloc_state *av,
		      char *start, char *end)
{
	struct malloc_chunk *chunk = (struct malloc_chunk *)start;
	enum vmachunk_kind kind;
	size_t size;
	int result;

	while ((char *)chunk <= end - HEADER) {
		size = chunk_size(chunk);
		/* Damaged: nobody knows where the next one begins. */
		if (size < HEADER || size > (size_t)(end - (char *)chunk))
			return 0;
		if (chunk == av->top)
			kind = VMACHUNK_TOP;
		else if (size == HEADER)
			kind = VMACHUNK_FENCE;
		else
			kind = is_inuse(chunk) ? VMACHUNK_USED : VMACHUNK_FREE;
		result = show(tour, kind, 0, chunk, size);
		if (result)
			return result;
		chunk = chunk_at(chunk, size);
	}
	return 0;
}

static int show_bins(const struct tour *tour, struct malloc_state *av)
{
	struct malloc_chunk *bin, *chunk;
	unsigned int i;
	int result;

	for (i = 0; i < NFASTBINS; i++)
		for (chunk = (struct malloc_chunk *)av->fastbins[i]; chunk;
		     chunk = fast_next(chunk)) {
			result = show(tour, VMACHUNK_FAST, i, chunk,
				      chunk_size(chunk));
			if (result)
				return result;
		}
	for (i = UNSORTED; i < NBINS; i++) {
		bin = bin_at(av, i);
		for (chunk = bin->fd; chunk != bin; chunk = chunk->fd) {
			result = show(tour, VMACHUNK_BINNED, i, chunk,
				      chunk_size(chunk));
			if (result)
				return result;
		}
	}
	return 0;
}

static int show_arena(const struct tour *tour, struct malloc_state *av)
{
	int result = show(tour, VMACHUNK_ARENA, 0, av, av->sbrked_mem);
	char *start, *end;
	unsigned int n;

	for (n = 0; !result && arena_piece(av, n, &start, &end); n++)
		result = show_piece(tour, av, start, end);
	return result ? result : show_bins(tour, av);
}

/* The lists of other threads change under us: of them the counts alone. */
static int show_cache(const struct tour *tour, const struct cache *cache)
{
	struct malloc_chunk *chunk;
	struct cached *cached;
	unsigned int i;
	int result;

	for (i = 0; i < CACHE_BINS; i++) {
		if (!cache->bins[i].count)
			continue;
		result = show(tour, VMACHUNK_CACHE, i, cache,
			      cache->bins[i].count);
		if (result)
			return result;
		if (cache != this_cache)
			continue;
		for (cached = cache->bins[i].head; cached;
		     cached = link_follow(cached, cached->next)) {
			chunk = mem_to_chunk(cached);
			result = show(tour, VMACHUNK_CACHED, i, chunk,
				      chunk_size(chunk));
			if (result)
				return result;
		}
	}
	return 0;
}

static int show_caches(const struct tour *tour)
{
	const struct cache *cache;
	int result = 0;

	cache_lock();
	for (cache = caches; cache && !result; cache = cache->next)
		result = show_cache(tour, cache);
	cache_unlock();
	return result;
}

int inspect_all(inspect_visitor *visitor, void *arg)
{
	struct tour tour = { visitor, arg, 0 };
	struct malloc_state *av;
	int result;

	arenas_init();
	for (av = &av_; av; av = av->next) {
		tour.arena = av->number;
		arena_lock(av);
		result = show_arena(&tour, av);
		arena_unlock(av);
		if (result)
			return result;
	}
	return show_caches(&tour);
}
