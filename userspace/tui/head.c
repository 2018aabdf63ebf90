// SPDX-License-Identifier: GPL-2.0
/*
 * Two rows on a small screen, three on others, and the notes where there is
 * much room. What goes wrong is said before all else.
 */
#include "tui/head.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tui/facts.h"
#include "tui/keys.h"
#include "util/format.h"

#define NOTES_FROM	30	/* rows of screen from which notes are shown */
#define NOTES_MOST	3

int head_rows(const struct snapshot *snap, int width, int height)
{
	int notes = (int)snap->from.nr_notes;

	if (height < 16 || width < 60)
		return 2;
	if (height < NOTES_FROM)
		notes = 0;
	return 3 + (notes < NOTES_MOST ? notes : NOTES_MOST);
}

static void format_time(char out[16], int64_t ns)
{
	time_t sec = ns / 1000000000;
	struct tm tm;

	strcpy(out, "?");
	if (localtime_r(&sec, &tm))
		strftime(out, 16, "%H:%M:%S", &tm);
}

/* What keeps the picture from being new and whole, "" when nothing does. */
static enum style say_condition(char *out, size_t size,
				const struct snapshot *snap,
				const struct condition *cond)
{
	char when[16];

	format_time(when, snap->from.taken_ns);
	*out = 0;
	if (cond->gone) {
		snprintf(out, size, "exited, last picture from %s", when);
		return STYLE_ERROR;
	}
	if (*cond->trouble) {
		snprintf(out, size, "picture from %s: %s", when, cond->trouble);
		return STYLE_ERROR;
	}
	if (cond->asking && cond->waiting > LATE) {
		snprintf(out, size, "%s, %.0f s; picture from %s",
			 cond->blocked ? "waiting for the target's mmap_lock" :
			 "still reading", cond->waiting, when);
		return STYLE_WARN;
	}
	if (!snap->from.coherent) {
		snprintf(out, size,
			 "torn: the areas changed while they were read");
		return STYLE_WARN;
	}
	if (snap->from.truncated)
		snprintf(out, size, "areas are missing at the end");
	return STYLE_WARN;
}

/* Returns the column behind. */
static int draw_who(struct canvas *c, int y, int room,
		    const struct snapshot *snap)
{
	const struct task *task = &snap->task;
	int x;

	x = canvas_printf(c, 0, y, room, STYLE_TITLE, 0, "%d ",
			  (int)task->pid);
	x += canvas_text(c, x, y, room - x, STYLE_TASK, CELL_BOLD, task->comm);
	if (room - x < 12)
		return x;
	x += 2;
	if (task->exe)
		x += canvas_text_tail(c, x, y, room - x, STYLE_FILE, 0,
				      task->exe);
	else
		x += canvas_text(c, x, y, room - x, STYLE_WARN, 0, "exe ?");
	return x;
}

static void draw_first(struct canvas *c, const struct snapshot *snap,
		       const char *left, enum style style)
{
	char right[160], when[16];
	int len;

	format_time(when, snap->from.taken_ns);
	snprintf(right, sizeof(right), "%s  %s", left, when);
	len = (int)strlen(right);
	if (len > c->width / 2)
		len = c->width / 2;
	draw_who(c, 0, c->width - len - 1, snap);
	canvas_text_tail(c, c->width - len, 0, len, style, 0, right);
}

static void draw_state(struct canvas *c, int y, const struct snapshot *snap,
		       const struct condition *cond)
{
	const struct provenance *from = &snap->from;
	char text[400], source[128];
	enum style style = say_condition(text, sizeof(text), snap, cond);
	int x = 0;

	if (*text) {
		x = canvas_text(c, 0, y, c->width, style,
				cond->gone ? CELL_REVERSE : 0, text);
		x += canvas_text(c, x, y, c->width - x, STYLE_DIM, 0, " · ");
	}
	facts_source(source, sizeof(source), from);
	x += canvas_printf(c, x, y, c->width - x, STYLE_LABEL, 0, "from %s",
			   source);
	if (from->coherent && !from->truncated)
		x += canvas_text(c, x, y, c->width - x, STYLE_DIM, 0,
				 ", coherent");
	if (*from->reason) {
		x += canvas_text(c, x, y, c->width - x, STYLE_DIM, 0, " · ");
		canvas_text(c, x, y, c->width - x, STYLE_WARN, 0,
			    from->reason);
	}
}

