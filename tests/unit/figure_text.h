/* SPDX-License-Identifier: GPL-2.0 */
/* A figure as text, and that against its golden file. */
#ifndef VMAVIEW_TESTS_UNIT_FIGURE_TEXT_H
#define VMAVIEW_TESTS_UNIT_FIGURE_TEXT_H

#include "figure/figure.h"
#include "golden.h"

/* The whole of it; to be freed. */
static inline char *as_text(const struct figure *figure, bool unicode)
{
	int height = figure->height ? figure->height : 1;
	struct canvas *c = canvas_new(figure->width, height, unicode);
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(c);
	assert_non_null(out);
	figure_draw(figure, c, 0, 0, figure->width, height, 0, 0, -1);
	assert_int_equal(canvas_write(c, out), 0);
	fclose(out);
	canvas_free(c);
	return text;
}

static inline void check_figure(const char *name, const char *text)
{
	char file[100];

	snprintf(file, sizeof(file), "figure_%s.txt", name);
	check_golden(file, text);
}

#endif
