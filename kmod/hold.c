// SPDX-License-Identifier: GPL-2.0
/*
 * Holds mmap_lock for reading, for a moment at a time: finds out whether the
 * mm changed in between, and keeps account of how long it was held.
 */
#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/mmap_lock.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include "hold.h"
#include "stats.h"

/* How long the lock is tried for in one go, and the longest sleep. */
#define WAIT_US		2000

/*
 * A target can hold its mmap_lock for as long as it likes, and whoever wants
 * to read it has something held that others want: genl_rcv() a lock of all
 * families, recvmsg() the socket's. So nobody stands in the queue for the lock;
 * it is tried, at longer and longer intervals, and soon given up. Who tries
 * again goes on at the interval it had come to.
 */
static int take_lock(struct vmav_holds *holds, struct mm_struct *mm, bool wait)
{
	unsigned int slept_us = 0;

	while (!mmap_read_trylock(mm)) {
		if (!wait || slept_us >= WAIT_US)
			return -EAGAIN;
		if (fatal_signal_pending(current))
			return -EINTR;
		holds->wait_us = clamp(2 * holds->wait_us, 20, WAIT_US);
		usleep_range(holds->wait_us, 2 * holds->wait_us);
		slept_us += holds->wait_us;
	}
	holds->wait_us = 0;
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
	int err = take_lock(holds, mm, wait);

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
