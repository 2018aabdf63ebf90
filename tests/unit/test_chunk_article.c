// SPDX-License-Identifier: GPL-2.0
/* The numbers that the article prints, by the profile of that name. */
#include <errno.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>

#include "chunk/alloc.h"
#include "chunk/arena.h"
#include "chunk/chunk.h"
#include "chunk/mapped.h"
#include "chunk/options.h"
#include "chunk/stats.h"
#include "chunk/system.h"
#include "chunk_child.h"

static size_t last_map;

static void *noting_map(size_t size, bool accessible)
{
	last_map = size;
	return system_kernel.map(size, accessible);
}

static void begin(void)
{
	setenv("VMACHUNK_PROFILE", "article", 1);
	arenas_init();
	system_now.map = noting_map;
}

/* Bytes by which the break moves while take() runs. */
static intptr_t break_moves(size_t bytes)
{
	char *before = sbrk(0);

	require(chunk_malloc(bytes));
	return (char *)sbrk(0) - before;
}

static void malloc_of_nothing(void *arg)
{
	int *end = arg;

	begin();
	require(chunk_malloc(0));
	dup2(*end, 2);
	chunk_malloc_stats();
}

static void stats_are_the_articles(void **state)
{
	static const char expected[] =
		"Arena 0:\n"
		"system bytes     =     135168\n"
		"in use bytes     =         32\n"
		"Total (incl. mmap):\n"
		"system bytes     =     135168\n"
		"in use bytes     =         32\n"
		"max mmap regions =          0\n"
		"max mmap bytes   =          0\n";
	char said[1024] = "";
	int ends[2];

	(void)state;
	if (sizeof(size_t) != 8)
		skip();
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(run_child(malloc_of_nothing, &ends[1]), 0);
	assert_true(read(ends[0], said, sizeof(said) - 1) > 0);
	assert_string_equal(said, expected);
	close(ends[0]);
	close(ends[1]);
}

static void below_the_threshold(void *arg)
{
	(void)arg;
	begin();
	require(break_moves(131072 - 24) == 0x41000);
	require(!last_map);
}

static void at_the_threshold(void *arg)
{
	(void)arg;
	begin();
	require(break_moves(131072 - 24 + 1) == 0);
	require(last_map == 135168);
	require(av_.n_mmaps == 1);
}

static void threshold_is_where_it_was(void **state)
{
	(void)state;
	if (sizeof(size_t) != 8)
		skip();
	assert_int_equal(run_child(below_the_threshold, NULL), 0);
	assert_int_equal(run_child(at_the_threshold, NULL), 0);
}

/* A mapping goes at once, and what it was worth changes no threshold. */
static void mapping_goes(void *arg)
{
	char *mem;

	(void)arg;
	begin();
	mem = chunk_malloc(1 << 20);
	require(mem && av_.n_mmaps == 1);
	chunk_free(mem);
	require(av_.n_mmaps == 0 && av_.mmapped_mem == 0);
	require(av_.max_n_mmaps == 1);
	require(av_.mmap_threshold == 128 << 10);
	/* There is no page at that address any more. */
	require(msync((void *)((uintptr_t)mem & -4096), 1, MS_ASYNC) == -1);
	require(errno == ENOMEM);
}

/* Top beyond the trim threshold: the break goes down. */
static void top_is_trimmed(void *arg)
{
	void *mems[40];
	char *high;
	unsigned int i;

	(void)arg;
	begin();
	for (i = 0; i < 40; i++)
		mems[i] = chunk_malloc(100000);
	high = sbrk(0);
	while (i)
		chunk_free(mems[--i]);
	require((char *)sbrk(0) < high - 3000000);
	require(chunk_size(av_.top) < av_.trim_threshold + av_.top_pad);
}

/* malloc_trim(0) leaves less than a page of top. */
static void trim_gives_whole_pages(void *arg)
{
	char *high;

	(void)arg;
	begin();
	require(chunk_malloc(100));
	high = sbrk(0);
	require(chunk_malloc_trim(0) == 1);
	require((uintptr_t)(high - (char *)sbrk(0)) % av_.pagesize == 0);
	require(chunk_size(av_.top) <= av_.pagesize + MIN_CHUNK);
	require(chunk_malloc_trim(0) == 0);
}

static void memory_goes_back(void **state)
{
	(void)state;
	assert_int_equal(run_child(mapping_goes, NULL), 0);
	assert_int_equal(run_child(top_is_trimmed, NULL), 0);
	assert_int_equal(run_child(trim_gives_whole_pages, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stats_are_the_articles),
		cmocka_unit_test(threshold_is_where_it_was),
		cmocka_unit_test(memory_goes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
