// SPDX-License-Identifier: GPL-2.0
/*
 * The source that asks the module, with an input in the kernel's place: what is
 * to be taken, then one datagram after the other, two bytes of size and the
 * bytes. A message whose number is 0 answers what was asked last.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "source/source.h"

#include "show.h"

struct mnl_socket *__wrap_mnl_socket_open2(int bus, int flags);
int __wrap_mnl_socket_bind(struct mnl_socket *nl, unsigned int groups,
			   pid_t pid);
int __wrap_mnl_socket_setsockopt(const struct mnl_socket *nl, int type,
				 void *buf, socklen_t len);
int __wrap_mnl_socket_close(struct mnl_socket *nl);
int __wrap_mnl_socket_get_fd(const struct mnl_socket *nl);
ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *nl, const void *buf,
				 size_t size);
ssize_t __wrap_recvmsg(int fd, struct msghdr *msg, int flags);
FILE *__wrap_fopen(const char *path, const char *mode);
FILE *__real_fopen(const char *path, const char *mode);

static struct input input;
static uint32_t asked;		/* number of the last request */
static char kernel;		/* stands for the socket */

struct mnl_socket *__wrap_mnl_socket_open2(int bus, int flags)
{
	(void)bus;
	(void)flags;
	return (struct mnl_socket *)&kernel;
}

int __wrap_mnl_socket_bind(struct mnl_socket *nl, unsigned int groups,
			   pid_t pid)
{
	(void)nl;
	(void)groups;
	(void)pid;
	return 0;
}

int __wrap_mnl_socket_setsockopt(const struct mnl_socket *nl, int type,
				 void *buf, socklen_t len)
{
	(void)nl;
	(void)type;
	(void)buf;
	(void)len;
	return 0;
}

int __wrap_mnl_socket_close(struct mnl_socket *nl)
{
	(void)nl;
	return 0;
}

int __wrap_mnl_socket_get_fd(const struct mnl_socket *nl)
{
	(void)nl;
	return -1;
}

ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *nl, const void *buf,
				 size_t size)
{
	const struct nlmsghdr *nlh = buf;

	(void)nl;
	asked = nlh->nlmsg_seq;
	return (ssize_t)size;
}

/* This process is not looked into for [vsyscall]. */
FILE *__wrap_fopen(const char *path, const char *mode)
{
	return strcmp(path, "/proc/self/maps") ? __real_fopen(path, mode) :
						  NULL;
}

static void set_numbers(uint8_t *at, size_t left)
{
	struct nlmsghdr head;
	size_t step;

	while (left >= sizeof(head)) {
		memcpy(&head, at, sizeof(head));
		if (!head.nlmsg_seq)
			head.nlmsg_seq = asked;
		memcpy(at, &head, sizeof(head));
		if (head.nlmsg_len < sizeof(head) ||
		    head.nlmsg_len > left)
			return;
		step = NLMSG_ALIGN(head.nlmsg_len);
		step = step < left ? step : left;
		at += step;
		left -= step;
	}
}

ssize_t __wrap_recvmsg(int fd, struct msghdr *msg, int flags)
{
	size_t want = take_number(&input, 2), got;
	const uint8_t *bytes = take_bytes(&input, want, &got);

	(void)fd;
	(void)flags;
	if (!got) {
		errno = ECONNRESET;
		return -1;
	}
	if (got > msg->msg_iov->iov_len)
		got = msg->msg_iov->iov_len;
	memset(msg->msg_name, 0, msg->msg_namelen);
	msg->msg_flags = 0;
	memcpy(msg->msg_iov->iov_base, bytes, got);
	set_numbers(msg->msg_iov->iov_base, got);
	return (ssize_t)got;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct take take = { 0 };
	struct snapshot *snap = snapshot_new();
	struct error err;
	void *self;

	demand(snap);
	input = (struct input){ data, size };
	take.what = (unsigned int)take_number(&input, 2);
	take.start = take_number(&input, 8);
	take.end = take_number(&input, 8);
	take.address = take_number(&input, 8);
	if (!netlink_source.open(getpid(), &self, &err)) {
		if (!netlink_source.take(self, &take, snap, &err))
			show_picture(snap, size, take.address);
		netlink_source.close(self);
	}
	snapshot_free(snap);
	return 0;
}
