// SPDX-License-Identifier: GPL-2.0
/*
 * Becomes another program on command, and stays the same process.
 *
 *	pid, round N, main ADDRESS
 *	ready
 * Commands: "exec" runs this program again (round N + 1), "exec PATH" another.
 */
#include "target.h"

int main(int argc, char **argv)
{
	long round = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
	char next[24], line[256];

	/* What is read ahead would be lost to the next program. */
	setvbuf(stdin, NULL, _IONBF, 0);
	print_pid();
	printf("round %ld\n", round);
	print_address("main", (void *)(uintptr_t)main);
	say_ready();
	snprintf(next, sizeof(next), "%ld", round + 1);
	while (read_command(line, sizeof(line))) {
		if (!strcmp(line, "exec"))
			execl("/proc/self/exe", argv[0], next, (char *)NULL);
		else if (!strncmp(line, "exec ", 5))
			execl(line + 5, line + 5, (char *)NULL);
		else
			continue;
		give_up(line);
	}
	return 0;
}
