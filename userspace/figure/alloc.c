// SPDX-License-Identifier: GPL-2.0
/*
 * How a heap gets its memory, as it is with one at the moment: brk has made the
 * area, nothing is mapped in it, pages are touched, and those that are written
 * to have frames. High addresses on top; pages alike are one row.
 */
#include "figure/figure.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "figure/pages.h"
#include "figure/wrap.h"
#include "util/escape.h"

#define ROWS_MAX	32
#define ALIKE_MIN	3	/* pages alike that become one row */

struct row {
	uint64_t start, nr_pages;
	uint32_t state;
};

/* One figure being made. */
struct drawing {
	const struct snapshot *snap;
	struct figure *figure;
	uint64_t start, end;	/* [heap], whole pages */
	uint64_t brk, top;	/* 0: not known */
	const struct page_map *map;	/* NULL: not known */
	bool narrow;
	int box_x, box_width, frame_x;
	int y;			/* the next row */
	struct row rows[ROWS_MAX];	/* descending */
	int nr_rows;
	uint64_t below;		/* rows end here: what lies below is cut */
};

/* ---- what is there ---- */

/* All areas of the heap; the break may have been moved by somebody else. */
static bool find_heap(struct drawing *d)
{
	const struct snapshot *snap = d->snap;

	for (size_t i = 0; i < snap->nr_vmas; i++) {
		if (snap->vmas[i].region != REGION_HEAP)
			continue;
		if (!d->end)
			d->start = snap->vmas[i].start;
		d->end = snap->vmas[i].end;
	}
	if (mm_has(&snap->mm, MM_BRK))
		d->brk = snap->mm.v[MM_BRK];
	if (snap->heap && snap->heap->nr_arenas)
		d->top = snap->heap->arenas[0].top;
	d->map = pages_known(snap, d->start, d->end);
	return d->end != 0;
}

/* What makes two pages one row: their kind, and no flags. */
static enum page_kind kind_at(const struct drawing *d, uint64_t addr,
			      uint64_t *start)
{
	const struct page_run *run = page_map_find(d->map, addr);
	size_t low = 0, high = d->map->nr_runs, middle;

	if (run) {
		*start = run->start > d->start ? run->start : d->start;
		return PAGE_KIND(run->state);
	}
	/* The end of the last run below: the hole begins there. */
	while (low < high) {
		middle = low + (high - low) / 2;
		if (d->map->runs[middle].start > addr)
			high = middle;
		else
			low = middle + 1;
	}
	*start = d->start;
	if (low) {
		run = &d->map->runs[low - 1];
		*start = run->start +
			 (uint64_t)run->nr_pages * d->map->page_size;
	}
	if (*start < d->start)
		*start = d->start;
	return PAGE_NONE;
}

static bool add_row(struct drawing *d, uint64_t start, uint64_t nr,
		    enum page_kind kind)
{
	if (d->nr_rows == ROWS_MAX)
		return false;
	d->rows[d->nr_rows++] = (struct row){ start, nr, kind };
	d->below = start;
	return true;
}

/* Pages alike from start to end: one row, or one each where they are few. */
static bool add_alike(struct drawing *d, uint64_t start, uint64_t end,
		      enum page_kind kind)
{
	uint64_t page = d->snap->page_size;

	if ((end - start) / page >= ALIKE_MIN)
		return add_row(d, start, (end - start) / page, kind);
	for (; end > start; end -= page)
		if (!add_row(d, end - page, 1, kind))
			return false;
	return true;
}

static void list_rows(struct drawing *d)
{
	uint64_t end = d->end, start, more;
	enum page_kind kind;

	d->below = d->end;
	while (end > d->start) {
		kind = kind_at(d, end - 1, &start);
		/* Runs that differ by flags alone are alike here. */
		while (start > d->start &&
		       kind_at(d, start - 1, &more) == kind)
			start = more;
		if (!add_alike(d, start, end, kind))
			return;
		end = start;
	}
}

/* ---- the column ---- */

/* "brk 0x55…  ──►" beside the column. */
static void put_label(struct drawing *d, int y, const char *name,
		      uint64_t addr)
{
	if (d->narrow)
		return;
	figure_text(d->figure, 0, y, d->box_x - 3, STYLE_MM,
		    addr ? "%-9s 0x%" PRIx64 : "%-9s ?", name, addr);
	figure_add(d->figure, FIGURE_ARROW, d->box_x - 3, y, 3, 1, STYLE_MM);
}

