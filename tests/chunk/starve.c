// SPDX-License-Identifier: GPL-2.0
/*
 * A system that gives no memory, or not where it was expected: limits, a break
 * that is walled in or moved by others, a kernel that maps nothing. Requests
 * fail with ENOMEM, and nothing that was given before is harmed.
 */
#include "cases.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#define MIB (1UL << 20)

enum { NR_KEPT = 100000 };
static struct kept {
	void *block;
	size_t size;
} kept[NR_KEPT];
static uint32_t nr_kept;

/* Takes blocks of about size until there are none; how many bytes they are. */
static size_t exhaust(size_t size)
{
	size_t bytes = 0;

	while (nr_kept < NR_KEPT) {
		struct kept *one = &kept[nr_kept];

		one->size = size + nr_kept % 100;
		errno = 0;
		one->block = malloc(one->size);
		if (!one->block) {
			expect(errno == ENOMEM, "errno is %d", errno);
			return bytes;
		}
		fill(one->block, one->size, nr_kept);
		bytes += one->size;
		nr_kept++;
	}
	return bytes;
}

static void expect_kept(void)
{
	for (uint32_t i = 0; i < nr_kept; i++) {
		expect(!kept[i].block ||
		       is_filled(kept[i].block, kept[i].size, i),
		       "block %u of %zu bytes is not as it was", i,
		       kept[i].size);
	}
}

static void free_kept(uint32_t step)
{
	for (uint32_t i = 0; i < nr_kept; i += step) {
		free(kept[i].block);
		kept[i].block = NULL;
	}
}

static void set_limit(int what, rlim_t bytes)
{
	struct rlimit limit;

	expect(!getrlimit(what, &limit), "getrlimit");
	limit.rlim_cur = bytes;
	expect(!setrlimit(what, &limit), "setrlimit: %d", errno);
}

static rlim_t address_space(void)
{
	char text[64] = "";
	int file = open("/proc/self/statm", O_RDONLY);

	expect(read(file, text, sizeof(text) - 1) > 0, "no statm");
	close(file);
	return strtoul(text, NULL, 10) * (rlim_t)sysconf(_SC_PAGESIZE);
}

static void run_dry(size_t size, size_t room)
{
	size_t bytes;

	set_limit(RLIMIT_AS, address_space() + room);
	bytes = exhaust(size);
	expect(bytes > room / 2, "only %zu of %zu bytes", bytes, room);
	expect(!calloc(48, MIB) && errno == ENOMEM, "calloc");
	expect(!memalign(4096, 48 * MIB) && errno == ENOMEM, "memalign");
	expect(!realloc(kept[0].block, 48 * MIB) && errno == ENOMEM, "realloc");
	expect_kept();
	free_kept(2);
	expect_kept();
	expect(malloc(size), "nothing after half was given back");
	set_limit(RLIMIT_AS, RLIM_INFINITY);
	expect(malloc(60 * MIB), "nothing after the limit was lifted");
	expect_kept();
	free_kept(1);
}

static void dry_small(void)
{
	run_dry(500, 6 * MIB);
}

static void dry_middle(void)
{
	run_dry(20000, 48 * MIB);
}

static void dry_big(void)
{
	run_dry(300000, 48 * MIB);
}


/* A limit of data refuses both the break and private maps. */
static void dry_data(void)
{
	fill(kept[0].block = malloc(1000), kept[0].size = 1000, 0);
	nr_kept = 1;
	/* Of 0 the kernel thinks that it is no limit. */
	set_limit(RLIMIT_DATA, 4096);
	exhaust(3000);
	expect_kept();
	set_limit(RLIMIT_DATA, RLIM_INFINITY);
	expect(malloc(MIB), "nothing after the limit was lifted");
	free_kept(1);
}

/* A thread that finds nothing fails too, and ends all the same. */
static pthread_barrier_t barrier;

static void *starve(void *unused)
{
	void *block;
	size_t nr = 0;

	(void)unused;
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	while ((block = malloc(100000))) {
		fill(block, 100000, 9);
		nr++;
	}
	expect(errno == ENOMEM, "errno is %d", errno);
	return NULL;
}

static void dry_threads(void)
{
	pthread_t threads[4];

	pthread_barrier_init(&barrier, NULL, 5);
	for (int i = 0; i < 4; i++)
		expect(!pthread_create(&threads[i], NULL, starve, NULL),
		       "no thread");
	pthread_barrier_wait(&barrier);
	set_limit(RLIMIT_AS, address_space() + 48 * MIB);
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	set_limit(RLIMIT_AS, RLIM_INFINITY);
	expect(malloc(100000), "nothing after the limit was lifted");
}

