// SPDX-License-Identifier: GPL-2.0
/*
 * Each kind of damage, done on purpose in a child: the message names the chunk,
 * and the process ends before anything follows what was written.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "chunk/alloc.h"
#include "chunk/arena.h"
#include "chunk/cache.h"
#include "chunk/check.h"
#include "chunk/corrupt.h"
#include "chunk/options.h"
#include "chunk_child.h"

struct crime {
	const char *name;
	void (*commit)(void);
	const char *message;
	enum profile profile;
	enum check_level level;
};

/* The block that must be named, written by the child before it is bad. */
static void *volatile accused;

static void accuse(void *mem)
{
	dprintf(2, "expect %#zx\n", (size_t)mem);
	accused = mem;
}

/* Two blocks side by side, and one that keeps them from top. */
static void take_two(size_t bytes, char **first, char **second)
{
	*first = chunk_malloc(bytes);
	*second = chunk_malloc(bytes);
	require(chunk_malloc(bytes));
	require(mem_to_chunk(*second) == chunk_next(mem_to_chunk(*first)));
}

static void free_twice(void)
{
	void *mem = chunk_malloc(100);

	accuse(mem);
	chunk_free(mem);
	chunk_free(mem);
}

/* With other blocks freed in between, which hides it from simpler checks. */
static void free_twice_with_others(void)
{
	void *mem = chunk_malloc(100), *other = chunk_malloc(100);

	accuse(mem);
	chunk_free(mem);
	chunk_free(other);
	chunk_free(mem);
}

static void free_large_twice(void)
{
	char *first, *second;

	take_two(2000, &first, &second);
	accuse(first);
	chunk_free(first);
	chunk_free(first);
}

static void free_top(void)
{
	void *mem = chunk_malloc(3000);

	accuse(mem);
	chunk_free(mem);
	chunk_free(mem);
}

/* By then it is in the middle of top. */
static void free_inside_top(void)
{
	char *first = chunk_malloc(3000), *second = chunk_malloc(3000);

	accuse(second);
	chunk_free(second);
	chunk_free(first);
	chunk_free(second);
}

static void free_middle(void)
{
	char *mem = chunk_malloc(1000);

	accuse(mem + 8);
	chunk_free(mem + 8);
}

static void free_stack(void)
{
	size_t fake[64] __attribute__((aligned(16))) = { 0 };

	fake[1] = 3 | 0x100;	/* a mapping that starts nowhere */
	accuse(&fake[2]);
	chunk_free(&fake[2]);
}

static void free_zero_size(void)
{
	char *mem = chunk_malloc(1000);

	memset(mem, 0, 1000);
	accuse(mem + 64);
	chunk_free(mem + 64);
}

static void free_tiny_size(void)
{
	char *mem = chunk_malloc(1000);

	memset(mem, 0, 1000);
	*(size_t *)(mem + 64 - SIZE_SZ) = HEADER | PREV_INUSE;
	accuse(mem + 64);
	chunk_free(mem + 64);
}

static void overflow_size(void)
{
	char *first, *second;

	take_two(2000, &first, &second);
	accuse(first);
	/* The next chunk's size goes to nothing. */
	memset(first, 0, chunk_malloc_usable(first) + SIZE_SZ);
	chunk_free(first);
}

static void overflow_prev_size(void)
{
	char *first, *second, *third;

	take_two(2000, &first, &second);
	third = chunk_malloc(2000);
	require(chunk_malloc(2000) && third);
	chunk_free(first);
	/* What lies before second is free and no longer ends where it did. */
	mem_to_chunk(second)->prev_size -= 32;
	accuse((char *)chunk_prev(mem_to_chunk(second)) + HEADER);
	chunk_free(second);
}

static void overwrite_links(void)
{
	char *first, *second;
	static struct malloc_chunk victim;

	take_two(2000, &first, &second);
	chunk_free(first);
	accuse(first);
	victim.fd = victim.bk = &victim;
	mem_to_chunk(first)->fd = &victim;
	mem_to_chunk(first)->bk = &victim;
	chunk_free(second);
}

/* Two free chunks of one large bin, sorted into it, of 16 KiB and a little. */
static void sort_two(size_t bytes, size_t other_bytes, char **first,
		     char **second)
{
	*first = chunk_malloc(bytes);
	require(chunk_malloc(100));
	*second = chunk_malloc(other_bytes);
	require(chunk_malloc(100));
	chunk_free(*first);
	chunk_free(*second);
	require(chunk_malloc(30000));
	require(bin_index(chunk_size(mem_to_chunk(*first))) ==
		bin_index(chunk_size(mem_to_chunk(*second))));
}

