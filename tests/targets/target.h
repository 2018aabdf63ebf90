/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How every target speaks: lines of KEY VALUE..., addresses in hex as
 * /proc/PID/maps prints them, ranges as START END with END behind the last
 * byte; then "ready"; then it waits on standard input, whose end is its own.
 */
#ifndef TESTS_TARGETS_TARGET_H
#define TESTS_TARGETS_TARGET_H

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
