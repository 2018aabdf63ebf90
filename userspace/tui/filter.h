/* SPDX-License-Identifier: GPL-2.0 */
/* Which areas are shown: the little language behind the filter prompt. */
#ifndef VMAVIEW_TUI_FILTER_H
#define VMAVIEW_TUI_FILTER_H

#include "model/snapshot.h"
#include "tui/term.h"
#include "util/error.h"

enum filter_op { FILTER_LT, FILTER_LE, FILTER_EQ, FILTER_NE, FILTER_GE,
		 FILTER_GT };

struct filter_term {
	enum { TERM_NAME, TERM_PERMS, TERM_FLAG, TERM_KIND, TERM_SIZE,
	       TERM_COUNT } kind;
	bool negated;
	char text[TERM_TEXT];	/* TERM_NAME, TERM_PERMS, TERM_KIND */
	int number;		/* enum vma_flag, enum res_count */
	enum filter_op op;
	uint64_t bytes;
};

/* Areas for which every term is true; none: all areas. */
struct filter {
	struct filter_term terms[TERMS_MAX];
	size_t nr_terms;
};

/* Lines for the help, ending in NULL: what can be written, what it means. */
extern const char *const filter_help[][2];

/* 0, or -1 with *err and *filter unchanged. */
int filter_parse(struct filter *filter, const char *text, struct error *err);
/* What is not known about an area never matches, negated or not. */
bool filter_match(const struct filter *filter, const struct snapshot *snap,
		  const struct vma *vma);

#endif
