// SPDX-License-Identifier: GPL-2.0
/*
 * A page map in the form it has on the wire: states of pages as runs and as
 * bitmaps. Knows neither tables nor entries. The caller sees to it that there
 * is room: a run takes one word at most, a step no more than it has pages.
 */
#include <linux/bitmap.h>
#include <linux/minmax.h>

#include "map.h"

void vmav_map_reset(struct vmav_map *map, unsigned int room)
{
	map->nr_words = 0;
	map->nr_frames = 0;
	map->runs = false;
	map->room = min_t(unsigned int, room, VMAV_MAP_WORDS);
}

/* Lengthens the last group, or adds one word. nr: up to VMAV_MAP_GROUP_MAX. */
void vmav_map_put_run(struct vmav_map *map, u32 state, u64 nr)
{
	if (map->runs) {
		u64 *last = &map->words[map->nr_words - 1];

		if (VMAVIEW_MAP_STATE(*last) == state &&
		    VMAVIEW_MAP_PAGES(*last) + nr <= VMAV_MAP_GROUP_MAX) {
			*last += nr << 24;
			return;
		}
	}
	map->words[map->nr_words++] = state | nr << 24;
	map->runs = true;
}

static void put_bitmap(struct vmav_map *map, const struct vmav_step *step)
{
	map->words[map->nr_words++] = step->states[0].state |
				      VMAVIEW_PAGE_BITMAP |
				      (u64)step->nr << 24;
	bitmap_to_arr64(&map->words[map->nr_words], step->bits, step->nr);
	map->nr_words += DIV_ROUND_UP(step->nr, 64);
	map->runs = false;
}

/* How many runs of bits that are alike there are. */
static unsigned int count_runs(const struct vmav_step *step)
{
	/* the first has none before it to differ from */
	unsigned long carry = step->bits[0] & 1;
	unsigned int i, nr = 1;

	for (i = 0; i < BITS_TO_LONGS(step->nr); i++) {
		unsigned long bits = step->bits[i];
		unsigned long changes = bits ^ (bits << 1 | carry);

		if (i == step->nr / BITS_PER_LONG)
			changes &= BITMAP_LAST_WORD_MASK(step->nr);
		nr += hweight_long(changes);
		carry = bits >> (BITS_PER_LONG - 1);
	}
	return nr;
}

static void put_runs(struct vmav_map *map, const struct vmav_step *step)
{
	unsigned int at = 0, set, clear, i = 0, left = step->states[0].nr;

	while (at < step->nr) {
		set = find_next_bit(step->bits, step->nr, at);
		if (set > at)
			vmav_map_put_run(map, VMAVIEW_PAGE_NONE, set - at);
		clear = find_next_zero_bit(step->bits, step->nr, set);
		for (at = set; at < clear;) {
			unsigned int nr = min(clear - at, left);

			vmav_map_put_run(map, step->states[i].state, nr);
			at += nr;
			left -= nr;
			if (!left && ++i < step->nr_states)
				left = step->states[i].nr;
		}
	}
}

/* Whichever is shorter; a bitmap can tell one state alone from none. */
void vmav_map_put_step(struct vmav_map *map, const struct vmav_step *step)
{
	if (!step->nr_states)
		vmav_map_put_run(map, VMAVIEW_PAGE_NONE, step->nr);
	else if (step->nr_states == 1 &&
		 count_runs(step) > 1 + DIV_ROUND_UP(step->nr, 64))
		put_bitmap(map, step);
	else
		put_runs(map, step);
}
