// SPDX-License-Identifier: GPL-2.0
/*
 * The bins of an arena. Those with double links are rings through their head,
 * and every link is held against the one that comes back, so that a ring that
 * was damaged can't be walked for ever.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "heap/glibc.h"

struct walk {
	const struct glibc *glibc;
	const struct memory *memory;
	struct heap *heap;
	struct row_marks *marks;
	uint32_t arena;
	uint64_t base;		/* of the malloc_state */
	size_t left;		/* bins and links that may still come */
};

__attribute__((format(printf, 2, 3)))
static void break_bin(struct heap *heap, const char *fmt, ...)
{
	struct heap_bin *bin = &heap->bins[heap->nr_bins - 1];
	va_list args;

	if (bin->broken)
		return;
	bin->broken = true;
	va_start(args, fmt);
	vsnprintf(bin->why, sizeof(bin->why), fmt, args);
	va_end(args);
	heap->coherent = false;
	heap_note(heap, "%s bin %u of arena %u: %s", bin_kind_names[bin->kind],
		  bin->index, bin->owner, bin->why);
}

static const char too_many[] = "lists hold more chunks than there are";

/* ---- rings ---- */

static enum bin_kind kind_of(const struct glibc *glibc, unsigned int index)
{
	uint64_t min, max;

	if (index == 1)
		return BIN_UNSORTED;
	glibc_bin_sizes(&glibc->shape, index, &min, &max);
	return min == max ? BIN_SMALL : BIN_LARGE;
}

/* The chunk behind prev in the ring, checked; 0 where it breaks. */
static uint64_t follow(const struct walk *walk, uint64_t prev, uint64_t chunk)
{
	const struct glibc *glibc = walk->glibc;
	const struct heap_bin *bin = &walk->heap->bins[walk->heap->nr_bins - 1];
	unsigned int word = glibc->shape.word;
	uint64_t back, tag, size;

	if (!memory_copied_word(walk->memory, chunk + 3 * word, word, &back)) {
		break_bin(walk->heap, "0x%" PRIx64 " links to 0x%" PRIx64 ", which is in no heap",
			  prev, chunk);
		return 0;
	}
	if (back != prev) {
		break_bin(walk->heap, "0x%" PRIx64 " links to 0x%" PRIx64 ", but that back to 0x%" PRIx64,
			  prev, chunk, back);
		return 0;
	}
	tag = glibc_word(glibc, walk->memory, chunk + word);
	size = tag & ~(uint64_t)CHUNK_FLAGS;
	if (size < bin->min || size > bin->max)
		break_bin(walk->heap, "0x%" PRIx64 " has size 0x%" PRIx64 ", which is not for this bin",
			  chunk, size);
	return glibc_word(glibc, walk->memory, chunk + 2 * word);
}

static bool parse_ring(struct walk *walk, unsigned int index)
{
	const struct glibc_shape *shape = &walk->glibc->shape;
	uint64_t head = walk->base + shape->state.bins +
			(uint64_t)(2 * (index - 1)) * shape->word -
			2 * shape->word;
	uint64_t first = glibc_word(walk->glibc, walk->memory,
				    head + 2 * shape->word);
	uint64_t prev = head, chunk = first, next;
	struct heap_bin *bin;

	if (first == head)
		return true;
	if (!walk->left)
		return true;
	walk->left--;
	bin = heap_add_bin(walk->heap);
	if (!bin)
		return false;
	bin->kind = kind_of(walk->glibc, index);
	bin->index = (uint16_t)index;
	bin->owner = walk->arena;
	bin->first = first;
	glibc_bin_sizes(shape, index, &bin->min, &bin->max);
	for (; chunk != head; prev = chunk, chunk = next) {
		next = follow(walk, prev, chunk);
		if (!next)
			return true;
		if (!walk->left) {
			break_bin(walk->heap, "%s", too_many);
			return true;
		}
		walk->left--;
		if (!row_marks_add(walk->marks, chunk,
				   (uint32_t)(walk->heap->nr_bins - 1),
				   CHUNK_FREE))
			return false;
	}
	if (glibc_word(walk->glibc, walk->memory, head + 3 * shape->word) !=
	    prev)
		break_bin(walk->heap, "its head links back to another chunk than its last, 0x%" PRIx64,
			  prev);
	return true;
}

/* ---- fast bins ---- */

/* The sizes are not looked at: where no chunk is, its mark says so. */
static bool parse_fast(struct walk *walk, unsigned int index)
{
	const struct glibc_shape *shape = &walk->glibc->shape;
	uint64_t chunk = glibc_word(walk->glibc, walk->memory, walk->base +
				    shape->state.fast + index * shape->word);
	struct glibc_list list = {
		.glibc = walk->glibc, .memory = walk->memory,
		.header = 2 * shape->word,
	};
	struct heap_bin *bin;
	uint64_t mem = chunk + list.header;

	if (!chunk || !walk->left)
		return true;
	list.most = --walk->left;
	bin = heap_add_bin(walk->heap);
	if (!bin)
		return false;
	bin->kind = BIN_FAST;
	bin->index = (uint16_t)index;
	bin->owner = walk->arena;
	bin->first = chunk;
	bin->min = bin->max = glibc_fast_size(shape, index);
	glibc_list_measure(&list, mem);
	if (list.is_cycle)
		break_bin(walk->heap, "a cycle: after %zu chunks it comes back to one of them",
			  list.nr);
	else if (list.is_long)
		break_bin(walk->heap, "%s", too_many);
	else if (list.strange)
		break_bin(walk->heap, "after %zu chunks it links to 0x%" PRIx64 ", where no chunk can be",
			  list.nr, list.strange - list.header);
	walk->left -= list.nr;
	for (; list.nr; list.nr--) {
		if (!row_marks_add(walk->marks, mem - list.header,
				   (uint32_t)(walk->heap->nr_bins - 1),
				   CHUNK_FAST))
			return false;
		glibc_list_next(&list, mem, &mem);
	}
	return true;
}

bool glibc_bins_parse(const struct glibc *glibc, const struct memory *memory,
		      struct heap *heap, struct row_marks *marks)
{
	const struct glibc_state_at *at = &glibc->shape.state;
	unsigned int nr_fast = glibc->shape.layout->has_fast ? at->nr_fast : 0;
	size_t left = glibc_list_room(heap);

	for (size_t a = 0; a < glibc->nr_arenas; a++) {
		struct walk walk = {
			.glibc = glibc, .memory = memory, .heap = heap,
			.marks = marks, .arena = (uint32_t)a,
			.base = glibc->arenas[a].address, .left = left,
		};

		/* What was never used has no rings yet. */
		if (!glibc_word(glibc, memory, walk.base + at->top))
			continue;
		for (unsigned int i = 0; i < nr_fast; i++)
			if (!parse_fast(&walk, i))
				return false;
		for (unsigned int i = 1; i < GLIBC_BINS; i++)
			if (!parse_ring(&walk, i))
				return false;
		left = walk.left;
	}
	return true;
}
