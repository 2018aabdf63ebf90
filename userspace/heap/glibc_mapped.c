// SPDX-License-Identifier: GPL-2.0
/*
 * Blocks above the threshold are mappings of their own, of which glibc has no
 * list: only how many they are, and how many bytes. They begin at a page and
 * say so in their first words; the kernel joins neighbours, so that an area may
 * hold many of them, and other things. Up to 2.42 the size is that of all the
 * mapping, less what lies in front; from 2.43 on also less the two words.
 *
 *   mapping                  header                       end
 *   | prev_size bytes        | prev_size | size M | ...   |
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "heap/glibc.h"
#include "source/pagemap.h"

#define BLOCK	512		/* pages that are asked for at once */
#define TAG	16		/* bytes of a header, at most */
#define FEW	1024		/* mappings that are looked at more closely */
/*
 * Pages that are looked at where no chunk is, 64 GiB: of an area that was only
 * set aside there can be terabytes.
 */
#define PATIENCE	(16U << 20)
#define HUGE	1U		/* in prev_size: of huge pages, from 2.43 on */

/* The first words of the pages of an area, as far as they are there. */
struct pages {
	struct glibc *glibc;
	struct memory *memory;
	int pagemap;			/* -1: not for us */
	uint64_t start;			/* of the block */
	unsigned int nr;
	unsigned int patience;
	bool is_there[BLOCK];
	uint8_t tags[BLOCK][TAG];
	uint64_t entries[BLOCK];
};

struct tag {
	uint64_t lead, size;
};

/* ---- what a header says ---- */

/* The mapping of the chunk at addr with this tag, if it can be one. */
static bool is_mapped_chunk(const struct glibc *glibc, uint64_t addr,
			    const struct tag *tag, struct glibc_range *range)
{
	const struct glibc_shape *shape = &glibc->shape;
	uint64_t size = tag->size & ~(uint64_t)CHUNK_FLAGS;
	uint64_t lead = tag->lead & ~(uint64_t)HUGE;

	if ((tag->size & CHUNK_FLAGS) != CHUNK_IS_MMAPPED || lead > addr ||
	    size < shape->min_chunk || size > UINT64_MAX - addr - TAG ||
	    lead % shape->word || size % shape->word)
		return false;
	range->start = addr - lead;
	range->end = addr + size;
	if (range->end % glibc->page)
		range->end += 2 * shape->word;
	return range->start % glibc->page == 0 &&
	       range->end % glibc->page == 0 && range->end > range->start;
}

static void read_tag(const struct glibc *glibc, const uint8_t *bytes,
		     struct tag *tag)
{
	uint32_t half[2];

	if (glibc->shape.word == 8) {
		memcpy(tag, bytes, sizeof(*tag));
		return;
	}
	memcpy(half, bytes, sizeof(half));
	*tag = (struct tag){ half[0], half[1] };
}

/* ---- looking for them ---- */

/* Fills a block of at most BLOCK pages: which are there, and their tags. */
static void read_block(struct pages *pages, uint64_t start, uint64_t end)
{
	struct iovec local[BLOCK], remote[BLOCK];
	uint64_t page = pages->glibc->page;
	unsigned int front = glibc_front(&pages->glibc->shape), nr = 0;
	ssize_t got = -1;

	pages->start = start;
	pages->nr = (unsigned int)((end - start) / page);
	if (pages->nr > BLOCK)
		pages->nr = BLOCK;
	if (pages->pagemap >= 0)
		got = pread(pages->pagemap, pages->entries, pages->nr * 8,
			    (off_t)(start / page * 8));
	for (unsigned int i = 0; i < pages->nr; i++) {
		pages->is_there[i] = got != (ssize_t)pages->nr * 8 ||
				     pages->entries[i] &
				     (PM_PRESENT | PM_SWAP);
		if (!pages->is_there[i])
			continue;
		local[nr] = (struct iovec){ pages->tags[i], TAG };
		remote[nr++] = (struct iovec){
			(void *)(uintptr_t)(start + i * page + front), TAG,
		};
	}
	memset(pages->tags, 0, sizeof(pages->tags));
	if (nr)
		process_vm_readv(memory_pid(pages->memory), local, nr, remote,
				 nr, 0);
}

static bool is_done(const struct glibc *glibc, const struct memory *memory,
		    uint64_t bytes)
{
	return glibc->par &&
	       glibc->mapped.nr >= glibc_int(memory, glibc->par +
					     glibc->shape.par.n_mmaps) &&
	       bytes >= glibc_par(glibc, memory, mmapped_mem);
}

/*
 * Goes through [start, end); false when all there are have been found, or it
 * was looked for too long.
 */
