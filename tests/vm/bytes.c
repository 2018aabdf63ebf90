// SPDX-License-Identifier: GPL-2.0
/*
 * bytes PID: writes all that the module says of a process, as it comes. Built
 * for 32 bits too, on which the kernel has to answer the same. Uses nothing but
 * libc, as there is nothing else of 32 bits.
 */
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/vmaview.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct {
	struct nlmsghdr nlh;
	struct genlmsghdr genl;
	char attrs[256];
} request;

static char buffer[65536];
static int sock;

static void __attribute__((noreturn)) give_up(const char *what)
{
	perror(what);
	exit(1);
}

static void begin(uint16_t type, uint16_t flags, uint8_t cmd, uint8_t version)
{
	memset(&request, 0, sizeof(request));
	request.nlh.nlmsg_type = type;
	request.nlh.nlmsg_flags = NLM_F_REQUEST | flags;
	request.nlh.nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN;
	request.genl.cmd = cmd;
	request.genl.version = version;
}

static void put(uint16_t type, const void *data, uint16_t len)
{
	struct nlattr *attr = (void *)((char *)&request +
				       request.nlh.nlmsg_len);

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	memcpy(attr + 1, data, len);
	request.nlh.nlmsg_len += NLA_ALIGN(attr->nla_len);
}

static ssize_t receive(void)
{
	ssize_t len = recv(sock, buffer, sizeof(buffer), 0);

	if (len <= 0)
		give_up("recv");
	return len;
}

static void ask(void)
{
	if (send(sock, &request, request.nlh.nlmsg_len, 0) < 0)
		give_up("send");
}

static uint16_t find_family(void)
{
	struct nlmsghdr *nlh = (void *)buffer;
	struct nlattr *attr = (void *)(buffer + NLMSG_HDRLEN + GENL_HDRLEN);
	uint16_t family = 0;

	begin(GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY, 1);
	put(CTRL_ATTR_FAMILY_NAME, VMAVIEW_GENL_NAME,
	    sizeof(VMAVIEW_GENL_NAME));
	ask();
	receive();
	while (nlh->nlmsg_type != NLMSG_ERROR && !family &&
	       (char *)attr < buffer + nlh->nlmsg_len) {
		if (attr->nla_type == CTRL_ATTR_FAMILY_ID)
			memcpy(&family, attr + 1, sizeof(family));
		attr = (void *)((char *)attr + NLA_ALIGN(attr->nla_len));
	}
	if (!family)
		give_up("no family");
	return family;
}

/* Writes the answer; false when it was an error. */
static int copy_answer(int is_dump)
{
	for (;;) {
		struct nlmsghdr *nlh = (void *)buffer;
		unsigned int left = receive();

		for (; NLMSG_OK(nlh, left); nlh = NLMSG_NEXT(nlh, left)) {
			/* whose socket it was */
			nlh->nlmsg_pid = 0;
			fwrite(nlh, 1, nlh->nlmsg_len, stdout);
			if (nlh->nlmsg_type == NLMSG_ERROR)
				return 0;
			if (nlh->nlmsg_type == NLMSG_DONE || !is_dump)
				return 1;
		}
	}
}

int main(int argc, char **argv)
{
	/* Who shares a page changes with who is asking. */
	static const struct {
		uint8_t cmd;
		uint32_t flags;
	} dumps[] = {
		{ VMAVIEW_CMD_GET_VMAS, VMAVIEW_F_VMAS & ~VMAVIEW_F_SHARING },
		{ VMAVIEW_CMD_GET_PAGES, VMAVIEW_F_PAGES & ~VMAVIEW_F_SHARING },
		{ VMAVIEW_CMD_GET_TABLES, 0 },
		{ VMAVIEW_CMD_GET_ENTRY, 0 },
	};
	uint64_t address = 0x7fff00000000;
	uint16_t family;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/pagemap",
		 argc > 1 ? argv[1] : "self");
	fd = open(path, O_RDONLY);
	sock = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
	if (fd < 0 || sock < 0)
		give_up(path);
	family = find_family();
	begin(family, 0, VMAVIEW_CMD_GET_MM, VMAVIEW_GENL_VERSION);
	put(VMAVIEW_A_PAGEMAP_FD, &fd, sizeof(fd));
	ask();
	if (!copy_answer(0))
		return 2;
	for (size_t i = 0; i < sizeof(dumps) / sizeof(dumps[0]); i++) {
		begin(family, NLM_F_DUMP, dumps[i].cmd, VMAVIEW_GENL_VERSION);
		put(VMAVIEW_A_PAGEMAP_FD, &fd, sizeof(fd));
		if (dumps[i].flags)
			put(VMAVIEW_A_FLAGS, &dumps[i].flags,
			    sizeof(dumps[i].flags));
		if (dumps[i].cmd == VMAVIEW_CMD_GET_ENTRY)
			put(VMAVIEW_A_ADDRESS, &address, sizeof(address));
		ask();
		if (!copy_answer(1))
			return 2;
	}
	return fflush(stdout) ? 1 : 0;
}
