// SPDX-License-Identifier: GPL-2.0
/*
 * The family's corners (sizes that overflow, alignments that are none), what
 * surrounds it (hooks, events, inspector, options), and fork.
 */
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>

#include "chunk/alloc.h"
#include "chunk/cache.h"
#include "chunk/check.h"
#include "chunk/core.h"
#include "chunk/events.h"
#include "chunk/family.h"
#include "chunk/hooks.h"
#include "chunk/inspect.h"
#include "chunk/mapped.h"
#include "chunk/options.h"
#include "chunk/stats.h"
#include "chunk/system.h"
#include "chunk_child.h"

#define HUGE	((size_t)-4096)

static void passes(void (*test)(void *arg))
{
	assert_int_equal(run_child(test, NULL), 0);
}

/* NULL, and errno says that there is no memory. */
#define refuses(call)							\
	do {								\
		errno = 0;						\
		require(!(call) && errno == ENOMEM);			\
	} while (0)

static void case_37_absurd_sizes(void *arg)
{
	static const size_t sizes[] = {
		SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 15, SIZE_MAX - 16,
		SIZE_MAX - 4095, SIZE_MAX - 4096, SIZE_MAX / 2,
		SIZE_MAX / 2 + 1, (size_t)PTRDIFF_MAX - 1, MAX_REQUEST + 1,
		/* On 32 bit there may be so much. */
		SIZE_SZ == 8 ? MAX_REQUEST : SIZE_MAX,
	};
	void *mem = chunk_malloc(10), *none = arg;
	unsigned int i;

	memset(mem, 7, 10);
	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		refuses(chunk_malloc(sizes[i]));
		refuses(chunk_calloc(1, sizes[i]));
		refuses(chunk_calloc(sizes[i], 2));
		refuses(chunk_realloc(mem, sizes[i]));
		refuses(chunk_realloc(NULL, sizes[i]));
		refuses(chunk_reallocarray(mem, sizes[i], 2, NULL));
		refuses(chunk_memalign(64, sizes[i]));
		refuses(chunk_memalign(4096, sizes[i]));
		refuses(chunk_valloc(sizes[i], NULL));
		refuses(chunk_pvalloc(sizes[i], NULL));
		errno = 99;
		require(chunk_posix_memalign(&none, 64, sizes[i], NULL) ==
			ENOMEM);
		require(errno == 99 && !none);
	}
	refuses(chunk_memalign(4096, (size_t)-4096));
	refuses(chunk_memalign((size_t)1 << (8 * SIZE_SZ - 1), 1));
	if (SIZE_SZ == 8)
		refuses(chunk_memalign(SIZE_MAX / 4 + 1, 1));
	refuses(chunk_independent_calloc(HUGE, 8, NULL, NULL));
	require(*(char *)mem == 7 && ((char *)mem)[9] == 7);
	require(!chunk_check_all());
}

static void case_37_alignments(void *arg)
{
	size_t align;
	void *mem = arg;

	require(chunk_posix_memalign(&mem, 0, 8, NULL) == EINVAL);
	require(chunk_posix_memalign(&mem, 3, 8, NULL) == EINVAL);
	require(chunk_posix_memalign(&mem, SIZE_SZ / 2, 8, NULL) == EINVAL);
	require(chunk_posix_memalign(&mem, 24, 8, NULL) == EINVAL);
	require(!mem);
	errno = 0;
	require(!chunk_aligned_alloc(24, 8, NULL) && errno == EINVAL);
	errno = 0;
	require(!chunk_memalign_any(SIZE_MAX, 8, NULL) && errno == EINVAL);
	mem = chunk_memalign_any(24, 8, NULL);
	require(mem && (uintptr_t)mem % 32 == 0);
	for (align = SIZE_SZ; align <= (size_t)8 << 20; align *= 2) {
		mem = NULL;
		require(!chunk_posix_memalign(&mem, align, 100, NULL));
		require(mem && (uintptr_t)mem % align == 0);
		memset(mem, 1, 100);
		mem = chunk_realloc(mem, 100000);
		require(mem && *(char *)mem == 1);
		chunk_free(mem);
		mem = chunk_memalign(align, 300000);
		require(mem && (uintptr_t)mem % align == 0);
		memset(mem, 1, 300000);
		chunk_free(mem);
	}
	mem = chunk_valloc(0, NULL);
	require(mem && (uintptr_t)mem % av_.pagesize == 0);
	mem = chunk_pvalloc(1, NULL);
	require(chunk_malloc_usable(mem) >= av_.pagesize);
	require(!chunk_check_all());
}

