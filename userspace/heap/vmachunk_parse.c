// SPDX-License-Identifier: GPL-2.0
/* The copy of our own allocator's memory becomes a heap. */
#include <inttypes.h>
#include <stdio.h>

#include "heap/rows.h"
#include "heap/vmachunk.h"
#include "heap/vmachunk_lists.h"

/* ---- the process ---- */

static void describe(const struct vmachunk *self, const struct memory *memory,
		     struct heap *heap)
{
	static const char *const profiles[] = { "fast", "article" };
	const struct vmachunk_debug *debug = &self->debug;
	uint32_t profile = vmachunk_int(memory, debug->options.value +
					debug->options_profile);

	heap->word = debug->word;
	heap->alignment = debug->alignment;
	heap->min_chunk = 4 * debug->word;
	snprintf(heap->allocator, sizeof(heap->allocator), "%s, profile %s",
		 self->is_library ? "libvmachunk" :
				    "libvmachunk, linked in",
		 profile < 2 ? profiles[profile] : "unknown");
	snprintf(heap->layout, sizeof(heap->layout),
		 "as vmachunk_debug version %u says, %u bit", debug->version,
		 8 * debug->word);
}

static bool is_set(const struct memory *memory, uint64_t addr)
{
	return vmachunk_int(memory, addr) & 0xff;
}

static void add_settings(const struct vmachunk *self,
			 const struct memory *memory, struct heap *heap)
{
	const struct vmachunk_debug *debug = &self->debug;
	struct heap_fields *fields = &heap->settings;
	uint64_t options = debug->options.value;

	heap_add_field(fields, "profile", "0 fast, 1 article", HEAP_COUNT,
		       vmachunk_int(memory, options + debug->options_profile));
	heap_add_field(fields, "check",
		       "how much is checked: 0 nothing, 1 what costs little, then more",
		       HEAP_COUNT,
		       vmachunk_int(memory, debug->check_level.value));
	heap_add_field(fields, "fixed_mmap",
		       "1: mmap_threshold stays as it was set", HEAP_COUNT,
		       is_set(memory, options + debug->options_fixed_mmap));
	heap_add_field(fields, "fixed_trim",
		       "1: trim_threshold stays as it was set", HEAP_COUNT,
		       is_set(memory, options + debug->options_fixed_trim));
}

/* ---- arenas ---- */

/* Pairs of words that lead to themselves are empty bins. */
static uint64_t count_bins(const struct vmachunk *self,
			   const struct memory *memory, uint64_t av)
{
	unsigned int word = self->debug.word;
	uint64_t bins = av + self->debug.state_bins, nr = 0;

	for (uint32_t i = 1; i < self->debug.nr_bins; i++) {
		uint64_t links = bins + 2 * i * word;

		nr += vmachunk_word(self, memory, links) != links - 2 * word;
	}
	return nr;
}

static uint64_t count_fast(const struct vmachunk *self,
			   const struct memory *memory, uint64_t av)
{
	uint64_t nr = 0;

	for (uint32_t i = 0; i < self->debug.nr_fast_bins; i++)
		nr += !!vmachunk_word(self, memory, av +
				      self->debug.state_fastbins +
				      i * self->debug.word);
	return nr;
}

static uint64_t count_map(const struct vmachunk *self,
			  const struct memory *memory, uint64_t av)
{
	uint64_t nr = 0;

	for (uint32_t i = 0; i < self->debug.nr_bins / 32; i++)
		nr += (uint64_t)__builtin_popcount(vmachunk_int(memory, av +
						   self->debug.state_binmap +
						   4 * i));
	return nr;
}

