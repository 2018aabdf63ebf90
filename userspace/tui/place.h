/* SPDX-License-Identifier: GPL-2.0 */
/* From what a user types to an address, and from text to areas. */
#ifndef VMAVIEW_TUI_PLACE_H
#define VMAVIEW_TUI_PLACE_H

#include "model/snapshot.h"
#include "util/error.h"

/*
 * An address (0x… hexadecimal, decimal, or hexadecimal with a letter in it or
 * as long as one of maps), a field of the descriptor (brk, mmap_base), a
 * segment (heap, stack), or a part of a file's name, the best match first.
 * 0 with *addr, which need not lie in an area; or -1 with *err.
 */
int place_find(const struct snapshot *snap, const char *text, uint64_t *addr,
	       struct error *err);
/*
 * The same without names of files, which are guesses: symbols are better ones.
 * err->kind is ERR_NONE when text is nothing of what is left.
 */
int place_find_exact(const struct snapshot *snap, const char *text,
		     uint64_t *addr, struct error *err);

/*
 * Is the area one that a search for text means: by a part of its name or its
 * segment's, by an address in it, or by the digits its address begins with?
 */
bool place_matches(const struct vma *vma, const char *text);

/* The area that contains addr, else the next below, else the first, or NULL. */
const struct vma *place_nearest(const struct snapshot *snap, uint64_t addr);

/* Where to begin: the heap, else the area with most in memory, or NULL. */
const struct vma *place_default(const struct snapshot *snap);

/* Behind the last slash. */
const char *place_basename(const char *path);

#endif
