/* SPDX-License-Identifier: GPL-2.0 */
/* A snapshot in the words of /proc/PID/maps. */
#ifndef VMAVIEW_EXPORT_MAPS_H
#define VMAVIEW_EXPORT_MAPS_H

#include <stdio.h>

#include "model/snapshot.h"

/* Byte for byte what the kernel would print. 0, or -1 with errno. */
int maps_write(const struct snapshot *snap, FILE *out);

#endif
