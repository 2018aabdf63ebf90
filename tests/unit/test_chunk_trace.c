// SPDX-License-Identifier: GPL-2.0
/*
 * Random traces against the simplest model there is: what each block must hold.
 * The invariants are checked after every step, and the system refuses memory.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
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
#include "chunk/family.h"
#include "chunk/options.h"
#include "chunk/system.h"
#include "chunk_child.h"

#define SLOTS	200
#define STEPS	6000

struct slot {
	unsigned char *mem;
	size_t bytes;
	unsigned char fill;
};

struct trace {
	enum profile profile;
	unsigned int refuse;	/* each nth request of the system */
	unsigned int refuse_brk;	/* of the break alone */
	size_t largest;
	bool in_thread;		/* on an arena that is not av_ */
	bool foreign_brk;	/* others move the break */
	unsigned int seed;
};

static const struct trace *now;
static unsigned int asked;
static uint64_t dice;

static unsigned int roll(unsigned int sides)
{
	dice = dice * 6364136223846793005u + 1442695040888963407u;
	return (dice >> 33) % sides;
}

static bool refused(unsigned int each)
{
	return each && ++asked % each == 0;
}

static void *grudging_brk(intptr_t increment)
{
	if (increment && refused(now->refuse_brk ? now->refuse_brk :
						   now->refuse))
		return NULL;
	return system_kernel.brk(increment);
}

static void *grudging_map(size_t size, bool accessible)
{
	return refused(now->refuse) ? NULL :
				      system_kernel.map(size, accessible);
}

static void write_slot(struct slot *slot)
{
	slot->fill = roll(255) + 1;
	memset(slot->mem, slot->fill, slot->bytes);
}

static void read_bytes(const struct slot *slot, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes; i++)
		require(slot->mem[i] == slot->fill);
}

static size_t some_size(void)
{
	switch (roll(8)) {
	case 0:
		return roll(now->largest);
	case 1:
		return roll(5000);
	case 2:
		return 600;
	default:
		return roll(300);
	}
}

static void check_block(const struct slot *slot, size_t alignment)
{
	require(!((uintptr_t)slot->mem % alignment));
	require(chunk_malloc_usable(slot->mem) >= slot->bytes);
}

/* A block that was refused leaves all as it was, and says why. */
static void take(struct slot *slot)
{
	size_t alignment = ALIGNMENT, i;

	slot->bytes = some_size();
	errno = 0;
	switch (roll(6)) {
	case 0:
		slot->mem = chunk_calloc(1, slot->bytes);
		for (i = 0; slot->mem && i < slot->bytes; i++)
			require(!slot->mem[i]);
		break;
	case 1:
		alignment = ALIGNMENT << roll(12);
		slot->mem = chunk_memalign(alignment, slot->bytes);
		break;
	default:
		slot->mem = chunk_malloc(slot->bytes);
	}
	if (!slot->mem) {
		require(errno == ENOMEM);
		require(now->refuse);
		return;
	}
	check_block(slot, alignment);
	write_slot(slot);
}

static void resize(struct slot *slot)
{
	size_t bytes = some_size() + 1, old = slot->bytes;
	void *mem = chunk_realloc(slot->mem, bytes);

	if (!mem) {
		require(now->refuse);
		return;
	}
	slot->mem = mem;
	read_bytes(slot, old < bytes ? old : bytes);
	slot->bytes = bytes;
	check_block(slot, ALIGNMENT);
	write_slot(slot);
}

static void drop(struct slot *slot)
{
	read_bytes(slot, slot->bytes);
	errno = 12345;
	chunk_free(slot->mem);
	require(errno == 12345);
	slot->mem = NULL;
}

/* No two blocks share a byte. */
static void check_overlap(const struct slot *slots)
{
	unsigned int i, j;

	for (i = 0; i < SLOTS; i++)
		for (j = 0; j < i; j++)
			if (slots[i].mem && slots[j].mem)
				require(slots[i].mem + slots[i].bytes <=
						slots[j].mem ||
					slots[j].mem + slots[j].bytes <=
						slots[i].mem);
}

