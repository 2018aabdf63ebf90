// SPDX-License-Identifier: GPL-2.0
/*
 * Figures of processes made by hand, against texts that were looked at:
 * UPDATE_GOLDEN=1 writes them anew. Run from the top of the tree.
 */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "export/tables.h"
#include "export/walk.h"
#include "figure_text.h"
#include "heaps.h"
#include "model/region.h"
#include "util/format.h"

struct line {
	uint64_t start, end;
	const char *perms;
	uint64_t pgoff;
	const char *name;
	long rss;		/* pages; -1: not known */
};

/* The article's program on a 6.1 kernel: vdso above the stack, one thread. */
static const struct line gonzo[] = {
	{ 0x55d0a7c00000, 0x55d0a7c01000, "r--p", 0, "/home/u/gonzo", 1 },
	{ 0x55d0a7c01000, 0x55d0a7c02000, "r-xp", 1, "/home/u/gonzo", 1 },
	{ 0x55d0a7c02000, 0x55d0a7c03000, "r--p", 2, "/home/u/gonzo", 1 },
	{ 0x55d0a7c03000, 0x55d0a7c04000, "r--p", 2, "/home/u/gonzo", 1 },
	{ 0x55d0a7c04000, 0x55d0a7c05000, "rw-p", 3, "/home/u/gonzo", 1 },
	{ 0x55d0a7c05000, 0x55d0a7d05000, "rw-p", 0, NULL, 3 },
	{ 0x55d0a8e3c000, 0x55d0a8e5d000, "rw-p", 0, "[heap]", 2 },
	{ 0x7f5a90000000, 0x7f5a90021000, "rw-p", 0, NULL, 1 },
	{ 0x7f5a90021000, 0x7f5a94000000, "---p", 0, NULL, 0 },
	{ 0x7f5a961ff000, 0x7f5a96200000, "---p", 0, NULL, 0 },
	{ 0x7f5a96200000, 0x7f5a96a00000, "rw-p", 0, NULL, 2 },
	{ 0x7f5a96a00000, 0x7f5a96a26000, "r--p", 0,
	  "/usr/lib/x86_64-linux-gnu/libc.so.6", 38 },
	{ 0x7f5a96a26000, 0x7f5a96b7b000, "r-xp", 0x26,
	  "/usr/lib/x86_64-linux-gnu/libc.so.6", 210 },
	{ 0x7f5a96b7b000, 0x7f5a96bce000, "r--p", 0x17b,
	  "/usr/lib/x86_64-linux-gnu/libc.so.6", 44 },
	{ 0x7f5a96bce000, 0x7f5a96bd2000, "r--p", 0x1ce,
	  "/usr/lib/x86_64-linux-gnu/libc.so.6", 4 },
	{ 0x7f5a96bd2000, 0x7f5a96bd4000, "rw-p", 0x1d2,
	  "/usr/lib/x86_64-linux-gnu/libc.so.6", 2 },
	{ 0x7f5a96bd4000, 0x7f5a96be1000, "rw-p", 0, NULL, 5 },
	{ 0x7f5a96bf0000, 0x7f5a96bf4000, "rw-s", 0, "/memfd:ring (deleted)",
	  4 },
	{ 0x7f5a96bf6000, 0x7f5a96bf8000, "rw-p", 0, NULL, -1 },
	{ 0x7f5a96bf8000, 0x7f5a96bf9000, "r--p", 0,
	  "/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", 1 },
	{ 0x7f5a96bf9000, 0x7f5a96c1f000, "r-xp", 1,
	  "/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", 38 },
	{ 0x7f5a96c1f000, 0x7f5a96c29000, "r--p", 0x27,
	  "/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", 10 },
	{ 0x7f5a96c29000, 0x7f5a96c2b000, "r--p", 0x31,
	  "/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", 2 },
	{ 0x7f5a96c2b000, 0x7f5a96c2d000, "rw-p", 0x33,
	  "/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", 2 },
	{ 0x7ffc4a1de000, 0x7ffc4a1ff000, "rw-p", 0, "[stack]", 4 },
	{ 0x7ffc4a3a0000, 0x7ffc4a3a4000, "r--p", 0, "[vvar]", 0 },
	{ 0x7ffc4a3a4000, 0x7ffc4a3a6000, "r-xp", 0, "[vdso]", 1 },
};

