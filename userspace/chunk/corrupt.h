/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is looked for, and what happens when it is found: a message that names
 * the chunk, and the end of the process, unless the options say otherwise.
 */
#ifndef VMAVIEW_CHUNK_CORRUPT_H
#define VMAVIEW_CHUNK_CORRUPT_H

#include "chunk.h"

enum check_level {
	CHECK_NONE,	/* look at nothing */
	CHECK_FAST,	/* what costs next to nothing */
	CHECK_FULL,	/* the neighbours of every chunk, whole bins */
	CHECK_GUARD,	/* and pattern behind every block */
};

extern enum check_level check_level;
/* Bits of M_CHECK_ACTION: 1 prints, 2 aborts. */
extern int check_action;

/*
 * Says what about the chunk whose memory is at mem; comes back only if the
 * process shall go on. Takes no memory and no lock.
 */
void corrupt(const char *what, const void *mem);

/* True if cond was found and reported; the caller gives up then. */
#define is_corrupt(cond, what, chunk)					\
	(unlikely(cond) && check_level != CHECK_NONE &&			\
	 (corrupt(what, (const char *)(chunk) + HEADER), true))

#endif
