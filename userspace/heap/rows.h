/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What both readers do: walking chunks by their boundary tags, and saying of
 * chunks in lists what state they are in. Works on the copy alone.
 */
#ifndef VMAVIEW_HEAP_ROWS_H
#define VMAVIEW_HEAP_ROWS_H

#include "heap/memory.h"

/*
 * Adds the piece [start, end) of an arena with its chunks. Each is CHUNK_USED
 * or CHUNK_FREE by the flag of the next one, CHUNK_TOP at address top, or
 * CHUNK_FENCE when it is too small to hold anything. Stops at what can't be a
 * chunk and says so in the piece. False without memory.
 */
bool rows_add(struct heap *heap, const struct memory *memory, uint32_t arena,
	      uint64_t start, uint64_t end, uint64_t top);
/* The same for a mapping that is one chunk at address. */
bool rows_add_mapped(struct heap *heap, const struct memory *memory,
		     uint64_t address);

/*
 * Chunks found in lists, to be put down in the chunks once they are sorted.
 * Added while lists are walked; bin is the index of heap->bins.
 */
struct row_marks;

struct row_marks *row_marks_new(void);
void row_marks_free(struct row_marks *marks);
bool row_marks_add(struct row_marks *marks, uint64_t address, uint32_t bin,
		   enum chunk_state state);
/*
 * After heap_finish() has sorted: gives chunks their bin and state, and bins
 * their number of chunks and bytes; a mark that meets no chunk, or one in a
 * state that it can't be in, breaks its bin and is noted, as are free chunks
 * without a mark. Then totals are counted again. False without memory.
 */
bool row_marks_apply(struct row_marks *marks, struct heap *heap);

#endif
