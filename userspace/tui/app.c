// SPDX-License-Identifier: GPL-2.0
/*
 * The main loop: keys, signals, pictures and the clock come in, one canvas
 * goes out. It never waits for anything but poll(), so whatever the target
 * does the viewer answers.
 */
#include "tui/app.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "model/diff.h"
#include "tui/command.h"
#include "tui/facts.h"
#include "tui/filter.h"
#include "tui/head.h"
#include "tui/heap_filter.h"
#include "tui/keys.h"
#include "tui/pager.h"
#include "tui/place.h"
#include "tui/prompt.h"
#include "tui/screen.h"
#include "tui/signals.h"
#include "tui/view.h"
#include "tui/worker.h"

#define MIN_WIDTH	40
#define MIN_HEIGHT	10
#define MIN_DELAY	0.02	/* seconds */
#define MESSAGE_TIME	5.0	/* seconds a message stays */
#define PAUSE_SHARE	50	/* a target stands one part in so many of the time */
#define PATIENCE_MS	200	/* for a take that runs when we leave */

static const struct view_ops *const views[] = {
	&view_layout, &view_descriptor, &view_areas, &view_pages, &view_walk,
	&view_tables, &view_heap,
};
#define NR_VIEWS	((int)(sizeof(views) / sizeof(views[0])))
#define VIEW_HEAP	6

enum popup { POPUP_NONE, POPUP_HELP, POPUP_EXPLAIN };
enum asking { ASK_NOTHING, ASK_SEARCH, ASK_FILTER, ASK_GOTO, ASK_COMMAND };

struct app {
	const struct app_options *options;
	struct worker *worker;
	bool has_symbols;		/* the feed can find them */
	int signal_fd;

	struct snapshot *snap, *before;
	struct diff *diff;
	struct scene scene;
	struct condition cond;
	/* seconds of the monotonic clock */
	double asked_at, next_at, rest_until;
	double stood_until;	/* no heap again before, if nobody asks for it */
	struct take asked;		/* what was asked for last */

	const struct app_lab *lab;	/* NULL: there is none */
	struct command_line line;
	struct app_log log;
	unsigned long commands;		/* carried out */

	void *selves[NR_VIEWS];
	/* Filters of views with a language of their own, and that of areas. */
	char filters[NR_VIEWS][sizeof(((struct scene *)0)->filter)];
	int view;
	struct canvas *canvas, *view_canvas;
	int width, height;		/* of the screen */
	bool dirty;			/* the screen is behind the state */

	char message[300];
	enum style message_style;
	double message_until;

	enum asking asking;
	struct prompt prompt;
	char prompt_error[300];
	/* The prompt's text is looked for among symbols; its answer is wanted. */
	bool finding;

	enum popup popup;
	struct pager *pager;		/* what the popup says */
	int popup_top;

