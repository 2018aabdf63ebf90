// SPDX-License-Identifier: GPL-2.0
/*
 * Cells, clipping and glyphs. Every character reaches a cell through put_raw(),
 * so that no cell ever lies outside the grid, holds a control character or is
 * one half of a double-width character without the other.
 */
#include "figure/canvas.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "util/escape.h"

/* What a plain canvas shows for the glyphs that drawing code uses. */
static const struct {
	uint32_t first, last;
	char ascii;
} plain_glyphs[] = {
	{ 0x00a0, 0x00a0, ' ' },	/* no-break space */
	{ 0x00b5, 0x00b5, 'u' },	/* µ */
	{ 0x00b7, 0x00b7, '.' },	/* · */
	{ 0x00d7, 0x00d7, 'x' },	/* × */
	{ 0x2013, 0x2014, '-' },	/* – — */
	{ 0x2022, 0x2022, '*' },	/* • */
	{ 0x2026, 0x2026, '~' },	/* … */
	{ 0x2190, 0x2190, '<' },	/* ← */
	{ 0x2191, 0x2191, '^' },	/* ↑ */
	{ 0x2192, 0x2192, '>' },	/* → */
	{ 0x2193, 0x2193, 'v' },	/* ↓ */
	{ 0x2260, 0x2260, '#' },	/* ≠ */
	{ 0x2264, 0x2264, '<' },	/* ≤ */
	{ 0x2265, 0x2265, '>' },	/* ≥ */
	{ 0x2500, 0x2501, '-' },	/* ─ ━ */
	{ 0x2502, 0x2503, '|' },	/* │ ┃ */
	{ 0x2504, 0x2505, '-' },	/* ┄ */
	{ 0x2506, 0x2507, ':' },	/* ┆ */
	{ 0x2508, 0x2509, '-' },	/* ┈ */
	{ 0x250a, 0x250b, ':' },	/* ┊ */
	{ 0x250c, 0x254b, '+' },	/* corners and crossings */
	{ 0x254c, 0x254d, '-' },	/* ╌ */
	{ 0x254e, 0x254f, ':' },	/* ╎ */
	{ 0x2550, 0x2550, '=' },	/* ═ */
	{ 0x2551, 0x2551, '|' },	/* ║ */
	{ 0x2552, 0x2570, '+' },	/* double and round corners */
	{ 0x2574, 0x2574, '-' },	/* ╴ */
	{ 0x2575, 0x2575, '|' },	/* ╵ */
	{ 0x2576, 0x2576, '-' },	/* ╶ */
	{ 0x2577, 0x2577, '|' },	/* ╷ */
	{ 0x2580, 0x2590, '#' },	/* blocks */
	{ 0x2591, 0x2591, ':' },	/* ░: not as a middle dot is */
	{ 0x2592, 0x2592, '+' },	/* ▒ */
	{ 0x2593, 0x2593, '%' },	/* ▓: not as a full block is */
	{ 0x25b2, 0x25b4, '^' },	/* ▲ */
	{ 0x25b6, 0x25ba, '>' },	/* ▶ ► */
	{ 0x25bc, 0x25be, 'v' },	/* ▼ */
	{ 0x25c0, 0x25c4, '<' },	/* ◀ ◄ */
	{ 0x25cf, 0x25cf, '*' },	/* ● */
};

/* The ASCII stand-in of a glyph, or 0 where there is none. */
static char plain_glyph(uint32_t ch)
{
	size_t lo = 0, hi = sizeof(plain_glyphs) / sizeof(plain_glyphs[0]);

	if (ch < 0x80)
		return ch;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (ch < plain_glyphs[mid].first)
			hi = mid;
		else if (ch > plain_glyphs[mid].last)
			lo = mid + 1;
		else
			return plain_glyphs[mid].ascii;
	}
	return 0;
}

struct canvas *canvas_new(int width, int height, bool unicode)
{
	struct canvas *c;

	if (width < 1)
		width = 1;
	if (height < 1)
		height = 1;
	c = malloc(sizeof(*c));
	if (!c)
		return NULL;
	c->width = width;
	c->height = height;
	c->unicode = unicode;
	c->cells = calloc((size_t)width * height, sizeof(*c->cells));
	if (!c->cells) {
		free(c);
		return NULL;
	}
	canvas_clear(c);
	return c;
}

void canvas_free(struct canvas *canvas)
{
	if (!canvas)
		return;
	free(canvas->cells);
	free(canvas);
}

void canvas_clear(struct canvas *canvas)
{
	const struct cell blank = { .ch = ' ', .style = STYLE_NORMAL };
	size_t n = (size_t)canvas->width * canvas->height;

	for (size_t i = 0; i < n; i++)
		canvas->cells[i] = blank;
}

/*
 * Sets a cell inside the grid. What it overwrites may be half of a
 * double-width character: the other half becomes a blank.
 */
