/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A heap as it was at one moment: chunks in order of address, bins, arenas,
 * caches, and a copy of the memory they lie in. Readers (userspace/heap) fill
 * it, views and exporters read it. Boundary tags are the same in our allocator
 * and in glibc's, so there is one model of both:
 *
 *   arenas      pieces                         chunks
 *   av_    -->  [start ............ end)  -->  used used free used top
 *   arena 1 ->  [heap) [heap)             -->  ...
 *   (none)      each mapping is a piece   -->  one mmapped chunk
 *
 * What is broken is shown where it breaks: a piece then ends in front of the
 * first chunk that can't be, and says which and why. Nothing read from a target
 * is believed: links may be cycles, sizes absurd.
 */
#ifndef VMAVIEW_MODEL_HEAP_H
#define VMAVIEW_MODEL_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "model/pages.h"

enum heap_kind { HEAP_VMACHUNK, HEAP_GLIBC };

/* The low bits of a chunk's size word. */
#define CHUNK_PREV_INUSE	1U
#define CHUNK_IS_MMAPPED	2U
#define CHUNK_NON_MAIN_ARENA	4U
#define CHUNK_FLAGS		7U

enum chunk_state {
	CHUNK_USED,
	CHUNK_FREE,	/* in the unsorted, a small or a large bin */
	CHUNK_FAST,	/* in a fast bin: its neighbours take it for used */
	CHUNK_CACHED,	/* in a thread's cache: likewise */
	CHUNK_TOP,
	CHUNK_FENCE,	/* a used chunk without memory that ends a piece */
	CHUNK_MMAPPED,	/* a mapping of its own, used */
	CHUNK_STATE_NR
};

struct chunk_state_info {
	const char *name;	/* "used" */
	/* One column, a letter: no two states share one. */
	uint32_t glyph;
	const char *meaning;
};

extern const struct chunk_state_info chunk_states[CHUNK_STATE_NR];

#define HEAP_NONE	UINT32_MAX	/* no bin, no arena, no cache */

struct heap_chunk {
	uint64_t address;	/* of the chunk: its prev_size word */
	uint64_t size;		/* bytes, without the flags; what the next
				   chunk's address says, for top too */
	uint32_t bin;		/* index into heap.bins or HEAP_NONE */
	uint16_t arena;		/* index into heap.arenas; of mmapped ones the
				   value is UINT16_MAX */
	uint8_t state;		/* enum chunk_state */
	uint8_t flags;		/* CHUNK_* as they are in memory */
};

/* A row of chunks without gaps. */
struct heap_piece {
	uint64_t start, end;	/* bytes, [start, end) */
	uint32_t arena;		/* index, or HEAP_NONE: a mapping */
	size_t first, nr;	/* its chunks in heap.chunks */
	uint64_t broken;	/* no chunk is listed from here on; 0: all are */
	char why[120];		/* "size 0x4141414141414141 leads out of …" */
};

enum bin_kind { BIN_FAST, BIN_UNSORTED, BIN_SMALL, BIN_LARGE, BIN_CACHE };

extern const char *const bin_kind_names[];	/* "fast", "unsorted" … */

struct heap_bin {
	uint8_t kind;		/* enum bin_kind */
	uint16_t index;		/* as the allocator numbers them */
	uint32_t owner;		/* of heap.arenas, of heap.caches if BIN_CACHE */
	uint64_t min, max;	/* bytes of the chunks it is for, [min, max];
				   unsorted: 0, UINT64_MAX */
	uint64_t nr, bytes;	/* what is in it */
	uint64_t first;		/* address of its first chunk */
	bool broken;		/* its list is; nr is as far as it could be read */
	char why[120];
};

enum heap_unit { HEAP_ADDRESS, HEAP_BYTES, HEAP_COUNT, HEAP_FLAGS };

/* A member of a struct of the allocator, as the target has it. */
struct heap_field {
	const char *name;	/* the allocator's: "max_fast"; static text */
	const char *meaning;	/* one line; static text */
	enum heap_unit unit;
	uint64_t value;
};

#define HEAP_FIELDS	40

struct heap_fields {
	struct heap_field field[HEAP_FIELDS];
	unsigned int nr;
};

/* As mallinfo2() counts: what is in a cache counts as used there. */
struct heap_totals {
	uint64_t arena;		/* bytes from the system, without mappings */
	uint64_t ordblks;	/* free chunks, top among them */
	uint64_t smblks, fsmblks;	/* chunks and bytes in fast bins */
	uint64_t hblks, hblkhd;	/* mappings and their bytes */
	uint64_t uordblks;	/* bytes used, with what caches hold */
	uint64_t fordblks;	/* bytes free, fast bins and top among them */
	uint64_t keepcost;	/* bytes of top, of the main arena alone */
	uint64_t nr_cached, cached;	/* chunks and bytes in caches */
	uint64_t nr_used, used;	/* chunks in use and their bytes: no caches,
				   no fences, mappings among them */
};

struct heap_arena {
	uint64_t address;	/* of its malloc_state */
	uint32_t number;	/* 0 is the main one */
	uint64_t top;		/* address of the top chunk, 0: none */
	uint64_t threads;	/* attached to it; UINT64_MAX: not known */
	struct heap_fields fields;	/* its malloc_state, member by member */
	struct heap_totals totals;	/* hblks, hblkhd and cached: 0 here */
};

/* Of glibc ascending by address, each the memory of a used chunk. */
struct heap_cache {
	uint64_t address;
	pid_t tid;		/* 0: not known */
	uint64_t nr, bytes;	/* chunks in it */
};

