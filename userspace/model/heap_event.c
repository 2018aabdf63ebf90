// SPDX-License-Identifier: GPL-2.0
/* Names of what our allocator tells; numbers as in chunk/events.h. */
#include "model/heap.h"

const struct heap_event_info heap_events[] = {
	{ "none", "nothing" },
	{ "malloc", "a chunk was handed out" },
	{ "free", "a chunk came back" },
	{ "split", "a chunk was cut; this is what was left over" },
	{ "coalesce", "free neighbours were joined; this is what came out" },
	{ "bin", "a chunk went from the unsorted bin into the bin of its size" },
	{ "unbin", "a chunk was taken out of its bin" },
	{ "brk", "the break was moved: from there, by so much" },
	{ "mmap", "the kernel was asked for a mapping" },
	{ "munmap", "a mapping went back to the kernel" },
	{ "mremap", "a mapping was resized or moved" },
	{ "trim", "free memory went back to the kernel" },
	{ "refill", "a cache was filled from an arena" },
	{ "flush", "a cache gave chunks back to an arena" },
};

const unsigned int nr_heap_events = sizeof(heap_events) /
				    sizeof(heap_events[0]);
