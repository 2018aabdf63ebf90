// SPDX-License-Identifier: GPL-2.0
/*
 * The reader of our own allocator on memory that looks like that of a 32-bit
 * process: below 4 GiB of this one. Then each word of it is overwritten.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "chunk/events.h"
#include "heap/vmachunk.h"

#define BASE	0x10000000UL
#define PAGE	4096UL
#define SIZE	(64 * PAGE)
#define MAPPED	0x18000000UL	/* three mappings, side by side */

/* Where things are. */
#define NR_AREAS	(BASE + 0)
#define CACHES		(BASE + 4)
#define RING		(BASE + 8)
#define CHECK		(BASE + 12)
#define AREAS		(BASE + 16)
#define OPTIONS		(BASE + 128)
#define AV		(BASE + PAGE)
#define CACHE		(BASE + 2 * PAGE)
#define EVENTS		(BASE + 3 * PAGE)
#define HEAP		(BASE + 4 * PAGE)
#define HEAP_END	(HEAP + 2 * PAGE)
#define OTHER		(BASE + 16 * PAGE)	/* a multiple of HEAP_MAX */
#define HEAP_MAX	(16 * PAGE)
#define OTHER_AV	(OTHER + 32)
#define OTHER_FIRST	(OTHER + 1024)
#define OTHER_END	(OTHER + 4 * PAGE)

/* Chunks of the main heap, in order. */
#define USED		HEAP
#define FREE		(HEAP + 64)
#define FASTED		(FREE + 128)
#define CACHED		(FASTED + 32)
#define CACHED_TOO	(CACHED + 48)
#define MAIN_TOP	(CACHED_TOO + 48)

static const struct vmachunk_debug layout = {
	.magic = VMACHUNK_DEBUG_MAGIC, .version = VMACHUNK_DEBUG_VERSION,
	.size = sizeof(struct vmachunk_debug), .word = 4, .alignment = 8,
	.nr_bins = 96, .nr_small_bins = 64, .nr_fast_bins = 12,
	.large_steps = 16, .nr_cache_bins = 20, .nr_small_cache_bins = 12,
	.cache_steps = 8, .link_shift = 12, .heap_max = HEAP_MAX,
	.av.value = AV, .areas.value = AREAS, .nr_areas.value = NR_AREAS,
	.caches.value = CACHES, .events_ring.value = RING,
	.options.value = OPTIONS, .check_level.value = CHECK,
	.state_size = 960, .state_max_fast = 0, .state_fastbins = 4,
	.state_top = 52, .state_last_remainder = 56, .state_bins = 60,
	.state_binmap = 828, .state_trim_threshold = 840,
	.state_top_pad = 844, .state_mmap_threshold = 848,
	.state_n_mmaps = 852, .state_n_mmaps_max = 856,
	.state_max_n_mmaps = 860, .state_pagesize = 864,
	.state_morecore_properties = 868, .state_mmapped_mem = 872,
	.state_sbrked_mem = 876, .state_max_sbrked_mem = 880,
	.state_max_mmapped_mem = 884, .state_max_total_mem = 888,
	.state_lock = 892, .state_number = 896, .state_attached = 900,
	.state_next = 904,
	.heap_size_of = 32, .heap_arena = 0, .heap_prev = 4, .heap_size = 8,
	.heap_first = 16,
	.cache_size = 256, .cache_bin_size = 12, .cache_next = 240,
	.cache_tid = 248,
	.options_profile = 0, .options_fixed_mmap = 4,
	.options_fixed_trim = 5, .max_areas = 8,
};

static void set(uint64_t addr, uint64_t value)
{
	*(uint32_t *)(uintptr_t)addr = (uint32_t)value;
}

static void make_bins(uint64_t av)
{
	for (uint32_t i = 0; i < layout.nr_bins; i++) {
		uint64_t links = av + layout.state_bins + 8 * i;

		set(links, links - 8);
		set(links + 4, links - 8);
	}
	set(av + layout.state_pagesize, PAGE);
}

/* Puts one free chunk into a bin. */
static void put(uint64_t av, uint32_t bin, uint64_t chunk)
{
	uint64_t links = av + layout.state_bins + 8 * bin;

	set(links, chunk);
	set(links + 4, chunk);
	set(chunk + 8, links - 8);
	set(chunk + 12, links - 8);
}

