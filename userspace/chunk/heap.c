// SPDX-License-Identifier: GPL-2.0
/* Heaps: reserved space, made accessible from its front on. */
#include "core.h"
#include "events.h"
#include "heap.h"
#include "system.h"

_Static_assert(sizeof(struct heap) % (2 * sizeof(size_t)) == 0,
	       "chunks behind the header are aligned");

static struct heap *new_heap(size_t size)
{
	struct heap *heap;

	size = align_up(size, av_.pagesize);
	if (size > HEAP_MAX)
		return NULL;
	heap = system_reserve(HEAP_MAX);
	if (!heap)
		return NULL;
	if (!system_commit(heap, size)) {
		system_unmap(heap, HEAP_MAX);
		return NULL;
	}
	heap->size = heap->committed = size;
	return heap;
}

struct malloc_state *heap_new_arena(size_t size)
{
	size_t header = sizeof(struct heap) +
			align_up(sizeof(struct malloc_state), ALIGNMENT);
	struct heap *heap = new_heap(header + size + MIN_CHUNK);
	struct malloc_state *av;

	if (!heap)
		return NULL;
	av = (struct malloc_state *)(heap + 1);
	heap->arena = av;
	heap->first = (char *)heap + header;
	av->flag = NON_MAIN_ARENA;
	av->pagesize = av_.pagesize;
	av->max_fast = av_.max_fast;
	av->trim_threshold = av_.trim_threshold;
	bins_init(av);
	arena_count(av, heap->size);
	arena_open_top(av, heap->first, (char *)heap + heap->size);
	return av;
}

/* The heap's end moves up by more bytes, and top with it. */
static bool extend(struct malloc_state *av, struct heap *heap, size_t more)
{
	size_t end = align_up(heap->size + more, av->pagesize);

	if (end > HEAP_MAX)
		return false;
	if (end > heap->committed) {
		if (!system_commit((char *)heap + heap->committed,
				   end - heap->committed))
			return false;
		heap->committed = end;
	}
	more = end - heap->size;
	heap->size = end;
	av->top->size += more;
	av->top_end += more;
	arena_count(av, more);
	return true;
}

bool heap_grow(struct malloc_state *av, size_t size, size_t pad)
{
	struct heap *heap = heap_of(av->top), *another;
	size_t need = size + MIN_CHUNK - chunk_size(av->top);

	if (size > HEAP_MAX)
		return false;
	if (extend(av, heap, need + pad) || extend(av, heap, need))
		return true;
	another = new_heap(sizeof(*another) + size + MIN_CHUNK + pad);
	if (!another)
		another = new_heap(sizeof(*another) + size + MIN_CHUNK);
	if (!another)
		return false;
	another->arena = av;
	another->prev = heap;
	another->first = (char *)(another + 1);
	arena_count(av, another->size);
	arena_open_top(av, another->first, (char *)another + another->size);
	return true;
}

/*
 * The last heap is all top: it goes, and top is again the end of the heap
 * before, with the fenceposts there and what is free in front of them.
 */
static void drop_heap(struct malloc_state *av, struct heap *heap)
{
	struct heap *prev = heap->prev;
	char *end = (char *)prev + prev->size;
	struct malloc_chunk *top = (struct malloc_chunk *)(end - 2 * HEADER);

	if (!is_prev_inuse(top)) {
		top = chunk_prev(top);
		bin_unlink(top);
	}
	top->size = (size_t)(end - (char *)top) | PREV_INUSE | av->flag;
	av->top = top;
	av->top_end = av->fresh = end;
	av->sbrked_mem -= heap->size;
	system_unmap(heap, HEAP_MAX);
}

bool heap_trim(struct malloc_state *av, size_t pad)
{
	struct heap *heap = heap_of(av->top);
	size_t have, extra;
	bool given = false;

	while (heap->prev && (char *)av->top == heap->first &&
	       HEAP_MAX - heap->prev->size >= pad + MIN_CHUNK) {
		drop_heap(av, heap);
		heap = heap_of(av->top);
		given = true;
	}
	have = chunk_size(av->top);
	if (have < pad + MIN_CHUNK + 1)
		return given;
	extra = (have - pad - MIN_CHUNK - 1) & ~((size_t)av->pagesize - 1);
	if (!extra || !system_discard((char *)heap + heap->size - extra, extra))
		return given;
	heap->size -= extra;
	av->sbrked_mem -= extra;
	av->regrow = extra;
	av->top->size -= extra;
	av->top_end -= extra;
	if (av->fresh > (char *)heap + heap->size)
		av->fresh = (char *)heap + heap->size;
	return true;
}
