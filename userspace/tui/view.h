/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A view: one way of drawing the snapshot. It gets requests and never keys,
 * and draws on a canvas and never on the terminal.
 */
#ifndef VMAVIEW_TUI_VIEW_H
#define VMAVIEW_TUI_VIEW_H

#include "figure/canvas.h"
#include "model/diff.h"
#include "model/take.h"
#include "tui/app.h"
#include "tui/pager.h"
#include "tui/request.h"

/* What the application shares with all views. Owned by the application. */
struct scene {
	const struct snapshot *snap;	/* never NULL once a view is called */
	const struct diff *diff;	/* to the snapshot before; may be NULL */
	const struct snapshot *before;	/* that one; NULL with diff == NULL */
	int width, height;		/* of the view's canvas */
	bool unicode;
	/*
	 * The address the views agree on: the start of the selected area. A
	 * view moves it with its cursor and follows it when it is entered.
	 */
	uint64_t address;
	bool is_asked;		/* for it by @, this very moment */
	/* Last search or filter typed; "" is none. Raw bytes. */
	char search[128];
	char filter[128];
	/* Of a lab; NULL: there is none. */
	const struct app_lab *lab;
	const struct app_log *log;
	bool lab_runs;			/* it may not be asked for names now */
	unsigned long commands;		/* carried out before the picture */
	/* One line a view wants said in the bottom line; "" is none. */
	char message[200];
};

struct view_ops {
	const char *name;	/* "Layout", for the tab */
	const char *summary;	/* one line for the help */
	void *(*open)(void);			/* NULL without memory */
	void (*close)(void *self);
	/* A new snapshot, diff, size, filter or address: work out what to show. */
	void (*update)(void *self, struct scene *scene);
	/*
	 * Adds what the view must have in the picture besides areas and
	 * counts; NULL where that is nothing. Called after every update and
	 * request: an answer that differs from the last one is fetched at once.
	 */
	void (*want)(const void *self, const struct scene *scene,
		     struct take *take);
	/*
	 * Is text a filter of the view's own language? 0, or -1 with *err.
	 * NULL: it has none, and the filter is the one of areas.
	 */
	int (*check_filter)(const char *text, struct error *err);
	/* Returns false when the view has no use for it. */
	bool (*request)(void *self, struct scene *scene, enum request request);
	/*
	 * Says what is selected, in the popup above what the address itself
	 * is; NULL: there is no more to say.
	 */
	void (*explain)(const void *self, const struct scene *scene,
			struct pager *pager);
	/* Depends on nothing but its arguments. */
	void (*draw)(const void *self, const struct scene *scene,
		     struct canvas *canvas);
};

extern const struct view_ops view_layout;
extern const struct view_ops view_descriptor;
extern const struct view_ops view_areas;
extern const struct view_ops view_pages;
extern const struct view_ops view_walk;
extern const struct view_ops view_tables;
extern const struct view_ops view_heap;

#endif
