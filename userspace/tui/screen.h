/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The terminal: puts canvases on it, reads keys from it, gives it back as it
 * was. There is one, so there is no handle. The only user of ncurses.
 */
#ifndef VMAVIEW_TUI_SCREEN_H
#define VMAVIEW_TUI_SCREEN_H

#include <stdbool.h>

#include "figure/canvas.h"
#include "tui/app.h"
#include "util/error.h"

/* Can the terminal on descriptors 0 and 1 carry pictures? 0, or -1 with *err. */
int screen_check(struct error *err);
/* Takes it. 0, or -1 with *err. */
int screen_open(enum color_choice color, struct error *err);
/* Gives it back. Harmless when it is not open. */
void screen_close(void);

/* Gives the terminal back for a while, and takes it again. */
void screen_leave(void);
void screen_enter(void);

/* The locale can show Unicode. */
bool screen_has_unicode(void);

/* The size of the terminal as it is now; both sides at least 1. */
void screen_size(int *width, int *height);

/*
 * Shows a canvas, which has the size of the screen, with the cursor at
 * cursor_x, cursor_y; cursor_x < 0: no cursor.
 */
void screen_put(const struct canvas *canvas, int cursor_x, int cursor_y);
/* What is on the terminal can't be trusted: the next put draws all of it. */
void screen_forget(void);

/* The descriptor to poll for keys. */
int screen_fd(void);
/* The next key as in keys.h; KEYCODE_NONE when there is none. Never waits. */
uint32_t screen_key(void);

/* The next palette; returns its name, or why there is no other. */
const char *screen_next_palette(void);

#endif
