/* SPDX-License-Identifier: GPL-2.0 */
/* What failed, in words for a person and as a kind for the program. */
#ifndef VMAVIEW_UTIL_ERROR_H
#define VMAVIEW_UTIL_ERROR_H

enum error_kind {
	ERR_NONE,
	ERR_FAILED,		/* anything else */
	ERR_USAGE,
	ERR_NO_MODULE,		/* the netlink family is not there */
	ERR_INCOMPATIBLE,	/* it speaks another protocol */
	ERR_PERMISSION,
	ERR_NO_PROCESS,		/* no such pid, or no such name */
	ERR_GONE,		/* it was there and has ended */
	ERR_EXEC,		/* it runs another program now */
	ERR_NO_MM,		/* kernel thread or zombie: no user memory */
};

/* Documented exit codes of the program. */
enum exit_code {
	EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_NO_MODULE = 3,
	EXIT_PERMISSION = 4, EXIT_NO_PROCESS = 42,
};

struct error {
	enum error_kind kind;
	char text[300];		/* what failed and what to do, no newline */
};

/* Fills *err and returns -1, so that callers can return it. */
int error_set(struct error *err, enum error_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

enum exit_code error_exit_code(enum error_kind kind);

#endif
