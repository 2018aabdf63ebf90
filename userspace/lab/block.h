/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The blocks that commands made, each with a number of its own, and the names
 * that lead to them now. Blocks are never taken out: one that was freed can be
 * freed again.
 */
#ifndef VMAVIEW_LAB_BLOCK_H
#define VMAVIEW_LAB_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BLOCK_NAME	48	/* "name[123456]" and a NUL */
#define NO_BLOCK	UINT32_MAX

enum block_state {
	BLOCK_LIVE,
	BLOCK_FREED,
	BLOCK_NONE,	/* there was no memory for it: its address is 0 */
	BLOCK_FOREIGN,	/* not of the allocator: sbrk */
};

struct block {
	char name[BLOCK_NAME];	/* as it was called */
	uint64_t mem;		/* what malloc returned */
	uint64_t usable;	/* bytes */
	uint8_t state;		/* enum block_state */
	bool by_chance;		/* one of random's */
};

struct block_list {
	struct block *blocks;
	uint32_t nr, cap;
	/* Open addressing, a power of two each, of numbers of blocks plus 1. */
	uint32_t *names, *mems;
	uint32_t slots;
};

/* All zeros is an empty list. */
void block_list_free(struct block_list *list);

/*
 * A new block, to which the name and the address lead from now on, whoever had
 * them. Its number, or NO_BLOCK without memory.
 */
uint32_t block_add(struct block_list *list, const char *name, uint64_t mem);
/* The block of that name, or NO_BLOCK. */
uint32_t block_find(const struct block_list *list, const char *name);
/* The newest block with that address, or NO_BLOCK. */
uint32_t block_at(const struct block_list *list, uint64_t mem);

#endif
