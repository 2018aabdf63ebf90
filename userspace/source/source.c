// SPDX-License-Identifier: GPL-2.0
/*
 * One process watched through the best source that can be had. It owns the
 * binding to the process over every change of source, and the patience: what
 * is taken again, how often, and what is said about it.
 *
 * The binding is a descriptor of the folder /proc/PID. Files below it can be
 * opened as long as that very process is there, so a source that was opened
 * by number looked at the right process if that still works afterwards.
 */
#include "source/source.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TORN_RETRIES	2
/* Execs and lost modules in one picture; then it is told as an error. */
#define CHANGE_RETRIES	3
/* How often a module that is not there is looked for. */
#define LOOK_AGAIN_NS	1000000000LL

struct source {
	enum source_choice choice;
	pid_t pid;
	int dir;			/* /proc/PID */
	const struct source_ops *ops;	/* NULL: none is open now */
	void *self;
	bool is_bound;			/* some source was open once */
	bool was_exec;			/* no picture has said so yet */
	char reason[sizeof(((struct provenance *)0)->reason)];
	int64_t looked_ns;		/* CLOCK_MONOTONIC: for the module */
};

static int64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static int64_t now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

static bool is_there(const struct source *source)
{
	return source->dir >= 0 && !faccessat(source->dir, "stat", F_OK, 0);
}

static bool is_module_error(const struct error *err)
{
	return err->kind == ERR_NO_MODULE || err->kind == ERR_INCOMPATIBLE;
}

static void close_ops(struct source *source)
{
	if (source->ops)
		source->ops->close(source->self);
	source->ops = NULL;
	source->self = NULL;
}

static int open_ops(struct source *source, const struct source_ops *ops,
		    struct error *err)
{
	void *self;

	if (ops->open(source->pid, &self, err)) {
		/* The number may be free by now, or somebody else's. */
		if (source->is_bound && !is_module_error(err) &&
		    !is_there(source))
			error_set(err, ERR_GONE, "process %d has ended",
				  source->pid);
		return -1;
	}
	if (source->dir >= 0 && !is_there(source)) {
		ops->close(self);
		return error_set(err, ERR_GONE, "process %d has ended",
				 source->pid);
	}
	source->ops = ops;
	source->self = self;
	source->is_bound = true;
	return 0;
}

/* Opens what the choice allows; the module first. */
static int open_best(struct source *source, struct error *err)
{
	source->reason[0] = '\0';
	if (source->choice == CHOOSE_PROC)
		return open_ops(source, &procfs_source, err);
	source->looked_ns = now_ns();
	if (!open_ops(source, &netlink_source, err))
		return 0;
	if (source->choice == CHOOSE_NETLINK || !is_module_error(err))
		return -1;
	snprintf(source->reason, sizeof(source->reason), "%.*s",
		 (int)sizeof(source->reason) - 1, err->text);
	return open_ops(source, &procfs_source, err);
}

struct source *source_open(enum source_choice choice, pid_t pid,
			   struct error *err)
{
	struct source *source = calloc(1, sizeof(*source));
	char path[32];

	if (!source) {
		error_set(err, ERR_FAILED, "out of memory");
		return NULL;
	}
	source->choice = choice;
	source->pid = pid;
	snprintf(path, sizeof(path), "/proc/%d", pid);
	source->dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	/* Without the folder the sources say better what is wrong. */
	if (open_best(source, err)) {
		source_close(source);
		return NULL;
	}
	return source;
}

void source_close(struct source *source)
{
	if (!source)
		return;
	close_ops(source);
	if (source->dir >= 0)
		close(source->dir);
	free(source);
}

/* Goes back to the module when it has been loaded meanwhile. */
static void look_for_module(struct source *source)
{
	const struct source_ops *ops = source->ops;
	void *self = source->self;
	struct error err;

	if (source->choice != CHOOSE_AUTO || ops != &procfs_source ||
	    now_ns() - source->looked_ns < LOOK_AGAIN_NS)
		return;
	source->looked_ns = now_ns();
	if (!open_ops(source, &netlink_source, &err)) {
		ops->close(self);
		source->reason[0] = '\0';
	} else if (is_module_error(&err)) {
		snprintf(source->reason, sizeof(source->reason), "%.*s",
			 (int)sizeof(source->reason) - 1, err.text);
	}
}

/* One dump, with the source changed where that helps. */
static struct snapshot *take_once(struct source *source, const struct take *take,
				  struct error *err)
{
	unsigned int changes = 0;

	for (;;) {
		int64_t begin = now_ns(), taken = clock_ns(CLOCK_REALTIME);
		struct snapshot *snap;

		if (!source->ops && open_best(source, err))
			return NULL;
		snap = snapshot_new();
		if (!snap) {
			error_set(err, ERR_FAILED, "out of memory");
			return NULL;
		}
		if (!source->ops->take(source->self, take, snap, err)) {
			snap->from.taken_ns = taken;
			snap->from.duration_ns = now_ns() - begin;
			return snap;
		}
		snapshot_free(snap);
		if (err->kind != ERR_EXEC && !is_module_error(err))
			return NULL;
		/* A binding to what is gone is of no use, now or later. */
		source->was_exec |= err->kind == ERR_EXEC;
		close_ops(source);
		if (changes++ == CHANGE_RETRIES)
			return NULL;
	}
}

struct snapshot *source_take(struct source *source, const struct take *take,
			     struct error *err)
{
	struct snapshot *snap = NULL;
	unsigned int tries = 0;

	look_for_module(source);
	for (;;) {
		snap = take_once(source, take, err);
		if (!snap)
			return NULL;
		if (snap->from.coherent || tries == TORN_RETRIES)
			break;
		snapshot_free(snap);
		tries++;
	}
	snap->from.retries += tries;
	memcpy(snap->from.reason, source->reason, sizeof(source->reason));
	if (source->was_exec)
		snapshot_note(snap, "exec: now %s",
			      snap->task.exe ? snap->task.exe :
			      snap->task.comm);
	source->was_exec = false;
	return snap;
}
