// SPDX-License-Identifier: GPL-2.0
/* The lab's life, and what a line goes through. */
#include "lab/lab.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lab/state.h"

/* ---- life ---- */

static void close_host(struct lab *lab)
{
	kernel_forget(lab);
	heap_free(lab->heap);
	lab->heap = NULL;
	if (lab->source)
		source_close(lab->source);
	lab->source = NULL;
	heap_taker_free(lab->taker);
	lab->taker = NULL;
	host_stop(&lab->host);
}

int lab_open_host(struct lab *lab, struct error *err)
{
	close_host(lab);
	lab->is_dead = true;
	if (host_start(&lab->host, lab->program, lab->profile,
		       lab->allocator_options, err))
		return -1;
	lab->is_dead = false;
	lab->source = source_open(lab->options.source, lab->host.pid, err);
	if (!lab->source) {
		host_stop(&lab->host);
		lab->is_dead = true;
		return -1;
	}
	lab->taker = heap_taker_new(lab->host.pid);
	return 0;
}

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

struct lab *lab_start(const struct lab_options *options, struct error *err)
{
	struct lab *lab = calloc(1, sizeof(*lab));

	if (!lab) {
		error_set(err, ERR_FAILED, "out of memory");
		return NULL;
	}
	lab->options = *options;
	lab->profile = strdup(options->profile);
	lab->allocator_options = copy(options->options);
	lab->program = copy(options->host);
	lab->random = FIRST_RANDOM;
	lab->page_size = sysconf(_SC_PAGESIZE);
	if (!lab->profile || (options->options && !lab->allocator_options) ||
	    (options->host && !lab->program))
		error_set(err, ERR_FAILED, "out of memory");
	else if (!lab_open_host(lab, err)) {
		kernel_look(lab);
		return lab;
	}
	lab_stop(lab);
	return NULL;
}

void lab_stop(struct lab *lab)
{
	if (!lab)
		return;
	close_host(lab);
	block_list_free(&lab->blocks);
	event_list_free(&lab->events);
	free(lab->steps);
	free(lab->marks);
	free(lab->profile);
	free(lab->allocator_options);
	free(lab->program);
	free(lab);
}

pid_t lab_pid(const struct lab *lab)
{
	return lab->host.pid;
}

unsigned int lab_expected(const struct lab *lab)
{
	return lab->nr_expected;
}

unsigned int lab_failed(const struct lab *lab)
{
	return lab->nr_failed;
}

const char *lab_name(const struct lab *lab, uint64_t mem)
{
	uint32_t number = block_at(&lab->blocks, mem);
	const struct block *block;

	if (number == NO_BLOCK)
		return NULL;
	block = &lab->blocks.blocks[number];
	if (block->state != BLOCK_LIVE ||
	    block_find(&lab->blocks, block->name) != number)
		return NULL;
	return block->name;
}

const struct heap *lab_heap(struct lab *lab)
{
	const struct heap_how how = { .nr_events = 0 };
	struct error err = { ERR_FAILED, "out of memory" };

	if (lab->heap)
		return lab->heap;
	if (!lab->after.snap)
		error_set(&err, ERR_FAILED, "%.280s", lab->after.why);
	else if (lab->taker)
		lab->heap = heap_take(lab->taker, lab->after.snap, &how, &err);
	if (!lab->heap)
		memcpy(lab->no_heap, err.text, sizeof(lab->no_heap));
	return lab->heap;
}

/* ---- lines ---- */

/* The words in front of a command: "thread 2", "repeat 100". */
static int read_prefixes(struct call *call, struct error *err)
{
	uint64_t value;

	while (call->nr && (!strcmp(call->args[0], "thread") ||
			    !strcmp(call->args[0], "repeat"))) {
		bool is_thread = call->args[0][0] == 't';
		uint64_t max = is_thread ? WIRE_THREADS : REPEAT_MAX;

		if (call->nr < 3 || !words_number(call->args[1], &value) ||
		    !value || value > max)
			return error_set(err, ERR_USAGE,
					 "%s wants a number from 1 to %" PRIu64 " and a command",
					 call->args[0], max);
		if (is_thread)
			call->thread = value;
		else if (call->rounds)
			return error_set(err, ERR_USAGE,
					 "a repeat in a repeat: give one number");
		else
			call->rounds = value;
		call->args += 2;
		call->at += 2;
		call->nr -= 2;
	}
	return 0;
}

