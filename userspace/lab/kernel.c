// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel has of the host: pictures of its areas with the pages of
 * [heap], and the values that are read from them. Where the break is, /proc
 * does not tell: then it is what brk(2) answers to the host.
 */
#include <string.h>

#include "lab/state.h"

static void picture_free(struct picture *picture)
{
	snapshot_free(picture->snap);
	*picture = (struct picture){ .snap = NULL };
}

static uint64_t page_down(const struct lab *lab, uint64_t addr)
{
	return addr & -lab->page_size;
}

static uint64_t page_up(const struct lab *lab, uint64_t addr)
{
	return page_down(lab, addr + lab->page_size - 1);
}

static uint64_t brk_of(const struct snapshot *snap, uint64_t told)
{
	return mm_has(&snap->mm, MM_BRK) ? snap->mm.v[MM_BRK] : told;
}

/* Where [heap] is now; empty when it is not known or there is none. */
static void heap_bounds(const struct lab *lab, const struct snapshot *snap,
			uint64_t brk, uint64_t *start, uint64_t *end)
{
	*start = *end = 0;
	if (!mm_has(&snap->mm, MM_START_BRK))
		return;
	*start = page_down(lab, snap->mm.v[MM_START_BRK]);
	*end = page_up(lab, brk);
}

/* The descriptor says where [heap] is. The host stands still in between. */
static struct snapshot *take(struct lab *lab, struct error *err)
{
	struct take take = { .what = 0 };
	struct snapshot *snap = source_take(lab->source, &take, err);

	if (!snap)
		return NULL;
	take.what = TAKE_VMAS | TAKE_COUNTS;
	heap_bounds(lab, snap, brk_of(snap, lab->host.brk), &take.start,
		    &take.end);
	if (take.start < take.end)
		take.what |= TAKE_PAGES;
	snapshot_free(snap);
	return source_take(lab->source, &take, err);
}

void kernel_look(struct lab *lab)
{
	struct error err = { ERR_GONE, "there is no host" };

	picture_free(&lab->before);
	lab->before = lab->after;
	lab->is_same = false;
	lab->after = (struct picture){ .snap = NULL };
	if (lab->source)
		lab->after.snap = take(lab, &err);
	if (lab->after.snap)
		lab->after.brk = brk_of(lab->after.snap, lab->host.brk);
	else
		memcpy(lab->after.why, err.text, sizeof(err.text));
}

void kernel_same(struct lab *lab)
{
	picture_free(&lab->before);
	lab->is_same = true;
}

void kernel_forget(struct lab *lab)
{
	picture_free(&lab->before);
	picture_free(&lab->after);
	lab->is_same = false;
}

/* ---- values ---- */

static bool read_brk(const struct lab *lab, const struct picture *picture,
		     uint64_t *value)
{
	(void)lab;
	*value = picture->brk;
	return picture->snap != NULL;
}

static bool read_start_brk(const struct lab *lab,
			   const struct picture *picture, uint64_t *value)
{
	(void)lab;
	if (!picture->snap || !mm_has(&picture->snap->mm, MM_START_BRK))
		return false;
	*value = picture->snap->mm.v[MM_START_BRK];
	return true;
}

static bool read_heap(const struct lab *lab, const struct picture *picture,
		      uint64_t *value)
{
	uint64_t start, end;

	if (!read_brk(lab, picture, &end) ||
	    !read_start_brk(lab, picture, &start))
		return false;
	*value = end - start;
	return true;
}

/* Pages of own frames, and of the zero page. False: some can't be told. */
static bool sum_pages(const struct snapshot *snap, uint64_t start,
		      uint64_t end, uint64_t *own, uint64_t *zero)
{
	const struct page_map *map = snap->pages;
	struct page_sum sum;

	*own = *zero = 0;
	if (start >= end)
		return true;
	if (!map || !page_map_knows(map, start, end))
		return false;
	page_map_sum(map, start, end, &sum);
	if (sum.kinds[PAGE_PRESENT] || sum.kinds[PAGE_ABSENT])
		return false;
	*own = sum.kinds[PAGE_ANON] * map->page_size;
	*zero = sum.kinds[PAGE_ZERO] * map->page_size;
	return true;
}

static bool read_pages(const struct lab *lab, const struct picture *picture,
		       uint64_t *own, uint64_t *zero)
{
	uint64_t start, end;

	if (!picture->snap)
		return false;
	heap_bounds(lab, picture->snap, picture->brk, &start, &end);
	return sum_pages(picture->snap, start, end, own, zero);
}

