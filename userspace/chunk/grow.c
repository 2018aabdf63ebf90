// SPDX-License-Identifier: GPL-2.0
/*
 * Where top gets memory from and where it goes: the break for av_, heaps for
 * the other arenas. The break is not ours alone: when somebody else has moved
 * it, or it is refused, av_ goes on in a new area, and the old top is closed
 * with fenceposts.
 */
#include "core.h"
#include "corrupt.h"
#include "events.h"
#include "heap.h"
#include "options.h"
#include "system.h"

/* In place of the break, when that cannot be moved: so much at once. */
#define MAPPED_MORECORE	((size_t)1 << 20)
/* Hysteresis: the step in which an arena grows, and what top may keep. */
#define MAX_GROW_STEP	((size_t)1 << 20)
#define MAX_KEEP	((size_t)256 << 20)
/* Huge pages are for arenas from this size on. */
#define HUGE_FROM	((size_t)16 << 20)
#define HUGE_PAGE	((size_t)2 << 20)

struct area areas[NAREAS];
static unsigned int brk_area;	/* that the break ends */
unsigned int nr_areas;

/* Statistics of memory that came. */
void arena_count(struct malloc_state *av, size_t size)
{
	size_t total;

	av->sbrked_mem += size;
	if (av->sbrked_mem > av->max_sbrked_mem)
		av->max_sbrked_mem = av->sbrked_mem;
	total = av->sbrked_mem + av->mmapped_mem;
	if (total > av->max_total_mem)
		av->max_total_mem = total;
}

bool arena_top_is_damaged(const struct malloc_state *av)
{
	return is_corrupt((char *)chunk_next(av->top) != av->top_end,
			  "corrupted top size", av->top);
}

/*
 * The old top ends at an area's end that will never move again. Two used chunks
 * of HEADER bytes there keep it from being joined with what lies beyond: the
 * first ends it, the second is there to say that the first is used.
 */
static void close_top(struct malloc_state *av, struct malloc_chunk *top)
{
	size_t size = (chunk_size(top) - 2 * HEADER) & ~(ALIGNMENT - 1);
	struct malloc_chunk *post = chunk_at(top, size);

	post->size = HEADER | PREV_INUSE | av->flag;
	chunk_at(post, HEADER)->size = HEADER | PREV_INUSE | av->flag;
	if (size >= MIN_CHUNK) {
		top->size = size | (top->size & SIZE_FLAGS);
		arena_give_joined(av, top);
	} else if (size) {
		/* Too small to be free: one fencepost more. */
		top->size = HEADER | (top->size & SIZE_FLAGS);
	}
}

/* Top becomes the area [start, end), and what it was is closed. */
void arena_open_top(struct malloc_state *av, char *start, char *end)
{
	struct malloc_chunk *old = av->top;
	char *first = (char *)align_up((uintptr_t)start, ALIGNMENT);

	av->top = (struct malloc_chunk *)first;
	av->top->size = ((size_t)(end - first) & ~(ALIGNMENT - 1)) |
			PREV_INUSE | av->flag;
	av->top_end = (char *)chunk_next(av->top);
	/* the rest of the page that it begins in may be somebody's who had it */
	av->fresh = (char *)align_up((uintptr_t)first + HEADER, av->pagesize);
	if (old)
		close_top(av, old);
}

/* Further areas than NAREAS are used but not listed: the last is a sink. */
static unsigned int note_area(char *start, char *end)
{
	unsigned int i = nr_areas;

	areas[i].start = (char *)align_up((uintptr_t)start, ALIGNMENT);
	areas[i].end = (char *)((uintptr_t)end & ~(ALIGNMENT - 1));
	if (nr_areas < NAREAS - 1)
		nr_areas++;
	return i;
}

/* What is asked of the system beyond what is needed. */
static size_t padding(struct malloc_state *av)
{
	size_t pad = av_.top_pad;

	if (options_is_fast() && av->grow_step > pad)
		pad = av->grow_step;
	return pad;
}

/* An arena that grows again and again takes larger steps. */
static void widen_step(struct malloc_state *av)
{
	size_t step = av->sbrked_mem / 16;

	av->grow_step = step < MAX_GROW_STEP ? step : MAX_GROW_STEP;
}

/*
 * A heap that is large, and mostly of small blocks, will have all its pages
 * touched: huge ones then cost fewer faults and TLB misses, and next to no
 * memory that would not be used anyway. Only if asked for: where memory is not
 * the machine's own, to clear a new huge page can cost more than that.
 */
static bool wants_huge(const struct malloc_state *av)
{
	return options_is_fast() && options.huge &&
	       av->sbrked_mem >= HUGE_FROM &&
	       av->small_cut >= av->sbrked_mem / 2;
}

/* Memory from the break that is of no use; if it still ends there. */
static bool give_back(char *start, char *end)
{
	if (system_brk(0) == end)
		system_brk(start - end);
	return false;
}

/*
 * Moves the break. In one piece with what we have, only the difference is
 * asked for; where somebody else's piece lies between, whole pages of ours
 * begin behind it.
 */
