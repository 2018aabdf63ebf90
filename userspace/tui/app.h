/* SPDX-License-Identifier: GPL-2.0 */
/* The interactive viewer: the only place where keys, time and views meet. */
#ifndef VMAVIEW_TUI_APP_H
#define VMAVIEW_TUI_APP_H

#include <stdbool.h>

#include "model/snapshot.h"
#include "model/take.h"
#include "tui/app_log.h"
#include "util/error.h"

enum color_choice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/*
 * Lines of commands that change what is looked at: a lab. With one the viewer
 * has a command line, and begins with the heap.
 */
struct app_lab {
	/*
	 * Carries out one line and appends what came of it to the log, errors
	 * that the line itself made among it. -1 with *err: something else is
	 * wrong, which is shown as an error too. In the feed's thread, so that
	 * it may take its time; never while a picture is taken.
	 */
	int (*run)(void *context, const char *line, struct app_log *log,
		   struct error *err);
	/*
	 * How the word that ends at line[cursor] may go on: at most max whole
	 * words, good until the next call. In the viewer's own thread, but
	 * never while run() is at work; the same holds for name().
	 */
	size_t (*complete)(void *context, const char *line, size_t cursor,
			   const char **words, size_t max);
	/* What commands call the block at mem, or NULL. May be NULL itself. */
	const char *(*name)(void *context, uint64_t mem);
	void *context;
};

/* Where the viewer gets its pictures; the command binds it to a source. */
struct app_feed {
	/*
	 * A new snapshot, which becomes the caller's, or NULL with *err. Called
	 * from a thread of its own, so that it may block; one call at a time.
	 */
	struct snapshot *(*take)(void *context, const struct take *take,
				 struct error *err);
	/*
	 * The address of a symbol: 0, or -1 with *err, whose kind is ERR_USAGE
	 * when the name is ambiguous. In the same thread. NULL: none is known.
	 */
	int (*find)(void *context, const char *text, uint64_t *addr,
		    struct error *err);
	void *context;
	const struct app_lab *lab;	/* NULL: there is none */
};

struct app_options {
	double delay;		/* seconds between refreshes */
	enum color_choice color;
	bool unicode;		/* false: plain ASCII */
	bool sharing;		/* pictures are taken with TAKE_SHARING: dear */
};

/* 0 when the viewer can be shown here, else -1 with *err. */
int app_check_terminal(struct error *err);

/*
 * Runs until the user quits. Gives the terminal back as it was, also after a
 * signal. first is shown at once and becomes the viewer's. 0, or -1 with *err
 * when there was nothing to run on.
 */
int app_run(const struct app_feed *feed, struct snapshot *first,
	    const struct app_options *options, struct error *err);

#endif
