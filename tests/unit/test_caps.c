// SPDX-License-Identifier: GPL-2.0
/*
 * Capabilities that are given up, as /proc tells of a child that does it and of
 * a program that this child starts. Of those that the test itself has: with
 * none of them there is little to see, which the VM's test makes up for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/caps.h"

#define SETPCAP		(1ULL << 8)

struct status {
	uint64_t inheritable, permitted, effective, bounding, ambient;
	uint64_t no_new_privs;
};

static uint64_t value_of(const char *text, const char *key, int base)
{
	const char *at = strstr(text, key);

	assert_non_null(at);
	return strtoull(at + strlen(key), NULL, base);
}

/* Of what a stream has of /proc/PID/status. */
static struct status read_status(FILE *file)
{
	char text[8192];

	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	return (struct status){
		.inheritable = value_of(text, "\nCapInh:", 16),
		.permitted = value_of(text, "\nCapPrm:", 16),
		.effective = value_of(text, "\nCapEff:", 16),
		.bounding = value_of(text, "\nCapBnd:", 16),
		.ambient = value_of(text, "\nCapAmb:", 16),
		.no_new_privs = value_of(text, "\nNoNewPrivs:", 10),
	};
}

static struct status own_status(void)
{
	FILE *file = fopen("/proc/self/status", "re");
	struct status status;

	assert_non_null(file);
	status = read_status(file);
	fclose(file);
	return status;
}

/* What a child that kept these says of itself, or of the program it became. */
static struct status keep(uint64_t caps, bool executes)
{
	struct status status;
	struct error err;
	int pipes[2], code;
	FILE *file;
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		dup2(pipes[1], STDOUT_FILENO);
		if (caps_keep(caps, &err))
			_exit(1);
		if (executes) {
			execl("/bin/cat", "cat", "/proc/self/status", NULL);
			_exit(2);
		}
		status = own_status();
		_exit(write(pipes[1], &status, sizeof(status)) !=
		      sizeof(status));
	}
	close(pipes[1]);
	file = fdopen(pipes[0], "r");
	assert_non_null(file);
	if (executes)
		status = read_status(file);
	else
		assert_int_equal(fread(&status, sizeof(status), 1, file), 1);
	fclose(file);
	assert_int_equal(waitpid(pid, &code, 0), pid);
	assert_int_equal(code, 0);
	return status;
}

static void test_keep(void **state)
{
	static const uint64_t sets[] = {
		CAPS_ALL, CAPS_TARGET, CAPS_TARGET | CAPS_FRAMES, 0,
	};
	struct status before = own_status(), after;

	(void)state;
	for (size_t i = 0; i < sizeof(sets) / sizeof(*sets); i++) {
		after = keep(sets[i], false);
		assert_int_equal(after.permitted, before.permitted & sets[i]);
		assert_int_equal(after.effective, after.permitted);
		assert_int_equal(after.inheritable, 0);
		assert_int_equal(after.ambient, 0);
		assert_int_equal(after.no_new_privs, 1);
		if (before.effective & SETPCAP)
			assert_int_equal(after.bounding, 0);
	}
}

/* Root's programs have all that the bounding set has: that is empty. */
static void test_exec(void **state)
{
	struct status before = own_status();
	struct status after = keep(CAPS_ALL, true);

	(void)state;
	assert_int_equal(after.no_new_privs, 1);
	if (before.effective & SETPCAP || geteuid())
		assert_int_equal(after.permitted, 0);
	else
		assert_int_equal(after.permitted & ~CAPS_ALL, 0);
}

/* A second time there is less to be kept, never more. */
static void test_again(void **state)
{
	struct status before = own_status(), after;
	struct error err;

	(void)state;
	assert_int_equal(caps_keep(CAPS_TARGET, &err), 0);
	assert_int_equal(caps_keep(CAPS_ALL, &err), 0);
	after = own_status();
	assert_int_equal(after.permitted, before.permitted & CAPS_TARGET);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keep),
		cmocka_unit_test(test_exec),
		/* Last of all: it is of this process. */
		cmocka_unit_test(test_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
