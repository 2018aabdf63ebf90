// SPDX-License-Identifier: GPL-2.0
/*
 * What came of a command, in lines: what the call returned, and what the
 * allocator says that it did.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lab/state.h"
#include "util/format.h"

/* More events than this are told as sums by kind. */
#define EVENTS_TOLD	12
#define KINDS		32
#define WORD		8	/* of the header that a used chunk costs */

/* ---- results ---- */

static const char *in_thread(const struct call *call, char out[32])
{
	if (call->thread < 2)
		return "";
	snprintf(out, 32, " in thread %u", call->thread);
	return out;
}

static void tell_block(const struct call *call, const struct step *step,
		       const struct wire_reply *reply)
{
	char usable[32], thread[32];
	const char *why = reply->error ? strerrordesc_np(reply->error) : NULL;

	if (reply->result)
		say(call->lab, LAB_RESULT,
		    "%s = 0x%" PRIx64 ", %s bytes may be used%s", step->name,
		    reply->result, format_count(usable, reply->usable),
		    in_thread(call, thread));
	else if (step->op == WIRE_REALLOC && !step->a)
		say(call->lab, LAB_RESULT, "%s = 0: to no bytes is free()",
		    step->name);
	else
		say(call->lab, LAB_RESULT, "%s = 0: %s%s", step->name,
		    why ? why : "no memory", step->op == WIRE_REALLOC ?
		    "; the old block is as it was" : "");
}

static void tell_realloc(const struct call *call, const struct step *step,
			 const struct wire_reply *reply)
{
	const struct block *old = &call->lab->blocks.blocks[step->block];

	tell_block(call, step, reply);
	if (reply->result)
		say(call->lab, LAB_RESULT, reply->result == old->mem ?
		    "in place: the address is the same" :
		    "moved: what was at 0x%" PRIx64 " is copied and free",
		    old->mem);
}

static void tell_number(const struct call *call, const struct step *step,
			const struct wire_reply *reply)
{
	char number[32];

	format_count(number, reply->result);
	if (step->op == WIRE_TRIM)
		say(call->lab, LAB_RESULT, reply->result ?
		    "1: memory went back to the kernel" :
		    "0: there was nothing to give back");
	else if (step->op == WIRE_MALLOPT)
		say(call->lab, LAB_RESULT, reply->result ?
		    "1: it is set" : "0: refused");
	else if (reply->result)
		say(call->lab, LAB_RESULT,
		    "%s invariants of the heap do not hold", number);
	else
		say(call->lab, LAB_RESULT, "all invariants of the heap hold");
}

static void tell_use(const struct call *call, const struct step *step)
{
	static const char *const verbs[] = {
		[WIRE_FREE] = "free", [WIRE_READ] = "read",
		[WIRE_WRITE] = "wrote",
	};
	const struct block *block = &call->lab->blocks.blocks[step->block];
	char count[32], thread[32];

	if (step->op == WIRE_FREE)
		say(call->lab, LAB_RESULT, "%s at 0x%" PRIx64 " is free%s",
		    block->name, block->mem, in_thread(call, thread));
	else if (step->op == WIRE_FILL)
		say(call->lab, LAB_RESULT, "%s bytes of %s are 0x%02x%s",
		    format_count(count, block->usable), block->name,
		    (unsigned int)step->b, in_thread(call, thread));
	else
		say(call->lab, LAB_RESULT,
		    "%s a byte of each of %s pages of %s%s", verbs[step->op],
		    format_count(count, step->b - step->a + 1), block->name,
		    in_thread(call, thread));
}

void tell_step(const struct call *call, const struct step *step,
	       const struct wire_reply *reply)
{
	if (reply->is_new)
		say(call->lab, LAB_TEXT,
		    "thread %u is new: pthread_create() took memory for it, too",
		    call->thread);
	switch (step->op) {
	case WIRE_MALLOC:
	case WIRE_CALLOC:
	case WIRE_MEMALIGN:
	case WIRE_SBRK:
		return tell_block(call, step, reply);
	case WIRE_REALLOC:
		return tell_realloc(call, step, reply);
	case WIRE_FREE:
	case WIRE_READ:
	case WIRE_WRITE:
	case WIRE_FILL:
		return tell_use(call, step);
	case WIRE_TRIM:
	case WIRE_MALLOPT:
	case WIRE_CHECK:
		return tell_number(call, step, reply);
	}
}

/* ---- events ---- */

bool tell_is_named(const struct wire_event *event, const char *name)
{
	return event->kind < nr_heap_events &&
	       !strcmp(heap_events[event->kind].name, name);
}

bool tell_asks_kernel(const struct wire_event *event)
{
	return tell_is_named(event, "brk") || tell_is_named(event, "mmap") ||
	       tell_is_named(event, "munmap") ||
	       tell_is_named(event, "mremap") || tell_is_named(event, "trim");
}

