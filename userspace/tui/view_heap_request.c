// SPDX-License-Identifier: GPL-2.0
/*
 * What can be asked of the heap's view: moving, searching, other lists, order
 * and scale. But for searching and sorting nothing here is linear in chunks.
 */
#include "tui/view_heap.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What a member means may have had no room. */
static void tell_member(const struct heap_view *v, struct scene *scene)
{
	const struct heap_place *at = &v->places[PANE_ARENAS];
	const struct heap_field *field = NULL;

	if (v->pane == PANE_ARENAS && at->cursor < at->nr)
		field = view_heap_field(v, at->cursor);
	if (field)
		snprintf(scene->message, sizeof(scene->message), "%s: %s",
			 field->name, field->meaning);
}

static void move(struct heap_view *v, struct scene *scene, bool up,
		 uint64_t by)
{
	struct heap_place *at = &v->places[v->pane];

	if (!at->nr)
		return;
	if (up)
		at->cursor = at->cursor > by ? at->cursor - by : 0;
	else
		at->cursor = by < at->nr - 1 - at->cursor ? at->cursor + by :
			     at->nr - 1;
	if (v->pane == PANE_CHUNKS)
		view_heap_select_row(v, scene, at->cursor);
	else
		tell_member(v, scene);
}

static bool request_move(struct heap_view *v, struct scene *scene,
			 enum request request)
{
	uint64_t page = v->all_detail ? (uint64_t)v->side.height :
			view_heap_rows(v);

	if (page > 1)
		page--;
	if (v->all_detail) {
		int by = request == REQ_UP || request == REQ_DOWN ? 1 :
			 request == REQ_PAGE_UP || request == REQ_PAGE_DOWN ?
			 (int)page : 1 << 20;

		if (request == REQ_UP || request == REQ_PAGE_UP ||
		    request == REQ_FIRST)
			by = -by;
		else if (request != REQ_DOWN && request != REQ_PAGE_DOWN &&
			 request != REQ_LAST)
			return false;
		v->detail_top += by;
		return true;
	}
	switch (request) {
	case REQ_UP:
	case REQ_DOWN:
		move(v, scene, request == REQ_UP, 1);
		return true;
	case REQ_PAGE_UP:
	case REQ_PAGE_DOWN:
		move(v, scene, request == REQ_PAGE_UP, page ? page : 1);
		return true;
	case REQ_FIRST:
	case REQ_LAST:
		move(v, scene, request == REQ_FIRST, UINT64_MAX);
		return true;
	default:
		return false;
	}
}

static void go_to_pane(struct heap_view *v, const struct scene *scene, int way)
{
	int pane = v->pane;

	do
		pane = (pane + way + NR_PANES) % NR_PANES;
	while (!view_heap_has(v, scene, pane));
	v->pane = pane;
	v->detail = v->all_detail = false;
}

/* From another list to the chunk that its row is about. */
static void enter_row(struct heap_view *v, struct scene *scene)
{
	const struct heap *heap = view_heap_of(v);
	const struct heap_place *at = &v->places[v->pane];
	const struct heap_chunk *chunk;
	uint64_t addr = 0;

	if (at->cursor < at->nr)
		addr = heap_panes[v->pane]->address(v, scene, at->cursor);
	chunk = addr && heap ? heap_find(heap, addr) : NULL;
	if (!chunk) {
		if (addr)
			snprintf(scene->message, sizeof(scene->message),
				 "0x%" PRIx64 " lies in no chunk that is there now",
				 addr);
		return;
	}
	v->pane = PANE_CHUNKS;
	view_heap_select(v, scene, chunk - heap->chunks);
	view_heap_find_row(v, scene);
}

static void enter(struct heap_view *v, struct scene *scene)
{
	if (v->pane != PANE_CHUNKS) {
		enter_row(v, scene);
		return;
	}
	/* Beside the list there is a detail already. */
	if (!v->detail && !v->side.height && scene->height >= 14)
		v->detail = true;
	else
		v->all_detail = true;
	v->detail_top = 0;
}

static bool leave(struct heap_view *v)
{
	if (v->all_detail)
		v->all_detail = false;
	else if (v->detail)
		v->detail = false;
	else if (v->pane != PANE_CHUNKS)
		v->pane = PANE_CHUNKS;
	else
		return false;
	v->detail_top = 0;
	return true;
}

static void go_to_piece(struct heap_view *v, struct scene *scene, int way)
{
	const struct heap *heap = view_heap_of(v);
	const struct heap_piece *piece = heap_find_piece(heap, v->address);
	size_t i = piece ? piece - heap->pieces : 0;

	while (way < 0 ? i-- > 0 : ++i < heap->nr_pieces) {
		if (!heap->pieces[i].nr)
			continue;
		view_heap_select(v, scene, heap->pieces[i].first);
		view_heap_find_row(v, scene);
		return;
	}
	snprintf(scene->message, sizeof(scene->message),
		 "there is no piece of the heap further on");
}

