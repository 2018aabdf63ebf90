// SPDX-License-Identifier: GPL-2.0
/*
 * The standard names. Those that nearly every program calls all the time are
 * other names of the same code, so that they cost no jump and know who called.
 */
#include <errno.h>
#include <malloc.h>
#include <mcheck.h>
#include <stdlib.h>

#include "alloc.h"
#include "check.h"
#include "events.h"
#include "family.h"
#include "hooks.h"
#include "inspect.h"
#include "options.h"
#include "public.h"
#include "stats.h"
#include "trace.h"

#define CALLER	__builtin_return_address(0)

#pragma GCC visibility push(default)

void *reallocarray(void *mem, size_t count, size_t bytes)
{
	return chunk_reallocarray(mem, count, bytes, CALLER);
}

void *memalign(size_t alignment, size_t bytes)
{
	return chunk_memalign_any(alignment, bytes, CALLER);
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
	return chunk_aligned_alloc(alignment, bytes, CALLER);
}

int posix_memalign(void **mem, size_t alignment, size_t bytes)
{
	return chunk_posix_memalign(mem, alignment, bytes, CALLER);
}

void *valloc(size_t bytes)
{
	return chunk_valloc(bytes, CALLER);
}

void *pvalloc(size_t bytes)
{
	return chunk_pvalloc(bytes, CALLER);
}

void cfree(void *mem)
{
	alloc_free(mem, CALLER);
}

/* The sizes are what the caller believes; chunks know better. */
void free_sized(void *mem, size_t bytes)
{
	(void)bytes;
	alloc_free(mem, CALLER);
}

void free_aligned_sized(void *mem, size_t alignment, size_t bytes)
{
	(void)alignment;
	(void)bytes;
	alloc_free(mem, CALLER);
}

void **independent_calloc(size_t count, size_t bytes, void **blocks)
{
	return chunk_independent_calloc(count, bytes, blocks, CALLER);
}

void **independent_comalloc(size_t count, size_t *sizes, void **blocks)
{
	return chunk_independent_comalloc(count, sizes, blocks, CALLER);
}

size_t malloc_usable_size(void *mem)
{
	return chunk_malloc_usable(mem);
}

int malloc_trim(size_t pad)
{
	return chunk_malloc_trim(pad);
}

void malloc_stats(void)
{
	chunk_malloc_stats();
}

struct mallinfo mallinfo(void)
{
	return chunk_mallinfo();
}

struct mallinfo2 mallinfo2(void)
{
	return chunk_mallinfo2();
}

int malloc_info(int options_wanted, FILE *stream)
{
	return chunk_malloc_info(options_wanted, stream);
}

int mallopt(int parameter, int value)
{
	return options_set(parameter, value);
}

void mtrace(void)
{
	trace_start();
}

void muntrace(void)
{
	trace_stop();
}

const struct vmachunk_hooks *vmachunk_hooks(const struct vmachunk_hooks *hooks)
{
	return hooks_set(hooks);
}

int vmachunk_visit(int (*visitor)(const struct vmachunk_item *item, void *arg),
		   void *arg)
{
	return inspect_all(visitor, arg);
}

unsigned int vmachunk_check(void)
{
	return chunk_check_all();
}

int vmachunk_events(const char *path, size_t slots)
{
	return events_start(path, slots) ? 0 : -1;
}

void vmachunk_events_stop(void)
{
	events_stop();
}
