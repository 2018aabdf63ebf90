// SPDX-License-Identifier: GPL-2.0
/*
 * From an open /proc/PID/pagemap to the mm behind it. The kernel checked the
 * opener's right to read that process when the file was opened (mm_access()
 * with PTRACE_MODE_READ_FSCREDS, security modules included), so no right is
 * decided here. Other files are refused, whatever they look like.
 */
#include <linux/anon_inodes.h>
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/magic.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/proc_fs.h>
#include <linux/rculist.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/security.h>
#include <linux/string.h>

#include "param.h"
#include "target.h"

/* The operations that only /proc/PID/pagemap has. procfs is never a module. */
static const struct file_operations *pagemap_fops;

/* Another file may be mounted at the place of the one that was asked for. */
static bool is_pagemap(const struct file *file)
{
	return file_inode(file)->i_sb->s_magic == PROC_SUPER_MAGIC &&
	       !strcmp(file->f_path.dentry->d_name.name, "pagemap");
}

/*
 * Learns pagemap_fops from a file whose identity is known: the loader's own.
 * Returns 0 or why it could not be opened; /proc must be mounted.
 */
int vmav_target_init(void)
{
	struct file *file;
	int err = 0;

	file = filp_open("/proc/self/pagemap", O_RDONLY, 0);
	if (IS_ERR(file)) {
		err = PTR_ERR(file);
		goto fail;
	}
	if (!is_pagemap(file)) {
		err = -EXDEV;
		goto close;
	}
	pagemap_fops = file->f_op;
close:
	fput(file);
fail:
	if (err)
		pr_err("vmaview: /proc/self/pagemap: %d; /proc must be mounted where the module is loaded\n",
		       err);
	return err;
}

/*
 * /proc/PID/pagemap and /proc/PID/task/TID/pagemap lie in a folder that is
 * named by the number, as that procfs' pid namespace counts. procfs renames
 * nothing, so the parent and its name are stable while the file is open. The
 * number may have been given to another process since: vmav_target_get_task()
 * finds that out.
 */
static struct pid *pid_from_path(struct file *file)
{
	struct dentry *dir = file->f_path.dentry->d_parent;
	struct pid *pid = NULL;
	unsigned int nr;

	if (kstrtouint(dir->d_name.name, 10, &nr))
		return NULL;
	rcu_read_lock();
	pid = get_pid(find_pid_ns(nr, proc_pid_ns(file_inode(file)->i_sb)));
	rcu_read_unlock();
	return pid;
}

/* Fills *target, to be put; keeps no reference to the file. */
static int from_file(struct vmav_target *target, struct file *file)
{
	struct mm_struct *mm;

	if (file->f_op != pagemap_fops ||
	    file_inode(file)->i_sb->s_magic != PROC_SUPER_MAGIC)
		return -EINVAL;
	/* Set in open and kept until release: the mm, with mm_count held. */
	mm = file->private_data;
	if (IS_ERR_OR_NULL(mm))
		return -ESRCH;

	mmgrab(mm);
	target->mm = mm;
	target->pid = pid_from_path(file);
	target->privileged = file_ns_capable(file, &init_user_ns,
					     CAP_SYS_ADMIN);
	return 0;
}

/**
 * vmav_target_from_fd - the process behind a descriptor of the caller
 * @target: filled on success, to be given to vmav_target_put()
 * @fd: descriptor in the file table of current
 *
 * Context: process context of whoever sent the request, since the descriptor
 * is looked up in its table. May sleep.
 * Return: 0; -EBADF no open descriptor; -EINVAL not a pagemap file; -ESRCH a
 * task without user memory.
 */
int vmav_target_from_fd(struct vmav_target *target, int fd)
{
	struct file *file = fget(fd);
	int err;

	if (!file)
		return -EBADF;
	err = from_file(target, file);
	fput(file);
	return err;
}

/**
 * vmav_target_from_pid - the process with this number
 * @target: filled on success, to be given to vmav_target_put()
 * @nr: as the pid namespace of the /proc that current sees counts
 *
 * Opens the same file a client would, with the rights of current.
 *
 * Context: process context, may sleep.
 * Return: 0, or the error of the open; -ESRCH as well for kernel threads.
 */
