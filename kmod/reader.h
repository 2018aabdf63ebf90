/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMAVIEW_READER_H
#define VMAVIEW_READER_H

#include <linux/fs.h>
#include <linux/list.h>
#include <linux/seq_file.h>

#include "hold.h"
#include "target.h"

/* A process that debugfs has a folder for. */
struct vmav_watch {
	struct list_head list;
	struct vmav_target target;
	pid_t nr;			/* as written, names the folder */
	bool dropped;			/* readers shall leave */
	unsigned int gone;		/* looks that found no users */
	struct dentry *dir;
};

struct vmav_reader;

/*
 * A file of a watched process that is read part by part, as a dump is.
 *
 * open: makes what the reader owns; -ENOMEM. close undoes it.
 * restart: the next part is the first.
 * pause: who reads may never come back: lets go of what the part holds besides
 *   memory. The next part begins with the item that is next, if one is left.
 *   NULL: parts hold nothing, and are kept.
 * take: takes a part and sets nr_items; as vmav_slice_take().
 * head, show: what stands above; the item that is next.
 */
struct vmav_reader_ops {
	int (*open)(struct vmav_reader *reader);
	void (*close)(struct vmav_reader *reader);
	void (*restart)(struct vmav_reader *reader);
	void (*pause)(struct vmav_reader *reader);
	int (*take)(struct vmav_reader *reader, struct mm_struct *mm);
	void (*head)(struct seq_file *m);
	void (*show)(struct seq_file *m, const struct vmav_reader *reader);
};

/* One reading. Between reads its folder alone holds something: mm_count. */
struct vmav_reader {
	const struct vmav_reader_ops *ops;
	const struct vmav_watch *watch;
	const struct vmav_holds *holds;	/* own's, set by open */
	void *own;			/* of ops */
	unsigned int nr_items;		/* in the part */
	unsigned int item;		/* to be shown next */
	loff_t pos;			/* of the item in the file, from 1 */
	bool ended;
	int err;
};

/* Text from outside is shown with these characters as octal escapes. */
extern char vmav_escaped[256];
void vmav_escaped_init(void);

bool vmav_reader_may_open(void);
int vmav_reader_open(struct inode *inode, struct file *file,
		     const struct vmav_reader_ops *ops);
int vmav_reader_release(struct inode *inode, struct file *file);

extern const struct file_operations vmav_vmas_fops;
extern const struct file_operations vmav_residency_fops;
extern const struct file_operations vmav_tables_fops;

#endif
