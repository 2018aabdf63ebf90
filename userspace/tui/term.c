// SPDX-License-Identifier: GPL-2.0
#include "tui/term.h"

#include <string.h>

int term_next(const char **text, size_t nr, struct term *term,
	      struct error *err)
{
	const char *at = *text + strspn(*text, " ");

	if (!*at)
		return 0;
	if (nr == TERMS_MAX)
		return error_set(err, ERR_USAGE, "more than %d terms",
				 TERMS_MAX);
	for (term->negated = false; *at == '!'; at++)
		term->negated = !term->negated;
	term->quoted = *at == '"';
	at += term->quoted;
	term->len = strcspn(at, term->quoted ? "\"" : " ");
	if (term->len >= sizeof(term->text))
		return error_set(err, ERR_USAGE, "term too long");
	if (!term->len)
		return error_set(err, ERR_USAGE, "nothing to look for after %s",
				 term->quoted ? "\"" : "!");
	memcpy(term->text, at, term->len);
	term->text[term->len] = 0;
	at += term->len;
	*text = at + (term->quoted && *at == '"');
	return 1;
}
