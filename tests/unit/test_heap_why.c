// SPDX-License-Identifier: GPL-2.0
/* Chunks against pages, against the same counted page by page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "heaps.h"
#include "model/why.h"

static uint64_t seed = 88172645463325252ULL;

static uint64_t rnd(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

/* ---- the same, counted ---- */

#define PAGES	2048		/* of a piece, at most */

struct counted {
	uint64_t first;		/* page */
	uint64_t free[PAGES], used[PAGES];
	bool is_there[PAGES];
};

static bool is_free(const struct heap_chunk *chunk)
{
	return chunk->state == CHUNK_FREE || chunk->state == CHUNK_FAST ||
	       chunk->state == CHUNK_TOP;
}

static void count_pages(const struct heap *heap, const struct heap_piece *piece,
			struct counted *c)
{
	memset(c, 0, sizeof(*c));
	c->first = piece->start / MADE_PAGE;
	for (size_t i = piece->first; i < piece->first + piece->nr; i++) {
		const struct heap_chunk *chunk = &heap->chunks[i];

		for (uint64_t at = chunk->address;
		     at < chunk->address + chunk->size; at += 16) {
			uint64_t page = at / MADE_PAGE - c->first;

			assert_true(page < PAGES);
			if (is_free(chunk))
				c->free[page] += 16;
			else
				c->used[page] += 16;
		}
	}
	for (size_t i = 0; i < heap->nr_ranges; i++)
		for (uint64_t page = 0; page < PAGES; page++)
			if (page_map_find(heap->ranges[i].pages,
					  (c->first + page) * MADE_PAGE))
				c->is_there[page] = true;
}

static void count_sum(const struct counted *c, struct why_sum *sum)
{
	for (int i = 0; i < PAGES; i++) {
		sum->free += c->free[i];
		if (!c->is_there[i])
			continue;
		sum->resident += c->free[i];
		if (c->free[i] == MADE_PAGE)
			sum->whole += MADE_PAGE;
		else if (c->free[i])
			sum->shared += MADE_PAGE;
	}
}

/* Page by page, as trim would take them. */
static uint64_t count_trim(const struct heap *heap,
			   const struct heap_piece *piece,
			   const struct counted *c)
{
	uint64_t given = 0;
	size_t end = piece->first + piece->nr;

	for (size_t i = piece->first; i < end; i++) {
		uint64_t start = heap->chunks[i].address, size = 0, stop;
		bool is_top = false;

		for (; i < end && is_free(&heap->chunks[i]); i++) {
			size += heap->chunks[i].size;
			is_top = heap->chunks[i].state == CHUNK_TOP;
		}
		stop = start + size;
		if (is_top && piece->arena && heap->kind == HEAP_GLIBC)
			continue;
		for (; is_top && size >= MADE_PAGE + 32 + 1;
		     size -= MADE_PAGE) {
			stop -= MADE_PAGE;
			given += c->is_there[stop / MADE_PAGE - c->first];
		}
		for (uint64_t page = start / MADE_PAGE;
		     !is_top && (page + 1) * MADE_PAGE <= stop; page++)
			if (page * MADE_PAGE >= start + 48)
				given += c->is_there[page - c->first];
	}
	return given * MADE_PAGE;
}

/* Pages that chunk shares with free ones alone. */
static uint64_t count_pin(const struct heap_chunk *chunk,
			  const struct counted *c)
{
	uint64_t first = chunk->address / MADE_PAGE - c->first, nr = 0;
	uint64_t last = (chunk->address + chunk->size - 1) / MADE_PAGE -
			c->first;

	if (is_free(chunk) || chunk->state == CHUNK_FENCE)
		return 0;
	for (uint64_t page = first; page <= last; page++) {
		uint64_t start = (page + c->first) * MADE_PAGE;
		uint64_t end = start + MADE_PAGE;
		uint64_t chunk_end = chunk->address + chunk->size;
		uint64_t from = start > chunk->address ? start :
							 chunk->address;
		uint64_t to = end < chunk_end ? end : chunk_end;

		nr += c->is_there[page] && c->free[page] &&
		      c->free[page] + (to - from) == MADE_PAGE;
	}
	return nr * MADE_PAGE;
}

