// SPDX-License-Identifier: GPL-2.0
/*
 * One area of each kind, with counts that are known because this program made
 * them. Counts are of 4 KiB pages; one that is not printed is 0.
 *
 *	area START END kind=KIND [anon=N] [file=N] [shmem=N] [zero=N] [swap=N]
 *	     [huge=N] [hugetlb=N]
 *	missing KIND WHY	this kernel or machine did not give it
 *	ready
 *
 * huge tells how many of the resident ones are mapped by entries of 2 MiB; the
 * huge zero page is not resident and not counted, as in smaps. Swap must
 * have been set up for swap, and vm.nr_hugepages for hugetlb.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include "target.h"

#define HUGE		(2UL << 20)
#define HUGE_PAGES	(HUGE / PAGE)
#define NR_SWAPPED	32

#define ANON		(MAP_PRIVATE | MAP_ANONYMOUS)
#define RW		(PROT_READ | PROT_WRITE)

static void __attribute__((format(printf, 4, 5)))
tell(const char *kind, const char *start, size_t nr_pages, const char *fmt, ...)
{
	va_list args;

	print_range("area", start, nr_pages * PAGE);
	printf(" kind=%s", kind);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
}

static void make_anon(void)
{
	char *p;

	p = map_apart(16 * PAGE, PAGE, RW, ANON, -1);
	tell("untouched", p, 16, "%s", "");

	p = map_apart(16 * PAGE, PAGE, RW, ANON, -1);
	touch(p + 3 * PAGE, 7);
	tell("touched", p, 16, " anon=7");

	p = map_apart(8 * PAGE, PAGE, RW, ANON, -1);
	look_at(p, 5);
	tell("zero", p, 8, " zero=5");

	p = map_apart(8 * PAGE, PAGE, RW, ANON, -1);
	look_at(p, 5);
	touch(p + 2 * PAGE, 4);
	tell("zero_then_written", p, 8, " anon=4 zero=2");

	p = map_apart(16 * PAGE, PAGE, PROT_NONE, ANON, -1);
	tell("no_rights", p, 16, "%s", "");

	p = map_apart(8 * PAGE, PAGE, RW, ANON, -1);
	touch(p, 4);
	mprotect(p, 8 * PAGE, PROT_NONE);
	tell("rights_taken", p, 8, " anon=4");

	p = map_apart(4 * PAGE, PAGE, RW, ANON, -1);
	if (mlock(p, 4 * PAGE))
		printf("missing locked mlock was refused\n");
	else
		tell("locked", p, 4, " anon=4");

	p = map(4 * PAGE, RW, ANON, -1);
	touch(p, 4);
	p = mremap(p, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
		   map_apart(4 * PAGE, PAGE, PROT_NONE, ANON, -1));
	if (p == MAP_FAILED)
		give_up("mremap");
	tell("moved", p, 4, " anon=4");
}

static void make_huge(void)
{
	char *p;

	/* If it is not one entry, the first touch has mapped one page. */
	p = map_apart(HUGE, HUGE, RW, ANON, -1);
	madvise(p, HUGE, MADV_HUGEPAGE);
	touch(p, 1);
	if (count_present(p, HUGE_PAGES) == HUGE_PAGES)
		tell("thp", p, HUGE_PAGES, " anon=%lu huge=%lu", HUGE_PAGES,
		     HUGE_PAGES);
	else
		printf("missing thp no huge page was given\n");

	p = map_apart(HUGE, HUGE, RW, ANON, -1);
	madvise(p, HUGE, MADV_HUGEPAGE);
	look_at(p, 1);
	if (count_present(p, HUGE_PAGES) == HUGE_PAGES)
		tell("huge_zero", p, HUGE_PAGES, " zero=%lu", HUGE_PAGES);
	else
		printf("missing huge_zero no huge page was given\n");

	/* Giving one page of it back splits the entry. */
	p = map_apart(HUGE, HUGE, RW, ANON, -1);
	madvise(p, HUGE, MADV_HUGEPAGE);
	touch(p, 1);
	if (count_present(p, HUGE_PAGES) == HUGE_PAGES) {
		madvise(p + 7 * PAGE, PAGE, MADV_DONTNEED);
		tell("thp_split", p, HUGE_PAGES, " anon=%lu", HUGE_PAGES - 1);
	} else {
		printf("missing thp_split no huge page was given\n");
	}

	p = mmap(NULL, HUGE, RW, ANON | MAP_HUGETLB, -1, 0);
	if (p == MAP_FAILED) {
		printf("missing hugetlb the pool is empty\n");
		return;
	}
	touch(p, 1);
	tell("hugetlb", p, HUGE_PAGES, " hugetlb=%lu", HUGE_PAGES);
}

