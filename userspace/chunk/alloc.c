// SPDX-License-Identifier: GPL-2.0
/*
 * From a request to a chunk: the cache of the thread, its arena, a mapping,
 * another arena. The first lines of take() and give() are what nearly every
 * call runs; everything else is out of line.
 */
#include <errno.h>
#include <string.h>

#include "alloc.h"
#include "cache.h"
#include "core.h"
#include "corrupt.h"
#include "mapped.h"
#include "options.h"
#include "watch.h"

/* A chunk up to this size may move to grow though there is room behind it. */
#define SMALL_MOVE	256

unsigned int alloc_watch = WATCH_START;

/*
 * A chunk of av. While another thread forks it is a mapping, whatever its size;
 * only without one is the fork waited for.
 */
static struct malloc_chunk *take_from(struct malloc_state *av, size_t size,
				      bool may_grow)
{
	struct malloc_chunk *chunk;

	if (unlikely(!arena_enter(av))) {
		chunk = mapped_take(size, ALIGNMENT);
		if (chunk)
			return chunk;
		arena_lock(av);
	}
	chunk = arena_take(av, size, may_grow);
	arena_unlock(av);
	return chunk;
}

static struct malloc_chunk *take_aligned_from(struct malloc_state *av,
					      size_t alignment, size_t size)
{
	struct malloc_chunk *chunk;

	if (unlikely(!arena_enter(av))) {
		chunk = mapped_take(size, alignment);
		if (chunk)
			return chunk;
		arena_lock(av);
	}
	chunk = arena_take_aligned(av, alignment, size);
	arena_unlock(av);
	return chunk;
}

/* A chunk of an arena or a mapping; NULL and ENOMEM if there is none. */
static struct malloc_chunk *take_chunk(size_t size)
{
	struct malloc_state *av = arena_mine(), *other;
	bool wanted = mapped_wanted(size);
	struct malloc_chunk *chunk;

	chunk = take_from(av, size, !wanted);
	if (!chunk && wanted) {
		chunk = mapped_take(size, ALIGNMENT);
		if (!chunk)
			chunk = take_from(av, size, true);
	}
	if (!chunk && (other = arena_other(av)))
		chunk = take_from(other, size, true);
	if (!chunk)
		errno = ENOMEM;
	return chunk;
}

static __attribute__((noinline)) void *take_slow(size_t bytes)
{
	struct cache *cache = this_cache;
	struct malloc_chunk *chunk;
	size_t size;
	void *mem;

	if (bytes > MAX_REQUEST) {
		errno = ENOMEM;
		return NULL;
	}
	if (cache == &cache_none)
		cache = cache_open();
	size = request_to_size(bytes);
	if (cache != &cache_none && size < CACHE_MAX) {
		mem = size < CACHE_LARGE ? cache_refill(cache, size) :
					   cache_take_large(cache, size);
		if (mem)
			return mem;
	}
	chunk = take_chunk(size);
	return chunk ? chunk_to_mem(chunk) : NULL;
}

static inline void *take(size_t bytes)
{
	struct cache_bin *bin;

	if (likely(bytes <= CACHE_SMALL_REQUEST)) {
		bin = &this_cache->bins[request_to_size(bytes) / ALIGNMENT];
		if (likely(bin->head != NULL))
			return cache_pop(bin);
	}
	return take_slow(bytes);
}

static void give_to_arena(struct malloc_chunk *chunk)
{
	struct malloc_state *av = arena_of(chunk);

	if (unlikely(!arena_enter(av))) {
		arena_hand_over(av, &chunk, 1);
		return;
	}
	arena_give(av, chunk);
	arena_unlock(av);
}

