// SPDX-License-Identifier: GPL-2.0
/*
 * Copies of memory, chunks in rows, and marks: on memory of this process that
 * looks like a heap, or like a broken one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "heap/rows.h"

#define PAGE	4096UL
#define SIZE	(16 * PAGE)	/* of the made-up heap */
#define TOP	(8 * PAGE)	/* where its top is */

/* Words of a heap, as the allocator under test would write them. */
static uint64_t *words;
static struct memory *memory;
static struct heap *heap;

static int set_up(void **state)
{
	(void)state;
	words = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(words, MAP_FAILED);
	memory = memory_new(getpid());
	heap = heap_new(HEAP_VMACHUNK);
	assert_non_null(memory);
	assert_non_null(heap);
	heap->word = 8;
	heap->min_chunk = 32;
	heap->alignment = 16;
	assert_non_null(heap_add_arena(heap));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	heap_free(heap);
	memory_free(memory);
	munmap(words, SIZE);
	return 0;
}

static uint64_t at(uint64_t offset)
{
	return (uint64_t)(uintptr_t)words + offset;
}

/* The size word of the chunk at offset. */
static void tag(uint64_t offset, uint64_t value)
{
	words[offset / 8 + 1] = value;
}

static void prev_size(uint64_t offset, uint64_t value)
{
	words[offset / 8] = value;
}

/* Used 48, free 64, used 32, used up to TOP, top. */
static void make_heap(void)
{
	tag(0, 48 | CHUNK_PREV_INUSE);
	tag(48, 64 | CHUNK_PREV_INUSE);
	prev_size(112, 64);
	tag(112, 32);
	tag(144, (TOP - 144) | CHUNK_PREV_INUSE);
	tag(TOP, (SIZE - TOP) | CHUNK_PREV_INUSE);
}

static const struct heap_piece *walk(void)
{
	struct error err;

	assert_int_equal(memory_copy(memory, at(0), at(SIZE), &err), 0);
	heap->arenas[0].top = at(TOP);
	assert_true(rows_add(heap, memory, 0, at(0), at(SIZE), at(TOP)));
	assert_true(heap_finish(heap));
	assert_int_equal(heap->nr_pieces, 1);
	return &heap->pieces[0];
}

static void test_rows_of_a_heap(void **state)
{
	static const struct {
		uint64_t offset, size;
		enum chunk_state state;
	} expected[] = {
		{ 0, 48, CHUNK_USED }, { 48, 64, CHUNK_FREE },
		{ 112, 32, CHUNK_USED }, { 144, TOP - 144, CHUNK_USED },
		{ TOP, SIZE - TOP, CHUNK_TOP },
	};
	const struct heap_piece *piece;

	(void)state;
	make_heap();
	piece = walk();
	assert_int_equal(piece->broken, 0);
	assert_true(heap->coherent);
	assert_int_equal(piece->nr, 5);
	for (size_t i = 0; i < piece->nr; i++) {
		const struct heap_chunk *chunk = &heap->chunks[i];

		assert_int_equal(chunk->address, at(expected[i].offset));
		assert_int_equal(chunk->size, expected[i].size);
		assert_int_equal(chunk->state, expected[i].state);
		assert_int_equal(chunk->bin, HEAP_NONE);
		assert_ptr_equal(heap_find(heap, chunk->address), chunk);
		assert_ptr_equal(heap_find(heap, chunk->address +
					   chunk->size - 1), chunk);
	}
	assert_null(heap_find(heap, at(0) - 1));
	assert_null(heap_find(heap, at(SIZE)));
	assert_int_equal(heap->totals.arena, SIZE);
	assert_int_equal(heap->totals.ordblks, 2);
	assert_int_equal(heap->totals.fordblks, 64 + SIZE - TOP);
	assert_int_equal(heap->totals.uordblks, TOP - 64);
	assert_int_equal(heap->totals.keepcost, SIZE - TOP);
	assert_int_equal(heap->totals.nr_used, 3);
}

