// SPDX-License-Identifier: GPL-2.0
/* The drawings of the headers against the compiler, and the tables of bins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "chunk/cache.h"
#include "chunk/core.h"
#include "chunk/debug.h"
#include "chunk/events.h"
#include "chunk/heap.h"

/* chunk.h: four words, the size beside the memory. */
static void chunk_is_as_drawn(void **state)
{
	size_t word = sizeof(size_t);

	(void)state;
	assert_int_equal(sizeof(struct malloc_chunk), word == 8 ? 32 : 16);
	assert_int_equal(offsetof(struct malloc_chunk, prev_size), 0);
	assert_int_equal(offsetof(struct malloc_chunk, size), word);
	assert_int_equal(offsetof(struct malloc_chunk, fd), 2 * word);
	assert_int_equal(offsetof(struct malloc_chunk, bk), 3 * word);
	assert_int_equal(HEADER, offsetof(struct malloc_chunk, fd));
	assert_int_equal(ALIGNMENT, HEADER);
	assert_true(SIZE_FLAGS < ALIGNMENT);
}

/* A used chunk borrows the next one's prev_size: one word is its price. */
static void used_chunk_borrows_a_word(void **state)
{
	size_t space[16] __attribute__((aligned(16))) = { 0 };
	struct malloc_chunk *chunk = (struct malloc_chunk *)space, *next;
	char *mem = chunk_to_mem(chunk);

	(void)state;
	chunk->size = 2 * MIN_CHUNK | PREV_INUSE;
	next = chunk_next(chunk);
	next->size = MIN_CHUNK | PREV_INUSE;
	assert_ptr_equal(mem + chunk_usable(chunk), &next->size);
	assert_ptr_equal(mem_to_chunk(mem), chunk);
	assert_true(is_inuse(chunk));
	chunk_set_free(chunk, 2 * MIN_CHUNK, 0);
	next->size &= ~PREV_INUSE;
	assert_false(is_inuse(chunk));
	assert_ptr_equal(chunk_prev(next), chunk);
}

static void request_sizes(void **state)
{
	size_t bytes, size;

	(void)state;
	for (bytes = 0; bytes < 5000; bytes++) {
		size = request_to_size(bytes);
		assert_int_equal(size % ALIGNMENT, 0);
		assert_true(size >= MIN_CHUNK && size >= bytes + SIZE_SZ);
		assert_true(size == MIN_CHUNK ||
			    size < bytes + SIZE_SZ + ALIGNMENT);
	}
	assert_true(request_to_size(MAX_REQUEST) > MAX_REQUEST);
	/* The article's 24: one byte more is another chunk. */
	if (sizeof(size_t) == 8) {
		assert_int_equal(request_to_size(131072 - 24), 131056);
		assert_int_equal(request_to_size(131072 - 24 + 1), 131072);
	}
}

/* Every size has a bin; larger sizes never have an earlier one. */
static void bins_are_in_order(void **state)
{
	unsigned int before = 0, index;
	size_t size;

	(void)state;
	for (size = MIN_CHUNK; size < (size_t)64 << 20;
	     size += size < 100000 ? ALIGNMENT : size / 64 / 16 * 16) {
		index = bin_index(size);
		assert_true(index > UNSORTED && index < NBINS);
		assert_true(index == before || index == before + 1 || !before);
		if (is_small(size))
			assert_int_equal(index * ALIGNMENT, size);
		before = index;
	}
	assert_int_equal(before, NBINS - 1);
	assert_int_equal(bin_index(MIN_LARGE), NSMALLBINS);
	assert_int_equal(bin_index(SIZE_MAX & ~SIZE_FLAGS), NBINS - 1);
}

/* In a bin of the cache sizes differ by an eighth of their power at most. */
static void cache_bins_are_in_order(void **state)
{
	unsigned int before = 0, index;
	size_t size, first = 0;

	(void)state;
	for (size = MIN_CHUNK; size < CACHE_MAX; size += ALIGNMENT) {
		index = cache_index(size);
		assert_true(index < CACHE_BINS);
		assert_true(index >= before);
		if (index != before)
			first = size;
		assert_true(size - first <= first / CACHE_STEPS);
		if (size < CACHE_LARGE)
			assert_int_equal(first, size);
		assert_int_equal(cache_index(size | SIZE_FLAGS), index);
		before = index;
	}
	assert_int_equal(cache_index(request_to_size(CACHE_SMALL_REQUEST)),
			 CACHE_SMALL_BINS - 1);
}

