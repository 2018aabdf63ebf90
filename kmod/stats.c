// SPDX-License-Identifier: GPL-2.0
/* Counters of the module's own work, for debugfs' stats. */
#include <linux/atomic.h>
#include <linux/math64.h>
#include <linux/seq_file.h>

#include "stats.h"

static atomic64_t stats[VMAV_STAT_NR];
static atomic64_t longest_hold_ns;

static const char * const names[VMAV_STAT_NR] = {
	[VMAV_STAT_REQUESTS]	= "requests",
	[VMAV_STAT_REFUSED]	= "refused",
	[VMAV_STAT_SLICES]	= "slices",
	[VMAV_STAT_CONTENDED]	= "slices_cut_for_waiter",
	[VMAV_STAT_AREAS]	= "areas",
	[VMAV_STAT_ENTRIES]	= "entries",
	[VMAV_STAT_TORN]	= "torn_dumps",
	[VMAV_STAT_HOLD_NS]	= "lock_hold_total_ns",
};

void vmav_stats_add(enum vmav_stat stat, u64 n)
{
	atomic64_add(n, &stats[stat]);
}

/* One slice held mmap_lock for so long. */
void vmav_stats_hold(u64 ns)
{
	s64 longest = atomic64_read(&longest_hold_ns);

	vmav_stats_add(VMAV_STAT_SLICES, 1);
	vmav_stats_add(VMAV_STAT_HOLD_NS, ns);
	while ((s64)ns > longest &&
	       !atomic64_try_cmpxchg(&longest_hold_ns, &longest, ns))
		;
}

int vmav_stats_show(struct seq_file *m, void *unused)
{
	u64 slices = atomic64_read(&stats[VMAV_STAT_SLICES]);
	int i;

	for (i = 0; i < VMAV_STAT_NR; i++)
		seq_printf(m, "%-22s %llu\n", names[i],
			   (u64)atomic64_read(&stats[i]));
	seq_printf(m, "%-22s %llu\n", "lock_hold_longest_ns",
		   (u64)atomic64_read(&longest_hold_ns));
	seq_printf(m, "%-22s %llu\n", "lock_hold_mean_ns",
		   slices ? div64_u64(atomic64_read(&stats[VMAV_STAT_HOLD_NS]),
				      slices) : 0);
	return 0;
}
