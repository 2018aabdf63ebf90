// SPDX-License-Identifier: GPL-2.0
/*
 * Reads pagemap, area by area. Where the kernel has PAGEMAP_SCAN that says
 * which parts hold anything, so that a terabyte set aside costs nothing; else
 * all of an area is read, and from SPAN_MAX on no more.
 *
 * The kernel lets go of the mm between blocks. What changes meanwhile is seen
 * as it was or as it is; nothing here proves that both are of one moment.
 */
#include "source/pagemap_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ioctl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BLOCK		8192		/* entries in one read */
#define REGIONS		512		/* in one scan */
#define SPAN_MAX	(64ULL << 30)	/* bytes read without a scan */

/* As in <linux/fs.h> from v6.7 on, which may be older where this is built. */
struct scan_arg {
	uint64_t size, flags;
	uint64_t start, end, walk_end;
	uint64_t vec, vec_len, max_pages;
	uint64_t category_inverted, category_mask, category_anyof_mask;
	uint64_t return_mask;
};

#define SCAN_IOCTL	_IOWR('f', 16, struct scan_arg)

/* ---- what this kernel shows to us ---- */

static ssize_t scan(const struct pagemap_reader *reader, uint64_t *start,
		    uint64_t end)
{
	struct scan_arg arg = {
		.size = sizeof(arg), .start = *start, .end = end,
		.vec = (uintptr_t)reader->regions, .vec_len = REGIONS,
		.category_anyof_mask = SCAN_PRESENT | SCAN_SWAPPED,
		.return_mask = SCAN_FILE | SCAN_PRESENT | SCAN_SWAPPED |
			       SCAN_ZERO | SCAN_HUGE,
	};
	int nr = ioctl(reader->pagemap, SCAN_IOCTL, &arg);

	*start = arg.walk_end;
	return nr;
}

/*
 * A page of our own that was just written: it has a frame if frames are shown
 * to us, it is soft-dirty if there is such a thing, and it is not merged,
 * though some kernels (6.12) say so in kpageflags of every anonymous page.
 */
static void probe_self(struct pagemap_reader *reader)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	volatile char here = 0;
	uintptr_t page = (uintptr_t)&here / reader->snap->page_size;
	uint64_t entry = 0, flags;

	here = 1;
	if (fd < 0)
		return;
	if (pread(fd, &entry, sizeof(entry), (off_t)(page * sizeof(entry))) ==
	    sizeof(entry)) {
		reader->has_frames = entry & PM_FRAME;
		reader->has_soft_dirty = entry & PM_SOFT_DIRTY;
	}
	close(fd);
	if (!reader->has_frames)
		return;
	reader->kpageflags = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	reader->has_ksm = pread(reader->kpageflags, &flags, sizeof(flags),
				(off_t)((entry & PM_FRAME) * sizeof(flags))) ==
			  sizeof(flags) && !(flags & KPF_KSM);
}

void pagemap_reader_close(struct pagemap_reader *reader)
{
	if (reader->pagemap >= 0)
		close(reader->pagemap);
	if (reader->kpageflags >= 0)
		close(reader->kpageflags);
	free(reader->entries);
	free(reader->flags);
	free(reader->regions);
}

int pagemap_reader_open(struct pagemap_reader *reader, int dir,
			const struct snapshot *snap,
			const struct mounts *mounts)
{
	uint64_t start = 0;

	*reader = (struct pagemap_reader){
		.snap = snap, .mounts = mounts,
		.pagemap = -1, .kpageflags = -1,
		.entries = calloc(BLOCK, sizeof(*reader->entries)),
		.flags = calloc(BLOCK, sizeof(*reader->flags)),
		.regions = calloc(REGIONS, sizeof(*reader->regions)),
	};
	if (!reader->entries || !reader->flags || !reader->regions) {
		errno = ENOMEM;
		return -1;
	}
	reader->pagemap = openat(dir, "pagemap", O_RDONLY | O_CLOEXEC);
	if (reader->pagemap < 0)
		return -1;
	reader->has_scan = scan(reader, &start, snap->page_size) >= 0;
	probe_self(reader);
	return 0;
}

uint32_t pagemap_reader_known(const struct pagemap_reader *reader,
			      uint64_t start, uint64_t end)
{
	uint32_t known = PAGE_EXCLUSIVE | PAGE_UFFD_WP;
	size_t i;

	if (reader->has_ksm)
		known |= PAGE_KSM;
	if (reader->has_scan)
		known |= PAGE_PMD | PAGE_PUD;
	if (reader->has_soft_dirty)
		known |= PAGE_SOFT_DIRTY;
	for (i = 0; i < reader->snap->nr_vmas; i++) {
		const struct vma *vma = &reader->snap->vmas[i];

		if (vma->end <= start || vma->start >= end)
			continue;
		/* In an area that is new pagemap says so of every page. */
		if (!vma->has_flags || vma->flags & VF_BIT(VF_SOFTDIRTY))
			known &= ~PAGE_SOFT_DIRTY;
		/* A table that several processes share is one mapping to it. */
		if (!vma->has_flags || vma->flags & VF_BIT(VF_HUGETLB))
			known &= ~PAGE_EXCLUSIVE;
	}
	return known;
}

