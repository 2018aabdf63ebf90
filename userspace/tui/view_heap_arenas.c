// SPDX-License-Identifier: GPL-2.0
/*
 * A list of the heap's view: what the allocator keeps, member by member, of
 * each arena; the caches of threads; the settings of the process.
 */
#include "tui/view_heap.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tui/facts_chunk.h"
#include "util/format.h"

/* A row of an arena's own, its members, and a blank one. */
bool view_heap_count_arenas(struct heap_view *v)
{
	const struct heap *heap = view_heap_of(v);

	v->arena_rows = calloc(heap->nr_arenas + 1, sizeof(*v->arena_rows));
	if (!v->arena_rows)
		return false;
	for (size_t i = 0; i < heap->nr_arenas; i++)
		v->arena_rows[i + 1] = v->arena_rows[i] + 2 +
				       heap->arenas[i].fields.nr;
	return true;
}

/* Then caches, a blank row, and settings below a head of theirs. */
static uint64_t nr_arenas(const struct heap_view *v, const struct scene *scene)
{
	const struct heap *heap = view_heap_of(v);

	(void)scene;
	if (!heap || !v->arena_rows)
		return 0;
	return v->arena_rows[heap->nr_arenas] + heap->nr_caches +
	       !!heap->nr_caches + 1 + heap->settings.nr;
}

static void draw_arenas_head(const struct heap_view *v, struct canvas *c,
			     const struct heap_rect *at)
{
	(void)v;
	canvas_text(c, at->x, at->y, at->width, STYLE_HEADER, 0,
		    at->width < HEAP_NARROW ? "member                        value" :
		    "member                            value  meaning");
}

static void draw_field(const struct heap_field *field, struct canvas *c,
		       const struct heap_rect *at, unsigned int attr)
{
	char text[40];
	int x = at->x, name = at->width < HEAP_NARROW ? 18 : 22;
	int end = at->x + at->width;

	if (field->unit == HEAP_ADDRESS || field->unit == HEAP_FLAGS)
		snprintf(text, sizeof(text), "0x%" PRIx64, field->value);
	else
		format_count(text, field->value);
	canvas_text(c, x + 2, at->y, name - 2, STYLE_LABEL, attr,
		    field->name);
	x += name;
	canvas_printf(c, x, at->y, end - x, STYLE_VALUE, attr, "%17s", text);
	x += 19;
	canvas_text(c, x, at->y, end - x, STYLE_DIM, attr, field->meaning);
}

static void draw_arena(const struct heap *heap, const struct heap_arena *arena,
		       struct canvas *c, const struct heap_rect *at,
		       unsigned int attr)
{
	char owner[32], used[FORMAT_SIZE_MAX], free[FORMAT_SIZE_MAX];
	char threads[32] = "?";

	facts_owner(heap, arena - heap->arenas, owner);
	if (arena->threads != UINT64_MAX)
		format_count(threads, arena->threads);
	canvas_printf(c, at->x, at->y, at->width, STYLE_TITLE, attr,
		      "%s at 0x%" PRIx64 "  used %s  free %s  threads %s",
		      owner, arena->address,
		      format_size(used, arena->totals.used, 1),
		      format_size(free, arena->totals.fordblks, 1), threads);
}

static void draw_cache(const struct heap_cache *cache, struct canvas *c,
		       const struct heap_rect *at, unsigned int attr)
{
	char nr[32], bytes[FORMAT_SIZE_MAX], thread[24] = "?";

	if (cache->tid)
		snprintf(thread, sizeof(thread), "%d", (int)cache->tid);
	canvas_printf(c, at->x, at->y, at->width, STYLE_CHUNK + CHUNK_CACHED,
		      attr, "cache of thread %s at 0x%" PRIx64
		      "  %s chunks, %s", thread, cache->address,
		      format_count(nr, cache->nr),
		      format_size(bytes, cache->bytes, 1));
}

/* The arena whose rows row is among. */
static size_t arena_of_row(const struct heap_view *v, uint64_t row)
{
	size_t lo = 0, hi = view_heap_of(v)->nr_arenas;

	while (lo + 1 < hi) {
		size_t mid = (lo + hi) / 2;

		if (v->arena_rows[mid] <= row)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

const struct heap_field *view_heap_field(const struct heap_view *v,
					 uint64_t row)
{
	const struct heap *heap = view_heap_of(v);
	uint64_t arenas = v->arena_rows[heap->nr_arenas];
	uint64_t caches = heap->nr_caches + !!heap->nr_caches;

	if (row < arenas) {
		size_t i = arena_of_row(v, row);
		uint64_t at = row - v->arena_rows[i];

		return at && at <= heap->arenas[i].fields.nr ?
		       &heap->arenas[i].fields.field[at - 1] : NULL;
	}
	if (row <= arenas + caches)
		return NULL;
	row -= arenas + caches + 1;
	return row < heap->settings.nr ? &heap->settings.field[row] : NULL;
}

static void draw_arenas(const struct heap_view *v, const struct scene *scene,
			struct canvas *c, const struct heap_rect *at,
			uint64_t row, unsigned int attr)
{
	const struct heap *heap = view_heap_of(v);
	const struct heap_field *field = view_heap_field(v, row);
	uint64_t arenas = v->arena_rows[heap->nr_arenas];

	(void)scene;
	if (field) {
		draw_field(field, c, at, attr);
	} else if (row < arenas) {
		size_t i = arena_of_row(v, row);

		if (row == v->arena_rows[i])
			draw_arena(heap, &heap->arenas[i], c, at, attr);
		else
			canvas_text(c, at->x, at->y, 1, STYLE_DIM, attr, " ");
	} else if (row - arenas < heap->nr_caches) {
		draw_cache(&heap->caches[row - arenas], c, at, attr);
	} else {
		canvas_text(c, at->x, at->y, at->width, STYLE_TITLE, attr,
			    row - arenas == heap->nr_caches +
			    !!heap->nr_caches ? "settings of the process" :
						" ");
	}
}

static uint64_t arena_row_address(const struct heap_view *v,
				  const struct scene *scene, uint64_t row)
{
	const struct heap_field *field = view_heap_field(v, row);
	const struct heap *heap = view_heap_of(v);

	(void)scene;
	if (field)
		return field->unit == HEAP_ADDRESS ? field->value : 0;
	if (row < v->arena_rows[heap->nr_arenas])
		return heap->arenas[arena_of_row(v, row)].top;
	return 0;
}

const struct heap_pane_ops heap_arenas = {
	.name = "Arenas",
	.nr_rows = nr_arenas,
	.draw_head = draw_arenas_head,
	.draw_row = draw_arenas,
	.address = arena_row_address,
};
