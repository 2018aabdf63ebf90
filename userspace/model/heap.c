// SPDX-License-Identifier: GPL-2.0
/* The memory of a heap: its arrays, how they grow, what is found in them. */
#include "model/heap.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct chunk_state_info chunk_states[CHUNK_STATE_NR] = {
	[CHUNK_USED] = { "used", 'u', "handed out by malloc, not yet freed" },
	[CHUNK_FREE] = { "free", 'f',
		"in the unsorted, a small or a large bin" },
	[CHUNK_FAST] = { "fast", 'q',
		"freed, in a fast bin: its neighbours take it for used" },
	[CHUNK_CACHED] = { "cached", 'c',
		"freed, in a thread's cache: its neighbours take it for used" },
	[CHUNK_TOP] = { "top", 't',
		"the last chunk, from which new ones are cut; grows with the arena" },
	[CHUNK_FENCE] = { "fence", 'x',
		"marked as used, holds nothing: the end of a piece that top has left" },
	[CHUNK_MMAPPED] = { "mmapped", 'm',
		"used, a mapping of its own that free() gives back at once" },
};

const char *const bin_kind_names[] = {
	[BIN_FAST] = "fast",
	[BIN_UNSORTED] = "unsorted",
	[BIN_SMALL] = "small",
	[BIN_LARGE] = "large",
	[BIN_CACHE] = "cache",
};

struct heap *heap_new(enum heap_kind kind)
{
	struct heap *heap = calloc(1, sizeof(*heap));

	if (!heap)
		return NULL;
	heap->kind = kind;
	heap->coherent = true;
	return heap;
}

void heap_free(struct heap *heap)
{
	if (!heap)
		return;
	for (size_t i = 0; i < heap->nr_ranges; i++) {
		free(heap->ranges[i].bytes);
		page_map_free(heap->ranges[i].pages);
	}
	free(heap->arenas);
	free(heap->pieces);
	free(heap->chunks);
	free(heap->bins);
	free(heap->caches);
	free(heap->ranges);
	free(heap->events);
	free(heap);
}

/* ---- adding ---- */

/* The place of one more, zeroed, in an array of nr entries of size bytes. */
static void *append(struct heap *heap, void *array, size_t *nr, size_t *cap,
		    size_t size)
{
	void **entries = array, *bigger;

	if (*nr == *cap) {
		size_t more = *cap ? *cap * 2 : 16;

		bigger = reallocarray(*entries, more, size);
		if (!bigger) {
			heap->failed = true;
			return NULL;
		}
		*entries = bigger;
		*cap = more;
	}
	return memset((char *)*entries + (*nr)++ * size, 0, size);
}

#define APPEND(heap, what) \
	append(heap, &(heap)->what, &(heap)->nr_##what, &(heap)->cap_##what, \
	       sizeof(*(heap)->what))

struct heap_arena *heap_add_arena(struct heap *heap)
{
	return APPEND(heap, arenas);
}

struct heap_piece *heap_add_piece(struct heap *heap)
{
	return APPEND(heap, pieces);
}

struct heap_chunk *heap_add_chunk(struct heap *heap)
{
	return APPEND(heap, chunks);
}

struct heap_bin *heap_add_bin(struct heap *heap)
{
	return APPEND(heap, bins);
}

struct heap_cache *heap_add_cache(struct heap *heap)
{
	return APPEND(heap, caches);
}

struct heap_range *heap_add_range(struct heap *heap)
{
	return APPEND(heap, ranges);
}

void heap_add_field(struct heap_fields *fields, const char *name,
		    const char *meaning, enum heap_unit unit, uint64_t value)
{
	if (fields->nr == HEAP_FIELDS)
		return;
	fields->field[fields->nr++] = (struct heap_field){
		.name = name, .meaning = meaning, .unit = unit, .value = value,
	};
}

void heap_note(struct heap *heap, const char *fmt, ...)
{
	va_list args;

	if (heap->nr_notes == HEAP_NOTES)
		return;
	va_start(args, fmt);
	vsnprintf(heap->notes[heap->nr_notes++], sizeof(heap->notes[0]), fmt,
		  args);
	va_end(args);
}

/* ---- finding ---- */

