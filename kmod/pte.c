// SPDX-License-Identifier: GPL-2.0
/*
 * What one page-table entry says: its kind and its properties, counted. Knows
 * entries and not tables. Everything here runs with IRQs off and neither
 * sleeps nor allocates.
 */
#include <linux/mm.h>
#include <linux/swap.h>
#include <linux/swapops.h>

#include "compat.h"
#include "kind.h"
#include "pte.h"
#include "share.h"

#define BIT_OF(name)	(1U << VMAVIEW_COUNT_##name)

/* Kinds of which smaps' Rss has the page. */
#define WITH_PAGE	(BIT_OF(ANON) | BIT_OF(FILE) | BIT_OF(SHMEM))
#define WITHOUT_ENTRY	(BIT_OF(MIGRATION) | BIT_OF(DEVICE) | BIT_OF(HWPOISON))

/* The counts that a present page of this kind is one of. */
static u32 mask_of(pte_t pte, unsigned int kind)
{
	return 1U << kind |
	       (pte_dirty(pte) ? BIT_OF(DIRTY) : 0) |
	       (pte_young(pte) ? BIT_OF(ACCESSED) : 0) |
	       (pte_soft_dirty(pte) ? BIT_OF(SOFT_DIRTY) : 0) |
	       (pte_write(pte) ? BIT_OF(WRITABLE) : 0) |
	       (vmav_pte_exec(pte) ? BIT_OF(EXEC) : 0) |
	       (vmav_pte_prot_none(pte) ? BIT_OF(PROT_NONE) : 0) |
	       (pte_uffd(pte) ? BIT_OF(UFFD_WP) : 0);
}

/*
 * With the arithmetic of smaps, so that sums are equal to the last byte. The
 * pages may be of one huge page, and nobody holds them.
 */
static void count_sharing(struct vmav_counts *counts, struct page *page,
			  unsigned int nr)
{
	const unsigned long whole = PAGE_SIZE << VMAV_PSS_SHIFT;
	unsigned int i, exclusive = 0;
	u64 pss = 0;

	if (vmav_page_is_ksm(page))
		vmav_counts_add(counts, VMAVIEW_COUNT_KSM, nr);
	if (vmav_page_has_one_ref(page)) {
		exclusive = nr;
		pss = (u64)whole * nr;
		nr = 0;
	}
	for (i = 0; i < nr; i++) {
		unsigned int count = vmav_page_mapcount(page + i);

		exclusive += count < 2;
		pss += count < 2 ? whole : whole / count;
	}
	if (exclusive)
		vmav_counts_add(counts, VMAVIEW_COUNT_EXCLUSIVE, exclusive);
	vmav_counts_add(counts, VMAVIEW_COUNT_PSS, pss);
}

/*
 * A page that is in Rss with no entry for it: nobody knows who else maps it,
 * and it is taken for whole and for shared. (Until v6.10 smaps takes one that
 * moves, or was lost, for private.)
 */
static void count_absent_sharing(struct vmav_counts *counts, unsigned int kind,
				 unsigned long nr_pages)
{
	if (counts->sharing && 1U << kind & WITHOUT_ENTRY)
		vmav_counts_add(counts, VMAVIEW_COUNT_PSS,
				(u64)nr_pages << (PAGE_SHIFT + VMAV_PSS_SHIFT));
}

/* UFFD_WP as in bit 57 of pagemap: also of what is swapped or a marker. */
static void count_absent_pte(struct vmav_counts *counts, pte_t pte,
			     unsigned long nr_pages, enum vmav_backing backing)
{
	vmav_leaf_t entry = vmav_leaf_from_pte(pte);
	unsigned int kind = vmav_kind_of_absent(entry, backing);

	vmav_counts_add(counts, kind, nr_pages);
	if (pte_swp_soft_dirty(pte))
		vmav_counts_add(counts, VMAVIEW_COUNT_SOFT_DIRTY, nr_pages);
	if (pte_swp_uffd(pte) || vmav_leaf_is_uffd_wp(entry))
		vmav_counts_add(counts, VMAVIEW_COUNT_UFFD_WP, nr_pages);
	/* who maps a page in a device's memory is known, if it is a small one */
	if (counts->sharing && vmav_leaf_is_device_private(entry))
		count_sharing(counts, pfn_to_page(vmav_leaf_to_pfn(entry)), 1);
	else
		count_absent_sharing(counts, kind, nr_pages);
}

/* Each for itself. */
static void count_pte(struct vmav_counts *counts, pte_t pte,
		      enum vmav_backing backing)
{
	unsigned int kind;

