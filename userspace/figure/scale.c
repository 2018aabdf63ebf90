// SPDX-License-Identifier: GPL-2.0
/*
 * The address-space column with rows in proportion to bytes. A row belongs to
 * what fills most of it; areas that would get no row that way share the row
 * they lie in, which is marked '~'. So nothing mapped vanishes, and every row
 * without the mark is true to scale.
 */
#include <stdlib.h>
#include <string.h>

#include "figure/layout.h"
#include "model/region.h"
#include "util/format.h"

#define ROWS_DEFAULT	40
#define ROWS_AROUND	3	/* title and the column's ends */

struct row {
	uint64_t start, end;	/* bytes */
	size_t first, last;	/* spans that reach into it */
	size_t owner;		/* span with most of its bytes */
	bool shared;		/* by areas that own no row */
};

struct scale {
	const struct snapshot *snap;
	const struct figure_params *params;
	struct figure *figure;
	struct layout_columns col;
	struct span_list list;
	struct row *rows;	/* the highest addresses first */
	bool *owns;		/* span n owns a row */
	int nr_rows;
	uint64_t start, end;
};

/* Without overflow: part/parts of the range, which may be all of 2^64. */
static uint64_t address_at(const struct scale *s, int part)
{
	uint64_t range = s->end - s->start, n = s->nr_rows;

	return s->start + range / n * part + range % n * part / n;
}

static uint64_t overlap(const struct span *span, const struct row *row)
{
	uint64_t lo = span->start > row->start ? span->start : row->start;
	uint64_t hi = span->end < row->end ? span->end : row->end;

	return lo < hi ? hi - lo : 0;
}

/* Which spans each row meets, and whose it is. */
static void divide(struct scale *s)
{
	const struct span *spans = s->list.spans;
	size_t at = 0;

	for (int i = s->nr_rows; i-- > 0; ) {
		struct row *row = &s->rows[i];
		uint64_t most = 0;

		row->start = address_at(s, s->nr_rows - 1 - i);
		row->end = address_at(s, s->nr_rows - i);
		while (at + 1 < s->list.nr && spans[at].end <= row->start)
			at++;
		row->first = row->last = at;
		row->owner = s->list.nr;	/* nothing is known of it */
		for (size_t k = at; k < s->list.nr &&
		     spans[k].start < row->end; k++) {
			uint64_t bytes = overlap(&spans[k], row);

			row->last = k;
			if (bytes > most) {
				most = bytes;
				row->owner = k;
			}
		}
		s->owns[row->owner] = true;
	}
	for (int i = 0; i < s->nr_rows; i++) {
		struct row *row = &s->rows[i];

		for (size_t k = row->first; k <= row->last; k++)
			if (spans[k].nr && !s->owns[k] &&
			    overlap(&spans[k], row))
				row->shared = true;
	}
}

/* The fields that lie in a row: one with its address, more by their names. */
static bool put_fields(struct scale *s, int y, const struct row *row)
{
	const struct mm *mm = &s->snap->mm;
	const struct diff *diff = s->params->diff;
	char names[128] = "";
	bool changed = false;
	uint64_t addr = 0;
	size_t len = 0;
	int n = 0;

	for (int i = 0; i < LAYOUT_PINS; i++) {
		enum mm_field f = layout_pins[i].field;
		uint64_t v = mm->v[f];

		if (!mm_has(mm, f) || v < row->start || v >= row->end ||
		    !v || len >= sizeof(names))
			continue;
		addr = v;
		n++;
		len += snprintf(names + len, sizeof(names) - len, "%s%s",
				len ? "," : "", mm_fields[f].name);
		if (diff && diff->mm_changed >> f & 1)
			changed = true;
	}
	if (!n)
		return false;
	if (n == 1)
		layout_put_label(s->figure, &s->col, y, addr, names, changed);
	else
		figure_text(s->figure, s->col.right_x +
			    (s->col.narrow ? 1 : 3), y,
			    s->col.width - s->col.right_x -
			    (s->col.narrow ? 1 : 3),
			    changed ? STYLE_CHANGED : STYLE_LABEL, "%s",
			    names);
	return true;
}

/* What else lies in a row: areas too small for one of their own. */
static void put_shared(struct scale *s, int y, const struct row *row)
{
	const struct span *spans = s->list.spans;
	struct span all = { 0 };

	for (size_t k = row->first; k <= row->last; k++) {
		const struct span *span = &spans[k];

		if (!span->nr || s->owns[k] || !overlap(span, row))
			continue;
		if (!all.nr) {
			all = *span;
			continue;
		}
		if (span->start > all.end) {
			all.nr_gaps++;
			all.gap_bytes += span->start - all.end;
		}
		all.nr += span->nr;
		all.end = span->end;
		all.segment = SEGMENT_OTHER;
	}
	layout_put_areas(s->figure, s->snap, s->params->diff, &s->col, y,
			 &all);
	figure_text(s->figure, s->col.right_x, y, 1, STYLE_WARN, "~");
	figure_mark(s->figure, all.start, all.end, y, 1, (long)all.first);
	if (!put_fields(s, y, row))
		layout_put_label(s->figure, &s->col, y, all.start, "", false);
}