static void next_scale(struct heap_view *v, struct scene *scene)
{
	static const char *const said[NR_SCALES] = {
		[SCALE_STATES] = "the map: all of the heap, by the commonest state",
		[SCALE_FILL] = "the map: all of the heap, how much is used",
		[SCALE_CLOSE] = "the map: close, two words a cell",
	};

	v->scale = (v->scale + 1) % NR_SCALES;
	snprintf(scene->message, sizeof(scene->message), "%s", said[v->scale]);
}

static void sort(struct heap_view *v, struct scene *scene)
{
	v->order = (v->order + 1) % HEAP_ORDER_NR;
	view_heap_arrange(v, scene);
	snprintf(scene->message, sizeof(scene->message), "sorted by %s",
		 v->order == HEAP_BY_SIZE ? "size, the largest first" :
		 "address");
}

/* In the order of the list, from the selected row on and round again. */
static void search(struct heap_view *v, struct scene *scene, bool forward)
{
	struct heap_filter wanted;
	uint64_t at = v->places[PANE_CHUNKS].cursor, nr = v->rows.nr;
	struct error err;

	if (heap_filter_parse(&wanted, scene->search, &err)) {
		snprintf(scene->message, sizeof(scene->message), "%.190s",
			 err.text);
		return;
	}
	for (uint64_t i = 1; i <= nr; i++) {
		uint64_t row = (at + (forward ? i : nr - i)) % nr;
		size_t chunk = heap_rows_chunk(&v->rows, row);

		if (!heap_filter_match(&wanted, v->rows.heap, chunk,
				       heap_rows_mark(&v->rows, chunk)))
			continue;
		v->pane = PANE_CHUNKS;
		view_heap_select_row(v, scene, row);
		return;
	}
	snprintf(scene->message, sizeof(scene->message),
		 "no chunk matches %s%s", scene->search,
		 *scene->filter ? " among those that the filter shows" : "");
}

static bool request_chunks(struct heap_view *v, struct scene *scene,
			   enum request request)
{
	if (!view_heap_of(v))
		return request == REQ_SEARCH_NEXT || request == REQ_SEARCH_PREV;
	switch (request) {
	case REQ_ENTER:
		enter(v, scene);
		return true;
	case REQ_PREV_AREA:
	case REQ_NEXT_AREA:
		go_to_piece(v, scene, request == REQ_NEXT_AREA ? 1 : -1);
		return true;
	case REQ_SCALE:
		next_scale(v, scene);
		return true;
	case REQ_SORT:
		sort(v, scene);
		return true;
	case REQ_INVERT:
		v->inverted = !v->inverted;
		view_heap_arrange(v, scene);
		return true;
	case REQ_SEARCH_NEXT:
	case REQ_SEARCH_PREV:
		search(v, scene, request == REQ_SEARCH_NEXT);
		return true;
	default:
		return false;
	}
}

/* Keys are there before the first heap is, which can take its time. */
static bool tell_nothing(struct scene *scene, enum request request)
{
	switch (request) {
	case REQ_UP:
	case REQ_DOWN:
	case REQ_PAGE_UP:
	case REQ_PAGE_DOWN:
	case REQ_FIRST:
	case REQ_LAST:
	case REQ_ENTER:
	case REQ_PREV_AREA:
	case REQ_NEXT_AREA:
	case REQ_SCALE:
	case REQ_SORT:
	case REQ_INVERT:
	case REQ_SEARCH_NEXT:
	case REQ_SEARCH_PREV:
		snprintf(scene->message, sizeof(scene->message), "%s",
			 *scene->snap->no_heap ? "there is no heap to show" :
			 "the heap is being read");
		return true;
	default:
		return false;
	}
}

bool view_heap_request(void *self, struct scene *scene, enum request request)
{
	struct heap_view *v = self;
	bool used;

	/* What is explained or moved from is what is selected here. */
	if (view_heap_of(v) && v->chunk < v->rows.heap->nr_chunks &&
	    heap_find(v->rows.heap, scene->address) !=
	    &v->rows.heap->chunks[v->chunk])
		scene->address = v->seen = v->address;
	if (request == REQ_LEFT || request == REQ_RIGHT) {
		go_to_pane(v, scene, request == REQ_RIGHT ? 1 : -1);
		used = true;
	} else if (request == REQ_BACK) {
		used = leave(v);
	} else if (!view_heap_of(v) && !v->places[v->pane].nr) {
		used = tell_nothing(scene, request);
	} else {
		used = request_move(v, scene, request) ||
		       request_chunks(v, scene, request);
	}
	if (used)
		view_heap_settle(v, scene);
	return used;
}
