// SPDX-License-Identifier: GPL-2.0
/*
 * Walks page tables. Knows levels and holes, and leaves what an entry means
 * to pte.c.
 *
 * The caller holds mmap_lock for reading and walks inside an area that is in
 * the tree: munmap takes its areas out under the write lock, and frees their
 * tables only then. What may still happen is that a table is unhooked under
 * us: file THP collapse takes no mmap_lock since v6.6, and hugetlb unshares
 * whole PMD tables. With MMU_GATHER_RCU_TABLE_FREE both free it only after
 * every CPU has answered an IPI or passed a grace period, and IRQs are off
 * here, so a table that has been reached stays readable until they are on
 * again. (Without, the IPI goes to the CPUs that run the mm, and we do not.)
 * Every entry is read once: to test *pmdp and then use it again would race.
 */
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>

#include "compat.h"
#include "descend.h"
#include "walk.h"

/* x86 has it with PARAVIRT, and always since v6.14; arm64 always. */
#ifndef CONFIG_MMU_GATHER_RCU_TABLE_FREE
#error "page tables of another process can't be walked safely on this kernel: it needs CONFIG_MMU_GATHER_RCU_TABLE_FREE"
#endif

/* Entries that are visited with IRQs off, also where a table has more. */
#define STEP_ENTRIES	512
/* And so many entries of a PMD table that are none or huge. */
#define STEP_PMDS	64

static bool is_kept(const struct vmav_place *place, unsigned long addr)
{
	return place->pmds && (addr & PUD_MASK) == place->start;
}

#ifdef VMAV_PTE_FLAGS
/*
 * Is an area of that size, which is not more than a table maps, below the
 * entry that was looked at last?
 */
static bool is_below(const struct vmav_place *place, unsigned long addr,
		     unsigned long size)
{
	return addr - place->below <= PMD_SIZE - size;
}

/* Makes it so, where the PMD table is kept. */
static bool go_below(struct vmav_place *place, unsigned long addr,
		     unsigned long size)
{
	if (!is_kept(place, addr))
		return false;
	place->pmdp = place->pmds + pmd_index(addr);
	place->below = addr & PMD_MASK;
	place->ptes = NULL;
	return is_below(place, addr, size);
}

/* Where the entry leads now. False with a huge page. IRQs are off. */
static bool read_below(struct vmav_place *place)
{
	pmd_t pmd = vmav_pmdp_get(place->pmdp);

	place->ptes = NULL;
	if (!pmd_present(pmd) || pmd_leaf(pmd))
		return pmd_none(pmd);
	place->pmd = pmd;
	place->ptes = vmav_pte_map(&pmd, place->below);
	return true;
}

/* Not as the one before: other flags, or another table. */
static noinline bool count_other(struct vm_area_struct *vma,
				 struct vmav_place *place)
{
	unsigned long addr = vma->vm_start, size = vma->vm_end - addr;
	enum vmav_backing backing = vmav_backing_of(vma);
	bool is_counted;

	/* below is 0 before the first one, and areas may lie right there */
	if ((!place->pmdp || !is_below(place, addr, size)) &&
	    !go_below(place, addr, size))
		return false;
	local_irq_disable();
	is_counted = read_below(place);
	place->run.nr = 0;
	if (place->ptes)
		is_counted = vmav_run_take(&place->run,
					   place->ptes + pte_index(addr),
					   size >> PAGE_SHIFT, backing);
	local_irq_enable();
	smp_rmb();	/* as in count_irqs_off() */
	return is_counted && !(vmav_may_turn_anon(backing) && READ_ONCE(vma->anon_vma));
}

/**
 * vmav_walk_small - counts an area of few pages that are all alike
 * @vma: the area
 * @place: as for vmav_walk_count(); the counts are in its run
 *
 * The usual area of a process that has many. Where its PTE table is, is known
 * from the one before: the entry that leads there is read again, with IRQs
 * off, and has the same value.
 *
 * Context: mmap_lock held for reading, IRQs on. Does not sleep.
 * Return: false when it is no such area, or got its first anonymous page
 * meanwhile: then nothing has been counted.
 */
bool vmav_walk_small(struct vm_area_struct *vma, struct vmav_place *place)
{
	unsigned long addr = vma->vm_start, size = vma->vm_end - addr;
	enum vmav_backing backing;
	bool is_counted;
	pmd_t pmd;

	if (size > VMAV_SMALL_PAGES * PAGE_SIZE)
		return false;
	if (unlikely(!is_below(place, addr, size) || !place->ptes))
		return count_other(vma, place);
	backing = vmav_backing_of(vma);

	local_irq_disable();
	pmd = vmav_pmdp_get(place->pmdp);
	is_counted = !memcmp(&pmd, &place->pmd, sizeof(pmd)) &&
		     vmav_run_go_on(&place->run, place->ptes + pte_index(addr),
				    size >> PAGE_SHIFT, backing);
	local_irq_enable();
	if (unlikely(!is_counted))
		return count_other(vma, place);
	smp_rmb();	/* as in count_irqs_off() */
	return !(vmav_may_turn_anon(backing) && READ_ONCE(vma->anon_vma));
}
#endif

/*
 * The way to the PMD table for addr, whose end at->next is then. Without one,
 * at->next is behind the hole, or behind the page, which has been counted.
 */
