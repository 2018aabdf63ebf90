// SPDX-License-Identifier: GPL-2.0
/* GET_PAGES: parts of a page map as messages, each whole in itself. */
#include <linux/mm.h>

#include "dump.h"
#include "pages.h"
#include "param.h"
#include "token.h"

/* Room for some steps of 512 pages with frames. */
#define MIN_ALLOC	SKB_WITH_OVERHEAD(16384)

struct own {
	struct vmav_pages_range range;
	struct vmav_pages *pages;
};

static int open_pages(struct vmav_dump *dump, struct nlattr **attrs,
		      struct netlink_ext_ack *extack)
{
	struct own *own = dump->own;

	own->pages = vmav_pages_new();
	if (!own->pages)
		return -ENOMEM;
	own->range.pos = dump->start;
	own->range.end = dump->end;
	own->range.sharing = dump->flags & VMAVIEW_F_SHARING;
	own->range.frames = dump->flags & VMAVIEW_F_FRAMES;
	dump->tells_frames = own->range.frames;
	dump->holds = &own->range.holds;
	return 0;
}

static void close_pages(struct vmav_dump *dump)
{
	struct own *own = dump->own;

	vmav_pages_free(own->pages);
}

static int take_pages(struct vmav_dump *dump, unsigned int room, bool wait)
{
	struct own *own = dump->own;
	/* the attributes' own heads, and their padding */
	unsigned int max = (room - 64) / sizeof(u64);
	int err = vmav_pages_take(own->pages, &own->range, dump->target.mm,
				  max, wait);

	return err ?: own->pages->map.nr_words;
}

/* Makes a token of each frame, in place; the map says which are present. */
static void hide_frames(struct vmav_map *map)
{
	unsigned int i, at = 0;

	for (i = 0; i < map->nr_words; i++) {
		u32 state = VMAVIEW_MAP_STATE(map->words[i]);
		u64 nr = VMAVIEW_MAP_PAGES(map->words[i]);
		u32 kind = VMAVIEW_PAGE_KIND(state);

		if (state & VMAVIEW_PAGE_BITMAP) {
			unsigned int words = DIV_ROUND_UP(nr, 64);

			for (nr = 0; words; words--)
				nr += hweight64(map->words[++i]);
		}
		if (!VMAVIEW_PAGE_HAS_FRAME(kind))
			continue;
		for (; nr && at < map->nr_frames; nr--, at++)
			map->frames[at] = vmav_token(kind <
				VMAVIEW_PAGE_SWAP, map->frames[at]);
	}
	/* should the two not agree, none goes out as it is all the same */
	if (WARN_ON_ONCE(at != map->nr_frames))
		for (; at < map->nr_frames; at++)
			map->frames[at] =
				vmav_token(true, map->frames[at]);
}

static int put_pages(struct sk_buff *skb, struct vmav_dump *dump)
{
	struct own *own = dump->own;
	struct vmav_map *map = &own->pages->map;
	bool tells = own->range.frames &&
		     (dump->privileged || vmav_param_tokens);

	if (tells && !dump->privileged)
		hide_frames(map);
	/* room was counted: this fits */
	if (nla_put_u64_64bit(skb, VMAVIEW_A_START, map->start,
			      VMAVIEW_A_PAD) ||
	    nla_put_64bit(skb, VMAVIEW_A_MAP, map->nr_words * sizeof(u64),
			  map->words, VMAVIEW_A_PAD) ||
	    (tells &&
	     nla_put_64bit(skb, dump->privileged ? VMAVIEW_A_FRAMES :
			   VMAVIEW_A_TOKENS, map->nr_frames * sizeof(u64),
			   map->frames, VMAVIEW_A_PAD)))
		return -EMSGSIZE;
	return 0;
}

const struct vmav_dump_ops vmav_dump_pages = {
	.cmd		= VMAVIEW_CMD_GET_PAGES,
	.min_alloc	= MIN_ALLOC,
	.own_size	= sizeof(struct own),
	.open		= open_pages,
	.take		= take_pages,
	.put		= put_pages,
	.close		= close_pages,
};
