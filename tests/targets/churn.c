// SPDX-License-Identifier: GPL-2.0
/*
 * Changes its address space without a pause, in two threads, while eight areas
 * stay what they are: whatever a dump says of the rest, those must be in it.
 *
 *	pid
 *	stable START END	eight times, ascending, rw-p
 *	ready
 *	rounds N		at the end
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/syscall.h>

#include "target.h"

#define NR_STABLE	8
#define ARENA_PAGES	64

static atomic_bool stop;
static atomic_ulong rounds;

/* Cuts an area in many, joins, moves and drops it. */
static void *churn_areas(void *arg)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS;
	const int rw = PROT_READ | PROT_WRITE;
	char *p, *q;

	while (!stop) {
		p = map(ARENA_PAGES * PAGE, rw, flags, -1);
		touch(p, 8);
		for (size_t i = 0; i < ARENA_PAGES; i += 2)
			mprotect(p + i * PAGE, PAGE, PROT_READ);
		munmap(p + 10 * PAGE, 5 * PAGE);
		mprotect(p, 10 * PAGE, rw);
		/* There is no room to grow in place. */
		q = mremap(p, 10 * PAGE, 40 * PAGE, MREMAP_MAYMOVE);
		if (q == MAP_FAILED)
			give_up("mremap");
		touch(q + 10 * PAGE, 30);
		madvise(q, 20 * PAGE, MADV_DONTNEED);
		munmap(q, 40 * PAGE);
		/* Not the holes: they may be somebody else's by now. */
		munmap(p + 15 * PAGE, (ARENA_PAGES - 15) * PAGE);
		rounds++;
	}
	return arg;
}

/* By system call: the allocator shall not know, and nobody here uses it. */
static void churn_break(void)
{
	unsigned long start = syscall(SYS_brk, 0);
	char *p;

	while (!stop) {
		syscall(SYS_brk, start + 32 * PAGE);
		touch((char *)(uintptr_t)((start + PAGE) & ~(PAGE - 1)), 16);
		syscall(SYS_brk, start);
		p = map(3 * PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1);
		munmap(p + PAGE, PAGE);
		munmap(p, 3 * PAGE);
		rounds++;
	}
}

/* With no allocation: the break belongs to churn_break(). */
static void *wait_for_stop(void *arg)
{
	char byte;

	while (read(0, &byte, 1) > 0)
		;
	stop = true;
	return arg;
}

int main(void)
{
	char *stable[NR_STABLE];
	pthread_t areas, waiter;

	print_pid();
	stable[0] = map((2 * NR_STABLE + 1) * PAGE, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1) + PAGE;
	for (int i = 0; i < NR_STABLE; i++) {
		stable[i] = stable[0] + 2 * i * PAGE;
		mprotect(stable[i], PAGE, PROT_READ | PROT_WRITE);
		touch(stable[i], 1);
		print_area("stable", stable[i], PAGE);
	}
	if (pthread_create(&waiter, NULL, wait_for_stop, NULL) ||
	    pthread_create(&areas, NULL, churn_areas, NULL))
		give_up("pthread_create");
	say_ready();
	churn_break();
	pthread_join(areas, NULL);
	printf("rounds %lu\n", (unsigned long)rounds);
	return 0;
}