/* Top has left the piece: fences are its end, the last may have no size. */
static void check_fences(uint64_t last)
{
	const struct heap_piece *piece;
	struct error err;

	tag(0, (SIZE - 32) | CHUNK_PREV_INUSE);
	tag(SIZE - 32, 16 | CHUNK_PREV_INUSE);
	tag(SIZE - 16, last | CHUNK_PREV_INUSE);
	assert_int_equal(memory_copy(memory, at(0), at(SIZE), &err), 0);
	assert_true(rows_add(heap, memory, 0, at(0), at(SIZE), 0));
	piece = &heap->pieces[0];
	assert_int_equal(piece->broken, 0);
	assert_int_equal(piece->nr, 3);
	assert_int_equal(heap->chunks[0].state, CHUNK_USED);
	assert_int_equal(heap->chunks[1].state, CHUNK_FENCE);
	assert_int_equal(heap->chunks[2].state, CHUNK_FENCE);
	assert_int_equal(heap->chunks[2].size, 16);
}

static void test_rows_end_in_fences(void **state)
{
	(void)state;
	check_fences(16);
}

static void test_rows_end_in_fence_without_size(void **state)
{
	(void)state;
	check_fences(0);
}

/* What is broken at offset is shown there, and nothing behind it. */
static void check_broken(uint64_t offset, size_t nr, const char *why)
{
	const struct heap_piece *piece = walk();

	assert_int_equal(piece->broken, at(offset));
	assert_int_equal(piece->nr, nr);
	assert_int_equal(heap->nr_chunks, nr);
	if (!strstr(piece->why, why))
		fail_msg("\"%s\" does not say \"%s\"", piece->why, why);
	assert_false(heap->coherent);
}

static void test_size_zero(void **state)
{
	(void)state;
	make_heap();
	tag(112, 0 | CHUNK_PREV_INUSE);
	check_broken(112, 2, "less than a chunk");
}

static void test_size_huge(void **state)
{
	(void)state;
	make_heap();
	tag(144, 0x4141414141414140 | CHUNK_PREV_INUSE);
	check_broken(144, 3, "leads out of the heap");
}

static void test_size_wraps(void **state)
{
	(void)state;
	make_heap();
	tag(144, (uint64_t)-144 | CHUNK_PREV_INUSE);
	check_broken(144, 3, "leads out of the heap");
}

static void test_size_misaligned(void **state)
{
	(void)state;
	make_heap();
	tag(112, 40);
	check_broken(112, 2, "not a multiple of 16");
}

static void test_size_leads_over_top(void **state)
{
	(void)state;
	make_heap();
	tag(144, (TOP - 144 + 32) | CHUNK_PREV_INUSE);
	check_broken(144, 3, "over top");
}

static void test_size_leads_to_the_end(void **state)
{
	(void)state;
	make_heap();
	tag(TOP, 0);
	tag(144, (TOP - 144) | CHUNK_PREV_INUSE);
	check_broken(TOP, 4, "less than a chunk");
}

static void test_mapping_in_a_heap(void **state)
{
	(void)state;
	make_heap();
	tag(112, 32 | CHUNK_IS_MMAPPED);
	check_broken(112, 2, "mapping");
}

static void test_prev_size_differs(void **state)
{
	(void)state;
	make_heap();
	prev_size(112, 80);
	check_broken(112, 2, "prev_size 0x50");
}

static void test_first_chunk_without_p(void **state)
{
	(void)state;
	make_heap();
	tag(0, 48);
	check_broken(0, 0, "before the first");
}

static void test_top_is_too_short(void **state)
{
	(void)state;
	make_heap();
	tag(TOP, 64 | CHUNK_PREV_INUSE);
	check_broken(TOP + 64, 5, "top ends here");
}

static void test_top_leads_out(void **state)
{
	(void)state;
	make_heap();
	tag(TOP, (SIZE - TOP + 16) | CHUNK_PREV_INUSE);
	check_broken(TOP, 4, "leads out of the heap");
}

static void test_no_top(void **state)
{
	const struct heap_piece *piece;
	struct error err;

	(void)state;
	make_heap();
	assert_int_equal(memory_copy(memory, at(0), at(SIZE), &err), 0);
	assert_true(rows_add(heap, memory, 0, at(0), at(SIZE), 0));
	piece = &heap->pieces[0];
	assert_int_equal(piece->broken, at(TOP));
	assert_non_null(strstr(piece->why, "not top"));
}

