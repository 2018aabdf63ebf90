// SPDX-License-Identifier: GPL-2.0
/*
 * What a fork finds and leaves: who may go on beside it, and how; chunks that
 * are handed over while a lock is held.
 */
#include <malloc.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "chunk/alloc.h"
#include "chunk/cache.h"
#include "chunk/check.h"
#include "chunk/core.h"
#include "chunk_child.h"

/* Waiting for what never comes ends the child. */
enum { SECONDS = 60 };

static void passes(void (*test)(void *arg))
{
	assert_int_equal(run_child(test, NULL), 0);
}

/* A thread that has the heap of a fork, until it is told to let go. */
static pthread_barrier_t forks, may_end;

static void *hold(void *arg)
{
	arenas_fork();
	cache_fork();
	pthread_barrier_wait(&forks);
	pthread_barrier_wait(&may_end);
	cache_fork_parent();
	arenas_fork_parent();
	return arg;
}

static pthread_t begin_fork(void)
{
	pthread_t thread;

	alarm(SECONDS);
	pthread_barrier_init(&forks, NULL, 2);
	pthread_barrier_init(&may_end, NULL, 2);
	require(!pthread_create(&thread, NULL, hold, NULL));
	pthread_barrier_wait(&forks);
	return thread;
}

static void end_fork(pthread_t thread)
{
	pthread_barrier_wait(&may_end);
	pthread_join(thread, NULL);
}

static void *mapped(void *mem)
{
	require(mem && is_mmapped(mem_to_chunk(mem)));
	return mem;
}

/* Nothing here waits, and the arena is as it was. */
static void goes_on(void *arg)
{
	char *big = chunk_malloc(60000), *old = chunk_malloc(5000), *moved;
	struct malloc_chunk *top;
	pthread_t thread;
	size_t i;

	(void)arg;
	memset(old, 7, 5000);
	/* What is behind it keeps it from growing in place. */
	require(chunk_malloc(5000));
	thread = begin_fork();
	top = av_.top;
	chunk_free(mapped(chunk_malloc(50000)));
	chunk_free(mapped(chunk_memalign(1024, 50000)));
	moved = mapped(chunk_calloc(1, 50000));
	for (i = 0; i < 50000; i++)
		require(!moved[i]);
	chunk_free(moved);
	moved = mapped(chunk_realloc(old, 50000));
	for (i = 0; i < 5000; i++)
		require(moved[i] == 7);
	require(chunk_realloc(big, 1000) == big);
	chunk_free(big);
	require(!chunk_malloc_trim(0));
	require(av_.top == top);
	end_fork(thread);
	chunk_free(moved);
	moved = chunk_malloc(50000);
	require(!is_mmapped(mem_to_chunk(moved)));
	chunk_free(moved);
	require(!av_.handed);
	require(!chunk_check_all());
}

/* A thread that begins beside a fork, and one that ends. */
static void *come(void *arg)
{
	mapped(chunk_malloc(100));
	require(this_cache == &cache_none);
	return arg;
}

static void *come_early(void *arg)
{
	chunk_free(chunk_malloc(100));
	require(this_cache != &cache_none);
	pthread_barrier_wait(arg);
	pthread_barrier_wait(arg);
	return NULL;
}

static void *use_cache(void *arg)
{
	chunk_free(chunk_malloc(100));
	*(struct cache **)arg = this_cache;
	return NULL;
}

static void comes_and_goes(void *arg)
{
	pthread_t thread, early, late;
	pthread_barrier_t step;
	struct cache *cache, *left;
	unsigned int n = 0;

	(void)arg;
	chunk_free(chunk_malloc(100));
	pthread_barrier_init(&step, NULL, 2);
	require(!pthread_create(&early, NULL, come_early, &step));
	pthread_barrier_wait(&step);
	left = caches;
	require(left != this_cache);
	thread = begin_fork();
	pthread_barrier_wait(&step);
	pthread_join(early, NULL);
	require(left->is_left);
	require(!pthread_create(&late, NULL, come, NULL));
	pthread_join(late, NULL);
	end_fork(thread);
	/* The next one that needs a cache gets that one. */
	require(!pthread_create(&late, NULL, use_cache, &cache));
	pthread_join(late, NULL);
	require(cache == left);
	for (cache = caches; cache; cache = cache->next)
		n++;
	require(n == 1 && caches == this_cache);
	require(!chunk_check_all());
}

