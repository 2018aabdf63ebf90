/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of the descriptor's figure. */
#ifndef VMAVIEW_FIGURE_DESCRIPTOR_H
#define VMAVIEW_FIGURE_DESCRIPTOR_H

#include "figure/figure.h"

/* Each draws from row y on and returns the row behind it. */
int descriptor_put_pointers(struct figure *figure, const struct snapshot *snap,
			    const struct figure_params *params, int y);
int descriptor_put_areas(struct figure *figure, const struct snapshot *snap,
			 const struct figure_params *params, int y);

#endif
