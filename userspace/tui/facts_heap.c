// SPDX-License-Identifier: GPL-2.0
/*
 * Why a chunk is what it is, with the numbers of this heap: which requests
 * become such a chunk, why it is where it is, and what free() would do.
 */
#include "tui/facts_heap.h"

#include <inttypes.h>
#include <stdio.h>

#include "model/why.h"
#include "tui/facts_chunk.h"
#include "util/format.h"

/* Words of the largest chunk that fast bins can be set to take. */
#define FAST_MOST	22

static uint64_t down(uint64_t n, uint64_t step)
{
	return step ? n - n % step : n;
}

static uint64_t up(uint64_t n, uint64_t step)
{
	return step ? down(n + step - 1, step) : n;
}

/* ---- its size ---- */

/* The requests that make a mapping of this size, as both allocators do. */
static void add_mapped_size(struct pager *p, const struct heap *heap,
			    const struct heap_chunk *chunk)
{
	uint64_t word = heap->word, align = heap->alignment;
	uint64_t most, least, lead;

	if (!heap_word(heap, chunk->address, &lead) || lead ||
	    chunk->size < heap->page_size + word)
		return;
	most = down(chunk->size - word, align) - word;
	least = down(chunk->size - heap->page_size - word, align) + 1 - word;
	pager_add(p, STYLE_LABEL, "size", STYLE_NORMAL,
		  "%" PRIu64 " bytes: requests of %" PRIu64 " to %" PRIu64
		  " bytes get such a mapping. A mapping has no next chunk whose prev_size it could borrow, so it costs two words and is rounded up to whole pages of %"
		  PRIu32 ".", chunk->size, least, most, heap->page_size);
}

static void add_chunk_size(struct pager *p, const struct heap *heap,
			   const struct heap_chunk *chunk)
{
	uint64_t most = chunk->size - heap->word;
	uint64_t least = chunk->size <= heap->min_chunk ? 0 :
			 most - heap->alignment + 1;

	pager_add(p, STYLE_LABEL, "size", STYLE_NORMAL,
		  "%" PRIu64 " bytes: requests of %" PRIu64 " to %" PRIu64
		  " bytes become such a chunk: the request and one word of %u for the size, rounded up to a multiple of %"
		  PRIu64 ", at least %" PRIu64
		  ". A smaller request can have got it too, when what was left over was less than a chunk.",
		  chunk->size, least, most, heap->word, heap->alignment,
		  heap->min_chunk);
}

/* ---- where it is ---- */

static void add_threshold(struct pager *p, const struct heap *heap,
			  const struct heap_chunk *chunk)
{
	uint64_t align = heap->alignment, threshold, most, least, mapping;
	const char *where = "the break, through a bin or top";

	if (chunk->flags & CHUNK_NON_MAIN_ARENA)
		where = "a heap of its arena, through a bin or top";
	if (!heap_setting(heap, "mmap_threshold", &threshold) ||
	    threshold < 2 * heap->word + align) {
		pager_add(p, STYLE_LABEL, "from", STYLE_NORMAL, "%s",
			  chunk->state == CHUNK_MMAPPED ?
			  "a mapping of its own" : where);
		return;
	}
	most = down(threshold - 1, align);
	least = most + align;
	mapping = up(least + heap->word, heap->page_size);
	pager_add(p, STYLE_LABEL, "from", STYLE_NORMAL,
		  "%s. When neither bins nor top have as much, a chunk of mmap_threshold = %"
		  PRIu64 " bytes or more becomes a mapping: malloc(%" PRIu64
		  ") makes the heap grow, and malloc(%" PRIu64
		  ") gets a mapping of %" PRIu64 " bytes.",
		  chunk->state == CHUNK_MMAPPED ? "a mapping of its own" :
		  where, threshold, most - heap->word,
		  most - heap->word + 1, mapping);
	if (chunk->state != CHUNK_MMAPPED && chunk->size >= threshold)
		pager_add(p, STYLE_LABEL, "", STYLE_NORMAL,
			  "This one is as large as that: bins or top had it, or the threshold was higher then, or there were mappings enough.");
	if (chunk->state == CHUNK_MMAPPED && chunk->size < threshold)
		pager_add(p, STYLE_LABEL, "", STYLE_NORMAL,
			  "This one is smaller: the threshold was lower then, or no arena could grow.");
}

/* ---- what free() would do ---- */

/* What is left of the main arena's top when it is cut; 0: it is not. */
static uint64_t trimmed(const struct heap *heap,
			const struct heap_chunk *chunk, uint64_t top)
{
	uint64_t threshold, pad = 0;

	if (chunk->flags & CHUNK_NON_MAIN_ARENA ||
	    !heap_setting(heap, "trim_threshold", &threshold) ||
	    top < threshold)
		return 0;
	heap_setting(heap, "top_pad", &pad);
	if (top <= pad + heap->min_chunk + 1)
		return 0;
	return down(top - heap->min_chunk - 1 - pad, heap->page_size);
}

