// SPDX-License-Identifier: GPL-2.0
/*
 * From what a message means to bytes, out through one of several sockets, and
 * back: whole, in crumbs, or not at all.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/vmaview.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"

#define NR_SHARED	2	/* sockets that all workers use at once */
#define NR_OWN		4
#define MAX_WORKERS	16
#define ROOM		4096

#ifndef SOL_NETLINK
#define SOL_NETLINK	270
#endif

static _Atomic int shared[NR_SHARED];
static _Atomic int own[MAX_WORKERS][NR_OWN];
static uint16_t family;

static int open_socket(struct chance *chance)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	int on = 1, size = 4096 << below(chance, 8);

	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		give_up("socket");
	if (!one_in(chance, 4)) {
		setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
		setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	}
	if (one_in(chance, 3))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return fd;
}

static _Atomic int *socket_of(const struct message *msg, unsigned int worker)
{
	unsigned int n = msg->socket % (NR_SHARED + NR_OWN);

	return n < NR_SHARED ? &shared[n] :
			       &own[worker % MAX_WORKERS][n - NR_SHARED];
}

/* Whoever shares the old one finds another file, or none, in its place. */
static void renew(_Atomic int *fd, struct chance *chance)
{
	int old = atomic_exchange(fd, open_socket(chance));

	if (old >= 0)
		close(old);
}

/* ---- writing ---- */

static uint64_t number_of(const struct attr *attr)
{
	switch (attr->kind) {
	case VALUE_PAGEMAP:
		return (uint32_t)targets_pagemap(attr->index);
	case VALUE_FILE:
		return (uint32_t)targets_file(attr->index);
	case VALUE_AREA:
		return targets_area(attr->index, attr->number) + attr->offset;
	default:
		return attr->number;
	}
}

static size_t put_attr(char *p, const struct attr *attr)
{
	struct nlattr nla = {
		.nla_len = sizeof(nla) + attr->size + attr->lie,
		.nla_type = attr->type,
	};
	uint64_t number = number_of(attr);

	memcpy(p, &nla, sizeof(nla));
	memset(p + sizeof(nla), 0, NLA_ALIGN(MAX_BYTES));
	if (attr->kind == VALUE_BYTES)
		memcpy(p + sizeof(nla), attr->bytes, attr->size);
	else
		memcpy(p + sizeof(nla), &number, attr->size < sizeof(number) ?
						 attr->size : sizeof(number));
	return sizeof(nla) + NLA_ALIGN(attr->size);
}

static size_t put_message(char *bytes, const struct message *msg, uint16_t type,
			  uint32_t seq)
{
	struct nlmsghdr nlh = {
		.nlmsg_type = type,
		.nlmsg_flags = msg->flags,
		.nlmsg_seq = seq,
	};
	struct genlmsghdr genl = {
		.cmd = msg->cmd,
		.version = msg->version,
		.reserved = msg->reserved,
	};
	size_t len = sizeof(nlh) + sizeof(genl);

	for (size_t i = 0; i < msg->nr_attrs; i++)
		len += put_attr(bytes + len, &msg->attrs[i]);
	memset(bytes + len, 0xa5, NLMSG_ALIGN(msg->trail));
	len += msg->trail;
	nlh.nlmsg_len = len + msg->lie;
	memcpy(bytes, &nlh, sizeof(nlh));
	memcpy(bytes + sizeof(nlh), &genl, sizeof(genl));
	return len;
}

/* ---- reading ---- */

/* Data, the end, or an error in one datagram. */
static enum outcome look_at(const char *bytes, size_t len)
{
	enum outcome out = OUT_NOTHING;
	struct nlmsghdr nlh;
	int code = 0;

	for (size_t at = 0; at + sizeof(nlh) <= len;
	     at += NLMSG_ALIGN(nlh.nlmsg_len)) {
		memcpy(&nlh, bytes + at, sizeof(nlh));
		if (nlh.nlmsg_len < sizeof(nlh) || nlh.nlmsg_len > len - at)
			break;
		if (nlh.nlmsg_len >= sizeof(nlh) + sizeof(code))
			memcpy(&code, bytes + at + sizeof(nlh), sizeof(code));
		if (nlh.nlmsg_type != NLMSG_ERROR &&
		    nlh.nlmsg_type != NLMSG_DONE)
			return OUT_DATA;
		out = code ? OUT_REFUSED : OUT_DONE;
	}
	return out;
}

