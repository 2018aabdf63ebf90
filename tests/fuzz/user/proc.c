// SPDX-License-Identifier: GPL-2.0
/*
 * The files of /proc/PID. An input is their text, one behind the other, each
 * below a line "== NAME"; one that is not there can't be read. A file that is
 * there twice is read so the second time: what changed meanwhile.
 */
#include <errno.h>

#include "source/procfs.h"
#include "util/file.h"

#include "show.h"

int __wrap_file_read(int dir, const char *name, struct file_text *text);

static struct input input;
static unsigned int nr_maps;	/* how often maps was read */

/* The nth file of the name, or the last; NULL: there is none. */
static const uint8_t *find_file(const char *name, unsigned int nth,
				size_t *size)
{
	const uint8_t *at = input.at, *end = at + input.left, *found = NULL;
	size_t len = strlen(name);

	while (at < end) {
		const uint8_t *line = memchr(at, '\n', (size_t)(end - at));
		const uint8_t *next;

		if (!line)
			break;
		line++;
		next = memmem(line, (size_t)(end - line), "\n== ", 4);
		next = next ? next + 1 : end;
		if ((size_t)(line - at) == len + 4 && !memcmp(at, "== ", 3) &&
		    !memcmp(at + 3, name, len)) {
			found = line;
			*size = (size_t)(next - line);
			if (!nth--)
				break;
		}
		at = next;
	}
	return found;
}

int __wrap_file_read(int dir, const char *name, struct file_text *text)
{
	const char *slash = strrchr(name, '/');
	const uint8_t *file;
	size_t size;

	(void)dir;
	*text = (struct file_text){ 0 };
	file = find_file(slash ? slash + 1 : name,
			 strcmp(name, "maps") ? 0 : nr_maps++, &size);
	if (!file) {
		errno = ENOENT;
		return -1;
	}
	text->data = copy_text(file, size);
	text->len = size;
	text->nr_reads = 1;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned int whats[] = {
		TAKE_VMAS, TAKE_VMAS | TAKE_COUNTS | TAKE_SHARING,
	};

	for (size_t i = 0; i < sizeof(whats) / sizeof(*whats); i++) {
		const struct take take = { .what = whats[i] };
		struct snapshot *snap = snapshot_new();
		struct error err;

		demand(snap);
		input = (struct input){ data, size };
		nr_maps = 0;
		/* No folder: what is not in the input is not there. */
		if (!procfs_read(-1, &take, snap, &err))
			show_picture(snap, size + i, size);
		snapshot_free(snap);
	}
	return 0;
}
