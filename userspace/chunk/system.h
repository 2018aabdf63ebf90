/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory of the kernel: the break and mappings. Everything the allocator asks
 * the kernel for goes through these, so that a test can refuse it.
 */
#ifndef VMAVIEW_CHUNK_SYSTEM_H
#define VMAVIEW_CHUNK_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct system {
	/* Moves the break as sbrk() does; NULL when refused. */
	void *(*brk)(intptr_t increment);
	/* Zeroed private memory, or NULL; accessible or only reserved. */
	void *(*map)(size_t size, bool accessible);
};

/* What is used; tests put their own here. */
extern struct system system_now;
extern const struct system system_kernel;

void *system_brk(intptr_t increment);
void *system_map(size_t size);
/* Reserves address space of size bytes at a multiple of size, or NULL. */
void *system_reserve(size_t size);
/* Makes reserved memory accessible. */
bool system_commit(void *start, size_t size);
/* Gives pages back; their addresses stay ours and read as zero, if true. */
bool system_discard(void *start, size_t size);
/* Asks for huge pages, which may come or not. */
void system_want_huge(void *start, size_t size);
bool system_unmap(void *start, size_t size);
/* Moves if it must; NULL when refused, with the old mapping untouched. */
void *system_remap(void *start, size_t old_size, size_t new_size);

size_t system_pagesize(void);
/* Bits that an attacker does not know. */
uintptr_t system_random(void);

#endif
