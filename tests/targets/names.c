// SPDX-License-Identifier: GPL-2.0
/*
 * Maps files whose names are hard to print, and has a hard comm itself.
 *
 *	names [FOLDER [BYTES]]	default /tmp; BYTES: one path that is longer
 *
 *	pid, dir PATH, comm HEX
 *	file START END HEX	HEX is the path as it was given, byte by byte,
 *				without " (deleted)"
 *	deleted START END HEX	the same, and it has been unlinked
 *	ready
 * The files go when the input ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "target.h"

#define LONG_NAME	240	/* bytes of a component; NAME_MAX is 255 */
#define MOST_BYTES	20000

static const char *const names[] = {
	"plain",
	"with space",
	" (deleted)",
	"looks (deleted)",
	"new\nline",
	"\033[31mred\033[0m",
	"\033]0;title\007",
	"back\\012slash",
	"tab\tand\rreturn",
	"\xe5\xae\xbd\xe5\xad\x97",		/* wide */
	"e\xcc\x81 combining",
	"\xe2\x80\xae rtl",			/* right-to-left override */
	"bad \xff\xfe utf-8",
	("c1 \xc2\x9b" "31m"),			/* CSI as one character */
	("raw c1 \x9b" "31m"),
	"[heap]",
	"%s%n",
};

static char comm[] = "a\n\033[31m\x9b\xff\\012";	/* at most 15 bytes */
static char path[MOST_BYTES + LONG_NAME + 2];

static void print_hex(const char *text)
{
	for (; *text; text++)
		printf("%02x", (unsigned char)*text);
	putchar('\n');
}

static void map_name(const char *key, const char *name)
{
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
	size_t len = strlen(path);
	char *p;

	if (fd < 0 || ftruncate(fd, PAGE))
		give_up(name);
	p = map_apart(PAGE, PAGE, PROT_READ, MAP_SHARED, fd);
	close(fd);
	snprintf(path + len, sizeof(path) - len, "/%s", name);
	print_range(key, p, PAGE);
	putchar(' ');
	print_hex(path);
	path[len] = '\0';
}

/*
 * Goes down by long names and maps a file where its path is just short of
 * PATH_MAX, one where it is longer, as the kernel has no such limit of its own,
 * and one where it is longer than bytes, if that is not 0.
 */
static int map_deep(char *component, size_t bytes)
{
	const size_t beyond = PATH_MAX + LONG_NAME;
	size_t len, next;
	int depth = 0;

	for (len = strlen(path); ; len = next) {
		next = len + 1 + LONG_NAME;
		if (len < PATH_MAX && next > PATH_MAX)
			map_name("file", "near");
		if (len < beyond && next >= beyond)
			map_name("file", "beyond");
		if (len >= bytes && next >= beyond)
			break;
		if (mkdir(component, 0700) || chdir(component))
			give_up("mkdir");
		snprintf(path + len, sizeof(path) - len, "/%s", component);
		depth++;
	}
	if (bytes)
		map_name("file", "far");
	return depth;
}

int main(int argc, char **argv)
{
	static char dir[PATH_MAX];
	char component[LONG_NAME + 1] = { 0 };
	size_t bytes = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	int depth;

	if (bytes > MOST_BYTES)
		give_up("BYTES");
	print_pid();
	snprintf(dir, sizeof(dir), "%s/names.XXXXXX",
		 argc > 1 ? argv[1] : "/tmp");
	if (!mkdtemp(dir) || chdir(dir) || !getcwd(path, PATH_MAX))
		give_up(dir);
	printf("dir %s\n", path);
	prctl(PR_SET_NAME, comm);
	printf("comm ");
	print_hex(comm);

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		map_name("file", names[i]);
	map_name("deleted", "gone");
	unlink("gone");
	map_name("deleted", "gone (deleted)");
	unlink("gone (deleted)");
	memset(component, 'd', LONG_NAME);
	depth = map_deep(component, bytes);

	say_ready();
	wait_for_end();

	unlink("far");
	while (depth-- > 0) {
		unlink("beyond");
		unlink("near");
		if (chdir("..") || rmdir(component))
			give_up("rmdir");
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		unlink(names[i]);
	return rmdir(dir) && errno != ENOENT;
}
