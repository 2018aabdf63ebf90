// SPDX-License-Identifier: GPL-2.0
/* Why memory that was freed is still resident, in numbers and in words. */
#include "export/heap.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "util/format.h"

#define COLUMNS		79

/* ---- words ---- */

/* Sentences of our own, broken between words. */
static void say(FILE *out, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void say(FILE *out, const char *fmt, ...)
{
	char text[800], *at = text;
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	while (*at) {
		int len = strlen(at);

		if (len > COLUMNS)
			for (len = COLUMNS; len > 1 && at[len] != ' '; len--)
				;
		fprintf(out, "%.*s\n", len, at);
		at += len;
		at += strspn(at, " ");
	}
}

static void say_kept(const struct heap *heap, const struct why_sum *all,
		     FILE *out)
{
	char free_size[FORMAT_SIZE_MAX], size[FORMAT_SIZE_MAX];
	char limit[FORMAT_SIZE_MAX + 20] = "trim_threshold";
	uint64_t threshold;

	if (heap_setting(heap, "trim_threshold", &threshold))
		snprintf(limit, sizeof(limit), "trim_threshold, %s",
			 format_size(size, threshold, 0));
	format_size(free_size, all->free, 0);
	if (!all->free)
		say(out, "Nothing is free: no memory is kept.");
	else if (!all->resident)
		say(out, "%s are free, and none of it is resident: it costs address space and no memory.",
		    free_size);
	else
		say(out, "%s are free, %s of it is still resident, because free() gives memory back to the allocator and not to the kernel: it is kept for the next malloc(). On its own the allocator lowers the break only when the top, the free chunk at the very end, exceeds a limit (%s).",
		    free_size, format_size(size, all->resident, 0), limit);
}

static void say_parts(const struct heap *heap, const struct why *why,
		      FILE *out)
{
	const struct why_sum *all = &why->all;
	char a[FORMAT_SIZE_MAX], b[FORMAT_SIZE_MAX];
	uint64_t pages = all->shared / heap->page_size;

	if (all->trim)
		say(out, "malloc_trim(0) would give %s back at once%s: the whole pages inside of free chunks, and the end of the top.",
		    format_size(a, all->trim, 0),
		    why_is_locked(why) ? ", at most" : "");
	else if (all->resident)
		say(out, "malloc_trim(0) would give nothing back: no free chunk has a whole resident page behind its links.");
	if (all->trim && why_is_locked(why))
		say(out, "%s of the process are locked in memory (mlock): what of that is inside of free chunks stays.",
		    format_size(a, why->locked, 0));
	if (pages)
		say(out, "%s are on %" PRIu64 " page%s that hold %s of used chunks too. The kernel takes whole pages, so these stay for as long as one byte of them is used: that is fragmentation.",
		    format_size(b, all->resident - all->whole, 0), pages,
		    pages == 1 ? "" : "s",
		    format_size(a, all->shared -
				(all->resident - all->whole), 0));
	if (all->cached)
		say(out, "Caches of threads hold %s more, freed by the program and used for all others.",
		    format_size(a, all->cached, 0));
}

/*
 * The last chunk of the main arena that is not free: a lid on what is below it.
 */
static void say_lid(const struct heap *heap, FILE *out)
{
	uint64_t top = heap->nr_arenas ? heap->arenas[0].top : 0, below = 0;
	const struct heap_piece *piece = heap_find_piece(heap, top);
	const struct heap_chunk *lid;
	size_t i = top && piece ? piece->first + piece->nr : 0;
	char size[FORMAT_SIZE_MAX];

	while (i && i > piece->first && why_is_free(&heap->chunks[i - 1]))
		i--;
	if (!i || i == piece->first)
		return;
	lid = &heap->chunks[i - 1];
	while (i > piece->first)
		if (why_is_free(&heap->chunks[--i]))
			below += heap->chunks[i].size;
	if (below)
		say(out, "Chunk 0x%" PRIx64 " (%" PRIu64 " bytes, %s) is the last one before the top that is not free: while it stays there the break can't go below it, and %s of free memory are.",
		    lid->address, lid->size, chunk_states[lid->state].name,
		    format_size(size, below, 0));
}

/* ---- numbers ---- */

static void write_row(const char *name, bool has, uint64_t bytes,
		      const char *meaning, FILE *out)
{
	char size[FORMAT_SIZE_MAX];

	if (has)
		fprintf(out, "%-18s %14" PRIu64 " %9s  %s\n", name, bytes,
			format_size(size, bytes, 0), meaning);
	else
		fprintf(out, "%-18s %14s %9s  %s\n", name, "?", "?", meaning);
}

static void write_sum(const struct why *why, const struct why_sum *sum,
		      FILE *out)
{
	bool has = sum->has_pages;

	write_row("free", true, sum->free,
		  "in free chunks, tops and fast bins", out);
	write_row("  resident", has, sum->resident,
		  "on pages that are there", out);
	write_row("    whole pages", has, sum->whole,
		  "on pages that are free as a whole", out);
	write_row("    shared pages", has, sum->resident - sum->whole,
		  "on pages with used bytes too", out);
	write_row("malloc_trim(0)", has, sum->trim,
		  why_is_locked(why) ? "at most: pages are locked" :
		  "what it would give back", out);
	write_row("in caches", true, sum->cached,
		  "of threads: freed, counted as used", out);
}

static void write_pins(const struct heap *heap, const struct why *why,
		       FILE *out)
{
	char size[FORMAT_SIZE_MAX];
	uint64_t saving = 0;

	for (size_t i = 0; i < why->nr_pins; i++)
		saving += why->pins[i].saving;
	if (!why->nr_all_pins) {
		say(out, "No chunk keeps a page of free memory all alone.");
		return;
	}
	say(out, "%" PRIu64 " chunk%s all alone on pages that are free but for them. Freeing the %zu listed here would make %s of whole free pages:",
	    why->nr_all_pins, why->nr_all_pins == 1 ? " is" : "s are each",
	    why->nr_pins, format_size(size, saving, 0));
	fprintf(out, "%-14s %10s %-7s %10s %s\n", "chunk", "size", "state",
		"saving", "pages");
	for (size_t i = 0; i < why->nr_pins; i++) {
		const struct why_pin *pin = &why->pins[i];
		const struct heap_chunk *chunk = &heap->chunks[pin->chunk];

		fprintf(out, "0x%-12" PRIx64 " %10" PRIu64 " %-7s %10" PRIu64
			" 0x%" PRIx64 "-0x%" PRIx64 "\n", chunk->address,
			chunk->size, chunk_states[chunk->state].name,
			pin->saving, pin->start, pin->end);
	}
	if (why->nr_pins < why->nr_all_pins)
		fprintf(out, "cut      %" PRIu64 " more\n",
			why->nr_all_pins - why->nr_pins);
}

void heap_why_write(const struct heap *heap, const struct why *why,
		    FILE *out)
{
	const struct why_sum *all = &why->all;

	fprintf(out, "\n%-18s %14s\n", "why RSS stays", "bytes");
	write_sum(why, all, out);
	for (size_t i = 0; heap->nr_arenas > 1 && i < heap->nr_arenas; i++) {
		fprintf(out, "\narena %" PRIu32 "\n", heap->arenas[i].number);
		write_sum(why, &why->arenas[i], out);
	}
	fputc('\n', out);
	if (!all->has_pages) {
		say(out, "Which pages are resident is not known of all of the heap (see the notes above), so that what is kept, and by which chunk, can't be told.");
		return;
	}
	say_kept(heap, all, out);
	say_parts(heap, why, out);
	say_lid(heap, out);
	fputc('\n', out);
	write_pins(heap, why, out);
}

/* ---- JSON ---- */

static void write_json_sum(struct json *json, const struct why *why,
			   const struct why_sum *sum)
{
	bool has = sum->has_pages;

	json_u64(json, "free_bytes", sum->free);
	json_u64(json, "cached_bytes", sum->cached);
	json_known(json, "resident_bytes", has, sum->resident);
	json_known(json, "whole_page_bytes", has, sum->whole);
	json_known(json, "shared_page_bytes", has,
		   sum->resident - sum->whole);
	json_known(json, "shared_pages_size_bytes", has, sum->shared);
	json_known(json, "trim_bytes", has && !why_is_locked(why), sum->trim);
	json_known(json, "trim_most_bytes", has, sum->trim);
}

void heap_why_json_write(struct json *json, const struct heap *heap,
			 const struct why *why)
{
	json_open_object(json, "why_rss");
	write_json_sum(json, why, &why->all);
	json_known(json, "locked_bytes", why->locked != UINT64_MAX,
		   why->locked);
	json_open_array(json, "arenas");
	for (size_t i = 0; i < heap->nr_arenas; i++) {
		json_open_object(json, NULL);
		json_u64(json, "number", heap->arenas[i].number);
		write_json_sum(json, why, &why->arenas[i]);
		json_close_object(json);
	}
	json_close_array(json);
	json_known(json, "pins_in_all", why->all.has_pages,
		   why->nr_all_pins);
	json_bool(json, "truncated", why->nr_pins < why->nr_all_pins);
	json_open_array(json, "pins");
	for (size_t i = 0; i < why->nr_pins; i++) {
		const struct why_pin *pin = &why->pins[i];

		json_open_object(json, NULL);
		json_u64(json, "saving_bytes", pin->saving);
		json_hex(json, "start", pin->start);
		json_hex(json, "end", pin->end);
		heap_chunk_json_write(json, "chunk", heap,
				      &heap->chunks[pin->chunk]);
		json_close_object(json);
	}
	json_close_array(json);
	json_close_object(json);
}
