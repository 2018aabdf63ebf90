// SPDX-License-Identifier: GPL-2.0
/*
 * A live process without a single area. A helper in the same mm unmaps
 * everything while the process waits in the kernel, from where it has nowhere
 * to return to; a second one, outside, sees to its end.
 *
 *	pid
 *	ready			/proc/PID/maps is empty (but for [vsyscall])
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>

#include "target.h"

/* All that a program has; what is above it may be asked for as well. */
#if defined(__x86_64__)
#define LOWER_HALF	((1UL << 47) - PAGE)
#elif defined(__LP64__)
#define LOWER_HALF	(1UL << 48)
#else
#define LOWER_HALF	0xc0000000UL
#endif

static char helper_stack[4 * PAGE] __attribute__((aligned(64)));

/* Dies of the next instruction it fetches; nobody is told (signal 0). */
static int unmap_all(void *arg)
{
	struct timespec pause = { .tv_nsec = 300 * 1000 * 1000 };

	(void)arg;
	nanosleep(&pause, NULL);
	syscall(SYS_munmap, 0UL, LOWER_HALF);
	return 0;
}

static int is_empty(pid_t pid)
{
	char path[64], line[256];
	int areas = 0;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "re");
	if (!maps)
		return -1;
	while (fgets(line, sizeof(line), maps))
		areas += !strstr(line, "[vsyscall]");
	fclose(maps);
	return areas == 0;
}

/* In a process of its own; ends the empty one when the input ends. */
static void __attribute__((noreturn)) look_after(pid_t pid)
{
	int empty;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while ((empty = is_empty(pid)) == 0)
		usleep(10 * 1000);
	if (empty > 0) {
		say_ready();
		wait_for_end();
		kill(pid, SIGKILL);
	}
	_exit(empty < 0);
}

int main(void)
{
	pid_t pid = getpid();

	print_pid();
	switch (fork()) {
	case -1:
		give_up("fork");
	case 0:
		look_after(pid);
	}
	if (clone(unmap_all, helper_stack + sizeof(helper_stack), CLONE_VM,
		  NULL) < 0)
		give_up("clone");
	for (;;)
		pause();
}
