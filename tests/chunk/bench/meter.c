// SPDX-License-Identifier: GPL-2.0
/*
 * meter SECONDS PRELOAD COMMAND...: runs a command with PRELOAD ("-" is none)
 * and prints "cpu wall rss_kib how" when it is over. A small program does this
 * and not the script around it, because the peak that the kernel keeps for a
 * process counts what it was before its exec, and a Python is not small.
 *
 * The command gets the best of priorities, if that is allowed: then the clock is
 * near to what it would be on an idle machine, and caches are left alone.
 *
 * `how` is "ok", "late" after SECONDS, or what went wrong.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t is_late;
static pid_t child;

static void on_alarm(int signal)
{
	(void)signal;
	is_late = 1;
	kill(-child, SIGKILL);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static double seconds(struct timeval t)
{
	return t.tv_sec + t.tv_usec / 1e6;
}

/* What the command says is not wanted: its errors are. */
static void become(const char *preload, char **command)
{
	int null = open("/dev/null", O_RDWR);

	setpgid(0, 0);
	setpriority(PRIO_PROCESS, 0, -20);
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	if (strcmp(preload, "-"))
		setenv("LD_PRELOAD", preload, 1);
	execv(command[0], command);
	fprintf(stderr, "meter: %s: %s\n", command[0], strerror(errno));
	_exit(127);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct rusage usage;
	char how[64] = "ok";
	double start;
	int status;

	if (argc < 4) {
		fprintf(stderr, "usage: meter SECONDS PRELOAD COMMAND...\n");
		return 2;
	}
	sigaction(SIGALRM, &action, NULL);
	start = now();
	child = fork();
	if (child < 0) {
		perror("meter: fork");
		return 1;
	}
	if (!child)
		become(argv[2], argv + 3);
	setpgid(child, child);
	alarm(atoi(argv[1]));
	while (wait4(child, &status, 0, &usage) < 0) {
		if (errno != EINTR)
			return 1;
	}
	if (is_late)
		strcpy(how, "late");
	else if (WIFSIGNALED(status))
		snprintf(how, sizeof(how), "signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status))
		snprintf(how, sizeof(how), "exit code %d",
			 WEXITSTATUS(status));
	printf("%.6f %.6f %ld %s\n",
	       seconds(usage.ru_utime) + seconds(usage.ru_stime),
	       now() - start, usage.ru_maxrss, how);
	return 0;
}
