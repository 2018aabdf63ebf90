// SPDX-License-Identifier: GPL-2.0
/* Page maps against a plain array of pages, and lists of page tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/pages.h"
#include "model/tables.h"

#define PAGE	4096ULL
#define BASE	(100 * PAGE)

static void test_names(void **state)
{
	uint32_t flags = 0;
	size_t i, j;

	(void)state;
	for (i = 0; i < PAGE_KIND_NR; i++) {
		assert_non_null(page_kinds[i].name);
		assert_non_null(page_kinds[i].meaning);
		for (j = 0; j < i; j++)
			assert_string_not_equal(page_kinds[i].name,
						page_kinds[j].name);
	}
	for (i = 0; i < nr_page_flags; i++) {
		assert_int_equal(flags & page_flags[i].flag, 0);
		flags |= page_flags[i].flag;
		for (j = 0; j < i; j++)
			assert_int_not_equal(page_flags[i].letter,
					     page_flags[j].letter);
	}
	assert_int_equal(flags, PAGE_FLAGS_ALL);
	for (i = 0; i < LEVEL_NR; i++)
		assert_non_null(levels[i].meaning);
}

static void test_merge(void **state)
{
	struct page_map *map = page_map_new(BASE, BASE + 100 * PAGE, PAGE);

	(void)state;
	assert_null(page_map_find(map, BASE));
	/* alike and side by side; apart; another state; no pages at all */
	page_map_add(map, BASE, 2, PAGE_ANON);
	page_map_add(map, BASE + 2 * PAGE, 3, PAGE_ANON);
	page_map_add(map, BASE + 5 * PAGE, 1, PAGE_NONE | PAGE_SOFT_DIRTY);
	page_map_add(map, BASE + 6 * PAGE, 1, PAGE_ANON);
	page_map_add(map, BASE + 7 * PAGE, 1, PAGE_ANON | PAGE_DIRTY);
	page_map_add(map, BASE + 8 * PAGE, 0, PAGE_FILE);
	assert_int_equal(map->nr_runs, 3);
	assert_int_equal(map->runs[0].nr_pages, 5);
	assert_int_equal(map->runs[1].frame, 5);
	assert_int_equal(map->runs[2].frame, 6);
	assert_ptr_equal(page_map_find(map, BASE + 5 * PAGE - 1),
			 &map->runs[0]);
	assert_null(page_map_find(map, BASE + 5 * PAGE));
	page_map_free(map);
	page_map_free(NULL);
}

static void test_cut(void **state)
{
	struct page_map *map = page_map_new(BASE, BASE + 10 * PAGE, PAGE);

	(void)state;
	page_map_add(map, 0, 5, PAGE_ANON);
	assert_int_equal(map->nr_runs, 0);
	page_map_add(map, BASE - 3 * PAGE, 4, PAGE_ANON);
	assert_int_equal(map->nr_runs, 1);
	assert_int_equal(map->runs[0].start, BASE);
	assert_int_equal(map->runs[0].nr_pages, 1);
	page_map_add(map, BASE + 8 * PAGE, 1ULL << 50, PAGE_FILE);
	assert_int_equal(map->runs[1].nr_pages, 2);
	page_map_add(map, BASE + 10 * PAGE, 5, PAGE_FILE);
	assert_int_equal(map->nr_runs, 2);
	assert_false(map->truncated);
	assert_true(page_map_knows(map, BASE, BASE + 10 * PAGE));
	assert_false(page_map_knows(map, BASE - PAGE, BASE + PAGE));
	assert_false(page_map_knows(map, BASE, BASE + 11 * PAGE));
	page_map_free(map);
}

/* More pages alike than a run can count. */
static void test_long(void **state)
{
	struct page_map *map = page_map_new(0, UINT64_MAX & ~(PAGE - 1), PAGE);
	struct page_sum sum;

	(void)state;
	assert_int_equal(page_map_add(map, 0, 1ULL << 33, PAGE_ANON), 0);
	assert_int_equal(map->nr_runs, 3);
	assert_int_equal(map->runs[0].nr_pages, UINT32_MAX);
	assert_int_equal(map->runs[1].start, UINT32_MAX * PAGE);
	assert_int_equal(map->runs[2].frame, 2ULL * UINT32_MAX);
	assert_int_equal(map->runs[2].nr_pages, 2);
	page_map_sum(map, 0, map->end, &sum);
	assert_int_equal(sum.kinds[PAGE_ANON], 1ULL << 33);
	assert_int_equal(sum.kinds[PAGE_NONE],
			 map->end / PAGE - (1ULL << 33));
	page_map_free(map);
}

