// SPDX-License-Identifier: GPL-2.0
/*
 * Kinds of pages that programs do not come by, and rights that few have. Wants
 * root, and pages of 1 GiB in their pool.
 *
 *	pid
 *	pages PID START END KIND [FLAG=0|1 ...]		see cow.c
 *	missing KIND WHY
 *	ready
 * Commands: "clear" clears the soft-dirty bits and writes to a few pages.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/mman.h>
#include <signal.h>

#include "target.h"

#define NR	8UL
#define HUGE	(2UL << 20)
#define GIANT	(1UL << 30)
#define BIOS	0xf0000
#define RW	(PROT_READ | PROT_WRITE)
#define ANON	(MAP_PRIVATE | MAP_ANONYMOUS)

/* Newer than the oldest headers we build with. */
#define GUARD_INSTALL	102

static char *touched;

static void tell(const char *start, size_t nr, const char *what)
{
	unsigned long from = (unsigned long)(uintptr_t)start;

	printf("pages %d %lx %lx %s\n", getpid(), from, from + nr * PAGE, what);
}

/*
 * Linux 6.1 on i386 loses the bit that forbids it, as vm_get_page_prot() keeps
 * 64 bits in an unsigned long: code runs there.
 */
#ifdef __i386__
#define NO_EXEC
#else
#define NO_EXEC	"exec=0 "
#endif

static void make_rights(void)
{
	char *p;

	touched = map_apart(NR * PAGE, PAGE, RW, ANON, -1);
	touch(touched, NR);
	tell(touched, NR, "anon writable=1 " NO_EXEC
	     "dirty=1 exclusive=1 pmd=0");

	p = map_apart(NR * PAGE, PAGE, RW, ANON, -1);
	touch(p, NR);
	mprotect(p, NR * PAGE, PROT_READ | PROT_EXEC);
	tell(p, NR, "anon writable=0 exec=1 prot_none=0");

	p = map_apart(NR * PAGE, PAGE, RW, ANON, -1);
	touch(p, NR / 2);
	mprotect(p, NR * PAGE, PROT_NONE);
	tell(p, NR / 2, "anon prot_none=1 writable=0 exclusive=1");
	tell(p + NR / 2 * PAGE, NR / 2, "none");
}

static void make_zero(void)
{
	char *p = map_apart(NR * PAGE, PAGE, RW, ANON, -1);

	look_at(p, NR);
	tell(p, NR, "zero writable=0 pmd=0 exclusive=0");

	p = map_apart(HUGE, HUGE, RW, ANON, -1);
	madvise(p, HUGE, MADV_HUGEPAGE);
	look_at(p, 1);
	tell(p, HUGE / PAGE, "zero writable=0 pmd=1 exclusive=0");

	p = map_apart(HUGE, HUGE, RW, ANON, -1);
	madvise(p, HUGE, MADV_HUGEPAGE);
	touch(p, 1);
	tell(p, HUGE / PAGE, "anon writable=1 pmd=1 exclusive=1");
}

/* Firmware, which is no memory to the kernel but has frames. */
static void make_frames(void)
{
	int fd = open("/dev/mem", O_RDONLY);
	char *p;

	if (fd < 0) {
		printf("missing pfnmap /dev/mem: %s\n", strerror(errno));
		return;
	}
	p = mmap(NULL, NR * PAGE, PROT_READ, MAP_SHARED, fd, BIOS);
	close(fd);
	if (p == MAP_FAILED)
		printf("missing pfnmap mmap: %s\n", strerror(errno));
	else
		tell(p, NR, "pfnmap writable=0 exclusive=0 frame=f0");
}

static void make_giant(void)
{
	char *p = mmap(NULL, GIANT, RW, ANON | MAP_HUGETLB | MAP_HUGE_1GB, -1,
		       0);

	if (p == MAP_FAILED) {
#ifdef __i386__
		printf("missing hugetlb_pud not on this kernel\n");
#else
		printf("missing hugetlb_pud the pool is empty\n");
#endif
	} else {
		touch(p, 1);
		tell(p, GIANT / PAGE, "hugetlb pud=1 pmd=0 writable=1");
	}
	p = mmap(NULL, HUGE, RW, ANON | MAP_HUGETLB, -1, 0);
	if (p == MAP_FAILED) {
		printf("missing hugetlb_pmd the pool is empty\n");
	} else {
		touch(p, 1);
		tell(p, HUGE / PAGE, "hugetlb pud=0 pmd=1 writable=1");
	}
}

static void make_guard(void)
{
	char *p = map_apart(NR * PAGE, PAGE, RW, ANON, -1);

	touch(p, NR);
	if (madvise(p, NR / 2 * PAGE, GUARD_INSTALL)) {
		printf("missing guard %s\n", errno == EINVAL ?
		       "not on this kernel" : strerror(errno));
		return;
	}
	tell(p, NR / 2, "guard");
	tell(p + NR / 2 * PAGE, NR / 2, "anon");
}

static void go_on(int signal)
{
	(void)signal;
}

/* The page is lost for as long as the machine runs, which we are told of. */
static void make_poisoned(void)
{
	char *p = map_apart(NR * PAGE, PAGE, RW, ANON, -1);

	signal(SIGBUS, go_on);
	touch(p, NR);
	if (madvise(p, PAGE, MADV_HWPOISON)) {
		printf("missing hwpoison %s\n", strerror(errno));
		return;
	}
	tell(p, 1, "hwpoison");
	tell(p + PAGE, NR - 1, "anon");
}

/* No other machine has the bit. */
#ifdef __x86_64__
#define SOFT_DIRTY	"anon soft_dirty=1"
#else
#define SOFT_DIRTY	"anon soft_dirty=0"
#endif

static void clear_soft_dirty(void)
{
	int fd = open("/proc/self/clear_refs", O_WRONLY);

	if (fd < 0 || write(fd, "4", 1) != 1)
		give_up("clear_refs");
	close(fd);
	touch(touched, NR / 2);
	tell(touched, NR / 2, SOFT_DIRTY);
	tell(touched + NR / 2 * PAGE, NR / 2, "anon soft_dirty=0");
}

int main(void)
{
	char line[64];

	print_pid();
	make_rights();
	make_zero();
	make_frames();
	make_giant();
	make_guard();
	make_poisoned();
	say_ready();
	while (read_command(line, sizeof(line))) {
		if (strcmp(line, "clear"))
			continue;
		clear_soft_dirty();
		say_ready();
	}
	return 0;
}
