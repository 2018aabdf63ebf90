/* SPDX-License-Identifier: GPL-2.0 */
/* The text of /proc/PID/maps and smaps, read into areas. */
#ifndef VMAVIEW_SOURCE_MAPS_H
#define VMAVIEW_SOURCE_MAPS_H

#include "model/snapshot.h"
#include "source/mounts.h"
#include "util/error.h"
#include "util/file.h"

/*
 * Appends the areas of a text of maps or smaps; what smaps says besides goes
 * into their counts and flags. An area that overlaps the one before is left out
 * and makes the snapshot torn. The text is changed while it is read. 0, or -1
 * with *err when a line is not understood or memory runs out.
 */
int maps_parse(struct file_text *text, const struct mounts *mounts,
	       struct snapshot *snap, struct error *err);

/*
 * Whether a text of maps or smaps lists the very areas of a text of maps.
 * Before either is parsed.
 */
bool maps_agree(const struct file_text *text, const struct file_text *maps);

#endif
