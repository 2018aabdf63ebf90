// SPDX-License-Identifier: GPL-2.0
/* One chunk: its header word by word, its neighbours, its memory. */
#include "export/heap.h"

#include <inttypes.h>
#include <string.h>

#include "export/about.h"
#include "model/heap_link.h"

#define DUMP_MAX	512	/* bytes of memory that are shown */
#define DUMP_ROW	16

/* Those beside a chunk in its piece, or NULL. */
struct family {
	const struct heap_chunk *prev, *chunk, *next;
};

static bool find_family(const struct heap *heap, uint64_t address,
			struct family *family)
{
	const struct heap_piece *piece = heap_find_piece(heap, address);
	const struct heap_chunk *chunk = heap_find(heap, address), *first;

	if (!piece || !chunk)
		return false;
	first = &heap->chunks[piece->first];
	*family = (struct family){
		.prev = chunk > first ? chunk - 1 : NULL,
		.chunk = chunk,
		.next = chunk + 1 < first + piece->nr ? chunk + 1 : NULL,
	};
	return true;
}

/* Does prev_size say something, and not the memory of the chunk before? */
static bool has_prev_size(const struct heap_chunk *chunk)
{
	return !(chunk->flags & CHUNK_PREV_INUSE);
}

static bool has_links(const struct heap *heap, const struct heap_chunk *chunk)
{
	return chunk->state == CHUNK_FREE && chunk->size >= 4 * heap->word;
}

static uint64_t dump_length(const struct heap *heap,
			    const struct heap_chunk *chunk)
{
	uint64_t all = heap_usable(heap, chunk);

	return all < DUMP_MAX ? all : DUMP_MAX;
}

/* ---- text ---- */

/* "0x...: name  value  meaning"; the value is ? when it was not copied. */
static void write_word(const struct heap *heap, uint64_t addr,
		       const char *name, const char *meaning, FILE *out)
{
	char value[24] = "?";
	uint64_t word;

	if (heap_word(heap, addr, &word))
		snprintf(value, sizeof(value), "0x%" PRIx64, word);
	fprintf(out, "0x%-14" PRIx64 " %-9s %18s  %s\n", addr, name, value,
		meaning);
}

static void write_size_word(const struct heap *heap,
			    const struct heap_chunk *chunk, FILE *out)
{
	char meaning[160];

	snprintf(meaning, sizeof(meaning), "%" PRIu64 "%s%s%s%s: %s",
		 chunk->size, chunk->flags & CHUNK_FLAGS ? " + " : "",
		 chunk->flags & CHUNK_NON_MAIN_ARENA ? "N" : "",
		 chunk->flags & CHUNK_IS_MMAPPED ? "M" : "",
		 chunk->flags & CHUNK_PREV_INUSE ? "P" : "",
		 chunk->flags & CHUNK_IS_MMAPPED ? "a mapping" :
		 chunk->flags & CHUNK_PREV_INUSE ? "the one before is used" :
		 "the one before is free");
	write_word(heap, chunk->address + heap->word, "size", meaning, out);
}

static void write_links(const struct heap *heap, const struct heap_chunk *chunk,
			FILE *out)
{
	uint64_t mem = heap_mem(heap, chunk), target;
	char meaning[100];

	if (has_links(heap, chunk)) {
		write_word(heap, mem, "fd", "the next chunk in its bin", out);
		write_word(heap, mem + heap->word, "bk",
			   "the one before in its bin", out);
	} else if (chunk->state == CHUNK_FAST ||
		   chunk->state == CHUNK_CACHED) {
		if (!heap_link(heap, chunk, &target))
			strcpy(meaning, "a link, to ?");
		else if (!target)
			strcpy(meaning, "a link: the end of the list");
		else
			snprintf(meaning, sizeof(meaning),
				 "a link, to chunk 0x%" PRIx64, target);
		write_word(heap, mem, "next", meaning, out);
	}
}

static void write_header(const struct heap *heap,
			 const struct heap_chunk *chunk, FILE *out)
{
	const char *prev = "belongs to the used chunk before";

	if (chunk->flags & CHUNK_IS_MMAPPED)
		prev = "bytes of the mapping in front";
	else if (has_prev_size(chunk))
		prev = "bytes of the free chunk before";
	fprintf(out, "\n%-16s %-9s %18s\n", "header", "word", "value");
	write_word(heap, chunk->address, "prev_size", prev, out);
	write_size_word(heap, chunk, out);
	write_links(heap, chunk, out);
}

static void write_dump_row(uint64_t addr, const uint8_t *bytes, uint64_t nr,
			   FILE *out)
{
	fprintf(out, "0x%-14" PRIx64, addr);
	for (uint64_t i = 0; i < DUMP_ROW; i++) {
		if (i == DUMP_ROW / 2)
			fputc(' ', out);
		if (i < nr)
			fprintf(out, " %02x", bytes[i]);
		else
			fputs("   ", out);
	}
	fputs("  ", out);
	/* Letters of ASCII alone: anything else may be of a longer one. */
	for (uint64_t i = 0; i < nr; i++)
		fputc(bytes[i] >= 0x20 && bytes[i] < 0x7f ? bytes[i] : '.',
		      out);
	fputc('\n', out);
}

