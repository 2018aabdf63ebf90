/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Chunks that are mappings of their own. No list has them: they are found by
 * their headers, where private anonymous areas begin or another such chunk has
 * ended, as the kernel joins areas that touch; and held against what the
 * allocator counts.
 */
#ifndef VMAVIEW_HEAP_MAPPED_H
#define VMAVIEW_HEAP_MAPPED_H

#include "heap/memory.h"

struct mapped {
	uint64_t *chunks;	/* addresses; each header is in the copy */
	size_t nr, cap;
	uint64_t bytes;		/* of their mappings */
};

/*
 * Fills mapped, whose chunks of an earlier call are looked at first, and copies
 * the headers. nr and bytes are the allocator's own counts: what they are when
 * all has been found. 0, or -1 with *err.
 */
int mapped_find(struct memory *memory, unsigned int word, uint64_t nr,
		uint64_t bytes, struct mapped *mapped, struct error *err);
void mapped_free(struct mapped *mapped);

#endif
