/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state of every page of a range, as runs of pages alike, in ascending
 * order of address. Pages without an entry are in no run, so that a map grows
 * with what is there and not with what is reserved; and so are addresses in no
 * area.
 */
#ifndef VMAVIEW_MODEL_PAGES_H
#define VMAVIEW_MODEL_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The kind of a page; see uapi enum vmaview_page. */
enum page_kind {
	PAGE_NONE,		/* no entry, or no area */
	PAGE_MARKER, PAGE_GUARD, PAGE_POISON,	/* no page behind */
	PAGE_ANON, PAGE_FILE, PAGE_SHMEM, PAGE_ZERO, PAGE_PFNMAP,
	PAGE_HUGETLB,
	PAGE_SWAP, PAGE_MIGRATION, PAGE_DEVICE, PAGE_HWPOISON,
	PAGE_PRESENT,		/* there, the source can't tell what */
	PAGE_ABSENT,		/* swapped, moving or marked: likewise */
	PAGE_KIND_NR
};

#define PAGE_KIND(state)	((enum page_kind)((state) & 0x1f))

/* Flags of a state. Which of them are known is in page_map.has. */
#define PAGE_DIRTY	(1U << 5)
#define PAGE_ACCESSED	(1U << 6)
#define PAGE_SOFT_DIRTY	(1U << 7)
#define PAGE_WRITABLE	(1U << 8)
#define PAGE_EXEC	(1U << 9)
#define PAGE_PROT_NONE	(1U << 10)
#define PAGE_UFFD_WP	(1U << 11)
#define PAGE_PMD	(1U << 12)	/* mapped by a pmd entry */
#define PAGE_PUD	(1U << 13)	/* mapped by a pud entry */
#define PAGE_EXCLUSIVE	(1U << 14)	/* mapped here and nowhere else */
#define PAGE_KSM	(1U << 15)
#define PAGE_FLAGS_ALL	0xffe0U

struct page_kind_info {
	const char *name;	/* "anon" */
	/*
	 * One column; the canvas has an ASCII twin, and no two kinds share
	 * one. Letters are lower case: capitals are for huge pages.
	 */
	uint32_t glyph;
	const char *meaning;
};

extern const struct page_kind_info page_kinds[PAGE_KIND_NR];

struct page_flag_info {
	uint32_t flag;
	const char *name;	/* "dirty" */
	char letter;		/* in rows of text: 'd' */
	const char *meaning;
};

extern const struct page_flag_info page_flags[];
extern const size_t nr_page_flags;

struct page_run {
	uint64_t start;		/* bytes, of the first page */
	uint64_t frame;		/* its place in page_map.frames */
	uint32_t nr_pages;
	uint32_t state;
};

#define PAGE_MAP_RUNS_MAX	(4U << 20)	/* more are cut off */

struct page_map {
	uint64_t start, end;	/* bytes, [start, end): what was asked for */
	uint32_t page_size;	/* bytes */
	uint32_t has;		/* flags that are known; others are unknown */
	bool has_frames;	/* TAKE_FRAMES was asked for and could be had */
	bool are_tokens;	/* frames are keyed hashes of them */
	bool truncated;		/* runs above the last one are missing */
	struct page_run *runs;
	size_t nr_runs;
	/* one for each page that has one (page_has_frame()), in order */
	uint64_t *frames;
	size_t nr_frames;

	/* private to pages.c */
	size_t cap_runs, cap_frames;
};

/* Does a page of this kind have a frame (or a swap entry)? */
static inline bool page_has_frame(uint32_t state)
{
	return PAGE_KIND(state) >= PAGE_ANON;
}

/* An empty map of [start, end), or NULL without memory. */
struct page_map *page_map_new(uint64_t start, uint64_t end, uint32_t page_size);
void page_map_free(struct page_map *map);

/*
 * Appends nr_pages pages from start on, above all that are there; pages of
 * kind PAGE_NONE are dropped, pages like the last run's lengthen it. What is
 * outside of [map->start, map->end) is cut off, what is above RUNS_MAX sets
 * truncated. Returns 0, or -1 without memory.
 */
int page_map_add(struct page_map *map, uint64_t start, uint64_t nr_pages,
		 uint32_t state);
/* Appends frames of pages added before; in order. 0, or -1 without memory. */
int page_map_add_frames(struct page_map *map, const uint64_t *frames,
			size_t nr);

/* The run with the page of addr, or NULL: none. O(log n). */
const struct page_run *page_map_find(const struct page_map *map, uint64_t addr);
/* Was all of [start, end) asked for, and nothing of it cut off? */
bool page_map_knows(const struct page_map *map, uint64_t start, uint64_t end);
/* The frame or token of the page of addr. False: it has none, or unknown. */
bool page_map_frame(const struct page_map *map, uint64_t addr,
		    uint64_t *frame);

/* How many pages of each kind and with each flag are in [start, end). */
struct page_sum {
	uint64_t kinds[PAGE_KIND_NR];	/* PAGE_NONE: all the rest */
	uint64_t flags[32];		/* by bit number */
};

void page_map_sum(const struct page_map *map, uint64_t start, uint64_t end,
		  struct page_sum *sum);

/* ---- who maps the same frame ---- */

#define SHARERS_MAX	256

struct sharer_list {
	uint64_t address;	/* whose frame was looked for */
	bool has_frame;		/* false: there is none to be shared */
	uint64_t frame;		/* or token */
	uint64_t addrs[SHARERS_MAX];	/* of the pages, address's own left out */
	size_t nr;
	uint64_t nr_all;	/* more than nr: the rest is cut */
};

#endif
