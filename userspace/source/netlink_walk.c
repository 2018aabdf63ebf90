// SPDX-License-Identifier: GPL-2.0
/* What walks of the page tables found: pages, tables, an address, sharers. */
#include "source/netlink.h"

#include <libmnl/libmnl.h>
#include <linux/vmaview.h>
#include <stdlib.h>

static int read_pages(struct netlink *nl, const struct nlmsghdr *nlh,
		      void *context, struct error *err)
{
	(void)nl;
	return wire_read_pages(nlh, context, err);
}

static struct nlmsghdr *begin_pages(struct netlink *nl, uint64_t start,
				    uint64_t end, uint32_t flags)
{
	struct nlmsghdr *nlh = netlink_begin_dump(nl, VMAVIEW_CMD_GET_PAGES);

	mnl_attr_put_u64(nlh, VMAVIEW_A_START, start);
	mnl_attr_put_u64(nlh, VMAVIEW_A_END, end);
	if (flags)
		mnl_attr_put_u32(nlh, VMAVIEW_A_FLAGS, flags);
	return nlh;
}

static int take_pages(struct netlink *nl, const struct take *take,
		      struct snapshot *snap, struct error *err)
{
	const uint64_t mask = nl->info.page_size - 1;
	bool is_torn = false;
	uint32_t flags = 0;

	if (take->start >= take->end)
		return error_set(err, ERR_USAGE, "an empty range of pages");
	if (take->what & TAKE_SHARING)
		flags |= VMAVIEW_F_SHARING;
	if (take->what & TAKE_FRAMES)
		flags |= VMAVIEW_F_FRAMES;
	snap->pages = page_map_new(take->start & ~mask,
				   take->end > ~mask ? ~mask :
				   (take->end + mask) & ~mask,
				   nl->info.page_size);
	if (!snap->pages)
		return error_set(err, ERR_FAILED, "out of memory");
	snap->pages->has = wire_known_flags(&nl->info, take->what);
	if (netlink_exchange(nl, begin_pages(nl, take->start, take->end, flags),
			     read_pages, snap->pages, &is_torn, err))
		return -1;
	/* none has a frame: that is known of all there are */
	snap->pages->has_frames |= take->what & TAKE_FRAMES &&
				   !snap->pages->nr_runs;
	if (is_torn)
		snap->from.coherent = false;
	return 0;
}

static int read_tables(struct netlink *nl, const struct nlmsghdr *nlh,
		       void *context, struct error *err)
{
	(void)nl;
	return wire_read_tables(nlh, context, err);
}

static int take_tables(struct netlink *nl, struct snapshot *snap,
		       struct error *err)
{
	struct nlmsghdr *nlh = netlink_begin_dump(nl, VMAVIEW_CMD_GET_TABLES);
	bool is_torn = false;

	snap->tables = table_list_new(nl->info.page_size,
				      nl->info.pmd_size /
				      nl->info.page_size);
	if (!snap->tables)
		return error_set(err, ERR_FAILED, "out of memory");
	if (netlink_exchange(nl, nlh, read_tables, snap->tables, &is_torn, err))
		return -1;
	if (is_torn)
		snap->from.coherent = false;
	return 0;
}

static int read_entry(struct netlink *nl, const struct nlmsghdr *nlh,
		      void *context, struct error *err)
{
	(void)nl;
	return wire_read_entry(nlh, context, err);
}

static int take_entry(struct netlink *nl, uint64_t address,
		      struct snapshot *snap, struct error *err)
{
	struct nlmsghdr *nlh = netlink_begin_dump(nl, VMAVIEW_CMD_GET_ENTRY);

	mnl_attr_put_u64(nlh, VMAVIEW_A_ADDRESS, address);
	snap->entry = calloc(1, sizeof(*snap->entry));
	if (!snap->entry)
		return error_set(err, ERR_FAILED, "out of memory");
	if (netlink_exchange(nl, nlh, read_entry, snap->entry, NULL, err))
		return -1;
	return snap->entry->nr_levels ? 0 :
	       wire_malformed(err, "an entry without levels");
}

/* ---- who maps the same frame ---- */

struct search {
	struct sharer_list *list;
	struct page_map *part;		/* of one message */
};

static void match_run(const struct page_run *run, struct search *search)
{
	struct sharer_list *list = search->list;
	const struct page_map *part = search->part;
	uint32_t i;

	if (!page_has_frame(run->state))
		return;
	for (i = 0; i < run->nr_pages; i++) {
		uint64_t addr = run->start + (uint64_t)i * part->page_size;

		if (run->frame + i >= part->nr_frames)
			return;
		if (part->frames[run->frame + i] != list->frame ||
		    addr == list->address)
			continue;
		if (list->nr < SHARERS_MAX)
			list->addrs[list->nr++] = addr;
		list->nr_all++;
	}
}

static int search_message(struct netlink *nl, const struct nlmsghdr *nlh,
			  void *context, struct error *err)
{
	struct search *search = context;
	size_t i;
	int ret;

	search->part = page_map_new(0, UINT64_MAX, nl->info.page_size);
	if (!search->part)
		return error_set(err, ERR_FAILED, "out of memory");
	ret = wire_read_pages(nlh, search->part, err);
	for (i = 0; !ret && i < search->part->nr_runs; i++)
		match_run(&search->part->runs[i], search);
	page_map_free(search->part);
	return ret;
}

/*
 * Frames go by one message at a time, so that a large process costs time and
 * not memory. A page that moves meanwhile is met twice or not at all.
 */
static int take_sharers(struct netlink *nl, uint64_t address,
			struct snapshot *snap, struct error *err)
{
	const uint64_t page = address & -(uint64_t)nl->info.page_size;
	struct search search = { .list = calloc(1, sizeof(*search.list)) };
	bool is_torn = false;
	struct page_map *one;
	int ret;

	snap->sharers = search.list;
	one = page_map_new(page, page + nl->info.page_size, nl->info.page_size);
	if (!search.list || !one) {
		page_map_free(one);
		return error_set(err, ERR_FAILED, "out of memory");
	}
	search.list->address = page;
	ret = netlink_exchange(nl, begin_pages(nl, page, one->end,
					       VMAVIEW_F_FRAMES),
			       read_pages, one, NULL, err);
	if (!ret && one->nr_runs && !one->has_frames) {
		snapshot_note(snap, "what else maps a page is unknown: the module was loaded with tokens=0");
		free(search.list);
		snap->sharers = NULL;
	} else if (!ret && page_map_frame(one, page, &search.list->frame)) {
		search.list->has_frame = true;
		ret = netlink_exchange(nl, begin_pages(nl, 0, UINT64_MAX,
						       VMAVIEW_F_FRAMES),
				       search_message, &search, &is_torn, err);
	}
	page_map_free(one);
	if (is_torn)
		snap->from.coherent = false;
	return ret;
}

int netlink_take_walks(struct netlink *nl, const struct take *take,
		       struct snapshot *snap, struct error *err)
{
	if (take->what & TAKE_PAGES && take_pages(nl, take, snap, err))
		return -1;
	if (take->what & TAKE_TABLES && take_tables(nl, snap, err))
		return -1;
	if (take->what & TAKE_ENTRY &&
	    take_entry(nl, take->address, snap, err))
		return -1;
	return take->what & TAKE_SHARERS ?
	       take_sharers(nl, take->address, snap, err) : 0;
}
