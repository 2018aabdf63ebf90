// SPDX-License-Identifier: GPL-2.0
/*
 * Bins and caches, walked in the copy. A list ends where its links do; one that
 * leads to where nothing was copied, or in a circle, is broken there.
 */
#include "heap/vmachunk_lists.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* What all walks need. */
struct lists {
	const struct vmachunk *self;
	const struct vmachunk_debug *debug;
	const struct memory *memory;
	struct heap *heap;
	struct row_marks *marks;
	unsigned int word;
	/* Bins and links that may still come: lists can't hold more chunks
	   than there are, but they can lie. */
	size_t left;
};

static uint64_t word_at(const struct lists *lists, uint64_t addr)
{
	return vmachunk_word(lists->self, lists->memory, addr);
}

/* Can a chunk be there, as far as the copy tells? */
static bool is_chunk(const struct lists *lists, uint64_t chunk)
{
	return !(chunk % lists->debug->alignment) &&
	       memory_at(lists->memory, chunk, 4 * lists->word);
}

__attribute__((format(printf, 3, 4)))
static void break_bin(struct lists *lists, uint32_t index, const char *fmt,
		      ...)
{
	struct heap_bin *bin = &lists->heap->bins[index];
	va_list args;

	bin->broken = true;
	va_start(args, fmt);
	vsnprintf(bin->why, sizeof(bin->why), fmt, args);
	va_end(args);
	heap_note(lists->heap, "%s bin %u: %s", bin_kind_names[bin->kind],
		  bin->index, bin->why);
	lists->heap->coherent = false;
}

static bool add_bin(struct lists *lists, enum bin_kind kind, uint32_t index,
		    uint32_t owner, uint64_t first)
{
	struct heap_bin *bin = heap_add_bin(lists->heap);

	if (!bin)
		return false;
	lists->left -= !!lists->left;
	bin->kind = kind;
	bin->index = (uint16_t)index;
	bin->owner = owner;
	bin->first = first;
	return true;
}

/* One link more; false: too many of them, which breaks the bin. */
static bool count_link(struct lists *lists, uint32_t index)
{
	if (!lists->left) {
		break_bin(lists, index, "lists hold more chunks than there are");
		return false;
	}
	lists->left--;
	return true;
}

static void set_sizes(struct lists *lists, uint64_t min, uint64_t max)
{
	struct heap_bin *bin = &lists->heap->bins[lists->heap->nr_bins - 1];

	bin->min = min;
	bin->max = max;
}

/*
 * Bins of which each power of two has so many steps: the sizes of bin step,
 * counted from where powers begin, at least one of which is from.
 */
static void set_large(struct lists *lists, uint32_t step, uint32_t steps,
		      uint64_t from, bool is_last)
{
	uint64_t begin = lists->debug->nr_small_bins *
			 (uint64_t)lists->debug->alignment;
	uint32_t power = step / steps;
	uint64_t width, min;

	if (power >= 40) {
		set_sizes(lists, 0, UINT64_MAX);
		return;
	}
	width = (begin << power) / steps;
	min = (begin << power) + step % steps * width;
	set_sizes(lists, min < from ? from : min, is_last ? UINT64_MAX :
		  min + width - lists->debug->alignment);
}

/* ---- bins ---- */

/*
 * A ring through the bin itself. That each chunk leads back to the one before
 * it rules out any other ring.
 */
static bool walk_ring(struct lists *lists, uint64_t bin, uint64_t chunk)
{
	uint32_t index = (uint32_t)lists->heap->nr_bins - 1;
	unsigned int word = lists->word;
	uint64_t before = bin;

	for (; chunk != bin; chunk = word_at(lists, chunk + 2 * word)) {
		uint64_t back;

		if (!is_chunk(lists, chunk)) {
			break_bin(lists, index, "the link of 0x%" PRIx64 " leads to 0x%" PRIx64 ", where no chunk can be",
				  before, chunk);
			return true;
		}
		back = word_at(lists, chunk + 3 * word);
		if (back != before) {
			break_bin(lists, index, "0x%" PRIx64 " leads back to 0x%" PRIx64 " and not to 0x%" PRIx64,
				  chunk, back, before);
			return true;
		}
		if (!count_link(lists, index))
			return true;
		if (!row_marks_add(lists->marks, chunk, index, CHUNK_FREE))
			return false;
		before = chunk;
	}
	if (word_at(lists, bin + 3 * word) != before)
		break_bin(lists, index, "its last chunk is 0x%" PRIx64 ", the bin says 0x%" PRIx64,
			  before, word_at(lists, bin + 3 * word));
	return true;
}

