// SPDX-License-Identifier: GPL-2.0
#include "export/pages.h"

#include <inttypes.h>
#include <string.h>

#include "export/about.h"
#include "export/json.h"
#include "model/region.h"
#include "util/format.h"

/* ---- text ---- */

struct widths {
	int address, pages;
};

static uint64_t run_end(const struct page_map *map, const struct page_run *run)
{
	return run->start + (uint64_t)run->nr_pages * map->page_size;
}

static struct widths measure(const struct page_map *map)
{
	struct widths w = { 8, 5 };
	char text[32];

	for (size_t i = 0; i < map->nr_runs; i++) {
		const struct page_run *run = &map->runs[i];
		int n = snprintf(text, sizeof(text), "%" PRIx64,
				 run_end(map, run));

		if (n > w.address)
			w.address = n;
		n = snprintf(text, sizeof(text), "%" PRIu32, run->nr_pages);
		if (n > w.pages)
			w.pages = n;
	}
	return w;
}

/* A letter for a flag that is set, - for one that is not, ? for unknown. */
static void write_letters(const struct page_map *map, uint32_t state, FILE *out)
{
	for (size_t i = 0; i < nr_page_flags; i++)
		fputc(!(map->has & page_flags[i].flag) ? '?' :
		      state & page_flags[i].flag ? page_flags[i].letter : '-',
		      out);
}

/* The part of a run that lies in one area, or in none (vma NULL). */
static void write_part(const struct snapshot *snap, const struct widths *w,
		       uint32_t state, uint64_t start, uint64_t end,
		       const struct vma *vma, bool plain, FILE *out)
{
	const struct page_map *map = snap->pages;
	char size[FORMAT_SIZE_MAX], frame[32] = "-";
	uint64_t value;

	if (page_map_frame(map, start, &value))
		snprintf(frame, sizeof(frame), "0x%" PRIx64, value);
	else if (page_has_frame(state) && PAGE_KIND(state) != PAGE_ABSENT)
		strcpy(frame, "?");
	fprintf(out, "%0*" PRIx64 "-%0*" PRIx64 " %*" PRIu64 " %6s %-9s ",
		w->address, start, w->address, end, w->pages,
		(end - start) / map->page_size,
		format_size(size, end - start, 1),
		page_kinds[PAGE_KIND(state)].name);
	write_letters(map, state, out);
	fprintf(out, " %18s", frame);
	if (vma && vma->object) {
		fputc(' ', out);
		about_write_text(vma->object->name, plain, out);
	} else if (vma) {
		fprintf(out, " %s", regions[vma->region].name);
	}
	fputc('\n', out);
}

/* The first area that ends above addr, or NULL. */
static const struct vma *vma_above(const struct snapshot *snap, uint64_t addr)
{
	size_t lo = 0, hi = snap->nr_vmas;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (snap->vmas[mid].end <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < snap->nr_vmas ? &snap->vmas[lo] : NULL;
}

static void write_run(const struct snapshot *snap, const struct widths *w,
		      const struct page_run *run, bool plain, FILE *out)
{
	uint64_t end = run_end(snap->pages, run), next;

	for (uint64_t addr = run->start; addr < end; addr = next) {
		const struct vma *vma = vma_above(snap, addr);
		bool inside = vma && vma->start <= addr;

		next = !vma ? end : inside ? vma->end : vma->start;
		if (next > end)
			next = end;
		write_part(snap, w, run->state, addr, next,
			   inside ? vma : NULL, plain, out);
	}
}

static void write_legend(const struct page_map *map, FILE *out)
{
	bool seen[PAGE_KIND_NR] = { false };

	for (size_t i = 0; i < map->nr_runs; i++)
		seen[PAGE_KIND(map->runs[i].state)] = true;
	fputs("\nkinds\n", out);
	for (int kind = 0; kind < PAGE_KIND_NR; kind++)
		if (seen[kind])
			fprintf(out, "  %-12s %s\n", page_kinds[kind].name,
				page_kinds[kind].meaning);
	fputs("flags\n", out);
	for (size_t i = 0; i < nr_page_flags; i++)
		fprintf(out, "  %c %-10s %s%s\n", page_flags[i].letter,
			page_flags[i].name, page_flags[i].meaning,
			map->has & page_flags[i].flag ? "" :
			" (not known from this source)");
	if (map->has_frames && map->are_tokens)
		fputs("token\n  stands for a frame, whose number is for the privileged: equal tokens are one frame\n",
		      out);
	else if (map->has_frames)
		fputs("frame\n  the page frame's number; of a page in swap: type | offset << 5\n",
		      out);
}

int pages_write(const struct snapshot *snap, bool plain, FILE *out)
{
	const struct page_map *map = snap->pages;
	struct widths w = measure(map);
	const char *frame = map->has_frames && map->are_tokens ? "token" :
								 "frame";

	about_write(snap, plain, out);
	if (map->truncated)
		fputs("cut      pages are missing at the end\n", out);
	fprintf(out, "pages of %" PRIu32 " bytes; those without an entry are left out; %s: of the first page\n\n",
		map->page_size, frame);
	fprintf(out, "%-*s %*s %6s %-9s %-*s %18s %s\n", 2 * w.address + 1,
		"address", w.pages, "pages", "size", "kind",
		(int)nr_page_flags, "flags", frame, "name");
	for (size_t i = 0; i < map->nr_runs; i++)
		write_run(snap, &w, &map->runs[i], plain, out);
	write_legend(map, out);
	return fflush(out) || ferror(out) ? -1 : 0;
}

/* ---- JSON ---- */

static void write_json_run(struct json *json, const struct page_map *map,
			   const struct page_run *run)
{
	json_open_object(json, NULL);
	json_hex(json, "start", run->start);
	json_u64(json, "pages", run->nr_pages);
	json_u64(json, "size_bytes", (uint64_t)run->nr_pages * map->page_size);
	json_text(json, "kind", page_kinds[PAGE_KIND(run->state)].name);
	page_flags_json_write(json, "flags", run->state & map->has);
	json_open_array(json, "frames");
	if (map->has_frames && page_has_frame(run->state))
		for (uint64_t i = run->frame; i < map->nr_frames &&
		     i < run->frame + run->nr_pages; i++)
			json_hex(json, NULL, map->frames[i]);
	json_close_array(json);
	json_close_object(json);
}

int pages_json_write(const struct snapshot *snap, bool pretty, FILE *out)
{
	const struct page_map *map = snap->pages;
	struct json json;

	json_begin(&json, out, pretty);
	json_open_object(&json, NULL);
	snapshot_json_head(&json, snap);
	json_hex(&json, "start", map->start);
	json_hex(&json, "end", map->end);
	json_text(&json, "frames", !map->has_frames ? "unknown" :
		  map->are_tokens ? "tokens" : "frames");
	page_flags_json_write(&json, "known_flags", map->has);
	json_open_array(&json, "runs");
	for (size_t i = 0; i < map->nr_runs; i++)
		write_json_run(&json, map, &map->runs[i]);
	json_close_array(&json);
	json_close_object(&json);
	return json_end(&json);
}
