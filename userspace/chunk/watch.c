// SPDX-License-Identifier: GPL-2.0
/* Each call with everything that may be wanted around it. */
#include <errno.h>
#include <string.h>

#include "alloc.h"
#include "check.h"
#include "chunk.h"
#include "events.h"
#include "guard.h"
#include "hooks.h"
#include "options.h"
#include "watch.h"

/* A heap of fewer bytes is walked at each call, and else so many in a call. */
#define SMALL_HEAP	((size_t)256 << 10)
#define CHECK_EACH	((size_t)16 << 10)

/* What a hook allocates itself meets no hook. */
static _Thread_local bool in_hook;

void watch_on(unsigned int reason)
{
	__atomic_or_fetch(&alloc_watch, reason, __ATOMIC_SEQ_CST);
}

void watch_off(unsigned int reason)
{
	__atomic_and_fetch(&alloc_watch, ~reason, __ATOMIC_SEQ_CST);
}

/* The larger the heap, the rarer: the cost of a call stays about the same. */
static void check_all(void)
{
	static unsigned int calls;
	size_t each = av_.sbrked_mem < SMALL_HEAP ? 1 :
						    av_.sbrked_mem / CHECK_EACH;

	if (alloc_watch & WATCH_CHECK && ++calls % each == 0)
		chunk_check_all();
}

static void *seen_malloc(void *mem, const void *caller)
{
	if (mem && events_ring)
		events_write(EVENT_MALLOC, mem_to_chunk(mem),
			     chunk_size(mem_to_chunk(mem)), caller);
	return mem;
}

static bool is_sound(void *mem)
{
	return !(alloc_watch & WATCH_CHECK) || chunk_check_block(mem);
}

static bool has_guards(void)
{
	return alloc_watch & WATCH_GUARD;
}

static void *plain_malloc(size_t bytes, const void *caller)
{
	void *mem;

	check_all();
	mem = alloc_take(has_guards() ? guard_request(bytes) : bytes);
	if (mem && options.perturb)
		memset(mem, options.perturb ^ 0xff, bytes);
	if (has_guards())
		guard_set(mem, bytes);
	return seen_malloc(mem, caller);
}

static void plain_free(void *mem, const void *caller)
{
	bool intact;

	if (!mem || !is_sound(mem))
		return;
	if (events_ring)
		events_write(EVENT_FREE, mem_to_chunk(mem),
			     chunk_size(mem_to_chunk(mem)), caller);
	check_all();
	if (has_guards()) {
		guard_check(mem, &intact);
		if (!intact)
			return;
	}
	if (options.perturb)
		memset(mem, options.perturb, chunk_usable(mem_to_chunk(mem)));
	alloc_give(mem);
}

static void *plain_memalign(size_t alignment, size_t bytes, const void *caller)
{
	void *mem;

	check_all();
	mem = alloc_take_aligned(alignment,
				 has_guards() ? guard_request(bytes) : bytes);
	if (mem && options.perturb)
		memset(mem, options.perturb ^ 0xff, bytes);
	if (has_guards())
		guard_set(mem, bytes);
	return seen_malloc(mem, caller);
}

/* A guarded block moves always, so that its guard is never half written. */
static void *guarded_realloc(void *mem, size_t bytes, const void *caller)
{
	bool intact;
	size_t old = guard_check(mem, &intact);
	void *moved;

	if (!intact)
		return NULL;
	moved = plain_malloc(bytes, caller);
	if (!moved)
		return NULL;
	memcpy(moved, mem, old < bytes ? old : bytes);
	plain_free(mem, caller);
	return moved;
}

static void *plain_realloc(void *mem, size_t bytes, const void *caller)
{
	void *moved;

	if (!is_sound(mem))
		return NULL;
	if (has_guards())
		return guarded_realloc(mem, bytes, caller);
	check_all();
	if (events_ring)
		events_write(EVENT_FREE, mem_to_chunk(mem),
			     chunk_size(mem_to_chunk(mem)), caller);
	moved = alloc_resize(mem, bytes);
	/* A block that could not be resized is still there. */
	seen_malloc(moved ? moved : mem, caller);
	return moved;
}

/* The hooks, unless this thread is in one or there are none. */
static const struct vmachunk_hooks *hooks_now(void)
{
	/* All that options may want is known from the first call on. */
	arenas_init();
	return in_hook ? NULL : hooks_current();
}

void *watch_malloc(size_t bytes, const void *caller)
{
	const struct vmachunk_hooks *hooks = hooks_now();
	void *mem;

	if (!hooks || !hooks->malloc)
		return plain_malloc(bytes, caller);
	in_hook = true;
	mem = hooks->malloc(bytes, caller);
	in_hook = false;
	return mem;
}

void watch_free(void *mem, const void *caller)
{
	const struct vmachunk_hooks *hooks = hooks_now();
	int saved = errno;

	if (!hooks || !hooks->free) {
		plain_free(mem, caller);
	} else {
		in_hook = true;
		hooks->free(mem, caller);
		in_hook = false;
	}
	errno = saved;
}

void *watch_calloc(size_t bytes, const void *caller)
{
	void *mem;

	arenas_init();
	/* Blocks that are filled or guarded are cleared by hand. */
	if (alloc_watch & (WATCH_HOOKS | WATCH_PERTURB | WATCH_GUARD)) {
		mem = watch_malloc(bytes, caller);
		return mem ? memset(mem, 0, bytes) : NULL;
	}
	check_all();
	return seen_malloc(alloc_take_zeroed(bytes), caller);
}

void *watch_realloc(void *mem, size_t bytes, const void *caller)
{
	const struct vmachunk_hooks *hooks = hooks_now();
	void *moved;

	if (hooks && hooks->realloc) {
		in_hook = true;
		moved = hooks->realloc(mem, bytes, caller);
		in_hook = false;
		return moved;
	}
	if (!mem)
		return watch_malloc(bytes, caller);
	if (!bytes) {
		watch_free(mem, caller);
		return NULL;
	}
	return plain_realloc(mem, bytes, caller);
}

void *watch_memalign(size_t alignment, size_t bytes, const void *caller)
{
	const struct vmachunk_hooks *hooks = hooks_now();
	void *mem;

	if (!hooks || !hooks->memalign)
		return plain_memalign(alignment, bytes, caller);
	in_hook = true;
	mem = hooks->memalign(alignment, bytes, caller);
	in_hook = false;
	return mem;
}

size_t watch_usable(void *mem)
{
	bool intact;

	if (has_guards())
		return guard_check(mem, &intact);
	return chunk_usable(mem_to_chunk(mem));
}