static void small_rules(void *arg)
{
	void *mem = chunk_malloc(0), *other = chunk_malloc(0), **blocks;
	size_t sizes[] = { 1, 100, 10000 };
	unsigned int i;

	(void)arg;
	require(mem && other && mem != other);
	require(!chunk_realloc(mem, 0));
	chunk_free(NULL);
	require(chunk_malloc_usable(NULL) == 0);
	require(chunk_malloc_usable(other) == MIN_CHUNK - SIZE_SZ);
	blocks = chunk_independent_calloc(5, 50, NULL, NULL);
	require(blocks);
	for (i = 0; i < 5; i++) {
		require(!*(char *)blocks[i]);
		chunk_free(blocks[i]);
	}
	chunk_free(blocks);
	blocks = chunk_independent_comalloc(3, sizes, NULL, NULL);
	require(blocks);
	for (i = 0; i < 3; i++)
		require(chunk_malloc_usable(blocks[i]) >= sizes[i]);
	require(options_set(M_MXFAST, 0));
	require(options_set(M_MXFAST, 20 * SIZE_SZ));
	require(!options_set(M_MXFAST, 21 * SIZE_SZ));
	require(!options_set(M_ARENA_MAX, 0));
	require(options_set(M_TOP_PAD, 0) && av_.top_pad == 0);
	require(is_mmapped(mem_to_chunk(chunk_malloc(500000))));
	require(options_set(M_MMAP_THRESHOLD, 1 << 20));
	require(!is_mmapped(mem_to_chunk(chunk_malloc(500000))));
	require(options_set(M_PERTURB, 0x55));
	mem = chunk_malloc(64);
	require(*(unsigned char *)mem == (0x55 ^ 0xff));
	require(!*(char *)chunk_calloc(1, 64));
}

/* What is zero already is not written: nothing becomes resident. */
static void fresh_pages_stay_untouched(void *arg)
{
	unsigned char resident[25];
	char *mem;
	unsigned int i, n = 0;

	(void)arg;
	arenas_init();
	mem = chunk_calloc(1, 100000);
	require(!is_mmapped(mem_to_chunk(mem)));
	require(!mincore((void *)((uintptr_t)mem & -4096), 96 << 10, resident));
	for (i = 1; i < 24; i++)
		n += resident[i] & 1;
	require(n <= 1);
	memset(mem, 1, 100000);
	chunk_free(mem);
	chunk_malloc_trim(SIZE_MAX / 4);
	mem = chunk_calloc(1, 100000);
	for (i = 0; i < 100000; i++)
		require(!mem[i]);
}

static unsigned int hooked;

static void *hook_malloc(size_t bytes, const void *caller)
{
	require(caller);
	hooked++;
	/* Meets no hook. */
	return chunk_malloc(bytes + 1);
}

static void hooks_are_called(void *arg)
{
	static const struct vmachunk_hooks hooks = { .malloc = hook_malloc };

	(void)arg;
	require(!hooks_set(&hooks));
	chunk_free(chunk_malloc(1));
	chunk_free(chunk_calloc(1, 1));
	require(hooked == 2);
	require(hooks_set(NULL) == &hooks);
	chunk_free(chunk_malloc(1));
	require(hooked == 2);
}

static void events_tell(void *arg)
{
	const struct event *slots;
	unsigned int seen[EVENT_NR] = { 0 }, i;
	uint64_t before = 0;
	void *mem;

	(void)arg;
	require(!events_start(NULL, 0) && errno == EINVAL);
	require(events_start(NULL, 64));
	require(!events_start(NULL, 64) && errno == EBUSY);
	require(events_ring->magic == EVENTS_MAGIC);
	slots = (void *)((char *)events_ring + events_ring->header_size);
	mem = chunk_malloc(5000);
	chunk_free(chunk_malloc(200000));
	chunk_free(mem);
	for (i = 1; i <= events_ring->last && i < 64; i++) {
		require(slots[i].number == i);
		require(slots[i].time >= before);
		require(slots[i].kind < EVENT_NR && slots[i].tid);
		before = slots[i].time;
		seen[slots[i].kind]++;
		if (slots[i].kind == EVENT_MALLOC && seen[EVENT_MALLOC] == 1) {
			require(slots[i].address ==
				(uintptr_t)mem_to_chunk(mem));
			require(slots[i].caller);
		}
	}
	require(seen[EVENT_MALLOC] == 2 && seen[EVENT_FREE] == 2);
	require(seen[EVENT_BRK] && seen[EVENT_MMAP] && seen[EVENT_MUNMAP]);
	/* More than there is room for: the numbers say how many are gone. */
	for (i = 0; i < 1000; i++)
		chunk_free(chunk_malloc(100));
	require(events_ring->last > 2000);
	for (i = 0; i < 64; i++)
		require(slots[i].number > events_ring->last - 64 &&
			slots[i].number % 64 == i);
	events_stop();
	chunk_free(chunk_malloc(100));
}

struct count {
	size_t nr[VMACHUNK_CACHED + 1];
	size_t bytes;		/* of chunks by address */
	const void *wanted;
	bool found;
};

