// SPDX-License-Identifier: GPL-2.0
/*
 * What userfaultfd leaves in entries: pages that are write-protected, present
 * and swapped out; markers where there is no page; pages that are poisoned.
 *
 *	pid
 *	pages PID START END KIND [FLAG=0|1 ...]		see cow.c
 *	missing KIND WHY
 *	ready
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "target.h"

#define NR	8UL
#define HUGE	(2UL << 20)
#define RW	(PROT_READ | PROT_WRITE)

/* Newer than the oldest headers we build with. */
#define FEATURE_WP_SHMEM	(1U << 12)
#define FEATURE_POISON		(1U << 14)

struct poison {
	struct uffdio_range range;
	__u64 mode;
	__s64 updated;
};

#define IOCTL_POISON	_IOWR(UFFDIO, 0x08, struct poison)

static int uffd;
static __u64 features;

static void tell(const char *start, size_t nr, const char *what)
{
	unsigned long from = (unsigned long)(uintptr_t)start;

	printf("pages %d %lx %lx %s\n", getpid(), from, from + nr * PAGE, what);
}

/* What a kernel does not know it refuses altogether. */
static int open_uffd(__u64 wanted)
{
	struct uffdio_api api = { .api = UFFD_API, .features = wanted };

	uffd = syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);
	if (uffd < 0)
		give_up("userfaultfd");
	if (ioctl(uffd, UFFDIO_API, &api)) {
		close(uffd);
		return 0;
	}
	features = wanted;
	return 1;
}

static int enter(char *start, size_t size, __u64 mode)
{
	struct uffdio_register reg = {
		.range = { (uintptr_t)start, size },
		.mode = mode,
	};

	return !ioctl(uffd, UFFDIO_REGISTER, &reg);
}

static void protect(char *start, size_t size)
{
	struct uffdio_writeprotect wp = {
		.range = { (uintptr_t)start, size },
		.mode = UFFDIO_WRITEPROTECT_MODE_WP,
	};

	if (ioctl(uffd, UFFDIO_WRITEPROTECT, &wp))
		give_up("UFFDIO_WRITEPROTECT");
}

static void make_anon(void)
{
	char *p = map_apart(NR * PAGE, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1);

	touch(p, NR);
	if (!enter(p, NR * PAGE, UFFDIO_REGISTER_MODE_WP))
		give_up("UFFDIO_REGISTER");
	protect(p, NR / 2 * PAGE);
	tell(p, NR / 2, "anon uffd_wp=1 writable=0");
	tell(p + NR / 2 * PAGE, NR / 2, "anon uffd_wp=0 writable=1");

	p = map_apart(NR * PAGE, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	touch(p, NR);
	enter(p, NR * PAGE, UFFDIO_REGISTER_MODE_WP);
	protect(p, NR * PAGE);
	if (page_out(p, NR) == NR)
		tell(p, NR, "swap uffd_wp=1");
	else
		printf("missing swap_uffd_wp not all was swapped out\n");
}

static void make_markers(void)
{
	int fd = memfd_create("uffd", 0);
	char *p;

	if (!(features & FEATURE_WP_SHMEM)) {
		printf("missing marker not on this kernel\n");
		return;
	}
	if (fd < 0 || ftruncate(fd, NR * PAGE))
		give_up("memfd");
	p = map_apart(NR * PAGE, PAGE, RW, MAP_SHARED, fd);
	touch(p, NR / 2);
	if (!enter(p, NR * PAGE, UFFDIO_REGISTER_MODE_WP))
		give_up("UFFDIO_REGISTER");
	protect(p, NR * PAGE);
	tell(p, NR / 2, "shmem uffd_wp=1 writable=0");
	tell(p + NR / 2 * PAGE, NR / 2, "marker");

	p = mmap(NULL, 2 * HUGE, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB,
		 -1, 0);
	if (p == MAP_FAILED) {
		printf("missing hugetlb_uffd_wp the pool is empty\n");
		return;
	}
	touch(p, 1);
	if (!enter(p, 2 * HUGE, UFFDIO_REGISTER_MODE_WP))
		give_up("UFFDIO_REGISTER");
	protect(p, 2 * HUGE);
	tell(p, HUGE / PAGE, "hugetlb uffd_wp=1 pmd=1");
	tell(p + HUGE, HUGE / PAGE, "marker pmd=1");
}

static void make_poison(void)
{
	char *p = map_apart(NR * PAGE, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1);
	struct poison poison = { .range = { (uintptr_t)p, NR / 2 * PAGE } };

	if (!(features & FEATURE_POISON)) {
		printf("missing poison not on this kernel\n");
		return;
	}
	if (!enter(p, NR * PAGE, UFFDIO_REGISTER_MODE_MISSING) ||
	    ioctl(uffd, IOCTL_POISON, &poison))
		give_up("UFFDIO_POISON");
	tell(p, NR / 2, "poison");
	tell(p + NR / 2 * PAGE, NR / 2, "none");
}

int main(void)
{
	print_pid();
	if (!open_uffd(UFFD_FEATURE_PAGEFAULT_FLAG_WP | FEATURE_WP_SHMEM |
		       FEATURE_POISON) &&
	    !open_uffd(UFFD_FEATURE_PAGEFAULT_FLAG_WP | FEATURE_WP_SHMEM) &&
	    !open_uffd(UFFD_FEATURE_PAGEFAULT_FLAG_WP)) {
#ifdef __x86_64__
		give_up("UFFDIO_API");
#else
		printf("missing uffd_wp not on this kernel\n");
#endif
	} else {
		make_anon();
		make_markers();
		make_poison();
	}
	say_ready();
	wait_for_end();
	return 0;
}
