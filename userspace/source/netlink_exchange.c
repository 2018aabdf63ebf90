// SPDX-License-Identifier: GPL-2.0
/*
 * One request at a time over a netlink socket, and what the kernel's refusals
 * mean for the process that was asked about.
 */
#include "source/netlink.h"

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/vmaview.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "source/stat.h"

struct nlmsghdr *netlink_begin(struct netlink *nl, uint16_t family,
			       uint16_t flags, uint8_t cmd, uint8_t version)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(nl->buffer);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = family;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++nl->seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = version;
	return nlh;
}

struct nlmsghdr *netlink_begin_dump(struct netlink *nl, uint8_t cmd)
{
	struct nlmsghdr *nlh = netlink_begin(nl, nl->family, NLM_F_DUMP, cmd,
					     VMAVIEW_GENL_VERSION);

	mnl_attr_put_u32(nlh, VMAVIEW_A_PAGEMAP_FD, nl->pagemap);
	return nlh;
}

/* The kernel's own words in an error or done message, or "". */
static const char *extack_text(const struct nlmsghdr *nlh, size_t payload)
{
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return "";
	mnl_attr_for_each(attr, nlh, payload) {
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG &&
		    !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
			return mnl_attr_get_str(attr);
	}
	return "";
}

static bool has_ended(const struct netlink *nl)
{
	struct pollfd pidfd = { .fd = nl->pidfd, .events = POLLIN };

	return poll(&pidfd, 1, 0) == 1;
}

int netlink_no_memory(const struct netlink *nl, struct error *err)
{
	struct stat_line stat;
	char path[32];
	int dir, ret;

	snprintf(path, sizeof(path), "/proc/%d", nl->pid);
	dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	ret = dir < 0 ? -1 : stat_read(dir, &stat);
	if (dir >= 0)
		close(dir);
	if (ret)
		return error_set(err, ERR_GONE, "process %d has ended",
				 nl->pid);
	if (stat_check_memory(&stat, err))
		return -1;
	return error_set(err, ERR_EXEC, "process %d runs another program now",
			 nl->pid);
}

static int refused(struct netlink *nl, long code, const char *text,
		   struct error *err)
{
	switch (code) {
	case ESRCH:
		if (nl->is_bound && has_ended(nl))
			return error_set(err, ERR_GONE, "process %d has ended",
					 nl->pid);
		return netlink_no_memory(nl, err);
	case ENOENT:	/* no family has the number any more */
		return error_set(err, ERR_NO_MODULE,
				 "the module vmaview is not loaded (any more): insmod vmaview.ko");
	case EOPNOTSUPP:
		return error_set(err, ERR_INCOMPATIBLE,
				 "the module does not know this request: load the module that was built with this viewer");
	case EPERM:
	case EACCES:
		return error_set(err, ERR_PERMISSION,
				 "the module refuses process %d: %s", nl->pid,
				 *text ? text : strerror((int)code));
	default:
		return error_set(err, ERR_FAILED, "the module answers: %s",
				 *text ? text : strerror((int)code));
	}
}

/* Reads one datagram of the kernel's; *len is its size. */
static int receive(struct netlink *nl, size_t *len, struct error *err)
{
	struct sockaddr_nl from;
	struct iovec iov = { .iov_base = nl->buffer,
			     .iov_len = sizeof(nl->buffer) };
	struct msghdr msg = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	ssize_t got;

	do {
		msg.msg_namelen = sizeof(from);
		got = recvmsg(mnl_socket_get_fd(nl->socket), &msg, 0);
		/* anybody may send to a port: only the kernel is 0 */
	} while ((got < 0 && errno == EINTR) || (got >= 0 && from.nl_pid));
	if (got < 0)
		return error_set(err, ERR_FAILED, "netlink: %s",
				 strerror(errno));
	if (msg.msg_flags & MSG_TRUNC)
		return error_set(err, ERR_FAILED,
				 "netlink: an answer of more than %d bytes",
				 BUFFER_SIZE);
	*len = got;
	return 0;
}

/*
 * Is all of it there? To libmnl a length above INT_MAX is a negative one, which
 * leads backwards.
 */
static bool is_whole(const struct nlmsghdr *nlh, int left)
{
	return left >= (int)sizeof(*nlh) && nlh->nlmsg_len >= sizeof(*nlh) &&
	       nlh->nlmsg_len <= (unsigned int)left;
}

int netlink_exchange(struct netlink *nl, struct nlmsghdr *nlh,
		     read_reply *read, void *context, bool *interrupted,
		     struct error *err)
{
	bool is_dump = (nlh->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	uint32_t seq = nlh->nlmsg_seq;
	bool had_reply = false;

	if (mnl_socket_sendto(nl->socket, nlh, nlh->nlmsg_len) < 0)
		return error_set(err, ERR_FAILED, "netlink: %s",
				 strerror(errno));
	while (is_dump || !had_reply) {
		size_t len = 0;
		int left;

		if (receive(nl, &len, err))
			return -1;
		left = len;
		nlh = (struct nlmsghdr *)nl->buffer;
		for (; is_whole(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
			int code;

			if (nlh->nlmsg_seq != seq)
				continue;	/* of a dump given up before */
			if (interrupted && nlh->nlmsg_flags & NLM_F_DUMP_INTR)
				*interrupted = true;
			switch (nlh->nlmsg_type) {
			case NLMSG_ERROR:
			case NLMSG_DONE:
				if (mnl_nlmsg_get_payload_len(nlh) <
				    sizeof(code))
					return error_set(err, ERR_FAILED,
							 "netlink: a cut answer");
				memcpy(&code, mnl_nlmsg_get_payload(nlh),
				       sizeof(code));
				if (!code)
					return 0;
				return refused(nl, -(long)code,
					extack_text(nlh, nlh->nlmsg_type ==
						NLMSG_DONE ? sizeof(code) :
						sizeof(struct nlmsgerr)), err);
			case NLMSG_NOOP:
			case NLMSG_OVERRUN:
				break;
			default:
				had_reply = true;
				if (read(nl, nlh, context, err))
					return -1;
			}
		}
	}
	return 0;
}
