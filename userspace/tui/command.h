/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The command line of a lab: a prompt with a history and completion, and the
 * lines that wait while one is carried out.
 */
#ifndef VMAVIEW_TUI_COMMAND_H
#define VMAVIEW_TUI_COMMAND_H

#include <stdbool.h>

#include "tui/app.h"
#include "tui/prompt.h"

#define COMMAND_HISTORY	200
#define COMMAND_QUEUE	100

struct command_line {
	struct prompt prompt;
	char hint[200];		/* what could go on, or is wrong; raw */
	bool running;		/* the worker is at one of the lines */
	/* private to command.c */
	char *lines[COMMAND_HISTORY];	/* oldest first, all different from
					   the one before */
	size_t nr_lines, at;	/* at == nr_lines: the line being typed */
	char typed[PROMPT_SIZE];
	char *queue[COMMAND_QUEUE];	/* ring */
	size_t first, nr_queued;
};

/* All zeros is a line without history. */
void command_free(struct command_line *line);

/*
 * A key: edits, goes through the history, completes. PROMPT_DONE: the line has
 * been put into the queue, and the prompt is empty.
 */
enum prompt_result command_key(struct command_line *line, uint32_t key,
			       const struct app_lab *lab);
/* Takes the next line out of the queue, the caller's to free; NULL: none. */
char *command_next(struct command_line *line);

#endif
