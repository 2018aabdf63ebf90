// SPDX-License-Identifier: GPL-2.0
/*
 * Takes areas and their counts out of an mm, one bounded slice under the lock
 * after another. Resolves no path and writes no message: that is done with
 * what a slice holds, after the lock has been let go.
 */
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/slab.h>

#include "compat.h"
#include "slice.h"
#include "stats.h"
#include "walk.h"

/*
 * Page-table entries visited in one hold, and what one area counts for, the
 * entries of a small one included.
 */
#define SLICE_ENTRIES	4096
#define SHARING_ENTRIES	512	/* where each page is looked at */
#define AREA_ENTRIES	24

/* A mask, and every count there is in two halves. */
#define GROUP_MAX	(1 + 2 * (VMAVIEW_COUNT_MAX + 1))

/* An object is looked for among so many of the last ones. */
#define OBJECT_LOOKBACK	4

/*
 * A cache with a constructor, as to clear a slice for each dump, which kernels
 * with init_on_alloc do else, costs a third of what a small process does. Only
 * what has been written is ever read.
 */
static struct kmem_cache *slices;

static void construct(void *object)
{
	struct vmav_slice *slice = object;

	slice->nr_vmas = 0;
	slice->nr_objects = 0;
}

int vmav_slice_init(void)
{
	slices = kmem_cache_create("vmaview_slice", sizeof(struct vmav_slice),
				   0, 0, construct);
	return slices ? 0 : -ENOMEM;
}

void vmav_slice_exit(void)
{
	kmem_cache_destroy(slices);
}

struct vmav_slice *vmav_slice_new(void)
{
	return kmem_cache_alloc(slices, GFP_KERNEL);
}

/* Drops the references to files. Must not be called under mmap_lock. */
void vmav_slice_clear(struct vmav_slice *slice)
{
	unsigned int i;

	for (i = 0; i < slice->nr_objects; i++)
		if (slice->objects[i].file)
			fput(slice->objects[i].file);
	slice->nr_objects = 0;
	slice->nr_vmas = 0;
}

void vmav_slice_free(struct vmav_slice *slice)
{
	if (!slice)
		return;
	vmav_slice_clear(slice);
	kmem_cache_free(slices, slice);
}

/* Asks for the areas that overlap [start, end), and what VMAVIEW_F_VMAS adds. */
void vmav_cursor_init(struct vmav_cursor *cursor, u64 start, u64 end,
		      u32 flags)
{
	memset(cursor, 0, sizeof(*cursor));
	cursor->pos = start;
	cursor->end = end;
	cursor->want_counts = flags & VMAVIEW_F_COUNTS;
	cursor->counts.sharing = flags & VMAVIEW_F_SHARING;
}

/**
 * vmav_cursor_rewind - takes back the areas that found no room
 * @cursor: that took @slice last
 * @slice: what was taken
 * @nr_used: how many of its areas were used, less than slice->nr_vmas
 */
void vmav_cursor_rewind(struct vmav_cursor *cursor,
			const struct vmav_slice *slice, unsigned int nr_used)
{
	cursor->pos = slice->vmas[nr_used].start;
	if (nr_used)
		cursor->floor = slice->vmas[nr_used - 1].end;
	else
		cursor->floor = min(cursor->floor, cursor->pos);
	cursor->walked = 0;
	cursor->holds.done = false;
}

/* False for nearly all areas that have no name, at little cost. */
static bool may_have_name(const struct vm_area_struct *vma)
{
	return IS_ENABLED(CONFIG_ANON_VMA_NAME) ||
	       (!vma->vm_file && (vma->vm_ops || vmav_vma_is_heap(vma) ||
				  vmav_vma_is_stack(vma)));
}

/* The number of the area's object, from 1; 0 has none; -1 no room. */
static int take_object(struct vmav_slice *slice, struct vm_area_struct *vma)
{
	struct vmav_object *object = &slice->objects[slice->nr_objects];
	unsigned int i;
	bool named;

	/* The next free one is written first: names are rare and short. */
	if (slice->nr_objects == VMAV_SLICE_OBJECTS)
		return -1;
	named = may_have_name(vma) && vmav_vma_name(vma, object->name);
	if (!named) {
		if (!vma->vm_file)
			return 0;
		for (i = slice->nr_objects; i > 0 &&
		     i + OBJECT_LOOKBACK > slice->nr_objects; i--)
			if (slice->objects[i - 1].file == vma->vm_file)
				return i;
	}
	object->file = named ? NULL : get_file(vma->vm_file);
	return ++slice->nr_objects;
}

/* Writes counts as a group of the wire format. Returns its end. */
static u32 *put_counts(u32 *group, const struct vmav_counts *counts)
{
	u32 bits, *p = group + 1;
	u64 all = 0;

	for (bits = counts->mask; bits; bits &= bits - 1) {
		all |= counts->pages[__ffs(bits)];
		*p++ = lower_32_bits(counts->pages[__ffs(bits)]);
	}
	*group = counts->mask;
	if (unlikely(all >> 32)) {
		*group |= VMAVIEW_COUNTS_WIDE;
		p = group + 1;
		for (bits = counts->mask; bits; bits &= bits - 1) {
			*p++ = lower_32_bits(counts->pages[__ffs(bits)]);
			*p++ = upper_32_bits(counts->pages[__ffs(bits)]);
		}
	}
	return p;
}

