/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMAVIEW_TARGET_H
#define VMAVIEW_TARGET_H

#include <linux/types.h>

struct file;
struct mm_struct;
struct netlink_ext_ack;
struct nlattr;
struct pid;
struct task_struct;

/* The process that a request is about. */
struct vmav_target {
	struct mm_struct *mm;	/* mm_count held, mm_users not */
	struct pid *pid;	/* of the task it was opened through; held */
	bool privileged;	/* the opener had CAP_SYS_ADMIN at home */
};

int vmav_target_init(void);

int vmav_target_from_fd(struct vmav_target *target, int fd);
int vmav_target_from_pid(struct vmav_target *target, pid_t nr);
void vmav_target_put(struct vmav_target *target);

bool vmav_target_kernel_is_shown(void);
bool vmav_target_may_see_kernel(const struct vmav_target *target);
struct task_struct *vmav_target_get_task(const struct vmav_target *target);
bool vmav_target_has_task(const struct vmav_target *target);

bool vmav_target_use(const struct vmav_target *target);
void vmav_target_unuse(const struct vmav_target *target);

#endif
