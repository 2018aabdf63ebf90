/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The address space as a gapless row of spans: areas, and between them every
 * gap, cut and named where the kernel's layout gives it a meaning.
 */
#ifndef VMAVIEW_FIGURE_SPAN_H
#define VMAVIEW_FIGURE_SPAN_H

#include "model/snapshot.h"

/* The article's boxes. Image segments have the number of their region. */
enum segment {
	SEGMENT_GAP = REGION_NR,	/* nothing mapped */
	SEGMENT_MMAP,			/* the memory mapping segment */
	SEGMENT_OTHER,			/* mapped elsewhere, by chosen address */
	SEGMENT_KERNEL,			/* at or above TASK_SIZE */
};

enum gap {
	GAP_NONE,		/* it is no gap */
	GAP_FREE,
	GAP_STACK_OFFSET,	/* TASK_SIZE down to the stack's end */
	GAP_STACK_ROOM,		/* the stack may grow into it */
	GAP_MMAP_OFFSET,	/* the stack's limit down to mmap_base */
	GAP_BRK_OFFSET,		/* end of bss up to start_brk */
	GAP_PIE_BASE,		/* 0 up to a program loaded anywhere */
	GAP_FIXED_BASE,		/* 0 up to a program linked to its address */
	GAP_BASE,		/* 0 up to the first area, not told apart */
	GAP_HIGH,		/* above 47 bits: given out on demand only */
	GAP_NR
};

struct span {
	uint64_t start, end;	/* bytes, [start, end) */
	enum gap gap;
	int segment;		/* enum segment, or enum region of the image */
	enum region region;	/* of its first area */
	size_t first, nr;	/* its areas; nr 0: a gap */
	size_t nr_gaps;		/* joined into it */
	uint64_t gap_bytes;
};

struct span_list {
	struct span *spans;	/* ascending */
	size_t nr, cap;
	uint64_t task_size;	/* 0: not known */
	uint64_t stack_limit;	/* lowest address RLIMIT_STACK allows; 0: none */
	uint64_t stack_end;	/* 0: no stack was found */
	uint64_t stack_size;
};

/*
 * The spans of [start, end), cut there; 0, 0 is everything up to TASK_SIZE and
 * what is mapped above it. With whole_files, neighbouring areas of one file
 * and one segment are one span. Returns -1 without memory.
 */
int span_list_init(struct span_list *list, const struct snapshot *snap,
		   uint64_t start, uint64_t end, bool whole_files);
void span_list_exit(struct span_list *list);

/*
 * Joins spans of the mapping segments until they are at most max rows, as far
 * as that goes: the largest stay as they are, those between become one.
 */
int span_list_join(struct span_list *list, size_t max);

/* What is mapped in it, gaps not counted. */
static inline uint64_t span_mapped(const struct span *span)
{
	return span->nr ? span->end - span->start - span->gap_bytes : 0;
}

/* Resident bytes; false when that is not known of every area. */
bool span_resident(const struct snapshot *snap, const struct span *span,
		   uint64_t *bytes);

#endif
