/* SPDX-License-Identifier: GPL-2.0 */
/* Messages of the module, made by hand, and what must not hurt who reads them. */
#ifndef TESTS_UNIT_MESSAGE_H
#define TESTS_UNIT_MESSAGE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

struct message {
	char buffer[65536];
	struct nlmsghdr *nlh;
};

static inline void message_begin(struct message *msg, uint8_t cmd)
{
	struct genlmsghdr *genl;

	msg->nlh = mnl_nlmsg_put_header(msg->buffer);
	genl = mnl_nlmsg_put_extra_header(msg->nlh, sizeof(*genl));
	genl->cmd = cmd;
}

/* Has a copy of the first len bytes read, in memory of just that size. */
static inline void message_read_copy(const struct message *msg, size_t len,
				     size_t flip,
				     void (*read)(const struct nlmsghdr *nlh))
{
	struct nlmsghdr *copy = calloc(1, MNL_ALIGN(len));

	memcpy(copy, msg->buffer, len);
	copy->nlmsg_len = len;
	if (flip)
		((unsigned char *)copy)[flip / 8] ^= 1 << flip % 8;
	read(copy);
	free(copy);
}

/*
 * Every cut of the message, and every flipped bit of what is behind its header.
 * The memory ends where the copy does, so that ASan sees who reads on.
 */
static inline void message_damage(const struct message *msg,
				  void (*read)(const struct nlmsghdr *nlh))
{
	size_t whole = msg->nlh->nlmsg_len, len, bit;

	for (len = sizeof(struct nlmsghdr) + sizeof(struct genlmsghdr);
	     len <= whole; len++)
		message_read_copy(msg, len, 0, read);
	for (bit = sizeof(struct nlmsghdr) * 8; bit < whole * 8; bit++)
		message_read_copy(msg, whole, bit, read);
}

#endif
