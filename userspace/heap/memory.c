// SPDX-License-Identifier: GPL-2.0
/*
 * The copy is made of parts, ascending and disjoint, each of whole pages. The
 * buffers of a copy that was dropped are kept for those that begin at the same
 * address: a copy that is made once while the target runs, and dropped, leaves
 * behind buffers that the next one, while it stands, need not wait for.
 */
#include "heap/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "heap/part.h"
#include "heap/stop.h"
#include "source/maps.h"

#define GUARDS		4096	/* parts that are compared, at most */
#define GUARD_MAX	65536	/* bytes of one */

struct guard {
	uint64_t addr;
	size_t nr;
};

struct memory {
	pid_t pid;
	struct stop stop;
	struct part_reader reader;
	struct snapshot *areas;	/* as of this copy, or NULL: not wanted */
	struct part *parts, *spares;
	size_t nr, cap, nr_spares, cap_spares;
	size_t nr_sorted;	/* spares of the last copy */
	struct guard *guards;
	size_t nr_guards, cap_guards;
};

struct memory *memory_new(pid_t pid)
{
	struct memory *memory = calloc(1, sizeof(*memory));

	if (!memory)
		return NULL;
	memory->pid = pid;
	stop_init(&memory->stop, pid);
	part_reader_init(&memory->reader, pid);
	return memory;
}

static void free_spares(struct memory *memory)
{
	for (size_t i = 0; i < memory->nr_spares; i++)
		part_free(&memory->spares[i]);
	memory->nr_spares = memory->nr_sorted = 0;
}

void memory_free(struct memory *memory)
{
	if (!memory)
		return;
	for (size_t i = 0; i < memory->nr; i++)
		part_free(&memory->parts[i]);
	free_spares(memory);
	free(memory->parts);
	free(memory->spares);
	free(memory->guards);
	snapshot_free(memory->areas);
	part_reader_close(&memory->reader);
	stop_free(&memory->stop);
	free(memory);
}

pid_t memory_pid(const struct memory *memory)
{
	return memory->pid;
}

/* ---- live ---- */

int memory_read(struct memory *memory, uint64_t addr, void *to, size_t nr,
		struct error *err)
{
	struct iovec local = { to, nr };
	struct iovec remote = { (void *)(uintptr_t)addr, nr };
	ssize_t got;

	if (addr > UINTPTR_MAX - nr)
		return error_set(err, ERR_FAILED, "no address 0x%" PRIx64,
				 addr);
	got = process_vm_readv(memory->pid, &local, 1, &remote, 1, 0);
	if (got == (ssize_t)nr)
		return 0;
	return part_say(memory->pid, addr, got < 0 ? errno : EFAULT, err);
}

int memory_word(struct memory *memory, uint64_t addr, unsigned int word,
		uint64_t *value, struct error *err)
{
	uint32_t half = 0;

	if (word == sizeof(*value))
		return memory_read(memory, addr, value, sizeof(*value), err);
	if (memory_read(memory, addr, &half, sizeof(half), err))
		return -1;
	*value = half;
	return 0;
}

bool memory_peek(struct memory *memory, uint64_t addr, void *to, size_t nr)
{
	struct error err;

	return part_is_there(&memory->reader, addr) &&
	       !memory_read(memory, addr, to, nr, &err);
}

int memory_stop(struct memory *memory, struct error *err)
{
	return stop_begin(&memory->stop, err);
}

void memory_resume(struct memory *memory)
{
	stop_end(&memory->stop);
}

bool memory_is_stopped(const struct memory *memory)
{
	return memory->stop.is_stopped;
}

int64_t memory_pause(const struct memory *memory)
{
	return memory->stop.pause;
}

/* ---- the copy ---- */

/* Makes room for one more entry. */
static bool grow(struct part **parts, size_t nr, size_t *cap)
{
	struct part *bigger;

	if (nr < *cap)
		return true;
	bigger = reallocarray(*parts, *cap ? 2 * *cap : 16, sizeof(**parts));
	if (!bigger)
		return false;
	*parts = bigger;
	*cap = *cap ? 2 * *cap : 16;
	return true;
}

int memory_look(struct memory *memory, const struct snapshot *snap,
		struct error *err)
{
	return part_reader_open(&memory->reader, snap, err);
}

