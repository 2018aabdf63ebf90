// SPDX-License-Identifier: GPL-2.0
/* debugfs' PID/vmas: the areas, one a line, with what is resident in them. */
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "compat.h"
#include "reader.h"
#include "slice.h"

/*
 * seq_file asks for a page of text at a time, and what of a part has not been
 * shown then is taken again.
 */
#define PART_AREAS	32

struct vmas {
	struct vmav_cursor cursor;
	struct vmav_slice *slice;
};

/* The columns of vmas, shown in this order. */
static const struct {
	const char *name;
	enum vmaview_count count;
} columns[] = {
	{ "anon", VMAVIEW_COUNT_ANON },
	{ "file", VMAVIEW_COUNT_FILE },
	{ "shmem", VMAVIEW_COUNT_SHMEM },
	{ "swap", VMAVIEW_COUNT_SWAP },
	{ "zero", VMAVIEW_COUNT_ZERO },
	{ "huge", VMAVIEW_COUNT_HUGE },
	{ "hugetlb", VMAVIEW_COUNT_HUGETLB },
	{ "dirty", VMAVIEW_COUNT_DIRTY },
	{ "accessed", VMAVIEW_COUNT_ACCESSED },
};

static void vmas_head(struct seq_file *m)
{
	int i;

	seq_printf(m, "# counts in pages of %lu bytes, from the page tables\n",
		   PAGE_SIZE);
	seq_puts(m, "# start-end perms vm_flags pgoff dev inode");
	for (i = 0; i < ARRAY_SIZE(columns); i++)
		seq_printf(m, " %s", columns[i].name);
	seq_puts(m, " name\n");
}

/* The counts of the area, out of the form they have on the wire. */
static void unpack(const struct vmav_slice *slice, unsigned int area,
		   struct vmav_counts *counts)
{
	const u32 *p = &slice->counts[area ? slice->counts_end[area - 1] : 0];
	u32 mask = *p++;
	int i;

	memset(counts, 0, sizeof(*counts));
	for (i = 0; i <= VMAVIEW_COUNT_MAX; i++) {
		if (!(mask & 1U << i))
			continue;
		counts->pages[i] = *p++;
		if (mask & VMAVIEW_COUNTS_WIDE)
			counts->pages[i] |= (u64)*p++ << 32;
	}
}

static void show_name(struct seq_file *m, const struct vmav_slice *slice,
		      const struct vmaview_vma *vma)
{
	const struct vmav_object *object;

	if (!vma->object)
		return;
	object = &slice->objects[vma->object - 1];
	seq_putc(m, ' ');
	if (object->file)
		seq_path(m, vmav_file_path(object->file), vmav_escaped);
	else
		seq_escape(m, object->name, vmav_escaped);
}

static void vmas_show(struct seq_file *m, const struct vmav_reader *reader)
{
	const struct vmas *own = reader->own;
	const struct vmaview_vma *vma = &own->slice->vmas[reader->item];
	const struct file *file = NULL;
	struct vmav_counts counts;
	dev_t dev = 0;
	unsigned long ino = 0;
	int i;

	if (vma->object)
		file = own->slice->objects[vma->object - 1].file;
	if (file) {
		dev = vmav_file_inode(file)->i_sb->s_dev;
		ino = vmav_file_inode(file)->i_ino;
	}
	seq_printf(m, "%08llx-%08llx %c%c%c%c %llx %llx %02x:%02x %lu",
		   vma->start, vma->end, vma->flags & VM_READ ? 'r' : '-',
		   vma->flags & VM_WRITE ? 'w' : '-',
		   vma->flags & VM_EXEC ? 'x' : '-',
		   vma->flags & VM_MAYSHARE ? 's' : 'p', vma->flags, vma->pgoff,
		   MAJOR(dev), MINOR(dev), ino);
	unpack(own->slice, reader->item, &counts);
	for (i = 0; i < ARRAY_SIZE(columns); i++)
		seq_printf(m, " %llu", counts.pages[columns[i].count]);
	show_name(m, own->slice, vma);
	seq_putc(m, '\n');
}

static int vmas_open_own(struct vmav_reader *reader)
{
	struct vmas *own = kzalloc(sizeof(*own), GFP_KERNEL_ACCOUNT);

	if (!own)
		return -ENOMEM;
	own->slice = vmav_slice_new();
	if (!own->slice) {
		kfree(own);
		return -ENOMEM;
	}
	reader->own = own;
	reader->holds = &own->cursor.holds;
	return 0;
}

static void vmas_close_own(struct vmav_reader *reader)
{
	struct vmas *own = reader->own;

	vmav_slice_free(own->slice);
	kfree(own);
}

static void vmas_restart(struct vmav_reader *reader)
{
	struct vmas *own = reader->own;

	vmav_slice_clear(own->slice);
	vmav_cursor_init(&own->cursor, 0, U64_MAX, VMAVIEW_F_COUNTS);
}

/* A file that is held keeps its file system from being unmounted. */
static void vmas_pause(struct vmav_reader *reader)
{
	struct vmas *own = reader->own;

	if (reader->item < own->slice->nr_vmas)
		vmav_cursor_rewind(&own->cursor, own->slice, reader->item);
	vmav_slice_clear(own->slice);
}

static int vmas_take(struct vmav_reader *reader, struct mm_struct *mm)
{
	struct vmas *own = reader->own;
	int err = vmav_slice_take(own->slice, &own->cursor, mm,
				  PART_AREAS, true);

	reader->nr_items = own->slice->nr_vmas;
	return err;
}

static const struct vmav_reader_ops vmas_ops = {
	.open		= vmas_open_own,
	.close		= vmas_close_own,
	.restart	= vmas_restart,
	.pause		= vmas_pause,
	.take		= vmas_take,
	.head		= vmas_head,
	.show		= vmas_show,
};

static int vmas_open(struct inode *inode, struct file *file)
{
	return vmav_reader_open(inode, file, &vmas_ops);
}

const struct file_operations vmav_vmas_fops = {
	.owner		= THIS_MODULE,
	.open		= vmas_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= vmav_reader_release,
};
