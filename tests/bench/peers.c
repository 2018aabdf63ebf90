// SPDX-License-Identifier: GPL-2.0
/*
 * Readers of what the kernel has itself, as quick as they can be made: files
 * stay open and are read again from their beginning, 64 KiB at a time, and
 * the text is parsed by hand.
 */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define READ_SIZE	65536

static int fd = -1;
static char buffer[2 * READ_SIZE] __attribute__((aligned(8)));

static bool open_file(const struct subject *subject, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", subject->pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		give_up(path);
	return true;
}

static void close_file(void)
{
	close(fd);
}

/* ---- text ---- */

static const char *read_hex(const char *p, uint64_t *value)
{
	uint64_t v = 0;

	for (;; p++) {
		unsigned int digit = (unsigned char)*p - '0';

		if (digit > 9) {
			digit = (unsigned char)*p - 'a';
			if (digit > 5)
				break;
			digit += 10;
		}
		v = v << 4 | digit;
	}
	*value = v;
	return p;
}

static const char *read_decimal(const char *p, uint64_t *value)
{
	uint64_t v = 0;

	while ((unsigned int)((unsigned char)*p - '0') <= 9)
		v = v * 10 + (unsigned int)(*p++ - '0');
	*value = v;
	return p;
}

static const char *skip_blanks(const char *p)
{
	while (*p == ' ')
		p++;
	return p;
}

/* START-END rwxp OFFSET MAJOR:MINOR INODE NAME; returns the name's length. */
static uint64_t read_area(const char *p, const char *newline,
			  struct seen *seen)
{
	uint64_t start, end, offset, major, minor, inode, name_len;

	p = read_hex(p, &start);
	p = read_hex(p + 1, &end) + 1;
	/* in the numbers that the flags of an area have in the kernel */
	seen->rights += (p[0] == 'r') | (p[1] == 'w') << 1 |
			(p[2] == 'x') << 2 | (p[3] == 's') << 7;
	p = read_hex(p + 5, &offset);
	p = read_hex(p + 1, &major);
	p = read_hex(p + 1, &minor);
	p = skip_blanks(read_decimal(p + 1, &inode));
	name_len = newline - p;
	seen->areas++;
	seen->bytes += end - start;
	seen->offsets += offset;
	seen->inodes += inode;
	seen->names += name_len;
	return name_len;
}

/* VmFlags: two letters each. */
static void read_flags(const char *p, const char *newline, struct seen *seen)
{
	for (; p + 2 < newline; p += 3)
		seen->others += 1ULL << ((p[1] * 5 + p[2]) & 63);
}

/* "Key:     N kB". Those that ours has no like of are passed over. */
static void read_field(const char *p, const char *newline, struct seen *seen)
{
	uint64_t *sum, value;

	if (!memcmp(p, "Rss:", 4))
		sum = &seen->rss;
	else if (!memcmp(p, "Anonymous:", 10))
		sum = &seen->anon;
	else if (!memcmp(p, "Swap:", 5))
		sum = &seen->swap;
	else if (!memcmp(p, "Referenced:", 11) ||
		 !memcmp(p, "Private_Dirty:", 14) ||
		 !memcmp(p, "Shared_Dirty:", 13) ||
		 !memcmp(p, "AnonHugePages:", 14) ||
		 !memcmp(p, "ShmemPmdMapped:", 15) ||
		 !memcmp(p, "FilePmdMapped:", 14))
		sum = &seen->others;
	else if (!memcmp(p, "VmFlags:", 8)) {
		read_flags(p + 8, newline, seen);
		return;
	} else
		return;
	p = memchr(p, ':', newline - p);
	read_decimal(skip_blanks(p + 1), &value);
	*sum += value / (PAGE / 1024);
}

static bool is_area(const char *p)
{
	return *p >= 'a' || *p <= '9';
}

static void read_line(const char *p, const char *newline, struct seen *seen)
{
	if (is_area(p))
		read_area(p, newline, seen);
	else
		read_field(p, newline, seen);
}

