// SPDX-License-Identifier: GPL-2.0
/*
 * Turns entries of pagemap into states of pages. A pure function of what was
 * read; see Documentation/admin-guide/mm/pagemap.rst of the kernel.
 *
 * An entry says of a page that is there whether it is anonymous, but says the
 * same of a frame that is no page at all (the zero page, a device's): both
 * lack PM_FILE. PM_EXCLUSIVE is set for pages alone, so with it all is clear.
 * Without it the area must tell, or PAGEMAP_SCAN, which knows the zero page.
 */
#include "source/pagemap.h"

#include <string.h>

/*
 * Swap types from here on mean something else. How many do depends on the
 * kernel and on how it was built; 10 at most, v6.1.
 */
#define SWAP_TYPES_MIN	22
#define SWAP_TYPE(entry)	((entry) & 0x1f)

bool scan_region_cut(struct scan_region *region, uint64_t *done, uint64_t end)
{
	if (region->start < *done)
		region->start = *done;
	if (region->end > end)
		region->end = end;
	if (region->start >= region->end)
		return false;
	*done = region->end;
	return true;
}

/* vdso and its like: pages of the kernel, counted as a file's. */
static bool is_special(const struct vma *vma)
{
	return vma->object && vma->object->kind == OBJECT_SPECIAL &&
	       strcmp(vma->object->name, "[heap]") != 0 &&
	       strcmp(vma->object->name, "[stack]") != 0 &&
	       strncmp(vma->object->name, "[anon:", 6) != 0;
}

/* A private mapping of it is anonymous memory like any other. */
static bool is_dev_zero(const struct vma *vma)
{
	return vma_is_file(vma) && !strcmp(vma->object->name, "/dev/zero");
}

struct pagemap_area pagemap_area_of(const struct vma *vma,
				    const struct mounts *mounts)
{
	const uint64_t bare = VF_BIT(VF_PFNMAP) | VF_BIT(VF_MIXEDMAP) |
			      VF_BIT(VF_IO);
	struct pagemap_area area = { .pages = PAGES_FILE };

	if (vma_is_file(vma))
		area.pages = mounts_find(mounts, vma->object->dev_major,
					 vma->object->dev_minor);
	area.is_shared = vma->flags & VF_BIT(VF_MAYSHARE);
	area.is_bare = !vma->has_flags || vma->flags & bare;
	area.is_anon = !area.is_bare && !area.is_shared && !is_special(vma) &&
		       (!vma_is_file(vma) || is_dev_zero(vma));
	area.is_hugetlb = vma->flags & VF_BIT(VF_HUGETLB);
	area.can_merge = vma->flags & VF_BIT(VF_MERGEABLE);
	if (area.is_hugetlb)
		area.leaf = res_has(&vma->res, RES_HUGETLB_PUD) &&
			    vma->res.pages[RES_HUGETLB_PUD] ?
			    PAGE_PUD : PAGE_PMD;
	return area;
}

bool pagemap_wants_flags(const struct pagemap_area *area, uint64_t entry)
{
	if (!(entry & PM_PRESENT) || area->is_hugetlb || area->is_bare)
		return false;
	if (entry & PM_FILE)
		return area->is_anon || area->pages == PAGES_NOT_KNOWN;
	return area->can_merge || !(entry & PM_EXCLUSIVE);
}

static enum page_kind kind_of_pages(enum mount_pages pages)
{
	return pages == PAGES_FILE ? PAGE_FILE :
	       pages == PAGES_SHMEM ? PAGE_SHMEM : PAGE_PRESENT;
}

/*
 * A page with PM_FILE. The huge zero page has it too, and it is the only one
 * of them that an anonymous area can hold.
 */
static uint32_t state_of_file(const struct pagemap_area *area, uint64_t flags)
{
	if (area->is_anon || flags & KPF_ZERO)
		return PAGE_ZERO;
	if (area->pages != PAGES_NOT_KNOWN)
		return area->is_bare ? PAGE_PRESENT :
				       kind_of_pages(area->pages);
	/* The frame may be another page's by now. */
	if (!(flags & KPF_WAS_READ) || flags & (KPF_ANON | KPF_NOPAGE))
		return PAGE_PRESENT;
	if (flags & KPF_SWAPBACKED)
		return PAGE_SHMEM;
	/* Of a large page v6.1 has that bit at its head alone. */
	return flags & KPF_TAIL ? PAGE_PRESENT : PAGE_FILE;
}

