// SPDX-License-Identifier: GPL-2.0
/*
 * One request and one result of each kind at a time, under one mutex, which is
 * never held while they are worked on.
 */
#include "tui/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct worker {
	const struct app_feed *feed;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool wanted, quit;	/* under lock */
	struct take take;	/* written under lock, while not wanted */
	bool done;		/* under lock: snap and err are a result */
	struct snapshot *snap;
	struct error err;
	/* The same for a symbol; found: the rest is a result. */
	bool symbol_wanted, found;
	char symbol[256];
	int ret;
	uint64_t addr;
	struct error symbol_err;
	/* And for a command of the lab; ran: log is a result. */
	char *command;
	bool ran;
	struct app_log log;
	unsigned long commands;	/* carried out */
	unsigned long taken_after;	/* so many: the snapshot */
	pid_t tid;		/* under lock */
	int pipe[2];		/* one byte for each result */
};

static void tell(struct worker *w)
{
	while (write(w->pipe[1], "", 1) < 0 && errno == EINTR)
		;
}

/* The lock is held, and given up for the work itself; so in those below. */
static void take_picture(struct worker *w)
{
	struct error err = { ERR_NONE, "" };
	struct snapshot *snap;

	w->taken_after = w->commands;
	pthread_mutex_unlock(&w->lock);
	snap = w->feed->take(w->feed->context, &w->take, &err);
	pthread_mutex_lock(&w->lock);
	w->snap = snap;
	w->err = err;
	w->wanted = false;
	w->done = true;
	tell(w);
}

static void find_symbol(struct worker *w)
{
	struct error err = { ERR_NONE, "" };
	uint64_t addr = 0;
	int ret;

	pthread_mutex_unlock(&w->lock);
	ret = w->feed->find(w->feed->context, w->symbol, &addr, &err);
	pthread_mutex_lock(&w->lock);
	w->ret = ret;
	w->addr = addr;
	w->symbol_err = err;
	w->symbol_wanted = false;
	w->found = true;
	tell(w);
}

static void run_command(struct worker *w)
{
	const struct app_lab *lab = w->feed->lab;
	struct error err = { ERR_NONE, "" };
	struct app_log log = { 0 };

	pthread_mutex_unlock(&w->lock);
	if (lab->run(lab->context, w->command, &log, &err))
		app_log_add(&log, STYLE_ERROR, "%s", err.text);
	pthread_mutex_lock(&w->lock);
	free(w->command);
	w->command = NULL;
	w->log = log;
	w->commands++;
	w->ran = true;
	tell(w);
}

static void *work(void *arg)
{
	struct worker *w = arg;

	pthread_mutex_lock(&w->lock);
	w->tid = gettid();
	while (!w->quit) {
		if (w->symbol_wanted && !w->found)
			find_symbol(w);
		else if (w->command && !w->ran)
			run_command(w);
		else if (w->wanted && !w->done)
			take_picture(w);
		else
			pthread_cond_wait(&w->wake, &w->lock);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT,
			      SIGSYS };

struct worker *worker_start(const struct app_feed *feed)
{
	struct worker *w = calloc(1, sizeof(*w));
	sigset_t all, mask;
	int err;

	if (!w)
		return NULL;
	w->feed = feed;
	if (pipe2(w->pipe, O_CLOEXEC | O_NONBLOCK)) {
		free(w);
		return NULL;
	}
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->wake, NULL);
	/*
	 * Signals are the main loop's; but a fault here must find the handler
	 * that restores the terminal, and a blocked one does not.
	 */
	sigfillset(&all);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		sigdelset(&all, faults[i]);
	pthread_sigmask(SIG_SETMASK, &all, &mask);
	err = pthread_create(&w->thread, NULL, work, w);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	if (err) {
		close(w->pipe[0]);
		close(w->pipe[1]);
		free(w);
		errno = err;
		return NULL;
	}
	return w;
}

int worker_fd(const struct worker *w)
{
	return w->pipe[0];
}

void worker_ask(struct worker *w, const struct take *take)
{
	pthread_mutex_lock(&w->lock);
	if (!w->wanted)
		w->take = *take;
	w->wanted = true;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
}

bool worker_fetch(struct worker *w, struct snapshot **snap,
		  unsigned long *commands, struct error *err)
{
	bool done;
	char byte;

	pthread_mutex_lock(&w->lock);
	done = w->done;
	if (done) {
		*snap = w->snap;
		*err = w->err;
		*commands = w->taken_after;
		w->snap = NULL;
		w->done = false;
		if (read(w->pipe[0], &byte, 1) < 0)
			errno = 0;
		pthread_cond_signal(&w->wake);
	}
	pthread_mutex_unlock(&w->lock);
	return done;
}

bool worker_ask_symbol(struct worker *w, const char *text)
{
	bool is_free;

	pthread_mutex_lock(&w->lock);
	is_free = !w->symbol_wanted && !w->found;
	if (is_free)
		snprintf(w->symbol, sizeof(w->symbol), "%s", text);
	w->symbol_wanted |= is_free;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	return is_free;
}

bool worker_fetch_symbol(struct worker *w, int *ret, uint64_t *addr,
			 struct error *err)
{
	bool found;
	char byte;

	pthread_mutex_lock(&w->lock);
	found = w->found;
	if (found) {
		*ret = w->ret;
		*addr = w->addr;
		*err = w->symbol_err;
		w->found = false;
		if (read(w->pipe[0], &byte, 1) < 0)
			errno = 0;
		pthread_cond_signal(&w->wake);
	}
	pthread_mutex_unlock(&w->lock);
	return found;
}

void worker_ask_command(struct worker *w, char *text)
{
	pthread_mutex_lock(&w->lock);
	w->command = text;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
}

bool worker_fetch_command(struct worker *w, struct app_log *log)
{
	bool ran;
	char byte;

	pthread_mutex_lock(&w->lock);
	ran = w->ran;
	if (ran) {
		*log = w->log;
		w->ran = false;
		if (read(w->pipe[0], &byte, 1) < 0)
			errno = 0;
		pthread_cond_signal(&w->wake);
	}
	pthread_mutex_unlock(&w->lock);
	return ran;
}

bool worker_is_blocked(struct worker *w)
{
	char path[64], line[256], *state;
	size_t len;
	FILE *file;

	pthread_mutex_lock(&w->lock);
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)w->tid);
	pthread_mutex_unlock(&w->lock);
	file = fopen(path, "re");
	if (!file)
		return false;
	len = fread(line, 1, sizeof(line) - 1, file);
	fclose(file);
	line[len] = 0;
	state = strrchr(line, ')');
	/* A killable wait for a lock is D there. */
	return state && state[1] == ' ' && state[2] == 'D';
}

bool worker_stop(struct worker *w, int patience_ms)
{
	struct pollfd result = { .fd = w->pipe[0], .events = POLLIN };
	bool busy;

	pthread_mutex_lock(&w->lock);
	w->quit = true;
	busy = ((w->wanted && !w->done) || w->symbol_wanted ||
		(w->command && !w->ran)) && w->tid;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	if (busy && poll(&result, 1, patience_ms) <= 0)
		return false;
	pthread_join(w->thread, NULL);
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->lock);
	snapshot_free(w->snap);
	if (w->ran)
		app_log_free(&w->log);
	free(w->command);
	close(w->pipe[0]);
	close(w->pipe[1]);
	free(w);
	return true;
}
