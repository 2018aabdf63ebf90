/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The chunks of a picture as rows of a list, and what changed in them since
 * the picture before. What is linear in chunks is done once for each picture,
 * filter or order; a row and its chunk are found in O(log n).
 */
#ifndef VMAVIEW_TUI_HEAP_ROWS_H
#define VMAVIEW_TUI_HEAP_ROWS_H

#include "tui/heap_filter.h"

enum heap_order { HEAP_BY_ADDRESS, HEAP_BY_SIZE, HEAP_ORDER_NR };

/* Chunks of sizes [2^n, 2^(n+1)). */
struct heap_class {
	uint64_t nr_used, used;		/* chunks and bytes; mapped ones too */
	uint64_t nr_free, free;		/* in bins, caches and top */
};

#define HEAP_CLASSES	64

struct heap_rows {
	const struct heap *heap;	/* NULL: there is none */
	/* Since the heap before; marks NULL: there was none to compare. */
	uint8_t *marks;			/* enum heap_mark, by chunk */
	uint32_t *marked;		/* of chunks below, nr_chunks + 1 */
	size_t nr_new, nr_changed, nr_gone;
	struct heap_class classes[HEAP_CLASSES];
	/* The list. */
	size_t *index;			/* chunks by row; NULL: row is chunk */
	size_t nr;
	uint64_t bytes;			/* of all rows */
	enum heap_order order;
	bool inverted;
	bool failed;			/* memory ran out: the list is empty */
};

/* All zeros are no rows. */
void heap_rows_free(struct heap_rows *rows);

/* Another picture: all is worked out anew but the list, see arrange(). */
void heap_rows_set(struct heap_rows *rows, const struct heap *heap,
		   const struct heap *before);
void heap_rows_arrange(struct heap_rows *rows, enum heap_order order,
		       bool inverted, const struct heap_filter *filter);

/* The chunk on a row below nr. */
static inline size_t heap_rows_chunk(const struct heap_rows *rows, size_t row)
{
	return rows->index ? rows->index[row] : row;
}

/* The row of a chunk, or of what stands where it would; nr: behind all. */
size_t heap_rows_find(const struct heap_rows *rows, size_t chunk);
enum heap_mark heap_rows_mark(const struct heap_rows *rows, size_t chunk);
/* Did any chunk that lies in [start, end) change? */
bool heap_rows_changed(const struct heap_rows *rows, uint64_t start,
		       uint64_t end);
/* The first chunk that changed, or nr_chunks. */
size_t heap_rows_first_change(const struct heap_rows *rows);
/* The first chunk that ends above addr, or nr_chunks. */
size_t heap_rows_above(const struct heap *heap, uint64_t addr);

#endif