static int read_command(struct call *call, struct error *err)
{
	const struct lab_command *command;

	if (call->nr > 2 && !strcmp(call->args[1], "=")) {
		call->name = call->args[0];
		call->args += 2;
		call->at += 2;
		call->nr -= 2;
	}
	command = lab_command_find(call->args[0]);
	if (!command)
		return error_set(err, ERR_USAGE,
				 "%.60s is no command: help lists them all",
				 call->args[0]);
	call->command = command;
	call->args++;
	call->at++;
	call->nr--;
	if (call->name && !command->makes_block)
		return error_set(err, ERR_USAGE,
				 "%s makes no block that %.40s could be",
				 command->name, call->name);
	if ((call->rounds || call->thread > 1) && !command->acts)
		return error_set(err, ERR_USAGE,
				 "%s asks nothing of the host: it goes without thread and repeat",
				 command->name);
	if (call->nr < command->min || call->nr > command->max ||
	    (call->more && command->max < WORDS_MAX))
		return error_set(err, ERR_USAGE, "too %s words: %s%s%s",
				 call->nr < command->min ? "few" : "many",
				 command->name, *command->args ? " " : "",
				 command->args);
	return 0;
}

static int run_rounds(struct call *call, struct error *err)
{
	char text[sizeof(err->text)];

	if (!call->rounds)
		return call->command->run(call, err);
	for (call->i = 1; call->i <= call->rounds; call->i++) {
		if (!call->command->run(call, err))
			continue;
		memcpy(text, err->text, sizeof(text));
		return error_set(err, err->kind, "in round %" PRIu64 ": %.250s",
				 call->i, text);
	}
	return 0;
}

static void tell_words(struct lab *lab)
{
	char words[1000], *save, *line;

	if (lab->is_dead || !host_words(&lab->host, words, sizeof(words)))
		return;
	for (line = strtok_r(words, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		say(lab, LAB_EVENT, "it says: %s", line);
}

/*
 * Did anything happen that can have changed what the kernel has? A picture
 * costs a thousand times what a call does that only moves chunks about.
 */
static bool kernel_may_differ(const struct lab *lab)
{
	size_t i;

	if (lab->faults || lab->events.lost || lab->events.failed ||
	    !lab->after.snap || lab->after.brk != lab->host.brk)
		return true;
	for (i = 0; i < lab->events.nr; i++)
		if (tell_asks_kernel(&lab->events.events[i]))
			return true;
	return false;
}

static int run_acting(struct call *call, struct error *err)
{
	struct lab *lab = call->lab;
	size_t steps = lab->nr_steps;
	int ret;

	if (lab_add_mark(lab, err))
		return -1;
	event_list_free(&lab->events);
	lab->faults = 0;
	ret = run_rounds(call, err);
	if (lab->is_dead) {
		/* Its last line is not to be done again. */
		lab->nr_marks--;
		lab->nr_steps = steps;
		return ret;
	}
	if (lab->nr_steps == steps) {
		lab->nr_marks--;
		return ret;
	}
	heap_free(lab->heap);
	lab->heap = NULL;
	tell_words(lab);
	if (kernel_may_differ(lab))
		kernel_look(lab);
	else
		kernel_same(lab);
	tell_events(lab);
	tell_kernel(lab);
	return ret;
}

/* A host again, if the last one has died. */
static int revive(struct lab *lab, struct error *err)
{
	if (!lab->is_dead)
		return 0;
	if (lab_replay(lab, lab->nr_marks, err))
		return -1;
	say(lab, LAB_TEXT, "a new host, process %d, in which %zu %s done again",
	    (int)lab->host.pid, lab->nr_steps,
	    lab->nr_steps == 1 ? "step was" : "steps were");
	return 0;
}

static int run_words(struct lab *lab, const char *line, struct error *err)
{
	struct call call = { .lab = lab, .line = line, .thread = 1 };

	if (words_cut(&lab->words, line, err))
		return -1;
	if (!lab->words.nr)
		return 0;
	call.args = lab->words.word;
	call.at = lab->words.at;
	call.nr = lab->words.nr;
	call.more = lab->words.more;
	if (read_prefixes(&call, err) || read_command(&call, err) ||
	    revive(lab, err))
		return -1;
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): read_command() found one */
	if (!call.command->acts)
		return call.command->run(&call, err);
	say(lab, LAB_COMMAND, "%s", line);
	return run_acting(&call, err);
}

int lab_run(struct lab *lab, const char *line, struct lab_report *report,
	    struct error *err)
{
	size_t lines = report->nr;
	int ret;

	lab->report = report;
	ret = run_words(lab, line, err);
	/* What is wrong with a line is told below it. */
	if (ret && report->nr == lines)
		say(lab, LAB_COMMAND, "%s", line);
	return ret;
}
