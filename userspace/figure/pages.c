// SPDX-License-Identifier: GPL-2.0
/*
 * The pages of one area. Few of them stand one below the other, high addresses
 * on top, each with an arrow to its frame; what was never touched is one row.
 * Of more there is a grid of cells, low addresses on top as in a hex dump.
 */
#include "figure/pages.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "figure/figure.h"
#include "figure/grid.h"
#include "figure/wrap.h"
#include "model/region.h"
#include "util/escape.h"

#define ROWS_MAX	40	/* of single pages */
#define HOLE_MIN	3	/* pages without entries that become one row */
#define GRID_ROWS_MAX	64

/* One figure being made. */
struct drawing {
	const struct snapshot *snap;
	const struct vma *vma;
	const struct page_map *map;	/* NULL: not known */
	struct page_sum sum;		/* of the area, if there is a map */
	struct figure *figure;
	int y;				/* the next row */
};

/* ---- single pages ---- */

struct row {
	uint64_t start;
	uint64_t nr_pages;	/* above 1: without an entry */
	uint32_t state;
};

struct row_list {
	struct row rows[ROWS_MAX];
	int nr;
	bool full;		/* there are more */
};

static void add_row(struct row_list *list, uint64_t start, uint64_t nr_pages,
		    uint32_t state)
{
	if (list->nr == ROWS_MAX)
		list->full = true;
	else
		list->rows[list->nr++] = (struct row){ start, nr_pages, state };
}

static void add_hole(struct row_list *list, uint64_t start, uint64_t end,
		     uint32_t page_size)
{
	uint64_t nr = (end - start) / page_size;

	if (nr >= HOLE_MIN) {
		add_row(list, start, nr, PAGE_NONE);
		return;
	}
	for (; start < end; start += page_size)
		add_row(list, start, 1, PAGE_NONE);
}

/* The rows of the area, ascending; stops when there are too many. */
static void list_rows(const struct drawing *d, struct row_list *list)
{
	uint32_t page_size = d->map->page_size;
	uint64_t addr = d->vma->start, end = d->vma->end;

	list->nr = 0;
	list->full = false;
	for (size_t i = 0; i < d->map->nr_runs && !list->full; i++) {
		const struct page_run *run = &d->map->runs[i];
		uint64_t from = run->start > addr ? run->start : addr;
		uint64_t to = run->start + (uint64_t)run->nr_pages * page_size;

		if (run->start >= end)
			break;
		if (to > end)
			to = end;
		if (from >= to)
			continue;
		add_hole(list, addr, from, page_size);
		for (addr = from; addr < to && !list->full; addr += page_size)
			add_row(list, addr, 1, run->state);
	}
	if (!list->full)
		add_hole(list, addr, end, page_size);
}

struct columns {
	int box_x, box_width, frame_x;
	bool narrow, wide;
};

static struct columns plan(int width)
{
	if (width < 60)
		return (struct columns){ 0, 24, 27, true, false };
	if (width < 120)
		return (struct columns){ 26, 32, 62, false, false };
	return (struct columns){ 28, 52, 86, false, true };
}

static void put_frame(struct drawing *d, const struct columns *col,
		      const struct row *row, int y)
{
	char size[FORMAT_SIZE_MAX + 4], page[FORMAT_SIZE_MAX];
	uint64_t frame;

	snprintf(size, sizeof(size), " (%s)",
		 format_size(page, d->snap->page_size, 0));
	if (!page_has_frame(row->state) || PAGE_KIND(row->state) == PAGE_ABSENT)
		return;
	figure_add(d->figure, FIGURE_ARROW, col->box_x + col->box_width - 1, y,
		   col->frame_x - col->box_x - col->box_width, 1, STYLE_LABEL);
	if (!page_map_frame(d->map, row->start, &frame))
		figure_text(d->figure, col->frame_x, y, d->figure->width,
			    STYLE_DIM, "frame ?");
	else if (PAGE_KIND(row->state) >= PAGE_SWAP &&
		 PAGE_KIND(row->state) <= PAGE_HWPOISON)
		figure_text(d->figure, col->frame_x, y, d->figure->width,
			    STYLE_PAGE + PAGE_KIND(row->state), "%s 0x%" PRIx64,
			    d->map->are_tokens ? "token" :
			    PAGE_KIND(row->state) == PAGE_SWAP ? "swap" :
			    "entry", frame);
	else
		figure_text(d->figure, col->frame_x, y, d->figure->width,
			    STYLE_VALUE, "%s 0x%" PRIx64 "%s",
			    d->map->are_tokens ? "token" : "frame", frame,
			    col->wide ? size : "");
}

