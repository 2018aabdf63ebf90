// SPDX-License-Identifier: GPL-2.0
/*
 * main_arena and mp_ have no names in a stripped library, but shapes that
 * nothing else has. Of the 127 bins of an arena most are empty, and an empty
 * bin links to itself; an arena that was never used is all zeros but for its
 * ring of one and its one thread. mp_ is limits and counts that fit together.
 */
#include <string.h>

#include "heap/glibc.h"

#define MIN_EMPTY	8	/* bins that link to themselves */
#define MANY_ARENAS	(1U << 20)	/* no limit is higher */

/* A part of the target's data, copied. */
struct data {
	const uint8_t *bytes;
	uint64_t start, size;
	unsigned int word;
};

static uint64_t word_at(const struct data *data, uint64_t offset)
{
	uint64_t value;
	uint32_t half;

	if (data->word == sizeof(half)) {
		memcpy(&half, data->bytes + offset, sizeof(half));
		return half;
	}
	memcpy(&value, data->bytes + offset, sizeof(value));
	return value;
}

static uint32_t int_at(const struct data *data, uint64_t offset)
{
	uint32_t value;

	memcpy(&value, data->bytes + offset, sizeof(value));
	return value;
}

/* ---- main_arena ---- */

static bool is_unused(const struct data *data, const struct glibc_shape *shape,
		      uint64_t offset)
{
	const struct glibc_state_at *at = &shape->state;

	if (word_at(data, offset + at->next) != data->start + offset ||
	    word_at(data, offset + at->threads) != 1)
		return false;
	for (unsigned int i = shape->layout->has_fast ? at->fast : at->top;
	     i < at->next; i += data->word)
		if (word_at(data, offset + i))
			return false;
	return !word_at(data, offset + at->system_mem);
}

static bool is_used(const struct data *data, const struct glibc_shape *shape,
		    uint64_t offset)
{
	const struct glibc_state_at *at = &shape->state;
	unsigned int word = data->word, empty = 0;

	for (unsigned int i = 0; i < GLIBC_BINS; i++) {
		uint64_t bin = offset + at->bins + 2 * i * word;
		uint64_t fd = word_at(data, bin);
		uint64_t bk = word_at(data, bin + word);

		if (!fd || !bk || fd % word || bk % word)
			return false;
		empty += fd == data->start + bin - 2 * word && bk == fd;
	}
	return empty >= MIN_EMPTY && word_at(data, offset + at->top) &&
	       word_at(data, offset + at->next);
}

static bool find_in(struct glibc *glibc, const struct data *data,
		    const struct glibc_shape *shape)
{
	unsigned int size = shape->state.size;

	for (uint64_t offset = 0; offset + size <= data->size;
	     offset += data->word) {
		if (!is_used(data, shape, offset) &&
		    !is_unused(data, shape, offset))
			continue;
		glibc->state = data->start + offset;
		return true;
	}
	return false;
}

/* Calls see for each range of the data that was copied until it says so. */
static bool each_data(struct glibc *glibc, const struct memory *memory,
		      const struct glibc_shape *shape,
		      bool (*see)(struct glibc *glibc, const struct data *data,
				  const struct glibc_shape *shape))
{
	for (size_t i = 0; i < glibc->data.nr; i++) {
		const struct glibc_range *range = &glibc->data.range[i];
		struct data data = {
			.start = range->start,
			.size = range->end - range->start,
			.word = shape->word,
		};

		data.bytes = memory_at(memory, data.start, data.size);
		if (data.bytes && see(glibc, &data, shape))
			return true;
	}
	return false;
}

/* ---- mp_ ---- */

static bool fits_cache(const struct data *data, const struct glibc_shape *shape,
		       uint64_t offset)
{
	const struct glibc_par_at *at = &shape->par;
	uint64_t bins = word_at(data, offset + at->tcache_bins);
	uint64_t max = word_at(data, offset + at->tcache_max_bytes), size;

	if (!bins || bins > 64 || max > 8U << 20 ||
	    word_at(data, offset + at->tcache_count) > UINT16_MAX)
		return false;
	/* The largest size that is cached: of a chunk, and one more; or of
	 * its memory. */
	if (shape->layout->has_slots) {
		size = max - 1;
		return max && size % shape->align == 0 &&
		       (size - shape->min_chunk) / shape->align + 1 >= bins;
	}
	size = glibc_chunk_size(shape, max);
	return (size - shape->min_chunk) / shape->align + 1 == bins;
}

