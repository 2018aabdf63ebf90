/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Heaps of the arenas that are not on the break: address space of HEAP_MAX
 * bytes at a multiple of HEAP_MAX, so that the address of any chunk in it,
 * rounded down, is that of the heap, which names the arena.
 *
 *   multiple of HEAP_MAX                 size            committed     HEAP_MAX
 *   v                                    v               v                    v
 *   +------+---------------+-------------+- - - - - - - -+ - - - - - - - - - -+
 *   | heap | malloc_state, | chunks, top |  zero, given  |  reserved          |
 *   |      | in the first  |             |  back by trim |                    |
 *   +------+---------------+-------------+- - - - - - - -+ - - - - - - - - - -+
 */
#ifndef VMAVIEW_CHUNK_HEAP_H
#define VMAVIEW_CHUNK_HEAP_H

#include "arena.h"

/* On 32 bit the whole space would hold but 64 heaps of the other size. */
#define HEAP_MAX	((size_t)(sizeof(size_t) == 8 ? 64 : 1) << 20)

struct heap {
	struct malloc_state *arena;
	struct heap *prev;	/* the heap that was this arena's before */
	size_t size;		/* bytes in use as chunks, and this header */
	size_t committed;	/* bytes that are accessible */
	char *first;		/* the first chunk */
	char pad[3 * SIZE_SZ];
};

static inline struct heap *heap_of(const void *address)
{
	return (struct heap *)((uintptr_t)address & ~(HEAP_MAX - 1));
}

/* An arena in a heap of its own with room for size bytes, or NULL. */
struct malloc_state *heap_new_arena(size_t size);
/* Top can give size bytes then, here or in a new heap, and perhaps pad. */
bool heap_grow(struct malloc_state *av, size_t size, size_t pad);
/* Top keeps pad bytes; whole empty heaps go. False if nothing was given. */
bool heap_trim(struct malloc_state *av, size_t pad);

#endif
