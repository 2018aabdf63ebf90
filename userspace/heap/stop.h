/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All threads of a process made to stand still, by PTRACE_SEIZE and
 * PTRACE_INTERRUPT: a debugger's way, which the target can't see, loses no
 * signal, leaves a process stopped that was, and ends when we do.
 */
#ifndef VMAVIEW_HEAP_STOP_H
#define VMAVIEW_HEAP_STOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/error.h"

struct stop {
	pid_t pid;
	int task;		/* /proc/PID/task, or -1 */
	struct stop_thread *threads;
	size_t nr, cap;
	bool is_stopped;
	int64_t begun, pause;	/* nanoseconds */
};

void stop_init(struct stop *stop, pid_t pid);
void stop_free(struct stop *stop);

/*
 * 0 when every thread stands; else -1 with *err, and what stood goes on. To be
 * called by a thread that ends soon: one that does not answer, as it waits in
 * the kernel, can be let go in no other way. The same thread is to call
 * stop_end().
 */
int stop_begin(struct stop *stop, struct error *err);
void stop_end(struct stop *stop);

#endif
