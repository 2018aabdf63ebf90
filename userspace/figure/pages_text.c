// SPDX-License-Identifier: GPL-2.0
/* Words about pages. What the source can't tell is "?". */
#include "figure/pages.h"

#include <stdio.h>
#include <string.h>

#include "figure/grid.h"

const struct page_map *pages_known(const struct snapshot *snap, uint64_t start,
				   uint64_t end)
{
	return snap->pages && page_map_knows(snap->pages, start, end) ?
	       snap->pages : NULL;
}

const char *pages_format_rss(char out[PAGES_TEXT_MAX],
			     const struct snapshot *snap,
			     const struct vma *vma,
			     const struct page_sum *sum, int short_units)
{
	char size[FORMAT_SIZE_MAX];
	uint64_t nr;

	/* Kinds that can't be told may count or not; the area's counts know. */
	if (!sum || !page_sum_rss(sum, &nr)) {
		if (!res_has(&vma->res, RES_RSS))
			return strcpy(out, "?");
		nr = vma->res.pages[RES_RSS];
	}
	snprintf(out, PAGES_TEXT_MAX, "%s",
		 format_size(size, nr * snap->page_size, short_units));
	return out;
}

uint64_t pages_entry_size(const struct snapshot *snap, uint32_t state)
{
	/* A table has as many entries at each level. */
	if (state & PAGE_PUD)
		/* NOLINTNEXTLINE(clang-analyzer-core.DivideZero): no source leaves it 0 */
		return snap->pmd_size / snap->page_size * snap->pmd_size;
	if (state & PAGE_PMD)
		return snap->pmd_size;
	return snap->page_size;
}

const char *pages_format_sizes(char out[PAGES_TEXT_MAX],
			       const struct snapshot *snap,
			       const struct page_sum *sum)
{
	uint64_t pmd = sum->flags[__builtin_ctz(PAGE_PMD)];
	uint64_t pud = sum->flags[__builtin_ctz(PAGE_PUD)];
	uint64_t present = page_sum_present(sum);
	const struct {
		uint64_t nr;
		uint32_t state;
		const char *name;
	} sizes[] = {
		{ present > pmd + pud, 0, "pte" },
		{ pmd, PAGE_PMD, "pmd" }, { pud, PAGE_PUD, "pud" },
	};
	size_t used = 0;

	if (!present)
		return strcpy(out, "none");
	if (!(snap->pages->has & PAGE_PMD))
		return strcpy(out, "?");
	for (int i = 0; i < 3; i++) {
		uint64_t bytes = pages_entry_size(snap, sizes[i].state);
		char size[FORMAT_SIZE_MAX];

		if (!sizes[i].nr)
			continue;
		used += snprintf(out + used, PAGES_TEXT_MAX - used, "%s%s",
				 used ? ", " : "", bytes ?
				 format_size(size, bytes, 1) : sizes[i].name);
	}
	return out;
}

const char *pages_format_flags(char out[PAGES_TEXT_MAX], uint32_t flags)
{
	size_t used = 0;

	strcpy(out, "none");
	for (size_t i = 0; i < nr_page_flags; i++)
		if (flags & page_flags[i].flag)
			used += snprintf(out + used, PAGES_TEXT_MAX - used,
					 "%s%s", used ? " " : "",
					 page_flags[i].name);
	return out;
}

const char *pages_format_letters(char out[PAGES_TEXT_MAX], uint32_t flags,
				 uint32_t known)
{
	for (size_t i = 0; i < nr_page_flags; i++)
		out[i] = !(known & page_flags[i].flag) ? '?' :
			 flags & page_flags[i].flag ? page_flags[i].letter :
						      '-';
	out[nr_page_flags] = '\0';
	return out;
}