/* ---- reading ---- */

/* Frames that follow one another are read at once. */
static void read_flags(struct pagemap_reader *reader,
		       const struct pagemap_area *area, size_t nr)
{
	const uint64_t *entries = reader->entries;
	size_t i = 0;

	memset(reader->flags, 0, nr * sizeof(*reader->flags));
	while (i < nr) {
		uint64_t frame = entries[i] & PM_FRAME;
		size_t first = i;
		ssize_t got;

		if (!pagemap_wants_flags(area, entries[i++]))
			continue;
		while (i < nr && pagemap_wants_flags(area, entries[i]) &&
		       (entries[i] & PM_FRAME) == frame + (i - first))
			i++;
		got = pread(reader->kpageflags, reader->flags + first,
			    (i - first) * sizeof(uint64_t),
			    (off_t)(frame * sizeof(uint64_t)));
		for (; got >= (ssize_t)sizeof(uint64_t);
		     got -= (ssize_t)sizeof(uint64_t))
			reader->flags[first++] |= KPF_WAS_READ;
	}
}

/* All entries of [start, end), which is in one area. */
static int read_range(struct pagemap_reader *reader,
		      const struct pagemap_area *area, uint64_t start,
		      uint64_t end, uint64_t categories,
		      const struct pagemap_visitor *visitor)
{
	uint64_t page_size = reader->snap->page_size;

	while (start < end) {
		size_t want = (end - start) / page_size < BLOCK ?
			      (end - start) / page_size : BLOCK;
		ssize_t got = pread(reader->pagemap, reader->entries,
				    want * sizeof(uint64_t), (off_t)
				    (start / page_size * sizeof(uint64_t)));
		struct pagemap_block block = {
			.start = start, .entries = reader->entries,
			.categories = categories,
			.has_frames = reader->has_frames,
		};
		int ret;

		/* Beyond the end of what a process can have. */
		if (got < (ssize_t)sizeof(uint64_t))
			return 0;
		block.nr = (size_t)got / sizeof(uint64_t);
		if (reader->kpageflags >= 0) {
			read_flags(reader, area, block.nr);
			block.flags = reader->flags;
		}
		ret = visitor->visit(visitor->context, area, &block);
		if (ret)
			return ret;
		start += block.nr * page_size;
	}
	return 0;
}

static int read_unscanned(struct pagemap_reader *reader,
			  const struct pagemap_area *area, uint64_t start,
			  uint64_t end, const struct pagemap_visitor *visitor)
{
	uint64_t size = end - start;

	if (size > reader->span) {
		size = reader->span;
		reader->stopped = start + size;
	}
	reader->span -= size;
	return read_range(reader, area, start, start + size, 0, visitor);
}

/* What holds anything in [start, end), which is in one area. */
static int scan_range(struct pagemap_reader *reader,
		      const struct pagemap_area *area, uint64_t start,
		      uint64_t end, const struct pagemap_visitor *visitor)
{
	uint64_t done = start;

	while (start < end) {
		uint64_t from = start;
		ssize_t nr = scan(reader, &start, end), i;

		if (nr < 0 || start <= from)
			return read_unscanned(reader, area, from, end, visitor);
		for (i = 0; i < nr; i++) {
			struct scan_region *region = &reader->regions[i];
			int ret;

			if (!scan_region_cut(region, &done, end))
				continue;
			ret = read_range(reader, area, region->start,
					 region->end, region->categories,
					 visitor);
			if (ret)
				return ret;
		}
	}
	return 0;
}

bool pagemap_leaves_out(const struct vma *vma)
{
	return vma->flags & VF_BIT(VF_PFNMAP);
}

int pagemap_reader_visit(struct pagemap_reader *reader, uint64_t start,
			 uint64_t end, const struct pagemap_visitor *visitor)
{
	size_t i;

	reader->span = SPAN_MAX;
	reader->stopped = 0;
	for (i = 0; i < reader->snap->nr_vmas && !reader->stopped; i++) {
		const struct vma *vma = &reader->snap->vmas[i];
		uint64_t low = vma->start > start ? vma->start : start;
		uint64_t high = vma->end < end ? vma->end : end;
		struct pagemap_area area;
		int ret;

		/* [vsyscall] is up where no process has page tables. */
		if (low >= high || low >> 63 || pagemap_leaves_out(vma))
			continue;
		area = pagemap_area_of(vma, reader->mounts);
		ret = reader->has_scan ?
		      scan_range(reader, &area, low, high, visitor) :
		      read_unscanned(reader, &area, low, high, visitor);
		if (ret)
			return ret;
	}
	return 0;
}

