/* SPDX-License-Identifier: GPL-2.0 */
/* The log of a lab cut into rows of a width, so that each line is whole. */
#ifndef VMAVIEW_TUI_LOG_ROWS_H
#define VMAVIEW_TUI_LOG_ROWS_H

#include "tui/app_log.h"

struct log_row {
	enum style style;
	char *text;		/* escaped */
};

/* All zeros is empty, and made from nothing. */
struct log_rows {
	struct log_row *rows;
	size_t nr, cap;
	size_t newest;		/* the first row of what came last */
	/* What it was made from. */
	size_t lines;		/* that there ever were */
	int width;
};

/* Makes the rows anew if the log or the width is another one. */
void log_rows_set(struct log_rows *rows, const struct app_log *log, int width,
		  bool plain);
void log_rows_free(struct log_rows *rows);

#endif
