// SPDX-License-Identifier: GPL-2.0
/*
 * The address space as one column, high addresses on top: the segments, every
 * gap between them with its size, and the descriptor's fields at the addresses
 * they hold. Rows are not in proportion to bytes here; in scale.c they are.
 *
 * The first that fits params.height is drawn: roomy, a rule at every boundary;
 * compact, no rules; compact with the neighbours of the mapping segments
 * joined; and that with one row a span.
 */
#include "figure/layout.h"

#include <stdlib.h>
#include <string.h>

#include "figure/wrap.h"
#include "util/format.h"

#define MAX_LABELS	LAYOUT_PINS

struct label {
	uint64_t addr;
	const char *name;
	bool changed;
};

/* One figure being made. */
struct drawing {
	const struct snapshot *snap;
	const struct figure_params *params;
	struct figure *figure;
	struct span_list list;
	struct layout_columns col;
	bool zoomed;
	bool roomy;		/* a rule at every boundary */
	bool labels_full;	/* a row for each field; else rows are few */
	int y;			/* the next row */
	int stack_y;		/* first row of the stack, or -1 */
	bool ruled;		/* a rule follows the span that is put */
};

static bool legacy(const struct snapshot *snap)
{
	return mm_has(&snap->mm, MM_LEGACY_LAYOUT) &&
	       snap->mm.v[MM_LEGACY_LAYOUT];
}

static bool task_is_32bit(const struct drawing *d)
{
	const struct mm *mm = &d->snap->mm;

	if (mm_has(mm, MM_TASK_32BIT))
		return mm->v[MM_TASK_32BIT];
	return d->list.task_size && d->list.task_size <= 1ULL << 32;
}

/* ---- fields beside the column ---- */

/*
 * The fields whose address lies inside (start, end), high ones first; with
 * edges also those at start and end that belong to what is between.
 */
static int find_labels(const struct drawing *d, const struct span *span,
		       bool edges, struct label *labels)
{
	const struct mm *mm = &d->snap->mm;
	const struct diff *diff = d->params->diff;
	int n = 0;

	for (int i = 0; i < LAYOUT_PINS; i++) {
		const struct layout_pin *pin = &layout_pins[i];
		uint64_t v = mm->v[pin->field], outer, inner;
		int k;

		/* The heading of the segment has it. */
		if (pin->field == MM_MMAP_BASE && !d->zoomed &&
		    span->segment == SEGMENT_MMAP && !legacy(d->snap))
			continue;
		outer = pin->is_end ? span->start : span->end;
		inner = pin->is_end ? span->end : span->start;
		if (!mm_has(mm, pin->field) || !v || v < span->start ||
		    v > span->end || v == outer || (v == inner && !edges))
			continue;
		for (k = n++; k > 0 && labels[k - 1].addr < v; k--)
			labels[k] = labels[k - 1];
		labels[k] = (struct label){
			.addr = v, .name = mm_fields[pin->field].name,
			.changed = diff && diff->mm_changed >> pin->field & 1,
		};
	}
	return n;
}

/* The fields that hold just this address: "end_data, brk". */
static void names_at(const struct drawing *d, uint64_t addr, char *out,
		     size_t size, bool *changed)
{
	const struct mm *mm = &d->snap->mm;
	const struct diff *diff = d->params->diff;
	size_t len = 0;

	out[0] = '\0';
	*changed = false;
	for (int i = 0; i < LAYOUT_PINS; i++) {
		enum mm_field f = layout_pins[i].field;

		if (!mm_has(mm, f) || mm->v[f] != addr || len >= size)
			continue;
		len += snprintf(out + len, size - len, "%s%s",
				len ? ", " : "", mm_fields[f].name);
		if (diff && diff->mm_changed >> f & 1)
			*changed = true;
	}
}

static void put_rule(struct drawing *d, uint64_t addr, const char *name)
{
	char names[128];
	bool changed;

	names_at(d, addr, names, sizeof(names), &changed);
	figure_add(d->figure, FIGURE_LINE, d->col.box_x, d->y,
		   d->col.box_width, 1, STYLE_NORMAL);
	layout_put_label(d->figure, &d->col, d->y++, addr, name ? name : names,
			 changed);
}

