// SPDX-License-Identifier: GPL-2.0
/* A heap as text: a summary, or its bins, or its chunks one by one. */
#include "export/heap.h"

#include <inttypes.h>
#include <string.h>

#include "export/about.h"
#include "util/format.h"

/* ---- head ---- */

static void write_how(const struct heap *heap, FILE *out)
{
	char size[FORMAT_SIZE_MAX];

	fprintf(out, "read     %s copied", format_size(size, heap->copied, 0));
	if (heap->stopped)
		fprintf(out, ", the process stood still for %" PRId64
			" us", (heap->pause_ns + 500) / 1000);
	else
		fputs(" while the process ran", out);
	if (heap->retries)
		fprintf(out, ", again %u time%s", heap->retries,
			heap->retries == 1 ? "" : "s");
	fputc('\n', out);
	if (!heap->coherent)
		fputs("torn     the heap changed while it was read, or is damaged\n",
		      out);
}

static void write_broken(const struct heap *heap, bool plain, FILE *out)
{
	for (size_t i = 0; i < heap->nr_pieces; i++) {
		const struct heap_piece *piece = &heap->pieces[i];

		if (!piece->broken)
			continue;
		fprintf(out, "cut      from 0x%" PRIx64 " to 0x%" PRIx64
			" no chunk is known: ", piece->broken, piece->end);
		about_write_text(piece->why, plain, out);
		fputc('\n', out);
	}
	for (size_t i = 0; i < heap->nr_bins; i++) {
		const struct heap_bin *bin = &heap->bins[i];

		if (!bin->broken)
			continue;
		fprintf(out, "broken   %s bin %u: ", bin_kind_names[bin->kind],
			bin->index);
		about_write_text(bin->why, plain, out);
		fputc('\n', out);
	}
}

static void write_head(const struct snapshot *snap, bool plain, FILE *out)
{
	const struct heap *heap = snap->heap;

	about_write(snap, plain, out);
	fputs("heap     ", out);
	about_write_text(heap->allocator, plain, out);
	if (heap->layout[0]) {
		fputs("; ", out);
		about_write_text(heap->layout, plain, out);
	}
	fputc('\n', out);
	write_how(heap, out);
	write_broken(heap, plain, out);
	for (unsigned int i = 0; i < heap->nr_notes; i++) {
		fputs("note     ", out);
		about_write_text(heap->notes[i], plain, out);
		fputc('\n', out);
	}
}

/* ---- summary ---- */

#define ROOM_MIN	20	/* columns: with less a line of its own */

/*
 * The end of a line of which columns are written: words of our own, broken so
 * that they stay in their column.
 */
static void write_meaning(const char *text, int columns, int width, FILE *out)
{
	int room = width - columns - 2;

	if (width && room < ROOM_MIN && (int)strlen(text) > room) {
		fputc('\n', out);
		columns = 0;
		room = width - 2;
	}
	for (;;) {
		int len = (int)strlen(text);

		if (width && len > room)
			for (len = room; len > 1 && text[len] != ' '; len--)
				;
		fprintf(out, "  %.*s\n", len, text);
		text += len;
		text += strspn(text, " ");
		if (!*text)
			return;
		fprintf(out, "%*s", columns, "");
	}
}

static void write_stat(const char *what, bool has, uint64_t value, FILE *out)
{
	if (has)
		fprintf(out, "%s = %10" PRIu64 "\n", what, value);
	else
		fprintf(out, "%s = %10s\n", what, "?");
}

/* The lines of malloc_stats(), as the process itself would print them. */
static void write_stats(const struct heap *heap, FILE *out)
{
	const struct heap_totals *all = &heap->totals;
	uint64_t value = 0;
	bool has;

	for (size_t i = 0; i < heap->nr_arenas; i++) {
		const struct heap_totals *sum = &heap->arenas[i].totals;

		fprintf(out, "Arena %" PRIu32 ":\n", heap->arenas[i].number);
		write_stat("system bytes    ", true, sum->arena, out);
		write_stat("in use bytes    ", true, sum->uordblks, out);
	}
	fputs("Total (incl. mmap):\n", out);
	write_stat("system bytes    ", true, all->arena + all->hblkhd, out);
	write_stat("in use bytes    ", true, all->uordblks + all->hblkhd, out);
	has = heap_setting(heap, "max_n_mmaps", &value);
	write_stat("max mmap regions", has, value, out);
	has = heap_setting(heap, "max_mmapped_mem", &value);
	write_stat("max mmap bytes  ", has, value, out);
}

