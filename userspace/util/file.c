// SPDX-License-Identifier: GPL-2.0
/* Reads files that have no size: to the end, into memory that grows. */
#include "util/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* The kernel hands out a page at a time, so a larger step saves nothing. */
#define STEP	(64 * 1024)

static int read_all(int fd, struct file_text *text)
{
	size_t cap = 0;

	for (;;) {
		ssize_t n;

		if (cap - text->len < STEP) {
			char *data;

			cap = cap ? cap * 2 : STEP * 2;
			data = realloc(text->data, cap);
			if (!data)
				return -1;
			text->data = data;
		}
		n = read(fd, text->data + text->len, cap - text->len - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (!n)
			break;
		text->len += (size_t)n;
		text->nr_reads++;
	}
	text->data[text->len] = '\0';
	return 0;
}

int file_read(int dir, const char *name, struct file_text *text)
{
	int fd, ret, saved;

	*text = (struct file_text){ 0 };
	fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	ret = read_all(fd, text);
	saved = errno;
	close(fd);
	errno = saved;
	return ret;
}

void file_free(struct file_text *text)
{
	free(text->data);
	*text = (struct file_text){ 0 };
}
