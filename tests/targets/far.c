// SPDX-License-Identifier: GPL-2.0
/*
 * One page at the bottom of a vast area and nothing around it: for each level
 * of the page tables an address whose walk ends there.
 *
 *	pid
 *	page ADDRESS		touched
 *	hole ADDRESS LEVEL	the entry of that level is none
 *	outside ADDRESS		in no area
 *	ready
 */
#include "target.h"

#define PMD_BYTES	(1UL << 21)
#define PUD_BYTES	(1UL << 30)
#ifdef __LP64__
#define P4D_BYTES	(1UL << 39)
#define PGD_BYTES	(1UL << 48)
#define AREA_BYTES	(2 * P4D_BYTES)
#define ALIGNMENT	P4D_BYTES
#else
/* With three levels every program has all tables of the second. */
#define AREA_BYTES	PUD_BYTES
#define ALIGNMENT	PMD_BYTES
#endif

static void tell_hole(const char *address, const char *level)
{
	printf("hole %lx %s\n", (unsigned long)(uintptr_t)address, level);
}

static void tell_high(char *p)
{
#ifdef __LP64__
	char *high;

	tell_hole(p + PUD_BYTES, "pud");
	tell_hole(p + P4D_BYTES, "p4d");
	/* Above 47 bits there is something where five levels are in use. */
	high = mmap((void *)(4 * PGD_BYTES), PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
		    MAP_FIXED_NOREPLACE, -1, 0);
	if (high == MAP_FAILED)
		printf("missing pgd four levels\n");
	else
		tell_hole(high, "pgd");
#else
	(void)p;
#endif
}

int main(void)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
	char *p;

	print_pid();
	p = map_apart(AREA_BYTES, ALIGNMENT, PROT_READ | PROT_WRITE, flags,
		      -1);
	madvise(p, AREA_BYTES, MADV_NOHUGEPAGE);
	touch(p, 1);
	print_address("page", p);
	tell_hole(p + PAGE, "pte");
	tell_hole(p + PMD_BYTES, "pmd");
	tell_high(p);
	/* the guard page that map_apart() leaves is in an area */
	munmap(p + AREA_BYTES, PAGE);
	print_address("outside", p + AREA_BYTES);
	say_ready();
	wait_for_end();
	return 0;
}
