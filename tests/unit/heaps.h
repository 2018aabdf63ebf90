/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Heaps made by hand, for tests: pieces of chunks one behind the other, with
 * the memory that they would have. Of 64 bits, pages of 4096 bytes. Include it
 * behind cmocka.h.
 */
#ifndef VMAVIEW_TESTS_HEAPS_H
#define VMAVIEW_TESTS_HEAPS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/heap.h"

#define MADE_PAGE	4096ULL
#define MADE_BREAK	0x555555559000ULL	/* the main arena's start */
#define MADE_ARENA	0x7ffff0000000ULL	/* a heap of another one */
#define MADE_MAPPED	0x7ffff7000000ULL	/* a mapping */
#define MADE_AV		0x7ffff7fa5000ULL	/* its malloc_state */

static inline struct heap *made_heap(void)
{
	struct heap *heap = heap_new(HEAP_VMACHUNK);

	assert_non_null(heap);
	strcpy(heap->allocator, "libvmachunk, profile article");
	strcpy(heap->layout, "made by hand, 64 bit");
	heap->word = 8;
	heap->page_size = MADE_PAGE;
	heap->min_chunk = 32;
	heap->alignment = 16;
	heap->stopped = heap->coherent = true;
	heap->pause_ns = 153000;
	return heap;
}

static inline uint32_t made_arena(struct heap *heap, uint64_t address)
{
	struct heap_arena *arena = heap_add_arena(heap);

	assert_non_null(arena);
	arena->address = address;
	arena->number = heap->nr_arenas - 1;
	arena->threads = 1;
	heap_add_field(&arena->fields, "max_fast",
		       "largest chunk for fast bins", HEAP_BYTES, 80);
	heap_add_field(&arena->fields, "top_pad",
		       "asked of the system beyond what is needed", HEAP_BYTES,
		       131072);
	return arena->number;
}

/* An empty piece; made_chunk() puts chunks behind the last one of it. */
static inline void made_piece(struct heap *heap, uint32_t arena,
			      uint64_t start)
{
	struct heap_piece *piece = heap_add_piece(heap);

	assert_non_null(piece);
	piece->start = piece->end = start;
	piece->arena = arena;
	piece->first = heap->nr_chunks;
}

/* The chunk's index; its flags are as the chunk before it demands. */
static inline size_t made_chunk(struct heap *heap, uint64_t size,
				enum chunk_state state)
{
	struct heap_piece *piece = &heap->pieces[heap->nr_pieces - 1];
	struct heap_chunk *chunk = heap_add_chunk(heap), *prev;

	assert_non_null(chunk);
	prev = piece->nr ? chunk - 1 : NULL;
	*chunk = (struct heap_chunk){
		.address = piece->end, .size = size, .bin = HEAP_NONE,
		.arena = piece->arena == HEAP_NONE ? UINT16_MAX :
						     piece->arena,
		.state = state,
	};
	if (!prev || prev->state != CHUNK_FREE)
		chunk->flags |= CHUNK_PREV_INUSE;
	if (state == CHUNK_MMAPPED)
		chunk->flags = CHUNK_IS_MMAPPED;
	else if (piece->arena)
		chunk->flags |= CHUNK_NON_MAIN_ARENA;
	if (state == CHUNK_TOP)
		heap->arenas[piece->arena].top = chunk->address;
	piece->nr++;
	piece->end += size;
	return heap->nr_chunks - 1;
}

static inline size_t made_mapped(struct heap *heap, uint64_t address,
				 uint64_t size)
{
	made_piece(heap, HEAP_NONE, address);
	return made_chunk(heap, size, CHUNK_MMAPPED);
}

/* Puts chunks, by index, into a bin of their own, the first one first. */
static inline void made_bin(struct heap *heap, enum bin_kind kind,
			    unsigned int index, uint32_t owner,
			    const size_t *chunks, size_t nr)
{
	struct heap_bin *bin = heap_add_bin(heap);

	assert_non_null(bin);
	*bin = (struct heap_bin){
		.kind = kind, .index = index, .owner = owner, .nr = nr,
		.first = heap->chunks[chunks[0]].address,
		.min = UINT64_MAX,
	};
	for (size_t i = 0; i < nr; i++) {
		struct heap_chunk *chunk = &heap->chunks[chunks[i]];

		chunk->bin = heap->nr_bins - 1;
		bin->bytes += chunk->size;
		if (chunk->size < bin->min)
			bin->min = chunk->size;
		if (chunk->size > bin->max)
			bin->max = chunk->size;
	}
	if (kind == BIN_UNSORTED) {
		bin->min = 0;
		bin->max = UINT64_MAX;
	}
}

