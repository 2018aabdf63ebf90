// SPDX-License-Identifier: GPL-2.0
/* Breaking lines at blanks. */
#include "util/wrap.h"

#include <stdint.h>
#include <string.h>

#include "util/escape.h"

int wrap_columns(const char *text)
{
	size_t len = strlen(text);
	uint32_t ch;
	int n = 0;

	while (len > 0) {
		size_t bytes = utf8_decode(text, len, &ch);

		n += ch == ESCAPE_INVALID ? 1 : char_columns(ch);
		text += bytes;
		len -= bytes;
	}
	return n;
}

size_t wrap_bytes(const char *text, int room)
{
	size_t len = strlen(text), at = 0, blank = 0;
	int used = 0;
	uint32_t ch;

	while (at < len) {
		size_t bytes = utf8_decode(text + at, len - at, &ch);
		int wide = ch == ESCAPE_INVALID ? 1 : char_columns(ch);

		if (used + wide > room)
			return blank ? blank : at ? at : bytes;
		if (ch == ' ')
			blank = at + 1;
		used += wide;
		at += bytes;
	}
	return len;
}
