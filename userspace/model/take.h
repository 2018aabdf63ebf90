/* SPDX-License-Identifier: GPL-2.0 */
/* What is asked of a source; task and mm come always. */
#ifndef VMAVIEW_MODEL_TAKE_H
#define VMAVIEW_MODEL_TAKE_H

#include <stdint.h>

#define TAKE_VMAS	(1U << 0)	/* the areas */
#define TAKE_COUNTS	(1U << 1)	/* and what is resident in each */
#define TAKE_SHARING	(1U << 2)	/* counts and states know who shares; dear */
#define TAKE_PAGES	(1U << 3)	/* the state of each page in [start, end) */
#define TAKE_FRAMES	(1U << 4)	/* of these pages, the frames or tokens */
#define TAKE_TABLES	(1U << 5)	/* the page tables, by area */
#define TAKE_ENTRY	(1U << 6)	/* the way through the tables to address */
#define TAKE_SHARERS	(1U << 7)	/* what else maps the frame at address */
#define TAKE_HEAP	(1U << 8)	/* the heap of malloc; from no source, but
					   by heap/take.h and with areas */

struct take {
	unsigned int what;		/* TAKE_* */
	uint64_t start, end;		/* bytes, [start, end): TAKE_PAGES */
	uint64_t address;		/* TAKE_ENTRY, TAKE_SHARERS */
};

#endif
