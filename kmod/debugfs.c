// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/vmaview: the same facts as text, for root alone, and of a
 * process for CAP_SYS_ADMIN alone.
 *
 *	watch		write a pid to get a folder for it, -pid to drop it;
 *			reads as the pids that are watched
 *	PID/mm		the descriptor, one field a line
 *	PID/vmas	the areas, one a line, with what is resident in them
 *	PID/residency	the pages, a run of alike ones a line
 *	PID/tables	the page tables, by area
 *	stats		what the module cost so far
 *
 * A folder is bound to the mm and not to the number: after exec or exit its
 * files say that the target is gone, and some seconds later it is dropped.
 */
#include <linux/capability.h>
#include <linux/debugfs.h>
#include <linux/kdev_t.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>

#include "compat.h"
#include "debugfs.h"
#include "mm.h"
#include "reader.h"
#include "stats.h"
#include "target.h"

#define MAX_WATCHES	256
#define REAP_SECONDS	5
/* A folder is dropped at the second look that finds its target gone. */
#define REAP_LOOKS	2

static struct dentry *root, *watch_file;
/*
 * Held while folders are made or removed, so that a name is free when a folder
 * is made: a removal waits for readers. Taken before watches_lock.
 */
static DEFINE_MUTEX(folders_lock);
/* Guards the list; held for no longer than it takes to change it. */
static DEFINE_MUTEX(watches_lock);
static LIST_HEAD(watches);
static unsigned int nr_watches;

/* ---- PID/mm ---- */

static void show_task(struct seq_file *m, const struct vmav_target *target)
{
	struct task_struct *task = vmav_target_get_task(target);
	char comm[TASK_COMM_LEN];

	if (!task) {
		seq_puts(m, "comm             ?\nthreads          ?\n");
		return;
	}
	get_task_comm(comm, task);
	seq_puts(m, "comm             ");
	seq_escape(m, comm, vmav_escaped);
	seq_printf(m, "\nthreads          %d\n", get_nr_threads(task));
	put_task_struct(task);
}

static int mm_show(struct seq_file *m, void *unused)
{
	const struct vmav_watch *watch = m->private;
	const struct vmav_target *target = &watch->target;
	struct vmav_mm taken;
	unsigned int i;
	bool privileged;

	vmav_stats_add(VMAV_STAT_REQUESTS, 1);
	if (!vmav_target_use(target)) {
		seq_printf(m, "# %d is gone: it ran exec or has ended\n",
			   watch->nr);
		return 0;
	}
	vmav_mm_take(&taken, target->mm);
	vmav_target_unuse(target);
	/* the watch holds the reference that PAGEMAP_FD's file does else */
	taken.v[VMAVIEW_MM_A_MM_COUNT]++;

	privileged = file_ns_capable(m->file, &init_user_ns, CAP_SYS_ADMIN) &&
		     vmav_target_may_see_kernel(target);
	seq_printf(m, "pid              %d\n", watch->nr);
	show_task(m, target);
	for (i = 0; i < vmav_nr_mm_fields; i++) {
		const struct vmav_mm_field *field = &vmav_mm_fields[i];

		if (field->privileged && !privileged)
			seq_printf(m, "%-16s ?\n", field->name);
		else if (field->address)
			seq_printf(m, "%-16s %#llx\n", field->name,
				   taken.v[field->attr]);
		else
			seq_printf(m, "%-16s %llu\n", field->name,
				   taken.v[field->attr]);
	}
	return 0;
}

static int mm_open(struct inode *inode, struct file *file)
{
	if (!vmav_reader_may_open())
		return -EPERM;
	return single_open(file, mm_show, inode->i_private);
}

static const struct file_operations mm_fops = {
	.owner		= THIS_MODULE,
	.open		= mm_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= single_release,
};

/* ---- watch ---- */

/* Takes the watch off the list, so that it is the caller's. Under the lock. */
static void unlink_watch(struct vmav_watch *watch)
{
	lockdep_assert_held(&watches_lock);
	list_del(&watch->list);
	nr_watches--;
}

/* Removes the folder of an unlinked watch, and the watch. Not under the lock. */
static void free_watch(struct vmav_watch *watch)
{
	WRITE_ONCE(watch->dropped, true);
	/* waits for readers that are inside the files; none can enter after */
	debugfs_remove_recursive(watch->dir);
	vmav_target_put(&watch->target);
	kfree(watch);
}

static void free_watches(struct list_head *list)
{
	struct vmav_watch *watch, *next;

	list_for_each_entry_safe(watch, next, list, list)
		free_watch(watch);
}

static void reap(struct work_struct *work);
static DECLARE_DELAYED_WORK(reap_work, reap);

static void reap(struct work_struct *work)
{
	struct vmav_watch *watch, *next;
	LIST_HEAD(gone);

	/* whoever has it may wait for long: the next look is as good */
	if (!mutex_trylock(&folders_lock)) {
		schedule_delayed_work(&reap_work, REAP_SECONDS * HZ);
		return;
	}
	mutex_lock(&watches_lock);
	list_for_each_entry_safe(watch, next, &watches, list) {
		if (vmav_target_has_task(&watch->target) ||
		    ++watch->gone < REAP_LOOKS)
			continue;
		unlink_watch(watch);
		list_add(&watch->list, &gone);
	}
	if (!list_empty(&watches))
		schedule_delayed_work(&reap_work, REAP_SECONDS * HZ);
	mutex_unlock(&watches_lock);
	free_watches(&gone);
	mutex_unlock(&folders_lock);
}

