/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Many blocks out of one chunk: neighbours, each with a header of its own.
 *
 *   +--------+-------+--------+-------+--------+------- ... ------+
 *   | header | block | header | block | header | block, slack     |
 *   +--------+-------+--------+-------+--------+------- ... ------+
 */
#ifndef VMAVIEW_CHUNK_MANY_H
#define VMAVIEW_CHUNK_MANY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Blocks for requests of sizes[i] bytes, or each of bytes if sizes is NULL. own
 * is room that is wanted for the array itself, in front of them all, and 0 if
 * there is one at blocks already. Returns the array, with nothing in it to be
 * given back, or NULL if they cannot be had in a row.
 */
void **many_take(size_t count, const size_t *sizes, size_t bytes,
		 void **blocks, size_t own, bool zeroed);

#endif
