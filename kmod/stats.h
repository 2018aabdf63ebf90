/* SPDX-License-Identifier: GPL-2.0 */
/* What the module cost the processes it looked at. */
#ifndef VMAVIEW_STATS_H
#define VMAVIEW_STATS_H

#include <linux/types.h>

struct seq_file;

enum vmav_stat {
	VMAV_STAT_REQUESTS,	/* netlink requests and debugfs reads begun */
	VMAV_STAT_REFUSED,	/* of these, answered with an error */
	VMAV_STAT_SLICES,	/* times mmap_lock was taken for areas */
	VMAV_STAT_CONTENDED,	/* of these, given up early for a waiter */
	VMAV_STAT_AREAS,	/* reported */
	VMAV_STAT_ENTRIES,	/* page-table entries visited */
	VMAV_STAT_TORN,		/* dumps whose mm changed between slices */
	VMAV_STAT_HOLD_NS,	/* mmap_lock held for slices, in all */
	VMAV_STAT_NR
};

void vmav_stats_add(enum vmav_stat stat, u64 n);
void vmav_stats_hold(u64 ns);
int vmav_stats_show(struct seq_file *m, void *unused);

#endif
