// SPDX-License-Identifier: GPL-2.0
/*
 * Leaks two blocks of known sizes between mtrace() and muntrace(), and frees
 * and resizes others, for mtrace(1) to find out. Debian's glibc would need
 * libc_malloc_debug.so for this.
 */
#include <malloc.h>
#include <mcheck.h>
#include <stdio.h>
#include <stdlib.h>

void *forget(size_t size);

/* Not inlined: the log shall name it. */
__attribute__((noinline, noclone, externally_visible))
void *forget(size_t size)
{
	return malloc(size);
}

int main(void)
{
	void *volatile block = malloc(50);
	void *volatile other;

	mtrace();
	free(block);
	block = realloc(malloc(100), 40000);
	free(block);
	block = memalign(64, 100);
	other = calloc(10, 10);
	free(block);
	free(other);
	forget(0x123);
	forget(0x4567);
	muntrace();
	forget(0x789);
	return 0;
}