static void test_truncate(void **state)
{
	struct page_map *map = page_map_new(0, 1ULL << 40, PAGE);
	uint64_t i, end = PAGE_MAP_RUNS_MAX;

	(void)state;
	for (i = 0; i < end; i++)
		assert_int_equal(page_map_add(map, i * PAGE, 1, i & 1 ?
					      PAGE_ANON : PAGE_FILE), 0);
	assert_false(map->truncated);
	assert_int_equal(map->nr_runs, PAGE_MAP_RUNS_MAX);
	/* the last run can still get longer */
	assert_int_equal(page_map_add(map, end * PAGE, 1, PAGE_ANON), 0);
	assert_false(map->truncated);
	assert_int_equal(page_map_add(map, (end + 1) * PAGE, 1, PAGE_FILE), 0);
	assert_true(map->truncated);
	assert_int_equal(map->nr_runs, PAGE_MAP_RUNS_MAX);
	assert_true(page_map_knows(map, 0, (end + 1) * PAGE));
	assert_false(page_map_knows(map, 0, (end + 2) * PAGE));
	page_map_free(map);
}

/* ---- a plain array of pages ---- */

#define NR	600

struct oracle {
	uint32_t state[NR];
	uint64_t frame[NR];
};

static unsigned int seed = 1;

static unsigned int below(unsigned int n)
{
	return (unsigned int)rand_r(&seed) % n;
}

static const uint32_t some[] = {
	PAGE_NONE, PAGE_ANON, PAGE_ANON | PAGE_DIRTY, PAGE_FILE, PAGE_SWAP,
	PAGE_MARKER, PAGE_GUARD | PAGE_UFFD_WP, PAGE_ABSENT,
};
#define NR_SOME	(sizeof(some) / sizeof(some[0]))

/* Both with the same pages. */
static struct page_map *fill(struct oracle *oracle, bool has_frames)
{
	struct page_map *map = page_map_new(BASE, BASE + NR * PAGE, PAGE);
	unsigned int at = 0;

	memset(oracle, 0, sizeof(*oracle));
	map->has_frames = has_frames;
	while (at < NR) {
		uint32_t state = some[below(NR_SOME)];
		unsigned int nr = 1 + below(40), i;

		if (nr > NR - at)
			nr = NR - at;
		assert_int_equal(page_map_add(map, BASE + at * PAGE, nr, state),
				 0);
		for (i = at; i < at + nr; i++) {
			oracle->state[i] = state;
			oracle->frame[i] = 1000 + below(50);
		}
		if (has_frames && page_has_frame(state))
			assert_int_equal(page_map_add_frames(map,
						oracle->frame + at, nr), 0);
		at += nr;
	}
	return map;
}

static void check_pages(const struct page_map *map, const struct oracle *oracle)
{
	uint64_t frame;
	unsigned int i;

	for (i = 0; i < NR; i++) {
		uint64_t addr = BASE + i * PAGE + below(PAGE);
		const struct page_run *run = page_map_find(map, addr);
		bool has = map->has_frames && page_has_frame(oracle->state[i]);

		assert_int_equal(run ? run->state : PAGE_NONE,
				 PAGE_KIND(oracle->state[i]) == PAGE_NONE ?
				 PAGE_NONE : oracle->state[i]);
		assert_int_equal(page_map_frame(map, addr, &frame), has);
		if (has)
			assert_int_equal(frame, oracle->frame[i]);
	}
	assert_null(page_map_find(map, BASE - 1));
	assert_null(page_map_find(map, BASE + NR * PAGE));
}

