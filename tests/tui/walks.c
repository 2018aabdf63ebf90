// SPDX-License-Identifier: GPL-2.0
/*
 * The viewer on page tables made by hand: walks STORY. Every second page of
 * the heap is there; what the walk of one looks like is the story's.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/region.h"
#include "tui/app.h"

#define HEAP		0x55d0a8e3c000ULL
#define HEAP_END	0x55d0a8e5d000ULL
#define FRAMES		0x000ffffffffff000ULL

static const char *story;

static bool tells(const char *what)
{
	return !strcmp(story, what);
}

static void add_area(struct snapshot *snap, uint64_t start, uint64_t end,
		     const char *name)
{
	struct object key = { .kind = OBJECT_SPECIAL };
	struct vma *vma = snapshot_add_vma(snap);

	vma->start = start;
	vma->end = end;
	vma->flags = VF_BIT(VF_READ) | VF_BIT(VF_WRITE);
	vma->has_flags = true;
	if (name)
		vma->object = snapshot_object(snap, &key, name, strlen(name));
}

static void add_level(struct entry_walk *walk, enum level level,
		      unsigned int shift, uint64_t raw)
{
	struct entry_level *at = &walk->levels[walk->nr_levels++];

	*at = (struct entry_level){
		.level = level, .shift = shift, .entries = 512,
		.index = walk->address >> shift & 511, .raw = raw,
		.raw_mask = UINT64_MAX, .has_table = true,
		.table = 0x104f30000 + 0x1000 * level,
	};
	if (tells("token")) {
		at->has_table = false;
		at->raw_mask = ~FRAMES;
		at->raw &= at->raw_mask;
	}
}

static void add_page(struct entry_walk *walk)
{
	if (tells("swap")) {
		add_level(walk, LEVEL_PTE, 12, ~0x1234ULL << 14 >> 5 | 8);
		walk->state = PAGE_SWAP;
		walk->frame = 0x1234 << 5;
	} else {
		add_level(walk, LEVEL_PTE, 12, 0x8000000123456867);
		walk->state = PAGE_ANON | PAGE_DIRTY | PAGE_ACCESSED |
			      PAGE_SOFT_DIRTY | PAGE_WRITABLE | PAGE_EXCLUSIVE;
		walk->frame = tells("token") ? 0xdeadbeefcafe : 0x123456;
	}
	walk->has_frame = true;
	walk->is_token = tells("token");
}

static struct entry_walk *new_walk(uint64_t address)
{
	struct entry_walk *walk = calloc(1, sizeof(*walk));

	walk->address = address;
	walk->in_vma = address >= HEAP && address < HEAP_END;
	walk->vma_start = HEAP;
	walk->vma_end = HEAP_END;
	strcpy(walk->symbol, "sample:table+0x10");
	if (tells("five"))
		add_level(walk, LEVEL_PGD, 48, 0x104f33067);
	add_level(walk, tells("five") ? LEVEL_P4D : LEVEL_PGD, 39,
		  walk->in_vma ? 0x104f32067 : 0);
	if (!walk->in_vma)
		return walk;
	add_level(walk, LEVEL_PUD, 30, 0x104f31067);
	if (tells("hole")) {
		add_level(walk, LEVEL_PMD, 21, 0);
		return walk;
	}
	if (tells("huge")) {
		add_level(walk, LEVEL_PMD, 21, 0x80000001234008e7);
		walk->state = PAGE_ANON | PAGE_PMD;
		walk->has_frame = true;
		walk->frame = 0x123400 + (address >> 12 & 511);
		return walk;
	}
	add_level(walk, LEVEL_PMD, 21, 0x104f30067);
	if (address >> 12 & 1)
		add_level(walk, LEVEL_PTE, 12, 0);
	else
		add_page(walk);
	return walk;
}

static struct table_list *new_tables(const struct snapshot *snap)
{
	struct table_list *list = table_list_new(4096, 512);

	for (size_t i = 0; i < snap->nr_vmas; i++) {
		struct area_tables *area = table_list_add(list);

		area->start = snap->vmas[i].start;
		area->end = snap->vmas[i].end;
		area->tables[LEVEL_PTE] = 1 + i % 3;
		area->used[LEVEL_PTE] = 1 + i * 7;
		area->pages[LEVEL_PTE] = 1 + i * 7;
		area->used[LEVEL_PMD] = area->tables[LEVEL_PTE];
		if (i)
			continue;
		area->tables[LEVEL_PGD] = area->tables[LEVEL_PUD] = 1;
		area->tables[LEVEL_PMD] = area->used[LEVEL_PUD] = 1;
		area->used[LEVEL_PGD] = 1;
		area->used[LEVEL_PMD]++;
		area->pages[LEVEL_PMD] = area->deposited = 1;
	}
	return list;
}

static struct snapshot *picture(const struct take *asked)
{
	struct snapshot *snap = snapshot_new();
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	snap->from.source = SOURCE_NETLINK;
	snap->from.coherent = true;
	snap->from.taken_ns = ts.tv_sec * 1000000000LL + ts.tv_nsec;
	strcpy(snap->from.kernel, "6.12.0-test");
	strcpy(snap->from.module, "0.1.0");
	strcpy(snap->machine, tells("machine") ? "vax" : "x86_64");
	snap->page_size = 4096;
	snap->pmd_size = 2 << 20;
	snap->task.pid = 4242;
	strcpy(snap->task.comm, "walks");
	add_area(snap, HEAP, HEAP_END, "[heap]");
	for (int i = 0; i < 40; i++)
		add_area(snap, 0x7f0000000000 + i * 0x10000,
			 0x7f0000004000 + i * 0x10000, NULL);
	add_area(snap, 0x7ffc4a1de000, 0x7ffc4a1ff000, "[stack]");
	snap->has_vmas = true;
	mm_set(&snap->mm, MM_TASK_SIZE, 0x7ffffffff000);
	mm_set(&snap->mm, MM_START_BRK, HEAP);
	mm_set(&snap->mm, MM_PGTABLES_BYTES, tells("differ") ? 4096 : 352256);
	region_classify(snap);
	if (asked->what & (TAKE_ENTRY | TAKE_TABLES) && tells("unknown"))
		snapshot_note(snap, "page tables: /proc tells only their sum");
	else if (asked->what & TAKE_ENTRY)
		snap->entry = new_walk(asked->address);
	if (asked->what & TAKE_TABLES && !tells("unknown"))
		snap->tables = new_tables(snap);
	return snap;
}

static struct snapshot *take(void *context, const struct take *asked,
			     struct error *err)
{
	(void)context;
	(void)err;
	return picture(asked);
}

int main(int argc, char **argv)
{
	const struct take first = { .what = TAKE_VMAS | TAKE_COUNTS };
	struct app_feed feed = { .take = take };
	struct app_options options = { .delay = 30, .unicode = true };
	struct error err;

	setlocale(LC_ALL, "");
	story = argc > 1 ? argv[1] : "";
	options.unicode = argc < 3;
	if (app_run(&feed, picture(&first), &options, &err)) {
		fprintf(stderr, "walks: %s\n", err.text);
		return 1;
	}
	return 0;
}