static void put_frame(struct drawing *d, const struct row *row, int y)
{
	enum page_kind kind = row->state;
	char count[32];
	uint64_t frame;

	if (!page_has_frame(kind) || kind == PAGE_ABSENT)
		return;
	figure_add(d->figure, FIGURE_ARROW, d->box_x + d->box_width - 1, y,
		   d->frame_x - d->box_x - d->box_width, 1, STYLE_LABEL);
	if (kind == PAGE_ZERO)
		figure_text(d->figure, d->frame_x, y, d->figure->width,
			    STYLE_PAGE + kind, "the zero page");
	else if (row->nr_pages > 1)
		figure_text(d->figure, d->frame_x, y, d->figure->width,
			    STYLE_VALUE, kind == PAGE_SWAP ? "%s in swap" :
			    "%s frames", format_count(count, row->nr_pages));
	else if (page_map_frame(d->map, row->start, &frame))
		figure_text(d->figure, d->frame_x, y, d->figure->width,
			    STYLE_VALUE, "%s0x%" PRIx64, d->narrow ? "" :
			    d->map->are_tokens ? "token " :
			    kind == PAGE_SWAP ? "swap " : "frame ", frame);
	else
		figure_text(d->figure, d->frame_x, y, d->figure->width,
			    STYLE_DIM, "frame ?");
}

static const char *words_for(enum page_kind kind)
{
	switch (kind) {
	case PAGE_NONE:
		return "untouched";
	case PAGE_ZERO:
		return "only read";
	case PAGE_ANON:
		return "written";
	default:
		return page_kinds[kind].name;
	}
}

static void put_row(struct drawing *d, const struct row *row)
{
	uint64_t end = row->start + row->nr_pages * d->snap->page_size;
	enum style style = STYLE_PAGE + row->state;
	const struct vma *vma = snapshot_find(d->snap, row->start);
	int x = d->box_x + 2, width = d->box_width - 4, y = d->y++;
	char count[32], glyph[8] = "";

	utf8_encode(page_kinds[row->state].glyph, glyph);
	figure_mark(d->figure, row->start, end, y, 1,
		    vma ? vma - d->snap->vmas : -1);
	figure_text(d->figure, x, y, width, style, "%s %s %s%s", glyph,
		    format_count(count, row->nr_pages),
		    d->narrow ? "" : row->nr_pages > 1 ? "pages, " : "page, ",
		    words_for(row->state));
	put_frame(d, row, y);
	if (d->top >= row->start && d->top < end)
		put_label(d, y, "top", d->top);
}

static void put_cut(struct drawing *d)
{
	char count[32];

	if (d->below <= d->start)
		return;
	figure_text(d->figure, d->box_x + 2, d->y++, d->box_width - 4,
		    STYLE_WARN, "… %s pages below",
		    format_count(count, (d->below - d->start) /
					d->snap->page_size));
}

static void put_column(struct drawing *d)
{
	int height = d->nr_rows + (d->below > d->start) + 2;

	figure_add(d->figure, FIGURE_BOX, d->box_x, d->y, d->box_width, height,
		   STYLE_REGION + REGION_HEAP);
	put_label(d, d->y++, "brk", d->brk);
	for (int i = 0; i < d->nr_rows; i++)
		put_row(d, &d->rows[i]);
	put_cut(d);
	put_label(d, d->y++, "start_brk",
		  mm_has(&d->snap->mm, MM_START_BRK) ?
		  d->snap->mm.v[MM_START_BRK] : 0);
	d->y++;
}

/* ---- words ---- */

/* One of the four steps, with what it means here. */
static void put_step(struct drawing *d, int number, const char *name,
		     enum style style, const char *text)
{
	int x = d->narrow ? 3 : 20;

	figure_text(d->figure, 0, d->y, d->figure->width, STYLE_TITLE, "%d %s",
		    number, name);
	if (d->narrow)
		d->y++;
	d->y += wrap_text(d->figure, x, d->y, d->figure->width - x, style,
			  text);
}

