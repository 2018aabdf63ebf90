// SPDX-License-Identifier: GPL-2.0
/*
 * Ends in the way it is told, with some memory to free on its way out.
 *
 *	pid, range START END
 *	ready
 * Commands: "exit", "kill" (SIGKILL), "abort" (a signal that dumps core). The
 * end of the input is an exit too.
 */
#include <signal.h>

#include "target.h"

#define NR_PAGES	4096UL

int main(void)
{
	char line[64];
	char *p;

	print_pid();
	p = map_apart(NR_PAGES * PAGE, PAGE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1);
	touch(p, NR_PAGES);
	print_area("range", p, NR_PAGES * PAGE);
	say_ready();
	while (read_command(line, sizeof(line))) {
		if (!strcmp(line, "kill"))
			raise(SIGKILL);
		else if (!strcmp(line, "abort"))
			abort();
		else if (!strcmp(line, "exit"))
			break;
	}
	return 0;
}
