/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMAVIEW_SLICE_H
#define VMAVIEW_SLICE_H

#include <linux/vmaview.h>

#include "hold.h"
#include "pte.h"
#include "vma.h"

#define VMAV_SLICE_AREAS	256
#define VMAV_SLICE_OBJECTS	64
#define VMAV_SLICE_COUNTS	2048	/* u32, of which a group takes 1 to 59 */

/* What an area maps: a file whose path is not resolved yet, or a name. */
struct vmav_object {
	struct file *file;		/* held, or NULL: name */
	char name[VMAV_NAME_MAX];
};

/*
 * What was read under one hold of mmap_lock, in the form it has on the wire.
 * vmas[i].object counts objects from 1. The counts of area i are
 * counts[counts_end[i - 1]] to counts[counts_end[i] - 1].
 */
struct vmav_slice {
	unsigned int nr_vmas;
	unsigned int nr_objects;
	struct vmaview_vma vmas[VMAV_SLICE_AREAS];
	u16 counts_end[VMAV_SLICE_AREAS];
	struct vmav_object objects[VMAV_SLICE_OBJECTS];
	u32 counts[VMAV_SLICE_COUNTS];
};

/* Where a dump is; slices continue one another through it. */
struct vmav_cursor {
	u64 pos;		/* areas that end at or below are done */
	u64 end;		/* areas that start at or above are not asked for */
	u64 floor;		/* end of the last area taken */
	u64 walked;		/* the area at pos is counted up to here ... */
	struct vmav_counts counts;	/* ... with this */
	bool want_counts;
	struct vmav_holds holds;
};

void vmav_cursor_init(struct vmav_cursor *cursor, u64 start, u64 end,
		      u32 flags);
void vmav_cursor_rewind(struct vmav_cursor *cursor,
			const struct vmav_slice *slice, unsigned int nr_used);

int vmav_slice_init(void);
void vmav_slice_exit(void);
struct vmav_slice *vmav_slice_new(void);
void vmav_slice_free(struct vmav_slice *slice);
int vmav_slice_take(struct vmav_slice *slice, struct vmav_cursor *cursor,
		    struct mm_struct *mm, unsigned int max_areas, bool wait);
void vmav_slice_clear(struct vmav_slice *slice);

#endif
