// SPDX-License-Identifier: GPL-2.0
/* A list of lines that drops its oldest ones when it is full. */
#include "tui/app_log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Half of what is kept goes at once, so that appending stays cheap. */
static void drop_old(struct app_log *log)
{
	size_t old = log->nr / 2;

	for (size_t i = 0; i < old; i++)
		free(log->lines[i].text);
	log->nr -= old;
	log->dropped += old;
	log->newest -= log->newest < old ? log->newest : old;
	memmove(log->lines, log->lines + old, log->nr * sizeof(*log->lines));
}

static bool has_room(struct app_log *log)
{
	size_t cap = log->cap ? 2 * log->cap : 64;
	struct app_line *more;

	if (log->nr >= APP_LOG_MAX)
		drop_old(log);
	if (log->nr < log->cap)
		return true;
	more = reallocarray(log->lines, cap, sizeof(*more));
	if (!more)
		return false;
	log->lines = more;
	log->cap = cap;
	return true;
}

/* The text becomes the log's; NULL: there was no memory for it. */
static void add(struct app_log *log, enum style style, char *text)
{
	if (!text || !has_room(log)) {
		free(text);
		log->dropped++;
		return;
	}
	log->lines[log->nr++] = (struct app_line){ style, text };
}

void app_log_add(struct app_log *log, enum style style, const char *fmt, ...)
{
	char *all, *text;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vasprintf(&all, fmt, args);
	va_end(args);
	if (len < 0) {
		log->dropped++;
		return;
	}
	for (text = all; ; text++) {
		size_t part = strcspn(text, "\n");

		add(log, style, strndup(text, part));
		text += part;
		if (!*text)
			break;
	}
	free(all);
}

void app_log_move(struct app_log *log, struct app_log *more)
{
	if (more->nr)
		log->newest = log->nr;
	for (size_t i = 0; i < more->nr; i++)
		add(log, more->lines[i].style, more->lines[i].text);
	log->dropped += more->dropped;
	more->nr = more->dropped = 0;
	app_log_free(more);
}

void app_log_free(struct app_log *log)
{
	for (size_t i = 0; i < log->nr; i++)
		free(log->lines[i].text);
	free(log->lines);
	memset(log, 0, sizeof(*log));
}
