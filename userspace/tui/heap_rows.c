// SPDX-License-Identifier: GPL-2.0
/* See heap_rows.h. Chunks ascend by address, so two heaps are merged. */
#include "tui/heap_rows.h"

#include <stdlib.h>
#include <string.h>

void heap_rows_free(struct heap_rows *rows)
{
	free(rows->marks);
	free(rows->marked);
	free(rows->index);
	memset(rows, 0, sizeof(*rows));
}

/* ---- what changed ---- */

/* Bins are numbered by what is in them: kind and number are what counts. */
static bool same_bin(const struct heap *one, const struct heap_chunk *a,
		     const struct heap *two, const struct heap_chunk *b)
{
	bool in_a = a->bin < one->nr_bins, in_b = b->bin < two->nr_bins;

	if (!in_a || !in_b)
		return in_a == in_b;
	return one->bins[a->bin].kind == two->bins[b->bin].kind &&
	       one->bins[a->bin].index == two->bins[b->bin].index;
}

static enum heap_mark compare(const struct heap *heap,
			      const struct heap_chunk *chunk,
			      const struct heap *before,
			      const struct heap_chunk *old)
{
	return chunk->size == old->size && chunk->state == old->state &&
	       chunk->flags == old->flags &&
	       same_bin(heap, chunk, before, old) ? HEAP_SAME : HEAP_CHANGED;
}

static void merge(struct heap_rows *rows, const struct heap *before)
{
	const struct heap *heap = rows->heap;
	size_t old = 0, met = 0;

	for (size_t i = 0; i < heap->nr_chunks; i++) {
		const struct heap_chunk *chunk = &heap->chunks[i];
		enum heap_mark mark = HEAP_NEW;

		while (old < before->nr_chunks &&
		       before->chunks[old].address < chunk->address)
			old++;
		if (old < before->nr_chunks &&
		    before->chunks[old].address == chunk->address) {
			mark = compare(heap, chunk, before,
				       &before->chunks[old]);
			met++;
		}
		rows->marks[i] = mark;
		rows->marked[i + 1] = rows->marked[i] + (mark != HEAP_SAME);
		rows->nr_new += mark == HEAP_NEW;
		rows->nr_changed += mark == HEAP_CHANGED;
	}
	rows->nr_gone = before->nr_chunks - met;
}

static void classify(struct heap_rows *rows)
{
	for (size_t i = 0; i < rows->heap->nr_chunks; i++) {
		const struct heap_chunk *chunk = &rows->heap->chunks[i];
		struct heap_class *class = &rows->classes[
			63 - __builtin_clzll(chunk->size | 1)];

		if (chunk->state == CHUNK_USED ||
		    chunk->state == CHUNK_MMAPPED) {
			class->nr_used++;
			class->used += chunk->size;
		} else if (chunk->state != CHUNK_FENCE) {
			class->nr_free++;
			class->free += chunk->size;
		}
	}
}

void heap_rows_set(struct heap_rows *rows, const struct heap *heap,
		   const struct heap *before)
{
	heap_rows_free(rows);
	rows->heap = heap;
	if (!heap)
		return;
	classify(rows);
	if (!before)
		return;
	rows->marks = malloc(heap->nr_chunks + 1);
	rows->marked = calloc(heap->nr_chunks + 1, sizeof(*rows->marked));
	if (rows->marks && rows->marked) {
		merge(rows, before);
		return;
	}
	free(rows->marks);
	free(rows->marked);
	rows->marks = NULL;
	rows->marked = NULL;
}

enum heap_mark heap_rows_mark(const struct heap_rows *rows, size_t chunk)
{
	return rows->marks ? rows->marks[chunk] : HEAP_SAME;
}

size_t heap_rows_above(const struct heap *heap, uint64_t addr)
{
	size_t lo = 0, hi = heap->nr_chunks;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct heap_chunk *chunk = &heap->chunks[mid];

		if (addr >= chunk->address &&
		    addr - chunk->address >= chunk->size)
			lo = mid + 1;
		else if (addr < chunk->address)
			hi = mid;
		else
			return mid;
	}
	return lo;
}

