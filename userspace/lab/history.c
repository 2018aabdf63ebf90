// SPDX-License-Identifier: GPL-2.0
/*
 * What was done in the host, step by step, so that it can be done again in
 * another one.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lab/state.h"

/* Of a repeat, so many rounds at its start are told of one by one. */
#define ROUNDS_TOLD	3

/* Room for one more; false without memory. */
static bool grow(void **array, size_t *cap, size_t nr, size_t size)
{
	size_t want = *cap ? *cap * 2 : 64;
	void *more;

	if (nr < *cap)
		return true;
	more = reallocarray(*array, want, size);
	if (!more)
		return false;
	*array = more;
	*cap = want;
	return true;
}

int lab_add_mark(struct lab *lab, struct error *err)
{
	if (!grow((void **)&lab->marks, &lab->cap_marks, lab->nr_marks,
		  sizeof(*lab->marks)))
		return error_set(err, ERR_FAILED, "out of memory");
	lab->marks[lab->nr_marks++] = (struct mark){
		lab->nr_steps, lab->random, lab->nr_unnamed, lab->nr_chance,
	};
	return 0;
}

static struct wire_request request_of(const struct lab *lab,
				      const struct step *step)
{
	struct wire_request request = {
		.op = step->op, .thread = step->thread,
		.a = step->a, .b = step->b,
	};
	const struct block *block;
	uint64_t first;

	if (step->block == NO_BLOCK)
		return request;
	block = &lab->blocks.blocks[step->block];
	request.address = block->mem;
	first = block->mem & -lab->page_size;
	if (step->op == WIRE_FILL)
		request.a = block->mem + block->usable;
	if (step->op != WIRE_READ && step->op != WIRE_WRITE)
		return request;
	if (step->a)
		request.address = first + step->a * lab->page_size;
	request.a = first + (step->b + 1) * lab->page_size;
	if (request.a > block->mem + block->usable)
		request.a = block->mem + block->usable;
	return request;
}

/* What is known of blocks after a step. False without memory. */
static bool note_blocks(struct lab *lab, const struct step *step,
			const struct wire_reply *reply)
{
	struct block *block;
	uint32_t number;

	/* A realloc() that failed has left the block as it was. */
	if (step->op == WIRE_FREE ||
	    (step->op == WIRE_REALLOC && (reply->result || !step->a)))
		lab->blocks.blocks[step->block].state = BLOCK_FREED;
	if (!*step->name)
		return true;
	number = block_add(&lab->blocks, step->name, reply->result);
	if (number == NO_BLOCK)
		return false;
	block = &lab->blocks.blocks[number];
	block->usable = reply->usable;
	block->by_chance = step->by_chance;
	block->state = !reply->result ? BLOCK_NONE :
		       step->op == WIRE_SBRK ? BLOCK_FOREIGN : BLOCK_LIVE;
	return true;
}

static int carry_out(struct lab *lab, const struct step *step,
		     struct wire_reply *reply, struct error *err)
{
	const struct wire_request request = request_of(lab, step);

	if (host_call(&lab->host, &request, reply, &lab->events, err)) {
		lab->is_dead = true;
		return -1;
	}
	lab->faults += reply->faults;
	if (!note_blocks(lab, step, reply))
		return error_set(err, ERR_FAILED, "out of memory");
	return 0;
}

/* Says which block nobody can name any more, if one has the name now. */
static void tell_lost(const struct call *call, const struct step *step)
{
	const struct lab *lab = call->lab;
	const struct block *block;
	uint32_t number;

	if (!*step->name)
		return;
	number = block_find(&lab->blocks, step->name);
	if (number == NO_BLOCK || number == step->block)
		return;
	block = &lab->blocks.blocks[number];
	if (block->state == BLOCK_LIVE)
		say(call->lab, LAB_TEXT,
		    "the block at 0x%" PRIx64 " was called %s until now: nobody can free it any more",
		    block->mem, block->name);
}

int lab_step(const struct call *call, const struct step *step,
	     struct wire_reply *reply, struct error *err)
{
	struct lab *lab = call->lab;
	struct wire_reply own;
	bool is_told = call->i <= ROUNDS_TOLD || call->i == call->rounds;

	if (lab->nr_steps >= STEPS_MAX)
		return error_set(err, ERR_FAILED,
				 "a lab remembers %d steps, and all are taken: begin anew with profile %s",
				 STEPS_MAX, lab->profile);
	if (!grow((void **)&lab->steps, &lab->cap_steps, lab->nr_steps,
		  sizeof(*lab->steps)))
		return error_set(err, ERR_FAILED, "out of memory");
	lab->steps[lab->nr_steps++] = *step;
	if (is_told)
		tell_lost(call, step);
	if (carry_out(lab, step, reply ? reply : &own, err))
		return -1;
	if (is_told && !step->by_chance)
		tell_step(call, step, reply ? reply : &own);
	else if (call->i == ROUNDS_TOLD + 1)
		say(lab, LAB_RESULT, "...");
	return 0;
}

int lab_replay(struct lab *lab, size_t nr_marks, struct error *err)
{
	struct wire_reply reply;
	size_t i;

	if (nr_marks < lab->nr_marks) {
		const struct mark *mark = &lab->marks[nr_marks];

		lab->nr_steps = mark->step;
		lab->random = mark->random;
		lab->nr_unnamed = mark->nr_unnamed;
		lab->nr_chance = mark->nr_chance;
		lab->nr_marks = nr_marks;
	}
	block_list_free(&lab->blocks);
	if (lab_open_host(lab, err))
		return -1;
	for (i = 0; i < lab->nr_steps; i++) {
		lab->events.nr = 0;
		if (carry_out(lab, &lab->steps[i], &reply, err))
			return -1;
	}
	event_list_free(&lab->events);
	kernel_look(lab);
	kernel_same(lab);
	return 0;
}

int lab_restart(struct lab *lab, const char *profile, struct error *err)
{
	char *name = strdup(profile);

	if (!name)
		return error_set(err, ERR_FAILED, "out of memory");
	free(lab->profile);
	lab->profile = name;
	lab->nr_steps = lab->nr_marks = 0;
	lab->nr_unnamed = lab->nr_chance = 0;
	lab->random = FIRST_RANDOM;
	return lab_replay(lab, 0, err);
}
