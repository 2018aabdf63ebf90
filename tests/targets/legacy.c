// SPDX-License-Identifier: GPL-2.0
/*
 * legacy CMD ARGS: runs a program in the old layout, with the mapping segment
 * growing up from a third of the address space, as setarch -L does.
 */
#include <sys/personality.h>

#include "target.h"

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: legacy CMD ARGS\n");
		return 2;
	}
	if (personality(ADDR_COMPAT_LAYOUT) < 0)
		give_up("personality");
	execvp(argv[1], argv + 1);
	give_up(argv[1]);
}