static inline void made_word(struct heap_range *range, uint64_t addr,
			     uint64_t word)
{
	if (addr >= range->start && addr + sizeof(word) <= range->end)
		memcpy(range->bytes + (addr - range->start), &word,
		       sizeof(word));
}

/* The words at both ends of a chunk, and a little text in used ones. */
static inline void made_tags(struct heap_range *range,
			     const struct heap_chunk *chunk)
{
	static const char text[] = "God's own prototype";
	uint64_t mem = chunk->address + 16;

	made_word(range, chunk->address + 8, chunk->size | chunk->flags);
	if (chunk->state == CHUNK_FREE)
		made_word(range, chunk->address + chunk->size, chunk->size);
	if ((chunk->state == CHUNK_USED || chunk->state == CHUNK_MMAPPED) &&
	    mem + sizeof(text) <= range->end)
		memcpy(range->bytes + (mem - range->start), text,
		       sizeof(text));
}

/*
 * Last of all: gives each piece its memory, whole pages, in which are those
 * pages that is_there says (NULL: all), and finishes the heap.
 */
static inline void made_finish(struct heap *heap,
			       bool (*is_there)(uint64_t addr))
{
	for (size_t i = 0; i < heap->nr_pieces; i++) {
		const struct heap_piece *piece = &heap->pieces[i];
		struct heap_range *range = heap_add_range(heap);

		assert_non_null(range);
		range->start = piece->start & ~(MADE_PAGE - 1);
		range->end = (piece->end + MADE_PAGE - 1) & ~(MADE_PAGE - 1);
		range->bytes = calloc(1, range->end - range->start);
		range->pages = page_map_new(range->start, range->end,
					    MADE_PAGE);
		assert_non_null(range->bytes);
		assert_non_null(range->pages);
		for (size_t k = 0; k < piece->nr; k++)
			made_tags(range, &heap->chunks[piece->first + k]);
		for (uint64_t at = range->start; at < range->end;
		     at += MADE_PAGE)
			if (!is_there || is_there(at))
				assert_int_equal(page_map_add(range->pages, at,
							      1, PAGE_ANON), 0);
		heap->copied += range->end - range->start;
	}
	assert_true(heap_finish(heap));
}

/* A heap that has some of everything, 132 KiB of it from start on. */
static inline struct heap *made_sample_at(uint64_t start)
{
	struct heap *heap = made_heap();
	uint32_t main_arena = made_arena(heap, MADE_AV);
	uint32_t other = made_arena(heap, MADE_ARENA + 64);
	struct heap_cache *cache;
	size_t fast[2], small, large, cached, unsorted;

	made_piece(heap, main_arena, start);
	made_chunk(heap, 32, CHUNK_USED);
	fast[0] = made_chunk(heap, 48, CHUNK_FAST);
	fast[1] = made_chunk(heap, 48, CHUNK_FAST);
	made_chunk(heap, 1040, CHUNK_USED);
	small = made_chunk(heap, 160, CHUNK_FREE);
	made_chunk(heap, 4112, CHUNK_USED);
	large = made_chunk(heap, 20480, CHUNK_FREE);
	made_chunk(heap, 32, CHUNK_USED);
	cached = made_chunk(heap, 64, CHUNK_CACHED);
	made_chunk(heap, 135168 - 32 - 96 - 1040 - 160 - 4112 - 20480 - 32 -
		   64, CHUNK_TOP);
	made_piece(heap, other, MADE_ARENA + 0x8c0);
	made_chunk(heap, 272, CHUNK_USED);
	unsorted = made_chunk(heap, 528, CHUNK_FREE);
	made_chunk(heap, 64, CHUNK_USED);
	made_chunk(heap, 0x21000 - 0x8c0 - 272 - 528 - 64 - 32, CHUNK_TOP);
	made_chunk(heap, 16, CHUNK_FENCE);
	made_chunk(heap, 16, CHUNK_FENCE);
	made_mapped(heap, MADE_MAPPED, 135168);
	cache = heap_add_cache(heap);
	assert_non_null(cache);
	cache->address = MADE_ARENA - 0x4000;
	cache->tid = 4242;
	made_bin(heap, BIN_FAST, 3, main_arena, fast, 2);
	made_bin(heap, BIN_SMALL, 10, main_arena, &small, 1);
	made_bin(heap, BIN_LARGE, 134, main_arena, &large, 1);
	made_bin(heap, BIN_UNSORTED, 1, other, &unsorted, 1);
	made_bin(heap, BIN_CACHE, 4, 0, &cached, 1);
	made_finish(heap, NULL);
	return heap;
}

static inline struct heap *made_sample(void)
{
	return made_sample_at(MADE_BREAK);
}

#endif