/* A larger one comes: what the ring is said to lead to would be written. */
static void overwrite_ring(void)
{
	char *first, *second, *third = chunk_malloc(16900);
	static struct large_chunk victim;

	require(chunk_malloc(100));
	sort_two(16600, 16400, &first, &second);
	((struct large_chunk *)mem_to_chunk(first))->larger = &victim;
	accuse(first);
	chunk_free(third);
	chunk_malloc(30000);
}

/* One comes between the two: it would go into another list. */
static void overwrite_order(void)
{
	char *first, *second, *third = chunk_malloc(16500);
	static struct malloc_chunk victim;

	require(chunk_malloc(100));
	sort_two(16600, 16400, &first, &second);
	victim.fd = victim.bk = &victim;
	mem_to_chunk(second)->bk = &victim;
	accuse(second);
	chunk_free(third);
	chunk_malloc(30000);
}

/* Each has its place in the list, and one is passed over in the ring. */
static void leave_the_ring(void)
{
	char *first, *second;
	struct large_chunk *alone;

	sort_two(16600, 16400, &first, &second);
	alone = (struct large_chunk *)mem_to_chunk(second);
	alone->smaller = alone->larger = alone;
	alone = (struct large_chunk *)mem_to_chunk(first);
	alone->smaller = alone->larger = alone;
	accuse(second);
	chunk_check_all();
}

static void trim_overwritten_top(void)
{
	require(chunk_malloc(5000));
	accuse((char *)av_.top + HEADER);
	av_.top->size += 1 << 20;
	chunk_malloc_trim(0);
}

static void overwrite_top(void)
{
	char *mem = chunk_malloc(5000);

	accuse((char *)av_.top + HEADER);
	memset(mem, 0xff, chunk_malloc_usable(mem) + SIZE_SZ);
	chunk_malloc(100000);
}

/*
 * A link in a cache that was written over leads nowhere, and is seen: by its
 * alignment, which what is written there has by chance now and then.
 */
static void overwrite_cached(void)
{
	void *mems[4000];
	unsigned int i;

	for (i = 0; i < 4000; i++)
		mems[i] = chunk_malloc(200);
	for (i = 0; i < 100; i++)
		chunk_free(mems[i]);
	*(uintptr_t *)mems[99] = link_mix(mems[99], (void *)0x41414147);
	accuse(mems[99]);
	for (; i < 4000; i++)
		chunk_free(mems[i]);
	for (i = 0; i < 4000; i++)
		chunk_malloc(200);
}

/* The same in a bin of several sizes, whose chunks are looked through. */
static void overwrite_cached_large(void)
{
	char *first = chunk_malloc(2100), *second = chunk_malloc(2100);

	chunk_free(first);
	chunk_free(second);
	*(uintptr_t *)second ^= 7;
	accuse(second);
	chunk_malloc(2250);
}

static void overwrite_fast(void)
{
	void *first = chunk_malloc(40), *second = chunk_malloc(40);

	chunk_free(first);
	chunk_free(second);
	accuse(second);
	*(uintptr_t *)second ^= 5;
	chunk_malloc(40);
}

static void write_past_the_end(void)
{
	char *mem = chunk_malloc(20);

	accuse(mem);
	mem[20] = 1;
	chunk_free(mem);
}

static void realloc_middle(void)
{
	char *mem = chunk_malloc(1000);

	accuse(mem + 4);
	chunk_realloc(mem + 4, 5000);
}

/* Nothing was freed wrongly: the walk alone sees it. */
static void break_a_free_chunk(void)
{
	char *first, *second;

	take_two(2000, &first, &second);
	chunk_free(first);
	accuse(first);
	mem_to_chunk(second)->prev_size = 48;
	chunk_malloc(1);
}

