// SPDX-License-Identifier: GPL-2.0
/*
 * The map's cells against chunks gone through one by one, and the picture of a
 * chunk in each of its states: UPDATE_GOLDEN=1 writes those anew.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "figure/chunks.h"
#include "figure_text.h"
#include "heaps.h"
#include "model/heap_link.h"

static uint64_t seed = 88172645463325252ULL;

static uint64_t rnd(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

/* ---- cells ---- */

static struct heap *random_heap(void)
{
	struct heap *heap = made_heap();

	made_arena(heap, MADE_AV);
	made_arena(heap, MADE_ARENA + 64);
	for (uint32_t arena = 0; arena < 2; arena++) {
		unsigned int nr = 1 + rnd(300);

		made_piece(heap, arena, arena ? MADE_ARENA + 0x8c0 :
						MADE_BREAK + 16 * rnd(3));
		for (unsigned int i = 0; i < nr; i++)
			made_chunk(heap, 32 + 16 * rnd(rnd(2) ? 4 : 400),
				   rnd(CHUNK_MMAPPED));
	}
	made_mapped(heap, MADE_MAPPED, 135168);
	made_finish(heap, NULL);
	return heap;
}

/* What is in [start, end), by looking at all chunks. */
static void check_cell(const struct heap *heap, const struct chunk_cell *cell,
		       uint64_t start, uint64_t end, bool letters)
{
	uint64_t bytes[CHUNK_STATE_NR] = { 0 }, nr = 0, all = 0, used;
	uint32_t glyph = chunk_states[cell->state].glyph;

	for (size_t i = 0; i < heap->nr_chunks; i++) {
		const struct heap_chunk *chunk = &heap->chunks[i];
		uint64_t stop = chunk->address + chunk->size;
		uint64_t from = chunk->address > start ? chunk->address : start;
		uint64_t to = stop < end ? stop : end;

		nr += chunk->address >= start && chunk->address < end;
		if (from < to) {
			bytes[chunk->state] += to - from;
			all += to - from;
		}
	}
	used = bytes[CHUNK_USED] + bytes[CHUNK_FENCE] + bytes[CHUNK_MMAPPED];
	assert_false(cell->is_broken);
	assert_int_equal(all, end - start);
	assert_int_equal(cell->nr, nr);
	assert_int_equal(cell->used, used);
	assert_int_equal(cell->style, STYLE_CHUNK + cell->state);
	for (int i = 0; i < CHUNK_STATE_NR; i++)
		assert_true(bytes[i] <= bytes[cell->state]);
	if (nr > 1 && used && !letters && used == all)
		assert_int_equal(cell->glyph, 0x2588);
	else if (nr > 1 && used && !letters)
		assert_in_range(cell->glyph, 0x2591, 0x2593);
	else
		assert_int_equal(cell->glyph, nr ? glyph - 'a' + 'A' : glyph);
}

/* Rows tile the pieces, cells the rows, and each address finds its own. */
static void check_map(const struct heap *heap, struct chunk_map *map, int zoom,
		      int columns)
{
	uint64_t rows, next = 0;

	chunk_map_zoom(map, chunk_cell_size(heap, zoom), columns);
	rows = chunk_map_rows(map);
	for (uint64_t r = 0; r < rows; r++) {
		struct chunk_row row = chunk_map_row(map, r);
		const struct heap_piece *piece = &heap->pieces[row.piece];
		uint64_t at = row.start, end;

		if (row.is_head) {
			assert_int_equal(row.start, piece->start);
			assert_int_equal(row.end, piece->end);
			next = row.start;
			continue;
		}
		assert_int_equal(row.start, next);
		assert_in_range(row.nr_cells, 1, columns);
		for (int i = 0; i < row.nr_cells; i++, at = end) {
			struct chunk_cell cell = chunk_map_cell(map, &row, i);
			int column = -1;

			end = (at / map->cell_size + 1) * map->cell_size;
			if (end > row.end)
				end = row.end;
			check_cell(heap, &cell, at, end, map->letters);
			assert_int_equal(chunk_map_row_of(map, end - 1,
							  &column), r);
			assert_int_equal(column, i);
		}
		assert_int_equal(at, row.end);
		next = row.end;
	}
}

