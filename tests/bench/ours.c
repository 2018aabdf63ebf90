// SPDX-License-Identifier: GPL-2.0
/*
 * Readers of the module, with a parser as small as a complete one can be:
 * written on the wire header alone, with no code of the viewer's.
 */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/vmaview.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER_SIZE	32768	/* what the kernel fills at most */
#define OBJECTS_MAX	256

static int sock = -1, pagemap = -1;
static uint16_t family;
static uint32_t sequence;
static char buffer[BUFFER_SIZE] __attribute__((aligned(8)));

struct object {
	uint32_t kind;
	uint32_t name_len;
	uint64_t inode;
};

static void read_object(const struct nlattr *nest, struct object *object)
{
	const struct nlattr *attr;

	memset(object, 0, sizeof(*object));
	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case VMAVIEW_OBJECT_A_KIND:
			object->kind = mnl_attr_get_u32(attr);
			break;
		case VMAVIEW_OBJECT_A_NAME:
			object->name_len = mnl_attr_get_payload_len(attr);
			break;
		case VMAVIEW_OBJECT_A_INODE:
			object->inode = mnl_attr_get_u64(attr);
			break;
		}
	}
}

static const uint32_t *read_counts(const uint32_t *group, uint64_t *pages)
{
	uint32_t mask = *group++, bits = mask & ~VMAVIEW_COUNTS_WIDE;

	if (!(mask & VMAVIEW_COUNTS_WIDE)) {
		for (; bits; bits &= bits - 1)
			pages[__builtin_ctz(bits)] += *group++;
		return group;
	}
	for (; bits; bits &= bits - 1, group += 2)
		pages[__builtin_ctz(bits)] += group[0] |
					      (uint64_t)group[1] << 32;
	return group;
}

static void read_areas(const struct nlmsghdr *nlh, struct seen *seen,
		       uint64_t *pages)
{
	const struct nlattr *attr, *vmas = NULL, *counts = NULL;
	struct object objects[OBJECTS_MAX + 1];
	unsigned int nr_objects = 0;
	const char *record, *end;
	const uint32_t *group;
	uint32_t size = 0;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case VMAVIEW_A_OBJECT:
			if (nr_objects == OBJECTS_MAX)
				give_up("more objects than were expected");
			read_object(attr, &objects[++nr_objects]);
			break;
		case VMAVIEW_A_VMA_SIZE: size = mnl_attr_get_u32(attr); break;
		case VMAVIEW_A_VMAS: vmas = attr; break;
		case VMAVIEW_A_COUNTS: counts = attr; break;
		}
	}
	if (!vmas || size < sizeof(struct vmaview_vma))
		return;
	record = mnl_attr_get_payload(vmas);
	end = record + mnl_attr_get_payload_len(vmas);
	group = counts ? mnl_attr_get_payload(counts) : NULL;
	for (; record < end; record += size) {
		const struct vmaview_vma *vma = (const void *)record;

		seen->areas++;
		seen->bytes += vma->end - vma->start;
		/* read, write, exec and may-share: one on every kernel */
		seen->rights += vma->flags & 0x87;
		if (vma->object) {
			const struct object *object = &objects[vma->object];

			seen->names += object->name_len;
			seen->inodes += object->inode;
			if (object->kind == VMAVIEW_OBJECT_FILE)
				seen->offsets += vma->pgoff * PAGE;
		}
		if (group)
			group = read_counts(group, pages);
	}
}

/* Of the group's pages those that are there, by number; nr: of its words. */
static void read_bitmap(const uint64_t *words, uint64_t nr, uint64_t page,
			struct seen *seen, uint64_t *pages)
{
	uint64_t i;

	for (i = 0; i < nr; i++, page += 64) {
		uint64_t bits = words[i];

		for (; bits; bits &= bits - 1) {
			seen->places += page + __builtin_ctzll(bits);
			(*pages)++;
		}
	}
}

static void read_map(const struct nlmsghdr *nlh, struct seen *seen,
		     uint64_t *pages)
{
	const uint64_t *word = NULL, *end = NULL;
	const struct nlattr *attr;
	uint64_t page = 0;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case VMAVIEW_A_START:
			page = mnl_attr_get_u64(attr) / PAGE;
			break;
		case VMAVIEW_A_MAP:
			word = mnl_attr_get_payload(attr);
			end = word + mnl_attr_get_payload_len(attr) / 8;
			break;
		}
	}
	while (word < end) {
		uint64_t state = VMAVIEW_MAP_STATE(*word);
		uint64_t nr = VMAVIEW_MAP_PAGES(*word);
		unsigned int kind = VMAVIEW_PAGE_KIND(state);

		word++;
		if (state & VMAVIEW_PAGE_BITMAP) {
			read_bitmap(word, (nr + 63) / 64, page, seen,
				    &pages[kind]);
			word += (nr + 63) / 64;
		} else {
			pages[kind] += nr;
			/* the places of others are not asked for */
			if (kind >= VMAVIEW_PAGE_ANON &&
			    kind <= VMAVIEW_PAGE_SHMEM)
				seen->places += sum_of_pages(page, nr);
		}
		page += nr;
	}
}

static void begin(uint16_t type, uint16_t flags, uint8_t cmd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++sequence;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = VMAVIEW_GENL_VERSION;
}