static void set_cell(struct canvas *c, int x, int y, uint32_t ch,
		     enum style style, unsigned int attr)
{
	struct cell *cell = &c->cells[(size_t)y * c->width + x];

	if (cell->attr & CELL_WIDE && x + 1 < c->width) {
		cell[1].ch = ' ';
		cell[1].attr &= ~CELL_HIDDEN;
	}
	if (cell->attr & CELL_HIDDEN && x > 0) {
		cell[-1].ch = ' ';
		cell[-1].attr &= ~CELL_WIDE;
	}
	cell->ch = ch;
	cell->style = style;
	cell->attr = attr;
}

/* Puts a character that has columns 1 or 2; what is outside is dropped. */
static void put_raw(struct canvas *c, int x, int y, uint32_t ch, int columns,
		    enum style style, unsigned int attr)
{
	bool left = x >= 0 && x < c->width;
	bool right = columns == 2 && x >= -1 && x + 1 < c->width;

	attr &= ~(CELL_WIDE | CELL_HIDDEN);
	if (y < 0 || y >= c->height)
		return;
	if (columns == 1) {
		if (left)
			set_cell(c, x, y, ch, style, attr);
		return;
	}
	/* A character that the edge cuts in two leaves a blank. */
	if (left)
		set_cell(c, x, y, right ? ch : ' ', style,
			 right ? attr | CELL_WIDE : attr);
	if (right) {
		struct cell *cell = &c->cells[(size_t)y * c->width + x + 1];

		if (cell->attr & CELL_WIDE && x + 2 < c->width) {
			cell[1].ch = ' ';
			cell[1].attr &= ~CELL_HIDDEN;
		}
		cell->ch = ' ';
		cell->style = style;
		cell->attr = left ? attr | CELL_HIDDEN : attr;
	}
}

void canvas_put(struct canvas *c, int x, int y, uint32_t ch, enum style style,
		unsigned int attr)
{
	int columns = char_columns(ch);

	if (!columns) {
		ch = '?';
		columns = 1;
	}
	if (!c->unicode && ch >= 0x80) {
		char plain = plain_glyph(ch);

		for (int i = 0; i < columns; i++)
			put_raw(c, x + i, y, plain ? plain : '?', 1, style,
				attr);
		return;
	}
	put_raw(c, x, y, ch, columns, style, attr);
}

/*
 * One character of outside text as it is shown: itself, or its escape, which
 * is never cut in the middle. On a plain canvas the glyphs of our own figures
 * have their stand-ins and everything else behind ASCII is escaped.
 */
struct piece {
	char text[32];		/* UTF-8 that needs no escaping any more */
	uint32_t ch;		/* when it is a single character, else 0 */
	int columns;
	size_t bytes;		/* of the source; 0 at its end */
};

static void next_piece(struct piece *piece, const char *text, bool unicode)
{
	char unit[8] = "";
	uint32_t ch;

	piece->bytes = 0;
	piece->columns = 0;
	piece->ch = 0;
	if (!*text)
		return;
	if ((unsigned char)*text >= ' ' && (unsigned char)*text < 0x7f) {
		piece->bytes = 1;
		piece->columns = 1;
		piece->ch = (unsigned char)*text;
		return;
	}
	piece->bytes = utf8_decode(text, strnlen(text, 4), &ch);
	if (ch != ESCAPE_INVALID) {
		piece->columns = char_columns(ch);
		if (piece->columns && (unicode || plain_glyph(ch))) {
			piece->ch = ch;
			return;
		}
	}
	memcpy(unit, text, piece->bytes);
	escape_text(piece->text, sizeof(piece->text), unit, !unicode);
	piece->columns = strlen(piece->text);
}

static void put_piece(struct canvas *c, int x, int y, const struct piece *piece,
		      enum style style, unsigned int attr)
{
	if (piece->ch) {
		canvas_put(c, x, y, piece->ch, style, attr);
		return;
	}
	/* Escapes are ASCII. */
	/* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Branch): no character: text */
	for (const char *p = piece->text; *p; p++)
		canvas_put(c, x++, y, (unsigned char)*p, style, attr);
}

/* Columns of text, counting no further than limit columns. */
static int measure(const char *text, bool unicode, int limit)
{
	struct piece piece;
	int columns = 0;

	for (; columns <= limit; text += piece.bytes) {
		next_piece(&piece, text, unicode);
		if (!piece.bytes)
			break;
		columns += piece.columns;
	}
	return columns;
}

int canvas_text(struct canvas *c, int x, int y, int max, enum style style,
		unsigned int attr, const char *text)
{
	struct piece piece;
	int used = 0, room = max;
	bool cut;

	if (max <= 0)
		return 0;
	cut = measure(text, c->unicode, max) > max;
	if (cut)
		room--;
	for (;; text += piece.bytes) {
		next_piece(&piece, text, c->unicode);
		if (!piece.bytes || used + piece.columns > room)
			break;
		put_piece(c, x + used, y, &piece, style, attr);
		used += piece.columns;
	}
	if (cut)
		canvas_put(c, x + used++, y, 0x2026, style, attr);
	return used;
}

