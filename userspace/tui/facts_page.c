// SPDX-License-Identifier: GPL-2.0
/* Sentences about pages. A flag that the source can't tell is said to be so. */
#include "tui/facts_page.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "figure/grid.h"
#include "figure/pages.h"
#include "model/region.h"
#include "tui/place.h"

/* What it means to have a page of this kind, and what it costs. */
static const char *const explanations[PAGE_KIND_NR] = {
	[PAGE_MARKER] = "No page behind it, so it is not in Rss. The entry only remembers that userfaultfd asked to be told before the first write here.",
	[PAGE_GUARD] = "No page behind it, so it is not in Rss. An access raises SIGSEGV, as in an area without permissions, but without an area of its own.",
	[PAGE_POISON] = "No page behind it, so it is not in Rss. Its content was lost, or userfaultfd said so; an access raises SIGBUS.",
	[PAGE_ANON] = "A frame with the process's own data, or its private copy of a page of a file. In Rss (RssAnon). After fork both processes map the same frame until one of them writes and gets a copy.",
	[PAGE_FILE] = "A frame of the page cache: the same one for all who map or read this part of the file. In Rss (RssFile), though it costs this process little: the kernel can drop it and read it again.",
	[PAGE_SHMEM] = "A frame of tmpfs, of memfd, or of memory shared with others. In Rss (RssShmem) of each process that maps it.",
	[PAGE_ZERO] = "The kernel's one page of zeros. A read of memory that was never written maps it, and Rss is unchanged: it costs nothing. The first write copies it to a frame, and Rss grows.",
	[PAGE_PFNMAP] = "A frame that the kernel does not count: of a device, or a page of its own such as the vdso's data. Not in Rss.",
	[PAGE_HUGETLB] = "From the pool of huge pages that was set aside. Not in Rss: smaps counts it as Shared_Hugetlb or Private_Hugetlb.",
	[PAGE_SWAP] = "The content is in swap, the entry says where. Not in Rss but in VmSwap. An access reads it back into a frame.",
	[PAGE_MIGRATION] = "The kernel is moving the content to another frame; who accesses it waits. In Rss all the while.",
	[PAGE_DEVICE] = "The content is in a device's own memory, such as a graphics card's. In Rss. An access by the CPU brings it back or asks the device.",
	[PAGE_HWPOISON] = "The frame has a memory error. In Rss; an access raises SIGBUS.",
	[PAGE_PRESENT] = "There is a frame. This source can't tell whether it is of a kind that counts in Rss, or the zero page, which does not.",
	[PAGE_ABSENT] = "There is an entry but no frame in it: swap, a page on the move, or a marker.",
};

/* What an access would do where there is no entry depends on the area. */
static const char *explain_none(const struct vma *vma)
{
	const uint64_t access = VF_BIT(VF_READ) | VF_BIT(VF_WRITE) |
				VF_BIT(VF_EXEC);

	if (!(vma->flags & access))
		return "No page, and no permission in this area: an access raises SIGSEGV. It counts in Size, not in Rss.";
	if (vma->region == REGION_SHMEM || vma->flags & VF_BIT(VF_SHARED))
		return "Not mapped by this process: it never came here, or the kernel took the entry back (shared memory in swap has none). It counts in Size, not in Rss. The first access maps it.";
	if (vma_is_file(vma))
		return "Not mapped yet. It counts in Size, not in Rss. The first read maps it from the page cache, often with its neighbours; the first write makes a private copy.";
	return "It counts in Size, not in Rss. A first read maps the zero page and Rss is unchanged; a first write takes a frame and Rss grows.";
}

static uint64_t page_start(const struct snapshot *snap, uint64_t addr)
{
	return addr - addr % snap->page_size;
}

/* The page's state; false when the picture does not say. */
static bool find_state(const struct snapshot *snap, uint64_t addr,
		       uint32_t *state)
{
	uint64_t start = page_start(snap, addr);
	const struct page_map *map = pages_known(snap, start,
						 start + snap->page_size);
	const struct page_run *run;

	if (!map)
		return false;
	run = page_map_find(map, start);
	*state = run ? run->state : PAGE_NONE;
	return true;
}

static void add_number(struct pager *p, const struct snapshot *snap,
		       const struct vma *vma, uint64_t addr)
{
	char space[32], nth[32], all[32];

	format_count(space, addr / snap->page_size);
	format_count(nth, (addr - vma->start) / snap->page_size + 1);
	format_count(all, vma_size(vma) / snap->page_size);
	pager_add(p, STYLE_LABEL, "page", STYLE_TITLE,
		  "0x%" PRIx64 "  number %s, %s of %s in the area",
		  page_start(snap, addr), space, nth, all);
}

static void add_flags(struct pager *p, uint32_t state, uint32_t known)
{
	char set[PAGES_TEXT_MAX], unknown[PAGES_TEXT_MAX];
	uint32_t missing = PAGE_FLAGS_ALL & ~known;

	pages_format_flags(set, state & known & PAGE_FLAGS_ALL);
	pages_format_flags(unknown, missing);
	if (missing)
		pager_add(p, STYLE_LABEL, "flags", STYLE_VALUE,
			  "%s; not known: %s", set, unknown);
	else
		pager_add(p, STYLE_LABEL, "flags", STYLE_VALUE, "%s", set);
}

