// SPDX-License-Identifier: GPL-2.0
/*
 * A vast address space with next to nothing in it: 16 TiB (1 GiB where that is
 * much) of which a few pages are touched, and nearly all that is left of the
 * lower half reserved.
 *
 *	pid
 *	area START END kind=sparse anon=N	pages far apart, N touched
 *	area START END kind=reserved		several; nothing in them
 *	reserved BYTES
 *	ready
 */
#include "target.h"

#define NR_TOUCHED	64UL
#ifdef __LP64__
#define SPARSE_BYTES	(16UL << 40)
#define LARGEST		(1UL << 46)
#define SMALLEST	(1UL << 30)
#else
#define SPARSE_BYTES	(1UL << 30)
#define LARGEST		(1UL << 30)
#define SMALLEST	(1UL << 24)
#endif

int main(void)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
	unsigned long size, total = 0;
	char *p;

	print_pid();
	p = map_apart(SPARSE_BYTES, PAGE, PROT_READ | PROT_WRITE, flags, -1);
	madvise(p, SPARSE_BYTES, MADV_NOHUGEPAGE);
	for (unsigned long i = 0; i < NR_TOUCHED; i++)
		touch(p + i * (SPARSE_BYTES / NR_TOUCHED), 1);
	print_range("area", p, SPARSE_BYTES);
	printf(" kind=sparse anon=%lu\n", NR_TOUCHED);

	for (size = LARGEST; size >= SMALLEST;) {
		p = mmap(NULL, size, PROT_NONE, flags, -1, 0);
		if (p == MAP_FAILED) {
			size /= 2;
			continue;
		}
		/* Side by side they are one area to the kernel. */
		print_range("area", p, size);
		printf(" kind=reserved\n");
		total += size;
	}
	printf("reserved %lu\n", total);
	say_ready();
	wait_for_end();
	return 0;
}
