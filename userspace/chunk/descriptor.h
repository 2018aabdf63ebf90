/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A descriptor that is kept in a program that does not know of it: by a high
 * number, where programs seldom come by, and with a memory of which file it is.
 */
#ifndef VMAVIEW_CHUNK_DESCRIPTOR_H
#define VMAVIEW_CHUNK_DESCRIPTOR_H

#include <stdbool.h>
#include <sys/types.h>

struct descriptor {
	int fd;		/* -1: none */
	dev_t device;
	ino_t inode;
};

/* fd belongs to the descriptor from now on, and may get another number. */
void descriptor_set_aside(struct descriptor *descriptor, int fd);
/* False if the program has closed it, whatever has its number now. */
bool descriptor_is_ours(const struct descriptor *descriptor);
/* Closes what is ours, and is none afterwards. */
void descriptor_close(struct descriptor *descriptor);

#endif
