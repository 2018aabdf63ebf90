/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one table of keys. What a key asks for, the help and the bottom line
 * are all read from it, so none of them can lie about the others.
 */
#ifndef VMAVIEW_TUI_KEYS_H
#define VMAVIEW_TUI_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "tui/request.h"

/* A key is a Unicode code point (controls included) or one of these. */
enum key_code {
	KEYCODE_NONE = 0x110000,	/* nothing to read now */
	KEYCODE_EOF,			/* the terminal is gone */
	KEYCODE_UP, KEYCODE_DOWN, KEYCODE_LEFT, KEYCODE_RIGHT,
	KEYCODE_PAGE_UP, KEYCODE_PAGE_DOWN, KEYCODE_HOME, KEYCODE_END,
	KEYCODE_ENTER, KEYCODE_BACKSPACE, KEYCODE_DELETE, KEYCODE_BACKTAB,
	KEYCODE_F1, KEYCODE_F5 = KEYCODE_F1 + 4, KEYCODE_F6,
	KEYCODE_OTHER = KEYCODE_F1 + 64,	/* a key we have no use for */
};

#define KEY_CTRL(c)	((c) & 0x1f)
#define KEY_ESCAPE	0x1b
#define KEY_TAB		'\t'

struct key {
	uint32_t code;
	enum request request;
	const char *name;	/* "PgUp" */
	const char *label;	/* for the bottom line; NULL: not there */
	/* One line; NULL: one more key for the request of the row above. */
	const char *help;
};

extern const struct key keys[];
extern const size_t nr_keys;

/* What the key asks for, REQ_NONE for a key without a meaning. */
enum request key_request(uint32_t code);

#endif
