// SPDX-License-Identifier: GPL-2.0
/* The words of a chunk, one by one, and the memory behind them. */
#include "tui/facts_chunk.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/format.h"

#define MEMORY_MAX	4096U	/* bytes of a chunk that are shown */

const char *facts_owner(const struct heap *heap, uint32_t arena, char out[32])
{
	if (arena >= heap->nr_arenas)
		strcpy(out, "a mapping");
	else if (!heap->arenas[arena].number)
		strcpy(out, "main arena");
	else
		snprintf(out, 32, "arena %" PRIu32, heap->arenas[arena].number);
	return out;
}

const char *facts_bin(const struct heap *heap, const struct heap_chunk *chunk,
		      char out[32])
{
	*out = 0;
	if (chunk->bin < heap->nr_bins) {
		const struct heap_bin *bin = &heap->bins[chunk->bin];

		snprintf(out, 32, "%s %u", bin_kind_names[bin->kind],
			 bin->index);
	}
	return out;
}

/* ---- the header ---- */

static void add_prev_size(struct pager *p, const struct heap *heap,
			  const struct heap_chunk *chunk)
{
	uint64_t prev;

	if (!heap_word(heap, chunk->address, &prev)) {
		pager_add(p, STYLE_WARN, "prev_size", STYLE_WARN,
			  "? was not copied");
		return;
	}
	if (chunk->flags & CHUNK_IS_MMAPPED)
		pager_add(p, STYLE_LABEL, "prev_size", STYLE_VALUE, "0x%" PRIx64
			  "  bytes of the mapping before the chunk", prev);
	else if (chunk->flags & CHUNK_PREV_INUSE)
		pager_add(p, STYLE_LABEL, "prev_size", STYLE_DIM, "0x%" PRIx64
			  "  no size: the chunk before is used, and this is the last word of its memory",
			  prev);
	else
		pager_add(p, STYLE_LABEL, "prev_size", STYLE_VALUE, "0x%" PRIx64
			  " = %" PRIu64 "  the free chunk before begins at 0x%"
			  PRIx64, prev, prev, chunk->address - prev);
}

static void add_size(struct pager *p, const struct heap *heap,
		     const struct heap_chunk *chunk)
{
	uint64_t word;

	if (!heap_word(heap, chunk->address + heap->word, &word)) {
		pager_add(p, STYLE_WARN, "size", STYLE_WARN,
			  "? was not copied");
		return;
	}
	pager_add(p, STYLE_LABEL, "size", STYLE_VALUE,
		  "0x%" PRIx64 " = %" PRIu64 "%s%s%s", word,
		  word & ~(uint64_t)CHUNK_FLAGS,
		  word & CHUNK_PREV_INUSE ? " | P" : "",
		  word & CHUNK_IS_MMAPPED ? " | M" : "",
		  word & CHUNK_NON_MAIN_ARENA ? " | N" : "");
	pager_add(p, STYLE_LABEL, "P", STYLE_NORMAL, word & CHUNK_PREV_INUSE ?
		  "1: the chunk before it is in use" :
		  chunk->flags & CHUNK_IS_MMAPPED ?
		  "0: says nothing in a mapping" :
		  "0: the chunk before it is free, its size stands in prev_size");
	pager_add(p, STYLE_LABEL, "M", STYLE_NORMAL, word & CHUNK_IS_MMAPPED ?
		  "1: a mapping of its own, free() unmaps it" :
		  "0: part of an arena");
	pager_add(p, STYLE_LABEL, "N", STYLE_NORMAL,
		  word & CHUNK_NON_MAIN_ARENA ?
		  "1: not of the main arena; whose, says the heap it is in" :
		  chunk->flags & CHUNK_IS_MMAPPED ? "0: of no arena" :
		  "0: of the main arena");
}

/* Is this what a link of a list can be: nothing, or a chunk's memory? */
static bool is_link(const struct heap *heap, uint64_t to)
{
	const struct heap_chunk *chunk = heap_find(heap, to);

	return !to || (chunk && (heap_mem(heap, chunk) == to ||
				 chunk->address == to));
}

/* The one link of a chunk in a fast bin or a cache, as it is and as meant. */
static void add_next_link(struct pager *p, const struct heap *heap,
			  uint64_t mem)
{
	uint64_t raw, mixed;

	if (!heap_word(heap, mem, &raw)) {
		pager_add(p, STYLE_WARN, "fd", STYLE_WARN, "? was not copied");
		return;
	}
	mixed = raw ^ mem >> 12;
	if (is_link(heap, mixed))
		pager_add(p, STYLE_LABEL, "fd", STYLE_VALUE, "0x%" PRIx64
			  "  mixed with its own address >> 12: 0x%" PRIx64
			  "%s", raw, mixed, mixed ? "" : ", the last one");
	else
		pager_add(p, STYLE_LABEL, "fd", STYLE_VALUE, "0x%" PRIx64 "%s",
			  raw, !raw ? "  the last one" : is_link(heap, raw) ?
			  "" : "  leads to no chunk");
}

