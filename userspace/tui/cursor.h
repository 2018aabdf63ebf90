/* SPDX-License-Identifier: GPL-2.0 */
/* The cursor of a view that shows a figure: which mark, and what is seen. */
#ifndef VMAVIEW_TUI_CURSOR_H
#define VMAVIEW_TUI_CURSOR_H

#include "figure/figure.h"
#include "tui/view.h"

struct cursor {
	const struct figure *figure;	/* the view's, may be NULL */
	long selected;			/* mark, or -1: there is none */
	int top;			/* first row seen */
	int height;			/* rows seen */
	uint64_t address;		/* the scene's, as last seen */
	bool is_placed;			/* it has shown a figure before */
};

/*
 * A new figure, or another address in the scene: the mark at that address is
 * selected. It is scrolled into view unless this is the first figure.
 */
void cursor_follow(struct cursor *cursor, const struct figure *figure,
		   const struct scene *scene);

/* Moves, and moves the scene's address along; false: no request of its. */
bool cursor_request(struct cursor *cursor, struct scene *scene,
		    enum request request);

/* The part of the figure that is seen, or that memory ran out. */
void cursor_draw(const struct cursor *cursor, struct canvas *canvas);

const struct figure_mark *cursor_mark(const struct cursor *cursor);

#endif
