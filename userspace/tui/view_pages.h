/* SPDX-License-Identifier: GPL-2.0 */
/* The view of pages, shared by what moves it and what draws it. */
#ifndef VMAVIEW_TUI_VIEW_PAGES_H
#define VMAVIEW_TUI_VIEW_PAGES_H

#include "figure/grid.h"
#include "tui/pager.h"
#include "tui/view.h"

struct rect {
	int x, y, width, height;
};

struct pages {
	struct grid grid;	/* of the area, if there is one */
	long vma;		/* its index, or -1 */
	uint64_t address;	/* of the cursor, in the area */
	int zoom;
	bool has_zoom;		/* chosen by the user; else what fits */
	uint64_t top;		/* first row seen */
	bool letters;
	bool wants_sharers;	/* of the page at the cursor */
	bool came_without;	/* the picture we asked for has no pages */
	struct page_sum sum;	/* of the area, if all of it is known */
	bool has_sum;
	/* Where things stand. */
	int lead;		/* columns of the addresses */
	bool brief;		/* one row of head */
	struct rect cells, panel;
	int legend_y;		/* -1: not shown */
	struct pager *pager;	/* what the panel says */
	const struct snapshot *snap;
};

void view_pages_draw(const void *self, const struct scene *scene,
		     struct canvas *canvas);

#endif
