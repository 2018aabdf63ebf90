// SPDX-License-Identifier: GPL-2.0
/*
 * Which ranges a copy is of. The ring of arenas is followed in what was copied
 * just now: arena, heaps of the arena, next arena. Every range is held against
 * the areas of the process before it is copied, as a size or a link that was
 * overwritten leads anywhere.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heap/glibc.h"
#include "source/source.h"

/* Of all arenas; each is held against all others. */
#define HEAPS		16384
#define NONCONTIGUOUS	2U		/* in an arena's flags */
#define AREAS_MAX	(1ULL << 30)	/* bytes searched for pieces */
#define MAX_PIECE_SHIFT	2		/* a heap is 4 huge pages, until 2.42 */

void glibc_problem(struct glibc *glibc, const char *fmt, ...)
{
	va_list args;

	if (glibc->nr_problems == GLIBC_PROBLEMS)
		return;
	va_start(args, fmt);
	vsnprintf(glibc->problems[glibc->nr_problems++],
		  sizeof(glibc->problems[0]), fmt, args);
	va_end(args);
}

bool glibc_ranges_add(struct glibc_ranges *ranges, uint64_t start, uint64_t end)
{
	if (ranges->nr == ranges->cap) {
		size_t cap = ranges->cap ? 2 * ranges->cap : 16;
		struct glibc_range *bigger = reallocarray(ranges->range, cap,
							  sizeof(*bigger));

		if (!bigger) {
			ranges->failed = true;
			return false;
		}
		ranges->range = bigger;
		ranges->cap = cap;
	}
	ranges->range[ranges->nr++] = (struct glibc_range){ start, end };
	return true;
}

/* ---- what is mapped ---- */

struct areas {
	struct glibc *glibc;
	const struct snapshot *snap;
	pid_t pid;
};

const struct snapshot *glibc_now(struct glibc *glibc, pid_t pid)
{
	const struct take take = { .what = TAKE_VMAS };
	struct source *source;
	struct error err;

	if (glibc->has_now)
		return glibc->now;
	glibc->has_now = true;
	source = source_open(CHOOSE_PROC, pid, &err);
	if (!source)
		return NULL;
	glibc->now = source_take(source, &take, &err);
	source_close(source);
	return glibc->now;
}

static void drop_now(struct glibc *glibc)
{
	snapshot_free(glibc->now);
	glibc->now = NULL;
	glibc->has_now = false;
}

/* The end of the areas without a gap from addr on, or addr; end is enough. */
static uint64_t run_end(const struct snapshot *snap, uint64_t addr,
			uint64_t end)
{
	const struct vma *vma = snapshot_find(snap, addr), *last;

	if (!vma)
		return addr;
	last = snap->vmas + snap->nr_vmas - 1;
	while (vma < last && vma->end < end && vma[1].start == vma->end)
		vma++;
	return vma->end;
}

/* In the picture; or else now, as the picture was taken some time before. */
static bool is_mapped(const struct areas *areas, uint64_t start, uint64_t end)
{
	const struct snapshot *now;

	if (start >= end)
		return false;
	if (run_end(areas->snap, start, end) >= end)
		return true;
	now = glibc_now(areas->glibc, areas->pid);
	return now && run_end(now, start, end) >= end;
}

/* Copies what is mapped; a part that can't be read is a problem of its own. */
static bool copy_range(struct glibc *glibc, struct memory *memory,
		       struct areas *areas, uint64_t start, uint64_t end)
{
	struct error err;

	if (!is_mapped(areas, start, end))
		return false;
	if (!memory_copy(memory, start, end, &err))
		return true;
	glibc_problem(glibc, "%.180s", err.text);
	return false;
}

/* ---- heaps of other arenas ---- */

/* The heap that an address of an arena lies in. The size that heaps are aligned
   to grows with huge pages: the right one is that whose heap says so. */
static uint64_t heap_of(struct glibc *glibc, struct memory *memory,
			struct areas *areas, uint64_t addr, uint64_t arena)
{
	const struct glibc_shape *shape = &glibc->shape;
	uint64_t sizes[2] = { shape->heap_max, 0 };