static const struct crime crimes[] = {
	{ "free_twice", free_twice, "double free detected in the cache",
	  PROFILE_FAST, CHECK_FAST },
	{ "free_twice_with_others", free_twice_with_others,
	  "double free detected in the cache", PROFILE_FAST, CHECK_FAST },
	{ "free_twice_article", free_twice, "double free or corruption",
	  PROFILE_ARTICLE, CHECK_FAST },
	{ "free_large_twice", free_large_twice, "double free",
	  PROFILE_FAST, CHECK_FAST },
	{ "free_large_twice_article", free_large_twice,
	  "double free or corruption (!prev)", PROFILE_ARTICLE, CHECK_FAST },
	{ "free_top", free_top, "double free or corruption (top)",
	  PROFILE_ARTICLE, CHECK_FAST },
	{ "free_inside_top", free_inside_top,
	  "double free or corruption (top)", PROFILE_ARTICLE, CHECK_FAST },
	{ "free_middle", free_middle, "free(): invalid pointer", PROFILE_FAST,
	  CHECK_FAST },
	{ "free_stack", free_stack, "munmap_chunk(): invalid pointer",
	  PROFILE_FAST, CHECK_FAST },
	{ "free_zero_size", free_zero_size, "free(): invalid pointer",
	  PROFILE_FAST, CHECK_FAST },
	{ "free_tiny_size", free_tiny_size, "free(): invalid size",
	  PROFILE_FAST, CHECK_FAST },
	{ "overflow_size", overflow_size, "free(): invalid next size",
	  PROFILE_ARTICLE, CHECK_FAST },
	{ "overflow_prev_size", overflow_prev_size,
	  "corrupted size vs. prev_size", PROFILE_ARTICLE, CHECK_FAST },
	{ "overwrite_links", overwrite_links, "corrupted double-linked list",
	  PROFILE_ARTICLE, CHECK_FAST },
	{ "overwrite_ring", overwrite_ring,
	  "corrupted double-linked list (large)", PROFILE_ARTICLE, CHECK_FAST },
	{ "overwrite_order", overwrite_order, "corrupted double-linked list",
	  PROFILE_ARTICLE, CHECK_FAST },
	{ "leave_the_ring", leave_the_ring, "large chunk not in its ring",
	  PROFILE_ARTICLE, CHECK_FAST },
	{ "trim_overwritten_top", trim_overwritten_top, "corrupted top size",
	  PROFILE_FAST, CHECK_FAST },
	{ "overwrite_cached_large", overwrite_cached_large,
	  "corrupted link in a cache", PROFILE_FAST, CHECK_FAST },
	{ "overwrite_top", overwrite_top, "corrupted top size",
	  PROFILE_ARTICLE, CHECK_FAST },
	{ "overwrite_cached", overwrite_cached, "corrupted link in a cache",
	  PROFILE_FAST, CHECK_FAST },
	{ "overwrite_fast", overwrite_fast, "unaligned fast bin chunk",
	  PROFILE_ARTICLE, CHECK_FAST },
	{ "realloc_middle", realloc_middle, "realloc(): invalid pointer",
	  PROFILE_FAST, CHECK_FAST },
	{ "write_past_the_end", write_past_the_end,
	  "written past the end of a block", PROFILE_FAST, CHECK_GUARD },
	{ "break_a_free_chunk", break_a_free_chunk,
	  "corrupted size vs. prev_size", PROFILE_FAST, CHECK_FULL },
};

static void commit(void *arg)
{
	const struct crime *crime = arg;

	if (crime->profile == PROFILE_ARTICLE)
		setenv("VMACHUNK_PROFILE", "article", 1);
	arenas_init();
	check_level = crime->level;
	if (check_level == CHECK_GUARD)
		watch_on(WATCH_GUARD);
	if (check_level >= CHECK_FULL)
		watch_on(WATCH_CHECK);
	crime->commit();
}

static void is_caught(void **state)
{
	const struct crime *crime = *state;
	char said[4096] = "", *expected, *message;
	int ends[2], status, old;
	size_t length;
	ssize_t n;

	assert_int_equal(pipe(ends), 0);
	old = dup(2);
	dup2(ends[1], 2);
	close(ends[1]);
	status = run_child(commit, (void *)crime);
	dup2(old, 2);
	close(old);
	for (length = 0; (n = read(ends[0], said + length,
				   sizeof(said) - 1 - length)) > 0;)
		length += n;
	close(ends[0]);
	message = strstr(said, crime->message);
	if (!message)
		print_message("said: %s\n", said);
	assert_non_null(message);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	expected = strstr(said, "expect ");
	assert_non_null(expected);
	expected += strlen("expect ");
	*strchr(expected, '\n') = '\0';
	/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): asserted above */
	if (!strstr(message, expected))
		print_message("%s: not %s\n", message, expected);
	assert_non_null(strstr(message, expected));
}

/* With the level none, or without a bit to end on, the process goes on. */
static void go_on(void *arg)
{
	(void)arg;
	arenas_init();
	options.profile = PROFILE_ARTICLE;
	check_level = CHECK_NONE;
	chunk_free(chunk_malloc(100));
	check_level = CHECK_FAST;
	check_action = 0;
	corrupt("nothing", &arg);
}

static void may_be_passed_over(void **state)
{
	(void)state;
	assert_int_equal(run_child(go_on, NULL), 0);
}

int main(void)
{
	enum { NR_CRIMES = sizeof(crimes) / sizeof(*crimes) };
	struct CMUnitTest tests[NR_CRIMES + 1];
	unsigned int i;

	for (i = 0; i < NR_CRIMES; i++)
		tests[i] = (struct CMUnitTest){
			.name = crimes[i].name,
			.test_func = is_caught,
			.initial_state = (void *)&crimes[i],
		};
	tests[i] = (struct CMUnitTest)cmocka_unit_test(may_be_passed_over);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