/* bin_at() shows the two links in bins[] as those of a chunk. */
static void bins_pretend_to_be_chunks(void **state)
{
	static struct malloc_state av;
	unsigned int i;

	(void)state;
	bins_init(&av);
	for (i = 1; i < NBINS; i++) {
		assert_ptr_equal(&bin_at(&av, i)->fd, &av.bins[2 * i]);
		assert_ptr_equal(&bin_at(&av, i)->bk, &av.bins[2 * i + 1]);
		assert_ptr_equal(av.bins[2 * i], bin_at(&av, i));
	}
	assert_int_equal(bin_next_used(&av, 2), 0);
}

static struct malloc_chunk *free_chunk(char *at, size_t size)
{
	struct malloc_chunk *chunk = (struct malloc_chunk *)at;

	chunk_set_free(chunk, size, 0);
	return chunk;
}

/* Large bins descend; equal ones are neighbours; the best fit is found. */
static void large_bin_is_sorted(void **state)
{
	static struct malloc_state av;
	static char space[20][2048] __attribute__((aligned(16)));
	static const unsigned short order[] = { 3, 0, 2, 1, 1, 3, 0, 2 };
	struct malloc_chunk *bin, *chunk;
	size_t before = SIZE_MAX;
	unsigned int i, n = 0;

	(void)state;
	bins_init(&av);
	for (i = 0; i < 8; i++)
		bin_insert(&av, free_chunk(space[i], MIN_LARGE +
						     order[i] * ALIGNMENT));
	bin = bin_at(&av, NSMALLBINS);
	for (chunk = bin->fd; chunk != bin; chunk = chunk->fd) {
		assert_true(chunk_size(chunk) <= before);
		before = chunk_size(chunk);
		n++;
	}
	assert_int_equal(n, 8);
	assert_int_equal(bin_next_used(&av, 1), NSMALLBINS);
	for (i = 0; i < 4; i++)
		assert_int_equal(chunk_size(bin_best(&av, NSMALLBINS,
						     MIN_LARGE +
							     i * ALIGNMENT)),
				 MIN_LARGE + i * ALIGNMENT);
	assert_null(bin_best(&av, NSMALLBINS, MIN_LARGE + 4 * ALIGNMENT));
}

/* What is stored is not the address, and leads back to it. */
static void links_are_mixed(void **state)
{
	uintptr_t place[2], target[2], mixed;

	(void)state;
	mixed = link_mix(place, target);
	assert_true(mixed != (uintptr_t)target);
	assert_ptr_equal(link_follow(place, mixed), target);
	assert_null(link_follow(place, link_mix(place, NULL)));
}

/* Each member that the article names is there. */
static void state_has_the_articles_members(void **state)
{
	const struct malloc_state *av = &av_;

	(void)state;
	assert_int_equal(sizeof(av->bins) / sizeof(*av->bins), 2 * NBINS);
	assert_true(sizeof(av->binmap) * 8 >= NBINS);
	assert_true(offsetof(struct malloc_state, max_fast) == 0);
	assert_true(offsetof(struct malloc_state, max_total_mem) >
		    offsetof(struct malloc_state, trim_threshold));
	(void)(av->fastbins[0] + av->top_pad + av->mmap_threshold);
	(void)(av->n_mmaps + av->n_mmaps_max + av->max_n_mmaps);
	(void)(av->pagesize + av->morecore_properties);
	(void)(av->mmapped_mem + av->sbrked_mem + av->max_sbrked_mem);
	(void)(av->max_mmapped_mem + (av->top == av->last_remainder));
}

static void debug_table_tells_the_truth(void **state)
{
	(void)state;
	assert_int_equal(vmachunk_debug.size, sizeof(vmachunk_debug));
	assert_ptr_equal(vmachunk_debug.av.pointer, &av_);
	assert_int_equal(vmachunk_debug.av.value, (uintptr_t)&av_);
	assert_int_equal(vmachunk_debug.state_top,
			 offsetof(struct malloc_state, top));
	assert_int_equal(vmachunk_debug.state_bins,
			 offsetof(struct malloc_state, bins));
	assert_int_equal(vmachunk_debug.heap_max, HEAP_MAX);
	assert_int_equal(sizeof(struct heap) % ALIGNMENT, 0);
	/* A row of the ring is the same to 32 and 64 bit readers. */
	assert_int_equal(sizeof(struct event), 48);
	assert_int_equal(sizeof(struct event_ring), 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chunk_is_as_drawn),
		cmocka_unit_test(used_chunk_borrows_a_word),
		cmocka_unit_test(request_sizes),
		cmocka_unit_test(bins_are_in_order),
		cmocka_unit_test(cache_bins_are_in_order),
		cmocka_unit_test(bins_pretend_to_be_chunks),
		cmocka_unit_test(large_bin_is_sorted),
		cmocka_unit_test(links_are_mixed),
		cmocka_unit_test(state_has_the_articles_members),
		cmocka_unit_test(debug_table_tells_the_truth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
