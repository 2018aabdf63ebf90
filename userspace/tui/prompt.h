/* SPDX-License-Identifier: GPL-2.0 */
/* A line that the user types in, UTF-8. */
#ifndef VMAVIEW_TUI_PROMPT_H
#define VMAVIEW_TUI_PROMPT_H

#include "figure/canvas.h"

#define PROMPT_SIZE	128

struct prompt {
	char text[PROMPT_SIZE];	/* always ends in NUL */
	size_t len, cursor;	/* bytes; the cursor is between characters */
};

enum prompt_result { PROMPT_EDITING, PROMPT_DONE, PROMPT_CANCELLED };

/* Begins with text, the cursor behind it. */
void prompt_start(struct prompt *prompt, const char *text);
enum prompt_result prompt_key(struct prompt *prompt, uint32_t key);
/*
 * Puts text in place of what is between byte from and the cursor, which goes
 * behind it. Nothing happens where there is no room; what is not printable is
 * left out.
 */
void prompt_replace(struct prompt *prompt, size_t from, const char *text);
/* Draws on one row and returns the column of the cursor. */
int prompt_draw(const struct prompt *prompt, struct canvas *canvas, int y,
		const char *label);

#endif
