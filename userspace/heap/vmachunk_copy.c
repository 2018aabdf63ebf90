// SPDX-License-Identifier: GPL-2.0
/*
 * Which memory of the target is copied: its states, and all that they lead to.
 * Lists are followed as far as they make sense; where they do not, the copy
 * ends and the parser says why.
 */
#include <stdlib.h>

#include "heap/vmachunk.h"

#define ARENAS	4096
#define CACHES	65536
#define PIECES	16384	/* each is held against all others */

/* Makes room for one more of size bytes. */
static void *room(void *array, size_t nr, size_t *cap, size_t size)
{
	void **entries = array, *bigger;

	if (nr == *cap) {
		size_t more = *cap ? 2 * *cap : 64;

		bigger = reallocarray(*entries, more, size);
		if (!bigger)
			return NULL;
		*entries = bigger;
		*cap = more;
	}
	return (char *)*entries + nr * size;
}

/* The first one is what the others come from. */
static void say(struct vmachunk *self, const char *trouble)
{
	if (!self->trouble)
		self->trouble = trouble;
}

static int no_memory(struct error *err)
{
	return error_set(err, ERR_FAILED, "out of memory");
}

static int copy(struct memory *memory, uint64_t addr, uint64_t size,
		struct error *err)
{
	return memory_copy(memory, addr, addr + size, err);
}

/* Copies what changes with the heap, and remembers that it does. */
static int copy_state(struct memory *memory, uint64_t addr, uint64_t size,
		      struct error *err)
{
	if (copy(memory, addr, size, err))
		return -1;
	memory_guard(memory, addr, size);
	return 0;
}

static int add_piece(struct vmachunk *self, struct memory *memory,
		     uint64_t start, uint64_t end, struct error *err)
{
	struct vmachunk_piece *piece;

	if (start >= end) {
		say(self, "a piece of an arena ends before it begins");
		return 0;
	}
	for (size_t i = 0; i < self->nr_pieces; i++) {
		piece = &self->pieces[i];
		if (start < piece->end && piece->start < end) {
			say(self, "two pieces of arenas are the same memory");
			return 0;
		}
	}
	if (self->nr_pieces == PIECES) {
		say(self, "more pieces of arenas than are looked at");
		return 0;
	}
	piece = room(&self->pieces, self->nr_pieces, &self->cap_pieces,
		     sizeof(*piece));
	if (!piece)
		return no_memory(err);
	*piece = (struct vmachunk_piece){
		(uint32_t)self->nr_arenas - 1, start, end,
	};
	self->nr_pieces++;
	return memory_copy(memory, start, end, err);
}

/* The main arena's pieces are in a list. */
static int copy_areas(struct vmachunk *self, struct memory *memory,
		      struct error *err)
{
	const struct vmachunk_debug *debug = &self->debug;
	uint64_t areas = debug->areas.value;
	uint32_t nr;

	if (copy_state(memory, debug->nr_areas.value, sizeof(nr), err) ||
	    copy_state(memory, areas, debug->max_areas * 2 * debug->word, err))
		return -1;
	nr = vmachunk_int(memory, debug->nr_areas.value);
	if (nr >= debug->max_areas) {
		say(self, "more pieces of the main arena than there can be");
		nr = debug->max_areas - 1;
	}
	for (uint32_t i = 0; i < nr; i++) {
		uint64_t area = areas + i * 2 * debug->word;

		if (add_piece(self, memory, vmachunk_word(self, memory, area),
			      vmachunk_word(self, memory, area + debug->word),
			      err))
			return -1;
	}
	return 0;
}

/* Those of another are the heap that top lies in, and the ones before it. */
static int copy_heaps(struct vmachunk *self, struct memory *memory,
		      uint64_t av, struct error *err)
{
	const struct vmachunk_debug *debug = &self->debug;
	uint64_t top = vmachunk_word(self, memory, av + debug->state_top);
	uint64_t heap = top & -debug->heap_max;

	while (heap && !self->trouble) {
		uint64_t size, first;

		if (copy(memory, heap, debug->heap_size_of, err))
			return -1;
		size = vmachunk_word(self, memory, heap + debug->heap_size);
		first = vmachunk_word(self, memory, heap + debug->heap_first);
		if (vmachunk_word(self, memory, heap + debug->heap_arena) !=
			    av || heap & (debug->heap_max - 1) ||
		    size > debug->heap_max || first <= heap ||
		    first - heap >= size) {
			say(self, "a heap of an arena is none");
			return 0;
		}
		if (add_piece(self, memory, first, heap + size, err))
			return -1;
		heap = vmachunk_word(self, memory, heap + debug->heap_prev);
	}
	return 0;
}