/* Rows that all belong to one span; named in the middle. */
static void put_block(struct scale *s, int y, int from, int to)
{
	const struct layout_columns *col = &s->col;
	const struct span *span = &s->list.spans[s->rows[from].owner];
	int middle = y + (to - from - 1) / 2;

	if (s->rows[from].owner == s->list.nr) {
		figure_text(s->figure, col->name_x, middle, col->name_width,
			    STYLE_DIM, "?");
		return;
	}
	figure_mark(s->figure, span->start, span->end, y, to - from,
		    span->nr ? (long)span->first : -1);
	if (span->nr) {
		/* The letter on every row shows how far it reaches. */
		if (to - from > 1) {
			char letter[2] = { regions[span->region].letter };
			struct figure_item *fill =
				figure_add(s->figure, FIGURE_FILL,
					   col->name_x - 2, y, 1, to - from,
					   STYLE_REGION + span->region);

			if (!s->figure->failed)
				fill->text = strdup(letter);
		}
		layout_put_areas(s->figure, s->snap, s->params->diff, col,
				 middle, span);
	} else {
		figure_text(s->figure, col->name_x, middle, col->name_width,
			    STYLE_DIM, "%s", layout_gap_name(span->gap, col->narrow));
		layout_put_size(s->figure, col, middle,
				span->end - span->start, STYLE_DIM);
	}
	for (int i = from; i < to; i++)
		if (!put_fields(s, y + i - from, &s->rows[i]) && i == to - 1 &&
		    to < s->nr_rows)
			layout_put_label(s->figure, col, y + i - from,
					 span->start, "", false);
}

static void put_rows(struct scale *s, int y)
{
	for (int i = 0; i < s->nr_rows; ) {
		int to = i + 1;

		if (s->rows[i].shared) {
			put_shared(s, y + i, &s->rows[i]);
		} else {
			while (to < s->nr_rows && !s->rows[to].shared &&
			       s->rows[to].owner == s->rows[i].owner)
				to++;
			put_block(s, y + i, i, to);
		}
		i = to;
	}
}

static void put_scale(struct scale *s)
{
	const struct snapshot *snap = s->snap;
	char size[FORMAT_SIZE_MAX];
	size_t box;

	format_size(size, address_at(s, 1) - address_at(s, 0), false);
	figure_text(s->figure, 0, 0, s->col.width, STYLE_TITLE,
		    s->col.narrow ? "%s %d  %s a row" :
		    "%s %d  to scale, %s a row; ~ is not to scale",
		    snap->task.comm, (int)snap->task.tgid, size);
	box = layout_put_box(s->figure, &s->col, 1);
	layout_put_label(s->figure, &s->col, 1, s->end,
			 s->end == s->list.task_size ? "TASK_SIZE" : "",
			 false);
	put_rows(s, 2);
	if (!s->figure->failed)
		s->figure->items[box].height = s->nr_rows + 2;
	layout_put_label(s->figure, &s->col, s->nr_rows + 2, s->start, "",
			 false);
	s->figure->mark_x = s->col.box_x + 1;
	s->figure->mark_width = s->col.box_width - 2;
	figure_finish(s->figure);
}

/* The range that is drawn; false when there is none. */
static bool find_range(struct scale *s)
{
	const struct snapshot *snap = s->snap;

	if (s->params->zoom_end > s->params->zoom_start) {
		s->start = s->params->zoom_start;
		s->end = s->params->zoom_end;
	} else if (mm_has(&snap->mm, MM_TASK_SIZE)) {
		s->end = snap->mm.v[MM_TASK_SIZE];
	} else {
		/* Not known: as far as something is mapped. */
		for (size_t i = 0; i < snap->nr_vmas; i++)
			if (snap->vmas[i].start < 1ULL << 63)
				s->end = snap->vmas[i].end;
	}
	return s->end > s->start;
}

static struct figure *say_nothing(struct scale *s)
{
	figure_text(s->figure, 0, 0, s->params->width, STYLE_WARN, "%s",
		    "nothing is known of this range");
	figure_finish(s->figure);
	return s->figure;
}

struct figure *figure_layout_scale(const struct snapshot *snap,
				   const struct figure_params *params)
{
	struct scale s = { .snap = snap, .params = params };
	bool zoomed = params->zoom_end > params->zoom_start;

	s.figure = figure_new(params->width);
	if (!s.figure)
		return NULL;
	layout_columns_init(&s.col, params->width, false);
	s.nr_rows = params->height > ROWS_AROUND + 4 ?
		    params->height - ROWS_AROUND :
		    params->height ? 4 : ROWS_DEFAULT;
	if (!find_range(&s))
		return say_nothing(&s);
	if ((uint64_t)s.nr_rows > s.end - s.start)
		s.nr_rows = s.end - s.start;
	if (span_list_init(&s.list, snap, s.start, s.end, !zoomed) < 0)
		goto fail;
	s.rows = calloc(s.nr_rows, sizeof(*s.rows));
	s.owns = calloc(s.list.nr + 1, sizeof(*s.owns));
	if (!s.rows || !s.owns)
		goto fail_spans;
	if (!s.list.nr) {
		span_list_exit(&s.list);
		free(s.rows);
		free(s.owns);
		return say_nothing(&s);
	}
	divide(&s);
	put_scale(&s);
	span_list_exit(&s.list);
	free(s.rows);
	free(s.owns);
	return s.figure;

fail_spans:
	span_list_exit(&s.list);
	free(s.rows);
	free(s.owns);
fail:
	figure_free(s.figure);
	return NULL;
}
