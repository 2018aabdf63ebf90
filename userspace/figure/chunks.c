// SPDX-License-Identifier: GPL-2.0
/*
 * Rows are found by the number of rows of all pieces before; what a cell holds
 * by sums over all chunks before, which are kept for every SAMPLE-th chunk.
 */
#include "figure/chunks.h"

#include <stdlib.h>
#include <string.h>

#define SAMPLE	64

/* ---- rows ---- */

uint64_t chunk_cell_size(const struct heap *heap, int zoom)
{
	return (uint64_t)2 * heap->word << 3 * zoom;
}

static bool has_cells(const struct heap_piece *piece)
{
	return piece->arena != HEAP_NONE && piece->end > piece->start;
}

static uint64_t rows_of(const struct heap_piece *piece, uint64_t cell_size,
			int columns)
{
	uint64_t cells;

	if (!has_cells(piece))
		return 1;
	cells = (piece->end - 1) / cell_size - piece->start / cell_size + 1;
	return 1 + (cells + columns - 1) / columns;
}

int chunk_zoom_for(const struct heap *heap, int columns, uint64_t rows)
{
	int zoom = 0;

	for (; zoom < CHUNK_ZOOMS - 1; zoom++) {
		uint64_t size = chunk_cell_size(heap, zoom), all = 0;

		for (size_t i = 0; i < heap->nr_pieces; i++)
			all += rows_of(&heap->pieces[i], size, columns);
		if (all <= rows)
			break;
	}
	return zoom;
}

int chunk_map_init(struct chunk_map *map, const struct heap *heap)
{
	uint64_t now[CHUNK_STATE_NR] = { 0 };

	*map = (struct chunk_map){ .heap = heap, .columns = 1 };
	map->rows = calloc(heap->nr_pieces + 1, sizeof(*map->rows));
	map->sums = calloc(heap->nr_chunks / SAMPLE + 1, sizeof(now));
	if (!map->rows || !map->sums) {
		chunk_map_exit(map);
		return -1;
	}
	for (size_t i = 0; i < heap->nr_chunks; i++) {
		if (i % SAMPLE == 0)
			memcpy(map->sums + i / SAMPLE * CHUNK_STATE_NR, now,
			       sizeof(now));
		now[heap->chunks[i].state] += heap->chunks[i].size;
	}
	if (heap->nr_chunks % SAMPLE == 0)
		memcpy(map->sums + heap->nr_chunks / SAMPLE * CHUNK_STATE_NR,
		       now, sizeof(now));
	return 0;
}

void chunk_map_exit(struct chunk_map *map)
{
	free(map->rows);
	free(map->sums);
	*map = (struct chunk_map){ NULL };
}

void chunk_map_zoom(struct chunk_map *map, uint64_t cell_size, int columns)
{
	map->cell_size = cell_size;
	map->columns = columns < 1 ? 1 : columns;
	for (size_t i = 0; i < map->heap->nr_pieces; i++)
		map->rows[i + 1] = map->rows[i] +
				   rows_of(&map->heap->pieces[i], cell_size,
					   map->columns);
}

uint64_t chunk_map_rows(const struct chunk_map *map)
{
	return map->rows[map->heap->nr_pieces];
}

