// SPDX-License-Identifier: GPL-2.0
/*
 * Texts are escaped once, when they are added; what is kept is printable, and
 * escaping it again changes nothing. Wrapping is done while counting or
 * drawing: a pager is short.
 */
#include "tui/pager.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "util/escape.h"
#include "util/wrap.h"

struct paragraph {
	enum style term_style, style;
	char *term;	/* NULL: a line over the whole width */
	char *text;
};

struct pager {
	bool plain;
	int indent;
	struct paragraph *paragraphs;
	size_t nr, cap;
};

struct pager *pager_new(bool plain, int indent)
{
	struct pager *p = calloc(1, sizeof(*p));

	if (p) {
		p->plain = plain;
		p->indent = indent;
	}
	return p;
}

void pager_free(struct pager *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->nr; i++) {
		free(p->paragraphs[i].term);
		free(p->paragraphs[i].text);
	}
	free(p->paragraphs);
	free(p);
}

static char *escaped(const struct pager *p, const char *text)
{
	size_t len = escape_text(NULL, 0, text, p->plain);
	char *out = malloc(len + 1);

	if (out)
		escape_text(out, len + 1, text, p->plain);
	return out;
}

static void add(struct pager *p, enum style term_style, const char *term,
		enum style style, const char *fmt, va_list args)
{
	struct paragraph para = { .term_style = term_style, .style = style };
	struct paragraph *more;
	char *raw;

	if (!p)
		return;
	if (p->nr == p->cap) {
		size_t cap = p->cap ? 2 * p->cap : 32;

		more = reallocarray(p->paragraphs, cap, sizeof(*more));
		if (!more)
			return;
		p->paragraphs = more;
		p->cap = cap;
	}
	if (vasprintf(&raw, fmt, args) < 0)
		return;
	para.text = escaped(p, raw);
	free(raw);
	if (term)
		para.term = escaped(p, term);
	if (!para.text || (term && !para.term)) {
		free(para.text);
		free(para.term);
		return;
	}
	p->paragraphs[p->nr++] = para;
}

void pager_add(struct pager *p, enum style term_style, const char *term,
	       enum style style, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add(p, term_style, term, style, fmt, args);
	va_end(args);
}

void pager_line(struct pager *p, enum style style, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add(p, STYLE_NORMAL, NULL, style, fmt, args);
	va_end(args);
}

void pager_blank(struct pager *p)
{
	pager_line(p, STYLE_NORMAL, "%s", "");
}

/* Draws one paragraph's rows from y on, where they are inside; returns them. */
static int lay(const struct pager *p, const struct paragraph *para,
	       struct canvas *c, int x, int y, int width, int y_min, int y_max)
{
	const char *text = para->text;
	int rows = 0, indent = p->indent, term;

	if (!para->term) {
		if (c && y >= y_min && y < y_max)
			canvas_text(c, x, y, width, para->style, 0, text);
		return 1;
	}
	term = wrap_columns(para->term);
	if (indent > width / 2)
		indent = width / 2;
	if (term && c && y >= y_min && y < y_max)
		canvas_text(c, x, y, width, para->term_style, 0, para->term);
	if (term > indent - 1 && term && *text)
		rows++;		/* no room beside it: the text goes below */
	do {
		size_t bytes = wrap_bytes(text, width - indent);
		char *row;

		if (c && y + rows >= y_min && y + rows < y_max) {
			row = strndup(text, bytes);
			if (row)
				canvas_text(c, x + indent, y + rows,
					    width - indent, para->style, 0,
					    row);
			free(row);
		}
		rows++;
		text += bytes;
	} while (*text);
	return rows;
}

int pager_rows(const struct pager *p, int width)
{
	int rows = 0;

	for (size_t i = 0; p && i < p->nr; i++)
		rows += lay(p, &p->paragraphs[i], NULL, 0, 0, width, 0, 0);
	return rows;
}

int pager_columns(const struct pager *p)
{
	int widest = 0;

	for (size_t i = 0; p && i < p->nr; i++) {
		const struct paragraph *para = &p->paragraphs[i];
		int n = wrap_columns(para->text) + (para->term ? p->indent : 0);

		if (n > widest)
			widest = n;
	}
	return widest;
}

void pager_draw(const struct pager *p, struct canvas *c, int x, int y,
		int width, int height, int top)
{
	int at = y - top;

	if (width < 1)
		return;
	for (size_t i = 0; p && i < p->nr && at < y + height; i++)
		at += lay(p, &p->paragraphs[i], c, x, at, width, y, y + height);
	if (width < 8)
		return;
	if (top > 0)
		canvas_put(c, x + width - 1, y, 0x25b2, STYLE_KEY, 0);
	if (pager_rows(p, width) - top > height)
		canvas_put(c, x + width - 1, y + height - 1, 0x25bc, STYLE_KEY,
			   0);
}
