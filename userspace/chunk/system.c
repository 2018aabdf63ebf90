// SPDX-License-Identifier: GPL-2.0
/* The break and mappings, as the kernel gives them. errno is the caller's. */
#include <errno.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "chunk.h"
#include "events.h"
#include "system.h"

static void *kernel_brk(intptr_t increment)
{
	void *old = sbrk(increment);

	return old == (void *)-1 ? NULL : old;
}

static void *kernel_map(size_t size, bool accessible)
{
	void *start = mmap(NULL, size,
			   accessible ? PROT_READ | PROT_WRITE : PROT_NONE,
			   MAP_PRIVATE | MAP_ANONYMOUS |
				   (accessible ? 0 : MAP_NORESERVE),
			   -1, 0);

	return start == MAP_FAILED ? NULL : start;
}

const struct system system_kernel = { kernel_brk, kernel_map };
struct system system_now = { kernel_brk, kernel_map };

void *system_brk(intptr_t increment)
{
	int saved = errno;
	void *old = system_now.brk(increment);

	errno = saved;
	if (increment && old)
		event(EVENT_BRK, old, increment);
	return old;
}

void *system_map(size_t size)
{
	int saved = errno;
	void *start = system_now.map(size, true);

	errno = saved;
	if (start)
		event(EVENT_MMAP, start, size);
	return start;
}

void *system_reserve(size_t size)
{
	int saved = errno;
	char *start = system_now.map(2 * size, false);
	char *aligned;

	/* Twice the size holds a multiple of it; the rest goes back. */
	if (start) {
		aligned = (char *)align_up((uintptr_t)start, size);
		if (aligned != start)
			munmap(start, aligned - start);
		munmap(aligned + size, size - (aligned - start));
		start = aligned;
	}
	errno = saved;
	return start;
}

bool system_commit(void *start, size_t size)
{
	int saved = errno;
	bool done = !mprotect(start, size, PROT_READ | PROT_WRITE);

	errno = saved;
	if (done)
		event(EVENT_MMAP, start, size);
	return done;
}

bool system_discard(void *start, size_t size)
{
	int saved = errno;
	/* Refused for what the program has locked. */
	bool done = !madvise(start, size, MADV_DONTNEED);

	errno = saved;
	if (done)
		event(EVENT_TRIM, start, size);
	return done;
}

void system_want_huge(void *start, size_t size)
{
	int saved = errno;

	madvise(start, size, MADV_HUGEPAGE);
	errno = saved;
}

bool system_unmap(void *start, size_t size)
{
	int saved = errno;
	bool done = !munmap(start, size);

	errno = saved;
	event(EVENT_MUNMAP, start, size);
	return done;
}

void *system_remap(void *start, size_t old_size, size_t new_size)
{
	int saved = errno;
	void *moved = mremap(start, old_size, new_size, MREMAP_MAYMOVE);

	errno = saved;
	if (moved == MAP_FAILED)
		return NULL;
	event(EVENT_MREMAP, moved, new_size);
	return moved;
}

size_t system_pagesize(void)
{
	size_t size = getauxval(AT_PAGESZ);

	return size ? size : 4096;
}

uintptr_t system_random(void)
{
	int saved = errno;
	uintptr_t bits = 0;

	/*
	 * The kernel's own gift at exec serves where this would wait. The C
	 * library's function is a place to be cancelled at, and a lock is held.
	 */
	if (syscall(SYS_getrandom, &bits, sizeof(bits), GRND_NONBLOCK) !=
	    sizeof(bits)) {
		const uintptr_t *given = (void *)getauxval(AT_RANDOM);

		bits = given ? given[1] ^ (uintptr_t)&saved : (uintptr_t)&saved;
	}
	errno = saved;
	/* NOLINTNEXTLINE(clang-analyzer-core.StackAddressEscape): used as bits */
	return bits;
}
