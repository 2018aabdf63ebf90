// SPDX-License-Identifier: GPL-2.0
/*
 * Pages, tables and entries as the module sends them: what is put in comes
 * out, page by page, and what nobody should send is refused without harm.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <linux/vmaview.h>

#include "source/wire.h"

#include "message.h"

#define PAGE	4096ULL
#define START	0x7f0000000000ULL

static void put_map(struct message *msg, uint64_t start, const uint64_t *words,
		    size_t nr)
{
	message_begin(msg, VMAVIEW_CMD_GET_PAGES);
	mnl_attr_put_u64(msg->nlh, VMAVIEW_A_START, start);
	mnl_attr_put(msg->nlh, VMAVIEW_A_MAP, nr * sizeof(*words), words);
}

/* ---- pages ---- */

#define NR	3000

/* What a page is on the wire and in the model. */
static const struct {
	uint32_t wire, model;
} states[] = {
	{ VMAVIEW_PAGE_NONE, PAGE_NONE },
	{ VMAVIEW_PAGE_UNMAPPED, PAGE_NONE },
	{ VMAVIEW_PAGE_ANON | VMAVIEW_PAGE_DIRTY | VMAVIEW_PAGE_WRITABLE,
	  PAGE_ANON | PAGE_DIRTY | PAGE_WRITABLE },
	{ VMAVIEW_PAGE_ANON, PAGE_ANON },
	{ VMAVIEW_PAGE_SWAP | VMAVIEW_PAGE_SOFT_DIRTY,
	  PAGE_SWAP | PAGE_SOFT_DIRTY },
	{ VMAVIEW_PAGE_GUARD, PAGE_GUARD },
	{ VMAVIEW_PAGE_HUGETLB | VMAVIEW_PAGE_PUD, PAGE_HUGETLB | PAGE_PUD },
	{ VMAVIEW_PAGE_KSM | VMAVIEW_PAGE_ANON, PAGE_ANON | PAGE_KSM },
};

#define NR_STATES	(sizeof(states) / sizeof(states[0]))

/* Pages in stretches of random length and state. */
static void make_pages(uint8_t *pages, unsigned int longest)
{
	unsigned int i = 0;

	while (i < NR) {
		unsigned int nr = 1 + rand() % longest;
		uint8_t state = rand() % NR_STATES;

		while (nr-- && i < NR)
			pages[i++] = state;
	}
}

/* One bitmap, where the next pages are none or of one other state. */
static size_t put_bitmap(const uint8_t *pages, unsigned int *at,
			 uint64_t *words)
{
	unsigned int nr = 1 + rand() % 200, i, state = 0;
	size_t nr_words = 1;

	for (i = 0; i < nr && *at + i < NR; i++) {
		uint8_t page = pages[*at + i];

		if (page && !state)
			state = page;
		if (page && page != state)
			break;
		if (i % 64 == 0)
			words[nr_words++] = 0;
		if (page)
			words[i / 64 + 1] |= 1ULL << i % 64;
	}
	/* above the last page bits may be anything */
	if (i % 64)
		words[nr_words - 1] |= ~0ULL << i % 64;
	words[0] = states[state].wire | VMAVIEW_PAGE_BITMAP |
		   (uint64_t)i << 24;
	*at += i;
	return nr_words;
}

static size_t put_run(const uint8_t *pages, unsigned int *at, uint64_t *words)
{
	unsigned int nr = 1;

	/* not always as long as it could be */
	while (*at + nr < NR && pages[*at + nr] == pages[*at] && rand() % 50)
		nr++;
	words[0] = states[pages[*at]].wire | (uint64_t)nr << 24;
	*at += nr;
	return 1;
}

static size_t encode(const uint8_t *pages, uint64_t *words)
{
	unsigned int at = 0;
	size_t nr = 0;

	while (at < NR)
		nr += rand() % 3 ? put_run(pages, &at, words + nr) :
				   put_bitmap(pages, &at, words + nr);
	return nr;
}

static size_t put_frames(struct message *msg, const uint8_t *pages, int type)
{
	static uint64_t frames[NR];
	size_t nr = 0;
	int i;

	for (i = 0; i < NR; i++)
		if (page_has_frame(states[pages[i]].model))
			frames[nr++] = 0x1000000ULL + i;
	mnl_attr_put(msg->nlh, type, nr * sizeof(frames[0]), frames);
	return nr;
}