static void add_joined(struct pager *p, const struct heap *heap,
		       const struct heap_chunk *chunk, const char *term)
{
	const struct heap_chunk *end = heap->chunks + heap->nr_chunks;
	const struct heap_chunk *prev = NULL, *next = NULL;
	uint64_t size = chunk->size, back;
	char before[64] = "", behind[64] = "";

	if (chunk > heap->chunks && !(chunk->flags & CHUNK_PREV_INUSE) &&
	    chunk[-1].address + chunk[-1].size == chunk->address)
		prev = chunk - 1;
	if (chunk + 1 < end && chunk->address + chunk->size ==
	    chunk[1].address && (chunk[1].state == CHUNK_FREE ||
				 chunk[1].state == CHUNK_TOP))
		next = chunk + 1;
	if (prev) {
		size += prev->size;
		snprintf(before, sizeof(before),
			 "the free chunk of %" PRIu64 " bytes before it",
			 prev->size);
	}
	if (next) {
		size += next->size;
		snprintf(behind, sizeof(behind), next->state == CHUNK_TOP ?
			 "top behind it, %" PRIu64 " bytes" :
			 "the free chunk of %" PRIu64 " bytes behind it",
			 next->size);
	}
	pager_add(p, STYLE_LABEL, term, STYLE_NORMAL,
		  prev || next ? "would join it with %s%s%s: %" PRIu64
		  " bytes." : "would join it with nothing%s%s%s: its neighbours are used, or count as used. %"
		  PRIu64 " bytes.", before, prev && next ? " and " : "",
		  behind, size);
	if (!next || next->state != CHUNK_TOP) {
		pager_add(p, STYLE_LABEL, "", STYLE_NORMAL,
			  "It would wait in the unsorted bin. The next malloc() that looks there takes it, or puts it into the bin of its size.");
		return;
	}
	back = trimmed(heap, chunk, size);
	if (back)
		pager_add(p, STYLE_LABEL, "", STYLE_NORMAL,
			  "Top would be above trim_threshold: %" PRIu64
			  " bytes would go back to the kernel, by brk.", back);
	else
		pager_add(p, STYLE_LABEL, "", STYLE_NORMAL,
			  "It becomes part of top. Nothing goes back to the kernel: top is not over trim_threshold%s.",
			  chunk->flags & CHUNK_NON_MAIN_ARENA ?
			  ", or that is decided for a whole heap" : "");
}

/* Both allocators learn from mappings that are freed, unless told not to. */
static bool has_dynamic_threshold(const struct heap *heap)
{
	uint64_t fixed;

	return (heap_setting(heap, "no_dyn_threshold", &fixed) ||
		heap_setting(heap, "fixed_mmap", &fixed)) && !fixed;
}

static void add_unmapped(struct pager *p, const struct heap *heap,
			 const struct heap_chunk *chunk)
{
	uint64_t threshold, most = (uint64_t)heap->word * (4U << 20);

	pager_add(p, STYLE_LABEL, "free()", STYLE_NORMAL, "would unmap it: %"
		  PRIu64 " bytes and their pages go back to the kernel at once.",
		  chunk->size);
	if (has_dynamic_threshold(heap) &&
	    heap_setting(heap, "mmap_threshold", &threshold) &&
	    chunk->size > threshold && chunk->size <= most)
		pager_add(p, STYLE_LABEL, "", STYLE_NORMAL,
			  "And mmap_threshold would become %" PRIu64
			  ", trim_threshold twice as much: the next one of this size comes from the heap.",
			  chunk->size);
}

static void add_free(struct pager *p, const struct heap *heap,
		     const struct heap_chunk *chunk)
{
	uint64_t max_fast, cached = UINT64_MAX;
	const char *term = "free()";
	bool is_known;

	if (chunk->state == CHUNK_MMAPPED) {
		add_unmapped(p, heap, chunk);
		return;
	}
	heap_setting(heap, "tcache_max_bytes", &cached);
	if (heap->nr_caches && heap_usable(heap, chunk) <= cached) {
		pager_add(p, STYLE_LABEL, term, STYLE_NORMAL,
			  "would put it into the cache of the thread that frees it, if there is room for one more of this size: it would still count as used in the heap. If not:");
		term = "";
	}
	is_known = heap_setting(heap, "max_fast", &max_fast);
	if (!is_known && chunk->size <= FAST_MOST * heap->word) {
		pager_add(p, STYLE_LABEL, term, STYLE_NORMAL,
			  "would put it into a fast bin if it is not larger than max_fast (? not known here; %u where nobody changed it), joined with nothing. Else:",
			  16 * heap->word);
		term = "";
	}
	if (is_known && chunk->size <= max_fast) {
		pager_add(p, STYLE_LABEL, term, STYLE_NORMAL,
			  "would put it into the fast bin for %" PRIu64
			  " bytes: it is not larger than max_fast = %" PRIu64
			  ". It keeps its mark of being used and is joined with nothing until fast bins are emptied.",
			  chunk->size, max_fast);
		return;
	}
	add_joined(p, heap, chunk, term);
}