static bool has(const uint64_t *list, size_t nr, uint64_t value)
{
	while (nr)
		if (list[--nr] == value)
			return true;
	return false;
}

static int copy_arenas(struct vmachunk *self, struct memory *memory,
		       struct error *err)
{
	uint64_t av = self->debug.av.value, *arena;

	for (; av; av = vmachunk_word(self, memory,
				      av + self->debug.state_next)) {
		if (has(self->arenas, self->nr_arenas, av) ||
		    self->nr_arenas == ARENAS) {
			say(self, "the list of arenas has no end");
			return 0;
		}
		arena = room(&self->arenas, self->nr_arenas, &self->cap_arenas,
			     sizeof(*arena));
		if (!arena)
			return no_memory(err);
		*arena = av;
		self->nr_arenas++;
		if (copy_state(memory, av, self->debug.state_size, err))
			return -1;
		if (self->nr_arenas == 1 ? copy_areas(self, memory, err) :
		    copy_heaps(self, memory, av, err))
			return -1;
	}
	return 0;
}

static int copy_caches(struct vmachunk *self, struct memory *memory,
		       struct error *err)
{
	const struct vmachunk_debug *debug = &self->debug;
	uint64_t at = vmachunk_word(self, memory, debug->caches.value), *cache;
	/* The one that was met at the last power of two: a ring meets it. */
	uint64_t met = 0;

	while (at) {
		if (at == met || self->nr_caches == CACHES) {
			say(self, "the list of caches has no end");
			return 0;
		}
		if (!(self->nr_caches & (self->nr_caches + 1)))
			met = at;
		cache = room(&self->caches, self->nr_caches, &self->cap_caches,
			     sizeof(*cache));
		if (!cache)
			return no_memory(err);
		*cache = at;
		self->nr_caches++;
		if (copy_state(memory, at, debug->cache_size, err))
			return -1;
		at = vmachunk_word(self, memory, at + debug->cache_next);
	}
	return 0;
}

/* What is not read now is too late later: who comes first is who writes. */
static int copy_globals(struct vmachunk *self, struct memory *memory,
			struct error *err)
{
	const struct vmachunk_debug *debug = &self->debug;
	/* Of the ring's header, see chunk/events.h. */
	const unsigned int last = 24;

	if (copy(memory, debug->options.value, 64, err) ||
	    copy(memory, debug->check_level.value, sizeof(uint32_t), err) ||
	    copy_state(memory, debug->caches.value, debug->word, err) ||
	    copy(memory, debug->events_ring.value, debug->word, err))
		return -1;
	self->ring = vmachunk_word(self, memory, debug->events_ring.value);
	self->last_event = 0;
	/* No page is waited for: the target may be standing. */
	if (self->ring && !memory_peek(memory, self->ring + last,
				       &self->last_event,
				       sizeof(self->last_event)))
		self->last_event = 0;
	return 0;
}

int vmachunk_copy(void *context, struct memory *memory,
		  const struct snapshot *snap, struct error *err)
{
	struct vmachunk *self = context;
	const struct vmachunk_debug *debug = &self->debug;
	uint64_t av = debug->av.value;

	(void)snap;
	self->nr_arenas = self->nr_caches = self->nr_pieces = 0;
	self->trouble = NULL;
	if (copy_globals(self, memory, err) || copy_arenas(self, memory, err) ||
	    copy_caches(self, memory, err))
		return -1;
	return mapped_find(memory, debug->word,
			   vmachunk_int(memory, av + debug->state_n_mmaps),
			   vmachunk_word(self, memory,
					 av + debug->state_mmapped_mem),
			   &self->mapped, err);
}
