/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMAVIEW_STATE_H
#define VMAVIEW_STATE_H

#include <linux/mm.h>

#include "kind.h"

/* What the states of an area's pages depend on besides their entries. */
struct vmav_state_of {
	enum vmav_backing backing;
	vm_flags_t vm_flags;
	bool sharing;		/* look at the pages: EXCLUSIVE and KSM */
};

u32 vmav_state_of_pte(const struct vmav_state_of *of, pte_t pte);
u32 vmav_state_of_pmd(const struct vmav_state_of *of, pmd_t *pmdp, pmd_t pmd,
		      unsigned int nr);
u32 vmav_state_of_pud(const struct vmav_state_of *of, pud_t pud);

u64 vmav_frame_of_pte(pte_t pte);
u64 vmav_frame_of_pmd(const struct vmav_state_of *of, pmd_t pmd,
		      unsigned int nr);
u64 vmav_frame_of_pud(pud_t pud, unsigned int nr);

#endif
