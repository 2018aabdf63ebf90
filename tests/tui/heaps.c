// SPDX-License-Identifier: GPL-2.0
/*
 * The viewer on heaps made by hand: heaps STORY [plain]. The second picture and
 * all later ones of most stories differ a little from the first.
 */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "../unit/heaps.h"
#include "model/region.h"
#include "tui/app.h"

#define MILLION		1000000

static const char *story;
static unsigned int pictures;		/* with a heap, taken so far */

static bool tells(const char *what)
{
	return !strcmp(story, what);
}

/* ---- a lab that knows "a = malloc N", "free", "wait" and nothing else ---- */

static struct {
	unsigned int blocks;
	bool is_free;
} lab;

static int run(void *context, const char *line, struct app_log *log,
	       struct error *err)
{
	unsigned int size;

	(void)context;
	app_log_add(log, STYLE_KEY, "%s", line);
	if (sscanf(line, "a = malloc %u", &size) == 1) {
		lab.blocks++;
		lab.is_free = false;
		app_log_add(log, STYLE_VALUE,
			    "a = 0x%llx, %u bytes usable\nevent: split",
			    MADE_BREAK + 16, size);
		return 0;
	}
	if (!strcmp(line, "free a")) {
		lab.is_free = true;
		app_log_add(log, STYLE_VALUE, "done");
		return 0;
	}
	if (!strcmp(line, "wait")) {
		nanosleep(&(struct timespec){ 1, 500000000 }, NULL);
		app_log_add(log, STYLE_VALUE, "waited");
		return 0;
	}
	if (!strcmp(line, "escape")) {
		app_log_add(log, STYLE_VALUE, "\033[31mred\r");
		return 0;
	}
	return error_set(err, ERR_USAGE, "no command is called %s", line);
}

static size_t complete(void *context, const char *line, size_t cursor,
		       const char **words, size_t max)
{
	static const char *const all[] = { "malloc", "mallopt", "free",
					   "fill", "wait" };
	size_t from = cursor, nr = 0;

	(void)context;
	while (from > 0 && line[from - 1] != ' ')
		from--;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]) && nr < max; i++)
		if (!strncmp(all[i], line + from, cursor - from))
			words[nr++] = all[i];
	return nr;
}

static const char *name(void *context, uint64_t mem)
{
	(void)context;
	return lab.blocks && mem == MADE_BREAK + 16 ? "a" : NULL;
}

static const struct app_lab the_lab = {
	.run = run, .complete = complete, .name = name,
};

static struct heap *lab_heap(void)
{
	struct heap *heap = made_heap();
	uint32_t arena = made_arena(heap, MADE_AV);
	uint64_t used = 0;
	size_t chunk;

	if (!lab.blocks)
		return heap;
	made_piece(heap, arena, MADE_BREAK);
	for (unsigned int i = 0; i < lab.blocks; i++) {
		chunk = made_chunk(heap, 112, i || !lab.is_free ? CHUNK_USED :
				   CHUNK_FAST);
		used += 112;
		if (!i && lab.is_free)
			made_bin(heap, BIN_FAST, 7, arena, &chunk, 1);
	}
	made_chunk(heap, 135168 - used, CHUNK_TOP);
	made_finish(heap, NULL);
	return heap;
}

/* ---- other heaps ---- */

static void add_events(struct heap *heap)
{
	static const struct heap_event events[] = {
		{ 1, 1000000, MADE_BREAK, 135168, 0, 4242, 7 },
		{ 2, 1002500, MADE_BREAK, 32, 0x401000, 4242, 1 },
		{ 3, 1003000, MADE_BREAK + 32, 48, 0x401000, 4242, 1 },
		{ 4, 9003000, 0xdead000, -4096, 0, 4243, 99 },
	};

	heap->events = malloc(sizeof(events));
	memcpy(heap->events, events, sizeof(events));
	heap->nr_events = sizeof(events) / sizeof(events[0]);
	heap->has_events = true;
	heap->lost_events = 12345;
}

static void add_setting(struct heap *heap, const char *name_, uint64_t value)
{
	heap_add_field(&heap->settings, name_, "set by the test", HEAP_BYTES,
		       value);
}

/* As made_sample(), but the first chunk after the first picture is freed. */
static struct heap *sample_heap(void)
{
	struct heap *heap = made_sample();

