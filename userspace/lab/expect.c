// SPDX-License-Identifier: GPL-2.0
/*
 * Claims about the last command: OPERAND [- OPERAND] [RELATION] VALUE. What
 * can't be known does not hold.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lab/state.h"
#include "util/format.h"

static const char *const relations[] = { "==", "!=", "<=", ">=", "<", ">",
					  NULL };

static bool holds(int relation, wide left, wide right)
{
	switch (relation) {
	case 1:
		return left != right;
	case 2:
		return left <= right;
	case 3:
		return left >= right;
	case 4:
		return left < right;
	case 5:
		return left > right;
	default:
		return left == right;
	}
}

/* The words of a claim that are left. */
struct cursor {
	const struct call *call;
	unsigned int i;
};

static const char *peek(const struct cursor *cursor)
{
	return cursor->i < cursor->call->nr ? cursor->call->args[cursor->i] :
					      "";
}

static int read_one(struct cursor *cursor, struct value *value,
		    struct error *err)
{
	char word[WORDS_LINE];
	const char *first = peek(cursor);

	cursor->i++;
	if (strcmp(first, "events"))
		return operand_read(cursor->call, first, value, err);
	/* "events coalesce 1" */
	snprintf(word, sizeof(word), "events.%.40s", peek(cursor));
	cursor->i++;
	return operand_read(cursor->call, word, value, err);
}

/* One operand, or two with " - " between. */
static int read_side(struct cursor *cursor, struct value *value,
		     struct error *err)
{
	struct value less;

	if (read_one(cursor, value, err))
		return -1;
	if (strcmp(peek(cursor), "-"))
		return 0;
	cursor->i++;
	if (read_one(cursor, &less, err))
		return -1;
	value->now -= less.now;
	value->before -= less.before;
	if (value->has_now && !less.has_now)
		memcpy(value->why, less.why, sizeof(value->why));
	value->has_now &= less.has_now;
	value->has_before &= less.has_before;
	value->is_address = false;
	return 0;
}

static int read_relation(struct cursor *cursor)
{
	int i;

	for (i = 0; relations[i]; i++)
		if (!strcmp(peek(cursor), relations[i])) {
			cursor->i++;
			return i;
		}
	return 0;
}

/* The right side: a number, a change (+4k, -8) or operands. */
static int read_right(struct cursor *cursor, struct value *value,
		      bool *is_change, struct error *err)
{
	const char *word = peek(cursor);
	uint64_t number;

	*value = (struct value){ .has_now = true };
	*is_change = (*word == '+' || *word == '-') && word[1];
	if (*word >= '0' && *word <= '9' && !words_number(word, &number))
		return error_set(err, ERR_USAGE, "%.60s is no number", word);
	if (words_number(word + *is_change, &number)) {
		cursor->i++;
		value->now = number;
		if (*word == '-')
			value->now = -value->now;
		return 0;
	}
	if (!*word || *word == '+' || *word == '-')
		return error_set(err, ERR_USAGE,
				 "a claim ends with a number, a change as +4k, or something to compare with");
	return read_side(cursor, value, err);
}

/* "0x41000" of an address, else "266,240 (0x41000)". */
static const char *show(wide value, bool is_address, bool is_change,
			char out[96])
{
	uint64_t size = value < 0 ? (uint64_t)-value : (uint64_t)value;
	const char *sign = value < 0 ? "-" : is_change ? "+" : "";
	char count[32];

	if (is_address && !is_change)
		snprintf(out, 96, "0x%" PRIx64, size);
	else if (size < 1024)
		snprintf(out, 96, "%s%" PRIu64, sign, size);
	else
		snprintf(out, 96, "%s%s (%s0x%" PRIx64 ")", sign,
			 format_count(count, size), sign, size);
	return out;
}

static void tell_claim(struct lab *lab, bool is_true, const char *claim,
		       const char *is)
{
	lab->nr_expected++;
	if (!is_true)
		lab->nr_failed++;
	say(lab, is_true ? LAB_TRUE : LAB_FALSE, "%s: %s, it is %s", claim,
	    is_true ? "yes" : "no", is);
}

static void join(const struct call *call, char out[WORDS_LINE])
{
	unsigned int i;
	size_t used = 0;

	out[0] = '\0';
	for (i = 0; i < call->nr && used < WORDS_LINE; i++)
		used += snprintf(out + used, WORDS_LINE - used, "%s%s",
				 i ? " " : "", call->args[i]);
}

int expect_claim(const struct call *call, struct error *err)
{
	struct cursor cursor = { call, 0 };
	struct value left, right;
	char claim[WORDS_LINE], text[400];
	bool is_change;
	int relation;
	wide value;

	if (read_side(&cursor, &left, err))
		return -1;
	relation = read_relation(&cursor);
	if (read_right(&cursor, &right, &is_change, err))
		return -1;
	if (cursor.i < call->nr)
		return error_set(err, ERR_USAGE,
				 "the claim ends before %.60s: OPERAND [- OPERAND] [==|!=|<|<=|>|>=] VALUE",
				 peek(&cursor));
	join(call, claim);
	if (!left.has_now || !right.has_now ||
	    (is_change && !left.has_before)) {
		snprintf(text, sizeof(text), "not known%s%s",
			 *left.why || *right.why ? ": " :
			 is_change ? " how it was before" : "",
			 *left.why ? left.why : right.why);
		tell_claim(call->lab, false, claim, text);
		return 0;
	}
	value = is_change ? left.now - left.before : left.now;
	tell_claim(call->lab, holds(relation, value, right.now), claim,
		   show(value, left.is_address, is_change, text));
	return 0;
}
