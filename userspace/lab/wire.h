/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a lab and its host say to each other over a SOCK_SEQPACKET pair, which
 * is descriptor WIRE_FD in the host. One request, then its reply, then as many
 * packets of events as the reply says events, WIRE_EVENTS in each but the
 * last. Both sides are of one build: there is no version.
 */
#ifndef VMAVIEW_LAB_WIRE_H
#define VMAVIEW_LAB_WIRE_H

#include <stdint.h>

#define WIRE_FD		3
#define WIRE_TRACE_FD	4	/* the file that mtrace() writes */
#define WIRE_THREADS	16	/* numbered from 1, which is the main one */
#define WIRE_EVENTS	256

enum wire_op {
	WIRE_LOOK,	/* nothing is done: where the break is */
	WIRE_MALLOC,	/* a: bytes */
	WIRE_CALLOC,	/* a: how many, b: bytes of each */
	WIRE_REALLOC,	/* address, a: bytes */
	WIRE_MEMALIGN,	/* a: alignment, b: bytes */
	WIRE_FREE,	/* address */
	WIRE_READ,	/* one byte of each page of [address, a) */
	WIRE_WRITE,	/* likewise; it keeps its value */
	WIRE_FILL,	/* [address, a) with byte b */
	WIRE_TRIM,	/* a: bytes to be kept; result 1: something went back */
	WIRE_MALLOPT,	/* a: parameter, b: value; result 0: refused */
	WIRE_SBRK,	/* a: bytes, past the allocator */
	WIRE_MTRACE,	/* a: 1 begins, 0 ends */
	WIRE_CHECK,	/* result: invariants that do not hold */
	WIRE_OP_NR
};

struct wire_request {
	uint32_t op;		/* enum wire_op */
	uint32_t thread;	/* 1 ... WIRE_THREADS; made when first named */
	uint64_t address, a, b;
};

struct wire_reply {
	uint64_t result;	/* an address, or what the op says */
	uint64_t usable;	/* bytes, of the block that result is */
	uint64_t brk_before, brk_after;	/* as the kernel tells */
	uint64_t faults;	/* of the whole process, meanwhile */
	uint64_t lost;		/* events that were overwritten */
	int32_t error;		/* errno where it failed, or 0 */
	uint32_t nr_events;
	uint32_t tid;		/* that did it */
	uint32_t is_new;	/* the thread was made for it */
};

struct wire_event {
	uint64_t address;
	int64_t size;		/* bytes */
	uint32_t tid;
	uint32_t kind;		/* index into heap_events of model/heap.h */
};

#endif
