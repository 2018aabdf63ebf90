// SPDX-License-Identifier: GPL-2.0
/* Pages, tables and entries: what walks of page tables found. See wire.h. */
#include "source/wire.h"

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/vmaview.h>
#include <string.h>

#include "source/attr.h"

/* The model has the flags where the wire has them. */
_Static_assert(PAGE_DIRTY == VMAVIEW_PAGE_DIRTY &&
	       PAGE_ACCESSED == VMAVIEW_PAGE_ACCESSED &&
	       PAGE_SOFT_DIRTY == VMAVIEW_PAGE_SOFT_DIRTY &&
	       PAGE_WRITABLE == VMAVIEW_PAGE_WRITABLE &&
	       PAGE_EXEC == VMAVIEW_PAGE_EXEC &&
	       PAGE_PROT_NONE == VMAVIEW_PAGE_PROT_NONE &&
	       PAGE_UFFD_WP == VMAVIEW_PAGE_UFFD_WP &&
	       PAGE_PMD == VMAVIEW_PAGE_PMD && PAGE_PUD == VMAVIEW_PAGE_PUD &&
	       PAGE_EXCLUSIVE == VMAVIEW_PAGE_EXCLUSIVE &&
	       PAGE_KSM == VMAVIEW_PAGE_KSM, "flags of pages");
_Static_assert(LEVEL_NR == (int)VMAVIEW_LEVELS &&
	       LEVEL_PTE == (int)VMAVIEW_LEVEL_PTE &&
	       LEVEL_PGD == (int)VMAVIEW_LEVEL_PGD, "levels");

static const uint8_t kind_of[VMAVIEW_PAGE_MAX + 1] = {
	[VMAVIEW_PAGE_UNMAPPED]		= PAGE_NONE,
	[VMAVIEW_PAGE_NONE]		= PAGE_NONE,
	[VMAVIEW_PAGE_MARKER]		= PAGE_MARKER,
	[VMAVIEW_PAGE_GUARD]		= PAGE_GUARD,
	[VMAVIEW_PAGE_POISON]		= PAGE_POISON,
	[VMAVIEW_PAGE_ANON]		= PAGE_ANON,
	[VMAVIEW_PAGE_FILE]		= PAGE_FILE,
	[VMAVIEW_PAGE_SHMEM]		= PAGE_SHMEM,
	[VMAVIEW_PAGE_ZERO]		= PAGE_ZERO,
	[VMAVIEW_PAGE_PFNMAP]		= PAGE_PFNMAP,
	[VMAVIEW_PAGE_HUGETLB]		= PAGE_HUGETLB,
	[VMAVIEW_PAGE_SWAP]		= PAGE_SWAP,
	[VMAVIEW_PAGE_MIGRATION]	= PAGE_MIGRATION,
	[VMAVIEW_PAGE_DEVICE]		= PAGE_DEVICE,
	[VMAVIEW_PAGE_HWPOISON]		= PAGE_HWPOISON,
};

static uint32_t state_of(uint32_t wire)
{
	uint32_t kind = VMAVIEW_PAGE_KIND(wire);

	/* a newer module's kind has a frame, whatever it is */
	return (kind <= VMAVIEW_PAGE_MAX ? kind_of[kind] : PAGE_ABSENT) |
	       (wire & PAGE_FLAGS_ALL);
}

uint32_t wire_known_flags(const struct wire_info *info, unsigned int what)
{
	uint32_t known = PAGE_FLAGS_ALL;

	if (!(info->features & VMAVIEW_FEATURE_SOFT_DIRTY))
		known &= ~PAGE_SOFT_DIRTY;
	if (!(what & TAKE_SHARING))
		known &= ~(PAGE_EXCLUSIVE | PAGE_KSM);
	return known;
}

/* ---- GET_PAGES ---- */

/* An array of u64 that need not be aligned. */
struct words {
	const unsigned char *at;
	size_t nr;
};

static struct words words_of(const struct nlattr *attr)
{
	return (struct words){ mnl_attr_get_payload(attr),
			       mnl_attr_get_payload_len(attr) /
			       sizeof(uint64_t) };
}

