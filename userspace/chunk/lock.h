/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A lock of one word that needs no memory and can be held across fork.
 *
 * While the process has one thread nothing is locked: the word stays FREE, and
 * that is how lock_release() knows. The kernel tells glibc, glibc tells us by
 * __libc_single_threaded.
 */
#ifndef VMAVIEW_CHUNK_LOCK_H
#define VMAVIEW_CHUNK_LOCK_H

#include <stdbool.h>
#include <sys/single_threaded.h>

#include "chunk.h"

enum lock_state {
	LOCK_FREE,
	LOCK_HELD,
	LOCK_WAITED,	/* held, and somebody sleeps */
	LOCK_FORK,	/* held by the thread that forks, see lock_fork() */
};

struct lock {
	int state;
};

/* False if another thread forks and for_fork is: not to be waited for. */
bool lock_wait(struct lock *lock, bool for_fork);
void lock_wake(struct lock *lock);

static inline bool lock_try(struct lock *lock)
{
	int expected = LOCK_FREE;

	return __libc_single_threaded ||
	       likely(__atomic_compare_exchange_n(&lock->state, &expected,
						  LOCK_HELD, false,
						  __ATOMIC_ACQUIRE,
						  __ATOMIC_RELAXED));
}

static inline void lock_take(struct lock *lock)
{
	if (unlikely(!lock_try(lock)))
		lock_wait(lock, true);
}

/*
 * The same for those that may not wait for a fork: false while another thread
 * holds the lock for one. Who holds it otherwise does not for long.
 */
static inline bool lock_enter(struct lock *lock)
{
	return lock_try(lock) || lock_wait(lock, false);
}

static inline void lock_release(struct lock *lock)
{
	int expected = LOCK_HELD;

	if (__atomic_load_n(&lock->state, __ATOMIC_RELAXED) == LOCK_FREE)
		return;
	if (likely(__atomic_compare_exchange_n(&lock->state, &expected,
					       LOCK_FREE, false,
					       __ATOMIC_RELEASE,
					       __ATOMIC_RELAXED)))
		return;
	lock_wake(lock);
}

/*
 * Around fork. lock_fork() holds a lock for this thread until it returns from
 * fork, in parent and child; in between this thread passes it freely, as fork
 * handlers of others may allocate.
 */
void lock_fork(struct lock *lock);
void lock_fork_done(struct lock *lock);
/* Between these two, this thread is the one that forks. */
void lock_fork_begin(void);
void lock_fork_end(void);

#endif