static void put_row(struct drawing *d, const struct columns *col,
		    const struct row *row)
{
	const struct page_kind_info *kind = &page_kinds[PAGE_KIND(row->state)];
	enum style style = STYLE_PAGE + PAGE_KIND(row->state);
	int x = col->box_x + 2, width = col->box_width - 4, y = d->y++;
	char number[32], glyph[8] = "", letters[PAGES_TEXT_MAX];

	figure_mark(d->figure, row->start,
		    row->start + row->nr_pages * d->snap->page_size, y, 1,
		    d->vma - d->snap->vmas);
	if (row->nr_pages > 1) {
		figure_text(d->figure, x, y, width, style, "· %s pages%s",
			    format_count(number, row->nr_pages),
			    col->narrow ? "" : ", none");
		return;
	}
	utf8_encode(page_glyph(row->state), glyph);
	format_count(number, row->start / d->snap->page_size);
	figure_text(d->figure, x, y, width, STYLE_NORMAL, "page %s", number);
	if (col->narrow)
		figure_text(d->figure, x + width - 1, y, 1, style, "%s",
			    glyph);
	else
		figure_text(d->figure, x + 20, y, width - 20, style,
			    "%s %s", glyph, kind->name);
	if (col->wide && PAGE_KIND(row->state) != PAGE_NONE)
		figure_text(d->figure, x + 33, y, width - 33, STYLE_NORMAL,
			    "%s", pages_format_letters(letters, row->state,
						       d->map->has));
	put_frame(d, col, row, y);
}

/* vm_end is the first address outside, vm_start the first inside. */
static void put_edge(struct drawing *d, const struct columns *col, int y,
		     bool is_end)
{
	struct figure_item *arrow;

	if (col->narrow)
		return;
	figure_text(d->figure, 0, y, col->box_x - 3, STYLE_VMA,
		    "%-8s 0x%" PRIx64, is_end ? "vm_end" : "vm_start",
		    is_end ? d->vma->end : d->vma->start);
	arrow = figure_add(d->figure, FIGURE_ARROW, col->box_x - 3, y, 3, 1,
			   STYLE_VMA);
	if (is_end && !d->figure->failed)
		arrow->text = strdup("╌");
}

static void put_pages(struct drawing *d, const struct row_list *list)
{
	struct columns col = plan(d->figure->width);
	int top = d->y;

	figure_add(d->figure, FIGURE_BOX, col.box_x, top, col.box_width,
		   list->nr + 2, STYLE_VMA);
	put_edge(d, &col, top, true);
	d->y++;
	for (int i = list->nr; i-- > 0; )
		put_row(d, &col, &list->rows[i]);
	put_edge(d, &col, d->y - 1, false);
	d->y++;
}

/* ---- the grid ---- */

