// SPDX-License-Identifier: GPL-2.0
/* Cuts the address space into spans; see span.h. */
#include "figure/span.h"

#include <stdlib.h>
#include <string.h>

#define MAX_CUTS	6

/* What span_list_init() works with. */
struct cutter {
	const struct snapshot *snap;
	struct span_list *list;
	uint64_t start, end;		/* of the window */
	uint64_t cuts[MAX_CUTS];	/* gaps are cut here, ascending */
	int nr_cuts;
	size_t mmap_first, mmap_end;	/* areas of the mmap segment */
	bool whole_files;
};

static bool field(const struct snapshot *snap, enum mm_field f, uint64_t *v)
{
	if (!mm_has(&snap->mm, f))
		return false;
	*v = snap->mm.v[f];
	return true;
}

static bool is_image(enum region region)
{
	return region >= REGION_HEADER && region <= REGION_BSS;
}

static bool is_mapping(const struct vma *vma)
{
	return vma->region != REGION_HEAP && vma->region != REGION_STACK &&
	       !is_image(vma->region);
}

static bool is_legacy(const struct snapshot *snap)
{
	uint64_t v;

	return field(snap, MM_LEGACY_LAYOUT, &v) && v;
}

/*
 * The highest address x86-64 hands out unasked when it has 5-level tables; 0
 * anywhere else. Only x86-64 leaves a page free below a power of two.
 */
static uint64_t default_window(uint64_t task_size)
{
	return task_size == (1ULL << 56) - 4096 ? (1ULL << 47) - 4096 : 0;
}

static void find_stack(struct span_list *list, const struct snapshot *snap)
{
	uint64_t limit = snap->task.rlimit_stack;

	for (size_t i = snap->nr_vmas; i-- > 0; ) {
		const struct vma *vma = &snap->vmas[i];

		if (vma->region != REGION_STACK) {
			if (list->stack_end)
				break;
			continue;
		}
		if (!list->stack_end)
			list->stack_end = vma->end;
		list->stack_size = list->stack_end - vma->start;
	}
	/* The limit is measured from the end of the area. */
	if (list->stack_end && snap->task.has_rlimit_stack &&
	    limit < list->stack_end)
		list->stack_limit = (list->stack_end - limit) &
				    ~(uint64_t)(snap->page_size ?
						snap->page_size - 1 : 0);
}

static void add_cut(struct cutter *c, uint64_t addr)
{
	int i = c->nr_cuts;

	if (!addr || c->nr_cuts == MAX_CUTS)
		return;
	for (; i > 0 && c->cuts[i - 1] > addr; i--)
		c->cuts[i] = c->cuts[i - 1];
	c->cuts[i] = addr;
	c->nr_cuts++;
}

static void find_cuts(struct cutter *c)
{
	uint64_t v;

	add_cut(c, c->list->task_size);
	add_cut(c, default_window(c->list->task_size));
	add_cut(c, c->list->stack_limit);
	if (field(c->snap, MM_MMAP_BASE, &v))
		add_cut(c, v);
	if (field(c->snap, MM_START_BRK, &v))
		add_cut(c, v);
}

/*
 * The mmap segment: the areas that lie together from mmap_base on, downwards
 * or, in the legacy layout, upwards. A wide gap ends it: what is behind was
 * mapped at an address the program chose (a Go heap, a sanitizer's shadow).
 */
static void find_mmap(struct cutter *c)
{
	const struct snapshot *snap = c->snap;
	uint64_t size = c->list->task_size ? c->list->task_size : 1ULL << 47;
	uint64_t wide = size <= 1ULL << 32 ? size / 16 : size / 128;
	uint64_t stack = c->list->stack_end ? c->list->stack_end : size;
	uint64_t base;
	bool has_base = field(snap, MM_MMAP_BASE, &base);
	size_t i, n = snap->nr_vmas;

	c->mmap_first = c->mmap_end = n;
	if (has_base && is_legacy(snap)) {
		for (i = 0; i < n; i++)
			if (is_mapping(&snap->vmas[i]) &&
			    snap->vmas[i].end > base)
				break;
	} else {
		if (!has_base)
			base = stack;
		for (i = n; i > 0; i--)
			if (is_mapping(&snap->vmas[i - 1]) &&
			    snap->vmas[i - 1].start < base)
				break;
		i = i ? i - 1 : n;
	}
	if (i == n || snap->vmas[i].start >= size)
		return;
	c->mmap_first = i;
	c->mmap_end = i + 1;
	while (c->mmap_first > 0) {
		const struct vma *vma = &snap->vmas[c->mmap_first];

		if (!is_mapping(&vma[-1]) || vma->start - vma[-1].end > wide)
			break;
		c->mmap_first--;
	}
	while (c->mmap_end < n) {
		const struct vma *vma = &snap->vmas[c->mmap_end];

		if (!is_mapping(vma) || vma->start - vma[-1].end > wide ||
		    vma->start >= size)
			break;
		c->mmap_end++;
	}
}

