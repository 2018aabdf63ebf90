// SPDX-License-Identifier: GPL-2.0
/* vmaview heap: the chunks, bins and arenas of a process's malloc. */
#include "cmd.h"
#include "export/heap.h"

/* Chunks that pin pages: more are counted and not listed. */
#define PINS_TEXT	20
#define PINS_JSON	100000

/* Where the break is: the kernel's own word, else the end of its area. */
static uint64_t break_of(const struct snapshot *snap)
{
	if (mm_has(&snap->mm, MM_BRK))
		return snap->mm.v[MM_BRK];
	for (size_t i = snap->nr_vmas; i > 0; i--)
		if (snap->vmas[i - 1].region == REGION_HEAP)
			return snap->vmas[i - 1].end;
	return 0;
}

/* JSON says of the whole document how far it can be trusted. */
static void judge(struct snapshot *snap)
{
	const struct heap *heap = snap->heap;

	snap->from.coherent &= heap->coherent;
	for (size_t i = 0; i < heap->nr_pieces; i++)
		snap->from.truncated |= heap->pieces[i].broken != 0;
	for (size_t i = 0; i < heap->nr_bins; i++)
		snap->from.truncated |= heap->bins[i].broken;
}

static enum exit_code write_heap(const struct options *options,
				 struct snapshot *snap, uint64_t address)
{
	struct heap_parts parts = {
		.bins = options->bins, .chunks = options->chunk_max,
		.chunk_min = options->chunk_min,
		.chunk_max = options->chunk_max,
		.at = options->at, .address = address,
		.width = options->width,
	};
	struct why *why = NULL;
	enum exit_code code;
	struct error err;

	if (options->why_rss) {
		why = why_new(snap->heap, break_of(snap),
			      options->json ? PINS_JSON : PINS_TEXT);
		if (!why) {
			error_set(&err, ERR_FAILED, "out of memory");
			return cmd_fail(options, &err);
		}
		if (mm_has(&snap->mm, MM_LOCKED_VM))
			why->locked = snap->mm.v[MM_LOCKED_VM] *
				      snap->page_size;
	}
	parts.why = why;
	if (options->json) {
		judge(snap);
		code = cmd_wrote(options, heap_json_write(snap, &parts,
							  options->pretty,
							  stdout));
	} else {
		code = cmd_wrote(options, heap_write(snap, &parts,
						     !options->app.unicode,
						     stdout));
	}
	why_free(why);
	return code;
}

/* The place that is asked for, then the heap, which fits the same areas. */
static int take_heap(const struct options *options, struct subject *subject,
		     struct snapshot *snap, uint64_t *address,
		     struct error *err)
{
	if (options->at &&
	    cmd_place(subject->symbols, snap, options->at, address, err)) {
		/* Usage is how the command is written; this is what is not. */
		if (err->kind == ERR_USAGE)
			err->kind = ERR_FAILED;
		return -1;
	}
	if (!subject->taker)
		return error_set(err, ERR_FAILED, "out of memory");
	subject->heap.no_stop = options->no_stop;
	subject->heap.nr_events = 0;
	snap->heap = heap_take(subject->taker, snap, &subject->heap, err);
	return snap->heap ? 0 : -1;
}

enum exit_code cmd_heap(const struct options *options, char **args)
{
	const struct take take = { .what = TAKE_VMAS };
	struct subject subject;
	struct source *source;
	struct snapshot *snap;
	uint64_t address = 0;
	enum exit_code code;
	struct error err;

	if (cmd_take(options, args[0], &take, &source, &snap, &err))
		return cmd_fail(options, &err);
	subject_open(&subject, source, snap->task.pid);
	if (take_heap(options, &subject, snap, &address, &err))
		code = cmd_fail(options, &err);
	else
		code = write_heap(options, snap, address);
	subject_close(&subject);
	snapshot_free(snap);
	source_close(source);
	return code;
}
