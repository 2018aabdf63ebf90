/* SPDX-License-Identifier: GPL-2.0 */
/* The lists of free chunks of our own allocator: bins and caches. */
#ifndef VMAVIEW_HEAP_VMACHUNK_LISTS_H
#define VMAVIEW_HEAP_VMACHUNK_LISTS_H

#include "heap/rows.h"
#include "heap/vmachunk.h"

/* Adds bins and caches, and a mark for each chunk in them. */
bool vmachunk_add_lists(const struct vmachunk *self,
			const struct memory *memory, struct heap *heap,
			struct row_marks *marks);

#endif
