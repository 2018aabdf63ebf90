// SPDX-License-Identifier: GPL-2.0
/*
 * Lists of the heap's view: sizes, events, and the log of a lab; and the table
 * of all lists.
 */
#include "tui/view_heap.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/format.h"

/* ---- sizes ---- */

/* The classes from the first to the last that has chunks. */
static void find_classes(const struct heap_view *v, int *first, int *last)
{
	*first = HEAP_CLASSES;
	*last = -1;
	for (int i = 0; i < HEAP_CLASSES; i++) {
		const struct heap_class *class = &v->rows.classes[i];

		if (!class->nr_used && !class->nr_free)
			continue;
		if (*first > i)
			*first = i;
		*last = i;
	}
}

static uint64_t nr_sizes(const struct heap_view *v, const struct scene *scene)
{
	int first, last;

	(void)scene;
	find_classes(v, &first, &last);
	return last < 0 ? 0 : last - first + 1;
}

static void draw_sizes_head(const struct heap_view *v, struct canvas *c,
			    const struct heap_rect *at)
{
	(void)v;
	canvas_text(c, at->x, at->y, at->width, STYLE_HEADER, 0,
		    at->width < HEAP_NARROW ?
		    "from size  used   bytes  free   bytes" :
		    "from size      used   bytes  used, by bytes        free   bytes  free, by bytes");
}

static void draw_class(const struct heap_view *v, const struct scene *scene,
		       struct canvas *c, const struct heap_rect *at,
		       uint64_t row, unsigned int attr)
{
	char from[FORMAT_SIZE_MAX], used[FORMAT_SIZE_MAX];
	char free[FORMAT_SIZE_MAX], nr_used[32], nr_free[32];
	bool narrow = at->width < HEAP_NARROW;
	const struct heap_class *class;
	uint64_t most = 1;
	int first, last, bar = (at->width - 50) / 2;

	(void)scene;
	find_classes(v, &first, &last);
	for (int i = first; i <= last; i++) {
		class = &v->rows.classes[i];
		if (class->used > most)
			most = class->used;
		if (class->free > most)
			most = class->free;
	}
	class = &v->rows.classes[first + (int)row];
	format_count(nr_used, class->nr_used);
	format_count(nr_free, class->nr_free);
	format_size(used, class->used, 1);
	format_size(free, class->free, 1);
	format_size(from, 1ULL << (first + (int)row), 1);
	if (narrow) {
		canvas_printf(c, at->x, at->y, at->width, STYLE_VALUE, attr,
			      "%8s %6s %7s %6s %7s", from, nr_used, used,
			      nr_free, free);
		return;
	}
	canvas_printf(c, at->x, at->y, 28, STYLE_VALUE, attr,
		      "%9s %9s %7s", from, nr_used, used);
	canvas_bar(c, at->x + 29, at->y, bar, class->used, most,
		   STYLE_CHUNK + CHUNK_USED);
	canvas_printf(c, at->x + 29 + bar, at->y, 20, STYLE_VALUE, attr,
		      "%10s %7s", nr_free, free);
	canvas_bar(c, at->x + 49 + bar, at->y, bar, class->free, most,
		   STYLE_CHUNK + CHUNK_FREE);
}

static uint64_t no_address(const struct heap_view *v,
			   const struct scene *scene, uint64_t row)
{
	(void)v;
	(void)scene;
	(void)row;
	return 0;
}

static const struct heap_pane_ops sizes = {
	.name = "Sizes",
	.nr_rows = nr_sizes,
	.draw_head = draw_sizes_head,
	.draw_row = draw_class,
	.address = no_address,
};

/* ---- events ---- */

static uint64_t nr_events(const struct heap_view *v, const struct scene *scene)
{
	(void)scene;
	return view_heap_of(v) ? view_heap_of(v)->nr_events : 0;
}

