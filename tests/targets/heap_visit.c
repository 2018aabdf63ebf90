// SPDX-License-Identifier: GPL-2.0
/*
 * Fills a heap of libvmachunk at random, in several threads, and then says what
 * that allocator itself lists (vmachunk_visit()), and how often it got a
 * signal. Nothing is allocated by what it says.
 *
 *	item KIND ARENA INDEX ADDRESS SIZE	see chunk/vmachunk.h
 *	info NAME VALUE ...			mallinfo2()
 *	tid TID					of the first thread
 *	ready
 *
 * Then a line on standard input is answered with one: "signals N", how many of
 * SIGRTMIN there were.
 */
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define THREADS	5
#define SLOTS	3000
#define CALLS	30000

/* As in chunk/vmachunk.h, which a target does not include. */
struct item {
	int kind;
	unsigned int arena, index;
	const void *address;
	size_t size;
};

int vmachunk_visit(int (*visitor)(const struct item *item, void *arg),
		   void *arg) __attribute__((weak));

/* Two threads may get one each at the same time. */
static atomic_int nr_signals;

static void count(int signal)
{
	(void)signal;
	nr_signals++;
}

static void say(const char *text, int len)
{
	if (write(1, text, (size_t)len) != len)
		_exit(1);
}

static int say_item(const struct item *item, void *arg)
{
	char line[120];

	(void)arg;
	say(line, snprintf(line, sizeof(line), "item %d %u %u %p %zu\n",
			   item->kind, item->arena, item->index,
			   item->address, item->size));
	return 0;
}

static void say_info(void)
{
	struct mallinfo2 m = mallinfo2();
	char line[300];

	say(line, snprintf(line, sizeof(line),
			   "info arena %zu ordblks %zu smblks %zu hblks %zu hblkhd %zu fsmblks %zu uordblks %zu fordblks %zu keepcost %zu\n",
			   m.arena, m.ordblks, m.smblks, m.hblks, m.hblkhd,
			   m.fsmblks, m.uordblks, m.fordblks, m.keepcost));
}

static pthread_barrier_t barrier;

static size_t next_size(unsigned int *seed)
{
	unsigned int kind = (unsigned int)rand_r(seed) % 1000;

	if (kind < 700)
		return (size_t)rand_r(seed) % 200;
	if (kind < 990)
		return (size_t)rand_r(seed) % 5000;
	if (kind < 999)
		return (size_t)rand_r(seed) % 100000;
	return 130000 + (size_t)rand_r(seed) % 200000;
}

static void *allocate(unsigned int *seed)
{
	void *block;
	size_t size = next_size(seed);

	if (rand_r(seed) % 50)
		return malloc(size);
	return posix_memalign(&block, (size_t)16 << rand_r(seed) % 14, size) ?
	       NULL : block;
}

/* Ends with some of all sizes taken, and some of all sizes given back. */
static void *work(void *argument)
{
	unsigned int seed = (unsigned int)(uintptr_t)argument + 1;
	static void *blocks[THREADS + 1][SLOTS];
	void **mine = blocks[(uintptr_t)argument];

	for (unsigned int i = 0; i < CALLS; i++) {
		unsigned int slot = (unsigned int)rand_r(&seed) % SLOTS;

		free(mine[slot]);
		mine[slot] = rand_r(&seed) % 3 ? allocate(&seed) : NULL;
	}
	pthread_barrier_wait(&barrier);
	/* The last thread is the first one, and goes on. */
	while ((uintptr_t)argument < THREADS)
		pause();
	return NULL;
}

int main(void)
{
	char byte, line[60];
	pthread_t thread;

	signal(SIGRTMIN, count);
	pthread_barrier_init(&barrier, NULL, THREADS + 1);
	for (uintptr_t i = 0; i < THREADS; i++)
		if (pthread_create(&thread, NULL, work, (void *)i))
			return 1;
	work((void *)(uintptr_t)THREADS);
	if (!vmachunk_visit || vmachunk_visit(say_item, NULL))
		return 1;
	say_info();
	say(line, snprintf(line, sizeof(line), "tid %d\nready\n", gettid()));
	while (read(0, &byte, 1) != 0)
		if (byte == '\n')
			say(line, snprintf(line, sizeof(line), "signals %d\n",
					   atomic_load(&nr_signals)));
	return 0;
}
