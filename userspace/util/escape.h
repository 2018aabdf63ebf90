/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one way by which text from outside (process and file names) reaches a
 * terminal.
 */
#ifndef VMAVIEW_UTIL_ESCAPE_H
#define VMAVIEW_UTIL_ESCAPE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Decodes the character at text (len > 0 bytes left) into *ch and returns how
 * many bytes it has. Bytes that are not valid UTF-8 give 1 and *ch =
 * ESCAPE_INVALID.
 */
#define ESCAPE_INVALID	UINT32_MAX
size_t utf8_decode(const char *text, size_t len, uint32_t *ch);
/* Encodes ch into at most 4 bytes, without NUL; returns how many. */
size_t utf8_encode(uint32_t ch, char out[4]);

/*
 * Columns of a printable character: 1 or 2; 0 when it must be escaped:
 * controls (C0, DEL, C1), invalid, unassigned, combining and direction marks.
 * Does not depend on the locale.
 */
int char_columns(uint32_t ch);

/*
 * Writes text with every character that char_columns() rejects as \n, \t,
 * \xHH (a byte that is no UTF-8, C0, DEL) or \u{H…}; a backslash stays one.
 * With plain, everything behind ASCII is escaped too. Cut at size, always ends
 * in NUL; returns the length that would have been needed, as snprintf.
 */
size_t escape_text(char *out, size_t size, const char *text, int plain);

#endif
