// SPDX-License-Identifier: GPL-2.0
/* Reports a damaged heap; trusts nothing in it. */
#include <stdlib.h>

#include "corrupt.h"
#include "text.h"

enum check_level check_level = CHECK_FAST;
int check_action = 3;

void corrupt(const char *what, const void *mem)
{
	const struct malloc_chunk *chunk =
		(const void *)((const char *)mem - HEADER);
	struct text text = { .fd = 2 };

	if (check_action & 1) {
		text_string(&text, what);
		text_string(&text, ": block ");
		text_hex(&text, (uintptr_t)mem);
		text_string(&text, ", chunk ");
		text_hex(&text, (uintptr_t)chunk);
		text_string(&text, "\n");
		text_flush(&text);
	}
	if (check_action & 2)
		abort();
}
