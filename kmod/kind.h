/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What kind of thing a page-table entry stands for. Inline, as counts and page
 * maps both ask it of every entry.
 */
#ifndef VMAVIEW_KIND_H
#define VMAVIEW_KIND_H

#include <linux/hugetlb.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/swap.h>
#include <linux/swapops.h>
#include <linux/vmaview.h>

#include "compat.h"

/* How the pages of an area can be told apart, found once for the area. */
enum vmav_backing {
	VMAV_BACKED_ANON,	/* every page is anonymous */
	VMAV_BACKED_FILE,	/* none is; page cache of a file system */
	VMAV_BACKED_SHMEM,	/* none is; page cache of shmem */
	VMAV_BACKED_PRIVATE,	/* what can be written is; the rest must be asked */
	VMAV_BACKED_MIXED,	/* each page must be asked */
	VMAV_BACKED_HUGETLB,
};

/**
 * vmav_backing_of - how the pages of an area can be told apart
 * @vma: the area
 *
 * A private mapping of a file holds anonymous pages only once it has an
 * anon_vma, which is set before the first such page is mapped. So most of a
 * program's text can be counted without a look at any struct page. And of one
 * that has, an entry that allows writing has been copied on write: the page
 * cache is never mapped writable in a private mapping.
 *
 * Context: mmap_lock held for reading. anon_vma may be set by a fault at any
 * moment: see vmav_may_turn_anon().
 */
static inline enum vmav_backing
vmav_backing_of(const struct vm_area_struct *vma)
{
	const struct inode *inode;

	if (!vma->vm_ops)
		return VMAV_BACKED_ANON;
	if (is_vm_hugetlb_page((struct vm_area_struct *)vma))
		return VMAV_BACKED_HUGETLB;
	if (READ_ONCE(vma->anon_vma))
		return vma->vm_flags & VM_SHARED ? VMAV_BACKED_MIXED :
						   VMAV_BACKED_PRIVATE;
	if (!vma->vm_file)
		return VMAV_BACKED_FILE;
	inode = file_inode(vma->vm_file);
	/* A device may map pages of any origin. */
	if (!S_ISREG(inode->i_mode))
		return VMAV_BACKED_MIXED;
	return inode->i_sb->s_magic == TMPFS_MAGIC ? VMAV_BACKED_SHMEM :
						     VMAV_BACKED_FILE;
}

/*
 * True where no page is taken for anonymous unseen. A fault may give a private
 * mapping of a file its first anonymous page, and with it the anon_vma, while
 * it is walked: then the step is made again.
 */
static inline bool vmav_may_turn_anon(enum vmav_backing backing)
{
	return backing == VMAV_BACKED_FILE || backing == VMAV_BACKED_SHMEM;
}

static inline enum vmaview_count vmav_kind_of_page(struct page *page)
{
	struct folio *folio = page_folio(page);

	if (folio_test_anon(folio))
		return VMAVIEW_COUNT_ANON;
	/* As mm_counter_file() tells them apart. */
	return vmav_folio_swapbacked(folio) ? VMAVIEW_COUNT_SHMEM :
					      VMAVIEW_COUNT_FILE;
}

/*
 * The kind of a page as far as its area and the right to write tell it, or
 * VMAV_ASK_PAGE. Not for special entries.
 */
#define VMAV_ASK_PAGE	(VMAVIEW_COUNT_MAX + 1)

static inline unsigned int vmav_kind_of_backing(enum vmav_backing backing,
						bool writable)
{
	switch (backing) {
	case VMAV_BACKED_ANON:
		return VMAVIEW_COUNT_ANON;
	case VMAV_BACKED_FILE:
		return VMAVIEW_COUNT_FILE;
	case VMAV_BACKED_SHMEM:
		return VMAVIEW_COUNT_SHMEM;
	case VMAV_BACKED_HUGETLB:
		return VMAVIEW_COUNT_HUGETLB;
	case VMAV_BACKED_PRIVATE:
		return writable ? VMAVIEW_COUNT_ANON : VMAV_ASK_PAGE;
	default:
		return VMAV_ASK_PAGE;
	}
}