/* A static 32-bit program on an i386 kernel, in the legacy layout. */
static const struct line classic[] = {
	{ 0x08048000, 0x080d0000, "r-xp", 0, "/bin/classic", 90 },
	{ 0x080d0000, 0x080d2000, "rw-p", 0x87, "/bin/classic", 2 },
	{ 0x080d2000, 0x080d4000, "rw-p", 0, NULL, 1 },
	{ 0x080d4000, 0x080f6000, "rw-p", 0, "[heap]", 3 },
	{ 0x40000000, 0x40001000, "rw-p", 0, NULL, 1 },
	{ 0x40001000, 0x40003000, "r-xp", 0, "[vdso]", 1 },
	{ 0xbffdf000, 0xc0000000, "rw-p", 0, "[stack]", 3 },
};

static void add_line(struct snapshot *snap, const struct line *line)
{
	struct vma *vma = snapshot_add_vma(snap);

	assert_non_null(vma);
	vma->start = line->start;
	vma->end = line->end;
	vma->pgoff = line->pgoff;
	vma->has_pgoff = vma->has_flags = true;
	vma->flags = VF_BIT(VF_MAYREAD) | VF_BIT(VF_MAYWRITE) |
		     VF_BIT(VF_MAYEXEC);
	if (line->perms[0] == 'r')
		vma->flags |= VF_BIT(VF_READ);
	if (line->perms[1] == 'w')
		vma->flags |= VF_BIT(VF_WRITE) | VF_BIT(VF_ACCOUNT);
	if (line->perms[2] == 'x')
		vma->flags |= VF_BIT(VF_EXEC);
	if (line->perms[3] == 's')
		vma->flags |= VF_BIT(VF_SHARED);
	if (line->rss >= 0)
		res_set(&vma->res, RES_RSS, line->rss);
	if (line->name) {
		struct object key = {
			.kind = line->name[0] == '[' ? OBJECT_SPECIAL :
						       OBJECT_FILE,
			.inode = line->name[0] == '[' ? 0 :
				 strlen(line->name),
			.deleted = NOT_KNOWN,
		};

		if (!strcmp(line->name, "[stack]"))
			vma->flags |= VF_BIT(VF_GROWSDOWN);
		vma->object = snapshot_object(snap, &key, line->name,
					      strlen(line->name));
		assert_non_null(vma->object);
	}
}

static struct snapshot *new_snapshot(const struct line *lines, size_t nr,
				     const char *comm)
{
	struct snapshot *snap = snapshot_new();

	assert_non_null(snap);
	snap->page_size = 4096;
	snap->has_vmas = true;
	snap->from.coherent = true;
	snap->task.pid = snap->task.tgid = 4242;
	snap->task.threads = 1;
	strcpy(snap->task.comm, comm);
	snap->task.has_rlimit_stack = true;
	snap->task.rlimit_stack = 8 << 20;
	for (size_t i = 0; i < nr; i++)
		add_line(snap, &lines[i]);
	return snap;
}

#define GONZO_HEAP	0x55d0a8e3c000

/* Of the heap: two pages written, a shared one, and one in swap at its end. */
static void add_pages(struct snapshot *snap, uint64_t start, uint64_t end)
{
	static const uint64_t frames[] = { 0x11f3a, 0x11f3b, 0x0a00c, 0x2e1 };
	struct page_map *map = page_map_new(start, end, 4096);

	assert_non_null(map);
	map->has = PAGE_FLAGS_ALL & ~PAGE_KSM;
	map->has_frames = true;
	assert_int_equal(page_map_add(map, start, 2, PAGE_ANON | PAGE_DIRTY |
				      PAGE_ACCESSED | PAGE_WRITABLE |
				      PAGE_EXCLUSIVE), 0);
	assert_int_equal(page_map_add(map, start + 0x3000, 1, PAGE_ANON), 0);
	assert_int_equal(page_map_add(map, end - 0x1000, 1, PAGE_SWAP), 0);
	assert_int_equal(page_map_add_frames(map, frames, 4), 0);
	snap->pages = map;
}

