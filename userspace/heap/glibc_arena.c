// SPDX-License-Identifier: GPL-2.0
/* The structs of glibc's malloc, member by member. */
#include "heap/glibc.h"

/* Where a member is, and what is said of it. */
struct member {
	const char *name, *meaning;
	enum heap_unit unit;
	unsigned int at;
	bool is_int;		/* 4 bytes, else a word */
};

static void add_members(const struct glibc *glibc, const struct memory *memory,
			uint64_t base, struct heap_fields *fields,
			const struct member *members, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		heap_add_field(fields, members[i].name, members[i].meaning,
			       members[i].unit, members[i].is_int ?
			       glibc_int(memory, base + members[i].at) :
			       glibc_word(glibc, memory,
					  base + members[i].at));
}

#define ADD(glibc, memory, base, fields, members) \
	add_members(glibc, memory, base, fields, members, \
		    sizeof(members) / sizeof(*(members)))

/* ---- malloc_state ---- */

static const char *const fast_names[GLIBC_FAST] = {
	"fastbinsY[0]", "fastbinsY[1]", "fastbinsY[2]", "fastbinsY[3]",
	"fastbinsY[4]", "fastbinsY[5]", "fastbinsY[6]", "fastbinsY[7]",
	"fastbinsY[8]", "fastbinsY[9]", "fastbinsY[10]",
};

static const char *const map_names[] = {
	"binmap[0]", "binmap[1]", "binmap[2]", "binmap[3]",
};

static void add_fast(const struct glibc *glibc, const struct memory *memory,
		     uint64_t base, struct heap_fields *fields)
{
	const struct glibc_state_at *at = &glibc->shape.state;

	if (!glibc->shape.layout->has_fast)
		return;
	heap_add_field(fields, "have_fastchunks",
		       "1: chunks came into the fast bins since they were last emptied",
		       HEAP_FLAGS, glibc_int(memory, base + at->have_fast));
	for (unsigned int i = 0; i < at->nr_fast; i++)
		heap_add_field(fields, fast_names[i],
			       "the chunk that was put last into this fast bin",
			       HEAP_ADDRESS,
			       glibc_word(glibc, memory, base + at->fast +
					  i * glibc->shape.word));
}

static void add_state(const struct glibc *glibc, const struct memory *memory,
		      uint64_t base, struct heap_fields *fields)
{
	const struct glibc_state_at *at = &glibc->shape.state;
	const struct member head[] = {
		{ "mutex", "held by the thread that works on the arena; 0: free",
			HEAP_FLAGS, 0, true },
		{ "flags", "2: its memory is not in one piece", HEAP_FLAGS,
			at->flags, true },
	};
	const struct member rest[] = {
		{ "top", "the chunk at its end, which new ones are cut from",
			HEAP_ADDRESS, at->top, false },
		{ "last_remainder", "what was left when a small block was cut from a free chunk",
			HEAP_ADDRESS, at->last_remainder, false },
	};
	const struct member tail[] = {
		{ "next", "the next arena, in a ring", HEAP_ADDRESS, at->next,
			false },
		{ "next_free", "the next arena that no thread is attached to",
			HEAP_ADDRESS, at->next_free, false },
		{ "attached_threads", "threads that allocate here",
			HEAP_COUNT, at->threads, false },
		{ "system_mem", "bytes it has from the system", HEAP_BYTES,
			at->system_mem, false },
		{ "max_system_mem", "and the most it ever had", HEAP_BYTES,
			at->max_system, false },
	};

	ADD(glibc, memory, base, fields, head);
	add_fast(glibc, memory, base, fields);
	ADD(glibc, memory, base, fields, rest);
	for (unsigned int i = 0; i < 4; i++)
		heap_add_field(fields, map_names[i],
			       "a bit for each bin that may not be empty",
			       HEAP_FLAGS,
			       glibc_int(memory, base + at->binmap + 4 * i));
	ADD(glibc, memory, base, fields, tail);
}

/* ---- malloc_par ---- */

static void add_huge(const struct glibc *glibc, const struct memory *memory,
		     struct heap_fields *fields)
{
	const struct glibc_par_at *at = &glibc->shape.par;
	const struct member members[] = {
		{ "thp_pagesize", "transparent huge pages are asked for; 0: not",
			HEAP_BYTES, at->thp_pagesize, false },
		{ "hp_pagesize", "huge pages that mappings are made of; 0: none",
			HEAP_BYTES, at->hp_pagesize, false },
		{ "hp_flags", "what mmap() is given for them", HEAP_FLAGS,
			at->hp_flags, true },
	};

