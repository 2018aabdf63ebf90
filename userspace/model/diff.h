/* SPDX-License-Identifier: GPL-2.0 */
/* What changed between two snapshots of one process. */
#ifndef VMAVIEW_MODEL_DIFF_H
#define VMAVIEW_MODEL_DIFF_H

#include "model/snapshot.h"

#define CHANGE_NEW	(1U << 0)	/* the area was not there */
#define CHANGE_BOUNDS	(1U << 1)	/* start or end moved */
#define CHANGE_FLAGS	(1U << 2)
#define CHANGE_COUNTS	(1U << 3)	/* residency */

struct diff {
	uint64_t mm_changed;	/* bit n: enum mm_field n */
	uint8_t *vma_changed;	/* CHANGE_*, one for each area of the newer */
	size_t nr_vmas;
	size_t nr_new, nr_gone, nr_changed;
};

/* Both snapshots stay the caller's. NULL without memory. before may be NULL. */
struct diff *diff_new(const struct snapshot *before,
		      const struct snapshot *after);
void diff_free(struct diff *diff);

#endif
