// SPDX-License-Identifier: GPL-2.0
/*
 * A thread that is seized may do something else than what it was told: it was
 * about to get a signal, which it then gets when it is let go; it exits; it
 * makes a new thread, so the list is read again until there is nothing new. One
 * that sleeps in the kernel and can't be woken, as a parent in vfork(), is
 * waited for but not for long.
 */
#include "heap/stop.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "source/stat.h"
#include "util/file.h"

#define PATIENCE	200000000	/* nanoseconds */
#define SPINS		100		/* looks before sleeping between them */

struct stop_thread {
	pid_t tid;
	int signal;		/* that it was about to get */
	bool is_asked, is_standing, is_gone;
};

void stop_init(struct stop *stop, pid_t pid)
{
	*stop = (struct stop){ .pid = pid, .task = -1 };
}

void stop_free(struct stop *stop)
{
	free(stop->threads);
}

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* ---- why not ---- */

/* A number in the status of a thread, or 0. */
static long status_number(const struct stop *stop, pid_t tid, const char *key)
{
	struct file_text text;
	char name[40], *at;
	long number = 0;

	snprintf(name, sizeof(name), "%d/status", (int)tid);
	if (!file_read(stop->task, name, &text)) {
		at = strstr(text.data, key);
		if (at)
			number = strtol(at + strlen(key), NULL, 10);
	}
	file_free(&text);
	return number;
}

