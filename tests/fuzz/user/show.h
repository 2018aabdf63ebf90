/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What became of an input is written in every way there is, as what is not well
 * formed in a picture is met there; and what a picture promises is held against
 * it.
 */
#ifndef VMAVIEW_TESTS_FUZZ_SHOW_H
#define VMAVIEW_TESTS_FUZZ_SHOW_H

#include "export/heap.h"
#include "export/json.h"
#include "export/maps.h"
#include "export/mm.h"
#include "export/pages.h"
#include "export/table.h"
#include "export/tables.h"
#include "export/text.h"
#include "export/walk.h"
#include "model/why.h"

#include "fuzz.h"

/*
 * Nothing that a terminal obeys comes from outside, see escape.h: but in maps,
 * which is the kernel's to the byte.
 */
static bool is_raw;

static ssize_t swallow(void *cookie, const char *text, size_t size)
{
	(void)cookie;
	for (size_t i = 0; !is_raw && i < size; i++)
		demand(text[i] == '\n' || (uint8_t)text[i] >= ' ');
	return (ssize_t)size;
}

/* A file that goes nowhere. */
static inline FILE *open_sink(void)
{
	static const cookie_io_functions_t functions = { .write = swallow };
	FILE *file = fopencookie(NULL, "w", functions);

	demand(file);
	return file;
}

static inline void show_figure(const struct snapshot *snap, uint64_t choice,
			       uint64_t address, FILE *out)
{
	const struct figure_params params = { .width = 80, .address = address };
	const struct figure_info *figure = &figures[choice % nr_figures];

	if ((!(figure->what & TAKE_ENTRY) || snap->entry) &&
	    (!(figure->what & TAKE_TABLES) || snap->tables) &&
	    (!(figure->what & TAKE_HEAP) || snap->heap))
		text_write(figure, snap, &params, choice & 1, out);
}

/* Areas ascend and are apart, and pages lie in what was asked for. */
static inline void check_picture(const struct snapshot *snap)
{
	const struct page_map *map = snap->pages;

	for (size_t i = 0; i < snap->nr_vmas; i++) {
		demand(snap->vmas[i].start < snap->vmas[i].end);
		demand(!i || snap->vmas[i - 1].end <= snap->vmas[i].start);
	}
	for (size_t i = 0; map && i < map->nr_runs; i++) {
		const struct page_run *run = &map->runs[i];
		uint64_t end = run->start + (uint64_t)run->nr_pages *
			       map->page_size;

		demand(run->nr_pages && run->start >= map->start &&
		       end <= map->end && end > run->start);
		demand(!i || run[-1].start + (uint64_t)run[-1].nr_pages *
		       map->page_size <= run->start);
	}
}

static inline void show_heap(struct snapshot *snap, uint64_t address, FILE *out)
{
	struct heap_parts parts = {
		.bins = true, .chunks = true, .chunk_max = UINT64_MAX,
		.at = true, .address = address, .width = 80,
	};
	struct why *why = why_new(snap->heap, address, 20);

	parts.why = why;
	heap_write(snap, &parts, true, out);
	heap_json_write(snap, &parts, false, out);
	why_free(why);
}

static inline void show_pages(const struct snapshot *snap, uint64_t choice,
			      FILE *out)
{
	if (snap->pages && choice & 1)
		pages_write(snap, choice & 2, out);
	else if (snap->pages)
		pages_json_write(snap, false, out);
	if (snap->tables)
		tables_json_write(snap, false, out);
	if (snap->entry)
		walk_json_write(snap, false, out);
}

/* One way of all, so that there is time for more inputs. */
static inline void show_picture(struct snapshot *snap, uint64_t choice,
				uint64_t address)
{
	FILE *out = open_sink();

	check_picture(snap);
	switch (choice % 8) {
	case 0:
		mm_write(snap, true, out);
		break;
	case 1:
		snapshot_json_write(snap, choice & 8, out);
		break;
	case 2:
		is_raw = true;
		maps_write(snap, out);
		is_raw = false;
		break;
	case 3:
		table_write(snap, true, choice & 8, out);
		break;
	case 4:
		if (snap->heap)
			show_heap(snap, address, out);
		break;
	case 5:
		show_pages(snap, choice >> 3, out);
		break;
	default:
		show_figure(snap, choice >> 3, address, out);
	}
	fclose(out);
}

#endif