static void test_not_copied(void **state)
{
	struct error err;

	(void)state;
	make_heap();
	assert_true(rows_add(heap, memory, 0, at(0), at(SIZE), at(TOP)));
	assert_int_equal(heap->pieces[0].broken, at(0));
	assert_int_equal(heap->nr_chunks, 0);
	/* A part of it. */
	assert_int_equal(memory_copy(memory, at(0), at(PAGE), &err), 0);
	assert_true(rows_add(heap, memory, 0, at(0), at(SIZE), at(TOP)));
	assert_int_equal(heap->pieces[1].broken, at(144));
	assert_int_equal(heap->pieces[1].nr, 3);
	/* No range at all, and one the wrong way round. */
	assert_true(rows_add(heap, memory, 0, at(64), at(64), 0));
	assert_true(rows_add(heap, memory, 0, at(64), at(0), 0));
	assert_true(rows_add(heap, memory, 0, UINT64_MAX, 0, 0));
	assert_true(heap_finish(heap));
}

/* Each word of the heap, one after the other, is one of some bad values. */
static void test_any_word_overwritten(void **state)
{
	static const uint64_t values[] = {
		0, 1, 7, 16, 17, 33, 0x21, SIZE, SIZE + 1, UINT64_MAX,
		INT64_MAX, 0x4141414141414141, (uint64_t)-32 | 1,
	};
	struct error err;

	(void)state;
	for (size_t word = 0; word < 20; word++)
		for (size_t i = 0; i < sizeof(values) / sizeof(*values);
		     i++) {
			uint64_t last = at(0);

			make_heap();
			words[word] = values[i];
			memory_clear(memory);
			assert_int_equal(memory_copy(memory, at(0), at(SIZE),
						     &err), 0);
			heap->nr_pieces = heap->nr_chunks = 0;
			assert_true(rows_add(heap, memory, 0, at(0), at(SIZE),
					     at(TOP)));
			for (size_t k = 0; k < heap->nr_chunks; k++) {
				assert_int_equal(heap->chunks[k].address,
						 last);
				last += heap->chunks[k].size;
			}
			assert_true(last <= at(SIZE));
		}
}

/* ---- marks ---- */

static uint32_t add_bin(enum bin_kind kind)
{
	struct heap_bin *bin = heap_add_bin(heap);

	assert_non_null(bin);
	bin->kind = kind;
	return (uint32_t)heap->nr_bins - 1;
}

struct wish {
	uint64_t offset;
	uint32_t bin;
	enum chunk_state state;
};

static void apply(const struct wish *wishes, size_t nr)
{
	struct row_marks *marks = row_marks_new();

	assert_non_null(marks);
	for (size_t i = 0; i < nr; i++)
		assert_true(row_marks_add(marks, at(wishes[i].offset),
					  wishes[i].bin, wishes[i].state));
	assert_true(row_marks_apply(marks, heap));
	row_marks_free(marks);
}

static void test_marks(void **state)
{
	uint32_t small = add_bin(BIN_SMALL), fast = add_bin(BIN_FAST);
	uint32_t cache = add_bin(BIN_CACHE);
	const struct wish wishes[] = {
		{ 112, cache, CHUNK_CACHED }, { 0, fast, CHUNK_FAST },
		{ 48, small, CHUNK_FREE },
	};

	(void)state;
	make_heap();
	walk();
	assert_non_null(heap_add_cache(heap));
	apply(wishes, 3);
	assert_true(heap->coherent);
	assert_int_equal(heap->nr_notes, 0);
	assert_int_equal(heap->chunks[0].state, CHUNK_FAST);
	assert_int_equal(heap->chunks[0].bin, fast);
	assert_int_equal(heap->chunks[1].bin, small);
	assert_int_equal(heap->chunks[2].state, CHUNK_CACHED);
	assert_int_equal(heap->bins[small].bytes, 64);
	assert_int_equal(heap->bins[cache].nr, 1);
	assert_int_equal(heap->caches[0].bytes, 32);
	assert_int_equal(heap->totals.smblks, 1);
	assert_int_equal(heap->totals.fsmblks, 48);
	assert_int_equal(heap->totals.cached, 32);
	/* In a fast bin is free for mallinfo2(), in a cache is used. */
	assert_int_equal(heap->totals.fordblks, 48 + 64 + SIZE - TOP);
	assert_int_equal(heap->totals.uordblks, TOP - 48 - 64);
}

