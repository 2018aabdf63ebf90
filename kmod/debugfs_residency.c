// SPDX-License-Identifier: GPL-2.0
/* debugfs' PID/residency: the pages, a run of alike ones a line. */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "pages.h"
#include "reader.h"

/* Some pages are one group of the map, and a group one item. */
struct own {
	struct vmav_pages_range range;
	struct vmav_pages *pages;
	u16 groups[VMAV_MAP_WORDS];	/* the word each begins with */
	u64 starts[VMAV_MAP_WORDS];	/* and its first address */
};

static const char * const kinds[VMAVIEW_PAGE_MAX + 1] = {
	[VMAVIEW_PAGE_MARKER]		= "marker",
	[VMAVIEW_PAGE_GUARD]		= "guard",
	[VMAVIEW_PAGE_POISON]		= "poison",
	[VMAVIEW_PAGE_ANON]		= "anon",
	[VMAVIEW_PAGE_FILE]		= "file",
	[VMAVIEW_PAGE_SHMEM]		= "shmem",
	[VMAVIEW_PAGE_ZERO]		= "zero",
	[VMAVIEW_PAGE_PFNMAP]		= "pfnmap",
	[VMAVIEW_PAGE_HUGETLB]		= "hugetlb",
	[VMAVIEW_PAGE_SWAP]		= "swap",
	[VMAVIEW_PAGE_MIGRATION]	= "migration",
	[VMAVIEW_PAGE_DEVICE]		= "device",
	[VMAVIEW_PAGE_HWPOISON]		= "hwpoison",
};

static const struct {
	u32 flag;
	char letter;
} letters[] = {
	{ VMAVIEW_PAGE_WRITABLE, 'w' },
	{ VMAVIEW_PAGE_EXEC, 'x' },
	{ VMAVIEW_PAGE_ACCESSED, 'a' },
	{ VMAVIEW_PAGE_DIRTY, 'd' },
	{ VMAVIEW_PAGE_SOFT_DIRTY, 's' },
	{ VMAVIEW_PAGE_EXCLUSIVE, 'e' },
	{ VMAVIEW_PAGE_KSM, 'k' },
	{ VMAVIEW_PAGE_PROT_NONE, 'n' },
	{ VMAVIEW_PAGE_UFFD_WP, 'u' },
	{ VMAVIEW_PAGE_PMD, 'H' },
	{ VMAVIEW_PAGE_PUD, 'G' },
};

static void residency_head(struct seq_file *m)
{
	seq_printf(m, "# pages of %lu bytes that have an entry; letters: w writable x exec a accessed d dirty s soft-dirty e exclusive k ksm n prot-none u uffd-wp H by a pmd G by a pud\n",
		   PAGE_SIZE);
	seq_puts(m, "# start-end pages kind letters\n");
}

static void show_run(struct seq_file *m, u64 start, u64 nr, u32 state)
{
	u32 kind = VMAVIEW_PAGE_KIND(state);
	int i;

	if (!kinds[kind])
		return;		/* no entry */
	seq_printf(m, "%08llx-%08llx %llu %s ", start,
		   start + (nr << PAGE_SHIFT), nr, kinds[kind]);
	for (i = 0; i < ARRAY_SIZE(letters); i++)
		seq_putc(m, state & letters[i].flag ? letters[i].letter : '-');
	seq_putc(m, '\n');
}

static void residency_show(struct seq_file *m,
			   const struct vmav_reader *reader)
{
	const struct own *own = reader->own;
	const u64 *word = &own->pages->map.words[own->groups[reader->item]];
	u64 start = own->starts[reader->item];
	u64 nr = VMAVIEW_MAP_PAGES(*word), i, from;
	u32 state = VMAVIEW_MAP_STATE(*word);

	if (!(state & VMAVIEW_PAGE_BITMAP)) {
		show_run(m, start, nr, state);
		return;
	}
	word++;
	for (i = 0; i < nr; i++) {
		from = i;
		while (i < nr && word[i / 64] >> i % 64 & 1)
			i++;
		if (i > from)
			show_run(m, start + (from << PAGE_SHIFT), i - from,
				 state & ~VMAVIEW_PAGE_BITMAP);
	}
}

/* Finds the groups of the part that was taken. Returns how many. */
static unsigned int find_groups(struct own *own)
{
	const struct vmav_map *map = &own->pages->map;
	u64 start = map->start;
	unsigned int i, nr = 0;

	for (i = 0; i < map->nr_words; i++) {
		u64 word = map->words[i];

		own->groups[nr] = i;
		own->starts[nr++] = start;
		start += VMAVIEW_MAP_PAGES(word) << PAGE_SHIFT;
		if (VMAVIEW_MAP_STATE(word) & VMAVIEW_PAGE_BITMAP)
			i += DIV_ROUND_UP_ULL(VMAVIEW_MAP_PAGES(word), 64);
	}
	return nr;
}

static int residency_open_own(struct vmav_reader *reader)
{
	struct own *own = kvzalloc(sizeof(*own), GFP_KERNEL_ACCOUNT);

	if (!own)
		return -ENOMEM;
	own->pages = vmav_pages_new();
	if (!own->pages) {
		kvfree(own);
		return -ENOMEM;
	}
	reader->own = own;
	reader->holds = &own->range.holds;
	return 0;
}

static void residency_close_own(struct vmav_reader *reader)
{
	struct own *own = reader->own;

	vmav_pages_free(own->pages);
	kvfree(own);
}

static void residency_restart(struct vmav_reader *reader)
{
	struct own *own = reader->own;

	memset(&own->range, 0, sizeof(own->range));
	own->range.end = U64_MAX & PAGE_MASK;
	own->range.sharing = true;
}

static int residency_take(struct vmav_reader *reader, struct mm_struct *mm)
{
	struct own *own = reader->own;
	int err = vmav_pages_take(own->pages, &own->range, mm,
				  VMAV_MAP_WORDS, true);

	reader->nr_items = err ? 0 : find_groups(own);
	return err;
}

static const struct vmav_reader_ops residency_ops = {
	.open		= residency_open_own,
	.close		= residency_close_own,
	.restart	= residency_restart,
	.take		= residency_take,
	.head		= residency_head,
	.show		= residency_show,
};

static int residency_open(struct inode *inode, struct file *file)
{
	return vmav_reader_open(inode, file, &residency_ops);
}

const struct file_operations vmav_residency_fops = {
	.owner		= THIS_MODULE,
	.open		= residency_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= vmav_reader_release,
};
