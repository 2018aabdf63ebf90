// SPDX-License-Identifier: GPL-2.0
/*
 * Cutting the log's lines into rows. A log has no more than APP_LOG_MAX lines
 * and changes when a command was carried out: then all is done again.
 */
#include "tui/log_rows.h"

#include <stdlib.h>
#include <string.h>

#include "util/escape.h"
#include "util/wrap.h"

#define INDENT	4	/* columns before what goes on from the row above */

void log_rows_free(struct log_rows *rows)
{
	for (size_t i = 0; i < rows->nr; i++)
		free(rows->rows[i].text);
	free(rows->rows);
	memset(rows, 0, sizeof(*rows));
}

static bool has_room(struct log_rows *rows)
{
	size_t cap = rows->cap ? 2 * rows->cap : 64;
	struct log_row *more;

	if (rows->nr < rows->cap)
		return true;
	more = reallocarray(rows->rows, cap, sizeof(*more));
	if (!more)
		return false;
	rows->rows = more;
	rows->cap = cap;
	return true;
}

/* len bytes of text, behind as many blanks. False without memory. */
static bool add(struct log_rows *rows, enum style style, int indent,
		const char *text, size_t len)
{
	char *row = has_room(rows) ? malloc(indent + len + 1) : NULL;

	if (!row)
		return false;
	memset(row, ' ', indent);
	memcpy(row + indent, text, len);
	row[indent + len] = 0;
	rows->rows[rows->nr++] = (struct log_row){ style, row };
	return true;
}

static bool add_line(struct log_rows *rows, const struct app_line *line,
		     int width, bool plain)
{
	size_t size = escape_text(NULL, 0, line->text, plain) + 1, len;
	int indent = 0, more = INDENT < width / 2 ? INDENT : 0;
	char *all = malloc(size), *text = all;
	bool added = all;

	if (all)
		escape_text(all, size, line->text, plain);
	while (added) {
		len = wrap_bytes(text, width - indent);
		added = add(rows, line->style, indent, text, len);
		text += len;
		indent = more;
		if (!*text)
			break;
	}
	free(all);
	return added;
}

void log_rows_set(struct log_rows *rows, const struct app_log *log, int width,
		  bool plain)
{
	size_t lines = log->nr + log->dropped;

	if (rows->lines == lines && rows->width == width)
		return;
	log_rows_free(rows);
	rows->lines = lines;
	rows->width = width;
	for (size_t i = 0; i < log->nr && width > 0; i++) {
		if (i == log->newest)
			rows->newest = rows->nr;
		if (!add_line(rows, &log->lines[i], width, plain))
			return;
	}
}
