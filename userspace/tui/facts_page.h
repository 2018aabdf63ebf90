/* SPDX-License-Identifier: GPL-2.0 */
/* What is known of a page, in words. */
#ifndef VMAVIEW_TUI_FACTS_PAGE_H
#define VMAVIEW_TUI_FACTS_PAGE_H

#include "tui/pager.h"

/* The page of addr in a few rows; nothing if the picture has no pages. */
void facts_page_brief(struct pager *pager, const struct snapshot *snap,
		      uint64_t addr);
/* Many pages, [start, end), in a few rows. */
void facts_pages_brief(struct pager *pager, const struct snapshot *snap,
		       uint64_t start, uint64_t end);
/* The same page with what each part means, and why it counts in Rss or not. */
void facts_page(struct pager *pager, const struct snapshot *snap,
		uint64_t addr);

#endif
