// SPDX-License-Identifier: GPL-2.0
/*
 * The state of one page, and its frame, by the entry that maps it. Everything
 * here runs with IRQs off and neither sleeps nor allocates.
 */
#include <linux/mm.h>
#include <linux/swap.h>
#include <linux/swapops.h>

#include "compat.h"
#include "share.h"
#include "state.h"

static const u8 page_of_count[] = {
	[VMAVIEW_COUNT_ANON]		= VMAVIEW_PAGE_ANON,
	[VMAVIEW_COUNT_FILE]		= VMAVIEW_PAGE_FILE,
	[VMAVIEW_COUNT_SHMEM]		= VMAVIEW_PAGE_SHMEM,
	[VMAVIEW_COUNT_ZERO]		= VMAVIEW_PAGE_ZERO,
	[VMAVIEW_COUNT_PFNMAP]		= VMAVIEW_PAGE_PFNMAP,
	[VMAVIEW_COUNT_HUGETLB]		= VMAVIEW_PAGE_HUGETLB,
	[VMAVIEW_COUNT_SWAP]		= VMAVIEW_PAGE_SWAP,
	[VMAVIEW_COUNT_MIGRATION]	= VMAVIEW_PAGE_MIGRATION,
	[VMAVIEW_COUNT_DEVICE]		= VMAVIEW_PAGE_DEVICE,
	[VMAVIEW_COUNT_HWPOISON]	= VMAVIEW_PAGE_HWPOISON,
	[VMAVIEW_COUNT_MARKER]		= VMAVIEW_PAGE_MARKER,
	[VMAVIEW_COUNT_GUARD]		= VMAVIEW_PAGE_GUARD,
	[VMAVIEW_COUNT_POISON]		= VMAVIEW_PAGE_POISON,
};

static u32 flags_of_present(pte_t pte)
{
	return (pte_dirty(pte) ? VMAVIEW_PAGE_DIRTY : 0) |
	       (pte_young(pte) ? VMAVIEW_PAGE_ACCESSED : 0) |
	       (pte_soft_dirty(pte) ? VMAVIEW_PAGE_SOFT_DIRTY : 0) |
	       (pte_write(pte) ? VMAVIEW_PAGE_WRITABLE : 0) |
	       (vmav_pte_exec(pte) ? VMAVIEW_PAGE_EXEC : 0) |
	       (vmav_pte_prot_none(pte) ? VMAVIEW_PAGE_PROT_NONE : 0) |
	       (pte_uffd(pte) ? VMAVIEW_PAGE_UFFD_WP : 0);
}

static u32 state_of_absent(pte_t pte)
{
	vmav_leaf_t entry = vmav_leaf_from_pte(pte);

	return page_of_count[vmav_kind_of_leaf(entry)] |
	       (pte_swp_soft_dirty(pte) ? VMAVIEW_PAGE_SOFT_DIRTY : 0) |
	       (pte_swp_uffd(pte) || vmav_leaf_is_uffd_wp(entry) ?
		VMAVIEW_PAGE_UFFD_WP : 0);
}

/*
 * Of a page that the kernel counts the mappings of: other frames may have no
 * struct page. It may be freed, and be another's, while we look: then the
 * answer is of a moment ago or of nobody.
 */
static u32 flags_of_frame(unsigned long pfn, u32 kind)
{
	struct page *page;

	switch (kind) {
	case VMAVIEW_PAGE_ANON:
	case VMAVIEW_PAGE_FILE:
	case VMAVIEW_PAGE_SHMEM:
	case VMAVIEW_PAGE_HUGETLB:
		break;
	default:
		return 0;
	}
	page = pfn_to_page(pfn);
	return (vmav_page_mapcount(page) == 1 ? VMAVIEW_PAGE_EXCLUSIVE : 0) |
	       (kind == VMAVIEW_PAGE_ANON && vmav_page_is_ksm(page) ?
		VMAVIEW_PAGE_KSM : 0);
}

/**
 * vmav_state_of_pte - the state of a page
 * @of: what is known of its area
 * @pte: its entry
 *
 * Return: enum vmaview_page with flags.
 */
u32 vmav_state_of_pte(const struct vmav_state_of *of, pte_t pte)
{
	u32 kind;

	if (pte_none(pte))
		return VMAVIEW_PAGE_NONE;
	if (!pte_present(pte))
		return state_of_absent(pte);
	kind = page_of_count[vmav_kind_of_pte(pte, of->backing)];
	return kind | flags_of_present(pte) |
	       (of->sharing ? flags_of_frame(pte_pfn(pte), kind) : 0);
}

