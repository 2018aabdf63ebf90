// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the state of every page of a range, one bounded part under the lock
 * after another. See walk.c for what makes the walk safe.
 */
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/slab.h>

#include "compat.h"
#include "descend.h"
#include "pages.h"
#include "pte.h"
#include "state.h"
#include "stats.h"

/* Pages visited in one hold. */
#define HOLD_PAGES	4096
/* What a step costs besides them, and each of them that is looked at. */
#define STEP_COST	8
#define SHARING_COST	4
/* A step is not begun when it could take less than so many pages. */
#define STEP_MIN	32

struct vmav_pages *vmav_pages_new(void)
{
	return kvmalloc(sizeof(struct vmav_pages), GFP_KERNEL);
}

void vmav_pages_free(struct vmav_pages *pages)
{
	kvfree(pages);
}

/*
 * Neighbours mostly have the same bits but for the frame, and then the same
 * state: what an entry's bits tell by themselves is worked out once.
 */
struct told {
	u64 flags;		/* of an entry that is present, or VMAV_NO_FLAGS */
	u32 state;
};

#ifdef VMAV_PTE_FLAGS
#define GROUP	VMAV_GROUP

/* Adds a group whose entries are all none, or all tell the same; else false. */
static __always_inline bool add_group(struct vmav_step *step,
				      const pte_t *group, unsigned int i,
				      const struct told *told, bool frames)
{
	u64 any = vmav_seen_in_any(group, GROUP), all;

	if (!any)
		return true;
	if (frames)
		return false;
	all = vmav_seen_in_all(group, GROUP);
	if (((any ^ all) | (all ^ told->flags)) & VMAV_PTE_FLAGS)
		return false;
	vmav_step_add(step, i, GROUP, told->state);
	return true;
}

static __always_inline u32 state_of(const struct vmav_state_of *of, pte_t pte,
				    struct told *told)
{
	u64 flags = vmav_pte_raw(pte) & VMAV_PTE_FLAGS;
	u32 state;

	if (flags == told->flags)
		return told->state;
	state = vmav_state_of_pte(of, pte);
	if (pte_present(pte) && !pte_special(pte) && !vmav_pte_is_joined(pte) &&
	    !of->sharing &&
	    vmav_kind_of_backing(of->backing, pte_write(pte)) !=
	    VMAV_ASK_PAGE) {
		told->flags = flags;
		told->state = state;
	}
	return state;
}
#else
#define GROUP	32

static bool add_group(struct vmav_step *step, const pte_t *group,
		      unsigned int i, const struct told *told, bool frames)
{
	return false;
}

static u32 state_of(const struct vmav_state_of *of, pte_t pte,
		    struct told *told)
{
	return vmav_state_of_pte(of, pte);
}
#endif

/* Each for itself, from i on. */
static void read_each(struct vmav_pages *pages,
		      const struct vmav_pages_range *range,
		      const struct vmav_state_of *of, const pte_t *ptes,
		      unsigned int i, unsigned int nr, struct told *told)
{
	for (; nr; nr--, i++) {
		pte_t pte = vmav_ptep_get(&ptes[i]);
		u32 state;

		if (pte_none(pte))
			continue;
		state = state_of(of, pte, told);
		vmav_step_add(&pages->step, i, 1, state);
		if (range->frames &&
		    VMAVIEW_PAGE_HAS_FRAME(VMAVIEW_PAGE_KIND(state)))
			vmav_map_put_frame(&pages->map,
					   vmav_frame_of_pte(pte));
	}
}

static void read_ptes(struct vmav_pages *pages,
		      const struct vmav_pages_range *range,
		      const struct vmav_state_of *of, const pte_t *ptes,
		      unsigned int nr)
{
	struct told told = { .flags = VMAV_NO_FLAGS };
	unsigned int i;

	for (i = 0; i + GROUP <= nr; i += GROUP)
		if (!add_group(&pages->step, &ptes[i], i, &told, range->frames))
			read_each(pages, range, of, ptes, i, GROUP, &told);
	read_each(pages, range, of, ptes, i, nr - i, &told);
}

