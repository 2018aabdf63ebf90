// SPDX-License-Identifier: GPL-2.0
/*
 * The head of the heap's view, its map, the list that is chosen, and the log of
 * a lab. Drawing costs what is seen, whatever the size of the heap.
 */
#include "tui/view_heap.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tui/facts_chunk.h"
#include "util/format.h"

#define WIDE	100	/* columns from which the head is told in full */

/* ---- the head ---- */

/* Whose heap, how much of what, and how it was read. */
static void draw_head(const struct heap *heap, struct canvas *c)
{
	char used[FORMAT_SIZE_MAX], free[FORMAT_SIZE_MAX];
	char cached[FORMAT_SIZE_MAX], mapped[FORMAT_SIZE_MAX];
	const struct heap_totals *t = &heap->totals;
	char right[64], count[32];
	int x = 0, len;

	if (!heap->coherent)
		snprintf(right, sizeof(right), "torn or broken: i");
	else if (heap->stopped)
		snprintf(right, sizeof(right), "stopped %s us",
			 format_count(count, (heap->pause_ns + 500) / 1000));
	else
		snprintf(right, sizeof(right), "not stopped");
	len = (int)strlen(right);
	canvas_text(c, c->width - len, 0, len, heap->coherent ? STYLE_DIM :
		    STYLE_WARN, 0, right);
	len = c->width - len - 1;
	/* Without its profile where there is little room. */
	x += canvas_printf(c, x, 0, len, STYLE_LABEL, 0, "%.*s  ",
			   c->width < WIDE ?
			   (int)strcspn(heap->allocator, ",") :
			   (int)sizeof(heap->allocator), heap->allocator);
	x += canvas_printf(c, x, 0, len - x, STYLE_TITLE, 0, "used %s",
			   format_size(used, t->used, 1));
	canvas_printf(c, x, 0, len - x, STYLE_NORMAL, 0,
		      "  free %s  cached %s  mapped %s  %zu arena%s",
		      format_size(free, t->fordblks, 1),
		      format_size(cached, t->cached, 1),
		      format_size(mapped, t->hblkhd, 1), heap->nr_arenas,
		      heap->nr_arenas == 1 ? "" : "s");
}

/* What stands at the right of the tabs: how much is listed, what changed. */
static void format_listed(const struct heap_view *v, const struct scene *scene,
			  char *out, size_t size)
{
	char nr[32], all[32], bytes[FORMAT_SIZE_MAX];
	const struct heap_rows *rows = &v->rows;
	size_t len;

	if (v->pane != PANE_CHUNKS) {
		snprintf(out, size, "%s rows",
			 format_count(nr, v->places[v->pane].nr));
		return;
	}
	format_count(nr, rows->nr);
	format_size(bytes, rows->bytes, 1);
	if (rows->failed)
		snprintf(out, size, "out of memory");
	else if (*scene->filter)
		snprintf(out, size, "%s of %s match, %s", nr,
			 format_count(all, rows->heap->nr_chunks), bytes);
	else
		snprintf(out, size, "%s chunks, %s", nr, bytes);
	len = strlen(out);
	if (rows->nr_new + rows->nr_changed + rows->nr_gone)
		snprintf(out + len, size - len, "  +%zu *%zu -%zu",
			 rows->nr_new, rows->nr_changed, rows->nr_gone);
}

static void draw_tabs(const struct heap_view *v, const struct scene *scene,
		      struct canvas *c)
{
	int x = 0, len;
	char right[120];

	for (int i = 0; i < NR_PANES; i++) {
		bool current = i == (int)v->pane;

		if (!view_heap_has(v, scene, i))
			continue;
		x += canvas_printf(c, x, 1, c->width - x, current ?
				   STYLE_TITLE : STYLE_DIM, current ?
				   CELL_REVERSE : 0, "%s%s%s",
				   current ? "[" : " ", heap_panes[i]->name,
				   current ? "]" : " ");
	}
	format_listed(v, scene, right, sizeof(right));
	len = (int)strlen(right);
	if (x + 2 + len > c->width)
		len = c->width - x - 2;
	if (len > 8)
		canvas_text(c, c->width - len, 1, len, STYLE_LABEL, 0, right);
}

/* ---- the map ---- */

