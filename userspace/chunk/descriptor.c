// SPDX-License-Identifier: GPL-2.0
/*
 * Descriptors of ours among those of the program. errno is the caller's, and no
 * thread is cancelled in here, where it may hold a lock.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "descriptor.h"

/* Below the usual limit of 1024, and few enough for the kernel's table. */
#define HIGH	1000
#define LOW	16

void descriptor_set_aside(struct descriptor *descriptor, int fd)
{
	int saved = errno, high = -1, least;
	struct stat stat;

	for (least = HIGH; high < 0 && least >= LOW; least /= 2)
		high = fcntl(fd, F_DUPFD_CLOEXEC, least);
	if (high >= 0) {
		syscall(SYS_close, fd);
		fd = high;
	}
	*descriptor = (struct descriptor){ .fd = fd };
	if (!fstat(fd, &stat)) {
		descriptor->device = stat.st_dev;
		descriptor->inode = stat.st_ino;
	}
	errno = saved;
}

bool descriptor_is_ours(const struct descriptor *descriptor)
{
	int saved = errno;
	struct stat stat;
	bool ours = descriptor->fd >= 0 && !fstat(descriptor->fd, &stat) &&
		    stat.st_dev == descriptor->device &&
		    stat.st_ino == descriptor->inode;

	errno = saved;
	return ours;
}

void descriptor_close(struct descriptor *descriptor)
{
	int saved = errno;

	if (descriptor_is_ours(descriptor))
		syscall(SYS_close, descriptor->fd);
	descriptor->fd = -1;
	errno = saved;
}
