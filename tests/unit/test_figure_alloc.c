// SPDX-License-Identifier: GPL-2.0
/* The figure of a heap's pages, where the goldens of test_figure.c don't go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "figure/figure.h"

#define START	0x55d0a8e3c000UL
#define PAGE	4096UL

static char text[1 << 16];

/* A heap of nr pages, whose map is empty. */
static struct snapshot *make_heap(uint64_t nr)
{
	struct snapshot *snap = snapshot_new();
	struct vma *vma;

	assert_non_null(snap);
	snap->page_size = PAGE;
	snap->has_vmas = snap->from.coherent = true;
	mm_set(&snap->mm, MM_START_BRK, START);
	mm_set(&snap->mm, MM_BRK, START + nr * PAGE);
	if (!nr)
		return snap;
	vma = snapshot_add_vma(snap);
	assert_non_null(vma);
	vma->start = START;
	vma->end = START + nr * PAGE;
	vma->region = REGION_HEAP;
	snap->pages = page_map_new(START, vma->end, PAGE);
	assert_non_null(snap->pages);
	snap->pages->has = PAGE_FLAGS_ALL;
	return snap;
}

static void add(struct snapshot *snap, uint64_t first, uint64_t nr,
		uint32_t state)
{
	assert_int_equal(page_map_add(snap->pages, START + first * PAGE, nr,
				      state), 0);
}

/* Draws it and frees the picture. */
static void draw(struct snapshot *snap, int width)
{
	const struct figure_params params = {
		.width = width, .address = START,
	};
	struct figure *figure = figure_alloc(snap, &params);
	struct canvas *canvas;
	FILE *out;

	assert_non_null(figure);
	assert_false(figure->failed);
	canvas = canvas_new(figure->width, figure->height, false);
	assert_non_null(canvas);
	figure_draw(figure, canvas, 0, 0, figure->width, figure->height, 0, 0,
		    -1);
	out = fmemopen(text, sizeof(text), "w");
	assert_non_null(out);
	assert_int_equal(canvas_write(canvas, out), 0);
	fclose(out);
	canvas_free(canvas);
	figure_free(figure);
	snapshot_free(snap);
}

static void has(const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in\n%s", part, text);
}

static void has_not(const char *part)
{
	if (strstr(text, part))
		fail_msg("\"%s\" in\n%s", part, text);
}

static unsigned int count(const char *part)
{
	unsigned int nr = 0;

	for (const char *at = text; (at = strstr(at, part)); at++)
		nr++;
	return nr;
}

static void test_no_heap(void **state)
{
	(void)state;
	draw(make_heap(0), 80);
	has("There is no [heap]");
}

static void test_untouched(void **state)
{
	(void)state;
	draw(make_heap(33), 80);
	has("33 pages, untouched");
	has("brk       0x55d0a8e5d000");
	has("start_brk 0x55d0a8e3c000");
	has("0 pages were touched");
	has_not("frame 0x");
}

/* Pages that differ by flags alone are one row; the sums are of all pages. */
static void test_rows(void **state)
{
	struct snapshot *snap = make_heap(33);

	(void)state;
	add(snap, 0, 2, PAGE_ANON | PAGE_DIRTY);
	add(snap, 2, 3, PAGE_ANON | PAGE_DIRTY | PAGE_ACCESSED);
	add(snap, 10, 4, PAGE_ZERO);
	add(snap, 32, 1, PAGE_SWAP);
	draw(snap, 80);
	has("5 pages, written");
	has("5 frames");
	has("4 pages, only read");
	has("5 pages, untouched");
	has("18 pages, untouched");
	has("10 pages were touched, each with a page fault; 4 of them");
	has("5 pages were written to");
	has("in swap besides: 1");
	/* What was not asked for is not known. */
	has("frame ?");
}

static void test_cut(void **state)
{
	struct snapshot *snap = make_heap(1000);

	(void)state;
	for (uint64_t i = 0; i < 1000; i += 2)
		add(snap, i, 1, PAGE_ANON);
	draw(snap, 80);
	assert_int_equal(count("1 page, "), 32);
	has("968 pages below");
	has("500 pages were written to");
	draw(make_heap(1UL << 40), 160);
	has("1,099,511,627,776 pages, untouched");
}

static void test_unknown(void **state)
{
	struct snapshot *snap = make_heap(33);

	(void)state;
	page_map_free(snap->pages);
	snap->pages = NULL;
	snap->mm.has = 0;
	draw(snap, 40);
	has("the pages are not known");
	has("brk       ?");
	has("start_brk ?");
	snap = make_heap(33);
	snap->from.coherent = false;
	add(snap, 0, 2, PAGE_PRESENT);
	strcpy(snap->no_heap, "jemalloc manages this heap");
	draw(snap, 80);
	has("torn");
	has("of 2 pages this source can't tell");
	has("top is not known: jemalloc manages this heap");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_heap),
		cmocka_unit_test(test_untouched),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