static void add_size(struct pager *p, const struct snapshot *snap,
		     uint64_t addr, uint32_t state)
{
	uint64_t bytes = pages_entry_size(snap, state);
	char size[FORMAT_SIZE_MAX];

	if (!(state & (PAGE_PMD | PAGE_PUD)))
		pager_add(p, STYLE_LABEL, "size", STYLE_VALUE, "%s%s",
			  format_size(size, bytes, 0),
			  snap->pages->has & PAGE_PMD ?
			  ", by a pte entry of its own" : " or part of a huge page: not known");
	else if (!bytes)
		pager_add(p, STYLE_LABEL, "size", STYLE_VALUE,
			  "part of a huge page, by one %s entry",
			  state & PAGE_PUD ? "pud" : "pmd");
	else
		pager_add(p, STYLE_LABEL, "size", STYLE_VALUE,
			  "part of a huge page of %s at 0x%" PRIx64
			  ", by one %s entry", format_size(size, bytes, 0),
			  addr - addr % bytes,
			  state & PAGE_PUD ? "pud" : "pmd");
}

static void add_frame(struct pager *p, const struct snapshot *snap,
		      uint64_t addr, uint32_t state)
{
	const struct entry_walk *entry = snap->entry;
	/* There the number is what /proc/PID/pagemap has for swap. */
	bool is_swap = PAGE_KIND(state) == PAGE_SWAP;
	bool is_absent = is_swap || PAGE_KIND(state) == PAGE_MIGRATION ||
			 PAGE_KIND(state) == PAGE_DEVICE ||
			 PAGE_KIND(state) == PAGE_HWPOISON;
	uint64_t frame;
	bool is_token;

	if (entry && page_start(snap, entry->address) != addr)
		entry = NULL;
	if (entry && entry->has_frame) {
		frame = entry->frame;
		is_token = entry->is_token;
	} else if (page_map_frame(snap->pages, addr, &frame)) {
		is_token = snap->pages->are_tokens;
	} else {
		pager_add(p, STYLE_LABEL, "frame", STYLE_WARN,
			  entry ? "? not to be had from this source" :
			  "? not read yet");
		return;
	}
	if (is_token)
		pager_add(p, STYLE_LABEL, "token", STYLE_VALUE, "0x%" PRIx64
			  "  stands for the %s: equal tokens, one %s", frame,
			  is_swap ? "place in swap" : "frame",
			  is_swap ? "place" : "frame");
	else if (is_absent)
		pager_add(p, STYLE_LABEL, is_swap ? "swap" : "entry",
			  STYLE_VALUE, "%s %" PRIu64 ", offset 0x%" PRIx64,
			  is_swap ? "area" : "type", frame & 31, frame >> 5);
	else
		pager_add(p, STYLE_LABEL, "frame", STYLE_VALUE,
			  "0x%" PRIx64 "  at physical address 0x%" PRIx64,
			  frame, frame * snap->page_size);
}

/* The pages of this process that share the frame, each with its segment. */
static void add_sharers(struct pager *p, const struct snapshot *snap,
			const struct sharer_list *list)
{
	char text[400] = "";
	size_t used = 0, i;

	if (!list->nr_all) {
		pager_add(p, STYLE_LABEL, "also at", STYLE_VALUE,
			  "no other page of this process; others may map it");
		return;
	}
	for (i = 0; i < list->nr && used < sizeof(text) - 40; i++) {
		const struct vma *vma = snapshot_find(snap, list->addrs[i]);

		used += snprintf(text + used, sizeof(text) - used,
				 "%s0x%" PRIx64 "%s%s", i ? ", " : "",
				 list->addrs[i], vma ? " " : "",
				 vma ? regions[vma->region].name : "");
	}
	if (i < list->nr_all)
		pager_add(p, STYLE_LABEL, "also at", STYLE_VALUE,
			  "%s and %" PRIu64 " more", text, list->nr_all - i);
	else
		pager_add(p, STYLE_LABEL, "also at", STYLE_VALUE, "%s", text);
}

static void add_sharing(struct pager *p, const struct snapshot *snap,
			uint64_t addr, uint32_t state)
{
	const struct sharer_list *list = snap->sharers;

	if (!(snap->pages->has & PAGE_EXCLUSIVE))
		pager_add(p, STYLE_LABEL, "shared", STYLE_WARN,
			  "? not known from this source");
	else if (state & PAGE_EXCLUSIVE)
		pager_add(p, STYLE_LABEL, "shared", STYLE_VALUE,
			  "no: mapped here and nowhere else");
	else
		pager_add(p, STYLE_LABEL, "shared", STYLE_VALUE,
			  "yes: mapped elsewhere too%s",
			  list ? "" : "; w looks where in this process");
	if (list && page_start(snap, list->address) == addr)
		add_sharers(p, snap, list);
}