static void make_main(void)
{
	make_bins(AV);
	set(NR_AREAS, 1);
	set(AREAS, HEAP);
	set(AREAS + 4, HEAP_END);
	set(USED + 4, 64 | CHUNK_PREV_INUSE);
	set(FREE + 4, 128 | CHUNK_PREV_INUSE);
	set(FASTED, 128);
	set(FASTED + 4, 32);
	set(CACHED + 4, 48 | CHUNK_PREV_INUSE);
	set(CACHED_TOO + 4, 48 | CHUNK_PREV_INUSE);
	set(MAIN_TOP + 4, (HEAP_END - MAIN_TOP) | CHUNK_PREV_INUSE);
	put(AV, 128 / 8, FREE);
	set(AV + layout.state_fastbins + 4 * (32 / 8), FASTED);
	set(FASTED + 8, (FASTED + 8) >> 12);
	set(AV + layout.state_top, MAIN_TOP);
	set(AV + layout.state_sbrked_mem, HEAP_END - HEAP);
	set(AV + layout.state_attached, 1);
	set(AV + layout.state_next, OTHER_AV);
}

static void make_other(void)
{
	uint64_t top = OTHER_FIRST + 1024;

	make_bins(OTHER_AV);
	set(OTHER, OTHER_AV);
	set(OTHER + 8, OTHER_END - OTHER);
	set(OTHER + 16, OTHER_FIRST);
	set(OTHER_FIRST + 4,
	    1024 | CHUNK_PREV_INUSE | CHUNK_NON_MAIN_ARENA);
	set(top + 4, (OTHER_END - top) | CHUNK_PREV_INUSE |
		     CHUNK_NON_MAIN_ARENA);
	set(OTHER_AV + layout.state_top, top);
	set(OTHER_AV + layout.state_sbrked_mem, OTHER_END - OTHER);
	set(OTHER_AV + layout.state_number, 1);
}

static void make_cache(void)
{
	uint64_t bin = CACHE + 48 / 8 * layout.cache_bin_size;

	set(CACHES, CACHE);
	set(CACHE + layout.cache_tid, 4242);
	set(bin, CACHED + 8);
	set(bin + 4, 2 | 7 << 16);
	set(CACHED + 8, (CACHED + 8) >> 12 ^ (CACHED_TOO + 8));
	set(CACHED_TOO + 8, (CACHED_TOO + 8) >> 12);
}

/* One of two pages, one that is aligned to 64, one that is to a page. */
static void make_mapped(void)
{
	uint64_t second = MAPPED + 2 * PAGE, third = MAPPED + 4 * PAGE;

	set(MAPPED + 4, 2 * PAGE | CHUNK_IS_MMAPPED);
	set(second + 56, 56);
	set(second + 60, (2 * PAGE - 56) | CHUNK_IS_MMAPPED);
	set(third + PAGE - 8, PAGE - 8);
	set(third + PAGE - 4, (PAGE + 8) | CHUNK_IS_MMAPPED);
	set(AV + layout.state_n_mmaps, 3);
	set(AV + layout.state_mmapped_mem, 6 * PAGE);
}

static void make_ring(void)
{
	struct event_ring *ring = (struct event_ring *)EVENTS;
	struct event *slots = (struct event *)(EVENTS + 64);

	*ring = (struct event_ring){
		.magic = EVENTS_MAGIC, .version = EVENTS_VERSION,
		.header_size = 64, .event_size = sizeof(struct event),
		.slots = 8, .last = 11,
	};
	for (uint64_t number = 1; number <= ring->last; number++)
		slots[number % ring->slots] = (struct event){
			.number = number, .kind = EVENT_MALLOC,
			.size = (int64_t)(100 * number),
		};
	set(RING, EVENTS);
}

static void make_target(void)
{
	memset((void *)BASE, 0, SIZE);
	memset((void *)MAPPED, 0, 6 * PAGE);
	set(OPTIONS, 1);
	make_main();
	make_other();
	make_cache();
	make_mapped();
	make_ring();
}

