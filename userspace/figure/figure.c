// SPDX-License-Identifier: GPL-2.0
/*
 * Figures as lists of items, and the one function that draws them. Drawing
 * costs what is in the window, not what is in the figure: a figure may have
 * 100,000 rows.
 */
#include "figure/figure.h"

#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "model/take.h"
#include "util/escape.h"

/* Items higher than this are listed apart, so that the others can be found. */
#define TALL_ROWS	16

const struct figure_info figures[] = {
	{ "layout", "the address space: segments, gaps and what is resident",
	  figure_layout, 0 },
	{ "descriptor", "task, memory descriptor and its areas",
	  figure_descriptor, 0 },
	{ "pages", "the pages of one area, and their frames", figure_pages,
	  TAKE_PAGES | TAKE_FRAMES | TAKE_SHARING },
	{ "walk", "an address on its way through the page tables", figure_walk,
	  TAKE_ENTRY },
	{ "tables", "the page tables and what they cost", figure_tables,
	  TAKE_TABLES },
	{ "chunk", "a chunk of malloc: its header, memory and next chunk",
	  figure_chunk, TAKE_HEAP },
	{ "heap", "all chunks of malloc in order of address", figure_heap,
	  TAKE_HEAP },
	{ "alloc", "how the heap gets memory: brk, touch, frame", figure_alloc,
	  TAKE_PAGES | TAKE_FRAMES | TAKE_HEAP },
};
const size_t nr_figures = sizeof(figures) / sizeof(figures[0]);

struct figure *figure_new(int width)
{
	struct figure *figure = calloc(1, sizeof(*figure));

	if (figure)
		figure->width = width;
	return figure;
}

void figure_free(struct figure *figure)
{
	if (!figure)
		return;
	for (size_t i = 0; i < figure->nr_items; i++)
		free(figure->items[i].text);
	free(figure->items);
	free(figure->marks);
	free(figure->tall);
	free(figure);
}

/* Room for one more element; false without memory, and then the old stays. */
static bool grow(void **array, size_t *cap, size_t nr, size_t size)
{
	size_t want;
	void *p;

	if (nr < *cap)
		return true;
	want = *cap ? *cap * 2 : 64;
	p = reallocarray(*array, want, size);
	if (!p)
		return false;
	*array = p;
	*cap = want;
	return true;
}

/* Never NULL: without memory the item goes nowhere. Good until the next call. */
struct figure_item *figure_add(struct figure *figure,
			       enum figure_item_kind kind, int x, int y,
			       int width, int height, enum style style)
{
	static _Thread_local struct figure_item nowhere;
	struct figure_item *item = &nowhere;

	if (grow((void **)&figure->items, &figure->cap_items,
		 figure->nr_items, sizeof(*item)))
		item = &figure->items[figure->nr_items++];
	else
		figure->failed = true;
	*item = (struct figure_item){
		.kind = kind, .x = x, .y = y, .width = width,
		.height = height, .style = style,
	};
	return item;
}

void figure_text(struct figure *figure, int x, int y, int width,
		 enum style style, const char *fmt, ...)
{
	char *text;
	va_list ap;
	int len;

	/* No text goes beyond the figure, whatever its maker believes. */
	if (width > figure->width - x)
		width = figure->width - x;
	if (width <= 0)
		return;
	va_start(ap, fmt);
	len = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (len < 0 || figure->failed) {
		if (len >= 0)
			free(text);
		figure->failed = true;
		return;
	}
	figure_add(figure, FIGURE_TEXT, x, y, width, 1, style)->text = text;
	if (figure->failed)
		free(text);
}

void figure_mark(struct figure *figure, uint64_t start, uint64_t end, int y,
		 int height, long vma)
{
	if (!grow((void **)&figure->marks, &figure->cap_marks,
		  figure->nr_marks, sizeof(*figure->marks))) {
		figure->failed = true;
		return;
	}
	figure->marks[figure->nr_marks++] = (struct figure_mark){
		.start = start, .end = end, .y = y, .height = height,
		.vma = vma,
	};
}

