/* SPDX-License-Identifier: GPL-2.0 */
/* Allocators that are recognised and can't be read. */
#ifndef VMAVIEW_HEAP_OTHER_H
#define VMAVIEW_HEAP_OTHER_H

#include <stddef.h>
#include <sys/types.h>

#include "model/snapshot.h"
#include "util/error.h"

/* The name of one whose library is mapped, or "". */
void other_find_mapped(const struct snapshot *snap, char *out, size_t size);

/*
 * -1 with *err when it is known who manages the heap of a process in which
 * glibc's malloc is not in use; 0: it is not known.
 */
int other_explain(pid_t pid, const struct snapshot *snap, struct error *err);

#endif
