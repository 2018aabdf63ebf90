// SPDX-License-Identifier: GPL-2.0
/*
 * The grid, its head and legend, and the panel on the cell under the cursor.
 * Drawing costs what is seen of the area, whatever its size.
 */
#include "tui/view_pages.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "figure/pages.h"
#include "model/region.h"
#include "tui/place.h"

static void draw_name(const struct scene *scene, const struct vma *vma,
		      struct canvas *c, int width)
{
	const struct region_info *region = &regions[vma->region];
	enum style style = STYLE_REGION + vma->region;
	uint64_t flags = vma->flags;
	int x;

	x = canvas_printf(c, 0, 0, width, style, CELL_BOLD, "%c %s ",
			  region->letter, region->name);
	if (scene->width >= 60)
		x += canvas_printf(c, x, 0, width - x, STYLE_VALUE, 0,
				   " 0x%" PRIx64 " - 0x%" PRIx64 "  %c%c%c%c ",
				   vma->start, vma->end,
				   flags & VF_BIT(VF_READ) ? 'r' : '-',
				   flags & VF_BIT(VF_WRITE) ? 'w' : '-',
				   flags & VF_BIT(VF_EXEC) ? 'x' : '-',
				   flags & VF_BIT(VF_MAYSHARE) ? 's' : 'p');
	if (vma->object)
		canvas_text_tail(c, x + 1, 0, width - x - 1, STYLE_FILE, 0,
				 scene->width < 60 ?
				 place_basename(vma->object->name) :
				 vma->object->name);
}

/* "Size 20 KiB  Rss 12 KiB  page sizes 4K", as much as there is room for. */
static int draw_sizes(const struct pages *v, const struct scene *scene,
		      const struct vma *vma, struct canvas *c, int x, int y,
		      int room)
{
	char size[FORMAT_SIZE_MAX], rss[PAGES_TEXT_MAX], sizes[PAGES_TEXT_MAX];
	const struct page_sum *sum = v->has_sum ? &v->sum : NULL;
	bool small = v->brief;
	int used;

	used = canvas_printf(c, x, y, room, STYLE_TITLE, 0, "Size %s  Rss %s",
			     format_size(size, vma_size(vma), small),
			     pages_format_rss(rss, scene->snap, vma, sum,
					      small));
	if (small)
		return used;
	return used + canvas_printf(c, x + used, y, room - used, STYLE_NORMAL,
				    0, "  page sizes %s", sum ?
				    pages_format_sizes(sizes, scene->snap,
						       sum) : "?");
}

static void draw_head(const struct pages *v, const struct scene *scene,
		      struct canvas *c)
{
	const struct vma *vma = &scene->snap->vmas[v->vma];
	char right[100], cell[FORMAT_SIZE_MAX], row[32], rows[32];
	int len, y = v->brief ? 0 : 1, x = 0;

	format_size(cell, v->grid.cell_size, v->brief);
	format_count(rows, grid_rows(&v->grid));
	if (v->brief)
		snprintf(right, sizeof(right), "%s a cell", cell);
	else if (grid_rows(&v->grid) > (uint64_t)v->cells.height)
		snprintf(right, sizeof(right), "%s a cell, row %s of %s", cell,
			 format_count(row, v->top + 1), rows);
	else
		snprintf(right, sizeof(right), "%s a cell", cell);
	len = (int)strlen(right);
	if (v->brief) {
		x = canvas_printf(c, 0, 0, 2, STYLE_REGION + vma->region,
				  CELL_BOLD, "%c ",
				  regions[vma->region].letter) + 1;
		draw_sizes(v, scene, vma, c, x - 1, 0, c->width - len - x);
	} else {
		draw_name(scene, vma, c, c->width);
		draw_sizes(v, scene, vma, c, 0, 1, c->width - len - 1);
	}
	canvas_text(c, c->width - len, y, len, STYLE_DIM, 0, right);
}

