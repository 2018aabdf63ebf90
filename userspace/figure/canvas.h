/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A grid of character cells that figures and views draw on. It knows no
 * terminal: the screen, text export and the tests render it. Drawing outside
 * the grid is clipped. Drawing code always uses the Unicode glyphs; a canvas
 * made for a plain locale turns them into ASCII as they are put.
 */
#ifndef VMAVIEW_FIGURE_CANVAS_H
#define VMAVIEW_FIGURE_CANVAS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "model/snapshot.h"

/* What a cell means; a palette turns it into colours, or into none. */
enum style {
	STYLE_NORMAL,
	STYLE_DIM,		/* gaps, hints, unknown */
	STYLE_TITLE,
	STYLE_HEADER,		/* column heads */
	STYLE_LABEL,		/* names beside a figure */
	STYLE_VALUE,
	STYLE_KEY,		/* a key in the help and the bottom line */
	STYLE_WARN,		/* torn, fallback, unknown */
	STYLE_ERROR,
	STYLE_CHANGED,		/* since the last refresh */
	STYLE_KERNEL,		/* kernel space */
	STYLE_TASK, STYLE_MM, STYLE_VMA, STYLE_FILE, /* boxes of F6 and F7 */
	STYLE_REGION,		/* STYLE_REGION + enum region */
	STYLE_PAGE = STYLE_REGION + REGION_NR,	/* STYLE_PAGE + enum page_kind */
	STYLE_CHUNK = STYLE_PAGE + PAGE_KIND_NR, /* STYLE_CHUNK + enum chunk_state */
	STYLE_NR = STYLE_CHUNK + CHUNK_STATE_NR
};

#define CELL_BOLD	(1U << 0)
#define CELL_REVERSE	(1U << 1)	/* the selection */
#define CELL_WIDE	(1U << 2)	/* first half of a double-width character */
#define CELL_HIDDEN	(1U << 3)	/* second half: nothing to print */

struct cell {
	uint32_t ch;		/* Unicode code point, printable */
	uint8_t style;
	uint8_t attr;		/* CELL_* */
};

struct canvas {
	int width, height;
	bool unicode;
	struct cell *cells;	/* row by row */
};

/* A canvas of blanks; NULL without memory. Both sides at least 1. */
struct canvas *canvas_new(int width, int height, bool unicode);
void canvas_free(struct canvas *canvas);
void canvas_clear(struct canvas *canvas);

static inline const struct cell *canvas_cell(const struct canvas *c, int x, int y)
{
	return &c->cells[y * c->width + x];
}

void canvas_put(struct canvas *c, int x, int y, uint32_t ch, enum style style,
		unsigned int attr);

/*
 * Text that may come from outside: raw bytes, escaped as escape_text() does.
 * At most max columns; longer text ends in "…". Returns columns used.
 */
int canvas_text(struct canvas *c, int x, int y, int max, enum style style,
		unsigned int attr, const char *text);
int canvas_printf(struct canvas *c, int x, int y, int max, enum style style,
		  unsigned int attr, const char *fmt, ...)
	__attribute__((format(printf, 7, 8)));

/* Keeps the end of a text that is too long, "…lib/libc.so.6": for paths. */
int canvas_text_tail(struct canvas *c, int x, int y, int max, enum style style,
		     unsigned int attr, const char *text);

void canvas_hline(struct canvas *c, int x, int y, int width, enum style style);
void canvas_vline(struct canvas *c, int x, int y, int height, enum style style);
/* An empty frame; width and height count the frame itself. */
void canvas_box(struct canvas *c, int x, int y, int width, int height,
		enum style style);
void canvas_fill(struct canvas *c, int x, int y, int width, int height,
		 uint32_t ch, enum style style);
/*
 * A bar of width columns of which fill/full are filled, in eighths of a column
 * where there is Unicode. More than nothing always shows.
 */
void canvas_bar(struct canvas *c, int x, int y, int width, uint64_t fill,
		uint64_t full, enum style style);

/* UTF-8 or ASCII text, blanks at line ends dropped. 0, or -1 with errno. */
int canvas_write(const struct canvas *c, FILE *out);

#endif
