// SPDX-License-Identifier: GPL-2.0
/*
 * Lines of a lab as words, numbers and names; the table of blocks; and events
 * that no allocator tells.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lab/block.h"
#include "lab/state.h"
#include "lab/words.h"

static void test_cut(void **state)
{
	struct words words;
	struct error err;

	(void)state;
	assert_int_equal(words_cut(&words, "  a =\tmalloc  100 # why", &err), 0);
	assert_int_equal(words.nr, 4);
	assert_string_equal(words.word[0], "a");
	assert_string_equal(words.word[2], "malloc");
	assert_string_equal(words.word[3], "100");
	assert_int_equal(words.at[2], 6);
	assert_false(words.more);
	assert_int_equal(words_cut(&words, "a#b", &err), 0);
	assert_string_equal(words.word[0], "a#b");
	assert_int_equal(words_cut(&words, "", &err), 0);
	assert_int_equal(words.nr, 0);
	assert_int_equal(words_cut(&words, " \t\r\n", &err), 0);
	assert_int_equal(words.nr, 0);
	assert_int_equal(words_cut(&words, "#", &err), 0);
	assert_int_equal(words.nr, 0);
}

static void test_cut_too_much(void **state)
{
	char line[WORDS_LINE + 1];
	struct words words;
	struct error err;

	(void)state;
	memset(line, 'x', sizeof(line));
	line[WORDS_LINE] = '\0';
	assert_int_equal(words_cut(&words, line, &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	line[WORDS_LINE - 1] = '\0';
	assert_int_equal(words_cut(&words, line, &err), 0);
	assert_int_equal(words.nr, 1);
	for (int i = 0; i < WORDS_LINE - 1; i++)
		line[i] = i % 2 ? ' ' : 'x';
	assert_int_equal(words_cut(&words, line, &err), 0);
	assert_int_equal(words.nr, WORDS_MAX);
	assert_true(words.more);
}

static void test_numbers(void **state)
{
	static const struct {
		const char *word;
		uint64_t value;
	} good[] = {
		{ "0", 0 }, { "131072", 131072 }, { "0x1F", 31 }, { "4k", 4096 },
		{ "4K", 4096 }, { "0x10k", 16384 }, { "2m", 2 << 20 },
		{ "1g", 1 << 30 }, { "18446744073709551615", UINT64_MAX },
		{ "0xffffffffffffffff", UINT64_MAX }, { "007", 7 },
	};
	static const char *const bad[] = {
		"", "x", "-1", "+1", "1kb", "k", "0x", "0xg", "1.5", "1 ",
		"18446744073709551616", "0x10000000000000000",
		"17179869184g", "99999999999999999999999999", "4kk",
	};
	uint64_t value;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_true(words_number(good[i].word, &value));
		assert_int_equal(value, good[i].value);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (words_number(bad[i], &value))
			fail_msg("\"%s\" is taken for %ju", bad[i],
				 (uintmax_t)value);
}

static void check_name(const char *word, uint64_t i, const char *want)
{
	char name[BLOCK_NAME];
	struct error err;
	int ret = words_name(word, i, name, &err);

	if (!want && !ret)
		fail_msg("\"%s\" is taken for the name \"%s\"", word, name);
	if (!want)
		return;
	assert_int_equal(ret, 0);
	assert_string_equal(name, want);
}

static void test_names(void **state)
{
	(void)state;
	check_name("a", 0, "a");
	check_name("_x9", 0, "_x9");
	check_name("abcdefghijklmnopqrstuvwx", 0, "abcdefghijklmnopqrstuvwx");
	check_name("abcdefghijklmnopqrstuvwxy", 0, NULL);
	check_name("a[7]", 0, "a[7]");
	check_name("a[18446744073709551615]", 0, "a[18446744073709551615]");
	check_name("a[18446744073709551616]", 0, NULL);
	check_name("a[i]", 5, "a[5]");
	check_name("a[2i-1]", 5, "a[9]");
	check_name("a[i+3]", 5, "a[8]");
	check_name("a[i-6]", 5, NULL);
	check_name("a[18446744073709551615i]", 2, NULL);
	check_name("a[i]", 0, NULL);
	check_name("9a", 0, NULL);
	check_name("", 0, NULL);
	check_name("a.b", 0, NULL);
	check_name("a[", 0, NULL);
	check_name("a[]", 0, NULL);
	check_name("a[1", 0, NULL);
	check_name("a[1]x", 0, NULL);
	check_name("a[i*2]", 1, NULL);
	check_name("a[-1]", 1, NULL);
	check_name("\xc3\xa4", 0, NULL);
}

/* Two names for each of many addresses, against arithmetic. */
static void test_blocks(void **state)
{
	struct block_list list = { .nr = 0 };
	enum { NR = 5000 };
	char name[BLOCK_NAME];

	(void)state;
	assert_int_equal(block_find(&list, "a"), NO_BLOCK);
	assert_int_equal(block_at(&list, 0), NO_BLOCK);
	for (uint32_t i = 0; i < NR; i++) {
		snprintf(name, sizeof(name), "a[%u]", i % (NR / 2));
		assert_int_equal(block_add(&list, name, 16 * (i / 2)), i);
	}
	for (uint32_t i = 0; i < NR / 2; i++) {
		snprintf(name, sizeof(name), "a[%u]", i);
		assert_int_equal(block_find(&list, name), NR / 2 + i);
		assert_int_equal(block_at(&list, 16 * i), 2 * i + 1);
	}
	assert_int_equal(block_find(&list, "a"), NO_BLOCK);
	assert_int_equal(block_at(&list, 8), NO_BLOCK);
	block_list_free(&list);
	assert_int_equal(list.nr, 0);
}

/* Their sizes come from a host whose memory may be damaged. */
static void test_event_sums(void **state)
{
	static const int64_t sizes[] = { INT64_MAX, INT64_MIN, -1 };
	enum { NR = 100 };
	struct lab_report report = { .nr = 0 };
	struct wire_event events[NR];
	struct step step = { .op = WIRE_FREE };
	struct mark mark = { .step = 0 };
	struct lab lab = {
		.report = &report, .events = { .events = events, .nr = NR },
		.steps = &step, .nr_steps = 1, .marks = &mark, .nr_marks = 1,
	};

	(void)state;
	for (size_t s = 0; s < sizeof(sizes) / sizeof(*sizes); s++) {
		for (size_t i = 0; i < NR; i++)
			events[i] = (struct wire_event){
				.size = sizes[s], .kind = i % 2 ? 1 : ~0U,
			};
		tell_events(&lab);
	}
	assert_int_equal(report.nr, 6);
	assert_non_null(strstr(report.lines[5].text, "50 times, -50 bytes"));
	lab_report_free(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_cut_too_much),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_event_sums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
