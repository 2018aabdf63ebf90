/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Profile and options, from the environment and by mallopt().
 *
 *   VMACHUNK_PROFILE=article   as dlmalloc 2.7: no caches, thresholds fixed
 *   VMACHUNK_PROFILE=fast      the default
 *   VMACHUNK_OPTIONS=NAME=VALUE:NAME=VALUE ...   see options.c
 */
#ifndef VMAVIEW_CHUNK_OPTIONS_H
#define VMAVIEW_CHUNK_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

enum profile { PROFILE_FAST, PROFILE_ARTICLE };

struct options {
	enum profile profile;
	bool fixed_mmap;	/* the threshold stays as it was set */
	bool fixed_trim;
	size_t cache_bytes;	/* a thread's cache holds so much at most */
	bool huge;		/* huge pages are asked for */
	unsigned char perturb;	/* M_PERTURB: memory is filled with it */
	/* Files, the process's number added: children inherit the options. */
	const char *trace;	/* for mtrace() from the start */
	const char *events;	/* of the event ring */
	bool nameless_events;	/* no file, but a ring */
	size_t event_slots;
};

extern struct options options;

static inline bool options_is_fast(void)
{
	return options.profile == PROFILE_FAST;
}

/* Reads the environment; part of arenas_init(). */
void options_init(void);
/* mallopt(): 1 if done, 0 if there is no such parameter or value. */
int options_set(int parameter, int value);

#endif
