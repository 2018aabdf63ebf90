/* SPDX-License-Identifier: GPL-2.0 */
/* An open /proc/PID/pagemap: its entries, without reading what is empty. */
#ifndef VMAVIEW_SOURCE_PAGEMAP_READER_H
#define VMAVIEW_SOURCE_PAGEMAP_READER_H

#include "source/pagemap.h"

struct pagemap_reader {
	const struct snapshot *snap;
	const struct mounts *mounts;
	bool has_frames;		/* the kernel shows them to us */
	uint64_t stopped;		/* where the last visit gave up, or 0 */

	/* private to pagemap_reader.c */
	int pagemap;
	int kpageflags;			/* -1: not for us */
	bool has_scan;
	bool has_soft_dirty;		/* this kernel keeps track of it */
	bool has_ksm;			/* and tells merged pages from others */
	uint64_t span;			/* bytes left to read unscanned */
	uint64_t *entries, *flags;	/* BLOCK each */
	struct scan_region *regions;	/* REGIONS */
};

/* Takes blocks in ascending order: 0, 1: no more are wanted, -1: no memory. */
struct pagemap_visitor {
	int (*visit)(void *context, const struct pagemap_area *area,
		     const struct pagemap_block *block);
	void *context;
};

/*
 * Opens pagemap in the directory dir (/proc/PID, or one that looks like it) of
 * the process whose areas are in snap. 0, or -1 with errno; to be closed in
 * either case.
 */
int pagemap_reader_open(struct pagemap_reader *reader, int dir,
			const struct snapshot *snap,
			const struct mounts *mounts);
void pagemap_reader_close(struct pagemap_reader *reader);

/* The flags (PAGE_*) that are known of all pages in [start, end). */
uint32_t pagemap_reader_known(const struct pagemap_reader *reader,
			      uint64_t start, uint64_t end);

/* Does pagemap not go into this area? One of bare frames it shows as empty. */
bool pagemap_leaves_out(const struct vma *vma);

/*
 * Visits all of [start, end) that lies in areas, as far as anything is there.
 * Without a scan it gives up after so many addresses and sets reader->stopped.
 * What the visitor returned last.
 */
int pagemap_reader_visit(struct pagemap_reader *reader, uint64_t start,
			 uint64_t end, const struct pagemap_visitor *visitor);

#endif
