/* SPDX-License-Identifier: GPL-2.0 */
/* Which chunks are shown, or looked for: what is typed in the heap's view. */
#ifndef VMAVIEW_TUI_HEAP_FILTER_H
#define VMAVIEW_TUI_HEAP_FILTER_H

#include "model/heap.h"
#include "tui/term.h"
#include "util/error.h"

/* What became of a chunk since the last picture. */
enum heap_mark { HEAP_SAME, HEAP_CHANGED, HEAP_NEW };

struct heap_term {
	enum { HEAP_TERM_STATE, HEAP_TERM_BIN, HEAP_TERM_INDEX,
	       HEAP_TERM_ARENA, HEAP_TERM_SIZE, HEAP_TERM_ADDRESS,
	       HEAP_TERM_MARK, HEAP_TERM_BROKEN, HEAP_TERM_TEXT } kind;
	bool negated;
	int number;		/* enum chunk_state, bin_kind; HEAP_TERM_MARK:
				   the least enum heap_mark */
	uint64_t min, max;	/* [min, max]: size, address, arena, index */
	char text[TERM_TEXT];
	size_t len;		/* bytes of it */
};

/* Chunks for which every term is true; none: all chunks. */
struct heap_filter {
	struct heap_term terms[TERMS_MAX];
	size_t nr_terms;
};

/* Lines for the help, ending in NULL: what can be written, what it means. */
extern const char *const heap_filter_help[][2];

/* 0, or -1 with *err and *filter unchanged. */
int heap_filter_parse(struct heap_filter *filter, const char *text,
		      struct error *err);
bool heap_filter_match(const struct heap_filter *filter,
		       const struct heap *heap, size_t chunk,
		       enum heap_mark mark);

#endif