static int segment_of(const struct cutter *c, size_t i)
{
	const struct vma *vma = &c->snap->vmas[i];

	if (c->list->task_size ? vma->start >= c->list->task_size :
				 vma->start >= 1ULL << 63)
		return SEGMENT_KERNEL;
	if (!is_mapping(vma))
		return vma->region;
	return i >= c->mmap_first && i < c->mmap_end ? SEGMENT_MMAP :
						       SEGMENT_OTHER;
}

static struct span *add_span(struct span_list *list)
{
	if (list->nr == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 64;
		struct span *p = reallocarray(list->spans, cap, sizeof(*p));

		if (!p)
			return NULL;
		list->spans = p;
		list->cap = cap;
	}
	memset(&list->spans[list->nr], 0, sizeof(*list->spans));
	return &list->spans[list->nr++];
}

/* Whether the program was loaded where it is, or linked to that address. */
static enum gap name_base(const struct cutter *c, const struct vma *above)
{
	uint64_t size = c->list->task_size;
	uint64_t base = above->start;

	if (!size || !is_image(above->region))
		return GAP_BASE;
	if (size > 1ULL << 32) {
		if (base > size / 4)
			return GAP_PIE_BASE;
		return base <= 0x10000000 ? GAP_FIXED_BASE : GAP_BASE;
	}
	/* 32 bit: a loaded program can lie low too, so known addresses only. */
	if (base == 0x08048000 || base == 0x400000 || base == 0x10000)
		return GAP_FIXED_BASE;
	return base > size / 4 ? GAP_PIE_BASE : GAP_BASE;
}

/* One piece of a gap; below and above are the areas around it, or NULL. */
static enum gap name_gap(const struct cutter *c, uint64_t start, uint64_t end,
			 const struct vma *below, const struct vma *above)
{
	const struct span_list *list = c->list;
	uint64_t window = default_window(list->task_size);
	uint64_t v;

	if (window && start >= window)
		return GAP_HIGH;
	if (list->stack_end && start >= list->stack_end)
		return list->task_size ? GAP_STACK_OFFSET : GAP_FREE;
	if (above && above->region == REGION_STACK) {
		uint64_t base;
		bool down = !is_legacy(c->snap) &&
			    field(c->snap, MM_MMAP_BASE, &base);

		if (end == above->start)
			return GAP_STACK_ROOM;
		if (down && start >= base &&
		    list->stack_limit && end <= list->stack_limit)
			return GAP_MMAP_OFFSET;
		return GAP_FREE;
	}
	if (below && is_image(below->region) &&
	    field(c->snap, MM_START_BRK, &v) && end <= v &&
	    !(above && is_image(above->region)))
		return GAP_BRK_OFFSET;
	if (!below && !start && above)
		return name_base(c, above);
	return GAP_FREE;
}

/* Emits the gap between area i - 1 and area i, in pieces. */
static int add_gap(struct cutter *c, size_t i, uint64_t start, uint64_t end)
{
	const struct snapshot *snap = c->snap;
	const struct vma *below = i > 0 ? &snap->vmas[i - 1] : NULL;
	const struct vma *above = i < snap->nr_vmas ? &snap->vmas[i] : NULL;
	int segment = SEGMENT_GAP;

	/* A gap inside a mapping segment belongs to it. */
	if (below && above) {
		int a = segment_of(c, i - 1), b = segment_of(c, i);

		if (a == b && (a == SEGMENT_MMAP || a == SEGMENT_OTHER))
			segment = a;
	}
	if (above && c->list->task_size && above->start >= c->list->task_size)
		above = NULL;
	for (int k = 0; start < end; k++) {
		uint64_t to = end, lo, hi;
		struct span *span;

		while (k < c->nr_cuts && c->cuts[k] <= start)
			k++;
		if (k < c->nr_cuts && c->cuts[k] < end)
			to = c->cuts[k];
		lo = start > c->start ? start : c->start;
		hi = to < c->end ? to : c->end;
		/* How far the user's half goes on above the stack is unknown. */
		if (!c->list->task_size && above &&
		    above->start >= 1ULL << 63)
			return 0;
		if (lo < hi && (!c->list->task_size ||
				start < c->list->task_size)) {
			span = add_span(c->list);
			if (!span)
				return -1;
			span->start = lo;
			span->end = hi;
			span->segment = segment;
			span->gap = name_gap(c, start, to, below, above);
		}
		start = to;
	}
	return 0;
}

/* Whether area i goes into the span before it. */
static bool joins(const struct cutter *c, const struct span *span, size_t i)
{
	const struct vma *vma = &c->snap->vmas[i];

	if (!c->whole_files || !i || !span->nr || vma[-1].end != vma->start ||
	    span->segment != segment_of(c, i))
		return false;
	if (span->segment < REGION_NR)
		return true;
	if (vma->region == REGION_VDSO)
		return vma[-1].region == REGION_VDSO;
	return vma_is_file(vma) && vma->object == vma[-1].object;
}

