// SPDX-License-Identifier: GPL-2.0
/*
 * Errors as values. The text may hold raw names from outside; whoever prints
 * it escapes it.
 */
#include "util/error.h"

#include <stdarg.h>
#include <stdio.h>

int error_set(struct error *err, enum error_kind kind, const char *fmt, ...)
{
	va_list args;

	err->kind = kind;
	va_start(args, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, args);
	va_end(args);
	return -1;
}

enum exit_code error_exit_code(enum error_kind kind)
{
	switch (kind) {
	case ERR_NONE:
		return EXIT_OK;
	case ERR_USAGE:
		return EXIT_USAGE;
	case ERR_NO_MODULE:
	case ERR_INCOMPATIBLE:
		return EXIT_NO_MODULE;
	case ERR_PERMISSION:
		return EXIT_PERMISSION;
	case ERR_NO_PROCESS:
	case ERR_GONE:
		return EXIT_NO_PROCESS;
	case ERR_FAILED:
	case ERR_EXEC:
	case ERR_NO_MM:
		break;
	}
	return EXIT_FAILED;
}
