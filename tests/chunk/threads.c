// SPDX-License-Identifier: GPL-2.0
/*
 * Threads that come and go, free each other's blocks, and are forked, cancelled
 * and left behind in the middle of it.
 */
#include "cases.h"

#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum { NR_THREADS = 4, NR_SHARED = 256 };

/* A block that says itself how long it is. */
struct parcel {
	size_t size;
	uint32_t owner;
	unsigned char bytes[];
};

static struct parcel *_Atomic shared[NR_SHARED];
static atomic_int is_over;

static struct parcel *pack(uint32_t *state)
{
	size_t size = dice(state) % (dice(state) % 50 ? 2000 : 300000);
	struct parcel *parcel = malloc(sizeof(*parcel) + size);

	expect(parcel, "no %zu bytes", size);
	parcel->size = size;
	parcel->owner = dice(state);
	fill(parcel->bytes, size, parcel->owner);
	return parcel;
}

static void unpack(struct parcel *parcel)
{
	if (!parcel)
		return;
	expect(is_filled(parcel->bytes, parcel->size, parcel->owner),
	       "%p of %zu bytes is not as it was", (void *)parcel,
	       parcel->size);
	free(parcel);
}

static pthread_t start(void *(*run)(void *), uintptr_t argument)
{
	pthread_t thread;
	int code = pthread_create(&thread, NULL, run, (void *)argument);

	expect(!code, "no thread: %d", code);
	return thread;
}

static void empty_shared(void)
{
	for (int i = 0; i < NR_SHARED; i++)
		unpack(atomic_exchange(&shared[i], NULL));
}

/* Puts a block where others find it, and frees what was there. */
static void *swap_some(void *argument)
{
	uint32_t state = 1 + (uint32_t)(uintptr_t)argument;

	for (int i = 0; i < 20000; i++)
		unpack(atomic_exchange(&shared[dice(&state) % NR_SHARED],
				       pack(&state)));
	return NULL;
}

