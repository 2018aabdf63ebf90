// SPDX-License-Identifier: GPL-2.0
/*
 * many N [anon|file]: N areas of one page each, side by side, that differ from
 * their neighbours and so stay apart. Every second one is touched.
 *
 *	pid, areas N, range START END, touched N
 *	ready
 */
#include "target.h"

static char *map_anon(size_t nr)
{
	char *p = map_apart(nr * PAGE, PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);

	/* Huge pages would touch for us. */
	madvise(p, nr * PAGE, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < nr; i += 2)
		touch(p + i * PAGE, 1);
	for (size_t i = 1; i < nr; i += 2)
		if (mprotect(p + i * PAGE, PAGE, PROT_READ))
			give_up("mprotect: vm.max_map_count may be too low");
	return p;
}

/* The same page of the file every time: offsets that do not go on. */
static char *map_files(size_t nr)
{
	char path[] = "/var/tmp/many.XXXXXX";
	int fd = make_file(path, 1);
	char *p = map_apart(nr * PAGE, PAGE, PROT_NONE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);

	unlink(path);
	for (size_t i = 0; i < nr; i++) {
		if (mmap(p + i * PAGE, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED,
			 fd, 0) == MAP_FAILED)
			give_up("mmap: vm.max_map_count may be too low");
		if (i % 2 == 0)
			look_at(p + i * PAGE, 1);
	}
	close(fd);
	return p;
}

int main(int argc, char **argv)
{
	size_t nr = argc > 1 ? strtoul(argv[1], NULL, 0) : 20000;
	char *p;

	print_pid();
	if (argc > 2 && !strcmp(argv[2], "file"))
		p = map_files(nr);
	else
		p = map_anon(nr);
	printf("areas %zu\n", nr);
	print_area("range", p, nr * PAGE);
	printf("touched %zu\n", (nr + 1) / 2);
	say_ready();
	wait_for_end();
	return 0;
}
