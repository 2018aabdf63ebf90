/* SPDX-License-Identifier: GPL-2.0 */
/* A snapshot as one JSON document. */
#ifndef VMAVIEW_EXPORT_JSON_H
#define VMAVIEW_EXPORT_JSON_H

#include <stdbool.h>
#include <stdio.h>

#include "model/snapshot.h"
#include "util/json.h"

/*
 * All the snapshot knows. Sizes and counts of pages are in bytes and their
 * keys end in _bytes, addresses are strings "0x…", what is not known is null.
 * The areas are there if the snapshot has them. 0, or -1 with errno.
 */
int snapshot_json_write(const struct snapshot *snap, bool pretty, FILE *out);

/*
 * The members that every document about a process begins with: the schema, the
 * source, how whole the picture is, and the task.
 */
void snapshot_json_head(struct json *json, const struct snapshot *snap);

/* An array of the names of PAGE_* flags, as the member key. */
void page_flags_json_write(struct json *json, const char *key, uint32_t flags);

#endif
