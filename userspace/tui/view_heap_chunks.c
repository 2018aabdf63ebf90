// SPDX-License-Identifier: GPL-2.0
/* Lists of the heap's view: chunks, and bins that they wait in. */
#include "tui/view_heap.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tui/facts_chunk.h"
#include "util/format.h"

#define TEXT_MIN	3	/* letters that memory which is text begins with */

/* ---- chunks ---- */

static uint64_t nr_chunks(const struct heap_view *v, const struct scene *scene)
{
	(void)scene;
	return v->rows.nr;
}

static void draw_chunks_head(const struct heap_view *v, struct canvas *c,
			     const struct heap_rect *at)
{
	(void)v;
	canvas_text(c, at->x, at->y, at->width, STYLE_HEADER, 0,
		    at->width < HEAP_NARROW ?
		    "   address           size state   flags" :
		    "   address                 size  state   flags bin         prev_size  memory");
}

/* What the memory of a used chunk begins with, if that is text. */
static void draw_memory(const struct heap *heap,
			const struct heap_chunk *chunk, struct canvas *c,
			int x, int y, int room, unsigned int attr)
{
	uint64_t head = 2 * heap->word, nr = chunk->size;
	const unsigned char *bytes;
	size_t len = 0, last = 0, start = 0;
	char text[64];

	if (room < 3 || nr <= head || (chunk->state != CHUNK_USED &&
				       chunk->state != CHUNK_MMAPPED))
		return;
	nr = nr - head < sizeof(text) ? nr - head : sizeof(text) - 1;
	bytes = heap_bytes(heap, chunk->address + head, nr);
	if (!bytes) {
		canvas_text(c, x, y, room, STYLE_WARN, attr, "?");
		return;
	}
	while (len < nr && len < (size_t)room) {
		bool is_text = bytes[len] >= 0x20 && bytes[len] < 0x7f;

		text[len] = is_text ? (char)bytes[len] : '.';
		start += is_text && start == len;
		len++;
		if (is_text)
			last = len;
	}
	/* A letter or two are what numbers look like. */
	text[start < TEXT_MIN ? 0 : last] = 0;
	canvas_text(c, x, y, room, STYLE_DIM, attr, text);
}

static bool is_last_of_broken(const struct heap *heap,
			      const struct heap_chunk *chunk)
{
	const struct heap_piece *piece = heap_find_piece(heap, chunk->address);

	return piece && piece->broken && piece->nr &&
	       chunk == &heap->chunks[piece->first + piece->nr - 1];
}

/* Bin, prev_size if it is one, and the memory: as much as there is room. */
static void draw_rest(const struct heap_view *v, const struct heap_chunk *chunk,
		      const char *name, struct canvas *c,
		      const struct heap_rect *at, int x, unsigned int attr)
{
	const struct heap *heap = view_heap_of(v);
	int end = at->x + at->width;
	char bin[32], count[32], holds[HEAP_HOLDS_MAX];
	uint64_t prev;

	canvas_text(c, x, at->y, 11, STYLE_NORMAL, attr,
		    facts_bin(heap, chunk, bin));
	x += 12;
	if (!(chunk->flags & (CHUNK_PREV_INUSE | CHUNK_IS_MMAPPED)) &&
	    x + 9 <= end) {
		if (heap_word(heap, chunk->address, &prev))
			canvas_printf(c, x, at->y, 9, STYLE_VALUE, attr,
				      "%9s", format_count(count, prev));
		else
			canvas_printf(c, x, at->y, 9, STYLE_WARN, attr, "%9s",
				      "?");
	}
	x += 11;
	if (is_last_of_broken(heap, chunk)) {
		canvas_text(c, x, at->y, end - x, STYLE_ERROR, attr,
			    "breaks here");
		return;
	}
	if (name && x < end)
		x += canvas_text(c, x, at->y, end - x, STYLE_KEY, attr,
				 name) + 1;
	if (*heap_tell_holds(heap, chunk, holds) && x < end)
		x += canvas_text(c, x, at->y, end - x, STYLE_NORMAL, attr,
				 holds) + 1;
	draw_memory(heap, chunk, c, x, at->y, end - x, attr);
}

static void draw_chunk(const struct heap_view *v, const struct scene *scene,
		       struct canvas *c, const struct heap_rect *at,
		       uint64_t row, unsigned int attr)
{
	static const char marks[] = { [HEAP_SAME] = ' ', [HEAP_CHANGED] = '*',
				      [HEAP_NEW] = '+' };
	const struct heap *heap = view_heap_of(v);
	size_t i = heap_rows_chunk(&v->rows, row);
	const struct heap_chunk *chunk = &heap->chunks[i];
	enum style style = STYLE_CHUNK + chunk->state;
	enum heap_mark mark = heap_rows_mark(&v->rows, i);
	uint64_t seen = row - v->places[PANE_CHUNKS].top;
	bool narrow = at->width < HEAP_NARROW;
	char size[32];
	int x = at->x;

	(void)scene;
	if (is_last_of_broken(heap, chunk))
		canvas_put(c, x, at->y, '!', STYLE_ERROR, 0);
	else
		canvas_put(c, x, at->y, marks[mark], STYLE_CHANGED, 0);
	canvas_put(c, x + 1, at->y, chunk_states[chunk->state].glyph, style,
		   CELL_BOLD | attr);
	x += 3;
	canvas_printf(c, x, at->y, 18, mark ? STYLE_CHANGED : STYLE_LABEL,
		      attr, narrow ? "%" PRIx64 : "0x%" PRIx64,
		      chunk->address);
	x += narrow ? 13 : 15;
	canvas_printf(c, x, at->y, 13, STYLE_VALUE, attr, narrow ? "%9s" :
		      "%12s", format_count(size, chunk->size));
	x += narrow ? 10 : 14;
	canvas_text(c, x, at->y, 7, style, attr,
		    chunk_states[chunk->state].name);
	x += 8;
	canvas_printf(c, x, at->y, 3, STYLE_NORMAL, attr, "%c%c%c",
		      chunk->flags & CHUNK_PREV_INUSE ? 'P' : '-',
		      chunk->flags & CHUNK_IS_MMAPPED ? 'M' : '-',
		      chunk->flags & CHUNK_NON_MAIN_ARENA ? 'N' : '-');
	if (!narrow)
		draw_rest(v, chunk, seen < HEAP_NAMES && *v->names[seen] ?
			  v->names[seen] : NULL, c, at, x + 6, attr);
}

