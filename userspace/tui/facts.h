/* SPDX-License-Identifier: GPL-2.0 */
/* What is known, in words: of an area, of an address, of the picture. */
#ifndef VMAVIEW_TUI_FACTS_H
#define VMAVIEW_TUI_FACTS_H

#include "tui/pager.h"
#include "tui/view.h"

#define FACTS_INDENT	10	/* for the pager that takes them */

/* Everything about one area. */
void facts_area(struct pager *pager, const struct snapshot *snap,
		const struct vma *vma);
/* What the place is and means; addr may lie in a gap. */
void facts_address(struct pager *pager, const struct snapshot *snap,
		   uint64_t addr);
/* Size and residency, summed up by segment. */
void facts_totals(struct pager *pager, const struct snapshot *snap);
/* Source, kernel, time, and what could not be read. */
void facts_picture(struct pager *pager, const struct snapshot *snap);

/* "/proc" or "kernel module 0.1.0" */
void facts_source(char *out, size_t size, const struct provenance *from);

#endif
