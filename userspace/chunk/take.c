// SPDX-License-Identifier: GPL-2.0
/*
 * Finding a chunk: the same size first, then the best fit, then top, then the
 * system.
 */
#include "arena.h"
#include "core.h"
#include "corrupt.h"
#include "events.h"

/* So many chunks are sorted for one request at most. */
#define MAX_SORTED	10000

static struct malloc_chunk *mark_used(struct malloc_chunk *chunk, size_t size)
{
	chunk_at(chunk, size)->size |= PREV_INUSE;
	return chunk;
}

/*
 * Cuts size bytes off a free chunk that is in no bin any more. What is left
 * goes into the unsorted bin, as the next request is likely to be served best
 * from beside this one.
 */
static struct malloc_chunk *split(struct malloc_state *av,
				  struct malloc_chunk *chunk, size_t size)
{
	size_t whole = chunk_size(chunk), left = whole - size;
	struct malloc_chunk *rest = chunk_at(chunk, size);

	if (left < MIN_CHUNK)
		return mark_used(chunk, whole);
	chunk->size = size | PREV_INUSE | av->flag;
	chunk_set_free(rest, left, av->flag);
	bin_insert_unsorted(av, rest);
	if (is_small(size))
		av->last_remainder = rest;
	event(EVENT_SPLIT, rest, left);
	return chunk;
}

static struct malloc_chunk *take_small(struct malloc_state *av, size_t size)
{
	struct malloc_chunk *bin = bin_at(av, bin_index(size));
	struct malloc_chunk *chunk = bin->bk;

	if (chunk == bin)
		return NULL;
	bin_unlink(chunk);
	return mark_used(chunk, size);
}

static bool is_damaged(struct malloc_state *av, struct malloc_chunk *chunk)
{
	size_t size = chunk_size(chunk);

	if (is_corrupt(size < MIN_CHUNK || size > av->sbrked_mem,
		       "invalid size (unsorted)", chunk))
		return true;
	return is_corrupt(is_prev_inuse(chunk_next(chunk)),
			  "invalid next->prev_inuse (unsorted)", chunk);
}

/*
 * Sorts the unsorted bin, oldest first, until a chunk of just the right size
 * turns up. A run of small requests is served from the last remainder while it
 * is alone there, so that they lie together.
 */
static struct malloc_chunk *sort(struct malloc_state *av, size_t size)
{
	struct malloc_chunk *bin = bin_at(av, UNSORTED), *chunk;
	unsigned int sorted;

	for (sorted = 0; sorted < MAX_SORTED; sorted++) {
		chunk = bin->bk;
		if (chunk == bin)
			return NULL;
		if (is_damaged(av, chunk))
			return NULL;
		if (is_small(size) && chunk == av->last_remainder &&
		    chunk->bk == bin && chunk->fd == bin &&
		    chunk_size(chunk) >= size + MIN_CHUNK) {
			bin_unlink(chunk);
			return split(av, chunk, size);
		}
		bin_unlink(chunk);
		if (chunk_size(chunk) == size)
			return mark_used(chunk, size);
		bin_insert(av, chunk);
	}
	return NULL;
}

static struct malloc_chunk *take_best(struct malloc_state *av, size_t size)
{
	unsigned int index = bin_index(size);
	struct malloc_chunk *chunk = NULL;

	if (!is_small(size))
		chunk = bin_best(av, index, size);
	if (!chunk) {
		index = bin_next_used(av, index + 1);
		if (!index)
			return NULL;
		/* All in it are large enough, and this is the smallest. */
		chunk = bin_at(av, index)->bk;
	}
	bin_unlink(chunk);
	return split(av, chunk, size);
}

static struct malloc_chunk *cut_top(struct malloc_state *av, size_t size)
{
	struct malloc_chunk *chunk = av->top;
	size_t whole;
	char *fresh;

