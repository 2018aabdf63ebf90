/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is done in one arena, under its lock, in chunks and chunk sizes: taking,
 * giving back, resizing. Nothing here knows of threads, caches or mappings.
 */
#ifndef VMAVIEW_CHUNK_CORE_H
#define VMAVIEW_CHUNK_CORE_H

#include "arena.h"

/*
 * A used chunk of size bytes at least, or NULL: the system refuses, or there is
 * nothing free and the arena may not grow.
 */
struct malloc_chunk *arena_take(struct malloc_state *av, size_t size,
				bool may_grow);
/* Its memory a multiple of alignment, a power of two above ALIGNMENT. */
struct malloc_chunk *arena_take_aligned(struct malloc_state *av,
					size_t alignment, size_t size);
/*
 * Up to max more chunks of size bytes, if they cost little: out of the bin of
 * just this size, or cut from the free chunk behind chunk, which was just
 * taken. What it finds goes into found[]; returns how many.
 */
unsigned int arena_take_more(struct malloc_state *av,
			     struct malloc_chunk *chunk, size_t size,
			     struct malloc_chunk **found, unsigned int max);
/* A used chunk comes back; small ones wait in a fast bin. */
void arena_give(struct malloc_state *av, struct malloc_chunk *chunk);
/*
 * Is there a reason not to take this for a used chunk of the arena? It is told,
 * and arena_give() refuses such a chunk.
 */
bool arena_is_damaged(struct malloc_state *av, struct malloc_chunk *chunk);
/* arena_give() for many. */
void arena_give_all(struct malloc_state *av, struct malloc_chunk **chunks,
		    unsigned int n);
/*
 * The same without waiting: while somebody else holds the lock, the chunks are
 * hung onto a list that the next holder takes over.
 */
void arena_hand_over(struct malloc_state *av, struct malloc_chunk **chunks,
		     unsigned int n);
/* Takes that list over. */
void arena_receive(struct malloc_state *av);
/* Without fast bins: joined with its free neighbours at once. */
void arena_give_joined(struct malloc_state *av, struct malloc_chunk *chunk);
/* Joins all that fast bins hold. */
void arena_consolidate(struct malloc_state *av);
/* Makes a used chunk size bytes, where it is; false if there is no room. */
bool arena_resize(struct malloc_state *av, struct malloc_chunk *chunk,
		  size_t size, bool may_grow);
/* Cuts off what is more than size, if that makes a chunk. */
void arena_cut(struct malloc_state *av, struct malloc_chunk *chunk,
	       size_t size);

/*
 * The pieces that av_ is made of: the break, cut where others moved it, and
 * mappings in its place.
 */
#define NAREAS	64

struct area {
	char *start, *end;
};

extern struct area areas[NAREAS];
extern unsigned int nr_areas;

/* Top becomes [start, end); what it was is closed by fenceposts. */
void arena_open_top(struct malloc_state *av, char *start, char *end);
/* Counts memory that came from the system. */
void arena_count(struct malloc_state *av, size_t size);

/* Has somebody written over the size of top? Told, if so. */
bool arena_top_is_damaged(const struct malloc_state *av);
/* Makes top large enough to cut size bytes off it, or returns false. */
bool arena_grow(struct malloc_state *av, size_t size);
/* Gives memory above pad bytes of top to the system; false if none was. */
bool arena_trim(struct malloc_state *av, size_t pad);
/* Trims if top is over the threshold. */
void arena_trim_if_large(struct malloc_state *av);
/* All whole free pages, wherever they are. False if none was given. */
bool arena_trim_all(struct malloc_state *av, size_t pad);

#endif
