// SPDX-License-Identifier: GPL-2.0
/*
 * A message as a line of text, of words NAME=VALUE; what is not named is 0:
 *
 *	family=F cmd=N version=N flags=N reserved=N lie=N trail=N copies=N
 *	reader=N limit=N socket=N attr=TYPE:SIZE:LIE:VALUE ...
 *
 * VALUE is number:N, pagemap:INDEX, file:INDEX, area:INDEX:NUMBER:OFFSET or
 * bytes:HEX.
 */
#include <inttypes.h>
#include <string.h>

#include "fuzz.h"

/* ---- printing ---- */

static size_t print_value(const struct attr *attr, char *p, size_t room)
{
	size_t len;

	switch (attr->kind) {
	case VALUE_PAGEMAP:
		return snprintf(p, room, "pagemap:%u", attr->index);
	case VALUE_FILE:
		return snprintf(p, room, "file:%u", attr->index);
	case VALUE_AREA:
		return snprintf(p, room, "area:%u:0x%" PRIx64 ":%" PRId64,
				attr->index, attr->number, attr->offset);
	case VALUE_BYTES:
		len = snprintf(p, room, "bytes:");
		for (size_t i = 0; i < attr->size && i < MAX_BYTES; i++)
			len += snprintf(p + len, room - len, "%02x",
					attr->bytes[i]);
		return len;
	default:
		return snprintf(p, room, "number:0x%" PRIx64, attr->number);
	}
}

/* LINE_MAX_BYTES is enough for the longest: 11 words and 8 attributes. */
void text_print(const struct message *msg, char line[LINE_MAX_BYTES])
{
	const struct {
		const char *name;
		long value;
	} words[] = {
		{ "family", msg->family },	{ "cmd", msg->cmd },
		{ "version", msg->version },	{ "flags", msg->flags },
		{ "reserved", msg->reserved },	{ "lie", msg->lie },
		{ "trail", msg->trail },	{ "copies", msg->copies },
		{ "reader", msg->reader },	{ "limit", msg->limit },
		{ "socket", msg->socket },
	};
	size_t len = 0;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].value)
			len += snprintf(line + len, LINE_MAX_BYTES - len,
					"%s=%ld ", words[i].name,
					words[i].value);
	for (size_t i = 0; i < msg->nr_attrs; i++) {
		const struct attr *attr = &msg->attrs[i];

		len += snprintf(line + len, LINE_MAX_BYTES - len,
				"attr=%u:%u:%d:", attr->type, attr->size,
				attr->lie);
		len += print_value(attr, line + len, LINE_MAX_BYTES - len);
		line[len++] = ' ';
	}
	line[len ? len - 1 : 0] = '\0';
}

/* ---- reading ---- */

static bool read_bytes(struct attr *attr, const char *hex)
{
	unsigned int byte;

	for (size_t i = 0; i < MAX_BYTES; i++) {
		if (sscanf(hex, "%2x", &byte) != 1)
			break;
		attr->bytes[i] = byte;
		hex += hex[1] ? 2 : 1;
	}
	return true;
}

static bool read_attr(struct attr *attr, const char *word)
{
	char kind[16];
	int at = 0;

	memset(attr, 0, sizeof(*attr));
	if (sscanf(word, "%" SCNu16 ":%" SCNu16 ":%" SCNd16 ":%15[a-z]:%n",
		   &attr->type, &attr->size, &attr->lie, kind, &at) != 4 || !at)
		return false;
	word += at;
	if (attr->size > MAX_BYTES)
		return false;
	if (!strcmp(kind, "number")) {
		attr->kind = VALUE_NUMBER;
		return sscanf(word, "%" SCNx64, &attr->number) == 1;
	}
	if (!strcmp(kind, "pagemap") || !strcmp(kind, "file")) {
		attr->kind = *kind == 'p' ? VALUE_PAGEMAP : VALUE_FILE;
		return sscanf(word, "%" SCNu8, &attr->index) == 1;
	}
	if (!strcmp(kind, "area")) {
		attr->kind = VALUE_AREA;
		return sscanf(word, "%" SCNu8 ":%" SCNx64 ":%" SCNd64,
			      &attr->index, &attr->number, &attr->offset) == 3;
	}
	attr->kind = VALUE_BYTES;
	return !strcmp(kind, "bytes") && read_bytes(attr, word);
}

static bool read_word(struct message *msg, const char *name, const char *value)
{
	long n = strtol(value, NULL, 0);

	if (!strcmp(name, "attr"))
		return msg->nr_attrs < MAX_ATTRS &&
		       read_attr(&msg->attrs[msg->nr_attrs++], value);
	if (!strcmp(name, "family"))
		msg->family = n;
	else if (!strcmp(name, "cmd"))
		msg->cmd = n;
	else if (!strcmp(name, "version"))
		msg->version = n;
	else if (!strcmp(name, "flags"))
		msg->flags = n;
	else if (!strcmp(name, "reserved"))
		msg->reserved = n;
	else if (!strcmp(name, "lie"))
		msg->lie = n;
	else if (!strcmp(name, "trail"))
		msg->trail = n;
	else if (!strcmp(name, "copies"))
		msg->copies = n;
	else if (!strcmp(name, "reader"))
		msg->reader = n;
	else if (!strcmp(name, "limit"))
		msg->limit = n;
	else if (!strcmp(name, "socket"))
		msg->socket = n;
	else
		return false;
	return true;
}

/* False for a line that is none of ours. */
bool text_read(struct message *msg, const char *line)
{
	char copy[LINE_MAX_BYTES], *rest, *word, *value;

	if (strlen(line) >= sizeof(copy))
		return false;
	strcpy(copy, line);
	memset(msg, 0, sizeof(*msg));
	for (word = strtok_r(copy, " \n", &rest); word;
	     word = strtok_r(NULL, " \n", &rest)) {
		value = strchr(word, '=');
		if (!value)
			return false;
		*value++ = '\0';
		if (!read_word(msg, word, value))
			return false;
	}
	return msg->copies && msg->trail <= 64 && msg->reader < NR_READERS;
}