static void check_sum(const struct page_map *map, const struct oracle *oracle,
		      unsigned int from, unsigned int to)
{
	struct page_sum sum, want = { 0 };
	unsigned int i, bit;

	for (i = from; i < to; i++) {
		enum page_kind kind = PAGE_KIND(oracle->state[i]);

		want.kinds[kind]++;
		for (bit = 5; kind && bit < 32; bit++)
			want.flags[bit] += oracle->state[i] >> bit & 1;
	}
	page_map_sum(map, BASE + from * PAGE, BASE + to * PAGE, &sum);
	assert_memory_equal(&sum, &want, sizeof(sum));
}

static void test_oracle(void **state)
{
	struct oracle oracle;
	int round, i;

	(void)state;
	for (round = 0; round < 200; round++) {
		struct page_map *map = fill(&oracle, round & 1);

		check_pages(map, &oracle);
		check_sum(map, &oracle, 0, NR);
		for (i = 0; i < 50; i++) {
			unsigned int from = below(NR), to = below(NR);

			/* an empty range has nothing, also the wrong way round */
			check_sum(map, &oracle, from, to < from ? from : to);
		}
		page_map_free(map);
	}
}

/* Neighbours that are alike are one run, whatever pieces they came in. */
static void test_runs_are_few(void **state)
{
	struct oracle oracle;
	int round;
	size_t i;

	(void)state;
	for (round = 0; round < 100; round++) {
		struct page_map *map = fill(&oracle, false);

		for (i = 1; i < map->nr_runs; i++) {
			const struct page_run *last = &map->runs[i - 1];
			uint64_t end = last->start + last->nr_pages * PAGE;

			assert_true(end <= map->runs[i].start);
			if (end == map->runs[i].start)
				assert_int_not_equal(last->state,
						     map->runs[i].state);
		}
		page_map_free(map);
	}
}

static void test_missing_frames(void **state)
{
	struct page_map *map = page_map_new(BASE, BASE + 10 * PAGE, PAGE);
	const uint64_t frames[] = { 7, 8 };
	uint64_t frame;

	(void)state;
	map->has_frames = true;
	page_map_add(map, BASE, 3, PAGE_ANON);
	assert_int_equal(page_map_add_frames(map, frames, 0), 0);
	assert_false(page_map_frame(map, BASE, &frame));
	assert_int_equal(page_map_add_frames(map, frames, 2), 0);
	assert_true(page_map_frame(map, BASE + PAGE, &frame));
	assert_int_equal(frame, 8);
	assert_false(page_map_frame(map, BASE + 2 * PAGE, &frame));
	page_map_free(map);
}

/* ---- tables ---- */

static void test_tables(void **state)
{
	struct table_list *list = table_list_new(4096, 512);
	struct area_tables sum;
	uint64_t i;

	(void)state;
	table_list_sum(list, 0, UINT64_MAX, &sum);
	assert_int_equal(tables_bytes(list, &sum), 0);
	for (i = 0; i < 100; i++) {
		struct area_tables *area = table_list_add(list);

		assert_int_equal(area->used[LEVEL_PTE], 0);
		assert_int_equal(area->deposited, 0);
		area->start = i * 8 * PAGE;
		area->end = area->start + 4 * PAGE;
		area->used[LEVEL_PTE] = i;
		area->pages[LEVEL_PMD] = 1;
		area->tables[LEVEL_PTE] = 2;
		area->tables[LEVEL_PGD] = !i;
		area->deposited = i & 1;
	}
	table_list_sum(list, 0, UINT64_MAX, &sum);
	assert_int_equal(sum.used[LEVEL_PTE], 4950);
	assert_int_equal(sum.pages[LEVEL_PMD], 100);
	assert_int_equal(sum.tables[LEVEL_PGD], 1);
	assert_int_equal(tables_bytes(list, &sum), (200 + 1 + 50) * 4096);
	/* the ends of a range belong to the areas above and below it */
	table_list_sum(list, 4 * PAGE, 8 * PAGE, &sum);
	assert_int_equal(sum.tables[LEVEL_PTE], 0);
	table_list_sum(list, 4 * PAGE - 1, 8 * PAGE + 1, &sum);
	assert_int_equal(sum.tables[LEVEL_PTE], 4);
	table_list_free(list);
	table_list_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_truncate),
		cmocka_unit_test(test_oracle),
		cmocka_unit_test(test_runs_are_few),
		cmocka_unit_test(test_missing_frames),
		cmocka_unit_test(test_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