const struct heap_piece *heap_find_piece(const struct heap *heap, uint64_t addr)
{
	size_t low = 0, high = heap->nr_pieces;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct heap_piece *piece = &heap->pieces[mid];

		if (addr >= piece->end)
			low = mid + 1;
		else if (addr < piece->start)
			high = mid;
		else
			return piece;
	}
	return NULL;
}

const struct heap_chunk *heap_find(const struct heap *heap, uint64_t addr)
{
	const struct heap_piece *piece = heap_find_piece(heap, addr);
	size_t low, high;

	if (!piece)
		return NULL;
	low = piece->first;
	high = piece->first + piece->nr;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct heap_chunk *chunk = &heap->chunks[mid];

		if (addr < chunk->address)
			high = mid;
		else if (addr - chunk->address >= chunk->size)
			low = mid + 1;
		else
			return chunk;
	}
	return NULL;
}

const void *heap_bytes(const struct heap *heap, uint64_t addr, uint64_t nr)
{
	size_t low = 0, high = heap->nr_ranges;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct heap_range *range = &heap->ranges[mid];

		if (addr >= range->end)
			low = mid + 1;
		else if (addr < range->start)
			high = mid;
		else
			return nr <= range->end - addr ?
			       range->bytes + (addr - range->start) : NULL;
	}
	return NULL;
}

bool heap_word(const struct heap *heap, uint64_t addr, uint64_t *word)
{
	const void *bytes = heap_bytes(heap, addr, heap->word);
	uint32_t half;

	if (!bytes)
		return false;
	if (heap->word == sizeof(*word)) {
		memcpy(word, bytes, sizeof(*word));
	} else {
		memcpy(&half, bytes, sizeof(half));
		*word = half;
	}
	return true;
}

const struct heap_cache *heap_holds(const struct heap *heap,
				    const struct heap_chunk *chunk)
{
	uint64_t mem = heap_mem(heap, chunk);
	size_t low = 0, high = heap->nr_caches;

	/* Ours lie in mappings of their own. */
	if (heap->kind != HEAP_GLIBC || chunk->state != CHUNK_USED)
		return NULL;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (heap->caches[mid].address < mem)
			low = mid + 1;
		else
			high = mid;
	}
	return low < heap->nr_caches && heap->caches[low].address == mem ?
	       &heap->caches[low] : NULL;
}

const char *heap_tell_holds(const struct heap *heap,
			    const struct heap_chunk *chunk,
			    char out[HEAP_HOLDS_MAX])
{
	const struct heap_cache *cache = heap_holds(heap, chunk);

	*out = '\0';
	if (cache && cache->tid)
		snprintf(out, HEAP_HOLDS_MAX, "holds the cache of thread %d",
			 (int)cache->tid);
	else if (cache)
		snprintf(out, HEAP_HOLDS_MAX, "holds the cache of a thread");
	return out;
}

struct bin_sum heap_sum_bins(const struct heap *heap, enum bin_kind kind)
{
	struct bin_sum sum = { 0 };

	for (size_t i = 0; i < heap->nr_bins; i++) {
		if (heap->bins[i].kind != kind)
			continue;
		sum.bins++;
		sum.nr += heap->bins[i].nr;
		sum.bytes += heap->bins[i].bytes;
	}
	return sum;
}

uint64_t heap_usable(const struct heap *heap, const struct heap_chunk *chunk)
{
	/* A mapping has no next chunk whose prev_size it could borrow. */
	uint64_t cost = heap->word * (chunk->state == CHUNK_MMAPPED ? 2U : 1U);

	return chunk->size > cost ? chunk->size - cost : 0;
}

static bool find_field(const struct heap_fields *fields, const char *name,
		       uint64_t *value)
{
	for (unsigned int i = 0; i < fields->nr; i++) {
		if (strcmp(fields->field[i].name, name))
			continue;
		*value = fields->field[i].value;
		return true;
	}
	return false;
}

bool heap_setting(const struct heap *heap, const char *name, uint64_t *value)
{
	return find_field(&heap->settings, name, value) ||
	       (heap->nr_arenas &&
		find_field(&heap->arenas[0].fields, name, value));
}
