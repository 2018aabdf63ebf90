// SPDX-License-Identifier: GPL-2.0
/*
 * The list of areas: sorted, filtered, searched; a detail pane for the
 * selected one; sums over what is listed. Rows are an index into the snapshot
 * that is rebuilt by update() only, so drawing costs what is on the screen.
 * The selection is an address (scene->address), so it stays on its area when
 * rows move.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/region.h"
#include "tui/facts.h"
#include "tui/filter.h"
#include "tui/pager.h"
#include "tui/place.h"
#include "tui/view.h"
#include "util/escape.h"
#include "util/format.h"

enum column {
	COL_ADDRESS, COL_SIZE, COL_RSS, COL_ANON, COL_FILE, COL_SHMEM,
	COL_SWAP, COL_DIRTY, COL_PSS, COL_EXCLUSIVE, COL_FLAGS, COL_OFFSET,
	COL_NAME,
	NR_COLUMNS
};

static const struct {
	const char *name;
	int width;		/* without the blank before it */
	int count;		/* enum res_count, or -1 */
	bool descending;	/* the largest first, unless inverted */
} columns[NR_COLUMNS] = {
	[COL_ADDRESS] = { "address", 12, -1, false },
	[COL_SIZE] = { "size", 5, -1, true },
	[COL_RSS] = { "rss", 5, RES_RSS, true },
	[COL_ANON] = { "anon", 5, RES_ANON, true },
	[COL_FILE] = { "file", 5, RES_FILE, true },
	[COL_SHMEM] = { "shmem", 5, RES_SHMEM, true },
	[COL_SWAP] = { "swap", 5, RES_SWAP, true },
	[COL_DIRTY] = { "dirty", 5, RES_DIRTY, true },
	[COL_PSS] = { "pss", 5, RES_PSS, true },
	[COL_EXCLUSIVE] = { "excl", 5, RES_EXCLUSIVE, true },
	[COL_FLAGS] = { "flags", 5, -1, false },
	[COL_OFFSET] = { "offset", 8, -1, false },
	[COL_NAME] = { "name", 0, -1, false },
};

/* Which columns get room first; the name has what is left. */
static const enum column by_importance[] = {
	COL_SIZE, COL_RSS, COL_FLAGS, COL_ANON, COL_DIRTY, COL_SWAP, COL_FILE,
	COL_SHMEM, COL_OFFSET, COL_PSS, COL_EXCLUSIVE
};
#define NR_OPTIONAL	(sizeof(by_importance) / sizeof(by_importance[0]))

/* Flags that say something unusual, in the wide flags column. */
static const enum vma_flag unusual[] = {
	VF_GROWSDOWN, VF_LOCKED, VF_LOCKONFAULT, VF_HUGETLB, VF_HUGEPAGE,
	VF_NOHUGEPAGE, VF_MERGEABLE, VF_PFNMAP, VF_MIXEDMAP, VF_IO,
	VF_DONTCOPY, VF_WIPEONFORK, VF_DONTDUMP, VF_DONTEXPAND, VF_SEALED,
	VF_UFFD_MISSING, VF_UFFD_WP, VF_UFFD_MINOR, VF_UFFD_RWP,
	VF_MAYBE_GUARD, VF_SHADOW_STACK, VF_DROPPABLE, VF_NORESERVE
};
#define NR_UNUSUAL	(sizeof(unusual) / sizeof(unusual[0]))
#define WIDE_FLAGS	14	/* "rw-p gd lo hg+" */

#define MARKS		3	/* change mark, letter of the region, blank */
#define DETAIL_BESIDE	130	/* columns from which the detail is beside */
#define DETAIL_BELOW	14	/* rows from which it can be below */

enum detail { DETAIL_AUTO, DETAIL_CLOSED, DETAIL_PANE, DETAIL_FULL };

struct rect {
	int x, y, width, height;
};