/* A boundary whose address is not known. */
static void put_unknown(struct drawing *d, int y, const char *name)
{
	int x = d->col.right_x + (d->col.narrow ? 1 : 3);

	figure_text(d->figure, x, y, d->col.width - x, STYLE_DIM, "%s", name);
}

/* Where the user's half ends, and how far the stack is from it. */
static void put_unknown_end(struct drawing *d)
{
	const struct layout_columns *col = &d->col;

	figure_add(d->figure, FIGURE_LINE, col->box_x, d->y, col->box_width,
		   1, STYLE_NORMAL);
	put_unknown(d, d->y++, "TASK_SIZE ?");
	if (!d->list.stack_end)
		return;
	figure_text(d->figure, col->size_x + col->size_width - 1, d->y, 1,
		    STYLE_DIM, "?");
	if (!col->narrow)
		figure_text(d->figure, col->right_x + 1, d->y, 1, STYLE_LABEL,
			    "}");
	put_unknown(d, d->y, layout_gap_name(GAP_STACK_OFFSET, col->narrow));
	d->y++;
	for (size_t i = d->list.nr; i-- > 0 && d->roomy; ) {
		if (d->list.spans[i].segment == SEGMENT_KERNEL)
			continue;
		put_rule(d, d->list.spans[i].end, NULL);
		break;
	}
}

/* ---- rows ---- */

static void put_rlimit(struct drawing *d, int y)
{
	const struct task *task = &d->snap->task;
	int x = d->col.right_x + 3, width = d->col.width - x;
	double percent = task->rlimit_stack ? 100.0 * d->list.stack_size /
					      task->rlimit_stack : 100.0;
	char size[FORMAT_SIZE_MAX];

	if (d->col.narrow)
		return;
	if (!task->has_rlimit_stack) {
		figure_text(d->figure, x, y, width, STYLE_DIM,
			    "RLIMIT_STACK ?");
		return;
	}
	if (d->stack_y >= 0)
		figure_add(d->figure, FIGURE_BRACE, d->col.right_x + 1,
			   d->stack_y, 1, y - d->stack_y + 1, STYLE_LABEL);
	if (task->rlimit_stack == UINT64_MAX)
		figure_text(d->figure, x, y, width, STYLE_LABEL,
			    "RLIMIT_STACK unlimited");
	else
		figure_text(d->figure, x, y, width, STYLE_LABEL,
			    "RLIMIT_STACK %s, %.*f%% used",
			    format_size(size, task->rlimit_stack, true),
			    percent < 10 ? 1 : 0, percent);
}

static bool is_named(enum gap gap)
{
	return gap != GAP_FREE && gap != GAP_STACK_ROOM;
}

static void put_gap(struct drawing *d, const struct span *span)
{
	const struct layout_columns *col = &d->col;
	const char *name = layout_gap_name(span->gap, col->narrow);
	int x = col->right_x + (col->narrow ? 1 : 3), y = d->y++;
	bool beside = is_named(span->gap);
	struct label labels[MAX_LABELS];
	int n = find_labels(d, span, !d->roomy, labels);

	figure_mark(d->figure, span->start, span->end, y, 1, -1);
	layout_put_size(d->figure, col, y, span->end - span->start, STYLE_DIM);
	if (beside) {
		if (!col->narrow)
			figure_text(d->figure, x - 2, y, 1, STYLE_LABEL, "}");
		figure_text(d->figure, x, y, col->width - x, STYLE_LABEL, "%s",
			    name);
		return;
	}
	figure_text(d->figure, col->name_x, y, col->name_width, STYLE_DIM,
		    "%s", name);
	if (span->gap == GAP_STACK_ROOM)
		put_rlimit(d, y);
	else if (n)
		layout_put_label(d->figure, col, y, labels[n - 1].addr,
				 labels[n - 1].name, labels[n - 1].changed);
}

