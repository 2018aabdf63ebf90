// SPDX-License-Identifier: GPL-2.0
/*
 * Where the parts of the heap's view stand on a screen of any size, and all
 * that hangs on that and on the cursor: what is scrolled to, the names and the
 * detail that are seen.
 */
#include "tui/view_heap.h"

#include <stdio.h>
#include <string.h>

#include "tui/facts_chunk.h"

#define BESIDE_WIDTH	130	/* columns from which the detail is beside */
#define BESIDE_HEIGHT	16
#define ADDRESS_COLUMNS	14	/* of the map's rows: address, mark, blank */
#define CELL_STEP	8	/* columns of the map are a multiple of it */

bool view_heap_has(const struct heap_view *v, const struct scene *scene,
		   enum heap_pane pane)
{
	const struct heap *heap = view_heap_of(v);

	if (pane == PANE_LOG)
		return scene->lab;
	return pane != PANE_EVENTS || (heap && heap->has_events);
}

/* ---- where things stand ---- */

/* Map above the list; with a lab its log below. */
static void place_left(struct heap_view *v, const struct scene *scene,
		       int width, int height)
{
	bool has_map = heap_panes[v->pane]->has_map;
	bool has_log = scene->lab && v->pane != PANE_LOG && height >= 10 &&
		       !v->side.height;
	int map = 0, log = 0;

	/* Where there is no room for both the log tells more. */
	if (has_map && height >= (scene->lab ? 14 : 10))
		map = height < 14 ? 3 : has_log ? height / 4 : height / 3;
	if (has_log)
		log = height < 16 ? 3 : height / 3;
	if (map)
		v->maps = (struct heap_rect){ 0, 2, width, map };
	v->list.y = 2 + map + !!map;
	v->list.width = width;
	v->list.height = height - map - !!map - log - !!log;
	if (log)
		v->log = (struct heap_rect){ 0, 2 + height - log, width, log };
}

static void place(struct heap_view *v, const struct scene *scene)
{
	const struct heap_rect none = { 0, 0, 0, 0 };
	int width = scene->width, height = scene->height - 2;

	v->maps = v->list = v->side = v->log = none;
	if (v->all_detail) {
		v->side = (struct heap_rect){ 0, 2, width, height };
	} else if (scene->width >= BESIDE_WIDTH &&
		   scene->height >= BESIDE_HEIGHT) {
		int side = width * 3 / 8, log = 0;

		if (scene->lab && v->pane != PANE_LOG)
			log = height / 3;
		v->side = (struct heap_rect){ width - side, 2, side,
					      height - log - !!log };
		if (log)
			v->log = (struct heap_rect){ v->side.x,
				2 + height - log, side, log };
		place_left(v, scene, width - side - 3, height);
	} else if (v->detail) {
		int list = height * 2 / 5;

		v->list = (struct heap_rect){ 0, 2, width, list };
		v->side = (struct heap_rect){ 0, 3 + list, width,
					      height - list - 1 };
	} else {
		place_left(v, scene, width, height);
	}
}

/* Rows of the list below its head. */
uint64_t view_heap_rows(const struct heap_view *v)
{
	return v->list.height > 1 ? v->list.height - 1 : 0;
}

/* ---- what hangs on the cursor and the size ---- */

static void clamp(struct heap_place *place, uint64_t shown)
{
	if (place->cursor >= place->nr)
		place->cursor = place->nr ? place->nr - 1 : 0;
	if (!shown)
		return;
	if (place->cursor < place->top)
		place->top = place->cursor;
	if (place->cursor - place->top >= shown)
		place->top = place->cursor - shown + 1;
	if (place->top + shown > place->nr)
		place->top = place->nr > shown ? place->nr - shown : 0;
}

/* Events and the log are read at their end. */
static void count_rows(struct heap_view *v, const struct scene *scene)
{
	for (int i = 0; i < NR_PANES; i++) {
		struct heap_place *at = &v->places[i];
		uint64_t nr = view_heap_has(v, scene, i) ?
			      heap_panes[i]->nr_rows(v, scene) : 0;
		bool was_last = at->cursor + 1 >= at->nr;

		at->nr = nr;
		if ((i == PANE_EVENTS || i == PANE_LOG) && was_last && nr)
			at->cursor = nr - 1;
	}
}

/*
 * The smallest cells with which all arenas fit in. Mappings have a row each and
 * none of cells, so they do not count; nor is one row too much for an arena.
 */
static uint64_t fitting_cell(struct heap_view *v, int columns, uint64_t shown)
{
	const struct heap *heap = view_heap_of(v);
	uint64_t mappings = 0, cell;

	for (size_t i = 0; i < heap->nr_pieces; i++)
		mappings += heap->pieces[i].arena == HEAP_NONE;
	if (shown < 2 * (heap->nr_pieces - mappings))
		shown = 2 * (heap->nr_pieces - mappings);
	shown += mappings;
	cell = chunk_cell_size(heap, chunk_zoom_for(heap, columns, shown));
	/* Zooms are steps of eight. */
	for (int i = 0; i < 2 && cell > chunk_cell_size(heap, 0); i++) {
		chunk_map_zoom(&v->map, cell / 2, columns);
		if (chunk_map_rows(&v->map) > shown)
			break;
		cell /= 2;
	}
	return cell;
}

