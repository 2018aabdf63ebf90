// SPDX-License-Identifier: GPL-2.0
/*
 * A chunk as the article draws malloc_chunk, with what it leaves out: a used
 * chunk borrows the first word of the next one, so that its header costs one
 * word and not the whole struct.
 */
#include <inttypes.h>
#include <string.h>

#include "figure/figure.h"
#include "figure/wrap.h"
#include "model/heap_link.h"

/* From so many columns on there are arrows beside the box, and a brace. */
#define WIDE		72
#define ARROW_X		22
#define BOX_X		25
#define BOX_WIDTH	37

#define STATE_MAX	8192	/* bytes: no malloc_state is larger */

/* ---- words ---- */

/* The chunk behind it in the same piece, or NULL. */
static const struct heap_chunk *next_of(const struct heap *heap,
					const struct heap_chunk *chunk)
{
	const struct heap_piece *piece = heap_find_piece(heap, chunk->address);
	const struct heap_chunk *end;

	if (!piece || !piece->nr)
		return NULL;
	end = &heap->chunks[piece->first] + piece->nr;
	return chunk + 1 < end ? chunk + 1 : NULL;
}

static void format_word(const struct heap *heap, uint64_t addr, char out[24])
{
	uint64_t word;

	if (heap_word(heap, addr, &word))
		snprintf(out, 24, "0x%" PRIx64, word);
	else
		strcpy(out, "?");
}

/* "0x291 = 656 + P"; the word is read from the heap's memory, else "?". */
static void format_size_word(const struct heap *heap,
			     const struct heap_chunk *chunk, char out[64])
{
	char word[24];

	format_word(heap, chunk->address + heap->word, word);
	snprintf(out, 64, "%s = %" PRIu64 "%s%s%s%s", word, chunk->size,
		 chunk->flags & CHUNK_FLAGS ? " + " : "",
		 chunk->flags & CHUNK_NON_MAIN_ARENA ? "N" : "",
		 chunk->flags & CHUNK_IS_MMAPPED ? "M" : "",
		 chunk->flags & CHUNK_PREV_INUSE ? "P" : "");
}

/* What its header costs, and who says that it is used. */
static void explain(const struct heap *heap, const struct heap_chunk *chunk,
		    char out[400])
{
	unsigned int word = heap->word;
	uint64_t usable = heap_usable(heap, chunk);

	switch ((enum chunk_state)chunk->state) {
	case CHUNK_USED:
		snprintf(out, 400, "It costs one word: %" PRIu64 " - %u = %"
			 PRIu64 " bytes are usable. prev_size of this chunk belongs to the one before, and in return the program has prev_size of the next. That it is used is said by P of the next.",
			 chunk->size, word, usable);
		break;
	case CHUNK_FREE:
		snprintf(out, 400, "Its size stands at both ends, here and in prev_size of the next chunk, whose P is 0: so free() of either neighbour finds this chunk and joins the two.");
		break;
	case CHUNK_FAST:
	case CHUNK_CACHED:
		snprintf(out, 400, "It was freed and waits in a %s, but P of the next chunk is 1: neighbours take it for used and do not join it. It has one link, and no size at its end.",
			 chunk->state == CHUNK_FAST ? "fast bin" :
			 "thread's cache");
		break;
	case CHUNK_TOP:
		snprintf(out, 400, "The top has no next chunk: new chunks are cut from its front, and its end moves when the allocator gets memory from the system or gives it back.");
		break;
	case CHUNK_FENCE:
		snprintf(out, 400, "A fencepost holds nothing. It ends a piece of memory: as it counts as used, nothing is ever joined with what lies beyond.");
		break;
	case CHUNK_MMAPPED:
	case CHUNK_STATE_NR:
		snprintf(out, 400, "A mapping of its own has no next chunk to borrow from and costs two words: %" PRIu64 " - %u = %" PRIu64 " bytes are usable. free() unmaps it.",
			 chunk->size, 2 * word, usable);
		break;
	}
}

/* ---- drawing ---- */

struct maker {
	struct figure *figure;
	const struct heap *heap;
	bool wide;
	int x, width;		/* of the box */
	int y;
};

