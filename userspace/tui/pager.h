/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Paragraphs with a term before each, wrapped to any width: the help, the
 * explanations and the detail pane.
 */
#ifndef VMAVIEW_TUI_PAGER_H
#define VMAVIEW_TUI_PAGER_H

#include "figure/canvas.h"

struct pager;

/*
 * plain: for a canvas without Unicode. indent: columns that terms get.
 * NULL without memory; the other functions take NULL for an empty pager.
 */
struct pager *pager_new(bool plain, int indent);
void pager_free(struct pager *pager);

/*
 * A paragraph behind a term. term may be "": the text is indented alone.
 * Text can be from outside; it is escaped. When memory runs out lines are
 * missing.
 */
void pager_add(struct pager *pager, enum style term_style, const char *term,
	       enum style style, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* A line over the whole width, not wrapped but cut at its right end. */
void pager_line(struct pager *pager, enum style style, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void pager_blank(struct pager *pager);

/* Rows needed in this width, and the widest line without any wrapping. */
int pager_rows(const struct pager *pager, int width);
int pager_columns(const struct pager *pager);
/* Draws the rows from row top on; says so when there are more. */
void pager_draw(const struct pager *pager, struct canvas *canvas, int x, int y,
		int width, int height, int top);

#endif