	add_setting(heap, "mmap_threshold", 131072);
	add_setting(heap, "trim_threshold", 131072);
	if (tells("events"))
		add_events(heap);
	if (tells("torn")) {
		heap->coherent = false;
		heap_note(heap, "the target did not \033[2Jstand still");
	}
	if (tells("running")) {
		heap->stopped = false;
		heap->pause_ns = 0;
	}
	if (tells("changes") && pictures > 1) {
		heap->chunks[3].state = CHUNK_FAST;
		heap->chunks[5].flags ^= CHUNK_PREV_INUSE;
	}
	return heap;
}

static struct heap *million_heap(void)
{
	struct heap *heap = made_heap();
	uint32_t arena = made_arena(heap, MADE_AV);

	made_piece(heap, arena, MADE_BREAK);
	for (unsigned int i = 0; i < MILLION; i++)
		made_chunk(heap, 32 + 16 * (i % 9), i % 3 == 2 ? CHUNK_FREE :
			   CHUNK_USED);
	made_chunk(heap, 65536, CHUNK_TOP);
	made_finish(heap, NULL);
	return heap;
}

static struct heap *broken_heap(void)
{
	struct heap *heap = made_heap();
	uint32_t arena = made_arena(heap, MADE_AV);
	struct heap_piece *piece;

	made_piece(heap, arena, MADE_BREAK);
	made_chunk(heap, 64, CHUNK_USED);
	made_chunk(heap, 4096, CHUNK_USED);
	piece = &heap->pieces[0];
	piece->broken = piece->end;
	piece->end += 65536;
	strcpy(piece->why, "size 0x4141414141414141 leads \033]0;x\007out");
	heap->coherent = false;
	made_finish(heap, NULL);
	return heap;
}

/* As many arenas as there can be. */
static struct heap *arenas_heap(void)
{
	struct heap *heap = made_heap();

	for (uint64_t i = 0; i < 3000; i++) {
		uint32_t arena = made_arena(heap, MADE_AV + 4096 * i);

		made_piece(heap, arena, MADE_ARENA + 65536 * i);
		made_chunk(heap, 1024, CHUNK_USED);
		made_chunk(heap, 3072, CHUNK_TOP);
	}
	made_finish(heap, NULL);
	return heap;
}

static struct heap *take_heap(struct snapshot *snap)
{
	pictures++;
	if (tells("lab"))
		return lab_heap();
	if (tells("none")) {
		strcpy(snap->no_heap,
		       "jemalloc manages this heap: its \033[31mchunks have no tags");
		return NULL;
	}
	if (tells("slow"))
		nanosleep(&(struct timespec){ 2, 0 }, NULL);
	if (tells("empty"))
		return made_heap();
	if (tells("broken"))
		return broken_heap();
	if (tells("million"))
		return million_heap();
	if (tells("arenas"))
		return arenas_heap();
	return sample_heap();
}

static void add_area(struct snapshot *snap, uint64_t start, uint64_t end,
		     const char *what)
{
	struct object key = { .kind = OBJECT_SPECIAL };
	struct vma *vma = snapshot_add_vma(snap);

	vma->start = start;
	vma->end = end;
	vma->flags = VF_BIT(VF_READ) | VF_BIT(VF_WRITE);
	vma->has_flags = true;
	if (what)
		vma->object = snapshot_object(snap, &key, what, strlen(what));
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
	strcpy(snap->machine, "x86_64");
	snap->page_size = 4096;
	snap->task.pid = 4242;
	strcpy(snap->task.comm, "heaps");
	add_area(snap, MADE_BREAK, MADE_BREAK + 0x8000000, "[heap]");
	add_area(snap, MADE_ARENA, MADE_ARENA + 0x21000, NULL);
	add_area(snap, MADE_MAPPED, MADE_MAPPED + 0x21000, NULL);
	add_area(snap, 0x7ffffffde000, 0x7ffffffff000, "[stack]");
	snap->has_vmas = true;
	mm_set(&snap->mm, MM_START_BRK, MADE_BREAK);
	mm_set(&snap->mm, MM_BRK, MADE_BREAK + 135168);
	region_classify(snap);
	if (asked->what & TAKE_HEAP)
		snap->heap = take_heap(snap);
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
	if (tells("lab"))
		feed.lab = &the_lab;
	if (app_run(&feed, picture(&first), &options, &err)) {
		fprintf(stderr, "heaps: %s\n", err.text);
		return 1;
	}
	return 0;
}
