/* SPDX-License-Identifier: GPL-2.0 */
/* Which hooks are set: the caller's, or those of mtrace(). */
#ifndef VMAVIEW_CHUNK_HOOKS_H
#define VMAVIEW_CHUNK_HOOKS_H

#include "vmachunk.h"

/* NULL if there are none. */
const struct vmachunk_hooks *hooks_current(void);
const struct vmachunk_hooks *hooks_set(const struct vmachunk_hooks *hooks);

#endif
