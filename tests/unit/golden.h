/* SPDX-License-Identifier: GPL-2.0 */
/* Text against a file of tests/golden; UPDATE_GOLDEN=1 writes it. */
#ifndef VMAVIEW_TESTS_UNIT_GOLDEN_H
#define VMAVIEW_TESTS_UNIT_GOLDEN_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static inline void check_golden(const char *name, const char *text)
{
	char path[200], *want = NULL;
	size_t size = 0;
	FILE *f;

	snprintf(path, sizeof(path), "tests/golden/%s", name);
	f = fopen(path, getenv("UPDATE_GOLDEN") ? "w" : "r");
	if (!f)
		fail_msg("%s: %s", path, strerror(errno));
	if (getenv("UPDATE_GOLDEN")) {
		assert_true(fputs(text, f) >= 0);
		assert_int_equal(fclose(f), 0);
		return;
	}
	if (getdelim(&want, &size, '\0', f) < 0)
		fail_msg("%s is empty", path);
	fclose(f);
	if (strcmp(want, text))
		fail_msg("differs from %s; it is now:\n%s", path, text);
	free(want);
}

#endif
