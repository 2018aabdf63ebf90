/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A lab: a host process whose only allocator is ours, and the commands that
 * drive it. Commands are lines of text ("a = malloc 100"), typed or from a
 * script; see userspace/labs/README for the language. What they do is reported
 * in lines, which are printed or shown in the viewer.
 */
#ifndef VMAVIEW_LAB_LAB_H
#define VMAVIEW_LAB_LAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "source/source.h"
#include "util/error.h"

enum lab_line_kind {
	LAB_COMMAND,	/* the line itself, as it was understood */
	LAB_RESULT,	/* what came back: "a = 0x55…2a0, 104 bytes usable" */
	LAB_EVENT,	/* what the allocator did: "brk +0x41000 …" */
	LAB_KERNEL,	/* what the kernel says changed: areas, rss, brk */
	LAB_TEXT,	/* of a script, for the reader */
	LAB_QUESTION,	/* to be answered before going on */
	LAB_TRUE, LAB_FALSE,	/* an expectation that held, or did not */
	LAB_ERROR,
};

struct lab_line {
	enum lab_line_kind kind;
	char *text;		/* raw, without newline */
};

struct lab_report {
	struct lab_line *lines;
	size_t nr, cap;
	bool failed;		/* memory ran out: lines are missing */
};

void lab_report_free(struct lab_report *report);
void lab_report_add(struct lab_report *report, enum lab_line_kind kind,
		    const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

struct lab_options {
	const char *profile;	/* "article" or "fast" */
	const char *options;	/* as VMACHUNK_OPTIONS, or NULL */
	enum source_choice source;	/* who tells what the kernel has */
	const char *host;	/* its program; NULL: the one that came with us */
};

struct lab;

/* Starts a host. NULL with *err. */
struct lab *lab_start(const struct lab_options *options, struct error *err);
/* Ends the host too. */
void lab_stop(struct lab *lab);
/* Of the host: another one after undo, profile, or its death; 0 while dead. */
pid_t lab_pid(const struct lab *lab);

/*
 * Carries out one line and appends what came of it. 0; -1 with *err when the
 * line is wrong (ERR_USAGE, nothing was done) or the host died (ERR_GONE: the
 * next command starts a new one by replay). An expectation that does not hold
 * is no error: it is a LAB_FALSE line, counted in lab_failed().
 */
int lab_run(struct lab *lab, const char *line, struct lab_report *report,
	    struct error *err);
/* Expectations so far, and those of them that did not hold. */
unsigned int lab_expected(const struct lab *lab);
unsigned int lab_failed(const struct lab *lab);

/*
 * How the word that ends at line[cursor] may go on: at most max whole words,
 * the lab's until the next call. Commands, names of blocks, options.
 */
size_t lab_complete(struct lab *lab, const char *line, size_t cursor,
		    const char **words, size_t max);
/* The name that a command gave the block with this memory address, or NULL. */
const char *lab_name(const struct lab *lab, uint64_t mem);

/*
 * Runs a script: each line as by lab_run(), reported as it goes. pause, if not
 * NULL, is called at each LAB_QUESTION and may return false to end the run.
 * 0, or -1 with *err, which names the file and line.
 */
int lab_run_file(struct lab *lab, const char *path,
		 void (*tell)(void *context, const struct lab_line *line),
		 bool (*pause)(void *context), void *context,
		 struct error *err);

#endif