static void add_fields(const struct vmachunk *self,
		       const struct memory *memory, uint64_t av,
		       struct heap_fields *fields)
{
	const struct vmachunk_debug *debug = &self->debug;

#define WORD(member, unit, meaning) \
	heap_add_field(fields, #member, meaning, unit, \
		       vmachunk_word(self, memory, \
				     av + debug->state_##member))
#define INT(member, unit, meaning) \
	heap_add_field(fields, #member, meaning, unit, \
		       vmachunk_int(memory, av + debug->state_##member))

	WORD(max_fast, HEAP_BYTES, "largest chunk for fast bins; 0: none");
	heap_add_field(fields, "fastbins", "fast bins that are not empty",
		       HEAP_COUNT, count_fast(self, memory, av));
	WORD(top, HEAP_ADDRESS, "the chunk that ends the arena");
	WORD(last_remainder, HEAP_ADDRESS,
	     "what the last split of a small request left over");
	heap_add_field(fields, "bins", "bins that are not empty", HEAP_COUNT,
		       count_bins(self, memory, av));
	heap_add_field(fields, "binmap",
		       "bins that may hold a chunk: its bits that are set",
		       HEAP_COUNT, count_map(self, memory, av));
	WORD(trim_threshold, HEAP_BYTES,
	     "top of that size is trimmed by free()");
	WORD(top_pad, HEAP_BYTES,
	     "asked of the system beyond what is needed");
	WORD(mmap_threshold, HEAP_BYTES,
	     "chunks from that size on are mappings");
	INT(n_mmaps, HEAP_COUNT, "chunks that are mappings");
	INT(n_mmaps_max, HEAP_COUNT, "there may be so many of them");
	INT(max_n_mmaps, HEAP_COUNT, "most of them so far");
	INT(pagesize, HEAP_BYTES, "of the system");
	INT(morecore_properties, HEAP_FLAGS,
	    "1: nobody else has moved the break so far");
	WORD(mmapped_mem, HEAP_BYTES, "in mappings");
	WORD(sbrked_mem, HEAP_BYTES, "of this arena, from the system");
	WORD(max_sbrked_mem, HEAP_BYTES, "most of that so far");
	WORD(max_mmapped_mem, HEAP_BYTES, "most in mappings so far");
	WORD(max_total_mem, HEAP_BYTES, "most of both together so far");
	INT(lock, HEAP_COUNT,
	    "0 free, 1 held, 2 held and waited for, 3 by a thread that forks");
	INT(number, HEAP_COUNT, "of the arena; 0 is av_");
	INT(attached, HEAP_COUNT, "threads that take their memory here");
	WORD(next, HEAP_ADDRESS, "the arena after this one");
#undef WORD
#undef INT
}

static bool add_arena(const struct vmachunk *self, const struct memory *memory,
		      uint64_t av, struct heap *heap)
{
	const struct vmachunk_debug *debug = &self->debug;
	struct heap_arena *arena = heap_add_arena(heap);

	if (!arena)
		return false;
	arena->address = av;
	arena->number = vmachunk_int(memory, av + debug->state_number);
	arena->top = vmachunk_word(self, memory, av + debug->state_top);
	arena->threads = vmachunk_int(memory, av + debug->state_attached);
	arena->totals.arena = vmachunk_word(self, memory,
					    av + debug->state_sbrked_mem);
	add_fields(self, memory, av, &arena->fields);
	return true;
}

static bool add_pieces(const struct vmachunk *self,
		       const struct memory *memory, struct heap *heap)
{
	for (size_t i = 0; i < self->nr_pieces; i++) {
		const struct vmachunk_piece *piece = &self->pieces[i];

		if (!rows_add(heap, memory, piece->arena, piece->start,
			      piece->end, heap->arenas[piece->arena].top))
			return false;
	}
	for (size_t i = 0; i < self->mapped.nr; i++)
		if (!rows_add_mapped(heap, memory, self->mapped.chunks[i]))
			return false;
	return true;
}

/* ---- what does not add up ---- */

static void note_mapped(const struct vmachunk *self,
			const struct memory *memory, struct heap *heap)
{
	uint64_t av = self->debug.av.value;
	uint32_t nr = vmachunk_int(memory, av + self->debug.state_n_mmaps);
	uint64_t bytes = vmachunk_word(self, memory,
				       av + self->debug.state_mmapped_mem);

	if (self->mapped.nr == nr && self->mapped.bytes == bytes)
		return;
	heap->coherent = false;
	heap_note(heap, "av_ counts %" PRIu32 " mappings of %" PRIu64 " bytes, found are %zu of %" PRIu64,
		  nr, bytes, self->mapped.nr, self->mapped.bytes);
}

static void note_pieces(struct heap *heap)
{
	for (size_t i = 0; i < heap->nr_pieces; i++) {
		const struct heap_piece *piece = &heap->pieces[i];

		if (piece->broken)
			heap_note(heap, "heap [0x%" PRIx64 ", 0x%" PRIx64 ") breaks at 0x%" PRIx64 ": %s",
				  piece->start, piece->end, piece->broken,
				  piece->why);
	}
}

static void note_trouble(const struct vmachunk *self,
			 const struct memory *memory, struct heap *heap)
{
	const struct vmachunk_debug *debug = &self->debug;

	if (self->trouble) {
		heap->coherent = false;
		heap_note(heap, "%s", self->trouble);
	}
	if (vmachunk_int(memory, debug->nr_areas.value) ==
	    debug->max_areas - 1)
		heap_note(heap, "the main arena has more pieces than the %" PRIu32 " that it keeps a list of: those are not shown",
			  debug->max_areas - 1);
	if (!vmachunk_int(memory, debug->av.value + debug->state_pagesize))
		heap_note(heap, "nothing has been allocated so far");
	note_mapped(self, memory, heap);
	note_pieces(heap);
}

int vmachunk_parse(void *context, struct memory *memory,
		   const struct snapshot *snap, struct heap *heap,
		   struct error *err)
{
	struct vmachunk *self = context;
	struct row_marks *marks = row_marks_new();
	bool ok = marks;

	(void)snap;
	describe(self, memory, heap);
	add_settings(self, memory, heap);
	for (size_t i = 0; i < self->nr_arenas && ok; i++)
		ok = add_arena(self, memory, self->arenas[i], heap);
	ok = ok && add_pieces(self, memory, heap) &&
	     vmachunk_add_lists(self, memory, heap, marks) &&
	     heap_finish(heap);
	if (ok)
		note_trouble(self, memory, heap);
	ok = ok && row_marks_apply(marks, heap);
	row_marks_free(marks);
	return ok ? 0 : error_set(err, ERR_FAILED, "out of memory");
}