	bool quit;
	int quit_signal;		/* that made us quit, or 0 */
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void say(struct app *app, enum style style, const char *text)
{
	snprintf(app->message, sizeof(app->message), "%s", text);
	app->message_style = style;
	app->message_until = now() + MESSAGE_TIME;
	app->dirty = true;
}

/* ---- views ---- */

/* Takes over what a view wanted said. */
static void take_message(struct app *app)
{
	if (!*app->scene.message)
		return;
	say(app, STYLE_VALUE, app->scene.message);
	*app->scene.message = 0;
}

static bool is_too_small(const struct app *app)
{
	return app->width < MIN_WIDTH || app->height < MIN_HEIGHT;
}

static void update_view(struct app *app)
{
	app->dirty = true;
	if (is_too_small(app) || !app->view_canvas)
		return;
	views[app->view]->update(app->selves[app->view], &app->scene);
	take_message(app);
}

static bool ask_view(struct app *app, enum request request)
{
	bool used;

	if (is_too_small(app) || !app->view_canvas)
		return false;
	used = views[app->view]->request(app->selves[app->view], &app->scene,
					 request);
	take_message(app);
	app->dirty = true;
	return used;
}

/* Where the filter that a view goes by is kept. */
static char *filter_of(struct app *app, int view)
{
	return app->filters[views[view]->check_filter ? view : 0];
}

static void go_to_view(struct app *app, int view)
{
	if (view < 0 || view >= NR_VIEWS)
		return;
	app->view = view;
	strcpy(app->scene.filter, filter_of(app, view));
	update_view(app);
}

/* ---- popups ---- */

static void add_keys(struct pager *p)
{
	for (size_t i = 0; i < nr_keys; i++) {
		char names[80];

		if (!keys[i].help)
			continue;
		snprintf(names, sizeof(names), "%s", keys[i].name);
		for (size_t k = i + 1; k < nr_keys && !keys[k].help; k++) {
			size_t len = strlen(names);

			snprintf(names + len, sizeof(names) - len, "  %s",
				 keys[k].name);
		}
		pager_add(p, STYLE_KEY, names, STYLE_NORMAL, "%s",
			  keys[i].help);
	}
}

static void build_help(struct app *app)
{
	struct pager *p = app->pager;

	pager_line(p, STYLE_HEADER, "Keys");
	add_keys(p);
	pager_blank(p);
	pager_line(p, STYLE_HEADER, "Views");
	for (int i = 0; i < NR_VIEWS; i++)
		pager_add(p, STYLE_KEY, views[i]->name, STYLE_NORMAL, "%s",
			  views[i]->summary);
	pager_blank(p);
	pager_line(p, STYLE_HEADER, "Filter: what to type behind \\");
	for (int i = 0; filter_help[i][0]; i++)
		pager_add(p, STYLE_VALUE, filter_help[i][0], STYLE_NORMAL, "%s",
			  filter_help[i][1]);
	pager_blank(p);
	pager_line(p, STYLE_HEADER, "Filter and search in the heap");
	for (int i = 0; heap_filter_help[i][0]; i++)
		pager_add(p, STYLE_VALUE, heap_filter_help[i][0], STYLE_NORMAL,
			  "%s", heap_filter_help[i][1]);
	pager_blank(p);
	pager_line(p, STYLE_HEADER, "Marks");
	pager_add(p, STYLE_CHANGED, "+", STYLE_NORMAL,
		  "new since the last refresh");
	pager_add(p, STYLE_CHANGED, "*", STYLE_NORMAL,
		  "changed since the last refresh");
	pager_add(p, STYLE_WARN, "?", STYLE_NORMAL, "not known");
	pager_add(p, STYLE_DIM, ".", STYLE_NORMAL, "none");
	pager_blank(p);
	pager_line(p, STYLE_HEADER, "This picture");
	facts_picture(p, app->snap);
}

static void build_explain(struct app *app)
{
	const struct view_ops *view = views[app->view];
	struct pager *p = app->pager;

	if (view->explain) {
		view->explain(app->selves[app->view], &app->scene, p);
		pager_blank(p);
	}
	facts_address(p, app->snap, app->scene.address);
	pager_blank(p);
	facts_totals(p, app->snap);
}

/* Makes the text of the popup anew, for what is seen now. */
static void build_popup(struct app *app)
{
	pager_free(app->pager);
	app->pager = NULL;
	app->dirty = true;
	if (app->popup == POPUP_NONE)
		return;
	app->pager = pager_new(!app->scene.unicode,
			       app->popup == POPUP_HELP ? 16 : 13);
	if (app->popup == POPUP_HELP)
		build_help(app);
	else
		build_explain(app);
}

static void open_popup(struct app *app, enum popup popup)
{
	app->popup = popup;
	app->popup_top = 0;
	build_popup(app);
}

struct frame {
	int x, y, width, height;	/* inside */
	bool boxed;
};

static struct frame popup_frame(const struct app *app)
{
	int rows, width = pager_columns(app->pager);
	struct frame f;