static void check(const struct heap *heap)
{
	struct why *why = why_new(heap, 0, 100000);
	static struct counted c;
	uint64_t pins = 0;

	assert_non_null(why);
	assert_true(why->all.has_pages);
	for (size_t i = 0; i < heap->nr_pieces; i++) {
		const struct heap_piece *piece = &heap->pieces[i];
		struct why_sum sum = { 0 };
		const struct why_sum *told;

		if (piece->arena == HEAP_NONE)
			continue;
		count_pages(heap, piece, &c);
		count_sum(&c, &sum);
		/* Here each arena has one piece. */
		told = &why->arenas[piece->arena];
		assert_int_equal(told->free, sum.free);
		assert_int_equal(told->resident, sum.resident);
		assert_int_equal(told->whole, sum.whole);
		assert_int_equal(told->shared, sum.shared);
		assert_int_equal(told->trim, count_trim(heap, piece, &c));
		for (size_t k = 0; k < piece->nr; k++)
			pins += !!count_pin(&heap->chunks[piece->first + k],
					    &c);
		for (size_t k = 0; k < why->nr_pins; k++) {
			const struct why_pin *pin = &why->pins[k];
			const struct heap_chunk *chunk =
				&heap->chunks[pin->chunk];

			if (k)
				assert_true(pin->saving <= pin[-1].saving);
			if (heap_find_piece(heap, chunk->address) != piece)
				continue;
			assert_int_equal(pin->saving, count_pin(chunk, &c));
			assert_int_equal(pin->start % MADE_PAGE, 0);
			assert_true(pin->end - pin->start >= pin->saving);
		}
	}
	assert_int_equal(why->nr_pins, pins);
	assert_int_equal(why->nr_all_pins, pins);
	why_free(why);
}

/* ---- heaps ---- */

static bool sometimes(uint64_t addr)
{
	(void)addr;
	return rnd(4) != 0;
}

static void fill(struct heap *heap, uint64_t limit, bool fences)
{
	const uint64_t start = heap->pieces[heap->nr_pieces - 1].start;
	enum chunk_state last = CHUNK_USED;
	bool may_free = rnd(4);

	while (heap->pieces[heap->nr_pieces - 1].end < start + limit) {
		enum chunk_state state = rnd(2) || !may_free ? CHUNK_USED :
					 rnd(3) ? CHUNK_FREE :
					 rnd(2) ? CHUNK_FAST : CHUNK_CACHED;
		uint64_t size = 32 + 16 * rnd(rnd(3) ? 20 : 1500);

		if (state == CHUNK_FREE && last == CHUNK_FREE)
			continue;
		last = state;
		made_chunk(heap, size, state);
	}
	if (last == CHUNK_FREE)
		made_chunk(heap, 32, rnd(2) ? CHUNK_USED : CHUNK_FAST);
	if (fences) {
		made_chunk(heap, 16, CHUNK_FENCE);
		made_chunk(heap, 16, CHUNK_FENCE);
	} else {
		uint64_t end = heap->pieces[heap->nr_pieces - 1].end;

		made_chunk(heap, MADE_PAGE * (1 + rnd(40)) - end % MADE_PAGE,
			   CHUNK_TOP);
	}
}

static void test_random(void **state)
{
	(void)state;
	for (int round = 0; round < 150; round++) {
		struct heap *heap = made_heap();

		heap->kind = round % 2 ? HEAP_GLIBC : HEAP_VMACHUNK;
		made_arena(heap, MADE_AV);
		made_arena(heap, MADE_ARENA + 64);
		made_piece(heap, 0, MADE_BREAK + 16 * rnd(2) * rnd(200));
		fill(heap, 4096 * (1 + rnd(200)), !rnd(5));
		made_piece(heap, 1, MADE_ARENA + 0x8c0);
		fill(heap, 4096 * (1 + rnd(200)), !rnd(5));
		made_mapped(heap, MADE_MAPPED, 135168);
		made_finish(heap, rnd(3) ? sometimes : NULL);
		check(heap);
		heap_free(heap);
	}
}