bool heap_rows_changed(const struct heap_rows *rows, uint64_t start,
		       uint64_t end)
{
	size_t first, last;

	if (!rows->marks || start >= end)
		return false;
	first = heap_rows_above(rows->heap, start);
	last = heap_rows_above(rows->heap, end - 1);
	if (last < rows->heap->nr_chunks &&
	    rows->heap->chunks[last].address < end)
		last++;
	return first < last && rows->marked[last] != rows->marked[first];
}

size_t heap_rows_first_change(const struct heap_rows *rows)
{
	size_t lo = 0, hi = rows->heap->nr_chunks;

	if (!rows->marks || !rows->marked[hi])
		return hi;
	/* The last chunk below which none is marked. */
	while (lo + 1 < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (rows->marked[mid])
			hi = mid;
		else
			lo = mid;
	}
	return lo;
}

/* ---- the list ---- */

/* By size; equal ones stay as they are, by address. False without memory. */
static bool sort_by_size(struct heap_rows *rows)
{
	const struct heap_chunk *chunks = rows->heap->chunks;
	size_t *from = rows->index, *to = malloc((rows->nr + 1) * sizeof(*to));

	if (!to)
		return false;
	for (int shift = 0; shift < 64; shift += 8) {
		size_t start[257] = { 0 }, *swap;

		for (size_t i = 0; i < rows->nr; i++)
			start[(chunks[from[i]].size >> shift & 255) + 1]++;
		/* All of them have the same byte here. */
		if (!rows->nr || start[(chunks[from[0]].size >> shift & 255) +
				       1] == rows->nr)
			continue;
		for (int i = 0; i < 256; i++)
			start[i + 1] += start[i];
		for (size_t i = 0; i < rows->nr; i++)
			to[start[chunks[from[i]].size >> shift & 255]++] =
				from[i];
		swap = from;
		from = to;
		to = swap;
	}
	rows->index = from;
	free(to);
	return true;
}

/* Largest first, unless inverted; addresses the other way round. */
static bool is_descending(const struct heap_rows *rows)
{
	return (rows->order == HEAP_BY_SIZE) != rows->inverted;
}

static void turn_round(struct heap_rows *rows)
{
	for (size_t i = 0; i < rows->nr / 2; i++) {
		size_t swap = rows->index[i];

		rows->index[i] = rows->index[rows->nr - 1 - i];
		rows->index[rows->nr - 1 - i] = swap;
	}
}

void heap_rows_arrange(struct heap_rows *rows, enum heap_order order,
		       bool inverted, const struct heap_filter *filter)
{
	const struct heap *heap = rows->heap;

	free(rows->index);
	rows->index = NULL;
	rows->nr = 0;
	rows->bytes = 0;
	rows->order = order;
	rows->inverted = inverted;
	rows->failed = false;
	if (!heap)
		return;
	if (!filter->nr_terms && order == HEAP_BY_ADDRESS && !inverted) {
		rows->nr = heap->nr_chunks;
		for (size_t i = 0; i < rows->nr; i++)
			rows->bytes += heap->chunks[i].size;
		return;
	}
	rows->index = malloc((heap->nr_chunks + 1) * sizeof(*rows->index));
	rows->failed = !rows->index;
	for (size_t i = 0; i < heap->nr_chunks && rows->index; i++) {
		if (!heap_filter_match(filter, heap, i,
				       heap_rows_mark(rows, i)))
			continue;
		rows->index[rows->nr++] = i;
		rows->bytes += heap->chunks[i].size;
	}
	if (rows->index && order == HEAP_BY_SIZE && !sort_by_size(rows)) {
		rows->failed = true;
		rows->nr = 0;
	}
	if (rows->index && is_descending(rows))
		turn_round(rows);
}

/* Does chunk a stand before b? */
static bool stands_before(const struct heap_rows *rows, size_t a, size_t b)
{
	const struct heap_chunk *chunks = rows->heap->chunks;

	if (rows->order == HEAP_BY_SIZE && chunks[a].size != chunks[b].size)
		return (chunks[a].size < chunks[b].size) !=
		       is_descending(rows);
	return (a < b) != is_descending(rows);
}

size_t heap_rows_find(const struct heap_rows *rows, size_t chunk)
{
	size_t lo = 0, hi = rows->nr;

	if (!rows->index)
		return chunk < rows->nr ? chunk : rows->nr;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (rows->index[mid] != chunk &&
		    stands_before(rows, rows->index[mid], chunk))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}
