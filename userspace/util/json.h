/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JSON as it is written, without a tree in memory. Every value has a key in
 * an object and none (NULL) in an array.
 *
 * Strings are always valid UTF-8, and characters that a terminal must not get
 * are written as \uXXXX. JSON has no way to hold a byte that is no UTF-8: it
 * becomes U+FFFD, and json_text() then adds a second member, KEY_hex, with
 * the bytes as they are.
 */
#ifndef VMAVIEW_UTIL_JSON_H
#define VMAVIEW_UTIL_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json {
	FILE *out;
	bool pretty;		/* one member a line, indented */
	int error;		/* errno of the first write that failed, or 0 */
	/* private */
	int depth;
	bool has_members;	/* of what is open: a comma comes next */
};

void json_begin(struct json *json, FILE *out, bool pretty);
/* Ends the document with a newline and flushes it: 0, or -1 with errno. */
int json_end(struct json *json);

void json_open_object(struct json *json, const char *key);
void json_close_object(struct json *json);
void json_open_array(struct json *json, const char *key);
void json_close_array(struct json *json);

void json_text(struct json *json, const char *key, const char *text);
void json_u64(struct json *json, const char *key, uint64_t value);
/* A number, or null where it is not known. */
void json_known(struct json *json, const char *key, bool has, uint64_t value);
void json_i64(struct json *json, const char *key, int64_t value);
/* A string, "0x7f12a000": numbers above 2^53 would not survive readers. */
void json_hex(struct json *json, const char *key, uint64_t value);
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);

#endif
