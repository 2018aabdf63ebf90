// SPDX-License-Identifier: GPL-2.0
/*
 * Layouts of glibc's malloc against what debug information says of real ones;
 * main_arena and mp_ found in data that was made here; lists that are no lists.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "heap/glibc.h"
#include "source/source.h"

#define WORDS	4096

/* The data of a library, as it would be in a target. */
static uint64_t data[WORDS] __attribute__((aligned(4096)));

/* ---- layouts ---- */

static struct glibc_shape shape_of(unsigned int minor, unsigned int word,
				   unsigned int align)
{
	struct glibc_shape shape;

	glibc_shape_init(&shape, glibc_layout(minor), word, align);
	return shape;
}

static void test_state(void **state)
{
	/* By version: top, bins, next, system_mem, size of it all. */
	static const unsigned int known[][6] = {
		{ 31, 96, 112, 2160, 2184, 2200 },
		{ 36, 96, 112, 2160, 2184, 2200 },
		{ 41, 96, 112, 2160, 2184, 2200 },
		{ 43, 8, 24, 2072, 2096, 2112 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		struct glibc_shape shape = shape_of(known[i][0], 8, 16);

		assert_int_equal(shape.state.top, known[i][1]);
		assert_int_equal(shape.state.bins, known[i][2]);
		assert_int_equal(shape.state.next, known[i][3]);
		assert_int_equal(shape.state.system_mem, known[i][4]);
		assert_int_equal(shape.state.size, known[i][5]);
	}
	assert_int_equal(shape_of(36, 8, 16).state.nr_fast, 10);
	assert_int_equal(shape_of(36, 4, 16).state.nr_fast, 11);
	assert_int_equal(shape_of(36, 4, 8).state.nr_fast, 10);
}

static void test_par(void **state)
{
	/* By version: n_mmaps, mmapped_mem, sbrk_base, tcache_count, size. */
	static const unsigned int known[][6] = {
		{ 31, 40, 56, 72, 96, 112 },
		{ 36, 60, 80, 96, 120, 136 },
		{ 41, 60, 80, 96, 120, 136 },
		{ 43, 68, 88, 104, 128, 144 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		struct glibc_shape shape = shape_of(known[i][0], 8, 16);

		assert_int_equal(shape.par.n_mmaps, known[i][1]);
		assert_int_equal(shape.par.mmapped_mem, known[i][2]);
		assert_int_equal(shape.par.sbrk_base, known[i][3]);
		assert_int_equal(shape.par.tcache_count, known[i][4]);
		assert_int_equal(shape.par.size, known[i][5]);
	}
}

static void test_others(void **state)
{
	(void)state;
	assert_int_equal(shape_of(31, 8, 16).heap_info, 32);
	assert_int_equal(shape_of(31, 4, 16).heap_info, 24);
	assert_int_equal(shape_of(36, 8, 16).heap_info, 48);
	assert_int_equal(shape_of(36, 4, 16).heap_info, 24);
	assert_int_equal(shape_of(36, 8, 16).cache.size, 640);
	assert_int_equal(shape_of(36, 8, 16).cache.entries, 128);
	assert_int_equal(shape_of(43, 8, 16).cache.size, 760);
	assert_int_equal(shape_of(43, 4, 16).min_chunk, 16);
	assert_int_equal(shape_of(43, 8, 16).min_chunk, 32);
	assert_null(glibc_layout(29));
	assert_ptr_equal(glibc_layout(99), glibc_layout_nth(0));
	assert_ptr_equal(glibc_layout(glibc_layout_newest()),
			 glibc_layout_nth(0));
	/* Every version from the oldest on has just one layout. */
	for (unsigned int minor = 30; minor <= glibc_layout_newest(); minor++)
		assert_non_null(glibc_layout(minor));
}

/* Bins 2 and up tell apart all sizes, without a gap. */
static void check_sizes(unsigned int word, unsigned int align)
{
	struct glibc_shape shape = shape_of(36, word, align);
	uint64_t next = shape.min_chunk, min, max;

	for (unsigned int i = 2; i < GLIBC_BINS; i++) {
		glibc_bin_sizes(&shape, i, &min, &max);
		/* Some indexes are for no size at all. */
		if (max < shape.min_chunk || max < min)
			continue;
		assert_int_equal(min, next);
		next = max + align;
	}
	assert_int_equal(max, UINT64_MAX);
	glibc_bin_sizes(&shape, 1, &min, &max);
	assert_int_equal(min, 0);
	assert_int_equal(max, UINT64_MAX);
}

static void test_sizes(void **state)
{
	struct glibc_shape shape = shape_of(36, 8, 16);
	uint64_t min, max;

	(void)state;
	check_sizes(8, 16);
	check_sizes(4, 16);
	check_sizes(4, 8);
	glibc_bin_sizes(&shape, 63, &min, &max);
	assert_int_equal(min, 1008);
	assert_int_equal(max, 1008);
	glibc_bin_sizes(&shape, 64, &min, &max);
	assert_int_equal(min, 1024);
	assert_int_equal(max, 1072);
	glibc_bin_sizes(&shape, 126, &min, &max);
	assert_int_equal(min, 2 << 18);
	assert_int_equal(glibc_fast_size(&shape, 0), 32);
	assert_int_equal(glibc_chunk_size(&shape, 24), 32);
	assert_int_equal(glibc_chunk_size(&shape, 25), 48);
	glibc_cache_sizes(&shape, 63, &min, &max);
	assert_int_equal(min, 1040);
	shape = shape_of(43, 8, 16);
	glibc_cache_sizes(&shape, 64, &min, &max);
	assert_int_equal(min, 1056);
	assert_int_equal(max, 2032);
	glibc_cache_sizes(&shape, 75, &min, &max);
	assert_int_equal(max, (4 << 20) - 16);
}

/* ---- finding ---- */

static struct snapshot *snap;
static struct memory *memory;
static struct error err;

static int set_up(void **state)
{
	const struct take take = { .what = TAKE_VMAS };
	struct source *source = source_open(CHOOSE_PROC, getpid(), &err);

	(void)state;
	memset(data, 0, sizeof(data));
	snap = source_take(source, &take, &err);
	source_close(source);
	memory = memory_new(getpid());
	return !snap || !memory || memory_look(memory, snap, &err);
}

static int tear_down(void **state)
{
	(void)state;
	memory_free(memory);
	snapshot_free(snap);
	return 0;
}

static void begin(struct glibc *glibc, unsigned int minor)
{
	*glibc = (struct glibc){ .page = 4096, .minor = minor };
	glibc_shape_init(&glibc->shape,
			 glibc_layout(minor ? minor : 41), 8, 16);
	assert_true(glibc_ranges_add(&glibc->data, (uintptr_t)data,
				     (uintptr_t)(data + WORDS)));
}

/* An arena at a word of the data: in use, or never used. */
static void make_arena(const struct glibc_shape *shape, unsigned int word,
		       bool is_used)
{
	uint64_t *at = &data[word];

	at[shape->state.next / 8] = (uintptr_t)at;
	at[shape->state.threads / 8] = 1;
	if (!is_used)
		return;
	for (unsigned int i = 0; i < GLIBC_BINS; i++)
		at[shape->state.bins / 8 + 2 * i] =
			at[shape->state.bins / 8 + 2 * i + 1] =
			(uintptr_t)&at[shape->state.bins / 8 + 2 * i - 2];
	at[shape->state.top / 8] = 0x555555559000;
	at[shape->state.system_mem / 8] = 135168;
	at[shape->state.max_system / 8] = 135168;
}

static void put_int(uint64_t *at, unsigned int offset, uint32_t value)
{
	memcpy((char *)at + offset, &value, sizeof(value));
}

static void make_par(const struct glibc_shape *shape, unsigned int word)
{
	uint64_t *at = &data[word];
	const struct glibc_par_at *par = &shape->par;

	at[par->trim_threshold / 8] = at[par->top_pad / 8] =
		at[par->mmap_threshold / 8] = 131072;
	at[par->arena_test / 8] = 8;
	put_int(at, par->n_mmaps_max, 65536);
	at[par->sbrk_base / 8] = 0x555555558000;
	at[par->tcache_bins / 8] = 64;
	at[par->tcache_max_bytes / 8] = shape->layout->has_slots ? 1041 : 1032;
	at[par->tcache_count / 8] = 7;
}

static void test_find(void **state)
{
	static const unsigned int minors[] = { 31, 33, 34, 36, 41, 42, 43 };
	struct glibc glibc;

	(void)state;
	for (size_t i = 0; i < sizeof(minors) / sizeof(*minors); i++) {
		memset(data, 0, sizeof(data));
		begin(&glibc, minors[i]);
		make_par(&glibc.shape, 100);
		make_arena(&glibc.shape, 1500, true);
		assert_true(glibc_find_state(&glibc, memory));
		assert_int_equal(glibc.state, (uintptr_t)&data[1500]);
		assert_int_equal(glibc.par, (uintptr_t)&data[100]);
		assert_true(glibc.started);
		free(glibc.data.range);
	}
}

/* Which of the layouts it is shows where nothing says the version. */
static void test_find_layout(void **state)
{
	static const unsigned int minors[] = { 34, 41, 42, 43 };
	struct glibc glibc;

	(void)state;
	for (size_t i = 0; i < sizeof(minors) / sizeof(*minors); i++) {
		struct glibc_shape shape = shape_of(minors[i], 8, 16);

		memset(data, 0, sizeof(data));
		make_par(&shape, 100);
		make_arena(&shape, 1500, true);
		begin(&glibc, 0);
		assert_true(glibc_find_state(&glibc, memory));
		assert_ptr_equal(glibc.shape.layout, shape.layout);
		assert_int_equal(glibc.state, (uintptr_t)&data[1500]);
		free(glibc.data.range);
	}
}

/* A version that nobody knows yet must prove that it is like the newest. */
static void test_find_newer(void **state)
{
	struct glibc glibc;

	(void)state;
	begin(&glibc, 99);
	make_arena(&glibc.shape, 1500, true);
	assert_false(glibc_find_state(&glibc, memory));
	make_par(&glibc.shape, 100);
	assert_true(glibc_find_state(&glibc, memory));
	data[1500 + glibc.shape.state.next / 8] = 0x1000;
	assert_false(glibc_find_state(&glibc, memory));
	free(glibc.data.range);
}

static void test_find_unused(void **state)
{
	struct glibc glibc;

	(void)state;
	begin(&glibc, 36);
	make_arena(&glibc.shape, 700, false);
	assert_true(glibc_find_state(&glibc, memory));
	assert_int_equal(glibc.state, (uintptr_t)&data[700]);
	assert_false(glibc.started);
	assert_int_equal(glibc.par, 0);
	free(glibc.data.range);
}

static void test_find_none(void **state)
{
	struct glibc glibc;

	(void)state;
	begin(&glibc, 36);
	for (size_t i = 0; i < WORDS; i++)
		data[i] = (uintptr_t)&data[i * 7 % WORDS];
	assert_false(glibc_find_state(&glibc, memory));
	free(glibc.data.range);
}

/* Two that look like mp_: none is believed. */
static void test_find_two(void **state)
{
	struct glibc glibc;

	(void)state;
	begin(&glibc, 36);
	make_par(&glibc.shape, 100);
	make_par(&glibc.shape, 300);
	make_arena(&glibc.shape, 1500, true);
	assert_true(glibc_find_state(&glibc, memory));
	assert_int_equal(glibc.par, 0);
	free(glibc.data.range);
}

/* ---- lists ---- */

/* data[0], data[2] ... link to each other by these numbers, -1: the end. */
static void link_all(const struct glibc *glibc, const int *to, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		uint64_t *at = &data[2 * i];

		*at = glibc_unlink(&glibc->shape, (uintptr_t)at, to[i] < 0 ? 0 :
				   (uintptr_t)&data[2 * to[i]]);
	}
	memory_clear(memory);
	assert_int_equal(memory_copy(memory, (uintptr_t)data,
				     (uintptr_t)(data + WORDS), &err), 0);
}

static void measures(unsigned int minor, const int *to, size_t nr,
		     size_t length, bool is_cycle)
{
	struct glibc glibc;
	struct glibc_list list = { .glibc = &glibc, .memory = memory,
				   .most = SIZE_MAX };

	begin(&glibc, minor);
	link_all(&glibc, to, nr);
	glibc_list_measure(&list, (uintptr_t)data);
	assert_int_equal(list.nr, length);
	assert_int_equal(list.is_cycle, is_cycle);
	assert_int_equal(list.strange, 0);
	free(glibc.data.range);
}

static void test_lists(void **state)
{
	static const int straight[] = { 1, 2, 3, 4, -1 }, self[] = { 0 };
	static const int back[] = { 1, 2, 3, 4, 2 }, whole[] = { 1, 2, 3, 0 };
	static const int late[] = { 1, 2, 3, 4, 5, 6, 7, 8, 8 };

	(void)state;
	for (unsigned int minor = 31; minor <= 36; minor += 5) {
		measures(minor, straight, 5, 5, false);
		measures(minor, self, 1, 1, true);
		measures(minor, back, 5, 5, true);
		measures(minor, whole, 4, 4, true);
		measures(minor, late, 9, 9, true);
	}
}

static void test_strange(void **state)
{
	struct glibc glibc;
	struct glibc_list list = { .glibc = &glibc, .memory = memory,
				   .most = SIZE_MAX };

	(void)state;
	begin(&glibc, 31);
	data[0] = (uintptr_t)&data[4];
	data[4] = 0x4141414141414140;
	memory_clear(memory);
	assert_int_equal(memory_copy(memory, (uintptr_t)data,
				     (uintptr_t)(data + WORDS), &err), 0);
	glibc_list_measure(&list, (uintptr_t)data);
	assert_int_equal(list.nr, 2);
	assert_int_equal(list.strange, 0x4141414141414140);
	glibc_list_measure(&list, 0);
	assert_int_equal(list.nr, 0);
	free(glibc.data.range);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_state),
		cmocka_unit_test(test_par),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test_setup_teardown(test_find, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_find_layout, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_find_newer, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_find_unused, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_find_none, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_find_two, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_lists, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_strange, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