static void put_areas(struct drawing *d, const struct span *span)
{
	const struct layout_columns *col = &d->col;
	struct label labels[MAX_LABELS];
	int n = find_labels(d, span, !d->roomy, labels);
	int rows = d->labels_full && n > 1 ? n : 1, y = d->y;
	char size[FORMAT_SIZE_MAX];

	if (span->region == REGION_STACK && d->stack_y < 0)
		d->stack_y = y;
	d->y += rows;
	figure_mark(d->figure, span->start, span->end, y, rows,
		    (long)span->first);
	layout_put_areas(d->figure, d->snap, d->params->diff, col, y, span);

	/* Squeezed into one row, the lowest field is the one to show. */
	if (rows == 1 && n > 1)
		labels[0] = labels[n - 1];
	for (int i = 0; i < rows && i < n; i++)
		layout_put_label(d->figure, col, y + i, labels[i].addr,
				 labels[i].name, labels[i].changed);
	if (!n && !d->ruled)
		layout_put_label(d->figure, col, y, span->start, "", false);
	if (!n && span->region == REGION_HEAP &&
	    !mm_has(&d->snap->mm, MM_BRK))
		put_unknown(d, y, "brk ?");
	if (span->nr_gaps && !n && !col->narrow)
		figure_text(d->figure, col->right_x + 18, y, 12, STYLE_DIM,
			    "%zu gap%s %s", span->nr_gaps,
			    span->nr_gaps > 1 ? "s" : "",
			    format_size(size, span->gap_bytes, true));
}

/* The row above the parts of a mapping segment; top is its highest span. */
static void put_heading(struct drawing *d, size_t top)
{
	const struct layout_columns *col = &d->col;
	const struct mm *mm = &d->snap->mm;
	const struct diff *diff = d->params->diff;
	int segment = d->list.spans[top].segment, y = d->y++;
	bool mmap = segment == SEGMENT_MMAP;
	uint64_t start = 0, bytes = 0;
	size_t nr = 0;

	for (size_t i = top + 1; i-- > 0; ) {
		const struct span *span = &d->list.spans[i];

		if (span->segment != segment)
			break;
		bytes += span_mapped(span);
		nr += span->nr;
		start = span->start;
	}
	figure_mark(d->figure, start, d->list.spans[top].end, y, 1,
		    (long)d->list.spans[top].first);
	figure_text(d->figure, col->name_x - 2, y, col->name_width + 2,
		    STYLE_TITLE, "%s",
		    col->narrow ? mmap ? "mmap" : "elsewhere" :
		    col->name_width < 20 ?
		    mmap ? "memory mapping" : "mapped elsewhere" :
		    mmap ? "memory mapping segment" :
			   "mapped elsewhere, at chosen addresses");
	if (mmap && mm_has(mm, MM_LEGACY_LAYOUT))
		figure_text(d->figure, col->arrow_x, y, 1, STYLE_LABEL, "%s",
			    legacy(d->snap) ? "▲" : "▼");
	layout_put_size(d->figure, col, y, bytes, STYLE_TITLE);
	if (!col->narrow)
		figure_text(d->figure, col->bar_x, y,
			    col->bar_width + 1 + col->rss_width, STYLE_DIM,
			    "%*zu %s", col->bar_width + col->rss_width - 5,
			    nr, nr == 1 ? "area" : "areas");
	if (mmap && !mm_has(mm, MM_MMAP_BASE))
		put_unknown(d, y, "mmap_base ?");
	else if (mmap && !d->roomy && !legacy(d->snap))
		layout_put_label(d->figure, col, y, mm->v[MM_MMAP_BASE],
				 "mmap_base",
				 diff && diff->mm_changed >> MM_MMAP_BASE & 1);
}

/* The kernel's pages above the stack, where older kernels put them: no heading. */
static bool needs_heading(const struct drawing *d, size_t top)
{
	const struct span *span = &d->list.spans[top];

	if (d->zoomed || (span->segment != SEGMENT_MMAP &&
			  span->segment != SEGMENT_OTHER))
		return false;
	return span->region != REGION_VDSO || span->nr_gaps ||
	       (top > 0 && span[-1].segment == span->segment);
}