/* A line through the box, with the address of what begins below it. */
static void put_border(struct maker *m, const char *name, uint64_t addr,
		       bool points)
{
	figure_add(m->figure, FIGURE_LINE, m->x, m->y, m->width, 1,
		   STYLE_NORMAL);
	if (m->wide) {
		figure_text(m->figure, 0, m->y, 6, STYLE_LABEL, "%s", name);
		figure_text(m->figure, 6, m->y, 16, STYLE_VALUE,
			    "0x%" PRIx64, addr);
		if (points)
			figure_add(m->figure, FIGURE_ARROW, ARROW_X, m->y,
				   BOX_X - ARROW_X, 1, STYLE_DIM);
	} else {
		figure_text(m->figure, m->x + 2, m->y, m->width - 4,
			    points ? STYLE_LABEL : STYLE_DIM,
			    " %s%s0x%" PRIx64 " ", name, *name ? " " : "",
			    addr);
	}
	m->y++;
}

static void put_line(struct maker *m, enum style style, const char *text)
{
	m->y += wrap_text(m->figure, m->x + 2, m->y, m->width - 4, style,
			  text);
}

/* A word: its name and value, and what it says, below. */
static void put_word(struct maker *m, uint64_t addr, const char *name,
		     const char *value, enum style style, const char *meaning)
{
	int room = m->width - 4;

	figure_mark(m->figure, addr, addr + m->heap->word, m->y, 1, -1);
	figure_text(m->figure, m->x + 2, m->y, room, STYLE_LABEL, "%s", name);
	figure_text(m->figure, m->x + 12, m->y++, room - 10, style, "%s",
		    value);
	put_line(m, STYLE_DIM, meaning);
}

static void put_prev_size(struct maker *m, uint64_t addr, unsigned int flags,
			  const char *borrowed)
{
	char value[24], text[64];
	uint64_t word;

	format_word(m->heap, addr, value);
	if (flags & CHUNK_PREV_INUSE) {
		put_word(m, addr, "prev_size", value, STYLE_DIM, borrowed);
		return;
	}
	if (heap_word(m->heap, addr, &word))
		snprintf(text, sizeof(text), "%s = %" PRIu64, value, word);
	else
		strcpy(text, value);
	put_word(m, addr, "prev_size", text, STYLE_VALUE,
		 flags & CHUNK_IS_MMAPPED ?
		 "bytes of the mapping in front" :
		 "size of the free chunk above");
}

static const char *above_is(const struct heap_chunk *chunk)
{
	return chunk->flags & CHUNK_PREV_INUSE ? "above is used" :
						 "above is free";
}

static void put_size(struct maker *m, const struct heap_chunk *chunk,
		     const char *above)
{
	char value[64], meaning[160];

	format_size_word(m->heap, chunk, value);
	snprintf(meaning, sizeof(meaning), "P %d: %s, M %s, N %s",
		 !!(chunk->flags & CHUNK_PREV_INUSE), above,
		 chunk->flags & CHUNK_IS_MMAPPED ? "1: a mapping" : "0",
		 chunk->flags & CHUNK_NON_MAIN_ARENA ? "1: other arena" : "0");
	put_word(m, chunk->address + m->heap->word, "size", value, STYLE_VALUE,
		 meaning);
}

/* Does the word at addr lead into the struct of the chunk's arena? */
static bool is_head(const struct heap *heap, const struct heap_chunk *chunk,
		    uint64_t addr)
{
	uint64_t word, arena;

	if (chunk->arena >= heap->nr_arenas || !heap_word(heap, addr, &word))
		return false;
	arena = heap->arenas[chunk->arena].address;
	return word > arena && word - arena < STATE_MAX;
}

static void put_link(struct maker *m, const struct heap_chunk *chunk,
		     uint64_t addr, const char *name, const char *where)
{
	const struct heap_chunk *to;
	char value[24], meaning[64];
	uint64_t word;

	format_word(m->heap, addr, value);
	to = heap_word(m->heap, addr, &word) ? heap_find(m->heap, word) : NULL;
	if (to && to->address == word)
		snprintf(meaning, sizeof(meaning), "%s: %s, %" PRIu64
			 " bytes", where, chunk_states[to->state].name,
			 to->size);
	else
		snprintf(meaning, sizeof(meaning), "%s: %s", where,
			 is_head(m->heap, chunk, addr) ? "the bin itself" : "?");
	put_word(m, addr, name, value, STYLE_VALUE, meaning);
}