	if (glibc->par && shape->layout->has_huge)
		sizes[1] = glibc_par(glibc, memory, hp_pagesize) <<
			   MAX_PIECE_SHIFT;
	for (unsigned int i = 0; i < 2; i++) {
		uint64_t heap = addr & ~(sizes[i] - 1);

		if (sizes[i] && heap &&
		    copy_range(glibc, memory, areas, heap,
			       heap + shape->heap_info) &&
		    glibc_word(glibc, memory, heap) == arena)
			return heap;
	}
	return 0;
}

/* Is there room for one more, and none of those known where it is? */
static bool is_new(const struct glibc *glibc, uint64_t start, uint64_t end)
{
	for (size_t i = 0; i < glibc->heaps.nr; i++)
		if (start < glibc->heaps.range[i].end &&
		    glibc->heaps.range[i].start < end)
			return false;
	return glibc->heaps.nr < HEAPS;
}

static void copy_heaps(struct glibc *glibc, struct memory *memory,
		       struct areas *areas, struct glibc_arena *arena)
{
	const struct glibc_shape *shape = &glibc->shape;
	uint64_t first = arena->address - shape->heap_info, size, sum = 0;
	uint64_t top = glibc_word(glibc, memory,
				  arena->address + shape->state.top);
	uint64_t system = glibc_word(glibc, memory,
				     arena->address + shape->state.system_mem);
	uint64_t heap = heap_of(glibc, memory, areas, top, arena->address);

	if (!heap) {
		glibc_problem(glibc, "top of the arena at 0x%" PRIx64 ", 0x%" PRIx64 ", is in no heap of it",
			      arena->address, top);
		heap = first;
	}
	for (;; arena->nr++) {
		size = glibc_word(glibc, memory, heap + 2 * shape->word);
		sum += size;
		if (size % glibc->page || size > system || sum > system ||
		    !is_new(glibc, heap, heap + size) ||
		    !copy_range(glibc, memory, areas, heap, heap + size)) {
			glibc_problem(glibc, "the heap at 0x%" PRIx64 " says that it has %" PRIu64 " bytes, which can't be",
				      heap, size);
			return;
		}
		if (!glibc_ranges_add(&glibc->heaps, heap, heap + size))
			return;
		if (heap == first) {
			arena->nr++;
			return;
		}
		heap = glibc_word(glibc, memory, heap + shape->word);
		/* Room for one byte: how much it has is not known yet. */
		if (!heap || !is_new(glibc, heap, heap + 1) ||
		    heap_of(glibc, memory, areas, heap, arena->address) !=
		    heap) {
			glibc_problem(glibc, "0x%" PRIx64 " is no heap of the arena at 0x%" PRIx64,
				      heap, arena->address);
			arena->nr++;
			return;
		}
	}
}

/* ---- arenas ---- */

static bool is_listed(const struct glibc *glibc, uint64_t address)
{
	for (size_t i = 0; i < glibc->nr_arenas; i++)
		if (glibc->arenas[i].address == address)
			return true;
	return false;
}

/* An arena that is not the main one lies behind the head of its first heap. */
static bool copy_arena(struct glibc *glibc, struct memory *memory,
		       struct areas *areas, uint64_t address)
{
	const struct glibc_shape *shape = &glibc->shape;
	uint64_t heap = address - shape->heap_info;

	return heap < address && heap % glibc->page == 0 &&
	       copy_range(glibc, memory, areas, heap,
			  address + shape->state.size) &&
	       glibc_word(glibc, memory, heap) == address;
}

static void copy_arenas(struct glibc *glibc, struct memory *memory,
			struct areas *areas)
{
	unsigned int size = glibc->shape.state.size;
	struct glibc_arena *arena;
	uint64_t address;

	glibc->arenas[0] = (struct glibc_arena){ .address = glibc->state };
	glibc->nr_arenas = 1;
	memory_guard(memory, glibc->state, size);
	for (;;) {
		arena = &glibc->arenas[glibc->nr_arenas - 1];
		address = glibc_word(glibc, memory, arena->address +
				     glibc->shape.state.next);
		if (address == glibc->state)
			return;
		if (glibc->nr_arenas == GLIBC_ARENAS ||
		    is_listed(glibc, address) ||
		    !copy_arena(glibc, memory, areas, address)) {
			glibc_problem(glibc, "arena %zu links to 0x%" PRIx64 ", where no arena is: those behind it are missing",
				      glibc->nr_arenas - 1, address);
			return;
		}
		arena = &glibc->arenas[glibc->nr_arenas++];
		*arena = (struct glibc_arena){
			.address = address, .first = glibc->heaps.nr,
		};
		memory_guard(memory, address, size);
		copy_heaps(glibc, memory, areas, arena);
	}
}