/*
 * Reading a cached file maps the pages around too, so all are looked at first
 * and some are let go of again.
 */
static void make_files(void)
{
	char path[] = "/var/tmp/kinds.XXXXXX";
	int fd = make_file(path, 8);
	char *p;

	unlink(path);
	p = map_apart(8 * PAGE, PAGE, PROT_READ, MAP_PRIVATE, fd);
	look_at(p, 8);
	tell("file_clean", p, 8, " file=8");

	p = map_apart(8 * PAGE, PAGE, PROT_READ, MAP_PRIVATE, fd);
	look_at(p, 8);
	madvise(p + PAGE, 3 * PAGE, MADV_DONTNEED);
	tell("file_part", p, 8, " file=5");

	p = map_apart(8 * PAGE, PAGE, RW, MAP_PRIVATE, fd);
	look_at(p, 8);
	touch(p + 2 * PAGE, 3);
	tell("file_copied", p, 8, " anon=3 file=5");

	/* A write to a shared mapping faults in its own page alone. */
	p = map_apart(8 * PAGE, PAGE, RW, MAP_SHARED, fd);
	touch(p, 5);
	tell("file_shared", p, 8, " file=5");
	close(fd);
}

static void make_shmem(void)
{
	int fd = memfd_create("kinds", 0);
	int id = shmget(IPC_PRIVATE, 8 * PAGE, IPC_CREAT | 0600);
	char *p;

	if (fd < 0 || ftruncate(fd, 8 * PAGE))
		give_up("memfd");
	p = map_apart(8 * PAGE, PAGE, RW, MAP_SHARED, fd);
	touch(p, 6);
	tell("memfd", p, 8, " shmem=6");

	p = map_apart(8 * PAGE, PAGE, RW, MAP_PRIVATE, fd);
	look_at(p, 6);
	touch(p, 2);
	tell("memfd_copied", p, 8, " anon=2 shmem=4");
	close(fd);

	p = map_apart(8 * PAGE, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1);
	touch(p, 4);
	tell("shared_anon", p, 8, " shmem=4");

	p = id < 0 ? (void *)-1 : shmat(id, NULL, 0);
	if (p == (void *)-1) {
		printf("missing sysv no segment was given\n");
		return;
	}
	shmctl(id, IPC_RMID, NULL);
	touch(p, 3);
	tell("sysv", p, 8, " shmem=3");
}

static void make_swap(void)
{
	char *p = map_apart(NR_SWAPPED * PAGE, PAGE, RW, ANON, -1);

	touch(p, NR_SWAPPED);
	if (!page_out(p, NR_SWAPPED))
		printf("missing swap nothing was swapped out\n");
	tell("swap", p, NR_SWAPPED, " anon=%zu swap=%zu",
	     count_present(p, NR_SWAPPED), count_swapped(p, NR_SWAPPED));
}

int main(void)
{
	print_pid();
	make_anon();
	make_huge();
	make_files();
	make_shmem();
	make_swap();
	say_ready();
	wait_for_end();
	return 0;
}
