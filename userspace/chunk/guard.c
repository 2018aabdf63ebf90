// SPDX-License-Identifier: GPL-2.0
/* Writing and reading the pattern behind a block. */
#include <stdint.h>
#include <string.h>

#include "corrupt.h"
#include "guard.h"

#define GUARD_BYTE	0xa5
/* Also makes a small number look like none, should somebody write over it. */
#define GUARD_MIX	((size_t)0x5bd1e9955bd1e995)

static size_t *word_of(void *mem)
{
	size_t usable = chunk_usable(mem_to_chunk(mem));

	return (size_t *)((char *)mem + usable - sizeof(size_t));
}

size_t guard_request(size_t bytes)
{
	if (bytes > MAX_REQUEST)
		return SIZE_MAX;
	return bytes + sizeof(size_t) + 1;
}

void *guard_set(void *mem, size_t bytes)
{
	size_t *word;
	char *end;

	if (!mem)
		return NULL;
	end = (char *)mem + bytes;
	word = word_of(mem);
	memset(end, GUARD_BYTE, (char *)word - end);
	*word = bytes ^ GUARD_MIX ^ (uintptr_t)mem;
	return mem;
}

size_t guard_check(void *mem, bool *intact)
{
	const unsigned char *at, *word = (unsigned char *)word_of(mem);
	size_t bytes = *word_of(mem) ^ GUARD_MIX ^ (uintptr_t)mem;

	*intact = false;
	if (is_corrupt(bytes >= (size_t)(word - (unsigned char *)mem),
		       "written past the end of a block", mem_to_chunk(mem)))
		return 0;
	for (at = (unsigned char *)mem + bytes; at < word; at++)
		if (is_corrupt(*at != GUARD_BYTE,
			       "written past the end of a block",
			       mem_to_chunk(mem)))
			return 0;
	*intact = true;
	return bytes;
}
