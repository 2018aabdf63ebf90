// SPDX-License-Identifier: GPL-2.0
/*
 * Requests as calls of the allocator. Addresses are taken as they come: a block
 * that was freed may be freed or written again, as that is what a lab is for.
 */
#include "host/op.h"

#include <errno.h>
#include <malloc.h>
#include <mcheck.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "chunk/vmachunk.h"

static void *pointer(uint64_t address)
{
	return (void *)(uintptr_t)address;
}

/* What a call that gives a block has to say. */
static void gave(struct wire_reply *reply, void *mem)
{
	reply->result = (uintptr_t)mem;
	reply->usable = malloc_usable_size(mem);
	reply->error = mem ? 0 : errno;
}

/*
 * One access to each page. To add nothing in one step is a write from the start
 * for the kernel: it does not hand out the zero page first.
 */
static void touch(uint64_t from, uint64_t to, int is_write)
{
	uint64_t page = getauxval(AT_PAGESZ);
	volatile unsigned char *byte;

	for (; from < to; from = (from & -page) + page) {
		byte = pointer(from);
		if (is_write)
			__atomic_fetch_add(byte, 0, __ATOMIC_RELAXED);
		else
			(void)*byte;
	}
}

static void move_break(struct wire_reply *reply, uint64_t bytes)
{
	void *old = sbrk((intptr_t)bytes);

	if (old == (void *)-1) {
		reply->error = errno;
		return;
	}
	reply->result = (uintptr_t)old;
	reply->usable = bytes;
}

static void trace(uint64_t on)
{
	if (on)
		mtrace();
	else
		muntrace();
}

void op_do(const struct wire_request *request, struct wire_reply *reply)
{
	void *mem = pointer(request->address);
	uint64_t a = request->a, b = request->b;

	reply->tid = syscall(SYS_gettid);
	errno = 0;
	switch (request->op) {
	case WIRE_MALLOC:
		return gave(reply, malloc(a));
	case WIRE_CALLOC:
		return gave(reply, calloc(a, b));
	case WIRE_REALLOC:
		return gave(reply, realloc(mem, a));
	case WIRE_MEMALIGN:
		return gave(reply, memalign(a, b));
	case WIRE_FREE:
		return free(mem);
	case WIRE_READ:
	case WIRE_WRITE:
		return touch(request->address, a, request->op == WIRE_WRITE);
	case WIRE_FILL:
		memset(mem, (int)b, a - request->address);
		return;
	case WIRE_TRIM:
		reply->result = malloc_trim(a);
		return;
	case WIRE_MALLOPT:
		reply->result = mallopt((int)a, (int)b);
		return;
	case WIRE_SBRK:
		return move_break(reply, a);
	case WIRE_MTRACE:
		return trace(a);
	case WIRE_CHECK:
		reply->result = vmachunk_check();
		return;
	}
}
