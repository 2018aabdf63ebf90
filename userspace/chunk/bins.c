// SPDX-License-Identifier: GPL-2.0
/* The lists of free chunks; whose they are and who joins them is not here. */
#include "arena.h"
#include "bins.h"
#include "corrupt.h"
#include "events.h"

struct malloc_chunk *bin_at(struct malloc_state *av, unsigned int index)
{
	return (struct malloc_chunk *)((char *)&av->bins[index * 2] -
				       offsetof(struct malloc_chunk, fd));
}

void bins_init(struct malloc_state *av)
{
	unsigned int i;

	for (i = 0; i < NBINS; i++)
		bin_at(av, i)->fd = bin_at(av, i)->bk = bin_at(av, i);
}

static void insert_between(struct malloc_chunk *before,
			   struct malloc_chunk *after,
			   struct malloc_chunk *chunk)
{
	if (is_corrupt(before->fd != after || after->bk != before,
		       "corrupted double-linked list", after))
		return;
	chunk->fd = after;
	chunk->bk = before;
	before->fd = chunk;
	after->bk = chunk;
}

static struct large_chunk *large(struct malloc_chunk *chunk)
{
	return (struct large_chunk *)chunk;
}

void bin_insert_unsorted(struct malloc_state *av, struct malloc_chunk *chunk)
{
	struct malloc_chunk *bin = bin_at(av, UNSORTED);

	if (!is_small(chunk_size(chunk)))
		large(chunk)->smaller = large(chunk)->larger = NULL;
	insert_between(bin, bin->fd, chunk);
}

/* Into the second ring, before the next smaller one; may be alone there. */
static void ring_insert(struct large_chunk *chunk, struct large_chunk *smaller)
{
	struct large_chunk *larger;

	if (!smaller) {
		chunk->smaller = chunk->larger = chunk;
		return;
	}
	larger = smaller->larger;
	if (is_corrupt(larger->smaller != smaller,
		       "corrupted double-linked list (large)",
		       &smaller->chunk))
		return;
	chunk->smaller = smaller;
	chunk->larger = larger;
	larger->smaller = smaller->larger = chunk;
}

/* In front of the next smaller one, or behind the first of the same size. */
static void insert_large(struct malloc_chunk *bin, struct malloc_chunk *chunk)
{
	struct large_chunk *largest = large(bin->fd), *other;
	struct malloc_chunk *after = bin->fd;
	size_t size = chunk_size(chunk);

	large(chunk)->smaller = large(chunk)->larger = NULL;
	if (bin->fd == bin) {
		ring_insert(large(chunk), NULL);
	} else if (size > chunk_size(bin->fd)) {
		ring_insert(large(chunk), largest);
	} else {
		/* Many are the smallest of their bin: look there first. */
		other = largest->larger;
		while (chunk_size(&other->chunk) < size)
			other = other->larger;
		if (chunk_size(&other->chunk) == size) {
			after = other->chunk.fd;
		} else {
			after = other == largest->larger ?
				bin : &other->smaller->chunk;
			ring_insert(large(chunk), other->smaller);
		}
	}
	insert_between(after->bk, after, chunk);
}

void bin_insert(struct malloc_state *av, struct malloc_chunk *chunk)
{
	size_t size = chunk_size(chunk);
	unsigned int index = bin_index(size);
	struct malloc_chunk *bin = bin_at(av, index);

	av->binmap[index / BINMAP_BITS] |= 1u << index % BINMAP_BITS;
	if (is_small(size))
		insert_between(bin, bin->fd, chunk);
	else
		insert_large(bin, chunk);
	event(EVENT_BIN, chunk, size);
}

/*
 * The second of the same size, which is in one ring only, or NULL. What is
 * behind the last is the bin itself: what lies in the place of its size and of
 * its ring are links of other bins, hardly a size and never NULL.
 */
static struct large_chunk *second(struct large_chunk *chunk)
{
	struct large_chunk *next = large(chunk->chunk.fd);

	if (chunk_size(&next->chunk) != chunk_size(&chunk->chunk) ||
	    next->smaller)
		return NULL;
	return next;
}

