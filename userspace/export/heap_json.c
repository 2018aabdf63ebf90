// SPDX-License-Identifier: GPL-2.0
/* A heap as one JSON document. Members of structs keep their names. */
#include "export/heap.h"

#include "export/json.h"

static void write_totals(struct json *json, const struct heap_totals *t)
{
	json_open_object(json, "mallinfo2");
	json_u64(json, "arena", t->arena);
	json_u64(json, "ordblks", t->ordblks);
	json_u64(json, "smblks", t->smblks);
	json_u64(json, "hblks", t->hblks);
	json_u64(json, "hblkhd", t->hblkhd);
	json_u64(json, "fsmblks", t->fsmblks);
	json_u64(json, "uordblks", t->uordblks);
	json_u64(json, "fordblks", t->fordblks);
	json_u64(json, "keepcost", t->keepcost);
	json_close_object(json);
	json_open_object(json, "used");
	json_u64(json, "chunks", t->nr_used);
	json_u64(json, "size_bytes", t->used);
	json_close_object(json);
}

static void write_cached(struct json *json, uint64_t nr, uint64_t bytes)
{
	json_open_object(json, "cached");
	json_u64(json, "chunks", nr);
	json_u64(json, "size_bytes", bytes);
	json_close_object(json);
}

/* Addresses and flags are strings "0x…"; numbers have their unit beside. */
static void write_fields(struct json *json, const char *key,
			 const struct heap_fields *fields)
{
	json_open_object(json, key);
	for (unsigned int i = 0; i < fields->nr; i++) {
		const struct heap_field *field = &fields->field[i];

		if (field->unit == HEAP_ADDRESS || field->unit == HEAP_FLAGS)
			json_hex(json, field->name, field->value);
		else
			json_u64(json, field->name, field->value);
	}
	json_close_object(json);
}

static void write_arenas(struct json *json, const struct heap *heap)
{
	json_open_array(json, "arenas");
	for (size_t i = 0; i < heap->nr_arenas; i++) {
		const struct heap_arena *arena = &heap->arenas[i];

		json_open_object(json, NULL);
		json_u64(json, "number", arena->number);
		json_hex(json, "address", arena->address);
		if (arena->top)
			json_hex(json, "top", arena->top);
		else
			json_null(json, "top");
		if (arena->threads == UINT64_MAX)
			json_null(json, "threads");
		else
			json_u64(json, "threads", arena->threads);
		write_totals(json, &arena->totals);
		write_fields(json, "fields", &arena->fields);
		json_close_object(json);
	}
	json_close_array(json);
}

/* The number of an arena; null: of a mapping. */
static void write_arena(struct json *json, const struct heap *heap,
			uint32_t arena)
{
	if (arena < heap->nr_arenas)
		json_u64(json, "arena", heap->arenas[arena].number);
	else
		json_null(json, "arena");
}

static void write_pieces(struct json *json, const struct heap *heap)
{
	json_open_array(json, "pieces");
	for (size_t i = 0; i < heap->nr_pieces; i++) {
		const struct heap_piece *piece = &heap->pieces[i];

		json_open_object(json, NULL);
		json_hex(json, "start", piece->start);
		json_hex(json, "end", piece->end);
		write_arena(json, heap, piece->arena);
		json_u64(json, "chunks", piece->nr);
		if (piece->broken) {
			json_hex(json, "broken", piece->broken);
			json_text(json, "why", piece->why);
		} else {
			json_null(json, "broken");
			json_null(json, "why");
		}
		json_close_object(json);
	}
	json_close_array(json);
}

static void write_caches(struct json *json, const struct heap *heap)
{
	json_open_array(json, "caches");
	for (size_t i = 0; i < heap->nr_caches; i++) {
		const struct heap_cache *cache = &heap->caches[i];

		json_open_object(json, NULL);
		json_hex(json, "address", cache->address);
		if (cache->tid)
			json_i64(json, "tid", cache->tid);
		else
			json_null(json, "tid");
		json_u64(json, "chunks", cache->nr);
		json_u64(json, "size_bytes", cache->bytes);
		json_close_object(json);
	}
	json_close_array(json);
}

static void write_kinds(struct json *json, const struct heap *heap)
{
	json_open_object(json, "bin_kinds");
	for (int kind = BIN_FAST; kind <= BIN_CACHE; kind++) {
		struct bin_sum sum = heap_sum_bins(heap, kind);

		json_open_object(json, bin_kind_names[kind]);
		json_u64(json, "bins", sum.bins);
		json_u64(json, "chunks", sum.nr);
		json_u64(json, "size_bytes", sum.bytes);
		json_close_object(json);
	}
	json_close_object(json);
}