/* A wish that can't be breaks its bin, and changes no chunk. */
static void check_refused(uint64_t offset, enum chunk_state wanted,
			  const char *why)
{
	uint32_t bin = add_bin(BIN_SMALL), other = add_bin(BIN_LARGE);
	const struct wish wishes[] = {
		{ 48, other, CHUNK_FREE }, { offset, bin, wanted },
	};

	make_heap();
	walk();
	apply(wishes, 2);
	assert_true(heap->bins[bin].broken);
	assert_false(heap->bins[other].broken);
	assert_int_equal(heap->bins[bin].nr, 0);
	assert_int_equal(heap->bins[other].nr, 1);
	if (!strstr(heap->bins[bin].why, why))
		fail_msg("\"%s\" does not say \"%s\"", heap->bins[bin].why,
			 why);
	assert_int_equal(heap->nr_notes, 1);
	assert_false(heap->coherent);
}

static void test_mark_of_used(void **state)
{
	(void)state;
	check_refused(112, CHUNK_FREE, "is no free chunk");
}

static void test_mark_of_top(void **state)
{
	(void)state;
	check_refused(TOP, CHUNK_CACHED, "is free already");
}

static void test_mark_to_nowhere(void **state)
{
	(void)state;
	check_refused(120, CHUNK_FREE, "where no chunk begins");
}

static void test_mark_far_away(void **state)
{
	(void)state;
	check_refused(0x4141414141414140, CHUNK_FREE, "where no chunk begins");
}

static void test_two_marks(void **state)
{
	(void)state;
	check_refused(48, CHUNK_FREE, "in two lists");
}

static void test_free_without_mark(void **state)
{
	(void)state;
	make_heap();
	walk();
	apply(NULL, 0);
	assert_false(heap->coherent);
	assert_non_null(strstr(heap->notes[0], "1 free chunk is in no bin"));
}

/* Many marks in an order of their own: all find their chunk. */
static void test_marks_are_sorted(void **state)
{
	uint32_t bin = add_bin(BIN_CACHE);
	size_t nr = TOP / 32;
	struct wish *wishes = calloc(nr, sizeof(*wishes));

	(void)state;
	assert_non_null(wishes);
	for (size_t i = 0; i < nr; i++) {
		tag(32 * i, 32 | CHUNK_PREV_INUSE);
		wishes[i] = (struct wish){
			i * 7919 % nr * 32, bin, CHUNK_CACHED,
		};
	}
	tag(TOP, (SIZE - TOP) | CHUNK_PREV_INUSE);
	walk();
	apply(wishes, nr);
	assert_true(heap->coherent);
	assert_int_equal(heap->bins[bin].nr, nr);
	assert_int_equal(heap->totals.nr_cached, nr);
	free(wishes);
}

/* ---- pieces ---- */

static void test_pieces_that_overlap(void **state)
{
	struct error err;

	(void)state;
	make_heap();
	assert_int_equal(memory_copy(memory, at(0), at(SIZE), &err), 0);
	/* What looks like a mapping in the middle of it, added first. */
	tag(4 * PAGE, PAGE | CHUNK_IS_MMAPPED);
	memory_clear(memory);
	assert_int_equal(memory_copy(memory, at(0), at(SIZE), &err), 0);
	assert_true(rows_add_mapped(heap, memory, at(4 * PAGE)));
	assert_true(rows_add(heap, memory, 0, at(0), at(SIZE), at(TOP)));
	assert_true(heap_finish(heap));
	assert_int_equal(heap->nr_pieces, 1);
	assert_int_equal(heap->nr_chunks, 5);
	assert_int_equal(heap->pieces[0].arena, 0);
	assert_int_equal(heap->totals.hblks, 0);
	assert_false(heap->coherent);
	assert_ptr_equal(heap_find(heap, at(0)), &heap->chunks[0]);
}