static void tell_event(struct lab *lab, const struct wire_event *event)
{
	uint64_t size = event->size < 0 ? -(uint64_t)event->size :
					  (uint64_t)event->size;
	char count[32], thread[32] = "";
	const char *name = event->kind < nr_heap_events ?
			   heap_events[event->kind].name : "?";

	format_count(count, size);
	if (event->tid != (uint32_t)lab->host.pid)
		snprintf(thread, sizeof(thread), " (thread %" PRIu32 ")",
			 event->tid);
	if (tell_is_named(event, "brk"))
		say(lab, LAB_EVENT,
		    "brk %c0x%" PRIx64 " (%s bytes) from 0x%" PRIx64 "%s",
		    event->size < 0 ? '-' : '+', size, count, event->address,
		    thread);
	else if (tell_is_named(event, "flush"))
		say(lab, LAB_EVENT, "flush: %s chunks from 0x%" PRIx64 " on%s",
		    count, event->address, thread);
	else
		say(lab, LAB_EVENT, "%s %s0x%" PRIx64 ", %s bytes%s", name,
		    tell_asks_kernel(event) ? "" : "chunk ", event->address, count,
		    thread);
}

/* "malloc 100 times, 11,200 bytes" */
static void tell_sums(struct lab *lab)
{
	uint64_t nr[KINDS] = { 0 };
	/* Of a damaged host they may be anything: then the sum is, too. */
	uint64_t bytes[KINDS] = { 0 };
	char count[32], size[32];
	size_t i;

	for (i = 0; i < lab->events.nr; i++) {
		const struct wire_event *event = &lab->events.events[i];
		uint32_t kind = event->kind < KINDS ? event->kind : 0;

		nr[kind]++;
		bytes[kind] += (uint64_t)event->size;
	}
	for (i = 0; i < KINDS && i < nr_heap_events; i++)
		if (nr[i])
			say(lab, LAB_EVENT, "%s: %s times, %s%s bytes in all",
			    heap_events[i].name, format_count(count, nr[i]),
			    (int64_t)bytes[i] < 0 ? "-" : "",
			    format_count(size, (int64_t)bytes[i] < 0 ?
					 -bytes[i] : bytes[i]));
}

bool tell_find_field(const struct heap *heap, const char *name,
		     uint64_t *value)
{
	const struct heap_fields *fields;
	unsigned int i;

	if (!heap || !heap->nr_arenas)
		return false;
	fields = &heap->arenas[0].fields;
	for (i = 0; i < fields->nr; i++) {
		if (strcmp(fields->field[i].name, name))
			continue;
		*value = fields->field[i].value;
		return true;
	}
	return false;
}

/* Why the kernel was asked at all, where a single call has asked it. */
static void tell_why(struct lab *lab)
{
	const struct step *step = &lab->steps[lab->nr_steps - 1];
	const struct mark *mark = &lab->marks[lab->nr_marks - 1];
	uint64_t bytes = step->a, chunk, threshold, pad;
	char asked[32], size[32], limit[32], top[32];
	bool is_mapped = false, is_brk = false;
	size_t i;

	if (mark->step + 1 != lab->nr_steps || step->op != WIRE_MALLOC)
		return;
	for (i = 0; i < lab->events.nr; i++) {
		is_mapped |= tell_is_named(&lab->events.events[i], "mmap");
		is_brk |= tell_is_named(&lab->events.events[i], "brk");
	}
	if ((!is_mapped && !is_brk) || bytes > INT64_MAX ||
	    !tell_find_field(lab_heap(lab), "mmap_threshold", &threshold) ||
	    !tell_find_field(lab->heap, "top_pad", &pad))
		return;
	chunk = (bytes + WORD + lab->heap->alignment - 1) &
		-lab->heap->alignment;
	if (chunk < lab->heap->min_chunk)
		chunk = lab->heap->min_chunk;
	say(lab, LAB_EVENT,
	    "%s + %d, in steps of %u: %s, %s mmap_threshold %s",
	    format_count(asked, bytes), WORD,
	    (unsigned int)lab->heap->alignment, format_count(size, chunk),
	    chunk >= threshold ? "not below" : "below",
	    format_count(limit, threshold));
	if (is_mapped && chunk >= threshold)
		say(lab, LAB_EVENT,
		    "mmap: %s and one word more, in whole pages", size);
	else if (is_brk)
		say(lab, LAB_EVENT,
		    "brk: %s + top_pad %s + %u less what top had, in pages",
		    size, format_count(top, pad),
		    (unsigned int)lab->heap->min_chunk);
}

void tell_events(struct lab *lab)
{
	char count[32];
	size_t i;

	if (lab->events.nr > EVENTS_TOLD)
		tell_sums(lab);
	else
		for (i = 0; i < lab->events.nr; i++)
			tell_event(lab, &lab->events.events[i]);
	if (lab->events.lost)
		say(lab, LAB_ERROR, "%s events more are lost",
		    format_count(count, lab->events.lost));
	if (lab->events.failed)
		say(lab, LAB_ERROR, "events are missing: out of memory");
	tell_why(lab);
}
