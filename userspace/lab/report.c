// SPDX-License-Identifier: GPL-2.0
/* Lines of text, as they come. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lab/lab.h"

void lab_report_free(struct lab_report *report)
{
	for (size_t i = 0; i < report->nr; i++)
		free(report->lines[i].text);
	free(report->lines);
	*report = (struct lab_report){ .nr = 0 };
}

static bool has_room(struct lab_report *report)
{
	size_t want = report->cap ? report->cap * 2 : 16;
	struct lab_line *lines;

	if (report->nr < report->cap)
		return true;
	lines = reallocarray(report->lines, want, sizeof(*lines));
	if (!lines)
		return false;
	report->lines = lines;
	report->cap = want;
	return true;
}

void lab_report_add(struct lab_report *report, enum lab_line_kind kind,
		    const char *fmt, ...)
{
	va_list args;
	char *text;
	int n;

	va_start(args, fmt);
	n = vasprintf(&text, fmt, args);
	va_end(args);
	if (n < 0) {
		report->failed = true;
	} else if (!has_room(report)) {
		report->failed = true;
		free(text);
	} else {
		report->lines[report->nr++] = (struct lab_line){ kind, text };
	}
}
