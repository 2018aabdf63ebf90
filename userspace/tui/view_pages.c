// SPDX-License-Identifier: GPL-2.0
/*
 * The pages of the selected area as a grid with a cursor, from one page a cell
 * to a GiB a cell: where the cursor is, what is seen, what has to be read.
 */
#include "tui/view_pages.h"

#include <stdio.h>
#include <stdlib.h>

#include "tui/facts_page.h"
#include "tui/place.h"

#define INDENT		11	/* of the panel */
#define PANEL_WIDTH	36	/* at least, beside the grid */
#define PANEL_FROM	120	/* columns from which it stands beside it */

/* Pages are asked for in pieces, so that a heap that grows is still held. */
#define ASK_ALIGN	(2ULL << 20)

static void *pages_open(void)
{
	struct pages *v = calloc(1, sizeof(*v));

	if (v)
		v->vma = -1;
	return v;
}

static void pages_close(void *self)
{
	struct pages *v = self;

	if (!v)
		return;
	pager_free(v->pager);
	free(v);
}

/* ---- where things stand ---- */

static uint64_t visible_cells(const struct pages *v)
{
	return (uint64_t)v->grid.columns * v->cells.height;
}

/* Above and below the grid, or beside it where there is room. */
static void plan(struct pages *v, const struct scene *scene)
{
	int width = scene->width, height = scene->height, room = width, top;
	bool beside = width >= PANEL_FROM;
	/* Digits of the last address, a mark and blanks around it. */
	int digits = v->grid.end >> 48 ? 16 : 12;

	v->brief = height < 12;
	v->lead = digits + (width < 60 ? 2 : 4);
	top = v->brief ? 1 : 2;
	v->legend_y = height >= 9 ? height - 1 : -1;
	v->cells = (struct rect){ v->lead, top, 0,
				  height - top - (v->legend_y >= 0) };
	if (beside)
		room -= PANEL_WIDTH + 3;
	v->grid.columns = 8;
	while (v->grid.columns * 2 <= room - v->lead)
		v->grid.columns *= 2;
	v->cells.width = v->grid.columns;
	if (beside) {
		v->panel.x = v->lead + v->cells.width + 3;
		v->panel.y = top;
		v->panel.width = width - v->panel.x;
		v->panel.height = v->cells.height;
		return;
	}
	/* Below: a line and the panel, which gets what the grid leaves. */
	v->panel.height = v->brief ? 2 : height < 18 ? 5 : 7;
	v->cells.height -= v->panel.height + !v->brief;
	if (v->cells.height < 1)
		v->cells.height = 1;
	v->panel.x = 0;
	v->panel.width = width;
}

/* A grid that needs fewer rows leaves them to the panel below it. */
static void give_rows(struct pages *v)
{
	uint64_t rows = grid_rows(&v->grid);
	int end = v->panel.x ? 0 : v->cells.height + v->panel.height;

	if (!end)
		return;
	if ((uint64_t)v->cells.height > rows)
		v->cells.height = (int)rows;
	v->panel.height = end - v->cells.height;
	v->panel.y = v->cells.y + v->cells.height + !v->brief;
}

/* Zooming out ends where one row holds the area. */
static int widest(const struct pages *v, uint32_t page_size)
{
	return grid_zoom_for(v->grid.start, v->grid.end, page_size,
			     v->grid.columns);
}

static void scroll_to_cursor(struct pages *v)
{
	uint64_t row = grid_index(&v->grid, v->address) / v->grid.columns;
	uint64_t rows = grid_rows(&v->grid);
	uint64_t height = v->cells.height;

	if (row < v->top)
		v->top = row;
	if (row >= v->top + height)
		v->top = row - height + 1;
	if (v->top + height > rows)
		v->top = rows > height ? rows - height : 0;
}

/* ---- following the scene ---- */

/* The area to show; a viewer just started begins with a telling one. */
static const struct vma *find_area(const struct scene *scene)
{
	const struct vma *vma = snapshot_find(scene->snap, scene->address);

	return vma || scene->address ? vma : place_default(scene->snap);
}

static void take_maps(struct pages *v, const struct scene *scene)
{
	const struct page_map *map = scene->snap->pages;

	v->grid.map = map && map->start < v->grid.end &&
		      map->end > v->grid.start ? map : NULL;
	v->grid.before = scene->before ? scene->before->pages : NULL;
	v->has_sum = v->grid.map &&
		     page_map_knows(map, v->grid.start, v->grid.end);
	if (v->has_sum)
		page_map_sum(map, v->grid.start, v->grid.end, &v->sum);
	/* We may have been away: only the next one is what we asked for. */
	if (v->grid.map)
		v->came_without = false;
	else if (v->snap != scene->snap)
		v->came_without = v->snap && v->snap == scene->before;
	v->snap = scene->snap;
}

/* Everything that depends on the cursor, the zoom and the size. */
static void settle(struct pages *v, struct scene *scene)
{
	uint32_t page_size = scene->snap->page_size;

	pager_free(v->pager);
	v->pager = NULL;
	if (v->vma < 0)
		return;
	plan(v, scene);
	if (!v->has_zoom)
		v->zoom = grid_zoom_for(v->grid.start, v->grid.end, page_size,
					visible_cells(v));
	v->grid.cell_size = grid_cell_size(page_size, v->zoom);
	v->grid.letters = v->letters;
	give_rows(v);
	scroll_to_cursor(v);
	v->pager = pager_new(!scene->unicode, INDENT);
	if (!v->zoom) {
		facts_page_brief(v->pager, scene->snap, v->address);
	} else {
		uint64_t i = grid_index(&v->grid, v->address);

		facts_pages_brief(v->pager, scene->snap,
				  grid_cell_start(&v->grid, i),
				  grid_cell_end(&v->grid, i));
	}
}

