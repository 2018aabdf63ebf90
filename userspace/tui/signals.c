// SPDX-License-Identifier: GPL-2.0
/* The self-pipe. A full pipe loses a signal that it already holds; fine. */
#include "tui/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

static const int caught[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP,
			      SIGWINCH, SIGPIPE };
#define NR_CAUGHT	(sizeof(caught) / sizeof(caught[0]))

static struct sigaction before[NR_CAUGHT];
static int pipe_fd[2] = { -1, -1 };

static void note(int sig)
{
	int saved_errno = errno;
	char byte = (char)sig;

	if (write(pipe_fd[1], &byte, 1) < 0)
		errno = 0;
	errno = saved_errno;
}

int signals_open(void)
{
	struct sigaction act = { .sa_flags = SA_RESTART };

	if (pipe2(pipe_fd, O_CLOEXEC | O_NONBLOCK))
		return -1;
	sigemptyset(&act.sa_mask);
	for (size_t i = 0; i < NR_CAUGHT; i++) {
		sigaction(caught[i], NULL, &before[i]);
		/* Whoever started us with nohup wants to outlive the terminal. */
		if (before[i].sa_handler == SIG_IGN &&
		    (caught[i] == SIGHUP || caught[i] == SIGTSTP))
			continue;
		act.sa_handler = caught[i] == SIGPIPE ? SIG_IGN : note;
		sigaction(caught[i], &act, NULL);
	}
	return pipe_fd[0];
}

int signals_next(void)
{
	char byte;

	return read(pipe_fd[0], &byte, 1) == 1 ? byte : 0;
}

void signals_stop(void)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL }, ours;

	sigemptyset(&dfl.sa_mask);
	sigaction(SIGTSTP, &dfl, &ours);
	kill(0, SIGTSTP);
	sigaction(SIGTSTP, &ours, NULL);
}

void signals_close(void)
{
	for (size_t i = 0; i < NR_CAUGHT; i++)
		sigaction(caught[i], &before[i], NULL);
	close(pipe_fd[0]);
	close(pipe_fd[1]);
	pipe_fd[0] = pipe_fd[1] = -1;
}
