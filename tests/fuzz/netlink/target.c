// SPDX-License-Identifier: GPL-2.0
/*
 * What the messages look at: the test programs, which change, exec and end
 * while they are looked at, the fuzzer itself, and files that are no pagemap.
 * Number 0 is the fuzzer. One thread keeps them; all others only read numbers
 * that may be old by the time they are used, which is meant.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"

#define NR_AREAS	64

static const struct program {
	const char *argv[4];
	const char *commands[3];	/* one of them now and then */
} programs[] = {
	{ { "gonzo", "lively" }, { NULL } },
	{ { "storm" }, { NULL } },
	{ { "execer" }, { "exec" } },
	{ { "churn" }, { NULL } },
	{ { "kinds" }, { NULL } },
	{ { "exiter" }, { "exit", "kill", "abort" } },
	{ { "many", "600", "file" }, { NULL } },
	{ { "twostates" }, { NULL } },
	{ { "uffd" }, { NULL } },
	{ { "sparse" }, { NULL } },
	{ { "vforker" }, { NULL } },
};

struct target {
	pid_t pid;
	int input;
	_Atomic int pagemap;
	_Atomic uint64_t areas[NR_AREAS];
};

static struct target targets[MAX_TARGETS];
static unsigned int nr_targets;
static int files[NR_FILES];

/* ---- their areas ---- */

static void learn_areas(struct target *target)
{
	char path[32], line[512];
	unsigned long start;
	size_t nr = 0;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", target->pid);
	maps = fopen(path, "re");
	if (!maps)
		return;
	while (nr < NR_AREAS && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-", &start) == 1)
			target->areas[nr++] = start;
	fclose(maps);
	/* the rest of the numbers are of areas too */
	for (size_t i = nr; nr && i < NR_AREAS; i++)
		target->areas[i] = target->areas[i % nr];
}

static void renew_pagemap(struct target *target)
{
	char path[32];
	int old, fd;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", target->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	old = atomic_exchange(&target->pagemap, fd);
	if (old >= 0)
		close(old);
}

/* ---- their lives ---- */

static void become(const struct program *program, int input)
{
	int null = open("/dev/null", O_WRONLY);

	dup2(input, 0);
	dup2(null, 1);
	dup2(null, 2);
	close_range(3, ~0U, 0);
	signal(SIGPIPE, SIG_DFL);
	/* most of the time is for the messages */
	if (nice(10) < 0)
		errno = 0;
	execvp(program->argv[0], (char **)program->argv);
	_exit(127);
}

static void start(struct target *target, const struct program *program)
{
	int pipes[2];

	if (pipe2(pipes, O_CLOEXEC))
		give_up("pipe");
	target->pid = fork();
	if (target->pid < 0)
		give_up("fork");
	if (!target->pid)
		become(program, pipes[0]);
	close(pipes[0]);
	target->input = pipes[1];
	usleep(50 * 1000);
	renew_pagemap(target);
	learn_areas(target);
}

static void tell(struct target *target, const char *command)
{
	char line[16];
	int len = snprintf(line, sizeof(line), "%s\n", command);

	if (write(target->input, line, len) < 0)
		errno = 0;	/* it has ended; that is seen next time */
}

/* One runs at a time: those that never rest would take all the time. */
static void wake(unsigned int n)
{
	static unsigned int awake;

	if (awake && awake != n)
		kill(targets[awake].pid, SIGSTOP);
	awake = n;
	if (n)
		kill(targets[n].pid, SIGCONT);
}

/* Something happens to one of them. */
void targets_keep(struct chance *chance)
{
	unsigned int n = below(chance, nr_targets);
	struct target *target = &targets[n];
	const struct program *program = &programs[n - 1];
	const char *command;

	wake(n);
	if (!n) {
		learn_areas(target);
		return;
	}
	if (waitpid(target->pid, NULL, WNOHANG) == target->pid) {
		/* its last descriptor is used for a while longer */
		close(target->input);
		start(target, program);
		return;
	}
	command = program->commands[below(chance, 3)];
	if (command)
		tell(target, command);
	if (one_in(chance, 3))
		renew_pagemap(target);
	learn_areas(target);
}

static void open_files(void)
{
	static const char *const paths[] = {
		"/proc/self/maps", "/dev/null", "/proc/self", "/init",
		"/proc/kpageflags",
	};
	int pair[2], n = 0;

	for (; n < (int)(sizeof(paths) / sizeof(paths[0])); n++)
		files[n] = open(paths[n], O_RDONLY | O_CLOEXEC);
	files[n++] = open("/proc/self/pagemap", O_PATH | O_CLOEXEC);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		give_up("socketpair");
	files[n++] = pair[0];
	files[n++] = 1000;	/* none */
}

void targets_start(unsigned int nr)
{
	nr_targets = nr < MAX_TARGETS ? nr : MAX_TARGETS;
	if (nr_targets > 1 + sizeof(programs) / sizeof(programs[0]))
		nr_targets = 1 + sizeof(programs) / sizeof(programs[0]);
	signal(SIGPIPE, SIG_IGN);
	open_files();
	for (unsigned int i = 0; i < MAX_TARGETS; i++)
		targets[i].pagemap = -1;
	targets[0].pid = getpid();
	renew_pagemap(&targets[0]);
	learn_areas(&targets[0]);
	for (unsigned int i = 1; i < nr_targets; i++) {
		start(&targets[i], &programs[i - 1]);
		wake(i);
	}
}

/* ---- numbers ---- */

int targets_pagemap(unsigned int index)
{
	return targets[index % nr_targets].pagemap;
}

int targets_file(unsigned int index)
{
	return files[index % NR_FILES];
}

uint64_t targets_area(unsigned int index, uint64_t number)
{
	return targets[index % nr_targets].areas[number % NR_AREAS];
}
