// SPDX-License-Identifier: GPL-2.0
/* Which arenas there are, and which thread uses which. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>

#include "fork.h"
#include "heap.h"
#include "options.h"
#include "system.h"
#include "watch.h"

/* As much as top_pad leaves beside the first chunk of an arena. */
#define FIRST_SIZE	((size_t)128 << 10)

struct malloc_state av_;
unsigned int arena_max, arena_test = 8;

static struct lock arenas_lock;		/* the list, and who joins an arena */
static unsigned int nr_arenas = 1;
static bool ready;
static pthread_key_t exit_key;
static bool has_exit_key;
static _Thread_local struct malloc_state *mine
	__attribute__((tls_model("initial-exec")));

void arenas_init(void)
{
	if (ready)
		return;
	ready = true;
	av_.pagesize = system_pagesize();
	av_.morecore_properties = MORECORE_CONTIGUOUS;
	bins_init(&av_);
	options_init();
	fork_init();
	watch_off(WATCH_START);
}

struct malloc_state *arena_of(const struct malloc_chunk *chunk)
{
	return chunk->size & NON_MAIN_ARENA ? heap_of(chunk)->arena : &av_;
}

/*
 * At the end of a thread. Should a destructor that runs later allocate, the
 * thread gets an arena again, and leaves it in the next round of destructors.
 */
static void leave(void *arg)
{
	struct malloc_state *av = arg;

	__atomic_sub_fetch(&av->attached, 1, __ATOMIC_RELAXED);
	mine = NULL;
}

/* Eight arenas a CPU on 64 bit, two on 32, once there are arena_test. */
static unsigned int limit(void)
{
	cpu_set_t cpus;
	int saved = errno;
	unsigned int n = 2;

	if (arena_max)
		return arena_max;
	if (nr_arenas < arena_test)
		return arena_test;
	if (!sched_getaffinity(0, sizeof(cpus), &cpus))
		n = CPU_COUNT(&cpus);
	errno = saved;
	n *= sizeof(long) == 8 ? 8 : 2;
	return n > arena_test ? n : arena_test;
}

static unsigned int threads_of(const struct malloc_state *av)
{
	return __atomic_load_n(&av->attached, __ATOMIC_RELAXED);
}

/* The arena with the fewest threads; a new one rather than one in use. */
static struct malloc_state *choose(void)
{
	struct malloc_state *av, *best = &av_;

	for (av = av_.next; av; av = av->next)
		if (threads_of(av) < threads_of(best))
			best = av;
	if (!threads_of(best) || nr_arenas >= limit())
		return best;
	av = heap_new_arena(FIRST_SIZE);
	if (!av)
		return best;
	av->number = nr_arenas++;
	/* Made by the thread that forks, it is held like the others. */
	av->lock.state = arenas_lock.state == LOCK_FORK ? LOCK_FORK : LOCK_FREE;
	av->next = av_.next;
	__atomic_store_n(&av_.next, av, __ATOMIC_RELEASE);
	return av;
}

struct malloc_state *arena_mine(void)
{
	if (likely(mine != NULL))
		return mine;
	arenas_init();
	/* It may be asked again, and then get one of its own. */
	if (!lock_enter(&arenas_lock))
		return &av_;
	if (!has_exit_key)
		has_exit_key = !pthread_key_create(&exit_key, leave);
	mine = choose();
	__atomic_add_fetch(&mine->attached, 1, __ATOMIC_RELAXED);
	lock_release(&arenas_lock);
	/* This may allocate: the thread has its arena by now. */
	if (has_exit_key)
		pthread_setspecific(exit_key, mine);
	return mine;
}

struct malloc_state *arena_other(struct malloc_state *av)
{
	return av != &av_ ? &av_ : av_.next;
}

void arenas_fork(void)
{
	struct malloc_state *av;

	lock_fork(&arenas_lock);
	for (av = &av_; av; av = av->next)
		lock_fork(&av->lock);
	/* Not before: what another thread holds for its fork is waited for. */
	lock_fork_begin();
}

void arenas_fork_parent(void)
{
	struct malloc_state *av;

	lock_fork_end();
	for (av = &av_; av; av = av->next)
		lock_fork_done(&av->lock);
	lock_fork_done(&arenas_lock);
}

/* The child has but this thread: the others are gone from their arenas. */
void arenas_fork_child(void)
{
	struct malloc_state *av;

	for (av = &av_; av; av = av->next)
		av->attached = av == mine;
	arenas_fork_parent();
}
