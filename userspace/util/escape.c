// SPDX-License-Identifier: GPL-2.0
/*
 * Text from outside, made harmless. It owns which characters may reach a
 * terminal as they are: those that are known to take one or two columns of
 * their own. It decides by a table and not by wcwidth(), whose answers depend
 * on the locale and on the C library.
 */
#include "util/escape.h"

#include <stdio.h>
#include <string.h>

#include "util/columns.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* Longest unit escape_text() writes: \u{10ffff}. */
#define UNIT_MAX	16

size_t utf8_decode(const char *text, size_t len, uint32_t *ch)
{
	const unsigned char *p = (const unsigned char *)text;
	uint32_t c, least;
	size_t n, i;

	if (p[0] < 0x80) {
		*ch = p[0];
		return 1;
	}
	if ((p[0] & 0xe0) == 0xc0) {
		n = 2;
		c = p[0] & 0x1f;
		least = 0x80;
	} else if ((p[0] & 0xf0) == 0xe0) {
		n = 3;
		c = p[0] & 0x0f;
		least = 0x800;
	} else if ((p[0] & 0xf8) == 0xf0) {
		n = 4;
		c = p[0] & 0x07;
		least = 0x10000;
	} else {
		goto invalid;
	}
	if (n > len)
		goto invalid;
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			goto invalid;
		c = c << 6 | (p[i] & 0x3f);
	}
	/* Longer than needed, a surrogate half, or behind the last plane. */
	if (c < least || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff)
		goto invalid;
	*ch = c;
	return n;

invalid:
	*ch = ESCAPE_INVALID;
	return 1;
}

size_t utf8_encode(uint32_t ch, char out[4])
{
	if (ch < 0x80) {
		out[0] = (char)ch;
		return 1;
	}
	if (ch < 0x800) {
		out[0] = (char)(0xc0 | ch >> 6);
		out[1] = (char)(0x80 | (ch & 0x3f));
		return 2;
	}
	if (ch < 0x10000) {
		out[0] = (char)(0xe0 | ch >> 12);
		out[1] = (char)(0x80 | (ch >> 6 & 0x3f));
		out[2] = (char)(0x80 | (ch & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | (ch >> 18 & 0x07));
	out[1] = (char)(0x80 | (ch >> 12 & 0x3f));
	out[2] = (char)(0x80 | (ch >> 6 & 0x3f));
	out[3] = (char)(0x80 | (ch & 0x3f));
	return 4;
}

int char_columns(uint32_t ch)
{
	size_t low = 0, high = ARRAY_SIZE(ranges);

	if (ch < 0x7f)	/* nearly all of what is ever asked */
		return ch >= 0x20;
	while (low < high) {
		size_t mid = (low + high) / 2;

		if (ch > ranges[mid].last)
			low = mid + 1;
		else if (ch < ranges[mid].first)
			high = mid;
		else
			return ranges[mid].columns;
	}
	return 0;
}

/* Writes one character or one byte as it may be shown; returns its length. */
static size_t write_unit(char unit[UNIT_MAX], uint32_t ch, unsigned char byte,
			 int plain)
{
	if (ch == '\n' || ch == '\t')
		return (size_t)snprintf(unit, UNIT_MAX, "\\%c",
					ch == '\n' ? 'n' : 't');
	if (ch == ESCAPE_INVALID || ch < 0x20 || ch == 0x7f)
		return (size_t)snprintf(unit, UNIT_MAX, "\\x%02x", byte);
	if ((plain && ch > 0x7f) || !char_columns(ch))
		return (size_t)snprintf(unit, UNIT_MAX, "\\u{%x}",
					(unsigned int)ch);
	return utf8_encode(ch, unit);
}

size_t escape_text(char *out, size_t size, const char *text, int plain)
{
	size_t len = strlen(text), used = 0, need = 0;

	while (len) {
		char unit[UNIT_MAX];
		uint32_t ch;
		size_t n = utf8_decode(text, len, &ch);
		size_t m = write_unit(unit, ch, (unsigned char)*text, plain);

		/*
		 * Cut between units: half an escape reads as something else,
		 * half a character would join with what is printed next. Once
		 * something was left out nothing behind it may follow.
		 */
		if (used == need && need + m < size) {
			memcpy(out + used, unit, m);
			used += m;
		}
		need += m;
		text += n;
		len -= n;
	}
	if (size)
		out[used] = '\0';
	return need;
}
