/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMAVIEW_DUMP_H
#define VMAVIEW_DUMP_H

#include <linux/netlink.h>
#include <linux/vmaview.h>
#include <net/genetlink.h>

#include "hold.h"
#include "target.h"

struct vmav_dump;

/*
 * One kind of dump.
 *
 * open: makes what *own needs, which is there and all 0, and sets holds; the
 *   target is bound, and the range read. On failure nothing is left, and
 *   *extack says why.
 * take: takes what one hold of mmap_lock allows and room bytes can tell. The
 *   caller has mm_users. Returns how much that is, and 0 when there is nothing
 *   to be said yet, or any more; -EAGAIN when the target's lock can't be had,
 *   -EINTR by a signal.
 * put: writes that as the content of a message. -EMSGSIZE when there is no
 *   room: then the next take begins with what could not be put.
 * close: undoes open; NULL when there is nothing to be undone.
 */
struct vmav_dump_ops {
	int (*open)(struct vmav_dump *dump, struct nlattr **attrs,
		    struct netlink_ext_ack *extack);
	int (*take)(struct vmav_dump *dump, unsigned int room, bool wait);
	int (*put)(struct sk_buff *skb, struct vmav_dump *dump);
	void (*close)(struct vmav_dump *dump);
	u8 cmd;
	u16 min_alloc;			/* bytes of an skb */
	size_t own_size;
};

/*
 * One dump, from .start to .done. It holds mm_count and not mm_users, so that
 * a dump that is left open keeps no memory of the target.
 */
struct vmav_dump {
	const struct vmav_dump_ops *ops;
	int refused;			/* why there is nothing to dump, or 0 */
	struct netlink_ext_ack why;	/* the same in words */
	bool called;			/* dumpit was, once at least */
	bool done;
	struct vmav_target target;	/* and all below: if not refused */
	u64 start;			/* what is asked for, in whole pages */
	u64 end;
	u32 flags;			/* VMAVIEW_F_* */
	bool tells_frames;		/* to those who may see them; set by open */
	bool privileged;		/* who reads may */
	const struct vmav_holds *holds;	/* own's, set by open */
	void *own;			/* of ops */
};

int vmav_dump_start(struct netlink_callback *cb,
		    const struct vmav_dump_ops *ops);
int vmav_dump_next(struct sk_buff *skb, struct netlink_callback *cb);
int vmav_dump_done(struct netlink_callback *cb);

/* The kinds, each in a file of its own. */
extern const struct vmav_dump_ops vmav_dump_vmas;
extern const struct vmav_dump_ops vmav_dump_pages;
extern const struct vmav_dump_ops vmav_dump_tables;
extern const struct vmav_dump_ops vmav_dump_entry;

#endif
