// SPDX-License-Identifier: GPL-2.0
/*
 * Terms between blanks, all of which must be true:
 *
 *	term    := ['!'] (state | bin | number | range | compare | mark | text)
 *	state   := a name of chunk_states
 *	bin     := a name of bin_kind_names
 *	number  := ("arena" | "bin") '=' digits
 *	range   := [bytes] '..' [bytes] | an address, 0x…
 *	compare := ["size"] op bytes, where op is < <= = >= >
 *	mark    := new | changed | broken
 *	text    := "in quotes": what is in the memory
 */
#include "tui/heap_filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *const heap_filter_help[][2] = {
	{ "used free fast ...", "chunks in this state (see the legend)" },
	{ "unsorted small large", "chunks in bins of this kind" },
	{ "1000..2000  4K..", "sizes from the first to the last" },
	{ "size>=64K  =32", "<  <=  =  >=  >  with K, M or G" },
	{ "arena=1  bin=12", "of this arena, in a bin of this number" },
	{ "0x5555deadbeef", "the chunk that this address lies in" },
	{ "new changed", "since the last picture" },
	{ "broken", "behind which the chain of chunks breaks" },
	{ "\"text\"", "with this in its memory" },
	{ "!used", "not; several terms must all be true" },
	{ NULL, NULL }
};

/* "4K", "0x1000", "4096" up to end; 0, or -1. */
static int parse_bytes(const char *text, const char *end, uint64_t *bytes)
{
	static const char units[] = "KMGT";
	unsigned long long n;
	const char *unit;
	char *behind;
	int shift = 0;

	if (text >= end || *text < '0' || *text > '9')
		return -1;
	errno = 0;
	n = strtoull(text, &behind, text[0] == '0' && (text[1] | 0x20) == 'x' ?
		     16 : 10);
	if (behind < end) {
		unit = strchr(units, *behind & ~0x20);
		if (!*behind || !unit || behind + 1 != end)
			return -1;
		shift = 10 * (int)(unit - units + 1);
	} else if (behind > end) {
		return -1;
	}
	if (errno || n > UINT64_MAX >> shift)
		return -1;
	*bytes = n << shift;
	return 0;
}

static int parse_range(struct heap_term *term, const char *word,
		       struct error *err)
{
	const char *dots = strstr(word, ".."), *end = word + strlen(word);

	term->kind = HEAP_TERM_SIZE;
	term->min = 0;
	term->max = UINT64_MAX;
	if ((dots > word && parse_bytes(word, dots, &term->min)) ||
	    (dots[2] && parse_bytes(dots + 2, end, &term->max)) ||
	    end == word + 2)
		return error_set(err, ERR_USAGE,
				 "%s is no range of sizes: write 1000..2000",
				 word);
	return 0;
}

static int parse_compare(struct heap_term *term, const char *word,
			 struct error *err)
{
	const char *op = word + strcspn(word, "<>="), *end;
	bool equal = op[0] == '=' || op[1] == '=';
	uint64_t bytes;

	end = op + strlen(op);
	term->kind = HEAP_TERM_SIZE;
	if (op > word && (op - word != 4 || strncasecmp(word, "size", 4)))
		return error_set(err, ERR_USAGE,
				 "nothing to compare is called %.*s; try size, arena, bin",
				 (int)(op - word), word);
	if (parse_bytes(op + 1 + (op[0] != '=' && equal), end, &bytes))
		return error_set(err, ERR_USAGE, "no size in %s", word);
	term->min = op[0] == '<' ? 0 : bytes;
	term->max = op[0] == '>' ? UINT64_MAX : bytes;
	if (equal)
		return 0;
	/* Nothing is above the largest number, nor below 0: no chunk is 0. */
	if (op[0] == '>')
		term->min = bytes == UINT64_MAX ? bytes : bytes + 1;
	else
		term->max = bytes ? bytes - 1 : 0;
	return 0;
}

/* "arena=1", "bin=12": false when it is neither. */
static bool parse_number(struct heap_term *term, const char *word)
{
	const char *equal = strchr(word, '=');

	if (!equal || parse_bytes(equal + 1, word + strlen(word), &term->min))
		return false;
	term->max = term->min;
	if (equal - word == 5 && !strncasecmp(word, "arena", 5))
		term->kind = HEAP_TERM_ARENA;
	else if (equal - word == 3 && !strncasecmp(word, "bin", 3))
		term->kind = HEAP_TERM_INDEX;
	else
		return false;
	return true;
}

