/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which devices hold shared memory: smaps does not say whether a page of a
 * file is of the page cache or of shmem, the file's device does.
 */
#ifndef VMAVIEW_SOURCE_MOUNTS_H
#define VMAVIEW_SOURCE_MOUNTS_H

#include <stdint.h>

enum mount_pages { PAGES_NOT_KNOWN, PAGES_FILE, PAGES_SHMEM };

struct mounts;

/*
 * The mounts the process of directory dir (/proc/PID) sees. What can't be
 * read is not known. NULL without memory.
 */
struct mounts *mounts_new(int dir);
void mounts_free(struct mounts *mounts);
enum mount_pages mounts_find(const struct mounts *mounts, uint32_t maj,
			     uint32_t min);

#endif
