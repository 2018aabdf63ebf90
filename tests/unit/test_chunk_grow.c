// SPDX-License-Identifier: GPL-2.0
/* Top and what it grows into and shrinks from; mappings that may not grow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <cmocka.h>

#include "chunk/alloc.h"
#include "chunk/arena.h"
#include "chunk/check.h"
#include "chunk/core.h"
#include "chunk/corrupt.h"
#include "chunk/options.h"
#include "chunk/system.h"
#include "chunk_child.h"

#define KIB	((size_t)1 << 10)
#define MIB	((size_t)1 << 20)

/* So the break never comes to lie at a page's end again. */
static void *no_small_brk(intptr_t increment)
{
	return increment > 0 && increment < 4096 ? NULL :
						   system_kernel.brk(increment);
}

static void break_within_a_page(void *arg)
{
	unsigned char *mem;
	char *end;

	(void)arg;
	setenv("VMACHUNK_PROFILE", "article", 1);
	arenas_init();
	system_kernel.brk(1024);
	system_now.brk = no_small_brk;
	av_.mmap_threshold = 16 * MIB;
	for (int round = 0; round < 4; round++) {
		mem = chunk_calloc(1, MIB + 700 * round);
		require(mem);
		require((uintptr_t)av_.brk_end & 4095);
		for (size_t i = 0; i < MIB + 700 * round; i++)
			require(!mem[i]);
		memset(mem, 0xaa, MIB + 700 * round);
		end = av_.brk_end;
		chunk_free(mem);
		require(av_.brk_end < end);
		require(!chunk_check_all());
	}
}

static void trim_within_a_page(void **state)
{
	(void)state;
	assert_int_equal(run_child(break_within_a_page, NULL), 0);
}

/* Nothing may be cut from a top of a size that cannot be, nor put into it. */
static void use_damaged_top(void *arg)
{
	size_t wrong = *(size_t *)arg, right;
	void *mem = chunk_malloc(100), *next = chunk_malloc(5000);

	check_action = 0;
	right = av_.top->size;
	av_.top->size = wrong;
	require(!chunk_malloc(20 * KIB));
	require(!chunk_realloc(next, 9000));
	chunk_free(next);
	require(!chunk_malloc(20 * KIB));
	av_.top->size = right;
	require(mem);
	/* What was refused left no trace; the block is lost, as it is told. */
	require((mem = chunk_malloc(20 * KIB)));
	require(!chunk_check_all());
}

static void damaged_top(void **state)
{
	static size_t sizes[] = {
		1, 0x21, 0x1001, 0x41414141, SIZE_MAX, PREV_INUSE | MIB,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		assert_int_equal(run_child(use_damaged_top, &sizes[i]), 0);
}

static size_t data_vm(void)
{
	size_t pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	if (file && fscanf(file, "%*u %*u %*u %*u %*u %zu", &pages) != 1)
		pages = 0;
	if (file)
		fclose(file);
	return pages * sysconf(_SC_PAGESIZE);
}

/* Room to spare is not to be had: just what is needed is. */
static void grow_under_a_limit(void *arg)
{
	struct rlimit limit;
	unsigned char *mem;

	(void)arg;
	require((mem = chunk_malloc(64 * MIB)));
	mem[0] = 1;
	/* With an eighth to spare it would need 9 MiB more. */
	getrlimit(RLIMIT_DATA, &limit);
	limit.rlim_cur = data_vm() + 3 * MIB;
	require(!setrlimit(RLIMIT_DATA, &limit));
	mem = chunk_realloc(mem, 65 * MIB);
	require(mem && mem[0] == 1);
}

static void mapping_grows_exactly(void **state)
{
	(void)state;
	assert_int_equal(run_child(grow_under_a_limit, NULL), 0);
}

/*
 * Many chunks of few sizes in one large bin: each request gets the smallest
 * that fits, and the rings stay whole while chunks come and go in any order.
 */
static void fill_large_bin(void *arg)
{
	enum { NR = 600, SIZES = 2 };
	static void *mem[NR];
	const size_t base = 9000;
	struct malloc_chunk *chunk;
	unsigned int i, dice = 1;

	(void)arg;
	setenv("VMACHUNK_PROFILE", "article", 1);
	for (i = 0; i < NR; i++) {
		mem[i] = chunk_malloc(base + i % SIZES * ALIGNMENT);
		require(mem[i] && chunk_malloc(24));
	}
	for (i = 0; i < NR; i++) {
		unsigned int at = (i * 7919u) % NR;

		chunk_free(mem[at]);
		if (i % 37 == 0)
			require(chunk_malloc(100 * KIB));
		require(!chunk_check(&av_));
	}
	require(chunk_malloc(100 * KIB));
	for (i = 0; i < NR; i++) {
		dice = dice * 1103515245 + 12345;
		chunk = arena_take(&av_, request_to_size(base), true);
		require(chunk);
		require(!chunk_check(&av_));
		/* The smallest go first; what is over is no chunk. */
		require(chunk_size(chunk) ==
			request_to_size(base + i / (NR / SIZES) * ALIGNMENT));
		if (dice >> 16 & 1)
			continue;
		/* It comes back, and is the next to go again. */
		arena_give(&av_, chunk);
		require(chunk_malloc(100 * KIB));
		require(!chunk_check(&av_));
		i--;
	}
}

static void best_of_many(void **state)
{
	(void)state;
	assert_int_equal(run_child(fill_large_bin, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trim_within_a_page),
		cmocka_unit_test(damaged_top),
		cmocka_unit_test(mapping_grows_exactly),
		cmocka_unit_test(best_of_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