static uint64_t word(const struct words *words, size_t i)
{
	uint64_t v;

	memcpy(&v, words->at + i * sizeof(v), sizeof(v));
	return v;
}

static int add_bits(struct page_map *map, uint64_t start, uint64_t bits,
		    uint32_t state)
{
	while (bits) {
		unsigned int first = __builtin_ctzll(bits);
		uint64_t rest = ~(bits >> first);
		unsigned int nr = rest ? __builtin_ctzll(rest) : 64;

		if (page_map_add(map, start + (uint64_t)first * map->page_size,
				 nr, state))
			return -1;
		bits &= nr < 64 ? ~(((1ULL << nr) - 1) << first) : 0;
	}
	return 0;
}

/* The pages that begin there are above all that came before. */
static bool is_ascending(const struct page_map *map, uint64_t start)
{
	const struct page_run *last = map->nr_runs ?
				      &map->runs[map->nr_runs - 1] : NULL;

	return start % map->page_size == 0 &&
	       (!last || start >= last->start +
		(uint64_t)last->nr_pages * map->page_size);
}

/* 0, -1 without memory, 1 when the map is not well formed. */
static int add_groups(struct page_map *map, uint64_t start,
		      const struct words *words)
{
	size_t i = 0;

	if (!is_ascending(map, start))
		return 1;
	while (i < words->nr) {
		uint64_t group = word(words, i++);
		uint64_t nr = VMAVIEW_MAP_PAGES(group), left, end;
		uint32_t wire = VMAVIEW_MAP_STATE(group);
		uint32_t state = state_of(wire);

		if (!nr || __builtin_mul_overflow(nr, map->page_size, &end) ||
		    __builtin_add_overflow(start, end, &end))
			return 1;
		if (!(wire & VMAVIEW_PAGE_BITMAP)) {
			if (page_map_add(map, start, nr, state))
				return -1;
			start = end;
			continue;
		}
		if ((nr + 63) / 64 > words->nr - i)
			return 1;
		for (left = nr; left; left -= left < 64 ? left : 64) {
			uint64_t bits = word(words, i++);

			if (left < 64)
				bits &= (1ULL << left) - 1;
			if (add_bits(map, start, bits, state))
				return -1;
			start += 64ULL * map->page_size;
		}
		start = end;
	}
	return 0;
}

static int add_frames(struct page_map *map, const struct words *words)
{
	uint64_t frames[512];
	size_t i, nr;

	for (i = 0; i < words->nr; i += nr) {
		nr = words->nr - i < 512 ? words->nr - i : 512;
		memcpy(frames, words->at + i * sizeof(frames[0]),
		       nr * sizeof(frames[0]));
		if (page_map_add_frames(map, frames, nr))
			return -1;
	}
	return 0;
}

int wire_read_pages(const struct nlmsghdr *nlh, struct page_map *map,
		    struct error *err)
{
	const struct nlattr *attr, *words = NULL, *frames = NULL;
	struct words all;
	uint64_t start = 0;
	int ret;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case VMAVIEW_A_START:
			attr_u64(attr, &start);
			break;
		case VMAVIEW_A_MAP:
			words = attr;
			break;
		case VMAVIEW_A_TOKENS:
			map->are_tokens = true;
			frames = attr;
			break;
		case VMAVIEW_A_FRAMES:
			frames = attr;
			break;
		}
	}
	if (!words)
		return 0;	/* a step of a large area: nothing to say yet */
	all = words_of(words);
	ret = add_groups(map, start, &all);
	if (ret > 0)
		return wire_malformed(err, "map of pages");
	if (!ret && frames) {
		all = words_of(frames);
		map->has_frames = true;
		/* those of pages that were cut off are of no use */
		ret = map->truncated ? 0 : add_frames(map, &all);
	}
	return ret ? error_set(err, ERR_FAILED, "out of memory") : 0;
}

/* ---- GET_TABLES ---- */

