/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How every target speaks: lines of KEY VALUE..., addresses in hex as
 * /proc/PID/maps prints them, ranges as START END with END behind the last
 * byte; then "ready"; then it waits on standard input, whose end is its own.
 */
#ifndef TESTS_TARGETS_TARGET_H
#define TESTS_TARGETS_TARGET_H

#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE	4096UL

static inline void __attribute__((noreturn)) give_up(const char *what)
{
	perror(what);
	exit(1);
}

static inline void print_pid(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("pid %d\n", getpid());
}

static inline void print_address(const char *key, const volatile void *address)
{
	printf("%s %lx\n", key, (unsigned long)(uintptr_t)address);
}

/* Without a newline, so that more can follow. */
static inline void print_range(const char *key, const void *start, size_t size)
{
	unsigned long from = (unsigned long)(uintptr_t)start;

	printf("%s %08lx %08lx", key, from, from + size);
}

static inline void print_area(const char *key, const void *start, size_t size)
{
	print_range(key, start, size);
	putchar('\n');
}

static inline char *map(size_t size, int prot, int flags, int fd)
{
	char *p = mmap(NULL, size, prot, flags, fd, 0);

	if (p == MAP_FAILED)
		give_up("mmap");
	return p;
}

/*
 * The same between two pages without rights, at a multiple of align: it
 * neither joins a neighbour nor is joined.
 */
static inline char *map_apart(size_t size, size_t align, int prot, int flags,
			      int fd)
{
	uintptr_t p = (uintptr_t)map(size + align + 2 * PAGE, PROT_NONE,
				     MAP_PRIVATE | MAP_ANONYMOUS |
				     MAP_NORESERVE, -1);
	char *place = (char *)((p + PAGE + align - 1) & ~(align - 1));

	if (mmap(place, size, prot, flags | MAP_FIXED, fd, 0) == MAP_FAILED)
		give_up("mmap");
	return place;
}

/* Writes to the first nr pages. */
static inline void touch(char *start, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		((volatile char *)start)[i * PAGE] = (char)(i + 1);
}

static inline void look_at(const char *start, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		(void)((const volatile char *)start)[i * PAGE];
}

/* Of the first nr pages, those that have that bit in /proc/self/pagemap. */
static inline size_t count_entries(const char *start, size_t nr, int bit)
{
	int fd = open("/proc/self/pagemap", O_RDONLY);
	uint64_t entry;
	size_t found = 0;

	for (size_t i = 0; i < nr; i++)
		if (pread(fd, &entry, sizeof(entry),
			  ((uintptr_t)start / PAGE + i) * sizeof(entry)) ==
		    sizeof(entry))
			found += entry >> bit & 1;
	close(fd);
	return found;
}

static inline size_t count_present(const char *start, size_t nr)
{
	return count_entries(start, nr, 63);
}

static inline size_t count_swapped(const char *start, size_t nr)
{
	return count_entries(start, nr, 62);
}

/*
 * Has the first nr pages swapped out; returns how many are, which are fewer
 * when there is no room. A page touched a moment ago is on a list of the CPU
 * that it was touched on, and can't go before madvise() was called on that CPU,
 * which empties its list (lru_add_drain(), mm/swap.c, 6.1 and 6.12): hence the
 * turns.
 */
static inline size_t page_out(char *start, size_t nr)
{
	size_t swapped = 0;
	cpu_set_t all, one;

	if (sched_getaffinity(0, sizeof(all), &all))
		give_up("sched_getaffinity");
	for (int i = 0; i < 400 && swapped < nr; i++) {
		CPU_ZERO(&one);
		CPU_SET(i % CPU_COUNT(&all), &one);
		sched_setaffinity(0, sizeof(one), &one);
		madvise(start, nr * PAGE, MADV_PAGEOUT);
		swapped = count_swapped(start, nr);
		if (swapped < nr)
			usleep(10 * 1000);
	}
	sched_setaffinity(0, sizeof(all), &all);
	return swapped;
}

/* A file of nr pages, all in the page cache, with path's XXXXXX filled in. */
static inline int make_file(char *path, size_t nr)
{
	char page[PAGE];
	int fd = mkstemp(path);

	if (fd < 0)
		give_up(path);
	for (size_t i = 0; i < nr; i++) {
		memset(page, (int)i + 1, sizeof(page));
		if (write(fd, page, sizeof(page)) != (ssize_t)sizeof(page))
			give_up(path);
	}
	return fd;
}

/* One command without its newline; 0 at the end of the input. */
static inline int read_command(char *line, int size)
{
	if (!fgets(line, size, stdin))
		return 0;
	line[strcspn(line, "\n")] = '\0';
	return 1;
}

static inline void wait_for_end(void)
{
	char line[64];

	while (read_command(line, sizeof(line)))
		;
}

static inline void say_ready(void)
{
	puts("ready");
	fflush(stdout);
}

#endif