static bool is_heap(const struct vma *vma)
{
	return vma->region == REGION_HEAP;
}

/* What smaps says of the area, where single pages can't be told apart. */
static bool read_counted(const struct picture *picture, uint64_t *value)
{
	const struct snapshot *snap = picture->snap;
	size_t i;

	*value = 0;
	for (i = 0; snap && i < snap->nr_vmas; i++) {
		if (!is_heap(&snap->vmas[i]))
			continue;
		if (!res_has(&snap->vmas[i].res, RES_ANON))
			return false;
		*value += res_bytes(&snap->vmas[i].res, RES_ANON,
				    snap->page_size);
	}
	return snap != NULL;
}

static bool read_heap_rss(const struct lab *lab, const struct picture *picture,
			  uint64_t *value)
{
	uint64_t zero;

	return read_pages(lab, picture, value, &zero) ||
	       read_counted(picture, value);
}

static bool read_heap_zero(const struct lab *lab,
			   const struct picture *picture, uint64_t *value)
{
	uint64_t own;

	return read_pages(lab, picture, &own, value);
}

/* Private, writable, of no file, neither heap nor stack. */
static bool is_mapping(const struct vma *vma)
{
	return !vma_is_file(vma) && !is_heap(vma) &&
	       vma->region != REGION_STACK && vma->region != REGION_BSS &&
	       vma->region != REGION_DATA &&
	       vma->flags & VF_BIT(VF_WRITE) &&
	       !(vma->flags & VF_BIT(VF_SHARED));
}

static bool read_mapped(const struct lab *lab, const struct picture *picture,
			uint64_t *value)
{
	const struct snapshot *snap = picture->snap;
	size_t i;

	(void)lab;
	*value = 0;
	for (i = 0; snap && i < snap->nr_vmas; i++)
		if (is_mapping(&snap->vmas[i]))
			*value += vma_size(&snap->vmas[i]);
	return snap && snap->has_vmas;
}

static bool read_rss(const struct lab *lab, const struct picture *picture,
		     uint64_t *value)
{
	const struct snapshot *snap = picture->snap;
	size_t i;

	(void)lab;
	*value = 0;
	for (i = 0; snap && i < snap->nr_vmas; i++) {
		if (!res_has(&snap->vmas[i].res, RES_ANON))
			return false;
		*value += res_bytes(&snap->vmas[i].res, RES_ANON,
				    snap->page_size);
	}
	return snap && snap->has_vmas;
}

static bool read_areas(const struct lab *lab, const struct picture *picture,
		       uint64_t *value)
{
	(void)lab;
	if (!picture->snap || !picture->snap->has_vmas)
		return false;
	*value = picture->snap->nr_vmas;
	return true;
}

const struct kernel_value kernel_values[] = {
	{ "brk", "the break, where [heap] ends", UNIT_ADDRESS, true, read_brk },
	{ "start_brk", "where [heap] begins", UNIT_ADDRESS, true,
	  read_start_brk },
	{ "heap", "from start_brk to brk", UNIT_BYTES, false, read_heap },
	{ "heap.rss", "in frames of its own", UNIT_BYTES, true,
	  read_heap_rss },
	{ "heap.zero", "on the page of zeros", UNIT_BYTES, true,
	  read_heap_zero },
	{ "mapped", "in anonymous mappings", UNIT_BYTES, true, read_mapped },
	{ "rss", "in frames, anonymous", UNIT_BYTES, true, read_rss },
	{ "areas", "how many there are", UNIT_COUNT, false, read_areas },
};
const size_t nr_kernel_values = sizeof(kernel_values) /
				sizeof(*kernel_values);

const struct picture *picture_before(const struct lab *lab)
{
	return lab->is_same ? &lab->after : &lab->before;
}

bool kernel_resident(struct lab *lab, uint64_t start, uint64_t end,
		     uint64_t *own, uint64_t *zero)
{
	const struct take take = {
		.what = TAKE_VMAS | TAKE_PAGES,
		.start = page_down(lab, start), .end = page_up(lab, end),
	};
	struct snapshot *snap;
	struct error err;
	bool known;

	if (!lab->source)
		return false;
	snap = source_take(lab->source, &take, &err);
	known = snap && sum_pages(snap, take.start, take.end, own, zero);
	snapshot_free(snap);
	return known;
}
