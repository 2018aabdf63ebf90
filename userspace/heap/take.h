/* SPDX-License-Identifier: GPL-2.0 */
/* A heap out of a live process, whichever allocator it has. */
#ifndef VMAVIEW_HEAP_TAKE_H
#define VMAVIEW_HEAP_TAKE_H

#include "model/heap.h"
#include "model/snapshot.h"
#include "util/error.h"

struct heap_how {
	bool no_stop;	/* the target runs on: copies until two agree */
	unsigned int nr_events;	/* at most so many of the newest, 0: none */
};

/* What is remembered of a process between takes: symbols, layout, buffers. */
struct heap_taker;

/* NULL without memory. That the process is there is not needed yet. */
struct heap_taker *heap_taker_new(pid_t pid);
void heap_taker_free(struct heap_taker *taker);

/*
 * A new heap, the caller's to free, or NULL with *err. snap has the areas. The
 * target is stopped (PTRACE_SEIZE and INTERRUPT, all threads) for no longer
 * than the copy takes, and always let go, also when this fails. ERR_FAILED with
 * a text that names the allocator when it is none that can be read ("jemalloc
 * manages this heap: …"); ERR_PERMISSION when it may not be traced; ERR_GONE.
 */
struct heap *heap_take(struct heap_taker *taker, const struct snapshot *snap,
		       const struct heap_how *how, struct error *err);

#endif