/*
 * How many pages can be taken, of nr: so that whatever they are, words and
 * frames have room.
 */
static unsigned int limit(const struct vmav_pages *pages,
			  const struct vmav_pages_range *range, u64 nr)
{
	unsigned int room = vmav_map_room(&pages->map) - 2;

	if (range->frames)
		room /= 2;
	return min_t(u64, min_t(unsigned int, room, PTRS_PER_PTE), nr);
}

static void read_table(struct vmav_pages *pages,
		       const struct vmav_pages_range *range,
		       const struct vmav_state_of *of, pmd_t pmd, u64 addr)
{
	pte_t *ptes = vmav_pte_map(&pmd, addr);

	read_ptes(pages, range, of, ptes, pages->step.nr);
	vmav_pte_unmap(ptes);
}

static void read_huge_pmd(struct vmav_pages *pages,
			  const struct vmav_pages_range *range,
			  const struct vmav_state_of *of, pmd_t *pmdp,
			  pmd_t pmd, u64 addr)
{
	unsigned int first = (addr & ~PMD_MASK) >> PAGE_SHIFT, i;
	u32 state = vmav_state_of_pmd(of, pmdp, pmd, first);

	for (i = 0; i < pages->step.nr; i++) {
		/* each page of it may be mapped elsewhere, too, by a pte */
		if (of->sharing && i)
			state = vmav_state_of_pmd(of, pmdp, pmd, first + i);
		vmav_step_add(&pages->step, i, 1, state);
		/* hugetlb has markers there, too */
		if (range->frames &&
		    VMAVIEW_PAGE_HAS_FRAME(VMAVIEW_PAGE_KIND(state)))
			vmav_map_put_frame(&pages->map,
					   vmav_frame_of_pmd(of, pmd, first + i));
	}
}

static void read_huge_pud(struct vmav_pages *pages,
			  const struct vmav_state_of *of, pud_t pud, u64 addr)
{
	unsigned int first = (addr & ~PUD_MASK) >> PAGE_SHIFT, i;
	u32 state = vmav_state_of_pud(of, pud);

	for (i = 0; i < pages->step.nr; i++) {
		vmav_step_add(&pages->step, i, 1, state);
		if (VMAVIEW_PAGE_HAS_FRAME(VMAVIEW_PAGE_KIND(state)))
			vmav_map_put_frame(&pages->map,
					   vmav_frame_of_pud(pud, first + i));
	}
}

/* No state: the step has more than one, or frames. */
#define MAP	VMAVIEW_PAGE_UNMAPPED

/*
 * Reads from addr on. Either pages->step.nr pages of a table or a huge page,
 * or one state of nr pages, which is returned: a hole of any size, a huge page
 * when nothing is asked for that its pages may differ in.
 */
static u32 read_step(struct vmav_pages *pages,
		     const struct vmav_pages_range *range,
		     struct vm_area_struct *vma, const struct vmav_state_of *of,
		     u64 addr, u64 end, u64 *nr)
{
	struct vmav_step *step = &pages->step;
	struct vmav_descent at;
	pmd_t pmd;

	vmav_descend(&at, vma->vm_mm, addr, end);
	if (at.pmdp)
		at.next = pmd_addr_end(addr, at.next);
	*nr = (at.next - addr) >> PAGE_SHIFT;
	step->nr = limit(pages, range, *nr);
	step->nr_states = 0;
	bitmap_zero(step->bits, PTRS_PER_PTE);
	if (!at.pmdp) {
		if (!at.is_pud)
			return VMAVIEW_PAGE_NONE;
		if (!range->frames)
			return vmav_state_of_pud(of, at.pud);
		read_huge_pud(pages, of, at.pud, addr);
		return MAP;
	}
	pmd = vmav_pmdp_get(at.pmdp);
	if (pmd_none(pmd))
		return VMAVIEW_PAGE_NONE;
	if (pmd_present(pmd) && !pmd_leaf(pmd))
		read_table(pages, range, of, pmd, addr);
	else if (!range->frames && !of->sharing)
		return vmav_state_of_pmd(of, at.pmdp, pmd, 0);
	else
		read_huge_pmd(pages, range, of, at.pmdp, pmd, addr);
	return MAP;
}

