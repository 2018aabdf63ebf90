// SPDX-License-Identifier: GPL-2.0
/*
 * Where rows of chunks begin and end. A heap of an arena says so itself. The
 * main arena says only where it began and where top is; when somebody else
 * moved the break, or it could not be moved, the row ends in two fences and the
 * next one is somewhere behind:
 *
 *   sbrk_base                                                  end of the break
 *   | chunks ... fence fence |   somebody else's   | chunks ...         top |
 */
#include <inttypes.h>

#include "heap/glibc.h"

#define STEPS	(64U << 20)	/* of all walks that look for a row */
#define NONCONTIGUOUS	2U

/* A walk that only looks where a row leads to. */
struct look {
	const struct glibc *glibc;
	const struct memory *memory;
	uint64_t top;
	uint64_t steps;		/* that are left */
};

static uint64_t tag_at(const struct look *look, uint64_t addr)
{
	return glibc_word(look->glibc, look->memory,
			  addr + look->glibc->shape.word);
}

/* The first place from addr on where a chunk can be. */
static uint64_t align_chunk(const struct glibc_shape *shape, uint64_t addr)
{
	uint64_t mask = shape->align - 1, header = 2 * shape->word;

	return ((addr + header + mask) & ~mask) - header;
}

/*
 * Follows sizes from addr: the end of the row, which is that of top or of the
 * second fence; 0 when it leads nowhere before limit.
 */
static uint64_t row_end(struct look *look, uint64_t addr, uint64_t limit)
{
	const struct glibc_shape *shape = &look->glibc->shape;
	uint64_t header = 2 * shape->word, size, tag, flags;
	bool was_fence = false;

	/* Nothing is before the first chunk; none of the main arena has N. */
	for (flags = CHUNK_PREV_INUSE; look->steps && addr < limit &&
	     limit - addr >= header; look->steps--) {
		tag = tag_at(look, addr);
		size = tag & ~(uint64_t)CHUNK_FLAGS;
		if ((tag & flags) != flags || size > limit - addr ||
		    tag & (CHUNK_IS_MMAPPED | CHUNK_NON_MAIN_ARENA))
			return 0;
		flags = 0;
		if (addr == look->top)
			return addr + size;
		if (size == header) {
			addr += size;
			if (was_fence)
				return addr;
			was_fence = true;
			continue;
		}
		if (was_fence || size < shape->min_chunk || size % shape->align)
			return 0;
		addr += size;
	}
	return 0;
}

/* False: there are none left. */
static bool take_steps(struct look *look, uint64_t nr)
{
	look->steps -= nr < look->steps ? nr : look->steps;
	return look->steps;
}

/*
 * The first place in [from, limit) that a row begins at which ends well; step
 * is how far apart such places are. *end is that of the row.
 */
static uint64_t find_row(struct look *look, uint64_t from, uint64_t limit,
			 uint64_t step, uint64_t *end)
{
	for (; from < limit && take_steps(look, 1); from += step) {
		uint64_t at = align_chunk(&look->glibc->shape, from);

		*end = row_end(look, at, limit);
		if (*end)
			return at;
	}
	return 0;
}

/* ---- the main arena ---- */

static bool add_rows(struct look *look, struct heap *heap, uint64_t from,
		     uint64_t limit)
{
	const struct glibc_shape *shape = &look->glibc->shape;
	uint64_t start = align_chunk(shape, from), end, behind, next;

	end = row_end(look, start, limit);
	/* Where it began is not known: something else may be before it. */
	if (!end && !look->glibc->par) {
		next = find_row(look, from, limit, shape->align, &end);
		start = next ? next : start;
	}
	/* Broken, then: where, the row itself shows. */
	if (!end)
		return rows_add(heap, look->memory, 0, start, limit,
				look->top);
	for (;;) {
		if (!rows_add(heap, look->memory, 0, start, end, look->top))
			return false;
		if (look->top >= start && look->top < end)
			return true;
		behind = end;
		next = find_row(look, behind, limit, shape->align, &end);
		if (!next)
			return true;
		heap_note(heap, "somebody else moved the break: [0x%" PRIx64 ", 0x%" PRIx64 ") is not malloc's",
			  behind, next);
		start = next;
	}
}