/* Every second block is freed: the others pin, and nothing else does. */
static void test_every_second(void **state)
{
	struct heap *heap = made_heap();
	struct why *why;

	(void)state;
	made_arena(heap, MADE_AV);
	made_piece(heap, 0, MADE_BREAK);
	for (int i = 0; i < 100; i++) {
		made_chunk(heap, 6016, CHUNK_USED);
		made_chunk(heap, 6016, CHUNK_FREE);
	}
	made_chunk(heap, 32, CHUNK_USED);
	made_chunk(heap, 0x21000 - (200 * 6016 + 32) % 0x1000, CHUNK_TOP);
	made_finish(heap, NULL);
	why = why_new(heap, 0, 1000);
	assert_non_null(why);
	/* The first begins at a page, and the last, of 32, is one too. */
	assert_int_equal(why->nr_all_pins, 101);
	assert_int_equal(why->pins[0].saving, 2 * MADE_PAGE);
	assert_int_equal(why->pins[100].saving, MADE_PAGE);
	for (size_t i = 0; i < why->nr_pins; i++)
		assert_int_equal(heap->chunks[why->pins[i].chunk].state,
				 CHUNK_USED);
	why_free(why);
	why = why_new(heap, 0, 7);
	assert_int_equal(why->nr_pins, 7);
	assert_int_equal(why->nr_all_pins, 101);
	assert_int_equal(why->pins[6].saving, 2 * MADE_PAGE);
	why_free(why);
	heap_free(heap);
}

/* Somebody else moved the break: what is free at the top can't be trimmed. */
static void test_foreign_break(void **state)
{
	struct heap *heap = made_heap();
	struct why *why;

	(void)state;
	made_arena(heap, MADE_AV);
	made_piece(heap, 0, MADE_BREAK);
	made_chunk(heap, 32, CHUNK_USED);
	made_chunk(heap, 0x21000 - 32, CHUNK_TOP);
	made_finish(heap, NULL);
	why = why_new(heap, MADE_BREAK + 0x21000, 1);
	assert_int_equal(why->all.trim, 0x20000);
	why_free(why);
	why = why_new(heap, MADE_BREAK + 0x22000, 1);
	assert_int_equal(why->all.trim, 0);
	assert_int_equal(why->all.whole, 0x20000);
	why_free(why);
	heap_free(heap);
}

/* Told to use huge pages, glibc takes the top's end off in these. */
static void test_huge(void **state)
{
	struct heap *heap = made_heap();
	struct why *why;

	(void)state;
	heap->kind = HEAP_GLIBC;
	heap_add_field(&heap->settings, "thp_pagesize", "", HEAP_BYTES,
		       2 << 20);
	made_arena(heap, MADE_AV);
	made_piece(heap, 0, MADE_BREAK);
	made_chunk(heap, 32, CHUNK_USED);
	made_chunk(heap, 0x521000 - 32, CHUNK_TOP);
	made_finish(heap, NULL);
	why = why_new(heap, 0, 1);
	assert_int_equal(why->all.trim, 4 << 20);
	why_free(why);
	heap->settings.field[0].value = 0;
	why = why_new(heap, 0, 1);
	assert_int_equal(why->all.trim, 0x520000);
	why_free(why);
	heap_free(heap);
}

static bool no_pages(uint64_t addr)
{
	(void)addr;
	return false;
}

static void test_unknown(void **state)
{
	struct heap *heap = made_sample();
	struct why *why;

	(void)state;
	page_map_free(heap->ranges[0].pages);
	heap->ranges[0].pages = NULL;
	why = why_new(heap, 0, 10);
	assert_false(why->all.has_pages);
	assert_false(why->arenas[0].has_pages);
	assert_true(why->arenas[1].has_pages);
	assert_true(why->all.free > 0);
	assert_int_equal(why->all.cached, 64);
	why_free(why);
	heap_free(heap);

	heap = made_heap();
	made_arena(heap, MADE_AV);
	made_piece(heap, 0, MADE_BREAK);
	made_chunk(heap, 32, CHUNK_USED);
	made_chunk(heap, 0x21000 - 32, CHUNK_TOP);
	made_finish(heap, no_pages);
	why = why_new(heap, 0, 10);
	assert_true(why->all.has_pages);
	assert_int_equal(why->all.resident, 0);
	assert_int_equal(why->all.trim, 0);
	assert_int_equal(why->nr_pins, 0);
	why_free(why);
	heap_free(heap);
}

