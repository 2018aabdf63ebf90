/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mtrace(): a line for each call, in the form that mtrace(1) reads, into the
 * file that MALLOC_TRACE, or the option "trace", names.
 */
#ifndef VMAVIEW_CHUNK_TRACE_H
#define VMAVIEW_CHUNK_TRACE_H

void trace_start(void);
void trace_stop(void);
/* In the child of a fork: the file is its parent's. */
void trace_forked(void);

#endif