static bool look_through(struct pages *pages, uint64_t start, uint64_t end,
			 uint64_t *bytes)
{
	struct glibc *glibc = pages->glibc;
	unsigned int front = glibc_front(&glibc->shape);
	struct glibc_range range;
	struct tag tag;
	unsigned int i;

	pages->nr = 0;
	while (start < end) {
		if (is_done(glibc, pages->memory, *bytes))
			return false;
		if (start < pages->start || start >= pages->start +
		    (uint64_t)pages->nr * glibc->page)
			read_block(pages, start, end);
		i = (unsigned int)((start - pages->start) / glibc->page);
		read_tag(glibc, pages->tags[i], &tag);
		if (!pages->is_there[i] ||
		    !is_mapped_chunk(glibc, start + front, &tag, &range) ||
		    range.start != start || range.end > end) {
			if (!pages->patience)
				return false;
			pages->patience--;
			start += glibc->page;
			continue;
		}
		glibc_ranges_add(&glibc->mapped, range.start, range.end);
		*bytes += range.end - range.start;
		start = range.end;
	}
	return true;
}

/* The first heap of an arena that begins in [start, end), or an empty one. */
static struct glibc_range first_heap(const struct glibc *glibc, uint64_t start,
				     uint64_t end)
{
	struct glibc_range first = { end, end };

	for (size_t i = 0; i < glibc->heaps.nr; i++)
		if (glibc->heaps.range[i].start >= start &&
		    glibc->heaps.range[i].start < first.start)
			first = glibc->heaps.range[i];
	return first;
}

/* A heap that lies right behind a mapping is in one area with it. */
static bool look_between(struct pages *pages, const struct vma *vma,
			 uint64_t *bytes)
{
	uint64_t at = vma->start;

	while (at < vma->end) {
		struct glibc_range heap = first_heap(pages->glibc, at,
						     vma->end);

		if (!look_through(pages, at, heap.start, bytes))
			return false;
		at = heap.end;
	}
	return true;
}

bool glibc_may_hold(const struct vma *vma)
{
	const char *name = vma->object ? vma->object->name : "";

	/* The kernel's names for what glibc named, and for huge pages. */
	if (*name && strncmp(name, "[anon: glibc:", 13) &&
	    strncmp(name, "/anon_hugepage", 14))
		return false;
	return (vma->flags & VF_BIT(VF_READ)) &&
	       (vma->flags & VF_BIT(VF_WRITE)) &&
	       !(vma->flags & VF_BIT(VF_SHARED));
}

/* False: not all were found that there should be. */
static bool look(struct pages *pages, const struct snapshot *snap)
{
	struct glibc *glibc = pages->glibc;
	uint64_t bytes = 0;

	glibc->mapped.nr = 0;
	pages->patience = PATIENCE;
	for (size_t i = 0; i < snap->nr_vmas; i++)
		if (glibc_may_hold(&snap->vmas[i]) &&
		    !look_between(pages, &snap->vmas[i], &bytes))
			break;
	return !glibc->par || is_done(glibc, pages->memory, bytes);
}

/* Where a chunk of mem bytes aligned to align would have its header. */
static uint64_t header_for(const struct glibc *glibc,
			   const struct glibc_range *mapping, uint64_t align)
{
	uint64_t first = mapping->start + glibc_front(&glibc->shape);
	unsigned int header = 2 * glibc->shape.word;
	uint64_t mem = (first + header + align - 1) & ~(align - 1);

	if (mem - header - first < glibc->shape.min_chunk)
		mem += align;
	return mem - header;
}

/* The page of the header; and, while there are few, those that it may have been
   moved to. */
static void copy_headers(const struct glibc *glibc, struct memory *memory,
			 const struct glibc_range *mapping)
{
	uint64_t at = mapping->start, page = glibc->page;
	struct error err;

	memory_copy(memory, at, at + page, &err);
	if (glibc->mapped.nr > FEW)
		return;
	for (uint64_t align = page; align < mapping->end - at; align *= 2) {
		uint64_t header = header_for(glibc, mapping, align);

		if (header < mapping->end)
			memory_copy(memory, header / page * page,
				    header / page * page + page, &err);
	}
}

/*
 * Most often they are where they were in the copy before, which was made while
 * the target still ran: then nothing is looked for while it stands.
 */
