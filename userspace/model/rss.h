/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two truths about what is resident: the counters that the kernel keeps, and
 * what the page tables hold. They differ, and for a reason.
 */
#ifndef VMAVIEW_MODEL_RSS_H
#define VMAVIEW_MODEL_RSS_H

#include "model/snapshot.h"

enum rss_kind { RSS_ANON, RSS_FILE, RSS_SHMEM, RSS_SWAP, RSS_NR };

extern const char *const rss_kinds[RSS_NR];	/* "anon" */

struct rss_truth {
	bool has_counter, has_walk;
	uint64_t counter, walk;		/* bytes */
	/*
	 * One sentence without a full stop: why they differ, or why one of
	 * them is not known. NULL where they are equal or nobody asked.
	 */
	const char *reason;
};

void rss_compare(const struct snapshot *snap, struct rss_truth truths[RSS_NR]);

/* Present pages that neither has: zero pages, hugetlb and bare frames. */
struct rss_rest {
	bool has;
	uint64_t bytes;
};

struct rss_rest rss_uncounted(const struct snapshot *snap);

#endif
