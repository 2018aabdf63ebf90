/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The pages of one area as cells in rows: a cell stands for one page, or for
 * many. Asking for a cell costs what is mapped inside of it, so that a window
 * on a grid of any size is cheap.
 */
#ifndef VMAVIEW_FIGURE_GRID_H
#define VMAVIEW_FIGURE_GRID_H

#include "figure/canvas.h"

struct grid {
	uint64_t start, end;	/* bytes, [start, end): the area */
	uint64_t cell_size;	/* bytes, a power of two */
	int columns;		/* cells a row */
	bool letters;		/* cells of many pages show a kind, no fill */
	const struct page_map *map;	/* NULL: not known */
	const struct page_map *before;	/* of the last picture; may be NULL */
};

struct grid_cell {
	uint32_t glyph;
	enum style style;
	bool changed;		/* since the last picture */
};

/* From one page a cell: 4K, 32K, 256K, 2M, 16M, 128M, 1G. */
#define GRID_ZOOMS	7

static inline uint64_t grid_cell_size(uint32_t page_size, int zoom)
{
	return (uint64_t)page_size << 3 * zoom;
}

/* The smallest zoom at which the area takes at most so many cells. */
int grid_zoom_for(uint64_t start, uint64_t end, uint32_t page_size,
		  uint64_t cells);

/*
 * Cells begin at multiples of their size, so that one of 2 MiB is what a pmd
 * entry maps; the first one and the last one may reach beyond the area.
 */
uint64_t grid_cells(const struct grid *grid);
uint64_t grid_rows(const struct grid *grid);
/* The cell of an address, and the part of the area that a cell is for. */
uint64_t grid_index(const struct grid *grid, uint64_t addr);
uint64_t grid_cell_start(const struct grid *grid, uint64_t index);
uint64_t grid_cell_end(const struct grid *grid, uint64_t index);

struct grid_cell grid_cell(const struct grid *grid, uint64_t index);

/* Pages of the sum that have an entry, whatever it says. */
uint64_t page_sum_mapped(const struct page_sum *sum);
/* Those of them that map a page. */
uint64_t page_sum_present(const struct page_sum *sum);
/* The commonest kind of those with an entry, PAGE_NONE without any. */
enum page_kind page_sum_kind(const struct page_sum *sum);
/* What smaps calls Rss; false: kinds that can't be told are among them. */
bool page_sum_rss(const struct page_sum *sum, uint64_t *nr_pages);
/* The glyph of a page, a capital where one entry maps a huge page. */
uint32_t page_glyph(uint32_t state);

#endif
