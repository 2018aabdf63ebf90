// SPDX-License-Identifier: GPL-2.0
/* The address space as a column, zoomed into as deep as the user likes. */
#include <stdlib.h>

#include "tui/cursor.h"
#include "tui/view.h"

#define MAX_ZOOM	32

struct range {
	uint64_t start, end;
};

struct layout {
	struct figure *figure;		/* NULL: none could be made */
	struct cursor cursor;
	bool to_scale;
	struct range zoom[MAX_ZOOM];	/* the last one is shown */
	int nr_zoom;
	bool is_stale;			/* zoom or scale is another now */
	/* What the figure was made from. */
	const struct snapshot *snap;
	const struct diff *diff;
	int64_t taken_ns;
	int width, height;
};

static void *layout_open(void)
{
	struct layout *v = calloc(1, sizeof(*v));

	if (v)
		v->cursor.selected = -1;
	return v;
}

static void layout_close(void *self)
{
	struct layout *v = self;

	if (!v)
		return;
	figure_free(v->figure);
	free(v);
}

static bool is_current(const struct layout *v, const struct scene *scene)
{
	return v->figure && !v->is_stale && v->snap == scene->snap &&
	       v->diff == scene->diff &&
	       v->taken_ns == scene->snap->from.taken_ns &&
	       v->width == scene->width && v->height == scene->height;
}

/* Another view went where this zoom does not reach: zoom out. */
static void leave_zoom(struct layout *v, const struct scene *scene)
{
	if (scene->address == v->cursor.address)
		return;
	while (v->nr_zoom) {
		const struct range *zoom = &v->zoom[v->nr_zoom - 1];

		if (scene->address >= zoom->start &&
		    scene->address < zoom->end)
			return;
		v->nr_zoom--;
		v->is_stale = true;
	}
}

static void layout_update(void *self, struct scene *scene)
{
	struct layout *v = self;
	struct figure_params params = {
		.width = scene->width, .height = scene->height,
		.to_scale = v->to_scale, .diff = scene->diff,
	};
	struct figure *old = v->figure;

	leave_zoom(v, scene);
	if (v->nr_zoom) {
		params.zoom_start = v->zoom[v->nr_zoom - 1].start;
		params.zoom_end = v->zoom[v->nr_zoom - 1].end;
	}
	if (!is_current(v, scene)) {
		v->figure = figure_layout(scene->snap, &params);
		v->snap = scene->snap;
		v->diff = scene->diff;
		v->taken_ns = scene->snap->from.taken_ns;
		v->width = scene->width;
		v->height = scene->height;
		v->is_stale = false;
	} else {
		old = NULL;
	}
	cursor_follow(&v->cursor, v->figure, scene);
	figure_free(old);
}

static void zoom_in(struct layout *v, struct scene *scene)
{
	const struct figure_mark *mark = cursor_mark(&v->cursor);
	struct range *last = v->nr_zoom ? &v->zoom[v->nr_zoom - 1] : NULL;

	if (!mark || mark->end <= mark->start || v->nr_zoom == MAX_ZOOM ||
	    (last && last->start >= mark->start && last->end <= mark->end)) {
		snprintf(scene->message, sizeof(scene->message),
			 "there is nothing smaller to zoom into");
		return;
	}
	v->zoom[v->nr_zoom++] = (struct range){ mark->start, mark->end };
	v->cursor.top = 0;
	v->is_stale = true;
}

static bool layout_request(void *self, struct scene *scene,
			   enum request request)
{
	struct layout *v = self;

	switch (request) {
	case REQ_ENTER:
		zoom_in(v, scene);
		break;
	case REQ_BACK:
		if (!v->nr_zoom)
			return false;
		v->nr_zoom--;
		v->cursor.top = 0;
		v->is_stale = true;
		break;
	case REQ_SCALE:
		v->to_scale = !v->to_scale;
		v->cursor.top = 0;
		v->is_stale = true;
		break;
	default:
		return cursor_request(&v->cursor, scene, request);
	}
	layout_update(v, scene);
	return true;
}

static void layout_draw(const void *self, const struct scene *scene,
			struct canvas *canvas)
{
	const struct layout *v = self;

	(void)scene;
	cursor_draw(&v->cursor, canvas);
}

const struct view_ops view_layout = {
	.name = "Layout",
	.summary = "the address space: segments, gaps and what is resident",
	.open = layout_open,
	.close = layout_close,
	.update = layout_update,
	.request = layout_request,
	.draw = layout_draw,
};
