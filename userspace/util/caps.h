/* SPDX-License-Identifier: GPL-2.0 */
/* Capabilities that are not needed are given up, for good. */
#ifndef VMAVIEW_UTIL_CAPS_H
#define VMAVIEW_UTIL_CAPS_H

#include <stdint.h>

#include "util/error.h"

/* Files and memory of other users' processes, also those that are 0400. */
#define CAPS_TARGET	(1ULL << 2 | 1ULL << 19)  /* DAC_READ_SEARCH, SYS_PTRACE */
/* Files by /proc/PID/map_files: also where the path is another one's by now. */
#define CAPS_FILES	(1ULL << 40)		/* CHECKPOINT_RESTORE */
/* Frames, entries that hold one, addresses of the kernel. */
#define CAPS_FRAMES	(1ULL << 21)		/* SYS_ADMIN */
#define CAPS_ALL	(CAPS_TARGET | CAPS_FILES | CAPS_FRAMES)

/*
 * Keeps those of keep that this thread has, and no other; programs that it
 * starts get none, and can't gain any. Before threads are made: each has its
 * own. 0, or -1 with *err.
 */
int caps_keep(uint64_t keep, struct error *err);

#endif