	f.boxed = app->width >= 60 && app->height >= 16;
	f.width = app->width - (f.boxed ? 4 : 0);
	/* No slivers of the view at the sides; and lines that can be read. */
	if (app->width >= 100) {
		if (f.width > 100)
			f.width = 100;
		/* Two columns more: the marks of scrolling stand there. */
		if (f.width > width + 2)
			f.width = width + 2;
	}
	rows = pager_rows(app->pager, f.width);
	f.height = app->height - (f.boxed ? 4 : 1);
	if (f.height > rows)
		f.height = rows;
	f.x = (app->width - f.width) / 2;
	f.y = f.boxed ? (app->height - f.height) / 2 : 0;
	return f;
}

static void draw_popup(struct app *app)
{
	static const char *const titles[] = {
		[POPUP_HELP] = " Help ", [POPUP_EXPLAIN] = " Explanation "
	};
	struct frame f = popup_frame(app);
	struct canvas *c = app->canvas;
	int most = pager_rows(app->pager, f.width) - f.height;

	if (app->popup_top > most)
		app->popup_top = most;
	if (app->popup_top < 0)
		app->popup_top = 0;
	if (f.boxed) {
		canvas_fill(c, f.x - 2, f.y - 1, f.width + 4, f.height + 2, ' ',
			    STYLE_NORMAL);
		canvas_box(c, f.x - 2, f.y - 1, f.width + 4, f.height + 2,
			   STYLE_LABEL);
		canvas_text(c, f.x, f.y - 1, f.width, STYLE_TITLE, 0,
			    titles[app->popup]);
	} else {
		canvas_fill(c, 0, 0, c->width, c->height - 1, ' ',
			    STYLE_NORMAL);
	}
	pager_draw(app->pager, c, f.x, f.y, f.width, f.height, app->popup_top);
}

static void scroll_popup(struct app *app, enum request request)
{
	int page = popup_frame(app).height - 1;

	if (page < 1)
		page = 1;
	app->dirty = true;
	switch (request) {
	case REQ_UP:
		app->popup_top--;
		break;
	case REQ_DOWN:
		app->popup_top++;
		break;
	case REQ_PAGE_UP:
		app->popup_top -= page;
		break;
	case REQ_PAGE_DOWN:
		app->popup_top += page;
		break;
	case REQ_FIRST:
		app->popup_top = 0;
		break;
	case REQ_LAST:
		app->popup_top = INT32_MAX / 2;
		break;
	default:
		break;
	}
	/* draw_popup() puts it back inside. */
}

/* ---- drawing ---- */

static void draw_too_small(struct app *app)
{
	char text[64], *word = text;
	int x = 0, y = 0;

	snprintf(text, sizeof(text), "terminal too small: %dx%d, need %dx%d",
		 app->width, app->height, MIN_WIDTH, MIN_HEIGHT);
	/* By words, on as many rows as there are. */
	while (*word) {
		int len = (int)strcspn(word, " ");

		if (x && x + len > app->width) {
			x = 0;
			y++;
		}
		x += canvas_printf(app->canvas, x, y, app->width - x,
				   STYLE_WARN, 0, "%.*s", len, word) + 1;
		word += len;
		word += *word == ' ';
	}
}

/* Returns the column of the cursor, or -1. */
static int draw_bottom(struct app *app)
{
	static const char *const labels[] = {
		[ASK_SEARCH] = "/", [ASK_FILTER] = "\\",
		[ASK_GOTO] = "go to: ", [ASK_COMMAND] = ": "
	};
	bool is_command = app->asking == ASK_COMMAND;
	const char *said = is_command ? app->line.hint : app->prompt_error;
	int y = app->height - 1, x, len;

	if (app->asking) {
		x = prompt_draw(is_command ? &app->line.prompt : &app->prompt,
				app->canvas, y, labels[app->asking]);
		len = (int)strlen(said);
		if (len > app->width - x - 3)
			len = app->width - x - 3;
		canvas_text(app->canvas, app->width - len, y, len, is_command ?
			    STYLE_DIM : STYLE_ERROR, 0, said);
		return x;
	}
	if (*app->message)
		canvas_text(app->canvas, 0, y, app->width, app->message_style,
			    0, app->message);
	else if (app->popup)
		canvas_text(app->canvas, 0, y, app->width, STYLE_DIM, 0,
			    "Up Down PgUp PgDn scroll, Esc or q close");
	else
		head_draw_keys(app->canvas, y);
	return -1;
}

/* Fits canvases and view to the screen; false without memory. */
static bool fit(struct app *app)
{
	int width, height, head, body;

	screen_size(&width, &height);
	if (!app->canvas || width != app->width || height != app->height) {
		canvas_free(app->canvas);
		app->canvas = canvas_new(width, height, app->scene.unicode);
		app->width = width;
		app->height = height;
	}
	if (is_too_small(app))
		return app->canvas;
	head = head_rows(app->snap, width, height);
	body = height - head - 1;
	if (!app->view_canvas || app->scene.width != width ||
	    app->scene.height != body) {
		canvas_free(app->view_canvas);
		app->view_canvas = canvas_new(width, body, app->scene.unicode);
		app->scene.width = width;
		app->scene.height = body;
		update_view(app);
	}
	return app->canvas && app->view_canvas;
}

static void draw(struct app *app)
{
	struct tabs tabs = { views, NR_VIEWS, app->view };
	struct canvas *c, *part;
	int cursor = -1, head;

	if (!fit(app))
		return;
	app->dirty = false;
	c = app->canvas;
	part = app->view_canvas;
	canvas_clear(c);
	if (is_too_small(app)) {
		draw_too_small(app);
		screen_put(c, -1, 0);
		return;
	}
	head = head_rows(app->snap, c->width, c->height);
	canvas_clear(part);
	views[app->view]->draw(app->selves[app->view], &app->scene, part);
	memcpy(c->cells + head * c->width, part->cells,
	       sizeof(*c->cells) * part->width * part->height);
	head_draw(c, head, app->snap, &app->cond, &tabs);
	if (app->popup)
		draw_popup(app);
	cursor = draw_bottom(app);
	screen_put(c, cursor, c->height - 1);
}

/* ---- pictures ---- */

static struct take wanted(const struct app *app)
{
	const struct view_ops *view = views[app->view];
	struct take take = {
		.what = TAKE_VMAS | TAKE_COUNTS |
			(app->options->sharing ? TAKE_SHARING : 0),
	};

