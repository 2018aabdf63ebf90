/* SPDX-License-Identifier: GPL-2.0 */
/* Whole files of /proc, whose size is known only when they have been read. */
#ifndef VMAVIEW_UTIL_FILE_H
#define VMAVIEW_UTIL_FILE_H

#include <stddef.h>

struct file_text {
	char *data;		/* len bytes and a NUL; may hold NULs itself */
	size_t len;
	unsigned int nr_reads;	/* read() calls that brought something */
};

/*
 * Reads all of name below the directory dir. 0, or -1 with errno. An empty
 * file is read well and has len 0. Free with file_free() in either case.
 */
int file_read(int dir, const char *name, struct file_text *text);
void file_free(struct file_text *text);

#endif
