// SPDX-License-Identifier: GPL-2.0
/*
 * Small areas at the lowest addresses there are, below the first PMD entry's
 * end: what programs that emulate others have there.
 *
 *	pid
 *	area START END ...		pages that were touched in it
 *	ready
 */
#include "target.h"

/* vm.mmap_min_addr is less than that, or root may. */
#define LOWEST	0x10000UL
#define NR	3UL

int main(void)
{
	print_pid();
	for (unsigned long i = 0; i < 3; i++) {
		/* with a hole between them */
		char *at = (char *)(LOWEST + i * (NR + 1) * PAGE);

		if (mmap(at, NR * PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
			 0) != at)
			give_up("mmap");
		touch(at, i);
		print_range("area", at, NR * PAGE);
		printf(" %lu\n", i);
	}
	say_ready();
	wait_for_end();
}