	if (view->want)
		view->want(app->selves[app->view], &app->scene, &take);
	return take;
}

static void ask_picture(struct app *app)
{
	if (app->cond.asking)
		return;
	app->cond.asking = true;
	app->asked_at = now();
	app->asked = wanted(app);
	worker_ask(app->worker, &app->asked);
}

static bool holds(const struct take *has, const struct take *want)
{
	if (want->what & ~has->what)
		return false;
	if (want->what & TAKE_PAGES &&
	    (want->start != has->start || want->end != has->end))
		return false;
	return !(want->what & (TAKE_ENTRY | TAKE_SHARERS)) ||
	       want->address == has->address;
}

/*
 * Fetches at once what the view needs and the picture has not, even paused; but
 * a key that is held down shall not keep the target busy. Returns the seconds
 * to wait for that, at most wait.
 */
static double ask_missing(struct app *app, double wait)
{
	struct take take = wanted(app);
	double rest;

	if (app->cond.gone || app->cond.asking || holds(&app->asked, &take))
		return wait;
	rest = app->rest_until - now();
	if (rest > 0)
		return rest < wait ? rest : wait;
	ask_picture(app);
	return wait;
}

/* A note that the last picture did not have: exec, module gone and back. */
static void say_news(struct app *app)
{
	const struct provenance *new = &app->snap->from;
	const struct provenance *old = app->before ? &app->before->from : NULL;

	for (unsigned int i = 0; i < new->nr_notes; i++) {
		bool known = false;

		for (unsigned int k = 0; old && k < old->nr_notes; k++)
			known |= !strcmp(new->notes[i], old->notes[k]);
		if (known)
			continue;
		say(app, STYLE_WARN, new->notes[i]);
		return;
	}
}

static void show_picture(struct app *app, struct snapshot *snap)
{
	snapshot_free(app->before);
	diff_free(app->diff);
	app->before = app->snap;
	app->snap = snap;
	app->diff = diff_new(app->before, snap);
	app->scene.snap = snap;
	app->scene.diff = app->diff;
	app->scene.before = app->diff ? app->before : NULL;
	*app->cond.trouble = 0;
	app->cond.gone = false;
	say_news(app);
	update_view(app);
	build_popup(app);
}

static void fetch_picture(struct app *app)
{
	struct snapshot *snap;
	unsigned long commands;
	struct error err;
	double end = now(), took;

	if (!worker_fetch(app->worker, &snap, &commands, &err))
		return;
	took = end - app->asked_at;
	app->cond.asking = false;
	app->cond.blocked = false;
	app->cond.waiting = 0;
	/* A picture that is slow to take shall not keep the target busy. */
	app->next_at = app->asked_at + app->options->delay;
	app->rest_until = end + took;
	if (app->next_at < app->rest_until)
		app->next_at = app->rest_until;
	app->dirty = true;
	/* It was under way already when the lab's last command was not done. */
	if (commands < app->commands)
		ask_picture(app);
	if (snap && snap->heap && snap->heap->stopped)
		app->stood_until = end + PAUSE_SHARE *
					 (snap->heap->pause_ns / 1e9);
	if (snap) {
		app->scene.commands = commands;
		show_picture(app, snap);
		return;
	}
	if (err.kind == ERR_GONE || err.kind == ERR_NO_PROCESS)
		app->cond.gone = true;
	snprintf(app->cond.trouble, sizeof(app->cond.trouble), "%s", err.text);
}

/* ---- the lab ---- */

static void run_next_command(struct app *app)
{
	char *text;

	if (app->line.running)
		return;
	text = command_next(&app->line);
	if (!text)
		return;
	app->line.running = app->scene.lab_runs = true;
	worker_ask_command(app->worker, text);
}

/* What came of a command stands in the log, and a picture shows it. */
static void fetch_command(struct app *app)
{
	struct app_log log;

	if (!worker_fetch_command(app->worker, &log))
		return;
	app_log_move(&app->log, &log);
	app->commands++;
	app->line.running = app->scene.lab_runs = false;
	/* One more like the one that shows it would have no changes marked. */
	if (app->scene.commands < app->commands)
		ask_picture(app);
	run_next_command(app);
	update_view(app);
}

static void edit_command(struct app *app, uint32_t key)
{
	app->dirty = true;
	if (key == KEYCODE_PAGE_UP || key == KEYCODE_PAGE_DOWN) {
		ask_view(app, key_request(key));
		return;
	}
	switch (command_key(&app->line, key, app->lab)) {
	case PROMPT_EDITING:
		break;
	case PROMPT_DONE:
		run_next_command(app);
		break;
	case PROMPT_CANCELLED:
		app->asking = ASK_NOTHING;
		break;
	}
}

/* ---- requests ---- */

static void ask_line(struct app *app, enum asking asking)
{
	if (asking == ASK_COMMAND && !app->lab) {
		say(app, STYLE_VALUE,
		    "commands are for a lab: vmaview lab heap");
		return;
	}
	app->asking = asking;
	*app->prompt_error = 0;
	*app->message = 0;
	prompt_start(&app->prompt, asking == ASK_FILTER ? app->scene.filter :
		     "");
}

/* For views that leave searching to us: in order of address. */
static void search_all(struct app *app, bool forward)
{
	const struct snapshot *snap = app->snap;
	const struct vma *at = place_nearest(snap, app->scene.address);
	size_t nr = snap->nr_vmas, index = at ? at - snap->vmas : 0;

	for (size_t i = 1; i <= nr; i++) {
		size_t step = forward ? i : nr - i;
		const struct vma *vma = &snap->vmas[(index + step) % nr];

		if (!place_matches(vma, app->scene.search))
			continue;
		app->scene.address = vma->start;
		update_view(app);
		return;
	}
	snprintf(app->scene.message, sizeof(app->scene.message),
		 "no area matches \"%s\"", app->scene.search);
	take_message(app);
}

static void search(struct app *app, bool forward)
{
	if (!*app->scene.search) {
		say(app, STYLE_VALUE, "nothing was searched yet; / begins");
		return;
	}
	if (!ask_view(app, forward ? REQ_SEARCH_NEXT : REQ_SEARCH_PREV))
		search_all(app, forward);
}

static void go_to(struct app *app, uint64_t addr)
{
	app->scene.address = addr;
	app->scene.is_asked = true;
	update_view(app);
	app->scene.is_asked = false;
	if (snapshot_find(app->snap, addr))
		return;
	snprintf(app->scene.message, sizeof(app->scene.message),
		 "0x%" PRIx64 " lies in no area", addr);
	take_message(app);
}

/*
 * Finds the place, or asks the worker for a symbol of that name first: then
 * fetch_symbol() goes on. Returns false to keep the prompt open.
 */
static bool find_place(struct app *app, const char *text, struct error *err)
{
	uint64_t addr;

	if (!place_find_exact(app->snap, text, &addr, err)) {
		go_to(app, addr);
		return true;
	}
	if (err->kind == ERR_NONE && app->has_symbols && !app->cond.gone) {
		app->finding = worker_ask_symbol(app->worker, text);
		error_set(err, ERR_NONE, app->finding ? "looking..." :
			  "still looking for the last one");
		return false;
	}
	if (place_find(app->snap, text, &addr, err))
		return false;
	go_to(app, addr);
	return true;
}

/* The symbol that was asked for, or else a file of that name. */
static void fetch_symbol(struct app *app)
{
	struct error err;
	uint64_t addr;
	int ret;

	if (!worker_fetch_symbol(app->worker, &ret, &addr, &err))
		return;
	app->dirty = true;
	if (!app->finding || app->asking != ASK_GOTO)
		return;
	app->finding = false;
	*app->prompt_error = 0;
	if (ret && err.kind == ERR_USAGE) {
		/* A list, for which the prompt has no room. */
		app->asking = ASK_NOTHING;
		say(app, STYLE_WARN, err.text);
		return;
	}
	if (ret && place_find(app->snap, app->prompt.text, &addr, &err)) {
		snprintf(app->prompt_error, sizeof(app->prompt_error), "%s",
			 err.text);
		return;
	}
	app->asking = ASK_NOTHING;
	go_to(app, addr);
}

/* The line is complete; returns false to keep the prompt open. */
static bool answer(struct app *app, const char *text)
{
	const struct view_ops *view = views[app->view];
	struct filter filter;
	struct error err;

	switch (app->asking) {
	case ASK_SEARCH:
		if (*text)
			strcpy(app->scene.search, text);
		search(app, true);
		break;
	case ASK_FILTER:
		if (view->check_filter ? view->check_filter(text, &err) :
					 filter_parse(&filter, text, &err))
			goto wrong;
		strcpy(app->scene.filter, text);
		strcpy(filter_of(app, app->view), text);
		update_view(app);
		if (*text && view != &view_areas && !view->check_filter)
			say(app, STYLE_VALUE, "the filter is for the list of areas");
		break;
	case ASK_GOTO:
		if (!find_place(app, text, &err))
			goto wrong;
		break;
	case ASK_COMMAND:
	case ASK_NOTHING:
		break;
	}
	return true;
wrong:
	snprintf(app->prompt_error, sizeof(app->prompt_error), "%s", err.text);
	return false;
}

static void edit_line(struct app *app, uint32_t key)
{
	if (app->asking == ASK_COMMAND) {
		edit_command(app, key);
		return;
	}
	*app->prompt_error = 0;
	app->finding = false;
	switch (prompt_key(&app->prompt, key)) {
	case PROMPT_EDITING:
		break;
	case PROMPT_DONE:
		if (answer(app, app->prompt.text))
			app->asking = ASK_NOTHING;
		break;
	case PROMPT_CANCELLED:
		app->asking = ASK_NOTHING;
		break;
	}
	app->dirty = true;
}

static void suspend(struct app *app)
{
	screen_leave();
	signals_stop();
	screen_enter();
	app->dirty = true;
}

static void toggle_pause(struct app *app)
{
	app->cond.paused = !app->cond.paused;
	if (!app->cond.paused)
		app->next_at = now();
	app->dirty = true;
}

/* What holds whatever is on the screen; false: not such a request. */
static bool request_always(struct app *app, enum request request)
{
	switch (request) {
	case REQ_REDRAW:
		screen_forget();
		app->dirty = true;
		return true;
	case REQ_SUSPEND:
		suspend(app);
		return true;
	case REQ_PAUSE:
		toggle_pause(app);
		return true;
	case REQ_REFRESH:
		ask_picture(app);
		return true;
	case REQ_PALETTE:
		say(app, STYLE_VALUE, screen_next_palette());
		return true;
	default:
		return false;
	}
}

static void request_popup(struct app *app, enum request request)
{
	switch (request) {
	case REQ_BACK:
	case REQ_QUIT:
	case REQ_ENTER:
	case REQ_HELP:
	case REQ_EXPLAIN:
		open_popup(app, POPUP_NONE);
		break;
	default:
		scroll_popup(app, request);
	}
}

static void request_view(struct app *app, enum request request)
{
	switch (request) {
	case REQ_QUIT:
		app->quit = true;
		return;
	case REQ_HELP:
		open_popup(app, POPUP_HELP);
		return;
	case REQ_NEXT_VIEW:
		go_to_view(app, (app->view + 1) % NR_VIEWS);
		return;
	case REQ_PREV_VIEW:
		go_to_view(app, (app->view + NR_VIEWS - 1) % NR_VIEWS);
		return;
	case REQ_SEARCH:
		ask_line(app, ASK_SEARCH);
		return;
	case REQ_FILTER:
		ask_line(app, ASK_FILTER);
		return;
	case REQ_GOTO:
		ask_line(app, ASK_GOTO);
		return;
	case REQ_COMMAND:
		ask_line(app, ASK_COMMAND);
		return;
	case REQ_SEARCH_NEXT:
	case REQ_SEARCH_PREV:
		search(app, request == REQ_SEARCH_NEXT);
		return;
	default:
		break;
	}
	if (request >= REQ_VIEW_1 && request <= REQ_VIEW_9) {
		go_to_view(app, request - REQ_VIEW_1);
		return;
	}
	if (ask_view(app, request))
		return;
	if (request == REQ_EXPLAIN)
		open_popup(app, POPUP_EXPLAIN);
	else if (request == REQ_SORT || request == REQ_INVERT ||
		 request == REQ_SCALE || request == REQ_SHARERS ||
		 request == REQ_PREV_AREA || request == REQ_NEXT_AREA)
		say(app, STYLE_VALUE, "that does nothing in this view");
}

static void press(struct app *app, uint32_t key)
{
	enum request request = key_request(key);

	app->dirty = true;
	/* Ctrl-C is for leaving, wherever one is. */
	if (key == KEYCODE_EOF || key == KEY_CTRL('c')) {
		app->quit = true;
		return;
	}
	if (app->asking) {
		if (request == REQ_SUSPEND || request == REQ_REDRAW)
			request_always(app, request);
		else
			edit_line(app, key);
		return;
	}
	*app->message = 0;
	if (request == REQ_NONE || request_always(app, request))
		return;
	if (is_too_small(app))
		app->quit |= request == REQ_QUIT;
	else if (app->popup)
		request_popup(app, request);
	else
		request_view(app, request);
}

/* ---- the loop ---- */

static void take_signals(struct app *app)
{
	int sig;

	while ((sig = signals_next())) {
		if (sig == SIGWINCH) {
			/* Now: keys behind it are for a screen of that size. */
			fit(app);
			app->dirty = true;
		} else if (sig == SIGTSTP) {
			suspend(app);
		} else {
			app->quit = true;
			app->quit_signal = sig;
		}
	}
}

/* When the next picture is due, by itself. */
static double due_at(const struct app *app)
{
	if (app->stood_until > app->next_at && wanted(app).what & TAKE_HEAP)
		return app->stood_until;
	return app->next_at;
}

/* Does what the clock demands; returns seconds until there is more. */
static double take_time(struct app *app)
{
	double t = now(), wait = 60, due;

	if (*app->message && t >= app->message_until) {
		*app->message = 0;
		app->dirty = true;
	}
	if (*app->message)
		wait = app->message_until - t;
	if (app->cond.asking) {
		app->cond.waiting = t - app->asked_at;
		if (app->cond.waiting > LATE) {
			app->cond.blocked = worker_is_blocked(app->worker);
			app->dirty = true;
		}
		return wait < 1 ? wait : 1;
	}
	/* In a lab nothing happens but by commands. */
	if (app->cond.paused || app->cond.gone || app->lab)
		return wait;
	due = due_at(app);
	if (t >= due) {
		ask_picture(app);
		return wait < LATE ? wait : LATE;
	}
	return wait < due - t ? wait : due - t;
}

static void loop(struct app *app)
{
	enum { KEYS, SIGNALS, PICTURES, NR };
	struct pollfd fds[NR] = {
		[KEYS] = { .fd = screen_fd(), .events = POLLIN },
		[SIGNALS] = { .fd = app->signal_fd, .events = POLLIN },
		[PICTURES] = { .fd = worker_fd(app->worker), .events = POLLIN },
	};
	uint32_t key;

	while (!app->quit) {
		double wait = ask_missing(app, take_time(app));

		if (app->dirty)
			draw(app);
		if (poll(fds, NR, (int)(wait * 1000) + 1) < 0 &&
		    errno != EINTR)
			return;
		take_signals(app);
		if (fds[KEYS].revents)
			while (!app->quit &&
			       (key = screen_key()) != KEYCODE_NONE)
				press(app, key);
		if (fds[PICTURES].revents && !app->quit)
			fetch_picture(app);
		if (fds[PICTURES].revents && !app->quit)
			fetch_symbol(app);
		if (fds[PICTURES].revents && !app->quit)
			fetch_command(app);
	}
}

static int start(struct app *app, const struct app_feed *feed,
		 struct error *err)
{
	app->signal_fd = signals_open();
	if (app->signal_fd < 0)
		return error_set(err, ERR_FAILED, "pipe: %s", strerror(errno));
	if (screen_open(app->options->color, err))
		goto close_signals;
	app->scene.unicode = app->options->unicode && screen_has_unicode();
	for (int i = 0; i < NR_VIEWS; i++) {
		app->selves[i] = views[i]->open();
		if (!app->selves[i]) {
			error_set(err, ERR_FAILED, "out of memory");
			goto close_screen;
		}
	}
	app->has_symbols = feed->find;
	app->lab = app->scene.lab = feed->lab;
	if (feed->lab) {
		app->scene.log = &app->log;
		app->view = VIEW_HEAP;
	}
	app->worker = worker_start(feed);
	if (app->worker)
		return 0;
	error_set(err, ERR_FAILED, "can't start a thread: %s",
		  strerror(errno));
close_screen:
	screen_close();
close_signals:
	signals_close();
	return -1;
}

int app_check_terminal(struct error *err)
{
	return screen_check(err);
}

int app_run(const struct app_feed *feed, struct snapshot *first,
	    const struct app_options *options, struct error *err)
{
	struct app_options opts = *options;
	struct app app = {
		.options = &opts, .snap = first,
		.asked = { .what = TAKE_VMAS | TAKE_COUNTS },
	};
	int ret;

	if (!(opts.delay >= MIN_DELAY))
		opts.delay = MIN_DELAY;
	app.scene.snap = first;
	ret = start(&app, feed, err);
	if (ret)
		goto free_all;
	app.next_at = now() + opts.delay;
	app.dirty = true;
	say_news(&app);
	loop(&app);

	screen_close();
	/* A take that waits for the target ends with the process only. */
	if (!worker_stop(app.worker, PATIENCE_MS))
		_exit(app.quit_signal ? 128 + app.quit_signal : EXIT_OK);
	signals_close();
	/* Whoever sent it sees that we died of it. */
	if (app.quit_signal) {
		signal(app.quit_signal, SIG_DFL);
		raise(app.quit_signal);
	}
free_all:
	for (int i = 0; i < NR_VIEWS; i++)
		if (app.selves[i])
			views[i]->close(app.selves[i]);
	command_free(&app.line);
	app_log_free(&app.log);
	pager_free(app.pager);
	canvas_free(app.canvas);
	canvas_free(app.view_canvas);
	diff_free(app.diff);
	snapshot_free(app.before);
	snapshot_free(app.snap);
	return ret;
}
