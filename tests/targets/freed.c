// SPDX-License-Identifier: GPL-2.0
/*
 * freed PATTERN SIZE NR [thread]: takes NR blocks of SIZE bytes, writes to all
 * of them, and frees some:
 *
 *   second   every second one; says "live ADDRESS" of each that it keeps
 *   lid      all but a small one that was taken last
 *   top      all: they become the top, which is not given back
 *   foreign  the same, and moves the break: the allocator can't lower it now
 *   mixed    blocks of many sizes, any of which may be freed
 *
 * With "thread" another thread does so, in an arena of its own. Then "lock"
 * calls mlockall(), "trim" calls malloc_trim(0), "info" tells what mallinfo2()
 * does, and "stats" prints malloc_stats() and "end". Nothing else is ever
 * allocated: output and input have no buffers on the heap.
 */
#include <malloc.h>
#include <pthread.h>
#include <sys/mman.h>

#include "target.h"

#define MAX_BLOCKS	2000000

static void *blocks[MAX_BLOCKS];
static const char *pattern;
static size_t size, nr;
static pthread_barrier_t done;

static size_t size_of(size_t i)
{
	static uint32_t seed = 1;

	if (strcmp(pattern, "mixed"))
		return size;
	seed = seed * 1103515245 + 12345 + i;
	return 1 + (seed >> 8) % size;
}

static int is_kept(size_t i)
{
	if (!strcmp(pattern, "second"))
		return i % 2 == 0;
	return !strcmp(pattern, "mixed") && i % 7 < 3;
}

static void use_heap(void)
{
	void *lid;

	if (!strcmp(pattern, "top") || !strcmp(pattern, "foreign"))
		mallopt(M_TRIM_THRESHOLD, 1 << 30);
	for (size_t i = 0; i < nr; i++) {
		size_t bytes = size_of(i);

		blocks[i] = malloc(bytes);
		if (!blocks[i])
			give_up("malloc");
		memset(blocks[i], (int)i + 1, bytes);
	}
	lid = strcmp(pattern, "lid") ? NULL : malloc(40);
	for (size_t i = 0; i < nr; i++) {
		if (!is_kept(i))
			free(blocks[i]);
		else if (!strcmp(pattern, "second"))
			print_address("live", blocks[i]);
	}
	if (lid)
		print_address("lid", lid);
	if (!strcmp(pattern, "foreign") && sbrk(2 * PAGE) == (void *)-1)
		give_up("sbrk");
}

static void *run_thread(void *arg)
{
	(void)arg;
	use_heap();
	pthread_barrier_wait(&done);
	/* Its cache and its arena stay what they are. */
	pause();
	return NULL;
}

static void print_info(void)
{
	struct mallinfo2 info = mallinfo2();

	printf("info %zu %zu %zu %zu %zu %zu %zu %zu %zu\n", info.arena,
	       info.ordblks, info.smblks, info.hblks, info.hblkhd,
	       info.fsmblks, info.uordblks, info.fordblks, info.keepcost);
}

/* Which go to standard error. */
static void print_stats(void)
{
	dup2(1, 2);
	malloc_stats();
	puts("end");
}

/* Without stdio, whose buffer would be a block on the heap. */
static void obey(void)
{
	static char line[64];
	size_t len = 0;

	while (read(0, &line[len], 1) == 1) {
		if (line[len] != '\n') {
			len += len < sizeof(line) - 1;
			continue;
		}
		line[len] = '\0';
		len = 0;
		if (!strcmp(line, "lock"))
			printf("locked %d\n", mlockall(MCL_CURRENT));
		else if (!strcmp(line, "trim"))
			printf("trimmed %d\n", malloc_trim(0));
		else if (!strcmp(line, "info"))
			print_info();
		else if (!strcmp(line, "stats"))
			print_stats();
	}
}

int main(int argc, char **argv)
{
	static char buffer[4096];
	pthread_t thread;

	setvbuf(stdout, buffer, _IOLBF, sizeof(buffer));
	if (argc < 4)
		return 2;
	pattern = argv[1];
	size = strtoul(argv[2], NULL, 0);
	nr = strtoul(argv[3], NULL, 0);
	if (nr > MAX_BLOCKS || !size)
		return 2;
	printf("pid %d\n", getpid());
	/* The pages that trim itself needs are there from now on. */
	malloc_trim(0);
	print_info();
	if (argc > 4) {
		pthread_barrier_init(&done, NULL, 2);
		if (pthread_create(&thread, NULL, run_thread, NULL))
			give_up("pthread_create");
		pthread_barrier_wait(&done);
	} else {
		use_heap();
	}
	say_ready();
	obey();
	return 0;
}
