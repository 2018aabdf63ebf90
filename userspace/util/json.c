// SPDX-License-Identifier: GPL-2.0
/* Owns the syntax of JSON and knows nothing of what is written in it. */
#include "util/json.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>

#include "util/escape.h"

static void put(struct json *json, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Every byte goes through here, so the first error stays the one reported. */
static void put(struct json *json, const char *fmt, ...)
{
	va_list args;

	if (json->error)
		return;
	va_start(args, fmt);
	if (vfprintf(json->out, fmt, args) < 0)
		json->error = errno ? errno : EIO;
	va_end(args);
}

/* How much of text is ASCII that needs nothing done: most of what there is. */
static size_t plain_length(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && n < INT_MAX && text[n] >= 0x20 && text[n] < 0x7f &&
	       text[n] != '"' && text[n] != '\\')
		n++;
	return n;
}

/* Returns false when a byte could not be kept. */
static bool put_string(struct json *json, const char *text)
{
	size_t len = strlen(text);
	bool whole = true;

	put(json, "\"");
	while (len) {
		size_t n = plain_length(text, len);
		uint32_t ch;

		if (n) {
			put(json, "%.*s", (int)n, text);
			text += n;
			len -= n;
			continue;
		}
		n = utf8_decode(text, len, &ch);
		if (ch == ESCAPE_INVALID) {
			put(json, "\\ufffd");
			whole = false;
		} else if (ch == '"' || ch == '\\') {
			put(json, "\\%c", (int)ch);
		} else if (ch == '\n') {
			put(json, "\\n");
		} else if (ch == '\t') {
			put(json, "\\t");
		} else if (char_columns(ch)) {
			put(json, "%.*s", (int)n, text);
		} else if (ch < 0x10000) {
			put(json, "\\u%04x", (unsigned int)ch);
		} else {
			put(json, "\\u%04x\\u%04x",
			    (unsigned int)(0xd800 + ((ch - 0x10000) >> 10)),
			    (unsigned int)(0xdc00 + (ch & 0x3ff)));
		}
		text += n;
		len -= n;
	}
	put(json, "\"");
	return whole;
}

static void put_indent(struct json *json)
{
	if (json->pretty)
		put(json, "\n%*s", json->depth * 2, "");
}

/* What stands before any value: comma, line, key. */
static void put_lead(struct json *json, const char *key)
{
	if (json->has_members)
		put(json, ",");
	if (json->depth)
		put_indent(json);
	json->has_members = true;
	if (key) {
		put_string(json, key);
		put(json, json->pretty ? ": " : ":");
	}
}

static void open_nest(struct json *json, const char *key, char bracket)
{
	put_lead(json, key);
	put(json, "%c", bracket);
	json->depth++;
	json->has_members = false;
}

static void close_nest(struct json *json, char bracket)
{
	json->depth--;
	if (json->has_members)
		put_indent(json);
	put(json, "%c", bracket);
	json->has_members = true;
}

void json_begin(struct json *json, FILE *out, bool pretty)
{
	*json = (struct json){ .out = out, .pretty = pretty };
}

int json_end(struct json *json)
{
	put(json, "\n");
	if (!json->error && fflush(json->out))
		json->error = errno;
	errno = json->error;
	return json->error ? -1 : 0;
}

void json_open_object(struct json *json, const char *key)
{
	open_nest(json, key, '{');
}

void json_close_object(struct json *json)
{
	close_nest(json, '}');
}

void json_open_array(struct json *json, const char *key)
{
	open_nest(json, key, '[');
}

void json_close_array(struct json *json)
{
	close_nest(json, ']');
}

void json_text(struct json *json, const char *key, const char *text)
{
	put_lead(json, key);
	if (put_string(json, text) || !key)
		return;
	put(json, ",");
	put_indent(json);
	put(json, "\"%s_hex\"%s\"", key, json->pretty ? ": " : ":");
	for (; *text; text++)
		put(json, "%02x", (unsigned char)*text);
	put(json, "\"");
}

void json_u64(struct json *json, const char *key, uint64_t value)
{
	put_lead(json, key);
	put(json, "%" PRIu64, value);
}

void json_known(struct json *json, const char *key, bool has, uint64_t value)
{
	if (has)
		json_u64(json, key, value);
	else
		json_null(json, key);
}

void json_i64(struct json *json, const char *key, int64_t value)
{
	put_lead(json, key);
	put(json, "%" PRId64, value);
}

void json_hex(struct json *json, const char *key, uint64_t value)
{
	put_lead(json, key);
	put(json, "\"0x%" PRIx64 "\"", value);
}

void json_bool(struct json *json, const char *key, bool value)
{
	put_lead(json, key);
	put(json, "%s", value ? "true" : "false");
}

void json_null(struct json *json, const char *key)
{
	put_lead(json, key);
	put(json, "null");
}
