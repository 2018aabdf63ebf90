/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The checkers' own way to speak with the module: written against the wire
 * header alone, with no code of the viewer's. Results are printed as lines
 * "ok NAME" and "not ok NAME - why".
 */
#ifndef TESTS_VM_RAW_H
#define TESTS_VM_RAW_H

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/vmaview.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

static int failures;
static uint16_t family;
static uint32_t sequence;

static inline void __attribute__((format(printf, 3, 4)))
check(bool good, const char *name, const char *fmt, ...)
{
	va_list args;

	if (good) {
		printf("ok %s\n", name);
		return;
	}
	failures++;
	printf("not ok %s - ", name);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
}

/* What stops a checker: that is no result of the module's. */
static inline void __attribute__((noreturn)) give_up(const char *what)
{
	printf("not ok %s - %s\n", what, strerror(errno));
	exit(1);
}

static inline void *allocate(size_t nr, size_t size)
{
	void *p = calloc(nr ? nr : 1, size);

	if (!p)
		give_up("memory");
	return p;
}

/* Is the running kernel older than that? */
static inline bool is_before(unsigned int major, unsigned int minor)
{
	static unsigned int is_major, is_minor;
	struct utsname name;

	if (!is_major && (uname(&name) || sscanf(name.release, "%u.%u",
						 &is_major, &is_minor) != 2))
		give_up("uname");
	return is_major < major || (is_major == major && is_minor < minor);
}

/* ---- messages ---- */

struct request {
	union {
		struct nlmsghdr nlh;
		char bytes[8192];
	};
};

struct answer {
	int code;		/* errno of the module, 0 is success */
	char text[256];		/* its words */
	uint32_t bad_attr;	/* offset it complains of, 0 is none */
	unsigned int messages;	/* of data */
	size_t bytes;
	bool interrupted;
	char data[65536];	/* the first data message */
	size_t data_len;
};

static inline int open_socket(void)
{
	int on = 1;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };

	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		give_up("socket");
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	return fd;
}

static inline void begin(struct request *req, uint8_t cmd, uint16_t flags)
{
	struct genlmsghdr *genl;

	memset(req, 0, sizeof(*req));
	mnl_nlmsg_put_header(req->bytes);
	req->nlh.nlmsg_type = family;
	req->nlh.nlmsg_flags = NLM_F_REQUEST | flags;
	req->nlh.nlmsg_seq = ++sequence;
	genl = mnl_nlmsg_put_extra_header(&req->nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = VMAVIEW_GENL_VERSION;
}

static inline int send_request(int fd, const struct request *req, size_t len)
{
	return send(fd, req->bytes, len, 0) == (ssize_t)len ? 0 : -errno;
}

static inline void read_end(const struct nlmsghdr *nlh, struct answer *answer)
{
	bool is_done = nlh->nlmsg_type == NLMSG_DONE;
	const struct nlattr *attr;
	int code;

	memcpy(&code, mnl_nlmsg_get_payload(nlh), sizeof(code));
	answer->code = -code;
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	mnl_attr_for_each(attr, nlh, is_done ? sizeof(code) :
					       sizeof(struct nlmsgerr)) {
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
			snprintf(answer->text, sizeof(answer->text), "%s",
				 mnl_attr_get_str(attr));
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_OFFS)
			answer->bad_attr = mnl_attr_get_u32(attr);
	}
}

/* Who wants more of an answer than its first message. */
typedef void each_message(const struct nlmsghdr *nlh, void *data);

/* Reads to the end of the answer; false when there is none in 30 seconds. */
static inline bool read_each(int fd, bool is_dump, struct answer *answer,
			     each_message *each, void *data)
{
	static char buffer[65536];

	memset(answer, 0, offsetof(struct answer, data));
	answer->data_len = 0;
	for (;;) {
		struct pollfd pfd = { .fd = fd, .events = POLLIN };
		struct nlmsghdr *nlh = (struct nlmsghdr *)buffer;
		int ready = poll(&pfd, 1, 30 * 1000), left;
		ssize_t len;

		if (!ready)
			return false;
		len = ready < 0 ? -1 : recv(fd, buffer, sizeof(buffer), 0);
		if (len < 0) {
			answer->code = errno;
			return true;
		}
		answer->bytes += len;
		left = len;
		for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
			if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
				answer->interrupted = true;
			if (nlh->nlmsg_type == NLMSG_ERROR ||
			    nlh->nlmsg_type == NLMSG_DONE) {
				read_end(nlh, answer);
				return true;
			}
			if (each)
				each(nlh, data);
			if (!answer->messages++) {
				memcpy(answer->data, nlh, nlh->nlmsg_len);
				answer->data_len = nlh->nlmsg_len;
			}
			if (!is_dump)
				return true;
		}
	}
}

