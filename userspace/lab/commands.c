// SPDX-License-Identifier: GPL-2.0
/* The commands that ask the host for something, each as one step or many. */
#include <inttypes.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "lab/state.h"

/* Bytes that one command may write. */
#define FILL_MAX	((uint64_t)1 << 30)
#define PICKS_MAX	1000

int lab_number(const struct call *call, unsigned int arg, uint64_t *value,
	       struct error *err)
{
	if (words_number(call->args[arg], value))
		return 0;
	return error_set(err, ERR_USAGE,
			 "%.60s is no number: give 4096, 0x1000 or 4k, at most 0xffffffffffffffff",
			 call->args[arg]);
}

int lab_block(const struct call *call, const char *word, uint32_t *block,
	      struct error *err)
{
	char name[BLOCK_NAME];

	if (words_name(word, call->i, name, err))
		return -1;
	*block = block_find(&call->lab->blocks, name);
	if (*block != NO_BLOCK)
		return 0;
	return error_set(err, ERR_USAGE,
			 "no block is called %s: name = malloc 100 makes one",
			 name);
}

/* Words that a claim takes for something else. */
static bool is_taken(const char *name)
{
	static const char *const others[] = {
		"top", "av", "arenas", "system", "used", "cached", "leaks",
		"events", "thread", "repeat", NULL
	};
	size_t i;

	if (lab_command_find(name))
		return true;
	for (i = 0; i < nr_kernel_values; i++)
		if (!strcmp(name, kernel_values[i].name))
			return true;
	for (i = 0; i < nr_heap_events; i++)
		if (!strcmp(name, heap_events[i].name))
			return true;
	for (i = 0; others[i]; i++)
		if (!strcmp(name, others[i]))
			return true;
	return false;
}

/* The name of the block that the call makes. */
static int name_result(const struct call *call, char name[BLOCK_NAME],
		       struct error *err)
{
	char plain[BLOCK_NAME];

	if (!call->name) {
		snprintf(name, BLOCK_NAME, "_%u", ++call->lab->nr_unnamed);
		return 0;
	}
	if (call->i && words_is_name(call->name)) {
		if (snprintf(plain, sizeof(plain), "%s[i]", call->name) < 0 ||
		    words_name(plain, call->i, name, err))
			return -1;
	} else if (words_name(call->name, call->i, name, err)) {
		return -1;
	}
	if (is_taken(call->name))
		return error_set(err, ERR_USAGE,
				 "%.40s means something else in claims and commands: take another name",
				 call->name);
	return 0;
}

static struct step new_step(const struct call *call, enum wire_op op)
{
	return (struct step){
		.op = op, .thread = call->thread, .block = NO_BLOCK,
	};
}

/* ---- taking and giving back ---- */

static int run_malloc(struct call *call, struct error *err)
{
	struct step step = new_step(call, WIRE_MALLOC);

	if (lab_number(call, 0, &step.a, err) ||
	    name_result(call, step.name, err))
		return -1;
	return lab_step(call, &step, NULL, err);
}

/* Two numbers and a block that comes of them. */
static int run_pair(struct call *call, enum wire_op op, struct error *err)
{
	struct step step = new_step(call, op);

	if (lab_number(call, 0, &step.a, err) ||
	    lab_number(call, 1, &step.b, err) ||
	    name_result(call, step.name, err))
		return -1;
	return lab_step(call, &step, NULL, err);
}

static int run_calloc(struct call *call, struct error *err)
{
	return run_pair(call, WIRE_CALLOC, err);
}

static int run_memalign(struct call *call, struct error *err)
{
	return run_pair(call, WIRE_MEMALIGN, err);
}

static int run_realloc(struct call *call, struct error *err)
{
	struct step step = new_step(call, WIRE_REALLOC);

	if (lab_block(call, call->args[0], &step.block, err) ||
	    lab_number(call, 1, &step.a, err) ||
	    name_result(call, step.name, err))
		return -1;
	return lab_step(call, &step, NULL, err);
}

static int run_sbrk(struct call *call, struct error *err)
{
	struct step step = new_step(call, WIRE_SBRK);

	if (lab_number(call, 0, &step.a, err))
		return -1;
	if (step.a > INT64_MAX)
		return error_set(err, ERR_USAGE,
				 "sbrk %.40s: at most 0x7fffffffffffffff",
				 call->args[0]);
	if (name_result(call, step.name, err))
		return -1;
	return lab_step(call, &step, NULL, err);
}

