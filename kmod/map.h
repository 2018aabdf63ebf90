/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMAVIEW_MAP_H
#define VMAVIEW_MAP_H

#include <linux/bitmap.h>
#include <linux/pgtable.h>
#include <linux/vmaview.h>

#define VMAV_MAP_WORDS	2048

/* A group's number of pages has 40 bits. */
#define VMAV_MAP_GROUP_MAX	((1ULL << 40) - 1)

/*
 * Part of a page map, in the form it has on the wire: words describe the pages
 * from start on, and frames are not hashed yet.
 */
struct vmav_map {
	u64 start;
	unsigned int nr_words;
	unsigned int nr_frames;
	unsigned int room;		/* words and frames, together */
	bool runs;			/* the last word can be lengthened */
	u64 words[VMAV_MAP_WORDS];
	u64 frames[VMAV_MAP_WORDS];
};

/*
 * Entries of one PTE table, or pages of one huge page, as they were read with
 * IRQs off. Only those in bits are in states, alike neighbours as one.
 */
struct vmav_step {
	unsigned int nr;
	DECLARE_BITMAP(bits, PTRS_PER_PTE);
	unsigned int nr_states;
	struct {
		u32 state;
		u32 nr;
	} states[PTRS_PER_PTE];
};

/* Adds nr pages, the first of which is page i of the step. */
static inline void vmav_step_add(struct vmav_step *step, unsigned int i,
				 unsigned int nr, u32 state)
{
	unsigned int last = step->nr_states - 1;

	bitmap_set(step->bits, i, nr);
	if (step->nr_states && step->states[last].state == state) {
		step->states[last].nr += nr;
		return;
	}
	step->states[step->nr_states].state = state;
	step->states[step->nr_states++].nr = nr;
}

static inline void vmav_map_put_frame(struct vmav_map *map, u64 frame)
{
	map->frames[map->nr_frames++] = frame;
}

/* Words and frames that can still be put. */
static inline unsigned int vmav_map_room(const struct vmav_map *map)
{
	return map->room - map->nr_words - map->nr_frames;
}

void vmav_map_reset(struct vmav_map *map, unsigned int room);
void vmav_map_put_run(struct vmav_map *map, u32 state, u64 nr);
void vmav_map_put_step(struct vmav_map *map, const struct vmav_step *step);

#endif
