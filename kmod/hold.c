// SPDX-License-Identifier: GPL-2.0
/*
 * Holds mmap_lock for reading, for a moment at a time: finds out whether the
 * mm changed in between, and keeps account of how long it was held.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/mmap_lock.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include "hold.h"
#include "stats.h"

/* How long the lock is tried for in one go. */
#define WAIT_JIFFIES	msecs_to_jiffies(100)

/*
 * A target can hold its mmap_lock for as long as it likes, and whoever wants
 * to read it has something held that others want: genl_rcv() a lock of all
 * families, recvmsg() the socket's. So nobody stands in the queue for the lock;
 * it is tried, at longer and longer intervals, and given up.
 */
static int take_lock(struct mm_struct *mm, bool wait)
{
	unsigned long until = jiffies + WAIT_JIFFIES;
	unsigned int us;

	for (us = 20; !mmap_read_trylock(mm); us = min(2 * us, 4000U)) {
		if (!wait || time_after(jiffies, until))
			return -EAGAIN;
		if (fatal_signal_pending(current))
			return -EINTR;
		usleep_range(us, 2 * us);
	}
	return 0;
}

/**
 * vmav_hold_begin - takes mmap_lock for reading
 * @holds: of the dump; changes moves when the mm did
 * @mm: what is dumped; the caller has mm_users
 * @wait: a little, when the lock is not free
 *
 * Context: process context.
 * Return: 0; -EINTR by a fatal signal; -EAGAIN when the lock could not be had.
 */
int vmav_hold_begin(struct vmav_holds *holds, struct mm_struct *mm, bool wait)
{
	struct vmav_mm_seq seq;
	int err = take_lock(mm, wait);

	if (err)
		return err;
	holds->since_ns = ktime_get_ns();
	memset(&seq, 0, sizeof(seq));
	vmav_mm_seq_take(mm, &seq);
	if (holds->started && memcmp(&seq, &holds->seq, sizeof(seq)))
		holds->changes++;
	holds->seq = seq;
	holds->started = true;
	return 0;
}

void vmav_hold_end(struct vmav_holds *holds, struct mm_struct *mm)
{
	u64 held_ns = ktime_get_ns() - holds->since_ns;

	mmap_read_unlock(mm);
	vmav_stats_hold(held_ns);
}
