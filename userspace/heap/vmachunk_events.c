// SPDX-License-Identifier: GPL-2.0
/*
 * The newest events of the ring, read as the target goes on writing: a slot
 * that does not hold the number that it should was overwritten, or is just
 * being written.
 */
#include <stdlib.h>
#include <string.h>

#include "chunk/events.h"
#include "heap/vmachunk.h"

#define SLOTS_MAX	(1ULL << 24)
#define SLOT_MAX	4096	/* bytes */

static bool is_sane(const struct event_ring *ring)
{
	return ring->magic == EVENTS_MAGIC &&
	       ring->version == EVENTS_VERSION && ring->slots &&
	       ring->slots <= SLOTS_MAX &&
	       ring->header_size >= sizeof(*ring) &&
	       ring->header_size <= SLOT_MAX &&
	       ring->event_size >= sizeof(struct event) &&
	       ring->event_size <= SLOT_MAX;
}

static void add(struct heap *heap, const struct event *event, uint64_t number)
{
	if (event->number != number) {
		heap->lost_events++;
		return;
	}
	heap->events[heap->nr_events++] = (struct heap_event){
		.number = number, .time = event->time,
		.address = event->address, .size = event->size,
		.caller = event->caller, .tid = event->tid,
		.kind = event->kind,
	};
}

/* Slots [first, first + nr), which hold the events from number on. */
static void read_slots(const struct vmachunk *self, struct memory *memory,
		       const struct event_ring *ring, uint64_t number,
		       uint64_t nr, struct heap *heap)
{
	uint64_t size = ring->event_size;
	uint64_t slot = self->ring + ring->header_size +
			number % ring->slots * size;
	uint8_t *slots = calloc(nr, size);
	struct event event;
	struct error err;

	if (!slots || memory_read(memory, slot, slots, nr * size, &err)) {
		heap->lost_events += nr;
		free(slots);
		return;
	}
	for (uint64_t i = 0; i < nr; i++) {
		memcpy(&event, slots + i * size, sizeof(event));
		add(heap, &event, number + i);
	}
	free(slots);
}

void vmachunk_events(void *context, struct memory *memory, struct heap *heap,
		     unsigned int max)
{
	struct vmachunk *self = context;
	struct event_ring ring;
	uint64_t number, nr, before_end;
	struct error err;

	if (!self->ring ||
	    memory_read(memory, self->ring, &ring, sizeof(ring), &err))
		return;
	if (!is_sane(&ring)) {
		heap_note(heap, "the event ring of another version, or overwritten: it can't be read");
		return;
	}
	heap->has_events = true;
	nr = max < ring.slots ? max : ring.slots;
	if (nr > self->last_event)
		nr = self->last_event;
	if (!nr)
		return;
	heap->events = calloc(nr, sizeof(*heap->events));
	if (!heap->events)
		return;
	number = self->last_event - nr + 1;
	before_end = ring.slots - number % ring.slots;
	if (before_end > nr)
		before_end = nr;
	read_slots(self, memory, &ring, number, before_end, heap);
	if (before_end < nr)
		read_slots(self, memory, &ring, number + before_end,
			   nr - before_end, heap);
}
