/* SPDX-License-Identifier: GPL-2.0 */
/* The lines at the head of plain text: which process, from which source. */
#ifndef VMAVIEW_EXPORT_ABOUT_H
#define VMAVIEW_EXPORT_ABOUT_H

#include <stdbool.h>
#include <stdio.h>

#include "model/snapshot.h"

/* Text from outside, escaped; plain leaves nothing but ASCII. */
void about_write_text(const char *text, bool plain, FILE *out);

/* Process, source, and everything that makes the picture less than whole. */
void about_write(const struct snapshot *snap, bool plain, FILE *out);

#endif