/* One step, and what it found encoded. Returns the pages it was for. */
static u64 take_step(struct vmav_pages *pages,
		     const struct vmav_pages_range *range,
		     struct vm_area_struct *vma, struct vmav_state_of *of,
		     u64 end, long *budget)
{
	unsigned int nr_frames = pages->map.nr_frames;
	unsigned long flags;
	u32 state;
	u64 nr;

again:
	local_irq_save(flags);
	state = read_step(pages, range, vma, of, range->pos, end, &nr);
	local_irq_restore(flags);
	/* pairs with the release of anon_vma in __anon_vma_prepare() */
	smp_rmb();
	if (unlikely(vmav_may_turn_anon(of->backing) && READ_ONCE(vma->anon_vma))) {
		of->backing = VMAV_BACKED_MIXED;
		pages->map.nr_frames = nr_frames;
		goto again;
	}
	if (state != MAP) {
		vmav_map_put_run(&pages->map, state, nr);
		*budget -= STEP_COST;
		return nr;
	}
	vmav_map_put_step(&pages->map, &pages->step);
	*budget -= STEP_COST + pages->step.nr *
		   (range->sharing ? SHARING_COST : 1);
	return pages->step.nr;
}

static bool has_room(const struct vmav_pages *pages)
{
	return vmav_map_room(&pages->map) >= 2 * STEP_MIN + 4;
}

/* Takes pages of one area; returns false when it has to stop. */
static bool take_area(struct vmav_pages *pages, struct vmav_pages_range *range,
		      struct vm_area_struct *vma, long *budget)
{
	struct vmav_state_of of = {
		.backing = vmav_backing_of(vma),
		.vm_flags = vma->vm_flags,
		.sharing = range->sharing,
	};
	u64 end = min_t(u64, vma->vm_end, range->end);
	u64 start = max_t(u64, vma->vm_start, range->pos);

	if (!pages->map.nr_words) {
		pages->map.start = start;
	} else if (start > range->pos) {
		/* what is farther away begins a part of its own */
		if ((start - range->pos) >> PAGE_SHIFT > VMAV_MAP_GROUP_MAX)
			return false;
		vmav_map_put_run(&pages->map, VMAVIEW_PAGE_UNMAPPED,
				 (start - range->pos) >> PAGE_SHIFT);
	}
	range->pos = start;

	while (range->pos < end) {
		/* one step is made, however many wait */
		if (!has_room(pages) || (pages->map.nr_words &&
		    (*budget <= 0 || mmap_lock_is_contended(vma->vm_mm))))
			return false;
		range->pos += take_step(pages, range, vma, &of, end, budget) <<
			      PAGE_SHIFT;
	}
	return true;
}

/**
 * vmav_pages_take - takes the next part of a page map
 * @pages: overwritten
 * @range: what is asked for; moved on, and done when there is no more
 * @mm: whose; the caller holds mm_users
 * @room: words and frames to be taken at most, at least 100
 * @wait: for mmap_lock, a little
 *
 * The part may be empty, and then says nothing of range->pos having moved.
 *
 * Context: process context.
 * Return: 0; -EINTR by a fatal signal; -EAGAIN when the lock could not be had.
 */
int vmav_pages_take(struct vmav_pages *pages, struct vmav_pages_range *range,
		    struct mm_struct *mm, unsigned int room, bool wait)
{
	VMA_ITERATOR(vmi, mm, range->pos);
	struct vm_area_struct *vma;
	long budget = HOLD_PAGES;
	bool goes_on = true;
	int err;

	vmav_map_reset(&pages->map, room);
	err = vmav_hold_begin(&range->holds, mm, wait);
	if (err)
		return err;
	for_each_vma(vmi, vma) {
		if (vma->vm_start >= range->end)
			break;
		goes_on = has_room(pages) && take_area(pages, range, vma,
						       &budget);
		if (!goes_on)
			break;
	}
	range->holds.done = goes_on;
	vmav_hold_end(&range->holds, mm);
	vmav_stats_add(VMAV_STAT_ENTRIES, HOLD_PAGES - budget);
	return 0;
}
