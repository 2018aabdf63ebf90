/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMAVIEW_ENTRY_H
#define VMAVIEW_ENTRY_H

#include <linux/mm_types.h>
#include <linux/vmaview.h>

#include "hold.h"

/* One step of the way; see enum vmaview_level_attr. */
struct vmav_entry_level {
	u32 level;
	u32 shift;
	u32 index;
	u32 entries;
	u64 table;
	u64 raw;
	u64 raw_mask;		/* for those who may not see frames */
};

/* The way of one address through the tables. */
struct vmav_entry {
	u64 address;
	u32 state;
	bool in_vma;
	u64 vma_start;
	u64 vma_end;
	u64 frame;		/* if the state has one */
	unsigned int nr_levels;
	struct vmav_entry_level levels[VMAVIEW_LEVELS];
};

int vmav_entry_take(struct vmav_entry *entry, struct vmav_holds *holds,
		    struct mm_struct *mm, u64 address, bool wait);

#endif
