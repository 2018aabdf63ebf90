// SPDX-License-Identifier: GPL-2.0
/* Clipping, plain glyphs, wide characters, bars and escapes of the canvas. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "figure/canvas.h"

/* What canvas_write() makes of it; to be freed. */
static char *written(const struct canvas *c)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_int_equal(canvas_write(c, out), 0);
	fclose(out);
	return text;
}

static void assert_shows(const struct canvas *c, const char *want)
{
	char *text = written(c);

	assert_string_equal(text, want);
	free(text);
}

static void test_clipping(void **state)
{
	struct canvas *c = canvas_new(4, 2, true);

	(void)state;
	for (int y = -3; y < 5; y++)
		for (int x = -3; x < 8; x++)
			canvas_put(c, x, y, 'x', STYLE_NORMAL, 0);
	canvas_box(c, -5, -5, 100, 100, STYLE_NORMAL);
	canvas_fill(c, INT32_MIN / 2, -1, INT32_MAX, 2, 'o', STYLE_NORMAL);
	canvas_text(c, -2, 1, 100, STYLE_NORMAL, 0, "abcdefgh");
	canvas_text(c, 0, 7, 100, STYLE_NORMAL, 0, "nowhere");
	assert_shows(c, "oooo\ncdef\n");
	canvas_free(c);
}

static void test_ellipsis(void **state)
{
	struct canvas *c = canvas_new(12, 4, true);

	(void)state;
	assert_int_equal(canvas_text(c, 0, 0, 5, STYLE_NORMAL, 0, "abcde"), 5);
	assert_int_equal(canvas_text(c, 0, 1, 5, STYLE_NORMAL, 0, "abcdef"),
			 5);
	assert_int_equal(canvas_text_tail(c, 0, 2, 5, STYLE_NORMAL, 0,
					  "abcdef"), 5);
	assert_int_equal(canvas_text(c, 0, 3, 0, STYLE_NORMAL, 0, "abc"), 0);
	assert_shows(c, "abcde\nabcd…\n…cdef\n\n");
	canvas_free(c);
}

static void test_escape(void **state)
{
	struct canvas *c = canvas_new(40, 3, true);

	(void)state;
	canvas_text(c, 0, 0, 40, STYLE_NORMAL, 0, "a\nb\033[31m\x9b\xff");
	canvas_text(c, 0, 1, 40, STYLE_NORMAL, 0, "ok \xc2\x9b \xe2\x80\xae.");
	/* An escape is shown whole or not at all. */
	canvas_text(c, 0, 2, 4, STYLE_NORMAL, 0, "a\033bcdef");
	for (int i = 0; i < c->width * c->height; i++) {
		assert_true(c->cells[i].ch >= ' ');
		assert_true(c->cells[i].ch < 0x7f || c->cells[i].ch > 0x9f);
	}
	assert_shows(c, "a\\nb\\x1b[31m\\x9b\\xff\n"
		     "ok \\u{9b} \\u{202e}.\na…\n");
	canvas_free(c);
}

static void test_plain(void **state)
{
	struct canvas *c = canvas_new(24, 4, false);

	(void)state;
	canvas_box(c, 0, 0, 4, 3, STYLE_NORMAL);
	canvas_text(c, 5, 0, 19, STYLE_NORMAL, 0, "→▼▲…·├┤╌");
	canvas_text(c, 5, 1, 19, STYLE_NORMAL, 0, "é木");
	canvas_bar(c, 0, 3, 4, 1, 2, STYLE_NORMAL);
	for (int i = 0; i < c->width * c->height; i++)
		assert_true(c->cells[i].ch < 0x7f);
	assert_shows(c, "+--+ >v^~.++-\n|  | \\u{e9}\\u{6728}\n+--+\n##..\n");
	canvas_free(c);
}

static void test_wide(void **state)
{
	struct canvas *c = canvas_new(5, 3, true);

	(void)state;
	assert_int_equal(canvas_text(c, 0, 0, 5, STYLE_NORMAL, 0, "木木"), 4);
	assert_true(canvas_cell(c, 0, 0)->attr & CELL_WIDE);
	assert_true(canvas_cell(c, 1, 0)->attr & CELL_HIDDEN);
	/* Half of one that is overwritten takes the other half along. */
	canvas_put(c, 1, 0, 'x', STYLE_NORMAL, 0);
	canvas_put(c, 2, 0, 'y', STYLE_NORMAL, 0);
	/* Cut by the edges: blanks. */
	canvas_put(c, 4, 1, 0x6728, STYLE_NORMAL, 0);
	canvas_put(c, -1, 1, 0x6728, STYLE_NORMAL, 0);
	/* Too wide for the room that is left. */
	assert_int_equal(canvas_text(c, 0, 2, 4, STYLE_NORMAL, 0, "木木木"), 3);
	assert_shows(c, " xy\n\n木…\n");
	for (int y = 0; y < 3; y++)
		for (int x = 0; x < 5; x++) {
			unsigned int attr = canvas_cell(c, x, y)->attr;

			if (attr & CELL_WIDE)
				assert_true(x + 1 < 5 &&
					    canvas_cell(c, x + 1, y)->attr &
					    CELL_HIDDEN);
			if (attr & CELL_HIDDEN)
				assert_true(x > 0 &&
					    canvas_cell(c, x - 1, y)->attr &
					    CELL_WIDE);
		}
	canvas_free(c);
}

static void test_bar(void **state)
{
	struct canvas *c = canvas_new(8, 8, true);
	const uint64_t huge = UINT64_MAX;

	(void)state;
	canvas_bar(c, 0, 0, 4, 0, 100, STYLE_NORMAL);
	canvas_bar(c, 0, 1, 4, 1, huge, STYLE_NORMAL);
	canvas_bar(c, 0, 2, 4, 50, 100, STYLE_NORMAL);
	canvas_bar(c, 0, 3, 4, huge - 1, huge, STYLE_NORMAL);
	canvas_bar(c, 0, 4, 4, huge, huge, STYLE_NORMAL);
	canvas_bar(c, 0, 5, 4, 200, 100, STYLE_NORMAL);
	canvas_bar(c, 0, 6, 4, 1, 0, STYLE_NORMAL);
	canvas_bar(c, 0, 7, 0, 1, 1, STYLE_NORMAL);
	assert_shows(c, "····\n▏···\n██··\n███▉\n████\n████\n····\n\n");
	canvas_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clipping),
		cmocka_unit_test(test_ellipsis),
		cmocka_unit_test(test_escape),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_wide),
		cmocka_unit_test(test_bar),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