/* How the walk of an address ends; see add_walk(). */
enum ending { TO_PAGE, TO_HUGE_PAGE, TO_SWAP, TO_HOLE };

/*
 * The walk of the heap's first page through levels tables; hidden: as those
 * see it who may not see frames.
 */
static void add_walk(struct snapshot *snap, unsigned int nr_levels,
		     enum ending ending, bool hidden)
{
	static const uint64_t last[] = {
		[TO_PAGE] = 0x8000000123456867, [TO_HUGE_PAGE] = 0x1234008e7,
		[TO_SWAP] = ~0x5678ULL << 14 >> 5 | 8, [TO_HOLE] = 0,
	};
	static const uint32_t states[] = {
		[TO_PAGE] = PAGE_ANON | PAGE_DIRTY | PAGE_WRITABLE,
		[TO_HUGE_PAGE] = PAGE_ANON | PAGE_PMD, [TO_SWAP] = PAGE_SWAP,
		[TO_HOLE] = PAGE_NONE,
	};
	struct entry_walk *walk = calloc(1, sizeof(*walk));
	unsigned int ends = ending == TO_PAGE || ending == TO_SWAP ? 0 : 1;

	assert_non_null(walk);
	snap->entry = walk;
	strcpy(snap->machine, "x86_64");
	walk->address = GONZO_HEAP + 0x123;
	walk->in_vma = true;
	walk->vma_start = GONZO_HEAP;
	walk->vma_end = 0x55d0a8e5d000;
	walk->state = states[ending];
	walk->has_frame = ending != TO_HOLE;
	walk->is_token = hidden;
	walk->frame = ending == TO_SWAP ? 0x5678 << 5 : 0x123456;
	strcpy(walk->symbol, "gonzo:user\nName+0x3");
	for (unsigned int i = nr_levels; i-- > ends;) {
		walk->levels[walk->nr_levels++] = (struct entry_level){
			.level = i == nr_levels - 1 ? LEVEL_PGD : i,
			.shift = 12 + 9 * i, .entries = 512,
			.index = walk->address >> (12 + 9 * i) & 511,
			.has_table = !hidden, .table = 0x104f30000 + i * 4096,
			.raw = i == ends ? last[ending] : 0x104f30067,
			.raw_mask = hidden && (i != ends || last[ending]) ?
				    ~0x000ffffffffff000ULL : UINT64_MAX,
		};
	}
}

static void add_tables(struct snapshot *snap)
{
	snap->tables = table_list_new(4096, 512);
	assert_non_null(snap->tables);
	for (size_t i = 0; i < snap->nr_vmas; i++) {
		struct area_tables *area = table_list_add(snap->tables);

		assert_non_null(area);
		area->start = snap->vmas[i].start;
		area->end = snap->vmas[i].end;
		area->used[LEVEL_PTE] = area->pages[LEVEL_PTE] = i;
		if (i % 6)
			continue;
		area->tables[LEVEL_PTE] = area->used[LEVEL_PMD] = 1;
		area->tables[LEVEL_PMD] = area->used[LEVEL_PUD] = i % 12 == 0;
		area->tables[LEVEL_PUD] = area->used[LEVEL_PGD] = i % 12 == 0;
		area->tables[LEVEL_PGD] = !i;
		area->deposited = i == 24 ? 2 : 0;
		area->pages[LEVEL_PMD] = area->deposited;
	}
}

static struct snapshot *make_gonzo(void)
{
	struct snapshot *snap = new_snapshot(gonzo, sizeof(gonzo) /
					     sizeof(gonzo[0]), "gonzo");
	struct mm *mm = &snap->mm;