/* What a link of a ring leads to: a chunk, or the bin itself. */
static void add_ring_link(struct pager *p, const struct heap *heap,
			  const char *name, uint64_t at)
{
	const struct heap_chunk *to;
	uint64_t link;

	if (!heap_word(heap, at, &link)) {
		pager_add(p, STYLE_WARN, name, STYLE_WARN,
			  "? was not copied");
		return;
	}
	to = heap_find(heap, link);
	if (to && to->address == link)
		pager_add(p, STYLE_LABEL, name, STYLE_VALUE, "0x%" PRIx64
			  "  a chunk of %" PRIu64 " bytes, %s", link, to->size,
			  chunk_states[to->state].name);
	else
		pager_add(p, STYLE_LABEL, name, STYLE_VALUE, "0x%" PRIx64 "%s",
			  link, to ? "  amid a chunk: no link of a bin" :
			  "  no chunk: the bin's own head");
}

static void add_links(struct pager *p, const struct heap *heap,
		      const struct heap_chunk *chunk)
{
	uint64_t mem = heap_mem(heap, chunk);

	if (chunk->state == CHUNK_FREE) {
		add_ring_link(p, heap, "fd", mem);
		add_ring_link(p, heap, "bk", mem + heap->word);
	} else if (chunk->state == CHUNK_FAST ||
		   chunk->state == CHUNK_CACHED) {
		add_next_link(p, heap, mem);
	}
}

static void add_bin(struct pager *p, const struct heap *heap,
		    const struct heap_chunk *chunk)
{
	char name[32], range[64], count[32], bytes[32];
	const struct heap_bin *bin;

	if (chunk->bin >= heap->nr_bins)
		return;
	bin = &heap->bins[chunk->bin];
	if (bin->kind == BIN_UNSORTED)
		strcpy(range, "any size");
	else if (bin->min == bin->max)
		snprintf(range, sizeof(range), "%" PRIu64 " bytes", bin->min);
	else
		snprintf(range, sizeof(range), "%" PRIu64 " to %" PRIu64
			 " bytes", bin->min, bin->max);
	pager_add(p, STYLE_LABEL, "bin", STYLE_VALUE,
		  "%s, for %s; %s chunk%s in it, %s bytes",
		  facts_bin(heap, chunk, name), range,
		  format_count(count, bin->nr), bin->nr == 1 ? "" : "s",
		  format_count(bytes, bin->bytes));
	if (bin->kind == BIN_CACHE && bin->owner < heap->nr_caches &&
	    heap->caches[bin->owner].tid)
		pager_add(p, STYLE_LABEL, "", STYLE_NORMAL,
			  "the cache of thread %d",
			  (int)heap->caches[bin->owner].tid);
	if (bin->broken)
		pager_add(p, STYLE_ERROR, "broken", STYLE_ERROR, "%s",
			  bin->why);
}

/* Pages of [start, end) that have a frame; false: not known. */
static bool count_resident(const struct heap *heap, uint64_t start,
			   uint64_t end, uint64_t *resident)
{
	for (size_t i = 0; i < heap->nr_ranges; i++) {
		const struct heap_range *range = &heap->ranges[i];
		struct page_sum sum;

		if (start < range->start || end > range->end)
			continue;
		if (!range->pages || !page_map_knows(range->pages, start, end))
			return false;
		page_map_sum(range->pages, start, end, &sum);
		*resident = 0;
		for (int kind = PAGE_ANON; kind < PAGE_KIND_NR; kind++)
			if (kind != PAGE_SWAP && kind != PAGE_ABSENT &&
			    kind != PAGE_ZERO)
				*resident += sum.kinds[kind];
		return true;
	}
	return false;
}