static void put_steps(struct drawing *d)
{
	uint64_t page = d->snap->page_size, nr = (d->end - d->start) / page;
	char count[32], more[32], size[FORMAT_SIZE_MAX], text[300];
	struct page_sum sum;

	snprintf(text, sizeof(text),
		 "the area is %s, %s pages, from start_brk to brk; brk() itself maps none of them",
		 format_size(size, nr * page, 0), format_count(count, nr));
	put_step(d, 1, "brk grew", STYLE_NORMAL, text);
	if (!d->map) {
		put_step(d, 2, "nothing mapped", STYLE_WARN,
			 "the pages are not known");
		return;
	}
	page_map_sum(d->map, d->start, d->end, &sum);
	snprintf(text, sizeof(text),
		 "%s pages have no entry in the page tables: not touched yet, or given back",
		 format_count(count, sum.kinds[PAGE_NONE]));
	put_step(d, 2, "nothing mapped", STYLE_PAGE + PAGE_NONE, text);
	snprintf(text, sizeof(text),
		 "%s pages were touched, each with a page fault; %s of them were only read and show the page of zeros that all share",
		 format_count(count, nr - sum.kinds[PAGE_NONE]),
		 format_count(more, sum.kinds[PAGE_ZERO]));
	put_step(d, 3, "touched", STYLE_PAGE + PAGE_ZERO, text);
	snprintf(text, sizeof(text),
		 "%s pages were written to and have frames of their own: %s resident",
		 format_count(count, sum.kinds[PAGE_ANON]),
		 format_size(size, sum.kinds[PAGE_ANON] * page, 0));
	put_step(d, 4, "frame assigned", STYLE_PAGE + PAGE_ANON, text);
	if (sum.kinds[PAGE_SWAP]) {
		snprintf(text, sizeof(text), "in swap besides: %s",
			 format_count(count, sum.kinds[PAGE_SWAP]));
		put_step(d, 5, "swapped out", STYLE_PAGE + PAGE_SWAP, text);
	}
	if (sum.kinds[PAGE_PRESENT]) {
		snprintf(text, sizeof(text),
			 "of %s pages this source can't tell whether they were read or written",
			 format_count(count, sum.kinds[PAGE_PRESENT]));
		d->y += wrap_text(d->figure, 0, d->y, d->figure->width,
				  STYLE_WARN, text);
	}
}

/* Where there is no room beside the column, below the steps. */
static void put_addresses(struct drawing *d)
{
	const struct mm *mm = &d->snap->mm;

	if (!d->narrow)
		return;
	d->y++;
	figure_text(d->figure, 0, d->y++, d->figure->width, STYLE_MM,
		    d->brk ? "brk       0x%" PRIx64 : "brk       ?", d->brk);
	if (d->top)
		figure_text(d->figure, 0, d->y++, d->figure->width, STYLE_MM,
			    "top       0x%" PRIx64, d->top);
	figure_text(d->figure, 0, d->y++, d->figure->width, STYLE_MM,
		    mm_has(mm, MM_START_BRK) ? "start_brk 0x%" PRIx64 :
					       "start_brk ?",
		    mm->v[MM_START_BRK]);
}

static void put_notes(struct drawing *d)
{
	if (!d->snap->from.coherent)
		d->y += wrap_text(d->figure, 0, d->y, d->figure->width,
				  STYLE_WARN,
				  "torn: the process changed while it was read");
	if (!d->top && *d->snap->no_heap)
		figure_text(d->figure, 0, d->y++, d->figure->width, STYLE_WARN,
			    "top is not known: %s", d->snap->no_heap);
	if (!d->brk)
		d->y += wrap_text(d->figure, 0, d->y, d->figure->width,
				  STYLE_DIM,
				  "This source does not tell brk: it lies in the last page of the area.");
}

static struct drawing plan(const struct snapshot *snap, int width)
{
	struct drawing d = {
		.snap = snap, .figure = figure_new(width < 40 ? 40 : width),
		.narrow = width < 60, .box_x = 28, .box_width = 30,
		.frame_x = 62,
	};

	if (d.narrow) {
		d.box_x = 0;
		d.box_width = 24;
		d.frame_x = 27;
	} else if (width >= 120) {
		d.box_x = 28;
		d.box_width = 52;
		d.frame_x = 86;
	}
	return d;
}

struct figure *figure_alloc(const struct snapshot *snap,
			    const struct figure_params *params)
{
	struct drawing d = plan(snap, params->width);

	if (!d.figure)
		return NULL;
	if (!find_heap(&d)) {
		wrap_text(d.figure, 0, 0, d.figure->width, STYLE_WARN,
			  "There is no [heap]: brk was not moved yet.");
	} else {
		if (d.map) {
			list_rows(&d);
			put_column(&d);
		}
		put_steps(&d);
		put_addresses(&d);
		put_notes(&d);
	}
	figure_finish(d.figure);
	return d.figure;
}