/* Lines that a read cuts are carried over to the next. */
static bool read_text(const struct subject *subject, struct seen *seen)
{
	size_t carried = 0;
	ssize_t got;

	(void)subject;
	if (lseek(fd, 0, SEEK_SET))
		give_up("lseek");
	while ((got = read(fd, buffer + carried, READ_SIZE)) > 0) {
		const char *p = buffer, *end = buffer + carried + got;
		const char *newline;

		seen->calls++;
		seen->received += got;
		while ((newline = memchr(p, '\n', end - p))) {
			read_line(p, newline, seen);
			p = newline + 1;
		}
		carried = end - p;
		memmove(buffer, p, carried);
	}
	seen->calls += 2;
	if (got < 0)
		give_up("read");
	return true;
}

static bool open_nothing(const struct subject *subject)
{
	(void)subject;
	return true;
}

static void close_nothing(void)
{
}

static bool open_maps(const struct subject *subject)
{
	return open_file(subject, "maps");
}

static bool open_smaps(const struct subject *subject)
{
	return open_file(subject, "smaps");
}

static bool open_rollup(const struct subject *subject)
{
	return open_file(subject, "smaps_rollup");
}

/* As a program that runs once has to. */
static bool read_opened(const struct subject *subject, const char *name,
			struct seen *seen)
{
	open_file(subject, name);
	read_text(subject, seen);
	close(fd);
	seen->calls += 2;
	return true;
}

static bool read_maps_opened(const struct subject *subject, struct seen *seen)
{
	return read_opened(subject, "maps", seen);
}

static bool read_smaps_opened(const struct subject *subject, struct seen *seen)
{
	return read_opened(subject, "smaps", seen);
}

const struct reader peer_maps = {
	"maps", KNOWS_AREAS, open_maps, read_text, close_file
};
const struct reader peer_smaps = {
	"smaps", KNOWS_AREAS | KNOWS_RSS, open_smaps, read_text, close_file
};
const struct reader peer_maps_opened = {
	"maps, opened each time", KNOWS_AREAS, open_nothing, read_maps_opened,
	close_nothing
};
const struct reader peer_smaps_opened = {
	"smaps, opened each time", KNOWS_AREAS | KNOWS_RSS, open_nothing,
	read_smaps_opened, close_nothing
};
const struct reader peer_rollup = {
	"smaps_rollup", KNOWS_RSS, open_rollup, read_text, close_file
};

/* ---- pagemap ---- */

static bool open_pagemap(const struct subject *subject)
{
	return open_file(subject, "pagemap");
}

#define PM_PRESENT	(1ULL << 63)
#define PM_SWAP		(1ULL << 62)
#define PM_FILE		(1ULL << 61)
#define PM_EXCLUSIVE	(1ULL << 56)
#define PM_SOFT_DIRTY	(1ULL << 55)

static inline __attribute__((always_inline)) bool
read_entries(const struct subject *subject, struct seen *seen, bool places)
{
	uint64_t page = subject->start / PAGE, end = subject->end / PAGE;
	uint64_t file = 0;

	while (page < end) {
		size_t want = (end - page) * sizeof(uint64_t), i;
		const uint64_t *entry = (const uint64_t *)buffer;
		ssize_t got;

		if (want > READ_SIZE)
			want = READ_SIZE;
		got = pread(fd, buffer, want, page * sizeof(uint64_t));
		if (got <= 0)
			give_up("pagemap");
		seen->calls++;
		seen->received += got;
		for (i = 0; i < got / sizeof(*entry); i++) {
			if (!entry[i])
				continue;
			seen->present += !!(entry[i] & PM_PRESENT);
			if (places && entry[i] & PM_PRESENT)
				seen->places += page + i;
			seen->swap += !!(entry[i] & PM_SWAP);
			file += !!(entry[i] & PM_FILE);
			seen->others += !!(entry[i] & PM_EXCLUSIVE);
			seen->others += !!(entry[i] & PM_SOFT_DIRTY);
		}
		page += got / sizeof(*entry);
	}
	seen->anon = seen->present - file;
	return true;
}

static bool read_pagemap(const struct subject *subject, struct seen *seen)
{
	return read_entries(subject, seen, false);
}

static bool read_places(const struct subject *subject, struct seen *seen)
{
	return read_entries(subject, seen, true);
}

const struct reader peer_pagemap = {
	"pagemap", KNOWS_RANGE, open_pagemap, read_pagemap, close_file
};
const struct reader peer_places = {
	"pagemap", KNOWS_RANGE | KNOWS_PLACES, open_pagemap, read_places,
	close_file
};