static int compare_items(const void *a, const void *b, void *first)
{
	const size_t *i = a, *j = b;
	const struct figure_item *items = first;

	if (items[*i].y != items[*j].y)
		return items[*i].y < items[*j].y ? -1 : 1;
	return *i < *j ? -1 : *i > *j;
}

static int compare_marks(const void *a, const void *b)
{
	const struct figure_mark *m = a, *n = b;

	return m->y < n->y ? -1 : m->y > n->y;
}

/* Items by row; those of one row stay in the order they were added. */
static bool sort_items(struct figure *figure)
{
	size_t nr = figure->nr_items;
	struct figure_item *sorted;
	bool in_order = true;
	size_t *order;

	for (size_t i = 1; i < nr && in_order; i++)
		in_order = figure->items[i - 1].y <= figure->items[i].y;
	if (in_order)
		return true;
	sorted = malloc(nr * sizeof(*sorted));
	order = malloc(nr * sizeof(*order));
	if (!sorted || !order) {
		free(sorted);
		free(order);
		return false;
	}
	for (size_t i = 0; i < nr; i++)
		order[i] = i;
	qsort_r(order, nr, sizeof(*order), compare_items, figure->items);
	for (size_t i = 0; i < nr; i++)
		sorted[i] = figure->items[order[i]];
	free(order);
	free(figure->items);
	figure->items = sorted;
	figure->cap_items = nr;
	return true;
}

void figure_finish(struct figure *figure)
{
	size_t cap_tall = 0;

	if (!sort_items(figure))
		figure->failed = true;
	if (figure->nr_marks)
		qsort(figure->marks, figure->nr_marks, sizeof(*figure->marks),
		      compare_marks);
	for (size_t i = 0; i < figure->nr_items; i++) {
		const struct figure_item *item = &figure->items[i];

		if (item->y + item->height > figure->height)
			figure->height = item->y + item->height;
		if (item->height <= TALL_ROWS)
			continue;
		if (!grow((void **)&figure->tall, &cap_tall, figure->nr_tall,
			  sizeof(*figure->tall))) {
			figure->failed = true;
			break;
		}
		figure->tall[figure->nr_tall++] = i;
	}
}

/* ---- drawing ---- */

#define ARM_UP		1U
#define ARM_DOWN	2U
#define ARM_LEFT	4U
#define ARM_RIGHT	8U

/* The line glyph with these arms. */
static const uint16_t joints[16] = {
	[ARM_UP] = 0x2502, [ARM_DOWN] = 0x2502, [ARM_UP | ARM_DOWN] = 0x2502,
	[ARM_LEFT] = 0x2500, [ARM_RIGHT] = 0x2500,
	[ARM_LEFT | ARM_RIGHT] = 0x2500,
	[ARM_DOWN | ARM_RIGHT] = 0x250c,
	[ARM_DOWN | ARM_LEFT] = 0x2510,
	[ARM_UP | ARM_RIGHT] = 0x2514,
	[ARM_UP | ARM_LEFT] = 0x2518,
	[ARM_UP | ARM_DOWN | ARM_RIGHT] = 0x251c,
	[ARM_UP | ARM_DOWN | ARM_LEFT] = 0x2524,
	[ARM_LEFT | ARM_RIGHT | ARM_DOWN] = 0x252c,
	[ARM_LEFT | ARM_RIGHT | ARM_UP] = 0x2534,
	[ARM_UP | ARM_DOWN | ARM_LEFT | ARM_RIGHT] = 0x253c,
};

/*
 * The window as a canvas of its own, so that what is outside is clipped, and
 * beside it the arms of the line through each cell.
 */
struct pen {
	struct canvas *canvas;
	uint8_t *arms;
};

static void put_line(struct pen *pen, int x, int y, unsigned int arms,
		     enum style style)
{
	struct canvas *c = pen->canvas;
	uint8_t *cell;

