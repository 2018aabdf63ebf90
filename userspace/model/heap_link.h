/* SPDX-License-Identifier: GPL-2.0 */
/* The links in the memory of a free chunk. */
#ifndef VMAVIEW_MODEL_HEAP_LINK_H
#define VMAVIEW_MODEL_HEAP_LINK_H

#include "model/heap.h"

/*
 * A chunk in a fast bin or a cache has one link, in the first word of its
 * memory. Since glibc 2.32, and always in our allocator, it is stored mixed
 * with the address it lies at. True with where it leads, as the address of a
 * chunk, or 0 at the end of the list; false: the chunk has no such link, or it
 * leads to no chunk that is in the same state.
 */
bool heap_link(const struct heap *heap, const struct heap_chunk *chunk,
	       uint64_t *target);

#endif