/* The same of pages that are all in the same counts. */
static u32 *put_run(u32 *group, const struct vmav_run *run)
{
	unsigned int i;

	*group++ = run->nr ? run->mask : 0;
	for (i = run->nr ? run->nr_counts : 0; i; i--)
		*group++ = run->nr;
	return group;
}

/*
 * Goes on counting the area where the last slice stopped. When the area has
 * changed since, what was counted is kept: the change has been noted already.
 * Returns false when the budget ended first.
 */
static bool take_counts(struct vmav_cursor *cursor, struct vm_area_struct *vma,
			struct vmav_place *place, long *budget)
{
	struct vmav_counts *counts = &cursor->counts;

	if (cursor->walked <= vma->vm_start) {
		cursor->walked = vma->vm_start;
		vmav_counts_reset(counts);
	}
	if (cursor->walked < vma->vm_end)
		cursor->walked = vmav_walk_count(vma, cursor->walked,
						 vma->vm_end, counts, place,
						 budget);
	if (cursor->walked < vma->vm_end)
		return false;
	cursor->walked = 0;
	if (counts->mask & 1U << VMAVIEW_COUNT_PSS)
		counts->pages[VMAVIEW_COUNT_PSS] >>= VMAV_PSS_SHIFT;
	return true;
}

static void put_area(struct vmaview_vma *out, const struct vm_area_struct *vma,
		     u32 object)
{
	out->start = vma->vm_start;
	out->end = vma->vm_end;
	out->flags = vma->vm_flags;
	out->pgoff = vma->vm_pgoff;
	out->object = object;
	out->reserved = 0;
}

/* The area grew down into, or was merged with, what has been sent. */
static void cut_area(struct vmaview_vma *out, struct vmav_cursor *cursor,
		     u64 floor)
{
	cursor->holds.changes++;
	out->pgoff += (floor - out->start) >> PAGE_SHIFT;
	out->start = floor;
}

/*
 * Takes what one hold of the lock allows. Returns true when it stopped because
 * somebody waits for the lock.
 */
static bool take_locked(struct vmav_slice *slice, struct vmav_cursor *cursor,
			struct mm_struct *mm, unsigned int max_areas,
			long *budget)
{
	const u32 *const full = slice->counts + VMAV_SLICE_COUNTS - GROUP_MAX;
	bool small = cursor->want_counts && !cursor->counts.sharing &&
		     !cursor->walked;
	struct vmav_place place = VMAV_PLACE_NONE;
	struct vmaview_vma *out = slice->vmas;
	u16 *counts_end = slice->counts_end;
	struct vm_area_struct *vma;
	u32 *group = slice->counts;
	u64 floor = cursor->floor;
	long left = *budget;
	VMA_ITERATOR(vmi, mm, cursor->pos);

	for_each_vma(vmi, vma) {
		int object;

		if (vma->vm_start >= cursor->end) {
			vma = NULL;
			break;
		}
		if (out == slice->vmas + max_areas || group > full)
			break;
		object = take_object(slice, vma);
		if (object < 0)
			break;
		if (small && vmav_walk_small(vma, &place)) {
			group = put_run(group, &place.run);
		} else if (cursor->want_counts) {
			if (!take_counts(cursor, vma, &place, &left))
				break;
			group = put_counts(group, &cursor->counts);
			small = !cursor->counts.sharing;
		}
		*counts_end++ = group - slice->counts;
		put_area(out, vma, object);
		if (out->start < floor)
			cut_area(out, cursor, floor);
		floor = vma->vm_end;
		out++;
		left -= AREA_ENTRIES;
		if (left <= 0 || mmap_lock_is_contended(mm))
			break;
	}
	slice->nr_vmas = out - slice->vmas;
	if (slice->nr_vmas) {
		cursor->floor = floor;
		cursor->pos = floor;
	}
	cursor->holds.done = !vma;
	*budget = left;
	return vma && left > 0 && mmap_lock_is_contended(mm);
}

/**
 * vmav_slice_take - takes the next slice of a dump
 * @slice: cleared first; to be cleared or freed later
 * @cursor: where the dump is, moved on
 * @mm: what is dumped; the caller holds mm_users
 * @max_areas: at most so many areas, up to VMAV_SLICE_AREAS
 * @wait: for mmap_lock, a little
 *
 * A slice may be empty, when an area is so large that counting it takes more
 * than one; cursor->holds.done tells when there is no more.
 *
 * Context: process context.
 * Return: 0; -EINTR by a fatal signal; -EAGAIN when the lock could not be had.
 */
int vmav_slice_take(struct vmav_slice *slice, struct vmav_cursor *cursor,
		    struct mm_struct *mm, unsigned int max_areas, bool wait)
{
	const long entries = cursor->counts.sharing ? SHARING_ENTRIES :
						      SLICE_ENTRIES;
	long budget = entries;
	bool contended;
	int err;

	vmav_slice_clear(slice);
	err = vmav_hold_begin(&cursor->holds, mm, wait);
	if (err)
		return err;
	contended = take_locked(slice, cursor, mm,
				min_t(unsigned int, max_areas,
				      VMAV_SLICE_AREAS), &budget);
	vmav_hold_end(&cursor->holds, mm);
	/* the object of an area that is not finished */
	if (!slice->nr_vmas)
		vmav_slice_clear(slice);

	vmav_stats_add(VMAV_STAT_CONTENDED, contended);
	vmav_stats_add(VMAV_STAT_AREAS, slice->nr_vmas);
	vmav_stats_add(VMAV_STAT_ENTRIES, entries - budget);
	return 0;
}
