// SPDX-License-Identifier: GPL-2.0
/* No byte that a terminal would obey comes out of the escaper. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/escape.h"

static void check(const char *in, const char *want, const char *want_plain)
{
	char out[200];

	assert_int_equal(escape_text(out, sizeof(out), in, 0), strlen(want));
	assert_string_equal(out, want);
	assert_int_equal(escape_text(out, sizeof(out), in, 1),
			 strlen(want_plain));
	assert_string_equal(out, want_plain);
}

static void test_ascii(void **state)
{
	int c;

	(void)state;
	check("", "", "");
	check("/usr/lib/x.so", "/usr/lib/x.so", "/usr/lib/x.so");
	check("a\\b", "a\\b", "a\\b");
	check("a\nb\tc", "a\\nb\\tc", "a\\nb\\tc");
	for (c = 1; c < 0x80; c++) {
		char in[2] = { (char)c, '\0' };
		char want[8] = { (char)c, '\0' };
		static const char hex[] = "0123456789abcdef";

		if (c == '\n') {
			memcpy(want, "\\n", 3);
		} else if (c == '\t') {
			memcpy(want, "\\t", 3);
		} else if (c < 0x20 || c == 0x7f) {
			memcpy(want, "\\x", 2);
			want[2] = hex[c >> 4];
			want[3] = hex[c & 15];
			want[4] = '\0';
		}
		check(in, want, want);
	}
}

static void test_invalid(void **state)
{
	(void)state;
	check("\x9b" "31m", "\\x9b31m", "\\x9b31m");	/* CSI in 8 bits */
	check("\xff\xfe", "\\xff\\xfe", "\\xff\\xfe");
	check("\xc0\x80", "\\xc0\\x80", "\\xc0\\x80");	/* overlong NUL */
	check("\xe0\x80\xaf", "\\xe0\\x80\\xaf", "\\xe0\\x80\\xaf");
	check("\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf",
	      "\\xf0\\x80\\x80\\xaf");
	check("\xed\xa0\x80", "\\xed\\xa0\\x80", "\\xed\\xa0\\x80"); /* d800 */
	check("\xed\xbf\xbf", "\\xed\\xbf\\xbf", "\\xed\\xbf\\xbf"); /* dfff */
	check("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80",
	      "\\xf4\\x90\\x80\\x80");			/* 110000 */
	check("\xe2\x82", "\\xe2\\x82", "\\xe2\\x82");	/* cut short */
	check("\xe2\x82" "a", "\\xe2\\x82a", "\\xe2\\x82a");
	check("\x80", "\\x80", "\\x80");
}

static void test_unicode(void **state)
{
	(void)state;
	check("\xc3\xa9", "\xc3\xa9", "\\u{e9}");
	check("\xe6\xbc\xa2", "\xe6\xbc\xa2", "\\u{6f22}");
	check("\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80", "\\u{1f600}");
	check("\xc2\x9b", "\\u{9b}", "\\u{9b}");	/* C1 */
	check("\xc2\x85", "\\u{85}", "\\u{85}");
	check("e\xcc\x81", "e\\u{301}", "e\\u{301}");	/* combining */
	check("\xe2\x80\xae", "\\u{202e}", "\\u{202e}"); /* right to left */
	check("\xe2\x81\xa6", "\\u{2066}", "\\u{2066}");
	check("\xe2\x80\x8b", "\\u{200b}", "\\u{200b}"); /* no width */
	check("\xe2\x80\xa8", "\\u{2028}", "\\u{2028}"); /* line separator */
	check("\xef\xbb\xbf", "\\u{feff}", "\\u{feff}");
	check("\xee\x80\x80", "\\u{e000}", "\\u{e000}"); /* private use */
	check("\xf4\x8f\xbf\xbf", "\\u{10ffff}", "\\u{10ffff}");
	check("\xc2\xad", "\\u{ad}", "\\u{ad}");	/* soft hyphen */
	check("\xe1\x85\xa0", "\\u{1160}", "\\u{1160}"); /* Hangul filler */
}