/* An anonymous page, the zero page, or a frame that is none. */
static uint32_t state_of_other(const struct pagemap_area *area, uint64_t entry,
			       uint64_t categories, uint64_t flags)
{
	bool is_exclusive = entry & PM_EXCLUSIVE;
	/* The huge zero page is known to newer kernels' scan alone. */
	bool is_not_zero = categories && !(categories & SCAN_HUGE);

	if (flags & KPF_ZERO && !is_exclusive)
		return PAGE_ZERO;
	if (flags & KPF_ANON && !area->is_shared)
		return PAGE_ANON | (flags & KPF_KSM ? PAGE_KSM : 0);
	if (flags & KPF_NOPAGE)
		return PAGE_PFNMAP;
	if (area->is_shared)
		return PAGE_PRESENT;
	if (is_exclusive || (area->is_anon && is_not_zero))
		return PAGE_ANON;
	return PAGE_PRESENT;
}

static uint32_t state_of_present(const struct pagemap_area *area,
				 uint64_t entry, uint64_t categories,
				 uint64_t flags)
{
	if (area->is_hugetlb)
		return PAGE_HUGETLB;
	if (categories & SCAN_ZERO && !(entry & PM_EXCLUSIVE))
		return PAGE_ZERO;
	if (entry & PM_FILE || categories & SCAN_FILE)
		return state_of_file(area, flags);
	return state_of_other(area, entry, categories, flags);
}

/* Not present: which of many things it is shows in the type, if that shows. */
static uint32_t state_of_absent(uint64_t entry, bool has_frames)
{
	if (entry & PM_GUARD)
		return PAGE_GUARD;
	if (has_frames && SWAP_TYPE(entry) < SWAP_TYPES_MIN)
		return PAGE_SWAP;
	return PAGE_ABSENT;
}

uint32_t pagemap_state(const struct pagemap_area *area,
		       const struct pagemap_block *block, size_t i)
{
	uint64_t entry = block->entries[i];
	uint64_t categories = block->categories;
	uint32_t state;

	/* It has changed between the two readings: this one is the later. */
	if (!(entry & PM_PRESENT) != !(categories & SCAN_PRESENT))
		categories = 0;

	if (entry & PM_PRESENT)
		state = state_of_present(area, entry, categories,
					 block->flags ? block->flags[i] : 0);
	else if (entry & PM_SWAP)
		state = state_of_absent(entry, block->has_frames);
	else if (entry & PM_UFFD_WP)
		state = PAGE_ABSENT;	/* all it says of one in hugetlb */
	else
		return PAGE_NONE;

	if (entry & PM_UFFD_WP)
		state |= PAGE_UFFD_WP;
	if (entry & PM_EXCLUSIVE && entry & PM_PRESENT)
		state |= PAGE_EXCLUSIVE;
	if (entry & PM_SOFT_DIRTY)
		state |= PAGE_SOFT_DIRTY;
	if (area->is_hugetlb)
		state |= area->leaf;
	else if (categories & SCAN_HUGE)
		state |= PAGE_PMD;
	return state;
}

static int add_frames(struct page_map *map, const uint64_t *entries, size_t nr)
{
	uint64_t frames[256];
	size_t n, i;

	for (; nr; nr -= n, entries += n) {
		n = nr < 256 ? nr : 256;
		for (i = 0; i < n; i++)
			frames[i] = entries[i] & PM_FRAME;
		if (page_map_add_frames(map, frames, n))
			return -1;
	}
	return 0;
}

int pagemap_add(struct page_map *map, const struct pagemap_area *area,
		const struct pagemap_block *block)
{
	const uint32_t mask = ~PAGE_FLAGS_ALL | map->has;
	size_t i = 0;

	while (i < block->nr && !map->truncated) {
		uint32_t state = pagemap_state(area, block, i) & mask;
		size_t first = i++;

		while (i < block->nr &&
		       (pagemap_state(area, block, i) & mask) == state)
			i++;
		if (page_map_add(map, block->start +
				 (uint64_t)first * map->page_size, i - first,
				 state))
			return -1;
		if (map->has_frames && page_has_frame(state) &&
		    !map->truncated &&
		    add_frames(map, block->entries + first, i - first))
			return -1;
	}
	return 0;
}
