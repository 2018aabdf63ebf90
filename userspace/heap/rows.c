// SPDX-License-Identifier: GPL-2.0
/*
 * The walk from chunk to chunk. Each step is held against the piece, so that it
 * ends, and against the boundary tag, so that what was overwritten is found
 * where it was.
 */
#include "heap/rows.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A piece while it is walked. */
struct walk {
	struct heap *heap;
	const uint8_t *bytes;	/* of [start, copied) */
	uint64_t start, end, copied, top;
	unsigned int word;
	uint64_t smallest, mask;	/* bytes */
	uint32_t arena;
};

static uint64_t word_at(const struct walk *walk, uint64_t addr)
{
	const uint8_t *at = walk->bytes + (addr - walk->start);
	uint64_t whole;
	uint32_t half;

	if (walk->word == sizeof(whole)) {
		memcpy(&whole, at, sizeof(whole));
		return whole;
	}
	memcpy(&half, at, sizeof(half));
	return half;
}

/* The size word of the chunk at addr, whose two words lie in the copy. */
static uint64_t tag_at(const struct walk *walk, uint64_t addr)
{
	return word_at(walk, addr + walk->word);
}

static bool has_tag(const struct walk *walk, uint64_t addr)
{
	return addr < walk->copied &&
	       walk->copied - addr >= 2 * walk->word;
}

__attribute__((format(printf, 3, 4)))
static void break_at(struct heap_piece *piece, uint64_t addr, const char *fmt,
		     ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(piece->why, sizeof(piece->why), fmt, args);
	va_end(args);
	piece->broken = addr;
}

/*
 * What the chunk can't be, told in piece: it does not lie in the piece with its
 * size, or is not what the one before it says. size becomes what it is.
 */
static bool check(const struct walk *walk, struct heap_piece *piece,
		  uint64_t addr, const struct heap_chunk *before,
		  uint64_t *size)
{
	uint64_t left = walk->end - addr, tag = tag_at(walk, addr), prev;
	bool is_fence;

	*size = tag & ~(uint64_t)CHUNK_FLAGS;
	is_fence = *size == 2 * walk->word ||
		   (!*size && left < walk->smallest + walk->mask);
	if (tag & CHUNK_IS_MMAPPED) {
		break_at(piece, addr, "size word 0x%" PRIx64 " says that it is a mapping, but it lies in a heap",
			 tag);
	} else if (*size & walk->mask && !is_fence && addr != walk->top) {
		/* Of 32 bits, aligned to 16, these two end where they must. */
		break_at(piece, addr, "size 0x%" PRIx64 " is not a multiple of %" PRIu64,
			 *size, walk->mask + 1);
	} else if (*size < walk->smallest && !is_fence) {
		break_at(piece, addr, "size 0x%" PRIx64 " is less than a chunk can have, %" PRIu64,
			 *size, walk->smallest);
	} else if (*size > left) {
		break_at(piece, addr, "size 0x%" PRIx64 " leads out of the heap, which ends at 0x%" PRIx64,
			 *size, walk->end);
	} else if (addr < walk->top && walk->top < walk->end &&
		   *size > walk->top - addr) {
		break_at(piece, addr, "size 0x%" PRIx64 " leads over top, 0x%" PRIx64,
			 *size, walk->top);
	} else if (!before && !(tag & CHUNK_PREV_INUSE)) {
		break_at(piece, addr, "size word 0x%" PRIx64 " says that a free chunk is before the first one",
			 tag);
	} else if (before && !(tag & CHUNK_PREV_INUSE) &&
		   (prev = word_at(walk, addr)) != before->size) {
		break_at(piece, addr, "prev_size 0x%" PRIx64 ", but the free chunk before it has 0x%" PRIx64,
			 prev, before->size);
	} else {
		/* The last fence of a heap has no size at all. */
		if (!*size)
			*size = 2 * walk->word;
		return true;
	}
	return false;
}

/* What the chunk before top, or the one before the end, must lead to. */
static enum chunk_state state_of(const struct walk *walk, uint64_t addr,
				 uint64_t size)
{
	if (addr == walk->top)
		return CHUNK_TOP;
	if (size < walk->smallest)
		return CHUNK_FENCE;
	return tag_at(walk, addr + size) & CHUNK_PREV_INUSE ? CHUNK_USED :
							     CHUNK_FREE;
}