static inline enum vmaview_count vmav_kind_of_leaf(vmav_leaf_t entry)
{
	if (vmav_leaf_is_swap(entry))
		return VMAVIEW_COUNT_SWAP;
	if (vmav_leaf_is_migration(entry))
		return VMAVIEW_COUNT_MIGRATION;
	if (vmav_leaf_is_device_private(entry) ||
	    vmav_leaf_is_device_exclusive(entry))
		return VMAVIEW_COUNT_DEVICE;
	if (vmav_leaf_is_hwpoison(entry))
		return VMAVIEW_COUNT_HWPOISON;
	if (vmav_leaf_is_poison(entry))
		return VMAVIEW_COUNT_POISON;
	return vmav_leaf_is_guard(entry) ? VMAVIEW_COUNT_GUARD :
					   VMAVIEW_COUNT_MARKER;
}

/* A hugetlb page that moves or was lost is in no Rss, as one that is there. */
static inline enum vmaview_count
vmav_kind_of_absent(vmav_leaf_t entry, enum vmav_backing backing)
{
	enum vmaview_count kind = vmav_kind_of_leaf(entry);

	return backing == VMAV_BACKED_HUGETLB &&
	       kind < VMAVIEW_COUNT_MARKER ? VMAVIEW_COUNT_HUGETLB : kind;
}

/* The kind of a present page by its pte; not of hugetlb. IRQs are off. */
static inline unsigned int vmav_kind_of_pte(pte_t pte, enum vmav_backing backing)
{
	unsigned int kind;

	if (unlikely(pte_special(pte)))
		return is_zero_pfn(pte_pfn(pte)) ? VMAVIEW_COUNT_ZERO :
						   VMAVIEW_COUNT_PFNMAP;
	kind = vmav_kind_of_backing(backing, pte_write(pte));
	return kind == VMAV_ASK_PAGE ? vmav_kind_of_page(pte_page(pte)) : kind;
}

/*
 * The huge zero page is not exported. It is the one huge page outside device
 * mappings that belongs to no mapping. A page that is just being freed looks
 * alike, so the entry must still lead there when that has been read.
 */
static inline bool vmav_is_huge_zero(pmd_t *pmdp, pmd_t pmd, struct page *page,
				     vm_flags_t vm_flags)
{
	pmd_t now;

	if (vm_flags & (VM_PFNMAP | VM_MIXEDMAP))
		return false;
	if (READ_ONCE(page_folio(page)->mapping))
		return false;
	/* the CPU may set the accessed bit meanwhile: compare the frame */
	now = vmav_pmdp_get(pmdp);
	return pmd_present(now) && pmd_leaf(now) &&
	       pmd_pfn(now) == pmd_pfn(pmd);
}

/* The kind of a present pmd that is no table. IRQs are off. */
static inline unsigned int vmav_kind_of_pmd(pmd_t *pmdp, pmd_t pmd,
					    enum vmav_backing backing,
					    vm_flags_t vm_flags)
{
	unsigned int kind;

	if (backing == VMAV_BACKED_HUGETLB)
		return VMAVIEW_COUNT_HUGETLB;
	if (vmav_pmd_devmap(pmd) || vm_flags & VM_PFNMAP ||
	    !pfn_valid(pmd_pfn(pmd)))
		return VMAVIEW_COUNT_PFNMAP;
	if (vmav_is_huge_zero(pmdp, pmd, pmd_page(pmd), vm_flags))
		return VMAVIEW_COUNT_ZERO;
	kind = vmav_kind_of_backing(backing, pmd_write(pmd));
	return kind == VMAV_ASK_PAGE ? vmav_kind_of_page(pmd_page(pmd)) : kind;
}

#endif