static bool grow_break(struct malloc_state *av, size_t size)
{
	size_t have = av->top ? chunk_size(av->top) : 0, page = av->pagesize;
	bool contiguous = av->morecore_properties & MORECORE_CONTIGUOUS;
	size_t ask = size + padding(av) + MIN_CHUNK;
	char *start, *end, *more;
	size_t extra;
	bool huge;

	if (contiguous && av->brk_end)
		ask -= have;
	ask = align_up(ask, page);
	if (ask > PTRDIFF_MAX)
		return false;
	/* A huge page comes only where all of it is ours at the first touch. */
	huge = wants_huge(av);
	if (huge)
		ask += -(uintptr_t)(av->brk_end + ask) & (HUGE_PAGE - 1);
	start = system_brk(ask);
	if (!start && ask > size + MIN_CHUNK + page) {
		/* Without anything to spare, perhaps. */
		ask = align_up(size + MIN_CHUNK, page);
		start = system_brk(ask);
	}
	if (!start)
		return false;
	end = start + ask;
	if (start == av->brk_end && av->top &&
	    (char *)chunk_next(av->top) == start) {
		av->top->size += ask;
		av->top_end = av->brk_end = end;
		areas[brk_area].end = end;
		arena_count(av, ask);
		if (huge)
			system_want_huge(start, ask);
		return true;
	}
	/* The break went down below our feet: nothing helps. */
	if (av->brk_end && start < av->brk_end)
		return give_back(start, end);
	/*
	 * A new piece: the first one, or behind a foreign one, whose owner may
	 * have left the break anywhere. It shall end at a page, and hold what
	 * was asked for without the old top.
	 */
	extra = -(uintptr_t)end & (page - 1);
	if (av->brk_end && contiguous) {
		extra += align_up(have, page);
		av->morecore_properties &= ~MORECORE_CONTIGUOUS;
	}
	if (extra) {
		more = system_brk(extra);
		if (more == end)
			end += extra;
		else if ((size_t)(end - start) < size + 2 * MIN_CHUNK)
			return give_back(start, end);
	}
	arena_count(av, end - start);
	av->brk_end = end;
	brk_area = note_area(start, end);
	arena_open_top(av, start, end);
	return true;
}

/* The break is refused: memory from a mapping, which is not contiguous. */
static bool grow_mapped(struct malloc_state *av, size_t size)
{
	size_t ask = align_up(size + padding(av) + MIN_CHUNK, av->pagesize);
	char *start;

	/* In a geometric series, or there would be thousands. */
	if (ask < MAPPED_MORECORE + av->sbrked_mem / 8)
		ask = align_up(MAPPED_MORECORE + av->sbrked_mem / 8,
			       av->pagesize);
	start = system_map(ask);
	if (!start) {
		ask = align_up(size + MIN_CHUNK, av->pagesize);
		start = system_map(ask);
	}
	if (!start)
		return false;
	note_area(start, start + ask);
	av->morecore_properties &= ~MORECORE_CONTIGUOUS;
	arena_count(av, ask);
	arena_open_top(av, start, start + ask);
	return true;
}

bool arena_grow(struct malloc_state *av, size_t size)
{
	struct malloc_chunk *top = av->top;
	size_t bound;
	bool grown;

	if (top && (is_corrupt(!is_prev_inuse(top), "corrupted top size", top) ||
		    arena_top_is_damaged(av)))
		return false;
	if (av != &av_)
		grown = heap_grow(av, size, padding(av));
	else
		grown = grow_break(av, size) || grow_mapped(av, size);
	if (!grown)
		return false;
	if (options_is_fast()) {
		widen_step(av);
		/* What was trimmed is wanted again: keep as much next time. */
		bound = 2 * (av->regrow + av_.top_pad);
		if (bound > MAX_KEEP)
			bound = MAX_KEEP;
		if (av->regrow && av->trim_threshold < bound &&
		    !options.fixed_trim)
			av->trim_threshold = bound;
		av->regrow = 0;
	}
	return true;
}

static bool trim_break(struct malloc_state *av, size_t pad)
{
	size_t page = av->pagesize, have = chunk_size(av->top), extra;
	char *fresh;

	if (have < pad + MIN_CHUNK + 1)
		return false;
	extra = (have - pad - MIN_CHUNK - 1) & ~(page - 1);
	if (!extra || (char *)chunk_next(av->top) != av->brk_end ||
	    system_brk(0) != av->brk_end)
		return false;
	if (!system_brk(-(intptr_t)extra))
		return false;
	av->brk_end -= extra;
	areas[brk_area].end -= extra;
	av->sbrked_mem -= extra;
	av->regrow = extra;
	av->top->size -= extra;
	av->top_end -= extra;
	/* The page that the break is in now keeps what was written there. */
	fresh = (char *)align_up((uintptr_t)av->brk_end, page);
	if (av->fresh > fresh)
		av->fresh = fresh;
	event(EVENT_TRIM, av->brk_end, extra);
	return true;
}

bool arena_trim(struct malloc_state *av, size_t pad)
{
	if (!av->top || pad > MAX_REQUEST || arena_top_is_damaged(av))
		return false;
	return av == &av_ ? trim_break(av, pad) : heap_trim(av, pad);
}

void arena_trim_if_large(struct malloc_state *av)
{
	if (av->top && chunk_size(av->top) >= av->trim_threshold &&
	    chunk_size(av->top) >= av_.trim_threshold)
		arena_trim(av, av_.top_pad);
}

/* The whole pages inside a free chunk, behind its links. */
static bool discard_inside(struct malloc_state *av, struct malloc_chunk *chunk)
{
	size_t page = av->pagesize;
	char *start = (char *)align_up((uintptr_t)chunk + LINKS_SIZE, page);
	char *end = (char *)((uintptr_t)chunk_next(chunk) & ~(page - 1));

	if (start >= end)
		return false;
	return system_discard(start, end - start);
}

bool arena_trim_all(struct malloc_state *av, size_t pad)
{
	struct malloc_chunk *bin, *chunk;
	bool given = false;
	unsigned int i;

	arena_consolidate(av);
	for (i = UNSORTED; i < NBINS; i++) {
		bin = bin_at(av, i);
		for (chunk = bin->fd; chunk != bin; chunk = chunk->fd)
			if (chunk_size(chunk) > av->pagesize &&
			    discard_inside(av, chunk))
				given = true;
	}
	return arena_trim(av, pad) || given;
}
