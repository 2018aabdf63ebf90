// SPDX-License-Identifier: GPL-2.0
/* GET_ENTRY: the way of one address through the page tables, as one message. */
#include <linux/mm.h>

#include "dump.h"
#include "entry.h"
#include "param.h"
#include "token.h"

#define MIN_ALLOC	SKB_WITH_OVERHEAD(4096)

struct own {
	u64 address;
	struct vmav_holds holds;
	struct vmav_entry entry;
};

static int open_entry(struct vmav_dump *dump, struct nlattr **attrs,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *address = attrs[VMAVIEW_A_ADDRESS];
	struct own *own = dump->own;

	if (!address) {
		NL_SET_ERR_MSG(extack,
			       "ADDRESS is missing: send one of the task's");
		return -EINVAL;
	}
	if (nla_get_u64(address) >= dump->target.mm->task_size) {
		NL_SET_ERR_MSG_ATTR(extack, address,
				    "ADDRESS is not below the task's TASK_SIZE");
		return -EINVAL;
	}
	own->address = nla_get_u64(address);
	dump->tells_frames = true;
	dump->holds = &own->holds;
	return 0;
}

/* One way is all there is, and has room in any skb. */
static int take_entry(struct vmav_dump *dump, unsigned int room, bool wait)
{
	struct own *own = dump->own;

	return vmav_entry_take(&own->entry, &own->holds, dump->target.mm,
			       own->address, wait) ?: 1;
}

static int put_level(struct sk_buff *skb, const struct vmav_entry_level *level,
		     bool privileged)
{
	struct nlattr *nest = nla_nest_start(skb, VMAVIEW_ENTRY_A_LEVEL);
	u64 mask = privileged ? U64_MAX : level->raw_mask;

	if (!nest ||
	    nla_put_u32(skb, VMAVIEW_LEVEL_A_LEVEL, level->level) ||
	    nla_put_u32(skb, VMAVIEW_LEVEL_A_SHIFT, level->shift) ||
	    nla_put_u32(skb, VMAVIEW_LEVEL_A_INDEX, level->index) ||
	    nla_put_u32(skb, VMAVIEW_LEVEL_A_ENTRIES, level->entries) ||
	    (privileged &&
	     nla_put_u64_64bit(skb, VMAVIEW_LEVEL_A_TABLE, level->table,
			       VMAVIEW_LEVEL_A_PAD)) ||
	    nla_put_u64_64bit(skb, VMAVIEW_LEVEL_A_RAW, level->raw & mask,
			      VMAVIEW_LEVEL_A_PAD) ||
	    nla_put_u64_64bit(skb, VMAVIEW_LEVEL_A_RAW_MASK, mask,
			      VMAVIEW_LEVEL_A_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_frame(struct sk_buff *skb, const struct vmav_entry *entry,
		     bool privileged)
{
	u32 kind = VMAVIEW_PAGE_KIND(entry->state);

	if (!VMAVIEW_PAGE_HAS_FRAME(kind))
		return 0;
	if (privileged)
		return nla_put_u64_64bit(skb, VMAVIEW_ENTRY_A_FRAME,
					 entry->frame, VMAVIEW_ENTRY_A_PAD);
	if (!vmav_param_tokens)
		return 0;
	return nla_put_u64_64bit(skb, VMAVIEW_ENTRY_A_TOKEN,
				 vmav_token(kind < VMAVIEW_PAGE_SWAP,
					    entry->frame),
				 VMAVIEW_ENTRY_A_PAD);
}

static int put_entry(struct sk_buff *skb, struct vmav_dump *dump)
{
	const struct own *own = dump->own;
	const struct vmav_entry *entry = &own->entry;
	struct nlattr *nest = nla_nest_start(skb, VMAVIEW_A_ENTRY);
	unsigned int i;

	if (!nest ||
	    nla_put_u64_64bit(skb, VMAVIEW_ENTRY_A_ADDRESS, entry->address,
			      VMAVIEW_ENTRY_A_PAD) ||
	    nla_put_u32(skb, VMAVIEW_ENTRY_A_STATE, entry->state) ||
	    (entry->in_vma &&
	     (nla_put_u64_64bit(skb, VMAVIEW_ENTRY_A_VMA_START,
				entry->vma_start, VMAVIEW_ENTRY_A_PAD) ||
	      nla_put_u64_64bit(skb, VMAVIEW_ENTRY_A_VMA_END, entry->vma_end,
				VMAVIEW_ENTRY_A_PAD))) ||
	    put_frame(skb, entry, dump->privileged))
		return -EMSGSIZE;
	for (i = 0; i < entry->nr_levels; i++)
		if (put_level(skb, &entry->levels[i], dump->privileged))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

const struct vmav_dump_ops vmav_dump_entry = {
	.cmd		= VMAVIEW_CMD_GET_ENTRY,
	.min_alloc	= MIN_ALLOC,
	.own_size	= sizeof(struct own),
	.open		= open_entry,
	.take		= take_entry,
	.put		= put_entry,
};