static enum outcome read_all(int fd, unsigned int limit)
{
	static _Thread_local char bytes[65536];
	enum outcome out = OUT_NOTHING, now;
	ssize_t len;

	while (limit--) {
		len = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (len <= 0)
			break;
		now = look_at(bytes, len);
		if (out != OUT_DATA)
			out = now;
	}
	return out;
}

static enum outcome read_answer(const struct message *msg, _Atomic int *fd,
				struct chance *chance)
{
	char crumbs[ROOM];
	size_t room = msg->limit < ROOM ? msg->limit : ROOM;

	switch (msg->reader) {
	case READ_ALL:
		return read_all(*fd, msg->limit);
	case READ_SMALL:
		for (int i = 0; i < 3; i++)
			if (recv(*fd, crumbs, room, MSG_DONTWAIT) < 0)
				break;
		break;
	case READ_PEEK:
		if (recv(*fd, crumbs, room,
			 MSG_DONTWAIT | MSG_PEEK | MSG_TRUNC) < 0)
			break;
		break;
	case READ_CLOSE:
		renew(fd, chance);
		break;
	default:
		break;
	}
	return OUT_NOTHING;
}

enum outcome send_message(const struct message *msg, struct chance *chance,
			  unsigned int worker)
{
	_Atomic int *fd = socket_of(msg, worker);
	uint16_t type = msg->family == FAMILY_CONTROL ? GENL_ID_CTRL : family;
	char bytes[ROOM];
	size_t len = 0;
	unsigned int n;

	if (*fd < 0)
		renew(fd, chance);
	for (n = 0; n < msg->copies && n < 4; n++)
		len = NLMSG_ALIGN(len) +
		      put_message(bytes + NLMSG_ALIGN(len), msg, type, n + 1);
	if (send(*fd, bytes, len, MSG_DONTWAIT) < 0)
		return OUT_UNSENT;
	return read_answer(msg, fd, chance);
}

/* ---- the family's number ---- */

static uint16_t find_family(int fd)
{
	struct message ask = {
		.cmd = CTRL_CMD_GETFAMILY,
		.version = 1,
		.flags = NLM_F_REQUEST,
		.nr_attrs = 1,
		.attrs = { {
			.type = CTRL_ATTR_FAMILY_NAME,
			.size = sizeof(VMAVIEW_GENL_NAME),
			.kind = VALUE_BYTES,
			.bytes = VMAVIEW_GENL_NAME,
		} },
	};
	char bytes[ROOM];
	size_t len = put_message(bytes, &ask, GENL_ID_CTRL, 1);
	ssize_t got = -1;
	struct nlattr nla;
	uint16_t id;

	if (send(fd, bytes, len, 0) == (ssize_t)len)
		got = recv(fd, bytes, sizeof(bytes), 0);
	for (ssize_t at = NLMSG_HDRLEN + GENL_HDRLEN;
	     at + (ssize_t)sizeof(nla) <= got; at += NLA_ALIGN(nla.nla_len)) {
		memcpy(&nla, bytes + at, sizeof(nla));
		if (nla.nla_len < sizeof(nla))
			break;
		if (nla.nla_type != CTRL_ATTR_FAMILY_ID)
			continue;
		memcpy(&id, bytes + at + sizeof(nla), sizeof(id));
		return id;
	}
	errno = ENOENT;
	give_up("the family vmaview");
}

void send_init(void)
{
	struct chance chance = { 0 };
	int fd = open_socket(&chance);

	family = find_family(fd);
	close(fd);
	for (size_t i = 0; i < NR_SHARED; i++)
		shared[i] = open_socket(&chance);
	for (size_t w = 0; w < MAX_WORKERS; w++)
		for (size_t i = 0; i < NR_OWN; i++)
			own[w][i] = -1;
}
