// SPDX-License-Identifier: GPL-2.0
#include "tui/cursor.h"

#include <limits.h>

const struct figure_mark *cursor_mark(const struct cursor *cursor)
{
	if (!cursor->figure || cursor->selected < 0 ||
	    (size_t)cursor->selected >= cursor->figure->nr_marks)
		return NULL;
	return &cursor->figure->marks[cursor->selected];
}

static void clip_top(struct cursor *cursor)
{
	int most = cursor->figure->height - cursor->height;

	if (cursor->top > most)
		cursor->top = most;
	if (cursor->top < 0)
		cursor->top = 0;
}

/* Rows to scroll until the mark is seen; below 0: upwards. */
static int rows_to(const struct cursor *cursor, const struct figure_mark *mark)
{
	int bottom = mark->y + mark->height;

	if (mark->y < cursor->top)
		return mark->y - cursor->top;
	if (bottom > cursor->top + cursor->height &&
	    mark->height < cursor->height)
		return bottom - cursor->top - cursor->height;
	if (mark->y >= cursor->top + cursor->height)
		return mark->y - cursor->top - cursor->height + 1;
	return 0;
}

/* The smallest mark around the address: a heading spans its own parts. */
static long mark_at(const struct figure *figure, uint64_t addr)
{
	uint64_t least = UINT64_MAX;
	long found = -1;

	for (size_t i = 0; i < figure->nr_marks; i++) {
		const struct figure_mark *mark = &figure->marks[i];

		if (addr < mark->start || addr >= mark->end ||
		    mark->end - mark->start >= least)
			continue;
		least = mark->end - mark->start;
		found = i;
	}
	return found;
}

void cursor_follow(struct cursor *cursor, const struct figure *figure,
		   const struct scene *scene)
{
	const struct figure_mark *mark = cursor_mark(cursor);
	bool moved = scene->address != cursor->address;
	bool is_heading = false;
	long found;

	if (mark && figure == cursor->figure && !moved) {
		cursor->height = scene->height;
		clip_top(cursor);
		return;
	}
	/* Marks of the old figure are gone: only numbers are taken over. */
	if (!figure || !figure->nr_marks) {
		cursor->figure = figure;
		cursor->selected = -1;
		cursor->top = 0;
		return;
	}
	is_heading = !moved && cursor->selected >= 0 &&
		     (size_t)cursor->selected < figure->nr_marks &&
		     figure->marks[cursor->selected].start == scene->address;
	cursor->figure = figure;
	cursor->height = scene->height;
	cursor->address = scene->address;
	found = is_heading ? cursor->selected :
			     mark_at(figure, scene->address);
	if (found < 0)
		found = 0;
	cursor->selected = found;
	clip_top(cursor);
	if (cursor->is_placed && moved)
		cursor->top += rows_to(cursor, cursor_mark(cursor));
	cursor->is_placed = true;
	clip_top(cursor);
}

static void select_mark(struct cursor *cursor, struct scene *scene, long i)
{
	cursor->selected = i;
	cursor->address = scene->address = cursor->figure->marks[i].start;
}

/*
 * One mark up or down. What lies between marks is scrolled through in steps,
 * so that no part of a figure is jumped over.
 */
static void step(struct cursor *cursor, struct scene *scene, int way)
{
	const struct figure *figure = cursor->figure;
	int away = rows_to(cursor, cursor_mark(cursor));
	int most = cursor->height > 6 ? cursor->height / 3 : 2;
	long next = cursor->selected;

	/* One that is out of sight on the way comes first. */
	if (away * way <= 0)
		next += way;
	if (next < 0 || (size_t)next >= figure->nr_marks) {
		cursor->top += way * most;
		clip_top(cursor);
		return;
	}
	away = rows_to(cursor, &figure->marks[next]);
	if (away * way > most) {
		cursor->top += way * most;
	} else {
		cursor->top += away;
		select_mark(cursor, scene, next);
	}
	clip_top(cursor);
}

/* A page on, and the first or last mark seen there. */
static void page(struct cursor *cursor, struct scene *scene, int way)
{
	const struct figure *figure = cursor->figure;
	int before = cursor->top;

	cursor->top += way * (cursor->height > 1 ? cursor->height - 1 : 1);
	clip_top(cursor);
	if (cursor->top == before) {
		select_mark(cursor, scene, way < 0 ? 0 :
			    (long)figure->nr_marks - 1);
		return;
	}
	for (size_t k = 0; k < figure->nr_marks; k++) {
		size_t i = way > 0 ? k : figure->nr_marks - 1 - k;
		const struct figure_mark *mark = &figure->marks[i];

		if (mark->y >= cursor->top &&
		    mark->y < cursor->top + cursor->height) {
			select_mark(cursor, scene, i);
			return;
		}
	}
}

bool cursor_request(struct cursor *cursor, struct scene *scene,
		    enum request request)
{
	if (!cursor_mark(cursor))
		return false;
	switch (request) {
	case REQ_UP:
		step(cursor, scene, -1);
		return true;
	case REQ_DOWN:
		step(cursor, scene, 1);
		return true;
	case REQ_PAGE_UP:
		page(cursor, scene, -1);
		return true;
	case REQ_PAGE_DOWN:
		page(cursor, scene, 1);
		return true;
	case REQ_FIRST:
		select_mark(cursor, scene, 0);
		cursor->top = 0;
		return true;
	case REQ_LAST:
		select_mark(cursor, scene, cursor->figure->nr_marks - 1);
		cursor->top = INT_MAX / 2;
		clip_top(cursor);
		return true;
	default:
		return false;
	}
}

void cursor_draw(const struct cursor *cursor, struct canvas *canvas)
{
	if (!cursor->figure || cursor->figure->failed) {
		canvas_text(canvas, 0, 0, canvas->width, STYLE_ERROR, 0,
			    "out of memory");
		return;
	}
	figure_draw(cursor->figure, canvas, 0, 0, canvas->width,
		    canvas->height, 0, cursor->top, cursor->selected);
}
