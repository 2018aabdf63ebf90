// SPDX-License-Identifier: GPL-2.0
/* Where everything is, for those who read from outside. */
#include "cache.h"
#include "core.h"
#include "corrupt.h"
#include "debug.h"
#include "events.h"
#include "heap.h"
#include "options.h"

#define STATE(member)	.state_##member = offsetof(struct malloc_state, member)
#define HEAP(member)	.heap_##member = offsetof(struct heap, member)
#define CACHE(member)	.cache_##member = offsetof(struct cache, member)
#define OPTION(member)	.options_##member = offsetof(struct options, member)

const struct vmachunk_debug vmachunk_debug = {
	.magic = VMACHUNK_DEBUG_MAGIC,
	.version = VMACHUNK_DEBUG_VERSION,
	.size = sizeof(struct vmachunk_debug),
	.word = SIZE_SZ,
	.alignment = ALIGNMENT,
	.nr_bins = NBINS,
	.nr_small_bins = NSMALLBINS,
	.nr_fast_bins = NFASTBINS,
	.large_steps = LARGE_STEPS,
	.nr_cache_bins = CACHE_BINS,
	.nr_small_cache_bins = CACHE_SMALL_BINS,
	.cache_steps = CACHE_STEPS,
	.link_shift = 12,
	.heap_max = HEAP_MAX,
	.av.pointer = &av_,
	.areas.pointer = areas,
	.nr_areas.pointer = &nr_areas,
	.caches.pointer = &caches,
	.events_ring.pointer = &events_ring,
	.options.pointer = &options,
	.check_level.pointer = &check_level,
	.state_size = sizeof(struct malloc_state),
	STATE(max_fast), STATE(fastbins), STATE(top), STATE(last_remainder),
	STATE(bins), STATE(binmap), STATE(trim_threshold), STATE(top_pad),
	STATE(mmap_threshold), STATE(n_mmaps), STATE(n_mmaps_max),
	STATE(max_n_mmaps), STATE(pagesize), STATE(morecore_properties),
	STATE(mmapped_mem), STATE(sbrked_mem), STATE(max_sbrked_mem),
	STATE(max_mmapped_mem), STATE(max_total_mem), STATE(lock),
	STATE(number), STATE(attached), STATE(next),
	.heap_size_of = sizeof(struct heap),
	HEAP(arena), HEAP(prev), HEAP(size), HEAP(first),
	.cache_size = sizeof(struct cache),
	.cache_bin_size = sizeof(struct cache_bin),
	CACHE(next), CACHE(tid),
	OPTION(profile), OPTION(fixed_mmap), OPTION(fixed_trim),
	.max_areas = NAREAS,
};