static int run_free(struct call *call, struct error *err)
{
	struct step step = new_step(call, WIRE_FREE);

	if (lab_block(call, call->args[0], &step.block, err))
		return -1;
	return lab_step(call, &step, NULL, err);
}

/* ---- using ---- */

/* A block with memory, to be used: also one that is freed. */
static int find_memory(const struct call *call, uint32_t *number,
		       struct error *err)
{
	const struct block *block;

	if (lab_block(call, call->args[0], number, err))
		return -1;
	block = &call->lab->blocks.blocks[*number];
	if (block->usable)
		return 0;
	return error_set(err, ERR_USAGE, "%s has no byte that could be used",
			 block->name);
}

static int run_touch(struct call *call, struct error *err)
{
	struct step step = new_step(call, WIRE_WRITE);
	uint64_t page = call->lab->page_size, last;
	const struct block *block;
	unsigned int nr = call->nr;

	if (nr > 1 && (!strcmp(call->args[nr - 1], "read") ||
		       !strcmp(call->args[nr - 1], "write"))) {
		step.op = *call->args[nr - 1] == 'r' ? WIRE_READ : WIRE_WRITE;
		nr--;
	}
	if (nr > 3)
		return error_set(err, ERR_USAGE,
				 "touch %.40s: two pages, then read or write",
				 call->args[0]);
	if (find_memory(call, &step.block, err))
		return -1;
	block = &call->lab->blocks.blocks[step.block];
	last = (block->mem % page + block->usable - 1) / page;
	step.b = last;
	if (nr > 1 && lab_number(call, 1, &step.a, err))
		return -1;
	if (nr > 1)
		step.b = step.a;
	if (nr > 2 && lab_number(call, 2, &step.b, err))
		return -1;
	if (step.b > last || step.a > step.b)
		return error_set(err, ERR_USAGE,
				 "%s has the pages 0 to %" PRIu64 ": give the first and the last",
				 block->name, last);
	return lab_step(call, &step, NULL, err);
}

static int run_fill(struct call *call, struct error *err)
{
	struct step step = new_step(call, WIRE_FILL);

	if (find_memory(call, &step.block, err) ||
	    lab_number(call, 1, &step.b, err))
		return -1;
	if (step.b > UINT8_MAX)
		return error_set(err, ERR_USAGE,
				 "fill with %.40s: a byte is at most 255",
				 call->args[1]);
	if (call->lab->blocks.blocks[step.block].usable > FILL_MAX)
		return error_set(err, ERR_USAGE,
				 "fill writes no more than 1 GiB: this machine needs its memory");
	return lab_step(call, &step, NULL, err);
}

/* ---- the allocator itself ---- */

static int run_trim(struct call *call, struct error *err)
{
	struct step step = new_step(call, WIRE_TRIM);

	if (call->nr && lab_number(call, 0, &step.a, err))
		return -1;
	return lab_step(call, &step, NULL, err);
}

static int run_mallopt(struct call *call, struct error *err)
{
	static const struct {
		const char *name;
		int number;
	} parameters[] = {
		{ "mxfast", M_MXFAST },
		{ "trim_threshold", M_TRIM_THRESHOLD },
		{ "top_pad", M_TOP_PAD },
		{ "mmap_threshold", M_MMAP_THRESHOLD },
		{ "mmap_max", M_MMAP_MAX },
		{ "perturb", M_PERTURB },
		{ "arena_max", M_ARENA_MAX },
		{ "arena_test", M_ARENA_TEST },
		{ "check_action", M_CHECK_ACTION },
	};
	struct step step = new_step(call, WIRE_MALLOPT);
	size_t i;

	if (lab_number(call, 1, &step.b, err))
		return -1;
	if (step.b > INT_MAX)
		return error_set(err, ERR_USAGE,
				 "mallopt takes an int: at most %d", INT_MAX);
	for (i = 0; i < sizeof(parameters) / sizeof(*parameters); i++) {
		if (strcmp(call->args[0], parameters[i].name))
			continue;
		step.a = (uint32_t)parameters[i].number;
		return lab_step(call, &step, NULL, err);
	}
	return error_set(err, ERR_USAGE,
			 "mallopt knows mxfast, trim_threshold, top_pad, mmap_threshold, mmap_max, perturb, arena_max, arena_test, check_action; not %.40s",
			 call->args[0]);
}

