// SPDX-License-Identifier: GPL-2.0
/*
 * What is typed, and a terminal of any size, over pictures that change: a byte
 * says what happens next, with what it needs behind it. All that is asked of a
 * view goes through it as through the application, which draws after each.
 */
#include "export/about.h"
#include "model/region.h"
#include "tui/command.h"
#include "tui/filter.h"
#include "tui/heap_filter.h"
#include "tui/keys.h"
#include "tui/place.h"
#include "tui/view.h"

#include "fuzz.h"

#define assert_non_null(pointer) demand(pointer)
#define assert_true(condition) demand(condition)
#define assert_int_equal(a, b) demand((a) == (b))
#include "../../unit/heaps.h"

#define STEPS	64

/* What happens, besides what enum request has. */
enum { EVENT_VIEW = REQ_NR, EVENT_SIZE, EVENT_FILTER, EVENT_SEARCH, EVENT_GOTO,
       EVENT_PICTURE, EVENT_KEY, EVENT_TEXT, EVENT_EXPLAIN, EVENT_NR };

static const struct view_ops *const views[] = {
	&view_layout, &view_descriptor, &view_areas, &view_pages, &view_walk,
	&view_tables, &view_heap,
};

#define VIEWS	(sizeof(views) / sizeof(*views))

static struct input input;
static struct scene scene;
static struct snapshot *now, *before;
static struct diff *changes;
static struct command_line line;
static struct canvas *canvas;
static void *selves[VIEWS];
static size_t view;
static int64_t nr_pictures;

/* ---- pictures ---- */

static void add_area(struct snapshot *snap, uint64_t start, uint64_t size,
		     const char *name, uint64_t flags)
{
	struct object key = {
		.kind = name && *name == '/' ? OBJECT_FILE : OBJECT_SPECIAL,
		.dev_major = 8, .inode = 7,
	};
	struct vma *vma = snapshot_add_vma(snap);

	demand(vma);
	vma->start = start;
	vma->end = start + size;
	vma->flags = VF_BIT(VF_READ) | flags;
	vma->has_flags = vma->has_pgoff = true;
	if (name)
		vma->object = snapshot_object(snap, &key, name, strlen(name));
	for (int count = 0; count < RES_NR; count++)
		res_set(&vma->res, count, size / 4096 / (uint64_t)(count + 1));
}

static void add_rest(struct snapshot *snap, const struct take *take)
{
	static const struct entry_level level = {
		.level = LEVEL_PTE, .shift = 12, .index = 5, .entries = 512,
		.raw = 0x8000000123456067, .raw_mask = UINT64_MAX,
	};

	if (take->what & TAKE_PAGES && take->start < take->end) {
		snap->pages = page_map_new(take->start, take->end, 4096);
		demand(snap->pages);
		snap->pages->has = PAGE_FLAGS_ALL;
		for (uint64_t i = 0; i < 20; i++)
			demand(!page_map_add(snap->pages, take->start + i * 8192,
					     1, (uint32_t)i % PAGE_KIND_NR |
					     PAGE_DIRTY));
	}
	if (take->what & TAKE_TABLES)
		snap->tables = table_list_new(4096, 512);
	if (take->what & TAKE_ENTRY) {
		snap->entry = calloc(1, sizeof(*snap->entry));
		demand(snap->entry);
		snap->entry->address = take->address;
		snap->entry->levels[0] = level;
		snap->entry->nr_levels = take->address & 4096 ? 1 : 0;
	}
	if (take->what & TAKE_HEAP)
		snap->heap = made_sample();
}

/* One of a few, by its kind, with what the view wants to see in it. */
static struct snapshot *make_picture(unsigned int kind)
{
	struct snapshot *snap = snapshot_new();
	struct take take = { .what = TAKE_VMAS | TAKE_COUNTS };

