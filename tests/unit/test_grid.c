// SPDX-License-Identifier: GPL-2.0
/* Cells of the grid against a plain array of pages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "figure/grid.h"

#define PAGE	4096ULL
#define FIRST	0x7f0000123000ULL	/* no multiple of anything but a page */
#define NR	4000

static uint64_t seed = 88172645463325252ULL;

static uint64_t rnd(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

/* Pages in short runs of few states, and the same as an array. */
static struct page_map *random_map(uint32_t *states)
{
	struct page_map *map = page_map_new(FIRST, FIRST + NR * PAGE, PAGE);

	assert_non_null(map);
	map->has = PAGE_FLAGS_ALL;
	for (size_t i = 0; i < NR; ) {
		uint32_t state = rnd(2) ? PAGE_NONE : rnd(PAGE_KIND_NR);
		size_t nr = 1 + rnd(rnd(2) ? 4 : 300);

		if (state != PAGE_NONE && !rnd(3))
			state |= 1U << (5 + rnd(11));
		for (; nr && i < NR; nr--, i++) {
			states[i] = state;
			assert_int_equal(page_map_add(map, FIRST + i * PAGE, 1,
						      state), 0);
		}
	}
	return map;
}

/* A glyph that says all, some or nothing, from the pages themselves. */
static void check_cell(const struct grid *grid, const uint32_t *states,
		       uint64_t index)
{
	struct grid_cell cell = grid_cell(grid, index);
	uint64_t start = grid_cell_start(grid, index);
	uint64_t end = grid_cell_end(grid, index), mapped = 0, all;
	uint64_t kinds[PAGE_KIND_NR] = { 0 };
	enum page_kind kind;

	assert_true(start >= grid->start && start < end && end <= grid->end);
	all = (end - start) / PAGE;
	for (uint64_t addr = start; addr < end; addr += PAGE) {
		uint32_t state = states[(addr - FIRST) / PAGE];

		kinds[PAGE_KIND(state)]++;
		mapped += PAGE_KIND(state) != PAGE_NONE;
	}
	assert_in_range(cell.style, STYLE_PAGE, STYLE_NR - 1);
	kind = cell.style - STYLE_PAGE;
	if (grid->cell_size == PAGE) {
		assert_int_equal(kind, PAGE_KIND(states[index]));
		assert_int_equal(cell.glyph, page_glyph(states[index]));
		return;
	}
	/* The commonest of those that are there. */
	assert_int_equal(kind == PAGE_NONE, !mapped);
	for (int i = PAGE_NONE + 1; mapped && i < PAGE_KIND_NR; i++)
		assert_true(kinds[i] <= kinds[kind]);
	if (!mapped)
		assert_int_equal(cell.glyph, page_kinds[PAGE_NONE].glyph);
	else if (mapped == all)
		assert_int_equal(cell.glyph, 0x2588);
	else
		assert_in_range(cell.glyph, 0x2591, 0x2593);
}

/* Cells tile the area and say what is in them, at each zoom. */
static void test_cells(void **state)
{
	uint32_t states[NR];

	(void)state;
	for (int round = 0; round < 20; round++) {
		struct page_map *map = random_map(states);
		struct grid grid = { .start = FIRST, .columns = 1 + rnd(70),
				     .end = FIRST + (1 + rnd(NR)) * PAGE,
				     .map = map };

		for (int zoom = 0; zoom < GRID_ZOOMS; zoom++) {
			uint64_t next = grid.start, nr;

			grid.cell_size = grid_cell_size(PAGE, zoom);
			nr = grid_cells(&grid);
			assert_true(grid_rows(&grid) * grid.columns >= nr);
			for (uint64_t i = 0; i < nr; i++) {
				assert_int_equal(grid_cell_start(&grid, i),
						 next);
				assert_int_equal(grid_index(&grid, next), i);
				check_cell(&grid, states, i);
				next = grid_cell_end(&grid, i);
				assert_true(next == grid.end ||
					    next % grid.cell_size == 0);
			}
			assert_int_equal(next, grid.end);
		}
		page_map_free(map);
	}
}

static void test_zoom(void **state)
{
	const uint64_t big = 0x7f0000000000;

	(void)state;
	assert_int_equal(grid_zoom_for(big, big + PAGE, PAGE, 64), 0);
	assert_int_equal(grid_zoom_for(big, big + 64 * PAGE, PAGE, 64), 0);
	assert_int_equal(grid_zoom_for(big, big + 65 * PAGE, PAGE, 64), 1);
	/* 1 GiB in 512 cells of 2 MiB; not aligned it takes one more. */
	assert_int_equal(grid_zoom_for(big, big + (1 << 30), PAGE, 512), 3);
	assert_int_equal(grid_zoom_for(big + PAGE, big + PAGE + (1 << 30),
				       PAGE, 512), 4);
	/* However large, and up to the end of the space. */
	assert_int_equal(grid_zoom_for(0, 1ULL << 47, PAGE, 64),
			 GRID_ZOOMS - 1);
	assert_int_equal(grid_zoom_for(UINT64_MAX - 0xfff, UINT64_MAX, PAGE,
				       64), 0);
}

/* Not known is no kind of page, whatever is around it. */
static void test_unknown(void **state)
{
	struct page_map *map = page_map_new(FIRST, FIRST + 8 * PAGE, PAGE);
	struct grid grid = { .start = FIRST - PAGE, .end = FIRST + 9 * PAGE,
			     .cell_size = PAGE, .columns = 16 };

	(void)state;
	assert_non_null(map);
	assert_int_equal(grid_cell(&grid, 1).glyph, '?');
	grid.map = map;
	assert_int_equal(page_map_add(map, FIRST, 2, PAGE_ANON), 0);
	assert_int_equal(grid_cell(&grid, 0).glyph, '?');
	assert_int_equal(grid_cell(&grid, 1).glyph, 'a');
	assert_int_equal(grid_cell(&grid, 8).style, STYLE_PAGE + PAGE_NONE);
	assert_int_equal(grid_cell(&grid, 9).glyph, '?');
	map->truncated = true;
	assert_int_equal(grid_cell(&grid, 2).glyph, 'a');
	assert_int_equal(grid_cell(&grid, 3).glyph, '?');
	grid.cell_size = 8 * PAGE;
	assert_int_equal(grid_cell(&grid, 1).glyph, '?');
	page_map_free(map);
}

static struct page_map *map_of(uint32_t state, uint32_t has)
{
	struct page_map *map = page_map_new(FIRST, FIRST + 16 * PAGE, PAGE);

	assert_non_null(map);
	map->has = has;
	assert_int_equal(page_map_add(map, FIRST, 16, state), 0);
	return map;
}

static bool changed(uint32_t before, uint32_t before_has, uint32_t now,
		    uint64_t cell_size)
{
	struct page_map *old = map_of(before, before_has);
	struct page_map *new = map_of(now, PAGE_FLAGS_ALL);
	struct grid grid = { .start = FIRST, .end = FIRST + 16 * PAGE,
			     .cell_size = cell_size, .columns = 16,
			     .map = new, .before = old };
	struct grid_cell cell = grid_cell(&grid, 0);

	page_map_free(old);
	page_map_free(new);
	return cell.changed;
}

static void test_changed(void **state)
{
	const uint32_t all = PAGE_FLAGS_ALL;

	(void)state;
	for (uint64_t size = PAGE; size <= 8 * PAGE; size *= 8) {
		assert_false(changed(PAGE_ANON, all, PAGE_ANON, size));
		assert_true(changed(PAGE_ANON, all, PAGE_SWAP, size));
		assert_true(changed(PAGE_NONE, all, PAGE_ANON, size));
		assert_true(changed(PAGE_ANON, all, PAGE_ANON | PAGE_DIRTY,
				    size));
		/* Every access sets that one, and what was unknown is. */
		assert_false(changed(PAGE_ANON, all, PAGE_ANON | PAGE_ACCESSED,
				     size));
		assert_false(changed(PAGE_ANON, all & ~PAGE_DIRTY,
				     PAGE_ANON | PAGE_DIRTY, size));
	}
}

/* No two kinds look alike, also without Unicode and colours. */
static void test_glyphs(void **state)
{
	struct canvas *c = canvas_new(1, 1, false);
	bool seen[128] = { false };

	(void)state;
	assert_non_null(c);
	for (int kind = 0; kind < PAGE_KIND_NR; kind++) {
		for (int huge = 0; huge < 2; huge++) {
			uint32_t glyph = page_glyph(kind |
						    (huge ? PAGE_PMD : 0));

			if (huge && glyph == page_kinds[kind].glyph)
				continue;
			canvas_put(c, 0, 0, glyph, STYLE_NORMAL, 0);
			assert_true(c->cells[0].ch < 128);
			assert_int_not_equal(c->cells[0].ch, '?');
			assert_false(seen[c->cells[0].ch]);
			seen[c->cells[0].ch] = true;
		}
	}
	/* Shades among themselves, and not like an empty cell. */
	for (uint32_t shade = 0x2588; shade <= 0x2593;
	     shade += shade == 0x2588 ? 9 : 1) {
		canvas_put(c, 0, 0, shade, STYLE_NORMAL, 0);
		assert_false(seen[c->cells[0].ch]);
		seen[c->cells[0].ch] = true;
	}
	canvas_free(c);
}

static void test_sums(void **state)
{
	struct page_sum sum = { .kinds = {
		[PAGE_NONE] = 100, [PAGE_ANON] = 7, [PAGE_FILE] = 8,
		[PAGE_ZERO] = 20, [PAGE_SWAP] = 40, [PAGE_MIGRATION] = 1,
	} };
	uint64_t rss;

	(void)state;
	assert_int_equal(page_sum_mapped(&sum), 76);
	assert_int_equal(page_sum_present(&sum), 35);
	assert_int_equal(page_sum_kind(&sum), PAGE_SWAP);
	assert_true(page_sum_rss(&sum, &rss));
	assert_int_equal(rss, 16);
	sum.kinds[PAGE_PRESENT] = 1;
	assert_false(page_sum_rss(&sum, &rss));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_zoom),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_glyphs),
		cmocka_unit_test(test_sums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
