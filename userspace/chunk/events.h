/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the allocator does, told to whoever maps the ring: off by default, one
 * branch that is never taken while it is off.
 *
 *   file:  +-------------+--------+--------+-- ... --+--------+
 *          | ring header | slot 0 | slot 1 |         | slot n |
 *          +-------------+--------+--------+-- ... --+--------+
 *
 * Event number e goes into slot e % slots and overwrites what is there: the
 * writer never waits. A slot says which event it holds, written last, so that
 * a reader that finds number e + slots where it looked for e knows how many it
 * has lost, and one that finds 0 or another number than before it copied knows
 * that it was torn.
 */
#ifndef VMAVIEW_CHUNK_EVENTS_H
#define VMAVIEW_CHUNK_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVENTS_MAGIC	0x43414d56	/* "VMAC" */
#define EVENTS_VERSION	1

enum event_kind {
	EVENT_NONE,
	EVENT_MALLOC,	/* address and size are the chunk's, see caller */
	EVENT_FREE,
	EVENT_SPLIT,	/* of what is left over */
	EVENT_COALESCE,	/* of the chunk that came out */
	EVENT_BIN,	/* into a bin out of the unsorted one */
	EVENT_UNBIN,
	EVENT_BRK,	/* old break, signed difference */
	EVENT_MMAP,
	EVENT_MUNMAP,
	EVENT_MREMAP,
	EVENT_TRIM,
	EVENT_REFILL,	/* cache: first chunk, bytes */
	EVENT_FLUSH,
	EVENT_NR
};

struct event {
	uint64_t number;	/* from 1; written last */
	uint64_t time;		/* CLOCK_MONOTONIC, nanoseconds */
	uint64_t address;
	int64_t size;		/* bytes */
	uint64_t caller;	/* who called malloc or free; 0 for the rest */
	uint32_t tid;
	uint32_t kind;
};

struct event_ring {
	uint32_t magic, version;
	uint32_t header_size, event_size;	/* bytes */
	uint64_t slots;
	uint64_t last;		/* number of the newest event begun */
};

extern struct event_ring *events_ring;	/* NULL while off */

void events_write(enum event_kind kind, const void *address, int64_t size,
		  const void *caller);

static inline void event(enum event_kind kind, const void *address,
			 int64_t size)
{
	if (__builtin_expect(events_ring != NULL, 0))
		events_write(kind, address, size, NULL);
}

/*
 * Events go into the file at path from now on, or into an unnamed one that
 * others find at /proc/PID/fd (path NULL), and cannot write to. False without
 * room or permission; EBUSY while there is a ring, or a thread has not left the
 * one that was stopped.
 */
bool events_start(const char *path, size_t slots);
/* The mapping goes with the last writer, or at the next start. */
void events_stop(void);
/* In the child of a fork, which has no ring: that one is its parent's. */
void events_forked(void);

#endif
