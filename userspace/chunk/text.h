/* SPDX-License-Identifier: GPL-2.0 */
/* Text to a descriptor without stdio, which would allocate. */
#ifndef VMAVIEW_CHUNK_TEXT_H
#define VMAVIEW_CHUNK_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct text {
	int fd;
	size_t used;
	char bytes[512];
};

void text_string(struct text *text, const char *string);
/* "0x" and lower case digits, no leading zeros. */
void text_hex(struct text *text, uintptr_t value);
/* Right-aligned in width columns. */
void text_number(struct text *text, uintmax_t value, unsigned int width);
void text_flush(struct text *text);

#endif