/* Something lies where the break would go to. */
static void walled(void)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), end;
	void *wall;

	expect(malloc(100), "nothing at all");
	end = ((uintptr_t)sbrk(0) + page - 1) & -page;
	wall = mmap((void *)end, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS |
		    MAP_FIXED_NOREPLACE, -1, 0);
	expect(wall == (void *)end, "no wall");
	for (size_t size = 100; size < MIB; size *= 3) {
		for (int i = 0; i < 40 && nr_kept < NR_KEPT; i++, nr_kept++) {
			kept[nr_kept].size = size;
			kept[nr_kept].block = malloc(size);
			expect(kept[nr_kept].block, "no %zu bytes", size);
			fill(kept[nr_kept].block, size, nr_kept);
		}
	}
	expect_kept();
	free_kept(3);
	malloc_trim(0);
	expect_kept();
	munmap(wall, page);
	for (int i = 0; i < 4000; i++)
		expect(malloc(500), "nothing after the wall was gone");
	expect_kept();
	free_kept(1);
}

/* Others move the break too: what they took is theirs. */
static void moved(void)
{
	char *theirs[30];

	for (uint32_t i = 0; i < 30; i++) {
		for (int k = 0; k < 30; k++, nr_kept++) {
			kept[nr_kept].size = 5000 + (size_t)k;
			kept[nr_kept].block = malloc(kept[nr_kept].size);
			expect(kept[nr_kept].block, "none");
			fill(kept[nr_kept].block, kept[nr_kept].size, nr_kept);
		}
		theirs[i] = sbrk(5001 + (intptr_t)i * 777);
		expect(theirs[i] != (void *)-1, "sbrk: %d", errno);
		fill(theirs[i], 5001, i);
		if (i % 7 == 6)
			malloc_trim(0);
	}
	expect_kept();
	free_kept(2);
	malloc_trim(0);
	expect_kept();
	free_kept(1);
	malloc_trim(0);
	for (uint32_t i = 0; i < 30; i++)
		expect(is_filled(theirs[i], 5001, i), "theirs, %u", i);
	expect(malloc(MIB / 16), "none");
}

/* The kernel answers one call with an error from now on. */
static void refuse(long call, int code)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)code),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { 4, filter };

	expect(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
	       !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program),
	       "no filter: %d", errno);
}

/* Without maps there is still the break. */
static void unmapped(void)
{
	static char stack[256 * 1024] __attribute__((aligned(4096)));
	pthread_attr_t attributes;
	pthread_t thread;

	refuse(SYS_mmap, ENOMEM);
	for (size_t size = 100; size < 4 * MIB; size *= 3, nr_kept++) {
		kept[nr_kept].size = size;
		kept[nr_kept].block = malloc(size);
		expect(kept[nr_kept].block, "no %zu bytes", size);
		fill(kept[nr_kept].block, size, nr_kept);
	}
	expect_kept();
	/* A thread's heap has nowhere else to come from. */
	pthread_attr_init(&attributes);
	pthread_attr_setstack(&attributes, stack, sizeof(stack));
	set_limit(RLIMIT_AS, address_space() + 4 * MIB);
	pthread_barrier_init(&barrier, NULL, 2);
	expect(!pthread_create(&thread, &attributes, starve, NULL),
	       "no thread");
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	pthread_join(thread, NULL);
	set_limit(RLIMIT_AS, RLIM_INFINITY);
	expect_kept();
	free_kept(1);
}

/* A map that cannot move, or grow, is copied. */
static void unmoved(void)
{
	char *block;

	refuse(SYS_mremap, ENOMEM);
	block = malloc(3 * MIB);
	expect(block, "none");
	fill(block, 3 * MIB, 1);
	block = realloc(block, 40 * MIB);
	expect(block && is_filled(block, 3 * MIB, 1), "grown");
	block = realloc(block, MIB);
	expect(block && is_filled(block, MIB, 1), "shrunk");
	free(block);
}

static const struct test_case cases[] = {
	{ "small", dry_small },
	{ "middle", dry_middle },
	{ "big", dry_big },
	{ "data", dry_data },
	{ "threads", dry_threads },
	{ "walled", walled },
	{ "moved", moved },
	{ "unmapped", unmapped },
	{ "unmoved", unmoved },
	{ NULL, NULL }
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, "starve", cases);
}