static __attribute__((noinline)) void give_slow(void *mem)
{
	struct malloc_chunk *chunk = mem_to_chunk(mem);
	struct cache *cache = this_cache;
	unsigned int index;
	size_t size;

	if (is_corrupt(!is_aligned(mem), "free(): invalid pointer", chunk))
		return;
	size = chunk_size(chunk);
	if (is_corrupt((uintptr_t)chunk > -size, "free(): invalid pointer",
		       chunk))
		return;
	if (is_mmapped(chunk)) {
		mapped_give(chunk);
		return;
	}
	if (is_corrupt(size & (ALIGNMENT - 1), "free(): invalid size", chunk))
		return;
	if (cache == &cache_none)
		cache = cache_open();
	if (cache != &cache_none && size >= MIN_CHUNK && size < CACHE_MAX) {
		index = cache_index(size);
		if (((struct cached *)mem)->key == cache_key &&
		    is_corrupt(cache_holds(cache, index, mem),
			       "free(): double free detected in the cache",
			       chunk))
			return;
		if (cache->bins[index].count < cache->bins[index].limit ||
		    cache_make_room(cache, index)) {
			cache_push(&cache->bins[index], mem);
			return;
		}
	}
	give_to_arena(chunk);
}

/* Bits that the size of no chunk has which a cache can take. */
#define NOT_CACHED	(IS_MMAPPED | ((ALIGNMENT - 1) & ~SIZE_FLAGS))

static inline void give(void *mem)
{
	struct cache_bin *bin;
	size_t size;

	if (unlikely(!mem))
		return;
	size = mem_to_chunk(mem)->size;
	if (likely(size < CACHE_LARGE)) {
		bin = &this_cache->bins[size / ALIGNMENT];
		if (likely(bin->count < bin->limit && is_aligned(mem) &&
			   !(size & NOT_CACHED) &&
			   ((struct cached *)mem)->key != cache_key)) {
			cache_push(bin, mem);
			return;
		}
	}
	give_slow(mem);
}

/* Only what may have been written must be cleared. */
static __attribute__((noinline)) void *take_zeroed_large(size_t bytes)
{
	size_t size = request_to_size(bytes), dirty = bytes;
	struct malloc_state *av = arena_mine();
	struct malloc_chunk *chunk = NULL;
	char *mem = NULL;

	if (likely(arena_enter(av))) {
		av->cut_fresh = NULL;
		chunk = arena_take(av, size, !mapped_wanted(size));
		mem = chunk ? chunk_to_mem(chunk) : NULL;
		if (chunk && av->cut_fresh && av->cut_fresh < mem + bytes)
			dirty = av->cut_fresh > mem ? av->cut_fresh - mem : 0;
		arena_unlock(av);
	}
	if (!chunk) {
		mem = take_slow(bytes);
		if (!mem)
			return NULL;
		if (is_mmapped(mem_to_chunk(mem)))
			dirty = 0;
	}
	return memset(mem, 0, dirty);
}

static void *take_zeroed(size_t bytes)
{
	void *mem;

	if (bytes > MAX_REQUEST) {
		errno = ENOMEM;
		return NULL;
	}
	if (bytes > CACHE_SMALL_REQUEST)
		return take_zeroed_large(bytes);
	mem = take(bytes);
	return mem ? memset(mem, 0, bytes) : NULL;
}

static __attribute__((noinline)) void *move(void *mem, size_t bytes)
{
	size_t old = chunk_usable(mem_to_chunk(mem));
	void *moved = take(bytes);

	if (!moved)
		return NULL;
	memcpy(moved, mem, old < bytes ? old : bytes);
	give(mem);
	return moved;
}

static void *resize(void *mem, size_t bytes)
{
	struct malloc_chunk *chunk = mem_to_chunk(mem), *remapped;
	struct malloc_state *av;
	size_t size, old;
	bool done;

	if (bytes > MAX_REQUEST) {
		errno = ENOMEM;
		return NULL;
	}
	size = request_to_size(bytes);
	if (is_corrupt(!is_aligned(mem), "realloc(): invalid pointer", chunk))
		return NULL;
	old = chunk_size(chunk);
	if (is_corrupt((uintptr_t)chunk > -old, "realloc(): invalid pointer",
		       chunk))
		return NULL;
	if (is_mmapped(chunk)) {
		remapped = mapped_resize(chunk, size);
		if (remapped)
			return chunk_to_mem(remapped);
		if (bytes <= chunk_usable(chunk))
			return mem;
		return move(mem, bytes);
	}
	if (size == old || (size < old && old - size < MIN_CHUNK))
		return mem;
	/*
	 * A small block is sooner copied into one that is at hand than its
	 * neighbours are looked at.
	 */
	if (size > old && size <= SMALL_MOVE &&
	    this_cache->bins[size / ALIGNMENT].head)
		return move(mem, bytes);
	av = arena_of(chunk);
	if (unlikely(!arena_enter(av)))
		return size < old ? mem : move(mem, bytes);
	done = arena_resize(av, chunk, size,
			    options_is_fast() && !mapped_wanted(size));
	arena_unlock(av);
	return done ? mem : move(mem, bytes);
}

