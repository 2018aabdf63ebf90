/* SPDX-License-Identifier: GPL-2.0 */
/* The words of a filter: what all languages behind its prompt share. */
#ifndef VMAVIEW_TUI_TERM_H
#define VMAVIEW_TUI_TERM_H

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"

#define TERMS_MAX	8	/* in one filter */
#define TERM_TEXT	128	/* bytes of a word, with its NUL */

struct term {
	char text[TERM_TEXT];
	size_t len;
	bool negated;		/* an odd number of ! in front */
	bool quoted;		/* "...": to be looked for as it is */
};

/*
 * Takes the next word off *text, of a filter that has nr already. 1; 0 at the
 * end of the text; -1 with *err.
 */
int term_next(const char **text, size_t nr, struct term *term,
	      struct error *err);

#endif