/* An arena's piece is believed, also where it begins in the other one. */
static void test_mapping_over_an_arena(void **state)
{
	struct error err;

	(void)state;
	tag(4 * PAGE, 8 * PAGE | CHUNK_IS_MMAPPED);
	tag(TOP, 64 | CHUNK_PREV_INUSE);
	tag(TOP + 64, (SIZE - TOP - 64) | CHUNK_PREV_INUSE);
	assert_int_equal(memory_copy(memory, at(0), at(SIZE), &err), 0);
	assert_true(rows_add_mapped(heap, memory, at(4 * PAGE)));
	assert_true(rows_add(heap, memory, 0, at(TOP), at(SIZE),
			     at(TOP + 64)));
	assert_true(heap_finish(heap));
	assert_int_equal(heap->nr_pieces, 1);
	assert_int_equal(heap->pieces[0].arena, 0);
	assert_int_equal(heap->pieces[0].first, 0);
	assert_int_equal(heap->nr_chunks, 2);
	assert_int_equal(heap->chunks[0].address, at(TOP));
	assert_false(heap->coherent);
}

static void test_pieces_in_any_order(void **state)
{
	struct error err;

	(void)state;
	for (unsigned int i = 0; i < 16; i++) {
		tag(i * PAGE, PAGE | CHUNK_IS_MMAPPED);
		if (i % 2) {
			prev_size(i * PAGE + 48, 48);
			tag(i * PAGE + 48, (PAGE - 48) | CHUNK_IS_MMAPPED);
		}
	}
	assert_int_equal(memory_copy(memory, at(0), at(SIZE), &err), 0);
	for (unsigned int i = 0; i < 16; i++) {
		unsigned int page = i * 5 % 16;

		assert_true(rows_add_mapped(heap, memory, at(page * PAGE) +
					    (page % 2 ? 48 : 0)));
	}
	assert_true(heap_finish(heap));
	assert_int_equal(heap->nr_chunks, 16);
	for (size_t i = 0; i < 16; i++) {
		assert_int_equal(heap->pieces[i].start, at(i * PAGE));
		assert_int_equal(heap->pieces[i].first, i);
		assert_int_equal(heap->chunks[i].address,
				 at(i * PAGE) + (i % 2 ? 48 : 0));
	}
	/* What lies before an aligned chunk is of its mapping. */
	assert_int_equal(heap->totals.hblkhd, SIZE);
	assert_int_equal(heap->totals.hblks, 16);
}

/* ---- copies ---- */

static void test_copy_leaves_holes(void **state)
{
	const struct page_run *run;
	struct error err;
	unsigned char there;

	(void)state;
	words[0] = 1;
	words[3 * PAGE / 8] = 2;
	assert_int_equal(memory_look(memory, NULL, &err), 0);
	assert_int_equal(memory_copy(memory, at(0), at(SIZE), &err), 0);
	assert_true(memory_give(memory, heap));
	assert_int_equal(heap->nr_ranges, 1);
	assert_int_equal(heap->copied, 2 * PAGE);
	assert_int_equal(*(const uint64_t *)heap_bytes(heap, at(0), 8), 1);
	assert_int_equal(*(const uint64_t *)heap_bytes(heap, at(3 * PAGE), 8),
			 2);
	assert_int_equal(*(const uint64_t *)heap_bytes(heap, at(PAGE), 8), 0);
	assert_null(heap_bytes(heap, at(SIZE - 4), 8));
	assert_null(heap_bytes(heap, at(0) - 1, 1));
	assert_non_null(heap->ranges[0].pages);
	assert_int_equal(heap->ranges[0].pages->nr_runs, 2);
	run = page_map_find(heap->ranges[0].pages, at(3 * PAGE));
	assert_non_null(run);
	assert_int_equal(PAGE_KIND(run->state), PAGE_ANON);
	/* Nobody made a page where there was none. */
	assert_int_equal(mincore((void *)(uintptr_t)at(PAGE), PAGE, &there),
			 0);
	assert_int_equal(there & 1, 0);
}

