/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the benchmark's readers have in common: each reads all that one
 * interface of the kernel tells of a process, and says what it saw, so that
 * the runs can be compared before their times are.
 */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define PAGE	4096UL

/* The process that is read, and the range that readers of ranges read. */
struct subject {
	pid_t pid;
	uint64_t start, end;
	uint64_t nr_made;	/* areas or pages that it said to have made */
	int in;			/* its standard input: closed to end it */
};

/* Sums, which need not be held apart to be compared. */
struct seen {
	/* KNOWS_AREAS */
	uint64_t areas, bytes, rights, offsets, inodes, names;
	/* KNOWS_RSS: of all areas, in pages */
	uint64_t rss, anon, swap;
	/* KNOWS_RANGE: pages that are there in the range */
	uint64_t present;
	/* KNOWS_PLACES: the sum of their numbers, which are addresses / PAGE */
	uint64_t places;
	/* not compared */
	uint64_t calls, received, others, torn;
};

#define KNOWS_AREAS	(1U << 0)
#define KNOWS_RSS	(1U << 1)
#define KNOWS_RANGE	(1U << 2)
#define KNOWS_PLACES	(1U << 3)

static inline uint64_t sum_of_pages(uint64_t first, uint64_t nr)
{
	return nr * first + nr * (nr - 1) / 2;
}

/*
 * open and close are outside of what is measured, as a viewer keeps its files
 * open from one picture to the next. read is measured; it returns false, with
 * errno, when the kernel has no such interface.
 */
struct reader {
	const char *name;
	unsigned int knows;
	bool (*open)(const struct subject *subject);
	bool (*read)(const struct subject *subject, struct seen *seen);
	void (*close)(void);
};

/* ours.c */
extern const struct reader ours_list, ours_counts, ours_range, ours_map;

/* viewer.c */
extern const struct reader viewer_list, viewer_counts;

/* peers.c */
extern const struct reader peer_maps, peer_maps_opened, peer_smaps;
extern const struct reader peer_smaps_opened, peer_rollup, peer_pagemap;
extern const struct reader peer_places, peer_scan, peer_query;

/* bench.c: what a reader does for the comparison alone is not measured. */
void clock_stop(void);
void clock_go(void);
void __attribute__((noreturn)) give_up(const char *what);

#endif
