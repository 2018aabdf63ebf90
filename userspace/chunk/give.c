// SPDX-License-Identifier: GPL-2.0
/* Giving back: checks, fast bins, and joining with free neighbours. */
#include "arena.h"
#include "core.h"
#include "corrupt.h"
#include "events.h"

/* A free chunk of this size is worth looking whether memory can go. */
#define LARGE_FREE	((size_t)64 << 10)

static bool is_damaged(struct malloc_state *av, struct malloc_chunk *chunk)
{
	size_t size = chunk_size(chunk);
	struct malloc_chunk *next = chunk_at(chunk, size);

	if (is_corrupt(chunk >= av->top && (char *)chunk < av->top_end,
		       "double free or corruption (top)", chunk))
		return true;
	if (is_corrupt(size < MIN_CHUNK || (size & (ALIGNMENT - 1)) ||
			       size > av->sbrked_mem,
		       "free(): invalid size", chunk))
		return true;
	if (is_corrupt(av->top && chunk < av->top && next > av->top,
		       "free(): invalid next size", chunk))
		return true;
	if (is_corrupt(chunk_size(next) < HEADER ||
			       chunk_size(next) > av->sbrked_mem,
		       "free(): invalid next size", chunk))
		return true;
	return is_corrupt(!is_prev_inuse(next),
			  "double free or corruption (!prev)", chunk);
}

bool arena_is_damaged(struct malloc_state *av, struct malloc_chunk *chunk)
{
	return is_damaged(av, chunk);
}

static void join(struct malloc_state *av, struct malloc_chunk *chunk)
{
	size_t size = chunk_size(chunk), before;
	struct malloc_chunk *next = chunk_at(chunk, size);
	size_t next_size = chunk_size(next);

	if (!is_prev_inuse(chunk)) {
		before = chunk->prev_size;
		chunk = chunk_prev(chunk);
		if (is_corrupt(chunk_size(chunk) != before,
			       "corrupted size vs. prev_size", chunk))
			return;
		bin_unlink(chunk);
		size += before;
	}
	if (next == av->top) {
		if (arena_top_is_damaged(av))
			return;
		size += next_size;
		chunk->size = size | PREV_INUSE | av->flag;
		av->top = chunk;
		event(EVENT_COALESCE, chunk, size);
		return;
	}
	if (is_inuse(next)) {
		next->size &= ~PREV_INUSE;
	} else {
		bin_unlink(next);
		size += next_size;
	}
	chunk_set_free(chunk, size, av->flag);
	bin_insert_unsorted(av, chunk);
	event(EVENT_COALESCE, chunk, size);
}

void arena_consolidate(struct malloc_state *av)
{
	struct malloc_chunk *chunk, *next;
	unsigned int i;

	av->has_fast = false;
	for (i = 0; i < NFASTBINS; i++)
		for (chunk = fast_take(av, i); chunk; chunk = next) {
			next = fast_next(chunk);
			join(av, chunk);
		}
}

void arena_give_joined(struct malloc_state *av, struct malloc_chunk *chunk)
{
	if (is_damaged(av, chunk))
		return;
	join(av, chunk);
}

void arena_give(struct malloc_state *av, struct malloc_chunk *chunk)
{
	size_t size = chunk_size(chunk);

	if (is_damaged(av, chunk))
		return;
	if (size <= av->max_fast) {
		fast_push(av, chunk);
		return;
	}
	join(av, chunk);
	if (size >= LARGE_FREE ||
	    (av->top && chunk_size(av->top) >= av->trim_threshold)) {
		if (av->has_fast)
			arena_consolidate(av);
		arena_trim_if_large(av);
	}
}

/*
 * Neighbours in memory are often neighbours in the list, as they were taken one
 * after another: they are put together here, before anything is looked up.
 */
void arena_give_all(struct malloc_state *av, struct malloc_chunk **chunks,
		    unsigned int n)
{
	struct malloc_chunk *chunk, *other, *first;
	unsigned int i;
	size_t size;

	for (i = 0; i < n; i++) {
		chunk = chunks[i];
		if (is_damaged(av, chunk))
			continue;
		size = chunk_size(chunk);
		if (size <= av->max_fast) {
			fast_push(av, chunk);
			continue;
		}
		for (; i + 1 < n; i++) {
			other = chunks[i + 1];
			if (chunk_next(other) == chunk)
				first = other;
			else if (chunk_next(chunk) == other)
				first = chunk;
			else
				break;
			if (is_damaged(av, other))
				break;
			size += chunk_size(other);
			first->size = size | (first->size & SIZE_FLAGS);
			chunk = first;
		}
		join(av, chunk);
	}
	arena_trim_if_large(av);
}

void arena_cut(struct malloc_state *av, struct malloc_chunk *chunk,
	       size_t size)
{
	size_t left = chunk_size(chunk) - size;
	struct malloc_chunk *rest = chunk_at(chunk, size);

	if (left < MIN_CHUNK)
		return;
	chunk->size = size | (chunk->size & SIZE_FLAGS);
	rest->size = left | PREV_INUSE | av->flag;
	event(EVENT_SPLIT, rest, left);
	join(av, rest);
}

/* Takes from top, which may grow for it, what the chunk before it lacks. */
static bool resize_into_top(struct malloc_state *av,
			    struct malloc_chunk *chunk, size_t size)
{
	size_t whole = chunk_size(chunk) + chunk_size(av->top);
	char *fresh;

	if (whole < size + MIN_CHUNK || arena_top_is_damaged(av))
		return false;
	chunk->size = size | (chunk->size & SIZE_FLAGS);
	av->top = chunk_at(chunk, size);
	av->top->size = (whole - size) | PREV_INUSE | av->flag;
	fresh = (char *)av->top + HEADER;
	if (fresh > av->fresh)
		av->fresh = fresh;
	return true;
}

bool arena_resize(struct malloc_state *av, struct malloc_chunk *chunk,
		  size_t size, bool may_grow)
{
	size_t old = chunk_size(chunk), whole;
	struct malloc_chunk *next = chunk_at(chunk, old);

	/* A chunk that leads to top has not lost its size. */
	if (next == av->top && size > old) {
		if (resize_into_top(av, chunk, size))
			return true;
		/* Top may go on elsewhere. */
		return may_grow && arena_grow(av, size - old) &&
		       next == av->top && resize_into_top(av, chunk, size);
	}
	if (is_damaged(av, chunk))
		return false;
	if (size <= old) {
		arena_cut(av, chunk, size);
		return true;
	}
	if (is_inuse(next) || old + chunk_size(next) < size)
		return false;
	bin_unlink(next);
	if (next == av->last_remainder)
		av->last_remainder = NULL;
	whole = old + chunk_size(next);
	if (whole - size < MIN_CHUNK) {
		size = whole;
		chunk_at(chunk, whole)->size |= PREV_INUSE;
	} else {
		next = chunk_at(chunk, size);
		chunk_set_free(next, whole - size, av->flag);
		bin_insert_unsorted(av, next);
	}
	chunk->size = size | (chunk->size & SIZE_FLAGS);
	return true;
}
