/* SPDX-License-Identifier: GPL-2.0 */
/* Lines that commands of a lab say, kept for the viewer's pane. */
#ifndef VMAVIEW_TUI_APP_LOG_H
#define VMAVIEW_TUI_APP_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "figure/canvas.h"

/* So many lines are kept, the newest. */
#define APP_LOG_MAX	10000

struct app_line {
	enum style style;
	char *text;		/* raw, escaped when it is drawn */
};

/* All zeros is an empty log. */
struct app_log {
	struct app_line *lines;
	size_t nr, cap;
	size_t dropped;		/* lines before the first, or without memory */
	size_t newest;		/* the first line of what was moved here last */
};

/* Appends one line; of text with newlines one for each part. */
void app_log_add(struct app_log *log, enum style style, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Moves all lines of more behind those of log. */
void app_log_move(struct app_log *log, struct app_log *more);
void app_log_free(struct app_log *log);

#endif