/* Memory of the target, [start, end), as it was; see heap_bytes(). */
struct heap_range {
	uint64_t start, end;
	uint8_t *bytes;		/* whole range; pages without an entry are 0 */
	struct page_map *pages;	/* NULL: not known which are there */
};

/* What our allocator did, newest last; see userspace/chunk/events.h. */
struct heap_event {
	uint64_t number, time;	/* CLOCK_MONOTONIC, nanoseconds */
	uint64_t address;
	int64_t size;
	uint64_t caller;
	uint32_t tid, kind;	/* enum event_kind */
};

struct heap_event_info {
	const char *name;	/* "coalesce" */
	const char *meaning;	/* one line */
};

/* By kind; what is not below nr_heap_events has no name here. */
extern const struct heap_event_info heap_events[];
extern const unsigned int nr_heap_events;

#define HEAP_NOTES	16

struct heap {
	enum heap_kind kind;
	char allocator[64];	/* "glibc 2.36", "libvmachunk, profile fast" */
	char layout[80];	/* "malloc_state of glibc 2.26 to 2.41, 64 bit" */
	unsigned int word;	/* bytes of a size_t there: 8, or 4 */
	uint32_t page_size;
	uint64_t min_chunk, alignment;	/* bytes */

	/* How it was read. */
	bool stopped;		/* the target stood still */
	int64_t pause_ns;	/* for so long; with stopped */
	unsigned int retries;
	bool coherent;		/* false: it changed meanwhile, or is broken */
	uint64_t copied;	/* bytes */
	char notes[HEAP_NOTES][200];
	unsigned int nr_notes;

	struct heap_fields settings;	/* of the process: mp_, options */
	struct heap_arena *arenas;
	size_t nr_arenas;
	struct heap_piece *pieces;	/* ascending by start */
	size_t nr_pieces;
	struct heap_chunk *chunks;	/* ascending by address */
	size_t nr_chunks;
	struct heap_bin *bins;		/* those that are not empty */
	size_t nr_bins;
	struct heap_cache *caches;
	size_t nr_caches;
	struct heap_range *ranges;	/* ascending, disjoint */
	size_t nr_ranges;
	struct heap_event *events;	/* none: not our allocator, or off */
	size_t nr_events;
	bool has_events;
	uint64_t lost_events;
	struct heap_totals totals;	/* of the whole process */

	/* private to heap.c */
	size_t cap_arenas, cap_pieces, cap_chunks, cap_bins, cap_caches;
	size_t cap_ranges;
	bool failed;		/* memory ran out: the reader gives up */
};

/* An empty heap, or NULL without memory. */
struct heap *heap_new(enum heap_kind kind);
void heap_free(struct heap *heap);

/*
 * Each appends one, zeroed, and returns it, or NULL without memory, which
 * heap->failed remembers. A pointer is good until the next call.
 */
struct heap_arena *heap_add_arena(struct heap *heap);
struct heap_piece *heap_add_piece(struct heap *heap);
struct heap_chunk *heap_add_chunk(struct heap *heap);
struct heap_bin *heap_add_bin(struct heap *heap);
struct heap_cache *heap_add_cache(struct heap *heap);
struct heap_range *heap_add_range(struct heap *heap);
void heap_add_field(struct heap_fields *fields, const char *name,
		    const char *meaning, enum heap_unit unit, uint64_t value);
/* Says what could not be read or is broken; what is too much is dropped. */
void heap_note(struct heap *heap, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Last of all: sorts pieces with their chunks by address, counts totals of each
 * arena and of all from the chunks, and chunks and bytes of each cache from its
 * bins. Of an arena totals.arena may have been set, else it is the size of its
 * pieces. False without memory.
 */
bool heap_finish(struct heap *heap);
/* Counts again, after chunks have got another state. */
void heap_count(struct heap *heap);

/* The chunk that addr lies in, or NULL. O(log n). */
const struct heap_chunk *heap_find(const struct heap *heap, uint64_t addr);
/* The piece that addr lies in, or NULL. O(log n). */
const struct heap_piece *heap_find_piece(const struct heap *heap,
					 uint64_t addr);
/* nr bytes of the copy at addr, or NULL: not all of them were copied. */
const void *heap_bytes(const struct heap *heap, uint64_t addr, uint64_t nr);
/* A word of the target at addr. False: it was not copied. */
bool heap_word(const struct heap *heap, uint64_t addr, uint64_t *word);
/* A member of the settings, or else of the main arena. False: there is none. */
bool heap_setting(const struct heap *heap, const char *name, uint64_t *value);
/* The cache whose own struct is the memory of this chunk, or NULL. O(log n). */
const struct heap_cache *heap_holds(const struct heap *heap,
				    const struct heap_chunk *chunk);
/* "holds the cache of thread 4242"; "" when it holds none. */
#define HEAP_HOLDS_MAX	48
const char *heap_tell_holds(const struct heap *heap,
			    const struct heap_chunk *chunk,
			    char out[HEAP_HOLDS_MAX]);
/* What the bins of a kind hold together, of all owners. */
struct bin_sum {
	uint64_t bins;		/* that are not empty */
	uint64_t nr, bytes;	/* chunks and their bytes */
};

struct bin_sum heap_sum_bins(const struct heap *heap, enum bin_kind kind);

/* Bytes that the program may use of a used chunk. */
uint64_t heap_usable(const struct heap *heap, const struct heap_chunk *chunk);
/* The chunk's memory: what malloc returned. */
static inline uint64_t heap_mem(const struct heap *heap,
				const struct heap_chunk *chunk)
{
	return chunk->address + 2 * heap->word;
}

#endif
