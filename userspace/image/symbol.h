/* SPDX-License-Identifier: GPL-2.0 */
/* Names of the program and its libraries, from and to addresses. */
#ifndef VMAVIEW_IMAGE_SYMBOL_H
#define VMAVIEW_IMAGE_SYMBOL_H

#include <sys/types.h>

#include "model/snapshot.h"
#include "util/error.h"

struct symbols;

/* NULL without memory. That the process is there is not needed yet. */
struct symbols *symbols_new(pid_t pid);
void symbols_free(struct symbols *symbols);

/*
 * The address of "NAME", or of "LIB:NAME" or "NAME@LIB" where LIB is the name
 * of a file or its beginning ("libc"). The program's own names come first,
 * then those of its libraries; global names before local ones. 0 with *addr,
 * or -1 with *err: ERR_FAILED when there is none, ERR_USAGE when there are
 * several, which are listed. Reads files of the target: may take a while.
 */
int symbols_find(struct symbols *symbols, const struct snapshot *snap,
		 const char *text, uint64_t *addr, struct error *err);

/*
 * "libc.so.6:environ+0x8" for the place, raw bytes; false and "" when nothing
 * with a name and a size is there.
 */
bool symbols_name(struct symbols *symbols, const struct snapshot *snap,
		  uint64_t addr, char *out, size_t size);

#endif
