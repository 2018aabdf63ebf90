// SPDX-License-Identifier: GPL-2.0
/*
 * Single lists, which may have become cycles or lead astray: they are measured
 * before they are walked.
 */
#include "heap/glibc.h"

bool glibc_list_next(const struct glibc_list *list, uint64_t mem,
		     uint64_t *next)
{
	const struct glibc_shape *shape = &list->glibc->shape;
	uint64_t link;

	if ((mem & (shape->align - 1)) ||
	    !memory_copied_word(list->memory, mem, shape->word, &link))
		return false;
	link = glibc_unlink(shape, mem, link);
	if (shape->word == 4)
		link &= UINT32_MAX;
	*next = link ? link + list->header : 0;
	return true;
}

/* How many different ones there are when it runs into a cycle of that many. */
static size_t count_cycle(const struct glibc_list *list, uint64_t first,
			  size_t cycle)
{
	uint64_t ahead = first, behind = first;
	size_t before = 0;

	for (size_t i = 0; i < cycle; i++)
		glibc_list_next(list, ahead, &ahead);
	for (; ahead != behind; before++) {
		glibc_list_next(list, ahead, &ahead);
		glibc_list_next(list, behind, &behind);
	}
	return before + cycle;
}

/* Brent's way: one waits, at powers of two, for the other to come by again. */
void glibc_list_measure(struct glibc_list *list, uint64_t first)
{
	uint64_t at = first, waits = 0, next;
	size_t since = 0, power = 1;

	list->nr = 0;
	list->strange = 0;
	list->is_cycle = list->is_long = false;
	while (at) {
		if (!glibc_list_next(list, at, &next)) {
			list->strange = at;
			return;
		}
		if (at == waits) {
			list->is_cycle = true;
			list->nr = count_cycle(list, first, since);
			return;
		}
		if (since == power || !waits) {
			waits = at;
			power *= 2;
			since = 0;
		}
		if (list->nr == list->most) {
			list->is_long = true;
			return;
		}
		since++;
		list->nr++;
		at = next;
	}
}
