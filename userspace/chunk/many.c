// SPDX-License-Identifier: GPL-2.0
/* Cutting one used chunk into many. */
#include <string.h>

#include "core.h"
#include "many.h"

/* Adds the chunk size of a request; false if there is no such size. */
static bool add(size_t *sum, size_t bytes)
{
	return bytes <= MAX_REQUEST &&
	       !__builtin_add_overflow(*sum, request_to_size(bytes), sum) &&
	       *sum <= MAX_REQUEST;
}

static bool sum_up(size_t count, const size_t *sizes, size_t bytes,
		   size_t own, size_t *sum)
{
	size_t i;

	*sum = own ? request_to_size(own) : 0;
	if (sizes) {
		for (i = 0; i < count; i++)
			if (!add(sum, sizes[i]))
				return false;
		return true;
	}
	return bytes <= MAX_REQUEST &&
	       !__builtin_mul_overflow(count, request_to_size(bytes), &bytes) &&
	       !__builtin_add_overflow(*sum, bytes, sum) &&
	       *sum <= MAX_REQUEST;
}

/*
 * Ends the chunk after size bytes; what is behind becomes a used chunk. Only
 * the one that begins all may follow a free one.
 */
static struct malloc_chunk *cut(struct malloc_chunk *chunk, size_t size)
{
	struct malloc_chunk *rest = chunk_at(chunk, size);

	rest->size = (chunk_size(chunk) - size) |
		     (chunk->size & NON_MAIN_ARENA) | PREV_INUSE;
	chunk->size = size | (chunk->size & SIZE_FLAGS);
	return rest;
}

static void **cut_all(struct malloc_chunk *chunk, size_t count,
		      const size_t *sizes, size_t bytes, void **blocks,
		      size_t own)
{
	size_t i;

	if (own) {
		blocks = chunk_to_mem(chunk);
		chunk = cut(chunk, request_to_size(own));
	}
	for (i = 0; i < count; i++) {
		blocks[i] = chunk_to_mem(chunk);
		if (i + 1 < count)
			chunk = cut(chunk,
				    request_to_size(sizes ? sizes[i] : bytes));
	}
	return blocks;
}

/*
 * A mapping cannot be cut: whatever its size, the chunk comes from an arena. It
 * is cut under the lock, as whoever gives back the one before reads and writes
 * the first header.
 */
void **many_take(size_t count, const size_t *sizes, size_t bytes,
		 void **blocks, size_t own, bool zeroed)
{
	struct malloc_state *av = arena_mine();
	struct malloc_chunk *chunk;
	size_t sum, i;

	if (!count || !sum_up(count, sizes, bytes, own, &sum))
		return NULL;
	if (!arena_enter(av))
		return NULL;
	chunk = arena_take(av, sum, true);
	if (chunk)
		blocks = cut_all(chunk, count, sizes, bytes, blocks, own);
	arena_unlock(av);
	if (!chunk)
		return NULL;
	for (i = 0; zeroed && i < count; i++)
		memset(blocks[i], 0, sizes ? sizes[i] : bytes);
	return blocks;
}
