// SPDX-License-Identifier: GPL-2.0
/*
 * micro WORKLOAD: one thread that does little but allocate and free. Rounds are
 * chosen so that glibc takes 0.05 to 0.2 s for each. Every block is written to at
 * its first byte, as a program would; a whole block only where that is said.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KIB 1024UL
#define MIB (1024 * KIB)

/* The compiler may leave out a malloc whose block it sees die. */
static void *volatile sink;

static void *take(size_t size)
{
	char *block = malloc(size);

	if (!block) {
		fprintf(stderr, "micro: no %zu bytes\n", size);
		exit(1);
	}
	*block = 1;
	sink = block;
	return block;
}

/* xorshift: the same trace in each run. */
static uint32_t dice(void)
{
	static uint32_t state = 2463534242;

	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

static void ping(size_t size, unsigned int rounds)
{
	while (rounds--)
		free(take(size));
}

enum { NR_BATCH = 1000 };

/* All are taken, then all are given back, the last one first. */
static void lifo(size_t size, unsigned int rounds)
{
	void *batch[NR_BATCH];

	while (rounds--) {
		for (int i = 0; i < NR_BATCH; i++)
			batch[i] = take(size);
		for (int i = NR_BATCH; i--;)
			free(batch[i]);
	}
}

/* The same, the first one first. */
static void fifo(size_t size, unsigned int rounds)
{
	void *batch[NR_BATCH];

	while (rounds--) {
		for (int i = 0; i < NR_BATCH; i++)
			batch[i] = take(size);
		for (int i = 0; i < NR_BATCH; i++)
			free(batch[i]);
	}
}

/* A block somewhere gives way to one of any size up to the given one. */
static void churn(size_t size, unsigned int rounds, unsigned int nr_slots)
{
	void **slots = calloc(nr_slots, sizeof(*slots));

	while (rounds--) {
		void **slot = &slots[dice() % nr_slots];

		free(*slot);
		*slot = take(1 + dice() % size);
	}
	for (unsigned int i = 0; i < nr_slots; i++)
		free(slots[i]);
	free(slots);
}

static void churn_small(size_t size, unsigned int rounds)
{
	churn(size, rounds, 10000);
}

static void churn_big(size_t size, unsigned int rounds)
{
	churn(size, rounds, 1000);
}

/* A buffer that something is appended to, again and again. */
static void grow(size_t size, unsigned int rounds, size_t step)
{
	while (rounds--) {
		char *buffer = NULL;

		for (size_t have = step; have <= size; have += step) {
			buffer = realloc(buffer, have);
			if (!buffer)
				exit(1);
			buffer[have - 1] = 1;
		}
		free(buffer);
	}
}

static void grow_small(size_t size, unsigned int rounds)
{
	grow(size, rounds, 64);
}

static void grow_big(size_t size, unsigned int rounds)
{
	grow(size, rounds, 16 * KIB);
}

/*
 * A program that does one thing after another: each phase has sizes of its own,
 * and leaves one block in eight behind when the next begins.
 */
static void phases(size_t size, unsigned int rounds)
{
	enum { NR_BLOCKS = 20000 };
	static void *blocks[NR_BLOCKS], *kept[NR_BLOCKS];
	unsigned int nr_kept = 0;

	for (unsigned int phase = 0; phase < rounds; phase++) {
		size_t most = size >> phase % 8;

		for (int i = 0; i < NR_BLOCKS; i++)
			blocks[i] = take(most / 2 + dice() % (most / 2));
		for (int i = 0; i < NR_BLOCKS; i++) {
			if (i % 8) {
				free(blocks[i]);
				continue;
			}
			free(kept[nr_kept % NR_BLOCKS]);
			kept[nr_kept++ % NR_BLOCKS] = blocks[i];
		}
	}
}

static const struct workload {
	const char *name;
	void (*run)(size_t size, unsigned int rounds);
	size_t size;
	unsigned int rounds;
} workloads[] = {
	{ "ping-16", ping, 16, 20000000 },
	{ "ping-256", ping, 256, 20000000 },
	{ "ping-4K", ping, 4 * KIB, 8000000 },
	{ "ping-100K", ping, 100 * KIB, 8000000 },
	{ "ping-200K", ping, 200 * KIB, 5000000 },
	{ "lifo-32", lifo, 32, 12000 },
	{ "fifo-32", fifo, 32, 12000 },
	{ "lifo-600", lifo, 600, 6000 },
	{ "fifo-600", fifo, 600, 600 },
	{ "random-512", churn_small, 512, 5000000 },
	{ "random-64K", churn_big, 64 * KIB, 800000 },
	{ "realloc-64K", grow_small, 64 * KIB, 20000 },
	{ "realloc-64M", grow_big, 64 * MIB, 6 },
	{ "phases", phases, 4 * KIB, 16 },
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
			w->run(w->size, argc > 2 ? (unsigned int)atoi(argv[2]) :
			       w->rounds);
			return 0;
		}
	}
	return argc > 1;
}