static bool is_known(const struct heap *heap, uint64_t addr)
{
	for (size_t i = 0; i < heap->nr_pieces; i++)
		if (addr >= heap->pieces[i].start && addr < heap->pieces[i].end)
			return true;
	return false;
}

/* Mappings that took the break's place, in areas that hold other things too. */
static bool add_areas(struct look *look, struct heap *heap)
{
	const struct glibc *glibc = look->glibc;
	uint64_t page = glibc->page;

	for (size_t i = 0; i < glibc->areas.nr; i++) {
		const struct glibc_range *area = &glibc->areas.range[i];
		uint64_t from = area->start, start, end;

		while ((start = find_row(look, from, area->end, page, &end))) {
			from = (end + page - 1) / page * page;
			if (take_steps(look, heap->nr_pieces) &&
			    !is_known(heap, start) &&
			    !rows_add(heap, look->memory, 0, start, end,
				      look->top))
				return false;
		}
	}
	if (!look->steps)
		heap_note(heap, "not all areas were searched for pieces of the main arena");
	return true;
}

/* From the system in one piece: all that is between the two ends. Else each
   piece may lack a few bytes at both ends that alignment leaves. */
static void check_system(struct glibc *glibc, const struct memory *memory,
			 struct heap *heap)
{
	uint64_t want = heap->arenas[0].totals.arena, sum = 0, slack = 0;
	uint64_t flags = glibc_int(memory, glibc->state +
				   glibc->shape.state.flags);

	if (flags & NONCONTIGUOUS) {
		for (size_t i = 0; i < heap->nr_pieces; i++) {
			if (heap->pieces[i].arena)
				continue;
			sum += heap->pieces[i].end - heap->pieces[i].start;
			slack += 2 * glibc->shape.align;
		}
	} else if (glibc->brk.nr) {
		sum = glibc->brk.range[0].end - glibc->brk.range[0].start;
	}
	if (sum > want || want - sum > slack)
		glibc_problem(glibc, "the main arena has %" PRIu64 " bytes of the system, %" PRIu64 " were found",
			      want, sum);
}

bool glibc_piece_main(struct glibc *glibc, const struct memory *memory,
		      struct heap *heap)
{
	struct look look = {
		.glibc = glibc, .memory = memory,
		.top = heap->arenas[0].top, .steps = STEPS,
	};
	uint64_t start, end;

	if (glibc->brk.nr) {
		start = glibc->brk.range[0].start;
		end = glibc->brk.range[0].end;
		if (!add_rows(&look, heap, start, end))
			return false;
	}
	if (!add_areas(&look, heap))
		return false;
	check_system(glibc, memory, heap);
	return true;
}

/* ---- other arenas ---- */

bool glibc_piece_heaps(struct glibc *glibc, const struct memory *memory,
		       struct heap *heap, size_t arena)
{
	const struct glibc_shape *shape = &glibc->shape;
	const struct glibc_arena *of = &glibc->arenas[arena];
	uint64_t sum = 0, want = heap->arenas[arena].totals.arena;

	for (size_t i = of->first; i < of->first + of->nr; i++) {
		const struct glibc_range *range = &glibc->heaps.range[i];
		uint64_t start = range->start + shape->heap_info;

		/* The first heap of an arena holds its malloc_state too. */
		if (start == of->address)
			start = align_chunk(shape, start + shape->state.size);
		sum += range->end - range->start;
		if (!rows_add(heap, memory, (uint32_t)arena, start, range->end,
			      heap->arenas[arena].top))
			return false;
	}
	if (sum != want)
		glibc_problem(glibc, "arena %zu has %" PRIu64 " bytes of the system, %" PRIu64 " were found",
			      arena, want, sum);
	return true;
}
