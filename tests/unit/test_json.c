// SPDX-License-Identifier: GPL-2.0
/* The JSON writer, read back by jq, which knows nothing of us. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/escape.h"
#include "util/json.h"

static void write_all(struct json *json)
{
	json_open_object(json, NULL);
	json_u64(json, "max", UINT64_MAX);
	json_i64(json, "min", INT64_MIN);
	json_hex(json, "hex", 0x7fffdeadb000);
	json_bool(json, "yes", true);
	json_null(json, "none");
	json_open_array(json, "empty");
	json_close_array(json);
	json_open_object(json, "nothing");
	json_close_object(json);
	json_open_array(json, "list");
	json_u64(json, NULL, 1);
	json_text(json, NULL, "two");
	json_open_object(json, NULL);
	json_close_object(json);
	json_close_array(json);
	json_text(json, "bad", "a\xff" "b");
	json_close_object(json);
}

static char *written(bool pretty)
{
	struct json json;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	json_begin(&json, out, pretty);
	write_all(&json);
	assert_int_equal(json_end(&json), 0);
	fclose(out);
	return text;
}

static void test_syntax(void **state)
{
	char *text = written(false);

	(void)state;
	assert_string_equal(text,
		"{\"max\":18446744073709551615,\"min\":-9223372036854775808,"
		"\"hex\":\"0x7fffdeadb000\",\"yes\":true,\"none\":null,"
		"\"empty\":[],\"nothing\":{},\"list\":[1,\"two\",{}],"
		"\"bad\":\"a\\ufffdb\",\"bad_hex\":\"61ff62\"}\n");
	free(text);
	text = written(true);
	assert_string_equal(text,
		"{\n  \"max\": 18446744073709551615,\n"
		"  \"min\": -9223372036854775808,\n"
		"  \"hex\": \"0x7fffdeadb000\",\n  \"yes\": true,\n"
		"  \"none\": null,\n  \"empty\": [],\n  \"nothing\": {},\n"
		"  \"list\": [\n    1,\n    \"two\",\n    {}\n  ],\n"
		"  \"bad\": \"a\\ufffdb\",\n  \"bad_hex\": \"61ff62\"\n}\n");
	free(text);
}

/* Every code point but the surrogates comes back from jq as it went in. */
static void test_every_character(void **state)
{
	char path[] = "/tmp/vmaview-json-XXXXXX";
	char command[200];
	struct json json;
	uint32_t ch;
	FILE *out, *back;
	int fd, n;

	(void)state;
	fd = mkstemp(path);
	assert_true(fd >= 0);
	out = fdopen(fd, "w");
	json_begin(&json, out, false);
	json_open_array(&json, NULL);
	for (ch = 1; ch < 0x110000; ch++) {
		char text[5] = "";

		if (ch >= 0xd800 && ch <= 0xdfff)
			continue;
		text[utf8_encode(ch, text)] = '\0';
		json_text(&json, NULL, text);
	}
	json_close_array(&json);
	assert_int_equal(json_end(&json), 0);
	fclose(out);

	snprintf(command, sizeof(command),
		 "jq -c 'map(explode | .[0]) == ([range(1; 55296)] + [range(57344; 1114112)])' %s",
		 path);
	back = popen(command, "r");
	n = fread(command, 1, sizeof(command) - 1, back);
	command[n] = '\0';
	if (pclose(back) == 127 << 8) {
		unlink(path);
		skip();
	}
	assert_string_equal(command, "true\n");

	/* and nothing in the file is a control but the newline at its end */
	out = fopen(path, "r");
	while ((n = fgetc(out)) != EOF)
		assert_true((n >= 0x20 && n != 0x7f) || n == '\n');
	fclose(out);
	unlink(path);
}

static void test_write_error(void **state)
{
	struct json json;
	FILE *out = fopen("/dev/full", "w");
	int i;

	(void)state;
	json_begin(&json, out, false);
	json_open_array(&json, NULL);
	for (i = 0; i < 100000; i++)
		json_u64(&json, NULL, 1);
	json_close_array(&json);
	assert_int_equal(json_end(&json), -1);
	assert_int_equal(errno, ENOSPC);
	fclose(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_syntax),
		cmocka_unit_test(test_every_character),
		cmocka_unit_test(test_write_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
