// SPDX-License-Identifier: GPL-2.0
/*
 * What changed between releases, from their sources and compared with the debug
 * information of 2.31, 2.36, 2.41 and 2.43:
 *
 *   2.30  a cache counts in 16 bits
 *   2.32  safe links in fast bins and caches
 *   2.34  the key in cached chunks is random, and the same in all threads
 *   2.35  huge pages: two words and an int in mp_, a word in heap_info
 *   2.42  caches have 12 more bins, for large chunks, and count free slots
 *   2.43  no fast bins; thp_mode in mp_; size of a mapping without its header
 *
 * A malloc_state of 2.31 (left) and of 2.43, 64 bit:
 *
 *      0  mutex, flags             0  mutex, flags
 *      8  have_fastchunks          8  top
 *     16  fastbinsY[10]           16  last_remainder
 *     96  top                     24  bins[254]
 *    104  last_remainder        2056  binmap[4]
 *    112  bins[254]             2072  next
 *   2144  binmap[4]             2080  next_free
 *   2160  next                  2088  attached_threads
 *   2168  next_free             2096  system_mem
 *   2176  attached_threads      2104  max_system_mem
 *   2184  system_mem
 *   2192  max_system_mem
 */
#include "heap/glibc_layout.h"

#include <stddef.h>

#define NR_SMALL	64		/* bins below this hold one size */
#define CACHE_SMALL	64		/* likewise in a cache */

static const struct glibc_layout layouts[] = {
	{ .from = 43, .to = 43, .has_huge = true, .has_thp_mode = true,
	  .has_safe_links = true, .has_random_key = true, .has_slots = true },
	{ .from = 42, .to = 42, .has_fast = true, .has_huge = true,
	  .has_safe_links = true, .has_random_key = true, .has_slots = true },
	{ .from = 35, .to = 41, .has_fast = true, .has_huge = true,
	  .has_safe_links = true, .has_random_key = true },
	{ .from = 34, .to = 34, .has_fast = true,
	  .has_safe_links = true, .has_random_key = true },
	{ .from = 32, .to = 33, .has_fast = true, .has_safe_links = true },
	{ .from = 30, .to = 31, .has_fast = true },
};

#define NR_LAYOUTS	(sizeof(layouts) / sizeof(*layouts))

const struct glibc_layout *glibc_layout(unsigned int minor)
{
	if (minor > layouts[0].to)
		return &layouts[0];
	for (size_t i = 0; i < NR_LAYOUTS; i++)
		if (minor >= layouts[i].from && minor <= layouts[i].to)
			return &layouts[i];
	return NULL;
}

const struct glibc_layout *glibc_layout_nth(unsigned int n)
{
	return n < NR_LAYOUTS ? &layouts[n] : NULL;
}

unsigned int glibc_layout_newest(void)
{
	return layouts[0].to;
}

/* ---- offsets, as a compiler lays them out ---- */

/* Room for nr members of size bytes, aligned to size; their offset. */
static unsigned int lay(unsigned int *end, unsigned int size, unsigned int nr)
{
	unsigned int at = (*end + size - 1) / size * size;

	*end = at + nr * size;
	return at;
}

static void lay_state(struct glibc_shape *shape)
{
	struct glibc_state_at *at = &shape->state;
	unsigned int end = 0, word = shape->word;

	lay(&end, 4, 1);
	at->flags = lay(&end, 4, 1);
	if (shape->layout->has_fast) {
		at->have_fast = lay(&end, 4, 1);
		/* For malloc(80 * word / 4) and all that is less. */
		at->nr_fast = (unsigned int)
			(glibc_chunk_size(shape, 20 * word) / (2 * word)) - 1;
		at->fast = lay(&end, word, at->nr_fast);
	}
	at->top = lay(&end, word, 1);
	at->last_remainder = lay(&end, word, 1);
	at->bins = lay(&end, word, 2 * GLIBC_BINS);
	at->binmap = lay(&end, 4, 4);
	at->next = lay(&end, word, 1);
	at->next_free = lay(&end, word, 1);
	at->threads = lay(&end, word, 1);
	at->system_mem = lay(&end, word, 1);
	at->max_system = lay(&end, word, 1);
	at->size = end;
}

static void lay_par(struct glibc_shape *shape)
{
	const struct glibc_layout *layout = shape->layout;
	struct glibc_par_at *at = &shape->par;
	unsigned int end = 0, word = shape->word;

	at->trim_threshold = lay(&end, word, 1);
	at->top_pad = lay(&end, word, 1);
	at->mmap_threshold = lay(&end, word, 1);
	at->arena_test = lay(&end, word, 1);
	at->arena_max = lay(&end, word, 1);
	if (layout->has_thp_mode)
		at->thp_mode = lay(&end, 4, 1);
	if (layout->has_huge) {
		at->thp_pagesize = lay(&end, word, 1);
		at->hp_pagesize = lay(&end, word, 1);
		at->hp_flags = lay(&end, 4, 1);
	}
	at->n_mmaps = lay(&end, 4, 1);
	at->n_mmaps_max = lay(&end, 4, 1);
	at->max_n_mmaps = lay(&end, 4, 1);
	at->no_dyn_threshold = lay(&end, 4, 1);
	at->mmapped_mem = lay(&end, word, 1);
	at->max_mmapped_mem = lay(&end, word, 1);
	at->sbrk_base = lay(&end, word, 1);
	at->tcache_bins = lay(&end, word, 1);
	at->tcache_max_bytes = lay(&end, word, 1);
	at->tcache_count = lay(&end, word, 1);
	at->tcache_unsorted_limit = lay(&end, word, 1);
	at->size = end;
}

