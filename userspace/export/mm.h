/* SPDX-License-Identifier: GPL-2.0 */
/* The memory descriptor as a table of fields. */
#ifndef VMAVIEW_EXPORT_MM_H
#define VMAVIEW_EXPORT_MM_H

#include <stdbool.h>
#include <stdio.h>

#include "model/snapshot.h"

/* Every field with value, unit and meaning; "?" is not known. 0, or -1. */
int mm_write(const struct snapshot *snap, bool plain, FILE *out);

#endif