static void test_columns(void **state)
{
	(void)state;
	assert_int_equal(char_columns('a'), 1);
	assert_int_equal(char_columns(' '), 1);
	assert_int_equal(char_columns(0xe9), 1);
	assert_int_equal(char_columns(0x6f22), 2);
	assert_int_equal(char_columns(0x1f600), 2);
	assert_int_equal(char_columns(0xff21), 2);	/* full width A */
	assert_int_equal(char_columns(0x2500), 1);	/* a line */
	assert_int_equal(char_columns(0), 0);
	assert_int_equal(char_columns(0x7f), 0);
	assert_int_equal(char_columns(0x9b), 0);
	assert_int_equal(char_columns(0x301), 0);
	assert_int_equal(char_columns(0xd800), 0);
	assert_int_equal(char_columns(0x10ffff), 0);
	assert_int_equal(char_columns(0x110000), 0);
	assert_int_equal(char_columns(ESCAPE_INVALID), 0);
}

/* Every code point survives, and none is taken for another. */
static void test_round_trip(void **state)
{
	uint32_t ch, back;

	(void)state;
	for (ch = 0; ch < 0x110000; ch++) {
		char text[4];
		size_t n = utf8_encode(ch, text);

		if (ch >= 0xd800 && ch <= 0xdfff) {
			assert_int_equal(utf8_decode(text, n, &back), 1);
			assert_int_equal(back, ESCAPE_INVALID);
			continue;
		}
		assert_int_equal(utf8_decode(text, n, &back), n);
		assert_int_equal(back, ch);
		if (n > 1) {
			assert_int_equal(utf8_decode(text, n - 1, &back), 1);
			assert_int_equal(back, ESCAPE_INVALID);
		}
	}
}

/* A cut falls between units, and nothing comes behind it. */
static void test_cut(void **state)
{
	static const char in[] = "a\033\xe6\xbc\xa2" "b\xff" "c";
	char whole[64], out[64];
	size_t need = escape_text(whole, sizeof(whole), in, 0);
	size_t size;

	(void)state;
	assert_string_equal(whole, "a\\x1b\xe6\xbc\xa2" "b\\xffc");
	assert_int_equal(escape_text(NULL, 0, in, 0), need);
	for (size = 1; size < sizeof(out); size++) {
		static const size_t stops[] = { 0, 1, 5, 8, 9, 13, 14 };
		size_t i, want = 0;

		memset(out, 'x', sizeof(out));
		assert_int_equal(escape_text(out, size, in, 0), need);
		for (i = 0; i < sizeof(stops) / sizeof(stops[0]); i++)
			if (stops[i] < size)
				want = stops[i];
		assert_int_equal(strlen(out), want);
		assert_memory_equal(out, whole, want);
	}
}

/* The proof: any bytes in, and only what may be shown out. */
static void test_case_52_no_raw_controls(void **state)
{
	unsigned int seed = 1;
	int round;

	(void)state;
	for (round = 0; round < 200000; round++) {
		char in[24], out[24 * 16];
		size_t i, n, len = (size_t)(rand_r(&seed) % 23);
		int plain = rand_r(&seed) & 1;

		for (i = 0; i < len; i++) {
			int r = rand_r(&seed) >> 8;

			/* half of it from where the trouble is */
			in[i] = (char)(r & 1 ? r >> 1 : "\033\x9b\xc2\xe2\x80\xae\xcc\xf0"[r >> 1 & 7]);
			if (!in[i])
				in[i] = 1;
		}
		in[len] = '\0';
		n = escape_text(out, sizeof(out), in, plain);
		assert_true(n < sizeof(out));
		for (i = 0; i < n;) {
			uint32_t ch;
			size_t step = utf8_decode(out + i, n - i, &ch);

			assert_true(char_columns(ch) > 0);
			assert_true(!plain || ch < 0x80);
			i += step;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ascii),
		cmocka_unit_test(test_invalid),
		cmocka_unit_test(test_unicode),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_case_52_no_raw_controls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
