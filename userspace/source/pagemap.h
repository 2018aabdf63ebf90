/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the words of /proc/PID/pagemap mean, together with what else is known:
 * of their area, by PAGEMAP_SCAN, and by /proc/kpageflags. Opens no file. What
 * none of these makes certain stays PAGE_PRESENT or PAGE_ABSENT.
 */
#ifndef VMAVIEW_SOURCE_PAGEMAP_H
#define VMAVIEW_SOURCE_PAGEMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/snapshot.h"
#include "source/mounts.h"

/* Bits of an entry; the frame, or swap type | offset << 5, is below them. */
#define PM_FRAME	((1ULL << 55) - 1)
#define PM_SOFT_DIRTY	(1ULL << 55)	/* of the entry or of its area */
#define PM_EXCLUSIVE	(1ULL << 56)
#define PM_UFFD_WP	(1ULL << 57)
#define PM_GUARD	(1ULL << 58)	/* v6.15 */
#define PM_FILE		(1ULL << 61)	/* a page, and no anonymous one */
#define PM_SWAP		(1ULL << 62)	/* not present, but not none either */
#define PM_PRESENT	(1ULL << 63)

/* Categories of PAGEMAP_SCAN (v6.7). */
#define SCAN_FILE	(1ULL << 2)
#define SCAN_PRESENT	(1ULL << 3)
#define SCAN_SWAPPED	(1ULL << 4)
#define SCAN_ZERO	(1ULL << 5)	/* the zero page, also the huge one */
#define SCAN_HUGE	(1ULL << 6)

/* One of what PAGEMAP_SCAN finds, as the kernel writes it. */
struct scan_region {
	uint64_t start, end;		/* bytes, [start, end) */
	uint64_t categories;		/* SCAN_* */
};

/*
 * Cuts a region to what lies in [*done, end), and moves *done behind it: some
 * kernels tell of a region twice, or of one that reaches into the one before.
 * False when nothing is left.
 */
bool scan_region_cut(struct scan_region *region, uint64_t *done, uint64_t end);

/* Bits of a word of /proc/kpageflags, and one of ours. */
#define KPF_ANON	(1ULL << 12)
#define KPF_SWAPBACKED	(1ULL << 14)
#define KPF_TAIL	(1ULL << 16)
#define KPF_NOPAGE	(1ULL << 20)
#define KPF_KSM		(1ULL << 21)
#define KPF_ZERO	(1ULL << 24)
#define KPF_WAS_READ	(1ULL << 63)	/* 0 is a word like any other */

/* Of what the pages of an area can be, see pagemap_area_of(). */
struct pagemap_area {
	enum mount_pages pages;	/* those that are not anonymous */
	bool is_anon;		/* it holds anonymous and zero alone */
	bool is_shared;		/* none is anonymous */
	bool is_hugetlb;
	bool is_bare;		/* may hold frames that are no pages */
	bool can_merge;		/* KSM may have been here */
	uint32_t leaf;		/* PAGE_PMD or PAGE_PUD, if is_hugetlb */
};

/* Entries that follow one another in one area. */
struct pagemap_block {
	uint64_t start;			/* bytes, of the first page */
	size_t nr;
	const uint64_t *entries;
	const uint64_t *flags;		/* of kpageflags; 0 or NULL: not read */
	uint64_t categories;		/* SCAN_* of all; 0: not scanned */
	bool has_frames;		/* the kernel shows them to us */
};

struct pagemap_area pagemap_area_of(const struct vma *vma,
				    const struct mounts *mounts);

/* Would the page's kpageflags tell more of it? */
bool pagemap_wants_flags(const struct pagemap_area *area, uint64_t entry);

/* The state of page i: PAGE_*, with every flag that can be told from here. */
uint32_t pagemap_state(const struct pagemap_area *area,
		       const struct pagemap_block *block, size_t i);

/*
 * Appends the pages of a block that lies within the map's range, with the flags
 * in map->has alone, and their frames if map->has_frames. 0, or -1 without
 * memory.
 */
int pagemap_add(struct page_map *map, const struct pagemap_area *area,
		const struct pagemap_block *block);

#endif
