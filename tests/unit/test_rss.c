// SPDX-License-Identifier: GPL-2.0
/* The kernel's counters beside the walk: numbers, and which reason when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model/rss.h"

/* Two areas that hold 5 anonymous pages, 3 of files, none else. */
static struct snapshot *picture(enum source_kind source, const char *kernel)
{
	struct snapshot *snap = snapshot_new();
	int i;

	snap->page_size = 4096;
	snap->has_vmas = true;
	snap->from.coherent = true;
	snap->from.source = source;
	snprintf(snap->from.kernel, sizeof(snap->from.kernel), "%s", kernel);
	for (i = 0; i < 2; i++) {
		struct vma *vma = snapshot_add_vma(snap);
		int c;

		vma->start = (uint64_t)(i + 1) << 20;
		vma->end = vma->start + (1 << 16);
		for (c = 0; c < RES_NR; c++)
			res_set(&vma->res, c, 0);
		res_set(&vma->res, RES_ANON, i ? 3 : 2);
		res_set(&vma->res, RES_FILE, i ? 0 : 3);
	}
	mm_set(&snap->mm, MM_RSS_ANON, 5);
	mm_set(&snap->mm, MM_RSS_FILE, 3);
	mm_set(&snap->mm, MM_RSS_SHMEM, 0);
	mm_set(&snap->mm, MM_SWAP_ENTS, 0);
	return snap;
}

/* NULL or the reason of one kind, which must hold some words. */
static void check_reason(const struct snapshot *snap, enum rss_kind kind,
			 const char *words)
{
	struct rss_truth truths[RSS_NR];

	rss_compare(snap, truths);
	if (!words) {
		assert_null(truths[kind].reason);
		return;
	}
	assert_non_null(truths[kind].reason);
	if (!strstr(truths[kind].reason, words))
		fail_msg("\"%s\" does not say: %s", truths[kind].reason, words);
}

static void test_equal(void **state)
{
	struct snapshot *snap = picture(SOURCE_NETLINK, "6.12.1-x");
	struct rss_truth truths[RSS_NR];
	int kind;

	(void)state;
	rss_compare(snap, truths);
	for (kind = 0; kind < RSS_NR; kind++) {
		assert_true(truths[kind].has_counter);
		assert_true(truths[kind].has_walk);
		assert_null(truths[kind].reason);
	}
	assert_int_equal(truths[RSS_ANON].counter, 5 * 4096);
	assert_int_equal(truths[RSS_ANON].walk, 5 * 4096);
	assert_int_equal(truths[RSS_FILE].walk, 3 * 4096);
	assert_int_equal(truths[RSS_SWAP].walk, 0);
	snapshot_free(snap);
}

/* The same difference, for the reason that source and kernel have. */
static void test_lag(void **state)
{
	static const struct {
		enum source_kind source;
		const char *kernel, *words;
	} cases[] = {
		{ SOURCE_NETLINK, "6.1.0-56-amd64", "after 64 of them" },
		{ SOURCE_PROC, "5.10.0", "after 64 of them" },
		{ SOURCE_NETLINK, "6.2.0", "summed exactly" },
		{ SOURCE_NETLINK, "7.0", "summed exactly" },
		{ SOURCE_PROC, "6.12.117", "status may leave out" },
		{ SOURCE_PROC, "strange", "threads or CPUs" },
		{ SOURCE_NETLINK, "", "threads or CPUs" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct snapshot *snap = picture(cases[i].source,
						cases[i].kernel);

		mm_set(&snap->mm, MM_RSS_ANON, 4);
		mm_set(&snap->mm, MM_SWAP_ENTS, 1);
		check_reason(snap, RSS_ANON, cases[i].words);
		check_reason(snap, RSS_SWAP, cases[i].words);
		check_reason(snap, RSS_FILE, NULL);
		snapshot_free(snap);
	}
}

static void test_torn(void **state)
{
	struct snapshot *snap = picture(SOURCE_NETLINK, "6.12");

	(void)state;
	mm_set(&snap->mm, MM_RSS_ANON, 9);
	snap->from.truncated = true;
	check_reason(snap, RSS_ANON, "missing at the end");
	snap->from.coherent = false;
	check_reason(snap, RSS_ANON, "areas changed");
	check_reason(snap, RSS_FILE, NULL);
	snapshot_free(snap);
}

/* Two pages move: that explains two that the counter has more, and no third. */
static void test_moving(void **state)
{
	struct snapshot *snap = picture(SOURCE_NETLINK, "6.12");

	(void)state;
	res_set(&snap->vmas[0].res, RES_MIGRATION, 1);
	res_set(&snap->vmas[1].res, RES_DEVICE, 1);
	check_reason(snap, RSS_ANON, NULL);
	mm_set(&snap->mm, MM_RSS_ANON, 7);
	check_reason(snap, RSS_ANON, "being moved");
	mm_set(&snap->mm, MM_RSS_ANON, 8);
	check_reason(snap, RSS_ANON, "summed exactly");
	mm_set(&snap->mm, MM_RSS_ANON, 4);
	check_reason(snap, RSS_ANON, "summed exactly");
	/* what moves is in no swap */
	mm_set(&snap->mm, MM_SWAP_ENTS, 1);
	check_reason(snap, RSS_SWAP, "summed exactly");
	snapshot_free(snap);
}

static void test_unknown(void **state)
{
	struct snapshot *snap = picture(SOURCE_PROC, "6.12");
	struct rss_truth truths[RSS_NR];

	(void)state;
	snap->mm.has &= ~(1ULL << MM_RSS_FILE);
	snap->vmas[1].res.has &= ~(1U << RES_SWAP | 1U << RES_SHMEM);
	rss_compare(snap, truths);
	assert_false(truths[RSS_FILE].has_counter);
	assert_true(truths[RSS_FILE].has_walk);
	assert_false(truths[RSS_SWAP].has_walk);
	assert_true(truths[RSS_SWAP].has_counter);
	check_reason(snap, RSS_FILE, "counter is not known");
	check_reason(snap, RSS_SWAP, "smaps adds swapped pages");
	check_reason(snap, RSS_SHMEM, "shared memory");
	snap->from.source = SOURCE_NETLINK;
	check_reason(snap, RSS_SWAP, "some areas have no counts");

	/* nobody asked for counts, or for areas */
	snap->vmas[0].res.has = snap->vmas[1].res.has = 0;
	check_reason(snap, RSS_ANON, NULL);
	snap->has_vmas = false;
	snap->nr_vmas = 0;
	rss_compare(snap, truths);
	assert_false(truths[RSS_ANON].has_walk);
	assert_null(truths[RSS_ANON].reason);
	assert_false(rss_uncounted(snap).has);
	snapshot_free(snap);
}

static void test_uncounted(void **state)
{
	struct snapshot *snap = picture(SOURCE_NETLINK, "6.12");

	(void)state;
	assert_true(rss_uncounted(snap).has);
	assert_int_equal(rss_uncounted(snap).bytes, 0);
	res_set(&snap->vmas[0].res, RES_ZERO, 2);
	res_set(&snap->vmas[1].res, RES_HUGETLB, 512);
	res_set(&snap->vmas[1].res, RES_PFNMAP, 1);
	assert_int_equal(rss_uncounted(snap).bytes, 515 * 4096);
	snap->vmas[1].res.has &= ~(1U << RES_ZERO);
	assert_false(rss_uncounted(snap).has);
	snapshot_free(snap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_lag),
		cmocka_unit_test(test_torn),
		cmocka_unit_test(test_moving),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_uncounted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