	snap->task.threads = 2;
	snap->task.exe = strdup("/home/u/gonzo");
	mm_set(mm, MM_START_CODE, 0x55d0a7c01000);
	mm_set(mm, MM_END_CODE, 0x55d0a7c01435);
	mm_set(mm, MM_START_DATA, 0x55d0a7c03dd0);
	mm_set(mm, MM_END_DATA, 0x55d0a7c04058);
	mm_set(mm, MM_START_BRK, 0x55d0a8e3c000);
	mm_set(mm, MM_BRK, 0x55d0a8e5d000);
	mm_set(mm, MM_START_STACK, 0x7ffc4a1fd2f0);
	mm_set(mm, MM_MMAP_BASE, 0x7f5a96c2d000);
	mm_set(mm, MM_ARG_START, 0x7ffc4a1fe3a1);
	mm_set(mm, MM_ARG_END, 0x7ffc4a1fe3a9);
	mm_set(mm, MM_ENV_START, 0x7ffc4a1fe3a9);
	mm_set(mm, MM_ENV_END, 0x7ffc4a1feff0);
	mm_set(mm, MM_TASK_SIZE, 0x7ffffffff000);
	mm_set(mm, MM_TOTAL_VM, 20000);
	mm_set(mm, MM_LOCKED_VM, 0);
	mm_set(mm, MM_RSS_ANON, 29);
	mm_set(mm, MM_RSS_FILE, 356);
	mm_set(mm, MM_MAP_COUNT, 27);
	mm_set(mm, MM_MM_USERS, 2);
	mm_set(mm, MM_MM_COUNT, 1);
	mm_set(mm, MM_PGTABLES_BYTES, 61440);
	mm_set(mm, MM_LEGACY_LAYOUT, 0);
	mm_set(mm, MM_TASK_32BIT, 0);
	mm_set(mm, MM_TREE_DEPTH, 2);
	region_classify(snap);
	add_pages(snap, GONZO_HEAP, 0x55d0a8e5d000);
	add_walk(snap, 4, TO_PAGE, false);
	add_tables(snap);
	snap->heap = made_sample_at(GONZO_HEAP);
	return snap;
}

static struct snapshot *make_classic(void)
{
	struct snapshot *snap = new_snapshot(classic, sizeof(classic) /
					     sizeof(classic[0]), "classic");
	struct mm *mm = &snap->mm;

	mm_set(mm, MM_START_CODE, 0x08048000);
	mm_set(mm, MM_END_CODE, 0x080cf123);
	mm_set(mm, MM_START_DATA, 0x080d0f00);
	mm_set(mm, MM_END_DATA, 0x080d1a00);
	mm_set(mm, MM_START_BRK, 0x080d4000);
	mm_set(mm, MM_BRK, 0x080f6000);
	mm_set(mm, MM_START_STACK, 0xbffff4d0);
	mm_set(mm, MM_MMAP_BASE, 0x40000000);
	mm_set(mm, MM_TASK_SIZE, 0xc0000000);
	mm_set(mm, MM_LEGACY_LAYOUT, 1);
	mm_set(mm, MM_TASK_32BIT, 1);
	region_classify(snap);
	return snap;
}

static void golden(const char *name, struct snapshot *snap,
		   struct figure *(*make)(const struct snapshot *,
					  const struct figure_params *),
		   struct figure_params params, bool unicode)
{
	struct figure *figure = make(snap, &params);
	char *text;

	assert_non_null(figure);
	assert_false(figure->failed);
	assert_int_equal(figure->width, params.width);
	text = as_text(figure, unicode);
	check_figure(name, text);
	free(text);
	figure_free(figure);
	snapshot_free(snap);
}

