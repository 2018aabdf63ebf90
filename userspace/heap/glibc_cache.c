// SPDX-License-Identifier: GPL-2.0
/*
 * Caches of threads. Where they are is known to the threads alone, but each is
 * a used chunk of one size, and full of links to chunks of the right sizes that
 * carry its mark. One that is empty is known only by the thread that points to
 * it, or by being the first chunk of its arena.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heap/glibc.h"

struct caches {
	const struct glibc *glibc;
	const struct memory *memory;
	struct heap *heap;
	struct row_marks *marks;
	struct glibc_cache *found;
	size_t nr, cap;
	size_t left;		/* bins and links that may still come */
};

/* Of a whole cache, as it was copied. */
static unsigned int count_at(const struct caches *caches, const uint8_t *cache,
			     unsigned int index)
{
	uint16_t count;

	memcpy(&count, cache + caches->glibc->shape.cache.counts + 2 * index,
	       sizeof(count));
	return count;
}

static uint64_t entry_at(const struct caches *caches, const uint8_t *cache,
			 unsigned int index)
{
	const struct glibc_shape *shape = &caches->glibc->shape;
	const uint8_t *at = cache + shape->cache.entries + index * shape->word;
	uint64_t entry;
	uint32_t half;

	if (shape->word == sizeof(entry)) {
		memcpy(&entry, at, sizeof(entry));
		return entry;
	}
	memcpy(&half, at, sizeof(half));
	return half;
}

/* ---- which chunks are caches ---- */

/* The first chunk of a list is what it should be. */
static bool is_entry(const struct caches *caches, uint64_t cache,
		     unsigned int index, uint64_t mem)
{
	const struct glibc_shape *shape = &caches->glibc->shape;
	unsigned int word = shape->word;
	uint64_t min, max, size, key;

	if (mem & (shape->align - 1) ||
	    !memory_copied_word(caches->memory, mem + word, word, &key))
		return false;
	size = glibc_word(caches->glibc, caches->memory, mem - word) &
	       ~(uint64_t)CHUNK_FLAGS;
	glibc_cache_sizes(shape, index, &min, &max);
	return size >= min && size <= max &&
	       (shape->layout->has_random_key ? key != 0 : key == cache);
}

enum likeness { IS_OTHER, IS_EMPTY, IS_DAMAGED, IS_CACHE };

/* No bin holds more than the limit, nor has room for more. */
static bool is_counting(const struct caches *caches, const uint8_t *cache)
{
	const struct glibc *glibc = caches->glibc;
	uint64_t limit = glibc->par ?
			 glibc_par(glibc, caches->memory, tcache_count) :
			 UINT16_MAX;

	for (unsigned int i = 0; i < glibc->shape.cache.nr; i++)
		if (count_at(caches, cache, i) > limit)
			return false;
	return true;
}

/*
 * The counts must be right; of the lists those that are as they should be must
 * outnumber those that are not, or there is nothing but the place to go by.
 */
static enum likeness look_at(const struct caches *caches, uint64_t address)
{
	bool has_slots = caches->glibc->shape.layout->has_slots;
	const uint8_t *cache = memory_at(caches->memory, address,
					 caches->glibc->shape.cache.size);
	unsigned int good = 0, bad = 0, counted = 0;

	if (!cache || !is_counting(caches, cache))
		return IS_OTHER;
	for (unsigned int i = 0; i < caches->glibc->shape.cache.nr; i++) {
		uint64_t mem = entry_at(caches, cache, i);
		unsigned int count = count_at(caches, cache, i);

		counted += count;
		if (!mem)
			bad += !has_slots && count;
		else if (is_entry(caches, address, i, mem) &&
			 (has_slots || count))
			good++;
		else
			bad++;
	}
	if (good > bad)
		return IS_CACHE;
	if (bad)
		return IS_DAMAGED;
	return has_slots && !counted ? IS_OTHER : IS_EMPTY;
}

static bool add_found(struct caches *caches, uint64_t address, bool is_first)
{
	struct glibc_cache *bigger;

	if (caches->nr == caches->cap) {
		caches->cap = caches->cap ? 2 * caches->cap : 64;
		bigger = reallocarray(caches->found, caches->cap,
				      sizeof(*bigger));
		if (!bigger)
			return false;
		caches->found = bigger;
	}
	caches->found[caches->nr++] = (struct glibc_cache){
		.address = address, .is_first = is_first,
	};
	return true;
}

/* Used chunks of the size of a cache. Pieces are not in order yet. */
static bool find_candidates(struct caches *caches)
{
	const struct glibc_shape *shape = &caches->glibc->shape;
	uint64_t size = glibc_chunk_size(shape, shape->cache.size);
	const struct heap *heap = caches->heap;

	for (size_t p = 0; p < heap->nr_pieces; p++) {
		const struct heap_piece *piece = &heap->pieces[p];

		for (size_t i = 0; i < piece->nr; i++) {
			const struct heap_chunk *chunk =
				&heap->chunks[piece->first + i];

			if (chunk->size == size &&
			    chunk->state == CHUNK_USED &&
			    !add_found(caches, heap_mem(heap, chunk), !i))
				return false;
		}
	}
	return true;
}

