// SPDX-License-Identifier: GPL-2.0
/*
 * Walks an arena twice, by address and by bin, and compares. Reads nothing that
 * it has not found to be inside the arena.
 */
#include "check.h"
#include "core.h"
#include "corrupt.h"
#include "heap.h"

struct tally {
	unsigned int wrong;
	size_t nr_free;		/* chunks, met by address */
	size_t nr_binned;	/* and by bin */
};

static bool expect(struct tally *tally, bool holds, const char *what,
		   const struct malloc_chunk *chunk)
{
	if (holds)
		return true;
	tally->wrong++;
	corrupt(what, (const char *)chunk + HEADER);
	return false;
}

bool arena_piece(struct malloc_state *av, unsigned int n, char **start,
		 char **end)
{
	struct heap *heap;

	if (!av->top)
		return false;
	if (av == &av_) {
		if (n >= nr_areas)
			return false;
		*start = areas[n].start;
		*end = areas[n].end;
		return true;
	}
	for (heap = heap_of(av->top); heap && n; n--)
		heap = heap->prev;
	if (!heap)
		return false;
	*start = heap->first;
	*end = (char *)heap + heap->size;
	return true;
}

static bool is_inside(struct malloc_state *av, const struct malloc_chunk *chunk)
{
	const char *at = (const char *)chunk;
	char *start, *end;
	unsigned int n;

	for (n = 0; arena_piece(av, n, &start, &end); n++)
		if (at >= start && at + MIN_CHUNK <= end)
			return true;
	/* More pieces than are listed: it may well be in one of those. */
	return av == &av_ && nr_areas == NAREAS - 1;
}

static void check_piece(struct malloc_state *av, char *start, char *end,
			struct tally *tally)
{
	struct malloc_chunk *chunk = (struct malloc_chunk *)start, *next;
	bool was_free = false, is_free;
	size_t size;

	expect(tally, is_prev_inuse(chunk), "first chunk without P", chunk);
	while ((char *)chunk < end - HEADER) {
		size = chunk_size(chunk);
		if (!expect(tally,
			    size >= HEADER && !(size & (ALIGNMENT - 1)) &&
				    size <= (size_t)(end - (char *)chunk),
			    "invalid size", chunk))
			return;
		expect(tally, (chunk->size & NON_MAIN_ARENA) == av->flag,
		       "chunk of another arena", chunk);
		expect(tally, !is_mmapped(chunk), "mapped chunk in a heap",
		       chunk);
		if (chunk == av->top) {
			expect(tally, (char *)chunk + size == end,
			       "top is not the end", chunk);
			expect(tally, is_prev_inuse(chunk) && !was_free,
			       "top behind a free chunk", chunk);
			return;
		}
		next = chunk_at(chunk, size);
		if (!expect(tally, (char *)next <= end - HEADER,
			    "no fencepost", chunk))
			return;
		is_free = !is_prev_inuse(next);
		if (is_free) {
			tally->nr_free++;
			expect(tally, size >= MIN_CHUNK, "free chunk too small",
			       chunk);
			expect(tally, next->prev_size == size,
			       "corrupted size vs. prev_size", chunk);
			expect(tally, !was_free, "free chunks side by side",
			       chunk);
		}
		was_free = is_free;
		chunk = next;
	}
	expect(tally, (char *)chunk == end - HEADER &&
			      chunk_size(chunk) == HEADER,
	       "no fencepost", chunk);
}

/* May it be followed? */
static bool is_link(struct malloc_state *av, const struct malloc_chunk *bin,
		    const struct malloc_chunk *to)
{
	return to == bin || (is_aligned(to) && is_inside(av, to));
}

/* A chunk in one ring only: another of its size is before it in its bin. */
static void check_second(struct large_chunk *chunk, struct tally *tally)
{
	expect(tally, !chunk->smaller && !chunk->larger,
	       "large chunk in two rings", &chunk->chunk);
}

/* The first of its size; the first of the next larger size comes before it. */
static void check_first(struct malloc_state *av, struct large_chunk *before,
			struct large_chunk *chunk, struct tally *tally)
{
	struct large_chunk *smaller = chunk->smaller, *larger = chunk->larger;

	expect(tally, !before || before->smaller == chunk,
	       "large chunk not in its ring", &chunk->chunk);
	if (!expect(tally, smaller && larger &&
			   is_link(av, NULL, &smaller->chunk) &&
			   is_link(av, NULL, &larger->chunk),
		    "link leads out of the arena", &chunk->chunk))
		return;
	expect(tally, smaller->larger == chunk && larger->smaller == chunk,
	       "corrupted double-linked list (large)", &chunk->chunk);
}

static void check_bin(struct malloc_state *av, unsigned int index,
		      struct tally *tally)
{
	struct malloc_chunk *bin = bin_at(av, index), *chunk;
	struct large_chunk *first = NULL;	/* of this size */
	size_t size, before = SIZE_MAX;

