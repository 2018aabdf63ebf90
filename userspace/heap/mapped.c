// SPDX-License-Identifier: GPL-2.0
/*
 *   start of mapping                                        end of mapping
 *   v                                                                    v
 *   +- - - - - - +-----------+--------------+-----------------------------+
 *   |  lead      | prev_size | size   0 1 0 | memory ...                  |
 *   +- - - - - - +-----------+--------------+-----------------------------+
 *
 * lead is what an alignment took: the memory lies at the first multiple of a
 * power of two for which there is room in front, so there are few places where
 * a chunk of a mapping can be, and prev_size says which it is.
 */
#include "heap/mapped.h"

#include <stdlib.h>

#define ALIGNMENTS	40	/* powers of two that are tried ... */
#define WITHIN_PAGE	13	/* ... and those that stay in a page of 4096 */
/*
 * Pages that are looked at where no chunk is. Foreign mappings can be large,
 * and the target may be standing.
 */
#define PATIENCE	2048

struct search {
	struct memory *memory;
	unsigned int word;
	uint64_t page;
	uint64_t nr, bytes;	/* expected */
	struct mapped *found;
	unsigned int patience;
};

void mapped_free(struct mapped *mapped)
{
	free(mapped->chunks);
	*mapped = (struct mapped){ 0 };
}

static bool is_complete(const struct search *search)
{
	return search->found->nr == search->nr &&
	       search->found->bytes == search->bytes;
}

/* False: there is no page, or we may not read it. */
static bool read_header(struct search *search, uint64_t chunk,
			uint64_t *prev_size, uint64_t *tag)
{
	uint32_t halves[2];
	uint64_t words[2];

	if (search->word == sizeof(words[0])) {
		if (!memory_peek(search->memory, chunk, words, sizeof(words)))
			return false;
		*prev_size = words[0];
		*tag = words[1];
		return true;
	}
	if (!memory_peek(search->memory, chunk, halves, sizeof(halves)))
		return false;
	*prev_size = halves[0];
	*tag = halves[1];
	return true;
}

/* The bytes of the mapping if a chunk with that lead is there, or 0. */
static uint64_t whole_at(struct search *search, uint64_t chunk, uint64_t lead,
			 uint64_t end)
{
	uint64_t prev_size, tag, size;

	if (!read_header(search, chunk, &prev_size, &tag))
		return 0;
	size = tag & ~(uint64_t)CHUNK_FLAGS;
	if ((tag & CHUNK_FLAGS) != CHUNK_IS_MMAPPED || prev_size != lead ||
	    size < search->page / 2 || size > end - chunk ||
	    (lead + size) % search->page)
		return 0;
	return lead + size;
}

static int add(struct search *search, uint64_t chunk, uint64_t whole,
	       struct error *err)
{
	struct mapped *found = search->found;

	if (found->nr == found->cap) {
		size_t cap = found->cap ? 2 * found->cap : 64;
		uint64_t *bigger = reallocarray(found->chunks, cap,
						sizeof(*bigger));

		if (!bigger)
			return error_set(err, ERR_FAILED, "out of memory");
		found->chunks = bigger;
		found->cap = cap;
	}
	if (memory_copy(search->memory, chunk, chunk + 2 * search->word, err))
		return -1;
	found->chunks[found->nr++] = chunk;
	found->bytes += whole;
	return 0;
}

/*
 * The bytes of the mapping that begins at start, or 0; and its chunk. So many
 * powers of two are tried.
 */
static uint64_t look(struct search *search, uint64_t start, uint64_t end,
		     unsigned int nr_powers, uint64_t *chunk)
{
	uint64_t header = 2 * search->word, last = UINT64_MAX, whole;

	for (unsigned int power = 0; power < nr_powers; power++) {
		uint64_t align = (uint64_t)1 << power;
		uint64_t mem = (start + header + align - 1) & ~(align - 1);

		*chunk = mem - header;
		if (*chunk == last)
			continue;
		if (*chunk >= end || end - *chunk < header)
			return 0;
		whole = whole_at(search, *chunk, *chunk - start, end);
		if (whole)
			return whole;
		last = *chunk;
	}
	return 0;
}

static int search_area(struct search *search, const struct vma *vma,
		       struct error *err)
{
	uint64_t at = vma->start, chunk, whole;
	bool is_boundary = true;

	while (at < vma->end && !is_complete(search)) {
		whole = look(search, at, vma->end, is_boundary ? ALIGNMENTS :
			     WITHIN_PAGE, &chunk);
		is_boundary = whole;
		if (whole && add(search, chunk, whole, err))
			return -1;
		if (!whole && !search->patience)
			return 0;
		if (!whole)
			search->patience--;
		at += whole ? whole : search->page;
	}
	return 0;
}

static bool may_hold(const struct vma *vma)
{
	const uint64_t wanted = VF_BIT(VF_READ) | VF_BIT(VF_WRITE);
	const char *name = vma->object ? vma->object->name : "[anon:";

	return (vma->flags & wanted) == wanted && !vma_is_file(vma) &&
	       !(vma->flags & VF_BIT(VF_SHARED)) &&
	       name[0] == '[' && name[1] == 'a';
}

/* Where the last ones were: as long as nothing changed that is all. */
static int look_again(struct search *search, const uint64_t *chunks, size_t nr,
		      struct error *err)
{
	for (size_t i = 0; i < nr; i++) {
		uint64_t lead, tag, whole;

		if (!read_header(search, chunks[i], &lead, &tag) ||
		    lead > chunks[i])
			continue;
		whole = whole_at(search, chunks[i], lead, UINT64_MAX);
		if (whole && add(search, chunks[i], whole, err))
			return -1;
	}
	return 0;
}

static int search_all(struct search *search, struct error *err)
{
	const struct snapshot *areas = memory_areas(search->memory, err);

	if (!areas)
		return -1;
	search->found->nr = search->found->bytes = 0;
	for (size_t i = 0; i < areas->nr_vmas && !is_complete(search); i++)
		if (may_hold(&areas->vmas[i]) &&
		    search_area(search, &areas->vmas[i], err))
			return -1;
	return 0;
}

int mapped_find(struct memory *memory, unsigned int word, uint64_t nr,
		uint64_t bytes, struct mapped *mapped, struct error *err)
{
	struct mapped before = *mapped;
	struct search search = {
		.memory = memory, .word = word, .page = memory_page(memory),
		.nr = nr, .bytes = bytes, .found = mapped,
		.patience = PATIENCE,
	};
	int ret;

	*mapped = (struct mapped){ 0 };
	ret = look_again(&search, before.chunks, before.nr, err);
	if (!ret && !is_complete(&search))
		ret = search_all(&search, err);
	mapped_free(&before);
	return ret;
}
