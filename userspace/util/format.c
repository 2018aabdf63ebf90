// SPDX-License-Identifier: GPL-2.0
/* Numbers as people read them; integers throughout, so nothing drifts. */
#include "util/format.h"

#include <inttypes.h>
#include <stdio.h>

static const char letters[] = "BKMGTPE";

/*
 * A whole number of units has no fraction and is exact: "4 KiB". A fraction,
 * also ".0", says that it was rounded: "4.0 KiB" is not 4096 bytes.
 */
const char *format_size(char out[FORMAT_SIZE_MAX], uint64_t bytes,
			int short_units)
{
	const char *space = short_units ? "" : " ";
	const char *tail = short_units ? "" : "iB";
	uint64_t unit = 1, whole, part, tenths;
	int u = 0;

	while (u < 6 && bytes >> 10 >= unit) {
		unit <<= 10;
		u++;
	}
	whole = bytes / unit;
	part = bytes % unit;
	if (!u) {
		snprintf(out, FORMAT_SIZE_MAX, "%" PRIu64 "%sB", bytes, space);
		return out;
	}
	if (!part) {
		snprintf(out, FORMAT_SIZE_MAX, "%" PRIu64 "%s%c%s", whole,
			 space, letters[u], tail);
		return out;
	}
	/* part is below 2^60, so ten times it still fits. */
	tenths = whole * 10 + (part * 10 + unit / 2) / unit;
	if (tenths >= 10240 - 5 && u < 6) {
		tenths = 10;	/* 1023.6 KiB is 1.0 MiB */
		u++;
	}
	if (tenths < 1000)
		snprintf(out, FORMAT_SIZE_MAX,
			 "%" PRIu64 ".%" PRIu64 "%s%c%s", tenths / 10,
			 tenths % 10, space, letters[u], tail);
	else
		snprintf(out, FORMAT_SIZE_MAX, "%" PRIu64 "%s%c%s",
			 (tenths + 5) / 10, space, letters[u], tail);
	return out;
}

const char *format_count(char out[32], uint64_t n)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, n);
	char *p = out;
	int i;

	for (i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			*p++ = ',';
		*p++ = digits[i];
	}
	*p = '\0';
	return out;
}
