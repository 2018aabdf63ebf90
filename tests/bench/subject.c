// SPDX-License-Identifier: GPL-2.0
/*
 * What the benchmark reads. Linked statically: it has few areas but those
 * that it was asked for.
 *
 *	subject anon N		N anonymous areas of a page, each second touched
 *	subject file N		the same of one file, whose path has four names
 *	subject libs N		the same of N / 5 files, five areas after each
 *				other, as libraries have
 *	subject dense MIB	every page touched, none of them huge
 *	subject sparse MIB	every 64th
 *	subject thp MIB		all of them huge
 *	subject reserved GIB	16 TiB, of which the first GIB have a page each
 *				64 MiB
 *	subject churn N MIB	N areas, dense MIB, and maps, faults in and
 *				unmaps without a pause; rounds so far are in
 *				ROUNDS_FILE
 *
 * Prints pid, made N (areas or pages), range START END, ready.
 */
#include "../targets/target.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>

#define FOLDER		"/usr/lib/bench-subject-gnu"
#define ROUNDS_FILE	"/tmp/rounds"
#define MIB		(1UL << 20)
#define GIB		(1UL << 30)
#define RESERVED_BYTES	(16UL << 40)
#define RESERVED_STEP	(64UL * MIB)
#define AREAS_PER_LIB	5
#define ROUND_PAGES	64

static void say_range(size_t made, const char *start, size_t size)
{
	printf("made %zu\n", made);
	print_area("range", start, size);
}

static char *map_area_apart(size_t size, int advice)
{
	char *p = map_apart(size, 2 * MIB, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);

	if (madvise(p, size, advice))
		give_up("madvise");
	return p;
}

static void make_anon(size_t nr)
{
	char *p = map_area_apart(nr * PAGE, MADV_NOHUGEPAGE);

	for (size_t i = 0; i < nr; i += 2)
		touch(p + i * PAGE, 1);
	for (size_t i = 1; i < nr; i += 2)
		if (mprotect(p + i * PAGE, PAGE, PROT_READ))
			give_up("mprotect: vm.max_map_count may be too low");
	say_range(nr, p, nr * PAGE);
}

static int make_lib(size_t number)
{
	char path[64], page[PAGE] = "lib";
	int fd;

	mkdir("/usr", 0755);
	mkdir("/usr/lib", 0755);
	mkdir(FOLDER, 0755);
	snprintf(path, sizeof(path), FOLDER "/lib%zu.so.1", number);
	fd = open(path, O_RDWR | O_CREAT, 0644);
	if (fd < 0 || write(fd, page, sizeof(page)) != sizeof(page))
		give_up(path);
	return fd;
}

/* The same page every time: offsets that do not go on are areas apart. */
static void make_files(size_t nr, size_t per_file)
{
	char *p = map_area_apart(nr * PAGE, MADV_NOHUGEPAGE);
	int fd = -1;

	for (size_t i = 0; i < nr; i++) {
		if (i % per_file == 0) {
			close(fd);
			fd = make_lib(i / per_file);
		}
		if (mmap(p + i * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED,
			 fd, 0) == MAP_FAILED)
			give_up("mmap: vm.max_map_count may be too low");
		if (i % 2 == 0)
			look_at(p + i * PAGE, 1);
	}
	say_range(nr, p, nr * PAGE);
}

static void make_pages(size_t size, size_t step, int advice)
{
	char *p = map_area_apart(size, advice);

	for (size_t i = 0; i < size / PAGE; i += step)
		touch(p + i * PAGE, 1);
	say_range(size / PAGE, p, size);
}

static void make_reserved(size_t touched)
{
	char *p = map_area_apart(RESERVED_BYTES, MADV_NOHUGEPAGE);

	for (size_t at = 0; at < touched; at += RESERVED_STEP)
		touch(p + at, 1);
	say_range(touched / PAGE, p, touched);
}

static void __attribute__((noreturn)) churn(void)
{
	atomic_ulong *rounds;
	int fd = open(ROUNDS_FILE, O_RDWR | O_CREAT | O_TRUNC, 0600);
	char *p;

	if (fd < 0 || ftruncate(fd, PAGE))
		give_up(ROUNDS_FILE);
	rounds = (atomic_ulong *)map(PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
				     fd);
	say_ready();
	for (;;) {
		p = map(ROUND_PAGES * PAGE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1);
		touch(p, ROUND_PAGES);
		munmap(p, ROUND_PAGES * PAGE);
		atomic_fetch_add(rounds, 1);
	}
}

int main(int argc, char **argv)
{
	const char *kind = argc > 2 ? argv[1] : "";
	size_t nr = argc > 2 ? strtoul(argv[2], NULL, 0) : 0;

	print_pid();
	if (!strcmp(kind, "anon"))
		make_anon(nr);
	else if (!strcmp(kind, "file"))
		make_files(nr, nr);
	else if (!strcmp(kind, "libs"))
		make_files(nr, AREAS_PER_LIB);
	else if (!strcmp(kind, "dense"))
		make_pages(nr * MIB, 1, MADV_NOHUGEPAGE);
	else if (!strcmp(kind, "sparse"))
		make_pages(nr * MIB, 64, MADV_NOHUGEPAGE);
	else if (!strcmp(kind, "thp"))
		make_pages(nr * MIB, 1, MADV_HUGEPAGE);
	else if (!strcmp(kind, "reserved"))
		make_reserved(nr * GIB);
	else if (!strcmp(kind, "churn") && argc > 3) {
		make_anon(nr);
		make_pages(strtoul(argv[3], NULL, 0) * MIB, 1,
			   MADV_NOHUGEPAGE);
		churn();
	} else {
		fprintf(stderr, "subject: what shall be made?\n");
		return 2;
	}
	say_ready();
	wait_for_end();
	return 0;
}
