// SPDX-License-Identifier: GPL-2.0
/* Finds a process by what a person typed. */
#include "source/process.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/file.h"

/* Strictly a pid: digits alone, from 1 to INT_MAX. */
static bool parse_pid(const char *arg, pid_t *pid)
{
	const char *p = arg;
	long value = 0;

	if (!*p)
		return false;
	for (; *p; p++) {
		if (*p < '0' || *p > '9')
			return false;
		value = value * 10 + (*p - '0');
		if (value > INT_MAX)
			return false;
	}
	*pid = (pid_t)value;
	return value > 0;
}

static bool is_number(const char *arg)
{
	arg += *arg == '-' || *arg == '+';
	return *arg && !arg[strspn(arg, "0123456789")];
}

static bool has_comm(int dir, const char *name)
{
	struct file_text text;
	bool has = false;

	if (!file_read(dir, "comm", &text) && text.len) {
		text.data[text.len - 1] = '\0';
		has = !strcmp(text.data, name);
	}
	file_free(&text);
	return has;
}

static bool has_program(int dir, const char *name)
{
	char path[PATH_MAX];
	ssize_t len = readlinkat(dir, "exe", path, sizeof(path) - 1);
	const char *base;

	if (len <= 0)
		return false;
	path[len] = '\0';
	base = strrchr(path, '/');
	return base && !strcmp(base + 1, name);
}

static bool is_named(DIR *proc, const char *pid, const char *name)
{
	int dir = openat(dirfd(proc), pid, O_PATH | O_DIRECTORY | O_CLOEXEC);
	bool is;

	if (dir < 0)
		return false;
	is = has_comm(dir, name) || has_program(dir, name);
	close(dir);
	return is;
}

static int find_name(const char *name, pid_t *pid, struct error *err)
{
	DIR *proc = opendir("/proc");
	char list[160] = "";
	unsigned int nr = 0;
	struct dirent *entry;

	if (!proc)
		return error_set(err, ERR_FAILED, "/proc: %s", strerror(errno));
	while ((entry = readdir(proc))) {
		size_t used = strlen(list);
		pid_t candidate;

		if (!parse_pid(entry->d_name, &candidate) ||
		    candidate == getpid() ||
		    !is_named(proc, entry->d_name, name))
			continue;
		*pid = candidate;
		nr++;
		if (used + 16 < sizeof(list))
			snprintf(list + used, sizeof(list) - used, "%s%d",
				 used ? ", " : "", candidate);
		else if (list[used - 1] != '.')
			memcpy(list + used, " ...", 5);
	}
	closedir(proc);
	if (nr > 1)
		return error_set(err, ERR_USAGE,
				 "%u processes are named %.60s: give the pid of one: %s",
				 nr, name, list);
	if (nr)
		return 0;
	/* "12a" is more likely a slip than a name. */
	if (isdigit((unsigned char)*name))
		return error_set(err, ERR_USAGE,
				 "%.60s is no pid, and no process is named so",
				 name);
	return error_set(err, ERR_NO_PROCESS, "no process is named %.60s",
			 name);
}

int process_resolve(const char *arg, pid_t *pid, struct error *err)
{
	if (parse_pid(arg, pid))
		return 0;
	if (!*arg)
		return error_set(err, ERR_USAGE,
				 "an empty name: give a pid or a name");
	if (is_number(arg))
		return error_set(err, ERR_USAGE,
				 "%.60s is no pid: pids go from 1 to %d", arg,
				 INT_MAX);
	return find_name(arg, pid, err);
}