static void check_pages(const struct page_map *map, const uint8_t *pages)
{
	int i;

	for (i = 0; i < NR; i++) {
		uint64_t addr = START + i * PAGE, frame;
		const struct page_run *run = page_map_find(map, addr);
		uint32_t model = states[pages[i]].model;

		assert_int_equal(run ? run->state : PAGE_NONE, model);
		assert_int_equal(page_map_frame(map, addr + 17, &frame),
				 page_has_frame(model));
		if (page_has_frame(model))
			assert_int_equal(frame, 0x1000000 + i);
	}
}

static void test_pages(void **state)
{
	static uint64_t words[3 * NR];
	static struct message msg;
	uint8_t pages[NR];
	struct error err;
	int round;

	(void)state;
	srand(7);
	for (round = 0; round < 200; round++) {
		struct page_map *map = page_map_new(START, START + NR * PAGE,
						    PAGE);

		make_pages(pages, round % 4 ? 1 + round : 1);
		put_map(&msg, START, words, encode(pages, words));
		put_frames(&msg, pages, round & 1 ? VMAVIEW_A_TOKENS :
			   VMAVIEW_A_FRAMES);
		assert_int_equal(wire_read_pages(msg.nlh, map, &err), 0);
		assert_int_equal(map->are_tokens, round & 1);
		check_pages(map, pages);
		page_map_free(map);
	}
}

/* Two messages are one map, and a run goes on from one to the other. */
static void test_two_messages(void **state)
{
	uint64_t word = VMAVIEW_PAGE_ANON | 5ULL << 24;
	struct page_map *map = page_map_new(START, START + 7 * PAGE, PAGE);
	static struct message msg;
	struct error err;

	(void)state;
	put_map(&msg, START, &word, 1);
	assert_int_equal(wire_read_pages(msg.nlh, map, &err), 0);
	put_map(&msg, START + 5 * PAGE, &word, 1);
	assert_int_equal(wire_read_pages(msg.nlh, map, &err), 0);
	assert_int_equal(map->nr_runs, 1);
	/* behind the end nothing was asked for */
	assert_int_equal(map->runs[0].nr_pages, 7);
	assert_false(map->has_frames);
	message_begin(&msg, VMAVIEW_CMD_GET_PAGES);
	assert_int_equal(wire_read_pages(msg.nlh, map, &err), 0);
	page_map_free(map);
}

/* Messages come in ascending order, of whole pages. */
static void test_order(void **state)
{
	static const uint64_t bad[] = {
		START, START + 4 * PAGE, START - PAGE, 0, START + 5 * PAGE + 1,
	};
	uint64_t word = VMAVIEW_PAGE_ANON | 5ULL << 24;
	static struct message msg;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct page_map *map = page_map_new(0, UINT64_MAX, PAGE);

		put_map(&msg, START, &word, 1);
		assert_int_equal(wire_read_pages(msg.nlh, map, &err), 0);
		put_map(&msg, bad[i], &word, 1);
		assert_int_equal(wire_read_pages(msg.nlh, map, &err), -1);
		assert_int_equal(err.kind, ERR_INCOMPATIBLE);
		assert_int_equal(map->nr_runs, 1);
		page_map_free(map);
	}
}

static void test_bad_maps(void **state)
{
	const uint64_t run = VMAVIEW_PAGE_ANON | 9ULL << 24;
	const uint64_t bad[] = {
		VMAVIEW_PAGE_ANON,			/* of no page */
		VMAVIEW_PAGE_ANON | VMAVIEW_PAGE_BITMAP | 1ULL << 24,
		VMAVIEW_PAGE_ANON | VMAVIEW_PAGE_BITMAP | ~0ULL << 24,
	};
	static struct message msg;
	struct error err;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		struct page_map *map = page_map_new(0, UINT64_MAX, PAGE);
		uint64_t words[2] = { run, i < 3 ? bad[i] : run };

		/* the last one would go on behind the last address */
		put_map(&msg, i < 3 ? START : 0 - 10 * PAGE, words, 2);
		assert_int_equal(wire_read_pages(msg.nlh, map, &err), -1);
		assert_int_equal(err.kind, ERR_INCOMPATIBLE);
		page_map_free(map);
	}
}

