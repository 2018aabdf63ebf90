// SPDX-License-Identifier: GPL-2.0
/*
 * Which reason holds is worked out from what the picture says of itself. What
 * a counter lacks at a moment can't be had from outside, so a reason names
 * what keeps the numbers apart and not how many pages each part of it did.
 *
 * In the kernel: mm/memory.c (SPLIT_RSS_COUNTING) until v6.1, percpu counters
 * since v6.2, f1a7941243c1, of which /proc/PID/status read an estimate until
 * v6.17. A page under migration or in a device's memory stays in the counter
 * of its kind; one that was lost to a memory error leaves it.
 */
#include "model/rss.h"

#include <stdio.h>

const char *const rss_kinds[RSS_NR] = {
	[RSS_ANON] = "anon", [RSS_FILE] = "file", [RSS_SHMEM] = "shmem",
	[RSS_SWAP] = "swap",
};

static const struct {
	enum mm_field counter;
	enum res_count walk;
} sides[RSS_NR] = {
	[RSS_ANON]	= { MM_RSS_ANON, RES_ANON },
	[RSS_FILE]	= { MM_RSS_FILE, RES_FILE },
	[RSS_SHMEM]	= { MM_RSS_SHMEM, RES_SHMEM },
	[RSS_SWAP]	= { MM_SWAP_ENTS, RES_SWAP },
};

static struct residency sum_areas(const struct snapshot *snap)
{
	struct residency sum = { .has = (1U << RES_NR) - 1 };
	size_t i;

	if (!snap->has_vmas)
		sum.has = 0;
	for (i = 0; i < snap->nr_vmas; i++)
		residency_add(&sum, &snap->vmas[i].res);
	return sum;
}

static bool was_walked(const struct snapshot *snap)
{
	size_t i;

	for (i = 0; i < snap->nr_vmas; i++)
		if (snap->vmas[i].res.has)
			return true;
	return false;
}

/* Do threads keep changes back (YES), or CPUs (NO)? */
static enum tristate is_before_6_2(const struct snapshot *snap)
{
	unsigned int major, minor;

	if (sscanf(snap->from.kernel, "%u.%u", &major, &minor) != 2)
		return NOT_KNOWN;
	return major < 6 || (major == 6 && minor < 2) ? YES : NO;
}

static const char *reason_of_lag(const struct snapshot *snap)
{
	switch (is_before_6_2(snap)) {
	case YES:
		return "each thread tells the counter of its page faults after 64 of them (before Linux 6.2), and the process may have run between the two readings";
	case NO:
		if (snap->from.source == SOURCE_NETLINK)
			return "the counter was summed exactly, and the process ran before the tables were walked";
		return "/proc/PID/status may leave out what each CPU has not yet added to the counter, and the process may have run between the two readings";
	default:
		return "threads or CPUs may not yet have added all to the counter, and the process may have run between the two readings";
	}
}

static const char *reason_of_unknown(const struct snapshot *snap,
				     enum rss_kind kind, bool has_counter)
{
	if (!has_counter)
		return "the counter is not known from this source";
	if (!was_walked(snap))
		return NULL;
	if (snap->from.source != SOURCE_PROC)
		return "some areas have no counts";
	if (kind == RSS_SWAP)
		return "of files and shared memory smaps adds swapped pages that no counter has";
	return "smaps does not tell whether the pages of some files are shared memory";
}

static const char *reason_of(const struct snapshot *snap,
			     const struct residency *sum, enum rss_kind kind,
			     const struct rss_truth *truth)
{
	uint64_t moving = (sum->pages[RES_MIGRATION] +
			   sum->pages[RES_DEVICE]) * snap->page_size;

	if (!truth->has_counter || !truth->has_walk)
		return reason_of_unknown(snap, kind, truth->has_counter);
	if (truth->counter == truth->walk)
		return NULL;
	if (!snap->from.coherent)
		return "the areas changed while they were read";
	if (snap->from.truncated)
		return "areas are missing at the end";
	if (kind != RSS_SWAP && truth->counter > truth->walk &&
	    truth->counter - truth->walk <= moving)
		return "pages that are being moved or are in a device's memory stay in the counter, and are of a kind of their own in the walk";
	return reason_of_lag(snap);
}

void rss_compare(const struct snapshot *snap, struct rss_truth truths[RSS_NR])
{
	struct residency sum = sum_areas(snap);
	int kind;

	for (kind = 0; kind < RSS_NR; kind++) {
		struct rss_truth *truth = &truths[kind];
		enum mm_field field = sides[kind].counter;
		enum res_count count = sides[kind].walk;

		*truth = (struct rss_truth){
			.has_counter = mm_has(&snap->mm, field),
			.has_walk = res_has(&sum, count),
		};
		if (truth->has_counter)
			truth->counter = snap->mm.v[field] * snap->page_size;
		if (truth->has_walk)
			truth->walk = sum.pages[count] * snap->page_size;
		truth->reason = reason_of(snap, &sum, kind, truth);
	}
}

struct rss_rest rss_uncounted(const struct snapshot *snap)
{
	static const enum res_count counts[] = {
		RES_ZERO, RES_HUGETLB, RES_PFNMAP
	};
	struct residency sum = sum_areas(snap);
	struct rss_rest rest = { .has = true };
	size_t i;

	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		if (!res_has(&sum, counts[i]))
			return (struct rss_rest){ 0 };
		rest.bytes += sum.pages[counts[i]] * snap->page_size;
	}
	return rest;
}
