// SPDX-License-Identifier: GPL-2.0
/*
 * A deep stack: MIB of it are touched, by recursion.
 *
 *	stack [MIB]		default 4; the limit is 8 as a rule
 *
 *	pid, high ADDRESS, low ADDRESS	of a local in the first and last call
 *	ready
 */
#include "target.h"

static unsigned long depth;

static void __attribute__((noinline)) go_down(unsigned long left)
{
	volatile char frame[PAGE];

	frame[0] = (char)left;
	if (left)
		go_down(left - 1);
	else
		print_address("low", frame);
	if (!left) {
		say_ready();
		wait_for_end();
	}
	/* After the call, or it would be a jump. */
	depth += frame[0] != 0;
}

int main(int argc, char **argv)
{
	unsigned long mib = argc > 1 ? strtoul(argv[1], NULL, 10) : 4;
	volatile char here = 0;

	print_pid();
	print_address("high", &here);
	go_down(mib * 256 - 1);
	return 0;
}
