// SPDX-License-Identifier: GPL-2.0
/*
 * The page tables as a tree of levels, with what each costs and how full it
 * is, beside the kernel's own sum; and below it the areas, the dearest first.
 */
#include "figure/tables.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "figure/figure.h"
#include "figure/wrap.h"
#include "model/region.h"
#include "util/format.h"

#define WIDE	70

uint64_t tables_entry_bytes(const struct snapshot *snap, enum level level)
{
	uint64_t bytes = snap->page_size;

	for (int l = 0; l < (int)level; l++)
		bytes *= snap->tables->entries;
	return bytes;
}

uint64_t tables_mapped_bytes(const struct snapshot *snap,
			     const struct area_tables *tables)
{
	uint64_t bytes = 0;

	for (int l = 0; l < LEVEL_NR; l++)
		bytes += tables->pages[l] * tables_entry_bytes(snap, l);
	return bytes;
}

uint64_t tables_counted_bytes(const struct table_list *list,
			      const struct area_tables *sum)
{
	return tables_bytes(list, sum) - list->table_size *
	       (sum->tables[LEVEL_PGD] + sum->tables[LEVEL_P4D]);
}

/* "0.2%", "." for nothing at all and "-" where there is no whole. */
static const char *format_share(char out[16], uint64_t part, uint64_t whole)
{
	double share = whole ? 100.0 * (double)part / (double)whole : 0;

	if (!whole)
		strcpy(out, part ? "-" : ".");
	else if (!part)
		strcpy(out, ".");
	else if (share < 0.1)
		strcpy(out, "<0.1%");
	else
		snprintf(out, 16, share < 99.95 ? "%.1f%%" : "%.0f%%", share);
	return out;
}

static const char *format_some(char out[32], uint64_t n)
{
	if (n)
		return format_count(out, n);
	return strcpy(out, ".");
}

static int put_sums(struct figure *figure, const struct snapshot *snap,
		    const struct area_tables *sum, int y)
{
	const struct table_list *list = snap->tables;
	uint64_t counted = tables_counted_bytes(list, sum);
	char size[FORMAT_SIZE_MAX], table[FORMAT_SIZE_MAX], text[300];
	const char *but = sum->tables[LEVEL_P4D] ? "the pgd and p4d tables" :
						   "the pgd";
	char nr[32], kernel[FORMAT_SIZE_MAX];
	uint64_t bytes = tables_bytes(list, sum);

	snprintf(text, sizeof(text),
		 "this process spends %s on page tables: %s of %s each",
		 format_size(size, bytes, 0),
		 format_count(nr, list->table_size ? bytes / list->table_size :
			      0), format_size(table, list->table_size, 0));
	y += wrap_text(figure, 0, y, figure->width, STYLE_TITLE, text);
	if (!mm_has(&snap->mm, MM_PGTABLES_BYTES)) {
		snprintf(text, sizeof(text),
			 "pgtables_bytes, the kernel's own sum of all but %s: ?",
			 but);
	} else if (snap->mm.v[MM_PGTABLES_BYTES] == counted) {
		snprintf(text, sizeof(text),
			 "the kernel counts %s of it in pgtables_bytes: all but %s",
			 format_size(size, counted, 0), but);
	} else {
		snprintf(text, sizeof(text),
			 "the kernel counts %s in pgtables_bytes, all but %s, where the walk finds %s: %s",
			 format_size(kernel, snap->mm.v[MM_PGTABLES_BYTES], 0),
			 but, format_size(size, counted, 0),
			 strcmp(snap->machine, "i386-pae") ?
			 "tables came or went between the two readings" :
			 "with PAE each entry of the top table leads to one, also where no area is");
	}
	return y + wrap_text(figure, 0, y, figure->width, STYLE_NORMAL, text);
}

static void put_level(struct figure *figure, const struct snapshot *snap,
		      const struct area_tables *sum, enum level l, int depth,
		      int y)
{
	char tables[32], used[32], full[16], pages[32];
	char bytes[FORMAT_SIZE_MAX], one[FORMAT_SIZE_MAX];
	uint64_t nr = sum->tables[l];
	bool wide = figure->width >= WIDE;

	if (depth)
		figure_text(figure, 2 * depth - 1, y, 2, STYLE_DIM, "└─");
	figure_text(figure, 2 * depth + 1, y, 4, STYLE_LABEL, "%s",
		    levels[l].name);
	figure_text(figure, 12, y, figure->width, STYLE_VALUE,
		    wide ? "%8s %6s %9s %7s %9s" : "%5s %6s %6s %6s",
		    format_some(tables, nr),
		    format_size(bytes, nr * snap->tables->table_size, 1),
		    format_some(used, sum->used[l]),
		    format_share(full, sum->used[l],
				 nr * snap->tables->entries),
		    format_some(pages, sum->pages[l]));
	if (wide && sum->pages[l])
		figure_text(figure, 57, y, figure->width, STYLE_DIM, "of %s",
			    format_size(one, tables_entry_bytes(snap, l), 0));
}