static int run_check(struct call *call, struct error *err)
{
	const struct step step = new_step(call, WIRE_CHECK);

	return lab_step(call, &step, NULL, err);
}

static int run_mtrace(struct call *call, struct error *err)
{
	struct step step = new_step(call, WIRE_MTRACE);

	step.a = call->command->name[1] == 't';
	return lab_step(call, &step, NULL, err);
}

/* ---- chance ---- */

static uint64_t next_random(struct lab *lab)
{
	lab->random ^= lab->random << 13;
	lab->random ^= lab->random >> 7;
	lab->random ^= lab->random << 17;
	return lab->random;
}

/*
 * A live one of the blocks by chance, or NO_BLOCK: it is looked for from a
 * place of chance on, a bounded way.
 */
static uint32_t pick(struct lab *lab)
{
	uint32_t nr = lab->blocks.nr, i, tries;
	const struct block *block;

	if (!nr)
		return NO_BLOCK;
	i = next_random(lab) % nr;
	for (tries = 0; tries < PICKS_MAX; tries++, i = (i + 1) % nr) {
		block = &lab->blocks.blocks[i];
		if (block->by_chance && block->state == BLOCK_LIVE)
			return i;
	}
	return NO_BLOCK;
}

static int one_by_chance(struct call *call, uint64_t min, uint64_t max,
			 struct error *err)
{
	struct step step = new_step(call, WIRE_FREE);
	struct lab *lab = call->lab;

	if (next_random(lab) & 1)
		step.block = pick(lab);
	if (step.block == NO_BLOCK) {
		step.op = WIRE_MALLOC;
		step.a = min + next_random(lab) % (max - min + 1);
		step.by_chance = true;
		snprintf(step.name, sizeof(step.name), "r[%u]",
			 ++lab->nr_chance);
	}
	return lab_step(call, &step, NULL, err);
}

static int run_random(struct call *call, struct error *err)
{
	uint64_t nr, min, max, i;

	if (lab_number(call, 0, &nr, err) || lab_number(call, 1, &min, err) ||
	    lab_number(call, 2, &max, err))
		return -1;
	if (!nr || nr > REPEAT_MAX || min > max || max > FILL_MAX)
		return error_set(err, ERR_USAGE,
				 "random wants 1 to %d calls and two sizes, the smaller first, at most 1g",
				 REPEAT_MAX);
	call->rounds = nr;
	for (i = 0; i < nr; i++) {
		call->i = i + 1;
		if (one_by_chance(call, min, max, err))
			return -1;
	}
	return 0;
}

const struct lab_command act_commands[] = {
	{ "malloc", "BYTES", "a = malloc 100", 1, 1, true, true, run_malloc },
	{ "calloc", "NUMBER BYTES", "so many times so many bytes, cleared",
	  2, 2, true, true, run_calloc },
	{ "realloc", "BLOCK BYTES", "b = realloc a 4000", 2, 2, true, true,
	  run_realloc },
	{ "memalign", "ALIGNMENT BYTES", "a = memalign 4096 100", 2, 2, true,
	  true, run_memalign },
	{ "sbrk", "BYTES", "the break, moved past the allocator", 1, 1, true,
	  true, run_sbrk },
	{ "free", "BLOCK", "also of a block that is freed already", 1, 1,
	  false, true, run_free },
	{ "touch", "BLOCK [FIRST [LAST]] [read|write]",
	  "a byte of each of these pages; all of them if none are given",
	  1, 4, false, true, run_touch },
	{ "fill", "BLOCK BYTE", "all bytes that may be used", 2, 2, false,
	  true, run_fill },
	{ "trim", "[PAD]", "malloc_trim()", 0, 1, false, true, run_trim },
	{ "mallopt", "PARAMETER VALUE", "mallopt mmap_threshold 65536", 2, 2,
	  false, true, run_mallopt },
	{ "check", "", "the allocator's invariants, all of them", 0, 0, false,
	  true, run_check },
	{ "mtrace", "", "from here on a log of what is taken and given back",
	  0, 0, false, true, run_mtrace },
	{ "muntrace", "", "ends the log", 0, 0, false, true, run_mtrace },
	{ "random", "CALLS MIN MAX",
	  "malloc of so many bytes or free, as chance has it", 3, 3, false,
	  true, run_random },
	{ .name = NULL },
};