/* ---- chunks that are free already ---- */

static void add_why_bin(struct pager *p, const struct heap *heap,
			const struct heap_chunk *chunk)
{
	static const char *const why[] = {
		[BIN_FAST] = "one list for each size up to max_fast",
		[BIN_UNSORTED] = "where all that is freed or left over waits first, whatever its size: the next malloc() that looks there takes it or puts it into the bin of its size",
		[BIN_SMALL] = "one bin for each size; the first one freed is taken first",
		[BIN_LARGE] = "one bin for a range of sizes, sorted: the smallest that is large enough is taken",
		[BIN_CACHE] = "of one thread, one list for a size or a few",
	};
	char name[32];

	if (chunk->bin < heap->nr_bins)
		pager_add(p, STYLE_LABEL, "bin", STYLE_NORMAL, "%s: %s.",
			  facts_bin(heap, chunk, name),
			  why[heap->bins[chunk->bin].kind]);
	else if (chunk->state == CHUNK_FREE)
		pager_add(p, STYLE_WARN, "bin", STYLE_WARN,
			  "? in none of those that could be read");
}

static void add_why_free(struct pager *p, const struct heap_chunk *chunk)
{
	static const char *const why[CHUNK_STATE_NR] = {
		[CHUNK_FREE] = "It was freed, or left over when a larger one was cut. Its neighbours are in use, or count as used: two free chunks are never neighbours.",
		[CHUNK_FAST] = "It was freed, but its next chunk still says that it is used: so it is joined with nothing, and the next malloc() of this size takes it back at once, the last one freed first.",
		[CHUNK_CACHED] = "It was freed into a thread's cache: that thread takes it back without any lock. For the arena it is in use, and its neighbours are not joined with it.",
		[CHUNK_TOP] = "What nothing else was cut from yet, at the end of the arena. It is in no bin: it is taken last, and is what grows when the arena does.",
		[CHUNK_FENCE] = "A header without memory, marked as used for ever: so that what is before it is not joined with what lies beyond the end.",
	};

	if (why[chunk->state])
		pager_add(p, STYLE_LABEL, "why", STYLE_NORMAL, "%s",
			  why[chunk->state]);
}

/* Which of its pages could go, and who keeps the others. */
static void add_resident(struct pager *p, const struct heap *heap,
			 const struct heap_chunk *chunk)
{
	uint64_t page = heap->page_size ? heap->page_size : 4096;
	uint64_t links = (chunk->state == CHUNK_TOP ? 2 : 6) * heap->word;
	uint64_t first = up(chunk->address + links, page);
	uint64_t end = down(chunk->address + chunk->size, page);
	const struct heap_chunk *prev = chunk > heap->chunks ? chunk - 1 : NULL;

	if (chunk->state != CHUNK_FREE && chunk->state != CHUNK_TOP)
		return;
	if (first < end)
		pager_add(p, STYLE_LABEL, "pages", STYLE_NORMAL,
			  "%" PRIu64 " whole page%s of it can go back to the kernel, by %s; until then what was touched of them stays resident.",
			  (end - first) / page, end - first == page ? "" : "s",
			  chunk->state == CHUNK_TOP ? "trimming top" :
			  "malloc_trim()");
	else
		pager_add(p, STYLE_LABEL, "pages", STYLE_NORMAL,
			  "No whole page lies inside of it: it stays resident as long as its neighbours are used.");
	if (chunk->address % page && prev &&
	    prev->address + prev->size == chunk->address)
		pager_add(p, STYLE_LABEL, "", STYLE_NORMAL,
			  "The page that it begins in is held by the %s chunk of %"
			  PRIu64 " bytes before it, too.",
			  chunk_states[prev->state].name, prev->size);
}

