// SPDX-License-Identifier: GPL-2.0
/* Page tables by area: the list, and its sums. */
#include "model/tables.h"

#include <stdlib.h>
#include <string.h>

const struct level_info levels[LEVEL_NR] = {
	[LEVEL_PTE] = { "pte", "page table",
		"its entries map pages of the base size" },
	[LEVEL_PMD] = { "pmd", "page middle directory",
		"its entries lead to page tables, or map huge pages (2 MiB on x86-64)" },
	[LEVEL_PUD] = { "pud", "page upper directory",
		"its entries lead to pmd tables, or map gigantic pages (1 GiB on x86-64)" },
	[LEVEL_P4D] = { "p4d", "page level 4 directory",
		"only where five levels are in use" },
	[LEVEL_PGD] = { "pgd", "page global directory",
		"the root: one a process, a CPU register points to it" },
};

struct table_list *table_list_new(uint32_t table_size, uint32_t entries)
{
	struct table_list *list = calloc(1, sizeof(*list));

	if (!list)
		return NULL;
	list->table_size = table_size;
	list->entries = entries;
	return list;
}

void table_list_free(struct table_list *list)
{
	if (!list)
		return;
	free(list->areas);
	free(list);
}

struct area_tables *table_list_add(struct table_list *list)
{
	if (list->nr_areas == list->cap_areas) {
		size_t cap = list->cap_areas ? list->cap_areas * 2 : 64;
		struct area_tables *areas = reallocarray(list->areas, cap,
							 sizeof(*areas));

		if (!areas)
			return NULL;
		list->areas = areas;
		list->cap_areas = cap;
	}
	memset(&list->areas[list->nr_areas], 0, sizeof(*list->areas));
	return &list->areas[list->nr_areas++];
}

void table_list_sum(const struct table_list *list, uint64_t start,
		    uint64_t end, struct area_tables *sum)
{
	size_t i;
	int l;

	memset(sum, 0, sizeof(*sum));
	sum->start = start;
	sum->end = end;
	for (i = 0; i < list->nr_areas; i++) {
		const struct area_tables *area = &list->areas[i];

		if (area->end <= start || area->start >= end)
			continue;
		for (l = 0; l < LEVEL_NR; l++) {
			sum->used[l] += area->used[l];
			sum->pages[l] += area->pages[l];
			sum->tables[l] += area->tables[l];
		}
		sum->deposited += area->deposited;
	}
}

uint64_t tables_bytes(const struct table_list *list,
		      const struct area_tables *sum)
{
	uint64_t tables = sum->deposited;
	int l;

	for (l = 0; l < LEVEL_NR; l++)
		tables += sum->tables[l];
	return tables * list->table_size;
}
