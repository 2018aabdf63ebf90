/* SPDX-License-Identifier: GPL-2.0 */
/* Sums over arenas, in the forms that programs ask for. */
#ifndef VMAVIEW_CHUNK_STATS_H
#define VMAVIEW_CHUNK_STATS_H

#include <malloc.h>
#include <stdio.h>

#include "arena.h"

/* One arena, as its lock is held. */
struct arena_sums {
	size_t system;		/* bytes that came from the system */
	size_t free;		/* bytes in bins and top */
	size_t fast;		/* of these, in fast bins */
	size_t top;		/* and in top */
	size_t nr_free;		/* chunks in bins, top included */
	size_t nr_fast;
};

void arena_sum(struct malloc_state *av, struct arena_sums *sums);

/* Prints on standard error, in the article's layout. */
void chunk_malloc_stats(void);
struct mallinfo2 chunk_mallinfo2(void);
struct mallinfo chunk_mallinfo(void);
/* XML of the arenas; 0, or an error number. */
int chunk_malloc_info(int options, FILE *stream);

#endif