/* Out of the second ring, where an equal chunk takes the place. */
static bool ring_unlink(struct malloc_chunk *chunk)
{
	struct large_chunk *smaller = large(chunk)->smaller;
	struct large_chunk *larger = large(chunk)->larger;
	struct large_chunk *equal = second(large(chunk));

	if (is_corrupt(smaller->larger != large(chunk) ||
			       larger->smaller != large(chunk),
		       "corrupted double-linked list (large)", chunk))
		return false;
	if (!equal) {
		smaller->larger = larger;
		larger->smaller = smaller;
		return true;
	}
	if (smaller == large(chunk)) {
		equal->smaller = equal->larger = equal;
		return true;
	}
	equal->smaller = smaller;
	equal->larger = larger;
	smaller->larger = larger->smaller = equal;
	return true;
}

void bin_unlink(struct malloc_chunk *chunk)
{
	struct malloc_chunk *fd = chunk->fd, *bk = chunk->bk;

	if (is_corrupt(chunk_next(chunk)->prev_size != chunk_size(chunk),
		       "corrupted size vs. prev_size", chunk))
		return;
	if (is_corrupt(fd->bk != chunk || bk->fd != chunk,
		       "corrupted double-linked list", chunk))
		return;
	if (!is_small(chunk_size(chunk)) && large(chunk)->smaller &&
	    !ring_unlink(chunk))
		return;
	fd->bk = bk;
	bk->fd = fd;
	event(EVENT_UNBIN, chunk, chunk_size(chunk));
}

struct malloc_chunk *bin_best(struct malloc_state *av, unsigned int index,
			      size_t size)
{
	struct malloc_chunk *bin = bin_at(av, index);
	struct large_chunk *chunk, *other;

	if (bin->fd == bin || chunk_size(bin->fd) < size)
		return NULL;
	chunk = large(bin->fd)->larger;
	while (chunk_size(&chunk->chunk) < size)
		chunk = chunk->larger;
	/* The ring need not be touched for the second one. */
	other = second(chunk);
	return other ? &other->chunk : &chunk->chunk;
}

unsigned int bin_next_used(struct malloc_state *av, unsigned int index)
{
	unsigned int word = index / BINMAP_BITS, map, found;

	if (index >= NBINS)
		return 0;
	map = av->binmap[word] & (~0u << index % BINMAP_BITS);
	for (;;) {
		while (!map) {
			if (++word == BINMAPSIZE)
				return 0;
			map = av->binmap[word];
		}
		found = word * BINMAP_BITS + __builtin_ctz(map);
		if (bin_at(av, found)->fd != bin_at(av, found))
			return found;
		/* A stale bit, cleared by whoever meets it. */
		av->binmap[word] &= ~(1u << found % BINMAP_BITS);
		map &= map - 1;
	}
}

/* The link of a fast chunk lies where fd does. */
static uintptr_t *link_of(struct malloc_chunk *chunk)
{
	return (uintptr_t *)&chunk->fd;
}

void fast_push(struct malloc_state *av, struct malloc_chunk *chunk)
{
	uintptr_t *head = &av->fastbins[fast_index(chunk_size(chunk))];

	if (is_corrupt((struct malloc_chunk *)*head == chunk,
		       "double free or corruption (fasttop)", chunk))
		return;
	*link_of(chunk) = link_mix(link_of(chunk), (void *)*head);
	*head = (uintptr_t)chunk;
	av->has_fast = true;
}

struct malloc_chunk *fast_next(struct malloc_chunk *chunk)
{
	struct malloc_chunk *next =
		link_follow(link_of(chunk), *link_of(chunk));

	if (is_corrupt(!is_aligned(next), "unaligned fast bin chunk", chunk))
		return NULL;
	return next;
}

struct malloc_chunk *fast_pop(struct malloc_state *av, size_t size)
{
	unsigned int index = fast_index(size);
	struct malloc_chunk *chunk = (struct malloc_chunk *)av->fastbins[index];

	if (!chunk)
		return NULL;
	av->fastbins[index] = (uintptr_t)fast_next(chunk);
	if (is_corrupt(fast_index(chunk_size(chunk)) != index,
		       "memory corruption (fast)", chunk))
		return NULL;
	return chunk;
}

struct malloc_chunk *fast_take(struct malloc_state *av, unsigned int index)
{
	struct malloc_chunk *chunk = (struct malloc_chunk *)av->fastbins[index];

	av->fastbins[index] = 0;
	return chunk;
}
