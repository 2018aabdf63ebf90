/* SPDX-License-Identifier: GPL-2.0 */
/* A long figure of the whole picture that is scrolled: what such views are. */
#ifndef VMAVIEW_TUI_SHEET_H
#define VMAVIEW_TUI_SHEET_H

#include "figure/figure.h"
#include "tui/cursor.h"
#include "tui/view.h"

struct sheet {
	struct figure *figure;		/* NULL: none could be made */
	struct cursor cursor;
	/* What the figure was made from. */
	const struct snapshot *snap;
	const struct diff *diff;
	int64_t taken_ns;
	int width;
};

void sheet_init(struct sheet *sheet);
void sheet_free(struct sheet *sheet);

/* Makes the figure anew when the scene is another one than it was made from. */
void sheet_update(struct sheet *sheet, struct scene *scene,
		  struct figure *(*make)(const struct snapshot *,
					 const struct figure_params *));

#endif