/* Kinds that can be mapped more than once and are worth saying so. */
static bool can_share(uint32_t state)
{
	switch (PAGE_KIND(state)) {
	case PAGE_ANON:
	case PAGE_FILE:
	case PAGE_SHMEM:
	case PAGE_HUGETLB:
	case PAGE_PRESENT:
		return true;
	default:
		return false;
	}
}

static void add_details(struct pager *p, const struct snapshot *snap,
			uint64_t addr, uint32_t state)
{
	bool has_frame = page_has_frame(state) &&
			 PAGE_KIND(state) != PAGE_ABSENT;

	if (has_frame)
		add_frame(p, snap, addr, state);
	if (can_share(state))
		add_sharing(p, snap, addr, state);
	if (has_frame)
		add_size(p, snap, addr, state);
}

void facts_page_brief(struct pager *p, const struct snapshot *snap,
		      uint64_t addr)
{
	const struct vma *vma = snapshot_find(snap, addr);
	const struct page_kind_info *kind;
	uint32_t state;

	if (!vma || !find_state(snap, addr, &state))
		return;
	kind = &page_kinds[PAGE_KIND(state)];
	addr = page_start(snap, addr);
	add_number(p, snap, vma, addr);
	pager_add(p, STYLE_LABEL, "kind", STYLE_PAGE + PAGE_KIND(state),
		  "%s: %s", kind->name, kind->meaning);
	if (PAGE_KIND(state) == PAGE_NONE)
		return;
	add_details(p, snap, addr, state);
	add_flags(p, state, snap->pages->has);
}

void facts_pages_brief(struct pager *p, const struct snapshot *snap,
		       uint64_t start, uint64_t end)
{
	const struct page_map *map = pages_known(snap, start, end);
	char size[FORMAT_SIZE_MAX], nr[32], text[PAGES_TEXT_MAX];
	struct page_sum sum;

	if (!map)
		return;
	page_map_sum(map, start, end, &sum);
	pager_add(p, STYLE_LABEL, "pages", STYLE_TITLE,
		  "0x%" PRIx64 " - 0x%" PRIx64 "  %s page%s", start, end,
		  format_count(nr, (end - start) / map->page_size),
		  end - start == map->page_size ? "" : "s");
	for (int kind = 0; kind < PAGE_KIND_NR; kind++) {
		uint64_t n = sum.kinds[kind];

		if (n)
			pager_add(p, STYLE_LABEL, page_kinds[kind].name,
				  STYLE_PAGE + kind, "%s, %s page%s: %s",
				  format_size(size, n * map->page_size, 0),
				  format_count(nr, n), n == 1 ? "" : "s",
				  page_kinds[kind].meaning);
	}
	if (!page_sum_mapped(&sum))
		return;
	pager_add(p, STYLE_LABEL, "sizes", STYLE_VALUE, "%s",
		  pages_format_sizes(text, snap, &sum));
	for (size_t i = 0; i < nr_page_flags; i++) {
		uint64_t n = sum.flags[__builtin_ctz(page_flags[i].flag)];

		if (n && map->has & page_flags[i].flag)
			pager_add(p, STYLE_LABEL, page_flags[i].name,
				  STYLE_VALUE, "%s: %s",
				  format_size(size, n * map->page_size, 0),
				  page_flags[i].meaning);
	}
}

void facts_page(struct pager *p, const struct snapshot *snap, uint64_t addr)
{
	const struct vma *vma = snapshot_find(snap, addr);
	uint32_t state, known;
	char unknown[PAGES_TEXT_MAX];

	if (!vma || !find_state(snap, addr, &state))
		return;
	known = snap->pages->has;
	addr = page_start(snap, addr);
	add_number(p, snap, vma, addr);
	pager_add(p, STYLE_LABEL, "", STYLE_NORMAL,
		  "The number is the address divided by %" PRIu32
		  ", the size of a page.", snap->page_size);
	pager_add(p, STYLE_LABEL, "kind", STYLE_PAGE + PAGE_KIND(state),
		  "%s: %s", page_kinds[PAGE_KIND(state)].name,
		  page_kinds[PAGE_KIND(state)].meaning);
	pager_add(p, STYLE_LABEL, "", STYLE_NORMAL, "%s",
		  PAGE_KIND(state) == PAGE_NONE ? explain_none(vma) :
		  explanations[PAGE_KIND(state)]);
	if (PAGE_KIND(state) != PAGE_NONE) {
		for (size_t i = 0; i < nr_page_flags; i++)
			if (state & known & page_flags[i].flag)
				pager_add(p, STYLE_LABEL, page_flags[i].name,
					  STYLE_VALUE, "%s",
					  page_flags[i].meaning);
		if (PAGE_FLAGS_ALL & ~known)
			pager_add(p, STYLE_WARN, "?", STYLE_WARN,
				  "%s: not known from this source",
				  pages_format_flags(unknown, PAGE_FLAGS_ALL &
						     ~known));
		add_details(p, snap, addr, state);
	}
	pager_blank(p);
}
