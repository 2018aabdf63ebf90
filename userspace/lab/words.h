/* SPDX-License-Identifier: GPL-2.0 */
/* A line of a lab as words, and what words may mean. */
#ifndef VMAVIEW_LAB_WORDS_H
#define VMAVIEW_LAB_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lab/block.h"
#include "util/error.h"

#define WORDS_LINE	1000	/* bytes of a line, with the NUL */
#define WORDS_MAX	16
#define NAME_MAX_CHARS	24	/* of a name without its index */

struct words {
	char text[WORDS_LINE];	/* the line, cut by NULs */
	char *word[WORDS_MAX];
	size_t at[WORDS_MAX];	/* where each begins in the line */
	unsigned int nr;
	bool more;		/* there are words behind the last one */
};

/*
 * Cuts a line at blanks; '#' at the start of a word ends it. -1 with *err: it
 * is too long.
 */
int words_cut(struct words *words, const char *line, struct error *err);

/* "4096", "0x1000", "4k". False: no number, or above 2^64 - 1. */
bool words_number(const char *word, uint64_t *value);

/* Can this be the name of a block, without an index? */
bool words_is_name(const char *word);
/*
 * The name that a word stands for in round i of a repeat (0: in none): "a",
 * "a[7]", "a[i]", "a[2i-1]". -1 with *err.
 */
int words_name(const char *word, uint64_t i, char name[BLOCK_NAME],
	       struct error *err);

#endif
