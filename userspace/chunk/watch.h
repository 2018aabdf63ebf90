/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The long way of each call, taken while somebody wants to see it: hooks, the
 * event ring, filling (M_PERTURB), guards behind blocks, checks of the whole
 * heap. alloc_watch holds the reasons.
 */
#ifndef VMAVIEW_CHUNK_WATCH_H
#define VMAVIEW_CHUNK_WATCH_H

#include <stddef.h>

#define WATCH_HOOKS	1u
#define WATCH_EVENTS	2u
#define WATCH_PERTURB	4u
#define WATCH_GUARD	8u
#define WATCH_CHECK	16u
/* Nobody has called yet: options come first, or the first block has no guard. */
#define WATCH_START	32u

void watch_on(unsigned int reason);
void watch_off(unsigned int reason);

void *watch_malloc(size_t bytes, const void *caller);
void watch_free(void *mem, const void *caller);
void *watch_calloc(size_t bytes, const void *caller);
void *watch_realloc(void *mem, size_t bytes, const void *caller);
void *watch_memalign(size_t alignment, size_t bytes, const void *caller);
size_t watch_usable(void *mem);

#endif
