// SPDX-License-Identifier: GPL-2.0
/* Arithmetic that must not overflow, around the few basic calls. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "alloc.h"
#include "chunk.h"
#include "family.h"
#include "many.h"
#include "system.h"

static void *no_memory(void)
{
	errno = ENOMEM;
	return NULL;
}

static bool is_power_of_two(size_t n)
{
	return n && !(n & (n - 1));
}

void *chunk_reallocarray(void *mem, size_t count, size_t bytes,
			 const void *caller)
{
	size_t all;

	if (__builtin_mul_overflow(count, bytes, &all))
		return no_memory();
	return alloc_realloc(mem, all, caller);
}

void *chunk_memalign_any(size_t alignment, size_t bytes, const void *caller)
{
	size_t power = ALIGNMENT;

	if (alignment > SIZE_MAX / 2 + 1) {
		errno = EINVAL;
		return NULL;
	}
	while (power < alignment)
		power *= 2;
	return alloc_memalign(power, bytes, caller);
}

void *chunk_aligned_alloc(size_t alignment, size_t bytes, const void *caller)
{
	if (!is_power_of_two(alignment)) {
		errno = EINVAL;
		return NULL;
	}
	return alloc_memalign(alignment, bytes, caller);
}

int chunk_posix_memalign(void **mem, size_t alignment, size_t bytes,
			 const void *caller)
{
	int saved = errno;
	void *found;

	if (!is_power_of_two(alignment) || alignment % sizeof(void *))
		return EINVAL;
	found = alloc_memalign(alignment, bytes, caller);
	errno = saved;
	if (!found)
		return ENOMEM;
	*mem = found;
	return 0;
}

void *chunk_valloc(size_t bytes, const void *caller)
{
	return alloc_memalign(system_pagesize(), bytes, caller);
}

void *chunk_pvalloc(size_t bytes, const void *caller)
{
	size_t page = system_pagesize();

	if (bytes > SIZE_MAX - page)
		return no_memory();
	return alloc_memalign(page, align_up(bytes, page), caller);
}

/*
 * One by one, for those who watch: guards and hooks are about single blocks.
 * And where no arena has room for all of them.
 */
static void **take_each(size_t count, const size_t *sizes, size_t bytes,
			void **blocks, bool zeroed, const void *caller)
{
	bool own = !blocks;
	size_t i, size;

	if (own) {
		blocks = alloc_malloc(count * sizeof(*blocks), caller);
		if (!blocks)
			return NULL;
	}
	for (i = 0; i < count; i++) {
		size = sizes ? sizes[i] : bytes;
		blocks[i] = zeroed ? alloc_calloc(size, caller) :
				     alloc_malloc(size, caller);
		if (blocks[i])
			continue;
		while (i)
			alloc_free(blocks[--i], caller);
		if (own)
			alloc_free(blocks, caller);
		return no_memory();
	}
	return blocks;
}

static void **take_many(size_t count, const size_t *sizes, size_t bytes,
			void **blocks, bool zeroed, const void *caller)
{
	size_t own = blocks ? 0 : count * sizeof(*blocks);
	void **taken = NULL;

	if (count > MAX_REQUEST / sizeof(*blocks))
		return no_memory();
	if (!(alloc_watch & ~WATCH_CHECK))
		taken = many_take(count, sizes, bytes, blocks, own, zeroed);
	return taken ? taken :
		       take_each(count, sizes, bytes, blocks, zeroed, caller);
}

void **chunk_independent_calloc(size_t count, size_t bytes, void **blocks,
				const void *caller)
{
	return take_many(count, NULL, bytes, blocks, true, caller);
}

void **chunk_independent_comalloc(size_t count, const size_t *sizes,
				  void **blocks, const void *caller)
{
	return take_many(count, sizes, 0, blocks, false, caller);
}
