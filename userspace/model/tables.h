/* SPDX-License-Identifier: GPL-2.0 */
/* The page tables of a process by area and level, and what they cost. */
#ifndef VMAVIEW_MODEL_TABLES_H
#define VMAVIEW_MODEL_TABLES_H

#include <stddef.h>
#include <stdint.h>

enum level { LEVEL_PTE, LEVEL_PMD, LEVEL_PUD, LEVEL_P4D, LEVEL_PGD, LEVEL_NR };

struct level_info {
	const char *name;	/* "pte" */
	const char *long_name;	/* "page table" */
	const char *meaning;
};

extern const struct level_info levels[LEVEL_NR];

/*
 * The tables of one area [start, end). A table that several areas use counts
 * for the first of them, so that sums are of the whole process.
 */
struct area_tables {
	uint64_t start, end;
	uint64_t used[LEVEL_NR];	/* entries that are not none */
	uint64_t pages[LEVEL_NR];	/* of these, that map pages themselves */
	uint64_t tables[LEVEL_NR];
	uint64_t deposited;		/* PTE tables kept for when a THP splits */
};

struct table_list {
	struct area_tables *areas;	/* ascending */
	size_t nr_areas, cap_areas;
	uint32_t table_size;		/* bytes of one table */
	uint32_t entries;		/* in one table */
};

/* NULL without memory. */
struct table_list *table_list_new(uint32_t table_size, uint32_t entries);
void table_list_free(struct table_list *list);
/* Appends a zeroed area, or returns NULL without memory. */
struct area_tables *table_list_add(struct table_list *list);
/* Sum over all areas that overlap [start, end). */
void table_list_sum(const struct table_list *list, uint64_t start,
		    uint64_t end, struct area_tables *sum);
/* Bytes that the tables of sum take, pgd and deposited ones included. */
uint64_t tables_bytes(const struct table_list *list,
		      const struct area_tables *sum);

#endif
