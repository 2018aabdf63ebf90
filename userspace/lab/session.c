// SPDX-License-Identifier: GPL-2.0
/* The commands that ask the host for nothing. */
#include <inttypes.h>
#include <string.h>

#include "lab/state.h"

/* What stands behind the command, as it was written. */
static const char *rest_of(const struct call *call)
{
	return call->nr ? call->line + call->at[0] : "";
}

/* What shows something says first what it was asked for. */
static void echo(const struct call *call)
{
	say(call->lab, LAB_COMMAND, "%s%s%s", call->command->name,
	    call->nr ? " " : "", rest_of(call));
}

static int run_say(struct call *call, struct error *err)
{
	(void)err;
	say(call->lab, LAB_TEXT, "%s", rest_of(call));
	return 0;
}

static int run_ask(struct call *call, struct error *err)
{
	(void)err;
	say(call->lab, LAB_QUESTION, "%s",
	    call->nr ? rest_of(call) : "and now?");
	return 0;
}

static int run_seed(struct call *call, struct error *err)
{
	uint64_t value;

	if (lab_number(call, 0, &value, err))
		return -1;
	/* The generator stays at 0 for ever. */
	call->lab->random = value ? value : UINT64_MAX;
	return 0;
}

static int run_profile(struct call *call, struct error *err)
{
	struct lab *lab = call->lab;

	if (strcmp(call->args[0], "article") && strcmp(call->args[0], "fast"))
		return error_set(err, ERR_USAGE,
				 "there are the profiles article and fast, no %.40s",
				 call->args[0]);
	if (lab_restart(lab, call->args[0], err))
		return -1;
	echo(call);
	say(lab, LAB_RESULT, "a new host, process %d, in the profile %s",
	    (int)lab_pid(lab), lab->profile);
	return 0;
}

static int run_undo(struct call *call, struct error *err)
{
	struct lab *lab = call->lab;
	uint64_t lines = 1;

	if (call->nr && lab_number(call, 0, &lines, err))
		return -1;
	if (!lines || lines > lab->nr_marks)
		return error_set(err, ERR_USAGE,
				 "%zu commands can be undone", lab->nr_marks);
	if (lab_replay(lab, lab->nr_marks - lines, err))
		return -1;
	echo(call);
	say(lab, LAB_RESULT,
	    "a new host, process %d: %" PRIu64 " %s undone, %zu %s done again",
	    (int)lab_pid(lab), lines, lines == 1 ? "command" : "commands",
	    lab->nr_steps, lab->nr_steps == 1 ? "step" : "steps");
	return 0;
}

static int run_stats(struct call *call, struct error *err)
{
	(void)err;
	echo(call);
	listing_stats(call->lab);
	return 0;
}

static int run_chunks(struct call *call, struct error *err)
{
	(void)err;
	echo(call);
	listing_chunks(call->lab);
	return 0;
}

static int run_bins(struct call *call, struct error *err)
{
	(void)err;
	echo(call);
	listing_bins(call->lab);
	return 0;
}

static int run_leaks(struct call *call, struct error *err)
{
	(void)err;
	echo(call);
	leaks_tell(call->lab);
	return 0;
}

static int run_expect(struct call *call, struct error *err)
{
	return expect_claim(call, err);
}

static int run_help(struct call *call, struct error *err)
{
	const struct lab_command *command = NULL;

	(void)err;
	while ((command = lab_command_next(command)))
		say(call->lab, LAB_TEXT, "%s%s%s: %s", command->name,
		    *command->args ? " " : "", command->args, command->help);
	say(call->lab, LAB_TEXT,
	    "thread N COMMAND, repeat N COMMAND: in another thread, many times; a[i] is the block of this round");
	return 0;
}

const struct lab_command session_commands[] = {
	{ "say", "TEXT", "for the reader", 0, WORDS_MAX, false, false,
	  run_say },
	{ "ask", "TEXT", "for the reader, who answers", 0, WORDS_MAX, false,
	  false, run_ask },
	{ "step", "", "waits for the reader", 0, 0, false, false, run_ask },
	{ "expect", "CLAIM", "does it hold of the last command?", 2,
	  WORDS_MAX - 1, false, false, run_expect },
	{ "stats", "", "bytes of the system and in use, by arena", 0, 0, false,
	  false, run_stats },
	{ "chunks", "", "all chunks, by address", 0, 0, false, false,
	  run_chunks },
	{ "bins", "", "bins that are not empty", 0, 0, false, false,
	  run_bins },
	{ "leaks", "", "what was taken since mtrace and is not back", 0, 0,
	  false, false, run_leaks },
	{ "seed", "NUMBER", "where chance begins", 1, 1, false, false,
	  run_seed },
	{ "profile", "article|fast", "a new host in which nothing is done", 1,
	  1, false, false, run_profile },
	{ "undo", "[COMMANDS]",
	  "a new host in which all but the last is done again", 0, 1, false,
	  false, run_undo },
	{ "help", "", "this list", 0, 0, false, false, run_help },
	{ .name = NULL },
};

const struct lab_command *lab_command_next(const struct lab_command *command)
{
	command = command ? command + 1 : act_commands;
	if (command->name)
		return command;
	/* Behind the first table comes the second one. */
	if (command >= session_commands &&
	    command < session_commands + sizeof(session_commands) /
					 sizeof(*session_commands))
		return NULL;
	return session_commands;
}

const struct lab_command *lab_command_find(const char *name)
{
	const struct lab_command *command = NULL;

	while ((command = lab_command_next(command)))
		if (!strcmp(command->name, name))
			return command;
	return NULL;
}
