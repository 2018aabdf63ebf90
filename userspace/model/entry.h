/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The way of one address through the page tables, level by level, and what the
 * bits of an entry mean on the machine it is from.
 */
#ifndef VMAVIEW_MODEL_ENTRY_H
#define VMAVIEW_MODEL_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/tables.h"

struct entry_level {
	enum level level;
	unsigned int shift;	/* an entry maps 1 << shift bytes */
	uint32_t index;		/* of the entry in its table */
	uint32_t entries;	/* in the table */
	bool has_table;
	uint64_t table;		/* physical address of the table */
	uint64_t raw;		/* the entry ... */
	uint64_t raw_mask;	/* ... of which these bits are known */
};

struct entry_walk {
	uint64_t address;
	uint32_t state;		/* PAGE_*; PAGE_NONE: the walk ends in a hole */
	uint32_t has;		/* flags of state that are known */
	bool in_vma;
	uint64_t vma_start, vma_end;	/* if in_vma */
	bool has_frame;
	bool is_token;
	uint64_t frame;		/* or token, if has_frame */
	/* What the program's files call the place, raw; "": not known. */
	char symbol[256];
	/* From the top down to where the walk ends; folded levels left out. */
	struct entry_level levels[LEVEL_NR];
	unsigned int nr_levels;
};

/* What one field of an entry says. */
struct entry_bit {
	unsigned int first, last;	/* bit numbers, first <= last */
	const char *name;		/* "P" */
	const char *long_name;		/* "present" */
	const char *meaning;		/* one or two sentences */
	/* Shifted down; as it is meant, where the kernel stores it inverted. */
	uint64_t value;
	bool known;			/* all its bits are in raw_mask */
};

#define ENTRY_BITS_MAX	32

enum entry_form {
	ENTRY_IS_NONE,
	ENTRY_IS_TABLE,		/* leads to the next level */
	ENTRY_IS_PAGE,		/* maps a page of this level's size */
	ENTRY_IS_ABSENT,	/* not present: swap, migration or a marker */
	ENTRY_IS_UNKNOWN,	/* a machine whose entries we don't know */
};

/*
 * Names the fields of the entry walk->levels[level] as the machine ("x86_64")
 * has them, highest bits first. Returns their number, 0 for an unknown
 * machine.
 */
size_t entry_bits(const char *machine, const struct entry_walk *walk,
		  unsigned int level, struct entry_bit bits[ENTRY_BITS_MAX]);
/* On an unknown machine what the place in the walk and its state tell. */
enum entry_form entry_form(const char *machine, const struct entry_walk *walk,
			   unsigned int level);

/* Why the walk ends where it does, in a sentence or two. */
void entry_end(const char *machine, const struct entry_walk *walk, char *out,
	       size_t size);

#endif