static void add_pages(struct pager *p, const struct heap *heap,
		      const struct heap_chunk *chunk)
{
	uint64_t page = heap->page_size ? heap->page_size : 4096, resident;
	uint64_t start = chunk->address / page * page;
	uint64_t end = (chunk->address + chunk->size + page - 1) / page * page;
	char count[32], there[32];

	if (end <= start)
		return;
	format_count(count, (end - start) / page);
	if (count_resident(heap, start, end, &resident))
		pager_add(p, STYLE_LABEL, "pages", STYLE_VALUE,
			  "on %s page%s, %s of them resident", count,
			  end - start == page ? "" : "s",
			  format_count(there, resident));
	else
		pager_add(p, STYLE_LABEL, "pages", STYLE_WARN,
			  "on %s page%s; ? which of them are resident", count,
			  end - start == page ? "" : "s");
}

void facts_chunk(struct pager *p, const struct snapshot *snap,
		 const struct heap_chunk *chunk, const char *name)
{
	const struct heap *heap = snap->heap;
	const struct heap_piece *piece = heap_find_piece(heap, chunk->address);
	const struct heap_chunk *last = piece && piece->nr ?
		&heap->chunks[piece->first + piece->nr - 1] : NULL;
	char owner[32], size[32], usable[32], holds[HEAP_HOLDS_MAX];

	pager_add(p, STYLE_LABEL, "chunk", STYLE_TITLE, "0x%" PRIx64
		  ", %s bytes%s%s", chunk->address,
		  format_count(size, chunk->size), name ? ": " : "",
		  name ? name : "");
	pager_add(p, STYLE_LABEL, "state", STYLE_CHUNK + chunk->state,
		  "%s: %s", chunk_states[chunk->state].name,
		  chunk_states[chunk->state].meaning);
	if (*heap_tell_holds(heap, chunk, holds))
		pager_add(p, STYLE_LABEL, "", STYLE_NORMAL,
			  "malloc's own: it %s", holds);
	if (chunk->state == CHUNK_USED || chunk->state == CHUNK_MMAPPED)
		pager_add(p, STYLE_LABEL, "memory", STYLE_VALUE,
			  "0x%" PRIx64 ", %s bytes may be used",
			  heap_mem(heap, chunk),
			  format_count(usable, heap_usable(heap, chunk)));
	add_prev_size(p, heap, chunk);
	add_size(p, heap, chunk);
	add_links(p, heap, chunk);
	add_bin(p, heap, chunk);
	pager_add(p, STYLE_LABEL, "owner", STYLE_VALUE, "%s",
		  facts_owner(heap, chunk->arena, owner));
	if (chunk == last && piece->broken)
		pager_add(p, STYLE_ERROR, "broken", STYLE_ERROR,
			  "behind it, at 0x%" PRIx64 ": %s", piece->broken,
			  piece->why);
	else if (chunk != last)
		pager_add(p, STYLE_LABEL, "next", STYLE_VALUE, "0x%" PRIx64
			  ", %s; its P says that this one is %s",
			  chunk[1].address, chunk_states[chunk[1].state].name,
			  chunk[1].flags & CHUNK_PREV_INUSE ? "used" : "free");
	add_pages(p, heap, chunk);
}

/* ---- memory ---- */

static void add_row(struct pager *p, const uint8_t *bytes, unsigned int nr,
		    unsigned int columns, uint64_t offset)
{
	char hex[3 * 16 + 1] = "", text[16 + 1] = "";

	for (unsigned int i = 0; i < columns; i++) {
		bool there = i < nr;

		if (there)
			snprintf(hex + 3 * i, 4, "%02x ", bytes[i]);
		else
			strcpy(hex + 3 * i, "   ");
		text[i] = !there ? 0 : bytes[i] >= 0x20 && bytes[i] < 0x7f ?
			  (char)bytes[i] : '.';
	}
	pager_line(p, STYLE_NORMAL, "+%04" PRIx64 " %s%s", offset, hex, text);
}

void facts_chunk_memory(struct pager *p, const struct heap *heap,
			const struct heap_chunk *chunk, int width)
{
	unsigned int columns = width < 72 ? 8 : 16;
	uint64_t nr = chunk->size < MEMORY_MAX ? chunk->size : MEMORY_MAX;
	bool gap = false;

	pager_line(p, STYLE_HEADER, "Its memory, from the chunk on");
	for (uint64_t at = 0; at < nr; at += columns) {
		unsigned int row = nr - at < columns ? nr - at : columns;
		const void *bytes = heap_bytes(heap, chunk->address + at, row);

		if (bytes)
			add_row(p, bytes, row, columns, at);
		else if (!gap)
			pager_line(p, STYLE_WARN, "+%04" PRIx64
				   " ? not copied", at);
		gap = !bytes;
	}
	if (nr < chunk->size)
		pager_line(p, STYLE_DIM, "the first %" PRIu64 " of %" PRIu64
			   " bytes", nr, chunk->size);
}
