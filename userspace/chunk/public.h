/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the library exports and no header of the C library declares (any more),
 * or declares only for newer standards.
 */
#ifndef VMAVIEW_CHUNK_PUBLIC_H
#define VMAVIEW_CHUNK_PUBLIC_H

#include <stddef.h>

void cfree(void *mem);
void free_sized(void *mem, size_t bytes);
void free_aligned_sized(void *mem, size_t alignment, size_t bytes);
void **independent_calloc(size_t count, size_t bytes, void **blocks);
void **independent_comalloc(size_t count, size_t *sizes, void **blocks);

#endif
