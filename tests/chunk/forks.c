// SPDX-License-Identifier: GPL-2.0
/*
 * Forks beside threads that hold what a fork needs: locks of streams, and locks
 * that handlers of pthread_atfork() take. A lock that waits for the allocator
 * while a fork holds it waits for ever: then the case ends by its alarm.
 */
#include "cases.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

enum { NR_FORKS = 150 };

static atomic_int is_over;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* What the handlers below do in this case. */
static void (*_Atomic in_prepare)(void), (*_Atomic in_parent)(void);
static void (*_Atomic in_child)(void);

static void call(void (*_Atomic *handler)(void))
{
	void (*function)(void) = atomic_load(handler);

	if (function)
		function();
}

static void prepare(void) { call(&in_prepare); }
static void parent(void) { call(&in_parent); }
static void child(void) { call(&in_child); }

/*
 * Registered before anybody has allocated, in front of all constructors: so
 * these are called next to the fork itself, whoever else has handlers.
 */
static void register_first(void)
{
	pthread_atfork(prepare, parent, child);
}

static __attribute__((section(".preinit_array"), used))
void (*const first_of_all)(void) = register_first;

/* Each call of the family, with sizes for all places memory comes from. */
static void use_heap(void)
{
	static const size_t sizes[] = { 40, 700, 5000, 70000, 300000 };
	char *blocks[10];
	size_t size;

	for (size_t i = 0; i < 10; i++) {
		size = sizes[i % 5];
		if (i % 3 == 0)
			blocks[i] = calloc(1, size);
		else if (i % 3 == 1)
			blocks[i] = memalign(256, size);
		else
			blocks[i] = malloc(size);
		expect(blocks[i], "no %zu bytes", size);
		fill(blocks[i], size, (uint32_t)i);
		blocks[i] = realloc(blocks[i], size * 2);
		expect(blocks[i] && is_filled(blocks[i], size, (uint32_t)i),
		       "%zu bytes were not moved", size);
	}
	for (size_t i = 0; i < 10; i++)
		free(blocks[i]);
}

static void *use_heap_once(void *unused)
{
	use_heap();
	return unused;
}

static pthread_t start(void *(*run)(void *))
{
	pthread_t thread;
	int code = pthread_create(&thread, NULL, run, NULL);

	expect(!code, "no thread: %d", code);
	return thread;
}

/* The heap of a child serves threads and forks of its own. */
static void live(void)
{
	pthread_t threads[2];
	int status;
	pid_t own;

	atomic_store(&in_prepare, NULL);
	atomic_store(&in_parent, NULL);
	atomic_store(&in_child, NULL);
	use_heap();
	for (int i = 0; i < 2; i++)
		threads[i] = start(use_heap_once);
	own = fork();
	if (!own) {
		use_heap();
		_exit(0);
	}
	expect(waitpid(own, &status, 0) == own && !status,
	       "the child's child ended with %#x", status);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
}

static void *fork_some(void *unused)
{
	for (int i = 0; i < NR_FORKS; i++) {
		int status;
		pid_t own = fork();

		expect(own >= 0, "fork: %d", errno);
		if (!own) {
			alarm(60);
			if (i % 8 == 0)
				live();
			else
				use_heap();
			_exit(0);
		}
		expect(waitpid(own, &status, 0) == own && !status,
		       "child %d ended with %#x", i, status);
	}
	return unused;
}

static void fork_beside(void *(*run)(void *))
{
	pthread_t thread = start(run), others[2];

	for (int i = 0; i < 2; i++)
		others[i] = start(fork_some);
	for (int i = 0; i < 2; i++)
		pthread_join(others[i], NULL);
	atomic_store(&is_over, 1);
	pthread_join(thread, NULL);
}

/* Locks are not fair: who takes one again at once may keep all others out. */
static void let_others(void)
{
	const struct timespec nap = { .tv_nsec = 50000 };

	nanosleep(&nap, NULL);
}

/* ---- streams ---- */

static ssize_t write_nowhere(void *cookie, const char *bytes, size_t size)
{
	(void)cookie;
	(void)bytes;
	use_heap();
	return (ssize_t)size;
}

/* The list of streams is locked while one of them writes, and allocates. */
static void *flush_all(void *unused)
{
	cookie_io_functions_t functions = { .write = write_nowhere };
	FILE *stream = fopencookie(NULL, "w", functions);

	expect(stream, "no stream");
	while (!atomic_load(&is_over)) {
		fputs("x", stream);
		fflush(NULL);
		let_others();
	}
	fclose(stream);
	return unused;
}

static void streams(void)
{
	fork_beside(flush_all);
}

/* ---- locks that handlers take ---- */

static void take_lock(void)
{
	pthread_mutex_lock(&lock);
	use_heap();
}

static void release_lock(void)
{
	use_heap();
	pthread_mutex_unlock(&lock);
}

/* With the lock held: allocates, and waits for threads that come and go. */
static void *allocate_locked(void *unused)
{
	while (!atomic_load(&is_over)) {
		pthread_mutex_lock(&lock);
		use_heap();
		pthread_join(start(use_heap_once), NULL);
		malloc_trim(0);
		pthread_mutex_unlock(&lock);
		let_others();
	}
	return unused;
}

static void handlers(void)
{
	atomic_store(&in_prepare, take_lock);
	atomic_store(&in_parent, release_lock);
	atomic_store(&in_child, release_lock);
	fork_beside(allocate_locked);
}

/* ---- the first call of a thread, from a handler ---- */

static void *fork_at_once(void *unused)
{
	int status;
	pid_t own = fork();

	expect(own >= 0, "fork: %d", errno);
	if (!own) {
		alarm(60);
		live();
		_exit(0);
	}
	expect(waitpid(own, &status, 0) == own && !status,
	       "the child ended with %#x", status);
	return unused;
}

static void *allocate(void *unused)
{
	while (!atomic_load(&is_over))
		use_heap();
	return unused;
}

static void newcomers(void)
{
	pthread_t thread = start(allocate), others[4];

	atomic_store(&in_prepare, use_heap);
	atomic_store(&in_parent, use_heap);
	atomic_store(&in_child, use_heap);
	for (int round = 0; round < 30; round++) {
		for (int i = 0; i < 4; i++)
			others[i] = start(fork_at_once);
		for (int i = 0; i < 4; i++)
			pthread_join(others[i], NULL);
	}
	atomic_store(&is_over, 1);
	pthread_join(thread, NULL);
}

/* ---- one thread ---- */

static void alone(void)
{
	atomic_store(&in_prepare, use_heap);
	atomic_store(&in_parent, use_heap);
	atomic_store(&in_child, use_heap);
	use_heap();
	fork_at_once(NULL);
	use_heap();
}

static const struct test_case cases[] = {
	{ "streams", streams },
	{ "case-39-handlers", handlers },
	{ "newcomers", newcomers },
	{ "alone", alone },
	{ NULL, NULL }
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, "forks", cases);
}
