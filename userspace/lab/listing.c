// SPDX-License-Identifier: GPL-2.0
/* The heap as it is read from outside, in lines. */
#include <inttypes.h>
#include <stdio.h>

#include "lab/state.h"
#include "util/format.h"

#define TOLD	200	/* chunks; more are cut, which is said */

static const struct heap *heap_or_why(struct lab *lab)
{
	const struct heap *heap = lab_heap(lab);
	unsigned int i;

	if (!heap) {
		say(lab, LAB_ERROR, "the heap can't be read: %s",
		    lab->no_heap);
		return NULL;
	}
	if (!heap->coherent)
		say(lab, LAB_ERROR, "the heap is not whole:");
	for (i = 0; i < heap->nr_notes; i++)
		say(lab, LAB_ERROR, "%s", heap->notes[i]);
	return heap;
}

/* The article's words: malloc_stats() counts so. */
static void tell_totals(struct lab *lab, const char *what,
			const struct heap_totals *totals)
{
	say(lab, LAB_RESULT,
	    "%s: system bytes = %" PRIu64 ", in use bytes = %" PRIu64, what,
	    totals->arena + totals->hblkhd,
	    totals->uordblks + totals->hblkhd);
}

void listing_stats(struct lab *lab)
{
	const struct heap *heap = heap_or_why(lab);
	char what[32];
	size_t i;

	if (!heap)
		return;
	for (i = 0; i < heap->nr_arenas; i++) {
		snprintf(what, sizeof(what), "Arena %" PRIu32,
			 heap->arenas[i].number);
		tell_totals(lab, what, &heap->arenas[i].totals);
	}
	tell_totals(lab, "Total (incl. mmap)", &heap->totals);
	say(lab, LAB_RESULT,
	    "mappings: %" PRIu64 ", of %" PRIu64 " bytes; in caches: %" PRIu64 " chunks, %" PRIu64 " bytes",
	    heap->totals.hblks, heap->totals.hblkhd, heap->totals.nr_cached,
	    heap->totals.cached);
}

static void tell_chunk(struct lab *lab, const struct heap *heap,
		       const struct heap_chunk *chunk)
{
	const char *name = lab_name(lab, heap_mem(heap, chunk));
	bool is_used = chunk->state == CHUNK_USED ||
		       chunk->state == CHUNK_MMAPPED;

	say(lab, LAB_RESULT, "0x%" PRIx64 " %9" PRIu64 " %s%s%s",
	    chunk->address, chunk->size, chunk_states[chunk->state].name,
	    is_used && name ? " " : "", is_used && name ? name : "");
}

void listing_chunks(struct lab *lab)
{
	const struct heap *heap = heap_or_why(lab);
	char more[32];
	size_t i;

	if (!heap)
		return;
	for (i = 0; i < heap->nr_chunks && i < TOLD; i++)
		tell_chunk(lab, heap, &heap->chunks[i]);
	if (heap->nr_chunks > TOLD)
		say(lab, LAB_RESULT, "and %s chunks more",
		    format_count(more, heap->nr_chunks - TOLD));
	for (i = 0; i < heap->nr_pieces; i++)
		if (heap->pieces[i].broken)
			say(lab, LAB_ERROR, "broken at 0x%" PRIx64 ": %s",
			    heap->pieces[i].broken, heap->pieces[i].why);
	if (!heap->nr_chunks)
		say(lab, LAB_RESULT, "there is no chunk yet");
}

static void tell_bin(struct lab *lab, const struct heap_bin *bin)
{
	char range[64] = "any size", count[32], bytes[32];

	if (bin->min == bin->max)
		snprintf(range, sizeof(range), "%" PRIu64, bin->min);
	else if (bin->max != UINT64_MAX || bin->min)
		snprintf(range, sizeof(range), "%" PRIu64 " to %" PRIu64,
			 bin->min, bin->max);
	say(lab, LAB_RESULT, "%s bin %u (%s): %s chunks, %s bytes%s%s",
	    bin_kind_names[bin->kind], bin->index, range,
	    format_count(count, bin->nr), format_count(bytes, bin->bytes),
	    bin->broken ? "; broken: " : "", bin->broken ? bin->why : "");
}

void listing_bins(struct lab *lab)
{
	const struct heap *heap = heap_or_why(lab);
	size_t i;

	if (!heap)
		return;
	for (i = 0; i < heap->nr_bins && i < TOLD; i++)
		tell_bin(lab, &heap->bins[i]);
	if (heap->nr_bins > TOLD)
		say(lab, LAB_RESULT, "and %zu bins more", heap->nr_bins - TOLD);
	if (!heap->nr_bins)
		say(lab, LAB_RESULT, "all bins are empty");
}