static bool add_bins(struct lists *lists, uint32_t arena)
{
	const struct vmachunk_debug *debug = lists->debug;
	uint64_t bins = lists->self->arenas[arena] + debug->state_bins;

	for (uint32_t i = 1; i < debug->nr_bins; i++) {
		uint64_t links = bins + 2 * i * lists->word;
		uint64_t bin = links - 2 * lists->word;
		uint64_t first = word_at(lists, links);
		uint64_t size = i * (uint64_t)debug->alignment;

		/* An arena that was never used has zeros. */
		if (first == bin || !first)
			continue;
		if (!add_bin(lists, i == 1 ? BIN_UNSORTED :
			     i < debug->nr_small_bins ? BIN_SMALL : BIN_LARGE,
			     i, arena, first))
			return false;
		if (i == 1)
			set_sizes(lists, 0, UINT64_MAX);
		else if (i < debug->nr_small_bins)
			set_sizes(lists, size, size);
		else
			set_large(lists, i - debug->nr_small_bins,
				  debug->large_steps, 0,
				  i == debug->nr_bins - 1);
		if (!walk_ring(lists, bin, first))
			return false;
	}
	return true;
}

/* ---- lists with links that are mixed with where they lie ---- */

/*
 * Chunks whose links, at their memory, lead to the next one: to its memory, or
 * to the chunk (to_chunk). A ring is noticed as it comes by a place that was
 * kept at each power of two. nr becomes how many there are.
 */
static bool walk_links(struct lists *lists, uint64_t at, bool to_chunk,
		       enum chunk_state state, uint64_t *nr)
{
	uint32_t index = (uint32_t)lists->heap->nr_bins - 1;
	uint64_t header = 2 * lists->word, kept = 0;

	for (*nr = 0; at; ++*nr) {
		uint64_t chunk = to_chunk ? at : at - header;
		uint64_t mem = chunk + header;

		if (!is_chunk(lists, chunk)) {
			break_bin(lists, index, "link %" PRIu64 " leads to 0x%" PRIx64 ", where no chunk can be",
				  *nr, chunk);
			return true;
		}
		if (at == kept) {
			break_bin(lists, index, "the list comes back to 0x%" PRIx64,
				  chunk);
			return true;
		}
		if (!(*nr & (*nr + 1)))
			kept = at;
		if (!count_link(lists, index))
			return true;
		if (!row_marks_add(lists->marks, chunk, index, state))
			return false;
		at = word_at(lists, mem) ^ mem >> lists->debug->link_shift;
	}
	return true;
}

static bool add_fast(struct lists *lists, uint32_t arena)
{
	const struct vmachunk_debug *debug = lists->debug;
	uint64_t heads = lists->self->arenas[arena] + debug->state_fastbins;
	uint64_t nr;

	for (uint32_t i = 0; i < debug->nr_fast_bins; i++) {
		uint64_t first = word_at(lists, heads + i * lists->word);
		uint64_t size = i * (uint64_t)debug->alignment;

		if (!first)
			continue;
		if (!add_bin(lists, BIN_FAST, i, arena, first))
			return false;
		set_sizes(lists, size, size);
		if (!walk_links(lists, first, true, CHUNK_FAST, &nr))
			return false;
	}
	return true;
}

static bool add_cache_bin(struct lists *lists, uint32_t cache, uint32_t index)
{
	const struct vmachunk_debug *debug = lists->debug;
	uint64_t bin = lists->self->caches[cache] +
		       index * debug->cache_bin_size;
	uint64_t head = word_at(lists, bin);
	uint32_t count = vmachunk_int(lists->memory, bin + lists->word) &
			 0xffff;
	uint64_t small = debug->nr_small_cache_bins, nr;
	uint64_t size = index * (uint64_t)debug->alignment;

	if (!head && !count)
		return true;
	if (!add_bin(lists, BIN_CACHE, index, cache,
		     head ? head - 2 * lists->word : 0))
		return false;
	if (index < small)
		set_sizes(lists, size, size);
	else
		set_large(lists, index - (uint32_t)small, debug->cache_steps,
			  small * debug->alignment, false);
	if (!walk_links(lists, head, false, CHUNK_CACHED, &nr))
		return false;
	if (nr != count && !lists->heap->bins[lists->heap->nr_bins - 1].broken)
		break_bin(lists, (uint32_t)lists->heap->nr_bins - 1,
			  "it counts %" PRIu32 " chunks, its list has %" PRIu64,
			  count, nr);
	return true;
}

static bool add_cache(struct lists *lists, uint32_t index)
{
	const struct vmachunk_debug *debug = lists->debug;
	struct heap_cache *cache = heap_add_cache(lists->heap);

	if (!cache)
		return false;
	cache->address = lists->self->caches[index];
	cache->tid = (pid_t)vmachunk_int(lists->memory, cache->address +
					 debug->cache_tid);
	for (uint32_t i = 0; i < debug->nr_cache_bins && lists->left; i++)
		if (!add_cache_bin(lists, index, i))
			return false;
	return true;
}

bool vmachunk_add_lists(const struct vmachunk *self,
			const struct memory *memory, struct heap *heap,
			struct row_marks *marks)
{
	struct lists lists = {
		.self = self, .debug = &self->debug, .memory = memory,
		.heap = heap, .marks = marks, .word = self->debug.word,
		.left = 2 * heap->nr_chunks + 4096,
	};

	for (uint32_t i = 0; i < self->nr_arenas; i++)
		if (!add_fast(&lists, i) || !add_bins(&lists, i))
			return false;
	for (uint32_t i = 0; i < self->nr_caches; i++)
		if (!add_cache(&lists, i))
			return false;
	return true;
}
