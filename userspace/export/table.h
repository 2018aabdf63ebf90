/* SPDX-License-Identifier: GPL-2.0 */
/* The areas as a plain table, for pipes and paper. */
#ifndef VMAVIEW_EXPORT_TABLE_H
#define VMAVIEW_EXPORT_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "model/snapshot.h"

/*
 * One line an area, then totals by kind, and the kernel's counters beside them;
 * "?" is not known. sharing: with the columns that know who shares. 0, or -1.
 */
int table_write(const struct snapshot *snap, bool sharing, bool plain,
		FILE *out);

#endif