/* ---- PAGEMAP_SCAN, since v6.7; the host's header may not have it ---- */

struct scan_region {
	uint64_t start, end, categories;
};

struct scan_arg {
	uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
	uint64_t category_inverted, category_mask, category_anyof_mask;
	uint64_t return_mask;
};

#define SCAN		_IOWR('f', 16, struct scan_arg)
#define SCAN_FILE	(1 << 2)
#define SCAN_PRESENT	(1 << 3)
#define SCAN_SWAPPED	(1 << 4)
#define SCAN_PFNZERO	(1 << 5)
#define SCAN_HUGE	(1 << 6)

static bool read_scan(const struct subject *subject, struct seen *seen)
{
	static struct scan_region regions[1024];
	struct scan_arg arg = {
		.size = sizeof(arg),
		.start = subject->start,
		.end = subject->end,
		.vec = (uintptr_t)regions,
		.vec_len = 1024,
		.category_anyof_mask = SCAN_PRESENT | SCAN_SWAPPED,
		.return_mask = SCAN_PRESENT | SCAN_SWAPPED | SCAN_FILE |
			       SCAN_PFNZERO | SCAN_HUGE,
	};
	uint64_t behind = 0;

	while (arg.start < arg.end) {
		int nr = ioctl(fd, SCAN, &arg), i;

		if (nr < 0 && (errno == ENOTTY || errno == EINVAL))
			return false;
		if (nr < 0)
			give_up("PAGEMAP_SCAN");
		seen->calls++;
		seen->received += nr * sizeof(regions[0]);
		for (i = 0; i < nr; i++) {
			uint64_t pages;

			/* some kernels report a region twice */
			if (regions[i].end <= behind)
				continue;
			if (regions[i].start < behind)
				regions[i].start = behind;
			behind = regions[i].end;
			pages = (regions[i].end - regions[i].start) / PAGE;
			if (regions[i].categories & SCAN_SWAPPED) {
				seen->swap += pages;
				continue;
			}
			if (regions[i].categories & SCAN_PFNZERO)
				continue;
			seen->present += pages;
			seen->places += sum_of_pages(regions[i].start / PAGE,
						     pages);
			if (!(regions[i].categories & SCAN_FILE))
				seen->anon += pages;
		}
		arg.start = arg.walk_end;
	}
	return true;
}

const struct reader peer_scan = {
	"PAGEMAP_SCAN", KNOWS_RANGE | KNOWS_PLACES, open_pagemap, read_scan,
	close_file
};

/* ---- PROCMAP_QUERY, since v6.11 ---- */

struct query_arg {
	uint64_t size, query_flags, query_addr;
	uint64_t vma_start, vma_end, vma_flags, vma_page_size, vma_offset;
	uint64_t inode;
	uint32_t dev_major, dev_minor, vma_name_size, build_id_size;
	uint64_t vma_name_addr, build_id_addr;
};

#define QUERY			_IOWR('f', 17, struct query_arg)
#define QUERY_COVERING_OR_NEXT	0x10

static bool read_query(const struct subject *subject, struct seen *seen)
{
	uint64_t at = 0;

	(void)subject;
	for (;;) {
		struct query_arg arg = {
			.size = sizeof(arg),
			.query_flags = QUERY_COVERING_OR_NEXT,
			.query_addr = at,
			.vma_name_size = 4096,
			.vma_name_addr = (uintptr_t)buffer,
		};

		seen->calls++;
		if (ioctl(fd, QUERY, &arg)) {
			if (errno == ENOENT)
				return true;
			if (errno == ENOTTY)
				return false;
			give_up("PROCMAP_QUERY");
		}
		seen->received += sizeof(arg) + arg.vma_name_size;
		seen->areas++;
		seen->bytes += arg.vma_end - arg.vma_start;
		/* its shared bit is the one behind, ours is the kernel's */
		seen->rights += (arg.vma_flags & 7) |
				(arg.vma_flags & 8) << 4;
		seen->offsets += arg.vma_offset;
		seen->inodes += arg.inode;
		if (arg.vma_name_size)
			seen->names += arg.vma_name_size - 1;
		at = arg.vma_end;
	}
}

const struct reader peer_query = {
	"PROCMAP_QUERY", KNOWS_AREAS, open_maps, read_query, close_file
};
