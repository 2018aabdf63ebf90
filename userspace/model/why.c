// SPDX-License-Identifier: GPL-2.0
/*
 * The join of chunks with pages. Free memory comes in runs of chunks that no
 * used one interrupts; the pages at the two ends of a run are shared with what
 * is used, those between are free as a whole:
 *
 *   chunks  | used |  free   | fast |     free     | used |
 *   pages   |  shared  |  whole  |  whole  |  shared  |
 */
#include "model/why.h"

#include <stdlib.h>
#include <string.h>

#include "model/why_trim.h"

/* ---- sums ---- */

/* Each of these is asked with addresses that ascend. */
struct summer {
	const struct heap *heap;
	struct resident chunks, wholes, edges;
	uint64_t last_edge;	/* the page that was counted as shared last */
};

static void add_edge(struct summer *s, struct why_sum *sum, uint64_t page)
{
	if (page == s->last_edge)
		return;
	s->last_edge = page;
	sum->shared += resident_bytes(&s->edges, page,
				      page + s->heap->page_size);
}

/* A run of free chunks, [start, end), that used memory is on both sides of. */
static void add_run(struct summer *s, struct why_sum *sum, uint64_t start,
		    uint64_t end)
{
	uint64_t first = page_up(s->heap, start);
	uint64_t last = page_down(s->heap, end);

	if (first < last)
		sum->whole += resident_bytes(&s->wholes, first, last);
	if (start != first)
		add_edge(s, sum, page_down(s->heap, start));
	if (end != last)
		add_edge(s, sum, last);
}

static void add_piece(struct summer *s, struct why_sum *sum,
		      const struct heap_piece *piece)
{
	const struct heap_chunk *chunk = &s->heap->chunks[piece->first];
	const struct heap_chunk *end = chunk + piece->nr;

	for (; chunk < end; chunk++) {
		const struct heap_chunk *first = chunk;

		if (chunk->state == CHUNK_CACHED)
			sum->cached += chunk->size;
		for (; chunk < end && why_is_free(chunk); chunk++) {
			sum->free += chunk->size;
			sum->resident +=
				resident_bytes(&s->chunks, chunk->address,
					       heap_chunk_end(chunk));
		}
		if (chunk == first)
			continue;
		chunk--;
		add_run(s, sum, first->address, heap_chunk_end(chunk));
	}
}

/* ---- pins ---- */

/* What is found, in ascending order, by the number of pages it saves. */
struct pinner {
	const struct heap *heap;
	struct resident pages;
	struct why_pin *found[2];
	size_t nr[2], max;
	uint64_t nr_all;
};

/*
 * A page of chunk that would be free as a whole if chunk was, as what is free
 * around it is [start, end), and that others have a part in.
 */
static uint64_t pinned(struct pinner *p, const struct heap_chunk *chunk,
		       uint64_t page, uint64_t start, uint64_t end)
{
	uint64_t stop = page + p->heap->page_size;

	if (page < start || stop > end ||
	    (page >= chunk->address && stop <= heap_chunk_end(chunk)))
		return 0;
	return resident_bytes(&p->pages, page, stop);
}

static void add_pin(struct pinner *p, size_t i, uint64_t start, uint64_t end)
{
	const struct heap_chunk *chunk = &p->heap->chunks[i];
	uint64_t size = p->heap->page_size;
	uint64_t first = page_down(p->heap, chunk->address);
	uint64_t last = page_down(p->heap, heap_chunk_end(chunk) - 1);
	struct why_pin pin = { .chunk = i, .start = last, .end = last + size };
	unsigned int pages;

	if (start == chunk->address && end == heap_chunk_end(chunk))
		return;
	pin.saving = pinned(p, chunk, first, start, end);
	if (pin.saving)
		pin.start = first;
	if (last != first) {
		uint64_t more = pinned(p, chunk, last, start, end);

		if (!more)
			pin.end = first + size;
		pin.saving += more;
	}
	if (!pin.saving)
		return;
	p->nr_all++;
	pages = pin.saving > size;
	if (p->nr[pages] < p->max)
		p->found[pages][p->nr[pages]++] = pin;
}

