// SPDX-License-Identifier: GPL-2.0
/*
 * Two areas with the same in them, which KSM merges: a page of the one is on
 * the same frame as one of the other. Wants root, for KSM's switch and to see
 * in /proc/self/pagemap that it happened.
 *
 *	pid
 *	pages PID START END anon ksm=1 writable=0
 *	same PID START PID START N	see cow.c
 *	missing ksm WHY
 *	ready
 * Commands: "write" takes the first page of the first area apart again.
 */
#include <fcntl.h>
#include <time.h>

#include "target.h"

#define NR	8UL

static void set(const char *name, const char *value)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/mm/ksm/%s", name);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		give_up(path);
	close(fd);
}

static uint64_t entry_of(const char *page)
{
	int fd = open("/proc/self/pagemap", O_RDONLY);
	uint64_t entry = 0;

	if (pread(fd, &entry, 8, (uintptr_t)page / PAGE * 8) != 8)
		give_up("pagemap");
	close(fd);
	return entry & ((1ULL << 55) - 1);
}

/* The pages of an area differ from each other: each has one partner. */
static char *make_area(void)
{
	char *p = map_apart(NR * PAGE, PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1);

	for (size_t i = 0; i < NR; i++)
		memset(p + i * PAGE, 'A' + (int)i, PAGE);
	if (madvise(p, NR * PAGE, MADV_MERGEABLE))
		give_up("MADV_MERGEABLE");
	return p;
}

static int are_merged(const char *a, const char *b)
{
	for (size_t i = 0; i < NR; i++)
		if (entry_of(a + i * PAGE) != entry_of(b + i * PAGE))
			return 0;
	return 1;
}

static void tell(const char *start, size_t nr, const char *what)
{
	unsigned long from = (unsigned long)(uintptr_t)start;

	printf("pages %d %lx %lx %s\n", getpid(), from, from + nr * PAGE, what);
}

static void compare(const char *how, const char *a, const char *b, size_t nr)
{
	printf("%s %d %lx %d %lx %zu\n", how, getpid(),
	       (unsigned long)(uintptr_t)a, getpid(),
	       (unsigned long)(uintptr_t)b, nr);
}

int main(void)
{
	const struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };
	char *a, *b, line[64];
	int tries;

	print_pid();
	a = make_area();
	b = make_area();
	set("pages_to_scan", "1000");
	set("sleep_millisecs", "5");
	set("run", "1");
	for (tries = 0; tries < 1000 && !are_merged(a, b); tries++)
		nanosleep(&pause, NULL);
	set("run", "0");
	if (!are_merged(a, b)) {
		printf("missing ksm nothing was merged in 20 s\n");
	} else {
		tell(a, NR, "anon ksm=1 writable=0 exclusive=0");
		tell(b, NR, "anon ksm=1 writable=0 exclusive=0");
		compare("same", a, b, NR);
		compare("other", a, b + PAGE, NR - 1);
	}
	say_ready();
	while (read_command(line, sizeof(line))) {
		if (strcmp(line, "write"))
			continue;
		touch(a, 1);
		tell(a, 1, "anon ksm=0 writable=1 exclusive=1");
		tell(b, 1, "anon ksm=1 writable=0 exclusive=1");
		compare("other", a, b, 1);
		compare("same", a + PAGE, b + PAGE, NR - 1);
		say_ready();
	}
	return 0;
}