static int put_levels(struct figure *figure, const struct snapshot *snap,
		      const struct area_tables *sum, int y)
{
	char tables[32], bytes[FORMAT_SIZE_MAX] = ".";
	bool wide = figure->width >= WIDE;
	int depth = 0;

	figure_text(figure, 0, y, figure->width, STYLE_HEADER,
		    wide ? " level      %8s %6s %9s %7s %9s" :
			   " level      %5s %6s %6s %6s", "tables", "bytes",
		    "used", "full", "pages");
	y++;
	for (int l = LEVEL_NR - 1; l >= 0; l--)
		if (sum->tables[l] || l == LEVEL_PGD)
			put_level(figure, snap, sum, l, depth++, y++);
	if (sum->deposited)
		format_size(bytes, sum->deposited * snap->tables->table_size,
			    1);
	figure_text(figure, 1, y, 10, STYLE_LABEL, "deposited");
	figure_text(figure, 12, y, figure->width, STYLE_VALUE,
		    wide ? "%8s %6s" : "%5s %6s",
		    format_some(tables, sum->deposited), bytes);
	if (wide)
		figure_text(figure, 30, y, figure->width, STYLE_DIM,
			    "page tables kept for when a huge page is split");
	return y + 1;
}

/* ---- areas ---- */

static int compare_cost(const void *a, const void *b, void *context)
{
	const struct area_tables *one = *(const struct area_tables *const *)a;
	const struct area_tables *two = *(const struct area_tables *const *)b;
	uint64_t cost = tables_bytes(context, one);
	uint64_t other = tables_bytes(context, two);

	if (cost != other)
		return cost > other ? -1 : 1;
	return one->start < two->start ? -1 : one->start > two->start;
}

static uint64_t entries_used(const struct area_tables *area)
{
	uint64_t used = 0;

	for (int l = 0; l < LEVEL_NR; l++)
		used += area->used[l];
	return used;
}

static uint64_t nr_tables(const struct area_tables *area)
{
	uint64_t nr = area->deposited;

	for (int l = 0; l < LEVEL_NR; l++)
		nr += area->tables[l];
	return nr;
}

static void put_area(struct figure *figure, const struct snapshot *snap,
		     const struct area_tables *area, int y)
{
	const struct vma *vma = snapshot_find(snap, area->start);
	enum region region = vma ? vma->region : REGION_UNKNOWN;
	uint64_t bytes = tables_bytes(snap->tables, area);
	bool wide = figure->width >= WIDE;
	char tables[32], used[32], cost[16], size[FORMAT_SIZE_MAX];
	struct figure_item *name;
	int x = wide ? 34 : 26;

	if (!bytes)
		strcpy(size, ".");
	else
		format_size(size, bytes, 1);
	figure_mark(figure, area->start, area->end, y, 1,
		    vma ? vma - snap->vmas : -1);
	figure_text(figure, 0, y, figure->width, STYLE_VALUE,
		    wide ? "%7s %6s %9s %8s" : "%5s %5s %6s %6s",
		    format_some(tables, nr_tables(area)), size,
		    format_some(used, entries_used(area)),
		    format_share(cost, bytes,
				 tables_mapped_bytes(snap, area)));
	figure_text(figure, x, y, figure->width, STYLE_REGION + region,
		    wide ? "%c %012" PRIx64 : "%c %" PRIx64,
		    regions[region].letter, area->start);
	if (!wide || !vma || !vma->object)
		return;
	figure_text(figure, x + 16, y, figure->width, STYLE_NORMAL, "%s",
		    vma->object->name);
	name = &figure->items[figure->nr_items - 1];
	name->reverse = !figure->failed;
}

static int put_areas(struct figure *figure, const struct snapshot *snap, int y)
{
	const struct table_list *list = snap->tables;
	const struct area_tables **order;
	bool wide = figure->width >= WIDE;

	order = calloc(list->nr_areas + 1, sizeof(*order));
	if (!order) {
		figure->failed = true;
		return y;
	}
	for (size_t i = 0; i < list->nr_areas; i++)
		order[i] = &list->areas[i];
	qsort_r(order, list->nr_areas, sizeof(*order), compare_cost,
		(void *)list);
	figure_text(figure, 0, y++, figure->width, STYLE_HEADER,
		    wide ? "%7s %6s %9s %8s  %s" : "%5s %5s %6s %6s %s",
		    "tables", "bytes", "used", "cost", "area");
	for (size_t i = 0; i < list->nr_areas; i++)
		put_area(figure, snap, order[i], y++);
	free(order);
	return y;
}

static void put_nothing(struct figure *figure, const struct snapshot *snap)
{
	char size[FORMAT_SIZE_MAX];
	int y = 0;

	figure_text(figure, 0, y++, figure->width, STYLE_WARN,
		    "the page tables are not known");
	if (mm_has(&snap->mm, MM_PGTABLES_BYTES))
		figure_text(figure, 0, y++, figure->width, STYLE_NORMAL,
			    "the kernel's own sum, without the root: %s",
			    format_size(size, snap->mm.v[MM_PGTABLES_BYTES],
					0));
	for (unsigned int i = 0; i < snap->from.nr_notes; i++)
		y += wrap_text(figure, 0, y, figure->width, STYLE_NORMAL,
			       snap->from.notes[i]);
}

struct figure *figure_tables(const struct snapshot *snap,
			     const struct figure_params *params)
{
	struct figure *figure = figure_new(params->width < 40 ? 40 :
					   params->width);
	struct area_tables sum;
	int y = 0;

	if (!figure)
		return NULL;
	if (!snap->tables) {
		put_nothing(figure, snap);
		figure_finish(figure);
		return figure;
	}
	if (!snap->from.coherent)
		figure_text(figure, 0, y++, figure->width, STYLE_WARN,
			    "torn: the process changed while it was read");
	table_list_sum(snap->tables, 0, UINT64_MAX, &sum);
	y = put_sums(figure, snap, &sum, y);
	y = put_levels(figure, snap, &sum, y);
	put_areas(figure, snap, y + 1);
	figure_finish(figure);
	return figure;
}
