// SPDX-License-Identifier: GPL-2.0
/* Cutting lines; numbers and names. */
#include "lab/words.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

int words_cut(struct words *words, const char *line, struct error *err)
{
	size_t len = strlen(line), i = 0;

	words->nr = 0;
	words->more = false;
	if (len >= WORDS_LINE)
		return error_set(err, ERR_USAGE,
				 "the line has %zu characters: at most %d are read",
				 len, WORDS_LINE - 1);
	memcpy(words->text, line, len + 1);
	for (;;) {
		while (is_blank(words->text[i]))
			words->text[i++] = '\0';
		if (!words->text[i] || words->text[i] == '#')
			return 0;
		if (words->nr == WORDS_MAX) {
			words->more = true;
			return 0;
		}
		words->at[words->nr] = i;
		words->word[words->nr++] = words->text + i;
		while (words->text[i] && !is_blank(words->text[i]))
			i++;
	}
}

/* Digits of the base, at least one; moves *text behind them. */
static bool read_digits(const char **text, unsigned int base, uint64_t *value)
{
	static const char digits[] = "0123456789abcdef";
	const char *start = *text, *digit;

	*value = 0;
	for (; **text; (*text)++) {
		digit = strchr(digits, tolower((unsigned char)**text));
		if (!digit || digit - digits >= (long)base)
			break;
		if (__builtin_mul_overflow(*value, base, value) ||
		    __builtin_add_overflow(*value, digit - digits, value))
			return false;
	}
	return *text != start;
}

bool words_number(const char *word, uint64_t *value)
{
	static const char units[] = "kmg";
	bool is_hex = word[0] == '0' && (word[1] | 0x20) == 'x';
	const char *unit;

	word += is_hex ? 2 : 0;
	if (!read_digits(&word, is_hex ? 16 : 10, value))
		return false;
	if (!*word)
		return true;
	unit = strchr(units, tolower((unsigned char)*word));
	return unit && *unit && !word[1] &&
	       !__builtin_mul_overflow(*value,
				       1ULL << 10 * (unit - units + 1), value);
}

static bool is_first(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* How many characters at the start of the word are a name. */
static size_t name_length(const char *word)
{
	size_t n = 0;

	if (is_first(*word))
		while (is_first(word[n]) || isdigit((unsigned char)word[n]))
			n++;
	return n;
}

bool words_is_name(const char *word)
{
	size_t n = name_length(word);

	return n && !word[n] && n <= NAME_MAX_CHARS;
}

/* "7", "i", "2i", "i+3", "2i-1", up to the bracket. */
static bool read_index(const char *text, uint64_t i, uint64_t *index)
{
	uint64_t factor = 1, more = 0;
	bool has_factor = isdigit((unsigned char)*text);
	char sign;

	if (has_factor && !read_digits(&text, 10, &factor))
		return false;
	if (*text != 'i') {
		*index = factor;
		return has_factor && !strcmp(text, "]");
	}
	sign = *++text;
	if (sign == '+' || sign == '-') {
		text++;
		if (!read_digits(&text, 10, &more))
			return false;
	}
	if (strcmp(text, "]") || !i || __builtin_mul_overflow(factor, i, index))
		return false;
	return sign == '-' ? !__builtin_sub_overflow(*index, more, index) :
			     !__builtin_add_overflow(*index, more, index);
}

int words_name(const char *word, uint64_t i, char name[BLOCK_NAME],
	       struct error *err)
{
	size_t n = name_length(word);
	uint64_t index;

	if (!n || n > NAME_MAX_CHARS || (word[n] && word[n] != '['))
		return error_set(err, ERR_USAGE,
				 "%.60s is no name: give at most %d letters, digits and _, with [number] behind them or not",
				 word, NAME_MAX_CHARS);
	if (!word[n]) {
		snprintf(name, BLOCK_NAME, "%s", word);
		return 0;
	}
	if (!read_index(word + n + 1, i, &index))
		return error_set(err, ERR_USAGE,
				 "%.60s: an index is a number, or in a repeat [i], [2i], [i+3], [2i-1], and not below 0",
				 word);
	snprintf(name, BLOCK_NAME, "%.*s[%" PRIu64 "]", (int)n, word, index);
	return 0;
}
