// SPDX-License-Identifier: GPL-2.0
/* Page maps: how they grow, and what can be asked of them. */
#include "model/pages.h"

#include <stdlib.h>
#include <string.h>

const struct page_kind_info page_kinds[PAGE_KIND_NR] = {
	[PAGE_NONE] = { "none", 0x00b7 /* · */,
		"no entry: never touched, or given back" },
	[PAGE_MARKER] = { "marker", 'u',
		"no page: write-protected by userfaultfd before its first use" },
	[PAGE_GUARD] = { "guard", 'g',
		"no page: a guard region, access kills (MADV_GUARD_INSTALL)" },
	[PAGE_POISON] = { "poison", 'x',
		"no page: it could not be read back, access kills" },
	[PAGE_ANON] = { "anon", 'a', "anonymous: the process's own data" },
	[PAGE_FILE] = { "file", 'f', "page cache: content of a file" },
	[PAGE_SHMEM] = { "shmem", 's',
		"shared memory: tmpfs, memfd, SysV, shared anonymous" },
	[PAGE_ZERO] = { "zero", 'z',
		"the zero page: read, never written; costs no memory" },
	[PAGE_PFNMAP] = { "pfnmap", 'd',
		"a bare frame: of a device, or the kernel's; not in Rss" },
	[PAGE_HUGETLB] = { "hugetlb", 'h',
		"of the hugetlb pool; not in Rss" },
	[PAGE_SWAP] = { "swap", 'w', "in swap" },
	[PAGE_MIGRATION] = { "migration", 'm',
		"being moved to another frame" },
	[PAGE_DEVICE] = { "device", 'v', "in a device's own memory" },
	[PAGE_HWPOISON] = { "hwpoison", '!', "lost to a memory error" },
	[PAGE_PRESENT] = { "present", 'p',
		"there, of a kind that this source can't tell" },
	[PAGE_ABSENT] = { "absent", '-',
		"an entry that is not present: swap, migration or a marker, this source can't tell" },
};

const struct page_flag_info page_flags[] = {
	{ PAGE_DIRTY, "dirty", 'd', "written through this entry" },
	{ PAGE_ACCESSED, "accessed", 'a', "used through this entry" },
	{ PAGE_SOFT_DIRTY, "soft_dirty", 's',
	  "written since soft-dirty was cleared" },
	{ PAGE_WRITABLE, "writable", 'w', "the entry allows writing" },
	{ PAGE_EXEC, "exec", 'x', "the entry allows execution" },
	{ PAGE_PROT_NONE, "prot_none", 'n',
	  "there, but any access faults" },
	{ PAGE_UFFD_WP, "uffd_wp", 'u', "write-protected by userfaultfd" },
	{ PAGE_PMD, "pmd", 'H', "by one entry of a pmd table" },
	{ PAGE_PUD, "pud", 'G', "by one entry of a pud table" },
	{ PAGE_EXCLUSIVE, "exclusive", 'e', "mapped here and nowhere else" },
	{ PAGE_KSM, "ksm", 'k', "merged with pages of equal content" },
};

const size_t nr_page_flags = sizeof(page_flags) / sizeof(page_flags[0]);

struct page_map *page_map_new(uint64_t start, uint64_t end, uint32_t page_size)
{
	struct page_map *map = calloc(1, sizeof(*map));

	if (!map)
		return NULL;
	map->start = start;
	map->end = end;
	map->page_size = page_size;
	return map;
}

void page_map_free(struct page_map *map)
{
	if (!map)
		return;
	free(map->runs);
	free(map->frames);
	free(map);
}

static uint64_t run_end(const struct page_map *map, const struct page_run *run)
{
	return run->start + (uint64_t)run->nr_pages * map->page_size;
}

/* Frames that belong to the runs there are. */
static uint64_t next_frame(const struct page_map *map)
{
	const struct page_run *last;

	if (!map->nr_runs)
		return 0;
	last = &map->runs[map->nr_runs - 1];
	return last->frame + (page_has_frame(last->state) ? last->nr_pages : 0);
}

static struct page_run *new_run(struct page_map *map)
{
	if (map->nr_runs == map->cap_runs) {
		size_t cap = map->cap_runs ? map->cap_runs * 2 : 64;
		struct page_run *runs = reallocarray(map->runs, cap,
						     sizeof(*runs));

		if (!runs)
			return NULL;
		map->runs = runs;
		map->cap_runs = cap;
	}
	return &map->runs[map->nr_runs];
}

