/* SPDX-License-Identifier: GPL-2.0 */
/* The pages of a process, run by run, complete. */
#ifndef VMAVIEW_EXPORT_PAGES_H
#define VMAVIEW_EXPORT_PAGES_H

#include <stdbool.h>
#include <stdio.h>

#include "model/snapshot.h"

/*
 * As text: a line a run, cut at the ends of areas, and what the letters mean.
 * The snapshot must have its pages. 0, or -1 with errno.
 */
int pages_write(const struct snapshot *snap, bool plain, FILE *out);

/*
 * As JSON: { "frames": "frames"|"tokens"|"unknown", "known_flags": [...],
 * "runs": [{ "start", "pages", "size_bytes", "kind", "flags", "frames" }] }
 * behind the head of snapshot_json_head(). A run's "frames" has one for each
 * of its pages, or is empty where they have none or none is known.
 */
int pages_json_write(const struct snapshot *snap, bool pretty, FILE *out);

#endif
