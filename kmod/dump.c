// SPDX-License-Identifier: GPL-2.0
/*
 * Dumps: binding the target, patience with its lock, marks of a change, and
 * the end. What is dumped, and how it is written, the kinds know.
 */
#include <linux/capability.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "compat.h"
#include "dump.h"
#include "netlink.h"
#include "stats.h"

/* When one object alone finds no room: what readers of netlink give. */
#define ALLOC_MAX	SKB_WITH_OVERHEAD(32768)
/* A message is not begun in less. */
#define MESSAGE_MIN	1024
/* One call of dumpit gives the socket's reader a chance after so long. */
#define DUMP_NS		NSEC_PER_MSEC

static struct vmav_dump **dump_in(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct vmav_dump *) > sizeof(cb->ctx));
	return (struct vmav_dump **)cb->ctx;
}

/*
 * What is asked for: a range of whole pages, all by default, those that it has
 * a part of; and flags. 0, or -EINVAL.
 */
static int read_request(struct vmav_dump *dump, struct nlattr **attrs)
{
	const u64 last = (u64)ULONG_MAX & ~(u64)(PAGE_SIZE - 1);
	u64 start = 0, end = U64_MAX;

	if (attrs[VMAVIEW_A_START])
		start = nla_get_u64(attrs[VMAVIEW_A_START]);
	if (attrs[VMAVIEW_A_END])
		end = nla_get_u64(attrs[VMAVIEW_A_END]);
	if (attrs[VMAVIEW_A_FLAGS])
		dump->flags = nla_get_u32(attrs[VMAVIEW_A_FLAGS]);
	if (start >= end) {
		NL_SET_ERR_MSG_ATTR(&dump->why, attrs[VMAVIEW_A_START] ?:
				    attrs[VMAVIEW_A_END],
				    "START is not below END: the range is empty");
		return -EINVAL;
	}
	/* whole pages; above ULONG_MAX there is nothing, on 32 bit too */
	dump->start = min_t(u64, start, ULONG_MAX) & last;
	dump->end = end > last ? last : (end + PAGE_SIZE - 1) & last;
	return 0;
}

/*
 * What a dump needs is not charged to the sender's cgroup, as a charge may be
 * made to wait there, for seconds (memory.high), and that under the lock of all
 * families. The request, which the core keeps for as long as the dump, is not
 * either, and larger.
 */
static int open_own(struct vmav_dump *dump, struct nlattr **attrs)
{
	int err;

	dump->own = kzalloc(dump->ops->own_size, GFP_KERNEL);
	if (!dump->own)
		return -ENOMEM;
	err = dump->ops->open(dump, attrs, &dump->why);
	if (err)
		kfree(dump->own);
	return err;
}

static int open_dump(struct vmav_dump *dump, struct nlattr **attrs)
{
	int err = vmav_netlink_target(&dump->target, attrs, &dump->why);

	if (err)
		return err;
	if (vmav_target_has_task(&dump->target)) {
		err = read_request(dump, attrs) ?: open_own(dump, attrs);
	} else {
		NL_SET_ERR_MSG(&dump->why, VMAV_TASK_HAS_LEFT);
		err = -ESRCH;
	}
	if (err)
		vmav_target_put(&dump->target);
	return err;
}

/*
 * Runs in the task that sent the request, as PAGEMAP_FD must. On 6.1 there
 * is no extack here and an error would go out without its words, so a refusal
 * is told by the first call of dumpit.
 */
int vmav_dump_start(struct netlink_callback *cb,
		    const struct vmav_dump_ops *ops)
{
	struct vmav_dump *dump = kzalloc(sizeof(*dump), GFP_KERNEL);

	if (!dump)
		return -ENOMEM;
	*dump_in(cb) = dump;
	dump->ops = ops;
	dump->refused = open_dump(dump, vmav_dump_attrs(cb));
	if (dump->refused)
		vmav_stats_add(VMAV_STAT_REFUSED, 1);
	cb->min_dump_alloc = ops->min_alloc;
	return 0;
}

