// SPDX-License-Identifier: GPL-2.0
/*
 * bytes PID: every answer about a process that stands still, as hex, a message
 * a line, but for what differs from socket to socket. Made for two readers of
 * different word size, whose lines must be the same: so it is built twice, as
 * bytes and bytes32, and leans on nothing but the C library.
 *
 * Where a dump is cut depends on time. So it is asked for area by area, which
 * is too little to be cut, but for messages that say that more will come.
 */
#include <errno.h>
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

#define ROOM	32768

struct request {
	struct nlmsghdr nlh;
	struct genlmsghdr genl;
	char attrs[256];
};

static int s;
static uint16_t family = GENL_ID_CTRL;

static void __attribute__((noreturn)) give_up(const char *what)
{
	fprintf(stderr, "bytes: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void begin(struct request *req, uint8_t cmd, uint16_t flags)
{
	memset(req, 0, sizeof(*req));
	req->nlh.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	req->nlh.nlmsg_type = family;
	req->nlh.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	req->genl.cmd = cmd;
	req->genl.version = 1;
}

static void put(struct request *req, uint16_t type, const void *data,
		size_t len)
{
	struct nlattr attr = { .nla_len = NLA_HDRLEN + len, .nla_type = type };
	char *at = (char *)req + req->nlh.nlmsg_len;

	memcpy(at, &attr, sizeof(attr));
	memcpy(at + NLA_HDRLEN, data, len);
	req->nlh.nlmsg_len += NLA_ALIGN(attr.nla_len);
}

static void put_u32(struct request *req, uint16_t type, uint32_t v)
{
	put(req, type, &v, sizeof(v));
}

static void put_u64(struct request *req, uint16_t type, uint64_t v)
{
	put(req, type, &v, sizeof(v));
}

static void print(const struct nlmsghdr *nlh)
{
	const unsigned char *bytes = (const unsigned char *)nlh;
	struct nlmsghdr head = *nlh;

	if (nlh->nlmsg_len == NLMSG_LENGTH(GENL_HDRLEN))
		return;
	head.nlmsg_seq = head.nlmsg_pid = 0;
	for (size_t i = 0; i < nlh->nlmsg_len; i++)
		printf("%02x", i < sizeof(head) ? ((unsigned char *)&head)[i] :
						  bytes[i]);
	putchar('\n');
}

/* Calls each() with what is answered, up to the end of it. */
static void ask(const struct request *req, void (*each)(const struct nlmsghdr *))
{
	static char buf[ROOM] __attribute__((aligned(8)));

	if (send(s, req, req->nlh.nlmsg_len, 0) < 0)
		give_up("send");
	for (;;) {
		ssize_t len = recv(s, buf, sizeof(buf), 0);
		const struct nlmsghdr *nlh = (void *)buf;

		if (len <= 0)
			give_up("recv");
		for (; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len)) {
			const struct nlmsgerr *err = NLMSG_DATA(nlh);

			/* the number of a dump is 0, or its error as well */
			if (nlh->nlmsg_type == NLMSG_DONE ||
			    nlh->nlmsg_type == NLMSG_ERROR) {
				errno = -err->error;
				if (errno)
					give_up("answer");
				return;
			}
			each(nlh);
		}
	}
}

static void read_family(const struct nlmsghdr *nlh)
{
	const char *at = (const char *)NLMSG_DATA(nlh) + GENL_HDRLEN;
	const char *end = (const char *)nlh + nlh->nlmsg_len;

	while (at + NLA_HDRLEN <= end) {
		struct nlattr attr;

		memcpy(&attr, at, sizeof(attr));
		if (attr.nla_type == CTRL_ATTR_FAMILY_ID)
			memcpy(&family, at + NLA_HDRLEN, sizeof(family));
		at += NLA_ALIGN(attr.nla_len);
	}
}

static void open_family(void)
{
	struct request req;

	s = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (s < 0)
		give_up("socket");
	begin(&req, CTRL_CMD_GETFAMILY, 0);
	put(&req, CTRL_ATTR_FAMILY_NAME, VMAVIEW_GENL_NAME,
	    sizeof(VMAVIEW_GENL_NAME));
	ask(&req, read_family);
}

static void ask_range(int fd, uint8_t cmd, uint32_t flags, uint64_t start,
		      uint64_t end)
{
	struct request req;

	begin(&req, cmd, NLM_F_DUMP);
	put_u32(&req, VMAVIEW_A_PAGEMAP_FD, fd);
	put_u64(&req, VMAVIEW_A_START, start);
	put_u64(&req, VMAVIEW_A_END, end);
	if (flags)
		put_u32(&req, VMAVIEW_A_FLAGS, flags);
	ask(&req, print);
}

static void ask_walk(int fd, uint64_t address)
{
	struct request req;

	begin(&req, VMAVIEW_CMD_GET_ENTRY, NLM_F_DUMP);
	put_u32(&req, VMAVIEW_A_PAGEMAP_FD, fd);
	put_u64(&req, VMAVIEW_A_ADDRESS, address);
	ask(&req, print);
}

/* All but the pages that the kernel shares with every program of 64 bits. */
static void ask_areas(int fd, const char *pid)
{
	unsigned long long start, end;
	char line[5000];
	FILE *maps;

	snprintf(line, sizeof(line), "/proc/%s/maps", pid);
	maps = fopen(line, "re");
	if (!maps)
		give_up(line);
	while (fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%llx-%llx", &start, &end) != 2 ||
		    strstr(line, "[vsyscall]") || strstr(line, "[vdso]"))
			continue;
		ask_range(fd, VMAVIEW_CMD_GET_VMAS, VMAVIEW_F_VMAS, start, end);
		ask_range(fd, VMAVIEW_CMD_GET_PAGES, VMAVIEW_F_PAGES, start,
			  end);
		ask_range(fd, VMAVIEW_CMD_GET_TABLES, 0, start, end);
		ask_walk(fd, start);
	}
	fclose(maps);
}

int main(int argc, char **argv)
{
	struct request req;
	char path[64];
	int fd;

	if (argc != 2)
		return 2;
	snprintf(path, sizeof(path), "/proc/%s/pagemap", argv[1]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		give_up(path);
	open_family();
	begin(&req, VMAVIEW_CMD_GET_INFO, 0);
	ask(&req, print);
	begin(&req, VMAVIEW_CMD_GET_MM, 0);
	put_u32(&req, VMAVIEW_A_PAGEMAP_FD, fd);
	ask(&req, print);
	ask_areas(fd, argv[1]);
	return 0;
}