/* False: the last one, or nothing more to be made of this piece. */
static bool step(const struct walk *walk, struct heap_piece *piece,
		 uint64_t addr, struct heap_chunk *chunk)
{
	uint64_t size;

	if (!has_tag(walk, addr)) {
		break_at(piece, addr, addr < walk->end ?
			 "the copy ends here" : "no chunk fits in here");
		return false;
	}
	if (!check(walk, piece, addr, piece->nr ? chunk - 1 : NULL, &size))
		return false;
	if (addr != walk->top && size >= walk->smallest &&
	    !has_tag(walk, addr + size)) {
		break_at(piece, addr, walk->end - addr - size < 2 * walk->word ?
			 "size 0x%" PRIx64 " leads to the end of the heap, but it is not top" :
			 "what size 0x%" PRIx64 " leads to was not copied",
			 size);
		return false;
	}
	*chunk = (struct heap_chunk){
		.address = addr,
		.size = size,
		.bin = HEAP_NONE,
		.arena = (uint16_t)walk->arena,
		.state = state_of(walk, addr, size),
		.flags = tag_at(walk, addr) & CHUNK_FLAGS,
	};
	piece->nr++;
	if (chunk->state != CHUNK_TOP)
		return true;
	if (walk->end - addr - size > walk->mask)
		break_at(piece, addr + size, "top ends here, the heap at 0x%" PRIx64,
			 walk->end);
	return false;
}

static bool walk_piece(struct walk *walk, struct heap_piece *piece)
{
	struct heap *heap = walk->heap;
	uint64_t addr = walk->start;
	struct heap_chunk *chunk;

	while (addr < walk->end) {
		/* The tail that alignment leaves holds nothing. */
		if (walk->end - addr <= walk->mask && piece->nr)
			break;
		chunk = heap_add_chunk(heap);
		if (!chunk)
			return false;
		if (!step(walk, piece, addr, chunk)) {
			if (!piece->nr || chunk->address != addr)
				heap->nr_chunks--;
			break;
		}
		addr += chunk->size;
	}
	if (piece->broken)
		heap->coherent = false;
	return true;
}

bool rows_add(struct heap *heap, const struct memory *memory, uint32_t arena,
	      uint64_t start, uint64_t end, uint64_t top)
{
	struct heap_piece *piece = heap_add_piece(heap);
	struct walk walk = {
		.heap = heap, .start = start, .end = end, .top = top,
		.word = heap->word, .arena = arena,
		.smallest = heap->min_chunk, .mask = heap->alignment - 1,
	};

	if (!piece)
		return false;
	piece->start = start;
	piece->end = end > start ? end : start;
	piece->arena = arena;
	piece->first = heap->nr_chunks;
	walk.bytes = memory_run(memory, start, &walk.copied);
	if (end <= start || !walk.bytes) {
		break_at(piece, start, "not copied");
		heap->coherent = false;
		return true;
	}
	if (walk.copied > end)
		walk.copied = end;
	return walk_piece(&walk, piece);
}

bool rows_add_mapped(struct heap *heap, const struct memory *memory,
		     uint64_t address)
{
	uint64_t lead = 0, tag = 0, size;
	struct heap_chunk *chunk;
	struct heap_piece *piece;

	memory_copied_word(memory, address, heap->word, &lead);
	memory_copied_word(memory, address + heap->word, heap->word, &tag);
	size = tag & ~(uint64_t)CHUNK_FLAGS;
	piece = heap_add_piece(heap);
	chunk = heap_add_chunk(heap);
	if (!piece || !chunk)
		return false;
	piece->start = lead <= address ? address - lead : address;
	piece->end = size <= UINT64_MAX - address ? address + size : address;
	piece->arena = HEAP_NONE;
	piece->first = heap->nr_chunks - 1;
	piece->nr = 1;
	*chunk = (struct heap_chunk){
		.address = address,
		.size = size,
		.bin = HEAP_NONE,
		.arena = UINT16_MAX,
		.state = CHUNK_MMAPPED,
		.flags = tag & CHUNK_FLAGS,
	};
	return true;
}
