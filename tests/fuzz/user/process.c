// SPDX-License-Identifier: GPL-2.0
/*
 * The processes of /proc, of which one is meant. An input is texts that end in
 * NUL: what was typed, then for each process its folder's name, its comm and
 * what its exe links to.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/process.h"

#include "fuzz.h"

#define MAX_PROCESSES	24	/* as many pids as an error has room for, and more */
#define COMM_SIZE	16	/* as the kernel cuts it: TASK_COMM_LEN */

DIR *__real_opendir(const char *path);
DIR *__wrap_opendir(const char *path);

static struct process {
	char name[16];		/* of the folder */
	char comm[COMM_SIZE];
	char exe[PATH_MAX];
} processes[MAX_PROCESSES];

static size_t nr_processes;
static char proc[40];		/* the folder that they are in */
static int proc_fd;

/* libFuzzer, which is wrapped with us, opens others. */
DIR *__wrap_opendir(const char *path)
{
	return __real_opendir(strcmp(path, "/proc") ? path : proc);
}

/* Cut to the room there is. */
static void take_cut(struct input *in, char *cut, size_t room)
{
	char *text = take_string(in);

	snprintf(cut, room, "%s", text);
	free(text);
}

static void write_comm(int dir, const char *comm)
{
	int fd = openat(dir, "comm", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	demand(fd >= 0);
	demand(dprintf(fd, "%s\n", comm) == (int)strlen(comm) + 1);
	close(fd);
}

/* False for what no folder can be named, or is already. */
static bool make_process(const struct process *process)
{
	int dir;

	if (strchr(process->name, '/') ||
	    mkdirat(proc_fd, process->name, 0700))
		return false;
	dir = openat(proc_fd, process->name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	demand(dir >= 0);
	write_comm(dir, process->comm);
	/* that of a kernel thread leads nowhere */
	demand(!*process->exe || !symlinkat(process->exe, dir, "exe"));
	close(dir);
	return true;
}

static void open_proc(void)
{
	snprintf(proc, sizeof(proc), "/dev/shm/vmaview-fuzz.XXXXXX");
	demand(mkdtemp(proc));
	proc_fd = open(proc, O_PATH | O_DIRECTORY | O_CLOEXEC);
	demand(proc_fd >= 0);
}

static void remove_proc(void)
{
	while (nr_processes) {
		const char *name = processes[--nr_processes].name;
		int dir = openat(proc_fd, name,
				 O_PATH | O_DIRECTORY | O_CLOEXEC);

		demand(dir >= 0);
		unlinkat(dir, "comm", 0);
		unlinkat(dir, "exe", 0);
		close(dir);
		demand(!unlinkat(proc_fd, name, AT_REMOVEDIR));
	}
	close(proc_fd);
	demand(!rmdir(proc));
}

/* 1 to INT_MAX in digits alone; 0: it is none. */
static pid_t pid_of(const char *text)
{
	size_t zeros = strspn(text, "0"), digits = strspn(text, "0123456789");
	long long value;

	if (text[digits] || digits - zeros > 10)
		return 0;
	value = strtoll(text, NULL, 10);
	return value <= INT_MAX ? (pid_t)value : 0;
}

static bool is_meant(const struct process *process, const char *typed)
{
	const char *slash = strrchr(process->exe, '/');
	pid_t pid = pid_of(process->name);

	return pid && pid != getpid() &&
	       (!strcmp(process->comm, typed) ||
		(slash && !strcmp(slash + 1, typed)));
}

static void check_found(const char *typed, int ret, pid_t pid,
			const struct error *err)
{
	pid_t number = pid_of(typed), last = 0;
	unsigned int nr = 0;

	if (number) {
		demand(!ret && pid == number);
		return;
	}
	for (size_t i = 0; i < nr_processes; i++) {
		if (!is_meant(&processes[i], typed))
			continue;
		last = pid_of(processes[i].name);
		nr++;
	}
	if (!ret) {
		demand(nr == 1 && pid == last);
		return;
	}
	demand(*err->text && memchr(err->text, '\0', sizeof(err->text)));
	demand(err->kind == ERR_USAGE || err->kind == ERR_NO_PROCESS);
	demand(nr != 1 || !typed[strspn(typed, "+-0123456789")]);
	demand((err->kind == ERR_NO_PROCESS) <= !nr);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	char *typed = take_string(&in);
	struct error err;
	pid_t pid = 0;
	int ret;

	open_proc();
	while (in.left && nr_processes < MAX_PROCESSES) {
		struct process *process = &processes[nr_processes];

		take_cut(&in, process->name, sizeof(process->name));
		take_cut(&in, process->comm, sizeof(process->comm));
		take_cut(&in, process->exe, sizeof(process->exe));
		nr_processes += make_process(process);
	}
	ret = process_resolve(typed, &pid, &err);
	check_found(typed, ret, pid, &err);
	remove_proc();
	free(typed);
	return 0;
}