static int add_area(struct cutter *c, size_t i)
{
	const struct vma *vma = &c->snap->vmas[i];
	struct span_list *list = c->list;
	struct span *span;

	if (list->nr && joins(c, &list->spans[list->nr - 1], i)) {
		span = &list->spans[list->nr - 1];
	} else {
		span = add_span(list);
		if (!span)
			return -1;
		span->start = vma->start > c->start ? vma->start : c->start;
		span->first = i;
		span->region = vma->region;
		span->segment = segment_of(c, i);
	}
	span->end = vma->end < c->end ? vma->end : c->end;
	span->nr++;
	return 0;
}

static int add_spans(struct cutter *c)
{
	const struct snapshot *snap = c->snap;
	uint64_t at = 0;

	for (size_t i = 0; i < snap->nr_vmas; i++) {
		const struct vma *vma = &snap->vmas[i];

		if (vma->start > at && add_gap(c, i, at, vma->start) < 0)
			return -1;
		if (vma->end > c->start && vma->start < c->end &&
		    vma->start < vma->end && add_area(c, i) < 0)
			return -1;
		at = vma->end;
	}
	if (at < c->list->task_size)
		return add_gap(c, snap->nr_vmas, at, c->list->task_size);
	return 0;
}

int span_list_init(struct span_list *list, const struct snapshot *snap,
		   uint64_t start, uint64_t end, bool whole_files)
{
	struct cutter c = {
		.snap = snap, .list = list, .whole_files = whole_files,
		.start = start, .end = end ? end : UINT64_MAX,
	};

	memset(list, 0, sizeof(*list));
	field(snap, MM_TASK_SIZE, &list->task_size);
	find_stack(list, snap);
	find_cuts(&c);
	find_mmap(&c);
	if (add_spans(&c) < 0) {
		span_list_exit(list);
		return -1;
	}
	return 0;
}

void span_list_exit(struct span_list *list)
{
	free(list->spans);
	memset(list, 0, sizeof(*list));
}

static bool can_join(const struct span *span)
{
	return span->segment == SEGMENT_MMAP || span->segment == SEGMENT_OTHER;
}

static int compare_sizes(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x > *y ? -1 : *x < *y;
}

static void join(struct span *to, const struct span *span)
{
	to->end = span->end;
	if (!to->nr) {
		/* It began with a gap. */
		to->nr_gaps = 1;
		to->gap_bytes = to->end - to->start;
		if (span->nr) {
			to->gap_bytes = span->start - to->start;
			to->first = span->first;
			to->region = span->region;
			to->gap = GAP_NONE;
		}
	} else if (!span->nr) {
		to->nr_gaps++;
		to->gap_bytes += span->end - span->start;
	}
	to->nr += span->nr;
}

int span_list_join(struct span_list *list, size_t max)
{
	uint64_t *sizes, least = 0;
	size_t n = 0, runs = 0, keep, kept = 0, out = 0;
	int last = -1;

	sizes = malloc((list->nr + 1) * sizeof(*sizes));
	if (!sizes)
		return -1;
	for (size_t i = 0; i < list->nr; i++) {
		const struct span *span = &list->spans[i];

		if (can_join(span)) {
			sizes[n++] = span->end - span->start;
			runs += span->segment != last;
		}
		last = can_join(span) ? span->segment : -1;
	}
	if (n <= max) {
		free(sizes);
		return 0;
	}
	/* Each one that stays can leave a joined one on both of its sides. */
	keep = max > runs ? (max - runs) / 2 : 0;
	qsort(sizes, n, sizeof(*sizes), compare_sizes);
	if (keep)
		least = sizes[keep - 1];
	free(sizes);

	last = -1;	/* segment of a joined span at the end, or none */
	for (size_t i = 0; i < list->nr; i++) {
		struct span span = list->spans[i];

		if (!can_join(&span)) {
			last = -1;
		} else if (keep && kept < keep &&
			   span.end - span.start >= least) {
			kept++;
			last = -1;
		} else if (last == span.segment) {
			join(&list->spans[out - 1], &span);
			continue;
		} else {
			last = span.segment;
		}
		list->spans[out++] = span;
	}
	list->nr = out;
	return 0;
}

bool span_resident(const struct snapshot *snap, const struct span *span,
		   uint64_t *bytes)
{
	uint64_t pages = 0;

	if (!span->nr)
		return false;
	for (size_t i = 0; i < span->nr; i++) {
		const struct residency *res = &snap->vmas[span->first + i].res;

		if (!res_has(res, RES_RSS))
			return false;
		pages += res->pages[RES_RSS];
	}
	*bytes = pages * snap->page_size;
	return true;
}