/* The piece that a row belongs to. */
static size_t piece_of_row(const struct chunk_map *map, uint64_t row)
{
	size_t lo = 0, hi = map->heap->nr_pieces;

	while (lo + 1 < hi) {
		size_t mid = (lo + hi) / 2;

		if (map->rows[mid] <= row)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

/* Where the cells of a piece begin: at or below its start. */
static uint64_t first_cell(const struct chunk_map *map,
			   const struct heap_piece *piece)
{
	return piece->start & ~(map->cell_size - 1);
}

struct chunk_row chunk_map_row(const struct chunk_map *map, uint64_t row)
{
	struct chunk_row found = { .piece = piece_of_row(map, row) };
	const struct heap_piece *piece = &map->heap->pieces[found.piece];
	uint64_t length = (uint64_t)map->columns * map->cell_size;
	uint64_t number = row - map->rows[found.piece];

	if (!number || !has_cells(piece)) {
		found.is_head = true;
		found.start = piece->start;
		found.end = piece->end;
		return found;
	}
	found.start = first_cell(map, piece) + (number - 1) * length;
	found.end = piece->end - found.start < length ? piece->end :
							found.start + length;
	found.nr_cells = (found.end - found.start + map->cell_size - 1) /
			 map->cell_size;
	if (found.start < piece->start)
		found.start = piece->start;
	return found;
}

/* The first piece that ends above addr; nr_pieces when there is none. */
static size_t piece_above(const struct heap *heap, uint64_t addr)
{
	size_t lo = 0, hi = heap->nr_pieces;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (heap->pieces[mid].end <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

uint64_t chunk_map_row_of(const struct chunk_map *map, uint64_t addr,
			  int *column)
{
	size_t i = piece_above(map->heap, addr);
	const struct heap_piece *piece;
	uint64_t cell;

	if (column)
		*column = 0;
	if (i == map->heap->nr_pieces)
		return i ? chunk_map_rows(map) - 1 : 0;
	piece = &map->heap->pieces[i];
	if (!has_cells(piece))
		return map->rows[i];
	if (addr < piece->start)
		addr = piece->start;
	cell = (addr - first_cell(map, piece)) / map->cell_size;
	if (column)
		*column = cell % map->columns;
	return map->rows[i] + 1 + cell / map->columns;
}

/* ---- cells ---- */

/* Bytes of each state in all chunks before number i. */
static void sum_before(const struct chunk_map *map, size_t i,
		       uint64_t sums[CHUNK_STATE_NR])
{
	const struct heap_chunk *chunks = map->heap->chunks;

	memcpy(sums, map->sums + i / SAMPLE * CHUNK_STATE_NR,
	       CHUNK_STATE_NR * sizeof(*sums));
	for (size_t k = i / SAMPLE * SAMPLE; k < i; k++)
		sums[chunks[k].state] += chunks[k].size;
}

/* The first chunk of the piece that does not begin below addr. */
static size_t chunk_from(const struct heap *heap,
			 const struct heap_piece *piece, uint64_t addr)
{
	size_t lo = piece->first, hi = piece->first + piece->nr;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (heap->chunks[mid].address < addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Bytes of each state in [start, end), of which *nr chunks begin there. */
static void sum_cell(const struct chunk_map *map,
		     const struct heap_piece *piece, uint64_t start,
		     uint64_t end, uint64_t sums[CHUNK_STATE_NR], uint64_t *nr)
{
	const struct heap_chunk *chunks = map->heap->chunks, *last;
	uint64_t before[CHUNK_STATE_NR];
	size_t first = chunk_from(map->heap, piece, start);
	size_t next = chunk_from(map->heap, piece, end);

	*nr = next - first;
	sum_before(map, first, before);
	sum_before(map, next, sums);
	for (int i = 0; i < CHUNK_STATE_NR; i++)
		sums[i] -= before[i];
	/* The one that reaches into it from below, and the one that leaves. */
	if (first > piece->first) {
		last = &chunks[first - 1];
		if (last->address + last->size > start)
			sums[last->state] += last->address + last->size - start;
	}
	if (next > piece->first) {
		last = &chunks[next - 1];
		if (last->address + last->size > end)
			sums[last->state] -= last->address + last->size - end;
	}
}

static uint32_t capital(uint32_t glyph)
{
	return glyph >= 'a' && glyph <= 'z' ? glyph - 'a' + 'A' : glyph;
}

/* Something is never shown as nothing, and only everything as all. */
static uint32_t shade(uint64_t part, uint64_t all)
{
	if (part >= all)
		return 0x2588;
	return part < (all + 2) / 3 ? 0x2591 : part < all - all / 3 ? 0x2592 :
								      0x2593;
}

struct chunk_cell chunk_map_cell(const struct chunk_map *map,
				 const struct chunk_row *row, int column)
{
	const struct heap_piece *piece = &map->heap->pieces[row->piece];
	uint64_t start = (row->start & ~(map->cell_size - 1)) +
			 (uint64_t)column * map->cell_size;
	uint64_t end = piece->end - start < map->cell_size ?
		       piece->end : start + map->cell_size;
	struct chunk_cell cell = { '?', STYLE_WARN, CHUNK_USED, 0, 0, true };
	uint64_t sums[CHUNK_STATE_NR], all = 0;

	if (start < piece->start)
		start = piece->start;
	sum_cell(map, piece, start, end, sums, &cell.nr);
	for (int i = 0; i < CHUNK_STATE_NR; i++) {
		all += sums[i];
		if (sums[i] > sums[cell.state])
			cell.state = i;
	}
	/* Of a cell that is broken in its middle, the part that is told. */
	if (!all)
		return cell;
	cell.is_broken = false;
	cell.used = sums[CHUNK_USED] + sums[CHUNK_MMAPPED] + sums[CHUNK_FENCE];
	cell.style = STYLE_CHUNK + cell.state;
	cell.glyph = chunk_states[cell.state].glyph;
	if (cell.nr > 1 && !map->letters && cell.used)
		cell.glyph = shade(cell.used, all);
	else if (cell.nr)
		cell.glyph = capital(cell.glyph);
	return cell;
}