/* Cells alike become one text. */
static void put_cells(struct drawing *d, const struct grid *grid, int x,
		      uint64_t first, uint64_t nr)
{
	char *text = malloc(nr * 4 + 1);
	uint64_t from = 0;

	if (!text) {
		d->figure->failed = true;
		return;
	}
	while (from < nr) {
		struct grid_cell cell = grid_cell(grid, first + from);
		enum style style = cell.style;
		uint64_t i = from;
		size_t len = 0;

		do {
			len += utf8_encode(cell.glyph, text + len);
			if (++i == nr)
				break;
			cell = grid_cell(grid, first + i);
		} while (cell.style == style);
		text[len] = '\0';
		figure_text(d->figure, x + (int)from, d->y, (int)(i - from),
			    style, "%s", text);
		from = i;
	}
	free(text);
}

static void put_grid(struct drawing *d)
{
	int lead = d->figure->width < 60 ? 14 : 16, columns = 8;
	struct grid grid = {
		.start = d->vma->start, .end = d->vma->end, .map = d->map,
	};
	char size[FORMAT_SIZE_MAX];
	uint64_t cells;

	while (columns * 2 <= d->figure->width - lead)
		columns *= 2;
	grid.columns = columns;
	grid.cell_size = grid_cell_size(d->snap->page_size, grid_zoom_for(
					grid.start, grid.end,
					d->snap->page_size,
					(uint64_t)columns * GRID_ROWS_MAX));
	cells = grid_cells(&grid);
	/* An area so large that cells of 1 GiB are too many is cut. */
	if (cells > (uint64_t)columns * GRID_ROWS_MAX)
		cells = (uint64_t)columns * GRID_ROWS_MAX;
	figure_text(d->figure, 0, d->y++, d->figure->width, STYLE_DIM,
		    grid.cell_size > d->snap->page_size ?
		    "a cell is %s; ░▒▓ partly mapped, █ all of it" :
		    "a cell is %s", format_size(size, grid.cell_size, 0));
	for (uint64_t i = 0; i < cells; i += columns, d->y++) {
		uint64_t nr = cells - i < (uint64_t)columns ? cells - i :
							      (uint64_t)columns;

		figure_mark(d->figure, grid_cell_start(&grid, i),
			    grid_cell_end(&grid, i + nr - 1), d->y, 1,
			    d->vma - d->snap->vmas);
		figure_text(d->figure, 0, d->y, lead - 1, STYLE_VALUE,
			    d->figure->width < 60 ? "%" PRIx64 : "0x%" PRIx64,
			    grid_cell_start(&grid, i));
		put_cells(d, &grid, lead, i, nr);
	}
	if (cells < grid_cells(&grid))
		figure_text(d->figure, lead, d->y++, d->figure->width,
			    STYLE_WARN, "… and more, to 0x%" PRIx64,
			    grid.end);
}

/* ---- words around it ---- */

static void put_head(struct drawing *d)
{
	const struct vma *vma = d->vma;
	const struct region_info *region = &regions[vma->region];
	char size[FORMAT_SIZE_MAX], rss[PAGES_TEXT_MAX], sizes[PAGES_TEXT_MAX];
	char number[32], last[32], text[300];
	int width = d->figure->width;

	figure_text(d->figure, 0, d->y++, width, STYLE_REGION + vma->region,
		    "%c %s  %s", region->letter, region->name,
		    vma->object ? vma->object->name : "");
	figure_text(d->figure, 0, d->y++, width, STYLE_TITLE,
		    "Size %s, Rss %s",
		    format_size(size, vma_size(vma), 0),
		    pages_format_rss(rss, d->snap, vma,
				     d->map ? &d->sum : NULL, 0));
	format_size(size, d->snap->page_size, 0);
	format_count(number, vma->start / d->snap->page_size);
	format_count(last, (vma->end - 1) / d->snap->page_size);
	snprintf(text, sizeof(text),
		 "Page sizes in use: %s. Pages %s to %s: an address divided by %" PRIu32 " is its page's number.",
		 d->map ? pages_format_sizes(sizes, d->snap, &d->sum) : "?",
		 number, last, d->snap->page_size);
	d->y += wrap_text(d->figure, 0, d->y, width, STYLE_NORMAL, text);
}