/* A segment joined into one span says no more than its heading. */
static bool is_whole(const struct drawing *d, size_t i)
{
	const struct span *span = &d->list.spans[i];

	return !d->roomy && !d->labels_full && span->nr_gaps &&
	       (!i || span[-1].segment != span->segment);
}

static bool same_box(const struct span *a, const struct span *b)
{
	return a->segment == b->segment && a->segment >= SEGMENT_MMAP;
}

/* All spans of the user's half, from high to low. */
static void put_spans(struct drawing *d)
{
	const struct span *above = NULL;

	for (size_t i = d->list.nr; i-- > 0; ) {
		const struct span *span = &d->list.spans[i];
		bool inside = above && same_box(above, span);

		if (span->segment == SEGMENT_KERNEL && !d->zoomed)
			continue;
		if (d->roomy && above && !inside)
			put_rule(d, span->end, NULL);
		if (!inside && needs_heading(d, i)) {
			put_heading(d, i);
			above = span;
			if (is_whole(d, i))
				continue;
		}
		d->ruled = d->roomy && (!i || !same_box(span, span - 1));
		if (span->nr)
			put_areas(d, span);
		else
			put_gap(d, span);
		above = span;
	}
}

/* ---- the kernel's half ---- */

static uint64_t round_up_pow2(uint64_t v)
{
	uint64_t p = 1;

	while (p && p < v)
		p <<= 1;
	return p;
}

/* The split of the address space: a brace and a size, left of the column. */
static void put_split(struct drawing *d, int from, int to, uint64_t bytes)
{
	char size[FORMAT_SIZE_MAX];
	int rows = to - from;

	if (d->col.narrow || rows < 1)
		return;
	figure_add(d->figure, FIGURE_BRACE, 5, from, 1, rows,
		   STYLE_LABEL)->reverse = true;
	figure_text(d->figure, 0, from + (rows - 1) / 2, 5, STYLE_LABEL, "%5s",
		    format_size(size, bytes, true));
}

/*
 * Where kernel space begins. 64-bit architectures with a user half of 2^n
 * bytes keep the highest 2^n for the kernel; the page that x86-64 leaves free
 * below the boundary does not count. A 32-bit task of a 64-bit kernel has none
 * in its own 4 GiB: *start is then 0 and the size unknown.
 */
static bool find_kernel(const struct drawing *d, uint64_t *start,
			uint64_t *last)
{
	uint64_t task_size = d->list.task_size;

	if (!task_size)
		return false;
	if (task_size > 1ULL << 32) {
		*start = -round_up_pow2(task_size);
		*last = UINT64_MAX;
		return *start > task_size;
	}
	*start = task_size;
	*last = UINT32_MAX;
	return task_size <= 0xf0000000;
}

static void put_kernel(struct drawing *d)
{
	const struct layout_columns *col = &d->col;
	uint64_t start = 0, last = 0;
	bool known = find_kernel(d, &start, &last);
	char size[FORMAT_SIZE_MAX];
	int y = d->y;

	for (size_t i = d->list.nr; i-- > 0; ) {
		if (d->list.spans[i].segment != SEGMENT_KERNEL)
			break;
		d->ruled = false;
		if (d->list.spans[i].nr)
			put_areas(d, &d->list.spans[i]);
	}
	if (known && !d->labels_full && d->y == y) {
		/* Rows are few: the column's top line says it all. */
		figure_text(d->figure, col->box_x + 1, y - 1,
			    col->size_x + col->size_width - col->box_x - 7,
			    STYLE_KERNEL,
			    col->narrow ? "kernel %s" : " kernel space %s ",
			    format_size(size, last - start + 1, col->narrow));
		put_split(d, y - 1, y, last - start + 1);
		return;
	}
	figure_text(d->figure, col->name_x - 2, d->y, col->name_width + 2,
		    STYLE_KERNEL, "%s",
		    col->narrow ? "kernel" : "kernel space");
	if (known) {
		layout_put_size(d->figure, col, d->y, last - start + 1,
				STYLE_KERNEL);
		if (start != d->list.task_size && !d->roomy)
			layout_put_label(d->figure, col, d->y, start, "",
					 false);
		put_split(d, y, d->y + 1, last - start + 1);
		d->y++;
	} else {
		figure_text(d->figure, col->right_x + (col->narrow ? 1 : 3),
			    d->y, col->width - col->right_x - 3, STYLE_DIM,
			    "%s", task_is_32bit(d) ?
			    "above these 4 GiB" : "begins at ?");
		d->y++;
	}
	if (known && start > d->list.task_size && d->roomy) {
		put_rule(d, start, "");
		figure_text(d->figure, col->name_x, d->y, col->name_width,
			    STYLE_DIM, "%s", "no address");
		layout_put_size(d->figure, col, d->y,
				start - d->list.task_size, STYLE_DIM);
		if (!col->narrow) {
			figure_text(d->figure, col->right_x + 1, d->y, 1,
				    STYLE_LABEL, "}");
			figure_text(d->figure, col->right_x + 3, d->y,
				    col->width - col->right_x - 3, STYLE_LABEL,
				    "not canonical");
		}
		d->y++;
	}
}

