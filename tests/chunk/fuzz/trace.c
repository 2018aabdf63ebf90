// SPDX-License-Identifier: GPL-2.0
/*
 * An input is a trace of calls, for libFuzzer to think of. The first bytes say
 * how often the system refuses memory, each group of four after them is a call:
 *
 *   what (3 bits) and slot (5 bits) | shift of size | size, 16 bits
 *
 * Invariants are checked after each call, and contents at both ends of a block
 * when it is given back. All blocks are, at the end of an input; but the heap
 * stays, so an input may fail because of those before it: the trace is then in
 * the corpus.
 */
#include <errno.h>

#include "chunk/alloc.h"
#include "chunk/arena.h"
#include "chunk/check.h"
#include "chunk/family.h"
#include "chunk/system.h"

#include "../../fuzz/user/fuzz.h"

enum { NR_SLOTS = 32, HEADER_BYTES = 2, CALL_BYTES = 4, EDGE = 64 };

static struct slot {
	unsigned char *block;
	size_t size;
} slots[NR_SLOTS];

static unsigned int refuse_brk, refuse_map;	/* each nth; 0: none */
static unsigned int nr_brk, nr_map;

static void *grudging_brk(intptr_t increment)
{
	if (increment > 0 && refuse_brk && ++nr_brk % refuse_brk == 0)
		return NULL;
	return system_kernel.brk(increment);
}

static void *grudging_map(size_t size, bool accessible)
{
	if (refuse_map && ++nr_map % refuse_map == 0)
		return NULL;
	return system_kernel.map(size, accessible);
}

static unsigned char mark(const struct slot *slot, size_t at)
{
	return (unsigned char)(slot - slots + 1) * 7 + (unsigned char)at;
}

/* Writes, or compares, up to EDGE bytes at either end of the first `size`. */
static void edges(const struct slot *slot, size_t size, bool is_written)
{
	for (size_t at = 0; at < size; at++) {
		if (at == EDGE && size > 2 * EDGE)
			at = size - EDGE;
		if (is_written)
			slot->block[at] = mark(slot, at);
		else
			demand(slot->block[at] == mark(slot, at));
	}
}

/* Failing is allowed, with ENOMEM, and only then. */
static void own(struct slot *slot, void *block, size_t size, size_t alignment)
{
	if (!block) {
		demand(errno == ENOMEM);
		return;
	}
	demand((uintptr_t)block % alignment == 0);
	demand(chunk_malloc_usable(block) >= size);
	for (const struct slot *other = slots; other < slots + NR_SLOTS;
	     other++) {
		demand(other == slot || !other->block ||
		       (unsigned char *)block + size <= other->block ||
		       other->block + other->size <= (unsigned char *)block);
	}
	slot->block = block;
	slot->size = size;
	edges(slot, size, true);
}

static void give(struct slot *slot)
{
	edges(slot, slot->size, false);
	errno = 1234;
	chunk_free(slot->block);
	demand(errno == 1234);
	slot->block = NULL;
}

/* What the end held moves to another place when the block shrinks or grows. */
static void resize(struct slot *slot, size_t size)
{
	size_t kept = slot->size < EDGE ? slot->size : EDGE;
	void *block;

	edges(slot, slot->size, false);
	block = chunk_realloc(slot->block, size + 1);
	if (!block) {
		demand(errno == ENOMEM);
		edges(slot, slot->size, false);
		return;
	}
	slot->block = block;
	for (size_t at = 0; at < kept && at <= size; at++)
		demand(slot->block[at] == mark(slot, at));
	own(slot, block, size + 1, ALIGNMENT);
}

static void take(struct slot *slot, unsigned int what, size_t size)
{
	size_t alignment = ALIGNMENT;
	unsigned char *block;

	errno = 0;
	switch (what) {
	case 0:
		block = chunk_calloc(1, size);
		for (size_t at = 0; block && at < size && at < 4096; at++)
			demand(!block[at]);
		break;
	case 1:
		alignment <<= size % 9;
		block = chunk_memalign(alignment, size);
		break;
	case 2:
		block = chunk_realloc(NULL, size);
		break;
	default:
		block = chunk_malloc(size);
	}
	own(slot, block, size, alignment);
}

static void run_call(const uint8_t *call)
{
	struct slot *slot = &slots[call[0] % NR_SLOTS];
	unsigned int what = call[0] / NR_SLOTS;
	size_t size = (size_t)(call[2] | call[3] << 8) << call[1] % 8;

	if (call[1] == 255)
		chunk_malloc_trim(size % 65536);
	else if (!slot->block)
		take(slot, what, size);
	else if (what < 3)
		resize(slot, size);
	else
		give(slot);
	demand(!chunk_check_all());
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	system_now = (struct system) { grudging_brk, grudging_map };
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < HEADER_BYTES)
		return 0;
	refuse_brk = data[0] % 8;
	refuse_map = data[1] % 8;
	for (data += HEADER_BYTES, size -= HEADER_BYTES; size >= CALL_BYTES;
	     data += CALL_BYTES, size -= CALL_BYTES)
		run_call(data);
	for (struct slot *slot = slots; slot < slots + NR_SLOTS; slot++) {
		if (slot->block)
			give(slot);
	}
	refuse_brk = refuse_map = 0;
	chunk_malloc_trim(0);
	demand(!chunk_check_all());
	return 0;
}
