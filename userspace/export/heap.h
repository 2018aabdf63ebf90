/* SPDX-License-Identifier: GPL-2.0 */
/* A heap as text and as JSON. The snapshot must have its heap. */
#ifndef VMAVIEW_EXPORT_HEAP_H
#define VMAVIEW_EXPORT_HEAP_H

#include <stdbool.h>
#include <stdio.h>

#include "model/snapshot.h"
#include "model/why.h"
#include "util/json.h"

/* What is written besides the head, or instead of the summary. */
struct heap_parts {
	bool bins;
	bool chunks;			/* those of [chunk_min, chunk_max] */
	uint64_t chunk_min, chunk_max;	/* bytes, with their headers */
	bool at;
	uint64_t address;		/* of anything in the chunk */
	const struct why *why;		/* NULL: not wanted */
	int width;			/* columns of text, 0: any */
};

/* No parts: a summary. 0, or -1 with errno. */
int heap_write(const struct snapshot *snap, const struct heap_parts *parts,
	       bool plain, FILE *out);

/*
 * Behind the head of snapshot_json_head(), whose "coherent" and "truncated" are
 * of the heap too: { "allocator", "layout", "word_bytes", "stopped",
 * "pause_us", "copied_bytes", "heap_notes", "mallinfo2", "used", "cached",
 * "settings", "arenas": [{ "number", "address", "fields", ... }], "pieces",
 * "caches", "bin_kinds" }, and with its part each of "bins", "chunks", "chunk"
 * and "why_rss". All of it is streamed. 0, or -1 with errno.
 */
int heap_json_write(const struct snapshot *snap,
		    const struct heap_parts *parts, bool pretty, FILE *out);

/* ---- parts, for heap.c and heap_json.c ---- */

/* Chunks that a list of [min, max] has. */
static inline bool heap_lists(const struct heap_parts *parts,
			      const struct heap_chunk *chunk)
{
	return chunk->size >= parts->chunk_min &&
	       chunk->size <= parts->chunk_max;
}

/* The chunk at parts->address: its header, neighbours and memory. */
void heap_at_write(const struct heap *heap, uint64_t address, bool plain,
		   FILE *out);
void heap_at_json_write(struct json *json, const struct heap *heap,
			uint64_t address);
/* One line of a chunk, and the line of heads above them. */
void heap_head_write(const struct heap *heap, FILE *out);
void heap_chunk_write(const struct heap *heap, const struct heap_chunk *chunk,
		      FILE *out);
void heap_chunk_json_write(struct json *json, const char *key,
			   const struct heap *heap,
			   const struct heap_chunk *chunk);

/* Why memory that was freed is still resident. */
void heap_why_write(const struct heap *heap, const struct why *why,
		    FILE *out);
void heap_why_json_write(struct json *json, const struct heap *heap,
			 const struct why *why);

#endif