	demand(snap);
	snap->page_size = 4096;
	snap->pmd_size = 2 << 20;
	snap->table_levels = kind & 4 ? 4 : 0;
	snap->task.pid = 4242;
	snap->task.exe = strdup("/bin/\033[31mx");
	snap->has_vmas = true;
	snap->from.coherent = kind & 1;
	snap->from.taken_ns = ++nr_pictures;
	if (kind & 8) {
		add_area(snap, 0x400000, 4096, snap->task.exe,
			 VF_BIT(VF_EXEC));
		add_area(snap, MADE_BREAK, 0x21000, "[heap]",
			 VF_BIT(VF_WRITE));
		add_area(snap, MADE_ARENA, 1ULL << 40, NULL,
			 VF_BIT(VF_WRITE));
		add_area(snap, 0x7ffffffde000, 0x21000, "[stack]",
			 VF_BIT(VF_WRITE) | VF_BIT(VF_GROWSDOWN));
		mm_set(&snap->mm, MM_START_BRK, MADE_BREAK);
		mm_set(&snap->mm, MM_BRK, MADE_BREAK + 0x20800);
	}
	for (unsigned int i = 0; i < kind >> 4; i++)
		add_area(snap, 0x7fffffff0000 + i * 0x3000ULL, 0x1000,
			 i & 1 ? "/tmp/a b\n" : NULL, 0);
	region_classify(snap);
	if (scene.snap && views[view]->want)
		views[view]->want(selves[view], &scene, &take);
	if (kind & 2)
		add_rest(snap, &take);
	return snap;
}

static void set_picture(struct snapshot *snap)
{
	struct snapshot *old = before;

	before = now;
	now = snap;
	diff_free(changes);
	changes = before ? diff_new(before, now) : NULL;
	scene.snap = now;
	scene.before = changes ? before : NULL;
	scene.diff = changes;
	views[view]->update(selves[view], &scene);
	snapshot_free(old);
}

/* ---- what is typed ---- */

static void take_text(char *out, size_t size)
{
	size_t want = take_number(&input, 1) % size, got;
	const uint8_t *bytes = take_bytes(&input, want, &got);

	memcpy(out, bytes, got);
	out[got] = '\0';
}

static void set_filter(void)
{
	char text[sizeof(scene.filter)];
	struct heap_filter heap_filter = { 0 };
	struct filter filter = { 0 };
	struct error err;

	take_text(text, sizeof(text));
	if (!filter_parse(&filter, text, &err))
		for (size_t i = 0; i < now->nr_vmas; i++)
			filter_match(&filter, now, &now->vmas[i]);
	if (!heap_filter_parse(&heap_filter, text, &err) && now->heap)
		for (size_t i = 0; i < now->heap->nr_chunks; i++)
			heap_filter_match(&heap_filter, now->heap, i,
					  HEAP_SAME);
	if (views[view]->check_filter ?
	    views[view]->check_filter(text, &err) :
	    filter_parse(&filter, text, &err))
		return;
	strcpy(scene.filter, text);
	views[view]->update(selves[view], &scene);
}

static void go_to(void)
{
	char text[100];
	struct error err;
	uint64_t addr;

	take_text(text, sizeof(text));
	for (size_t i = 0; i < now->nr_vmas; i++)
		place_matches(&now->vmas[i], text);
	if (place_find(now, text, &addr, &err))
		return;
	scene.address = addr;
	scene.is_asked = true;
	views[view]->update(selves[view], &scene);
	scene.is_asked = false;
}

static int run(void *context, const char *text, struct app_log *log,
	       struct error *err)
{
	(void)context;
	(void)text;
	(void)log;
	(void)err;
	return 0;
}

static size_t complete(void *context, const char *text, size_t cursor,
		       const char **words, size_t max)
{
	static const char *const known[] = { "malloc", "mallopt", "m\303\274" };
	size_t nr = 0;

	(void)context;
	demand(cursor <= strlen(text));
	for (; nr < max && nr < 3; nr++)
		words[nr] = known[nr];
	return cursor % 4 ? nr : 0;
}

static const char *name_of(void *context, uint64_t mem)
{
	(void)context;
	return mem & 16 ? "a" : NULL;
}

