/* SPDX-License-Identifier: GPL-2.0 */
/* Which process a person means. */
#ifndef VMAVIEW_SOURCE_PROCESS_H
#define VMAVIEW_SOURCE_PROCESS_H

#include <sys/types.h>

#include "util/error.h"

/*
 * A number is a pid, anything else the name of exactly one process: what it
 * calls itself (comm) or the file name of its program. 0, or -1 with *err:
 * ERR_USAGE for a number that no pid can be and for a name that several have,
 * ERR_NO_PROCESS for a name that none has.
 */
int process_resolve(const char *arg, pid_t *pid, struct error *err);

#endif