static void put_mixed(struct maker *m, const struct heap_chunk *chunk)
{
	uint64_t mem = heap_mem(m->heap, chunk), target;
	char value[24], meaning[100];

	format_word(m->heap, mem, value);
	if (!heap_link(m->heap, chunk, &target))
		strcpy(meaning, "a link to ?");
	else if (!target)
		strcpy(meaning, "a link: the end of the list");
	else
		snprintf(meaning, sizeof(meaning),
			 "a link, to chunk 0x%" PRIx64, target);
	put_word(m, mem, "next", value, STYLE_VALUE, meaning);
}

/* The first bytes that the program has there. */
static void put_bytes(struct maker *m, const struct heap_chunk *chunk)
{
	uint64_t mem = heap_mem(m->heap, chunk);
	uint64_t usable = heap_usable(m->heap, chunk);
	unsigned int nr = usable < 8 ? usable : 8;
	const uint8_t *bytes = nr ? heap_bytes(m->heap, mem, nr) : NULL;
	char text[80] = "";

	put_line(m, STYLE_NORMAL, "memory of the program");
	for (unsigned int i = 0; bytes && i < nr; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "%02x ", bytes[i]);
	strcat(text, m->wide && nr ? " " : "");
	for (unsigned int i = 0; m->wide && bytes && i < nr; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "%c", bytes[i] >= 0x20 && bytes[i] < 0x7f ? bytes[i] :
			 '.');
	if (nr)
		figure_text(m->figure, m->x + 2, m->y++, m->width - 4,
			    STYLE_VALUE, "%s", bytes ? text : "?");
	if (usable > nr)
		put_line(m, STYLE_DIM, "...");
}

/* What is between the header and the next chunk. */
static void put_inside(struct maker *m, const struct heap_chunk *chunk)
{
	uint64_t mem = heap_mem(m->heap, chunk);
	unsigned int word = m->heap->word;

	switch ((enum chunk_state)chunk->state) {
	case CHUNK_FREE:
		put_link(m, chunk, mem, "fd", "next in its bin");
		put_link(m, chunk, mem + word, "bk", "before in its bin");
		put_line(m, STYLE_DIM, "... nobody's");
		break;
	case CHUNK_FAST:
	case CHUNK_CACHED:
		put_mixed(m, chunk);
		put_line(m, STYLE_DIM, "... nobody's");
		break;
	case CHUNK_TOP:
		put_line(m, STYLE_DIM, "nobody's: new chunks are cut from here");
		break;
	case CHUNK_FENCE:
		break;
	default:
		put_bytes(m, chunk);
	}
}

/* The brace over what the program may use, with its part of the next chunk. */
static void put_brace(struct maker *m, const struct heap_chunk *chunk, int from,
		      int to)
{
	struct figure_item *item;
	int x = m->x + m->width + 1;

	if (!m->wide || (chunk->state != CHUNK_USED &&
			 chunk->state != CHUNK_MMAPPED))
		return;
	item = figure_add(m->figure, FIGURE_BRACE, x, from, 1, to - from,
			  STYLE_DIM);
	item->reverse = false;
	figure_text(m->figure, x + 2, from + (to - from - 1) / 2,
		    m->figure->width, STYLE_LABEL, "%" PRIu64 " usable",
		    heap_usable(m->heap, chunk));
}

static void put_next(struct maker *m, const struct heap_chunk *chunk)
{
	const struct heap_chunk *next = next_of(m->heap, chunk);

	put_border(m, next ? "next" : "end", chunk->address + chunk->size,
		   true);
	if (!next)
		return;
	put_prev_size(m, next->address, next->flags,
		      chunk->state == CHUNK_USED ?
		      "borrowed: last word of the memory" :
		      "no size: the above counts as used");
	put_border(m, "", next->address + m->heap->word, false);
	put_size(m, next, above_is(next));
	figure_add(m->figure, FIGURE_LINE, m->x, m->y++, m->width, 1,
		   STYLE_NORMAL);
}

