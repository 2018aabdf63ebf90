// SPDX-License-Identifier: GPL-2.0
/* Draws a whole figure, however high, and prints the canvas. */
#include "export/text.h"

#include <errno.h>

int text_write(const struct figure_info *info, const struct snapshot *snap,
	       const struct figure_params *params, bool unicode, FILE *out)
{
	struct figure *figure = info->make(snap, params);
	struct canvas *canvas = NULL;
	int ret = -1;

	if (!figure || figure->failed)
		goto no_memory;
	canvas = canvas_new(figure->width,
			    figure->height > 0 ? figure->height : 1, unicode);
	if (!canvas)
		goto no_memory;
	figure_draw(figure, canvas, 0, 0, canvas->width, canvas->height, 0, 0,
		    -1);
	ret = canvas_write(canvas, out);
	if (!ret && (fflush(out) || ferror(out)))
		ret = -1;
	goto free_all;

no_memory:
	errno = ENOMEM;
free_all:
	canvas_free(canvas);
	figure_free(figure);
	return ret;
}
