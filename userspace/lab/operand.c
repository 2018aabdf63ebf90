// SPDX-License-Identifier: GPL-2.0
/* What claims are about: values of the kernel, of blocks and of the heap. */
#include <stdio.h>
#include <string.h>

#include "lab/state.h"

static void set_now(struct value *value, uint64_t now)
{
	value->now = now;
	value->has_now = true;
}

/* ---- operands that are not of the kernel ---- */

static const struct heap *heap_of(struct lab *lab, struct value *value)
{
	const struct heap *heap = lab_heap(lab);

	if (!heap)
		memcpy(value->why, lab->no_heap, sizeof(value->why));
	return heap;
}

static void read_top(struct lab *lab, const char *member, struct value *value)
{
	const struct heap *heap = heap_of(lab, value);
	const struct heap_chunk *top;

	if (!heap)
		return;
	top = heap->nr_arenas ? heap_find(heap, heap->arenas[0].top) : NULL;
	value->is_address = !strcmp(member, "address");
	set_now(value, !top ? 0 : value->is_address ? top->address :
							top->size);
}

static uint64_t total(const struct heap *heap, const char *name)
{
	const struct heap_totals *totals = &heap->totals;

	switch (*name) {
	case 's':
		return totals->arena + totals->hblkhd;
	case 'u':
		return totals->uordblks + totals->hblkhd;
	case 'f':
		return totals->fordblks;
	case 'c':
		return totals->cached;
	default:
		return heap->nr_arenas;
	}
}

static void read_leaks(struct lab *lab, bool is_bytes, struct value *value)
{
	uint64_t nr, bytes;

	if (leaks_count(lab, &nr, &bytes))
		set_now(value, is_bytes ? bytes : nr);
	else
		strcpy(value->why, "there is no log of mtrace, or it can't be read");
}

/* How many events of a name there are, or the bytes of them all. */
static void read_events(const struct lab *lab, const char *name, bool is_bytes,
			struct value *value)
{
	wide sum = 0;
	size_t i;

	for (i = 0; i < lab->events.nr; i++)
		if (tell_is_named(&lab->events.events[i], name))
			sum += is_bytes ? lab->events.events[i].size : 1;
	value->now = sum;
	value->has_now = !lab->events.lost && !lab->events.failed;
	if (!value->has_now)
		strcpy(value->why, "events are lost");
}

static bool is_event(const char *name)
{
	unsigned int i;

	for (i = 1; i < nr_heap_events; i++)
		if (!strcmp(name, heap_events[i].name))
			return true;
	return false;
}

/* Of the events that ask the kernel bytes are meant, without "events." too. */
static bool is_asking(const char *name)
{
	return !strcmp(name, "mmap") || !strcmp(name, "munmap") ||
	       !strcmp(name, "mremap") || !strcmp(name, "trim");
}

/* ---- blocks ---- */

static void read_chunk_size(struct lab *lab, const struct block *block,
			    struct value *value)
{
	const struct heap *heap = heap_of(lab, value);
	const struct heap_chunk *chunk;

	if (!heap)
		return;
	chunk = heap_find(heap, block->mem - 1);
	if (chunk && heap_mem(heap, chunk) == block->mem)
		set_now(value, chunk->size);
	else
		strcpy(value->why, "no chunk begins there");
}

static void read_resident(struct lab *lab, const struct block *block,
			  bool is_zero, struct value *value)
{
	uint64_t own, zero;

	if (kernel_resident(lab, block->mem, block->mem + block->usable, &own,
			    &zero))
		set_now(value, is_zero ? zero : own);
	else
		strcpy(value->why, "its pages are not known");
}

static int read_block(const struct call *call, const char *word,
		      struct value *value, struct error *err)
{
	const char *dot = strrchr(word, '.'), *member = dot ? dot + 1 : "";
	const struct block *block;
	char name[WORDS_LINE];
	uint32_t number;

	snprintf(name, sizeof(name), "%.*s",
		 dot ? (int)(dot - word) : (int)strlen(word), word);
	if (lab_block(call, name, &number, err))
		return -1;
	block = &call->lab->blocks.blocks[number];
	if (!*member || !strcmp(member, "address")) {
		value->is_address = true;
		set_now(value, block->mem);
	} else if (!strcmp(member, "usable")) {
		set_now(value, block->usable);
	} else if (!strcmp(member, "size")) {
		read_chunk_size(call->lab, block, value);
	} else if (!strcmp(member, "rss") || !strcmp(member, "zero")) {
		read_resident(call->lab, block, *member == 'z', value);
	} else {
		return error_set(err, ERR_USAGE,
				 "%.60s: a block has address, usable, size, rss and zero",
				 word);
	}
	return 0;
}

/* ---- all of them ---- */

static void read_kernel(const struct lab *lab, const struct kernel_value *info,
			struct value *value)
{
	uint64_t now = 0, before = 0;

	value->is_address = info->unit == UNIT_ADDRESS;
	value->has_now = info->read(lab, &lab->after, &now);
	value->has_before = info->read(lab, picture_before(lab), &before);
	value->now = now;
	value->before = before;
	if (!value->has_now)
		snprintf(value->why, sizeof(value->why), "%s",
			 lab->after.snap ? "the source does not tell" :
					   lab->after.why);
}

static void read_member(struct lab *lab, const char *member,
			struct value *value)
{
	const struct heap *heap = heap_of(lab, value);
	uint64_t now;

	if (!heap)
		return;
	if (tell_find_field(heap, member, &now))
		set_now(value, now);
	else
		snprintf(value->why, sizeof(value->why),
			 "av_ has no member %.40s", member);
}

static bool is_total(const char *word)
{
	static const char *const names[] = {
		"system", "used", "free", "cached", "arenas", NULL
	};
	size_t i;

	for (i = 0; names[i]; i++)
		if (!strcmp(word, names[i]))
			return true;
	return false;
}

int operand_read(const struct call *call, const char *word,
		 struct value *value, struct error *err)
{
	struct lab *lab = call->lab;
	const struct heap *heap;
	size_t i;

	*value = (struct value){ .has_now = false };
	for (i = 0; i < nr_kernel_values; i++) {
		if (strcmp(word, kernel_values[i].name))
			continue;
		read_kernel(lab, &kernel_values[i], value);
		return 0;
	}
	if (!strcmp(word, "top.size") || !strcmp(word, "top.address")) {
		read_top(lab, word + 4, value);
	} else if (!strncmp(word, "av.", 3)) {
		read_member(lab, word + 3, value);
	} else if (is_total(word)) {
		heap = heap_of(lab, value);
		if (heap)
			set_now(value, total(heap, word));
	} else if (!strcmp(word, "leaks") || !strcmp(word, "leaks.bytes")) {
		read_leaks(lab, word[5], value);
	} else if (!strncmp(word, "events.", 7) && is_event(word + 7)) {
		read_events(lab, word + 7, false, value);
	} else if (!strncmp(word, "events.", 7)) {
		return error_set(err, ERR_USAGE,
				 "no event is called %.40s: malloc, free, split, coalesce, bin, unbin, brk, mmap, munmap, mremap, trim, refill, flush are",
				 word + 7);
	} else if (is_asking(word)) {
		read_events(lab, word, true, value);
	} else {
		return read_block(call, word, value, err);
	}
	return 0;
}
