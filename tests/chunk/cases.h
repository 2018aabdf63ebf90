/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cases of a program that checks an allocator from outside: it runs under any,
 * by LD_PRELOAD, and passes under glibc's too, or the check would be wrong.
 *
 * Each case has a process of its own. Nothing in here allocates, so a case's
 * first call is its process's first.
 */
#ifndef CASES_H
#define CASES_H

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct test_case {
	const char *name;
	void (*run)(void);
};

enum { CASE_SECONDS = 300 };	/* for what hangs */

/* Of every block: two words. (glibc aligns to four of them on i386.) */
#define ALIGNMENT (2 * sizeof(size_t))

__attribute__((format(printf, 1, 2)))
static inline void say(const char *format, ...)
{
	char line[512];
	va_list list;
	int length;

	va_start(list, format);
	length = vsnprintf(line, sizeof(line), format, list);
	va_end(list);
	if (length > (int)sizeof(line) - 1)
		length = sizeof(line) - 1;
	if (write(STDOUT_FILENO, line, (size_t)length) < 0)
		_exit(2);
}

/* Ends the case. */
#define expect(condition, ...) do { \
	if (!(condition)) { \
		say("# %s:%d: ", __FILE__, __LINE__); \
		say(__VA_ARGS__); \
		say("\n"); \
		_exit(1); \
	} \
} while (0)

/* xorshift: the same numbers from the same seed. */
static inline uint32_t dice(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* What a block is filled with: each byte tells whose it is. */
static inline void fill(void *block, size_t size, uint32_t owner)
{
	unsigned char *bytes = block;

	for (size_t i = 0; i < size; i++)
		bytes[i] = (unsigned char)(owner + i * 31);
}

static inline int is_filled(const void *block, size_t size, uint32_t owner)
{
	const unsigned char *bytes = block;

	for (size_t i = 0; i < size; i++) {
		if (bytes[i] != (unsigned char)(owner + i * 31))
			return 0;
	}
	return 1;
}

/* main's work: argv[1] goes into the names, argv[2] picks a case. */
static inline int run_cases(int argc, char **argv, const char *program,
			    const struct test_case *cases)
{
	int nr_bad = 0;

	for (; cases->name; cases++) {
		int status;
		pid_t child;

		if (argc > 2 && strcmp(argv[2], cases->name))
			continue;
		child = fork();
		if (child < 0)
			return 2;
		if (!child) {
			alarm(CASE_SECONDS);
			cases->run();
			_exit(0);
		}
		if (waitpid(child, &status, 0) < 0)
			return 2;
		if (!status) {
			say("ok chunk/%s %s %s\n", program,
			    argc > 1 ? argv[1] : "here", cases->name);
			continue;
		}
		nr_bad++;
		say("not ok chunk/%s %s %s - %s %d\n", program,
		    argc > 1 ? argv[1] : "here", cases->name,
		    WIFSIGNALED(status) ? "signal" : "exit code",
		    WIFSIGNALED(status) ? WTERMSIG(status) :
		    WEXITSTATUS(status));
	}
	return nr_bad > 0;
}

#endif