static bool are_as_before(const struct glibc *glibc, struct memory *memory)
{
	unsigned int front = glibc_front(&glibc->shape);
	uint64_t bytes = 0;

	if (!glibc->par)
		return false;
	for (size_t i = 0; i < glibc->mapped.nr; i++) {
		const struct glibc_range *before = &glibc->mapped.range[i];
		uint64_t at = before->start + front;
		struct glibc_range now;
		struct tag tag;

		copy_headers(glibc, memory, before);
		tag.lead = glibc_word(glibc, memory, at);
		tag.size = glibc_word(glibc, memory, at + glibc->shape.word);
		if (!is_mapped_chunk(glibc, at, &tag, &now) ||
		    now.start != before->start || now.end != before->end)
			return false;
		bytes += now.end - now.start;
	}
	return bytes == glibc_par(glibc, memory, mmapped_mem) &&
	       glibc->mapped.nr == glibc_int(memory, glibc->par +
					     glibc->shape.par.n_mmaps);
}

int glibc_mapped_copy(struct glibc *glibc, struct memory *memory,
		      const struct snapshot *snap, struct error *err)
{
	const struct snapshot *now;
	struct pages *pages;
	char path[40];

	if (are_as_before(glibc, memory))
		return 0;
	pages = malloc(sizeof(*pages));
	if (!pages)
		return error_set(err, ERR_FAILED, "out of memory");
	snprintf(path, sizeof(path), "/proc/%d/pagemap",
		 (int)memory_pid(memory));
	*pages = (struct pages){
		.glibc = glibc, .memory = memory,
		.pagemap = open(path, O_RDONLY | O_CLOEXEC),
	};
	if (!look(pages, snap)) {
		now = glibc_now(glibc, memory_pid(memory));
		if (now)
			look(pages, now);
	}
	if (pages->pagemap >= 0)
		close(pages->pagemap);
	free(pages);
	if (glibc->mapped.failed)
		return error_set(err, ERR_FAILED, "out of memory");
	for (size_t i = 0; i < glibc->mapped.nr; i++)
		copy_headers(glibc, memory, &glibc->mapped.range[i]);
	return 0;
}

/* ---- the model ---- */

/*
 * Where the chunk of a mapping begins: a memalign() moves it behind its place
 * and leaves the first header as it was. Memory is then at a multiple of some
 * power of two, and there are few of them.
 */
static uint64_t find_chunk(const struct glibc *glibc,
			   const struct memory *memory,
			   const struct glibc_range *mapping)
{
	const struct glibc_shape *shape = &glibc->shape;

	for (uint64_t align = 2 * shape->align; align < mapping->end -
	     mapping->start; align *= 2) {
		uint64_t header = header_for(glibc, mapping, align);
		struct glibc_range range;
		struct tag tag;

		if (!memory_copied_word(memory, header, shape->word,
					&tag.lead) ||
		    !memory_copied_word(memory, header + shape->word,
					shape->word, &tag.size))
			continue;
		if (is_mapped_chunk(glibc, header, &tag, &range) &&
		    range.start == mapping->start && range.end == mapping->end)
			return header;
	}
	return mapping->start + glibc_front(shape);
}

static bool add_mapping(const struct glibc *glibc, const struct memory *memory,
			struct heap *heap, const struct glibc_range *mapping)
{
	uint64_t address = find_chunk(glibc, memory, mapping);
	struct heap_piece *piece = heap_add_piece(heap);
	struct heap_chunk *chunk = heap_add_chunk(heap);

	if (!piece || !chunk)
		return false;
	*piece = (struct heap_piece){
		.start = mapping->start, .end = mapping->end,
		.arena = HEAP_NONE, .first = heap->nr_chunks - 1, .nr = 1,
	};
	*chunk = (struct heap_chunk){
		.address = address, .size = mapping->end - address,
		.bin = HEAP_NONE, .arena = UINT16_MAX, .state = CHUNK_MMAPPED,
		.flags = glibc_word(glibc, memory, address +
				    glibc->shape.word) & CHUNK_FLAGS,
	};
	return true;
}

bool glibc_mapped_parse(struct glibc *glibc, const struct memory *memory,
			struct heap *heap)
{
	uint64_t bytes = 0, nr, want;

	for (size_t i = 0; i < glibc->mapped.nr; i++) {
		const struct glibc_range *range = &glibc->mapped.range[i];

		if (!add_mapping(glibc, memory, heap, range))
			return false;
		bytes += range->end - range->start;
	}
	if (!glibc->par)
		return true;
	nr = glibc_int(memory, glibc->par + glibc->shape.par.n_mmaps);
	want = glibc_par(glibc, memory, mmapped_mem);
	if (nr != glibc->mapped.nr || want != bytes)
		glibc_problem(glibc, "%zu mapping%s of %" PRIu64 " bytes found, glibc counts %" PRIu64 " of %" PRIu64,
			      glibc->mapped.nr,
			      glibc->mapped.nr == 1 ? "" : "s", bytes, nr,
			      want);
	return true;
}
