// SPDX-License-Identifier: GPL-2.0
/*
 * Lets each allocation and each copy to or from user memory fail that a command
 * makes, one at a time, the first, the second, until the command has no more of
 * them: /proc/thread-self/fail-nth. A failure may be survived or told, by one
 * of a few errors, but nothing else may come of it; kmemleak says what it lost.
 *
 *	failnth PID		prints "ok NAME" or "not ok NAME - why" lines
 *
 * Not loading: an allocation that fails in the kernel's own part of it is a
 * WARNING of jump_label_module_notify(), by which no run passes.
 */
#include "raw.h"

#define MAX_POINTS	2000

static int nth;

/* ---- the switch ---- */

static void set_attribute(const char *kind, const char *name, const char *value)
{
	char path[96];
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/debug/%s/%s", kind, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;		/* not every kind has every attribute */
	if (write(fd, value, strlen(value)) < 0)
		give_up(path);
	close(fd);
}

/* All kinds of allocations, without a report for each. */
static void open_switch(void)
{
	static const char *const kinds[] = {
		"failslab", "fail_page_alloc", "fail_usercopy",
	};

	nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (nth < 0)
		give_up("fail-nth");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		set_attribute(kinds[i], "verbose", "0");
		set_attribute(kinds[i], "ignore-gfp-wait", "N");
		set_attribute(kinds[i], "ignore-gfp-highmem", "N");
		set_attribute(kinds[i], "min-order", "0");
	}
}

static void arm(unsigned int n)
{
	char text[12];
	int len = snprintf(text, sizeof(text), "%u", n);

	if (pwrite(nth, text, len, 0) != len)
		give_up("arming");
}

/* Whether the failure came before this, which copies to and fro itself. */
static bool disarm(void)
{
	char text[12] = "";
	bool has_failed;

	has_failed = pread(nth, text, sizeof(text) - 1, 0) > 0 &&
		     atoi(text) == 0;
	while (pwrite(nth, "0", 1, 0) != 1)
		;
	return has_failed;
}

/* ---- what is tried ---- */

static const char *path;
static int s;			/* a new one for each try, made before it */

static int try_command(uint8_t cmd, int fd)
{
	static struct answer answer;
	struct request req;
	int code;
	bool is_dump = cmd > VMAVIEW_CMD_GET_MM;

	if (is_dump)
		begin_dump(&req, cmd, fd);
	else
		begin(&req, cmd, 0);
	if (cmd == VMAVIEW_CMD_GET_MM)
		mnl_attr_put_u32(&req.nlh, VMAVIEW_A_PAGEMAP_FD, fd);
	if (cmd == VMAVIEW_CMD_GET_VMAS)
		mnl_attr_put_u32(&req.nlh, VMAVIEW_A_FLAGS, VMAVIEW_F_VMAS);
	if (cmd == VMAVIEW_CMD_GET_PAGES)
		mnl_attr_put_u32(&req.nlh, VMAVIEW_A_FLAGS, VMAVIEW_F_PAGES);
	code = send_request(s, &req, req.nlh.nlmsg_len);
	if (code)
		code = -code;
	else
		code = read_answer(s, is_dump, &answer) ? answer.code :
							  ETIMEDOUT;
	return code;
}

static int try_file(uint8_t cmd, int arg)
{
	char buffer[4096];
	ssize_t len = -1;
	int fd, code = 0;

	(void)cmd;
	(void)arg;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		do {
			len = read(fd, buffer, sizeof(buffer));
		} while (len > 0);
	if (len < 0)
		code = errno;
	if (fd >= 0)
		close(fd);
	return code;
}

static int write_watch(const char *text)
{
	int fd = open("/sys/kernel/debug/vmaview/watch", O_WRONLY | O_CLOEXEC);
	int code = 0;

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		code = errno;
	if (fd >= 0)
		close(fd);
	return code;
}

static int try_watch(uint8_t cmd, int pid)
{
	char text[12];
	int code;

	(void)cmd;
	snprintf(text, sizeof(text), "%d", pid);
	code = write_watch(text);
	if (code)
		return code;
	snprintf(text, sizeof(text), "-%d", pid);
	/* taking it back may be what fails */
	do {
		code = write_watch(text);
	} while (code == ENOMEM || code == EFAULT);
	return code;
}

static bool is_clean(int code)
{
	return !code || code == ENOMEM || code == ENOBUFS || code == EFAULT;
}

static void try_all(const char *name, int (*try)(uint8_t, int), uint8_t cmd,
		    int arg)
{
	unsigned int n, nr_survived = 0;
	bool has_failed = true;
	char text[80];
	int code;

	s = open_socket();
	code = try(cmd, arg);
	close(s);
	snprintf(text, sizeof(text), "%s works before", name);
	check(!code, text, "%s", strerror(code));
	for (n = 1; n < MAX_POINTS && has_failed; n++) {
		s = open_socket();
		arm(n);
		code = try(cmd, arg);
		has_failed = disarm();
		close(s);
		nr_survived += has_failed && !code;
		if (is_clean(code))
			continue;
		snprintf(text, sizeof(text), "%s, point %u", name, n);
		check(false, text, "%s", strerror(code));
	}
	snprintf(text, sizeof(text), "case-21 %s comes to its end", name);
	check(!has_failed && n > 2, text, "%u points", n - 2);
	printf("# %s: %u points, %u survived\n", name, n - 2, nr_survived);
	s = open_socket();
	code = try(cmd, arg);
	close(s);
	snprintf(text, sizeof(text), "%s works after that", name);
	check(!code, text, "%s", strerror(code));
}

int main(int argc, char **argv)
{
	static const char *const commands[] = {
		NULL, "GET_INFO", "GET_MM", "GET_VMAS", "GET_PAGES",
		"GET_TABLES", "GET_ENTRY",
	};
	static const char *const files[] = {
		"mm", "vmas", "residency", "tables",
	};
	char folder[96];
	int fd;

	if (argc != 2) {
		fprintf(stderr, "usage: failnth PID\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	find_family();
	fd = open_pagemap(atoi(argv[1]));
	if (fd < 0)
		give_up("pagemap");
	open_switch();
	for (size_t i = 1; i < sizeof(commands) / sizeof(commands[0]); i++)
		try_all(commands[i], try_command, i, fd);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(folder, sizeof(folder),
			 "/sys/kernel/debug/vmaview/%s/%s", argv[1], files[i]);
		path = folder;
		try_all(files[i], try_file, 0, 0);
	}
	path = "/sys/kernel/debug/vmaview/stats";
	try_all("stats", try_file, 0, 0);
	try_all("watch", try_watch, 0, atoi(argv[1]));
	return failures ? 1 : 0;
}