static struct vmav_watch *find_watch(pid_t nr)
{
	struct vmav_watch *watch;

	list_for_each_entry(watch, &watches, list)
		if (watch->nr == nr)
			return watch;
	return NULL;
}

static int remove_watch(pid_t nr)
{
	struct vmav_watch *watch;

	lockdep_assert_held(&folders_lock);
	if (mutex_lock_killable(&watches_lock))
		return -EINTR;
	watch = find_watch(nr);
	if (watch)
		unlink_watch(watch);
	mutex_unlock(&watches_lock);
	if (!watch)
		return -ESRCH;
	free_watch(watch);
	return 0;
}

static const struct {
	const char *name;
	const struct file_operations *fops;
} files[] = {
	{ "mm", &mm_fops },
	{ "vmas", &vmav_vmas_fops },
	{ "residency", &vmav_residency_fops },
	{ "tables", &vmav_tables_fops },
};

static int make_folder(struct vmav_watch *watch)
{
	char name[12];
	struct dentry *dir, *file;
	unsigned int i;

	snprintf(name, sizeof(name), "%d", watch->nr);
	dir = debugfs_create_dir(name, root);
	if (IS_ERR(dir))
		return PTR_ERR(dir);
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		file = debugfs_create_file(files[i].name, 0400, dir, watch,
					   files[i].fops);
		if (IS_ERR(file)) {
			debugfs_remove_recursive(dir);
			return PTR_ERR(file);
		}
	}
	watch->dir = dir;
	return 0;
}

static int link_watch(struct vmav_watch *watch)
{
	int err;

	if (mutex_lock_killable(&watches_lock))
		return -EINTR;
	err = -ENOSPC;
	if (nr_watches == MAX_WATCHES)
		goto unlock;
	err = make_folder(watch);
	if (err)
		goto unlock;
	list_add_tail(&watch->list, &watches);
	nr_watches++;
	schedule_delayed_work(&reap_work, REAP_SECONDS * HZ);
unlock:
	mutex_unlock(&watches_lock);
	return err;
}

/* A pid that is watched already is bound anew: it may have run exec. */
static int add_watch(pid_t nr)
{
	struct vmav_watch *watch;
	int err;

	watch = kzalloc(sizeof(*watch), GFP_KERNEL_ACCOUNT);
	if (!watch)
		return -ENOMEM;
	watch->nr = nr;
	err = vmav_target_from_pid(&watch->target, nr);
	if (err)
		goto free;
	err = remove_watch(nr);
	if (!err || err == -ESRCH)
		err = link_watch(watch);
	if (!err)
		return 0;

	vmav_target_put(&watch->target);
free:
	kfree(watch);
	return err;
}

static ssize_t watch_write(struct file *file, const char __user *from,
			   size_t count, loff_t *pos)
{
	int nr, err;

	err = kstrtoint_from_user(from, count, 10, &nr);
	if (err)
		return err;
	if (nr == 0 || nr == INT_MIN)
		return -EINVAL;
	if (mutex_lock_killable(&folders_lock))
		return -EINTR;
	err = nr > 0 ? add_watch(nr) : remove_watch(-nr);
	mutex_unlock(&folders_lock);
	return err ?: count;
}

static int watch_show(struct seq_file *m, void *unused)
{
	struct vmav_watch *watch;

	if (mutex_lock_killable(&watches_lock))
		return -EINTR;
	list_for_each_entry(watch, &watches, list)
		seq_printf(m, "%d%s\n", watch->nr,
			   vmav_target_has_task(&watch->target) ?
			   "" : " gone");
	mutex_unlock(&watches_lock);
	return 0;
}

static int watch_open(struct inode *inode, struct file *file)
{
	if (!vmav_reader_may_open())
		return -EPERM;
	return single_open(file, watch_show, NULL);
}

static const struct file_operations watch_fops = {
	.owner		= THIS_MODULE,
	.open		= watch_open,
	.read		= seq_read,
	.write		= watch_write,
	.llseek		= seq_lseek,
	.release	= single_release,
};

static int stats_open(struct inode *inode, struct file *file)
{
	return single_open(file, vmav_stats_show, NULL);
}

static const struct file_operations stats_fops = {
	.owner		= THIS_MODULE,
	.open		= stats_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= single_release,
};

/*
 * debugfs may be built out. The module works without, so that is no error: the
 * folder is just not there. A kernel that is locked down refuses watch, as that
 * can be written, so that there are no folders either; stats it allows.
 */
void vmav_debugfs_init(void)
{
	vmav_escaped_init();
	root = debugfs_create_dir("vmaview", NULL);
	if (IS_ERR(root)) {
		root = NULL;
		return;
	}
	watch_file = debugfs_create_file("watch", 0600, root, NULL,
					 &watch_fops);
	debugfs_create_file("stats", 0400, root, NULL, &stats_fops);
}

void vmav_debugfs_exit(void)
{
	if (!root)
		return;
	/* first the way in: no write is running or can begin after */
	debugfs_remove(watch_file);
	cancel_delayed_work_sync(&reap_work);
	free_watches(&watches);
	debugfs_remove_recursive(root);
}
