/* SPDX-License-Identifier: GPL-2.0 */
/* The line of /proc/PID/stat, and what it says of a task without memory. */
#ifndef VMAVIEW_SOURCE_STAT_H
#define VMAVIEW_SOURCE_STAT_H

#include <stdint.h>

#include "util/error.h"

enum {
	STAT_PID = 1,
	STAT_FLAGS = 9,
	STAT_THREADS = 20,
	STAT_START_CODE = 26, STAT_END_CODE, STAT_START_STACK,
	STAT_START_DATA = 45, STAT_END_DATA, STAT_START_BRK,
	STAT_ARG_START, STAT_ARG_END, STAT_ENV_START, STAT_ENV_END,
	STAT_LAST = 52
};

struct stat_line {
	char state;
	/*
	 * By number of field; 2 and 3 are no numbers, and what is behind the
	 * line's end is 0.
	 */
	uint64_t field[STAT_LAST + 1];
};

/* Reads the one in the open directory dir (/proc/PID). 0, or -1 with errno. */
int stat_read(int dir, struct stat_line *stat);

/*
 * 0 when the task may have user memory, else -1 with ERR_NO_MM, in words: a
 * kernel thread, a zombie, a first thread that others have outlived.
 */
int stat_check_memory(const struct stat_line *stat, struct error *err);

#endif
