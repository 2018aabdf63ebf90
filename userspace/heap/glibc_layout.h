/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How glibc's malloc lays out its state. Debug symbols that would tell are
 * rarely installed, but the layouts are few: what changed, and when, is in
 * glibc_layout.c.
 */
#ifndef VMAVIEW_HEAP_GLIBC_LAYOUT_H
#define VMAVIEW_HEAP_GLIBC_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#define GLIBC_FAST	11	/* fast bins, at most */
#define GLIBC_BINS	127	/* bins 1 to 126 are in use, 0 is not there */
#define GLIBC_CACHES	76	/* bins of a thread's cache, at most */

struct glibc_layout {
	unsigned int from, to;	/* of 2.x, [from, to] */
	bool has_fast;		/* fast bins, and have_fastchunks */
	bool has_huge;		/* huge pages: mp_ and heap_info are longer */
	bool has_thp_mode;	/* mp_ knows the kernel's mode */
	bool has_safe_links;	/* single links are xored with their place */
	bool has_random_key;	/* in cached chunks, not the cache's address */
	bool has_slots;		/* caches count what still fits, large chunks */
};

/* Where members are: bytes from the start of their struct. */
struct glibc_state_at {
	unsigned int flags, have_fast, fast, nr_fast, top, last_remainder, bins;
	unsigned int binmap, next, next_free, threads, system_mem, max_system;
	unsigned int size;
};

struct glibc_par_at {
	unsigned int trim_threshold, top_pad, mmap_threshold, arena_test;
	unsigned int arena_max, thp_mode, thp_pagesize, hp_pagesize, hp_flags;
	unsigned int n_mmaps, n_mmaps_max, max_n_mmaps, no_dyn_threshold;
	unsigned int mmapped_mem, max_mmapped_mem, sbrk_base, tcache_bins;
	unsigned int tcache_max_bytes, tcache_count, tcache_unsorted_limit;
	unsigned int size;
};

struct glibc_cache_at {
	unsigned int counts;	/* 16 bits each */
	unsigned int entries, nr, size;
};

/* A layout for one word size and alignment. */
struct glibc_shape {
	const struct glibc_layout *layout;
	unsigned int word;	/* bytes of a size_t: 8, or 4 */
	unsigned int align;	/* of malloc's memory: 16, or 8 */
	unsigned int min_chunk;	/* MINSIZE */
	unsigned int heap_info;	/* bytes of one, 4 words of which we read */
	uint64_t heap_max;	/* HEAP_MAX_SIZE without huge pages */
	struct glibc_state_at state;
	struct glibc_par_at par;
	struct glibc_cache_at cache;
};

/*
 * The layout of 2.minor, or NULL when it is too old. One that is newer than
 * all we know gets the newest.
 */
const struct glibc_layout *glibc_layout(unsigned int minor);
/* The n-th layout, newest first, or NULL. */
const struct glibc_layout *glibc_layout_nth(unsigned int n);
/* The newest 2.x that a layout was compared with. */
unsigned int glibc_layout_newest(void);

void glibc_shape_init(struct glibc_shape *shape,
		      const struct glibc_layout *layout, unsigned int word,
		      unsigned int align);

/* Memory at the front of an aligned place that is left for alignment. */
static inline unsigned int glibc_front(const struct glibc_shape *shape)
{
	return shape->align - 2 * shape->word;
}

static inline uint64_t glibc_unlink(const struct glibc_shape *shape,
				    uint64_t place, uint64_t link)
{
	return shape->layout->has_safe_links ? place >> 12 ^ link : link;
}

/* The sizes of chunks in bin index (1: unsorted), bytes, [*min, *max]. */
void glibc_bin_sizes(const struct glibc_shape *shape, unsigned int index,
		     uint64_t *min, uint64_t *max);
/* The same for an index of a cache. */
void glibc_cache_sizes(const struct glibc_shape *shape, unsigned int index,
		       uint64_t *min, uint64_t *max);
/* The size of the chunks in a fast bin. */
uint64_t glibc_fast_size(const struct glibc_shape *shape, unsigned int index);
/* The size of the chunk that malloc(bytes) takes. */
uint64_t glibc_chunk_size(const struct glibc_shape *shape, uint64_t bytes);

#endif
