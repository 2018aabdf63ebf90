/* SPDX-License-Identifier: GPL-2.0 */
/* The heap in a child is whole, whatever other threads were doing. */
#ifndef VMAVIEW_CHUNK_FORK_H
#define VMAVIEW_CHUNK_FORK_H

/* Part of arenas_init(). */
void fork_init(void);

#endif