	if (x < 0 || y < 0 || x >= c->width || y >= c->height)
		return;
	cell = &pen->arms[(size_t)y * c->width + x];
	*cell |= arms;
	canvas_put(c, x, y, joints[*cell], style, 0);
}

static void draw_box(struct pen *pen, const struct figure_item *item, int x,
		     int y)
{
	int right = x + item->width - 1, bottom = y + item->height - 1;
	int top = y < 0 ? -1 : y;
	int end = bottom < pen->canvas->height ? bottom : pen->canvas->height;

	if (item->width < 2 || item->height < 2)
		return;
	for (int i = x + 1; i < right; i++) {
		put_line(pen, i, y, ARM_LEFT | ARM_RIGHT, item->style);
		put_line(pen, i, bottom, ARM_LEFT | ARM_RIGHT, item->style);
	}
	for (int i = top + 1; i < end; i++) {
		put_line(pen, x, i, ARM_UP | ARM_DOWN, item->style);
		put_line(pen, right, i, ARM_UP | ARM_DOWN, item->style);
	}
	put_line(pen, x, y, ARM_DOWN | ARM_RIGHT, item->style);
	put_line(pen, right, y, ARM_DOWN | ARM_LEFT, item->style);
	put_line(pen, x, bottom, ARM_UP | ARM_RIGHT, item->style);
	put_line(pen, right, bottom, ARM_UP | ARM_LEFT, item->style);
}

/* A line's own glyph, or 0: joined lines. */
static uint32_t glyph_of(const struct figure_item *item)
{
	uint32_t ch;

	if (!item->text || !item->text[0])
		return 0;
	utf8_decode(item->text, strlen(item->text), &ch);
	return ch;
}

static void draw_line(struct pen *pen, const struct figure_item *item, int x,
		      int y)
{
	uint32_t glyph = glyph_of(item);
	bool down = item->height > 1;
	int n = down ? item->height : item->width;
	int from = 0, to = n;

	if (down) {
		from = y < 0 ? -y : 0;
		if (to > pen->canvas->height - y)
			to = pen->canvas->height - y;
	}
	for (int i = from; i < to; i++) {
		unsigned int arms = down ? ARM_UP | ARM_DOWN :
					   ARM_LEFT | ARM_RIGHT;
		int col = down ? x : x + i, row = down ? y + i : y;

		/* Ends do not reach further: they make corners. */
		if (n > 1 && i == 0)
			arms &= down ? ~ARM_UP : ~ARM_LEFT;
		if (n > 1 && i == n - 1)
			arms &= down ? ~ARM_DOWN : ~ARM_RIGHT;
		if (glyph)
			canvas_put(pen->canvas, col, row, glyph, item->style,
				   item->attr);
		else
			put_line(pen, col, row, arms, item->style);
	}
	if (item->kind != FIGURE_ARROW || n < 1)
		return;
	if (down)
		canvas_put(pen->canvas, x, item->reverse ? y : y + n - 1,
			   item->reverse ? 0x25b2 : 0x25bc, item->style,
			   item->attr);
	else
		canvas_put(pen->canvas, item->reverse ? x : x + n - 1, y,
			   item->reverse ? 0x25c4 : 0x25ba, item->style,
			   item->attr);
}

static void draw_brace(struct pen *pen, const struct figure_item *item, int x,
		       int y)
{
	struct canvas *c = pen->canvas;
	int h = item->height, mid = (h - 1) / 2;
	bool left = !item->reverse;

	if (h == 1) {
		canvas_put(c, x, y, left ? '}' : '{', item->style, 0);
		return;
	}
	for (int i = y < 0 ? -y : 0; i < h && y + i < c->height; i++) {
		uint32_t ch = 0x2502;

		if (i == 0)
			ch = left ? 0x2510 : 0x250c;
		else if (i == h - 1)
			ch = left ? 0x2518 : 0x2514;
		else if (i == mid)
			ch = left ? 0x251c : 0x2524;
		canvas_put(c, x, y + i, ch, item->style, 0);
	}
}

