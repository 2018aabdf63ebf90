/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a lab is inside. A command becomes steps; a step is one request to the
 * host with blocks by number, not by address, so that the same steps can be
 * done again in another host (undo, and after a death).
 */
#ifndef VMAVIEW_LAB_STATE_H
#define VMAVIEW_LAB_STATE_H

#include "heap/take.h"
#include "lab/block.h"
#include "lab/host.h"
#include "lab/lab.h"
#include "lab/words.h"

#define FIRST_RANDOM	88172645463325252ULL
#define STEPS_MAX	500000	/* of a lab; each is remembered */
#define REPEAT_MAX	100000

struct step {
	uint16_t op;		/* enum wire_op */
	uint8_t thread;
	bool by_chance;
	uint32_t block;		/* whose address it takes, or NO_BLOCK */
	/* As in a request, but of WIRE_READ and WIRE_WRITE: pages [a, b] of
	   the block, the first one it lies in being number 0. */
	uint64_t a, b;
	char name[BLOCK_NAME];	/* of the block that it makes; "": makes none */
};

/* Where a line of commands began. */
struct mark {
	size_t step;
	uint64_t random;
	uint32_t nr_unnamed, nr_chance;
};

/* What the kernel had of the host at one moment; see kernel.c. */
struct picture {
	struct snapshot *snap;	/* NULL: it could not be taken */
	uint64_t brk;		/* as the kernel told the host */
	char why[300];		/* it could not be taken */
};

struct lab {
	struct lab_options options;	/* texts are the lab's own */
	char *profile, *allocator_options, *program;
	struct host host;
	bool is_dead;		/* the host; the next command starts another */
	uint64_t page_size;

	struct block_list blocks;
	struct step *steps;
	size_t nr_steps, cap_steps;
	struct mark *marks;
	size_t nr_marks, cap_marks;
	uint64_t random;		/* state of the generator */
	uint32_t nr_unnamed, nr_chance;	/* blocks named so far */

	struct source *source;		/* of the host; NULL: not yet */
	struct heap_taker *taker;	/* likewise */
	/* Around the last line that did something. */
	struct picture before, after;
	bool is_same;			/* nothing changed: before is empty */
	struct heap *heap;		/* after it; NULL: not asked for yet */
	char no_heap[300];

	/* Of the last line that did something. */
	struct event_list events;
	uint64_t faults;
	struct lab_report *report;	/* while a line is carried out */
	struct words words;		/* likewise */
	unsigned int nr_expected, nr_failed;
	char completion[BLOCK_NAME * 64];
};

enum unit { UNIT_ADDRESS, UNIT_BYTES, UNIT_COUNT };

/* A command being carried out. */
struct call {
	struct lab *lab;
	const struct lab_command *command;
	const char *line;
	char **args;
	const size_t *at;	/* where each begins in the line */
	unsigned int nr;
	bool more;		/* there were too many words to be cut */
	const char *name;	/* "a" of "a = ", or NULL */
	unsigned int thread;
	uint64_t i, rounds;	/* of a repeat, from 1; 0: none */
};

struct lab_command {
	const char *name, *args, *help;
	unsigned int min, max;	/* words behind the name */
	bool makes_block;	/* may have "a = " in front */
	bool acts;		/* asks the host for something */
	/* 0, or -1 with *err. */
	int (*run)(struct call *call, struct error *err);
};

/* ---- lab.c ---- */

#define say(lab, ...)	lab_report_add((lab)->report, __VA_ARGS__)

/* Another host, in which nothing was done; the history stays. */
int lab_open_host(struct lab *lab, struct error *err);
/* The heap after the last command, or NULL and lab->no_heap. */
const struct heap *lab_heap(struct lab *lab);

/* ---- history.c ---- */

/* A line begins that will do something. */
int lab_add_mark(struct lab *lab, struct error *err);
/*
 * Records a step, carries it out, and says what came of it unless the call is
 * in the middle of a long repeat. *reply may be NULL. -1 with *err.
 */
int lab_step(const struct call *call, const struct step *step,
	     struct wire_reply *reply, struct error *err);
/* Another host, in which the first nr_marks lines are done again. */
int lab_replay(struct lab *lab, size_t nr_marks, struct error *err);
/* Another host, with nothing done in it. */
int lab_restart(struct lab *lab, const char *profile, struct error *err);

/* ---- commands.c: those that act; session.c: the others ---- */

extern const struct lab_command act_commands[];
extern const struct lab_command session_commands[];
/* The next of all commands; NULL gives the first one, and the last one NULL. */
const struct lab_command *lab_command_next(const struct lab_command *command);
const struct lab_command *lab_command_find(const char *name);
/* The block a word names. -1 with *err. */
int lab_block(const struct call *call, const char *word, uint32_t *block,
	      struct error *err);
int lab_number(const struct call *call, unsigned int arg, uint64_t *value,
	       struct error *err);

/* ---- tell.c, change.c: results, events and the kernel's part as lines ---- */

void tell_step(const struct call *call, const struct step *step,
	       const struct wire_reply *reply);
void tell_events(struct lab *lab);
/* Does the event have this name? */
bool tell_is_named(const struct wire_event *event, const char *name);
/* Is it about memory that was asked of the kernel, or given back? */
bool tell_asks_kernel(const struct wire_event *event);
/* A member of the main arena's state. */
bool tell_find_field(const struct heap *heap, const char *name,
		     uint64_t *value);
void tell_kernel(struct lab *lab);

/* ---- kernel.c ---- */

/* A new picture becomes after, and what was that becomes before. */
void kernel_look(struct lab *lab);
/* Nothing has changed: what is after is before, too. */
void kernel_same(struct lab *lab);
void kernel_forget(struct lab *lab);
const struct picture *picture_before(const struct lab *lab);

/* What a picture tells. */
struct kernel_value {
	const char *name;	/* "brk" */
	const char *meaning;
	enum unit unit;
	bool is_told;		/* a change is; others follow from these */
	/* False: it is not known. */
	bool (*read)(const struct lab *lab, const struct picture *picture,
		     uint64_t *value);
};

extern const struct kernel_value kernel_values[];
extern const size_t nr_kernel_values;

/* Of [start, end): bytes on frames of its own and on the zero page. */
bool kernel_resident(struct lab *lab, uint64_t start, uint64_t end,
		     uint64_t *own, uint64_t *zero);

/* ---- listing.c, leaks.c: what is said of the whole heap ---- */

void listing_stats(struct lab *lab);
void listing_chunks(struct lab *lab);
void listing_bins(struct lab *lab);
/* Says what the log of mtrace() has that was never given back. */
void leaks_tell(struct lab *lab);
/* How many blocks these are, and their bytes. False: there is no log,
   or it can't be read. */
bool leaks_count(struct lab *lab, uint64_t *nr, uint64_t *bytes);

/* ---- operand.c, expect.c ---- */

/* Differences of addresses, and sizes. */
#ifdef __SIZEOF_INT128__
typedef __int128 wide;
#else
typedef int64_t wide;		/* of a machine whose addresses have 32 bits */
#endif

/* One operand, or the difference of two, now and before the last command. */
struct value {
	wide now, before;
	bool has_now, has_before;
	bool is_address;
	char why[300];		/* it is not known */
};

/* -1 with *err: nothing is called so. */
int operand_read(const struct call *call, const char *word,
		 struct value *value, struct error *err);

/* words[0 ... nr): a claim. Says whether it holds. -1 with *err: no claim. */
int expect_claim(const struct call *call, struct error *err);

#endif
