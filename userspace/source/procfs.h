/* SPDX-License-Identifier: GPL-2.0 */
/* The /proc source, for those who have the folder of a process at hand. */
#ifndef VMAVIEW_SOURCE_PROCFS_H
#define VMAVIEW_SOURCE_PROCFS_H

#include "model/snapshot.h"
#include "model/take.h"
#include "util/error.h"

/*
 * Fills snap from the files of the open directory dir: /proc/PID, or one that
 * looks like it, as the tests have. 0, or -1 with *err.
 */
int procfs_read(int dir, const struct take *take, struct snapshot *snap,
		struct error *err);

#endif
