/* SPDX-License-Identifier: GPL-2.0 */
/* A running host, and one question after the other to it. */
#ifndef VMAVIEW_LAB_HOST_H
#define VMAVIEW_LAB_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lab/wire.h"
#include "util/error.h"

struct host {
	pid_t pid;		/* 0: there is none */
	int fd;			/* the socket */
	int words;		/* what it writes to its standard error */
	int trace;		/* the file of mtrace(), in memory */
	uint64_t brk;		/* that the kernel told it last */
};

/* What the allocator told, oldest first. */
struct event_list {
	struct wire_event *events;
	size_t nr, cap;
	uint64_t lost;		/* and so many more */
	bool failed;		/* memory ran out: events are missing */
};

/*
 * Starts one. program: NULL is the one beside this program or in
 * ../libexec/vmaview. profile, options: VMACHUNK_PROFILE, VMACHUNK_OPTIONS;
 * options may be NULL. 0, or -1 with *err; then host->pid is 0.
 */
int host_start(struct host *host, const char *program, const char *profile,
	       const char *options, struct error *err);
/* Ends it, also one that hangs. */
void host_stop(struct host *host);

/*
 * 0, and events are appended; -1 with *err, ERR_GONE, when it has died, which
 * *err tells with its last words, or did not answer for a minute; it is stopped
 * then.
 */
int host_call(struct host *host, const struct wire_request *request,
	      struct wire_reply *reply, struct event_list *events,
	      struct error *err);
/* What it wrote to its standard error since, at most size - 1 bytes. */
size_t host_words(struct host *host, char *out, size_t size);

void event_list_free(struct event_list *list);

#endif
