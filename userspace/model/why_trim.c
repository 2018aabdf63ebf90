// SPDX-License-Identifier: GPL-2.0
/*
 * Trim joins what fast bins hold, gives back the whole pages behind the links
 * of each free chunk, and then the end of the top: glibc that of the main arena
 * alone, by the break; our allocator that of each arena, with the heaps that
 * are empty.
 */
#include "model/why_trim.h"

/* What trim leaves of a free chunk at least, in words: sizes and links. */
#define LINK_WORDS	6

static bool is_given(const struct why_trim *t, const struct heap_chunk *chunk)
{
	return why_is_free(chunk) ||
	       (t->flushes && chunk->state == CHUNK_CACHED);
}

/*
 * What trim takes off the end of a top of size bytes: pages, or huge ones where
 * glibc was told to use those.
 */
static uint64_t off_top(const struct heap *heap, uint64_t size)
{
	uint64_t unit;

	if (!heap_setting(heap, "thp_pagesize", &unit) || !unit)
		unit = heap->page_size;
	if (size < heap->min_chunk + 1)
		return 0;
	size -= heap->min_chunk + 1;
	return size - size % unit;
}

/* Its address space per heap, of an arena of ours that is not the main one. */
static uint64_t heap_space(const struct heap *heap)
{
	return (uint64_t)(heap->word == 8 ? 64 : 1) << 20;
}

/* The chunks that become one at the end of [piece->first, end). */
static size_t run_before(const struct why_trim *t,
			 const struct heap_piece *piece, size_t end)
{
	while (end > piece->first && is_given(t, &t->heap->chunks[end - 1]))
		end--;
	return end;
}

/* The piece that lies in the heap at base, or NULL. */
static const struct heap_piece *piece_in(const struct heap *heap, uint64_t base)
{
	size_t lo = 0, hi = heap->nr_pieces;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (heap->pieces[mid].start < base)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == heap->nr_pieces || !heap->pieces[lo].nr ||
	    heap->pieces[lo].end > base + heap_space(heap))
		return NULL;
	return &heap->pieces[lo];
}

/* What is resident of [start, end) and has not been counted, as [from, to). */
static uint64_t uncounted(const struct heap *heap, uint64_t start, uint64_t end,
			  uint64_t from, uint64_t to)
{
	struct resident pages = { .heap = heap };
	uint64_t all = resident_bytes(&pages, start, end);

	from = from > start ? from : start;
	pages = (struct resident){ .heap = heap };
	return from < to ? all - resident_bytes(&pages, from, to) : all;
}

/*
 * Our allocator unmaps heaps that are empty, newest first; then top is the end
 * of the heap before: its fenceposts and what is free in front of them, of
 * which the whole pages, [from, to), have been counted already.
 */
static uint64_t trim_heaps(const struct why_trim *t,
			   const struct heap_piece *piece, uint64_t start)
{
	const struct heap *heap = t->heap;
	uint64_t space = heap_space(heap), given = 0, from = 0, to = 0, prev;
	uint64_t base = (piece->end - 1) & ~(space - 1);
	size_t first, fence, left = heap->nr_pieces;

	/* However the heaps are linked, each can be dropped but once. */
	while (start == piece->start && left-- &&
	       heap_word(heap, base + heap->word, &prev) && prev &&
	       prev != base) {
		const struct heap_piece *before = piece_in(heap, prev);

		if (!before || before->arena != piece->arena ||
		    space - (before->end - prev) < heap->min_chunk)
			break;
		given += uncounted(heap, page_down(heap, start), piece->end,
				   from, to);
		piece = before;
		base = prev;
		fence = piece->first + piece->nr;
		while (fence > piece->first &&
		       heap->chunks[fence - 1].state == CHUNK_FENCE)
			fence--;
		first = run_before(t, piece, fence);
		start = piece->end - 4 * heap->word;
		from = to = 0;
		if (first == fence)
			continue;
		start = heap->chunks[first].address;
		from = page_up(heap, start + LINK_WORDS * heap->word);
		to = page_down(heap, heap_chunk_end(&heap->chunks[fence - 1]));
	}
	return given + uncounted(heap, piece->end -
				 off_top(heap, piece->end - start),
				 piece->end, from, to);
}

/* Of what begins at start and ends with its arena: top. */
static uint64_t trim_top(struct why_trim *t, const struct heap_piece *piece,
			 uint64_t start)
{
	const struct heap *heap = t->heap;
	uint64_t end = piece->end;

	if (piece->arena && heap->kind == HEAP_GLIBC)
		return 0;
	if (piece->arena)
		return trim_heaps(t, piece, start);
	if (t->brk && page_up(heap, t->brk) != page_up(heap, end))
		return 0;
	return resident_bytes(&t->pages, end - off_top(heap, end - start), end);
}

uint64_t why_trim_piece(struct why_trim *t, const struct heap_piece *piece)
{
	const struct heap *heap = t->heap;
	size_t i = piece->first, end = i + piece->nr;
	uint64_t given = 0;

	while (i < end) {
		uint64_t start = heap->chunks[i].address, first, last;
		bool is_top = false;

		if (!is_given(t, &heap->chunks[i])) {
			i++;
			continue;
		}
		for (; i < end && is_given(t, &heap->chunks[i]); i++)
			is_top = heap->chunks[i].state == CHUNK_TOP;
		if (is_top) {
			given += trim_top(t, piece, start);
			continue;
		}
		first = page_up(heap, start + LINK_WORDS * heap->word);
		last = page_down(heap, heap_chunk_end(&heap->chunks[i - 1]));
		if (first < last)
			given += resident_bytes(&t->pages, first, last);
	}
	return given;
}
