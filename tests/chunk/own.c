// SPDX-License-Identifier: GPL-2.0
/*
 * What our allocator offers beside the C library's calls, used as a program
 * would that was loaded with it: its names are weak here.
 */
#include "cases.h"
#include "use.h"

#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/uio.h>
#include <time.h>

#include "chunk/debug.h"
#include "chunk/public.h"
#include "chunk/vmachunk.h"

#pragma weak cfree
#pragma weak free_sized
#pragma weak free_aligned_sized
#pragma weak independent_calloc
#pragma weak independent_comalloc
#pragma weak vmachunk_hooks
#pragma weak vmachunk_visit
#pragma weak vmachunk_check
#pragma weak vmachunk_debug

static void freed_otherwise(void)
{
	for (size_t size = 0; size < 300000; size = size * 2 + 1) {
		cfree(malloc(size));
		free_sized(malloc(size), size);
		free_aligned_sized(aligned_alloc(256, size), 256, size);
	}
	cfree(NULL);
	free_sized(NULL, 1);
	free_aligned_sized(NULL, 16, 1);
	expect(!vmachunk_check(), "the heap is damaged");
}

/* Neighbours, by what the first says of its size. */
static int follows(void *one, void *next)
{
	return (char *)one + malloc_usable_size(one) + sizeof(size_t) ==
	       (char *)next;
}

static void independent(void)
{
	size_t sizes[50];
	void *blocks[50], **list;

	for (int round = 0; round < 4; round++) {
		list = independent_calloc(50, 40, round % 2 ? blocks : NULL);
		expect(list, "none");
		for (int i = 0; i < 50; i++) {
			for (int k = 0; k < 40; k++)
				expect(!((char *)list[i])[k], "not cleared");
			expect(!i || follows(list[i - 1], list[i]),
			       "%d is not behind the one before", i);
			fill(list[i], 40, (uint32_t)i);
		}
		for (int i = 50; i--;) {
			expect(is_filled(list[i], 40, (uint32_t)i), "%d", i);
			free(list[i]);
		}
		if (list != blocks) {
			expect(follows(list, list[0]), "the array is not first");
			free(list);
		}
		expect(!vmachunk_check(), "the heap is damaged");
		for (size_t i = 0; i < 50; i++)
			sizes[i] = i * 100 + 1;
		list = independent_comalloc(50, sizes, blocks);
		expect(list == blocks, "none");
		for (int i = 0; i < 50; i++) {
			expect(!i || follows(list[i - 1], list[i]),
			       "%d is not behind the one before", i);
			fill(list[i], sizes[i], (uint32_t)i);
		}
		for (int i = 0; i < 50; i++) {
			expect(malloc_usable_size(list[i]) >= sizes[i], "small");
			expect(is_filled(list[i], sizes[i], (uint32_t)i),
			       "%d", i);
			free(list[i]);
		}
	}
	expect(!independent_calloc(SIZE_MAX / 2, 40, NULL), "too many");
	sizes[0] = sizes[1] = SIZE_MAX / 2;
	expect(!independent_comalloc(2, sizes, blocks), "too large");
	list = independent_calloc(0, 40, NULL);
	expect(list, "no empty array");
	free(list);
	/* More than the threshold of mappings. */
	list = independent_calloc(50, 40000, NULL);
	expect(list, "none");
	for (int i = 0; i < 50; i++) {
		expect(!i || follows(list[i - 1], list[i]),
		       "%d is not behind the one before", i);
		memset(list[i], i, 40000);
	}
	for (int i = 0; i < 50; i++)
		free(list[i]);
	free(list);
	expect(!vmachunk_check(), "the heap is damaged");
}

/* The C library says of these calls that they never call back. */
static volatile int nr_hooked;
static char arena_of_hooks[4096];

static void *hook_malloc(size_t bytes, const void *caller)
{
	nr_hooked++;
	expect(caller, "no caller");
	return bytes == 1234 ? arena_of_hooks : malloc(bytes);
}

