/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The chunk: a piece of heap with its size written at both ends.
 *
 * A used chunk. The program gets the address mem; what lies before it is the
 * price of the block:
 *
 *   chunk -> +--------------------------------------+
 *            | prev_size, or the last word of the   |
 *            | previous chunk's memory, if used     |
 *            +--------------------------------------+
 *            | size of this chunk in bytes  | N M P |
 *     mem -> +--------------------------------------+
 *            | memory of the program ...            |
 *            .                                      .
 *    next -> +--------------------------------------+
 *            | ... its last word, in next->prev_size|
 *            +--------------------------------------+
 *            | size of the next chunk       | N M 1 |
 *            +--------------------------------------+
 *
 * So a used chunk costs one word and not four: it borrows next->prev_size. That
 * word says something only while the chunk before it is free:
 *
 *   chunk -> +--------------------------------------+
 *            | last word of the previous chunk      |
 *            +--------------------------------------+
 *            | size of this chunk           | N 0 1 |
 *            +--------------------------------------+
 *            | fd: next chunk in the same bin       |
 *            +--------------------------------------+
 *            | bk: previous chunk in the same bin   |
 *            +--------------------------------------+
 *            . not used                             .
 *    next -> +--------------------------------------+
 *            | prev_size: size of this chunk again  |
 *            +--------------------------------------+
 *            | size of the next chunk       | N 0 0 |
 *            +--------------------------------------+
 *
 * The size at the far end is the boundary tag: with it free() finds both
 * neighbours of a chunk in constant time and joins those that are free.
 *
 * Invariants: no two free chunks are neighbours (fast bins and caches hold
 * chunks that count as used), hence P of a free chunk is always set; the first
 * chunk of a heap has P set, as nothing may be read before it.
 *
 * tests/unit/test_chunk.c holds these drawings against the compiler.
 */
#ifndef VMAVIEW_CHUNK_CHUNK_H
#define VMAVIEW_CHUNK_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct malloc_chunk {
	size_t prev_size;	/* bytes; only if the previous chunk is free */
	size_t size;		/* bytes, and the three flags */
	struct malloc_chunk *fd;	/* these two only while it is free */
	struct malloc_chunk *bk;
};

#define SIZE_SZ		sizeof(size_t)
/* All chunk sizes and addresses are multiples of this: 16, or 8 on 32 bit. */
#define ALIGNMENT	(2 * SIZE_SZ)
#define MIN_CHUNK	sizeof(struct malloc_chunk)
/* What a used chunk costs, and the way from a chunk to its memory. */
#define OVERHEAD	SIZE_SZ
#define HEADER		(2 * SIZE_SZ)

/* Flags in the low bits of size, which alignment leaves free. */
#define PREV_INUSE	((size_t)1)	/* P: the chunk before it is used */
#define IS_MMAPPED	((size_t)2)	/* M: a mapping, see mapped.h */
#define NON_MAIN_ARENA	((size_t)4)	/* N: of a heap of heap.h */
#define SIZE_FLAGS	((size_t)7)

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)

/* No block is larger, so that differences of pointers are never too large. */
#define MAX_REQUEST	((size_t)PTRDIFF_MAX - 4 * MIN_CHUNK)

static inline size_t align_up(size_t n, size_t power_of_two)
{
	return (n + power_of_two - 1) & ~(power_of_two - 1);
}

/* The chunk size for a request of at most MAX_REQUEST bytes. */
static inline size_t request_to_size(size_t bytes)
{
	size_t size = align_up(bytes + OVERHEAD, ALIGNMENT);

	return size < MIN_CHUNK ? MIN_CHUNK : size;
}

static inline void *chunk_to_mem(struct malloc_chunk *chunk)
{
	return (char *)chunk + HEADER;
}

static inline struct malloc_chunk *mem_to_chunk(void *mem)
{
	return (struct malloc_chunk *)((char *)mem - HEADER);
}

static inline size_t chunk_size(const struct malloc_chunk *chunk)
{
	return chunk->size & ~SIZE_FLAGS;
}

static inline struct malloc_chunk *chunk_at(struct malloc_chunk *chunk,
					    size_t offset)
{
	return (struct malloc_chunk *)((char *)chunk + offset);
}

static inline struct malloc_chunk *chunk_next(struct malloc_chunk *chunk)
{
	return chunk_at(chunk, chunk_size(chunk));
}

/* Only while the previous chunk is free. */
static inline struct malloc_chunk *chunk_prev(struct malloc_chunk *chunk)
{
	return chunk_at(chunk, -chunk->prev_size);
}

static inline bool is_prev_inuse(const struct malloc_chunk *chunk)
{
	return chunk->size & PREV_INUSE;
}

static inline bool is_mmapped(const struct malloc_chunk *chunk)
{
	return chunk->size & IS_MMAPPED;
}

/* A chunk does not know whether it is used: the next one does. */
static inline bool is_inuse(struct malloc_chunk *chunk)
{
	return is_prev_inuse(chunk_next(chunk));
}

/* Writes both ends of a free chunk, whose previous one is used. */
static inline void chunk_set_free(struct malloc_chunk *chunk, size_t size,
				  size_t arena_flag)
{
	chunk->size = size | PREV_INUSE | arena_flag;
	chunk_at(chunk, size)->prev_size = size;
}

/* Bytes that the program may use. A mapping has no next chunk to borrow of. */
static inline size_t chunk_usable(const struct malloc_chunk *chunk)
{
	return chunk_size(chunk) - (is_mmapped(chunk) ? HEADER : OVERHEAD);
}

static inline bool is_aligned(const void *mem)
{
	return !((uintptr_t)mem & (ALIGNMENT - 1));
}

#endif