static void write_arenas(const struct heap *heap, FILE *out)
{
	fprintf(out, "\n%-5s %-14s %12s %12s %12s %12s %7s\n", "arena",
		"address", "system", "used+cached", "free", "top", "threads");
	for (size_t i = 0; i < heap->nr_arenas; i++) {
		const struct heap_arena *arena = &heap->arenas[i];
		const struct heap_chunk *top =
			arena->top ? heap_find(heap, arena->top) : NULL;
		char threads[24] = "?", size[24] = "?";

		/* That it is in no row is not that it is none. */
		if (!arena->top || (top && top->state == CHUNK_TOP))
			snprintf(size, sizeof(size), "%" PRIu64,
				 top ? top->size : 0);
		if (arena->threads != UINT64_MAX)
			snprintf(threads, sizeof(threads), "%" PRIu64,
				 arena->threads);
		fprintf(out, "%-5" PRIu32 " 0x%-12" PRIx64 " %12" PRIu64
			" %12" PRIu64 " %12" PRIu64 " %12s %7s\n",
			arena->number, arena->address, arena->totals.arena,
			arena->totals.uordblks, arena->totals.fordblks,
			size, threads);
	}
}

static void write_states(const struct heap *heap, int width, FILE *out)
{
	uint64_t nr[CHUNK_STATE_NR] = { 0 }, bytes[CHUNK_STATE_NR] = { 0 };

	for (size_t i = 0; i < heap->nr_chunks; i++) {
		nr[heap->chunks[i].state]++;
		bytes[heap->chunks[i].state] += heap->chunks[i].size;
	}
	fprintf(out, "\n%-8s %10s %14s\n", "chunks", "number", "bytes");
	for (int i = 0; i < CHUNK_STATE_NR; i++)
		if (nr[i])
			write_meaning(chunk_states[i].meaning,
				      fprintf(out, "%-8s %10" PRIu64
					      " %14" PRIu64,
					      chunk_states[i].name, nr[i],
					      bytes[i]), width, out);
}

static void write_kinds(const struct heap *heap, FILE *out)
{
	fprintf(out, "\n%-8s %10s %10s %14s\n", "bins", "not empty", "chunks",
		"bytes");
	for (int kind = BIN_FAST; kind <= BIN_CACHE; kind++) {
		struct bin_sum sum = heap_sum_bins(heap, kind);

		fprintf(out, "%-8s %10" PRIu64 " %10" PRIu64 " %14" PRIu64
			"\n", bin_kind_names[kind], sum.bins, sum.nr,
			sum.bytes);
	}
}

static void write_tid(pid_t tid, char out[16])
{
	if (tid)
		snprintf(out, 16, "%d", tid);
	else
		strcpy(out, "?");
}

static void write_caches(const struct heap *heap, FILE *out)
{
	char tid[16];

	if (!heap->nr_caches)
		return;
	fprintf(out, "\n%-8s %10s %14s %s\n", "cache of", "chunks", "bytes",
		"address");
	for (size_t i = 0; i < heap->nr_caches; i++) {
		const struct heap_cache *cache = &heap->caches[i];

		write_tid(cache->tid, tid);
		fprintf(out, "%-8s %10" PRIu64 " %14" PRIu64 " 0x%" PRIx64
			"\n", tid, cache->nr, cache->bytes, cache->address);
	}
}

static void write_mallinfo(const struct heap *heap, int width, FILE *out)
{
	const struct heap_totals *t = &heap->totals;
	const struct { const char *name; uint64_t value; const char *what; }
	rows[] = {
		{ "arena", t->arena, "bytes from the system, without mappings" },
		{ "ordblks", t->ordblks, "free chunks, each top among them" },
		{ "smblks", t->smblks, "chunks in fast bins" },
		{ "hblks", t->hblks, "chunks that are mappings" },
		{ "hblkhd", t->hblkhd, "bytes in these" },
		{ "fsmblks", t->fsmblks, "bytes in fast bins" },
		{ "uordblks", t->uordblks, "bytes in use, caches among them" },
		{ "fordblks", t->fordblks, "bytes free, fast bins and tops among them" },
		{ "keepcost", t->keepcost, "bytes of the main arena's top" },
	};

	fprintf(out, "\n%-9s %14s\n", "mallinfo2", "value");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		write_meaning(rows[i].what,
			      fprintf(out, "%-9s %14" PRIu64, rows[i].name,
				      rows[i].value), width, out);
}

static void write_fields(const char *head, const struct heap_fields *fields,
			 int width, FILE *out)
{
	if (!fields->nr)
		return;
	fprintf(out, "\n%-22s %18s\n", head, "value");
	for (unsigned int i = 0; i < fields->nr; i++) {
		const struct heap_field *field = &fields->field[i];
		bool hex = field->unit == HEAP_ADDRESS ||
			   field->unit == HEAP_FLAGS;
		char value[32];

		snprintf(value, sizeof(value), hex ? "0x%" PRIx64 :
			 "%" PRIu64, field->value);
		write_meaning(field->meaning,
			      fprintf(out, "%-22s %18s", field->name, value),
			      width, out);
	}
}

static void write_summary(const struct heap *heap, int width, FILE *out)
{
	fputc('\n', out);
	write_stats(heap, out);
	write_arenas(heap, out);
	write_states(heap, width, out);
	write_kinds(heap, out);
	write_caches(heap, out);
	write_mallinfo(heap, width, out);
	write_fields("settings", &heap->settings, width, out);
	if (heap->nr_arenas)
		write_fields("main arena", &heap->arenas[0].fields, width,
			     out);
}