static void *map(uint64_t addr, size_t size)
{
	return mmap((void *)addr, size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
}

static struct memory *memory;
static struct vmachunk self;
static struct snapshot *snap;

static int set_up(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(map(BASE, SIZE), BASE);
	assert_int_equal(map(MAPPED, 6 * PAGE), MAPPED);
	memory = memory_new(getpid());
	snap = snapshot_new();
	assert_non_null(memory);
	assert_non_null(snap);
	assert_int_equal(memory_look(memory, snap, &err), 0);
	self = (struct vmachunk){ .debug = layout };
	make_target();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(self.arenas);
	free(self.caches);
	free(self.pieces);
	mapped_free(&self.mapped);
	memory_free(memory);
	snapshot_free(snap);
	munmap((void *)BASE, SIZE);
	munmap((void *)MAPPED, 6 * PAGE);
	return 0;
}

/* The heap, or NULL: not even a copy could be made. */
static struct heap *take(void)
{
	struct heap *heap = heap_new(HEAP_VMACHUNK);
	struct error err;

	assert_non_null(heap);
	memory_clear(memory);
	if (vmachunk_copy(&self, memory, snap, &err)) {
		heap_free(heap);
		return NULL;
	}
	assert_int_equal(vmachunk_parse(&self, memory, snap, heap, &err), 0);
	vmachunk_events(&self, memory, heap, 6);
	return heap;
}

static void expect_chunk(const struct heap *heap, uint64_t address,
			 enum chunk_state state, uint64_t size)
{
	const struct heap_chunk *chunk = heap_find(heap, address);

	assert_non_null(chunk);
	assert_int_equal(chunk->address, address);
	assert_int_equal(chunk->size, size);
	assert_int_equal(chunk->state, state);
}

static void test_heap_of_32_bits(void **state)
{
	struct heap *heap = take();

	(void)state;
	assert_non_null(heap);
	assert_true(heap->coherent);
	assert_int_equal(heap->nr_notes, 0);
	assert_string_equal(heap->allocator,
			    "libvmachunk, linked in, profile article");
	assert_int_equal(heap->word, 4);
	assert_int_equal(heap->nr_arenas, 2);
	assert_int_equal(heap->nr_pieces, 5);
	assert_int_equal(heap->nr_chunks, 11);
	expect_chunk(heap, USED, CHUNK_USED, 64);
	expect_chunk(heap, FREE, CHUNK_FREE, 128);
	expect_chunk(heap, FASTED, CHUNK_FAST, 32);
	expect_chunk(heap, CACHED, CHUNK_CACHED, 48);
	expect_chunk(heap, CACHED_TOO, CHUNK_CACHED, 48);
	expect_chunk(heap, MAIN_TOP, CHUNK_TOP, HEAP_END - MAIN_TOP);
	expect_chunk(heap, OTHER_FIRST, CHUNK_USED, 1024);
	expect_chunk(heap, MAPPED, CHUNK_MMAPPED, 2 * PAGE);
	expect_chunk(heap, MAPPED + 2 * PAGE + 56, CHUNK_MMAPPED,
		     2 * PAGE - 56);
	expect_chunk(heap, MAPPED + 5 * PAGE - 8, CHUNK_MMAPPED, PAGE + 8);
	assert_int_equal(heap->nr_bins, 3);
	assert_int_equal(heap->nr_caches, 1);
	assert_int_equal(heap->caches[0].tid, 4242);
	assert_int_equal(heap->caches[0].nr, 2);
	assert_int_equal(heap->caches[0].bytes, 96);
	assert_int_equal(heap->totals.hblks, 3);
	assert_int_equal(heap->totals.hblkhd, 6 * PAGE);
	assert_int_equal(heap->totals.smblks, 1);
	assert_int_equal(heap->totals.arena, HEAP_END - HEAP +
			 OTHER_END - OTHER);
	assert_int_equal(heap_usable(heap, heap_find(heap, USED)), 60);
	assert_int_equal(heap_usable(heap, heap_find(heap, MAPPED)),
			 2 * PAGE - 8);
	heap_free(heap);
}

static void test_events(void **state)
{
	struct heap *heap = take();

	(void)state;
	assert_true(heap->has_events);
	assert_int_equal(heap->nr_events, 6);
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(heap->events[i].number, 6 + i);
		assert_int_equal(heap->events[i].size, 600 + 100 * i);
	}
	assert_int_equal(heap->lost_events, 0);
	heap_free(heap);
	/* Overwritten since, or being written. */
	((struct event *)(EVENTS + 64))[7].number = 15;
	((struct event *)(EVENTS + 64))[0].number = 0;
	heap = take();
	assert_int_equal(heap->nr_events, 4);
	assert_int_equal(heap->lost_events, 2);
	heap_free(heap);
	/* None was written so far; the ring is off; it is none. */
	((struct event_ring *)EVENTS)->last = 0;
	heap = take();
	assert_true(heap->has_events);
	assert_int_equal(heap->nr_events, 0);
	heap_free(heap);
	((struct event_ring *)EVENTS)->slots = UINT64_MAX;
	heap = take();
	assert_false(heap->has_events);
	heap_free(heap);
	set(RING, 0);
	heap = take();
	assert_false(heap->has_events);
	assert_int_equal(heap->nr_notes, 0);
	heap_free(heap);
}

