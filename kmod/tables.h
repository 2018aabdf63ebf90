/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMAVIEW_TABLES_H
#define VMAVIEW_TABLES_H

#include <linux/mm_types.h>
#include <linux/vmaview.h>

#include "hold.h"

#define VMAV_TABLES_AREAS	128

/* Where a dump of tables is; parts continue one another through it. */
struct vmav_tables_range {
	u64 pos;		/* what is below has been counted */
	u64 end;
	bool begun;		/* the area at pos is counted in part: */
	struct vmaview_tables area;
	/* the table of each level that was counted last, by its first address */
	u64 last[VMAVIEW_LEVELS];
	bool has_last[VMAVIEW_LEVELS];
	struct vmav_holds holds;
};

/* What one hold of mmap_lock found, in the form it has on the wire. */
struct vmav_tables {
	unsigned int nr;
	struct vmaview_tables areas[VMAV_TABLES_AREAS];
};

int vmav_tables_take(struct vmav_tables *tables,
		     struct vmav_tables_range *range, struct mm_struct *mm,
		     unsigned int max_areas, bool wait);

#endif
