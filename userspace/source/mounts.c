// SPDX-License-Identifier: GPL-2.0
/*
 * Devices and what their pages are, from mountinfo. Only what is certain is
 * said: file systems that show the pages of another one (overlay, fuse
 * passthrough) and those we have not heard of are left unknown.
 */
#include "source/mounts.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "util/file.h"

struct mount {
	uint32_t maj, min;
	enum mount_pages pages;
};

struct mounts {
	struct mount *list;
	size_t nr, cap;
};

/* They have pages of their own, in the page cache. */
static const char *const file_types[] = {
	"ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "vfat", "exfat",
	"msdos", "ntfs3", "iso9660", "udf", "squashfs", "erofs", "cramfs",
	"romfs", "jffs2", "ubifs", "nilfs2", "jfs", "reiserfs", "bcachefs",
	"zfs", "nfs", "nfs4", "cifs", "smb3", "ceph", "9p", "ramfs",
};

static enum mount_pages pages_of_type(const char *type)
{
	size_t i;

	if (!strcmp(type, "tmpfs"))
		return PAGES_SHMEM;
	for (i = 0; i < sizeof(file_types) / sizeof(file_types[0]); i++)
		if (!strcmp(type, file_types[i]))
			return PAGES_FILE;
	return PAGES_NOT_KNOWN;
}

/*
 * rootfs is a ramfs or a tmpfs, as the kernel was started. Where the process
 * has its root on it, the root tells.
 */
static enum mount_pages pages_of_rootfs(int dir, dev_t dev)
{
	enum mount_pages pages = PAGES_NOT_KNOWN;
	int fd = openat(dir, "root", O_PATH | O_CLOEXEC);
	struct statfs fs;
	struct stat st;

	if (fd < 0)
		return pages;
	if (!fstat(fd, &st) && st.st_dev == dev && !fstatfs(fd, &fs)) {
		/* signed on some machines, and of 32 bits */
		uint32_t type = fs.f_type;

		if (type == TMPFS_MAGIC)
			pages = PAGES_SHMEM;
		else if (type == RAMFS_MAGIC)
			pages = PAGES_FILE;
	}
	close(fd);
	return pages;
}

static int add_mount(struct mounts *mounts, uint32_t maj, uint32_t min,
		     enum mount_pages pages)
{
	if (pages == PAGES_NOT_KNOWN ||
	    mounts_find(mounts, maj, min) != PAGES_NOT_KNOWN)
		return 0;
	if (mounts->nr == mounts->cap) {
		size_t cap = mounts->cap ? mounts->cap * 2 : 16;
		struct mount *list = reallocarray(mounts->list, cap,
						  sizeof(*list));

		if (!list)
			return -1;
		mounts->list = list;
		mounts->cap = cap;
	}
	mounts->list[mounts->nr++] = (struct mount){ maj, min, pages };
	return 0;
}

/*
 * The kernel's own mount for memfd, System V and shared anonymous memory is
 * in nobody's mountinfo. A memfd of ours tells its device.
 */
static int add_internal_shmem(struct mounts *mounts)
{
	int fd = memfd_create("vmaview", MFD_CLOEXEC);
	struct stat st;
	int ret = 0;

	if (fd < 0)
		return 0;
	if (!fstat(fd, &st))
		ret = add_mount(mounts, major(st.st_dev), minor(st.st_dev),
				PAGES_SHMEM);
	close(fd);
	return ret;
}

/* 27 1 254:0 /root /mount/point opts [tags] - type source opts */
static int add_line(struct mounts *mounts, int dir, const char *line)
{
	const char *dash = strstr(line, " - ");
	enum mount_pages pages;
	unsigned int maj, min;
	char type[32];

	if (!dash || sscanf(dash + 3, "%31s", type) != 1 ||
	    sscanf(line, "%*d %*d %u:%u", &maj, &min) != 2)
		return 0;
	if (!strcmp(type, "rootfs"))
		pages = pages_of_rootfs(dir, makedev(maj, min));
	else
		pages = pages_of_type(type);
	return add_mount(mounts, maj, min, pages);
}

struct mounts *mounts_new(int dir)
{
	struct mounts *mounts = calloc(1, sizeof(*mounts));
	struct file_text text;
	char *line, *rest;
	int ret;

	if (!mounts)
		return NULL;
	ret = add_internal_shmem(mounts);
	if (file_read(dir, "mountinfo", &text))
		text.len = 0;	/* then files are not told from shmem */
	rest = text.len ? text.data : NULL;
	while (!ret && (line = strsep(&rest, "\n")))
		ret = add_line(mounts, dir, line);
	file_free(&text);
	if (ret) {
		mounts_free(mounts);
		return NULL;
	}
	return mounts;
}

void mounts_free(struct mounts *mounts)
{
	if (!mounts)
		return;
	free(mounts->list);
	free(mounts);
}

enum mount_pages mounts_find(const struct mounts *mounts, uint32_t maj,
			     uint32_t min)
{
	size_t i;

	for (i = 0; i < mounts->nr; i++)
		if (mounts->list[i].maj == maj &&
		    mounts->list[i].min == min)
			return mounts->list[i].pages;
	return PAGES_NOT_KNOWN;
}
