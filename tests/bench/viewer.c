// SPDX-License-Identifier: GPL-2.0
/*
 * Readers of the module through the viewer's own code, into a snapshot: what
 * a user of it waits for.
 */
#include "bench.h"

#include <string.h>

#include "source/source.h"

static struct source *source;

static bool open_viewer(const struct subject *subject)
{
	struct error err;

	source = source_open(CHOOSE_NETLINK, subject->pid, &err);
	if (!source)
		give_up(err.text);
	return true;
}

static void close_viewer(void)
{
	source_close(source);
}

static void look_at(const struct snapshot *snap, struct seen *seen)
{
	size_t i;

	for (i = 0; i < snap->nr_vmas; i++) {
		const struct vma *vma = &snap->vmas[i];

		seen->areas++;
		seen->bytes += vma_size(vma);
		seen->rights += vma->kernel_flags & 0x87;
		if (vma->object) {
			seen->names += strlen(vma->object->name);
			seen->inodes += vma->object->inode;
		}
		if (vma_is_file(vma))
			seen->offsets += vma->pgoff * PAGE;
		seen->rss += vma->res.pages[RES_RSS];
		seen->anon += vma->res.pages[RES_ANON];
		seen->swap += vma->res.pages[RES_SWAP];
	}
}

static bool take(unsigned int what, struct seen *seen)
{
	struct snapshot *snap;
	struct error err;

	snap = source_take(source, &(struct take){ .what = what }, &err);
	if (!snap)
		give_up(err.text);
	clock_stop();
	look_at(snap, seen);
	clock_go();
	snapshot_free(snap);
	return true;
}

static bool take_list(const struct subject *subject, struct seen *seen)
{
	(void)subject;
	return take(TAKE_VMAS, seen);
}

static bool take_counts(const struct subject *subject, struct seen *seen)
{
	(void)subject;
	return take(TAKE_VMAS | TAKE_COUNTS, seen);
}

const struct reader viewer_list = {
	"viewer's list", KNOWS_AREAS, open_viewer, take_list, close_viewer
};
const struct reader viewer_counts = {
	"viewer's counts", KNOWS_AREAS | KNOWS_RSS, open_viewer, take_counts,
	close_viewer
};
