/* SPDX-License-Identifier: GPL-2.0 */
/* The way of one address through the page tables, as JSON. */
#ifndef VMAVIEW_EXPORT_WALK_H
#define VMAVIEW_EXPORT_WALK_H

#include <stdbool.h>
#include <stdio.h>

#include "model/snapshot.h"

/*
 * Behind the head of snapshot_json_head(): { "address", "symbol", "vma",
 * "state", "flags", "frame", "token", "physical_address", "end", "levels": [{
 * "level", "shift", "index", "entries", "table", "raw", "raw_mask", "form",
 * "bits": [{ "name", "long_name", "first", "last", "value", "meaning" }] }] }.
 * The snapshot must have its entry. 0, or -1 with errno.
 */
int walk_json_write(const struct snapshot *snap, bool pretty, FILE *out);

#endif
