// SPDX-License-Identifier: GPL-2.0
/* The steps that all commands have in common. */
#include "cmd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "export/about.h"
#include "source/process.h"
#include "tui/place.h"

enum exit_code cmd_fail(const struct options *options,
			const struct error *err)
{
	fputs("vmaview: ", stderr);
	about_write_text(err->text, !options->app.unicode, stderr);
	fputc('\n', stderr);
	return error_exit_code(err->kind);
}

enum exit_code cmd_lacks(const struct options *options,
			 const struct snapshot *snap, const char *what)
{
	const struct provenance *from = &snap->from;
	struct error err;

	error_set(&err, ERR_FAILED, "%s: %s", what,
		  from->nr_notes ? from->notes[from->nr_notes - 1] :
		  "this source does not tell them");
	return cmd_fail(options, &err);
}

enum exit_code cmd_wrote(const struct options *options, int ret)
{
	struct error err;

	if (!ret)
		return EXIT_OK;
	/* Who reads has seen enough, as head does: nobody to complain to. */
	if (errno == EPIPE)
		return EXIT_FAILED;
	error_set(&err, ERR_FAILED, "writing the output: %s", strerror(errno));
	return cmd_fail(options, &err);
}

int cmd_take(const struct options *options, const char *target,
	     const struct take *take, struct source **source,
	     struct snapshot **snap, struct error *err)
{
	pid_t pid;

	if (process_resolve(target, &pid, err))
		return -1;
	*source = source_open(options->source, pid, err);
	if (!*source)
		return -1;
	*snap = source_take(*source, take, err);
	if (!*snap) {
		source_close(*source);
		return -1;
	}
	return 0;
}

void subject_open(struct subject *subject, struct source *source, pid_t pid)
{
	subject->source = source;
	subject->symbols = symbols_new(pid);
	subject->taker = heap_taker_new(pid);
	subject->heap = (struct heap_how){ .nr_events = 1000 };
}

void subject_close(struct subject *subject)
{
	symbols_free(subject->symbols);
	heap_taker_free(subject->taker);
}

static void take_heap(struct subject *subject, struct snapshot *snap)
{
	struct error err = { ERR_FAILED, "out of memory" };

	if (subject->taker)
		snap->heap = heap_take(subject->taker, snap, &subject->heap,
				       &err);
	if (!snap->heap)
		snprintf(snap->no_heap, sizeof(snap->no_heap), "%s", err.text);
}

struct snapshot *subject_take(struct subject *subject, const struct take *take,
			      struct error *err)
{
	struct snapshot *snap = source_take(subject->source, take, err);
	struct entry_walk *walk = snap ? snap->entry : NULL;

	if (snap && take->what & TAKE_HEAP)
		take_heap(subject, snap);
	if (walk && subject->symbols)
		symbols_name(subject->symbols, snap, walk->address,
			     walk->symbol, sizeof(walk->symbol));
	return snap;
}

int cmd_place(struct symbols *symbols, const struct snapshot *snap,
	      const char *text, uint64_t *addr, struct error *err)
{
	if (!place_find_exact(snap, text, addr, err))
		return 0;
	if (err->kind != ERR_NONE)
		return -1;
	if (symbols && !symbols_find(symbols, snap, text, addr, err))
		return 0;
	if (symbols && err->kind == ERR_USAGE)
		return -1;
	return place_find(snap, text, addr, err);
}
