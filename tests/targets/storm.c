// SPDX-License-Identifier: GPL-2.0
/*
 * Does to its pages whatever can be done to pages, without a pause, in several
 * threads and in a child that shares some of them: touch, collapse, split, give
 * back, swap out, merge, move, unmap, protect, fork, share tables of hugetlb.
 *
 *	pid, child PID
 *	ready
 *	rounds N		at the end, of all threads
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/wait.h>

#include "target.h"

#define HUGE	(2UL << 20)
#define GIANT	(1UL << 30)
#define RW	(PROT_READ | PROT_WRITE)
#define ANON	(MAP_PRIVATE | MAP_ANONYMOUS)

/* Newer than the oldest headers we build with; refused by older kernels. */
#define COLLAPSE	25

static atomic_bool stop;
static atomic_ulong rounds;
static char *tlb;		/* shared with the child, or NULL */

/* Huge pages made and broken. */
static void *collapse(void *arg)
{
	char *p = map_apart(2 * HUGE, HUGE, RW, ANON, -1);

	madvise(p, 2 * HUGE, MADV_NOHUGEPAGE);
	for (size_t i = 0; !stop; i++) {
		touch(p, 2 * HUGE / PAGE);
		madvise(p, 2 * HUGE, MADV_HUGEPAGE);
		madvise(p, 2 * HUGE, COLLAPSE);
		mprotect(p + i % 512 * PAGE, PAGE, PROT_READ);
		madvise(p + HUGE + i % 512 * PAGE, PAGE, MADV_DONTNEED);
		mprotect(p, 2 * HUGE, RW);
		madvise(p, 2 * HUGE, MADV_NOHUGEPAGE);
		if (i % 4 == 3)
			madvise(p, 2 * HUGE, MADV_DONTNEED);
		rounds++;
	}
	return arg;
}

/* Areas that come, go, and are somewhere else, with tables of their own. */
static void *move(void *arg)
{
	const size_t nr = 600, size = nr * PAGE;
	char *p, *q;

	while (!stop) {
		p = map(size, RW, ANON | MAP_NORESERVE, -1);
		touch(p, nr);
		q = map(4 * HUGE, PROT_NONE, ANON | MAP_NORESERVE, -1);
		p = mremap(p, size, size, MREMAP_MAYMOVE | MREMAP_FIXED,
			   q + HUGE);
		if (p == MAP_FAILED)
			give_up("mremap");
		mprotect(p, size / 2, PROT_NONE);
		mprotect(p, size / 2, RW);
		munmap(q, 4 * HUGE);
		rounds++;
	}
	return arg;
}

/* Out and in, merged and written to. */
static void *swap(void *arg)
{
	const size_t nr = 256, size = nr * PAGE;
	char *p = map_apart(size, PAGE, RW, ANON, -1);

	madvise(p, size, MADV_MERGEABLE);
	for (size_t i = 0; !stop; i++) {
		memset(p, (int)i, size);
		madvise(p, size, MADV_PAGEOUT);
		look_at(p, nr);
		if (i % 8 == 7)
			madvise(p, size, MADV_FREE);
		rounds++;
	}
	return arg;
}

/* Everything is copied on write for a moment. */
static void *split_up(void *arg)
{
	while (!stop) {
		pid_t child = fork();

		if (!child)
			_exit(0);
		if (child > 0)
			waitpid(child, NULL, 0);
		rounds++;
	}
	return arg;
}

/*
 * A whole GiB mapped is what makes two processes share the table of pmds; a
 * change of rights of a part makes them part.
 */
static char *map_tlb(int fd)
{
	char *p = mmap(NULL, 2 * GIANT, PROT_NONE, ANON | MAP_NORESERVE, -1, 0);
	char *place = (char *)(((uintptr_t)p + GIANT - 1) & ~(GIANT - 1));

	if (p == MAP_FAILED)
		give_up("mmap");
	if (mmap(place, GIANT, RW, MAP_SHARED | MAP_FIXED | MAP_NORESERVE, fd,
		 0) == MAP_FAILED)
		return NULL;
	return place;
}

static void *share(void *arg)
{
	int fd = *(int *)arg;

	while (!stop) {
		for (size_t i = 0; i < 4; i++)
			touch(tlb + i * HUGE, 1);
		mprotect(tlb, HUGE, PROT_READ);
		mprotect(tlb, HUGE, RW);
		if (mmap(tlb, GIANT, RW, MAP_SHARED | MAP_FIXED |
			 MAP_NORESERVE, fd, 0) == MAP_FAILED)
			give_up("mmap");
		rounds++;
	}
	return arg;
}

/* With no allocation, as threads of ours fork. */
static void wait_for_stop(void)
{
	char byte;

	while (read(0, &byte, 1) > 0)
		;
	stop = true;
}

int main(void)
{
	void *(*const runs[])(void *arg) = { collapse, move, swap, split_up,
					     share };
	pthread_t threads[sizeof(runs) / sizeof(runs[0])];
	size_t nr = sizeof(runs) / sizeof(runs[0]);
	int fd = memfd_create("storm", MFD_HUGETLB);
	pid_t child;

	print_pid();
	if (fd < 0 || ftruncate(fd, GIANT) || !(tlb = map_tlb(fd))) {
		printf("missing hugetlb no mapping was given\n");
		nr--;
	}
	fflush(stdout);
	child = fork();
	if (!child) {
		while (tlb)
			share(&fd);
		pause();
	}
	printf("child %d\n", child);
	for (size_t i = 0; i < nr; i++)
		if (pthread_create(&threads[i], NULL, runs[i], &fd))
			give_up("pthread_create");
	say_ready();
	wait_for_stop();
	for (size_t i = 0; i < nr; i++)
		pthread_join(threads[i], NULL);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	printf("rounds %lu\n", (unsigned long)rounds);
	return 0;
}
