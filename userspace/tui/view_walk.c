// SPDX-License-Identifier: GPL-2.0
/* One address on its way through the page tables, level by level. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "figure/walk.h"
#include "tui/facts.h"
#include "tui/view.h"

struct walk {
	struct figure *figure;		/* NULL: none could be made, or yet */
	int level;			/* whose bits are shown, or WALK_LAST */
	uint64_t step;			/* bytes that an entry of it maps */
	int top;			/* first row that is seen */
	/*
	 * The picture that was there when the address became this one: it was
	 * asked for without it. A later one has it, or its source can't.
	 */
	uint64_t address;
	int64_t asked_ns;
	/* What the figure was made from. */
	const struct snapshot *snap;
	int64_t taken_ns;
	int width, height;
	int made_level;
};

static void *walk_open(void)
{
	struct walk *v = calloc(1, sizeof(*v));

	if (v)
		v->level = WALK_LAST;
	return v;
}

static void walk_close(void *self)
{
	struct walk *v = self;

	if (!v)
		return;
	figure_free(v->figure);
	free(v);
}

static bool is_current(const struct walk *v, const struct scene *scene)
{
	return v->figure && v->snap == scene->snap &&
	       v->taken_ns == scene->snap->from.taken_ns &&
	       v->width == scene->width && v->height == scene->height &&
	       v->made_level == v->level;
}

/* The picture has what we ask for: the walk of this very address. */
static bool has_walk(const struct scene *scene)
{
	return scene->snap->entry &&
	       scene->snap->entry->address == scene->address;
}

/* First address behind those that have tables of this process. */
static uint64_t address_end(const struct scene *scene)
{
	return mm_has(&scene->snap->mm, MM_TASK_SIZE) ?
	       scene->snap->mm.v[MM_TASK_SIZE] : 1ULL << 47;
}

static int last_level(const struct scene *scene)
{
	return has_walk(scene) ? (int)scene->snap->entry->nr_levels - 1 : -1;
}

static int selected(const struct walk *v, const struct scene *scene)
{
	int last = last_level(scene);

	return v->level >= 0 && v->level < last ? v->level : last;
}

static void clip_top(struct walk *v)
{
	int most = v->figure ? v->figure->height - v->height : 0;

	if (v->top > most)
		v->top = most;
	if (v->top < 0)
		v->top = 0;
}

/* Scrolls the row of the selected level into sight. */
static void show_selected(struct walk *v, const struct scene *scene)
{
	int i = selected(v, scene), y;

	if (!v->figure || i < 0 || (size_t)i >= v->figure->nr_marks)
		return;
	y = v->figure->marks[i].y;
	if (y < v->top)
		v->top = y;
	if (y >= v->top + v->height)
		v->top = y - v->height + 1;
	clip_top(v);
}

static void walk_update(void *self, struct scene *scene)
{
	struct figure_params params = {
		.width = scene->width, .height = scene->height,
		.address = scene->address,
	};
	struct walk *v = self;

	if (v->address != scene->address || !v->asked_ns) {
		v->address = scene->address;
		v->asked_ns = scene->snap->from.taken_ns;
		v->snap = NULL;
		v->top = 0;
	}
	if (is_current(v, scene))
		return;
	figure_free(v->figure);
	v->figure = NULL;
	if (has_walk(scene) || !scene->snap->entry)
		v->figure = walk_figure(scene->snap, &params, v->level);
	v->snap = scene->snap;
	v->taken_ns = scene->snap->from.taken_ns;
	v->width = scene->width;
	v->height = scene->height;
	v->made_level = v->level;
	clip_top(v);
}

static void walk_want(const void *self, const struct scene *scene,
		      struct take *take)
{
	(void)self;
	if (scene->address >= address_end(scene))
		return;
	take->what |= TAKE_ENTRY;
	take->address = scene->address;
}

/* The same offset, whole steps away; stays where there are tables. */
static void move(struct walk *v, struct scene *scene, uint64_t step, bool up)
{
	uint64_t end = address_end(scene), was = scene->address;

	if (!step || was >= end)
		return;
	if (up && was >= step)
		scene->address = was - step;
	else if (!up && end - was > step)
		scene->address = was + step;
	else
		snprintf(scene->message, sizeof(scene->message),
			 "the address space ends there");
	walk_update(v, scene);
}

/*
 * What one entry of the level maps. One that was chosen keeps its step where
 * the walk ends above it, so that the way back is as long.
 */
static uint64_t level_step(const struct walk *v, const struct scene *scene)
{
	int i = last_level(scene);

	if (v->level != WALK_LAST)
		return v->step;
	return i < 0 ? 0 : 1ULL << (scene->snap->entry->levels[i].shift & 63);
}

static void select_level(struct walk *v, struct scene *scene, int level)
{
	v->level = level;
	if (level >= 0 && level <= last_level(scene))
		v->step = 1ULL << (scene->snap->entry->levels[level].shift &
				   63);
	else
		v->level = WALK_LAST;
	walk_update(v, scene);
	show_selected(v, scene);
}

