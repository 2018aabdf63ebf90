// SPDX-License-Identifier: GPL-2.0
/*
 * A process whose first thread has ended: its pid is a zombie's, and yet it has
 * memory, which only its other threads' /proc files show.
 *
 *	pid
 *	thread TID		the one that goes on
 *	range START END anon=4
 *	ready			the first thread is a zombie by now
 */
#include <pthread.h>
#include <sys/syscall.h>

#include "target.h"

static char leader_state(void)
{
	char path[64], state = '?';
	FILE *stat;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", getpid());
	stat = fopen(path, "re");
	if (!stat)
		return 'X';
	if (fscanf(stat, "%*d (thread) %c", &state) != 1)
		state = '?';
	fclose(stat);
	return state;
}

static void *go_on(void *arg)
{
	char *p = map_apart(4 * PAGE, PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1);

	touch(p, 4);
	printf("thread %ld\n", syscall(SYS_gettid));
	print_range("range", p, 4 * PAGE);
	printf(" anon=4\n");
	while (leader_state() != 'Z' && leader_state() != 'X')
		usleep(1000);
	say_ready();
	wait_for_end();
	exit(0);
	return arg;
}

int main(void)
{
	pthread_t thread;

	print_pid();
	if (pthread_create(&thread, NULL, go_on, NULL))
		give_up("pthread_create");
	pthread_exit(NULL);
}