static int compare_found(const void *a, const void *b)
{
	const struct glibc_cache *one = a, *other = b;

	return one->address < other->address ? -1 :
	       one->address > other->address;
}

/* Keeps of the candidates those that are caches. */
static void keep_caches(struct caches *caches)
{
	size_t nr = 0;

	for (size_t i = 0; i < caches->nr; i++) {
		const struct glibc_cache *cache = &caches->found[i];
		enum likeness likeness = look_at(caches, cache->address);

		if (likeness == IS_CACHE ||
		    (likeness != IS_OTHER &&
		     (cache->tid || cache->is_first)))
			caches->found[nr++] = *cache;
	}
	caches->nr = nr;
}

/* ---- what is in them ---- */

__attribute__((format(printf, 2, 3)))
static void break_bin(struct heap *heap, const char *fmt, ...)
{
	struct heap_bin *bin = &heap->bins[heap->nr_bins - 1];
	va_list args;

	bin->broken = true;
	va_start(args, fmt);
	vsnprintf(bin->why, sizeof(bin->why), fmt, args);
	va_end(args);
	heap->coherent = false;
	heap_note(heap, "bin %u of the cache at 0x%" PRIx64 ": %s", bin->index,
		  heap->caches[bin->owner].address, bin->why);
}

/* How many there should be, or UINT64_MAX: that can't be told. */
static uint64_t wanted(const struct caches *caches, const uint8_t *cache,
		       unsigned int index)
{
	const struct glibc *glibc = caches->glibc;
	unsigned int count = count_at(caches, cache, index);
	uint64_t full;

	if (!glibc->shape.layout->has_slots)
		return count;
	if (!glibc->par)
		return UINT64_MAX;
	full = glibc_par(glibc, caches->memory, tcache_count);
	return full >= count ? full - count : UINT64_MAX;
}

static bool parse_list(struct caches *caches, uint32_t owner,
		       const uint8_t *cache, unsigned int index)
{
	const struct glibc_shape *shape = &caches->glibc->shape;
	uint64_t mem = entry_at(caches, cache, index);
	uint64_t want = wanted(caches, cache, index);
	struct glibc_list list = {
		.glibc = caches->glibc, .memory = caches->memory,
	};
	struct heap *heap = caches->heap;
	struct heap_bin *bin;

	if (!caches->left || (!mem && (!want || want == UINT64_MAX)))
		return true;
	list.most = --caches->left;
	bin = heap_add_bin(heap);
	if (!bin)
		return false;
	bin->kind = BIN_CACHE;
	bin->index = (uint16_t)index;
	bin->owner = owner;
	bin->first = mem ? mem - 2 * shape->word : 0;
	glibc_cache_sizes(shape, index, &bin->min, &bin->max);
	glibc_list_measure(&list, mem);
	if (list.is_cycle)
		break_bin(heap, "a cycle: after %zu chunks it comes back to one of them",
			  list.nr);
	else if (list.is_long)
		break_bin(heap, "lists hold more chunks than there are");
	else if (list.strange)
		break_bin(heap, "after %zu chunks it links to 0x%" PRIx64 ", where no chunk can be",
			  list.nr, list.strange);
	else if (want != UINT64_MAX && list.nr != want)
		break_bin(heap, "%zu chunks, but %" PRIu64 " are counted",
			  list.nr, want);
	caches->left -= list.nr;
	for (; list.nr; list.nr--) {
		if (!row_marks_add(caches->marks, mem - 2 * shape->word,
				   (uint32_t)(heap->nr_bins - 1), CHUNK_CACHED))
			return false;
		glibc_list_next(&list, mem, &mem);
	}
	return true;
}

static bool parse_cache(struct caches *caches, const struct glibc_cache *found)
{
	struct heap_cache *cache = heap_add_cache(caches->heap);
	const uint8_t *bytes = memory_at(caches->memory, found->address,
					 caches->glibc->shape.cache.size);

	if (!cache)
		return false;
	cache->address = found->address;
	cache->tid = found->tid;
	for (unsigned int i = 0; i < caches->glibc->shape.cache.nr; i++)
		if (!parse_list(caches, (uint32_t)caches->heap->nr_caches - 1,
				bytes, i))
			return false;
	return true;
}

bool glibc_cache_parse(const struct glibc *glibc, const struct memory *memory,
		       struct heap *heap, struct row_marks *marks)
{
	struct caches caches = {
		.glibc = glibc, .memory = memory, .heap = heap, .marks = marks,
		.left = glibc_list_room(heap),
	};
	bool is_done = find_candidates(&caches);

	if (is_done && caches.nr) {
		qsort(caches.found, caches.nr, sizeof(*caches.found),
		      compare_found);
		glibc_thread_name(glibc, memory, caches.found, caches.nr);
		keep_caches(&caches);
	}
	for (size_t i = 0; is_done && i < caches.nr; i++)
		is_done = parse_cache(&caches, &caches.found[i]);
	free(caches.found);
	return is_done;
}