static void test_cells(void **state)
{
	(void)state;
	for (int round = 0; round < 6; round++) {
		struct heap *heap = random_heap();
		struct chunk_map map;

		assert_int_equal(chunk_map_init(&map, heap), 0);
		assert_int_equal(chunk_map_rows(&map), 0);
		for (int zoom = 0; zoom < CHUNK_ZOOMS; zoom++) {
			map.letters = rnd(2);
			check_map(heap, &map, zoom, 1 + rnd(80));
		}
		chunk_map_exit(&map);
		heap_free(heap);
	}
}

static void test_zoom(void **state)
{
	struct heap *heap = made_sample();
	struct chunk_map map;
	int zoom = chunk_zoom_for(heap, 64, 100);

	(void)state;
	assert_int_equal(chunk_map_init(&map, heap), 0);
	chunk_map_zoom(&map, chunk_cell_size(heap, zoom), 64);
	assert_true(chunk_map_rows(&map) <= 100);
	chunk_map_zoom(&map, chunk_cell_size(heap, zoom - 1), 64);
	assert_true(chunk_map_rows(&map) > 100);
	assert_int_equal(chunk_zoom_for(heap, 64, 1), CHUNK_ZOOMS - 1);
	chunk_map_exit(&map);
	heap_free(heap);
}

/* Addresses in no piece are led to the next one, and behind all to the end. */
static void test_outside(void **state)
{
	struct heap *heap = made_sample();
	struct chunk_map map;
	int column;

	(void)state;
	assert_int_equal(chunk_map_init(&map, heap), 0);
	chunk_map_zoom(&map, 1024, 64);
	assert_int_equal(chunk_map_row_of(&map, 0, &column), 1);
	assert_int_equal(column, 0);
	assert_int_equal(chunk_map_row_of(&map, UINT64_MAX, &column),
			 chunk_map_rows(&map) - 1);
	/* A mapping has but the row with its name. */
	assert_int_equal(chunk_map_row_of(&map, MADE_MAPPED + 5, NULL),
			 chunk_map_rows(&map) - 1);
	assert_true(chunk_map_row(&map, chunk_map_rows(&map) - 1).is_head);
	chunk_map_exit(&map);
	heap_free(heap);
}

/* What could not be read is not shown as nothing. */
static void test_broken(void **state)
{
	struct heap *heap = made_heap();
	struct chunk_map map;
	struct chunk_row row;
	struct chunk_cell cell;

	(void)state;
	made_arena(heap, MADE_AV);
	made_piece(heap, 0, MADE_BREAK);
	made_chunk(heap, 1024, CHUNK_USED);
	heap->pieces[0].broken = heap->pieces[0].end;
	heap->pieces[0].end = MADE_BREAK + 0x21000;
	made_finish(heap, NULL);
	assert_int_equal(chunk_map_init(&map, heap), 0);
	chunk_map_zoom(&map, 1024, 64);
	row = chunk_map_row(&map, 1);
	cell = chunk_map_cell(&map, &row, 0);
	assert_false(cell.is_broken);
	for (int i = 1; i < 64; i++) {
		cell = chunk_map_cell(&map, &row, i);
		assert_true(cell.is_broken);
		assert_int_equal(cell.glyph, '?');
	}
	chunk_map_exit(&map);
	heap_free(heap);
}

static void test_empty(void **state)
{
	struct heap *heap = made_heap();
	struct chunk_map map;

	(void)state;
	made_finish(heap, NULL);
	assert_int_equal(chunk_map_init(&map, heap), 0);
	chunk_map_zoom(&map, 16, 0);
	assert_int_equal(chunk_map_rows(&map), 0);
	assert_int_equal(chunk_map_row_of(&map, 4096, NULL), 0);
	chunk_map_exit(&map);
	heap_free(heap);
}

/* ---- pictures ---- */