static void test_golden(void **state)
{
	static const int widths[] = { 40, 80, 160 };

	(void)state;
	for (size_t i = 0; i < nr_figures; i++)
		for (int w = 0; w < 3; w++)
			for (int unicode = 0; unicode < 2; unicode++) {
				char name[64];

				snprintf(name, sizeof(name), "%s_%d%s",
					 figures[i].name, widths[w],
					 unicode ? "" : "_ascii");
				golden(name, make_gonzo(), figures[i].make,
				       (struct figure_params){
						.width = widths[w],
						.address = GONZO_HEAP },
				       unicode);
			}
}

static struct snapshot *make_walk(unsigned int nr_levels, enum ending ending,
				  bool hidden)
{
	struct snapshot *snap = make_gonzo();

	free(snap->entry);
	add_walk(snap, nr_levels, ending, hidden);
	return snap;
}

static void test_golden_walks(void **state)
{
	const struct figure_params params = { .width = 80, .address = 0x1234 };
	struct snapshot *snap;

	(void)state;
	golden("walk_five", make_walk(5, TO_PAGE, false), figure_walk, params,
	       true);
	golden("walk_huge", make_walk(4, TO_HUGE_PAGE, false), figure_walk,
	       params, true);
	golden("walk_swap", make_walk(4, TO_SWAP, false), figure_walk, params,
	       true);
	golden("walk_hole", make_walk(5, TO_HOLE, false), figure_walk, params,
	       true);
	golden("walk_hidden", make_walk(4, TO_PAGE, true), figure_walk, params,
	       true);
	golden("walk_hidden_swap", make_walk(4, TO_SWAP, true), figure_walk,
	       params, true);
	/* What fits 80x24: the last rows are those of the boxes. */
	golden("walk_screen", make_gonzo(), figure_walk,
	       (struct figure_params){ .width = 80, .height = 20 }, true);
	golden("walk_screen_five", make_walk(5, TO_PAGE, false), figure_walk,
	       (struct figure_params){ .width = 80, .height = 20 }, true);

	/* A machine whose entries nobody here knows. */
	snap = make_gonzo();
	strcpy(snap->machine, "vax");
	golden("walk_machine", snap, figure_walk, params, true);
	/* From /proc: the page, and no walk. */
	snap = make_gonzo();
	snap->entry->nr_levels = 0;
	golden("walk_proc", snap, figure_walk, params, true);
	snap = make_gonzo();
	free(snap->entry);
	snap->entry = NULL;
	table_list_free(snap->tables);
	snap->tables = NULL;
	snap->from.coherent = false;
	snapshot_note(snap, "why it is not known");
	golden("walk_unknown", snap, figure_walk, params, true);
	snap = make_gonzo();
	table_list_free(snap->tables);
	snap->tables = NULL;
	snapshot_note(snap, "why it is not known");
	golden("tables_unknown", snap, figure_tables, params, true);
}

static char *as_json(const struct snapshot *snap,
		     int (*write)(const struct snapshot *, bool, FILE *))
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_int_equal(write(snap, false, out), 0);
	fclose(out);
	return text;
}

