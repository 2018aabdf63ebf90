// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/PID/maps from the model: show_map_vma() in the kernel's
 * fs/proc/task_mmu.c says what it looks like.
 */
#include "export/maps.h"

#include <inttypes.h>
#include <string.h>

/* Where names begin: the width of a line of a kernel with such pointers. */
#define NAME_COLUMN	(25 + (int)sizeof(void *) * 6 - 1)

/* Of all characters the kernel escapes one, and only in names of files. */
static void write_name(const struct object *object, FILE *out)
{
	const char *p;

	if (object->kind != OBJECT_FILE) {
		fputs(object->name, out);
		return;
	}
	for (p = object->name; *p; p++) {
		if (*p == '\n')
			fputs("\\012", out);
		else
			fputc(*p, out);
	}
	if (object->deleted == YES)
		fputs(" (deleted)", out);
}

static char letter(const struct vma *vma, enum vma_flag flag, char set)
{
	return vma->flags & VF_BIT(flag) ? set : '-';
}

static void write_vma(const struct snapshot *snap, const struct vma *vma,
		      FILE *out)
{
	static const struct object no_file;
	const struct object *file = vma_is_file(vma) ? vma->object : &no_file;
	int n;

	n = fprintf(out,
		    "%08" PRIx64 "-%08" PRIx64 " %c%c%c%c %08" PRIx64
		    " %02x:%02x %" PRIu64 " ",
		    vma->start, vma->end, letter(vma, VF_READ, 'r'),
		    letter(vma, VF_WRITE, 'w'), letter(vma, VF_EXEC, 'x'),
		    vma->flags & VF_BIT(VF_MAYSHARE) ? 's' : 'p',
		    vma_is_file(vma) ? vma->pgoff * snap->page_size : 0,
		    file->dev_major, file->dev_minor, file->inode);
	if (vma->object) {
		/* The kernel pads, then adds one blank in any case. */
		fprintf(out, "%*s", (n < NAME_COLUMN ? NAME_COLUMN - n : 0) + 1,
			"");
		write_name(vma->object, out);
	}
	fputc('\n', out);
}

int maps_write(const struct snapshot *snap, FILE *out)
{
	size_t i;

	for (i = 0; i < snap->nr_vmas; i++)
		write_vma(snap, &snap->vmas[i], out);
	return fflush(out) || ferror(out) ? -1 : 0;
}