/* ---- the main arena ---- */

static const struct vma *find_brk(const struct snapshot *snap)
{
	for (size_t i = 0; i < snap->nr_vmas; i++)
		if (snap->vmas[i].object &&
		    snap->vmas[i].object->kind == OBJECT_SPECIAL &&
		    !strcmp(snap->vmas[i].object->name, "[heap]"))
			return &snap->vmas[i];
	return NULL;
}

/* When the break could not be moved once. */
static bool is_scattered(const struct glibc *glibc, const struct memory *memory)
{
	return glibc_int(memory, glibc->state + glibc->shape.state.flags) &
	       NONCONTIGUOUS;
}

/* From where malloc first moved the break to the end of top, if top is there,
   else to where the area ends. */
static void copy_brk(struct glibc *glibc, struct memory *memory,
		     struct areas *areas)
{
	const struct vma *brk = find_brk(areas->snap);
	uint64_t start = brk ? brk->start : 0, end = brk ? brk->end : 0, top;
	uint64_t size;

	if (glibc->par)
		start = glibc_par(glibc, memory, sbrk_base);
	if (is_scattered(glibc, memory) &&
	    (!brk || start < brk->start || start >= brk->end))
		return;
	top = glibc_word(glibc, memory, glibc->state + glibc->shape.state.top);
	if (start && top >= start &&
	    is_mapped(areas, start, top + 2 * glibc->shape.word) &&
	    copy_range(glibc, memory, areas, top,
		       top + 2 * glibc->shape.word)) {
		size = glibc_word(glibc, memory, top + glibc->shape.word) &
		       ~(uint64_t)CHUNK_FLAGS;
		if (size <= UINT64_MAX - top &&
		    is_mapped(areas, start, top + size))
			end = top + size;
	}
	if (!start || start >= end)
		return;
	if (copy_range(glibc, memory, areas, start, end))
		glibc_ranges_add(&glibc->brk, start, end);
}

/*
 * When the break could not be moved the main arena took mappings instead, of
 * which it keeps no list.
 */
static void copy_areas(struct glibc *glibc, struct memory *memory,
		       struct areas *areas)
{
	const struct snapshot *snap = areas->snap;
	uint64_t left = AREAS_MAX;

	if (!is_scattered(glibc, memory))
		return;
	for (size_t i = 0; i < snap->nr_vmas; i++) {
		const struct vma *vma = &snap->vmas[i];

		if (!glibc_may_hold(vma))
			continue;
		if (vma_size(vma) > left) {
			glibc_problem(glibc, "the break could not be moved once; not all mappings were searched for chunks");
			return;
		}
		left -= vma_size(vma);
		if (copy_range(glibc, memory, areas, vma->start, vma->end))
			glibc_ranges_add(&glibc->areas, vma->start, vma->end);
	}
}

int glibc_copy(struct glibc *glibc, struct memory *memory,
	       const struct snapshot *snap, struct error *err)
{
	struct areas areas = {
		.glibc = glibc, .snap = snap, .pid = memory_pid(memory),
	};
	int ret = 0;

	glibc->nr_arenas = glibc->nr_problems = 0;
	glibc->heaps.nr = glibc->brk.nr = glibc->areas.nr = 0;
	glibc->threads.nr = 0;
	for (size_t i = 0; i < glibc->data.nr; i++)
		if (memory_copy(memory, glibc->data.range[i].start,
				glibc->data.range[i].end, err))
			return -1;
	glibc_find_par(glibc, memory);
	copy_arenas(glibc, memory, &areas);
	if (glibc->started) {
		copy_brk(glibc, memory, &areas);
		copy_areas(glibc, memory, &areas);
	}
	if (glibc_mapped_copy(glibc, memory, snap, err))
		ret = -1;
	if (!glibc_thread_copy(glibc, memory, snap) || glibc->heaps.failed ||
	    glibc->brk.failed || glibc->areas.failed)
		ret = error_set(err, ERR_FAILED, "out of memory");
	drop_now(glibc);
	return ret;
}