/* A level up or down, and behind the last one the rest of the figure. */
static void step_level(struct walk *v, struct scene *scene, int way)
{
	int i = selected(v, scene), top = v->top;

	if (way > 0 && i == last_level(scene)) {
		v->top += 3;
		clip_top(v);
		return;
	}
	show_selected(v, scene);
	if (way < 0 && (i <= 0 || v->top != top)) {
		v->top = v->top != top ? v->top : v->top - 3;
		clip_top(v);
		return;
	}
	if (way < 0 && i == last_level(scene) && v->top) {
		v->top -= 3;
		clip_top(v);
		return;
	}
	select_level(v, scene, i + way);
}

static bool walk_request(void *self, struct scene *scene, enum request request)
{
	struct walk *v = self;

	switch (request) {
	case REQ_UP:
		step_level(v, scene, -1);
		return true;
	case REQ_DOWN:
		step_level(v, scene, 1);
		return true;
	case REQ_FIRST:
	case REQ_LAST:
		v->top = 0;
		select_level(v, scene, request == REQ_FIRST ? 0 : WALK_LAST);
		return true;
	case REQ_LEFT:
		move(v, scene, scene->snap->page_size, true);
		return true;
	case REQ_RIGHT:
		move(v, scene, scene->snap->page_size, false);
		return true;
	case REQ_PAGE_UP:
		move(v, scene, level_step(v, scene), true);
		return true;
	case REQ_PAGE_DOWN:
		move(v, scene, level_step(v, scene), false);
		return true;
	default:
		return false;
	}
}

static void explain_bits(const struct snapshot *snap, unsigned int level,
			 struct pager *pager)
{
	struct entry_bit bits[ENTRY_BITS_MAX];
	size_t nr = entry_bits(snap->machine, snap->entry, level, bits);

	for (size_t i = 0; i < nr; i++) {
		char value[24] = "?", place[16];

		if (bits[i].known)
			snprintf(value, sizeof(value), "%s%" PRIx64,
				 bits[i].value > 9 ? "0x" : "", bits[i].value);
		if (bits[i].first == bits[i].last)
			snprintf(place, sizeof(place), "bit %u", bits[i].first);
		else
			snprintf(place, sizeof(place), "bits %u-%u",
				 bits[i].last, bits[i].first);
		pager_add(pager, STYLE_LABEL, bits[i].name, STYLE_NORMAL,
			  "%s, %s = %s. %s", place, bits[i].long_name, value,
			  bits[i].meaning);
	}
	if (!nr)
		pager_add(pager, STYLE_LABEL, "bits", STYLE_WARN,
			  "? what they mean is not known of this machine");
}

static void walk_explain(const void *self, const struct scene *scene,
			 struct pager *pager)
{
	const struct entry_walk *walk = scene->snap->entry;
	int i = selected(self, scene);
	char text[300];

	pager_add(pager, STYLE_LABEL, "address", STYLE_TITLE,
		  "0x%" PRIx64 "%s%s", scene->address,
		  has_walk(scene) && *walk->symbol ? "  " : "",
		  has_walk(scene) ? walk->symbol : "");
	if (i < 0) {
		pager_add(pager, STYLE_LABEL, "walk", STYLE_WARN,
			  "? the tables on the way are not known");
		return;
	}
	entry_end(scene->snap->machine, walk, text, sizeof(text));
	pager_add(pager, STYLE_LABEL, "end", STYLE_NORMAL, "%s", text);
	pager_add(pager, STYLE_LABEL, levels[walk->levels[i].level].name,
		  STYLE_NORMAL, "%s: %s. Bits %u to %u of the address are %"
		  PRIu32 ", the number of its entry here.",
		  levels[walk->levels[i].level].long_name,
		  levels[walk->levels[i].level].meaning, walk->levels[i].shift +
		  (31 - __builtin_clz(walk->levels[i].entries | 1)) - 1,
		  walk->levels[i].shift, walk->levels[i].index);
	explain_bits(scene->snap, i, pager);
}

static void draw_waiting(const struct walk *v, const struct scene *scene,
			 struct canvas *canvas)
{
	canvas_printf(canvas, 0, 0, canvas->width, STYLE_TITLE, 0,
		      "0x%" PRIx64, v->address);
	canvas_text(canvas, 0, 1, canvas->width, STYLE_DIM, 0,
		    v->address >= address_end(scene) ?
		    "above TASK_SIZE: no table of this process is for it" :
		    "reading...");
}

static void walk_draw(const void *self, const struct scene *scene,
		      struct canvas *canvas)
{
	const struct walk *v = self;

	if (!has_walk(scene) && (scene->snap->entry ||
	    v->asked_ns == scene->snap->from.taken_ns ||
	    v->address >= address_end(scene)))
		draw_waiting(v, scene, canvas);
	else if (!v->figure || v->figure->failed)
		canvas_text(canvas, 0, 0, canvas->width, STYLE_ERROR, 0,
			    "out of memory");
	else
		figure_draw(v->figure, canvas, 0, 0, canvas->width,
			    canvas->height, 0, v->top, selected(v, scene));
}

const struct view_ops view_walk = {
	.name = "Walk",
	.summary = "the way of one address through the page tables; Left and Right: the next page, Up and Down: the level, PgUp and PgDn: as far as one entry of it maps",
	.open = walk_open,
	.close = walk_close,
	.update = walk_update,
	.want = walk_want,
	.request = walk_request,
	.explain = walk_explain,
	.draw = walk_draw,
};