	expect(tally,
	       index == UNSORTED || bin->fd == bin ||
		       av->binmap[index / BINMAP_BITS] &
			       (1u << index % BINMAP_BITS),
	       "bin without its bit", bin->fd);
	for (chunk = bin->fd; chunk != bin; chunk = chunk->fd) {
		if (!expect(tally, is_link(av, bin, chunk),
			    "link leads out of the arena", chunk))
			return;
		size = chunk_size(chunk);
		if (!expect(tally, is_link(av, bin, chunk->fd) &&
				   is_link(av, bin, chunk->bk) &&
				   chunk->fd->bk == chunk &&
				   chunk->bk->fd == chunk,
			    "corrupted double-linked list", chunk))
			return;
		expect(tally, is_prev_inuse(chunk), "free chunk without P",
		       chunk);
		expect(tally, !is_inuse(chunk), "used chunk in a bin", chunk);
		expect(tally, index == UNSORTED || bin_index(size) == index,
		       "chunk in the wrong bin", chunk);
		expect(tally, index == UNSORTED || size <= before,
		       "bin out of order", chunk);
		if (!is_small(size) && index != UNSORTED && size < before) {
			check_first(av, first, (struct large_chunk *)chunk,
				    tally);
			first = (struct large_chunk *)chunk;
		} else if (!is_small(size)) {
			check_second((struct large_chunk *)chunk, tally);
		}
		before = size;
		tally->nr_binned++;
	}
	expect(tally, !first || &first->smaller->chunk == bin->fd,
	       "large chunk not in its ring", bin->fd);
}

static void check_fast(struct malloc_state *av, unsigned int index,
		       struct tally *tally)
{
	struct malloc_chunk *chunk = (struct malloc_chunk *)av->fastbins[index];

	expect(tally, !chunk || av->has_fast, "fast chunk without the mark",
	       chunk);
	for (; chunk; chunk = fast_next(chunk)) {
		if (!expect(tally, is_aligned(chunk) && is_inside(av, chunk),
			    "link leads out of the arena", chunk))
			return;
		expect(tally, fast_index(chunk_size(chunk)) == index,
		       "chunk in the wrong fast bin", chunk);
		expect(tally, is_inuse(chunk), "fast chunk not marked used",
		       chunk);
	}
}

unsigned int chunk_check(struct malloc_state *av)
{
	struct tally tally = { 0 };
	char *start, *end;
	unsigned int i;
	bool listed = av != &av_ || nr_areas < NAREAS - 1;

	if (!av->top)
		return 0;
	expect(&tally, is_aligned(av->top) &&
			       chunk_size(av->top) >= MIN_CHUNK &&
			       (char *)chunk_next(av->top) == av->top_end,
	       "corrupted top size", av->top);
	expect(&tally, av->fresh >= (char *)av->top + HEADER,
	       "top dirty behind its mark", av->top);
	for (i = 0; arena_piece(av, i, &start, &end); i++)
		check_piece(av, start, end, &tally);
	for (i = 0; i < NFASTBINS; i++)
		check_fast(av, i, &tally);
	for (i = UNSORTED; i < NBINS; i++)
		check_bin(av, i, &tally);
	expect(&tally, !listed || tally.nr_free == tally.nr_binned,
	       "free chunk in no bin", av->top);
	return tally.wrong;
}

unsigned int chunk_check_all(void)
{
	struct malloc_state *av;
	unsigned int wrong = 0;

	arenas_init();
	for (av = &av_; av; av = av->next) {
		if (!arena_enter(av))
			continue;
		wrong += chunk_check(av);
		arena_unlock(av);
	}
	return wrong;
}

static bool is_in_fast_bin(struct malloc_state *av, struct malloc_chunk *chunk)
{
	size_t size = chunk_size(chunk);
	struct malloc_chunk *other = NULL;

	if (size <= MAX_FAST)
		other = (void *)av->fastbins[fast_index(size)];
	while (other && other != chunk)
		other = fast_next(other);
	return other != NULL;
}

/*
 * The arena whose chunk this would be, with its lock held, or NULL. False if it
 * cannot be found out, while another thread forks.
 */
static bool lock_arena_around(struct malloc_chunk *chunk,
			      struct malloc_state **found)
{
	struct malloc_state *av;

	for (av = &av_; av; av = av->next) {
		if (!arena_enter(av))
			return false;
		if (av->top && is_inside(av, chunk))
			break;
		arena_unlock(av);
	}
	*found = av;
	return true;
}

bool chunk_check_block(void *mem)
{
	struct malloc_chunk *chunk = mem_to_chunk(mem);
	struct malloc_state *av;
	bool damaged;

	if (is_corrupt(!is_aligned(mem), "free(): invalid pointer", chunk))
		return false;
	if (!lock_arena_around(chunk, &av))
		return true;
	if (!av)
		/* A mapping, or nothing: mapped_give() knows. */
		return !is_corrupt(!is_mmapped(chunk),
				   "free(): invalid pointer", chunk);
	damaged = is_corrupt(is_mmapped(chunk), "free(): invalid pointer",
			     chunk) ||
		  arena_is_damaged(av, chunk) ||
		  is_corrupt(is_in_fast_bin(av, chunk),
			     "double free or corruption (fast)", chunk);
	arena_unlock(av);
	return !damaged;
}
