/* SPDX-License-Identifier: GPL-2.0 */
/* The view of the heap, shared by what moves it and what draws it. */
#ifndef VMAVIEW_TUI_VIEW_HEAP_H
#define VMAVIEW_TUI_VIEW_HEAP_H

#include "figure/chunks.h"
#include "tui/heap_rows.h"
#include "tui/log_rows.h"
#include "tui/pager.h"
#include "tui/view.h"

/* What is listed; one at a time. */
enum heap_pane {
	PANE_CHUNKS, PANE_BINS, PANE_ARENAS, PANE_SIZES, PANE_EVENTS,
	PANE_LOG,
	NR_PANES
};

/* What a cell of the map shows. */
enum heap_scale { SCALE_STATES, SCALE_FILL, SCALE_CLOSE, NR_SCALES };

struct heap_rect {
	int x, y, width, height;	/* height 0: not there */
};

/* Where one list is; a cursor on its last row goes along when it grows. */
struct heap_place {
	uint64_t cursor, top, nr;
};

/* Columns below which lists leave out what is not needed most. */
#define HEAP_NARROW	60

#define HEAP_NAMES	128	/* rows whose names can be seen at once */

struct heap_view {
	struct heap_rows rows;
	struct chunk_map map;
	bool has_map;
	bool is_zoomed;			/* for these: */
	enum heap_scale zoomed_scale;
	uint64_t zoomed_rows;
	/* What both were made from. */
	const struct snapshot *snap;
	int64_t taken_ns;
	unsigned long commands;

	struct heap_filter filter;
	char filter_text[128];
	enum heap_order order;
	bool inverted;

	enum heap_pane pane;
	struct heap_place places[NR_PANES];
	size_t chunk;			/* selected; nr_chunks: none is */
	uint64_t address;		/* of it: it stays when chunks move */
	uint64_t seen;			/* the scene's, as last seen */
	enum heap_scale scale;
	uint64_t map_top;
	bool detail, all_detail;	/* is open, over the whole view */
	int detail_top;
	struct pager *pager;		/* what the detail says */
	uint64_t *arena_rows;		/* of all arenas before; NULL: none */
	struct log_rows log_rows;	/* of the log, in the width it has */
	char names[HEAP_NAMES][24];	/* of what is on the rows seen */
	uint64_t names_top;		/* the first of these rows */
	/* Where things stand. */
	struct heap_rect maps, list, side, log;
};

/* One list: rows that are drawn and chosen one by one. */
struct heap_pane_ops {
	const char *name;
	bool has_map;		/* the map is of use beside it */
	uint64_t (*nr_rows)(const struct heap_view *v,
			    const struct scene *scene);
	void (*draw_head)(const struct heap_view *v, struct canvas *c,
			  const struct heap_rect *at);
	void (*draw_row)(const struct heap_view *v, const struct scene *scene,
			 struct canvas *c, const struct heap_rect *at,
			 uint64_t row, unsigned int attr);
	/* The address that Enter leads to on this row; 0: none. */
	uint64_t (*address)(const struct heap_view *v,
			    const struct scene *scene, uint64_t row);
};

extern const struct heap_pane_ops heap_chunks, heap_bins, heap_arenas;
extern const struct heap_pane_ops *const heap_panes[NR_PANES];

/* The heap of the picture, or NULL. */
static inline const struct heap *view_heap_of(const struct heap_view *v)
{
	return v->rows.heap;
}

/* Is the pane there in this scene: its tab, its key? */
bool view_heap_has(const struct heap_view *v, const struct scene *scene,
		   enum heap_pane pane);
/* The member on a row of PANE_ARENAS; NULL: it has none. */
const struct heap_field *view_heap_field(const struct heap_view *v,
					 uint64_t row);
/* Prefix sums over rows of arenas; false without memory. */
bool view_heap_count_arenas(struct heap_view *v);

/* Selects a chunk, and its row, or the one that stands in its place. */
void view_heap_select(struct heap_view *v, struct scene *scene, size_t chunk);
void view_heap_select_row(struct heap_view *v, struct scene *scene,
			  uint64_t row);
/* The list is another one: a row for the chunk, or the other way round. */
void view_heap_find_row(struct heap_view *v, struct scene *scene);
/* Makes the list anew, for another filter or order. */
void view_heap_arrange(struct heap_view *v, struct scene *scene);

/* All that hangs on the cursor and on the size. */
void view_heap_settle(struct heap_view *v, struct scene *scene);
/* Rows of the list below its head. */
uint64_t view_heap_rows(const struct heap_view *v);
/* What commands call the selected chunk, or NULL. */
const char *view_heap_name(const struct heap_view *v);

bool view_heap_request(void *self, struct scene *scene, enum request request);
void view_heap_draw(const void *self, const struct scene *scene,
		    struct canvas *canvas);

#endif
