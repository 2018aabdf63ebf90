// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/PID/pagemap, PAGEMAP_SCAN and /proc/kpageflags: an input says what is
 * asked for, which areas there are, and then what the kernel answers, whichever
 * of the three is read: entries with how often they come, regions, words. What
 * it has no more bytes for is the end of the file, or nothing found.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "model/region.h"
#include "source/mounts.h"
#include "source/pagemap.h"
#include "source/procfs_pages.h"

#include "show.h"

#define PAGE	4096U
#define AREAS	8U

enum { OF_TARGET = 900, OF_SELF, OF_KPAGEFLAGS };
enum { HAS_FRAMES = 1, HAS_SCAN = 2, HAS_FLAGS = 4 };

int __wrap_openat(int dir, const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_close(int fd);
int __real_close(int fd);
ssize_t __wrap_pread(int fd, void *to, size_t size, off_t offset);
int __wrap_ioctl(int fd, unsigned long request, ...);

/* As in pagemap_reader.c. */
struct scan_arg {
	uint64_t size, flags, start, end, walk_end;
	uint64_t vec, vec_len, max_pages;
	uint64_t category_inverted, category_mask, category_anyof_mask;
	uint64_t return_mask;
};

static struct input input;
static unsigned int shown;	/* HAS_* */

int __wrap_openat(int dir, const char *path, int flags, ...)
{
	(void)dir;
	(void)flags;
	errno = ENOENT;
	return strcmp(path, "pagemap") ? -1 : OF_TARGET;
}

int __wrap_open(const char *path, int flags, ...)
{
	(void)flags;
	if (strstr(path, "pagemap"))
		return OF_SELF;
	errno = EACCES;
	return shown & HAS_FLAGS ? OF_KPAGEFLAGS : -1;
}

int __wrap_close(int fd)
{
	return fd < OF_TARGET ? __real_close(fd) : 0;
}

/* A word, then how often it comes. */
static ssize_t read_words(uint64_t *words, size_t nr)
{
	size_t done = 0;

	while (done < nr && input.left) {
		uint64_t word = take_number(&input, 8);
		uint64_t times = take_number(&input, 2) + 1;

		while (times-- && done < nr)
			words[done++] = word;
	}
	return (ssize_t)(done * sizeof(*words));
}

ssize_t __wrap_pread(int fd, void *to, size_t size, off_t offset)
{
	uint64_t own = PM_PRESENT | PM_SOFT_DIRTY |
		       (shown & HAS_FRAMES ? 0x1234 : 0);

	demand(offset >= 0);
	if (fd != OF_SELF)
		return read_words(to, size / sizeof(uint64_t));
	memcpy(to, &own, sizeof(own));
	return sizeof(own);
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	struct scan_region *found;
	struct scan_arg *arg;
	uint64_t nr, i;
	va_list args;

	(void)request;
	va_start(args, request);
	arg = va_arg(args, struct scan_arg *);
	va_end(args);
	demand(fd == OF_TARGET && arg->start < arg->end);
	if (!(shown & HAS_SCAN)) {
		errno = ENOTTY;
		return -1;
	}
	found = (struct scan_region *)(uintptr_t)arg->vec;
	nr = take_number(&input, 1) % 16;
	demand(nr <= arg->vec_len);
	for (i = 0; i < nr; i++) {
		uint64_t at = arg->start + take_number(&input, 2) * PAGE;

		found[i] = (struct scan_region){
			at, at + take_number(&input, 2) * PAGE,
			take_number(&input, 1),
		};
	}
	arg->walk_end = input.left ? arg->start + take_number(&input, 4) * PAGE :
				     arg->end;
	if (arg->walk_end > arg->end)
		arg->walk_end = arg->end;
	return (int)nr;
}

static void add_areas(struct snapshot *snap)
{
	unsigned int nr = (unsigned int)take_number(&input, 1) % AREAS;
	uint64_t at = PAGE;

	while (nr--) {
		struct vma *vma = snapshot_add_vma(snap);
		struct object key = { .dev_major = 8, .inode = nr };
		unsigned int kind;

		demand(vma);
		vma->start = at + take_number(&input, 4) * PAGE;
		vma->end = vma->start + (take_number(&input, 4) + 1) * PAGE;
		vma->flags = take_number(&input, 8);
		vma->has_flags = true;
		at = vma->end;
		kind = (unsigned int)take_number(&input, 1) % 3;
		key.kind = kind == 1 ? OBJECT_FILE : OBJECT_SPECIAL;
		if (kind)
			vma->object = snapshot_object(snap, &key, "/name", 5);
	}
	snap->has_vmas = true;
	region_classify(snap);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct snapshot *snap = snapshot_new();
	struct mounts *mounts = mounts_new(-1);
	struct take take = { 0 };
	struct error err;

	demand(snap && mounts);
	input = (struct input){ data, size };
	shown = (unsigned int)take_number(&input, 1);
	take.what = TAKE_VMAS | (unsigned int)take_number(&input, 2);
	take.start = take_number(&input, 8);
	take.end = take_number(&input, 8);
	take.address = take_number(&input, 8);
	snap->page_size = PAGE;
	snap->pmd_size = 512 * PAGE;
	add_areas(snap);
	procfs_pages_read(-1, &take, mounts, snap, &err);
	show_picture(snap, size, take.address);
	mounts_free(mounts);
	snapshot_free(snap);
	return 0;
}