uint64_t memory_page(const struct memory *memory)
{
	return memory->reader.page_size;
}

const struct snapshot *memory_areas(struct memory *memory, struct error *err)
{
	struct snapshot *areas;
	struct file_text text;
	char path[40];
	int ret;

	if (memory->areas)
		return memory->areas;
	snprintf(path, sizeof(path), "/proc/%d/maps", (int)memory->pid);
	ret = file_read(AT_FDCWD, path, &text);
	areas = snapshot_new();
	if (ret || !areas) {
		if (ret)
			part_say(memory->pid, 0, errno == ENOENT ? ESRCH :
				 errno, err);
		else
			error_set(err, ERR_FAILED, "out of memory");
		ret = -1;
	} else {
		areas->page_size = memory->reader.page_size;
		ret = maps_parse(&text, NULL, areas, err);
	}
	file_free(&text);
	if (ret) {
		snapshot_free(areas);
		return NULL;
	}
	memory->areas = areas;
	return areas;
}

static void keep_spare(struct memory *memory, struct part *part)
{
	if (!grow(&memory->spares, memory->nr_spares, &memory->cap_spares)) {
		part_free(part);
		return;
	}
	part_drop(part);
	memory->spares[memory->nr_spares++] = *part;
}

void memory_clear(struct memory *memory)
{
	snapshot_free(memory->areas);
	memory->areas = NULL;
	free_spares(memory);
	for (size_t i = 0; i < memory->nr; i++)
		keep_spare(memory, &memory->parts[i]);
	memory->nr_sorted = memory->nr_spares;
	memory->nr = 0;
	memory->nr_guards = 0;
	memory->reader.nr_read = memory->reader.nr_asked = 0;
	memory->reader.may_vanish = !memory->stop.is_stopped;
}

/*
 * The buffer that begins there, or a new one of that size. Of the spares those
 * of the last copy ascend, and one that was taken has no bytes any more; those
 * that this copy leaves behind it does not need again.
 */
static bool take_spare(struct memory *memory, uint64_t start, uint64_t end,
		       struct part *part)
{
	size_t low = 0, high = memory->nr_sorted;
	struct part *spare;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (memory->spares[mid].start < start)
			low = mid + 1;
		else
			high = mid;
	}
	spare = &memory->spares[low];
	if (low == memory->nr_sorted || spare->start != start ||
	    !spare->bytes || end - start > spare->cap)
		return part_new(part, start, end);
	*part = *spare;
	*spare = (struct part){ .start = start };
	return true;
}

