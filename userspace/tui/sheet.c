// SPDX-License-Identifier: GPL-2.0
/* See sheet.h. */
#include "tui/sheet.h"

#include <string.h>

void sheet_init(struct sheet *sheet)
{
	memset(sheet, 0, sizeof(*sheet));
	sheet->cursor.selected = -1;
}

void sheet_free(struct sheet *sheet)
{
	figure_free(sheet->figure);
}

/* A snapshot's place in memory may be another one's by now. */
static bool is_current(const struct sheet *sheet, const struct scene *scene)
{
	return sheet->figure && sheet->snap == scene->snap &&
	       sheet->diff == scene->diff &&
	       sheet->taken_ns == scene->snap->from.taken_ns &&
	       sheet->width == scene->width;
}

void sheet_update(struct sheet *sheet, struct scene *scene,
		  struct figure *(*make)(const struct snapshot *,
					 const struct figure_params *))
{
	const struct figure_params params = {
		.width = scene->width, .height = scene->height,
		.diff = scene->diff,
	};
	struct figure *old = NULL;

	if (!is_current(sheet, scene)) {
		old = sheet->figure;
		sheet->figure = make(scene->snap, &params);
		sheet->snap = scene->snap;
		sheet->diff = scene->diff;
		sheet->taken_ns = scene->snap->from.taken_ns;
		sheet->width = scene->width;
	}
	/* the cursor goes by the old figure's marks to the new one's */
	cursor_follow(&sheet->cursor, sheet->figure, scene);
	figure_free(old);
}