static void find_pmd(struct vmav_descent *at, struct vm_area_struct *vma,
		     unsigned long addr, unsigned long end,
		     enum vmav_backing backing, struct vmav_counts *counts,
		     struct vmav_place *place)
{
	if (is_kept(place, addr)) {
		at->pmdp = place->pmds + pmd_index(addr);
		/* not pud_addr_end(), which is none where puds are folded */
		at->next = min(addr | ~PUD_MASK, end - 1) + 1;
		return;
	}
	vmav_descend(at, vma->vm_mm, addr, end);
	if (unlikely(at->is_pud))
		vmav_count_pud(counts, at->pud, (at->next - addr) >> PAGE_SHIFT,
			       backing);
	if (at->pmdp && backing != VMAV_BACKED_HUGETLB &&
	    !mm_pmd_folded(vma->vm_mm)) {
		place->pmds = at->pmdp - pmd_index(addr);
		place->start = addr & PUD_MASK;
	}
}

static unsigned long count_table(pmd_t pmd, unsigned long addr,
				 unsigned long end, enum vmav_backing backing,
				 struct vmav_counts *counts,
				 struct vmav_run *run, long *budget)
{
	unsigned long nr = min_t(unsigned long, (end - addr) >> PAGE_SHIFT,
				 STEP_ENTRIES);
	pte_t *ptes = vmav_pte_map(&pmd, addr);

	vmav_count_ptes(counts, run, ptes, nr, backing);
	vmav_pte_unmap(ptes);
	*budget -= nr;
	return addr + (nr << PAGE_SHIFT);
}

/*
 * Counts a hole of an upper table, or some entries of a PMD table, up to and
 * with the first that leads to a PTE table. Returns where it stopped. IRQs are
 * off.
 */
static unsigned long count_step(struct vm_area_struct *vma, unsigned long addr,
				unsigned long end, enum vmav_backing backing,
				struct vmav_counts *counts,
				struct vmav_place *place, long *budget)
{
	struct vmav_descent at;
	unsigned long next;
	unsigned int i;
	pmd_t *pmdp;

	find_pmd(&at, vma, addr, end, backing, counts, place);
	*budget -= 1;
	pmdp = at.pmdp;
	end = at.next;
	if (!pmdp)
		return end;
	for (i = 0; i < STEP_PMDS; i++, pmdp++) {
		pmd_t pmd = vmav_pmdp_get(pmdp);

		next = pmd_addr_end(addr, end);
		if (pmd_present(pmd) && !pmd_leaf(pmd))
			return count_table(pmd, addr, next, backing, counts,
					   &place->run, budget);
		if (!pmd_none(pmd))
			vmav_count_pmd(counts, pmdp, pmd,
				       (next - addr) >> PAGE_SHIFT, backing,
				       vma->vm_flags);
		*budget -= 1;
		if (counts->sharing && !pmd_none(pmd)) {
			/* each page of it may have been looked at */
			*budget -= (next - addr) >> PAGE_SHIFT;
			return next;
		}
		addr = next;
		/* a folded table has this one entry */
		if (addr == end || mm_pmd_folded(vma->vm_mm))
			break;
	}
	return addr;
}

static unsigned long count_irqs_off(struct vm_area_struct *vma,
				    unsigned long addr, unsigned long end,
				    enum vmav_backing backing,
				    struct vmav_counts *counts,
				    struct vmav_place *place, long *budget)
{
	unsigned long next;

	local_irq_disable();
	next = count_step(vma, addr, end, backing, counts, place, budget);
	local_irq_enable();
	/* pairs with the release of anon_vma in __anon_vma_prepare() */
	smp_rmb();
	return next;
}

/**
 * vmav_walk_count - counts what the entries of a part of an area hold
 * @vma: the area
 * @addr: first address, in the area
 * @end: first address behind, in the area or its end
 * @counts: added to
 * @place: none at first; the same for all areas of one hold of mmap_lock
 * @budget: entries to visit, taken down; the step that uses it up is finished
 *
 * Work grows with the tables there are and not with the addresses reserved.
 *
 * Context: mmap_lock held for reading, IRQs on. Does not sleep.
 * Return: where it stopped: @end, or less when the budget is used up or
 * somebody waits for the lock. Always more than @addr.
 */
unsigned long vmav_walk_count(struct vm_area_struct *vma, unsigned long addr,
			      unsigned long end, struct vmav_counts *counts,
			      struct vmav_place *place, long *budget)
{
	enum vmav_backing backing = vmav_backing_of(vma);
	/* not to be cleared for each area, which the compiler else does */
	struct vmav_counts before __attribute__((__uninitialized__));
	unsigned long next;

	/* not mmap_assert_locked(): with DEBUG_VM it wants dump_mm() */
	lockdep_assert_held(&vma->vm_mm->mmap_lock);
	do {
		if (vmav_may_turn_anon(backing))
			vmav_counts_copy(&before, counts);
		next = count_irqs_off(vma, addr, end, backing, counts, place,
				      budget);
		if (unlikely(vmav_may_turn_anon(backing) && READ_ONCE(vma->anon_vma))) {
			vmav_counts_reset(counts);
			vmav_counts_copy(counts, &before);
			backing = VMAV_BACKED_MIXED;
			next = count_irqs_off(vma, addr, end, backing, counts,
					      place, budget);
		}
		addr = next;
	} while (addr < end && *budget > 0 &&
		 !mmap_lock_is_contended(vma->vm_mm));

	return addr;
}
