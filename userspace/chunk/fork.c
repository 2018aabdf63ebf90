// SPDX-License-Identifier: GPL-2.0
/*
 * Around fork. The thread that forks holds all locks, so that the child has no
 * half done work of threads that it does not have.
 *
 * Between our handler and the fork itself others take locks of theirs: handlers
 * that were registered before ours, and the C library, those of its streams and
 * its databases. Who holds one of these may be allocating. So nobody who takes
 * or gives memory waits for a fork: meanwhile a thread takes mappings, and
 * hands what it frees to arenas for later; it waits only for threads that hold
 * a lock of ours for a moment. (Who counts, mallinfo() and its like, does wait.)
 *
 * We register at the first call of all, so as to be the last before the fork
 * and the first after it: handlers of others allocate as at any time.
 */
#include <pthread.h>

#include "arena.h"
#include "cache.h"
#include "events.h"
#include "fork.h"
#include "trace.h"

/* No thread waits for an arena while it holds the lock of the caches. */
static void before_fork(void)
{
	arenas_fork();
	cache_fork();
}

static void in_parent(void)
{
	cache_fork_parent();
	arenas_fork_parent();
}

static void in_child(void)
{
	cache_fork_child();
	arenas_fork_child();
	events_forked();
	trace_forked();
}

void fork_init(void)
{
	pthread_atfork(before_fork, in_parent, in_child);
}
