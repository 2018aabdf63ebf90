// SPDX-License-Identifier: GPL-2.0
/* Taking, resizing and giving back chunks that are mappings. */
#include "arena.h"
#include "corrupt.h"
#include "mapped.h"
#include "options.h"
#include "system.h"

/* The threshold follows freed mappings up to here. */
#define MAX_THRESHOLD	(4 * 1024 * 1024 * sizeof(long))

static void raise(size_t *max, size_t value)
{
	size_t seen = __atomic_load_n(max, __ATOMIC_RELAXED);

	while (value > seen &&
	       !__atomic_compare_exchange_n(max, &seen, value, true,
					    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

static void count(int maps, intptr_t bytes)
{
	int n = __atomic_add_fetch(&av_.n_mmaps, maps, __ATOMIC_RELAXED);
	size_t sum = __atomic_add_fetch(&av_.mmapped_mem, bytes,
					__ATOMIC_RELAXED);
	int max = __atomic_load_n(&av_.max_n_mmaps, __ATOMIC_RELAXED);

	while (n > max &&
	       !__atomic_compare_exchange_n(&av_.max_n_mmaps, &max, n, true,
					    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
	raise(&av_.max_mmapped_mem, sum);
	raise(&av_.max_total_mem, sum + av_.sbrked_mem);
}

bool mapped_wanted(size_t size)
{
	return size >= av_.mmap_threshold && av_.n_mmaps < av_.n_mmaps_max;
}

struct malloc_chunk *mapped_take(size_t size, size_t alignment)
{
	size_t slack = alignment > ALIGNMENT ? alignment : 0;
	size_t whole, lead = 0;
	struct malloc_chunk *chunk;
	char *start;

	/* One word more: there is no next chunk whose prev_size to borrow. */
	if (size > MAX_REQUEST || slack > MAX_REQUEST - size)
		return NULL;
	whole = align_up(size + SIZE_SZ + slack, av_.pagesize);
	start = system_map(whole);
	if (!start)
		return NULL;
	if (slack)
		lead = align_up((uintptr_t)start + HEADER, alignment) - HEADER -
		       (uintptr_t)start;
	chunk = (struct malloc_chunk *)(start + lead);
	chunk->prev_size = lead;
	chunk->size = (whole - lead) | IS_MMAPPED;
	count(1, whole);
	return chunk;
}

/* Not a mapping of ours: its ends are not where pages begin. */
static bool is_damaged(struct malloc_chunk *chunk, const char *what)
{
	uintptr_t start = (uintptr_t)chunk - chunk->prev_size;
	size_t whole = chunk->prev_size + chunk_size(chunk);

	return is_corrupt((start | whole) & (av_.pagesize - 1) ||
				  whole > av_.mmapped_mem,
			  what, chunk);
}

struct malloc_chunk *mapped_resize(struct malloc_chunk *chunk, size_t size)
{
	size_t lead = chunk->prev_size, old = lead + chunk_size(chunk);
	char *start = (char *)chunk - lead, *moved;
	size_t exact, whole;

	if (is_damaged(chunk, "realloc(): invalid pointer"))
		return NULL;
	whole = exact = align_up(lead + size + SIZE_SZ, av_.pagesize);
	if (whole == old)
		return chunk;
	/*
	 * What has grown once will grow again: address space to spare costs
	 * nothing until it is touched.
	 */
	if (whole > old && options_is_fast() &&
	    whole < MAX_REQUEST - whole / 8)
		whole = align_up(whole + whole / 8, av_.pagesize);
	else if (whole < old && options_is_fast() && whole > old - old / 4)
		return chunk;
	moved = system_remap(start, old, whole);
	if (!moved && whole > exact) {
		whole = exact;
		moved = system_remap(start, old, whole);
	}
	if (!moved)
		return NULL;
	chunk = (struct malloc_chunk *)(moved + lead);
	chunk->size = (whole - lead) | IS_MMAPPED;
	count(0, whole - old);
	return chunk;
}

void mapped_give(struct malloc_chunk *chunk)
{
	size_t size = chunk_size(chunk), whole = chunk->prev_size + size;

	if (is_damaged(chunk, "munmap_chunk(): invalid pointer"))
		return;
	/*
	 * What is mapped and freed is likely to come again: the heap serves it
	 * without the kernel from now on.
	 */
	if (!options.fixed_mmap && size > av_.mmap_threshold &&
	    size <= MAX_THRESHOLD) {
		av_.mmap_threshold = size;
		if (!options.fixed_trim && av_.trim_threshold < 2 * size)
			av_.trim_threshold = 2 * size;
	}
	count(-1, -(intptr_t)whole);
	system_unmap((char *)chunk - chunk->prev_size, whole);
}
