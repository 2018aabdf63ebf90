/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rest of the family, by means of alloc.h. Same rules for errno. Each is
 * told who called, for those who watch.
 */
#ifndef VMAVIEW_CHUNK_FAMILY_H
#define VMAVIEW_CHUNK_FAMILY_H

#include <stddef.h>

void *chunk_reallocarray(void *mem, size_t count, size_t bytes,
			 const void *caller);
/* Any alignment: rounded up to a power of two; EINVAL if there is none. */
void *chunk_memalign_any(size_t alignment, size_t bytes, const void *caller);
void *chunk_aligned_alloc(size_t alignment, size_t bytes, const void *caller);
/* Leaves errno alone and returns the error. */
int chunk_posix_memalign(void **mem, size_t alignment, size_t bytes,
			 const void *caller);
void *chunk_valloc(size_t bytes, const void *caller);
void *chunk_pvalloc(size_t bytes, const void *caller);
/*
 * Many blocks in one go, next to each other, each to be freed by itself; the
 * array of their addresses is given, or is itself the first block of all. Not
 * in a row where blocks are watched, or no arena has so much in one piece.
 */
void **chunk_independent_calloc(size_t count, size_t bytes, void **blocks,
				const void *caller);
void **chunk_independent_comalloc(size_t count, const size_t *sizes,
				  void **blocks, const void *caller);

#endif
