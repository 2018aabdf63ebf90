/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the reader of our own allocator share. */
#ifndef VMAVIEW_HEAP_VMACHUNK_H
#define VMAVIEW_HEAP_VMACHUNK_H

#include "chunk/debug.h"
#include "heap/mapped.h"
#include "heap/memory.h"

/* A piece of an arena's memory, by the number of the arena. */
struct vmachunk_piece {
	uint32_t arena;
	uint64_t start, end;
};

struct vmachunk {
	struct vmachunk_debug debug;
	bool is_library;	/* libvmachunk.so, else linked in */

	/* Of the copy, in the order that the lists have. */
	uint64_t *arenas, *caches;
	size_t nr_arenas, cap_arenas, nr_caches, cap_caches;
	struct vmachunk_piece *pieces;
	size_t nr_pieces, cap_pieces;
	const char *trouble;	/* what in them can't be, or NULL */
	struct mapped mapped;
	uint64_t ring;		/* address of the event ring, or 0 */
	uint64_t last_event;	/* number of the newest in it */
};

/* vmachunk_copy.c */
int vmachunk_copy(void *self, struct memory *memory,
		  const struct snapshot *snap, struct error *err);
/* vmachunk_parse.c */
int vmachunk_parse(void *self, struct memory *memory,
		   const struct snapshot *snap, struct heap *heap,
		   struct error *err);
/* vmachunk_events.c */
void vmachunk_events(void *self, struct memory *memory, struct heap *heap,
		     unsigned int max);

/* A word of the copy, or 0 where there is none. */
static inline uint64_t vmachunk_word(const struct vmachunk *self,
				     const struct memory *memory,
				     uint64_t addr)
{
	uint64_t value = 0;

	memory_copied_word(memory, addr, self->debug.word, &value);
	return value;
}

/* The same of an int. */
static inline uint32_t vmachunk_int(const struct memory *memory, uint64_t addr)
{
	uint64_t value = 0;

	memory_copied_word(memory, addr, sizeof(uint32_t), &value);
	return (uint32_t)value;
}

#endif
