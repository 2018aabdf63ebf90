// SPDX-License-Identifier: GPL-2.0
/*
 * Faults on purpose, one a load: planted.ko fault=NAME. A sanitizer kernel that
 * lets one of them pass is a net with a hole. Never loaded anywhere else.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/random.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

static char *fault = "";
module_param(fault, charp, 0);

/* What the compiler can't see through. */
static noinline void *hide(void *p)
{
	OPTIMIZER_HIDE_VAR(p);
	return p;
}

static void plant_use_after_free(void)
{
	char *p = kmalloc(64, GFP_KERNEL);

	kfree(p);
	WRITE_ONCE(*(char *)hide(p), 1);
}

static void plant_out_of_bounds(void)
{
	char *p = kmalloc(60, GFP_KERNEL);

	WRITE_ONCE(((char *)hide(p))[60], 1);
	kfree(p);
}

static void plant_vmalloc_out_of_bounds(void)
{
	char *p = vmalloc(PAGE_SIZE - 8);

	WRITE_ONCE(((char *)hide(p))[PAGE_SIZE - 8], 1);
	vfree(p);
}

static void plant_double_free(void)
{
	char *p = kmalloc(64, GFP_KERNEL);

	kfree(p);
	kfree(hide(p));
}

static void plant_bad_shift(void)
{
	volatile int by = 40;

	pr_info("planted: %d\n", 1 << by);
}

static void plant_sleep_in_atomic(void)
{
	static DEFINE_SPINLOCK(lock);

	spin_lock(&lock);
	kfree(kmalloc(64, GFP_KERNEL));
	spin_unlock(&lock);
}

static void plant_sleep_in_rcu(void)
{
	rcu_read_lock();
	schedule_timeout_uninterruptible(1);
	rcu_read_unlock();
}

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);

/* No deadlock comes of it, as nobody else takes them: lockdep knows anyway. */
static void plant_lock_inversion(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);
	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

static void plant_lock_kept(void)
{
	mutex_lock(&first);
}

static void plant_no_mmap_lock(void)
{
	find_vma(current->mm, 0);
}

/* More than one: a stale pointer may lie somewhere on a stack. */
static void plant_leak(void)
{
	int i;

	for (i = 0; i < 8; i++)
		hide(kmalloc(64, GFP_KERNEL));
}

static int shared;

static int add_shared(void *data)
{
	while (!kthread_should_stop()) {
		shared++;
		cond_resched();
	}
	return 0;
}

/* The kernel writes, which is not watched itself. */
static int fill_shared(void *data)
{
	while (!kthread_should_stop()) {
		get_random_bytes(&shared, sizeof(shared));
		cond_resched();
	}
	return 0;
}

static noinline void race_with(int (*race)(void *data))
{
	struct task_struct *other = kthread_run(race, NULL, "planted");
	unsigned long end = jiffies + 5 * HZ;

	if (IS_ERR(other))
		return;
	while (time_before(jiffies, end)) {
		shared++;
		cond_resched();
	}
	kthread_stop(other);
}

static void plant_race(void)
{
	race_with(add_shared);
}

static void plant_race_with_kernel(void)
{
	race_with(fill_shared);
}

static const struct {
	const char *name;
	void (*plant)(void);
} faults[] = {
	{ "use-after-free", plant_use_after_free },
	{ "out-of-bounds", plant_out_of_bounds },
	{ "vmalloc-out-of-bounds", plant_vmalloc_out_of_bounds },
	{ "double-free", plant_double_free },
	{ "bad-shift", plant_bad_shift },
	{ "sleep-in-atomic", plant_sleep_in_atomic },
	{ "sleep-in-rcu", plant_sleep_in_rcu },
	{ "lock-inversion", plant_lock_inversion },
	{ "lock-kept", plant_lock_kept },
	{ "no-mmap-lock", plant_no_mmap_lock },
	{ "leak", plant_leak },
	{ "race", plant_race },
	{ "race-with-kernel", plant_race_with_kernel },
};

static int __init planted_init(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(faults); i++)
		if (!strcmp(fault, faults[i].name)) {
			pr_info("planted: %s\n", fault);
			faults[i].plant();
			return 0;
		}
	return -EINVAL;
}

static void __exit planted_exit(void)
{
}

module_init(planted_init);
module_exit(planted_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("faults on purpose, to test what shall find them");