int vmav_target_from_pid(struct vmav_target *target, pid_t nr)
{
	char path[sizeof("/proc/-2147483648/pagemap")];
	struct file *file;
	int err;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", nr);
	file = filp_open(path, O_RDONLY, 0);
	if (IS_ERR(file))
		return PTR_ERR(file) == -ENOENT ? -ESRCH : PTR_ERR(file);
	err = from_file(target, file);
	fput(file);
	return err;
}

void vmav_target_put(struct vmav_target *target)
{
	put_pid(target->pid);
	mmdrop(target->mm);
}

/*
 * May frames and kernel addresses be told at all? When the kernel is locked
 * down even root shall not learn where its memory lies.
 */
bool vmav_target_kernel_is_shown(void)
{
	return vmav_param_frames && !security_locked_down(LOCKDOWN_KCORE);
}

/**
 * vmav_target_may_see_kernel - may they be told of this target?
 * @target: the target
 *
 * The opener must have been privileged at home. Whoever passes the answer on
 * checks the receiver's own right besides.
 */
bool vmav_target_may_see_kernel(const struct vmav_target *target)
{
	return target->privileged && vmav_target_kernel_is_shown();
}

/**
 * vmav_target_get_task - the task that the target was opened through
 * @target: the target
 *
 * A task runs with another mm after exec, and its number may have been given
 * away after exit, so that the one found counts only while it, or another
 * thread of its group (the leader may have exited alone), has this very mm.
 * All that have one have the same.
 *
 * Return: the task, to be put with put_task_struct(), or NULL.
 */
struct task_struct *vmav_target_get_task(const struct vmav_target *target)
{
	struct task_struct *task, *t, *found = NULL;

	rcu_read_lock();
	task = pid_task(target->pid, PIDTYPE_PID);
	if (!task)
		goto unlock;
	/*
	 * for_each_thread() names tasklist_lock, which is not exported, where
	 * lockdep watches RCU lists. The list is the same.
	 */
	list_for_each_entry_rcu(t, &task->signal->thread_head, thread_node) {
		struct mm_struct *mm;

		task_lock(t);
		mm = t->mm;
		task_unlock(t);
		if (!mm)
			continue;
		if (mm == target->mm) {
			get_task_struct(task);
			found = task;
		}
		break;
	}
unlock:
	rcu_read_unlock();
	return found;
}

/*
 * True while the target is its task's: an address space may live on after the
 * task has left it by exec, for a moment, or as long as the parent of a vfork
 * does.
 */
bool vmav_target_has_task(const struct vmav_target *target)
{
	struct task_struct *task = vmav_target_get_task(target);

	if (task)
		put_task_struct(task);
	return task;
}

/**
 * vmav_target_use - takes mm_users, so that the target's memory stays
 * @target: the target
 *
 * Not of what its task has left: many readers could pass mm_users on to one
 * another, and keep it.
 *
 * Return: false when there is nothing any more.
 */
bool vmav_target_use(const struct vmav_target *target)
{
	return vmav_target_has_task(target) && mmget_not_zero(target->mm);
}

static int last_use_release(struct inode *inode, struct file *file)
{
	mmput(file->private_data);
	return 0;
}

static const struct file_operations last_use_fops = {
	.owner		= THIS_MODULE,
	.release	= last_use_release,
};

/**
 * vmav_target_unuse - gives back what vmav_target_use() took
 * @target: the target
 *
 * The last user of an mm tears it down, which may take as long as the target
 * likes: exit_aio() waits for a read that a file system of its own never
 * answers. So that is for current to do, when it holds nothing any more, on its
 * way out of the system call: then the file that is made here is released, and
 * a call that would go on to sleep is told to end, as by a signal. A reader of
 * /proc does the same. mmput_async() would let a worker wait that all of the
 * kernel shares; so that a cgroup without memory can't bring it about, the file
 * is taken from the reserves.
 *
 * Context: process context, may sleep.
 */
void vmav_target_unuse(const struct vmav_target *target)
{
	unsigned int flags;
	struct file *file;

	if (atomic_add_unless(&target->mm->mm_users, -1, 1))
		return;
	flags = memalloc_noreclaim_save();
	file = anon_inode_getfile("[vmaview]", &last_use_fops, target->mm,
				  O_RDONLY);
	memalloc_noreclaim_restore(flags);
	if (IS_ERR(file)) {
		mmput_async(target->mm);
		return;
	}
	fput(file);
	set_thread_flag(TIF_NOTIFY_SIGNAL);
}
