/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lines above a view: whose memory this is, from where, how trustworthy,
 * and the tabs.
 */
#ifndef VMAVIEW_TUI_HEAD_H
#define VMAVIEW_TUI_HEAD_H

#include "tui/view.h"

/* How the picture came about; beside what the snapshot says itself. */
struct condition {
	bool paused;
	bool gone;		/* the process has ended */
	bool asking;		/* a take is under way */
	bool blocked;		/* and the kernel makes it wait */
	double waiting;		/* seconds it has taken until now */
	char trouble[300];	/* why there is no newer picture, or "" */
};

/* Seconds after which a take is late. */
#define LATE	1.0

struct tabs {
	const struct view_ops *const *views;
	int nr, current;
};

/* Rows it takes on a screen of this size. */
int head_rows(const struct snapshot *snap, int width, int height);
void head_draw(struct canvas *canvas, int rows, const struct snapshot *snap,
	       const struct condition *condition, const struct tabs *tabs);

/* The useful keys, as many as there is room for. */
void head_draw_keys(struct canvas *canvas, int y);

#endif
