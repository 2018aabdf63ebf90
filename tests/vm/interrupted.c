// SPDX-License-Identifier: GPL-2.0
/*
 * interrupted FILE: reads it to its end as cat does, but gets a signal that it
 * handles every 200 ms. Prints how often a read was interrupted, and the bytes
 * that were read; ends with 1 when a read fails by anything else.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <unistd.h>

static void take(int sig)
{
	(void)sig;
}

int main(int argc, char **argv)
{
	const struct itimerval often = { { 0, 200000 }, { 0, 200000 } };
	struct sigaction action = { .sa_handler = take };
	unsigned long interrupted = 0, bytes = 0;
	int fd = argc > 1 ? open(argv[1], O_RDONLY) : -1;
	char buffer[4096];
	ssize_t got;

	if (fd < 0) {
		perror("interrupted: open");
		return 1;
	}
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	while ((got = read(fd, buffer, sizeof(buffer)))) {
		if (got > 0)
			bytes += got;
		else if (errno == EINTR)
			interrupted++;
		else
			break;
	}
	if (got < 0)
		perror("interrupted: read");
	printf("%lu interrupted %lu bytes\n", interrupted, bytes);
	return got < 0;
}
