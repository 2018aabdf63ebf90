// SPDX-License-Identifier: GPL-2.0
/*
 * Marks and chunks are both put in order of address and then gone through side
 * by side: lists jump about in memory, and to look each one up would cost more
 * than to sort them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heap/rows.h"

struct mark {
	uint64_t address;
	uint32_t bin;
	uint32_t state;
};

struct row_marks {
	struct mark *marks;
	size_t nr, cap;
};

struct row_marks *row_marks_new(void)
{
	return calloc(1, sizeof(struct row_marks));
}

void row_marks_free(struct row_marks *marks)
{
	if (!marks)
		return;
	free(marks->marks);
	free(marks);
}

bool row_marks_add(struct row_marks *marks, uint64_t address, uint32_t bin,
		   enum chunk_state state)
{
	if (marks->nr == marks->cap) {
		size_t cap = marks->cap ? 2 * marks->cap : 256;
		struct mark *bigger = reallocarray(marks->marks, cap,
						   sizeof(*bigger));

		if (!bigger)
			return false;
		marks->marks = bigger;
		marks->cap = cap;
	}
	marks->marks[marks->nr++] = (struct mark){ address, bin, state };
	return true;
}

/* ---- order ---- */

#define DIGIT		11	/* bits */
#define VALUES		(1U << DIGIT)

/* By one digit of the address, from one array into the other; stable. */
static void distribute(const struct mark *from, struct mark *to, size_t nr,
		       unsigned int shift)
{
	size_t at[VALUES] = { 0 }, sum = 0;

	for (size_t i = 0; i < nr; i++)
		at[from[i].address >> shift & (VALUES - 1)]++;
	for (size_t v = 0; v < VALUES; v++) {
		size_t count = at[v];

		at[v] = sum;
		sum += count;
	}
	for (size_t i = 0; i < nr; i++)
		to[at[from[i].address >> shift & (VALUES - 1)]++] = from[i];
}

/* Sorts by address; of those that are equal the first added stays first. */
static bool sort(struct row_marks *marks)
{
	struct mark *spare, *swap;
	uint64_t differ = 0;
	size_t i;

	for (i = 1; i < marks->nr; i++)
		if (marks->marks[i - 1].address > marks->marks[i].address)
			break;
	if (i >= marks->nr)
		return true;
	spare = reallocarray(NULL, marks->cap, sizeof(*spare));
	if (!spare)
		return false;
	for (i = 1; i < marks->nr; i++)
		differ |= marks->marks[i].address ^ marks->marks[0].address;
	for (unsigned int shift = 0; shift < 64; shift += DIGIT) {
		if (!(differ >> shift & (VALUES - 1)))
			continue;
		distribute(marks->marks, spare, marks->nr, shift);
		swap = marks->marks;
		marks->marks = spare;
		spare = swap;
	}
	free(spare);
	return true;
}

/* ---- putting down ---- */

static void break_bin(struct heap *heap, const struct mark *mark,
		      const char *why)
{
	struct heap_bin *bin = &heap->bins[mark->bin];

	heap->coherent = false;
	if (bin->broken)
		return;
	bin->broken = true;
	snprintf(bin->why, sizeof(bin->why), "0x%" PRIx64 " %s",
		 mark->address, why);
	heap_note(heap, "%s bin %u: 0x%" PRIx64 " %s",
		  bin_kind_names[bin->kind], bin->index, mark->address, why);
}

static void put_down(struct heap *heap, struct heap_chunk *chunk,
		     const struct mark *mark)
{
	struct heap_bin *bin = &heap->bins[mark->bin];

	if (chunk->bin != HEAP_NONE) {
		break_bin(heap, mark, "is in two lists");
	} else if (mark->state == CHUNK_FREE && chunk->state != CHUNK_FREE) {
		break_bin(heap, mark, "is no free chunk");
	} else if (mark->state != CHUNK_FREE && chunk->state != CHUNK_USED) {
		break_bin(heap, mark, "is free already for its neighbours");
	} else {
		chunk->bin = mark->bin;
		chunk->state = mark->state;
		bin->nr++;
		bin->bytes += chunk->size;
	}
}

/* A free chunk that no list has was on its way into one, or the list broke. */
static void note_lost(struct heap *heap)
{
	size_t nr = 0, first = 0;

	for (size_t i = 0; i < heap->nr_chunks; i++)
		if (heap->chunks[i].state == CHUNK_FREE &&
		    heap->chunks[i].bin == HEAP_NONE && !nr++)
			first = i;
	if (!nr)
		return;
	heap->coherent = false;
	heap_note(heap, "%zu free chunk%s in no bin, first 0x%" PRIx64, nr,
		  nr == 1 ? " is" : "s are", heap->chunks[first].address);
}

bool row_marks_apply(struct row_marks *marks, struct heap *heap)
{
	size_t at = 0;

	if (heap->failed || !sort(marks))
		return false;
	for (size_t i = 0; i < heap->nr_bins; i++)
		heap->bins[i].nr = heap->bins[i].bytes = 0;
	for (size_t i = 0; i < marks->nr; i++) {
		const struct mark *mark = &marks->marks[i];

		while (at < heap->nr_chunks &&
		       heap->chunks[at].address < mark->address)
			at++;
		if (mark->bin >= heap->nr_bins)
			continue;
		if (at < heap->nr_chunks &&
		    heap->chunks[at].address == mark->address)
			put_down(heap, &heap->chunks[at], mark);
		else
			break_bin(heap, mark, "is where no chunk begins");
	}
	note_lost(heap);
	heap_count(heap);
	return true;
}