/* "d dirty, a accessed": what the letters of a wide figure mean. */
static void put_letters(struct drawing *d)
{
	char text[300] = "Flags:";
	size_t used = strlen(text);

	for (size_t i = 0; i < nr_page_flags && used < sizeof(text); i++)
		used += snprintf(text + used, sizeof(text) - used, "%s %c %s",
				 i ? "," : "", page_flags[i].letter,
				 page_flags[i].name);
	d->y += wrap_text(d->figure, 0, d->y, d->figure->width, STYLE_DIM,
			  text);
}

static void put_legend(struct drawing *d)
{
	char size[FORMAT_SIZE_MAX], flags[PAGES_TEXT_MAX], text[300];
	int width = d->figure->width;
	bool huge;

	for (int kind = 0; kind < PAGE_KIND_NR; kind++) {
		char glyph[8] = "";

		if (!d->sum.kinds[kind])
			continue;
		utf8_encode(page_kinds[kind].glyph, glyph);
		format_size(size, d->sum.kinds[kind] * d->snap->page_size, 0);
		figure_text(d->figure, 0, d->y, 22, STYLE_PAGE + kind,
			    "%s %-9s %9s", glyph, page_kinds[kind].name, size);
		d->y += wrap_text(d->figure, 23, d->y, width - 23,
				  STYLE_NORMAL, page_kinds[kind].meaning);
	}
	huge = d->sum.flags[__builtin_ctz(PAGE_PMD)] ||
	       d->sum.flags[__builtin_ctz(PAGE_PUD)];
	if (huge)
		d->y += wrap_text(d->figure, 0, d->y, width, STYLE_DIM,
				  "Capitals: one entry maps a huge page.");
	if (PAGE_FLAGS_ALL & ~d->map->has) {
		snprintf(text, sizeof(text), "Not known from this source: %s.",
			 pages_format_flags(flags, PAGE_FLAGS_ALL &
						   ~d->map->has));
		d->y += wrap_text(d->figure, 0, d->y, width, STYLE_WARN, text);
	}
	if (d->map->has_frames && d->map->are_tokens)
		d->y += wrap_text(d->figure, 0, d->y, width, STYLE_DIM,
				  "A token stands for a frame, whose number is for the privileged: equal tokens, one frame.");
}

static void put_unknown(struct drawing *d)
{
	const struct provenance *from = &d->snap->from;

	d->y += wrap_text(d->figure, 0, d->y, d->figure->width, STYLE_WARN,
			  "The pages are not known.");
	for (unsigned int i = 0; i < from->nr_notes; i++)
		figure_text(d->figure, 0, d->y++, d->figure->width, STYLE_WARN,
			    "! %s", from->notes[i]);
}

static void put_area(struct drawing *d)
{
	struct row_list list;

	d->map = pages_known(d->snap, d->vma->start, d->vma->end);
	if (d->map)
		page_map_sum(d->map, d->vma->start, d->vma->end, &d->sum);
	put_head(d);
	d->y++;
	if (!d->map) {
		put_unknown(d);
		return;
	}
	list_rows(d, &list);
	if (list.full)
		put_grid(d);
	else
		put_pages(d, &list);
	d->y++;
	put_legend(d);
	if (!list.full && plan(d->figure->width).wide)
		put_letters(d);
}

struct figure *figure_pages(const struct snapshot *snap,
			    const struct figure_params *params)
{
	struct drawing d = {
		.snap = snap, .vma = snapshot_find(snap, params->address),
		.figure = figure_new(params->width < 40 ? 40 : params->width),
	};

	if (!d.figure)
		return NULL;
	if (d.vma)
		put_area(&d);
	else
		figure_text(d.figure, 0, 0, d.figure->width, STYLE_WARN,
			    "0x%" PRIx64 " lies in no area: there are no pages",
			    params->address);
	figure_finish(d.figure);
	return d.figure;
}