/* R, S, D, ... or 0: it is no more. */
static char state_of(const struct stop *stop, pid_t tid)
{
	struct stat_line stat;
	char name[20];
	int dir;
	bool is_read;

	snprintf(name, sizeof(name), "%d", (int)tid);
	dir = openat(stop->task, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return 0;
	is_read = !stat_read(dir, &stat);
	close(dir);
	return is_read ? stat.state : 0;
}

static int say_refused(const struct stop *stop, pid_t tid, int error,
		       struct error *err)
{
	long tracer = status_number(stop, tid, "\nTracerPid:");

	if (tracer)
		return error_set(err, ERR_FAILED,
				 "process %d is being traced by process %ld, as a debugger does: it can't be stopped by us too",
				 (int)stop->pid, tracer);
	return error_set(err, error == EPERM ? ERR_PERMISSION : ERR_FAILED,
			 "process %d may not be stopped: %s", (int)stop->pid,
			 strerror(error));
}

/* ---- asking ---- */

/* Known already? Both lists have the same order but for threads that ended. */
static bool is_known(const struct stop *stop, pid_t tid, size_t *hint)
{
	for (size_t i = 0; i < stop->nr; i++) {
		size_t at = (*hint + i) % stop->nr;

		if (stop->threads[at].tid == tid) {
			*hint = at + 1;
			return true;
		}
	}
	return false;
}

static int seize(struct stop *stop, pid_t tid, struct error *err)
{
	struct stop_thread *bigger;
	char state;

	if (stop->nr == stop->cap) {
		size_t cap = stop->cap ? 2 * stop->cap : 64;

		bigger = reallocarray(stop->threads, cap, sizeof(*bigger));
		if (!bigger)
			return error_set(err, ERR_FAILED, "out of memory");
		stop->threads = bigger;
		stop->cap = cap;
	}
	if (ptrace(PTRACE_SEIZE, tid, NULL, NULL)) {
		int error = errno;

		/* A first thread that has ended stays in the list. */
		state = state_of(stop, tid);
		if (error == ESRCH || !state || strchr("ZXx", state))
			return 0;
		return say_refused(stop, tid, error, err);
	}
	stop->threads[stop->nr++] = (struct stop_thread){ .tid = tid };
	return 0;
}

/* Seizes all threads that are not yet; -1, or how many these were. */
static int seize_new(struct stop *stop, struct error *err)
{
	size_t before = stop->nr, hint = 0;
	struct dirent *entry;
	int fd = openat(stop->task, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	int ret = 0;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return error_set(err, ERR_GONE, "process %d has ended",
				 (int)stop->pid);
	}
	while (!ret && (entry = readdir(dir))) {
		pid_t tid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (tid > 0 && !is_known(stop, tid, &hint))
			ret = seize(stop, tid, err);
	}
	closedir(dir);
	return ret ? -1 : stop->nr > before;
}

static void interrupt_new(struct stop *stop)
{
	if (!stop->begun)
		stop->begun = now();
	for (size_t i = 0; i < stop->nr; i++) {
		struct stop_thread *thread = &stop->threads[i];

		if (thread->is_asked)
			continue;
		thread->is_asked = true;
		/* One that is gone says so when it is waited for. */
		ptrace(PTRACE_INTERRUPT, thread->tid, NULL, NULL);
	}
}

/* ---- waiting ---- */

/*
 * Looks at what the thread says without taking the word away: that it exited is
 * for its parent, which we may be.
 */
static void look(struct stop_thread *thread)
{
	siginfo_t info = { 0 };

	if (waitid(P_PID, (id_t)thread->tid, &info,
		   WSTOPPED | WEXITED | WNOHANG | WNOWAIT | __WALL)) {
		thread->is_gone = errno != EINTR;
		return;
	}
	if (!info.si_pid)
		return;
	if (info.si_code != CLD_TRAPPED && info.si_code != CLD_STOPPED) {
		thread->is_gone = true;
		return;
	}
	thread->is_standing = true;
	/* An event in the upper bits is our own, or that it was stopped. */
	if (!(info.si_status >> 8))
		thread->signal = info.si_status & 0x7f;
}

/* The first thread that neither stands nor is gone, or NULL. */
static struct stop_thread *look_at_all(struct stop *stop, size_t *from)
{
	for (; *from < stop->nr; ++*from) {
		struct stop_thread *thread = &stop->threads[*from];

		if (!thread->is_standing && !thread->is_gone)
			look(thread);
		if (!thread->is_standing && !thread->is_gone)
			return thread;
	}
	return NULL;
}

static int wait_for_all(struct stop *stop, struct error *err)
{
	const struct timespec nap = { .tv_nsec = 20000 };
	struct stop_thread *thread;
	unsigned int looks = 0;
	size_t from = 0;

	while ((thread = look_at_all(stop, &from))) {
		if (now() - stop->begun > PATIENCE)
			return error_set(err, ERR_FAILED,
					 "thread %d of process %d does not stop: it waits in the kernel (state %c), as a parent does in vfork()",
					 (int)thread->tid, (int)stop->pid,
					 state_of(stop, thread->tid) ?: '?');
		if (looks++ < SPINS)
			sched_yield();
		else
			nanosleep(&nap, NULL);
	}
	return 0;
}

static int stop_all(struct stop *stop, struct error *err)
{
	int found;

	while ((found = seize_new(stop, err)) > 0) {
		interrupt_new(stop);
		if (wait_for_all(stop, err))
			return -1;
		/* Each may end, and have made another. */
		if (now() - stop->begun > PATIENCE)
			return error_set(err, ERR_FAILED,
					 "process %d makes threads faster than they can be stopped",
					 (int)stop->pid);
	}
	if (found < 0)
		return -1;
	for (size_t i = 0; i < stop->nr; i++)
		if (stop->threads[i].is_standing)
			return 0;
	return error_set(err, ERR_GONE, "process %d has ended",
			 (int)stop->pid);
}

int stop_begin(struct stop *stop, struct error *err)
{
	char path[40];
	int ret;

	stop->nr = 0;
	stop->begun = stop->pause = 0;
	snprintf(path, sizeof(path), "/proc/%d/task", (int)stop->pid);
	stop->task = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (stop->task < 0)
		return error_set(err, ERR_GONE, "process %d has ended",
				 (int)stop->pid);
	ret = stop_all(stop, err);
	close(stop->task);
	stop->task = -1;
	stop->is_stopped = true;
	if (ret)
		stop_end(stop);
	return ret;
}

void stop_end(struct stop *stop)
{
	if (!stop->is_stopped)
		return;
	for (size_t i = 0; i < stop->nr; i++) {
		const struct stop_thread *thread = &stop->threads[i];

		if (thread->is_standing)
			ptrace(PTRACE_DETACH, thread->tid, NULL,
			       (void *)(uintptr_t)thread->signal);
	}
	stop->pause = stop->begun ? now() - stop->begun : 0;
	stop->is_stopped = false;
}
