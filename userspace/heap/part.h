/* SPDX-License-Identifier: GPL-2.0 */
/* A part of a copy of memory: whole pages, with what pagemap said of each. */
#ifndef VMAVIEW_HEAP_PART_H
#define VMAVIEW_HEAP_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "model/heap.h"
#include "model/snapshot.h"
#include "util/error.h"

struct part {
	uint64_t start, end;	/* [start, end) is filled */
	uint8_t *bytes;		/* cap of them; 0 where no page was read */
	uint64_t cap;
	uint64_t *entries;	/* of pagemap, one a page; PART_READ added */
	uint64_t *before;	/* entries of the buffer's last use ... */
	uint64_t nr_before;	/* ... whose pages are still in it */
};

/* Where parts are filled from. */
struct part_reader {
	pid_t pid;
	uint32_t page_size;
	int pagemap;		/* -1: not for us, all pages are read */
	const struct snapshot *snap;
	bool may_vanish;	/* pages, while they are read: the target runs */
	uint64_t nr_read;	/* pages, of this copy */
	uint64_t nr_asked;	/* the same, with those that are not there */
	uint64_t nr_swapped;	/* pages that were in swap before */
};

void part_reader_init(struct part_reader *reader, pid_t pid);
void part_reader_close(struct part_reader *reader);
/* 0, or -1 with *err: the process is no more, or we may not look at it. */
int part_reader_open(struct part_reader *reader, const struct snapshot *snap,
		     struct error *err);

/* An empty one with room for [start, end) and for some growth. */
bool part_new(struct part *part, uint64_t start, uint64_t end);
void part_free(struct part *part);
/* Forgets what is in it, all but where it must be cleared. */
void part_drop(struct part *part);

/* Has the page an entry, as far as we may know? */
bool part_is_there(const struct part_reader *reader, uint64_t addr);
/*
 * Reads [from, to) into a part that has room for it; end stays what it was.
 * Pages that may vanish and do are 0. 0, or -1 with *err.
 */
int part_fill(struct part_reader *reader, struct part *part, uint64_t from,
	      uint64_t to, struct error *err);
/* Copies what another part has, which lies in the room of this one. */
void part_take_over(struct part *part, const struct part *other);
uint64_t part_bytes_read(const struct part_reader *reader,
			 const struct part *part);
/* The part becomes a range of a heap. False without memory. */
bool part_give(const struct part_reader *reader, struct part *part,
	       struct heap_range *range);

/* What errno of a read at addr means; -1. */
int part_say(pid_t pid, uint64_t addr, int error, struct error *err);

#endif
