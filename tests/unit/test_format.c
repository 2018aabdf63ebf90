// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/error.h"
#include "util/format.h"

static void check(uint64_t bytes, const char *want, const char *want_short)
{
	char out[FORMAT_SIZE_MAX];

	assert_string_equal(format_size(out, bytes, 0), want);
	assert_string_equal(format_size(out, bytes, 1), want_short);
}

static void test_size(void **state)
{
	(void)state;
	check(0, "0 B", "0B");
	check(1, "1 B", "1B");
	check(1023, "1023 B", "1023B");
	check(1024, "1 KiB", "1K");
	check(4096, "4 KiB", "4K");
	check(4097, "4.0 KiB", "4.0K");
	check(135168, "132 KiB", "132K");
	check(1020 * 1024, "1020 KiB", "1020K");
	check(1024 * 1024 - 1, "1.0 MiB", "1.0M");
	check(1024 * 1024, "1 MiB", "1M");
	check(1536 * 1024, "1.5 MiB", "1.5M");
	check(102349 * 1024ULL, "100 MiB", "100M");
	check(128ULL << 40, "128 TiB", "128T");
	check((128ULL << 40) - 4096, "128 TiB", "128T");
	check(1ULL << 60, "1 EiB", "1E");
	check(UINT64_MAX, "16.0 EiB", "16.0E");
}

static void test_count(void **state)
{
	char out[32];

	(void)state;
	assert_string_equal(format_count(out, 0), "0");
	assert_string_equal(format_count(out, 999), "999");
	assert_string_equal(format_count(out, 1000), "1,000");
	assert_string_equal(format_count(out, 1234567), "1,234,567");
	assert_string_equal(format_count(out, UINT64_MAX),
			    "18,446,744,073,709,551,615");
}

static void test_error(void **state)
{
	struct error err;
	char big[1000];

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	assert_int_equal(error_set(&err, ERR_USAGE, "%s", big), -1);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_int_equal(error_exit_code(ERR_NONE), 0);
	assert_int_equal(error_exit_code(ERR_FAILED), 1);
	assert_int_equal(error_exit_code(ERR_NO_MM), 1);
	assert_int_equal(error_exit_code(ERR_USAGE), 2);
	assert_int_equal(error_exit_code(ERR_NO_MODULE), 3);
	assert_int_equal(error_exit_code(ERR_INCOMPATIBLE), 3);
	assert_int_equal(error_exit_code(ERR_PERMISSION), 4);
	assert_int_equal(error_exit_code(ERR_NO_PROCESS), 42);
	assert_int_equal(error_exit_code(ERR_GONE), 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