static void test_known_flags(void **state)
{
	struct wire_info info = { .features = VMAVIEW_FEATURE_SOFT_DIRTY };

	(void)state;
	assert_int_equal(wire_known_flags(&info, TAKE_PAGES | TAKE_SHARING),
			 PAGE_FLAGS_ALL);
	assert_false(wire_known_flags(&info, TAKE_PAGES) & PAGE_EXCLUSIVE);
	info.features = 0;
	assert_false(wire_known_flags(&info, TAKE_SHARING) & PAGE_SOFT_DIRTY);
}

/* ---- tables ---- */

static const struct vmaview_tables two_areas[] = {
	{ .start = 0x1000, .end = 0x3000, .used = { 7, 1, 1 },
	  .pages = { 6 }, .tables = { 1, 1, 1, 0, 1 } },
	{ .start = 0x200000, .end = 0x800000, .used = { 0, 3 },
	  .pages = { 0, 3 }, .deposited = 3 },
};

/* size bytes a record: the known ones, then what a newer module adds */
static void make_tables(struct message *msg, uint32_t size)
{
	char records[512];
	int i;

	memset(records, 0xee, sizeof(records));
	for (i = 0; i < 2; i++)
		memcpy(records + i * size, &two_areas[i], sizeof(two_areas[0]));
	message_begin(msg, VMAVIEW_CMD_GET_TABLES);
	mnl_attr_put_u32(msg->nlh, VMAVIEW_A_TABLES_SIZE, size);
	mnl_attr_put(msg->nlh, VMAVIEW_A_TABLES, 2 * size, records);
}

static void check_tables(uint32_t size)
{
	struct table_list *list = table_list_new(4096, 512);
	static struct message msg;
	struct area_tables sum;
	struct error err;

	make_tables(&msg, size);
	assert_int_equal(wire_read_tables(msg.nlh, list, &err), 0);
	assert_int_equal(list->nr_areas, 2);
	table_list_sum(list, 0, UINT64_MAX, &sum);
	assert_int_equal(sum.used[LEVEL_PMD], 4);
	assert_int_equal(sum.pages[LEVEL_PMD], 3);
	assert_int_equal(sum.pages[LEVEL_PTE], 6);
	assert_int_equal(tables_bytes(list, &sum), 7 * 4096);
	table_list_free(list);
}

static void test_tables(void **state)
{
	struct table_list *list = table_list_new(4096, 512);
	static struct message msg;
	struct error err;

	(void)state;
	check_tables(sizeof(struct vmaview_tables));
	check_tables(sizeof(struct vmaview_tables) + 16);
	make_tables(&msg, 8);
	assert_int_equal(wire_read_tables(msg.nlh, list, &err), -1);
	table_list_free(list);
}

/* ---- entries ---- */

static void put_level(struct message *msg, uint32_t level, uint64_t raw,
		      bool with_table)
{
	struct nlattr *nest = mnl_attr_nest_start(msg->nlh,
						  VMAVIEW_ENTRY_A_LEVEL);

	mnl_attr_put_u32(msg->nlh, VMAVIEW_LEVEL_A_LEVEL, level);
	mnl_attr_put_u32(msg->nlh, VMAVIEW_LEVEL_A_SHIFT, 12 + 9 * level);
	mnl_attr_put_u32(msg->nlh, VMAVIEW_LEVEL_A_INDEX, 5);
	mnl_attr_put_u32(msg->nlh, VMAVIEW_LEVEL_A_ENTRIES, 512);
	if (with_table)
		mnl_attr_put_u64(msg->nlh, VMAVIEW_LEVEL_A_TABLE, 0xabc000);
	mnl_attr_put_u64(msg->nlh, VMAVIEW_LEVEL_A_RAW, raw);
	mnl_attr_put_u64(msg->nlh, VMAVIEW_LEVEL_A_RAW_MASK, ~0ULL);
	mnl_attr_nest_end(msg->nlh, nest);
}

