/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The chunks of a heap as cells in rows: piece after piece, each with a row
 * that names it and rows of cells below. A cell stands for a part of one chunk,
 * or for many chunks. Mappings, which are one chunk each, have no cells. To ask
 * for a row or a cell costs the logarithm of what there is, so that a window on
 * a map of any size is cheap.
 */
#ifndef VMAVIEW_FIGURE_CHUNKS_H
#define VMAVIEW_FIGURE_CHUNKS_H

#include "figure/canvas.h"

struct chunk_map {
	const struct heap *heap;
	uint64_t cell_size;	/* bytes, a power of two */
	int columns;		/* cells a row */
	bool letters;		/* cells of many chunks show a state, no fill */
	/* private to chunks.c */
	uint64_t *rows;		/* of all pieces before, nr_pieces + 1 */
	uint64_t *sums;		/* bytes of each state, every so many chunks */
};

/* From two words a cell on, eight times as much with each step. */
#define CHUNK_ZOOMS	8

uint64_t chunk_cell_size(const struct heap *heap, int zoom);
/* The smallest zoom at which a map of the heap takes at most so many rows. */
int chunk_zoom_for(const struct heap *heap, int columns, uint64_t rows);

/*
 * A map that has no rows until it is zoomed. It refers to the heap. -1 without
 * memory: then there is nothing to free. O(chunks), once for each heap.
 */
int chunk_map_init(struct chunk_map *map, const struct heap *heap);
void chunk_map_exit(struct chunk_map *map);
/* O(pieces). Columns are at least 1. */
void chunk_map_zoom(struct chunk_map *map, uint64_t cell_size, int columns);

uint64_t chunk_map_rows(const struct chunk_map *map);

struct chunk_row {
	size_t piece;		/* index into heap->pieces */
	bool is_head;		/* it names the piece and has no cells */
	uint64_t start, end;	/* bytes, [start, end) */
	int nr_cells;
};

struct chunk_row chunk_map_row(const struct chunk_map *map, uint64_t row);
/*
 * The row of an address and, if column is not NULL, its cell there. Of an
 * address in no piece, those of the piece above, or else the last row.
 */
uint64_t chunk_map_row_of(const struct chunk_map *map, uint64_t addr,
			  int *column);

struct chunk_cell {
	uint32_t glyph;		/* a capital where a chunk begins in the cell */
	enum style style;
	enum chunk_state state;	/* of most of its bytes */
	/* Chunks that begin in it, and its bytes that are in use. */
	uint64_t nr, used;
	bool is_broken;		/* behind what could be read: '?' */
};

/* The cell number column of a row that has one. */
struct chunk_cell chunk_map_cell(const struct chunk_map *map,
				 const struct chunk_row *row, int column);

#endif
