/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What libvmachunk.so offers beside the functions of <malloc.h>, <mcheck.h>
 * and <stdlib.h>, which it replaces. A program that may run without it declares
 * these weak.
 */
#ifndef VMACHUNK_H
#define VMACHUNK_H

#include <stddef.h>
#include <stdint.h>

/*
 * Called in place of the allocator, in the thread that calls it. What they
 * allocate themselves meets no hooks. A NULL member is not called.
 */
struct vmachunk_hooks {
	void *(*malloc)(size_t bytes, const void *caller);
	void (*free)(void *mem, const void *caller);
	void *(*realloc)(void *mem, size_t bytes, const void *caller);
	void *(*memalign)(size_t alignment, size_t bytes, const void *caller);
};

/* Sets hooks, or with NULL none; returns what was set before. */
const struct vmachunk_hooks *vmachunk_hooks(const struct vmachunk_hooks *hooks);

/*
 * What the heap consists of. The visitor runs under the lock of an arena and
 * must not allocate, nor jump away. Returns what the visitor returned if that
 * was not 0, which ends the visit.
 */
enum vmachunk_kind {
	VMACHUNK_ARENA,	/* size: bytes of the system */
	VMACHUNK_USED,	/* chunks by address; fast and cached ones are among */
	VMACHUNK_FREE,	/* these */
	VMACHUNK_TOP,
	VMACHUNK_FENCE,
	VMACHUNK_BINNED,	/* the free ones again, by bin: index */
	VMACHUNK_FAST,	/* in fast bin index */
	VMACHUNK_CACHE,	/* of a thread (address): size chunks in bin index */
	VMACHUNK_CACHED,	/* a chunk in this thread's, in bin index */
};

struct vmachunk_item {
	enum vmachunk_kind kind;
	unsigned int arena;
	unsigned int index;
	const void *address;	/* of the chunk */
	size_t size;
};

int vmachunk_visit(int (*visitor)(const struct vmachunk_item *item, void *arg),
		   void *arg);

/* 0, or the number of invariants that do not hold, each told on stderr. */
unsigned int vmachunk_check(void);

/*
 * Starts the event ring (events.h) in a file, or, with NULL, in a nameless one
 * of this process; slots is a number of events. 0, or -1 and errno.
 */
int vmachunk_events(const char *path, size_t slots);
void vmachunk_events_stop(void);

#endif