int wire_read_tables(const struct nlmsghdr *nlh, struct table_list *list,
		     struct error *err)
{
	const struct nlattr *attr;
	const unsigned char *records = NULL;
	uint32_t size = 0;
	size_t len = 0, at;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case VMAVIEW_A_TABLES_SIZE:
			attr_u32(attr, &size);
			break;
		case VMAVIEW_A_TABLES:
			records = mnl_attr_get_payload(attr);
			len = mnl_attr_get_payload_len(attr);
			break;
		}
	}
	if (!len)
		return 0;	/* a step of a large area: nothing to say yet */
	if (size < sizeof(struct vmaview_tables) || len % size)
		return wire_malformed(err, "size of an area's tables");
	for (at = 0; at < len; at += size) {
		struct area_tables *area = table_list_add(list);
		struct vmaview_tables wire;
		int l;

		if (!area)
			return error_set(err, ERR_FAILED, "out of memory");
		memcpy(&wire, records + at, sizeof(wire));
		area->start = wire.start;
		area->end = wire.end;
		area->deposited = wire.deposited;
		for (l = 0; l < LEVEL_NR; l++) {
			area->used[l] = wire.used[l];
			area->pages[l] = wire.pages[l];
			area->tables[l] = wire.tables[l];
		}
	}
	return 0;
}

/* ---- GET_ENTRY ---- */

static bool read_level(const struct nlattr *nest, struct entry_walk *walk)
{
	const struct nlattr *attr[VMAVIEW_LEVEL_A_MAX + 1];
	struct entry_level *out = &walk->levels[walk->nr_levels];
	uint32_t level;

	if (walk->nr_levels == LEVEL_NR)
		return false;
	memset(out, 0, sizeof(*out));
	attr_nest(nest, attr, VMAVIEW_LEVEL_A_MAX);
	if (!attr_u32(attr[VMAVIEW_LEVEL_A_LEVEL], &level) ||
	    level >= LEVEL_NR ||
	    !attr_u32(attr[VMAVIEW_LEVEL_A_SHIFT], &out->shift) ||
	    out->shift >= 64 ||
	    !attr_u32(attr[VMAVIEW_LEVEL_A_INDEX], &out->index) ||
	    !attr_u32(attr[VMAVIEW_LEVEL_A_ENTRIES], &out->entries) ||
	    !attr_u64(attr[VMAVIEW_LEVEL_A_RAW], &out->raw) ||
	    !attr_u64(attr[VMAVIEW_LEVEL_A_RAW_MASK], &out->raw_mask))
		return false;
	out->level = level;
	out->has_table = attr_u64(attr[VMAVIEW_LEVEL_A_TABLE], &out->table);
	walk->nr_levels++;
	return true;
}

static int read_walk(const struct nlattr *nest, struct entry_walk *walk,
		     struct error *err)
{
	const struct nlattr *attr[VMAVIEW_ENTRY_A_MAX + 1];
	const struct nlattr *level;
	uint32_t state;

	memset(walk, 0, sizeof(*walk));
	attr_nest(nest, attr, VMAVIEW_ENTRY_A_MAX);
	if (!attr_u64(attr[VMAVIEW_ENTRY_A_ADDRESS], &walk->address) ||
	    !attr_u32(attr[VMAVIEW_ENTRY_A_STATE], &state))
		return wire_malformed(err, "entry");
	walk->state = state_of(state);
	walk->has = PAGE_FLAGS_ALL;
	walk->in_vma = attr_u64(attr[VMAVIEW_ENTRY_A_VMA_START],
				&walk->vma_start) &&
		       attr_u64(attr[VMAVIEW_ENTRY_A_VMA_END], &walk->vma_end);
	walk->is_token = !attr[VMAVIEW_ENTRY_A_FRAME];
	walk->has_frame = attr_u64(attr[walk->is_token ?
				   VMAVIEW_ENTRY_A_TOKEN :
				   VMAVIEW_ENTRY_A_FRAME], &walk->frame);
	mnl_attr_for_each_nested(level, nest)
		if (mnl_attr_get_type(level) == VMAVIEW_ENTRY_A_LEVEL &&
		    !read_level(level, walk))
			return wire_malformed(err, "level of an entry");
	return 0;
}

int wire_read_entry(const struct nlmsghdr *nlh, struct entry_walk *walk,
		    struct error *err)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == VMAVIEW_A_ENTRY)
			return read_walk(attr, walk, err);
	return 0;	/* the target's lock is waited for */
}