static void draw_events_head(const struct heap_view *v, struct canvas *c,
			     const struct heap_rect *at)
{
	const struct heap *heap = view_heap_of(v);
	char lost[32];
	int x = at->x;

	x += canvas_text(c, x, at->y, at->width, STYLE_HEADER, 0,
			 at->width < HEAP_NARROW ? "event       address    size" :
			 " number    since thread event     address                size");
	if (heap && heap->lost_events)
		canvas_printf(c, x + 2, at->y, at->x + at->width - x - 2,
			      STYLE_WARN, 0, "%s lost before",
			      format_count(lost, heap->lost_events));
	else if (at->width >= HEAP_NARROW)
		canvas_text(c, x + 2, at->y, at->x + at->width - x - 2,
			    STYLE_HEADER, 0, "what");
}

/* Since the event before it, in whole microseconds. */
static void format_since(char out[24], const struct heap *heap, uint64_t row)
{
	uint64_t time = heap->events[row].time;

	if (row && time >= heap->events[row - 1].time)
		snprintf(out, 24, "%.0fus",
			 (double)(time - heap->events[row - 1].time) / 1e3);
	else
		strcpy(out, "-");
}

static void draw_event(const struct heap_view *v, const struct scene *scene,
		       struct canvas *c, const struct heap_rect *at,
		       uint64_t row, unsigned int attr)
{
	const struct heap *heap = view_heap_of(v);
	const struct heap_event *event = &heap->events[row];
	const struct heap_event_info *info = event->kind < nr_heap_events ?
					     &heap_events[event->kind] : NULL;
	int x = at->x, end = at->x + at->width;
	char since[24];

	(void)scene;
	if (at->width >= HEAP_NARROW) {
		format_since(since, heap, row);
		x += canvas_printf(c, x, at->y, 24, STYLE_DIM, attr,
				   "%7" PRIu64 " %8s %6" PRIu32 " ",
				   event->number, since, event->tid);
	}
	canvas_text(c, x, at->y, 9, STYLE_TITLE, attr, info ? info->name :
		    "?");
	x += at->width < HEAP_NARROW ? 9 : 10;
	canvas_printf(c, x, at->y, end - x, STYLE_LABEL, attr, "0x%-14" PRIx64
		      " ", event->address);
	x += at->width < HEAP_NARROW ? 15 : 16;
	canvas_printf(c, x, at->y, end - x, STYLE_VALUE, attr, "%11" PRId64,
		      event->size);
	x += 13;
	if (info && x < end)
		canvas_text(c, x, at->y, end - x, STYLE_DIM, attr,
			    info->meaning);
}

static uint64_t event_address(const struct heap_view *v,
			      const struct scene *scene, uint64_t row)
{
	(void)scene;
	return view_heap_of(v)->events[row].address;
}

static const struct heap_pane_ops events = {
	.name = "Events",
	.nr_rows = nr_events,
	.draw_head = draw_events_head,
	.draw_row = draw_event,
	.address = event_address,
};

/* ---- the log of a lab ---- */

static uint64_t nr_lines(const struct heap_view *v, const struct scene *scene)
{
	(void)scene;
	return v->log_rows.nr;
}

static void draw_log_head(const struct heap_view *v, struct canvas *c,
			  const struct heap_rect *at)
{
	(void)v;
	canvas_text(c, at->x, at->y, at->width, STYLE_HEADER, 0,
		    "what commands did  (: types one)");
}

static void draw_line(const struct heap_view *v, const struct scene *scene,
		      struct canvas *c, const struct heap_rect *at,
		      uint64_t row, unsigned int attr)
{
	const struct log_row *line = &v->log_rows.rows[row];

	(void)scene;
	/* An empty one is selected all the same. */
	canvas_text(c, at->x, at->y, at->width, line->style, attr,
		    *line->text ? line->text : " ");
}

static const struct heap_pane_ops lines = {
	.name = "Log",
	.nr_rows = nr_lines,
	.draw_head = draw_log_head,
	.draw_row = draw_line,
	.address = no_address,
};

const struct heap_pane_ops *const heap_panes[NR_PANES] = {
	[PANE_CHUNKS] = &heap_chunks,
	[PANE_BINS] = &heap_bins,
	[PANE_ARENAS] = &heap_arenas,
	[PANE_SIZES] = &sizes,
	[PANE_EVENTS] = &events,
	[PANE_LOG] = &lines,
};