static uint64_t chunk_address(const struct heap_view *v,
			      const struct scene *scene, uint64_t row)
{
	(void)scene;
	return view_heap_of(v)->chunks[heap_rows_chunk(&v->rows, row)].address;
}

const struct heap_pane_ops heap_chunks = {
	.name = "Chunks",
	.has_map = true,
	.nr_rows = nr_chunks,
	.draw_head = draw_chunks_head,
	.draw_row = draw_chunk,
	.address = chunk_address,
};

/* ---- bins ---- */

static uint64_t nr_bins(const struct heap_view *v, const struct scene *scene)
{
	(void)scene;
	return view_heap_of(v) ? view_heap_of(v)->nr_bins : 0;
}

static void draw_bins_head(const struct heap_view *v, struct canvas *c,
			   const struct heap_rect *at)
{
	(void)v;
	canvas_text(c, at->x, at->y, at->width, STYLE_HEADER, 0,
		    at->width < HEAP_NARROW ?
		    "bin             chunks        bytes" :
		    "bin           for sizes         chunks        bytes  of          first");
}

static void format_bin_sizes(char out[48], const struct heap_bin *bin)
{
	if (bin->kind == BIN_UNSORTED)
		strcpy(out, "any");
	else if (bin->min == bin->max)
		snprintf(out, 48, "%" PRIu64, bin->min);
	else if (bin->max == UINT64_MAX)
		snprintf(out, 48, "%" PRIu64 " and more", bin->min);
	else
		snprintf(out, 48, "%" PRIu64 " to %" PRIu64, bin->min,
			 bin->max);
}

static void format_bin_owner(char out[32], const struct heap *heap,
			     const struct heap_bin *bin)
{
	if (bin->kind != BIN_CACHE)
		facts_owner(heap, bin->owner, out);
	else if (bin->owner < heap->nr_caches && heap->caches[bin->owner].tid)
		snprintf(out, 32, "thread %d",
			 (int)heap->caches[bin->owner].tid);
	else
		strcpy(out, "thread ?");
}

static void draw_bin(const struct heap_view *v, const struct scene *scene,
		     struct canvas *c, const struct heap_rect *at,
		     uint64_t row, unsigned int attr)
{
	static const enum chunk_state states[] = {
		[BIN_FAST] = CHUNK_FAST, [BIN_CACHE] = CHUNK_CACHED,
		[BIN_UNSORTED] = CHUNK_FREE, [BIN_SMALL] = CHUNK_FREE,
		[BIN_LARGE] = CHUNK_FREE,
	};
	const struct heap *heap = view_heap_of(v);
	const struct heap_bin *bin = &heap->bins[row];
	char sizes[48], owner[32], nr[32], bytes[32];
	int x = at->x, end = at->x + at->width;

	(void)scene;
	canvas_printf(c, x, at->y, 13, STYLE_CHUNK + states[bin->kind], attr,
		      "%s %u", bin_kind_names[bin->kind], bin->index);
	x += 13;
	if (at->width >= HEAP_NARROW) {
		format_bin_sizes(sizes, bin);
		canvas_text(c, x + 1, at->y, 17, STYLE_NORMAL, attr, sizes);
		x += 17;
	}
	canvas_printf(c, x, at->y, end - x, STYLE_VALUE, attr, "%8s %12s",
		      format_count(nr, bin->nr), format_count(bytes,
							      bin->bytes));
	x += 23;
	if (bin->broken)
		canvas_printf(c, x, at->y, end - x, STYLE_ERROR, attr,
			      "broken: %s", bin->why);
	else if (at->width >= HEAP_NARROW) {
		format_bin_owner(owner, heap, bin);
		canvas_text(c, x, at->y, 11, STYLE_NORMAL, attr, owner);
		canvas_printf(c, x + 12, at->y, end - x - 12, STYLE_LABEL,
			      attr, "0x%" PRIx64, bin->first);
	}
}

static uint64_t bin_address(const struct heap_view *v,
			    const struct scene *scene, uint64_t row)
{
	(void)scene;
	return view_heap_of(v)->bins[row].first;
}

const struct heap_pane_ops heap_bins = {
	.name = "Bins",
	.has_map = true,
	.nr_rows = nr_bins,
	.draw_head = draw_bins_head,
	.draw_row = draw_bin,
	.address = bin_address,
};
