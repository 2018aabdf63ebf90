// SPDX-License-Identifier: GPL-2.0
/*
 * Counts page tables, their entries and what they cost, area by area. See
 * walk.c for what makes the walk safe.
 */
#include <linux/mm.h>
#include <linux/mmap_lock.h>

#include "compat.h"
#include "descend.h"
#include "stats.h"
#include "tables.h"

/* Entries visited in one hold, and what a step counts for besides. */
#define HOLD_ENTRIES	4096
#define STEP_COST	8

/* What one step counts into. */
struct step {
	struct vmav_tables_range *range;
	struct vm_area_struct *vma;
	unsigned long end;
	long *budget;
};

/* Is the level above another name for this one? */
static bool is_folded(struct mm_struct *mm, unsigned int level)
{
	switch (level) {
	case VMAVIEW_LEVEL_PMD:
		return mm_pmd_folded(mm);
	case VMAVIEW_LEVEL_PUD:
		return mm_pud_folded(mm);
	case VMAVIEW_LEVEL_P4D:
		return mm_p4d_folded(mm);
	default:
		return false;
	}
}

/* The first address that the table of this level for addr maps. */
static u64 table_start(unsigned int level, unsigned long addr)
{
	switch (level) {
	case VMAVIEW_LEVEL_PTE:
		return addr & PMD_MASK;
	case VMAVIEW_LEVEL_PMD:
		return addr & PUD_MASK;
	case VMAVIEW_LEVEL_PUD:
		return addr & P4D_MASK;
	case VMAVIEW_LEVEL_P4D:
		return addr & PGDIR_MASK;
	default:
		return 0;
	}
}

/*
 * A table, and the entry that leads to it, count for the first area that they
 * are met in. Areas come in order of address, so the last one is enough.
 */
static void count_table(const struct step *step, unsigned int level,
			unsigned long addr)
{
	struct vmav_tables_range *range = step->range;
	struct mm_struct *mm = step->vma->vm_mm;
	u64 first = table_start(level, addr);

	if (is_folded(mm, level) ||
	    (range->has_last[level] && range->last[level] == first))
		return;
	range->has_last[level] = true;
	range->last[level] = first;
	range->area.tables[level]++;
	if (level == VMAVIEW_LEVEL_PGD)
		return;
	do
		level++;
	while (is_folded(mm, level));
	range->area.used[level]++;
}

static void count_leaf(struct vmav_tables_range *range, unsigned int level,
		       bool present)
{
	range->area.used[level]++;
	range->area.pages[level] += present;
}

/*
 * For each huge page of an anonymous area a PTE table is kept, so that it can
 * be split without an allocation (pgtable_trans_huge_deposit() in
 * mm/huge_memory.c). Those of files need none on x86 and arm64.
 */
static bool has_deposit(struct vm_area_struct *vma)
{
	return vma_is_anonymous(vma);
}

static unsigned long count_ptes(const struct step *step, pmd_t pmd,
				unsigned long addr, unsigned long next)
{
	unsigned int nr = (next - addr) >> PAGE_SHIFT, i;
	pte_t *ptes = vmav_pte_map(&pmd, addr);

	count_table(step, VMAVIEW_LEVEL_PTE, addr);
	for (i = 0; i < nr; i++) {
		pte_t pte = vmav_ptep_get(&ptes[i]);

		if (!pte_none(pte))
			count_leaf(step->range, VMAVIEW_LEVEL_PTE,
				   pte_present(pte));
	}
	vmav_pte_unmap(ptes);
	*step->budget -= nr;
	return next;
}

/*
 * Counts one PTE table, one huge page or one hole, and what leads there.
 * Returns where it stopped. IRQs are off, and each entry is read once.
 */
static unsigned long count_step(const struct step *step, unsigned long addr)
{
	struct vmav_descent at;
	unsigned int level;
	pmd_t pmd;

	*step->budget -= STEP_COST;
	vmav_descend(&at, step->vma->vm_mm, addr, step->end);
	for (level = VMAVIEW_LEVEL_PGD; level >= at.level; level--)
		count_table(step, level, addr);
	if (at.is_pud)
		count_leaf(step->range, VMAVIEW_LEVEL_PUD,
			   pte_present(vmav_pud_pte(at.pud)));
	if (!at.pmdp)
		return at.next;
	pmd = vmav_pmdp_get(at.pmdp);
	at.next = pmd_addr_end(addr, at.next);
	if (pmd_none(pmd))
		return at.next;
	if (pmd_present(pmd) && !pmd_leaf(pmd))
		return count_ptes(step, pmd, addr, at.next);
	count_leaf(step->range, VMAVIEW_LEVEL_PMD, pmd_present(pmd));
	step->range->area.deposited += has_deposit(step->vma);
	return at.next;
}

/* Counts on in the area at range->pos. Returns false when it has to stop. */
static bool take_area(struct vmav_tables_range *range,
		      struct vm_area_struct *vma, long *budget)
{
	struct step step = {
		.range = range,
		.vma = vma,
		.end = min_t(u64, vma->vm_end, range->end),
		.budget = budget,
	};
	unsigned long flags;

	/* one that was begun may be gone, and another be in its place */
	if (!range->begun || range->area.start != vma->vm_start) {
		memset(&range->area, 0, sizeof(range->area));
		range->area.start = vma->vm_start;
		range->begun = true;
	}
	range->area.end = vma->vm_end;
	range->pos = max_t(u64, range->pos, vma->vm_start);
	while (range->pos < step.end) {
		local_irq_save(flags);
		range->pos = count_step(&step, range->pos);
		local_irq_restore(flags);
		if (range->pos < step.end &&
		    (*budget <= 0 || mmap_lock_is_contended(vma->vm_mm)))
			return false;
	}
	range->begun = false;
	return true;
}

/**
 * vmav_tables_take - counts the tables of the next areas
 * @tables: overwritten
 * @range: what is asked for; moved on, and done when there is no more
 * @mm: whose; the caller holds mm_users
 * @max_areas: at most so many
 * @wait: for mmap_lock, a little
 *
 * The part may be empty, when the tables of one area take more than a hold.
 *
 * Context: process context.
 * Return: 0; -EINTR by a fatal signal; -EAGAIN when the lock could not be had.
 */
int vmav_tables_take(struct vmav_tables *tables,
		     struct vmav_tables_range *range, struct mm_struct *mm,
		     unsigned int max_areas, bool wait)
{
	VMA_ITERATOR(vmi, mm, range->pos);
	struct vm_area_struct *vma;
	long budget = HOLD_ENTRIES;
	int err;

	tables->nr = 0;
	max_areas = min_t(unsigned int, max_areas, VMAV_TABLES_AREAS);
	err = vmav_hold_begin(&range->holds, mm, wait);
	if (err)
		return err;
	range->holds.done = true;
	for_each_vma(vmi, vma) {
		if (vma->vm_start >= range->end)
			break;
		range->holds.done = tables->nr < max_areas && budget > 0 &&
				    !(tables->nr && mmap_lock_is_contended(mm)) &&
				    take_area(range, vma, &budget);
		if (!range->holds.done)
			break;
		tables->areas[tables->nr++] = range->area;
	}
	vmav_hold_end(&range->holds, mm);
	vmav_stats_add(VMAV_STAT_ENTRIES, HOLD_ENTRIES - budget);
	return 0;
}