int vmav_dump_done(struct netlink_callback *cb)
{
	struct vmav_dump *dump = *dump_in(cb);

	if (!dump->refused) {
		if (dump->holds->changes)
			vmav_stats_add(VMAV_STAT_TORN, 1);
		if (dump->ops->close)
			dump->ops->close(dump);
		kfree(dump->own);
		vmav_target_put(&dump->target);
	}
	kfree(dump);
	return 0;
}

/*
 * Every message from here on, NLMSG_DONE too, has NLM_F_DUMP_INTR once the mm
 * has changed: the core compares the two, and makes them equal each time.
 */
static void mark_torn(struct netlink_callback *cb, const struct vmav_dump *dump)
{
	cb->prev_seq = 1;
	cb->seq = 1 + dump->holds->changes;
}

/* NULL without room. */
static void *begin_message(struct sk_buff *skb, struct netlink_callback *cb,
			   const struct vmav_dump *dump)
{
	if (skb_tailroom(skb) < MESSAGE_MIN)
		return NULL;
	return genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			   &vmav_family, NLM_F_MULTI, dump->ops->cmd);
}

/* What one hold of mmap_lock found, as one message or none. */
static int put_message(struct sk_buff *skb, struct netlink_callback *cb,
		       struct vmav_dump *dump, bool wait)
{
	void *header = begin_message(skb, cb, dump);
	int nr, err;

	if (!header)
		return -EMSGSIZE;
	nr = dump->ops->take(dump, skb_tailroom(skb), wait);
	err = nr > 0 ? dump->ops->put(skb, dump) : nr;
	if (nr <= 0 || err) {
		genlmsg_cancel(skb, header);
		return err;
	}
	mark_torn(cb, dump);
	genl_dump_check_consistent(cb, header);
	genlmsg_end(skb, header);
	return 0;
}

/* A message that says nothing but that more will come. */
static int put_empty(struct sk_buff *skb, struct netlink_callback *cb,
		     const struct vmav_dump *dump)
{
	void *header = begin_message(skb, cb, dump);

	if (!header)
		return -EMSGSIZE;
	genlmsg_end(skb, header);
	return skb->len;
}

/*
 * Runs in the task that reads the socket, for the one that sent the request;
 * but the first call runs in the sender's sendmsg, where genl_rcv() holds a
 * lock of all families, for thousands of requests that came in one: that one
 * takes a single hold, and does not wait for the target at all. The others wait
 * a little and say nothing then, as the reader holds the socket's lock, for
 * which each other request on it waits with that of all families.
 */
int vmav_dump_next(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vmav_dump *dump = *dump_in(cb);
	u64 until = ktime_get_ns() + DUMP_NS;
	bool wait = dump->called;
	int err;

	dump->called = true;
	if (dump->refused) {
		*cb->extack = dump->why;
		return dump->refused;
	}
	if (dump->done)
		return 0;
	if (!vmav_target_use(&dump->target)) {
		NL_SET_ERR_MSG(cb->extack, VMAV_TASK_HAS_LEFT);
		vmav_stats_add(VMAV_STAT_REFUSED, 1);
		return -ESRCH;
	}
	/* of who reads, too: a socket can be handed on. A no is audited. */
	dump->privileged = dump->tells_frames &&
			   netlink_capable(cb->skb, CAP_SYS_ADMIN) &&
			   vmav_target_may_see_kernel(&dump->target);
	do {
		err = put_message(skb, cb, dump, wait);
		cond_resched();
	} while (!err && wait && !dump->holds->done &&
		 ktime_get_ns() < until && !signal_pending(current));
	vmav_target_unuse(&dump->target);
	mark_torn(cb, dump);

	if (err == -EINTR)
		return err;
	/* NLMSG_DONE goes into the same skb, if there is room */
	if (!err && dump->holds->done) {
		dump->done = true;
		return 0;
	}
	/* a full skb is sent, and what found no room is put into the next */
	if (skb->len)
		return skb->len;
	if (err == -EMSGSIZE) {
		/* one object alone found no room: again with more */
		if (cb->min_dump_alloc >= ALLOC_MAX)
			return err;
		cb->min_dump_alloc = ALLOC_MAX;
	}
	return put_empty(skb, cb, dump);
}
