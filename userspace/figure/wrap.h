/* SPDX-License-Identifier: GPL-2.0 */
/* Sentences in a figure. */
#ifndef VMAVIEW_FIGURE_WRAP_H
#define VMAVIEW_FIGURE_WRAP_H

#include "figure/figure.h"

/* ASCII text of our own, broken between words. Returns rows used. */
int wrap_text(struct figure *figure, int x, int y, int width, enum style style,
	      const char *text);

#endif
