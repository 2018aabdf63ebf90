// SPDX-License-Identifier: GPL-2.0
#include "model/resident.h"

/* In swap is not resident, and the zero page is nobody's own. */
static bool is_resident(uint32_t state)
{
	switch (PAGE_KIND(state)) {
	case PAGE_ANON:
	case PAGE_FILE:
	case PAGE_SHMEM:
	case PAGE_HUGETLB:
	case PAGE_MIGRATION:
	case PAGE_DEVICE:
	case PAGE_PRESENT:
		return true;
	default:
		return false;
	}
}

static uint64_t run_end(const struct page_map *map, const struct page_run *run)
{
	return run->start + (uint64_t)run->nr_pages * map->page_size;
}

/* Of [start, end), which the runs from number k on may reach into. */
static uint64_t sum_runs(const struct page_map *map, size_t k, uint64_t start,
			 uint64_t end)
{
	uint64_t sum = 0;

	for (; k < map->nr_runs && map->runs[k].start < end; k++) {
		const struct page_run *run = &map->runs[k];
		uint64_t from = run->start > start ? run->start : start;
		uint64_t to = run_end(map, run) < end ? run_end(map, run) : end;

		if (is_resident(run->state) && from < to)
			sum += to - from;
	}
	return sum;
}

uint64_t resident_bytes(struct resident *at, uint64_t start, uint64_t end)
{
	const struct heap_range *ranges = at->heap->ranges;
	uint64_t sum = 0;

	while (at->range < at->heap->nr_ranges &&
	       ranges[at->range].end <= start) {
		at->range++;
		at->run = 0;
	}
	for (size_t i = at->range; start < end; i++) {
		const struct page_map *map;
		size_t from = i == at->range ? at->run : 0;
		uint64_t stop;

		if (i == at->heap->nr_ranges || ranges[i].start > start) {
			at->is_unknown = true;
			break;
		}
		map = ranges[i].pages;
		stop = ranges[i].end < end ? ranges[i].end : end;
		if (!map || !page_map_knows(map, start, stop)) {
			at->is_unknown = true;
			break;
		}
		while (from < map->nr_runs &&
		       run_end(map, &map->runs[from]) <= start)
			from++;
		if (i == at->range)
			at->run = from;
		sum += sum_runs(map, from, start, stop);
		start = stop;
	}
	return sum;
}
