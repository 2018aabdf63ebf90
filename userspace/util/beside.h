/* SPDX-License-Identifier: GPL-2.0 */
/* What belongs to this program lies beside it, or where both are installed. */
#ifndef VMAVIEW_UTIL_BESIDE_H
#define VMAVIEW_UTIL_BESIDE_H

#include <limits.h>
#include <stdbool.h>

/*
 * "FOLDER/tail", FOLDER being that of the program's file. False, with out
 * undefined, when that is not known or the path is too long.
 */
bool beside(const char *tail, char out[PATH_MAX]);

#endif
