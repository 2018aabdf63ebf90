/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The way down to the PMD tables. See walk.c for what makes it safe.
 */
#ifndef VMAVIEW_DESCEND_H
#define VMAVIEW_DESCEND_H

#include <linux/mm.h>
#include <linux/vmaview.h>

#include "compat.h"

/*
 * Where the way to an address ends, above the PTE tables. Where PMDs are
 * folded, pmdp is of the copy in here.
 */
struct vmav_descent {
	pmd_t *pmdp;		/* NULL: above the PMD tables */
	bool is_pud;		/* then: with a page, or something absent, in ... */
	pud_t pud;
	unsigned int level;	/* of the last table: enum vmaview_level */
	/* behind that PMD table, or else behind what its entry maps; or end */
	unsigned long next;
};

/* IRQs are off, and each entry is read once. */
static inline void vmav_descend(struct vmav_descent *at, struct mm_struct *mm,
				unsigned long addr, unsigned long end)
{
	pgd_t *pgdp = pgd_offset(mm, addr), pgd = pgdp_get(pgdp);
	p4d_t *p4dp, p4d;
	pud_t *pudp;

	at->pmdp = NULL;
	at->is_pud = false;
	at->level = VMAVIEW_LEVEL_PGD;
	at->next = pgd_addr_end(addr, end);
	if (pgd_none(pgd))
		return;
	p4dp = p4d_offset_lockless(pgdp, pgd, addr);
	p4d = p4dp_get(p4dp);
	at->level = VMAVIEW_LEVEL_P4D;
	at->next = p4d_addr_end(addr, at->next);
	if (p4d_none(p4d))
		return;
	pudp = pud_offset_lockless(p4dp, p4d, addr);
	at->pud = pudp_get(pudp);
	at->level = VMAVIEW_LEVEL_PUD;
	at->next = pud_addr_end(addr, at->next);
	if (pud_none(at->pud))
		return;
	if (unlikely(!pud_present(at->pud) || pud_leaf(at->pud))) {
		at->is_pud = true;
		return;
	}
	at->pmdp = pmd_offset_lockless(pudp, at->pud, addr);
	at->level = VMAVIEW_LEVEL_PMD;
}

#endif
