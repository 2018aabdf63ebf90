// SPDX-License-Identifier: GPL-2.0
/* Sleeping on a lock that is held, and waking who sleeps. */
#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lock.h"

/* Critical sections are short: they end before we would be asleep. */
#define SPINS	100

static _Thread_local bool forking;

static void futex(int *word, int op, int value)
{
	int saved = errno;

	syscall(SYS_futex, word, op | FUTEX_PRIVATE_FLAG, value, NULL, NULL, 0);
	errno = saved;
}

/* Tells the CPU that we wait for another. */
static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	asm volatile("yield");
#endif
}

bool lock_wait(struct lock *lock, bool for_fork)
{
	int seen, i;

	for (i = 0; i < SPINS; i++) {
		seen = __atomic_load_n(&lock->state, __ATOMIC_RELAXED);
		if (seen == LOCK_FREE && lock_try(lock))
			return true;
		if (seen == LOCK_FORK || seen == LOCK_WAITED)
			break;
		relax();
	}
	for (;;) {
		seen = __atomic_load_n(&lock->state, __ATOMIC_RELAXED);
		if (seen == LOCK_FORK) {
			if (forking || !for_fork)
				return forking;
			futex(&lock->state, FUTEX_WAIT, LOCK_FORK);
			continue;
		}
		/* Whoever gets it so cannot know of others that sleep. */
		if (!__atomic_compare_exchange_n(&lock->state, &seen,
						 LOCK_WAITED, false,
						 __ATOMIC_ACQUIRE,
						 __ATOMIC_RELAXED))
			continue;
		if (seen == LOCK_FREE)
			return true;
		futex(&lock->state, FUTEX_WAIT, LOCK_WAITED);
	}
}

void lock_wake(struct lock *lock)
{
	int expected = LOCK_WAITED;

	/* LOCK_FORK stays: this thread only passed it. */
	if (__atomic_compare_exchange_n(&lock->state, &expected, LOCK_FREE,
					false, __ATOMIC_RELEASE,
					__ATOMIC_RELAXED))
		futex(&lock->state, FUTEX_WAKE, 1);
}

void lock_fork_begin(void)
{
	forking = true;
}

void lock_fork_end(void)
{
	forking = false;
}

void lock_fork(struct lock *lock)
{
	lock_take(lock);
	/* Those that sleep may not wait for a fork: they shall look again. */
	if (__atomic_exchange_n(&lock->state, LOCK_FORK, __ATOMIC_RELAXED) ==
	    LOCK_WAITED)
		futex(&lock->state, FUTEX_WAKE, INT32_MAX);
}

void lock_fork_done(struct lock *lock)
{
	__atomic_store_n(&lock->state, LOCK_FREE, __ATOMIC_RELEASE);
	if (!__libc_single_threaded)
		futex(&lock->state, FUTEX_WAKE, INT32_MAX);
}
