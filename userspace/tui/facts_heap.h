/* SPDX-License-Identifier: GPL-2.0 */
/* Why a chunk is what it is, and what is known of the heap it is in. */
#ifndef VMAVIEW_TUI_FACTS_HEAP_H
#define VMAVIEW_TUI_FACTS_HEAP_H

#include "model/snapshot.h"
#include "tui/pager.h"

/* Why it is so large and where it is, and what would become of it. */
void facts_chunk_why(struct pager *pager, const struct snapshot *snap,
		     const struct heap_chunk *chunk);
/* How the heap was read, its totals, and why free memory is resident. */
void facts_heap(struct pager *pager, const struct snapshot *snap);

#endif
