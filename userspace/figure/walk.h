/* SPDX-License-Identifier: GPL-2.0 */
/* The way of snap->entry through the page tables. */
#ifndef VMAVIEW_FIGURE_WALK_H
#define VMAVIEW_FIGURE_WALK_H

#include "figure/figure.h"

#define WALK_LAST	(-1)

#define WALK_WIDE	70	/* columns from which addresses of tables fit */
/* Columns of the level's name, and of what is said behind it. */
enum { WALK_NAME_X = 2, WALK_TEXT_X = 7 };

/*
 * figure_walk() with the bits of another entry than the last below it. Marks
 * are the levels, in order; with a height, rows without news are left out
 * where the figure would not fit otherwise.
 */
struct figure *walk_figure(const struct snapshot *snap,
			   const struct figure_params *params, int level);

/* "0x8000??????????67": digits of which some bit is not known are "?". */
void walk_format_raw(char out[24], uint64_t raw, uint64_t mask);

/* The page, or the hole, from row y on. Returns the row behind it. */
int walk_put_end(struct figure *figure, const struct snapshot *snap, int y);

#endif