static void write_dump(const struct heap *heap, const struct heap_chunk *chunk,
		       FILE *out)
{
	uint64_t mem = heap_mem(heap, chunk), all = heap_usable(heap, chunk);
	uint64_t nr = dump_length(heap, chunk);
	const uint8_t *bytes = heap_bytes(heap, mem, nr);
	bool starred = false;

	fprintf(out, "\nmemory   0x%" PRIx64 ", %" PRIu64 " bytes usable\n",
		mem, all);
	if (!nr)
		return;
	if (!bytes) {
		fputs("?        not copied\n", out);
		return;
	}
	for (uint64_t at = 0; at < nr; at += DUMP_ROW) {
		uint64_t len = nr - at < DUMP_ROW ? nr - at : DUMP_ROW;
		bool same = at && len == DUMP_ROW &&
			    !memcmp(bytes + at, bytes + at - len, len);

		/* Rows that only repeat the one above are one star. */
		if (!same)
			write_dump_row(mem + at, bytes + at, len, out);
		else if (!starred)
			fputs("*\n", out);
		starred = same;
	}
	if (nr < all)
		fprintf(out, "cut      %" PRIu64 " bytes more\n", all - nr);
}

/* The address lies in no chunk: where then? */
static void write_nothing(const struct heap *heap, uint64_t address,
			  bool plain, FILE *out)
{
	const struct heap_piece *piece = heap_find_piece(heap, address);

	fprintf(out, "\n0x%" PRIx64 " lies in no chunk", address);
	if (piece && piece->broken && address >= piece->broken) {
		fprintf(out, " that is known: from 0x%" PRIx64 " on, ",
			piece->broken);
		about_write_text(piece->why, plain, out);
	}
	fputc('\n', out);
}

void heap_at_write(const struct heap *heap, uint64_t address, bool plain,
		   FILE *out)
{
	char holds[HEAP_HOLDS_MAX];
	struct family family;

	if (!find_family(heap, address, &family)) {
		write_nothing(heap, address, plain, out);
		return;
	}
	fprintf(out, "\n0x%" PRIx64 " is byte %" PRIu64 " of the chunk in the %s:\n",
		address, address - family.chunk->address,
		family.prev ? "middle line" : "first line");
	heap_head_write(heap, out);
	if (family.prev)
		heap_chunk_write(heap, family.prev, out);
	heap_chunk_write(heap, family.chunk, out);
	if (family.next)
		heap_chunk_write(heap, family.next, out);
	if (*heap_tell_holds(heap, family.chunk, holds))
		fprintf(out, "holds    malloc's own: it %s\n", holds);
	write_header(heap, family.chunk, out);
	write_dump(heap, family.chunk, out);
}

/* ---- JSON ---- */

static void write_json_word(struct json *json, const char *key,
			    const struct heap *heap, uint64_t addr, bool says)
{
	uint64_t word;

	if (says && heap_word(heap, addr, &word))
		json_hex(json, key, word);
	else
		json_null(json, key);
}

/* Members of the chunk alone, which no list of chunks has. */
static void write_json_inside(struct json *json, const struct heap *heap,
			      const struct heap_chunk *chunk)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t mem = heap_mem(heap, chunk), nr = dump_length(heap, chunk);
	const uint8_t *bytes = nr ? heap_bytes(heap, mem, nr) : NULL;
	char hex[2 * DUMP_MAX + 1];
	bool linked = has_links(heap, chunk);
	uint64_t target;

	json_hex(json, "memory", mem);
	json_u64(json, "usable_bytes", heap_usable(heap, chunk));
	write_json_word(json, "prev_size", heap, chunk->address,
			has_prev_size(chunk));
	write_json_word(json, "size_word", heap, chunk->address + heap->word,
			true);
	write_json_word(json, "fd", heap, mem, linked);
	write_json_word(json, "bk", heap, mem + heap->word, linked);
	if (heap_link(heap, chunk, &target) && target)
		json_hex(json, "next_in_list", target);
	else
		json_null(json, "next_in_list");
	for (uint64_t i = 0; bytes && i < nr; i++) {
		hex[2 * i] = digits[bytes[i] >> 4];
		hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	hex[2 * nr] = '\0';
	if (bytes || !nr)
		json_text(json, "memory_hex", hex);
	else
		json_null(json, "memory_hex");
	json_bool(json, "truncated", nr < heap_usable(heap, chunk));
}

void heap_at_json_write(struct json *json, const struct heap *heap,
			uint64_t address)
{
	struct family family;

	if (!find_family(heap, address, &family)) {
		json_null(json, "chunk");
		return;
	}
	json_open_object(json, "chunk");
	if (family.prev)
		heap_chunk_json_write(json, "prev", heap, family.prev);
	else
		json_null(json, "prev");
	heap_chunk_json_write(json, "this", heap, family.chunk);
	if (family.next)
		heap_chunk_json_write(json, "next", heap, family.next);
	else
		json_null(json, "next");
	write_json_inside(json, heap, family.chunk);
	json_close_object(json);
}
