// SPDX-License-Identifier: GPL-2.0
/*
 * Terms between blanks, all of which must be true:
 *
 *	term    := ['!'] (compare | kind | perms | flag | text)
 *	compare := (size | a name of res_counts) op bytes
 *	op      := < <= = != >= >
 *	bytes   := digits ['.' digits] [K M G T]
 *	kind    := anon | file | shared | private | deleted
 *	perms   := three or four of "rwxsp-.", each at its place; '.' is any
 *	flag    := a name of vma_flags: VM_LOCKED
 *	text    := part of a name or a segment; "in quotes" to hold blanks or
 *	           to mean none of the above
 */
#include "tui/filter.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "model/region.h"

const char *const filter_help[][2] = {
	{ "libc", "name or segment contains it, in either case" },
	{ "\"a b\"", "the same, with blanks" },
	{ "anon file", "no file behind it; a file behind it" },
	{ "shared private deleted", "kinds of mapping" },
	{ "rw rwx r..p", "permissions; - is not set, . is any" },
	{ "VM_LOCKED", "has this flag" },
	{ "size>=64K", "<  <=  =  !=  >=  >  with K, M, G or T" },
	{ "rss>1M swap>0", "also anon file shmem zero huge dirty ..." },
	{ "!libc", "not; several terms must all be true" },
	{ NULL, NULL }
};

static const char *const kinds[] = { "anon", "file", "shared", "private",
				     "deleted" };
enum {
	KIND_ANON, KIND_FILE, KIND_SHARED, KIND_PRIVATE, KIND_DELETED,
	NR_KINDS
};

/* "4K", "1.5M", "4096" to bytes; 0, or -1. */
static int parse_bytes(const char *text, uint64_t *bytes)
{
	static const char units[] = "KMGTP";
	const char *unit;
	double n;
	char *end;

	/* strtod takes more than the grammar: nan, 0x, -1. */
	if (!*text || strspn(text, "0123456789.") == 0)
		return -1;
	n = strtod(text, &end);
	if (end == text)
		return -1;
	if (*end) {
		unit = strchr(units, *end & ~0x20);
		if (!unit)
			return -1;
		n *= (double)(1ULL << 10 * (unit - units + 1));
		end++;
		if (*end == 'i')
			end++;
		if (*end == 'B' || *end == 'b')
			end++;
	}
	if (*end || !(n < 0x1p64))
		return -1;
	*bytes = (uint64_t)n;
	return 0;
}

static int parse_compare(struct filter_term *term, const char *word,
			 struct error *err)
{
	static const char *const ops[] = { [FILTER_LE] = "<=",
		[FILTER_NE] = "!=", [FILTER_GE] = ">=", [FILTER_LT] = "<",
		[FILTER_EQ] = "=", [FILTER_GT] = ">" };
	size_t len = strcspn(word, "<>=!");
	const char *op = word + len;
	size_t best = 0;

	for (int i = 0; i <= FILTER_GT; i++) {
		size_t n = strlen(ops[i]);

		if (n > best && !strncmp(op, ops[i], n)) {
			term->op = i;
			best = n;
		}
	}
	if (!best)
		return error_set(err, ERR_USAGE, "no comparison in %s", word);
	term->kind = TERM_SIZE;
	if (len != 4 || strncasecmp(word, "size", 4)) {
		int i;

		term->kind = TERM_COUNT;
		for (i = 0; i < RES_NR; i++)
			if (strlen(res_counts[i].name) == len &&
			    !strncasecmp(word, res_counts[i].name, len))
				break;
		if (i == RES_NR)
			return error_set(err, ERR_USAGE,
					 "nothing to compare is called %.*s; try size, rss, swap",
					 (int)len, word);
		term->number = i;
	}
	if (parse_bytes(op + best, &term->bytes))
		return error_set(err, ERR_USAGE,
				 "no size after %.*s: write 64K or 1.5M",
				 (int)(len + best), word);
	return 0;
}

static bool is_perms(const char *word)
{
	static const char *const may[] = { "rR-.", "wW-.", "xX-.", "pPsS-." };
	size_t len = strlen(word);

	if (len < 2 || len > 4)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!strchr(may[i], word[i]))
			return false;
	return true;
}

