// SPDX-License-Identifier: GPL-2.0
/*
 * Files of debugfs that are read part by part: between parts nothing of the
 * target is held but mm_count. Parts are not kept, so a file is read forward
 * or from its beginning.
 */
#include <linux/capability.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "reader.h"
#include "stats.h"

/*
 * Everything but printable ASCII, and blank and backslash, is escaped. No NUL
 * can be in it.
 */
char vmav_escaped[256];

void vmav_escaped_init(void)
{
	int c, n = 0;

	for (c = 1; c < 256; c++)
		if (c <= ' ' || c >= 0x7f || c == '\\')
			vmav_escaped[n++] = c;
}

/*
 * The remover of the folder waits for us, and the target can hold its
 * mmap_lock for as long as it likes, or have tables without end: we try, until
 * one of them gives in. A target that ends meanwhile is not kept.
 */
static int take_part(struct vmav_reader *reader)
{
	const struct vmav_target *target = &reader->watch->target;
	int err;

	do {
		if (READ_ONCE(reader->watch->dropped))
			return -ESRCH;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
		if (!vmav_target_use(target))
			return -ESRCH;
		err = reader->ops->take(reader, target->mm);
		vmav_target_unuse(target);
	} while (err == -EAGAIN && !signal_pending(current));
	/* what ended is told, though vmav_target_unuse() may be the signal */
	if (err == -EAGAIN)
		return vmav_target_has_task(target) ? -EINTR : -ESRCH;
	return err;
}

/* Makes sure that an item is there to be shown. Returns false at the end. */
static bool fill(struct vmav_reader *reader)
{
	while (reader->item >= reader->nr_items) {
		if (reader->holds->done || reader->err)
			return false;
		reader->err = take_part(reader);
		reader->item = 0;
		if (reader->err)
			return false;
	}
	return true;
}

/* The line behind the last item: whether that was all, and of one moment. */
#define END_TOKEN	((void *)2)

static void *item(struct vmav_reader *reader)
{
	if (fill(reader))
		return reader;
	if (reader->err && reader->err != -ESRCH)
		return ERR_PTR(reader->err);
	return reader->ended ? NULL : END_TOKEN;
}

static void *reader_start(struct seq_file *m, loff_t *pos)
{
	struct vmav_reader *reader = m->private;

	if (*pos == 0) {
		vmav_stats_add(VMAV_STAT_REQUESTS, 1);
		reader->ops->restart(reader);
		reader->nr_items = 0;
		reader->item = 0;
		reader->pos = 1;
		reader->err = 0;
		reader->ended = false;
		return SEQ_START_TOKEN;
	}
	/* An interruption is told once: who reads on takes the part again. */
	if (reader->err != -ESRCH)
		reader->err = 0;
	/* Items are not kept, and seq_file goes back to 0 only. */
	return *pos == reader->pos ? item(reader) : NULL;
}

static void *reader_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct vmav_reader *reader = m->private;
	void *next;

	++*pos;
	if (v == END_TOKEN) {
		reader->ended = true;
		if (reader->holds->done && reader->holds->changes)
			vmav_stats_add(VMAV_STAT_TORN, 1);
	}
	if (v != SEQ_START_TOKEN) {
		reader->item++;
		reader->pos++;
	}
	next = item(reader);
	/* an error is told by the next start() */
	return IS_ERR(next) ? NULL : next;
}

static void reader_stop(struct seq_file *m, void *v)
{
	struct vmav_reader *reader = m->private;

	if (!reader->ops->pause)
		return;
	reader->ops->pause(reader);
	reader->nr_items = 0;
	reader->item = 0;
}

static void show_end(struct seq_file *m, const struct vmav_reader *reader)
{
	if (reader->err == -ESRCH)
		seq_printf(m, "# %d is gone: it ran exec or has ended\n",
			   reader->watch->nr);
	else if (reader->holds->changes)
		seq_puts(m, "# torn: the areas changed while they were read\n");
	else
		seq_puts(m, "# complete\n");
}

static int reader_show(struct seq_file *m, void *v)
{
	struct vmav_reader *reader = m->private;

	if (v == SEQ_START_TOKEN)
		reader->ops->head(m);
	else if (v == END_TOKEN)
		show_end(m, reader);
	else
		reader->ops->show(m, reader);
	return 0;
}

static const struct seq_operations reader_seq_ops = {
	.start	= reader_start,
	.next	= reader_next,
	.stop	= reader_stop,
	.show	= reader_show,
};

/*
 * debugfs asks for no more than the owner's right, which root without
 * capabilities has too, in many a container. But what is told here of a process
 * whoever watched it may see, and the kernel checks no reader after.
 */
bool vmav_reader_may_open(void)
{
	return capable(CAP_SYS_ADMIN);
}

/* For the open of a file whose i_private is its struct vmav_watch. */
int vmav_reader_open(struct inode *inode, struct file *file,
		     const struct vmav_reader_ops *ops)
{
	struct vmav_reader *reader;
	int err;

	if (!vmav_reader_may_open())
		return -EPERM;
	reader = __seq_open_private(file, &reader_seq_ops, sizeof(*reader));
	if (!reader)
		return -ENOMEM;
	reader->ops = ops;
	reader->watch = inode->i_private;
	err = ops->open(reader);
	if (err)
		seq_release_private(inode, file);
	return err;
}

/* Runs also after the folder is gone: the watch is not looked at. */
int vmav_reader_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;
	struct vmav_reader *reader = m->private;

	reader->ops->close(reader);
	return seq_release_private(inode, file);
}
