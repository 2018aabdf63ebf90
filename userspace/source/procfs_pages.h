/* SPDX-License-Identifier: GPL-2.0 */
/* Single pages as /proc/PID/pagemap shows them. */
#ifndef VMAVIEW_SOURCE_PROCFS_PAGES_H
#define VMAVIEW_SOURCE_PROCFS_PAGES_H

#include "model/snapshot.h"
#include "model/take.h"
#include "source/mounts.h"
#include "util/error.h"

/* These need the areas in the snapshot, best with their flags. */
#define TAKES_PAGEMAP	(TAKE_PAGES | TAKE_ENTRY | TAKE_SHARERS)

/*
 * Fills pages, entry and sharers of snap, as far as take asks for them, from
 * pagemap in the directory dir (/proc/PID, or one that looks like it). Only
 * addresses in the areas of snap are read. What can't be had stays NULL, with
 * a note. 0, or -1 with *err without memory.
 */
int procfs_pages_read(int dir, const struct take *take,
		      const struct mounts *mounts, struct snapshot *snap,
		      struct error *err);

#endif
