// SPDX-License-Identifier: GPL-2.0
/*
 * Goes back and forth between two states, each change made by one system call
 * under one hold of mmap_lock for writing: all pages are at A, and B is in no
 * area; or they are at B, and A is an area without a page. The sizes of the
 * address space differ, as some kernels have no other mark of a change.
 *
 *	pid
 *	states A B BYTES
 *	ready
 *	changes N		at the end
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>

#include "target.h"

/* More than a walk visits in one hold of the lock. */
#define NR	9000UL
#define BYTES	(NR * PAGE)

static atomic_bool stop;

/* With no allocation, which might fill the hole. */
static void *wait_for_stop(void *arg)
{
	char byte;

	while (read(0, &byte, 1) > 0)
		;
	stop = true;
	return arg;
}

static long now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/*
 * And rests for up to as long as that took, which differs by a hundred between
 * kernels: a dump shall have time between two moves, at times.
 */
static void move(char *from, char *to, int flags, unsigned long turn)
{
	long before = now_us();

	if (mremap(from, BYTES, BYTES, MREMAP_MAYMOVE | MREMAP_FIXED | flags,
		   to) == MAP_FAILED)
		give_up("mremap");
	usleep((now_us() - before) * (turn % 7) / 6);
}

int main(void)
{
	unsigned long changes = 0;
	pthread_t waiter;
	char *a, *b;

	print_pid();
	/* Nothing else is mapped from here on: the hole stays one. */
	if (pthread_create(&waiter, NULL, wait_for_stop, NULL))
		give_up("pthread_create");
	a = map_apart(2 * BYTES + PAGE, PAGE, PROT_NONE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
	b = a + BYTES + PAGE;
	munmap(a, 2 * BYTES + PAGE);
	if (mmap(a, BYTES, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		give_up("mmap");
	madvise(a, BYTES, MADV_NOHUGEPAGE);
	touch(a, NR);
	print_range("states", a, BYTES + PAGE);
	printf(" %lx\n", BYTES);
	say_ready();
	while (!stop) {
		move(a, b, MREMAP_DONTUNMAP, changes);
		move(b, a, 0, changes + 3);
		changes++;
	}
	pthread_join(waiter, NULL);
	printf("changes %lu\n", changes);
	return 0;
}