	if (glibc->shape.layout->has_thp_mode)
		heap_add_field(fields, "thp_mode",
			       "when the kernel gives transparent huge pages",
			       HEAP_FLAGS,
			       glibc_int(memory, glibc->par + at->thp_mode));
	if (glibc->shape.layout->has_huge)
		ADD(glibc, memory, glibc->par, fields, members);
}

void glibc_arena_settings(const struct glibc *glibc,
			  const struct memory *memory, struct heap *heap)
{
	const struct glibc_par_at *at = &glibc->shape.par;
	struct heap_fields *fields = &heap->settings;
	const struct member limits[] = {
		{ "trim_threshold", "a larger top is given back by free()",
			HEAP_BYTES, at->trim_threshold, false },
		{ "top_pad", "added to what the system is asked for",
			HEAP_BYTES, at->top_pad, false },
		{ "mmap_threshold", "chunks from this size on become mappings",
			HEAP_BYTES, at->mmap_threshold, false },
		{ "arena_test", "so many arenas before the limit is worked out",
			HEAP_COUNT, at->arena_test, false },
		{ "arena_max", "arenas at most; 0: by the number of processors",
			HEAP_COUNT, at->arena_max, false },
	};
	const struct member mappings[] = {
		{ "n_mmaps", "chunks that are mappings", HEAP_COUNT,
			at->n_mmaps, true },
		{ "n_mmaps_max", "and how many there may be", HEAP_COUNT,
			at->n_mmaps_max, true },
		{ "max_n_mmaps", "and the most there ever were", HEAP_COUNT,
			at->max_n_mmaps, true },
		{ "no_dyn_threshold", "0: mmap_threshold grows with what is freed",
			HEAP_FLAGS, at->no_dyn_threshold, true },
		{ "mmapped_mem", "bytes of these mappings", HEAP_BYTES,
			at->mmapped_mem, false },
		{ "max_mmapped_mem", "and the most there ever were",
			HEAP_BYTES, at->max_mmapped_mem, false },
		{ "sbrk_base", "where the main arena began", HEAP_ADDRESS,
			at->sbrk_base, false },
	};
	const struct member caches[] = {
		{ "tcache_bins", "sizes of small chunks that threads cache",
			HEAP_COUNT, at->tcache_bins, false },
		{ "tcache_max_bytes", "the largest block that they cache",
			HEAP_BYTES, at->tcache_max_bytes, false },
		{ "tcache_count", "chunks of each size that they cache",
			HEAP_COUNT, at->tcache_count, false },
		{ "tcache_unsorted_limit", "chunks sorted into a cache in one go; 0: all",
			HEAP_COUNT, at->tcache_unsorted_limit, false },
	};

	if (!glibc->par) {
		heap_note(heap, "malloc's parameters (mp_) were not found: thresholds and the number of mappings are not known");
		return;
	}
	ADD(glibc, memory, glibc->par, fields, limits);
	add_huge(glibc, memory, fields);
	ADD(glibc, memory, glibc->par, fields, mappings);
	ADD(glibc, memory, glibc->par, fields, caches);
}

/* ---- arenas ---- */

static bool add_arena(struct glibc *glibc, const struct memory *memory,
		      struct heap *heap, uint32_t number)
{
	const struct glibc_state_at *at = &glibc->shape.state;
	uint64_t base = glibc->arenas[number].address;
	struct heap_arena *arena = heap_add_arena(heap);

	if (!arena)
		return false;
	arena->address = base;
	arena->number = number;
	arena->top = glibc_word(glibc, memory, base + at->top);
	/* Before its first chunk, top is the head of the unsorted bin. */
	if (arena->top == base + at->bins - 2 * glibc->shape.word)
		arena->top = 0;
	arena->threads = glibc_word(glibc, memory, base + at->threads);
	arena->totals.arena = glibc_word(glibc, memory, base + at->system_mem);
	add_state(glibc, memory, base, &arena->fields);
	return true;
}

bool glibc_arena_parse(struct glibc *glibc, const struct memory *memory,
		       struct heap *heap)
{
	for (size_t i = 0; i < glibc->nr_arenas; i++)
		if (!add_arena(glibc, memory, heap, (uint32_t)i))
			return false;
	if (glibc->started && !glibc_piece_main(glibc, memory, heap))
		return false;
	for (size_t i = 1; i < glibc->nr_arenas; i++)
		if (!glibc_piece_heaps(glibc, memory, heap, i))
			return false;
	return true;
}