/* ---- the whole ---- */

/* Where rows are few the column's top line says it instead of a title. */
static void put_way(struct drawing *d, int y)
{
	const struct layout_columns *col = &d->col;

	if (d->roomy || d->zoomed)
		return;
	if (!d->labels_full)
		y = d->y - 1;	/* the top line has kernel space */
	figure_text(d->figure, col->box_x + 1, y,
		    col->size_x + col->size_width - col->box_x - 7,
		    STYLE_TITLE, " %s%s ",
		    !mm_has(&d->snap->mm, MM_LEGACY_LAYOUT) ? "?" :
		    legacy(d->snap) ? "legacy" : "flexible",
		    col->narrow ? "" : " layout");
}

static void put_title(struct drawing *d)
{
	const struct snapshot *snap = d->snap;
	const char *way = !mm_has(&snap->mm, MM_LEGACY_LAYOUT) ? "?" :
			  legacy(snap) ? "legacy" : "flexible";
	char size[FORMAT_SIZE_MAX];
	int width = d->col.width;

	if (d->zoomed) {
		figure_text(d->figure, 0, d->y++, width, STYLE_TITLE,
			    "%s %d  zoom into %s", snap->task.comm,
			    (int)snap->task.tgid,
			    format_size(size, d->params->zoom_end -
					d->params->zoom_start, false));
		return;
	}
	if (d->roomy)
		figure_text(d->figure, 0, d->y++, width, STYLE_TITLE,
		    d->col.narrow ? "%s %d  %s layout%s" :
		    legacy(snap) ?
		    "%s %d  %s layout, mmap grows up%s" :
		    mm_has(&snap->mm, MM_LEGACY_LAYOUT) ?
		    "%s %d  %s layout, mmap grows down%s" :
		    "%s %d  layout %s%s",
		    snap->task.comm, (int)snap->task.tgid, way,
		    task_is_32bit(d) ? ", 32-bit task" : "");
	if (!snap->from.coherent)
		figure_text(d->figure, 0, d->y++, width, STYLE_WARN, "%s",
			    "torn: the process changed while it was read");
	if (snap->from.truncated)
		figure_text(d->figure, 0, d->y++, width, STYLE_WARN, "%s",
			    "cut: areas are missing at the end");
	if (!snap->has_vmas)
		figure_text(d->figure, 0, d->y++, width, STYLE_WARN, "%s",
			    "the areas are not known");
}

/* What the names of the gaps promise, and what not. */
static void put_notes(struct drawing *d)
{
	static const char *const notes[] = {
		"Sizes of gaps are what lies between two areas. The part of "
		"it that the kernel drew at random can't be told apart: "
		"rounding, guard gaps and limits are in it too.",
		"RLIMIT_STACK is measured from the end of the stack's area. "
		"Below it, mmap_base also leaves room for the largest random "
		"stack offset and for a guard gap, and at least 128 MiB in "
		"all; then comes its own random part.",
		"legacy: mmap_base is a third of TASK_SIZE, plus a random "
		"part; areas are placed from there upwards.",
	};
	bool up = legacy(d->snap);

	d->y++;
	for (int i = 0; i < 3; i++) {
		const char *text = notes[i];

		if (i == (up ? 1 : 2) || !mm_has(&d->snap->mm, MM_TASK_SIZE))
			continue;
		if (up && i == 2)
			text += strlen("legacy: ");
		d->y += wrap_text(d->figure, 0, d->y, d->col.width, STYLE_DIM,
				  text);
	}
}