	if (pte_none(pte))
		return;
	if (!pte_present(pte)) {
		count_absent_pte(counts, pte, 1, backing);
		return;
	}
	kind = vmav_kind_of_pte(pte, backing);
	vmav_counts_add_all(counts, mask_of(pte, kind), 1);
	if (counts->sharing && 1U << kind & WITH_PAGE)
		count_sharing(counts, pte_page(pte), 1);
}

static void count_each(struct vmav_counts *counts, const pte_t *ptes,
		       unsigned int nr, enum vmav_backing backing)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		count_pte(counts, vmav_ptep_get(&ptes[i]), backing);
}

#ifdef VMAV_PTE_FLAGS
#define PART	4	/* divides VMAV_GROUP */

/*
 * Begins a run with the flags of an entry that is not none. False when it is
 * not present, or does not tell what kind of page there is.
 */
static bool begin_run(struct vmav_run *run, u64 flags,
		      enum vmav_backing backing)
{
	pte_t pte = vmav_raw_pte(flags);
	unsigned int kind;

	if (!pte_present(pte) || pte_special(pte) || vmav_pte_is_joined(pte))
		return false;
	kind = vmav_kind_of_backing(backing, pte_write(pte));
	if (kind == VMAV_ASK_PAGE)
		return false;
	run->flags = flags;
	run->backing = backing;
	run->mask = mask_of(pte, kind);
	run->nr_counts = hweight32(run->mask);
	run->nr = 0;
	return true;
}

/**
 * vmav_run_take - counts a few entries that are all alike, but for none
 * @run: any; the new one
 * @ptes: the first entry; each is read once
 * @nr: how many
 * @backing: of their area
 *
 * Context: IRQs off.
 * Return: false when they differ, or do not tell the kind of their pages: then
 * nothing was counted.
 */
bool vmav_run_take(struct vmav_run *run, const pte_t *ptes, unsigned int nr,
		   enum vmav_backing backing)
{
	const u64 mask = VMAV_PTE_FLAGS;	/* may be a variable */
	unsigned int i, alike = 0;

	for (i = 0; i < nr; i++) {
		u64 raw = vmav_pte_raw(vmav_ptep_get(&ptes[i]));

		if (!raw)
			continue;
		if (alike ? (raw & mask) != run->flags :
			    !begin_run(run, raw & mask, backing))
			return false;
		alike++;
	}
	run->nr = alike;
	return true;
}

static void end_run(struct vmav_counts *counts, struct vmav_run *run)
{
	if (run->nr)
		vmav_counts_add_all(counts, run->mask, run->nr);
	run->nr = 0;
}

/* Entries that go on alike are counted once, at the end of the run. */
static noinline void count_mixed(struct vmav_counts *counts,
				 struct vmav_run *run, const pte_t *ptes,
				 unsigned int nr, enum vmav_backing backing)
{
	const pte_t *end = ptes + nr;
	const u64 mask = VMAV_PTE_FLAGS;

	while (ptes < end) {
		pte_t pte;
		u64 raw;

		if (ptes + PART <= end && !vmav_seen_in_any(ptes, PART)) {
			ptes += PART;
			continue;
		}
		pte = vmav_ptep_get(ptes++);
		raw = vmav_pte_raw(pte);
		if (!raw)
			continue;
		if ((raw & mask) != run->flags) {
			end_run(counts, run);
			if (!begin_run(run, raw & mask, backing)) {
				count_pte(counts, pte, backing);
				continue;
			}
		}
		run->nr++;
	}
}

/*
 * Neighbours are mostly alike: none there, or present with the same bits but
 * for the frame. So a group is told by two looks at all its entries, with the
 * instructions that load and combine at once; entries that differ at either
 * are not alike. Only then each is read for itself.
 */
static void count_alike(struct vmav_counts *counts, struct vmav_run *run,
			const pte_t *ptes, unsigned int nr,
			enum vmav_backing backing)
{
	const pte_t *end = ptes + nr;
	const u64 mask = VMAV_PTE_FLAGS;

	if (run->backing != backing)
		run->flags = VMAV_NO_FLAGS;
	run->nr = 0;
	for (; ptes + VMAV_GROUP <= end; ptes += VMAV_GROUP) {
		u64 any = vmav_seen_in_any(ptes, VMAV_GROUP), all;

		if (!any)
			continue;
		all = vmav_seen_in_all(ptes, VMAV_GROUP);
		if (!(((any ^ all) | (all ^ run->flags)) & mask))
			run->nr += VMAV_GROUP;
		else
			count_mixed(counts, run, ptes, VMAV_GROUP,
				    backing);
	}
	if (ptes < end)
		count_mixed(counts, run, ptes, end - ptes, backing);
	end_run(counts, run);
}
#else
static void count_alike(struct vmav_counts *counts, struct vmav_run *run,
			const pte_t *ptes, unsigned int nr,
			enum vmav_backing backing)
{
	count_each(counts, ptes, nr, backing);
}
#endif