static void pin_piece(struct pinner *p, const struct heap_piece *piece)
{
	const struct heap_chunk *chunks = p->heap->chunks;
	size_t end = piece->first + piece->nr, used = end;
	uint64_t start = 0, free_from = 0;

	for (size_t i = piece->first; i < end; i++) {
		const struct heap_chunk *chunk = &chunks[i];
		uint64_t here = chunk->address;

		if (why_is_free(chunk)) {
			if (!free_from)
				free_from = here;
			continue;
		}
		if (used < end)
			add_pin(p, used, start, here);
		/* Fenceposts are not to be freed. */
		used = chunk->state == CHUNK_FENCE ? end : i;
		start = free_from ? free_from : here;
		free_from = 0;
	}
	if (used < end)
		add_pin(p, used, start, heap_chunk_end(&chunks[end - 1]));
}

static bool take_pins(struct why *why, struct pinner *p)
{
	size_t nr = p->nr[0] + p->nr[1];

	why->nr_all_pins = p->nr_all;
	why->nr_pins = nr < p->max ? nr : p->max;
	if (!nr)
		return true;
	why->pins = calloc(nr, sizeof(*why->pins));
	if (!why->pins)
		return false;
	memcpy(why->pins, p->found[1], p->nr[1] * sizeof(*why->pins));
	memcpy(why->pins + p->nr[1], p->found[0],
	       p->nr[0] * sizeof(*why->pins));
	return true;
}

static bool find_pins(struct why *why, const struct heap *heap, size_t max)
{
	struct pinner p = {
		.heap = heap, .pages.heap = heap,
		.max = max < heap->nr_chunks ? max : heap->nr_chunks,
	};
	bool done = false;

	for (int i = 0; i < 2; i++)
		p.found[i] = calloc(p.max + 1, sizeof(*p.found[i]));
	if (p.found[0] && p.found[1]) {
		for (size_t i = 0; i < heap->nr_pieces; i++)
			if (heap->pieces[i].arena < heap->nr_arenas)
				pin_piece(&p, &heap->pieces[i]);
		done = take_pins(why, &p);
	}
	free(p.found[0]);
	free(p.found[1]);
	return done;
}

/* ---- all of it ---- */

static void add_to_all(struct why_sum *all, const struct why_sum *sum)
{
	all->free += sum->free;
	all->cached += sum->cached;
	all->resident += sum->resident;
	all->whole += sum->whole;
	all->trim += sum->trim;
	all->shared += sum->shared;
	all->has_pages &= sum->has_pages;
}

static void sum_pieces(struct why *why, const struct heap *heap, uint64_t brk)
{
	struct summer s = {
		.heap = heap, .chunks.heap = heap, .wholes.heap = heap,
		.edges.heap = heap, .last_edge = UINT64_MAX,
	};
	/* Of several threads' caches nobody can say who will call trim. */
	struct why_trim t = {
		.heap = heap, .brk = brk, .pages.heap = heap,
		.flushes = heap->kind == HEAP_VMACHUNK && heap->nr_caches == 1,
	};

	for (size_t i = 0; i < heap->nr_pieces; i++) {
		const struct heap_piece *piece = &heap->pieces[i];
		struct why_sum *sum;

		if (piece->arena >= heap->nr_arenas)
			continue;
		sum = &why->arenas[piece->arena];
		s.chunks.is_unknown = false;
		add_piece(&s, sum, piece);
		sum->trim += why_trim_piece(&t, piece);
		sum->has_pages &= !s.chunks.is_unknown;
	}
	why->all.has_pages = true;
	for (size_t i = 0; i < heap->nr_arenas; i++)
		add_to_all(&why->all, &why->arenas[i]);
}

struct why *why_new(const struct heap *heap, uint64_t brk, size_t max_pins)
{
	struct why *why = calloc(1, sizeof(*why));

	if (!why)
		return NULL;
	why->locked = UINT64_MAX;
	why->arenas = calloc(heap->nr_arenas + 1, sizeof(*why->arenas));
	if (!why->arenas)
		goto fail;
	for (size_t i = 0; i < heap->nr_arenas; i++)
		why->arenas[i].has_pages = true;
	sum_pieces(why, heap, brk);
	if (!find_pins(why, heap, max_pins))
		goto fail;
	return why;
fail:
	why_free(why);
	return NULL;
}

void why_free(struct why *why)
{
	if (!why)
		return;
	free(why->arenas);
	free(why->pins);
	free(why);
}