struct areas {
	size_t *rows;		/* indices into snap->vmas, in order */
	size_t nr_rows, cap_rows;
	size_t cursor, top;	/* rows */
	enum column sort;
	bool inverted;
	int shift;		/* columns scrolled away at the left */
	struct filter filter;
	char filter_text[128];	/* what filter was made from */
	uint64_t size_sum;
	struct residency sum;	/* over rows */
	uint32_t known;		/* bit n: some row knows count n */
	int digits;		/* of an address */
	enum detail detail;
	int detail_top;
	uint64_t detail_address;
	struct pager *pager;	/* of the selected area; NULL without one */
	struct rect list, pane;	/* width 0: not there */
};

/* ---- sorting ---- */

struct order {
	const struct snapshot *snap;
	enum column column;
	bool descending;
};

static int compare_u64(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static const char *name_of(const struct vma *vma)
{
	return vma->object ? vma->object->name : "";
}

/* Unknown and empty come last, whichever way the order is. */
static int compare_missing(bool a, bool b)
{
	return a == b ? 0 : a ? 1 : -1;
}

static int compare_rows(const void *a, const void *b, void *arg)
{
	const struct order *order = arg;
	const struct vma *one = &order->snap->vmas[*(const size_t *)a];
	const struct vma *two = &order->snap->vmas[*(const size_t *)b];
	int count = columns[order->column].count, cmp = 0;

	if (count >= 0) {
		cmp = compare_missing(!res_has(&one->res, count),
				      !res_has(&two->res, count));
		if (cmp)
			return cmp;
		cmp = compare_u64(one->res.pages[count], two->res.pages[count]);
	} else if (order->column == COL_SIZE) {
		cmp = compare_u64(vma_size(one), vma_size(two));
	} else if (order->column == COL_FLAGS) {
		cmp = compare_u64(one->flags, two->flags);
	} else if (order->column == COL_OFFSET) {
		cmp = compare_missing(!one->has_pgoff, !two->has_pgoff);
		if (cmp)
			return cmp;
		cmp = compare_u64(one->pgoff, two->pgoff);
	} else if (order->column == COL_NAME) {
		cmp = compare_missing(!one->object, !two->object);
		if (cmp)
			return cmp;
		cmp = strcmp(name_of(one), name_of(two));
	}
	if (!cmp && order->column != COL_ADDRESS)
		return compare_u64(one->start, two->start);
	if (order->column == COL_ADDRESS)
		cmp = compare_u64(one->start, two->start);
	return order->descending ? -cmp : cmp;
}

static void sort_rows(struct areas *v, const struct snapshot *snap)
{
	struct order order = { snap, v->sort,
		columns[v->sort].descending != v->inverted };

	/* The index is made in ascending order of address. */
	if (v->nr_rows && (order.column != COL_ADDRESS || order.descending))
		qsort_r(v->rows, v->nr_rows, sizeof(*v->rows), compare_rows,
			&order);
}

/* ---- rows and selection ---- */

static const struct vma *row_vma(const struct areas *v,
				 const struct snapshot *snap, size_t row)
{
	return &snap->vmas[v->rows[row]];
}

static int address_digits(const struct snapshot *snap)
{
	uint64_t highest = 0;
	int digits = 8;

	/* [vsyscall] is the kernel's, far up; it is shown cut. */
	for (size_t i = snap->nr_vmas; i-- > 0 && !highest;)
		if (!(snap->vmas[i].start >> 63))
			highest = snap->vmas[i].end;
	while (digits < 16 && highest >> (4 * digits))
		digits++;
	return digits;
}

static void build_rows(struct areas *v, const struct snapshot *snap)
{
	v->nr_rows = 0;
	v->size_sum = 0;
	v->known = 0;
	memset(&v->sum, 0, sizeof(v->sum));
	v->sum.has = (1U << RES_NR) - 1;
	if (snap->nr_vmas > v->cap_rows) {
		size_t cap = snap->nr_vmas + snap->nr_vmas / 4;
		size_t *rows = reallocarray(v->rows, cap, sizeof(*rows));

		if (!rows)
			return;
		v->rows = rows;
		v->cap_rows = cap;
	}
	for (size_t i = 0; i < snap->nr_vmas; i++) {
		const struct vma *vma = &snap->vmas[i];

		if (!filter_match(&v->filter, snap, vma))
			continue;
		v->rows[v->nr_rows++] = i;
		v->size_sum += vma_size(vma);
		residency_add(&v->sum, &vma->res);
		v->known |= vma->res.has;
	}
	v->digits = address_digits(snap);
	sort_rows(v, snap);
}

/*
 * The row of the selected area. When that one is not listed: its neighbour in
 * a list by address, else whatever stands on its row now.
 */
static void find_cursor(struct areas *v, const struct scene *scene)
{
	const struct vma *vma = place_nearest(scene->snap, scene->address);
	size_t index = vma ? (size_t)(vma - scene->snap->vmas) : 0;

	for (size_t row = 0; row < v->nr_rows; row++) {
		if (v->rows[row] != index)
			continue;
		v->cursor = row;
		return;
	}
	if (v->sort == COL_ADDRESS) {
		for (v->cursor = 0; v->cursor + 1 < v->nr_rows; v->cursor++) {
			bool below = v->rows[v->cursor] < index;

			if (below == v->inverted)
				break;
		}
	}
	if (v->cursor >= v->nr_rows)
		v->cursor = v->nr_rows ? v->nr_rows - 1 : 0;
}

static void place_panes(struct areas *v, int width, int height)
{
	struct rect all = { 0, 0, width, height }, none = { 0 };
	enum detail detail = v->detail;

	if (detail == DETAIL_AUTO)
		detail = width >= DETAIL_BESIDE && height >= 6 ? DETAIL_PANE :
			 DETAIL_CLOSED;
	v->list = all;
	v->pane = all;
	if (detail == DETAIL_CLOSED) {
		v->pane = none;
	} else if (detail == DETAIL_PANE && width >= DETAIL_BESIDE) {
		v->list.width = width - width * 3 / 8;
		v->pane.x = v->list.width + 2;
		v->pane.width = width - v->pane.x;
	} else if (detail == DETAIL_PANE && height >= DETAIL_BELOW) {
		v->list.height = height - height * 11 / 20;
		v->pane.y = v->list.height + 1;
		v->pane.height = height - v->pane.y;
	} else {
		v->list = none;
	}
}

/* Rows of areas in the list: below the head, above the sums. */
static int list_rows(const struct areas *v)
{
	int rows = v->list.height - 2;

	return rows > 0 ? rows : 0;
}

static void clamp(struct areas *v)
{
	size_t shown = list_rows(v);
	int rows;

	if (shown) {
		if (v->cursor < v->top)
			v->top = v->cursor;
		if (v->cursor >= v->top + shown)
			v->top = v->cursor - shown + 1;
		if (v->top + shown > v->nr_rows)
			v->top = v->nr_rows > shown ? v->nr_rows - shown : 0;
	}
	rows = pager_rows(v->pager, v->pane.width);
	if (v->detail_top > rows - v->pane.height)
		v->detail_top = rows - v->pane.height;
	if (v->detail_top < 0)
		v->detail_top = 0;
}

/* Everything that hangs on the cursor and on the size. */
static void settle(struct areas *v, struct scene *scene)
{
	const struct snapshot *snap = scene->snap;

	place_panes(v, scene->width, scene->height);
	if (v->nr_rows)
		scene->address = row_vma(v, snap, v->cursor)->start;
	if (scene->address != v->detail_address)
		v->detail_top = 0;
	v->detail_address = scene->address;
	pager_free(v->pager);
	v->pager = NULL;
	if (v->pane.width) {
		v->pager = pager_new(!scene->unicode, FACTS_INDENT);
		if (v->nr_rows)
			facts_area(v->pager, snap, row_vma(v, snap, v->cursor));
		else
			facts_totals(v->pager, snap);
	}
	clamp(v);
}

/* ---- columns ---- */

struct plan {
	int x[NR_COLUMNS];	/* of the list */
	int width[NR_COLUMNS];	/* 0: not shown */
	bool range;		/* the address column has the end as well */
	bool complete;		/* nothing had to be left out at the right */
};

/* A column of question marks says nothing that one in the sums does not. */
static bool is_unknown(const struct areas *v, int c)
{
	return columns[c].count >= 0 && !(v->known >> columns[c].count & 1);
}

/* Counts that no picture has unless somebody asks for them. */
static bool is_dear(int c)
{
	return c == COL_PSS || c == COL_EXCLUSIVE;
}

static void plan_columns(const struct areas *v, struct plan *plan)
{
	int width = v->list.width;
	int name = width < 60 ? 12 : width < 100 ? 20 : 28;
	int room = width - MARKS - v->digits - 1 - name, x, left;

	memset(plan, 0, sizeof(*plan));
	plan->complete = true;
	plan->width[COL_ADDRESS] = v->digits;
	/* Whatever the list is sorted by is seen. */
	if (v->sort != COL_ADDRESS && v->sort != COL_NAME) {
		plan->width[v->sort] = columns[v->sort].width;
		room -= columns[v->sort].width + 1;
	}
	for (size_t i = 0; i < 2 * NR_OPTIONAL; i++) {
		enum column c = by_importance[i % NR_OPTIONAL];

		if (plan->width[c] || (int)c < COL_SIZE + v->shift)
			continue;
		if (is_unknown(v, c) && (i < NR_OPTIONAL || is_dear(c)))
			continue;
		if (columns[c].width + 1 > room) {
			plan->complete = false;
			continue;
		}
		plan->width[c] = columns[c].width;
		room -= columns[c].width + 1;
	}
	/* Then what is shown already gets longer. */
	if (plan->width[COL_FLAGS] && room >= WIDE_FLAGS - columns[COL_FLAGS].width) {
		plan->width[COL_FLAGS] = WIDE_FLAGS;
		room -= WIDE_FLAGS - columns[COL_FLAGS].width;
	}
	if (room >= v->digits + 1) {
		plan->range = true;
		plan->width[COL_ADDRESS] = 2 * v->digits + 1;
	}
	x = MARKS;
	for (int c = 0; c < COL_NAME; c++) {
		plan->x[c] = x;
		if (plan->width[c])
			x += plan->width[c] + 1;
	}
	plan->x[COL_NAME] = x;
	left = width - x;
	plan->width[COL_NAME] = left > 0 ? left : 0;
}

static bool is_number(int c)
{
	return (c >= COL_SIZE && c <= COL_EXCLUSIVE) || c == COL_OFFSET;
}

/* ---- drawing ---- */

struct pen {
	struct canvas *canvas;
	int y;
	unsigned int attr;
	bool selected;		/* reversed: one style, or it is a patchwork */
};

static void put(const struct pen *pen, int x, int width, bool right,
		enum style style, const char *text)
{
	int len = (int)strlen(text);	/* numbers: a byte is a column */

	if (pen->selected)
		style = STYLE_NORMAL;
	if (right && len < width) {
		x += width - len;
		width = len;
	}
	canvas_text(pen->canvas, x, pen->y, width, style, pen->attr, text);
}

static void put_pages(const struct pen *pen, const struct plan *plan, int c,
		      const struct residency *res, uint32_t page_size,
		      enum style style)
{
	int count = columns[c].count;
	char text[FORMAT_SIZE_MAX];

	if (!res_has(res, count)) {
		put(pen, plan->x[c], plan->width[c], true, STYLE_WARN, "?");
		return;
	}
	if (!res->pages[count]) {
		put(pen, plan->x[c], plan->width[c], true,
		    style == STYLE_NORMAL ? STYLE_DIM : style, ".");
		return;
	}
	put(pen, plan->x[c], plan->width[c], true, style,
	    format_size(text, res_bytes(res, count, page_size), 1));
}

static void put_flags(const struct pen *pen, const struct plan *plan,
		      const struct vma *vma, enum style style)
{
	char text[WIDE_FLAGS + 1];
	int len = 4, room = plan->width[COL_FLAGS];

	text[0] = vma->flags & VF_BIT(VF_READ) ? 'r' : '-';
	text[1] = vma->flags & VF_BIT(VF_WRITE) ? 'w' : '-';
	text[2] = vma->flags & VF_BIT(VF_EXEC) ? 'x' : '-';
	text[3] = vma->flags & VF_BIT(VF_SHARED) ? 's' : 'p';
	text[4] = 0;
	if (room == WIDE_FLAGS && !vma->has_flags)
		strcpy(text + len, " ?");
	for (size_t i = 0; room == WIDE_FLAGS && i < NR_UNUSUAL; i++) {
		if (!(vma->flags & VF_BIT(unusual[i])))
			continue;
		if (len + 3 > room) {
			strcpy(text + len, "+");	/* there are more */
			break;
		}
		text[len++] = ' ';
		strcpy(text + len, vma_flags[unusual[i]].mnemonic);
		len += 2;
	}
	put(pen, plan->x[COL_FLAGS], room, false, style, text);
}

/*
 * Of a path that is too long the end says most: whole components where they
 * fit, else the beginning of the file's own name.
 */
static int put_path(const struct pen *pen, int x, int width, enum style style,
		    const struct object *object)
{
	const char *name = object->name, *part = name;

	if (object->kind != OBJECT_FILE || *name != '/' ||
	    (int)escape_text(NULL, 0, name, 0) <= width)
		return canvas_text(pen->canvas, x, pen->y, width, style,
				   pen->attr, name);
	while (part && (int)escape_text(NULL, 0, part, 0) + 1 > width)
		part = strchr(part + 1, '/');
	if (!part)
		return canvas_text(pen->canvas, x, pen->y, width, style,
				   pen->attr, place_basename(name));
	canvas_put(pen->canvas, x, pen->y, 0x2026, style, pen->attr);
	return 1 + canvas_text(pen->canvas, x + 1, pen->y, width - 1, style,
			       pen->attr, part);
}

static void put_name(const struct pen *pen, const struct plan *plan,
		     const struct vma *vma)
{
	static const char gone[] = " (deleted)";
	const int gone_len = sizeof(gone) - 1;
	int x = plan->x[COL_NAME], width = plan->width[COL_NAME], used;
	enum style style = STYLE_REGION + vma->region;
	bool deleted = vma_is_file(vma) && vma->object->deleted == YES;

	if (!vma->object) {
		put(pen, x, width, false, STYLE_DIM, regions[vma->region].name);
		return;
	}
	if (pen->selected)
		style = STYLE_NORMAL;
	if (deleted && width >= 2 * gone_len)
		width -= gone_len;
	else
		deleted = false;
	used = put_path(pen, x, width, style, vma->object);
	if (deleted)
		put(pen, x + used, gone_len, false, STYLE_WARN, gone);
}

static void put_address(const struct pen *pen, const struct plan *plan,
			const struct areas *v, const struct vma *vma,
			enum style style)
{
	char text[40];
	int x = plan->x[COL_ADDRESS];

	if (pen->selected)
		style = STYLE_NORMAL;
	snprintf(text, sizeof(text), "%*" PRIx64, v->digits, vma->start);
	canvas_text_tail(pen->canvas, x, pen->y, v->digits, style, pen->attr,
			 text);
	if (!plan->range)
		return;
	put(pen, x + v->digits, 1, false, STYLE_DIM, "-");
	snprintf(text, sizeof(text), "%*" PRIx64, v->digits, vma->end);
	canvas_text_tail(pen->canvas, x + v->digits + 1, pen->y, v->digits,
			 style, pen->attr, text);
}

static enum style changed_if(bool changed)
{
	return changed ? STYLE_CHANGED : STYLE_NORMAL;
}

static bool count_changed(const struct vma *then, const struct vma *now,
			  enum res_count c)
{
	return then && res_has(&then->res, c) && res_has(&now->res, c) &&
	       then->res.pages[c] != now->res.pages[c];
}

static void draw_row(const struct areas *v, const struct scene *scene,
		     const struct plan *plan, const struct pen *pen,
		     size_t index)
{
	const struct vma *vma = &scene->snap->vmas[index], *then = NULL;
	char letter[2] = { regions[vma->region].letter, 0 };
	char size[FORMAT_SIZE_MAX], offset[24];
	unsigned int changed = 0;

	if (scene->diff && index < scene->diff->nr_vmas)
		changed = scene->diff->vma_changed[index];
	if (changed && scene->before)
		then = snapshot_find(scene->before, vma->start);
	if (changed)
		put(pen, 0, 1, false, STYLE_CHANGED,
		    changed & CHANGE_NEW ? "+" : "*");
	put(pen, 1, 1, false, STYLE_REGION + vma->region, letter);
	put_address(pen, plan, v, vma, changed_if(changed & CHANGE_NEW));
	if (plan->width[COL_SIZE])
		put(pen, plan->x[COL_SIZE], plan->width[COL_SIZE], true,
		    changed_if(changed & CHANGE_BOUNDS),
		    format_size(size, vma_size(vma), 1));
	for (int c = COL_RSS; c <= COL_EXCLUSIVE; c++)
		if (plan->width[c])
			put_pages(pen, plan, c, &vma->res,
				  scene->snap->page_size,
				  changed_if(count_changed(then, vma,
							   columns[c].count)));
	if (plan->width[COL_FLAGS])
		put_flags(pen, plan, vma, changed_if(changed & CHANGE_FLAGS));
	if (plan->width[COL_OFFSET]) {
		snprintf(offset, sizeof(offset), "%" PRIx64,
			 vma->pgoff * scene->snap->page_size);
		put(pen, plan->x[COL_OFFSET], plan->width[COL_OFFSET], true,
		    !vma->has_pgoff ? STYLE_WARN :
		    vma->pgoff ? STYLE_NORMAL : STYLE_DIM,
		    !vma->has_pgoff ? "?" : vma->pgoff ? offset : ".");
	}
	put_name(pen, plan, vma);
}

static void draw_head(const struct areas *v, const struct plan *plan,
		      struct canvas *canvas)
{
	struct pen pen = { .canvas = canvas, .y = v->list.y };

	canvas_fill(canvas, 0, pen.y, v->list.width, 1, ' ', STYLE_HEADER);
	for (int c = 0; c < NR_COLUMNS; c++) {
		int len = (int)strlen(columns[c].name), x = plan->x[c];

		if (!plan->width[c])
			continue;
		put(&pen, x, plan->width[c], is_number(c), STYLE_HEADER,
		    columns[c].name);
		if (c != (int)v->sort)
			continue;
		/* The arrow is in the blank before numbers, else behind. */
		x += is_number(c) ? plan->width[c] - len - 1 : len;
		canvas_put(canvas, x, pen.y,
			   columns[c].descending != v->inverted ? 0x25bc :
			   0x25b2, STYLE_HEADER, 0);
	}
}

static void draw_sums(const struct areas *v, const struct scene *scene,
		      const struct plan *plan, struct canvas *canvas)
{
	struct pen pen = { .canvas = canvas,
			   .y = v->list.y + v->list.height - 1 };
	char text[64], size[FORMAT_SIZE_MAX];
	size_t all = scene->snap->nr_vmas;
	int room = MARKS + plan->width[COL_ADDRESS];

	canvas_fill(canvas, 0, pen.y, v->list.width, 1, ' ', STYLE_TITLE);
	if (v->nr_rows == all)
		snprintf(text, sizeof(text), "%zu area%s", all,
			 all == 1 ? "" : "s");
	else
		snprintf(text, sizeof(text), "%zu of %zu%s", v->nr_rows, all,
			 all < 1000 ? " areas" : "");
	put(&pen, 0, room, false, STYLE_TITLE, text);
	if (plan->width[COL_SIZE])
		put(&pen, plan->x[COL_SIZE], plan->width[COL_SIZE], true,
		    STYLE_TITLE, format_size(size, v->size_sum, 1));
	for (int c = COL_RSS; c <= COL_EXCLUSIVE; c++)
		if (plan->width[c])
			put_pages(&pen, plan, c, &v->sum,
				  scene->snap->page_size, STYLE_TITLE);
	if (*v->filter_text) {
		int x = plan->x[COL_NAME];

		x += canvas_text(canvas, x, pen.y, plan->width[COL_NAME],
				 STYLE_KEY, 0, "\\ ");
		canvas_text(canvas, x, pen.y, v->list.width - x, STYLE_WARN, 0,
			    v->filter_text);
	} else if (scene->snap->from.truncated) {
		put(&pen, plan->x[COL_NAME], plan->width[COL_NAME], false,
		    STYLE_WARN, "more areas, not read");
	}
}

static void draw_list(const struct areas *v, const struct scene *scene,
		      struct canvas *canvas)
{
	int shown = list_rows(v);
	struct plan plan;

	plan_columns(v, &plan);
	draw_head(v, &plan, canvas);
	for (int i = 0; i < shown && v->top + i < v->nr_rows; i++) {
		size_t row = v->top + i;
		struct pen pen = { .canvas = canvas, .y = v->list.y + 1 + i,
				   .selected = row == v->cursor };

		if (pen.selected) {
			pen.attr = CELL_REVERSE;
			for (int x = 0; x < v->list.width; x++)
				canvas_put(canvas, x, pen.y, ' ', STYLE_NORMAL,
					   CELL_REVERSE);
		}
		draw_row(v, scene, &plan, &pen, v->rows[row]);
	}
	if (!v->nr_rows && shown > 0)
		canvas_text(canvas, MARKS, v->list.y + 1, v->list.width - MARKS,
			    STYLE_WARN, 0,
			    !scene->snap->has_vmas ? "the areas are not known" :
			    scene->snap->nr_vmas ?
			    "no area matches the filter" : "no areas at all");
	if (v->list.height > 1)
		draw_sums(v, scene, &plan, canvas);
}

static void areas_draw(const void *self, const struct scene *scene,
		       struct canvas *canvas)
{
	const struct areas *v = self;

	if (v->list.width)
		draw_list(v, scene, canvas);
	if (!v->pane.width)
		return;
	if (v->pane.x)
		canvas_vline(canvas, v->pane.x - 2, 0, canvas->height,
			     STYLE_DIM);
	if (v->pane.y)
		canvas_hline(canvas, 0, v->pane.y - 1, canvas->width,
			     STYLE_DIM);
	pager_draw(v->pager, canvas, v->pane.x, v->pane.y, v->pane.width,
		   v->pane.height, v->detail_top);
}

/* ---- life and requests ---- */

static void *areas_open(void)
{
	return calloc(1, sizeof(struct areas));
}

static void areas_close(void *self)
{
	struct areas *v = self;

	if (!v)
		return;
	pager_free(v->pager);
	free(v->rows);
	free(v);
}

static void areas_update(void *self, struct scene *scene)
{
	struct areas *v = self;
	struct error err;

	if (strcmp(v->filter_text, scene->filter)) {
		/* The prompt lets only good ones pass; others keep the old. */
		if (!filter_parse(&v->filter, scene->filter, &err))
			strcpy(v->filter_text, scene->filter);
	}
	build_rows(v, scene->snap);
	find_cursor(v, scene);
	settle(v, scene);
}

static void move(struct areas *v, long by)
{
	long to = (long)v->cursor + by;

	if (to >= (long)v->nr_rows)
		to = (long)v->nr_rows - 1;
	v->cursor = to > 0 ? to : 0;
}

/* Moves by the keys in the list, or in the text of a full detail. */
static bool request_move(struct areas *v, enum request request)
{
	bool full = !v->list.width;
	int page = full ? v->pane.height - 1 : list_rows(v);
	long by = 0;

	if (page < 1)
		page = 1;
	switch (request) {
	case REQ_UP:
		by = -1;
		break;
	case REQ_DOWN:
		by = 1;
		break;
	case REQ_PAGE_UP:
		by = -page;
		break;
	case REQ_PAGE_DOWN:
		by = page;
		break;
	case REQ_FIRST:
		by = -1000000000;
		break;
	case REQ_LAST:
		by = 1000000000;
		break;
	default:
		return false;
	}
	if (full)
		v->detail_top += by;
	else
		move(v, by);
	return true;
}

static void request_sort(struct areas *v, struct scene *scene)
{
	do
		v->sort = (v->sort + 1) % NR_COLUMNS;
	while (is_dear(v->sort) && is_unknown(v, v->sort));
	v->inverted = false;
	build_rows(v, scene->snap);
	find_cursor(v, scene);
	snprintf(scene->message, sizeof(scene->message), "sorted by %s, %s",
		 columns[v->sort].name, columns[v->sort].descending ?
		 "largest first" : "ascending");
}

static void request_invert(struct areas *v, struct scene *scene)
{
	v->inverted = !v->inverted;
	build_rows(v, scene->snap);
	find_cursor(v, scene);
}

static void request_shift(struct areas *v, int by)
{
	struct plan plan;

	plan_columns(v, &plan);
	if (by > 0 && plan.complete)
		return;
	v->shift += by;
	if (v->shift < 0)
		v->shift = 0;
}

static void request_zoom(struct areas *v, bool in)
{
	bool pane = v->list.width && v->pane.width, full = !v->list.width;

	if (in && !full)
		v->detail = pane ? DETAIL_FULL : DETAIL_PANE;
	if (!in)
		v->detail = full && v->detail == DETAIL_FULL ? DETAIL_PANE :
			    DETAIL_CLOSED;
}

static void request_search(struct areas *v, struct scene *scene, bool forward)
{
	size_t row = v->cursor;

	for (size_t i = 1; i <= v->nr_rows; i++) {
		bool at_end = forward ? row + 1 == v->nr_rows : !row;

		row = forward ? (at_end ? 0 : row + 1) :
		      at_end ? v->nr_rows - 1 : row - 1;
		if (at_end && i < v->nr_rows)
			snprintf(scene->message, sizeof(scene->message),
				 "search went round the end");
		if (!place_matches(row_vma(v, scene->snap, row), scene->search))
			continue;
		v->cursor = row;
		return;
	}
	snprintf(scene->message, sizeof(scene->message),
		 "no %sarea matches \"%s\"",
		 v->nr_rows < scene->snap->nr_vmas ? "listed " : "",
		 scene->search);
}

static bool areas_request(void *self, struct scene *scene, enum request request)
{
	struct areas *v = self;

	switch (request) {
	case REQ_SORT:
		request_sort(v, scene);
		break;
	case REQ_INVERT:
		request_invert(v, scene);
		break;
	case REQ_LEFT:
	case REQ_RIGHT:
		if (!v->list.width)
			return false;
		request_shift(v, request == REQ_RIGHT ? 1 : -1);
		break;
	case REQ_ENTER:
	case REQ_BACK:
		request_zoom(v, request == REQ_ENTER);
		break;
	case REQ_SEARCH_NEXT:
	case REQ_SEARCH_PREV:
		if (!*scene->search)
			return false;
		request_search(v, scene, request == REQ_SEARCH_NEXT);
		break;
	default:
		if (!request_move(v, request))
			return false;
	}
	settle(v, scene);
	return true;
}

const struct view_ops view_areas = {
	.name = "Areas",
	.summary = "every area in a list: sort, filter, search, details, sums",
	.open = areas_open,
	.close = areas_close,
	.update = areas_update,
	.request = areas_request,
	.draw = areas_draw,
};