/* What is hidden is null; what is known is there to the last bit. */
static void test_json(void **state)
{
	static const char *const open[] = {
		"\"address\":\"0x55d0a8e3c123\"",
		"\"symbol\":\"gonzo:user\\nName+0x3\"",
		"\"vma\":{\"start\":\"0x55d0a8e3c000\",\"end\":\"0x55d0a8e5d000\"}",
		"\"state\":\"anon\",\"flags\":[\"dirty\",\"writable\"]",
		"\"frame\":\"0x123456\",\"token\":null,\"physical_address\":\"0x123456123\"",
		"{\"level\":\"pgd\",\"shift\":39,\"index\":171,\"entries\":512,\"table\":\"0x104f33000\"",
		"\"name\":\"frame\",\"long_name\":\"frame number\",\"first\":12,\"last\":51,\"value\":\"0x123456\"",
	};
	static const char *const hidden[] = {
		"\"frame\":null,\"token\":\"0x123456\",\"physical_address\":null",
		"\"table\":null,\"raw\":\"0x67\",\"raw_mask\":\"0xfff0000000000fff\",\"form\":\"table\"",
		"\"first\":12,\"last\":51,\"value\":null",
	};
	static const char *const tables[] = {
		"\"total_bytes\":57344,\"counted_bytes\":53248,\"pgtables_bytes\":61440,\"deposited\":2",
		"{\"level\":\"pte\",\"tables\":5,\"used\":351,\"pages\":351}",
	};
	struct snapshot *snap = make_gonzo();
	char *text = as_json(snap, walk_json_write);

	(void)state;
	for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++)
		if (!strstr(text, open[i]))
			fail_msg("no %s in %s", open[i], text);
	free(text);
	text = as_json(snap, tables_json_write);
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		if (!strstr(text, tables[i]))
			fail_msg("no %s in %s", tables[i], text);
	free(text);
	snapshot_free(snap);
	snap = make_walk(4, TO_PAGE, true);
	text = as_json(snap, walk_json_write);
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (!strstr(text, hidden[i]))
			fail_msg("no %s in %s", hidden[i], text);
	free(text);
	snapshot_free(snap);
}

static void test_golden_ways(void **state)
{
	struct snapshot *snap;

	(void)state;
	golden("layout_legacy", make_classic(), figure_layout,
	       (struct figure_params){ .width = 80 }, true);
	golden("layout_compact", make_gonzo(), figure_layout,
	       (struct figure_params){ .width = 80, .height = 20 }, true);
	golden("layout_compact_40", make_gonzo(), figure_layout,
	       (struct figure_params){ .width = 40, .height = 20 }, true);
	golden("layout_scale", make_gonzo(), figure_layout,
	       (struct figure_params){ .width = 80, .height = 21,
				       .to_scale = true }, true);
	golden("layout_scale_zoom", make_gonzo(), figure_layout,
	       (struct figure_params){ .width = 80, .height = 21,
				       .to_scale = true,
				       .zoom_start = 0x7f5a90000000,
				       .zoom_end = 0x7f5a96c2d000 }, true);
	golden("layout_zoom", make_gonzo(), figure_layout,
	       (struct figure_params){ .width = 80, .height = 21,
				       .zoom_start = 0x7f5a90000000,
				       .zoom_end = 0x7f5a96c2d000 }, true);

	/* Little is known: torn, no fields, no limit. */
	snap = make_gonzo();
	snap->mm.has = 0;
	snap->from.coherent = false;
	snap->task.has_rlimit_stack = false;
	snap->task.threads = 0;
	region_classify(snap);
	golden("layout_unknown", snap, figure_layout,
	       (struct figure_params){ .width = 80 }, true);
}

/* ---- the gaps, worked out again ---- */

static bool row_says(const struct figure *figure, int y, const char *text)
{
	for (size_t i = 0; i < figure->nr_items; i++)
		if (figure->items[i].y == y && figure->items[i].text &&
		    strstr(figure->items[i].text, text))
			return true;
	return false;
}

/*
 * Marks of gaps and areas, headings left out, tile the user's half; and what
 * each gap's row says is the distance of the areas around it.
 */
static void check_gaps(struct snapshot *snap, uint64_t task_size)
{
	struct figure_params params = { .width = 80 };
	struct figure *figure = figure_layout(snap, &params);
	uint64_t in_gaps = 0, in_areas = 0;
	char size[FORMAT_SIZE_MAX];
	size_t i, k;

	assert_non_null(figure);
	for (i = 0; i < figure->nr_marks; i++) {
		const struct figure_mark *mark = &figure->marks[i];

		if (mark->vma >= 0)
			continue;
		assert_true(mark->start < mark->end);
		for (k = 0; k < snap->nr_vmas; k++)
			assert_true(snap->vmas[k].end <= mark->start ||
				    snap->vmas[k].start >= mark->end);
		for (k = 0; k < i; k++)
			assert_true(figure->marks[k].vma >= 0 ||
				    figure->marks[k].start >= mark->end);
		assert_true(row_says(figure, mark->y,
				     format_size(size, mark->end - mark->start,
						 false)));
		in_gaps += mark->end - mark->start;
	}
	for (k = 0; k < snap->nr_vmas; k++)
		if (snap->vmas[k].start < task_size)
			in_areas += snap->vmas[k].end - snap->vmas[k].start;
	assert_int_equal(in_gaps, task_size - in_areas);
	figure_free(figure);
	snapshot_free(snap);
}

