/* SPDX-License-Identifier: GPL-2.0 */
/* The netlink source's own: the files it is made of share this. */
#ifndef VMAVIEW_SOURCE_NETLINK_H
#define VMAVIEW_SOURCE_NETLINK_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "model/snapshot.h"
#include "model/take.h"
#include "source/wire.h"
#include "util/error.h"

struct mnl_socket;

/* What the kernel fills at most in one read (net/netlink/af_netlink.c). */
#define BUFFER_SIZE	32768

struct netlink {
	pid_t pid;
	int pidfd;		/* tells an end from an exec */
	int pagemap;
	struct mnl_socket *socket;
	uint32_t port;
	uint32_t seq;
	uint16_t family;
	bool is_bound;		/* there was memory once */
	struct wire_info info;
	bool has_gate;		/* this kernel shows every 64-bit task ... */
	struct vma gate;	/* ... [vsyscall], which is in no mm */
	char buffer[BUFFER_SIZE];
};

/* What a reply is for. Returns 0, or -1 with *err. */
typedef int read_reply(struct netlink *nl, const struct nlmsghdr *nlh,
		       void *context, struct error *err);

/* ---- netlink_exchange.c: one request and its replies ---- */

/* Begins a request in nl->buffer; attributes can be put behind it. */
struct nlmsghdr *netlink_begin(struct netlink *nl, uint16_t family,
			       uint16_t flags, uint8_t cmd, uint8_t version);
/* A dump of cmd, about the process. */
struct nlmsghdr *netlink_begin_dump(struct netlink *nl, uint8_t cmd);
/*
 * Sends the request that was begun and hands every reply to read. Sets
 * *interrupted when the kernel marked one as from a changing object. 0, or -1
 * with *err, also when read fails.
 */
int netlink_exchange(struct netlink *nl, struct nlmsghdr *nlh,
		     read_reply *read, void *context, bool *interrupted,
		     struct error *err);
/* A task without an address space: -1, and *err says which of the kinds. */
int netlink_no_memory(const struct netlink *nl, struct error *err);

/* ---- netlink_walk.c ---- */

/* Pages, tables, entry and sharers, as far as they are asked for. */
int netlink_take_walks(struct netlink *nl, const struct take *take,
		       struct snapshot *snap, struct error *err);

#endif