static void write_bin(struct json *json, const struct heap *heap,
		      const struct heap_bin *bin)
{
	json_open_object(json, NULL);
	json_text(json, "kind", bin_kind_names[bin->kind]);
	json_u64(json, "index", bin->index);
	if (bin->kind != BIN_CACHE)
		write_arena(json, heap, bin->owner);
	else if (bin->owner < heap->nr_caches && heap->caches[bin->owner].tid)
		json_i64(json, "tid", heap->caches[bin->owner].tid);
	else
		json_null(json, "tid");
	json_u64(json, "min_bytes", bin->min);
	if (bin->max == UINT64_MAX)
		json_null(json, "max_bytes");
	else
		json_u64(json, "max_bytes", bin->max);
	json_u64(json, "chunks", bin->nr);
	json_u64(json, "size_bytes", bin->bytes);
	json_hex(json, "first", bin->first);
	json_bool(json, "truncated", bin->broken);
	if (bin->broken)
		json_text(json, "why", bin->why);
	else
		json_null(json, "why");
	json_close_object(json);
}

/* Of few chunks, so it is not there where there is nothing to be said. */
static void write_holds(struct json *json, const struct heap *heap,
			const struct heap_chunk *chunk)
{
	const struct heap_cache *cache = heap_holds(heap, chunk);

	if (!cache)
		return;
	json_open_object(json, "holds_cache");
	if (cache->tid)
		json_i64(json, "tid", cache->tid);
	else
		json_null(json, "tid");
	json_close_object(json);
}

void heap_chunk_json_write(struct json *json, const char *key,
			   const struct heap *heap,
			   const struct heap_chunk *chunk)
{
	json_open_object(json, key);
	json_hex(json, "address", chunk->address);
	json_u64(json, "size_bytes", chunk->size);
	json_text(json, "state", chunk_states[chunk->state].name);
	json_open_array(json, "flags");
	if (chunk->flags & CHUNK_NON_MAIN_ARENA)
		json_text(json, NULL, "non_main_arena");
	if (chunk->flags & CHUNK_IS_MMAPPED)
		json_text(json, NULL, "is_mmapped");
	if (chunk->flags & CHUNK_PREV_INUSE)
		json_text(json, NULL, "prev_inuse");
	json_close_array(json);
	write_arena(json, heap, chunk->arena);
	if (chunk->bin < heap->nr_bins) {
		json_text(json, "bin",
			  bin_kind_names[heap->bins[chunk->bin].kind]);
		json_u64(json, "index", heap->bins[chunk->bin].index);
	} else {
		json_null(json, "bin");
		json_null(json, "index");
	}
	write_holds(json, heap, chunk);
	json_close_object(json);
}

static void write_heap(struct json *json, const struct heap *heap)
{
	json_text(json, "allocator", heap->allocator);
	json_text(json, "layout", heap->layout);
	json_u64(json, "word_bytes", heap->word);
	json_bool(json, "stopped", heap->stopped);
	if (heap->stopped)
		json_u64(json, "pause_us", (heap->pause_ns + 500) / 1000);
	else
		json_null(json, "pause_us");
	json_u64(json, "heap_retries", heap->retries);
	json_u64(json, "copied_bytes", heap->copied);
	json_open_array(json, "heap_notes");
	for (unsigned int i = 0; i < heap->nr_notes; i++)
		json_text(json, NULL, heap->notes[i]);
	json_close_array(json);
	write_totals(json, &heap->totals);
	write_cached(json, heap->totals.nr_cached, heap->totals.cached);
	json_u64(json, "chunks_in_all", heap->nr_chunks);
	write_fields(json, "settings", &heap->settings);
	write_arenas(json, heap);
	write_pieces(json, heap);
	write_caches(json, heap);
	write_kinds(json, heap);
}

static void write_parts(struct json *json, const struct heap *heap,
			const struct heap_parts *parts)
{
	if (parts->why)
		heap_why_json_write(json, heap, parts->why);
	if (parts->at)
		heap_at_json_write(json, heap, parts->address);
	if (parts->bins) {
		json_open_array(json, "bins");
		for (size_t i = 0; i < heap->nr_bins; i++)
			write_bin(json, heap, &heap->bins[i]);
		json_close_array(json);
	}
	if (parts->chunks) {
		json_open_array(json, "chunks");
		for (size_t i = 0; i < heap->nr_chunks; i++)
			if (heap_lists(parts, &heap->chunks[i]))
				heap_chunk_json_write(json, NULL, heap,
						      &heap->chunks[i]);
		json_close_array(json);
	}
}

int heap_json_write(const struct snapshot *snap,
		    const struct heap_parts *parts, bool pretty, FILE *out)
{
	struct json json;

	json_begin(&json, out, pretty);
	json_open_object(&json, NULL);
	snapshot_json_head(&json, snap);
	write_heap(&json, snap->heap);
	write_parts(&json, snap->heap, parts);
	json_close_object(&json);
	return json_end(&json);
}
