/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMAVIEW_WALK_H
#define VMAVIEW_WALK_H

#include "pte.h"

/*
 * The PMD table that was walked last, for the areas next to it. Good for one
 * hold of mmap_lock: a table is freed only when no area that it maps is left
 * in the tree. (Not so hugetlb's, which are unshared, and are never kept.)
 *
 * A PTE table may go at any moment. Where it is, is what follows from a value
 * of the entry that leads there: good as long as it has that value when it is
 * read, and then only until IRQs are on again.
 */
struct vmav_place {
	pmd_t *pmds;		/* NULL: none yet */
	unsigned long start;	/* first address of the table */

	unsigned long below;	/* first address that an entry of it maps */
	pmd_t *pmdp;		/* that entry, or NULL */
	pmd_t pmd;		/* a value of it ... */
	const pte_t *ptes;	/* ... and where that leads, or NULL */
	struct vmav_run run;	/* what was counted last */
};

#define VMAV_PLACE_NONE	{ .run = { .flags = VMAV_NO_FLAGS } }

/* Larger areas have more to gain by the way that all of them can go. */
#define VMAV_SMALL_PAGES	32

#ifdef VMAV_PTE_FLAGS
bool vmav_walk_small(struct vm_area_struct *vma, struct vmav_place *place);
#else
static inline bool vmav_walk_small(struct vm_area_struct *vma,
				   struct vmav_place *place)
{
	return false;
}
#endif
unsigned long vmav_walk_count(struct vm_area_struct *vma, unsigned long addr,
			      unsigned long end, struct vmav_counts *counts,
			      struct vmav_place *place, long *budget);

#endif