static void test_gaps(void **state)
{
	(void)state;
	check_gaps(make_gonzo(), 0x7ffffffff000);
	check_gaps(make_classic(), 0xc0000000);
}

/* ---- many and strange ---- */

static void test_many(void **state)
{
	struct snapshot *snap = make_gonzo();
	struct canvas *c = canvas_new(80, 24, true);
	struct figure_params params = { .width = 80, .height = 20 };

	(void)state;
	snap->nr_vmas = 0;
	snap->has_vmas = false;
	for (int i = 0; i < 20000; i++) {
		struct line line = { .perms = "rw-p", .rss = 1 };

		line.start = 0x7f0000000000 + (uint64_t)i * 0x4000;
		line.end = line.start + 0x1000 * (1 + i % 4);
		add_line(snap, &line);
	}
	region_classify(snap);
	for (int k = 0; k < 4; k++) {
		struct figure *figure;

		params.to_scale = k == 1;
		params.zoom_start = k == 2 ? 0x7f0000000000 : 0;
		params.zoom_end = k == 2 ? 0x7f0040000000 : 0;
		figure = k == 3 ? figure_descriptor(snap, &params) :
				  figure_layout(snap, &params);
		assert_non_null(figure);
		assert_false(figure->failed);
		if (k == 0)
			assert_true(figure->height <= 20);
		if (k == 3)
			assert_true(figure->height > 40000 &&
				    figure->height < 40100);
		for (int i = 0; i < 50; i++)
			figure_draw(figure, c, 0, 0, 80, 24, 0,
				    figure->height / 50 * i, i);
		figure_free(figure);
	}
	canvas_free(c);
	snapshot_free(snap);
}

/* A window shows just what the whole figure has there. */
static void test_window(void **state)
{
	struct snapshot *snap = make_gonzo();
	struct figure_params params = { .width = 80 };
	struct figure *figure = figure_descriptor(snap, &params);
	struct canvas *whole = canvas_new(80, figure->height, true);
	struct canvas *part = canvas_new(80, 10, true);

	(void)state;
	figure_draw(figure, whole, 0, 0, 80, figure->height, 0, 0, -1);
	for (int top = 0; top + 6 <= figure->height; top++) {
		canvas_clear(part);
		figure_draw(figure, part, 2, 3, 30, 6, 7, top, -1);
		for (int y = 0; y < 10; y++)
			for (int x = 0; x < 80; x++) {
				bool in = x >= 2 && x < 32 && y >= 3 && y < 9;
				uint32_t want = in ?
					canvas_cell(whole, x + 5,
						    y - 3 + top)->ch : ' ';

				assert_int_equal(canvas_cell(part, x, y)->ch,
						 want);
			}
	}
	canvas_free(whole);
	canvas_free(part);
	figure_free(figure);
	snapshot_free(snap);
}

static uint64_t seed;

static uint64_t rnd(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return below ? seed % below : seed;
}

static struct snapshot *random_snapshot(void)
{
	static const char *const names[] = {
		NULL, NULL, "/bin/x", "/lib/a\nb\033[2J", "[heap]", "[stack]",
		"[vdso]", "/memfd:\xff\xfe", "/tmp/木木木", "", "[anon:x]",
	};
	static const char *const perms[] = { "rw-p", "r-xp", "---p", "rwxs" };
	struct snapshot *snap = new_snapshot(NULL, 0, "fuzz\033]0;x\007");
	uint64_t at = rnd(2) ? 0 : rnd(1ULL << 47);
	size_t nr = rnd(3) ? rnd(30) : rnd(300);

