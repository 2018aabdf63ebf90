// SPDX-License-Identifier: GPL-2.0
/*
 * The heap of malloc: a map of chunks, lists of what there is, and the selected
 * chunk. What is linear in chunks is done in update(), when there is another
 * picture, filter or order; requests and drawing cost what is seen. The
 * selection is an address, so it stays on its chunk when others come and go.
 */
#include "tui/view_heap.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/facts_chunk.h"
#include "tui/facts_heap.h"

static void *heap_open(void)
{
	return calloc(1, sizeof(struct heap_view));
}

static void drop_picture(struct heap_view *v)
{
	if (v->has_map)
		chunk_map_exit(&v->map);
	v->has_map = v->is_zoomed = false;
	heap_rows_free(&v->rows);
	free(v->arena_rows);
	v->arena_rows = NULL;
}

static void heap_close(void *self)
{
	struct heap_view *v = self;

	if (!v)
		return;
	drop_picture(v);
	log_rows_free(&v->log_rows);
	pager_free(v->pager);
	free(v);
}

/* ---- the selection ---- */

void view_heap_select(struct heap_view *v, struct scene *scene, size_t chunk)
{
	const struct heap *heap = view_heap_of(v);

	if (!heap || chunk >= heap->nr_chunks)
		return;
	if (v->chunk != chunk)
		v->detail_top = 0;
	v->chunk = chunk;
	v->address = v->seen = scene->address = heap->chunks[chunk].address;
	v->places[PANE_CHUNKS].cursor = heap_rows_find(&v->rows, chunk);
}

void view_heap_select_row(struct heap_view *v, struct scene *scene,
			  uint64_t row)
{
	if (row < v->rows.nr)
		view_heap_select(v, scene, heap_rows_chunk(&v->rows, row));
}

/* The chunk at the address that views agree on, if there is one. */
static void follow_scene(struct heap_view *v, struct scene *scene)
{
	const struct heap *heap = view_heap_of(v);
	const struct heap_chunk *chunk;
	uint64_t was = scene->address;

	if ((scene->address == v->seen && !scene->is_asked) || !heap)
		return;
	v->seen = scene->address;
	chunk = heap_find(heap, scene->address);
	if (!chunk && scene->is_asked)
		snprintf(scene->message, sizeof(scene->message),
			 "0x%" PRIx64 " lies in no chunk of the heap",
			 scene->address);
	if (!chunk)
		return;
	view_heap_select(v, scene, chunk - heap->chunks);
	/* To the byte, as it was asked for. */
	scene->address = v->seen = was;
}

/* After another picture: the same address, or what is there now. */
static void find_again(struct heap_view *v, struct scene *scene)
{
	const struct heap *heap = view_heap_of(v);
	size_t chunk = heap->nr_chunks;

	/* What a command of the lab did is shown. */
	if (scene->commands != v->commands)
		chunk = heap_rows_first_change(&v->rows);
	v->commands = scene->commands;
	if (chunk < heap->nr_chunks) {
		view_heap_select(v, scene, chunk);
		return;
	}
	chunk = heap_rows_above(heap, v->address);
	if (chunk >= heap->nr_chunks && heap->nr_chunks)
		chunk = heap->nr_chunks - 1;
	v->chunk = chunk;
	if (chunk < heap->nr_chunks)
		v->address = heap->chunks[chunk].address;
}

void view_heap_find_row(struct heap_view *v, struct scene *scene)
{
	struct heap_place *at = &v->places[PANE_CHUNKS];

	at->nr = v->rows.nr;
	at->cursor = heap_rows_find(&v->rows, v->chunk);
	if (at->cursor >= at->nr)
		at->cursor = at->nr ? at->nr - 1 : 0;
	if (at->nr && heap_rows_chunk(&v->rows, at->cursor) != v->chunk)
		view_heap_select_row(v, scene, at->cursor);
}

/* ---- another picture, filter or order ---- */

static void take_picture(struct heap_view *v, struct scene *scene)
{
	const struct snapshot *snap = scene->snap;

	if (v->snap == snap && v->taken_ns == snap->from.taken_ns)
		return;
	drop_picture(v);
	v->snap = snap;
	v->taken_ns = snap->from.taken_ns;
	heap_rows_set(&v->rows, snap->heap,
		      scene->before ? scene->before->heap : NULL);
	if (!snap->heap)
		return;
	v->has_map = !chunk_map_init(&v->map, snap->heap);
	view_heap_count_arenas(v);
	find_again(v, scene);
	heap_rows_arrange(&v->rows, v->order, v->inverted, &v->filter);
	view_heap_find_row(v, scene);
}

void view_heap_arrange(struct heap_view *v, struct scene *scene)
{
	if (!view_heap_of(v))
		return;
	heap_rows_arrange(&v->rows, v->order, v->inverted, &v->filter);
	view_heap_find_row(v, scene);
}

static void heap_update(void *self, struct scene *scene)
{
	struct heap_view *v = self;
	struct error err;

	take_picture(v, scene);
	if (strcmp(v->filter_text, scene->filter)) {
		strcpy(v->filter_text, scene->filter);
		if (heap_filter_parse(&v->filter, v->filter_text, &err))
			memset(&v->filter, 0, sizeof(v->filter));
		view_heap_arrange(v, scene);
	}
	follow_scene(v, scene);
	view_heap_settle(v, scene);
}

static int heap_check_filter(const char *text, struct error *err)
{
	struct heap_filter filter;

	return heap_filter_parse(&filter, text, err);
}

static void heap_want(const void *self, const struct scene *scene,
		      struct take *take)
{
	(void)self;
	(void)scene;
	take->what |= TAKE_HEAP;
}

static void heap_explain(const void *self, const struct scene *scene,
			 struct pager *pager)
{
	const struct heap_view *v = self;
	const struct heap *heap = view_heap_of(v);

	if (!heap) {
		pager_add(pager, STYLE_WARN, "heap", STYLE_WARN, "%s",
			  *scene->snap->no_heap ? scene->snap->no_heap :
			  "? was not read yet");
		return;
	}
	if (v->chunk < heap->nr_chunks) {
		facts_chunk_why(pager, scene->snap, &heap->chunks[v->chunk]);
		pager_blank(pager);
		facts_chunk(pager, scene->snap, &heap->chunks[v->chunk],
			    view_heap_name(v));
		pager_blank(pager);
	}
	facts_heap(pager, scene->snap);
}

const struct view_ops view_heap = {
	.name = "Heap",
	.summary = "the heap of malloc: its chunks, bins, arenas and events; Left and Right: what is listed, Enter: the chunk in full",
	.open = heap_open,
	.close = heap_close,
	.update = heap_update,
	.want = heap_want,
	.check_filter = heap_check_filter,
	.request = view_heap_request,
	.explain = heap_explain,
	.draw = view_heap_draw,
};
