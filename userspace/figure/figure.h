/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The article's figures as data: boxes, labels, lines, braces and arrows at
 * places of a character grid that is as high as the figure needs. A figure is
 * made from a snapshot by a pure function and drawn, through a window, by
 * figure_draw(). Other renderers can read the items.
 */
#ifndef VMAVIEW_FIGURE_FIGURE_H
#define VMAVIEW_FIGURE_FIGURE_H

#include "figure/canvas.h"
#include "model/diff.h"

enum figure_item_kind {
	FIGURE_BOX,		/* frame x, y, width, height */
	FIGURE_FILL,		/* a filled rectangle of text[0], or blanks */
	FIGURE_TEXT,		/* one line at x, y, at most width columns */
	FIGURE_BAR,		/* value of full, width columns */
	/* Boxes and lines join where they meet; text, if any, is a line's glyph. */
	FIGURE_LINE,		/* horizontal or vertical, width or height is 1 */
	FIGURE_ARROW,		/* the same with a head at its second end */
	FIGURE_BRACE,		/* a curly bracket, height rows, open to the left */
};

struct figure_item {
	enum figure_item_kind kind;
	int x, y, width, height;
	enum style style;
	unsigned int attr;
	char *text;		/* the figure's, or NULL */
	uint64_t value, full;
	/* Arrow: head at the first end. Brace: open right. Text: keep its end. */
	bool reverse;
};

/* Something on the figure that can be selected. */
struct figure_mark {
	uint64_t start, end;	/* bytes, [start, end) */
	int y, height;		/* rows it stands on */
	long vma;		/* index into snapshot.vmas, or -1: a gap */
};

struct figure {
	int width, height;
	struct figure_item *items;	/* ascending y */
	size_t nr_items, cap_items;
	struct figure_mark *marks;	/* ascending y */
	size_t nr_marks, cap_marks;
	int mark_x, mark_width;		/* columns a selection covers; 0, 0: all */
	size_t *tall;			/* items that figure_draw() always tries */
	size_t nr_tall;
	bool failed;			/* memory ran out: incomplete */
};

struct figure_params {
	int width;		/* columns to use; at least 40 */
	/*
	 * Rows to fill where the figure is to scale. Else the layout joins
	 * neighbours until it has no more rows than this; 0 is no limit.
	 */
	int height;
	bool to_scale;		/* layout: rows in proportion to bytes */
	uint64_t zoom_start, zoom_end;	/* layout: [start, end); 0,0 all */
	uint64_t address;	/* pages, walk, chunk: of what */
	const struct diff *diff;	/* marks what changed; may be NULL */
};

/* NULL without memory. The figure owns its texts, not the snapshot. */
struct figure *figure_layout(const struct snapshot *snap,
			     const struct figure_params *params);
struct figure *figure_descriptor(const struct snapshot *snap,
				 const struct figure_params *params);
/* Of the area at params.address. */
struct figure *figure_pages(const struct snapshot *snap,
			    const struct figure_params *params);
/* Of snap->entry. */
struct figure *figure_walk(const struct snapshot *snap,
			   const struct figure_params *params);
struct figure *figure_tables(const struct snapshot *snap,
			     const struct figure_params *params);
/* The chunk at params.address, and all chunks, of snap->heap. */
struct figure *figure_chunk(const struct snapshot *snap,
			    const struct figure_params *params);
struct figure *figure_heap(const struct snapshot *snap,
			   const struct figure_params *params);
/* Of [heap], if that is where snap->pages are of. */
struct figure *figure_alloc(const struct snapshot *snap,
			    const struct figure_params *params);
void figure_free(struct figure *figure);

/* The figures by name, for export and help. */
struct figure_info {
	const char *name;	/* "layout" */
	const char *meaning;
	struct figure *(*make)(const struct snapshot *,
			       const struct figure_params *);
	/* TAKE_*: what it shows besides areas and counts, at params.address */
	unsigned int what;
};
extern const struct figure_info figures[];
extern const size_t nr_figures;

/*
 * Draws the part of the figure that begins at column from_x and row from_y
 * into the window x, y, width, height of the canvas. Rows of the mark number
 * selected are shown selected; -1 is none.
 */
void figure_draw(const struct figure *figure, struct canvas *canvas,
		 int x, int y, int width, int height,
		 int from_x, int from_y, long selected);

/* For those who make figures; text is copied. On no memory: figure->failed. */
struct figure *figure_new(int width);
struct figure_item *figure_add(struct figure *figure,
			       enum figure_item_kind kind, int x, int y,
			       int width, int height, enum style style);
void figure_text(struct figure *figure, int x, int y, int width,
		 enum style style, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));
void figure_mark(struct figure *figure, uint64_t start, uint64_t end, int y,
		 int height, long vma);
/* Last of all: puts the items in order and sets the height. */
void figure_finish(struct figure *figure);

#endif