static void *run_steps(void *arg)
{
	static struct slot slots[SLOTS];
	unsigned int step, i;

	(void)arg;
	for (step = 0; step < STEPS; step++) {
		/* Full and empty in turn. */
		struct slot *slot = &slots[roll(step / 700 % 2 ? SLOTS : 40)];

		if (!slot->mem)
			take(slot);
		else if (roll(4) == 0)
			resize(slot);
		else
			drop(slot);
		require(!chunk_check_all());
		if (step % 500 == 0)
			check_overlap(slots);
		if (roll(400) == 0)
			chunk_malloc_trim(roll(3) * 10000);
		if (now->foreign_brk && roll(60) == 0)
			require(sbrk(roll(5000)) != (void *)-1);
	}
	for (i = 0; i < SLOTS; i++)
		if (slots[i].mem)
			drop(&slots[i]);
	require(!chunk_check_all());
	return NULL;
}

static void run_trace(void *arg)
{
	pthread_t thread;

	now = arg;
	dice = now->seed;
	check_action = 3;
	if (now->profile == PROFILE_ARTICLE)
		setenv("VMACHUNK_PROFILE", "article", 1);
	arenas_init();
	system_now.brk = grudging_brk;
	system_now.map = grudging_map;
	if (!now->in_thread) {
		run_steps(NULL);
		return;
	}
	/* av_ is taken by this thread, so that one gets another. */
	chunk_free(chunk_malloc(1));
	require(!pthread_create(&thread, NULL, run_steps, NULL));
	require(!pthread_join(thread, NULL));
}

static void survive(struct trace trace)
{
	unsigned int seed;

	for (seed = 1; seed <= 3; seed++) {
		trace.seed = seed;
		assert_int_equal(run_child(run_trace, &trace), 0);
	}
}

static void article(void **state)
{
	(void)state;
	survive((struct trace){ .profile = PROFILE_ARTICLE, .largest = 20000 });
	survive((struct trace){ .profile = PROFILE_ARTICLE,
				.largest = 300000 });
}

static void fast(void **state)
{
	(void)state;
	survive((struct trace){ .largest = 20000 });
	survive((struct trace){ .largest = 300000 });
}

static void heaps_of_threads(void **state)
{
	(void)state;
	survive((struct trace){ .largest = 100000, .in_thread = true });
	survive((struct trace){ .profile = PROFILE_ARTICLE,
				.largest = 30000, .in_thread = true });
}

static void case_38_break_refused(void **state)
{
	(void)state;
	survive((struct trace){ .largest = 100000, .refuse_brk = 1 });
	survive((struct trace){ .largest = 100000, .refuse_brk = 3 });
	survive((struct trace){ .profile = PROFILE_ARTICLE,
				.largest = 100000, .refuse_brk = 2 });
}

static void case_38_system_refuses(void **state)
{
	unsigned int each;

	(void)state;
	for (each = 1; each < 6; each++) {
		survive((struct trace){ .largest = 200000, .refuse = each });
		survive((struct trace){ .profile = PROFILE_ARTICLE,
					.largest = 200000, .refuse = each });
		survive((struct trace){ .largest = 200000, .refuse = each,
					.in_thread = true });
	}
}

static void case_38_break_moved_by_others(void **state)
{
	(void)state;
	survive((struct trace){ .largest = 100000, .foreign_brk = true });
	survive((struct trace){ .profile = PROFILE_ARTICLE, .largest = 20000,
				.foreign_brk = true });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(article),
		cmocka_unit_test(fast),
		cmocka_unit_test(heaps_of_threads),
		cmocka_unit_test(case_38_break_refused),
		cmocka_unit_test(case_38_system_refuses),
		cmocka_unit_test(case_38_break_moved_by_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