int canvas_text_tail(struct canvas *c, int x, int y, int max, enum style style,
		     unsigned int attr, const char *text)
{
	struct piece piece;
	int columns;

	if (max <= 0)
		return 0;
	columns = measure(text, c->unicode, INT32_MAX - 64);
	if (columns <= max)
		return canvas_text(c, x, y, max, style, attr, text);
	while (columns > max - 1) {
		next_piece(&piece, text, c->unicode);
		if (!piece.bytes)
			break;
		text += piece.bytes;
		columns -= piece.columns;
	}
	canvas_put(c, x, y, 0x2026, style, attr);
	return 1 + canvas_text(c, x + 1, y, max - 1, style, attr, text);
}

int canvas_printf(struct canvas *c, int x, int y, int max, enum style style,
		  unsigned int attr, const char *fmt, ...)
{
	char *text;
	va_list ap;
	int used;

	va_start(ap, fmt);
	used = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (used < 0)
		return 0;
	used = canvas_text(c, x, y, max, style, attr, text);
	free(text);
	return used;
}

void canvas_hline(struct canvas *c, int x, int y, int width, enum style style)
{
	canvas_fill(c, x, y, width, 1, 0x2500, style);
}

void canvas_vline(struct canvas *c, int x, int y, int height, enum style style)
{
	canvas_fill(c, x, y, 1, height, 0x2502, style);
}

void canvas_box(struct canvas *c, int x, int y, int width, int height,
		enum style style)
{
	int right = x + width - 1, bottom = y + height - 1;

	if (width < 2 || height < 2)
		return;
	canvas_hline(c, x + 1, y, width - 2, style);
	canvas_hline(c, x + 1, bottom, width - 2, style);
	canvas_vline(c, x, y + 1, height - 2, style);
	canvas_vline(c, right, y + 1, height - 2, style);
	canvas_put(c, x, y, 0x250c, style, 0);
	canvas_put(c, right, y, 0x2510, style, 0);
	canvas_put(c, x, bottom, 0x2514, style, 0);
	canvas_put(c, right, bottom, 0x2518, style, 0);
}

void canvas_fill(struct canvas *c, int x, int y, int width, int height,
		 uint32_t ch, enum style style)
{
	/* Clipped first: a figure may ask for far more rows than there are. */
	int x0 = x < 0 ? 0 : x, y0 = y < 0 ? 0 : y;
	int64_t x1 = (int64_t)x + width, y1 = (int64_t)y + height;

	if (x1 > c->width)
		x1 = c->width;
	if (y1 > c->height)
		y1 = c->height;
	for (int row = y0; row < y1; row++)
		for (int col = x0; col < x1; col++)
			canvas_put(c, col, row, ch, style, 0);
}

/*
 * How many of steps are filled. Rounded to the nearest, but only nothing looks
 * like nothing and only everything like everything.
 */
static int bar_steps(uint64_t fill, uint64_t full, int steps)
{
	int n;

	if (!full || !fill || steps <= 0)
		return 0;
	if (fill >= full)
		return steps;
	/* NOLINTNEXTLINE(bugprone-incorrect-roundings): positive and small */
	n = (double)fill / (double)full * steps + 0.5;
	if (n < 1)
		n = 1;
	if (n >= steps && steps > 1)
		n = steps - 1;
	return n;
}

void canvas_bar(struct canvas *c, int x, int y, int width, uint64_t fill,
		uint64_t full, enum style style)
{
	int unit = c->unicode ? 8 : 1;
	int steps;

	if (width <= 0)
		return;
	steps = bar_steps(fill, full, width * unit);
	for (int i = 0; i < width; i++, steps -= unit) {
		if (steps >= unit)
			canvas_put(c, x + i, y, 0x2588, style, 0);
		else if (steps > 0)
			/* U+2589 is seven eighths, U+258F one. */
			canvas_put(c, x + i, y, 0x2590 - steps, style, 0);
		else
			canvas_put(c, x + i, y, 0xb7, STYLE_DIM, 0);
	}
}

int canvas_write(const struct canvas *c, FILE *out)
{
	for (int y = 0; y < c->height; y++) {
		int end = c->width;

		while (end > 0 && canvas_cell(c, end - 1, y)->ch == ' ' &&
		       !(canvas_cell(c, end - 1, y)->attr & CELL_HIDDEN))
			end--;
		for (int x = 0; x < end; x++) {
			const struct cell *cell = canvas_cell(c, x, y);
			char utf8[4];
			size_t len;

			if (cell->attr & CELL_HIDDEN)
				continue;
			len = utf8_encode(cell->ch, utf8);
			if (fwrite(utf8, 1, len, out) != len)
				return -1;
		}
		if (putc('\n', out) == EOF)
			return -1;
	}
	return 0;
}
