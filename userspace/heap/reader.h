/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A way of reading a heap from outside; there are two, of our allocator and of
 * glibc's. The work is cut in three so that the target stands still only for
 * the middle part:
 *
 *   find    target runs    which allocator, where its state is, which layout
 *   copy    target stands  what must be had: memory_copy() of whole ranges
 *   parse   target runs    the copy alone becomes the model
 */
#ifndef VMAVIEW_HEAP_READER_H
#define VMAVIEW_HEAP_READER_H

#include "heap/memory.h"
#include "model/heap.h"
#include "model/snapshot.h"
#include "util/error.h"

struct heap_reader {
	/*
	 * 1: it is this allocator, *self is what was found, to be given to
	 * release(); 0: it is not; -1: it is, and can't be read, with *err.
	 * What is found is used again until the target maps other code.
	 */
	int (*find)(struct memory *memory, const struct snapshot *snap,
		    void **self, struct error *err);
	/*
	 * 0, or -1 with *err. Allocates as little as it can. Called once before
	 * while the target runs, for the buffers: a failure then is forgotten.
	 */
	int (*copy)(void *self, struct memory *memory,
		    const struct snapshot *snap, struct error *err);
	/*
	 * Fills heap from what was copied, all but what take.c and
	 * memory_give() know: stopped, pause_ns, retries, copied, page_size,
	 * ranges; ends with heap_finish() and row_marks_apply(). Clears
	 * coherent where the copy contradicts itself, and is then called
	 * again with another. 0, or -1 with *err: no memory.
	 */
	int (*parse)(void *self, struct memory *memory,
		     const struct snapshot *snap, struct heap *heap,
		     struct error *err);
	/*
	 * Adds at most max events, the newest before the copy, to heap; the
	 * target runs on. NULL: this allocator tells none.
	 */
	void (*events)(void *self, struct memory *memory, struct heap *heap,
		       unsigned int max);
	void (*release)(void *self);
	enum heap_kind kind;
};

extern const struct heap_reader vmachunk_reader;
extern const struct heap_reader glibc_reader;

#endif