static int count_item(const struct vmachunk_item *item, void *arg)
{
	struct count *count = arg;

	count->nr[item->kind]++;
	if (item->kind >= VMACHUNK_USED && item->kind <= VMACHUNK_FENCE)
		count->bytes += item->size;
	if (item->address == count->wanted && item->kind == VMACHUNK_USED)
		count->found = true;
	return 0;
}

static void inspector_sees_all(void *arg)
{
	struct count count = { 0 };
	struct mallinfo2 info;
	void *mems[50];
	unsigned int i;

	(void)arg;
	for (i = 0; i < 50; i++)
		mems[i] = chunk_malloc(i * 50);
	for (i = 0; i < 50; i += 2)
		chunk_free(mems[i]);
	count.wanted = mem_to_chunk(mems[33]);
	require(!inspect_all(count_item, &count));
	require(count.found && count.nr[VMACHUNK_ARENA] == 1);
	require(count.nr[VMACHUNK_TOP] == 1);
	require(count.nr[VMACHUNK_FREE] == count.nr[VMACHUNK_BINNED]);
	require(count.nr[VMACHUNK_CACHED] && count.nr[VMACHUNK_CACHE]);
	require(count.bytes == av_.sbrked_mem);
	info = chunk_mallinfo2();
	require(info.arena == count.bytes);
	require(info.ordblks == count.nr[VMACHUNK_FREE] + 1);
	require(info.uordblks + info.fordblks == info.arena);
}

static volatile bool stop;

static void *churn(void *arg)
{
	unsigned int seed = (uintptr_t)arg, i;
	void *mems[100] = { NULL };

	while (!stop)
		for (i = 0; i < 1000; i++) {
			unsigned int at = rand_r(&seed) % 100;

			chunk_free(mems[at]);
			mems[at] = chunk_malloc(rand_r(&seed) % 3000);
		}
	for (i = 0; i < 100; i++)
		chunk_free(mems[i]);
	return NULL;
}

/* Children of a process whose threads are in the middle of everything. */
static void fork_in_threads(void *arg)
{
	pthread_t threads[3];
	unsigned int i, round;
	int status;
	pid_t pid;

	(void)arg;
	arenas_init();
	for (i = 0; i < 3; i++)
		require(!pthread_create(&threads[i], NULL, churn,
					(void *)(uintptr_t)(i + 1)));
	for (round = 0; round < 60; round++) {
		pid = fork();
		if (!pid) {
			stop = true;
			for (i = 0; i < 200; i++)
				chunk_free(chunk_malloc(i * 20));
			churn((void *)7);
			_exit(chunk_check_all() ? 1 : 0);
		}
		require(waitpid(pid, &status, 0) == pid && status == 0);
	}
	stop = true;
	for (i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	require(!chunk_check_all());
}

static void *_Atomic mailbox[256];

static void *send_blocks(void *arg)
{
	unsigned int i, at;
	void *mem;

	(void)arg;
	for (i = 0; i < 100000; i++) {
		at = i % 256;
		mem = chunk_malloc(i % 2000);
		mem = __atomic_exchange_n((void **)&mailbox[at], mem,
					  __ATOMIC_ACQ_REL);
		chunk_free(mem);
	}
	return NULL;
}

/* Blocks are freed by whoever finds them; threads end all the time. */
static void across_threads(void *arg)
{
	pthread_t threads[4];
	unsigned int i, round;

	(void)arg;
	for (round = 0; round < 5; round++) {
		for (i = 0; i < 4; i++)
			require(!pthread_create(&threads[i], NULL, send_blocks,
						NULL));
		for (i = 0; i < 4; i++)
			pthread_join(threads[i], NULL);
		require(!chunk_check_all());
	}
	/* The caches of threads that ended hold nothing. */
	require(!caches || caches == this_cache);
	for (i = 0; i < 256; i++)
		chunk_free(mailbox[i]);
	require(!chunk_check_all());
}

#define in_child(name)							\
	static void test_##name(void **state)				\
	{								\
		(void)state;						\
		passes(name);						\
	}

in_child(case_37_absurd_sizes)
in_child(case_37_alignments)
in_child(small_rules)
in_child(fresh_pages_stay_untouched)
in_child(hooks_are_called)
in_child(events_tell)
in_child(inspector_sees_all)
in_child(fork_in_threads)
in_child(across_threads)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_case_37_absurd_sizes),
		cmocka_unit_test(test_case_37_alignments),
		cmocka_unit_test(test_small_rules),
		cmocka_unit_test(test_fresh_pages_stay_untouched),
		cmocka_unit_test(test_hooks_are_called),
		cmocka_unit_test(test_events_tell),
		cmocka_unit_test(test_inspector_sees_all),
		cmocka_unit_test(test_fork_in_threads),
		cmocka_unit_test(test_across_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
