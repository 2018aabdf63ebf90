/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Chunks that are mappings of their own, for requests from mmap_threshold on:
 * they never fragment a heap and go back to the kernel at once.
 *
 *   start of mapping                                        end of mapping
 *   v                                                                    v
 *   +- - - - - - +-----------+--------------+-----------------------------+
 *   |  lead      | prev_size | size   0 1 0 | memory ...                  |
 *   +- - - - - - +-----------+--------------+-----------------------------+
 *
 * prev_size is the number of bytes before the chunk: 0, unless an alignment
 * was asked for. lead plus size is a multiple of the page size.
 */
#ifndef VMAVIEW_CHUNK_MAPPED_H
#define VMAVIEW_CHUNK_MAPPED_H

#include "chunk.h"

/* Is a chunk of this size worth a mapping, and is there one to be had? */
bool mapped_wanted(size_t size);
/* Each returns NULL when the system refuses. */
struct malloc_chunk *mapped_take(size_t size, size_t alignment);
struct malloc_chunk *mapped_resize(struct malloc_chunk *chunk, size_t size);
void mapped_give(struct malloc_chunk *chunk);

#endif
