// SPDX-License-Identifier: GPL-2.0
/*
 * Long random traces against the simplest of models: a list of blocks, what was
 * asked for, and what was written to them. No block overlaps another, each is
 * aligned, all that is said to be usable is, and keeps what was put there.
 */
#include "cases.h"

#include <malloc.h>

#define MIB (1UL << 20)

enum { NR_SLOTS = 400 };

static struct slot {
	char *block;		/* NULL: free */
	size_t size;		/* filled */
	uint32_t owner;
} slots[NR_SLOTS];

static uint32_t state;

/* Some small, some around what decides something, some big. */
static size_t pick_size(size_t most)
{
	static const size_t edges[] = { 24, 64, 128, 512, 1032, 4096, 32768,
					65536, 131072, 262144, 1048576 };
	size_t size;

	switch (dice(&state) % 8) {
	case 0:
		size = edges[dice(&state) % (sizeof(edges) / sizeof(*edges))] +
		       dice(&state) % 80 - 40;
		break;
	case 1:
		size = dice(&state) % most;
		break;
	case 2:
	case 3:
		size = dice(&state) % 4096;
		break;
	default:
		size = dice(&state) % 300;
	}
	return size % most;
}

static void expect_apart(const struct slot *slot)
{
	for (const struct slot *other = slots; other < slots + NR_SLOTS;
	     other++) {
		if (other == slot || !other->block)
			continue;
		expect(slot->block + slot->size <= other->block ||
		       other->block + other->size <= slot->block,
		       "%p of %zu bytes lies in %p of %zu",
		       (void *)slot->block, slot->size, (void *)other->block,
		       other->size);
	}
}

/* Takes over a block, and fills it up to its usable end now and then. */
static void own(struct slot *slot, void *block, size_t size, size_t alignment)
{
	size_t usable;

	expect(block, "no %zu bytes", size);
	expect(!((uintptr_t)block % alignment), "%p is not aligned to %zu",
	       block, alignment);
	usable = malloc_usable_size(block);
	expect(usable >= size, "%zu of %zu bytes usable", usable, size);
	slot->block = block;
	slot->size = dice(&state) % 4 ? size : usable;
	slot->owner = dice(&state);
	expect_apart(slot);
	fill(block, slot->size, slot->owner);
}

static void expect_whole(const struct slot *slot, size_t size)
{
	expect(is_filled(slot->block, size, slot->owner),
	       "%p of %zu bytes is not as it was", (void *)slot->block,
	       slot->size);
}

static void give(struct slot *slot)
{
	expect_whole(slot, slot->size);
	free(slot->block);
	slot->block = NULL;
}

static void take(struct slot *slot, size_t size)
{
	size_t alignment = ALIGNMENT;
	void *block = NULL;

	switch (dice(&state) % 12) {
	case 0:
		block = calloc(size / 8 + 1, 8);
		for (size_t i = 0; i < size; i++)
			expect(!((char *)block)[i], "byte %zu of calloc", i);
		break;
	case 1:
		alignment = 16UL << dice(&state) % 10;
		block = memalign(alignment, size);
		break;
	case 2:
		alignment = 8UL << dice(&state) % 10;
		expect(!posix_memalign(&block, alignment, size),
		       "posix_memalign");
		break;
	case 3:
		block = realloc(NULL, size);
		break;
	default:
		block = malloc(size);
	}
	own(slot, block, size, alignment);
}

static void resize(struct slot *slot, size_t size)
{
	size_t kept = slot->size < size ? slot->size : size;
	char *block;

	expect_whole(slot, slot->size);
	block = realloc(slot->block, size + 1);
	expect(block, "no %zu bytes", size + 1);
	slot->block = block;
	expect_whole(slot, kept);
	own(slot, block, size + 1, ALIGNMENT);
}

static void run_trace(uint32_t seed, unsigned int steps, size_t most,
		      unsigned int realloc_percent)
{
	state = seed;
	for (unsigned int step = 0; step < steps; step++) {
		struct slot *slot = &slots[dice(&state) % NR_SLOTS];
		uint32_t roll = dice(&state) % 100;

		if (!slot->block)
			take(slot, pick_size(most));
		else if (roll < realloc_percent)
			resize(slot, pick_size(most));
		else
			give(slot);
		if (roll == 99 && dice(&state) % 50 == 0)
			malloc_trim(dice(&state) % 10000);
	}
	for (struct slot *slot = slots; slot < slots + NR_SLOTS; slot++) {
		if (slot->block)
			give(slot);
	}
}

static void small(void)
{
	for (uint32_t seed = 1; seed <= 4; seed++)
		run_trace(seed, 60000, 600, 10);
}

static void mixed(void)
{
	for (uint32_t seed = 11; seed <= 13; seed++)
		run_trace(seed, 8000, 200000, 20);
}

static void big(void)
{
	for (uint32_t seed = 21; seed <= 22; seed++)
		run_trace(seed, 1000, 2 * MIB, 20);
}

static void resizing(void)
{
	for (uint32_t seed = 31; seed <= 33; seed++)
		run_trace(seed, 8000, 150000, 80);
}

static const struct test_case cases[] = {
	{ "small", small },
	{ "mixed", mixed },
	{ "big", big },
	{ "resizing", resizing },
	{ NULL, NULL }
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, "trace", cases);
}