	if (!chunk)
		return NULL;
	whole = chunk_size(chunk);
	if (arena_top_is_damaged(av))
		return NULL;
	if (whole < size + MIN_CHUNK)
		return NULL;
	av->top = chunk_at(chunk, size);
	av->top->size = (whole - size) | PREV_INUSE | av->flag;
	chunk->size = size | PREV_INUSE | av->flag;
	if (is_small(size))
		av->small_cut += size;
	av->cut_fresh = av->fresh;
	fresh = (char *)av->top + HEADER;
	if (fresh > av->fresh)
		av->fresh = fresh;
	return chunk;
}

struct malloc_chunk *arena_take(struct malloc_state *av, size_t size,
				bool may_grow)
{
	struct malloc_chunk *chunk;

	if (size <= av->max_fast) {
		chunk = fast_pop(av, size);
		if (chunk)
			return chunk;
	}
	if (is_small(size)) {
		chunk = take_small(av, size);
		if (chunk)
			return chunk;
	} else if (av->has_fast) {
		/* A large request would else meet a heap of crumbs. */
		arena_consolidate(av);
	}
	for (;;) {
		chunk = sort(av, size);
		if (!chunk)
			chunk = take_best(av, size);
		if (!chunk)
			chunk = cut_top(av, size);
		if (chunk)
			return chunk;
		if (av->has_fast)
			arena_consolidate(av);
		else if (!may_grow || !arena_grow(av, size))
			return NULL;
	}
}

/* Cuts up to max chunks off the front of top. */
static unsigned int cut_more(struct malloc_state *av, size_t size,
			     struct malloc_chunk **found, unsigned int max)
{
	unsigned int n = 0;

	while (n < max && (found[n] = cut_top(av, size)))
		n++;
	return n;
}

unsigned int arena_take_more(struct malloc_state *av,
			     struct malloc_chunk *chunk, size_t size,
			     struct malloc_chunk **found, unsigned int max)
{
	struct malloc_chunk *rest = chunk_next(chunk);
	unsigned int n = 0;
	size_t left;

	if (size <= av->max_fast)
		while (n < max && (found[n] = fast_pop(av, size)))
			n++;
	if (is_small(size))
		while (n < max && (found[n] = take_small(av, size)))
			n++;
	if (n == max)
		return n;
	if (rest == av->top)
		return n + cut_more(av, size, found + n, max - n);
	left = chunk_size(rest);
	if (left < size || is_inuse(rest))
		return n;

	bin_unlink(rest);
	if (rest == av->last_remainder)
		av->last_remainder = NULL;
	while (n < max && (left == size || left >= size + MIN_CHUNK)) {
		found[n++] = rest;
		rest->size = size | PREV_INUSE | av->flag;
		rest = chunk_at(rest, size);
		left -= size;
		if (!left) {
			rest->size |= PREV_INUSE;
			return n;
		}
	}
	chunk_set_free(rest, left, av->flag);
	bin_insert_unsorted(av, rest);
	av->last_remainder = rest;
	event(EVENT_SPLIT, rest, left);
	return n;
}

struct malloc_chunk *arena_take_aligned(struct malloc_state *av,
					size_t alignment, size_t size)
{
	struct malloc_chunk *chunk, *lead;
	size_t before, whole;

	chunk = arena_take(av, size + alignment + MIN_CHUNK, true);
	if (!chunk)
		return NULL;
	before = align_up((uintptr_t)chunk_to_mem(chunk), alignment) -
		 (uintptr_t)chunk_to_mem(chunk);
	if (before) {
		/* What lies before must be a chunk of its own. */
		while (before < MIN_CHUNK)
			before += alignment;
		whole = chunk_size(chunk);
		lead = chunk;
		chunk = chunk_at(lead, before);
		chunk->size = (whole - before) | PREV_INUSE | av->flag;
		lead->size = before | (lead->size & SIZE_FLAGS);
		arena_give(av, lead);
	}
	arena_cut(av, chunk, size);
	return chunk;
}
