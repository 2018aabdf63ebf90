// SPDX-License-Identifier: GPL-2.0
/* All chunks of a heap in order of address, in cells that fit the rows. */
#include <inttypes.h>
#include <string.h>

#include "figure/chunks.h"
#include "figure/figure.h"
#include "figure/wrap.h"
#include "util/escape.h"
#include "util/format.h"

#define ROWS		64	/* where no height is given */
#define CELLS_X		16	/* behind the address of a row */

static void put_head(struct figure *figure, const struct heap *heap,
		     const struct chunk_row *row, int y)
{
	const struct heap_piece *piece = &heap->pieces[row->piece];
	char size[FORMAT_SIZE_MAX];
	enum style style = STYLE_HEADER;
	char name[40];

	if (piece->arena < heap->nr_arenas) {
		snprintf(name, sizeof(name), "arena %" PRIu32,
			 heap->arenas[piece->arena].number);
	} else {
		snprintf(name, sizeof(name), "%c mapping",
			 (char)chunk_states[CHUNK_MMAPPED].glyph);
		style = STYLE_CHUNK + CHUNK_MMAPPED;
	}
	figure_text(figure, 0, y, figure->width, style,
		    "0x%" PRIx64 "  %s, %s%s", piece->start, name,
		    format_size(size, piece->end - piece->start, 0),
		    piece->broken ? ", broken" : "");
}

/* Cells alike are one text. */
static void put_cells(struct figure *figure, const struct chunk_map *map,
		      const struct chunk_row *row, int y)
{
	char text[4 * 1024 + 1];
	size_t len = 0;
	int from = 0;

	figure_text(figure, 0, y, CELLS_X, STYLE_DIM, "0x%" PRIx64,
		    row->start);
	for (int i = 0; i < row->nr_cells; i++) {
		struct chunk_cell cell = chunk_map_cell(map, row, i);
		bool last = i + 1 == row->nr_cells;

		len += utf8_encode(cell.glyph, text + len);
		if (!last && chunk_map_cell(map, row, i + 1).style ==
			     cell.style && len < sizeof(text) - 8)
			continue;
		text[len] = '\0';
		figure_text(figure, CELLS_X + from, y, i + 1 - from,
			    cell.style, "%s", text);
		from = i + 1;
		len = 0;
	}
}

static int put_legend(struct figure *figure, const struct chunk_map *map, int y)
{
	bool seen[CHUNK_STATE_NR] = { false };

	for (size_t i = 0; i < map->heap->nr_chunks; i++)
		seen[map->heap->chunks[i].state] = true;
	for (int i = 0; i < CHUNK_STATE_NR; i++) {
		if (!seen[i])
			continue;
		figure_text(figure, 0, y, 10, STYLE_CHUNK + i, "%c %s",
			    (char)chunk_states[i].glyph, chunk_states[i].name);
		y += wrap_text(figure, 10, y, figure->width - 10, STYLE_DIM,
			       chunk_states[i].meaning);
	}
	return y + wrap_text(figure, 0, y, figure->width, STYLE_DIM,
			     "a capital: a chunk begins in the cell; shades: cells of many chunks, by how much of them is used");
}

static int put_map(struct figure *figure, const struct chunk_map *map, int y)
{
	char size[FORMAT_SIZE_MAX];

	figure_text(figure, 0, y++, figure->width, STYLE_TITLE,
		    "%s, %zu chunks, a cell is %s", map->heap->allocator,
		    map->heap->nr_chunks,
		    format_size(size, map->cell_size, 0));
	if (!map->heap->coherent)
		figure_text(figure, 0, y++, figure->width, STYLE_WARN,
			    "torn: the heap changed while it was read, or is damaged");
	for (uint64_t i = 0; i < chunk_map_rows(map); i++) {
		struct chunk_row row = chunk_map_row(map, i);

		figure_mark(figure, row.start, row.end, y, 1, -1);
		if (row.is_head)
			put_head(figure, map->heap, &row, y++);
		else
			put_cells(figure, map, &row, y++);
	}
	return put_legend(figure, map, y);
}

struct figure *figure_heap(const struct snapshot *snap,
			   const struct figure_params *params)
{
	int width = params->width < 40 ? 40 : params->width;
	int columns = (width - CELLS_X) & ~7, zoom;
	struct figure *figure = figure_new(width);
	struct chunk_map map;

	if (!figure)
		return NULL;
	if (!snap->heap) {
		wrap_text(figure, 0, 0, width, STYLE_WARN, snap->no_heap);
		figure_finish(figure);
		return figure;
	}
	if (chunk_map_init(&map, snap->heap)) {
		figure_free(figure);
		return NULL;
	}
	zoom = chunk_zoom_for(snap->heap, columns,
			      params->height > 0 ? params->height : ROWS);
	chunk_map_zoom(&map, chunk_cell_size(snap->heap, zoom), columns);
	put_map(figure, &map, 0);
	chunk_map_exit(&map);
	figure_finish(figure);
	return figure;
}