/* Mixed or not, a link leads to a chunk in the same state or to the end. */
static void test_links(void **state)
{
	struct heap *heap = made_sample();
	struct heap_range *range = &heap->ranges[0];
	const struct heap_chunk *chunk = &heap->chunks[1];
	uint64_t place = chunk->address + 16, next = chunk[1].address, to;

	(void)state;
	made_word(range, place, next ^ place >> 12);
	assert_true(heap_link(heap, chunk, &to));
	assert_int_equal(to, next);
	made_word(range, place, next);		/* glibc before 2.32 */
	assert_true(heap_link(heap, chunk, &to));
	assert_int_equal(to, next);
	made_word(range, place, place >> 12);
	assert_true(heap_link(heap, chunk, &to));
	assert_int_equal(to, 0);
	made_word(range, place, chunk[2].address ^ place >> 12);
	assert_false(heap_link(heap, chunk, &to));
	made_word(range, place, (next + 16) ^ place >> 12);
	assert_false(heap_link(heap, chunk, &to));
	assert_false(heap_link(heap, &heap->chunks[0], &to));
	assert_false(heap_link(heap, &heap->chunks[4], &to));
	heap_free(heap);
}

static struct snapshot *with_heap(struct heap *heap)
{
	struct snapshot *snap = snapshot_new();

	assert_non_null(snap);
	snap->page_size = MADE_PAGE;
	snap->heap = heap;
	return snap;
}

/* A picture of each chunk of the sample, one below the other. */
static void test_states(void **state)
{
	struct snapshot *snap = with_heap(made_sample());
	const struct heap *heap = snap->heap;
	struct heap_range *range = &snap->heap->ranges[0];
	uint64_t fast = heap->chunks[1].address;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	/* Its list: from one to the next, mixed, and the end; one that lies. */
	made_word(range, fast + 16, (fast + 16) >> 12 ^ (fast + 48));
	made_word(range, fast + 48 + 16, (fast + 48 + 16) >> 12);
	made_word(range, heap->chunks[8].address + 16, 0x4141414141414141);
	/* In its bin alone: both links lead to the bin. */
	made_word(range, heap->chunks[4].address + 16, MADE_AV + 256);
	made_word(range, heap->chunks[4].address + 24, MADE_AV + 256);
	for (size_t i = 0; i < heap->nr_chunks; i++) {
		const struct figure_params params = {
			.width = 80, .address = heap->chunks[i].address + i,
		};
		struct figure *figure = figure_chunk(snap, &params);
		char *one;

		assert_non_null(figure);
		assert_false(figure->failed);
		one = as_text(figure, true);
		fprintf(out, "%s\n", one);
		free(one);
		figure_free(figure);
	}
	fclose(out);
	check_figure("chunk_states", text);
	free(text);
	snapshot_free(snap);
}

static void expect_text(const struct snapshot *snap, uint64_t address,
			const char *text)
{
	const struct figure_params params = { .width = 80,
					      .address = address };
	struct figure *figure = figure_chunk(snap, &params);
	char *shown;

	assert_non_null(figure);
	shown = as_text(figure, true);
	if (!strstr(shown, text))
		fail_msg("no \"%s\" in:\n%s", text, shown);
	free(shown);
	figure_free(figure);
}

/* No chunk there, a piece that is broken, memory not copied, no heap at all. */
static void test_nothing(void **state)
{
	struct snapshot *snap = with_heap(made_sample());
	struct heap *heap = snap->heap;

	(void)state;
	expect_text(snap, 4096, "lies in no chunk");
	heap->pieces[0].broken = MADE_BREAK + 0x20000;
	strcpy(heap->pieces[0].why, "size 0x4141414141414141 leads out");
	heap->pieces[0].nr--;
	memmove(&heap->chunks[9], &heap->chunks[10],
		(heap->nr_chunks - 10) * sizeof(heap->chunks[0]));
	heap->nr_chunks--;
	heap->pieces[1].first--;
	heap->pieces[2].first--;
	expect_text(snap, MADE_BREAK + 0x20800, "0x4141414141414141 leads out");
	free(heap->ranges[2].bytes);
	heap->ranges[2].bytes = NULL;
	heap->ranges[2].end = heap->ranges[2].start;
	expect_text(snap, MADE_MAPPED + 0x800, "? = 135168 + M");
	heap->coherent = false;
	expect_text(snap, MADE_BREAK, "torn");
	heap_free(heap);
	snap->heap = NULL;
	strcpy(snap->no_heap, "jemalloc manages this heap");
	expect_text(snap, MADE_BREAK, "jemalloc manages this heap");
	snapshot_free(snap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_zoom),
		cmocka_unit_test(test_outside),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
