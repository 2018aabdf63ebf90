// SPDX-License-Identifier: GPL-2.0
/*
 * Uses malloc as it is told to on standard input, a command a line, and answers
 * each with a line. Nothing in here allocates but what a command asks for: no
 * stdio. "info" answers what mallinfo2() says of it.
 */
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define BLOCKS	400000
#define THREADS	64
#define PAGE	4096UL

static void *blocks[BLOCKS];
static unsigned int nr_blocks;

static pthread_t threads[THREADS];
static unsigned int nr_threads, nr_ready;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static void keep(void *block)
{
	if (nr_blocks < BLOCKS)
		blocks[nr_blocks++] = block;
}

/* The same numbers in each run. */
static unsigned int next_number(unsigned int *seed)
{
	*seed = *seed * 1103515245 + 12345;
	return *seed >> 8;
}

/* ---- threads ---- */

static void tell_ready(void)
{
	pthread_mutex_lock(&lock);
	nr_ready++;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

static void wait_ready(void)
{
	pthread_mutex_lock(&lock);
	while (nr_ready < nr_threads)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
}

/* Allocates and frees for a while, keeps some of it, and sleeps. */
static void *work(void *argument)
{
	unsigned int seed = (unsigned int)(uintptr_t)argument, bytes;
	static __thread void *mine[1000];

	for (unsigned int i = 0; i < 20000; i++) {
		unsigned int slot = next_number(&seed) % 1000;

		bytes = next_number(&seed) % (i % 16 ? 300 : 9000);
		free(mine[slot]);
		mine[slot] = malloc(bytes);
		if (mine[slot])
			memset(mine[slot], 0x55, bytes);
	}
	tell_ready();
	for (;;)
		pause();
	return mine;
}

/* Takes that many KiB in small blocks, frees every other one, and sleeps. */
static void *fill(void *argument)
{
	size_t nr = (size_t)(uintptr_t)argument;
	void **mine = malloc(nr * sizeof(*mine));

	for (size_t i = 0; mine && i < nr; i++) {
		mine[i] = malloc(1000);
		if (mine[i])
			*(char *)mine[i] = 1;
	}
	for (size_t i = 0; mine && i < nr; i += 2)
		free(mine[i]);
	tell_ready();
	for (;;)
		pause();
	return mine;
}

/* Never stops. */
static void *churn(void *argument)
{
	unsigned int seed = (unsigned int)(uintptr_t)argument;
	void *mine[512] = { NULL };

	tell_ready();
	for (unsigned int i = 0;; i++) {
		unsigned int slot = next_number(&seed) % 512;

		free(mine[slot]);
		mine[slot] = malloc(next_number(&seed) %
				    (i % 64 ? 1500 : 200000));
	}
	return NULL;
}

static void start(void *(*body)(void *), unsigned int nr, uintptr_t argument)
{
	for (; nr && nr_threads < THREADS; nr--) {
		void *given = (void *)(argument ? argument :
				       nr_threads + 1UL);

		if (!pthread_create(&threads[nr_threads], NULL, body, given))
			nr_threads++;
	}
	wait_ready();
}

/* ---- what is told ---- */

static void say(const char *text)
{
	if (write(1, text, strlen(text)) < 0)
		_exit(1);
}

static void take(unsigned long nr, unsigned long bytes)
{
	for (; nr; nr--) {
		void *block = malloc(bytes);

		if (block && bytes)
			*(char *)block = 1;
		keep(block);
	}
}

static void drop(unsigned long step)
{
	for (unsigned long i = 0; step && i < nr_blocks; i += step) {
		free(blocks[i]);
		blocks[i] = NULL;
	}
}

static void align(unsigned long to, unsigned long bytes)
{
	void *block;

	if (!posix_memalign(&block, to, bytes))
		keep(block);
}

/* From now on the break can't move: something is right behind it. */
static void block_break(void)
{
	uintptr_t end = ((uintptr_t)sbrk(0) + PAGE - 1) & ~(PAGE - 1);

	if (mmap((void *)end, PAGE, PROT_NONE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) ==
	    MAP_FAILED)
		_exit(1);
}

static void info(void)
{
#if __GLIBC_PREREQ(2, 33)
	struct mallinfo2 m = mallinfo2();
#else
	struct mallinfo m = mallinfo();
#endif
	char line[300];

	snprintf(line, sizeof(line),
		 "arena %zu ordblks %zu smblks %zu hblks %zu hblkhd %zu fsmblks %zu uordblks %zu fordblks %zu keepcost %zu\n",
		 (size_t)m.arena, (size_t)m.ordblks, (size_t)m.smblks,
		 (size_t)m.hblks, (size_t)m.hblkhd, (size_t)m.fsmblks,
		 (size_t)m.uordblks, (size_t)m.fordblks, (size_t)m.keepcost);
	say(line);
}

/* ---- what no program should do ---- */

/* A word of the chunk of a block, by its number. */
static volatile size_t *word_of(unsigned long block, long word)
{
	return (volatile size_t *)blocks[block % BLOCKS] + word;
}

/* A block's address, for those who look for it. */
static void where(unsigned long block)
{
	char line[40];

	snprintf(line, sizeof(line), "%p\n", blocks[block % BLOCKS]);
	say(line);
}

static int obey(char *line)
{
	char word[32] = "";
	unsigned long a = 0, b = 0, c = 0;

	sscanf(line, "%31s %li %li %li", word, (long *)&a, (long *)&b,
	       (long *)&c);
	if (!strcmp(word, "info"))
		return info(), 1;
	if (!strcmp(word, "where"))
		return where(a), 1;
	if (!strcmp(word, "take"))		/* NR BYTES */
		take(a, b);
	else if (!strcmp(word, "drop"))		/* STEP */
		drop(a);
	else if (!strcmp(word, "free"))		/* BLOCK */
		free(blocks[a % BLOCKS]);
	else if (!strcmp(word, "align"))	/* TO BYTES */
		align(a, b);
	else if (!strcmp(word, "sbrk"))		/* BYTES */
		a = sbrk((intptr_t)a) == (void *)-1;
	else if (!strcmp(word, "block"))
		block_break();
	else if (!strcmp(word, "mallopt"))	/* NUMBER VALUE */
		mallopt((int)a, (int)b);
	else if (!strcmp(word, "trim"))
		malloc_trim(0);
	else if (!strcmp(word, "work"))		/* NR */
		start(work, (unsigned int)a, 0);
	else if (!strcmp(word, "fill"))		/* NR KIB */
		start(fill, (unsigned int)a, b);
	else if (!strcmp(word, "churn"))	/* NR */
		start(churn, (unsigned int)a, 0);
	else if (!strcmp(word, "write"))	/* BLOCK WORD VALUE */
		*word_of(a, (long)b) = c;
	else
		return 0;
	say("done\n");
	return 1;
}

int main(void)
{
	char line[200];
	size_t nr = 0;

	say("ready\n");
	while (read(0, line + nr, 1) == 1) {
		if (line[nr] != '\n') {
			nr += nr < sizeof(line) - 2;
			continue;
		}
		line[nr] = '\0';
		nr = 0;
		if (!obey(line))
			say("what?\n");
	}
	return 0;
}