static void draw_item(struct pen *pen, const struct figure_item *item,
		      int from_x, int from_y)
{
	struct canvas *c = pen->canvas;
	int x = item->x - from_x, y = item->y - from_y;

	if (y >= c->height || y + item->height <= 0)
		return;
	switch (item->kind) {
	case FIGURE_BOX:
		draw_box(pen, item, x, y);
		break;
	case FIGURE_FILL:
		canvas_fill(c, x, y, item->width, item->height,
			    glyph_of(item) ? glyph_of(item) : ' ', item->style);
		break;
	case FIGURE_TEXT:
		if (!item->text)
			break;
		if (item->reverse)
			canvas_text_tail(c, x, y, item->width, item->style,
					 item->attr, item->text);
		else
			canvas_text(c, x, y, item->width, item->style,
				    item->attr, item->text);
		break;
	case FIGURE_BAR:
		canvas_bar(c, x, y, item->width, item->value, item->full,
			   item->style);
		break;
	case FIGURE_LINE:
	case FIGURE_ARROW:
		draw_line(pen, item, x, y);
		break;
	case FIGURE_BRACE:
		draw_brace(pen, item, x, y);
		break;
	}
}

/* The first item that is not above row y, of those that are not tall. */
static size_t first_item(const struct figure *figure, int y)
{
	size_t lo = 0, hi = figure->nr_items;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (figure->items[mid].y + TALL_ROWS <= y)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void draw_selection(const struct figure *figure, struct canvas *canvas,
			   const struct figure_mark *mark, int from_x,
			   int from_y)
{
	int x = figure->mark_x - from_x, width = figure->mark_width;

	if (!width) {
		x = 0;
		width = canvas->width;
	}
	for (int i = 0; i < mark->height; i++) {
		int row = mark->y - from_y + i;

		if (row < 0 || row >= canvas->height)
			continue;
		for (int col = x < 0 ? 0 : x;
		     col < x + width && col < canvas->width; col++)
			canvas->cells[(size_t)row * canvas->width + col].attr |=
				CELL_REVERSE;
	}
}

/* The part of both canvases that the window covers. */
static void copy_window(struct canvas *canvas, const struct canvas *window,
			int x, int y)
{
	for (int row = 0; row < window->height; row++) {
		for (int col = 0; col < window->width; col++) {
			const struct cell *cell = canvas_cell(window, col, row);

			if (cell->attr & CELL_HIDDEN)
				continue;
			canvas_put(canvas, x + col, y + row, cell->ch,
				   cell->style, cell->attr);
		}
	}
}

void figure_draw(const struct figure *figure, struct canvas *canvas,
		 int x, int y, int width, int height,
		 int from_x, int from_y, long selected)
{
	struct pen pen;

	if (width > canvas->width)
		width = canvas->width;
	if (height > canvas->height)
		height = canvas->height;
	if (width <= 0 || height <= 0)
		return;
	pen.canvas = canvas_new(width, height, canvas->unicode);
	pen.arms = calloc((size_t)width * height, 1);
	if (!pen.canvas || !pen.arms)
		goto out;
	for (size_t i = 0; i < figure->nr_tall; i++)
		draw_item(&pen, &figure->items[figure->tall[i]], from_x,
			  from_y);
	for (size_t i = first_item(figure, from_y); i < figure->nr_items; i++) {
		const struct figure_item *item = &figure->items[i];

		if (item->y >= from_y + height)
			break;
		if (item->height <= TALL_ROWS)
			draw_item(&pen, item, from_x, from_y);
	}
	if (selected >= 0 && (size_t)selected < figure->nr_marks)
		draw_selection(figure, pen.canvas, &figure->marks[selected],
			       from_x, from_y);
	copy_window(canvas, pen.canvas, x, y);
out:
	canvas_free(pen.canvas);
	free(pen.arms);
}