static void send_request(struct seen *seen)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)buffer;

	seen->calls++;
	if (send(sock, nlh, nlh->nlmsg_len, 0) != (ssize_t)nlh->nlmsg_len)
		give_up("send");
}

static void find_family(void)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)buffer;
	const struct nlattr *attr;
	struct seen seen = { 0 };

	begin(GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, VMAVIEW_GENL_NAME);
	send_request(&seen);
	if (recv(sock, buffer, sizeof(buffer), 0) <= 0)
		give_up("recv");
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			family = mnl_attr_get_u16(attr);
	if (nlh->nlmsg_type == NLMSG_ERROR || !family)
		give_up("the module is not loaded");
}

static bool open_ours(const struct subject *subject)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	char path[32];

	sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (sock < 0 || bind(sock, (struct sockaddr *)&addr, sizeof(addr)))
		give_up("socket");
	find_family();
	snprintf(path, sizeof(path), "/proc/%d/pagemap", subject->pid);
	pagemap = open(path, O_RDONLY | O_CLOEXEC);
	if (pagemap < 0)
		give_up(path);
	return true;
}

static void close_ours(void)
{
	close(pagemap);
	close(sock);
}

typedef void read_message(const struct nlmsghdr *nlh, struct seen *seen,
			  uint64_t *pages);

/* Returns false at the end of the dump. */
static bool read_datagram(read_message *read_message, struct seen *seen,
			  uint64_t *pages)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)buffer;
	ssize_t len = recv(sock, buffer, sizeof(buffer), 0);
	int left = len, code;

	seen->calls++;
	if (len < 0)
		give_up("recv");
	seen->received += len;
	for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
		seen->torn |= !!(nlh->nlmsg_flags & NLM_F_DUMP_INTR);
		if (nlh->nlmsg_type != NLMSG_DONE &&
		    nlh->nlmsg_type != NLMSG_ERROR) {
			read_message(nlh, seen, pages);
			continue;
		}
		memcpy(&code, mnl_nlmsg_get_payload(nlh), sizeof(code));
		errno = -code;
		if (code)
			give_up("the module");
		return false;
	}
	return true;
}

static void dump(uint8_t cmd, const struct subject *range, uint32_t flags,
		 read_message *read_message, struct seen *seen,
		 uint64_t *pages)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)buffer;

	begin(family, NLM_F_DUMP, cmd);
	mnl_attr_put_u32(nlh, VMAVIEW_A_PAGEMAP_FD, pagemap);
	if (range) {
		mnl_attr_put_u64(nlh, VMAVIEW_A_START, range->start);
		mnl_attr_put_u64(nlh, VMAVIEW_A_END, range->end);
	}
	if (flags)
		mnl_attr_put_u32(nlh, VMAVIEW_A_FLAGS, flags);
	send_request(seen);
	while (read_datagram(read_message, seen, pages))
		;
}

static bool dump_areas(const struct subject *range, uint32_t flags,
		       struct seen *seen)
{
	uint64_t pages[32] = { 0 };

	dump(VMAVIEW_CMD_GET_VMAS, range, flags, read_areas, seen, pages);
	seen->anon = pages[VMAVIEW_COUNT_ANON];
	seen->swap = pages[VMAVIEW_COUNT_SWAP];
	seen->rss = pages[VMAVIEW_COUNT_ANON] + pages[VMAVIEW_COUNT_FILE] +
		    pages[VMAVIEW_COUNT_SHMEM] +
		    pages[VMAVIEW_COUNT_MIGRATION] +
		    pages[VMAVIEW_COUNT_DEVICE] + pages[VMAVIEW_COUNT_HWPOISON];
	seen->present = seen->rss;
	return true;
}

static bool read_list(const struct subject *subject, struct seen *seen)
{
	(void)subject;
	return dump_areas(NULL, 0, seen);
}

static bool read_all(const struct subject *subject, struct seen *seen)
{
	(void)subject;
	return dump_areas(NULL, VMAVIEW_F_COUNTS, seen);
}

static bool read_range(const struct subject *subject, struct seen *seen)
{
	return dump_areas(subject, VMAVIEW_F_COUNTS, seen);
}

static bool read_pages(const struct subject *subject, struct seen *seen)
{
	uint64_t pages[32] = { 0 };

	dump(VMAVIEW_CMD_GET_PAGES, subject, 0, read_map, seen, pages);
	seen->anon = pages[VMAVIEW_PAGE_ANON];
	seen->swap = pages[VMAVIEW_PAGE_SWAP];
	seen->present = pages[VMAVIEW_PAGE_ANON] + pages[VMAVIEW_PAGE_FILE] +
			pages[VMAVIEW_PAGE_SHMEM];
	return true;
}

const struct reader ours_list = {
	"list", KNOWS_AREAS, open_ours, read_list, close_ours
};
const struct reader ours_counts = {
	"counts", KNOWS_AREAS | KNOWS_RSS, open_ours, read_all, close_ours
};
const struct reader ours_range = {
	"counts of range", KNOWS_RANGE, open_ours, read_range, close_ours
};
const struct reader ours_map = {
	"page map", KNOWS_RANGE | KNOWS_PLACES, open_ours, read_pages,
	close_ours
};
