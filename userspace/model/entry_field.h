/* SPDX-License-Identifier: GPL-2.0 */
/* How the fields of a machine's entries are written down, in entry_*.c. */
#ifndef VMAVIEW_MODEL_ENTRY_FIELD_H
#define VMAVIEW_MODEL_ENTRY_FIELD_H

#include "model/entry.h"

struct entry_field {
	unsigned int last, first;	/* bit numbers, last >= first */
	const char *name, *long_name, *meaning;
};

/* The numbers of the fields that an entry of one form has, highest bits first. */
struct entry_fields {
	const unsigned char *ids;
	size_t nr;
};

#define ENTRY_FIELDS(...)						\
	{ (const unsigned char []){ __VA_ARGS__ },			\
	  sizeof((const unsigned char []){ __VA_ARGS__ }) }

/* The field of an entry; meant is the entry as it is to be read. */
static inline struct entry_bit entry_field_read(const struct entry_field *field,
						const struct entry_level *at,
						uint64_t meant)
{
	uint64_t mask = (UINT64_MAX >> (63 - field->last)) &
			(UINT64_MAX << field->first);
	struct entry_bit bit = {
		.first = field->first, .last = field->last,
		.name = field->name, .long_name = field->long_name,
		.meaning = field->meaning,
		.known = (at->raw_mask & mask) == mask,
	};

	if (bit.known)
		bit.value = (meant & mask) >> field->first;
	return bit;
}

#endif
