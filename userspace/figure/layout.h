/* SPDX-License-Identifier: GPL-2.0 */
/* What the layout to scale and the one not to scale share. */
#ifndef VMAVIEW_FIGURE_LAYOUT_H
#define VMAVIEW_FIGURE_LAYOUT_H

#include "figure/figure.h"
#include "figure/span.h"

/* Where things stand in a row, in columns; *_width 0: there is no room. */
struct layout_columns {
	int width;
	bool narrow;
	int box_x, box_width;		/* the column itself, walls included */
	int name_x, name_width;
	int perms_x, perms_width;
	int arrow_x;
	int size_x, size_width;
	int bar_x, bar_width;
	int rss_x, rss_width;
	int right_x;			/* addresses, fields and braces */
};

void layout_columns_init(struct layout_columns *col, int width, bool braces);

/* Letter, name, size and fill of a span of areas in row y. */
void layout_put_areas(struct figure *figure, const struct snapshot *snap,
		      const struct diff *diff, const struct layout_columns *col,
		      int y, const struct span *span);
void layout_put_size(struct figure *figure, const struct layout_columns *col,
		     int y, uint64_t bytes, enum style style);
/* "0x7ffc05d07000 start_stack" beside row y; narrow figures have one of both. */
void layout_put_label(struct figure *figure, const struct layout_columns *col,
		      int y, uint64_t addr, const char *name, bool changed);
/* The column's top line with its heads; its height is set by the caller. */
size_t layout_put_box(struct figure *figure, const struct layout_columns *col,
		      int y);
const char *layout_gap_name(enum gap gap, bool narrow);

/* A field of the descriptor that has a place in the column. */
struct layout_pin {
	enum mm_field field;
	bool is_end;		/* first address behind: it belongs below */
};

#define LAYOUT_PINS	8
extern const struct layout_pin layout_pins[LAYOUT_PINS];

/* The same figure with rows in proportion to bytes. */
struct figure *figure_layout_scale(const struct snapshot *snap,
				   const struct figure_params *params);

#endif
