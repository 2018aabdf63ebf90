// SPDX-License-Identifier: GPL-2.0
/* The page tables of the process, and which areas they are for. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tui/sheet.h"
#include "tui/view.h"
#include "util/format.h"

struct tables {
	struct sheet sheet;
	int64_t asked_ns;	/* of the picture that we came in on */
};

static void *tables_open(void)
{
	struct tables *v = calloc(1, sizeof(*v));

	if (v)
		sheet_init(&v->sheet);
	return v;
}

static void tables_close(void *self)
{
	struct tables *v = self;

	if (v)
		sheet_free(&v->sheet);
	free(v);
}

static void tables_update(void *self, struct scene *scene)
{
	struct tables *v = self;

	if (!v->asked_ns)
		v->asked_ns = scene->snap->from.taken_ns;
	sheet_update(&v->sheet, scene, figure_tables);
}

static void tables_want(const void *self, const struct scene *scene,
			struct take *take)
{
	(void)self;
	(void)scene;
	take->what |= TAKE_TABLES;
}

static bool tables_request(void *self, struct scene *scene,
			   enum request request)
{
	struct tables *v = self;

	return cursor_request(&v->sheet.cursor, scene, request);
}

static void explain_area(const struct snapshot *snap, uint64_t address,
			 struct pager *pager)
{
	const struct vma *vma = snapshot_find(snap, address);
	struct area_tables sum;
	char size[FORMAT_SIZE_MAX];

	if (!vma)
		return;
	table_list_sum(snap->tables, vma->start, vma->end, &sum);
	for (int l = LEVEL_NR - 1; l >= 0; l--)
		if (sum.tables[l] || sum.used[l])
			pager_add(pager, STYLE_LABEL, levels[l].name,
				  STYLE_VALUE, "%" PRIu64 " table%s, %" PRIu64
				  " entries used, %" PRIu64 " map pages",
				  sum.tables[l], sum.tables[l] == 1 ? "" : "s",
				  sum.used[l], sum.pages[l]);
	pager_add(pager, STYLE_LABEL, "cost", STYLE_VALUE,
		  "%s for 0x%" PRIx64 "-0x%" PRIx64,
		  format_size(size, tables_bytes(snap->tables, &sum), 0),
		  vma->start, vma->end);
	pager_blank(pager);
}

static void tables_explain(const void *self, const struct scene *scene,
			   struct pager *pager)
{
	const struct snapshot *snap = scene->snap;
	char table[FORMAT_SIZE_MAX], covers[FORMAT_SIZE_MAX];

	(void)self;
	if (!snap->tables) {
		pager_add(pager, STYLE_LABEL, "tables", STYLE_WARN,
			  "? not known from this source");
		return;
	}
	explain_area(snap, scene->address, pager);
	format_size(table, snap->tables->table_size, 0);
	format_size(covers, (uint64_t)snap->page_size * snap->tables->entries,
		    0);
	pager_add(pager, STYLE_LABEL, "one page", STYLE_NORMAL,
		  "A table is a page of its own, %s, however few of its %"
		  PRIu32 " entries are used. So one page alone in %s of addresses costs a whole page table, and more above it if it is far from all others.",
		  table, snap->tables->entries, covers);
	pager_add(pager, STYLE_LABEL, "cost", STYLE_NORMAL,
		  "Bytes of tables for the bytes that they map. A full page table costs 0.2%%, one with a single page 100%%; - is a table that maps nothing.");
	pager_add(pager, STYLE_LABEL, "shared", STYLE_NORMAL,
		  "A table that several areas lie below counts for the lowest of them, so that the sum is right; areas without a table of their own use those.");
	pager_add(pager, STYLE_LABEL, "deposited", STYLE_NORMAL,
		  "For each huge anonymous page the kernel keeps an unused page table, so that it can split the page later without asking for memory.");
	pager_add(pager, STYLE_LABEL, "pgd", STYLE_NORMAL,
		  "The root table. The kernel counts it, and p4d tables, in no sum: pgtables_bytes (VmPTE of /proc/PID/status) has the others, the deposited too. Where programs run on tables of their own (PTI) it has a copy, which is not counted here.");
}

static void tables_draw(const void *self, const struct scene *scene,
			struct canvas *canvas)
{
	const struct tables *v = self;

	if (!scene->snap->tables && v->asked_ns == scene->snap->from.taken_ns)
		canvas_text(canvas, 0, 0, canvas->width, STYLE_DIM, 0,
			    "reading...");
	else
		cursor_draw(&v->sheet.cursor, canvas);
}

const struct view_ops view_tables = {
	.name = "Tables",
	.summary = "what the page tables cost, by level and by area",
	.open = tables_open,
	.close = tables_close,
	.update = tables_update,
	.want = tables_want,
	.request = tables_request,
	.explain = tables_explain,
	.draw = tables_draw,
};