/* ---- bins ---- */

/* "of arena 0", "of thread 4242". */
static void write_owner(const struct heap *heap, const struct heap_bin *bin,
			FILE *out)
{
	char tid[16];

	if (bin->kind == BIN_CACHE && bin->owner < heap->nr_caches) {
		write_tid(heap->caches[bin->owner].tid, tid);
		fprintf(out, "thread %s", tid);
	} else if (bin->owner < heap->nr_arenas) {
		fprintf(out, "arena %" PRIu32, heap->arenas[bin->owner].number);
	} else {
		fputc('?', out);
	}
}

static void write_bins(const struct heap *heap, FILE *out)
{
	fprintf(out, "\n%-8s %5s %10s %10s %10s %14s %-14s %s\n", "bin",
		"index", "from size", "to size", "chunks", "bytes", "first",
		"of");
	for (size_t i = 0; i < heap->nr_bins; i++) {
		const struct heap_bin *bin = &heap->bins[i];
		char most[24] = "any";

		if (bin->max != UINT64_MAX)
			snprintf(most, sizeof(most), "%" PRIu64, bin->max);
		fprintf(out, "%-8s %5u %10" PRIu64 " %10s %10" PRIu64
			" %14" PRIu64 " 0x%-12" PRIx64 " ",
			bin_kind_names[bin->kind], bin->index, bin->min, most,
			bin->nr, bin->bytes, bin->first);
		write_owner(heap, bin, out);
		fputs(bin->broken ? ", broken\n" : "\n", out);
	}
	if (!heap->nr_bins)
		fputs("all bins are empty\n", out);
}

/* ---- chunks ---- */

void heap_head_write(const struct heap *heap, FILE *out)
{
	(void)heap;
	fprintf(out, "%-14s %12s %-7s %-5s %-13s %s\n", "chunk", "size",
		"state", "flags", "bin", "arena");
}

void heap_chunk_write(const struct heap *heap, const struct heap_chunk *chunk,
		      FILE *out)
{
	char bin[24] = "-", arena[12] = "-", holds[HEAP_HOLDS_MAX];

	if (chunk->bin < heap->nr_bins)
		snprintf(bin, sizeof(bin), "%s %u",
			 bin_kind_names[heap->bins[chunk->bin].kind],
			 heap->bins[chunk->bin].index);
	if (chunk->arena < heap->nr_arenas)
		snprintf(arena, sizeof(arena), "%" PRIu32,
			 heap->arenas[chunk->arena].number);
	heap_tell_holds(heap, chunk, holds);
	fprintf(out, "0x%-12" PRIx64 " %12" PRIu64
		" %-7s %c%c%c   %-13s %s%s%s\n",
		chunk->address, chunk->size, chunk_states[chunk->state].name,
		chunk->flags & CHUNK_NON_MAIN_ARENA ? 'N' : '-',
		chunk->flags & CHUNK_IS_MMAPPED ? 'M' : '-',
		chunk->flags & CHUNK_PREV_INUSE ? 'P' : '-', bin, arena,
		*holds ? "  " : "", holds);
}

static void write_chunks(const struct heap *heap,
			 const struct heap_parts *parts, FILE *out)
{
	uint64_t nr = 0, bytes = 0, missing = 0;

	fputs("\nN: not in the main arena, M: a mapping, P: the chunk before is used\n",
	      out);
	heap_head_write(heap, out);
	for (size_t i = 0; i < heap->nr_chunks; i++) {
		const struct heap_chunk *chunk = &heap->chunks[i];

		if (!heap_lists(parts, chunk))
			continue;
		heap_chunk_write(heap, chunk, out);
		nr++;
		bytes += chunk->size;
	}
	fprintf(out, "%" PRIu64 " of %zu chunks, %" PRIu64 " bytes", nr,
		heap->nr_chunks, bytes);
	for (size_t i = 0; i < heap->nr_pieces; i++)
		if (heap->pieces[i].broken)
			missing += heap->pieces[i].end -
				   heap->pieces[i].broken;
	if (missing)
		fprintf(out, "; cut: what is in %" PRIu64
			" bytes more could not be read", missing);
	fputc('\n', out);
}

int heap_write(const struct snapshot *snap, const struct heap_parts *parts,
	       bool plain, FILE *out)
{
	const struct heap *heap = snap->heap;

	write_head(snap, plain, out);
	if (!parts->bins && !parts->chunks && !parts->at && !parts->why)
		write_summary(heap, parts->width, out);
	if (parts->why)
		heap_why_write(heap, parts->why, out);
	if (parts->at)
		heap_at_write(heap, parts->address, plain, out);
	if (parts->bins)
		write_bins(heap, out);
	if (parts->chunks)
		write_chunks(heap, parts, out);
	return fflush(out) || ferror(out) ? -1 : 0;
}
