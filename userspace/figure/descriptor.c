// SPDX-License-Identifier: GPL-2.0
/*
 * The process as the kernel describes it: task_struct, the mm_struct it points
 * to with every field that is known, and below them the areas.
 */
#include "figure/descriptor.h"

#include <inttypes.h>
#include <string.h>

#include "util/format.h"

static int put_task(struct figure *figure, const struct snapshot *snap, int y)
{
	const struct task *task = &snap->task;
	int width = figure->width, x = 2;
	char threads[16] = "?";

	if (task->threads)
		snprintf(threads, sizeof(threads), "%u", task->threads);
	figure_add(figure, FIGURE_BOX, 0, y, width, width < 60 ? 4 : 3,
		   STYLE_TASK);
	figure_text(figure, 2, y, width - 4, STYLE_TASK, " task_struct ");
	y++;
	figure_text(figure, x, y, width - 4, STYLE_NORMAL,
		    "%s  pid %d  threads %s", task->comm, (int)task->tgid,
		    threads);
	if (width < 60)
		y++;
	else
		x = 42;
	figure_text(figure, x, y, 4, STYLE_LABEL, "exe");
	figure_text(figure, x + 4, y, width - x - 6, STYLE_NORMAL, "%s",
		    task->exe ? task->exe : "?");
	if (!figure->failed)
		figure->items[figure->nr_items - 1].reverse = true;
	return y + 2;
}

/* From the task's box into the top line of the box below it. */
static void put_task_arrow(struct figure *figure, int y)
{
	figure_text(figure, 6, y - 1, 1, STYLE_TASK, "┬");
	figure_text(figure, 6, y, 1, STYLE_TASK, "▼");
	figure_text(figure, 8, y, 4, STYLE_LABEL, " mm ");
}

/* Fields that have an arrow are drawn by descriptor_put_pointers(). */
static bool is_pointer(enum mm_field f)
{
	return f <= MM_MMAP_BASE;
}

static void put_value(struct figure *figure, int x, int y, int width,
		      const struct snapshot *snap, enum mm_field f,
		      bool changed)
{
	enum style style = changed ? STYLE_CHANGED : STYLE_VALUE;
	uint64_t v = snap->mm.v[f];
	char size[FORMAT_SIZE_MAX], count[32];

	if (!mm_has(&snap->mm, f)) {
		figure_text(figure, x, y, width, STYLE_DIM, "?");
		return;
	}
	switch (mm_fields[f].unit) {
	case MM_ADDRESS:
		figure_text(figure, x, y, width, style, "0x%" PRIx64 "%s", v,
			    changed ? "*" : "");
		break;
	case MM_PAGES:
		format_count(count, v);
		if (!v || !snap->page_size || width < 20)
			figure_text(figure, x, y, width, style, "%s%s%s",
				    v && snap->page_size ?
				    format_size(size, v * snap->page_size,
						true) : count,
				    v && snap->page_size ? "" : " pages",
				    changed ? "*" : "");
		else
			figure_text(figure, x, y, width, style,
				    "%s pages, %s%s", count,
				    format_size(size, v * snap->page_size,
						true),
				    changed ? "*" : "");
		break;
	case MM_BYTES:
		figure_text(figure, x, y, width, style, "%s%s",
			    format_size(size, v, false), changed ? "*" : "");
		break;
	case MM_COUNT:
		figure_text(figure, x, y, width, style, "%s%s",
			    format_count(count, v), changed ? "*" : "");
		break;
	case MM_BOOL:
		figure_text(figure, x, y, width, style, "%s%s",
			    v ? "yes" : "no", changed ? "*" : "");
		break;
	}
}

/* The fields without an arrow, column by column. */
static int put_fields(struct figure *figure, const struct snapshot *snap,
		      const struct figure_params *params, int y)
{
	int columns = figure->width < 60 ? 1 : figure->width < 120 ? 2 : 4;
	int width = (figure->width - 4) / columns;
	int nr = MM_NR - (MM_MMAP_BASE + 1), rows, i = 0;
	const struct diff *diff = params->diff;

	rows = (nr + columns - 1) / columns;
	figure_add(figure, FIGURE_BOX, 0, y, figure->width, rows + 2,
		   STYLE_MM);
	for (int f = 0; f < MM_NR; f++) {
		int x = 2 + i / rows * width, row = y + 1 + i % rows;

		if (is_pointer(f))
			continue;
		figure_text(figure, x, row, 14, STYLE_LABEL, "%s",
			    mm_fields[f].name);
		put_value(figure, x + 15, row, width - 16, snap, f,
			  diff && diff->mm_changed >> f & 1);
		i++;
	}
	return y + rows + 2;
}

struct figure *figure_descriptor(const struct snapshot *snap,
				 const struct figure_params *given)
{
	struct figure_params params = *given;
	struct figure *figure;
	int y = 0, mm_y;

	if (params.width < 40)
		params.width = 40;
	figure = figure_new(params.width);
	if (!figure)
		return NULL;
	if (!snap->from.coherent)
		figure_text(figure, 0, y++, params.width, STYLE_WARN, "%s",
			    "torn: the process changed while it was read");
	mm_y = put_task(figure, snap, y);
	y = descriptor_put_pointers(figure, snap, &params, mm_y);
	put_task_arrow(figure, mm_y);
	y = put_fields(figure, snap, &params, y - 1);
	descriptor_put_areas(figure, snap, &params, y);
	figure_finish(figure);
	return figure;
}