static void lay_cache(struct glibc_shape *shape)
{
	struct glibc_cache_at *at = &shape->cache;
	unsigned int end = 0;

	at->nr = shape->layout->has_slots ? GLIBC_CACHES : CACHE_SMALL;
	at->counts = lay(&end, 2, at->nr);
	at->entries = lay(&end, shape->word, at->nr);
	at->size = end;
}

void glibc_shape_init(struct glibc_shape *shape,
		      const struct glibc_layout *layout, unsigned int word,
		      unsigned int align)
{
	unsigned int mask = align - 1, words = layout->has_huge ? 5 : 4;

	*shape = (struct glibc_shape){
		.layout = layout, .word = word, .align = align,
		.min_chunk = (4 * word + mask) & ~mask,
		.heap_max = word == 8 ? 64U << 20 : 1U << 20,
	};
	/* Padded so that a chunk can follow. */
	shape->heap_info = ((words + 2) * word + mask) / align * align -
			   2 * word;
	lay_state(shape);
	lay_par(shape);
	lay_cache(shape);
}

/* ---- sizes ---- */

uint64_t glibc_chunk_size(const struct glibc_shape *shape, uint64_t bytes)
{
	uint64_t mask = shape->align - 1;
	uint64_t size = (bytes + shape->word + mask) & ~mask;

	return size < shape->min_chunk ? shape->min_chunk : size;
}

uint64_t glibc_fast_size(const struct glibc_shape *shape, unsigned int index)
{
	return (uint64_t)(index + 2) * 2 * shape->word;
}

/* What every large bin's index is made of: sizes in steps of 1 << shift. */
static const struct step {
	unsigned int shift, last, base;	/* size >> shift <= last: base + it */
} steps[] = {
	{ 9, 20, 91 }, { 12, 10, 110 }, { 15, 4, 119 }, { 18, 2, 124 },
};

static unsigned int large_index(const struct glibc_shape *shape, uint64_t size)
{
	static const struct step fine[] = {
		{ 6, 48, 48 },		/* 64 bit */
		{ 6, 45, 49 },		/* 32 bit, aligned to 16 */
		{ 6, 38, 56 },		/* 32 bit, aligned to 8 */
	};
	const struct step *step = &fine[shape->word == 8 ? 0 :
					shape->align == 16 ? 1 : 2];

	if (size >> step->shift <= step->last)
		return step->base + (unsigned int)(size >> step->shift);
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		if (size >> steps[i].shift <= steps[i].last)
			return steps[i].base +
			       (unsigned int)(size >> steps[i].shift);
	return GLIBC_BINS - 1;
}

/* The smallest size that is for this large bin or one behind it. */
static uint64_t first_large(const struct glibc_shape *shape, unsigned int index)
{
	uint64_t low = 0, high = 1U << 20;	/* multiples of the alignment */

	while (low < high) {
		uint64_t mid = (low + high) / 2;

		if (large_index(shape, mid * shape->align) < index)
			low = mid + 1;
		else
			high = mid;
	}
	return low * shape->align;
}

void glibc_bin_sizes(const struct glibc_shape *shape, unsigned int index,
		     uint64_t *min, uint64_t *max)
{
	unsigned int shift = shape->align > 2 * shape->word;
	uint64_t first = (uint64_t)(NR_SMALL - shift) * shape->align;

	if (index < 2) {
		*min = 0;
		*max = UINT64_MAX;
	} else if (index < NR_SMALL) {
		*min = *max = (uint64_t)(index - shift) * shape->align;
	} else {
		*min = first_large(shape, index);
		if (*min < first)
			*min = first;
		*max = index == GLIBC_BINS - 1 ? UINT64_MAX :
		       first_large(shape, index + 1) - shape->align;
	}
}

void glibc_cache_sizes(const struct glibc_shape *shape, unsigned int index,
		       uint64_t *min, uint64_t *max)
{
	uint64_t small = (uint64_t)(CACHE_SMALL - 1) * shape->align +
			 shape->min_chunk;

	if (index < CACHE_SMALL) {
		*min = *max = (uint64_t)index * shape->align + shape->min_chunk;
		return;
	}
	/* By powers of two, from that of the largest small one. */
	*min = 1024ULL << (index - CACHE_SMALL);
	*max = 2 * *min - shape->align;
	if (*min <= small)
		*min = small + shape->align;
}
