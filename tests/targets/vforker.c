// SPDX-License-Identifier: GPL-2.0
/*
 * Two processes in one mm: the parent waits inside vfork for the child, which
 * leaves it by exec of cat when there is input.
 *
 *	pid
 *	child PID
 *	ready			printed by the child
 */
#include <sys/wait.h>

#include "target.h"

int main(void)
{
	char line[32], byte;
	pid_t child;
	int len;

	print_pid();
	child = vfork();
	if (child < 0)
		give_up("vfork");
	if (!child) {
		/* On the parent's stack, so with as little as can be. */
		len = snprintf(line, sizeof(line), "child %d\nready\n",
			       getpid());
		if (write(1, line, len) != len)
			_exit(1);
		if (read(0, &byte, 1) > 0)
			execlp("cat", "cat", NULL);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	return 0;
}