/* Ranges that touch or overlap are one, whatever their order. */
static void test_copies_join(void **state)
{
	static const unsigned int order[][2] = {
		{ 4, 5 }, { 8, 10 }, { 0, 1 }, { 5, 6 }, { 7, 8 }, { 3, 4 },
		{ 2, 9 }, { 1, 2 }, { 12, 16 },
	};
	struct error err;

	(void)state;
	for (unsigned int i = 0; i < 16; i++)
		words[i * PAGE / 8] = 100 + i;
	for (unsigned int round = 0; round < 3; round++) {
		memory_clear(memory);
		for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++)
			assert_int_equal(memory_copy(memory,
						     at(order[i][0] * PAGE),
						     at(order[i][1] * PAGE),
						     &err), 0);
		for (unsigned int i = 0; i < 16; i++) {
			uint64_t value = 0;
			bool is_there = memory_copied_word(memory,
							   at(i * PAGE), 8,
							   &value);

			assert_int_equal(is_there, i != 10 && i != 11);
			assert_int_equal(value, is_there ? 100 + i : 0);
		}
		assert_non_null(memory_at(memory, at(0), 10 * PAGE));
		assert_null(memory_at(memory, at(0), 10 * PAGE + 1));
	}
	assert_true(memory_give(memory, heap));
	assert_int_equal(heap->nr_ranges, 2);
}

/* A buffer that is used again has nothing of the last time. */
static void test_copy_again(void **state)
{
	struct error err;
	uint64_t value;

	(void)state;
	assert_int_equal(memory_look(memory, NULL, &err), 0);
	memset(words, 0x41, SIZE);
	assert_int_equal(memory_copy(memory, at(0), at(SIZE), &err), 0);
	memory_clear(memory);
	assert_int_equal(madvise(words, SIZE, MADV_DONTNEED), 0);
	words[0] = 5;
	assert_int_equal(memory_copy(memory, at(0), at(SIZE), &err), 0);
	for (uint64_t i = 0; i < SIZE; i += 8) {
		assert_true(memory_copied_word(memory, at(i), 8, &value));
		assert_int_equal(value, i ? 0 : 5);
	}
}

static void test_copy_of_nothing(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(memory_copy(memory, 64, 64, &err), -1);
	assert_int_equal(memory_copy(memory, 64, 32, &err), -1);
	assert_int_equal(memory_copy(memory, 0, UINT64_MAX, &err), -1);
	assert_int_equal(memory_copy(memory, 4096, UINT64_MAX - 8191, &err),
			 -1);
	/* No mapping: without pagemap it can't be read. */
	assert_int_equal(memory_copy(memory, PAGE, 2 * PAGE, &err), -1);
	assert_null(memory_at(memory, PAGE, 1));
}

static void test_guards(void **state)
{
	struct error err;

	(void)state;
	words[0] = 1;
	words[PAGE / 8] = 1;
	assert_int_equal(memory_copy(memory, at(0), at(SIZE), &err), 0);
	memory_guard(memory, at(0), PAGE);
	assert_true(memory_holds(memory));
	words[PAGE / 8] = 2;
	assert_true(memory_holds(memory));
	words[PAGE / 8 - 1] = 2;
	assert_false(memory_holds(memory));
	memory_clear(memory);
	assert_true(memory_holds(memory));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_rows_of_a_heap),
		TEST(test_rows_end_in_fences),
		TEST(test_rows_end_in_fence_without_size),
		TEST(test_size_zero),
		TEST(test_size_huge),
		TEST(test_size_wraps),
		TEST(test_size_misaligned),
		TEST(test_size_leads_over_top),
		TEST(test_size_leads_to_the_end),
		TEST(test_mapping_in_a_heap),
		TEST(test_prev_size_differs),
		TEST(test_first_chunk_without_p),
		TEST(test_top_is_too_short),
		TEST(test_top_leads_out),
		TEST(test_no_top),
		TEST(test_not_copied),
		TEST(test_any_word_overwritten),
		TEST(test_marks),
		TEST(test_mark_of_used),
		TEST(test_mark_of_top),
		TEST(test_mark_to_nowhere),
		TEST(test_mark_far_away),
		TEST(test_two_marks),
		TEST(test_free_without_mark),
		TEST(test_marks_are_sorted),
		TEST(test_pieces_that_overlap),
		TEST(test_mapping_over_an_arena),
		TEST(test_pieces_in_any_order),
		TEST(test_copy_leaves_holes),
		TEST(test_copies_join),
		TEST(test_copy_again),
		TEST(test_copy_of_nothing),
		TEST(test_guards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