/* The first part that ends at addr or above it. */
static size_t find(const struct memory *memory, uint64_t addr)
{
	size_t low = 0, high = memory->nr;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (memory->parts[mid].end < addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/*
 * Makes parts[first, last), which is what [start, end) overlaps or touches, one
 * with it, in a buffer of its own or in that of the first. Bytes that are there
 * already stay. Where it fails, a part may be lost.
 */
static int join(struct memory *memory, size_t first, size_t last,
		uint64_t start, uint64_t end, struct error *err)
{
	struct part *old = memory->parts + first, whole;
	bool in_place = first < last && old->start == start &&
			end - start <= old->cap;
	uint64_t at = start;
	int ret = 0;

	if (in_place)
		whole = *old;
	else if (!take_spare(memory, start, end, &whole))
		return error_set(err, ERR_FAILED,
				 "no room for a copy of %" PRIu64 " bytes",
				 end - start);
	for (size_t i = first; i < last && !ret; i++) {
		if (at < memory->parts[i].start)
			ret = part_fill(&memory->reader, &whole, at,
					memory->parts[i].start, err);
		if (i > first || !in_place)
			part_take_over(&whole, &memory->parts[i]);
		at = memory->parts[i].end;
	}
	if (!ret && at < end)
		ret = part_fill(&memory->reader, &whole, at, end, err);
	/* What is in the buffer now is not known, and so not kept. */
	if (ret) {
		part_free(&whole);
		if (in_place)
			memmove(old, old + 1, (--memory->nr - first) *
				sizeof(*old));
		return -1;
	}
	whole.end = end;
	for (size_t i = first + in_place; i < last; i++)
		keep_spare(memory, &memory->parts[i]);
	if (first == last && !grow(&memory->parts, memory->nr, &memory->cap)) {
		part_free(&whole);
		return error_set(err, ERR_FAILED, "out of memory");
	}
	memmove(memory->parts + first + 1, memory->parts + last,
		(memory->nr - last) * sizeof(whole));
	memory->parts[first] = whole;
	memory->nr += 1 - (last - first);
	return 0;
}

int memory_copy(struct memory *memory, uint64_t start, uint64_t end,
		struct error *err)
{
	uint64_t mask = memory->reader.page_size - 1;
	size_t first, last;

	if (start >= end || end > UINT64_MAX - mask)
		return error_set(err, ERR_FAILED,
				 "[0x%" PRIx64 ", 0x%" PRIx64 ") is no memory",
				 start, end);
	start &= ~mask;
	end = (end + mask) & ~mask;
	first = last = find(memory, start);
	while (last < memory->nr && memory->parts[last].start <= end)
		last++;
	if (first < last) {
		const struct part *one = &memory->parts[first];

		if (one->start <= start && end <= one->end)
			return 0;
		if (one->start < start)
			start = one->start;
		if (memory->parts[last - 1].end > end)
			end = memory->parts[last - 1].end;
	}
	return join(memory, first, last, start, end, err);
}

const uint8_t *memory_run(const struct memory *memory, uint64_t addr,
			  uint64_t *end)
{
	size_t at = addr < UINT64_MAX ? find(memory, addr + 1) : memory->nr;
	const struct part *part;

	if (at == memory->nr)
		return NULL;
	part = &memory->parts[at];
	if (addr < part->start)
		return NULL;
	*end = part->end;
	return part->bytes + (addr - part->start);
}

const void *memory_at(const struct memory *memory, uint64_t addr, uint64_t nr)
{
	uint64_t end;
	const uint8_t *bytes = memory_run(memory, addr, &end);

	return bytes && nr <= end - addr ? bytes : NULL;
}

bool memory_copied_word(const struct memory *memory, uint64_t addr,
			unsigned int word, uint64_t *value)
{
	const void *bytes = memory_at(memory, addr, word);
	uint32_t half;

	if (!bytes)
		return false;
	if (word == sizeof(*value)) {
		memcpy(value, bytes, sizeof(*value));
	} else {
		memcpy(&half, bytes, sizeof(half));
		*value = half;
	}
	return true;
}

bool memory_give(struct memory *memory, struct heap *heap)
{
	uint64_t nr_swapped = memory->reader.nr_swapped;

	memory->reader.nr_swapped = 0;
	heap->page_size = memory->reader.page_size;
	for (size_t i = 0; i < memory->nr; i++) {
		struct heap_range *range = heap_add_range(heap);

		if (!range)
			return false;
		heap->copied += part_bytes_read(&memory->reader,
						&memory->parts[i]);
		if (!part_give(&memory->reader, &memory->parts[i], range))
			return false;
	}
	memory->nr = 0;
	if (nr_swapped)
		heap_note(heap, "%" PRIu64 " page%s had to be fetched from swap to be read",
			  nr_swapped, nr_swapped == 1 ? "" : "s");
	return true;
}

/* ---- guards ---- */

void memory_guard(struct memory *memory, uint64_t addr, uint64_t nr)
{
	if (memory->nr_guards == memory->cap_guards) {
		size_t cap = memory->cap_guards ? 2 * memory->cap_guards : 64;
		struct guard *bigger;

		if (cap > GUARDS)
			return;
		bigger = reallocarray(memory->guards, cap, sizeof(*bigger));
		if (!bigger)
			return;
		memory->guards = bigger;
		memory->cap_guards = cap;
	}
	memory->guards[memory->nr_guards++] = (struct guard){
		addr, nr < GUARD_MAX ? nr : GUARD_MAX,
	};
}

bool memory_holds(struct memory *memory)
{
	static const size_t step = 4096;
	char now[4096];
	struct error err;

	for (size_t i = 0; i < memory->nr_guards; i++) {
		const struct guard *guard = &memory->guards[i];

		for (size_t at = 0; at < guard->nr; at += step) {
			size_t nr = guard->nr - at < step ? guard->nr - at :
							    step;
			const void *then = memory_at(memory, guard->addr + at,
						     nr);

			if (!then || memory_read(memory, guard->addr + at, now,
						 nr, &err) ||
			    memcmp(then, now, nr) != 0)
				return false;
		}
	}
	return true;
}