static void make_entry(struct message *msg, bool privileged, int nr_levels)
{
	struct nlattr *nest;
	int i;

	message_begin(msg, VMAVIEW_CMD_GET_ENTRY);
	nest = mnl_attr_nest_start(msg->nlh, VMAVIEW_A_ENTRY);
	mnl_attr_put_u64(msg->nlh, VMAVIEW_ENTRY_A_ADDRESS, START + 5);
	mnl_attr_put_u32(msg->nlh, VMAVIEW_ENTRY_A_STATE,
			 VMAVIEW_PAGE_SHMEM | VMAVIEW_PAGE_ACCESSED);
	mnl_attr_put_u64(msg->nlh, VMAVIEW_ENTRY_A_VMA_START, START);
	mnl_attr_put_u64(msg->nlh, VMAVIEW_ENTRY_A_VMA_END, START + PAGE);
	mnl_attr_put_u64(msg->nlh, privileged ? VMAVIEW_ENTRY_A_FRAME :
			 VMAVIEW_ENTRY_A_TOKEN, 0x77);
	for (i = nr_levels - 1; i >= 0; i--)
		put_level(msg, i % 5, 0x1000 + i, privileged);
	mnl_attr_nest_end(msg->nlh, nest);
}

static void test_entry(void **state)
{
	static struct message msg;
	struct entry_walk walk;
	struct error err;

	(void)state;
	make_entry(&msg, true, 4);
	assert_int_equal(wire_read_entry(msg.nlh, &walk, &err), 0);
	assert_true(walk.address == START + 5);
	assert_int_equal(walk.state, PAGE_SHMEM | PAGE_ACCESSED);
	assert_true(walk.in_vma && walk.vma_start == START);
	assert_true(walk.has_frame && !walk.is_token && walk.frame == 0x77);
	assert_int_equal(walk.nr_levels, 4);
	assert_int_equal(walk.levels[0].level, LEVEL_P4D);
	assert_true(walk.levels[0].has_table);
	assert_int_equal(walk.levels[3].level, LEVEL_PTE);
	assert_int_equal(walk.levels[3].raw, 0x1000);
	make_entry(&msg, false, 5);
	assert_int_equal(wire_read_entry(msg.nlh, &walk, &err), 0);
	assert_true(walk.has_frame && walk.is_token);
	assert_false(walk.levels[0].has_table);
	/* more levels than there are */
	make_entry(&msg, true, 6);
	assert_int_equal(wire_read_entry(msg.nlh, &walk, &err), -1);
}

/* ---- all of them ---- */

static void read_damaged(const struct nlmsghdr *nlh)
{
	struct page_map *map = page_map_new(0, UINT64_MAX, PAGE);
	struct table_list *list = table_list_new(4096, 512);
	struct entry_walk walk = { .nr_levels = 0 };
	struct error err;
	size_t i;

	if (!wire_read_pages(nlh, map, &err))
		for (i = 1; i < map->nr_runs; i++)
			assert_true(map->runs[i].start >
				    map->runs[i - 1].start);
	wire_read_tables(nlh, list, &err);
	wire_read_entry(nlh, &walk, &err);
	assert_in_range(walk.nr_levels, 0, LEVEL_NR);
	page_map_free(map);
	table_list_free(list);
}

static void test_cuts_and_flips(void **state)
{
	const uint64_t words[] = {
		VMAVIEW_PAGE_ANON | 3ULL << 24, VMAVIEW_PAGE_NONE | 2ULL << 24,
		VMAVIEW_PAGE_SWAP | VMAVIEW_PAGE_BITMAP | 70ULL << 24, 0x5555, 3,
	};
	static struct message msg;

	(void)state;
	put_map(&msg, START, words, 5);
	mnl_attr_put(msg.nlh, VMAVIEW_A_FRAMES, sizeof(words), words);
	message_damage(&msg, read_damaged);
	make_tables(&msg, sizeof(struct vmaview_tables));
	message_damage(&msg, read_damaged);
	make_entry(&msg, true, 5);
	message_damage(&msg, read_damaged);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_two_messages),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_bad_maps),
		cmocka_unit_test(test_known_flags),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_entry),
		cmocka_unit_test(test_cuts_and_flips),
	};

	return cmocka_run_group_tests_name("wire_pages", tests, NULL, NULL);
}