static inline bool read_answer(int fd, bool is_dump, struct answer *answer)
{
	return read_each(fd, is_dump, answer, NULL, NULL);
}

/* The answer is good until the next question. */
static inline struct answer *ask_each(int fd, const struct request *req,
				      each_message *each, void *data)
{
	static struct answer answer;
	bool is_dump = (req->nlh.nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;

	memset(&answer, 0, offsetof(struct answer, data));
	answer.data_len = 0;
	if (send_request(fd, req, req->nlh.nlmsg_len))
		answer.code = errno;
	else if (!read_each(fd, is_dump, &answer, each, data))
		answer.code = ETIMEDOUT;
	return &answer;
}

static inline struct answer *ask_on(int fd, const struct request *req)
{
	return ask_each(fd, req, NULL, NULL);
}

static inline struct answer *ask(const struct request *req)
{
	int fd = open_socket();
	struct answer *answer = ask_on(fd, req);

	close(fd);
	return answer;
}

static inline void find_family(void)
{
	struct request req;
	struct answer *answer;
	const struct nlattr *attr;

	begin(&req, CTRL_CMD_GETFAMILY, 0);
	req.nlh.nlmsg_type = GENL_ID_CTRL;
	mnl_attr_put_strz(&req.nlh, CTRL_ATTR_FAMILY_NAME, VMAVIEW_GENL_NAME);
	answer = ask(&req);
	errno = answer->code;
	if (errno)
		give_up("no family");
	mnl_attr_for_each(attr, (struct nlmsghdr *)answer->data,
			  sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			family = mnl_attr_get_u16(attr);
}

/* ---- requests ---- */

static inline int open_proc(pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static inline int open_pagemap(pid_t pid)
{
	return open_proc(pid, "pagemap");
}

static inline void begin_dump(struct request *req, uint8_t cmd, int fd)
{
	begin(req, cmd, NLM_F_DUMP);
	mnl_attr_put_u32(&req->nlh, VMAVIEW_A_PAGEMAP_FD, fd);
	/* the one command that can't do without */
	if (cmd == VMAVIEW_CMD_GET_ENTRY)
		mnl_attr_put_u64(&req->nlh, VMAVIEW_A_ADDRESS, 0);
}

static inline void begin_mm(struct request *req, int fd)
{
	begin(req, VMAVIEW_CMD_GET_MM, 0);
	mnl_attr_put_u32(&req->nlh, VMAVIEW_A_PAGEMAP_FD, fd);
}

static inline void begin_vmas(struct request *req, int fd)
{
	begin_dump(req, VMAVIEW_CMD_GET_VMAS, fd);
}

static inline struct answer *ask_mm(int fd)
{
	struct request req;

	begin_mm(&req, fd);
	return ask(&req);
}

/* ---- attributes ---- */

static inline const struct nlattr *find_attr(const struct nlmsghdr *nlh,
					     uint16_t type)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == type)
			return attr;
	return NULL;
}

static inline const struct nlattr *find_nested(const struct nlattr *nest,
					       uint16_t type)
{
	const struct nlattr *attr;

	if (nest)
		mnl_attr_for_each_nested(attr, nest)
			if (mnl_attr_get_type(attr) == type)
				return attr;
	return NULL;
}

/* A u32 or u64; false when there is none. */
static inline bool get_number(const struct nlattr *attr, uint64_t *v)
{
	if (!attr)
		return false;
	*v = mnl_attr_get_payload_len(attr) == 8 ? mnl_attr_get_u64(attr) :
						   mnl_attr_get_u32(attr);
	return true;
}

/* The number below nest of a reply; false when it was not sent. */
static inline bool get_nested(const struct answer *answer, uint16_t nest,
			      uint16_t type, uint64_t *v)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)answer->data;

	if (answer->data_len < sizeof(struct nlmsghdr))
		return false;
	return get_number(find_nested(find_attr(nlh, nest), type), v);
}

#endif
