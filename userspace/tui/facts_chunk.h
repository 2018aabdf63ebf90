/* SPDX-License-Identifier: GPL-2.0 */
/* What is known of a chunk, in words. */
#ifndef VMAVIEW_TUI_FACTS_CHUNK_H
#define VMAVIEW_TUI_FACTS_CHUNK_H

#include "model/snapshot.h"
#include "tui/pager.h"

#define FACTS_CHUNK_INDENT	11	/* for the pager that takes them */

/* Its header word by word, links, bin, pages. name may be NULL. */
void facts_chunk(struct pager *pager, const struct snapshot *snap,
		 const struct heap_chunk *chunk, const char *name);
/* The first bytes of it in rows that fit width columns. */
void facts_chunk_memory(struct pager *pager, const struct heap *heap,
			const struct heap_chunk *chunk, int width);

/* "arena 1", "main arena", "a mapping" */
const char *facts_owner(const struct heap *heap, uint32_t arena, char out[32]);
/* "small bin 10", "" */
const char *facts_bin(const struct heap *heap, const struct heap_chunk *chunk,
		      char out[32]);

#endif
