// SPDX-License-Identifier: GPL-2.0
/*
 * Two hash tables over one array. A slot leads to a block for ever, though to
 * another one when its name or address is given again.
 */
#include "lab/block.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS	256

void block_list_free(struct block_list *list)
{
	free(list->blocks);
	free(list->names);
	free(list->mems);
	*list = (struct block_list){ .nr = 0 };
}

static uint32_t hash_name(const char *name)
{
	uint32_t hash = 2166136261U;

	while (*name)
		hash = (hash ^ (unsigned char)*name++) * 16777619U;
	return hash ^ hash >> 15;
}

static uint32_t hash_mem(uint64_t mem)
{
	return (uint32_t)(mem * 0x9e3779b97f4a7c15ULL >> 32);
}

/*
 * The slot that leads to the block called so, or the empty one that could. The
 * table is never full.
 */
static uint32_t *name_slot(const struct block_list *list, const char *name)
{
	uint32_t i = hash_name(name) & (list->slots - 1);

	for (; list->names[i]; i = (i + 1) & (list->slots - 1))
		if (!strcmp(list->blocks[list->names[i] - 1].name, name))
			break;
	return &list->names[i];
}

static uint32_t *mem_slot(const struct block_list *list, uint64_t mem)
{
	uint32_t i = hash_mem(mem) & (list->slots - 1);

	for (; list->mems[i]; i = (i + 1) & (list->slots - 1))
		if (list->blocks[list->mems[i] - 1].mem == mem)
			break;
	return &list->mems[i];
}

/* Tables of twice as many slots. */
static bool widen(struct block_list *list)
{
	uint32_t slots = list->slots ? list->slots * 2 : FIRST_SLOTS, i;
	uint32_t *names = calloc(slots, sizeof(*names));
	uint32_t *mems = calloc(slots, sizeof(*mems));

	if (!names || !mems) {
		free(names);
		free(mems);
		return false;
	}
	free(list->names);
	free(list->mems);
	list->names = names;
	list->mems = mems;
	list->slots = slots;
	/* Ascending, so that the newest is led to. */
	for (i = 0; i < list->nr; i++) {
		*name_slot(list, list->blocks[i].name) = i + 1;
		*mem_slot(list, list->blocks[i].mem) = i + 1;
	}
	return true;
}

uint32_t block_add(struct block_list *list, const char *name, uint64_t mem)
{
	uint32_t want = list->cap ? list->cap * 2 : 64;
	struct block *blocks;

	if (list->nr == list->cap) {
		blocks = reallocarray(list->blocks, want, sizeof(*blocks));
		if (!blocks)
			return NO_BLOCK;
		list->blocks = blocks;
		list->cap = want;
	}
	if (list->nr >= list->slots / 2 && !widen(list))
		return NO_BLOCK;
	list->blocks[list->nr] = (struct block){ .mem = mem };
	snprintf(list->blocks[list->nr].name, BLOCK_NAME, "%s", name);
	list->nr++;
	*name_slot(list, name) = list->nr;
	*mem_slot(list, mem) = list->nr;
	return list->nr - 1;
}

uint32_t block_find(const struct block_list *list, const char *name)
{
	uint32_t number = list->slots ? *name_slot(list, name) : 0;

	return number ? number - 1 : NO_BLOCK;
}

uint32_t block_at(const struct block_list *list, uint64_t mem)
{
	uint32_t number = list->slots ? *mem_slot(list, mem) : 0;

	return number ? number - 1 : NO_BLOCK;
}