static void pages_update(void *self, struct scene *scene)
{
	const struct vma *vma = find_area(scene);
	struct pages *v = self;

	if (!vma) {
		v->vma = -1;
		v->snap = NULL;
		v->grid.end = 0;
		settle(v, scene);
		return;
	}
	/* An area that grew is still the same. */
	if (vma->end <= v->grid.start || vma->start >= v->grid.end) {
		v->has_zoom = v->came_without = v->wants_sharers = false;
		v->snap = NULL;
		v->top = 0;
	}
	v->vma = vma - scene->snap->vmas;
	v->grid.start = vma->start;
	v->grid.end = vma->end;
	if (scene->address < vma->start || scene->address >= vma->end)
		scene->address = vma->start;
	if (v->address != scene->address)
		v->wants_sharers = false;
	v->address = scene->address;
	take_maps(v, scene);
	settle(v, scene);
}

static void pages_want(const void *self, const struct scene *scene,
		       struct take *take)
{
	const struct pages *v = self;

	if (v->vma < 0)
		return;
	take->what |= TAKE_PAGES | TAKE_SHARING;
	take->start = v->grid.start & ~(ASK_ALIGN - 1);
	take->end = (v->grid.end + ASK_ALIGN - 1) & ~(ASK_ALIGN - 1);
	if (v->zoom)
		return;
	take->what |= TAKE_ENTRY;
	if (v->wants_sharers)
		take->what |= TAKE_SHARERS;
	take->address = v->address - v->address % scene->snap->page_size;
}

/* ---- requests ---- */

static void go_to_cell(struct pages *v, struct scene *scene, uint64_t index)
{
	scene->address = grid_cell_start(&v->grid, index);
	if (scene->address != v->address)
		v->wants_sharers = false;
	v->address = scene->address;
}

static void move(struct pages *v, struct scene *scene, int64_t by)
{
	int64_t last = (int64_t)grid_cells(&v->grid) - 1;
	int64_t at = (int64_t)grid_index(&v->grid, v->address), to = at + by;
	int columns = v->grid.columns;

	/* A step of rows stays in its column, but for the last, short row. */
	if (to < 0)
		to = by % columns ? 0 : at % columns;
	if (to > last)
		to = at / columns == last / columns && by % columns == 0 ?
		     at : last;
	go_to_cell(v, scene, (uint64_t)to);
}

static bool request_move(struct pages *v, struct scene *scene,
			 enum request request)
{
	int columns = v->grid.columns;

	switch (request) {
	case REQ_LEFT:
		move(v, scene, -1);
		return true;
	case REQ_RIGHT:
		move(v, scene, 1);
		return true;
	case REQ_UP:
		move(v, scene, -columns);
		return true;
	case REQ_DOWN:
		move(v, scene, columns);
		return true;
	case REQ_PAGE_UP:
		move(v, scene, -(int64_t)visible_cells(v));
		return true;
	case REQ_PAGE_DOWN:
		move(v, scene, (int64_t)visible_cells(v));
		return true;
	case REQ_FIRST:
		go_to_cell(v, scene, 0);
		return true;
	case REQ_LAST:
		go_to_cell(v, scene, grid_cells(&v->grid) - 1);
		return true;
	default:
		return false;
	}
}

static void request_zoom(struct pages *v, struct scene *scene, int by)
{
	int zoom = v->zoom + by;

	if (zoom < 0) {
		snprintf(scene->message, sizeof(scene->message),
			 "a cell is one page: there is nothing smaller");
		return;
	}
	if (zoom > widest(v, scene->snap->page_size))
		return;
	v->zoom = zoom;
	v->has_zoom = true;
}

static void request_area(struct pages *v, struct scene *scene, int by)
{
	const struct vma *near = place_nearest(scene->snap, scene->address);
	long at = near ? near - scene->snap->vmas : -1;

	/* From a gap the one below is the previous one already. */
	at += v->vma < 0 && by < 0 ? 0 : by;
	if (at < 0 || at >= (long)scene->snap->nr_vmas) {
		snprintf(scene->message, sizeof(scene->message),
			 "there is no area further on");
		return;
	}
	scene->address = scene->snap->vmas[at].start;
	pages_update(v, scene);
}

static void request_sharers(struct pages *v, struct scene *scene)
{
	if (v->zoom) {
		snprintf(scene->message, sizeof(scene->message),
			 "zoom in to one page first (Enter)");
		return;
	}
	v->wants_sharers = true;
}

static bool pages_request(void *self, struct scene *scene,
			  enum request request)
{
	struct pages *v = self;

	if (request == REQ_PREV_AREA || request == REQ_NEXT_AREA) {
		request_area(v, scene, request == REQ_NEXT_AREA ? 1 : -1);
		return true;
	}
	if (v->vma < 0)
		return false;
	switch (request) {
	case REQ_ENTER:
		request_zoom(v, scene, -1);
		break;
	case REQ_BACK:
		request_zoom(v, scene, 1);
		break;
	case REQ_SCALE:
		v->letters = !v->letters;
		snprintf(scene->message, sizeof(scene->message),
			 "cells of many pages show %s", v->letters ?
			 "their commonest kind" : "how much is mapped");
		break;
	case REQ_SHARERS:
		request_sharers(v, scene);
		break;
	default:
		if (!request_move(v, scene, request))
			return false;
	}
	settle(v, scene);
	return true;
}

const struct view_ops view_pages = {
	.name = "Pages",
	.summary = "the pages of the selected area: state, frame, who shares it",
	.open = pages_open,
	.close = pages_close,
	.update = pages_update,
	.want = pages_want,
	.request = pages_request,
	.draw = view_pages_draw,
};