static const struct app_lab lab = {
	.run = run, .complete = complete, .name = name_of,
};

static void type_key(uint32_t key)
{
	char *text;

	demand(key_request(key) < REQ_NR);
	command_key(&line, key, &lab);
	demand(line.prompt.len < PROMPT_SIZE);
	demand(line.prompt.cursor <= line.prompt.len);
	demand(!line.prompt.text[line.prompt.len]);
	text = command_next(&line);
	free(text);
	if (canvas->height > 1)
		prompt_draw(&line.prompt, canvas, canvas->height - 1, ":");
}

/* ---- what happens ---- */

/* Of any view; smaller ones the application does not show. */
static void set_size(int width, int height)
{
	canvas_free(canvas);
	canvas = canvas_new(width, height, scene.unicode);
	demand(canvas);
	scene.width = width;
	scene.height = height;
	views[view]->update(selves[view], &scene);
}

static void explain(void)
{
	struct pager *pager = pager_new(!scene.unicode, 13);

	if (views[view]->explain)
		views[view]->explain(selves[view], &scene, pager);
	pager_draw(pager, canvas, 0, 0, canvas->width, canvas->height,
		   (int)take_number(&input, 1));
	pager_free(pager);
}

static void happen(unsigned int what)
{
	char text[100];

	switch (what) {
	case EVENT_VIEW:
		view = take_number(&input, 1) % VIEWS;
		scene.filter[0] = '\0';
		views[view]->update(selves[view], &scene);
		break;
	case EVENT_SIZE:
		set_size(40 + (int)take_number(&input, 1),
			 8 + (int)take_number(&input, 1) % 100);
		break;
	case EVENT_FILTER:
		set_filter();
		break;
	case EVENT_SEARCH:
		take_text(scene.search, sizeof(scene.search));
		break;
	case EVENT_GOTO:
		go_to();
		break;
	case EVENT_PICTURE:
		set_picture(make_picture((unsigned int)take_number(&input, 1)));
		break;
	case EVENT_KEY:
		type_key((uint32_t)take_number(&input, 3));
		break;
	case EVENT_TEXT:
		take_text(text, sizeof(text));
		for (size_t i = 0; text[i]; i++)
			type_key((uint8_t)text[i]);
		break;
	case EVENT_EXPLAIN:
		explain();
		break;
	default:
		views[view]->request(selves[view], &scene, what);
	}
}

/* Each cell holds what a terminal can show. */
static void check_canvas(void)
{
	demand(memchr(scene.message, '\0', sizeof(scene.message)));
	for (int i = 0; i < canvas->width * canvas->height; i++) {
		const struct cell *cell = &canvas->cells[i];

		demand(cell->style < STYLE_NR);
		demand(cell->attr & CELL_HIDDEN || cell->ch >= ' ');
		demand(scene.unicode || cell->ch < 0x7f);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned int kind;

	input = (struct input){ data, size };
	scene = (struct scene){ .width = 80, .height = 22 };
	kind = (unsigned int)take_number(&input, 1);
	view = take_number(&input, 1) % VIEWS;
	scene.unicode = kind & 1;
	scene.lab = kind & 2 ? &lab : NULL;
	for (size_t i = 0; i < VIEWS; i++) {
		selves[i] = views[i]->open();
		demand(selves[i]);
	}
	canvas = canvas_new(scene.width, scene.height, scene.unicode);
	demand(canvas);
	set_picture(make_picture(kind));
	for (int step = 0; step < STEPS && input.left; step++) {
		happen((unsigned int)take_number(&input, 1) % EVENT_NR);
		canvas_clear(canvas);
		views[view]->draw(selves[view], &scene, canvas);
		check_canvas();
	}
	for (size_t i = 0; i < VIEWS; i++)
		views[i]->close(selves[i]);
	command_free(&line);
	diff_free(changes);
	changes = NULL;
	snapshot_free(now);
	snapshot_free(before);
	now = before = NULL;
	canvas_free(canvas);
	return 0;
}
