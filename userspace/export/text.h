/* SPDX-License-Identifier: GPL-2.0 */
/* A figure as plain text. */
#ifndef VMAVIEW_EXPORT_TEXT_H
#define VMAVIEW_EXPORT_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "figure/figure.h"

/* At most params->width columns, at least 40. 0, or -1 with errno. */
int text_write(const struct figure_info *figure, const struct snapshot *snap,
	       const struct figure_params *params, bool unicode, FILE *out);

#endif
