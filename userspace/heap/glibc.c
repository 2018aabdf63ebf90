// SPDX-License-Identifier: GPL-2.0
/*
 * The reader of glibc's malloc, from 2.30 on: find, copy, parse.
 *
 * Why a picture that was taken between two instructions of malloc is found out:
 * each chunk is told of twice, by the row that it lies in and by the list that
 * it is in, and lists and sizes are counted a third time by their owners. What
 * agrees in all of them is what mallinfo2() would have said.
 */
#include "heap/glibc.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heap/other.h"
#include "heap/reader.h"

static void release(void *self)
{
	struct glibc *glibc = self;

	if (!glibc)
		return;
	free(glibc->arenas);
	free(glibc->tids);
	free(glibc->data.range);
	free(glibc->heaps.range);
	free(glibc->brk.range);
	free(glibc->areas.range);
	free(glibc->mapped.range);
	free(glibc->threads.range);
	free(glibc);
}

/* An arena in use is evidence; a library that is only mapped is none. */
static int find_arena(struct glibc *glibc, struct memory *memory,
		      const struct snapshot *snap, struct error *err)
{
	bool is_found = glibc_find_state(glibc, memory);

	if (is_found && glibc->started) {
		other_find_mapped(snap, glibc->neighbour,
				  sizeof(glibc->neighbour));
		return 1;
	}
	if (other_explain(memory_pid(memory), snap, err))
		return -1;
	if (is_found)
		return 1;
	if (glibc->is_static)
		return 0;
	return error_set(err, ERR_FAILED,
			 "glibc %s is there, but its main arena is not where its data is: not the layout of any version up to 2.%u",
			 glibc->release, glibc_layout_newest());
}

static int find(struct memory *memory, const struct snapshot *snap,
		void **self, struct error *err)
{
	struct glibc *glibc = calloc(1, sizeof(*glibc));
	int ret;

	if (!glibc)
		return error_set(err, ERR_FAILED, "out of memory");
	glibc->page = snap->page_size ? snap->page_size : 4096;
	glibc->arenas = calloc(GLIBC_ARENAS, sizeof(*glibc->arenas));
	if (!glibc->arenas) {
		release(glibc);
		return error_set(err, ERR_FAILED, "out of memory");
	}
	ret = glibc_image_find(glibc, memory_pid(memory), snap, err);
	if (ret == 1)
		ret = find_arena(glibc, memory, snap, err);
	else if (!ret)
		ret = other_explain(memory_pid(memory), snap, err);
	if (ret == 1)
		*self = glibc;
	else
		release(glibc);
	return ret;
}

static int copy(void *self, struct memory *memory, const struct snapshot *snap,
		struct error *err)
{
	return glibc_copy(self, memory, snap, err);
}

/* ---- what is said of it ---- */

static void describe(const struct glibc *glibc, struct heap *heap)
{
	const struct glibc_layout *layout = glibc->shape.layout;
	unsigned int newest = glibc_layout_newest();
	char range[32];

	snprintf(range, sizeof(range), layout->from == layout->to ?
		 "2.%u" : "2.%u to 2.%u", layout->from, layout->to);
	snprintf(heap->allocator, sizeof(heap->allocator), "glibc%s%s%s",
		 *glibc->release ? " " : "", glibc->release,
		 glibc->is_static ? ", static" : "");
	snprintf(heap->layout, sizeof(heap->layout),
		 "malloc_state of glibc %s, %u bit", range,
		 8 * glibc->shape.word);
	heap->word = glibc->shape.word;
	heap->min_chunk = glibc->shape.min_chunk;
	heap->alignment = glibc->shape.align;
	if (glibc->minor > newest)
		heap_note(heap, "glibc 2.%u is newer than what is known here, 2.%u: read with that one's layout, and all that can be checked was",
			  glibc->minor, newest);
	if (!glibc->minor)
		heap_note(heap, "a static program does not say its version of glibc: the layout is the one that fits what it holds");
	if (*glibc->neighbour)
		heap_note(heap, "%s is mapped too: what it hands out is not in this heap",
			  glibc->neighbour);
}

static void note_problems(const struct glibc *glibc, struct heap *heap)
{
	for (unsigned int i = 0; i < glibc->nr_problems; i++)
		heap_note(heap, "%s", glibc->problems[i]);
	if (glibc->nr_problems)
		heap->coherent = false;
	if (!glibc->started && !heap->nr_chunks)
		heap_note(heap, "malloc was not called so far, or for mappings alone: there is no heap yet");
}

/* What is of the main arena has no N: free() would look for its heap. */
static void check_flags(struct heap *heap)
{
	size_t nr = 0, first = 0;

	for (size_t i = 0; i < heap->nr_chunks; i++)
		if (!heap->chunks[i].arena &&
		    heap->chunks[i].flags & CHUNK_NON_MAIN_ARENA && !nr++)
			first = i;
	if (!nr)
		return;
	heap->coherent = false;
	heap_note(heap, "%zu chunk%s of the main arena that another one's flag is set in, first 0x%" PRIx64,
		  nr, nr == 1 ? "" : "s", heap->chunks[first].address);
}

/* mallinfo2() counts a top of no size where there is none yet. */
static void count_tops(struct heap *heap)
{
	for (size_t i = 0; i < heap->nr_arenas; i++)
		if (!heap->arenas[i].top) {
			heap->arenas[i].totals.ordblks++;
			heap->totals.ordblks++;
		}
}

static int parse(void *self, struct memory *memory, const struct snapshot *snap,
		 struct heap *heap, struct error *err)
{
	struct row_marks *marks = row_marks_new();
	struct glibc *glibc = self;
	bool is_done = marks;

	(void)snap;
	describe(glibc, heap);
	glibc_arena_settings(glibc, memory, heap);
	is_done = is_done && glibc_arena_parse(glibc, memory, heap) &&
		  glibc_mapped_parse(glibc, memory, heap) &&
		  glibc_bins_parse(glibc, memory, heap, marks) &&
		  glibc_cache_parse(glibc, memory, heap, marks);
	if (is_done)
		note_problems(glibc, heap);
	is_done = is_done && heap_finish(heap) && row_marks_apply(marks, heap);
	row_marks_free(marks);
	if (is_done) {
		check_flags(heap);
		count_tops(heap);
	}
	return is_done ? 0 : error_set(err, ERR_FAILED, "out of memory");
}

const struct heap_reader glibc_reader = {
	.find = find,
	.copy = copy,
	.parse = parse,
	.release = release,
	.kind = HEAP_GLIBC,
};