static bool parse_name(struct heap_term *term, const char *word)
{
	static const struct {
		const char *name;
		int kind, number;
	} names[] = {
		{ "new", HEAP_TERM_MARK, HEAP_NEW },
		{ "changed", HEAP_TERM_MARK, HEAP_CHANGED },
		{ "broken", HEAP_TERM_BROKEN, 0 },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcasecmp(word, names[i].name))
			continue;
		term->kind = names[i].kind;
		term->number = names[i].number;
		return true;
	}
	for (int i = 0; i < CHUNK_STATE_NR; i++) {
		if (strcasecmp(word, chunk_states[i].name))
			continue;
		term->kind = HEAP_TERM_STATE;
		term->number = i;
		return true;
	}
	for (int i = 0; i <= BIN_CACHE; i++) {
		if (strcasecmp(word, bin_kind_names[i]))
			continue;
		term->kind = HEAP_TERM_BIN;
		term->number = i;
		return true;
	}
	return false;
}

static int parse_word(struct heap_term *term, const char *word,
		      struct error *err)
{
	uint64_t n;

	if (parse_name(term, word) || parse_number(term, word))
		return 0;
	if (strstr(word, ".."))
		return parse_range(term, word, err);
	if (strpbrk(word, "<>="))
		return parse_compare(term, word, err);
	if (parse_bytes(word, word + strlen(word), &n))
		return error_set(err, ERR_USAGE,
				 "%s is no state, bin, size or address; text of the memory goes \"in quotes\"",
				 word);
	/* Nobody types an address in decimal, nor a size of this form. */
	term->kind = word[1] == 'x' || word[1] == 'X' ? HEAP_TERM_ADDRESS :
							HEAP_TERM_SIZE;
	term->min = term->max = n;
	return 0;
}

int heap_filter_parse(struct heap_filter *filter, const char *text,
		      struct error *err)
{
	struct heap_filter new = { 0 };
	struct term word;
	int ret;

	while ((ret = term_next(&text, new.nr_terms, &word, err)) > 0) {
		struct heap_term *term = &new.terms[new.nr_terms++];

		term->negated = word.negated;
		if (word.quoted) {
			term->kind = HEAP_TERM_TEXT;
			term->len = word.len;
			memcpy(term->text, word.text, word.len);
		} else if (parse_word(term, word.text, err)) {
			return -1;
		}
	}
	if (!ret)
		*filter = new;
	return ret;
}

/* Text in what the program may use, or could when it is free. */
static bool has_text(const struct heap *heap, const struct heap_chunk *chunk,
		     const struct heap_term *term)
{
	uint64_t mem = heap_mem(heap, chunk), head = mem - chunk->address;
	const void *bytes;

	if (chunk->size <= head)
		return false;
	bytes = heap_bytes(heap, mem, chunk->size - head);
	return bytes && memmem(bytes, chunk->size - head, term->text,
			       term->len);
}

/* It is the last one of a piece of which no more can be read. */
static bool is_broken(const struct heap *heap, const struct heap_chunk *chunk)
{
	const struct heap_piece *piece = heap_find_piece(heap, chunk->address);

	return piece && piece->broken && piece->nr &&
	       chunk == &heap->chunks[piece->first + piece->nr - 1];
}

static bool term_matches(const struct heap_term *term, const struct heap *heap,
			 const struct heap_chunk *chunk, enum heap_mark mark)
{
	const struct heap_bin *bin = chunk->bin < heap->nr_bins ?
				     &heap->bins[chunk->bin] : NULL;

	switch (term->kind) {
	case HEAP_TERM_STATE:
		return chunk->state == term->number;
	case HEAP_TERM_BIN:
		return bin && bin->kind == term->number;
	case HEAP_TERM_INDEX:
		return bin && bin->index == term->min;
	case HEAP_TERM_ARENA:
		return chunk->arena < heap->nr_arenas &&
		       heap->arenas[chunk->arena].number == term->min;
	case HEAP_TERM_SIZE:
		return chunk->size >= term->min && chunk->size <= term->max;
	case HEAP_TERM_ADDRESS:
		return term->min - chunk->address < chunk->size;
	case HEAP_TERM_MARK:
		return mark == HEAP_NEW || (int)mark == term->number;
	case HEAP_TERM_BROKEN:
		return is_broken(heap, chunk);
	case HEAP_TERM_TEXT:
		return has_text(heap, chunk, term);
	}
	return false;
}

bool heap_filter_match(const struct heap_filter *filter,
		       const struct heap *heap, size_t chunk,
		       enum heap_mark mark)
{
	for (size_t i = 0; i < filter->nr_terms; i++) {
		const struct heap_term *term = &filter->terms[i];

		if (term_matches(term, heap, &heap->chunks[chunk], mark) ==
		    term->negated)
			return false;
	}
	return true;
}
