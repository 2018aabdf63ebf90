// SPDX-License-Identifier: GPL-2.0
/*
 * threads WORKLOAD: two threads that allocate, each for itself or one for the
 * other. Time is the clock's here: what a lock keeps waiting costs no CPU. Each
 * has a CPU of its own, which the scheduler would give them only after a while.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NR_THREADS = 2 };

static unsigned int rounds;

static void *take(size_t size)
{
	char *block = malloc(size);

	if (!block) {
		fprintf(stderr, "threads: no %zu bytes\n", size);
		exit(1);
	}
	*block = 1;
	return block;
}

/* xorshift: the same trace in each run. */
static uint32_t dice(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* CPUs of the process, before any thread is pinned to one. */
static cpu_set_t allowed;

static void pin(unsigned int number)
{
	cpu_set_t one;
	int left = number % CPU_COUNT(&allowed);

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &allowed) || left--)
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		pthread_setaffinity_np(pthread_self(), sizeof(one), &one);
		return;
	}
}

static void start(pthread_t *thread, void *(*run)(void *), void *argument)
{
	if (pthread_create(thread, NULL, run, argument)) {
		fprintf(stderr, "threads: no thread\n");
		exit(1);
	}
}

/* Both threads do the same. */
static void run_both(void *(*run)(void *))
{
	pthread_t threads[NR_THREADS];

	for (uintptr_t i = 0; i < NR_THREADS; i++)
		start(&threads[i], run, (void *)i);
	for (int i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
}

/* A block somewhere gives way to another; nothing is shared. */
static void *churn(void *number)
{
	enum { NR_BLOCKS = 20000 };
	uint32_t state = 2463534242 + (uint32_t)(uintptr_t)number;
	void **slots = calloc(NR_BLOCKS, sizeof(*slots));

	pin((unsigned int)(uintptr_t)number);
	for (unsigned int i = 0; i < rounds; i++) {
		void **slot = &slots[dice(&state) % NR_BLOCKS];

		free(*slot);
		*slot = take(1 + dice(&state) % 1024);
	}
	for (int i = 0; i < NR_BLOCKS; i++)
		free(slots[i]);
	free(slots);
	return NULL;
}

static void local(void)
{
	run_both(churn);
}

/* A ring from one thread to the other: full and empty are waited for. */
enum { NR_RING = 4096 };
static void *_Atomic ring[NR_RING];

static void *produce(void *unused)
{
	uint32_t state = 2463534242;

	(void)unused;
	pin(1);
	for (unsigned int i = 0; i < rounds; i++) {
		void *block = take(16 + dice(&state) % 1008);

		while (atomic_load_explicit(&ring[i % NR_RING],
					    memory_order_relaxed))
			sched_yield();
		atomic_store_explicit(&ring[i % NR_RING], block,
				      memory_order_release);
	}
	return NULL;
}

static void consume(void)
{
	pin(0);
	for (unsigned int i = 0; i < rounds; i++) {
		void *block;

		while (!(block = atomic_load_explicit(&ring[i % NR_RING],
						      memory_order_acquire)))
			sched_yield();
		free(block);
		atomic_store_explicit(&ring[i % NR_RING], NULL,
				      memory_order_relaxed);
	}
}

static void producer(void)
{
	pthread_t thread;

	start(&thread, produce, NULL);
	consume();
	pthread_join(thread, NULL);
}

/*
 * As in a server (after Larson and Krishnan's test): a thread takes over the
 * blocks that the one before it left, replaces some, and leaves them to the
 * next. So threads come and go, and most blocks are freed by another thread.
 */
/* With fewer slots the peak is the chance of which arena a thread meets. */
enum { NR_SLOTS = 30000, NR_HEIRS = 60 };

struct line {
	unsigned int number;
	uint32_t state;
	void *slots[NR_SLOTS];
};

static void *serve(void *argument)
{
	struct line *line = argument;

	pin(line->number);
	for (unsigned int i = 0; i < rounds / NR_HEIRS; i++) {
		void **slot = &line->slots[dice(&line->state) % NR_SLOTS];

		free(*slot);
		*slot = take(16 + dice(&line->state) % 1008);
	}
	return NULL;
}

static void *succeed(void *number)
{
	static struct line lines[NR_THREADS];
	struct line *line = &lines[(uintptr_t)number];
	pthread_t heir;

	line->number = (unsigned int)(uintptr_t)number;
	line->state = 2463534242 + line->number;
	for (int i = 0; i < NR_HEIRS; i++) {
		start(&heir, serve, line);
		pthread_join(heir, NULL);
	}
	return NULL;
}

static void larson(void)
{
	run_both(succeed);
}

static const struct workload {
	const char *name;
	void (*run)(void);
	unsigned int rounds;
} workloads[] = {
	{ "local", local, 3000000 },
	{ "producer", producer, 400000 },
	{ "larson", larson, 3000000 },
};

#define NR_WORKLOADS (sizeof(workloads) / sizeof(workloads[0]))

/* Without a name, lists them. */
int main(int argc, char **argv)
{
	for (size_t i = 0; i < NR_WORKLOADS; i++) {
		const struct workload *w = &workloads[i];

		if (argc < 2) {
			puts(w->name);
		} else if (!strcmp(argv[1], w->name)) {
			rounds = w->rounds;
			if (sched_getaffinity(0, sizeof(allowed), &allowed))
				return 1;
			w->run();
			return 0;
		}
	}
	return argc > 1;
}
