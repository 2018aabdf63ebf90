/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An allocator cannot be put back to its beginning: each test runs in a child,
 * where nothing has been allocated by ours yet.
 */
#ifndef VMAVIEW_TESTS_UNIT_CHUNK_CHILD_H
#define VMAVIEW_TESTS_UNIT_CHUNK_CHILD_H

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the child, in place of cmocka's: ends it. */
#define require(cond)							\
	do {								\
		if (!(cond)) {						\
			dprintf(2, "%s:%d: %s\n", __FILE__, __LINE__,	\
				#cond);					\
			_exit(1);					\
		}							\
	} while (0)

/* The wait status of a child that runs test and then leaves with 0. */
static inline int run_child(void (*test)(void *arg), void *arg)
{
	pid_t pid = fork();
	int status = -1;

	if (!pid) {
		/* cmocka would go on with the next test. */
		signal(SIGSEGV, SIG_DFL);
		signal(SIGBUS, SIG_DFL);
		signal(SIGABRT, SIG_DFL);
		test(arg);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return status;
}

#endif
