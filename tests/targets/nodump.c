// SPDX-License-Identifier: GPL-2.0
/*
 * A process that only the privileged may look into.
 *
 *	pid
 *	ready
 * Commands: "allow" makes it dumpable again ("allowed"), "refuse" not
 * ("refused").
 */
#include <sys/prctl.h>

#include "target.h"

int main(void)
{
	char line[64];

	if (prctl(PR_SET_DUMPABLE, 0))
		give_up("prctl");
	print_pid();
	say_ready();
	while (read_command(line, sizeof(line))) {
		if (!strcmp(line, "allow") && !prctl(PR_SET_DUMPABLE, 1))
			puts("allowed");
		else if (!strcmp(line, "refuse") && !prctl(PR_SET_DUMPABLE, 0))
			puts("refused");
	}
	return 0;
}