static void hook_free(void *mem, const void *caller)
{
	nr_hooked++;
	expect(caller, "no caller");
	if (mem != arena_of_hooks)
		free(mem);
}

static void *hook_realloc(void *mem, size_t bytes, const void *caller)
{
	nr_hooked++;
	expect(caller, "no caller");
	return realloc(mem, bytes);
}

static void *hook_memalign(size_t alignment, size_t bytes, const void *caller)
{
	nr_hooked++;
	expect(caller, "no caller");
	return memalign(alignment, bytes);
}

static void hooked(void)
{
	static const struct vmachunk_hooks hooks = { hook_malloc, hook_free,
		hook_realloc, hook_memalign };
	/* The compiler knows that malloc never returns an array's address. */
	volatile uintptr_t hidden;
	void *block;

	expect(!vmachunk_hooks(&hooks), "there were hooks before");
	block = malloc(100);
	expect(nr_hooked == 1, "malloc: %d calls", nr_hooked);
	block = realloc(block, 200);
	expect(nr_hooked == 2, "realloc: %d calls", nr_hooked);
	free(block);
	expect(nr_hooked == 3, "free: %d calls", nr_hooked);
	free(memalign(64, 100));
	expect(nr_hooked == 5, "memalign and free: %d calls", nr_hooked);
	hidden = (uintptr_t)malloc(1234);
	expect(hidden == (uintptr_t)arena_of_hooks,
	       "%#lx is not what the hook gave", (unsigned long)hidden);
	free(arena_of_hooks);
	expect(vmachunk_hooks(NULL) == &hooks, "they are not those");
	free(malloc(100));
	expect(nr_hooked == 7, "called when they were gone: %d", nr_hooked);
}

static struct seen {
	size_t nr, bytes;
	int is_block_seen;
	const void *block;
} seen[VMACHUNK_CACHED + 1];

static int look(const struct vmachunk_item *item, void *block)
{
	expect(item->kind <= VMACHUNK_CACHED, "kind %d", item->kind);
	seen[item->kind].nr++;
	seen[item->kind].bytes += item->size;
	if (item->kind == VMACHUNK_USED && (const char *)item->address ==
	    (const char *)block - 2 * sizeof(size_t))
		seen[0].is_block_seen = 1;
	return 0;
}

static int stop_at_once(const struct vmachunk_item *item, void *nr)
{
	(void)item;
	++*(int *)nr;
	return 42;
}

static void visited(void)
{
	struct mallinfo2 before, after;
	size_t sum = 0;
	void *block;
	int nr = 0;

	use_two();
	block = malloc(3000);
	before = mallinfo2();
	expect(!vmachunk_visit(look, block), "it did not return 0");
	after = mallinfo2();
	expect(!memcmp(&before, &after, sizeof(before)), "it has allocated");
	expect(seen[0].is_block_seen, "%p is not among them", block);
	for (int kind = VMACHUNK_USED; kind <= VMACHUNK_FENCE; kind++)
		sum += seen[kind].bytes;
	expect(seen[VMACHUNK_ARENA].nr >= 2, "%zu arenas",
	       seen[VMACHUNK_ARENA].nr);
	expect(seen[VMACHUNK_ARENA].bytes - sum < seen[VMACHUNK_ARENA].nr * 4096,
	       "%zu of %zu bytes are in chunks", sum,
	       seen[VMACHUNK_ARENA].bytes);
	expect(seen[VMACHUNK_BINNED].nr == seen[VMACHUNK_FREE].nr &&
	       seen[VMACHUNK_BINNED].bytes == seen[VMACHUNK_FREE].bytes,
	       "%zu are free, %zu in bins", seen[VMACHUNK_FREE].nr,
	       seen[VMACHUNK_BINNED].nr);
	expect(vmachunk_visit(stop_at_once, &nr) == 42 && nr == 1,
	       "it went on: %d", nr);
	expect(!vmachunk_check(), "the heap is damaged");
}