static int draw_tabs(struct canvas *c, int y, const struct tabs *tabs)
{
	int x = 0, all = 0;

	for (int i = 0; i < tabs->nr; i++)
		all += (int)strlen(tabs->views[i]->name) + 4;
	for (int i = 0; i < tabs->nr && x < c->width; i++) {
		bool current = i == tabs->current;
		/* Where not all names fit the current one does. */
		bool named = current || all <= c->width;

		x += canvas_printf(c, x, y, c->width - x,
				   current ? STYLE_TITLE : STYLE_DIM,
				   current ? CELL_REVERSE : 0, "%c%d%s%s%c",
				   current ? '[' : ' ', i + 1,
				   named ? " " : "",
				   named ? tabs->views[i]->name : "",
				   current ? ']' : ' ');
	}
	return x;
}

/* Right-aligned, where the tabs leave room. */
static void draw_flags(struct canvas *c, int x, int y,
		       const struct snapshot *snap,
		       const struct condition *cond)
{
	unsigned int notes = snap->from.nr_notes;
	int room = c->width - x - (cond->paused ? 9 : 1), len;
	char text[80] = "";

	if (notes && room >= 9)
		snprintf(text, sizeof(text), "%u note%s%s%s", notes,
			 notes == 1 ? "" : "s", room >= 20 ? ", see F1" : "",
			 cond->paused ? "  " : "");
	if (cond->paused)
		strcat(text, "paused");
	len = (int)strlen(text);
	if (len + x < c->width)
		x = c->width - len;
	canvas_text(c, x, y, c->width - x, STYLE_WARN, 0, text);
}

void head_draw(struct canvas *c, int rows, const struct snapshot *snap,
	       const struct condition *cond, const struct tabs *tabs)
{
	char text[400], source[128];
	enum style style;
	int x;

	if (rows >= 3) {
		draw_first(c, snap, *snap->from.kernel ? snap->from.kernel : "?",
			   STYLE_DIM);
		draw_state(c, 1, snap, cond);
		x = draw_tabs(c, 2, tabs);
		draw_flags(c, x, 2, snap, cond);
		for (int i = 3; i < rows; i++)
			canvas_printf(c, 0, i, c->width, STYLE_WARN, 0, "! %s",
				      snap->from.notes[i - 3]);
		return;
	}
	style = say_condition(text, sizeof(text), snap, cond);
	facts_source(source, sizeof(source), &snap->from);
	if (snap->from.source == SOURCE_NETLINK)
		strcpy(source, "module");
	if (!snap->from.coherent)
		strcat(source, " torn");
	draw_first(c, snap, source, snap->from.coherent ? STYLE_DIM :
		   STYLE_WARN);
	/* On so few rows trouble takes the place of the tabs; being torn not. */
	if (*text && (cond->gone || *cond->trouble || cond->asking)) {
		canvas_text(c, 0, 1, c->width, style,
			    cond->gone ? CELL_REVERSE : 0, text);
		return;
	}
	x = draw_tabs(c, 1, tabs);
	draw_flags(c, x, 1, snap, cond);
}

void head_draw_keys(struct canvas *c, int y)
{
	int x = 0;

	for (size_t i = 0; i < nr_keys; i++) {
		int len;

		if (!keys[i].label)
			continue;
		len = (int)(strlen(keys[i].name) + strlen(keys[i].label)) + 1;
		if (x + len > c->width)
			break;
		x += canvas_text(c, x, y, c->width - x, STYLE_KEY, 0,
				 keys[i].name) + 1;
		x += canvas_text(c, x, y, c->width - x, STYLE_NORMAL, 0,
				 keys[i].label) + 2;
	}
}
