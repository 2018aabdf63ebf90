// SPDX-License-Identifier: GPL-2.0
/*
 * A parent and its child, whose pages are the same frames until one of them
 * writes. What is to be seen is printed for tests/vm/pagecheck.c:
 *
 *	pid, child PID
 *	pages PID START END KIND [FLAG=0|1 ...]
 *	same PID START PID START N	N pages on the same frames
 *	other PID START PID START N	on others
 *	ready
 * Commands: "write" lets the child write to the first half of its copies.
 */
#include <signal.h>
#include <sys/wait.h>

#include "target.h"

#define NR	16UL
#define HUGE	(2UL << 20)
#define GIANT	(1UL << 30)

static pid_t parent, child;
static char *small, *huge, *shared, *tlb;
static size_t nr_huge, nr_tlb;

static void compare(const char *how, const char *start, size_t nr)
{
	if (nr)
		printf("%s %d %lx %d %lx %zu\n", how, parent,
		       (unsigned long)(uintptr_t)start, child,
		       (unsigned long)(uintptr_t)start, nr);
}

static void tell(const char *start, size_t nr, const char *what)
{
	pid_t pids[] = { parent, child };

	for (int i = 0; nr && i < 2; i++) {
		unsigned long from = (unsigned long)(uintptr_t)start;

		printf("pages %d %lx %lx %s\n", pids[i], from, from + nr * PAGE,
		       what);
	}
}

static void tell_before(void)
{
	compare("same", small, NR);
	tell(small, NR, "anon exclusive=0 writable=0");
	compare("same", huge, nr_huge);
	tell(huge, nr_huge, "anon exclusive=0 writable=0 pmd=1");
	compare("same", shared, NR);
	tell(shared, NR, "shmem exclusive=0");
	/* one table of theirs maps it for both, which counts as one mapping */
	compare("same", tlb, nr_tlb);
	tell(tlb, nr_tlb, "hugetlb exclusive=0 pmd=1");
}

static void tell_after(void)
{
	compare("other", small, NR / 2);
	tell(small, NR / 2, "anon exclusive=1");
	compare("same", small + NR / 2 * PAGE, NR / 2);
	tell(small + NR / 2 * PAGE, NR / 2, "anon exclusive=0 writable=0");
	/* the child's entry was split, one page of it is its own */
	if (nr_huge) {
		compare("other", huge, 1);
		compare("same", huge + PAGE, nr_huge - 1);
	}
	compare("same", shared, NR);
}

static void run_child(int orders, int done)
{
	char order;

	while (read(orders, &order, 1) == 1) {
		touch(small, NR / 2);
		touch(huge, 1);
		touch(shared, NR);
		if (write(done, "", 1) != 1)
			break;
	}
	_exit(0);
}

/* Whether the first touch mapped all of a huge page. */
static size_t count_huge(void)
{
	unsigned char in_core[HUGE / PAGE];
	size_t nr = 0;

	touch(huge, 1);
	if (mincore(huge, HUGE, in_core))
		give_up("mincore");
	for (size_t i = 0; i < HUGE / PAGE; i++)
		nr += in_core[i] & 1;
	return nr == HUGE / PAGE ? nr : 0;
}

/* A shared mapping of hugetlb that can share its table of pmds, too. */
static void make_tlb(void)
{
	tlb = mmap(NULL, 2 * GIANT, PROT_NONE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (tlb == MAP_FAILED)
		give_up("mmap");
	tlb = (char *)(((uintptr_t)tlb + GIANT - 1) & ~(GIANT - 1));
	if (mmap(tlb, GIANT, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB | MAP_FIXED |
		 MAP_NORESERVE, -1, 0) == MAP_FAILED) {
		printf("missing hugetlb the pool is empty\n");
		return;
	}
	touch(tlb, 1);
	nr_tlb = HUGE / PAGE;
}

int main(void)
{
	const int anon = MAP_PRIVATE | MAP_ANONYMOUS;
	const int rw = PROT_READ | PROT_WRITE;
	int orders[2], done[2];
	char line[64], byte;

	print_pid();
	parent = getpid();
	small = map_apart(NR * PAGE, PAGE, rw, anon, -1);
	touch(small, NR);
	huge = map_apart(HUGE, HUGE, rw, anon, -1);
	madvise(huge, HUGE, MADV_HUGEPAGE);
	nr_huge = count_huge();
	if (!nr_huge)
		printf("missing huge no huge page was given\n");
	shared = map_apart(NR * PAGE, PAGE, rw, MAP_SHARED | MAP_ANONYMOUS, -1);
	touch(shared, NR);
	make_tlb();
	if (pipe(orders) || pipe(done))
		give_up("pipe");
	fflush(stdout);
	child = fork();
	if (child < 0)
		give_up("fork");
	if (!child) {
		close(orders[1]);
		look_at(shared, NR);
		if (nr_tlb)
			look_at(tlb, 1);
		if (write(done[1], "", 1) != 1)
			_exit(1);
		run_child(orders[0], done[1]);
	}
	close(orders[0]);
	if (read(done[0], &byte, 1) != 1)
		give_up("child");
	printf("child %d\n", child);
	tell_before();
	say_ready();
	while (read_command(line, sizeof(line))) {
		if (strcmp(line, "write"))
			continue;
		if (write(orders[1], "", 1) != 1 || read(done[0], &byte, 1) != 1)
			give_up("child");
		tell_after();
		say_ready();
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return 0;
}
