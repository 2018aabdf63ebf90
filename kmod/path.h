/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMAVIEW_PATH_H
#define VMAVIEW_PATH_H

#include <linux/path.h>
#include <linux/types.h>

/* A buffer for paths that grows when one has no room in it. */
struct vmav_path_text {
	char *buffer;
	size_t size;
};

int vmav_path_text_init(struct vmav_path_text *text);
void vmav_path_text_free(struct vmav_path_text *text);
const char *vmav_path_text_of(struct vmav_path_text *text,
			      const struct path *path);

#endif
