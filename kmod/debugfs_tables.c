// SPDX-License-Identifier: GPL-2.0
/* debugfs' PID/tables: the page tables, by area. */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "reader.h"
#include "tables.h"

struct own {
	struct vmav_tables_range range;
	struct vmav_tables tables;
};

static const char * const names[VMAVIEW_LEVELS] = {
	[VMAVIEW_LEVEL_PTE] = "pte",
	[VMAVIEW_LEVEL_PMD] = "pmd",
	[VMAVIEW_LEVEL_PUD] = "pud",
	[VMAVIEW_LEVEL_P4D] = "p4d",
	[VMAVIEW_LEVEL_PGD] = "pgd",
};

static void tables_head(struct seq_file *m)
{
	int level;

	seq_printf(m, "# a table is %lu bytes; one that several areas use counts for the first\n",
		   PAGE_SIZE);
	seq_puts(m, "# start-end");
	for (level = 0; level < VMAVIEW_LEVELS; level++)
		seq_printf(m, " %s_tables %s_used %s_pages", names[level],
			   names[level], names[level]);
	seq_puts(m, " deposited\n");
}

static void tables_show(struct seq_file *m, const struct vmav_reader *reader)
{
	const struct own *own = reader->own;
	const struct vmaview_tables *area = &own->tables.areas[reader->item];
	int level;

	seq_printf(m, "%08llx-%08llx", area->start, area->end);
	for (level = 0; level < VMAVIEW_LEVELS; level++)
		seq_printf(m, " %u %llu %llu", area->tables[level],
			   area->used[level], area->pages[level]);
	seq_printf(m, " %u\n", area->deposited);
}

static int tables_open_own(struct vmav_reader *reader)
{
	struct own *own = kzalloc(sizeof(*own), GFP_KERNEL_ACCOUNT);

	if (!own)
		return -ENOMEM;
	reader->own = own;
	reader->holds = &own->range.holds;
	return 0;
}

static void tables_close_own(struct vmav_reader *reader)
{
	kfree(reader->own);
}

static void tables_restart(struct vmav_reader *reader)
{
	struct own *own = reader->own;

	memset(&own->range, 0, sizeof(own->range));
	own->range.end = U64_MAX;
}

static int tables_take(struct vmav_reader *reader, struct mm_struct *mm)
{
	struct own *own = reader->own;
	int err = vmav_tables_take(&own->tables, &own->range, mm,
				   VMAV_TABLES_AREAS, true);

	reader->nr_items = own->tables.nr;
	return err;
}

static const struct vmav_reader_ops tables_ops = {
	.open		= tables_open_own,
	.close		= tables_close_own,
	.restart	= tables_restart,
	.take		= tables_take,
	.head		= tables_head,
	.show		= tables_show,
};

static int tables_open(struct inode *inode, struct file *file)
{
	return vmav_reader_open(inode, file, &tables_ops);
}

const struct file_operations vmav_tables_fops = {
	.owner		= THIS_MODULE,
	.open		= tables_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= vmav_reader_release,
};
