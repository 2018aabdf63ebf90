/* SPDX-License-Identifier: GPL-2.0 */
/* The page tables by level and by area, as JSON. */
#ifndef VMAVIEW_EXPORT_TABLES_H
#define VMAVIEW_EXPORT_TABLES_H

#include <stdbool.h>
#include <stdio.h>

#include "model/snapshot.h"

/*
 * Behind the head of snapshot_json_head(): { "table_size_bytes", "entries",
 * "total_bytes", "counted_bytes", "pgtables_bytes", "deposited", "levels": [{
 * "level", "tables", "used", "pages" }], "areas": [{ "start", "end", "bytes",
 * "mapped_bytes", "deposited", "levels" }] }. counted_bytes are those of the
 * walk that pgtables_bytes has, too. The snapshot must have its tables. 0, or
 * -1 with errno.
 */
int tables_json_write(const struct snapshot *snap, bool pretty, FILE *out);

#endif
