// SPDX-License-Identifier: GPL-2.0
#include "figure/grid.h"

#include <string.h>

int grid_zoom_for(uint64_t start, uint64_t end, uint32_t page_size,
		  uint64_t cells)
{
	int zoom = 0;

	for (; zoom < GRID_ZOOMS - 1; zoom++) {
		struct grid grid = {
			.start = start, .end = end,
			.cell_size = grid_cell_size(page_size, zoom),
		};

		if (grid_cells(&grid) <= cells)
			break;
	}
	return zoom;
}

/* Number of the first cell among all of the space. */
static uint64_t first_cell(const struct grid *grid)
{
	return grid->start / grid->cell_size;
}

uint64_t grid_cells(const struct grid *grid)
{
	if (grid->end <= grid->start)
		return 0;
	return (grid->end - 1) / grid->cell_size - first_cell(grid) + 1;
}

uint64_t grid_rows(const struct grid *grid)
{
	return (grid_cells(grid) + grid->columns - 1) / grid->columns;
}

uint64_t grid_index(const struct grid *grid, uint64_t addr)
{
	return addr / grid->cell_size - first_cell(grid);
}

uint64_t grid_cell_start(const struct grid *grid, uint64_t index)
{
	uint64_t start = (first_cell(grid) + index) * grid->cell_size;

	return start < grid->start ? grid->start : start;
}

uint64_t grid_cell_end(const struct grid *grid, uint64_t index)
{
	uint64_t start = (first_cell(grid) + index) * grid->cell_size;

	return grid->end - start < grid->cell_size ? grid->end :
						     start + grid->cell_size;
}

uint64_t page_sum_mapped(const struct page_sum *sum)
{
	uint64_t nr = 0;

	for (int kind = PAGE_NONE + 1; kind < PAGE_KIND_NR; kind++)
		nr += sum->kinds[kind];
	return nr;
}

uint64_t page_sum_present(const struct page_sum *sum)
{
	uint64_t nr = sum->kinds[PAGE_PRESENT];

	for (int kind = PAGE_ANON; kind <= PAGE_HUGETLB; kind++)
		nr += sum->kinds[kind];
	return nr;
}

enum page_kind page_sum_kind(const struct page_sum *sum)
{
	enum page_kind most = PAGE_NONE;

	for (int kind = PAGE_NONE + 1; kind < PAGE_KIND_NR; kind++)
		if (sum->kinds[kind] && (most == PAGE_NONE ||
					 sum->kinds[kind] > sum->kinds[most]))
			most = kind;
	return most;
}

bool page_sum_rss(const struct page_sum *sum, uint64_t *nr_pages)
{
	const uint64_t *kinds = sum->kinds;

	*nr_pages = kinds[PAGE_ANON] + kinds[PAGE_FILE] + kinds[PAGE_SHMEM] +
		    kinds[PAGE_MIGRATION] + kinds[PAGE_DEVICE] +
		    kinds[PAGE_HWPOISON];
	return !kinds[PAGE_PRESENT] && !kinds[PAGE_ABSENT];
}

static uint32_t capital(uint32_t glyph)
{
	return glyph >= 'a' && glyph <= 'z' ? glyph - 'a' + 'A' : glyph;
}

uint32_t page_glyph(uint32_t state)
{
	uint32_t glyph = page_kinds[PAGE_KIND(state)].glyph;

	return state & (PAGE_PMD | PAGE_PUD) ? capital(glyph) : glyph;
}

/* ---- cells ---- */

/* Changes that say something; every access sets the accessed flag. */
#define TELLING	(PAGE_FLAGS_ALL & ~PAGE_ACCESSED)

static uint32_t state_at(const struct page_map *map, uint64_t addr)
{
	const struct page_run *run = page_map_find(map, addr);

	return run ? run->state : PAGE_NONE;
}

static struct grid_cell page_cell(const struct grid *grid, uint64_t addr,
				  bool can_compare)
{
	uint32_t state = state_at(grid->map, addr);
	struct grid_cell cell = {
		.glyph = page_glyph(state),
		.style = STYLE_PAGE + PAGE_KIND(state),
	};

	if (can_compare) {
		uint32_t mask = PAGE_KIND(~0U) | (TELLING & grid->map->has &
						  grid->before->has);

		cell.changed = (state ^ state_at(grid->before, addr)) & mask;
	}
	return cell;
}

static bool sums_differ(const struct page_sum *a, const struct page_sum *b,
			uint32_t flags)
{
	if (memcmp(a->kinds, b->kinds, sizeof(a->kinds)))
		return true;
	for (; flags; flags &= flags - 1) {
		int bit = __builtin_ctz(flags);

		if (a->flags[bit] != b->flags[bit])
			return true;
	}
	return false;
}

/* Something is never shown as nothing, and only everything as all. */
static uint32_t shade(uint64_t part, uint64_t all)
{
	if (part >= all)
		return 0x2588;
	return part < (all + 2) / 3 ? 0x2591 : part < all - all / 3 ? 0x2592 :
								      0x2593;
}

static struct grid_cell many_cell(const struct grid *grid, uint64_t start,
				  uint64_t end, bool can_compare)
{
	struct page_sum sum, then;
	struct grid_cell cell;
	enum page_kind kind;
	uint64_t mapped;

	page_map_sum(grid->map, start, end, &sum);
	mapped = page_sum_mapped(&sum);
	kind = page_sum_kind(&sum);
	cell = (struct grid_cell){ page_kinds[kind].glyph, STYLE_PAGE + kind,
				   false };
	if (mapped && !grid->letters)
		cell.glyph = shade(mapped, (end - start) /
					   grid->map->page_size);
	else if (mapped && sum.flags[__builtin_ctz(PAGE_PMD)] +
			   sum.flags[__builtin_ctz(PAGE_PUD)] == mapped)
		cell.glyph = capital(cell.glyph);
	if (can_compare) {
		page_map_sum(grid->before, start, end, &then);
		cell.changed = sums_differ(&sum, &then, TELLING &
					   grid->map->has & grid->before->has);
	}
	return cell;
}

struct grid_cell grid_cell(const struct grid *grid, uint64_t index)
{
	uint64_t start = grid_cell_start(grid, index);
	uint64_t end = grid_cell_end(grid, index);
	bool can_compare = grid->before &&
			   page_map_knows(grid->before, start, end);

	if (!grid->map || !page_map_knows(grid->map, start, end))
		return (struct grid_cell){ '?', STYLE_WARN, false };
	if (grid->cell_size == grid->map->page_size)
		return page_cell(grid, start, can_compare);
	return many_cell(grid, start, end, can_compare);
}
