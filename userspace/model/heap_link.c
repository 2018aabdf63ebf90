// SPDX-License-Identifier: GPL-2.0
#include "model/heap_link.h"

/* Is there such a chunk, or is it the end? Caches link memory, not chunks. */
static bool accept(const struct heap *heap, const struct heap_chunk *from,
		   uint64_t link, uint64_t *target)
{
	const struct heap_chunk *to;

	*target = 0;
	if (!link)
		return true;
	if (from->state == CHUNK_CACHED)
		link -= 2 * heap->word;
	to = heap_find(heap, link);
	if (!to || to->address != link || to->state != from->state)
		return false;
	*target = link;
	return true;
}

bool heap_link(const struct heap *heap, const struct heap_chunk *chunk,
	       uint64_t *target)
{
	uint64_t place = heap_mem(heap, chunk), raw;

	if (chunk->state != CHUNK_FAST && chunk->state != CHUNK_CACHED)
		return false;
	if (!heap_word(heap, place, &raw))
		return false;
	return accept(heap, chunk, raw ^ place >> 12, target) ||
	       accept(heap, chunk, raw, target);
}
