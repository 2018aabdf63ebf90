/* SPDX-License-Identifier: GPL-2.0 */
/* What main.c and the commands share: the options, and a table entry. */
#ifndef VMAVIEW_CMD_H
#define VMAVIEW_CMD_H

#include <stdbool.h>
#include <stdint.h>

#include "heap/take.h"
#include "image/symbol.h"
#include "source/source.h"
#include "tui/app.h"

struct options {
	struct app_options app;
	enum source_choice source;
	bool json, pretty;
	int width;		/* columns of text */
	const char *figure;	/* NULL: not given */
	const char *at;		/* an address or a name; NULL: not given */
	uint64_t low, high;	/* bytes, [low, high); 0, 0: everything */
	bool why_rss, no_stop, bins;	/* of heap */
	uint64_t chunk_min, chunk_max;	/* bytes, both listed; max 0: none */
	const char *profile, *script;	/* of lab; NULL: not given */
	bool step;		/* a script waits at questions */
};

struct command {
	const char *verb;
	const char *args;
	const char *help;
	int nr_args;		/* below 0: at least as many */
	uint64_t keeps;		/* CAPS_*: capabilities that it needs */
	/*
	 * args has nr_args entries, and then NULL. On failure says so and
	 * returns the code.
	 */
	enum exit_code (*run)(const struct options *options, char **args);
};

enum exit_code cmd_view(const struct options *options, char **args);
enum exit_code cmd_maps(const struct options *options, char **args);
enum exit_code cmd_mm(const struct options *options, char **args);
enum exit_code cmd_pages(const struct options *options, char **args);
enum exit_code cmd_walk(const struct options *options, char **args);
enum exit_code cmd_tables(const struct options *options, char **args);
enum exit_code cmd_heap(const struct options *options, char **args);
enum exit_code cmd_lab(const struct options *options, char **args);
enum exit_code cmd_export(const struct options *options, char **args);
enum exit_code cmd_help(const struct options *options, char **args);

/* ---- cmd.c: what several commands do ---- */

/* "vmaview: text" on stderr, escaped; returns the exit code of the kind. */
enum exit_code cmd_fail(const struct options *options,
			const struct error *err);
/* What was asked for is not in the picture: "what can't be had: why". */
enum exit_code cmd_lacks(const struct options *options,
			 const struct snapshot *snap, const char *what);
/* Turns the result of a writer of stdout into an exit code. */
enum exit_code cmd_wrote(const struct options *options, int ret);

/*
 * Opens the process that target names and takes a first picture. 0, or -1
 * with *err; then there is nothing to free.
 */
int cmd_take(const struct options *options, const char *target,
	     const struct take *take, struct source **source,
	     struct snapshot **snap, struct error *err);

/* A process that pictures are taken of, one after the other. */
struct subject {
	struct source *source;
	struct symbols *symbols;	/* NULL: without memory */
	struct heap_taker *taker;	/* likewise */
	struct heap_how heap;
};

/*
 * Opens the rest of what a subject has; the source stays the caller's, and is
 * to be closed after this.
 */
void subject_open(struct subject *subject, struct source *source, pid_t pid);
void subject_close(struct subject *subject);
/*
 * A picture with the heap, if that is asked for, and the name of the place that
 * it has the entry of. NULL with *err.
 */
struct snapshot *subject_take(struct subject *subject, const struct take *take,
			      struct error *err);

/* The place a user names, as @ in the viewer finds it. 0, or -1 with *err. */
int cmd_place(struct symbols *symbols, const struct snapshot *snap,
	      const char *text, uint64_t *addr, struct error *err);

#endif