int page_map_add(struct page_map *map, uint64_t start, uint64_t nr_pages,
		 uint32_t state)
{
	uint64_t most;

	if (PAGE_KIND(state) == PAGE_NONE || start >= map->end)
		return 0;
	if (start < map->start) {
		uint64_t below = (map->start - start) / map->page_size;

		nr_pages = nr_pages > below ? nr_pages - below : 0;
		start = map->start;
	}
	most = (map->end - start) / map->page_size;
	if (nr_pages > most)
		nr_pages = most;
	while (nr_pages) {
		struct page_run *run = map->nr_runs ?
				       &map->runs[map->nr_runs - 1] : NULL;
		uint64_t nr;

		if (!run || run->state != state || run->nr_pages == UINT32_MAX ||
		    run_end(map, run) != start) {
			if (map->nr_runs == PAGE_MAP_RUNS_MAX) {
				map->truncated = true;
				return 0;
			}
			run = new_run(map);
			if (!run)
				return -1;
			*run = (struct page_run){
				.start = start, .state = state,
				.frame = next_frame(map),
			};
			map->nr_runs++;
		}
		nr = UINT32_MAX - run->nr_pages;
		if (nr > nr_pages)
			nr = nr_pages;
		run->nr_pages += nr;
		nr_pages -= nr;
		start += nr * map->page_size;
	}
	return 0;
}

int page_map_add_frames(struct page_map *map, const uint64_t *frames,
			size_t nr)
{
	if (nr > map->cap_frames - map->nr_frames) {
		size_t cap = map->cap_frames ? map->cap_frames * 2 : 512;
		uint64_t *more;

		if (cap < map->nr_frames + nr)
			cap = map->nr_frames + nr;
		more = reallocarray(map->frames, cap, sizeof(*more));
		if (!more)
			return -1;
		map->frames = more;
		map->cap_frames = cap;
	}
	if (nr)
		memcpy(map->frames + map->nr_frames, frames,
		       nr * sizeof(*frames));
	map->nr_frames += nr;
	return 0;
}

/* The first run that ends above addr; nr_runs when there is none. */
static size_t first_run(const struct page_map *map, uint64_t addr)
{
	size_t lo = 0, hi = map->nr_runs;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (run_end(map, &map->runs[mid]) <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct page_run *page_map_find(const struct page_map *map, uint64_t addr)
{
	size_t i = first_run(map, addr);

	return i < map->nr_runs && map->runs[i].start <= addr ?
	       &map->runs[i] : NULL;
}

bool page_map_knows(const struct page_map *map, uint64_t start, uint64_t end)
{
	uint64_t known = map->end;

	if (map->truncated)
		known = map->nr_runs ?
			run_end(map, &map->runs[map->nr_runs - 1]) : map->start;
	return start >= map->start && end <= known;
}

bool page_map_frame(const struct page_map *map, uint64_t addr, uint64_t *frame)
{
	const struct page_run *run = page_map_find(map, addr);
	uint64_t i;

	if (!map->has_frames || !run || !page_has_frame(run->state))
		return false;
	i = run->frame + (addr - run->start) / map->page_size;
	if (i >= map->nr_frames)
		return false;
	*frame = map->frames[i];
	return true;
}

void page_map_sum(const struct page_map *map, uint64_t start, uint64_t end,
		  struct page_sum *sum)
{
	uint64_t found = 0;
	size_t i;

	memset(sum, 0, sizeof(*sum));
	if (start >= end)
		return;
	for (i = first_run(map, start); i < map->nr_runs; i++) {
		const struct page_run *run = &map->runs[i];
		uint64_t from = run->start > start ? run->start : start;
		uint64_t to = run_end(map, run), nr;
		uint32_t flags = run->state & PAGE_FLAGS_ALL;

		if (run->start >= end)
			break;
		nr = ((to < end ? to : end) - from) / map->page_size;
		sum->kinds[PAGE_KIND(run->state)] += nr;
		for (; flags; flags &= flags - 1)
			sum->flags[__builtin_ctz(flags)] += nr;
		found += nr;
	}
	sum->kinds[PAGE_NONE] = (end - start) / map->page_size - found;
}
