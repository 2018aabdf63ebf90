/* SPDX-License-Identifier: GPL-2.0 */
/* Which segment of the address space an area is, told from the descriptor. */
#ifndef VMAVIEW_MODEL_REGION_H
#define VMAVIEW_MODEL_REGION_H

#include "model/snapshot.h"

struct region_info {
	const char *name;	/* "heap" */
	char letter;		/* 'h': stands for the colour where there is none */
	const char *meaning;
};

extern const struct region_info regions[REGION_NR];

/* Sets vmas[].region of a complete snapshot. Sources call it last. */
void region_classify(struct snapshot *snap);

#endif