static int parse_word(struct filter_term *term, const char *word,
		      struct error *err)
{
	if (strpbrk(word, "<>=") || strstr(word, "!="))
		return parse_compare(term, word, err);
	for (int i = 0; i < NR_KINDS; i++) {
		if (strcasecmp(word, kinds[i]))
			continue;
		term->kind = TERM_KIND;
		term->number = i;
		return 0;
	}
	for (int i = 0; i < VF_NR; i++) {
		if (!vma_flags[i].name || strcasecmp(word, vma_flags[i].name))
			continue;
		term->kind = TERM_FLAG;
		term->number = i;
		return 0;
	}
	if (!strncasecmp(word, "VM_", 3))
		return error_set(err, ERR_USAGE, "no flag is called %s", word);
	term->kind = is_perms(word) ? TERM_PERMS : TERM_NAME;
	strcpy(term->text, word);
	return 0;
}

int filter_parse(struct filter *filter, const char *text, struct error *err)
{
	struct filter new = { 0 };
	struct term word;
	int ret;

	while ((ret = term_next(&text, new.nr_terms, &word, err)) > 0) {
		struct filter_term *term = &new.terms[new.nr_terms++];

		term->negated = word.negated;
		if (word.quoted) {
			term->kind = TERM_NAME;
			strcpy(term->text, word.text);
		} else if (parse_word(term, word.text, err)) {
			return -1;
		}
	}
	if (!ret)
		*filter = new;
	return ret;
}

static bool has_perms(const struct vma *vma, const char *perms)
{
	static const int flags[] = { VF_READ, VF_WRITE, VF_EXEC, VF_SHARED };

	for (int i = 0; perms[i]; i++) {
		bool set = vma->flags & VF_BIT(flags[i]);

		if (perms[i] == '.')
			continue;
		if (perms[i] == '-' || (perms[i] | 0x20) == 'p') {
			if (set)
				return false;
		} else if (!set) {
			return false;
		}
	}
	return true;
}

static enum tristate is_kind(const struct vma *vma, int kind)
{
	switch (kind) {
	case KIND_ANON:
		return vma_is_file(vma) ? NO : YES;
	case KIND_FILE:
		return vma_is_file(vma) ? YES : NO;
	case KIND_SHARED:
		return vma->flags & VF_BIT(VF_SHARED) ? YES : NO;
	case KIND_PRIVATE:
		return vma->flags & VF_BIT(VF_SHARED) ? NO : YES;
	default:
		return vma_is_file(vma) ? vma->object->deleted : NO;
	}
}

/* Flags that every source knows, because maps shows them. */
#define FLAGS_OF_MAPS	(VF_BIT(VF_READ) | VF_BIT(VF_WRITE) | \
			 VF_BIT(VF_EXEC) | VF_BIT(VF_SHARED))

static enum tristate has_flag(const struct vma *vma, int flag)
{
	if (!vma->has_flags && !(FLAGS_OF_MAPS & VF_BIT(flag)))
		return NOT_KNOWN;
	return vma->flags & VF_BIT(flag) ? YES : NO;
}

static bool compare(uint64_t a, enum filter_op op, uint64_t b)
{
	switch (op) {
	case FILTER_LT:
		return a < b;
	case FILTER_LE:
		return a <= b;
	case FILTER_EQ:
		return a == b;
	case FILTER_NE:
		return a != b;
	case FILTER_GE:
		return a >= b;
	default:
		return a > b;
	}
}

static enum tristate is_true(const struct filter_term *term,
			     const struct snapshot *snap, const struct vma *vma)
{
	switch (term->kind) {
	case TERM_NAME:
		return strcasestr(regions[vma->region].name, term->text) ||
		       (vma->object &&
			strcasestr(vma->object->name, term->text)) ? YES : NO;
	case TERM_PERMS:
		return has_perms(vma, term->text) ? YES : NO;
	case TERM_FLAG:
		return has_flag(vma, term->number);
	case TERM_KIND:
		return is_kind(vma, term->number);
	case TERM_SIZE:
		return compare(vma_size(vma), term->op, term->bytes) ? YES : NO;
	case TERM_COUNT:
		if (!res_has(&vma->res, term->number))
			return NOT_KNOWN;
		return compare(res_bytes(&vma->res, term->number,
					 snap->page_size),
			       term->op, term->bytes) ? YES : NO;
	}
	return NOT_KNOWN;
}

bool filter_match(const struct filter *filter, const struct snapshot *snap,
		  const struct vma *vma)
{
	for (size_t i = 0; i < filter->nr_terms; i++) {
		const struct filter_term *term = &filter->terms[i];

		if (is_true(term, snap, vma) != (term->negated ? NO : YES))
			return false;
	}
	return true;
}