static void draw_piece(const struct heap_view *v, struct canvas *c, int y,
		       const struct chunk_row *row)
{
	const struct heap *heap = view_heap_of(v);
	const struct heap_piece *piece = &heap->pieces[row->piece];
	bool is_mapping = piece->arena >= heap->nr_arenas;
	bool here = v->address >= piece->start && v->address < piece->end;
	char owner[32], size[FORMAT_SIZE_MAX];
	int x = 0, width = v->maps.width;

	if (is_mapping) {
		canvas_put(c, 0, y, chunk_states[CHUNK_MMAPPED].glyph,
			   STYLE_CHUNK + CHUNK_MMAPPED, CELL_BOLD);
		x = 2;
	}
	x += canvas_printf(c, x, y, width - x, is_mapping ?
			   STYLE_CHUNK + CHUNK_MMAPPED : STYLE_TITLE,
			   is_mapping && here ? CELL_REVERSE : 0,
			   "%s  0x%" PRIx64 " - 0x%" PRIx64 "  %s",
			   facts_owner(heap, piece->arena, owner),
			   piece->start, piece->end,
			   format_size(size, piece->end - piece->start, 0));
	if (piece->broken)
		canvas_printf(c, x + 2, y, width - x - 2, STYLE_ERROR, 0,
			      "broken at 0x%" PRIx64 ": %s", piece->broken,
			      piece->why);
}

static void draw_cells(const struct heap_view *v, struct canvas *c, int y,
		       const struct chunk_row *row)
{
	const struct heap *heap = view_heap_of(v);
	uint64_t cell = v->map.cell_size, at = row->start & ~(cell - 1);
	const struct heap_chunk *chunk = v->chunk < heap->nr_chunks ?
					 &heap->chunks[v->chunk] : NULL;
	int left = v->maps.width - v->map.columns;

	canvas_printf(c, 0, y, left - 1, STYLE_LABEL, 0, "%" PRIx64,
		      row->start);
	if (heap_rows_changed(&v->rows, row->start, row->end))
		canvas_put(c, left - 1, y, '*', STYLE_CHANGED, 0);
	for (int i = 0; i < row->nr_cells; i++, at += cell) {
		struct chunk_cell what = chunk_map_cell(&v->map, row, i);
		unsigned int attr = 0;

		if (chunk && chunk->address < at + cell &&
		    at < chunk->address + chunk->size)
			attr |= CELL_REVERSE;
		if (heap_rows_changed(&v->rows, at, at + cell))
			attr |= CELL_BOLD;
		canvas_put(c, left + i, y, what.glyph, what.style, attr);
	}
}

/* Which letter is which state, and how much a cell is, on a line below. */
static void draw_legend(const struct heap_view *v, struct canvas *c)
{
	int x = 1, y = v->maps.y + v->maps.height, width = v->maps.width;
	char cell[FORMAT_SIZE_MAX];

	canvas_hline(c, 0, y, width, STYLE_DIM);
	for (int i = 0; i < CHUNK_STATE_NR; i++) {
		int len = (int)strlen(chunk_states[i].name) + 4;

		if (x + len > width)
			break;
		canvas_put(c, x, y, ' ', STYLE_DIM, 0);
		canvas_put(c, x + 1, y, chunk_states[i].glyph, STYLE_CHUNK + i,
			   CELL_BOLD);
		canvas_printf(c, x + 2, y, width - x - 2, STYLE_CHUNK + i, 0,
			      " %s ", chunk_states[i].name);
		x += len;
	}
	format_size(cell, v->map.cell_size, 1);
	if (x + (int)strlen(cell) + 10 < width)
		canvas_printf(c, width - (int)strlen(cell) - 9, y, 20,
			      STYLE_DIM, 0, " %s a cell ", cell);
}

static void draw_map(const struct heap_view *v, struct canvas *c)
{
	uint64_t rows = v->has_map ? chunk_map_rows(&v->map) : 0;

	if (!v->maps.height)
		return;
	for (int i = 0; i < v->maps.height; i++) {
		struct chunk_row row;

		if (v->map_top + i >= rows)
			break;
		row = chunk_map_row(&v->map, v->map_top + i);
		if (row.is_head)
			draw_piece(v, c, v->maps.y + i, &row);
		else
			draw_cells(v, c, v->maps.y + i, &row);
	}
	draw_legend(v, c);
}

