/* SPDX-License-Identifier: GPL-2.0 */
/* Lists what there is, without allocating: vmachunk_visit() of vmachunk.h. */
#ifndef VMAVIEW_CHUNK_INSPECT_H
#define VMAVIEW_CHUNK_INSPECT_H

#include "vmachunk.h"

typedef int inspect_visitor(const struct vmachunk_item *item, void *arg);

int inspect_all(inspect_visitor *visitor, void *arg);

#endif