/* In swap is not resident; the zero page is nobody's own. */
static void test_kinds(void **state)
{
	static const enum page_kind kinds[] = {
		PAGE_ANON, PAGE_SWAP, PAGE_ZERO, PAGE_PRESENT, PAGE_ABSENT,
		PAGE_ZERO, PAGE_SWAP, PAGE_SWAP,
	};
	struct heap *heap = made_heap();
	struct page_map *map;
	struct why *why;

	(void)state;
	made_arena(heap, MADE_AV);
	made_piece(heap, 0, MADE_BREAK);
	made_chunk(heap, 0x21000, CHUNK_TOP);
	made_finish(heap, no_pages);
	map = heap->ranges[0].pages;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		page_map_add(map, MADE_BREAK + i * MADE_PAGE, 1, kinds[i]);
	why = why_new(heap, 0, 10);
	assert_int_equal(why->all.resident, 2 * MADE_PAGE);
	why_free(why);
	heap_free(heap);
}

/* Our allocator unmaps a heap that is all top, and trims the one before. */
static void test_empty_heap(void **state)
{
	const uint64_t second = MADE_ARENA + (64 << 20);
	struct heap *heap = made_heap();
	struct why *why;

	(void)state;
	made_arena(heap, MADE_AV);
	made_arena(heap, MADE_ARENA + 64);
	made_piece(heap, 0, MADE_BREAK);
	made_chunk(heap, 0x1000, CHUNK_TOP);
	made_piece(heap, 1, MADE_ARENA + 0x8c0);
	made_chunk(heap, 0x1740, CHUNK_USED);
	made_chunk(heap, 0x3fe0, CHUNK_FREE);	/* from 0x2000 */
	made_chunk(heap, 16, CHUNK_FENCE);
	made_chunk(heap, 16, CHUNK_FENCE);	/* to 0x6000 */
	made_piece(heap, 1, second + 64);
	made_chunk(heap, 0x5000 - 64, CHUNK_TOP);
	made_finish(heap, NULL);
	made_word(&heap->ranges[2], second + 8, MADE_ARENA);
	why = why_new(heap, 0, 10);
	/*
	 * 5 pages of the second heap; of the first, whose chunk gives 2 (0x3000
	 * to 0x5000) by itself, all but the page that the new top begins in.
	 */
	assert_int_equal(why->arenas[1].trim, (5 + 3) * MADE_PAGE);
	why_free(why);
	/* glibc does not trim other arenas' tops. */
	heap->kind = HEAP_GLIBC;
	why = why_new(heap, 0, 10);
	assert_int_equal(why->arenas[1].trim, 2 * MADE_PAGE);
	why_free(why);
	heap_free(heap);
}

/* What one thread has in its cache, our malloc_trim() gives back first. */
static void test_flush(void **state)
{
	struct heap *heap = made_heap();
	struct why *why;

	(void)state;
	made_arena(heap, MADE_AV);
	made_piece(heap, 0, MADE_BREAK);
	made_chunk(heap, 32, CHUNK_USED);
	made_chunk(heap, 0x3000 - 32, CHUNK_CACHED);
	made_chunk(heap, 32, CHUNK_USED);
	made_chunk(heap, 0x1000 - 32, CHUNK_TOP);
	assert_non_null(heap_add_cache(heap));
	made_finish(heap, NULL);
	why = why_new(heap, 0, 10);
	assert_int_equal(why->all.trim, 2 * MADE_PAGE);
	why_free(why);
	assert_non_null(heap_add_cache(heap));
	why = why_new(heap, 0, 10);
	assert_int_equal(why->all.trim, 0);
	why_free(why);
	heap_free(heap);
}

/* Nothing at all, and pieces of an arena that is not there. */
static void test_odd(void **state)
{
	struct heap *heap = made_heap();
	struct why *why;

	(void)state;
	why = why_new(heap, 0, 10);
	assert_non_null(why);
	assert_int_equal(why->all.free, 0);
	why_free(why);
	made_arena(heap, MADE_AV);
	made_piece(heap, 0, MADE_BREAK);
	made_piece(heap, 0, MADE_BREAK + 0x10000);
	made_chunk(heap, 64, CHUNK_FREE);
	heap->pieces[1].arena = 7;
	heap->chunks[0].arena = 7;
	assert_true(heap_finish(heap));
	why = why_new(heap, 0, 0);
	assert_non_null(why);
	assert_int_equal(why->all.free, 0);
	why_free(why);
	heap_free(heap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_every_second),
		cmocka_unit_test(test_foreign_break),
		cmocka_unit_test(test_huge),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_empty_heap),
		cmocka_unit_test(test_flush),
		cmocka_unit_test(test_odd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
