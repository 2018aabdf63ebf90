/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMAVIEW_PAGES_H
#define VMAVIEW_PAGES_H

#include <linux/mm_types.h>

#include "hold.h"
#include "map.h"

/* What is asked of every page. */
struct vmav_pages_range {
	u64 pos;		/* what is below has been taken */
	u64 end;
	bool sharing;
	bool frames;
	struct vmav_holds holds;
};

/* A part of them, and the step that was made last. */
struct vmav_pages {
	struct vmav_map map;
	struct vmav_step step;
};

struct vmav_pages *vmav_pages_new(void);
void vmav_pages_free(struct vmav_pages *pages);
int vmav_pages_take(struct vmav_pages *pages, struct vmav_pages_range *range,
		    struct mm_struct *mm, unsigned int room, bool wait);

#endif