/* From outside: with the address of one symbol and no other knowledge. */
static void read_from_outside(pid_t target)
{
	struct vmachunk_debug debug;
	struct iovec here = { &debug, sizeof(debug) };
	struct iovec there = { (void *)&vmachunk_debug, sizeof(debug) };
	size_t system = 0, page = 0;
	uintptr_t av;

	expect(process_vm_readv(target, &here, 1, &there, 1, 0) ==
	       sizeof(debug), "cannot read");
	expect(debug.magic == VMACHUNK_DEBUG_MAGIC &&
	       debug.size == sizeof(debug) && debug.word == sizeof(size_t),
	       "it is not what it should be");
	av = (uintptr_t)debug.av.value;
	here = (struct iovec) { &system, sizeof(system) };
	there = (struct iovec) { (void *)(av + debug.state_sbrked_mem),
				 sizeof(system) };
	expect(process_vm_readv(target, &here, 1, &there, 1, 0) ==
	       sizeof(system), "no sbrked_mem");
	here = (struct iovec) { &page, sizeof(page) };
	there.iov_base = (void *)(av + debug.state_pagesize);
	there.iov_len = sizeof(page);
	expect(process_vm_readv(target, &here, 1, &there, 1, 0) ==
	       sizeof(page), "no pagesize");
	expect((uint32_t)page == 4096, "pages of %zu", page);
	expect(system >= 4096 && system % 4096 == 0, "%zu bytes", system);
}

static void watched(void)
{
	int status, ready[2], over[2];
	char byte;
	pid_t child;

	expect(!pipe(ready) && !pipe(over), "no pipes");
	child = fork();
	if (!child) {
		close(over[1]);
		use_some(NULL);
		if (write(ready[1], "", 1) != 1 || read(over[0], &byte, 1))
			_exit(1);
		_exit(0);
	}
	expect(read(ready[0], &byte, 1) == 1, "no child");
	read_from_outside(child);
	close(over[1]);
	waitpid(child, &status, 0);
	expect(!status, "the child ended with %#x", status);
}

static void whole(void)
{
	for (int i = 0; i < 20; i++) {
		use_two();
		expect(!vmachunk_check(), "the heap is damaged");
	}
}

/*
 * The block before them is given back while they are cut: both write into the
 * first header.
 */
static void *_Atomic given;
static atomic_int is_over;

static void *give_back(void *unused)
{
	uint32_t state = 3;
	void *block;

	while (!atomic_load(&is_over)) {
		block = atomic_exchange(&given, NULL);
		if (!block)
			continue;
		for (volatile uint32_t i = dice(&state) % 64; i; i--)
			;
		free(block);
	}
	return unused;
}

static void beside(void)
{
	time_t end = time(NULL) + 10;
	size_t sizes[2] = { 100, 200 };
	void *blocks[2], *before;
	pthread_t thread;

	mallopt(M_ARENA_MAX, 1);
	expect(!pthread_create(&thread, NULL, give_back, NULL), "no thread");
	/* Where they share a CPU with others, each turn may take milliseconds. */
	for (int round = 0; round < 100000 && time(NULL) < end; round++) {
		before = malloc(300);
		free(malloc(100));
		atomic_store(&given, before);
		expect(independent_comalloc(2, sizes, blocks), "none");
		expect(malloc_usable_size(blocks[0]) < 150,
		       "the first is as large as all");
		while (atomic_load(&given))
			sched_yield();
		free(blocks[0]);
		free(blocks[1]);
	}
	atomic_store(&is_over, 1);
	pthread_join(thread, NULL);
	expect(!vmachunk_check(), "the heap is damaged");
}

static const struct test_case cases[] = {
	{ "freed", freed_otherwise },
	{ "independent", independent },
	{ "beside", beside },
	{ "hooks", hooked },
	{ "visit", visited },
	{ "debug", watched },
	{ "check", whole },
	{ NULL, NULL }
};

int main(int argc, char **argv)
{
	if (!vmachunk_check) {
		say("not ok chunk/own - this is not our allocator\n");
		return 1;
	}
	return run_cases(argc, argv, "own", cases);
}
