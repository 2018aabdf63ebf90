// SPDX-License-Identifier: GPL-2.0
/*
 * One request and its answers, with the kernel's words made up here: what is
 * not the kernel's or not for this request is passed over, what is not whole is
 * not read.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "source/netlink.h"

#include "message.h"

#define FAMILY	30
#define PACKETS	4

/* What recvmsg() gives, one after the other. */
static struct packet {
	char bytes[256] __attribute__((aligned(8)));
	size_t len;
	uint32_t from;		/* 0: the kernel */
} packets[PACKETS];
static size_t nr_packets, at;
static unsigned int nr_read;	/* messages that the reader got */

/* In place of the C library's. */
ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	struct sockaddr_nl *from = msg->msg_name;
	const struct packet *packet = &packets[at];

	(void)fd;
	(void)flags;
	if (at++ == nr_packets) {
		errno = ECONNRESET;
		return -1;
	}
	*from = (struct sockaddr_nl){
		.nl_family = AF_NETLINK, .nl_pid = packet->from,
	};
	msg->msg_flags = 0;
	memcpy(msg->msg_iov->iov_base, packet->bytes, packet->len);
	return (ssize_t)packet->len;
}

ssize_t sendto(int fd, const void *bytes, size_t size, int flags,
	       const struct sockaddr *to, socklen_t len)
{
	(void)fd;
	(void)bytes;
	(void)flags;
	(void)to;
	(void)len;
	return (ssize_t)size;
}

static struct netlink *open_netlink(void)
{
	struct netlink *nl = calloc(1, sizeof(*nl));

	assert_non_null(nl);
	nl->family = FAMILY;
	nl->pidfd = nl->pagemap = -1;
	nl->socket = mnl_socket_open(NETLINK_USERSOCK);
	assert_non_null(nl->socket);
	nr_packets = at = nr_read = 0;
	return nl;
}

static void close_netlink(struct netlink *nl)
{
	mnl_socket_close(nl->socket);
	free(nl);
}

/* A message behind what the last packet has. */
static struct nlmsghdr *put(uint16_t type, uint32_t seq, const void *payload,
			    size_t size)
{
	struct packet *packet = &packets[nr_packets - 1];
	struct nlmsghdr *nlh = (struct nlmsghdr *)(packet->bytes + packet->len);

	*nlh = (struct nlmsghdr){
		.nlmsg_len = (uint32_t)(sizeof(*nlh) + size),
		.nlmsg_type = type, .nlmsg_seq = seq,
	};
	memcpy(nlh + 1, payload, size);
	packet->len += MNL_ALIGN(nlh->nlmsg_len);
	return nlh;
}

static void new_packet(uint32_t from)
{
	packets[nr_packets++] = (struct packet){ .from = from };
}

static int read_one(struct netlink *nl, const struct nlmsghdr *nlh,
		    void *context, struct error *err)
{
	(void)nl;
	(void)context;
	(void)err;
	assert_int_equal(nlh->nlmsg_type, FAMILY);
	nr_read++;
	return 0;
}

/* Asks, by number 1, and is answered by the packets. */
static int exchange(struct netlink *nl, uint16_t flags, struct error *err)
{
	return netlink_exchange(nl, netlink_begin(nl, FAMILY, flags, 1, 1),
				read_one, NULL, NULL, err);
}

static void test_dump(void **state)
{
	struct netlink *nl = open_netlink();
	const int good = 0;
	struct error err;

	(void)state;
	new_packet(77);		/* somebody else's */
	put(FAMILY, 1, "forged", 6);
	new_packet(0);
	put(FAMILY, 9, "of another dump", 15);
	put(FAMILY, 1, "one", 3);
	put(FAMILY, 1, "two", 3);
	new_packet(0);
	put(FAMILY, 1, "three", 5);
	put(NLMSG_DONE, 1, &good, sizeof(good));
	assert_int_equal(exchange(nl, NLM_F_DUMP, &err), 0);
	assert_int_equal(nr_read, 3);
	close_netlink(nl);
}

static void refuse(int code, enum error_kind kind)
{
	struct netlink *nl = open_netlink();
	struct nlmsgerr answer = { .error = code };
	struct error err;

	new_packet(0);
	put(NLMSG_ERROR, 1, &answer, sizeof(answer));
	assert_int_equal(exchange(nl, 0, &err), -1);
	assert_int_equal(err.kind, kind);
	assert_int_equal(nr_read, 0);
	close_netlink(nl);
}

static void test_errors(void **state)
{
	(void)state;
	refuse(-ENOENT, ERR_NO_MODULE);
	refuse(-EOPNOTSUPP, ERR_INCOMPATIBLE);
	refuse(-EPERM, ERR_PERMISSION);
	refuse(-EINVAL, ERR_FAILED);
	/* No number of an error at all. */
	refuse(INT32_MIN, ERR_FAILED);
	refuse(INT32_MAX, ERR_FAILED);
}

/* Lengths that do not fit end the packet, and nothing is read of it. */
static void test_lengths(void **state)
{
	static const uint32_t lengths[] = {
		0, 1, 15, 21, 255, 257, 65536, INT32_MAX, 1U << 31,
		UINT32_MAX - 63, UINT32_MAX - 15, UINT32_MAX - 3, UINT32_MAX,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		struct netlink *nl = open_netlink();
		struct error err;

		new_packet(0);
		put(FAMILY, 1, "four", 4)->nlmsg_len = lengths[i];
		assert_int_equal(exchange(nl, 0, &err), -1);
		assert_int_equal(err.kind, ERR_FAILED);
		assert_int_equal(nr_read, 0);
		close_netlink(nl);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dump),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