static bool is_power_or_zero(uint64_t n)
{
	return !(n & (n - 1));
}

static bool fits_huge(const struct data *data, const struct glibc_shape *shape,
		      uint64_t offset)
{
	const struct glibc_par_at *at = &shape->par;

	if (!shape->layout->has_huge)
		return true;
	return is_power_or_zero(word_at(data, offset + at->thp_pagesize)) &&
	       is_power_or_zero(word_at(data, offset + at->hp_pagesize));
}

static bool is_par(struct glibc *glibc, const struct data *data,
		   const struct glibc_shape *shape, uint64_t offset)
{
	const struct glibc_par_at *at = &shape->par;
	uint64_t base = word_at(data, offset + at->sbrk_base);
	uint64_t mapped = word_at(data, offset + at->mmapped_mem);

	return int_at(data, offset + at->n_mmaps) <=
	       int_at(data, offset + at->max_n_mmaps) &&
	       int_at(data, offset + at->max_n_mmaps) <= INT32_MAX &&
	       int_at(data, offset + at->n_mmaps_max) <= INT32_MAX &&
	       int_at(data, offset + at->no_dyn_threshold) <= 1 &&
	       word_at(data, offset + at->mmap_threshold) &&
	       word_at(data, offset + at->arena_test) &&
	       word_at(data, offset + at->arena_test) <= MANY_ARENAS &&
	       word_at(data, offset + at->arena_max) <= MANY_ARENAS &&
	       mapped <= word_at(data, offset + at->max_mmapped_mem) &&
	       mapped % glibc->page == 0 &&
	       !base == !glibc->started &&
	       fits_huge(data, shape, offset) &&
	       fits_cache(data, shape, offset);
}

/* Two of them would be a guess: then there is none. */
static bool find_par_in(struct glibc *glibc, const struct data *data,
			const struct glibc_shape *shape)
{
	for (uint64_t offset = 0; offset + shape->par.size <= data->size;
	     offset += data->word) {
		if (!is_par(glibc, data, shape, offset))
			continue;
		if (glibc->par) {
			glibc->par = 0;
			return true;
		}
		glibc->par = data->start + offset;
	}
	return false;
}

static bool has_started(const struct glibc *glibc, const struct memory *memory)
{
	const struct glibc_state_at *at = &glibc->shape.state;

	return glibc_word(glibc, memory, glibc->state + at->system_mem);
}

void glibc_find_par(struct glibc *glibc, const struct memory *memory)
{
	glibc->started = has_started(glibc, memory);
	if (!glibc->par)
		each_data(glibc, memory, &glibc->shape, find_par_in);
}

/* Does the ring of arenas come back to where it was found to begin? Live. */
static bool is_ring(const struct glibc *glibc, struct memory *memory)
{
	uint64_t at = glibc->state;
	struct error err;

	for (unsigned int i = 0; i < GLIBC_ARENAS; i++) {
		if (memory_word(memory, at + glibc->shape.state.next,
				glibc->shape.word, &at, &err))
			return false;
		if (at == glibc->state)
			return true;
	}
	return false;
}

/*
 * Shapes differ by what lies before the bins, so that an arena of one shape can
 * look like another's that begins elsewhere: only where it begins in truth does
 * the ring close. Of a version that is known, a ring that doesn't is damage.
 */
static bool try_shape(struct glibc *glibc, struct memory *memory,
		      const struct glibc_layout *layout, bool is_sure)
{
	glibc_shape_init(&glibc->shape, layout, glibc->shape.word,
			 glibc->shape.align);
	glibc->par = 0;
	if (!each_data(glibc, memory, &glibc->shape, find_in))
		return false;
	glibc_find_par(glibc, memory);
	return is_sure || (glibc->par && is_ring(glibc, memory));
}

bool glibc_find_state(struct glibc *glibc, struct memory *memory)
{
	const struct glibc_layout *known = glibc->shape.layout, *layout;
	bool is_sure = glibc->minor && glibc->minor <= glibc_layout_newest();
	struct error err;
	bool found;

	memory_clear(memory);
	for (size_t i = 0; i < glibc->data.nr; i++)
		memory_copy(memory, glibc->data.range[i].start,
			    glibc->data.range[i].end, &err);
	found = try_shape(glibc, memory, known, is_sure);
	for (unsigned int n = 0; !found && !glibc->minor &&
	     (layout = glibc_layout_nth(n)); n++)
		found = try_shape(glibc, memory, layout, false);
	memory_clear(memory);
	return found;
}