/* Is linear in pieces, which can be many: not at each step of the cursor. */
static void zoom_map(struct heap_view *v)
{
	int columns = v->maps.width - ADDRESS_COLUMNS;
	uint64_t shown = v->maps.height, cell;

	if (columns >= CELL_STEP)
		columns -= columns % CELL_STEP;
	if (v->is_zoomed && v->zoomed_scale == v->scale &&
	    v->zoomed_rows == shown && v->map.columns == columns)
		return;
	v->map.letters = v->scale != SCALE_FILL;
	cell = v->scale == SCALE_CLOSE ?
	       chunk_cell_size(view_heap_of(v), 0) :
	       fitting_cell(v, columns, shown);
	chunk_map_zoom(&v->map, cell, columns);
	v->is_zoomed = true;
	v->zoomed_scale = v->scale;
	v->zoomed_rows = shown;
}

static void scroll_map(struct heap_view *v)
{
	uint64_t row, rows, shown = v->maps.height;

	if (!v->has_map || !shown)
		return;
	zoom_map(v);
	rows = chunk_map_rows(&v->map);
	row = chunk_map_row_of(&v->map, v->address, NULL);
	/* With the row that names the piece, where there is room. */
	if (row && row <= v->map_top && shown > 1)
		row--;
	if (row < v->map_top)
		v->map_top = row;
	if (row >= v->map_top + shown)
		v->map_top = row - shown + 1;
	if (v->map_top + shown > rows)
		v->map_top = rows > shown ? rows - shown : 0;
}

/* The log stands in one place at a time: its list, or beside another one. */
static void wrap_log(struct heap_view *v, const struct scene *scene)
{
	int width = v->pane == PANE_LOG ? v->list.width : v->log.width;

	if (scene->log && width)
		log_rows_set(&v->log_rows, scene->log, width, !scene->unicode);
}

/*
 * A lab may not be asked while it is at work: then names stay where rows do,
 * and the next update brings the others.
 */
static void fetch_names(struct heap_view *v, const struct scene *scene)
{
	const struct heap_place *at = &v->places[PANE_CHUNKS];
	const struct heap *heap = view_heap_of(v);

	if (scene->lab_runs && v->names_top == at->top)
		return;
	v->names_top = at->top;
	memset(v->names, 0, sizeof(v->names));
	if (!scene->lab || !scene->lab->name || !heap || scene->lab_runs)
		return;
	for (uint64_t i = 0; i < HEAP_NAMES && at->top + i < at->nr; i++) {
		const struct heap_chunk *chunk =
			&heap->chunks[heap_rows_chunk(&v->rows, at->top + i)];
		const char *name = scene->lab->name(scene->lab->context,
						    heap_mem(heap, chunk));

		if (name)
			snprintf(v->names[i], sizeof(v->names[i]), "%s", name);
	}
}

/* The name of the selected chunk, or NULL. */
const char *view_heap_name(const struct heap_view *v)
{
	const struct heap_place *at = &v->places[PANE_CHUNKS];
	uint64_t row = at->cursor - at->top;

	return row < HEAP_NAMES && *v->names[row] ? v->names[row] : NULL;
}

static void tell_detail(struct heap_view *v, const struct scene *scene)
{
	const struct heap *heap = view_heap_of(v);
	int rows;

	pager_free(v->pager);
	v->pager = NULL;
	if (!v->side.height || !heap || v->chunk >= heap->nr_chunks)
		return;
	v->pager = pager_new(!scene->unicode, FACTS_CHUNK_INDENT);
	facts_chunk(v->pager, scene->snap, &heap->chunks[v->chunk],
		    view_heap_name(v));
	facts_chunk_memory(v->pager, heap, &heap->chunks[v->chunk],
			   v->side.width);
	rows = pager_rows(v->pager, v->side.width) - v->side.height;
	if (v->detail_top > rows)
		v->detail_top = rows;
	if (v->detail_top < 0)
		v->detail_top = 0;
}

void view_heap_settle(struct heap_view *v, struct scene *scene)
{
	if (!view_heap_has(v, scene, v->pane))
		v->pane = PANE_CHUNKS;
	place(v, scene);
	wrap_log(v, scene);
	count_rows(v, scene);
	for (int i = 0; i < NR_PANES; i++)
		clamp(&v->places[i], i == (int)v->pane ? view_heap_rows(v) : 0);
	scroll_map(v);
	fetch_names(v, scene);
	tell_detail(v, scene);
}
