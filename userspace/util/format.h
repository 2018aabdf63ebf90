/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers as people read them. */
#ifndef VMAVIEW_UTIL_FORMAT_H
#define VMAVIEW_UTIL_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#define FORMAT_SIZE_MAX	24

/*
 * Bytes in the largest binary unit that keeps three digits, "4.0K" when
 * short_units, else "4.0 KiB"; exact sizes without a fraction: "132 KiB".
 */
const char *format_size(char out[FORMAT_SIZE_MAX], uint64_t bytes,
			int short_units);

/* "1,234,567" */
const char *format_count(char out[32], uint64_t n);

#endif
