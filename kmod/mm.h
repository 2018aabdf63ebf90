/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMAVIEW_MM_H
#define VMAVIEW_MM_H

#include <linux/vmaview.h>

struct mm_struct;

/* One field of the descriptor, in the order in which it is shown. */
struct vmav_mm_field {
	enum vmaview_mm_attr attr;
	const char *name;
	bool address;		/* shown in hex */
	bool privileged;	/* left out for those who may not see it */
};

extern const struct vmav_mm_field vmav_mm_fields[];
extern const unsigned int vmav_nr_mm_fields;

/* The descriptor at one moment, by enum vmaview_mm_attr. */
struct vmav_mm {
	u64 v[VMAVIEW_MM_A_MAX + 1];
};

void vmav_mm_take(struct vmav_mm *out, struct mm_struct *mm);

#endif
