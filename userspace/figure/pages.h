/* SPDX-License-Identifier: GPL-2.0 */
/* What the figure of pages and the view of pages say alike. */
#ifndef VMAVIEW_FIGURE_PAGES_H
#define VMAVIEW_FIGURE_PAGES_H

#include "model/snapshot.h"
#include "util/format.h"

#define PAGES_TEXT_MAX	120

/* "20 KiB", "?" or "at least …": resident, from the page tables if known. */
const char *pages_format_rss(char out[PAGES_TEXT_MAX],
			     const struct snapshot *snap,
			     const struct vma *vma,
			     const struct page_sum *sum, int short_units);
/* "4K, 2M", those in use; "none", or "?" when the source can't tell. */
const char *pages_format_sizes(char out[PAGES_TEXT_MAX],
			       const struct snapshot *snap,
			       const struct page_sum *sum);
/* Bytes that one entry for a page in this state maps; 0: not known. */
uint64_t pages_entry_size(const struct snapshot *snap, uint32_t state);
/* Names of the flags in the mask, "none" for 0. */
const char *pages_format_flags(char out[PAGES_TEXT_MAX], uint32_t flags);
/* Their letters as in a row of text, "-" for one that is not set. */
const char *pages_format_letters(char out[PAGES_TEXT_MAX], uint32_t flags,
				 uint32_t known);
/* The map, when it knows all of [start, end), else NULL. */
const struct page_map *pages_known(const struct snapshot *snap, uint64_t start,
				   uint64_t end);

#endif
