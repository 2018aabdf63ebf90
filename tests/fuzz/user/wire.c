// SPDX-License-Identifier: GPL-2.0
/*
 * One message of the module, by itself: a byte that says which reader has it,
 * then what is behind its header. Its memory ends where it does.
 */
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "source/wire.h"

#include "fuzz.h"

#define PAGE	4096U

static void read_info(const struct nlmsghdr *nlh)
{
	struct wire_info info;
	struct error err;

	if (wire_read_info(nlh, &info, &err))
		return;
	demand(memchr(info.module, '\0', sizeof(info.module)));
	demand(memchr(info.release, '\0', sizeof(info.release)));
	demand(memchr(info.machine, '\0', sizeof(info.machine)));
	demand(info.page_size && !(info.page_size & (info.page_size - 1)));
	wire_known_flags(&info, TAKE_SHARING);
}

static void read_snapshot(const struct nlmsghdr *nlh, bool is_mm)
{
	struct wire_info info = { .page_size = PAGE };
	struct snapshot *snap = snapshot_new();
	struct error err;

	demand(snap);
	for (int bit = 0; bit < 64; bit++)
		info.flag_of_bit[bit] = (int8_t)(bit % 32 - 1);
	if (is_mm)
		wire_read_mm(nlh, snap, &err);
	/* As a dump is: what one message began the next one goes on with. */
	else if (!wire_read_vmas(nlh, &info, TAKE_VMAS | TAKE_COUNTS, snap,
				 &err))
		wire_read_vmas(nlh, &info, TAKE_VMAS, snap, &err);
	for (size_t i = 1; i < snap->nr_vmas; i++)
		demand(snap->vmas[i - 1].end <= snap->vmas[i].start);
	snapshot_free(snap);
}

static void read_pages(const struct nlmsghdr *nlh)
{
	struct page_map *map = page_map_new(PAGE, UINT64_MAX - PAGE + 1, PAGE);
	struct error err;
	uint64_t frame;

	demand(map);
	wire_read_pages(nlh, map, &err);
	for (size_t i = 0; i < map->nr_runs; i++) {
		demand(map->runs[i].start >= map->start);
		page_map_frame(map, map->runs[i].start, &frame);
	}
	page_map_free(map);
}

static void read_tables(const struct nlmsghdr *nlh)
{
	struct table_list *list = table_list_new(PAGE, 512);
	struct error err;

	demand(list);
	wire_read_tables(nlh, list, &err);
	table_list_free(list);
}

static void read_entry(const struct nlmsghdr *nlh)
{
	struct entry_walk walk = { 0 };
	struct error err;

	wire_read_entry(nlh, &walk, &err);
	demand(walk.nr_levels <= LEVEL_NR);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t header = sizeof(struct nlmsghdr) +
			      sizeof(struct genlmsghdr);
	struct nlmsghdr *nlh;
	size_t len;

	if (!size || size > 65536)
		return 0;
	len = header + size - 1;
	nlh = calloc(1, NLMSG_ALIGN(len));
	demand(nlh);
	nlh->nlmsg_len = (uint32_t)len;
	memcpy((uint8_t *)nlh + header, data + 1, size - 1);
	switch (*data % 6) {
	case 0:
		read_info(nlh);
		break;
	case 1:
	case 2:
		read_snapshot(nlh, *data % 6 == 1);
		break;
	case 3:
		read_pages(nlh);
		break;
	case 4:
		read_tables(nlh);
		break;
	case 5:
		read_entry(nlh);
		break;
	}
	free(nlh);
	return 0;
}
