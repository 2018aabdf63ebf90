/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The symbol vmachunk_debug: all that a reader from outside, with symbols and
 * process_vm_readv(), needs to find its way. Lengths are in bytes, offsets into
 * the structs that the names tell. Members are only ever added at the end.
 */
#ifndef VMAVIEW_CHUNK_DEBUG_H
#define VMAVIEW_CHUNK_DEBUG_H

#include <stdint.h>

#define VMACHUNK_DEBUG_MAGIC	0x5647554243414d56ull	/* "VMACBUGV" */
#define VMACHUNK_DEBUG_VERSION	1

/* Of a variable; 64 bits wide on 32 bit too. */
union vmachunk_address {
	const void *pointer;
	uint64_t value;
};

struct vmachunk_debug {
	uint64_t magic;
	uint32_t version;
	uint32_t size;		/* of this struct */
	uint32_t word;		/* sizeof(size_t) */
	uint32_t alignment;
	uint32_t nr_bins, nr_small_bins, nr_fast_bins, large_steps;
	uint32_t nr_cache_bins, nr_small_cache_bins, cache_steps;
	uint32_t link_shift;	/* of safe links: place >> shift ^ target */
	uint64_t heap_max;	/* chunk & -heap_max is its struct heap */

	union vmachunk_address av;	/* struct malloc_state av_ */
	union vmachunk_address areas;	/* pieces of av_: start, end */
	union vmachunk_address nr_areas;
	union vmachunk_address caches;	/* pointer to the first struct cache */
	union vmachunk_address events_ring;	/* pointer, NULL while off */
	union vmachunk_address options, check_level;

	/* struct malloc_state */
	uint32_t state_size, state_max_fast, state_fastbins, state_top;
	uint32_t state_last_remainder, state_bins, state_binmap;
	uint32_t state_trim_threshold, state_top_pad, state_mmap_threshold;
	uint32_t state_n_mmaps, state_n_mmaps_max, state_max_n_mmaps;
	uint32_t state_pagesize, state_morecore_properties;
	uint32_t state_mmapped_mem, state_sbrked_mem, state_max_sbrked_mem;
	uint32_t state_max_mmapped_mem, state_max_total_mem;
	uint32_t state_lock, state_number, state_attached, state_next;
	/* struct heap */
	uint32_t heap_size_of, heap_arena, heap_prev, heap_size, heap_first;
	/* struct cache; a bin is head, then count and limit of 16 bits */
	uint32_t cache_size, cache_bin_size, cache_next, cache_tid;

	/* struct options; profile is an enum, the others are bool */
	uint32_t options_profile, options_fixed_mmap, options_fixed_trim;
	uint32_t max_areas;	/* as many as this minus 1 are listed */
};

extern const struct vmachunk_debug vmachunk_debug
	__attribute__((visibility("default")));

#endif
