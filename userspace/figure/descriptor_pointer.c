// SPDX-License-Identifier: GPL-2.0
/*
 * mm_struct's addresses, each with an arrow to the segment it points into. A
 * field that is the end of something points to what ends there.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "figure/descriptor.h"
#include "figure/layout.h"
#include "model/region.h"
#include "util/format.h"

/* A segment on the right side, and the fields that point into it. */
struct target {
	uint64_t start, end, mapped;
	int segment;
	enum region region;
	int fields[LAYOUT_PINS], nr_fields;
};

#define MAX_TARGETS	12

struct targets {
	struct target v[MAX_TARGETS];	/* high addresses first */
	int nr;
	bool used[LAYOUT_PINS];		/* the field has its arrow */
};

static bool can_be_target(const struct span *span)
{
	return span->nr && (span->segment < REGION_NR ||
			    span->segment == SEGMENT_MMAP);
}

static void find_targets(struct targets *t, const struct span_list *list)
{
	for (size_t i = list->nr; i-- > 0; ) {
		const struct span *span = &list->spans[i];
		struct target *last = t->nr ? &t->v[t->nr - 1] : NULL;

		if (!can_be_target(span))
			continue;
		if (last && last->segment == span->segment) {
			last->start = span->start;
			last->mapped += span_mapped(span);
			continue;
		}
		if (t->nr == MAX_TARGETS)
			return;
		t->v[t->nr++] = (struct target){
			.start = span->start, .end = span->end,
			.mapped = span_mapped(span),
			.segment = span->segment, .region = span->region,
		};
	}
}

static bool points_into(const struct snapshot *snap,
			const struct layout_pin *pin, const struct target *to)
{
	uint64_t v = snap->mm.v[pin->field];

	/* mmap_base is where the segment begins, mapped there or not. */
	if (pin->field == MM_MMAP_BASE)
		return to->segment == SEGMENT_MMAP;
	return pin->is_end ? v > to->start && v <= to->end :
			     v >= to->start && v < to->end;
}

static void assign_fields(struct targets *t, const struct snapshot *snap)
{
	for (int k = 0; k < LAYOUT_PINS; k++) {
		const struct layout_pin *pin = &layout_pins[k];

		if (!mm_has(&snap->mm, pin->field))
			continue;
		for (int i = 0; i < t->nr && !t->used[k]; i++) {
			struct target *to = &t->v[i];

			if (!points_into(snap, pin, to))
				continue;
			to->fields[to->nr_fields++] = k;
			t->used[k] = true;
		}
	}
}

static void put_field(struct figure *figure, const struct snapshot *snap,
		      const struct diff *diff, int k, int y)
{
	enum mm_field f = layout_pins[k].field;
	bool changed = diff && diff->mm_changed >> f & 1;

	figure_text(figure, 2, y, 11, STYLE_LABEL, "%s", mm_fields[f].name);
	if (mm_has(&snap->mm, f))
		figure_text(figure, 14, y, 15,
			    changed ? STYLE_CHANGED : STYLE_VALUE,
			    "0x%" PRIx64 "%s", snap->mm.v[f],
			    changed ? "*" : "");
	else
		figure_text(figure, 14, y, 1, STYLE_DIM, "?");
}

static void put_target(struct figure *figure, int x, int y, int width,
		       const struct target *to)
{
	bool mmap = to->segment == SEGMENT_MMAP;
	char size[FORMAT_SIZE_MAX];

	if (width < 12) {
		figure_text(figure, x, y, width, STYLE_REGION + to->region,
			    "%s", mmap ? "mmap" : regions[to->region].name);
		return;
	}
	figure_text(figure, x, y, width - 10,
		    mmap ? STYLE_TITLE : STYLE_REGION + to->region,
		    mmap ? "%c memory mapping" : "%c %s",
		    mmap ? ' ' : regions[to->region].letter,
		    regions[to->region].name);
	figure_text(figure, x + width - 10, y, 9, STYLE_NORMAL, "%9s",
		    format_size(size, to->mapped, false));
	if (width > 60)
		figure_text(figure, x + 20, y, 40, STYLE_DIM,
			    "0x%" PRIx64 " to 0x%" PRIx64, to->start, to->end);
}

static bool in_image(const struct target *to)
{
	return to->segment >= REGION_HEADER && to->segment <= REGION_BSS;
}

int descriptor_put_pointers(struct figure *figure, const struct snapshot *snap,
			    const struct figure_params *params, int y)
{
	int left = 30, gap = figure->width < 60 ? 2 : 6;
	int x = left + gap, width = figure->width - x, top = y;
	struct targets t = { .nr = 0 };
	struct span_list list;
	size_t mm_box, box;

	if (span_list_init(&list, snap, 0, 0, true) < 0) {
		figure->failed = true;
		return y;
	}
	find_targets(&t, &list);
	span_list_exit(&list);
	assign_fields(&t, snap);

	if (width > 80)
		width = 80;
	mm_box = figure->nr_items;
	figure_add(figure, FIGURE_BOX, 0, y, left, 2, STYLE_MM);
	figure_text(figure, 14, y, 13, STYLE_MM, " mm_struct ");
	box = figure->nr_items;
	if (t.nr)
		figure_add(figure, FIGURE_BOX, x, y, width, 2, STYLE_VMA);
	y++;
	for (int i = 0; i < t.nr; i++) {
		const struct target *to = &t.v[i];

		if (i && !(in_image(to) && in_image(to - 1)))
			figure_add(figure, FIGURE_LINE, x, y++, width, 1,
				   STYLE_VMA);
		put_target(figure, x + 2, y, width - 3, to);
		for (int k = 0; k < to->nr_fields; k++) {
			put_field(figure, snap, params->diff, to->fields[k],
				  y + k);
			figure_add(figure, FIGURE_ARROW, left - 1, y + k,
				   gap + 1, 1, STYLE_MM);
		}
		y += to->nr_fields > 1 ? to->nr_fields : 1;
	}
	if (t.nr && !figure->failed)
		figure->items[box].height = y + 1 - top;

	/* What points nowhere, or is not known. */
	for (int k = 0, bottom = y; k < LAYOUT_PINS; k++) {
		if (t.used[k])
			continue;
		if (y == bottom)
			y += t.nr > 0;
		put_field(figure, snap, params->diff, k, y);
		if (mm_has(&snap->mm, layout_pins[k].field))
			figure_text(figure, left + 1, y, figure->width - left - 1,
				    STYLE_DIM, "nothing mapped");
		y++;
	}
	if (!figure->failed)
		figure->items[mm_box].height = y + 1 - top;
	return y + 1;
}
