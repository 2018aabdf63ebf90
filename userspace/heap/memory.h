/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory of a process, read from outside: words while it runs, and a copy of
 * whole ranges, by process_vm_readv(2). The copy leaves out pages that have no
 * entry (pagemap), as to read those would make the kernel give the target a
 * page; they read as zeros, which is what the target would find.
 */
#ifndef VMAVIEW_HEAP_MEMORY_H
#define VMAVIEW_HEAP_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "model/heap.h"
#include "model/snapshot.h"
#include "util/error.h"

struct memory;

struct memory *memory_new(pid_t pid);	/* NULL without memory */
void memory_free(struct memory *memory);
pid_t memory_pid(const struct memory *memory);

/* Reads live, whatever was copied. 0, or -1 with *err; all or nothing. */
int memory_read(struct memory *memory, uint64_t addr, void *to, size_t nr,
		struct error *err);
/*
 * Up to a page boundary, only if the page is there: nothing is made for us to
 * look at it. False: it is not there, or can't be read.
 */
bool memory_peek(struct memory *memory, uint64_t addr, void *to, size_t nr);
/* A size_t of the target of word bytes (4 or 8), live. */
int memory_word(struct memory *memory, uint64_t addr, unsigned int word,
		uint64_t *value, struct error *err);

/*
 * Stops all threads of the target, and lets them go; resume() without a stop
 * does nothing. The time between is in memory_pause(), in nanoseconds. By one
 * thread, that ends soon: see stop.h.
 */
int memory_stop(struct memory *memory, struct error *err);
void memory_resume(struct memory *memory);
bool memory_is_stopped(const struct memory *memory);
int64_t memory_pause(const struct memory *memory);

/*
 * The areas of the picture that the next copies go with: what of them is backed
 * by a file is copied whole. Good as long as the snapshot. Before the first
 * copy, and after an exec. 0, or -1 with *err.
 */
int memory_look(struct memory *memory, const struct snapshot *snap,
		struct error *err);
/* The areas as they are now, until memory_clear(); or NULL with *err. */
const struct snapshot *memory_areas(struct memory *memory, struct error *err);
uint64_t memory_page(const struct memory *memory);
/* Drops the copy; buffers are kept for the next one. */
void memory_clear(struct memory *memory);
/*
 * Copies [start, end), to which it adds what is there already; ranges that
 * touch become one. 0, or -1 with *err.
 */
int memory_copy(struct memory *memory, uint64_t start, uint64_t end,
		struct error *err);
/* nr bytes of the copy, or NULL. Good until the next copy or clear. */
const void *memory_at(const struct memory *memory, uint64_t addr, uint64_t nr);
/* The copy from addr to *end, in one piece; or NULL. */
const uint8_t *memory_run(const struct memory *memory, uint64_t addr,
			  uint64_t *end);
bool memory_copied_word(const struct memory *memory, uint64_t addr,
			unsigned int word, uint64_t *value);
/*
 * Gives the copy away: heap->ranges, ->copied, ->page_size, and a note where
 * pages had to be fetched from swap. False without memory.
 */
bool memory_give(struct memory *memory, struct heap *heap);

/*
 * What shows that the copy is of one moment though the target ran on: a reader
 * names in copy() those parts of what it copied that change with the heap, as
 * an arena's state. A copy holds when these are still the same in the target.
 */
void memory_guard(struct memory *memory, uint64_t addr, uint64_t nr);
bool memory_holds(struct memory *memory);

#endif
