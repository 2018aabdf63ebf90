/* SPDX-License-Identifier: GPL-2.0 */
/* Rows of a text that is printable already; see escape.h. */
#ifndef VMAVIEW_UTIL_WRAP_H
#define VMAVIEW_UTIL_WRAP_H

#include <stddef.h>

/* Columns of the whole text on one row. */
int wrap_columns(const char *text);

/*
 * Bytes of text that go on a row of room columns: up to a blank where there is
 * one, and at least one character, so that a loop over the rows ends. 0 only of
 * an empty text.
 */
size_t wrap_bytes(const char *text, int room);

#endif
