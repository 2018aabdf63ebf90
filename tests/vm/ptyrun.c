// SPDX-License-Identifier: GPL-2.0
/*
 * ptyrun ROWS COLS PROGRAM ARG...: runs a program on a terminal of that size.
 * What comes on standard input is typed, what the program shows goes to
 * standard output as it is. The exit code is the program's, 128 + signal, or
 * 125 when the terminal's settings are not what they were before.
 */
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

static void copy(int from, int to, struct pollfd *pfd)
{
	char buffer[4096];
	ssize_t len = read(from, buffer, sizeof(buffer));

	if (len <= 0 || write(to, buffer, len) != len)
		pfd->fd = -1;
}

int main(int argc, char **argv)
{
	struct winsize size = { 0 };
	struct termios before, after;
	int master, slave, status;
	struct pollfd pfds[2];
	pid_t pid;

	if (argc < 4)
		return 2;
	size.ws_row = atoi(argv[1]);
	size.ws_col = atoi(argv[2]);
	if (openpty(&master, &slave, NULL, NULL, &size) ||
	    tcgetattr(slave, &before)) {
		perror("ptyrun");
		return 1;
	}
	pid = fork();
	if (!pid) {
		close(master);
		login_tty(dup(slave));
		close(slave);
		execvp(argv[3], argv + 3);
		perror(argv[3]);
		_exit(127);
	}
	pfds[0] = (struct pollfd){ .fd = 0, .events = POLLIN };
	pfds[1] = (struct pollfd){ .fd = master, .events = POLLIN };
	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (poll(pfds, 2, 50) <= 0)
			continue;
		if (pfds[0].revents)
			copy(0, master, &pfds[0]);
		if (pfds[1].revents)
			copy(master, 1, &pfds[1]);
	}
	while (poll(&pfds[1], 1, 50) > 0 && pfds[1].fd >= 0)
		copy(master, 1, &pfds[1]);
	if (tcgetattr(slave, &after) ||
	    after.c_lflag != before.c_lflag ||
	    after.c_iflag != before.c_iflag ||
	    after.c_oflag != before.c_oflag)
		return 125;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