	snap->from.coherent = rnd(2);
	snap->from.truncated = rnd(2);
	snap->has_vmas = rnd(8);
	snap->page_size = rnd(8) ? 4096 : 0;
	snap->task.threads = rnd(3);
	snap->task.has_rlimit_stack = rnd(2);
	snap->task.rlimit_stack = rnd(4) ? rnd(1ULL << (20 + rnd(28))) :
				  UINT64_MAX;
	for (size_t i = 0; i < nr && at < UINT64_MAX - (1ULL << 50); i++) {
		struct line line = {
			.perms = perms[rnd(4)], .pgoff = rnd(1 << 20),
			.name = names[rnd(11)], .rss = (long)rnd(99) - 1,
		};

		at += rnd(2) ? 0 : rnd(1ULL << rnd(48)) & ~4095ULL;
		line.start = at;
		at += 4096 + (rnd(1ULL << rnd(44)) & ~4095ULL);
		line.end = at;
		add_line(snap, &line);
		snap->vmas[i].has_flags = rnd(2);
		snap->vmas[i].flags = rnd(2) ? rnd(0) : snap->vmas[i].flags;
	}
	for (int f = 0; f < MM_NR; f++) {
		const struct vma *vma = nr && snap->nr_vmas ?
					&snap->vmas[rnd(snap->nr_vmas)] : NULL;

		if (rnd(4))
			mm_set(&snap->mm, f, vma && rnd(4) ?
			       rnd(2) ? vma->start : vma->end - rnd(5000) :
			       rnd(1ULL << rnd(64)));
	}
	if (rnd(2))
		mm_set(&snap->mm, MM_TASK_SIZE, rnd(2) ? 0x7ffffffff000 :
		       rnd(2) ? 0xfffffffffff000 : 0xc0000000);
	region_classify(snap);
	return snap;
}

static void draw_random(const struct snapshot *snap)
{
	struct figure_params params = {
		.width = 40 + rnd(170), .height = rnd(60),
		.to_scale = rnd(2),
	};
	struct canvas *c = canvas_new(params.width + 20, 30, rnd(2));
	struct figure *figure;

	if (rnd(2)) {
		params.zoom_start = rnd(1ULL << rnd(64));
		params.zoom_end = rnd(2) ? params.zoom_start + rnd(1 << 20) :
				  rnd(0);
	}
	figure = rnd(2) ? figure_layout(snap, &params) :
			  figure_descriptor(snap, &params);
	assert_non_null(figure);
	for (int i = 0; i < 4; i++) {
		figure_draw(figure, c, 0, 0, c->width, c->height, 0,
			    rnd(figure->height + 10), rnd(40));
		for (int y = 0; y < c->height; y++)
			for (int x = params.width; x < c->width; x++)
				assert_int_equal(canvas_cell(c, x, y)->ch, ' ');
	}
	for (size_t i = 1; i < figure->nr_items; i++)
		assert_true(figure->items[i - 1].y <= figure->items[i].y);
	for (size_t i = 0; i < figure->nr_marks; i++)
		assert_true(figure->marks[i].vma < (long)snap->nr_vmas);
	figure_free(figure);
	canvas_free(c);
}

static void test_random(void **state)
{
	const char *given = getenv("FIGURE_SEED");
	const char *rounds = getenv("FIGURE_ROUNDS");
	uint64_t first = given ? strtoull(given, NULL, 0) : 1;
	uint64_t nr = rounds ? strtoull(rounds, NULL, 0) : 300;

	(void)state;
	for (uint64_t i = 0; i < nr; i++) {
		struct snapshot *snap;

		/* FIGURE_SEED=n FIGURE_ROUNDS=1 draws round n again. */
		seed = (first + i) * 0x9e3779b97f4a7c15ULL | 1;
		snap = random_snapshot();
		draw_random(snap);
		snapshot_free(snap);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_golden_walks),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_golden_ways),
		cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
