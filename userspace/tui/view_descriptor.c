// SPDX-License-Identifier: GPL-2.0
/* The task, its memory descriptor and the areas, as one long figure. */
#include <stdlib.h>

#include "tui/sheet.h"
#include "tui/view.h"

static void *descriptor_open(void)
{
	struct sheet *sheet = malloc(sizeof(*sheet));

	if (sheet)
		sheet_init(sheet);
	return sheet;
}

static void descriptor_close(void *self)
{
	if (self)
		sheet_free(self);
	free(self);
}

static void descriptor_update(void *self, struct scene *scene)
{
	sheet_update(self, scene, figure_descriptor);
}

static bool descriptor_request(void *self, struct scene *scene,
			       enum request request)
{
	struct sheet *sheet = self;

	return cursor_request(&sheet->cursor, scene, request);
}

static void descriptor_draw(const void *self, const struct scene *scene,
			    struct canvas *canvas)
{
	const struct sheet *sheet = self;

	(void)scene;
	cursor_draw(&sheet->cursor, canvas);
}

const struct view_ops view_descriptor = {
	.name = "Descriptor",
	.summary = "task_struct, mm_struct and every vm_area_struct",
	.open = descriptor_open,
	.close = descriptor_close,
	.update = descriptor_update,
	.request = descriptor_request,
	.draw = descriptor_draw,
};
