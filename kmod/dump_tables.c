// SPDX-License-Identifier: GPL-2.0
/* GET_TABLES: the page tables of some areas as messages, each whole in itself. */
#include "dump.h"
#include "tables.h"

#define MIN_ALLOC	SKB_WITH_OVERHEAD(8192)

struct own {
	struct vmav_tables_range range;
	struct vmav_tables tables;
};

static int open_tables(struct vmav_dump *dump, struct nlattr **attrs,
		       struct netlink_ext_ack *extack)
{
	struct own *own = dump->own;

	own->range.pos = dump->start;
	own->range.end = dump->end;
	dump->holds = &own->range.holds;
	return 0;
}

static int take_tables(struct vmav_dump *dump, unsigned int room, bool wait)
{
	struct own *own = dump->own;
	/* the attributes' own heads, and their padding */
	unsigned int max = (room - 32) / sizeof(own->tables.areas[0]);
	int err = vmav_tables_take(&own->tables, &own->range, dump->target.mm,
				   max, wait);

	return err ?: own->tables.nr;
}

static int put_tables(struct sk_buff *skb, struct vmav_dump *dump)
{
	const struct own *own = dump->own;
	const struct vmav_tables *tables = &own->tables;
	const size_t size = sizeof(tables->areas[0]);

	/* room was counted: this fits */
	if (nla_put_u32(skb, VMAVIEW_A_TABLES_SIZE, size) ||
	    nla_put_64bit(skb, VMAVIEW_A_TABLES, tables->nr * size,
			  tables->areas, VMAVIEW_A_PAD))
		return -EMSGSIZE;
	return 0;
}

const struct vmav_dump_ops vmav_dump_tables = {
	.cmd		= VMAVIEW_CMD_GET_TABLES,
	.min_alloc	= MIN_ALLOC,
	.own_size	= sizeof(struct own),
	.open		= open_tables,
	.take		= take_tables,
	.put		= put_tables,
};
