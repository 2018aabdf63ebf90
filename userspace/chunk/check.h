/* SPDX-License-Identifier: GPL-2.0 */
/* The invariants of chunk.h, bins.h and arena.h, as code. */
#ifndef VMAVIEW_CHUNK_CHECK_H
#define VMAVIEW_CHUNK_CHECK_H

#include "arena.h"

/*
 * How many invariants do not hold in this arena, whose lock is held; each is
 * told by corrupt(), which may end the process.
 */
unsigned int chunk_check(struct malloc_state *av);
/*
 * The same for all arenas, taking their locks; those that another thread holds
 * for a fork are passed over.
 */
unsigned int chunk_check_all(void);
/*
 * Is this the memory of a used chunk? Looks where it lies before it reads
 * there, and through the fast bin; tells what is wrong. While another thread
 * forks it is not looked at, and taken for one.
 */
bool chunk_check_block(void *mem);

/*
 * The pieces of memory an arena is made of, [start, end): false from the last
 * one on. Each ends with top or with a fencepost.
 */
bool arena_piece(struct malloc_state *av, unsigned int n, char **start,
		 char **end);

#endif
