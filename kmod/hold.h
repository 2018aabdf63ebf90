/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMAVIEW_HOLD_H
#define VMAVIEW_HOLD_H

#include "compat.h"

/* The holds of mmap_lock that one dump is made of. All 0 before the first. */
struct vmav_holds {
	bool started;
	bool done;		/* the last one left nothing to be taken */
	u32 changes;		/* times the mm changed between two of them */
	struct vmav_mm_seq seq;
	u64 since_ns;		/* begin of the present one */
	int wait_us;		/* for the lock, the last time; 0: it was there */
};

int vmav_hold_begin(struct vmav_holds *holds, struct mm_struct *mm, bool wait);
void vmav_hold_end(struct vmav_holds *holds, struct mm_struct *mm);

#endif
