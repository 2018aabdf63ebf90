/* SPDX-License-Identifier: GPL-2.0 */
/* A word of bits cut into its fields, each in a cell of one row of boxes. */
#ifndef VMAVIEW_FIGURE_STRIP_H
#define VMAVIEW_FIGURE_STRIP_H

#include "figure/figure.h"

struct strip_cell {
	char bits[8];		/* "51-12" */
	const char *name;
	char value[24];
	bool known;		/* else value is shown as doubtful */
};

/* "51-12", or "63" for a single bit. */
void strip_bits(char out[8], unsigned int first, unsigned int last);

/*
 * Highest bits first; as many rows of boxes as the width asks for. Returns the
 * rows of text that it takes.
 */
int strip_put(struct figure *figure, int x, int y, int width,
	      const struct strip_cell *cells, size_t nr);

#endif
