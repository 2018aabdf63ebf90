/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guards: with the checking level "guard" each block ends in a pattern.
 *
 *   mem -> +---------------------------------------------+
 *          | the bytes that were asked for               |
 *          +---------------------------------------------+
 *          | GUARD_BYTE up to ...                        |
 *          +---------------------------------------------+
 *          | ... one word: how many were asked for, mixed|
 *          +---------------------------------------------+ <- chunk_usable()
 *
 * The level is chosen before the first block and stays, so all blocks have it.
 */
#ifndef VMAVIEW_CHUNK_GUARD_H
#define VMAVIEW_CHUNK_GUARD_H

#include <stdbool.h>
#include <stddef.h>

/* What to ask for in place of bytes; SIZE_MAX if that is too much. */
size_t guard_request(size_t bytes);
/* Writes the guard of a block of bytes; mem may be NULL. Returns mem. */
void *guard_set(void *mem, size_t bytes);
/* Bytes that were asked for; 0 if the guard is damaged, which is reported. */
size_t guard_check(void *mem, bool *intact);

#endif
