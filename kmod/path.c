// SPDX-License-Identifier: GPL-2.0
/* Paths as text. May sleep and takes locks: never under mmap_lock. */
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/mm.h>

#include "path.h"

/* Longer ones are left out: what a reader of netlink has room for. */
#define PATH_LIMIT	16384

/* Returns 0 or -ENOMEM. */
int vmav_path_text_init(struct vmav_path_text *text)
{
	text->size = PATH_MAX;
	text->buffer = kvmalloc(text->size, GFP_KERNEL);
	return text->buffer ? 0 : -ENOMEM;
}

void vmav_path_text_free(struct vmav_path_text *text)
{
	kvfree(text->buffer);
}

/*
 * The path as text, good until the next call, or NULL where it can't be told.
 * One may be longer than PATH_MAX: that is the limit of a name in a call.
 */
const char *vmav_path_text_of(struct vmav_path_text *text,
			      const struct path *path)
{
	char *name = d_path(path, text->buffer, text->size);

	while (PTR_ERR_OR_ZERO(name) == -ENAMETOOLONG &&
	       text->size < PATH_LIMIT) {
		char *buffer = kvmalloc(2 * text->size, GFP_KERNEL);

		if (!buffer)
			return NULL;
		kvfree(text->buffer);
		text->buffer = buffer;
		text->size *= 2;
		name = d_path(path, text->buffer, text->size);
	}
	return IS_ERR(name) ? NULL : name;
}