static void put_column(struct drawing *d)
{
	const struct span_list *list = &d->list;
	uint64_t bottom = d->zoomed ? d->params->zoom_start : 0;
	uint64_t top = d->zoomed ? d->params->zoom_end :
		       list->task_size && list->task_size <= 1ULL << 32 ?
		       UINT32_MAX : UINT64_MAX;
	size_t box;
	int y, users;

	put_title(d);
	y = d->y;
	box = layout_put_box(d->figure, &d->col, d->y);
	layout_put_label(d->figure, &d->col, d->y++, top, "", false);
	if (!d->zoomed) {
		put_kernel(d);
		if (list->task_size)
			put_rule(d, list->task_size, "TASK_SIZE");
		else
			put_unknown_end(d);
		put_way(d, y);
	}
	users = d->y;
	put_spans(d);
	if (!d->zoomed && list->task_size)
		put_split(d, users, d->y,
			  list->task_size > 1ULL << 32 ?
			  round_up_pow2(list->task_size) : list->task_size);
	if (!d->figure->failed)
		d->figure->items[box].height = d->y - y + 1;
	layout_put_label(d->figure, &d->col, d->y++, bottom, "", false);
	if (d->roomy && !d->zoomed)
		put_notes(d);
	d->figure->mark_x = d->col.box_x + 1;
	d->figure->mark_width = d->col.box_width - 2;
}

/* One try at a figure; NULL without memory. */
static struct figure *draw(const struct snapshot *snap,
			   const struct figure_params *params, bool roomy,
			   bool labels_full, size_t max_rows)
{
	struct drawing d = {
		.snap = snap, .params = params, .roomy = roomy,
		.labels_full = labels_full, .stack_y = -1,
		.zoomed = params->zoom_end > params->zoom_start,
	};

	if (span_list_init(&d.list, snap, d.zoomed ? params->zoom_start : 0,
			   d.zoomed ? params->zoom_end : 0, !d.zoomed) < 0)
		return NULL;
	d.figure = figure_new(params->width);
	if (d.figure && max_rows &&
	    span_list_join(&d.list, max_rows) < 0)
		d.figure->failed = true;
	if (d.figure) {
		layout_columns_init(&d.col, params->width, !d.zoomed);
		put_column(&d);
		figure_finish(d.figure);
	}
	span_list_exit(&d.list);
	return d.figure;
}

struct figure *figure_layout(const struct snapshot *snap,
			     const struct figure_params *given)
{
	/* rules, a row for each field, rows of the mapping segments (0: all) */
	static const struct { bool roomy, labels_full; size_t rows; } tries[] = {
		{ true, true, 0 }, { false, true, 0 }, { false, true, 24 },
		{ false, true, 16 }, { false, true, 12 }, { false, true, 8 },
		{ false, true, 5 }, { false, false, 12 }, { false, false, 10 },
		{ false, false, 8 }, { false, false, 6 }, { false, false, 5 },
		{ false, false, 3 }, { false, false, 1 },
	};
	struct figure_params params = *given;
	struct figure *figure = NULL;
	bool zoomed = params.zoom_end > params.zoom_start;

	if (params.width < 40)
		params.width = 40;
	if (params.to_scale)
		return figure_layout_scale(snap, &params);
	if (zoomed)
		return draw(snap, &params, false, true, 0);
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		/* Far too many areas: do not even try to show each. */
		if (params.height && !tries[i].rows &&
		    snap->nr_vmas > 50 * (size_t)params.height)
			continue;
		figure_free(figure);
		figure = draw(snap, &params, tries[i].roomy,
			      tries[i].labels_full, tries[i].rows);
		if (!figure || !params.height ||
		    figure->height <= params.height)
			break;
	}
	return figure;
}