/* Who counts waits for the fork, and then counts. */
static void *count(void *arg)
{
	struct mallinfo2 *info = arg;
	struct malloc_state *av = &av_;

	arena_lock(av);
	info->arena = av->sbrked_mem;
	arena_unlock(av);
	return NULL;
}

static void waits(void *arg)
{
	struct mallinfo2 info = { 0 };
	pthread_t thread, other;

	(void)arg;
	require(chunk_malloc(5000));
	thread = begin_fork();
	require(!pthread_create(&other, NULL, count, &info));
	usleep(20000);
	require(!info.arena);
	end_fork(thread);
	pthread_join(other, NULL);
	require(info.arena == av_.sbrked_mem);
}

/* Two threads that fork do so one after the other. */
static void *fork_too(void *arg)
{
	arenas_fork();
	cache_fork();
	__atomic_store_n((int *)arg, 1, __ATOMIC_SEQ_CST);
	cache_fork_parent();
	arenas_fork_parent();
	return NULL;
}

static void take_turns(void *arg)
{
	pthread_t thread, other;
	int has_forked = 0;

	(void)arg;
	require(chunk_malloc(5000));
	thread = begin_fork();
	require(!pthread_create(&other, NULL, fork_too, &has_forked));
	usleep(20000);
	require(!__atomic_load_n(&has_forked, __ATOMIC_SEQ_CST));
	end_fork(thread);
	pthread_join(other, NULL);
	require(has_forked);
	require(av_.lock.state == LOCK_FREE);
}

/* An arena that the forking thread makes is held until it has forked. */
static void *make_arena(void *arg)
{
	struct malloc_state *av;

	(void)arg;
	arenas_fork();
	cache_fork();
	av = arena_mine();
	require(av != &av_);
	require(av->lock.state == LOCK_FORK);
	chunk_free(chunk_malloc(5000));
	cache_fork_parent();
	arenas_fork_parent();
	require(av->lock.state == LOCK_FREE);
	return NULL;
}

static void makes_arena(void *arg)
{
	pthread_t thread;

	alarm(SECONDS);
	require(arena_mine() == &av_);
	require(!pthread_create(&thread, NULL, make_arena, NULL));
	pthread_join(thread, arg);
	require(!chunk_check_all());
}

/* Whoever gives chunks takes over what had to wait. */
static void *hand(void *arg)
{
	struct malloc_chunk *chunks[3];
	unsigned int i;

	for (i = 0; i < 3; i++)
		chunks[i] = mem_to_chunk(chunk_malloc(2000));
	lock_take(&av_.lock);
	require(av_.lock.state == LOCK_HELD);
	arena_hand_over(&av_, chunks, 2);
	lock_release(&av_.lock);
	require(av_.handed == chunks[0]);
	arena_hand_over(&av_, chunks + 2, 1);
	require(!av_.handed);
	return arg;
}

static void hands_over(void *arg)
{
	pthread_t thread;

	alarm(SECONDS);
	arena_max = 1;
	chunk_malloc(1);
	require(!pthread_create(&thread, NULL, hand, NULL));
	pthread_join(thread, arg);
	require(!chunk_check_all());
}

static void test_goes_on(void **state)
{
	(void)state;
	passes(goes_on);
}

static void test_comes_and_goes(void **state)
{
	(void)state;
	passes(comes_and_goes);
}

static void test_waits(void **state)
{
	(void)state;
	passes(waits);
}

static void test_take_turns(void **state)
{
	(void)state;
	passes(take_turns);
}

static void test_makes_arena(void **state)
{
	(void)state;
	passes(makes_arena);
}

static void test_hands_over(void **state)
{
	(void)state;
	passes(hands_over);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_goes_on),
		cmocka_unit_test(test_comes_and_goes),
		cmocka_unit_test(test_waits),
		cmocka_unit_test(test_take_turns),
		cmocka_unit_test(test_makes_arena),
		cmocka_unit_test(test_hands_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