static void cross(void)
{
	pthread_t threads[NR_THREADS];

	for (uintptr_t i = 0; i < NR_THREADS; i++)
		threads[i] = start(swap_some, i);
	for (int i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
	empty_shared();
}

static void *swap_few(void *argument)
{
	uint32_t state = 1 + (uint32_t)(uintptr_t)argument;

	for (int i = 0; i < 30; i++)
		unpack(atomic_exchange(&shared[dice(&state) % NR_SHARED],
				       pack(&state)));
	return NULL;
}

/* Each leaves blocks behind, which outlive it. */
static void storm(void)
{
	pthread_t threads[20];

	for (uintptr_t round = 0; round < 100; round++) {
		for (uintptr_t i = 0; i < 20; i++)
			threads[i] = start(swap_few, round * 20 + i);
		for (int i = 0; i < 20; i++)
			pthread_join(threads[i], NULL);
	}
	empty_shared();
}

/* Until told, or for ever. */
static void *swap_on(void *argument)
{
	uint32_t state = 1 + (uint32_t)(uintptr_t)argument;

	while (!atomic_load(&is_over)) {
		unpack(atomic_exchange(&shared[dice(&state) % NR_SHARED],
				       pack(&state)));
		pthread_testcancel();
	}
	return NULL;
}

/* What a child may do that was forked beside busy threads. */
static void live(uint32_t seed)
{
	static pthread_t threads[2];

	empty_shared();
	for (uintptr_t i = 0; i < 2; i++)
		threads[i] = start(swap_few, seed + i);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	empty_shared();
}

/* A parcel that was being handed over is nobody's in the child: let it be. */
static void forked(void)
{
	pthread_t threads[NR_THREADS];

	for (uintptr_t i = 0; i < NR_THREADS; i++)
		threads[i] = start(swap_on, i);
	for (uint32_t i = 0; i < 60; i++) {
		int status;
		pid_t child = fork();

		expect(child >= 0, "fork: %d", errno);
		if (!child) {
			alarm(60);
			live(i);
			if (i % 2)
				exit(0);
			_exit(0);
		}
		expect(waitpid(child, &status, 0) == child, "waitpid");
		expect(!status, "child %u ended with %#x", i, status);
	}
	atomic_store(&is_over, 1);
	for (int i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
	empty_shared();
}

/* main returns while they run. */
static void left(void)
{
	for (int round = 0; round < 20; round++) {
		int status;
		pid_t child = fork();

		if (!child) {
			for (uintptr_t i = 0; i < NR_THREADS; i++)
				start(swap_on, i);
			usleep(5000);
			exit(0);
		}
		expect(waitpid(child, &status, 0) == child, "waitpid");
		expect(!status, "it ended with %#x", status);
	}
}

/* In a loop that tests for it, between two calls. */
static void cancelled(void)
{
	pthread_t threads[NR_THREADS];
	void *result;

	for (uintptr_t round = 0; round < 50; round++) {
		for (uintptr_t i = 0; i < NR_THREADS; i++)
			threads[i] = start(swap_on, round + i);
		usleep(1000);
		for (int i = 0; i < NR_THREADS; i++) {
			pthread_cancel(threads[i]);
			pthread_join(threads[i], &result);
			expect(result == PTHREAD_CANCELED, "not cancelled");
		}
	}
	empty_shared();
}

/* Destructors of thread data run in any order, ours may be before them. */
static pthread_key_t keys[8];

static void destroy(void *value)
{
	struct parcel *parcel = value;
	uint32_t state = parcel->owner | 1;
	static _Thread_local int rounds;

	unpack(parcel);
	for (int i = 0; i < 100; i++)
		unpack(pack(&state));
	if (rounds++ < 12)
		pthread_setspecific(keys[rounds % 8], pack(&state));
	else
		unpack(atomic_exchange(&shared[dice(&state) % NR_SHARED],
				       pack(&state)));
}

static void *set_data(void *argument)
{
	uint32_t state = 1 + (uint32_t)(uintptr_t)argument;

	for (int i = 0; i < 8; i++)
		pthread_setspecific(keys[i], pack(&state));
	return NULL;
}

static void destructors(void)
{
	for (int i = 0; i < 8; i++)
		expect(!pthread_key_create(&keys[i], destroy), "no key");
	for (uintptr_t i = 0; i < 300; i++)
		pthread_join(start(set_data, i), NULL);
	empty_shared();
}

static void *load(void *unused)
{
	static const char *const names[] = { "libresolv.so.2", "libanl.so.1",
					     "libnsl.so.1", "libnone.so.0" };

	(void)unused;
	for (int i = 0; i < 200; i++) {
		void *library = dlopen(names[i % 4], RTLD_NOW);

		if (library)
			dlclose(library);
		else
			dlerror();
	}
	return NULL;
}

static void loading(void)
{
	pthread_t threads[NR_THREADS];

	for (uintptr_t i = 0; i < NR_THREADS; i++)
		threads[i] = start(i % 2 ? load : swap_some, i);
	for (int i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
	empty_shared();
}

/* ---- a crowd ---- */

enum { NR_CROWD = 60, NR_SIZES = 60, NR_EACH = 20 };

static pthread_barrier_t crowd;

/* Some of each size: what is at hand for later shall not be the most of it. */
static void *take_some(void *unused)
{
	for (int i = 0; i < NR_EACH; i++)
		for (size_t size = 8; size < NR_SIZES * 16; size += 16) {
			void *block = malloc(size);

			expect(block, "no %zu bytes", size);
			memset(block, 1, size);
		}
	pthread_barrier_wait(&crowd);
	return unused;
}

static size_t resident(void)
{
	unsigned long whole, pages = 0;
	FILE *stream = fopen("/proc/self/statm", "r");

	expect(stream && fscanf(stream, "%lu %lu", &whole, &pages) == 2,
	       "no statm");
	fclose(stream);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void crowded(void)
{
	/* The mean size, its header, and a stack and a cache for each. */
	size_t wanted = NR_CROWD * (NR_SIZES * NR_EACH * (size_t)488 + 65536);
	pthread_t threads[NR_CROWD];
	size_t before, got;

	mallopt(M_ARENA_MAX, 1);
	pthread_barrier_init(&crowd, NULL, NR_CROWD + 1);
	before = resident();
	for (uintptr_t i = 0; i < NR_CROWD; i++)
		threads[i] = start(take_some, i);
	pthread_barrier_wait(&crowd);
	got = resident() - before;
	for (int i = 0; i < NR_CROWD; i++)
		pthread_join(threads[i], NULL);
	expect(got < wanted + wanted / 4, "%zu bytes for %zu", got, wanted);
}

static const struct test_case cases[] = {
	{ "cross", cross },
	{ "storm", storm },
	{ "forked", forked },
	{ "left", left },
	{ "case-39-cancelled", cancelled },
	{ "destructors", destructors },
	{ "loading", loading },
	{ "crowded", crowded },
	{ NULL, NULL }
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, "threads", cases);
}
