/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMAVIEW_NETLINK_H
#define VMAVIEW_NETLINK_H

struct genl_family;
struct netlink_ext_ack;
struct nlattr;
struct vmav_target;

#define VMAV_TASK_HAS_LEFT \
	"the task has left this address space: it ran exec or has ended"

extern struct genl_family vmav_family;

int vmav_netlink_target(struct vmav_target *target, struct nlattr **attrs,
			struct netlink_ext_ack *extack);

int vmav_netlink_init(void);
void vmav_netlink_exit(void);

#endif