/* hugetlb writes a pte where the others write a pmd. */
static bool is_hugetlb(const struct vmav_state_of *of)
{
	return of->backing == VMAV_BACKED_HUGETLB;
}

/*
 * A table of pmds that two processes share is one mapping to the kernel; the
 * pages below are no less shared.
 */
static bool is_shared_table(const struct vmav_state_of *of, pmd_t *pmdp)
{
#ifdef CONFIG_HUGETLB_PAGE
	return is_hugetlb(of) && hugetlb_pmd_shared((pte_t *)pmdp);
#else
	return false;
#endif
}

/**
 * vmav_state_of_pmd - the state of a page that is part of a huge one
 * @of: what is known of its area
 * @pmdp: where the entry stands
 * @pmd: its value: neither none nor a table
 * @nr: number of the page in the huge one
 */
u32 vmav_state_of_pmd(const struct vmav_state_of *of, pmd_t *pmdp, pmd_t pmd,
		      unsigned int nr)
{
	u32 kind, state;

	if (!pmd_present(pmd)) {
		if (is_hugetlb(of))
			return state_of_absent(vmav_pmd_pte(pmd)) |
			       VMAVIEW_PAGE_PMD;
		return page_of_count[vmav_kind_of_leaf(vmav_leaf_from_pmd(pmd))] |
		       (pmd_swp_soft_dirty(pmd) ? VMAVIEW_PAGE_SOFT_DIRTY : 0) |
		       (pmd_swp_uffd(pmd) ? VMAVIEW_PAGE_UFFD_WP : 0) |
		       VMAVIEW_PAGE_PMD;
	}
	kind = page_of_count[vmav_kind_of_pmd(pmdp, pmd, of->backing,
					      of->vm_flags)];
	state = kind | flags_of_present(vmav_pmd_pte(pmd)) | VMAVIEW_PAGE_PMD;
	if (of->sharing && !is_shared_table(of, pmdp))
		state |= flags_of_frame(pmd_pfn(pmd) + nr, kind);
	return state;
}

/* The same for a pud: hugetlb, and mappings of devices. */
u32 vmav_state_of_pud(const struct vmav_state_of *of, pud_t pud)
{
	pte_t pte = vmav_pud_pte(pud);
	u32 kind = is_hugetlb(of) ? VMAVIEW_PAGE_HUGETLB : VMAVIEW_PAGE_PFNMAP;

	if (!pte_present(pte))
		return state_of_absent(pte) | VMAVIEW_PAGE_PUD;
	return kind | flags_of_present(pte) | VMAVIEW_PAGE_PUD |
	       (of->sharing && is_hugetlb(of) ?
		flags_of_frame(pte_pfn(pte), kind) : 0);
}

/* As /proc/PID/pagemap has it for what is not present. */
static u64 frame_of_leaf(vmav_leaf_t entry, unsigned int nr)
{
	u64 offset = vmav_leaf_has_pfn(entry) ? vmav_leaf_to_pfn(entry) :
					       swp_offset(entry);

	return swp_type(entry) | (offset + nr) << MAX_SWAPFILES_SHIFT;
}

/* The frame of a page that has one; see VMAVIEW_A_FRAMES. */
u64 vmav_frame_of_pte(pte_t pte)
{
	return pte_present(pte) ? pte_pfn(pte) :
				  frame_of_leaf(vmav_leaf_from_pte(pte), 0);
}

u64 vmav_frame_of_pmd(const struct vmav_state_of *of, pmd_t pmd,
		      unsigned int nr)
{
	pte_t pte = vmav_pmd_pte(pmd);

	if (pmd_present(pmd))
		return pmd_pfn(pmd) + nr;
	return frame_of_leaf(is_hugetlb(of) ? vmav_leaf_from_pte(pte) :
					      vmav_leaf_from_pmd(pmd), nr);
}

u64 vmav_frame_of_pud(pud_t pud, unsigned int nr)
{
	pte_t pte = vmav_pud_pte(pud);

	if (pte_present(pte))
		return pte_pfn(pte) + nr;
	return frame_of_leaf(vmav_leaf_from_pte(pte), nr);
}