static bool is_first(const struct heap *heap, const struct heap_chunk *chunk)
{
	const struct heap_piece *piece = heap_find_piece(heap, chunk->address);

	return piece && piece->nr && chunk == &heap->chunks[piece->first];
}

static void put_chunk(struct maker *m, const struct heap_chunk *chunk)
{
	uint64_t mem = heap_mem(m->heap, chunk);
	int top = m->y, from;
	char text[400];

	put_border(m, "chunk", chunk->address, true);
	put_prev_size(m, chunk->address, chunk->flags,
		      is_first(m->heap, chunk) ?
		      "nothing is above: never read" :
		      "last word of the used chunk above");
	put_border(m, "", chunk->address + m->heap->word, false);
	put_size(m, chunk, chunk->flags & CHUNK_IS_MMAPPED ?
		 "nothing is above" : above_is(chunk));
	if (chunk->size >= 2 * (uint64_t)m->heap->word + m->heap->word) {
		put_border(m, "mem", mem, true);
		from = m->y;
		put_inside(m, chunk);
		put_brace(m, chunk, from, chunk->state == CHUNK_MMAPPED ?
			  m->y : m->y + 2);
	}
	put_next(m, chunk);
	figure_add(m->figure, FIGURE_BOX, m->x, top, m->width, m->y - top,
		   STYLE_NORMAL);
	explain(m->heap, chunk, text);
	m->y += wrap_text(m->figure, 0, m->y, m->figure->width, STYLE_NORMAL,
			  text);
}

static void put_title(struct maker *m, const struct heap_chunk *chunk,
		      uint64_t address)
{
	const struct heap *heap = m->heap;
	char bin[64] = "";

	if (chunk->bin < heap->nr_bins)
		snprintf(bin, sizeof(bin), ", %s bin %u",
			 bin_kind_names[heap->bins[chunk->bin].kind],
			 heap->bins[chunk->bin].index);
	figure_text(m->figure, 0, m->y++, m->figure->width,
		    STYLE_CHUNK + chunk->state, "0x%" PRIx64 ": %s, %" PRIu64
		    " bytes%s", address, chunk_states[chunk->state].name,
		    chunk->size, bin);
	if (!heap->coherent)
		figure_text(m->figure, 0, m->y++, m->figure->width, STYLE_WARN,
			    "torn: the heap changed while it was read, or is damaged");
}

/* There is no chunk to be drawn: why. */
static void put_nothing(struct maker *m, const struct snapshot *snap,
			uint64_t address)
{
	const struct heap_piece *piece;
	int width = m->figure->width;

	figure_text(m->figure, 0, m->y++, width, STYLE_TITLE, "0x%" PRIx64,
		    address);
	if (!snap->heap) {
		m->y += wrap_text(m->figure, 0, m->y, width, STYLE_WARN,
				  snap->no_heap);
		return;
	}
	figure_text(m->figure, 0, m->y++, width, STYLE_WARN,
		    "lies in no chunk of this heap that is known");
	piece = heap_find_piece(snap->heap, address);
	if (piece && piece->broken)
		m->y += wrap_text(m->figure, 0, m->y, width, STYLE_NORMAL,
				  piece->why);
}

struct figure *figure_chunk(const struct snapshot *snap,
			    const struct figure_params *params)
{
	int width = params->width < 40 ? 40 : params->width;
	const struct heap_chunk *chunk;
	struct maker m = {
		.figure = figure_new(width), .heap = snap->heap,
		.wide = width >= WIDE,
	};

	if (!m.figure)
		return NULL;
	m.x = m.wide ? BOX_X : 0;
	m.width = m.wide ? BOX_WIDTH : 40;
	chunk = m.heap ? heap_find(m.heap, params->address) : NULL;
	if (chunk) {
		put_title(&m, chunk, params->address);
		put_chunk(&m, chunk);
	} else {
		put_nothing(&m, snap, params->address);
	}
	figure_finish(m.figure);
	return m.figure;
}
