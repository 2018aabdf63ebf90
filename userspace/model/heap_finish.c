// SPDX-License-Identifier: GPL-2.0
/*
 * Puts a heap into order once all has been added: pieces and with them chunks
 * by address, none above another; and counts, as mallinfo2() does.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/heap.h"

/* ---- order ---- */

static int compare_pieces(const void *a, const void *b)
{
	const struct heap_piece *one = a, *other = b;

	if (one->start != other->start)
		return one->start < other->start ? -1 : 1;
	/* An arena's is believed before what only looks like a mapping. */
	return (one->arena == HEAP_NONE) - (other->arena == HEAP_NONE);
}

static int compare_ranges(const void *a, const void *b)
{
	const struct heap_range *one = a, *other = b;

	return one->start < other->start ? -1 : one->start > other->start;
}

/*
 * Where two pieces claim the same bytes one is dropped: a mapping rather than
 * an arena's, else the one that begins later.
 */
static void drop_overlapping(struct heap *heap)
{
	struct heap_piece *pieces = heap->pieces;
	size_t nr = 0;

	for (size_t i = 0; i < heap->nr_pieces; i++) {
		const struct heap_piece *lost = &pieces[i];

		if (!nr || pieces[nr - 1].end <= pieces[i].start) {
			pieces[nr++] = pieces[i];
			continue;
		}
		if (pieces[nr - 1].arena == HEAP_NONE &&
		    pieces[i].arena != HEAP_NONE)
			lost = &pieces[nr - 1];
		heap_note(heap, "left out [0x%" PRIx64 ", 0x%" PRIx64 "): it lies over other memory of this heap",
			  lost->start, lost->end);
		heap->coherent = false;
		if (lost != &pieces[i])
			pieces[nr - 1] = pieces[i];
	}
	heap->nr_pieces = nr;
}

/* Do the chunks lie one piece behind the other, and nothing else there? */
static bool are_chunks_in_order(const struct heap *heap)
{
	size_t next = 0;

	for (size_t i = 0; i < heap->nr_pieces; i++) {
		if (heap->pieces[i].first != next)
			return false;
		next += heap->pieces[i].nr;
	}
	return next == heap->nr_chunks;
}

static bool order_chunks(struct heap *heap)
{
	struct heap_chunk *chunks;
	size_t nr = 0;

	if (are_chunks_in_order(heap))
		return true;
	chunks = reallocarray(NULL, heap->nr_chunks + 1, sizeof(*chunks));
	if (!chunks)
		return false;
	for (size_t i = 0; i < heap->nr_pieces; i++) {
		struct heap_piece *piece = &heap->pieces[i];

		memcpy(chunks + nr, heap->chunks + piece->first,
		       piece->nr * sizeof(*chunks));
		piece->first = nr;
		nr += piece->nr;
	}
	free(heap->chunks);
	heap->chunks = chunks;
	heap->cap_chunks = heap->nr_chunks + 1;
	heap->nr_chunks = nr;
	return true;
}

/* ---- counting ---- */

static void count_chunk(struct heap_totals *totals,
			const struct heap_chunk *chunk)
{
	switch ((enum chunk_state)chunk->state) {
	case CHUNK_USED:
	case CHUNK_MMAPPED:
		totals->nr_used++;
		totals->used += chunk->size;
		break;
	case CHUNK_FREE:
	case CHUNK_TOP:
		totals->ordblks++;
		totals->fordblks += chunk->size;
		break;
	case CHUNK_FAST:
		totals->smblks++;
		totals->fsmblks += chunk->size;
		totals->fordblks += chunk->size;
		break;
	case CHUNK_CACHED:
		totals->nr_cached++;
		totals->cached += chunk->size;
		break;
	case CHUNK_FENCE:
	case CHUNK_STATE_NR:
		break;
	}
}

static void add(struct heap_totals *sum, const struct heap_totals *totals)
{
	sum->arena += totals->arena;
	sum->ordblks += totals->ordblks;
	sum->smblks += totals->smblks;
	sum->fsmblks += totals->fsmblks;
	sum->hblks += totals->hblks;
	sum->hblkhd += totals->hblkhd;
	sum->uordblks += totals->uordblks;
	sum->fordblks += totals->fordblks;
	sum->keepcost += totals->keepcost;
	sum->nr_cached += totals->nr_cached;
	sum->cached += totals->cached;
	sum->nr_used += totals->nr_used;
	sum->used += totals->used;
}

/*
 * Of a mapping also what lies before its chunk counts, as it was asked for. An
 * arena has no mappings: until count_arena() its pieces are counted there.
 */
static void count_piece(struct heap *heap, const struct heap_piece *piece)
{
	bool is_mapping = piece->arena >= heap->nr_arenas;
	struct heap_totals *totals = is_mapping ?
				     &heap->totals :
				     &heap->arenas[piece->arena].totals;

	for (size_t i = 0; i < piece->nr; i++)
		count_chunk(totals, &heap->chunks[piece->first + i]);
	totals->hblks++;
	totals->hblkhd += piece->end - piece->start;
}

static void count_arena(struct heap *heap, struct heap_arena *arena)
{
	struct heap_totals *totals = &arena->totals;
	const struct heap_chunk *top = arena->top ?
				       heap_find(heap, arena->top) : NULL;

	/* Of the system, for all that is known: see heap_finish(). */
	if (!totals->arena)
		totals->arena = totals->hblkhd;
	totals->hblks = totals->hblkhd = 0;
	totals->uordblks = totals->arena > totals->fordblks ?
			   totals->arena - totals->fordblks : 0;
	if (!arena->number && top && top->state == CHUNK_TOP)
		totals->keepcost = top->size;
	add(&heap->totals, totals);
	totals->nr_cached = totals->cached = 0;
}

static void count_caches(struct heap *heap)
{
	for (size_t i = 0; i < heap->nr_caches; i++)
		heap->caches[i].nr = heap->caches[i].bytes = 0;
	for (size_t i = 0; i < heap->nr_bins; i++) {
		const struct heap_bin *bin = &heap->bins[i];
		struct heap_cache *cache;

		if (bin->kind != BIN_CACHE || bin->owner >= heap->nr_caches)
			continue;
		cache = &heap->caches[bin->owner];
		cache->nr += bin->nr;
		cache->bytes += bin->bytes;
	}
}

void heap_count(struct heap *heap)
{
	memset(&heap->totals, 0, sizeof(heap->totals));
	for (size_t i = 0; i < heap->nr_arenas; i++)
		heap->arenas[i].totals = (struct heap_totals){
			.arena = heap->arenas[i].totals.arena,
		};
	for (size_t i = 0; i < heap->nr_pieces; i++)
		count_piece(heap, &heap->pieces[i]);
	for (size_t i = 0; i < heap->nr_arenas; i++)
		count_arena(heap, &heap->arenas[i]);
	count_caches(heap);
}

bool heap_finish(struct heap *heap)
{
	if (heap->failed)
		return false;
	if (heap->nr_pieces)
		qsort(heap->pieces, heap->nr_pieces, sizeof(*heap->pieces),
		      compare_pieces);
	if (heap->nr_ranges)
		qsort(heap->ranges, heap->nr_ranges, sizeof(*heap->ranges),
		      compare_ranges);
	drop_overlapping(heap);
	if (!order_chunks(heap)) {
		heap->failed = true;
		return false;
	}
	heap_count(heap);
	return true;
}