/**
 * vmav_count_ptes - counts entries that follow one another in one PTE table
 * @counts: added to
 * @run: any; one that they go on with costs least
 * @ptes: the first entry
 * @nr: how many
 * @backing: of their area
 *
 * Context: IRQs off.
 */
void vmav_count_ptes(struct vmav_counts *counts, struct vmav_run *run,
		     const pte_t *ptes, unsigned int nr,
		     enum vmav_backing backing)
{
	if (counts->sharing)
		count_each(counts, ptes, nr, backing);
	else
		count_alike(counts, run, ptes, nr, backing);
}

static void count_absent_pmd(struct vmav_counts *counts, pmd_t pmd,
			     unsigned long nr_pages)
{
	vmav_leaf_t entry = vmav_leaf_from_pmd(pmd);
	unsigned int kind = vmav_kind_of_leaf(entry);

	vmav_counts_add(counts, kind, nr_pages);
	/* v6.19: huge pages may lie in a device's memory too */
	if (kind == VMAVIEW_COUNT_MIGRATION || kind == VMAVIEW_COUNT_DEVICE)
		vmav_counts_add(counts, VMAVIEW_COUNT_HUGE, nr_pages);
	if (pmd_swp_soft_dirty(pmd))
		vmav_counts_add(counts, VMAVIEW_COUNT_SOFT_DIRTY, nr_pages);
	if (pmd_swp_uffd(pmd))
		vmav_counts_add(counts, VMAVIEW_COUNT_UFFD_WP, nr_pages);
	count_absent_sharing(counts, kind, nr_pages);
}

/**
 * vmav_count_pmd - counts a pmd entry that is no table
 * @counts: added to
 * @pmdp: where it stands
 * @pmd: its value when it was read
 * @nr_pages: how many of its base pages are asked for, the last ones
 * @backing: of the area
 * @vm_flags: of the area
 *
 * Context: IRQs off. @pmd is neither none nor a table.
 */
void vmav_count_pmd(struct vmav_counts *counts, pmd_t *pmdp, pmd_t pmd,
		    unsigned long nr_pages, enum vmav_backing backing,
		    vm_flags_t vm_flags)
{
	unsigned int kind;

	if (!pmd_present(pmd)) {
		/* hugetlb writes a pte where the others write a pmd */
		if (backing == VMAV_BACKED_HUGETLB)
			count_absent_pte(counts, vmav_pmd_pte(pmd), nr_pages,
					 backing);
		else
			count_absent_pmd(counts, pmd, nr_pages);
		return;
	}

	kind = vmav_kind_of_pmd(pmdp, pmd, backing, vm_flags);
	vmav_counts_add_all(counts, mask_of(vmav_pmd_pte(pmd), kind), nr_pages);
	if (kind == VMAVIEW_COUNT_ZERO)
		vmav_counts_add(counts, VMAVIEW_COUNT_HUGE_ZERO, nr_pages);
	if (!(1U << kind & WITH_PAGE))
		return;
	vmav_counts_add(counts, VMAVIEW_COUNT_HUGE, nr_pages);
	if (counts->sharing)
		count_sharing(counts, pmd_page(pmd) + PTRS_PER_PTE - nr_pages,
			      nr_pages);
}

/**
 * vmav_count_pud - counts a pud entry that is no table
 * @counts: added to
 * @pud: its value
 * @nr_pages: how many of its base pages are asked for
 * @backing: of the area
 *
 * Only hugetlb and device mappings have them; smaps' Rss has neither.
 *
 * Context: IRQs off. @pud is neither none nor a table.
 */
void vmav_count_pud(struct vmav_counts *counts, pud_t pud,
		    unsigned long nr_pages, enum vmav_backing backing)
{
	bool is_hugetlb = backing == VMAV_BACKED_HUGETLB;
	pte_t pte = vmav_pud_pte(pud);

	if (pte_present(pte))
		vmav_counts_add_all(counts, mask_of(pte, is_hugetlb ?
						    VMAVIEW_COUNT_HUGETLB :
						    VMAVIEW_COUNT_PFNMAP),
				    nr_pages);
	else
		count_absent_pte(counts, pte, nr_pages, backing);
	if (is_hugetlb)
		vmav_counts_add(counts, VMAVIEW_COUNT_HUGETLB_PUD, nr_pages);
}