/* ---- lists ---- */

static void draw_list(const struct heap_view *v, const struct scene *scene,
		      struct canvas *c)
{
	const struct heap_pane_ops *pane = heap_panes[v->pane];
	const struct heap_place *place = &v->places[v->pane];
	struct heap_rect at = v->list;

	if (!at.height)
		return;
	pane->draw_head(v, c, &at);
	if (!place->nr)
		canvas_text(c, at.x, at.y + 1, at.width, STYLE_DIM, 0,
			    v->pane == PANE_CHUNKS && *scene->filter ?
			    "no chunk matches the filter" : "none");
	for (int i = 1; i < v->list.height; i++) {
		uint64_t row = place->top + i - 1;

		if (row >= place->nr)
			break;
		at.y = v->list.y + i;
		pane->draw_row(v, scene, c, &at, row, row == place->cursor ?
			       CELL_REVERSE : 0);
	}
}

/*
 * The newest rows, below a line that says what they are. The command that was
 * given last and what it returned are always seen: rather its end is not.
 */
static void draw_log(const struct heap_view *v, const struct scene *scene,
		     struct canvas *c)
{
	const struct heap_pane_ops *pane = heap_panes[PANE_LOG];
	uint64_t nr = v->log_rows.nr, shown = v->log.height;
	uint64_t first = nr > shown ? nr - shown : 0;
	struct heap_rect at = v->log;

	if (!shown)
		return;
	if (first > v->log_rows.newest)
		first = v->log_rows.newest;
	canvas_hline(c, at.x, at.y - 1, at.width, STYLE_DIM);
	if (scene->lab_runs)
		canvas_text(c, at.x + 1, at.y - 1, at.width - 1, STYLE_DIM, 0,
			    " at work... ");
	else if (nr - first > shown)
		canvas_printf(c, at.x + 1, at.y - 1, at.width - 1, STYLE_LABEL,
			      0, " log: %" PRIu64 " row%s more in the list Log ",
			      nr - first - shown,
			      nr - first - shown == 1 ? "" : "s");
	else
		canvas_text(c, at.x + 1, at.y - 1, at.width - 1, STYLE_DIM, 0,
			    nr ? " log " : " log: type : and a command ");
	for (uint64_t i = first; i < nr && i - first < shown; i++, at.y++)
		pane->draw_row(v, scene, c, &at, i, 0);
}

static void draw_side(const struct heap_view *v, struct canvas *c)
{
	const struct heap_rect *at = &v->side;

	if (!at->height)
		return;
	if (at->x)
		canvas_vline(c, at->x - 2, at->y, c->height - at->y,
			     STYLE_DIM);
	else if (at->y > 2)
		canvas_hline(c, 0, at->y - 1, at->width, STYLE_DIM);
	pager_draw(v->pager, c, at->x, at->y, at->width, at->height,
		   v->detail_top);
}

/* Why there is no heap to show. */
static void draw_nothing(const struct heap_view *v, const struct scene *scene,
			 struct canvas *c)
{
	const char *why = scene->snap->no_heap;
	struct pager *p;

	if (!*why) {
		canvas_text(c, 0, 0, c->width, STYLE_DIM, 0,
			    "reading the heap...");
	} else {
		p = pager_new(!scene->unicode, 6);
		pager_add(p, STYLE_WARN, "heap:", STYLE_WARN, "%s", why);
		pager_draw(p, c, 0, 0, c->width, c->height, 0);
		pager_free(p);
	}
	draw_log(v, scene, c);
}

void view_heap_draw(const void *self, const struct scene *scene,
		    struct canvas *canvas)
{
	const struct heap_view *v = self;
	const struct heap *heap = view_heap_of(v);

	if (!heap) {
		draw_nothing(v, scene, canvas);
		return;
	}
	draw_head(heap, canvas);
	draw_tabs(v, scene, canvas);
	if (!heap->nr_chunks && v->pane == PANE_CHUNKS) {
		canvas_text(canvas, 0, 3, canvas->width, STYLE_VALUE, 0,
			    "the heap is empty: nothing was allocated yet");
		draw_log(v, scene, canvas);
		return;
	}
	draw_map(v, canvas);
	draw_list(v, scene, canvas);
	draw_side(v, canvas);
	draw_log(v, scene, canvas);
}