/* What is wrong is said, and no more is shown than there is. */
static void expect_wrong(const char *why)
{
	struct heap *heap = take();
	bool is_said = false;

	assert_non_null(heap);
	assert_false(heap->coherent);
	for (unsigned int i = 0; i < heap->nr_notes; i++)
		is_said |= !!strstr(heap->notes[i], why);
	if (!is_said)
		fail_msg("nobody says \"%s\" but \"%s\"", why,
			 heap->nr_notes ? heap->notes[0] : "");
	heap_free(heap);
}

static void test_rings_of_states(void **state)
{
	(void)state;
	set(OTHER_AV + layout.state_next, AV);
	expect_wrong("the list of arenas has no end");
	make_target();
	set(OTHER_AV + layout.state_next, OTHER_AV);
	expect_wrong("the list of arenas has no end");
	make_target();
	set(CACHE + layout.cache_next, CACHE);
	expect_wrong("the list of caches has no end");
	make_target();
	set(OTHER + layout.heap_prev, OTHER);
	expect_wrong("two pieces of arenas are the same memory");
	make_target();
	set(AREAS + 8, HEAP + PAGE);
	set(AREAS + 12, HEAP_END + PAGE);
	set(NR_AREAS, 2);
	expect_wrong("two pieces of arenas are the same memory");
	make_target();
	set(NR_AREAS, UINT32_MAX);
	expect_wrong("more pieces of the main arena");
	make_target();
	set(OTHER + layout.heap_arena, AV);
	expect_wrong("a heap of an arena is none");
}

static void test_counts_that_differ(void **state)
{
	(void)state;
	set(AV + layout.state_n_mmaps, 4);
	expect_wrong("av_ counts 4 mappings of 24576 bytes, found are 3 of 24576");
	make_target();
	set(CACHE + 48 / 8 * layout.cache_bin_size + 4, 3);
	expect_wrong("it counts 3 chunks, its list has 2");
	/* What is in front of a mapping's chunk is not what it says. */
	make_target();
	set(MAPPED, 8);
	expect_wrong("found are 2 of 16384");
	make_target();
	set(CACHED_TOO + 8, (CACHED_TOO + 8) >> 12 ^ (CACHED + 8));
	expect_wrong("the list comes back to 0x");
	make_target();
	set(FREE + 12, USED);
	expect_wrong("leads back to 0x10004000");
	make_target();
	set(AV + layout.state_bins + 8 * 16 + 4, USED);
	expect_wrong("its last chunk is");
}

/* Each word that leads anywhere, overwritten: no crash, no end of memory. */
static void test_any_word(void **state)
{
	static const uint64_t areas[][2] = {
		{ BASE, 64 }, { AV, 960 }, { OTHER, 32 + 960 },
		{ CACHE, 256 }, { HEAP, 512 }, { EVENTS, 64 },
		{ MAPPED, 16 },
	};
	static const uint32_t values[] = {
		0, 1, 0x41414141, 0xfffffff8, AV, CACHED, HEAP + 8,
		OTHER + 0x100,
	};

	(void)state;
	for (size_t a = 0; a < sizeof(areas) / sizeof(*areas); a++)
		for (uint64_t at = 0; at < areas[a][1]; at += 4)
			for (size_t v = 0; v < sizeof(values) / 4; v++) {
				struct heap *heap;

				make_target();
				set(areas[a][0] + at, values[v]);
				heap = take();
				if (!heap)
					continue;
				assert_true(heap->nr_chunks < 10000);
				assert_true(heap->coherent ||
					    heap->nr_notes);
				heap_free(heap);
			}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_heap_of_32_bits),
		TEST(test_events),
		TEST(test_rings_of_states),
		TEST(test_counts_that_differ),
		TEST(test_any_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