void facts_chunk_why(struct pager *p, const struct snapshot *snap,
		     const struct heap_chunk *chunk)
{
	const struct heap *heap = snap->heap;
	bool is_used = chunk->state == CHUNK_USED ||
		       chunk->state == CHUNK_MMAPPED;

	pager_line(p, STYLE_HEADER, "Why the chunk at 0x%" PRIx64 ", %s",
		   chunk->address, chunk_states[chunk->state].name);
	if (chunk->state == CHUNK_MMAPPED)
		add_mapped_size(p, heap, chunk);
	else if (chunk->state != CHUNK_TOP && chunk->state != CHUNK_FENCE)
		add_chunk_size(p, heap, chunk);
	if (is_used) {
		add_threshold(p, heap, chunk);
		add_free(p, heap, chunk);
	}
	add_why_free(p, chunk);
	add_why_bin(p, heap, chunk);
	add_resident(p, heap, chunk);
}

/* ---- the heap ---- */

static void add_why_resident(struct pager *p, const struct snapshot *snap)
{
	const struct heap *heap = snap->heap;
	uint64_t brk = mm_has(&snap->mm, MM_BRK) ? snap->mm.v[MM_BRK] : 0;
	struct why *why = why_new(heap, brk, 1);
	char free[FORMAT_SIZE_MAX], there[FORMAT_SIZE_MAX];
	char trim[FORMAT_SIZE_MAX];

	if (!why)
		return;
	if (mm_has(&snap->mm, MM_LOCKED_VM))
		why->locked = snap->mm.v[MM_LOCKED_VM] * snap->page_size;
	format_size(free, why->all.free, 0);
	if (!why->all.has_pages)
		pager_add(p, STYLE_LABEL, "resident", STYLE_WARN,
			  "%s are free; ? how much of that is resident", free);
	else
		pager_add(p, STYLE_LABEL, "resident", STYLE_NORMAL,
			  "%s are free, %s of that resident; malloc_trim(0) would give %s back%s",
			  free, format_size(there, why->all.resident, 0),
			  format_size(trim, why->all.trim, 0),
			  why_is_locked(why) ?
			  " at most, as pages are locked (mlock)" : "");
	if (why->nr_pins) {
		const struct heap_chunk *pin =
			&heap->chunks[why->pins[0].chunk];

		pager_add(p, STYLE_LABEL, "", STYLE_NORMAL,
			  "most is held by the chunk of %" PRIu64
			  " bytes at 0x%" PRIx64 ": %s would be free pages without it",
			  pin->size, pin->address,
			  format_size(there, why->pins[0].saving, 0));
	}
	why_free(why);
}

static void add_totals(struct pager *p, const struct heap_totals *t)
{
	char used[32], bytes[32], size[FORMAT_SIZE_MAX];

	pager_add(p, STYLE_LABEL, "used", STYLE_NORMAL,
		  "%s chunks, %s bytes = %s", format_count(used, t->nr_used),
		  format_count(bytes, t->used), format_size(size, t->used, 0));
	pager_add(p, STYLE_LABEL, "free", STYLE_NORMAL,
		  "%s bytes = %s, top and fast bins among them",
		  format_count(bytes, t->fordblks),
		  format_size(size, t->fordblks, 0));
	pager_add(p, STYLE_LABEL, "cached", STYLE_NORMAL,
		  "%s chunks, %s bytes in threads' caches",
		  format_count(used, t->nr_cached),
		  format_count(bytes, t->cached));
	pager_add(p, STYLE_LABEL, "mapped", STYLE_NORMAL,
		  "%s mappings, %s bytes", format_count(used, t->hblks),
		  format_count(bytes, t->hblkhd));
}

void facts_heap(struct pager *p, const struct snapshot *snap)
{
	const struct heap *heap = snap->heap;
	char size[FORMAT_SIZE_MAX], pause[64] = "ran on";

	pager_line(p, STYLE_HEADER, "This heap");
	pager_add(p, STYLE_LABEL, "allocator", STYLE_VALUE, "%s",
		  heap->allocator);
	pager_add(p, STYLE_LABEL, "layout", STYLE_NORMAL, "%s", heap->layout);
	if (heap->stopped)
		snprintf(pause, sizeof(pause), "stood still for %.3f ms",
			 (double)heap->pause_ns / 1e6);
	pager_add(p, heap->coherent ? STYLE_LABEL : STYLE_WARN, "read",
		  heap->coherent ? STYLE_NORMAL : STYLE_WARN,
		  "the process %s; %s copied, %u retries; %s", pause,
		  format_size(size, heap->copied, 0), heap->retries,
		  heap->coherent ? "coherent" :
		  "not coherent: it changed meanwhile, or is broken");
	add_totals(p, &heap->totals);
	add_why_resident(p, snap);
	for (unsigned int i = 0; i < heap->nr_notes; i++)
		pager_add(p, STYLE_WARN, "!", STYLE_WARN, "%s",
			  heap->notes[i]);
}
