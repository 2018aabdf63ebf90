// SPDX-License-Identifier: GPL-2.0
/* Page maps, one page and its sharers, made of what pagemap holds. */
#include "source/procfs_pages.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "source/pagemap_reader.h"

static int add_block(void *context, const struct pagemap_area *area,
		     const struct pagemap_block *block)
{
	struct page_map *map = context;

	return pagemap_add(map, area, block) ? -1 : map->truncated;
}

/* Says what is left out of [start, end); true: all there is. */
static bool note_left_out(struct snapshot *snap, uint64_t start, uint64_t end)
{
	size_t nr = 0, nr_left_out = 0, i;

	for (i = 0; i < snap->nr_vmas; i++) {
		const struct vma *vma = &snap->vmas[i];

		if (vma->end <= start || vma->start >= end)
			continue;
		nr++;
		nr_left_out += pagemap_leaves_out(vma);
	}
	if (nr_left_out)
		snapshot_note(snap, "the pages of %zu area%s of bare frames (VM_PFNMAP) are unknown: pagemap leaves them out",
			      nr_left_out, nr_left_out == 1 ? "" : "s");
	return nr_left_out && nr_left_out == nr;
}

static int take_pages(struct pagemap_reader *reader, const struct take *take,
		      struct snapshot *snap)
{
	uint64_t mask = snap->page_size - 1;
	uint64_t start = take->start & ~mask;
	uint64_t end = take->end > UINT64_MAX - mask ?
		       UINT64_MAX & ~mask : (take->end + mask) & ~mask;
	struct pagemap_visitor visitor = { .visit = add_block };

	if (note_left_out(snap, start, end))
		return 0;
	snap->pages = page_map_new(start, end, snap->page_size);
	if (!snap->pages)
		return -1;
	visitor.context = snap->pages;
	snap->pages->has = pagemap_reader_known(reader, start, end);
	snap->pages->has_frames = take->what & TAKE_FRAMES &&
				  reader->has_frames;
	if (take->what & TAKE_FRAMES && !reader->has_frames)
		snapshot_note(snap, "frames are hidden: they take CAP_SYS_ADMIN");
	if (pagemap_reader_visit(reader, start, end, &visitor) < 0)
		return -1;
	if (reader->stopped) {
		snap->pages->truncated = true;
		snapshot_note(snap, "pages above 0x%" PRIx64 " are missing: a kernel without PAGEMAP_SCAN (6.7) makes it read every address",
			      reader->stopped);
	}
	return 0;
}

/* The page of one address. */
struct single {
	uint64_t entry;
	uint32_t state;
};

static int keep_entry(void *context, const struct pagemap_area *area,
		      const struct pagemap_block *block)
{
	struct single *single = context;

	single->entry = block->entries[0];
	single->state = pagemap_state(area, block, 0);
	return 1;
}

static struct single read_single(struct pagemap_reader *reader,
				 uint64_t address)
{
	uint64_t page = address & ~(uint64_t)(reader->snap->page_size - 1);
	struct single single = { 0, PAGE_NONE };
	struct pagemap_visitor visitor = { keep_entry, &single };

	pagemap_reader_visit(reader, page, page + reader->snap->page_size,
			     &visitor);
	return single;
}

static int take_entry(struct pagemap_reader *reader, const struct take *take,
		      struct snapshot *snap)
{
	struct single single = read_single(reader, take->address);
	const struct vma *vma = snapshot_find(snap, take->address);
	uint32_t known = pagemap_reader_known(reader, take->address,
					      take->address + 1);
	struct entry_walk *walk;

	if (note_left_out(snap, take->address, take->address + 1))
		return 0;
	walk = calloc(1, sizeof(*walk));
	if (!walk)
		return -1;
	snap->entry = walk;
	walk->address = take->address;
	walk->state = single.state & (~PAGE_FLAGS_ALL | known);
	walk->has = known;
	walk->in_vma = vma;
	if (vma) {
		walk->vma_start = vma->start;
		walk->vma_end = vma->end;
	}
	walk->has_frame = reader->has_frames && page_has_frame(single.state);
	if (walk->has_frame)
		walk->frame = single.entry & PM_FRAME;
	snapshot_note(snap, "the levels of the page tables are unknown: /proc shows pages alone");
	return 0;
}

/* Looks for the entry of the page at list->address elsewhere. */
struct search {
	struct sharer_list *list;
	uint64_t entry;
	uint32_t page_size;
};

#define SAME	(PM_FRAME | PM_SWAP | PM_PRESENT)

static int find_same(void *context, const struct pagemap_area *area,
		     const struct pagemap_block *block)
{
	const struct search *search = context;
	struct sharer_list *list = search->list;
	uint64_t own = list->address & ~(uint64_t)(search->page_size - 1);
	size_t i;

	(void)area;
	for (i = 0; i < block->nr; i++) {
		uint64_t addr = block->start + i * search->page_size;

		if ((block->entries[i] ^ search->entry) & SAME || addr == own)
			continue;
		if (list->nr < SHARERS_MAX)
			list->addrs[list->nr++] = addr;
		list->nr_all++;
	}
	return 0;
}

static int take_sharers(struct pagemap_reader *reader, const struct take *take,
			struct snapshot *snap)
{
	struct single single = read_single(reader, take->address);
	struct search search = { NULL, single.entry, snap->page_size };
	struct pagemap_visitor visitor = { find_same, &search };

	if (!reader->has_frames) {
		snapshot_note(snap, "what else maps a page is unknown: frames are hidden, they take CAP_SYS_ADMIN");
		return 0;
	}
	snap->sharers = calloc(1, sizeof(*snap->sharers));
	if (!snap->sharers)
		return -1;
	search.list = snap->sharers;
	snap->sharers->address = take->address;
	/* Of a marker the number is no place that could be shared. */
	if (!page_has_frame(single.state) ||
	    PAGE_KIND(single.state) == PAGE_ABSENT)
		return 0;
	snap->sharers->has_frame = true;
	snap->sharers->frame = single.entry & PM_FRAME;
	pagemap_reader_visit(reader, 0, UINT64_MAX, &visitor);
	if (reader->stopped)
		snapshot_note(snap, "sharers above 0x%" PRIx64 " are missing: a kernel without PAGEMAP_SCAN (6.7) makes it read every address",
			      reader->stopped);
	return 0;
}

int procfs_pages_read(int dir, const struct take *take,
		      const struct mounts *mounts, struct snapshot *snap,
		      struct error *err)
{
	static const struct {
		unsigned int what;
		int (*take)(struct pagemap_reader *reader,
			    const struct take *take, struct snapshot *snap);
	} parts[] = {
		{ TAKE_PAGES, take_pages },
		{ TAKE_ENTRY, take_entry },
		{ TAKE_SHARERS, take_sharers },
	};
	struct pagemap_reader reader;
	int ret = 0;
	size_t i;

	if (pagemap_reader_open(&reader, dir, snap, mounts)) {
		if (errno == ENOMEM)
			ret = -1;
		else
			snapshot_note(snap, "pages are unknown: pagemap: %s",
				      strerror(errno));
		goto out;
	}
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]) && !ret; i++) {
		if (!(take->what & parts[i].what))
			continue;
		ret = parts[i].take(&reader, take, snap);
	}
out:
	pagemap_reader_close(&reader);
	return ret ? error_set(err, ERR_FAILED, "out of memory") : 0;
}