static void *take_aligned(size_t alignment, size_t bytes)
{
	struct malloc_chunk *chunk;
	struct malloc_state *av, *other;
	size_t size;

	if (alignment <= ALIGNMENT)
		return take(bytes);
	if (bytes > MAX_REQUEST || alignment > MAX_REQUEST - bytes) {
		errno = ENOMEM;
		return NULL;
	}
	size = request_to_size(bytes);
	av = arena_mine();
	chunk = NULL;
	if (mapped_wanted(size))
		chunk = mapped_take(size, alignment);
	if (!chunk)
		chunk = take_aligned_from(av, alignment, size);
	if (!chunk && (other = arena_other(av)))
		chunk = take_aligned_from(other, alignment, size);
	if (!chunk) {
		errno = ENOMEM;
		return NULL;
	}
	return chunk_to_mem(chunk);
}

void *alloc_take(size_t bytes)
{
	return take(bytes);
}

void alloc_give(void *mem)
{
	give(mem);
}

void *alloc_take_zeroed(size_t bytes)
{
	return take_zeroed(bytes);
}

void *alloc_resize(void *mem, size_t bytes)
{
	return resize(mem, bytes);
}

void *alloc_take_aligned(size_t alignment, size_t bytes)
{
	return take_aligned(alignment, bytes);
}

void *chunk_malloc(size_t bytes)
{
	if (unlikely(alloc_watch))
		return watch_malloc(bytes, __builtin_return_address(0));
	return take(bytes);
}

void chunk_free(void *mem)
{
	if (unlikely(alloc_watch))
		watch_free(mem, __builtin_return_address(0));
	else
		give(mem);
}

void *chunk_calloc(size_t count, size_t bytes)
{
	size_t all;

	if (unlikely(__builtin_mul_overflow(count, bytes, &all))) {
		errno = ENOMEM;
		return NULL;
	}
	if (unlikely(alloc_watch))
		return watch_calloc(all, __builtin_return_address(0));
	return take_zeroed(all);
}

void *chunk_realloc(void *mem, size_t bytes)
{
	if (unlikely(alloc_watch))
		return watch_realloc(mem, bytes, __builtin_return_address(0));
	if (unlikely(!mem))
		return take(bytes);
	if (unlikely(!bytes)) {
		give(mem);
		return NULL;
	}
	return resize(mem, bytes);
}

void *chunk_memalign(size_t alignment, size_t bytes)
{
	if (unlikely(alloc_watch))
		return watch_memalign(alignment, bytes,
				      __builtin_return_address(0));
	return take_aligned(alignment, bytes);
}

size_t chunk_malloc_usable(void *mem)
{
	if (!mem)
		return 0;
	if (unlikely(alloc_watch))
		return watch_usable(mem);
	return chunk_usable(mem_to_chunk(mem));
}

int chunk_malloc_trim(size_t pad)
{
	struct malloc_state *av;
	bool given = false;

	arenas_init();
	if (this_cache != &cache_none)
		cache_flush();
	for (av = &av_; av; av = av->next) {
		if (!arena_enter(av))
			continue;
		if (arena_trim_all(av, av == &av_ ? pad : 0))
			given = true;
		arena_unlock(av);
	}
	return given;
}

/* In the library the same code has the standard names too. */
#ifdef VMACHUNK_LIBRARY
#include <stdlib.h>

#define same_as(name) __attribute__((alias(name), visibility("default")))

void *malloc(size_t bytes) same_as("chunk_malloc");
void free(void *mem) same_as("chunk_free");
void *calloc(size_t count, size_t bytes) same_as("chunk_calloc");
void *realloc(void *mem, size_t bytes) same_as("chunk_realloc");
#endif
