/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The allocator as its callers see it, by names that do not collide with those
 * of the C library: public.c gives them the standard ones. errno is ENOMEM
 * after a failure, and else what it was.
 */
#ifndef VMAVIEW_CHUNK_ALLOC_H
#define VMAVIEW_CHUNK_ALLOC_H

#include <stdbool.h>
#include <stddef.h>

#include "watch.h"

void *chunk_malloc(size_t bytes);
void chunk_free(void *mem);
void *chunk_calloc(size_t count, size_t bytes);
void *chunk_realloc(void *mem, size_t bytes);
/* alignment is a power of two. */
void *chunk_memalign(size_t alignment, size_t bytes);
size_t chunk_malloc_usable(void *mem);
int chunk_malloc_trim(size_t pad);

/*
 * Set while anything wants to see each call (watch.h): the calls above go
 * there first.
 */
extern unsigned int alloc_watch;

/* The same without being watched. */
void *alloc_take(size_t bytes);
void alloc_give(void *mem);
void *alloc_take_zeroed(size_t bytes);
void *alloc_resize(void *mem, size_t bytes);
void *alloc_take_aligned(size_t alignment, size_t bytes);

/* The calls above on behalf of a caller. */
static inline void *alloc_malloc(size_t bytes, const void *caller)
{
	return alloc_watch ? watch_malloc(bytes, caller) : alloc_take(bytes);
}

static inline void alloc_free(void *mem, const void *caller)
{
	if (alloc_watch)
		watch_free(mem, caller);
	else
		alloc_give(mem);
}

static inline void *alloc_calloc(size_t bytes, const void *caller)
{
	return alloc_watch ? watch_calloc(bytes, caller) :
			     alloc_take_zeroed(bytes);
}

static inline void *alloc_realloc(void *mem, size_t bytes, const void *caller)
{
	return alloc_watch ? watch_realloc(mem, bytes, caller) :
			     chunk_realloc(mem, bytes);
}

static inline void *alloc_memalign(size_t alignment, size_t bytes,
				   const void *caller)
{
	return alloc_watch ? watch_memalign(alignment, bytes, caller) :
			     alloc_take_aligned(alignment, bytes);
}

#endif