static void draw_row(const struct pages *v, struct canvas *c, uint64_t row,
		     int y)
{
	uint64_t first = row * v->grid.columns, last = grid_cells(&v->grid);
	uint64_t at = grid_index(&v->grid, v->address);
	bool here = at / v->grid.columns == row, changed = false;

	canvas_printf(c, 0, y, v->lead - 1, here ? STYLE_TITLE : STYLE_LABEL,
		      0, c->width < 60 ? "%" PRIx64 : "0x%" PRIx64,
		      grid_cell_start(&v->grid, first));
	for (int i = 0; i < v->grid.columns && first + i < last; i++) {
		struct grid_cell cell = grid_cell(&v->grid, first + i);
		unsigned int attr = cell.changed ? CELL_BOLD : 0;

		if (first + i == at)
			attr |= CELL_REVERSE;
		canvas_put(c, v->cells.x + i, y, cell.glyph, cell.style, attr);
		changed |= cell.changed;
	}
	if (changed)
		canvas_put(c, v->lead - 1, y, '*', STYLE_CHANGED, 0);
}

/* Why there is nothing to draw. */
static void draw_unknown(const struct pages *v, const struct scene *scene,
			 struct canvas *c)
{
	const struct provenance *from = &scene->snap->from;
	int y = v->cells.y;

	canvas_text(c, 0, y++, c->width, STYLE_WARN, 0, !v->came_without ?
		    "reading the pages..." :
		    "this source can't tell the state of pages");
	for (unsigned int i = 0; v->came_without && i < from->nr_notes; i++)
		canvas_printf(c, 0, y++, c->width, STYLE_WARN, 0, "! %s",
			      from->notes[i]);
}

/* The kinds of the area with their sizes; what has no room is left out. */
static void draw_legend(const struct pages *v, const struct scene *scene,
			struct canvas *c)
{
	int x = 0, y = v->legend_y;

	if (v->zoom && !v->letters && c->width >= 60)
		x = canvas_text(c, 0, y, c->width, STYLE_DIM, 0,
				"░▒▓█ mapped (t: kind) ") + 1;
	for (int kind = PAGE_KIND_NR; kind-- > 0; ) {
		char size[FORMAT_SIZE_MAX], text[64];
		int len;

		if (!v->sum.kinds[kind])
			continue;
		len = snprintf(text, sizeof(text), "%s %s",
			       page_kinds[kind].name,
			       format_size(size, v->sum.kinds[kind] *
					   scene->snap->page_size, 1));
		if (x + 4 + len > c->width) {
			canvas_put(c, x, y, 0x2026, STYLE_DIM, 0);
			return;
		}
		canvas_put(c, x, y, page_kinds[kind].glyph, STYLE_PAGE + kind,
			   CELL_BOLD);
		canvas_text(c, x + 2, y, len, STYLE_PAGE + kind, 0, text);
		x += len + 4;
	}
	if ((!v->zoom || v->letters) &&
	    (v->sum.flags[__builtin_ctz(PAGE_PMD)] ||
	     v->sum.flags[__builtin_ctz(PAGE_PUD)]))
		canvas_text(c, x, y, c->width - x, STYLE_DIM, 0,
			    "CAPITAL huge page");
}

static void draw_panel(const struct pages *v, struct canvas *c)
{
	if (v->panel.x)
		canvas_vline(c, v->panel.x - 2, v->panel.y, v->panel.height,
			     STYLE_DIM);
	else if (!v->brief)
		canvas_hline(c, 0, v->panel.y - 1, c->width, STYLE_DIM);
	pager_draw(v->pager, c, v->panel.x, v->panel.y, v->panel.width,
		   v->panel.height, 0);
}

void view_pages_draw(const void *self, const struct scene *scene,
		     struct canvas *canvas)
{
	const struct pages *v = self;

	if (v->vma < 0) {
		canvas_printf(canvas, 0, 0, canvas->width, STYLE_WARN, 0,
			      "0x%" PRIx64 " lies in no area: no pages",
			      scene->address);
		canvas_text(canvas, 0, 1, canvas->width, STYLE_DIM, 0,
			    "{ and } go to the areas around it");
		return;
	}
	draw_head(v, scene, canvas);
	if (!v->grid.map) {
		draw_unknown(v, scene, canvas);
		return;
	}
	for (int i = 0; i < v->cells.height; i++)
		if (v->top + i < grid_rows(&v->grid))
			draw_row(v, canvas, v->top + i, v->cells.y + i);
	draw_panel(v, canvas);
	if (v->legend_y >= 0 && v->has_sum)
		draw_legend(v, scene, canvas);
	else if (v->legend_y >= 0)
		canvas_text(canvas, 0, v->legend_y, canvas->width, STYLE_WARN,
			    0, "? not read: too many, or the area grew");
}
