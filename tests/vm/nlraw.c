// SPDX-License-Identifier: GPL-2.0
/*
 * Sends the module what no proper client would, and checks what comes back.
 *
 *	nlraw CASE [PID [N]]	prints "ok NAME" or "not ok NAME - why" lines;
 *				without CASE lists them. N: of "sharing", how
 *				many requests, up to 5000
 *
 * Run by the system tests inside the VM, on the module in a real kernel.
 */
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "raw.h"

/* Every dump, with what it takes besides a descriptor. */
static const struct {
	uint8_t cmd;
	const char *name;
	bool has_range;
	uint32_t flags;		/* all it knows */
} dumps[] = {
	{ VMAVIEW_CMD_GET_VMAS, "vmas", true, VMAVIEW_F_VMAS },
	{ VMAVIEW_CMD_GET_PAGES, "pages", true, VMAVIEW_F_PAGES },
	{ VMAVIEW_CMD_GET_TABLES, "tables", true, 0 },
	{ VMAVIEW_CMD_GET_ENTRY, "entry", false, 0 },
};

#define NR_DUMPS	(sizeof(dumps) / sizeof(dumps[0]))

/* The one that gives most. */
static void begin_nth(struct request *req, size_t n, int fd)
{
	begin_dump(req, dumps[n].cmd, fd);
	if (dumps[n].flags)
		mnl_attr_put_u32(&req->nlh, VMAVIEW_A_FLAGS, dumps[n].flags);
}

static const char *name_of(const char *what, size_t n)
{
	static char name[120];

	snprintf(name, sizeof(name), "%s-%s", what, dumps[n].name);
	return name;
}

static void expect(const char *name, const struct answer *answer, int code,
		   const char *word)
{
	check(answer->code == code && (!word || strstr(answer->text, word)),
	      name, "answer is %s \"%s\", not %s with \"%s\"",
	      strerrorname_np(answer->code), answer->text,
	      strerrorname_np(code), word ? word : "");
}

/* ---- case 6, 7: descriptors of something else ---- */

static void expect_fd(const char *name, int fd, int code, const char *word)
{
	char both[80];
	struct request req;

	snprintf(both, sizeof(both), "%s-descriptor-mm", name);
	expect(both, ask_mm(fd), code, word);
	snprintf(both, sizeof(both), "%s-descriptor", name);
	for (size_t n = 0; n < NR_DUMPS; n++) {
		begin_nth(&req, n, fd);
		expect(name_of(both, n), ask(&req), code, word);
	}
}

static void case_descriptors(pid_t pid)
{
	static const char not_pagemap[] =
		"PAGEMAP_FD is not a descriptor of /proc/PID/pagemap";
	static const char not_open[] =
		"PAGEMAP_FD is not an open descriptor";
	struct { const char *name, *path; } files[] = {
		{ "case-06-maps", "/proc/self/maps" },
		{ "case-06-smaps", "/proc/self/smaps" },
		{ "case-06-mem", "/proc/self/mem" },
		{ "case-06-directory", "/proc/self" },
		{ "case-06-null", "/dev/null" },
		{ "case-06-regular", "/init" },
		{ "case-06-kpageflags", "/proc/kpageflags" },
		{ "case-06-debugfs", "/sys/kernel/debug/vmaview/stats" },
	};
	int fd, pair[2];
	size_t i;

	(void)pid;
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		fd = open(files[i].path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		expect_fd(files[i].name, fd, EINVAL, not_pagemap);
		close(fd);
	}
	/* as long as pagemap, and with its name */
	fd = open("/tmp/pagemap", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	expect_fd("case-06-lookalike", fd, EINVAL, not_pagemap);
	close(fd);
	fd = open("/proc/self/pagemap", O_PATH | O_CLOEXEC);
	expect_fd("case-06-o-path", fd, EBADF, not_open);
	close(fd);
	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	expect_fd("case-06-socket", pair[0], EINVAL, not_pagemap);
	close(pair[0]);
	close(pair[1]);
	expect_fd("case-07-closed", 1000, EBADF, not_open);
	expect_fd("case-07-minus-one", -1, EBADF, not_open);
	expect_fd("case-07-int-min", INT32_MIN, EBADF, not_open);
	expect_fd("case-07-huge", 0x7fffffff, EBADF, not_open);
}

/* ---- case 16, 17: attributes and headers ---- */

static bool is_taken(size_t n, uint16_t type)
{
	switch (type) {
	case VMAVIEW_A_PAGEMAP_FD:
		return true;
	case VMAVIEW_A_START:
	case VMAVIEW_A_END:
		return dumps[n].has_range;
	case VMAVIEW_A_FLAGS:
		return dumps[n].flags;
	case VMAVIEW_A_ADDRESS:
		return dumps[n].cmd == VMAVIEW_CMD_GET_ENTRY;
	default:
		return false;
	}
}

static void attributes_of_range(size_t n, int fd)
{
	struct request req;
	struct answer *answer;

	begin_nth(&req, n, fd);
	mnl_attr_put_u64(&req.nlh, VMAVIEW_A_START, 0x2000);
	mnl_attr_put_u64(&req.nlh, VMAVIEW_A_END, 0x2000);
	expect(name_of("empty-range", n), ask(&req), EINVAL,
	       "START is not below END");
	begin_nth(&req, n, fd);
	mnl_attr_put_u32(&req.nlh, VMAVIEW_A_START, 0);
	expect(name_of("start-too-short", n), ask(&req), EINVAL, NULL);
	begin_nth(&req, n, fd);
	mnl_attr_put_u64(&req.nlh, VMAVIEW_A_START, UINT64_MAX - 1);
	answer = ask(&req);
	check(!answer->code && answer->messages <= 1,
	      name_of("range-at-the-end", n), "%s, %u messages",
	      strerror(answer->code), answer->messages);
	/* what is inside of a page is of all of it */
	begin_nth(&req, n, fd);
	mnl_attr_put_u64(&req.nlh, VMAVIEW_A_START, 0x1001);
	mnl_attr_put_u64(&req.nlh, VMAVIEW_A_END, 0x1002);
	expect(name_of("range-in-a-page", n), ask(&req), 0, NULL);
}

static void attributes_of_dump(size_t n, int fd)
{
	struct request req;
	struct answer *answer;
	uint16_t type;

	for (type = 1; type < 40; type++) {
		char name[40];

		if (is_taken(n, type))
			continue;
		begin_nth(&req, n, fd);
		mnl_attr_put_u64(&req.nlh, type, 0);
		snprintf(name, sizeof(name), "case-16-foreign-attribute-%u",
			 type);
		expect(name_of(name, n), ask(&req), EINVAL, NULL);
	}
	begin_dump(&req, dumps[n].cmd, 0x7fffffff);
	mnl_attr_put_u32(&req.nlh, VMAVIEW_A_PAGEMAP_FD, fd);
	expect(name_of("case-16-fd-doubled", n), ask(&req), 0, NULL);
	if (dumps[n].flags) {
		begin_dump(&req, dumps[n].cmd, fd);
		mnl_attr_put_u32(&req.nlh, VMAVIEW_A_FLAGS,
				 dumps[n].flags + 1);
		answer = ask(&req);
		expect(name_of("unknown-flags", n), answer, EINVAL, NULL);
		check(answer->bad_attr, name_of("unknown-flags-offset", n),
		      "the attribute is not named");
		begin_dump(&req, dumps[n].cmd, fd);
		mnl_attr_put_u64(&req.nlh, VMAVIEW_A_FLAGS, 0);
		expect(name_of("flags-too-long", n), ask(&req), EINVAL, NULL);
	}
	if (dumps[n].has_range)
		attributes_of_range(n, fd);
}

static void attributes_of_entry(int fd)
{
	static const struct {
		const char *name;
		uint64_t address;
	} beyond[] = {
		{ "kernel", 0xffff888000000000 },
		{ "non-canonical", 1ULL << 63 },
		{ "minus-one", UINT64_MAX },
	};
	struct request req;
	char name[40];

	begin(&req, VMAVIEW_CMD_GET_ENTRY, NLM_F_DUMP);
	mnl_attr_put_u32(&req.nlh, VMAVIEW_A_PAGEMAP_FD, fd);
	expect("address-missing", ask(&req), EINVAL, "ADDRESS is missing");
	mnl_attr_put_u32(&req.nlh, VMAVIEW_A_ADDRESS, 0);
	expect("address-too-short", ask(&req), EINVAL, NULL);
	for (size_t i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++) {
		/* the last one counts */
		begin_dump(&req, VMAVIEW_CMD_GET_ENTRY, fd);
		mnl_attr_put_u64(&req.nlh, VMAVIEW_A_ADDRESS,
				 beyond[i].address);
		snprintf(name, sizeof(name), "address-%s", beyond[i].name);
		expect(name, ask(&req), EINVAL, "TASK_SIZE");
	}
}

/* A number of debugfs' stats; 0 without. */
static unsigned long long stat_of(const char *name)
{
	FILE *file = fopen("/sys/kernel/debug/vmaview/stats", "r");
	unsigned long long found = 0, v;
	char key[64];

	while (file && fscanf(file, "%63s %llu", key, &v) == 2)
		if (!strcmp(key, name))
			found = v;
	if (file)
		fclose(file);
	return found;
}

/* One that is answered with an error is counted, whatever found the error. */
static void refusals_are_counted(int fd)
{
	unsigned long long requests = stat_of("requests");
	unsigned long long refused = stat_of("refused");
	struct request req;

	ask_mm(1000);
	begin_dump(&req, VMAVIEW_CMD_GET_VMAS, 1000);
	ask(&req);
	begin_dump(&req, VMAVIEW_CMD_GET_VMAS, fd);
	mnl_attr_put_u64(&req.nlh, VMAVIEW_A_END, 0);
	ask(&req);
	ask_mm(fd);
	requests = stat_of("requests") - requests;
	refused = stat_of("refused") - refused;
	check(requests == 4 && refused == 3, "refusals-are-counted",
	      "%llu requests, %llu refused", requests, refused);
}

/* Reads up to NLMSG_DONE; whatever else there is was not read in time. */
static void read_up_to_done(int sock, struct answer *answer)
{
	static char buffer[65536];
	struct pollfd pfd = { .fd = sock, .events = POLLIN };

	memset(answer, 0, sizeof(*answer));
	answer->code = ETIMEDOUT;
	while (poll(&pfd, 1, 30 * 1000) == 1) {
		struct nlmsghdr *nlh = (struct nlmsghdr *)buffer;
		int left = recv(sock, buffer, sizeof(buffer), 0);

		for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
			if (nlh->nlmsg_type == NLMSG_DONE) {
				read_end(nlh, answer);
				return;
			}
	}
}

/*
 * A dump on a socket that has no room is begun when that is read, and its
 * request lies behind by then: the refusal must not point into it.
 */
static void refusal_on_full_socket(int fd)
{
	int sock = open_socket(), size = 4096, i;
	struct answer answer;
	struct request req;

	setsockopt(sock, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	begin(&req, VMAVIEW_CMD_GET_INFO, 0);
	for (i = 0; i < 16; i++)
		send_request(sock, &req, req.nlh.nlmsg_len);
	begin_dump(&req, VMAVIEW_CMD_GET_VMAS, fd);
	mnl_attr_put_u64(&req.nlh, VMAVIEW_A_END, 0);
	send_request(sock, &req, req.nlh.nlmsg_len);
	read_up_to_done(sock, &answer);
	expect("refusal-on-full-socket", &answer, EINVAL,
	       "START is not below END");
	close(sock);
}

static void case_attributes(pid_t pid)
{
	int fd = open_pagemap(pid);
	struct request req;
	struct answer *answer;
	struct nlattr *attr;
	uint16_t type;

	begin(&req, VMAVIEW_CMD_GET_MM, 0);
	expect("case-16-fd-missing-mm", ask(&req), EINVAL,
	       "PAGEMAP_FD is missing");
	for (size_t n = 0; n < NR_DUMPS; n++) {
		begin(&req, dumps[n].cmd, NLM_F_DUMP);
		expect(name_of("case-16-fd-missing", n), ask(&req), EINVAL,
		       "PAGEMAP_FD is missing");
	}

	begin(&req, VMAVIEW_CMD_GET_MM, 0);
	mnl_attr_put_u16(&req.nlh, VMAVIEW_A_PAGEMAP_FD, fd);
	expect("case-16-fd-too-short", ask(&req), EINVAL, NULL);
	begin(&req, VMAVIEW_CMD_GET_MM, 0);
	mnl_attr_put_u64(&req.nlh, VMAVIEW_A_PAGEMAP_FD, fd);
	expect("case-16-fd-too-long", ask(&req), EINVAL, NULL);
	begin(&req, VMAVIEW_CMD_GET_MM, 0);
	mnl_attr_put(&req.nlh, VMAVIEW_A_PAGEMAP_FD, 0, "");
	expect("case-16-fd-empty", ask(&req), EINVAL, NULL);

	/* the last one counts, as everywhere in netlink */
	begin_mm(&req, 0x7fffffff);
	mnl_attr_put_u32(&req.nlh, VMAVIEW_A_PAGEMAP_FD, fd);
	expect("case-16-fd-doubled", ask(&req), 0, NULL);
	refusals_are_counted(fd);
	refusal_on_full_socket(fd);

	for (type = 0; type < 40; type++) {
		char name[40];

		if (type == VMAVIEW_A_PAGEMAP_FD)
			continue;
		begin_mm(&req, fd);
		mnl_attr_put_u32(&req.nlh, type, 0);
		snprintf(name, sizeof(name), "case-16-foreign-attribute-%u",
			 type);
		answer = ask(&req);
		check(answer->code == EINVAL, name, "answer is %s \"%s\"",
		      strerrorname_np(answer->code), answer->text);
	}
	begin_mm(&req, fd);
	attr = mnl_attr_nest_start(&req.nlh, VMAVIEW_A_MM);
	mnl_attr_put_u32(&req.nlh, VMAVIEW_A_MM, 0);
	mnl_attr_nest_end(&req.nlh, attr);
	expect("case-16-nest-in-request", ask(&req), EINVAL, NULL);
	begin(&req, VMAVIEW_CMD_GET_INFO, 0);
	mnl_attr_put_u32(&req.nlh, VMAVIEW_A_PAGEMAP_FD, fd);
	expect("info-takes-nothing", ask(&req), EINVAL, NULL);

	for (size_t n = 0; n < NR_DUMPS; n++)
		attributes_of_dump(n, fd);
	attributes_of_entry(fd);
	close(fd);
}

static void case_headers(pid_t pid)
{
	int fd = open_pagemap(pid);
	struct request req;
	struct answer answer;
	struct genlmsghdr *genl;
	unsigned int cmd;
	size_t len;
	int s;

	/* every length from nothing to all of it: an error, or no answer */
	begin_mm(&req, fd);
	len = req.nlh.nlmsg_len;
	for (size_t cut = 0; cut < len; cut++) {
		char name[40];
		struct request copy = req;

		s = open_socket();
		copy.nlh.nlmsg_len = cut;
		copy.nlh.nlmsg_flags |= NLM_F_ACK;
		send_request(s, &copy, cut < sizeof(struct nlmsghdr) ?
			     sizeof(struct nlmsghdr) : cut);
		snprintf(name, sizeof(name), "case-17-cut-to-%zu", cut);
		if (cut < sizeof(struct nlmsghdr)) {
			/* no header, no addressee for an error */
			struct pollfd pfd = { .fd = s, .events = POLLIN };

			check(poll(&pfd, 1, 20) == 0, name, "an answer");
		} else {
			check(read_answer(s, false, &answer) &&
			      answer.code == EINVAL, name, "answer is %s",
			      strerrorname_np(answer.code));
		}
		close(s);
	}
	/* longer than what was sent */
	s = open_socket();
	begin_mm(&req, fd);
	len = req.nlh.nlmsg_len;
	req.nlh.nlmsg_len += 4096;
	send_request(s, &req, len);
	struct pollfd pfd = { .fd = s, .events = POLLIN };
	check(poll(&pfd, 1, 50) == 0, "case-17-longer-than-sent", "an answer");
	close(s);

	/* bytes behind the last attribute that are no attribute */
	begin_mm(&req, fd);
	req.nlh.nlmsg_len += 2;
	expect("trailing-bytes", ask(&req), EINVAL, NULL);

	for (cmd = 0; cmd < 256; cmd++) {
		char name[40];

		if (cmd > VMAVIEW_CMD_UNSPEC && cmd <= VMAVIEW_CMD_MAX)
			continue;
		begin(&req, cmd, NLM_F_ACK);
		snprintf(name, sizeof(name), "unknown-command-%u", cmd);
		expect(name, ask(&req), EOPNOTSUPP, NULL);
	}
	begin_mm(&req, fd);
	genl = mnl_nlmsg_get_payload(&req.nlh);
	genl->reserved = 1;
	expect("reserved-not-zero", ask(&req), EINVAL, NULL);
	begin_mm(&req, fd);
	req.nlh.nlmsg_flags |= NLM_F_REPLACE | NLM_F_CREATE;
	expect("strange-flags", ask(&req), EINVAL, NULL);
	begin_mm(&req, fd);
	req.nlh.nlmsg_flags |= NLM_F_DUMP;
	expect("dump-of-mm", ask(&req), EOPNOTSUPP, NULL);
	for (size_t n = 0; n < NR_DUMPS; n++) {
		begin_nth(&req, n, fd);
		req.nlh.nlmsg_flags &= ~NLM_F_DUMP;
		expect(name_of("without-dump", n), ask(&req), EOPNOTSUPP,
		       NULL);
	}
	close(fd);
}

/* ---- case 18, 45: readers ---- */

static void send_nth(int s, size_t n, int fd)
{
	struct request req;

	begin_nth(&req, n, fd);
	send_request(s, &req, req.nlh.nlmsg_len);
}

/* Buffers of any size: what does not fit is cut, and the dump ends. */
static void readers_of_sizes(size_t n, int fd)
{
	static const size_t sizes[] = { 1, 16, 4096, 8192, 32768, 1 << 20 };
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char *buffer = allocate(sizes[i], 1), name[40];
		ssize_t len = 1;
		int reads, s;

		s = open_socket();
		send_nth(s, n, fd);
		for (reads = 0; reads < 100000 && len > 0; reads++)
			len = recv(s, buffer, sizes[i], MSG_DONTWAIT);
		snprintf(name, sizeof(name), "case-18-receive-%zu", sizes[i]);
		check(len < 0 && errno == EAGAIN, name_of(name, n),
		      "did not end: %zd after %d reads", len, reads);
		close(s);
		free(buffer);
	}
}

/* A second dump on a socket whose first is not read. */
static void readers_of_two(size_t n, int fd)
{
	static struct answer answer;
	struct request req;
	bool busy = false;
	int s = open_socket();

	send_nth(s, n, fd);
	send_nth(s, (n + 1) % NR_DUMPS, fd);
	while (read_answer(s, true, &answer)) {
		busy |= answer.code == EBUSY;
		if (!answer.code)
			break;
	}
	/* that of one message has ended by then */
	check(busy == dumps[n].has_range, name_of("case-45-two-dumps-busy", n),
	      "EBUSY is %d", busy);
	check(!answer.code, name_of("case-18-two-dumps-first-whole", n), "%s",
	      strerror(answer.code));
	while (!dumps[n].has_range && read_answer(s, true, &answer))
		if (!answer.code)
			break;
	/* an error in start must leave the socket good for the next */
	begin_nth(&req, n, -1);
	expect(name_of("failed-start", n), ask_on(s, &req), EBADF, NULL);
	begin_nth(&req, n, fd);
	expect(name_of("case-45-after-failed-start", n), ask_on(s, &req), 0,
	       NULL);
	close(s);
}

static void readers_that_die(size_t n, int fd)
{
	static char buffer[4096];
	pid_t child = fork();
	int s;

	if (!child) {
		s = open_socket();
		send_nth(s, n, fd);
		recv(s, buffer, sizeof(buffer), 0);
		raise(SIGKILL);
	}
	waitpid(child, NULL, 0);
	expect(name_of("case-18-after-killed-reader", n), ask_mm(fd), 0, NULL);
}

static void case_readers(pid_t pid)
{
	static int sockets[1000];
	int fd = open_pagemap(pid), i;

	for (size_t n = 0; n < NR_DUMPS; n++) {
		readers_of_sizes(n, fd);
		readers_of_two(n, fd);
		fflush(stdout);
		readers_that_die(n, fd);
	}
	for (i = 0; i < 1000; i++) {
		sockets[i] = open_socket();
		send_nth(sockets[i], i % NR_DUMPS, fd);
	}
	expect("among-1000-open-dumps", ask_mm(fd), 0, NULL);
	for (i = 0; i < 1000; i++)
		close(sockets[i]);
	expect("case-18-after-1000-open-dumps", ask_mm(fd), 0, NULL);
	close(fd);
}

/* ---- case 20: unload while a dump is open; PID must have many areas ---- */

static void unload_while_open(size_t n, int fd)
{
	static struct answer answer;
	int s = open_socket();
	bool refused;

	send_nth(s, n, fd);
	refused = syscall(SYS_delete_module, "vmaview", O_NONBLOCK) &&
		  (errno == EWOULDBLOCK || errno == EBUSY);
	check(refused, name_of("case-20-unload-with-open-dump", n),
	      "was not refused: %s", strerror(errno));
	check(read_answer(s, true, &answer) && !answer.code,
	      name_of("dump-goes-on", n), "%s", strerror(answer.code));
	close(s);
}

static void case_unload(pid_t pid)
{
	int fd = open_pagemap(pid), tries;

	for (size_t n = 0; n < NR_DUMPS; n++)
		/* the others end at once */
		if (dumps[n].has_range)
			unload_while_open(n, fd);
	for (tries = 0; tries < 50; tries++) {
		if (!syscall(SYS_delete_module, "vmaview", O_NONBLOCK))
			break;
		usleep(10000);
	}
	check(tries < 50, "unload-after-dump", "%s", strerror(errno));
	check(ask_mm(fd)->code == ENOENT, "family-is-gone", "it answers");
	close(fd);
}

/* ---- case 8, 10, 11, 42: whose right counts ---- */

static void become(uid_t uid)
{
	if (setgroups(0, NULL) || setresgid(uid, uid, uid) ||
	    setresuid(uid, uid, uid)) {
		perror("nlraw: setuid");
		exit(1);
	}
	prctl(PR_SET_DUMPABLE, 1);
}

static bool shows_pgd(const struct answer *answer)
{
	uint64_t pgd;

	return get_nested(answer, VMAVIEW_A_MM, VMAVIEW_MM_A_PGD, &pgd);
}

static void in_child(void (*run)(int fd, int s, pid_t pid), int fd, int s,
		     pid_t pid)
{
	int status;

	fflush(stdout);
	pid_t child = fork();
	if (!child) {
		run(fd, s, pid);
		fflush(stdout);
		_exit(failures != 0);
	}
	waitpid(child, &status, 0);
	failures += status != 0;
}

static void as_nobody(int fd, int s, pid_t pid)
{
	struct request req;
	struct answer *answer;
	int own;

	become(65534);
	check(open_pagemap(pid) < 0 && errno == EACCES,
	      "case-01-other-uid-refused", "%s", strerror(errno));
	/* root's descriptor keeps root's right to the areas ... */
	answer = ask_mm(fd);
	expect("case-08-root-descriptor-used-by-nobody", answer, 0, NULL);
	/* ... but what needs a capability needs the sender's too */
	check(!shows_pgd(answer), "no-pgd-for-nobody", "pgd is shown");
	begin_mm(&req, fd);
	answer = ask_on(s, &req);
	check(!answer->code && !shows_pgd(answer),
	      "case-10-no-pgd-on-root-socket-for-nobody", "pgd is shown");
	own = open_pagemap(getpid());
	check(own >= 0, "own-pagemap", "%s", strerror(errno));
	answer = ask_mm(own);
	check(!answer->code && !shows_pgd(answer), "own-mm", "%s",
	      strerror(answer->code));
	prctl(PR_SET_DUMPABLE, 0);
	check(open_pagemap(getpid()) < 0, "case-03-own-not-dumpable-refused",
	      "was opened");
}

/* root, but in a user namespace only: no capability at home */
static void in_user_namespace(int fd, int s, pid_t pid)
{
	struct answer *answer;
	int own;

	(void)fd;
	(void)s;
	(void)pid;
	become(1000);
	if (unshare(CLONE_NEWUSER)) {
		check(false, "user-namespace", "unshare: %s", strerror(errno));
		return;
	}
	own = open("/proc/self/pagemap", O_RDONLY);
	answer = ask_mm(own);
	check(own >= 0 && !answer->code && !shows_pgd(answer),
	      "case-11-no-pgd-in-user-namespace", "%s, pgd %d",
	      strerror(answer->code), shows_pgd(answer));
}

/* the network namespace has no family of its own: all have the one */
static void in_net_namespace(int fd, int s, pid_t pid)
{
	(void)s;
	(void)pid;
	if (unshare(CLONE_NEWNET)) {
		check(false, "net-namespace", "unshare: %s", strerror(errno));
		return;
	}
	expect("case-12-in-net-namespace", ask_mm(fd), 0, NULL);
}

static void case_rights(pid_t pid)
{
	int fd = open_pagemap(pid), s = open_socket();
	struct answer *answer = ask_mm(fd);

	check(!answer->code && shows_pgd(answer), "pgd-for-root", "%s",
	      strerror(answer->code));
	in_child(as_nobody, fd, s, pid);
	in_child(in_user_namespace, fd, s, pid);
	in_child(in_net_namespace, fd, s, pid);
	check(open_pagemap(2) < 0 || ask_mm(open_pagemap(2))->code == ESRCH,
	      "kernel-thread", "%s", strerror(errno));
	close(fd);
	close(s);
}

/* ---- case 8: exec and exit of the target under an open descriptor ---- */

static void case_exec(pid_t unused)
{
	int go[2], fd, s = open_socket();
	struct request req;
	struct answer answer;
	pid_t child;

	(void)unused;
	pipe(go);
	fflush(stdout);
	child = fork();
	if (!child) {
		char byte;

		close(go[1]);
		if (read(go[0], &byte, 1) == 1)
			execl("/bin/sleep", "sleep", "1000", NULL);
		_exit(1);
	}
	fd = open_pagemap(child);
	expect("before-exec", ask_mm(fd), 0, NULL);
	write(go[1], "x", 1);
	for (int i = 0; i < 6000 && ask_mm(fd)->code != ESRCH; i++)
		usleep(10000);
	expect("after-exec", ask_mm(fd), ESRCH, "exec");
	for (size_t n = 0; n < NR_DUMPS; n++) {
		begin_nth(&req, n, fd);
		expect(name_of("after-exec", n), ask(&req), ESRCH, "exec");
	}
	close(fd);

	fd = open_pagemap(child);
	expect("opened-again", ask_mm(fd), 0, NULL);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	expect("case-08-after-exit", ask_mm(fd), ESRCH, NULL);
	for (size_t n = 0; n < NR_DUMPS; n++) {
		send_nth(s, n, fd);
		check(read_answer(s, true, &answer) && answer.code == ESRCH,
		      name_of("case-08-after-exit", n), "%s",
		      strerror(answer.code));
	}
	close(s);
	close(fd);
}

/*
 * The same where the address space lives on: a child of vfork leaves its
 * parent's behind. What is in there is not the child's any more, not in the
 * middle of a dump either.
 */
static void case_exec_of_vfork(pid_t unused)
{
	int go[2], tell[2], fd, s = open_socket();
	struct answer answer;
	struct request req;
	pid_t parent, child;

	(void)unused;
	pipe(go);
	pipe(tell);
	fflush(stdout);
	parent = fork();
	if (!parent) {
		char byte, *p = mmap(NULL, 4000 * 8192, PROT_READ,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		/* areas enough that a dump does not end at once */
		for (int i = 0; i < 4000; i++)
			mprotect(p + i * 8192, 4096, PROT_NONE);
		child = vfork();
		if (child) {
			pause();
			_exit(0);
		}
		child = getpid();
		write(tell[1], &child, sizeof(child));
		read(go[0], &byte, 1);
		execl("/bin/sleep", "sleep", "1000", NULL);
		_exit(1);
	}
	read(tell[0], &child, sizeof(child));
	fd = open_pagemap(child);
	begin_vmas(&req, fd);
	expect("before-exec-of-vfork", ask(&req), 0, NULL);
	begin_vmas(&req, fd);
	send_request(s, &req, req.nlh.nlmsg_len);
	write(go[1], "x", 1);
	for (int i = 0; i < 6000 && ask_mm(fd)->code != ESRCH; i++)
		usleep(10000);
	for (size_t n = 0; n < NR_DUMPS; n++) {
		begin_nth(&req, n, fd);
		expect(name_of("case-08-after-exec-of-vfork", n), ask(&req),
		       ESRCH, "exec");
	}
	check(read_answer(s, true, &answer) && answer.code == ESRCH,
	      "after-exec-of-vfork, begun before", "%s",
	      strerror(answer.code));
	close(s);
	kill(child, SIGKILL);
	kill(parent, SIGKILL);
	waitpid(parent, NULL, 0);
	close(fd);
}

/* ---- case 41, 43: nothing is kept ---- */

static unsigned long slab_objects(const char *cache)
{
	char line[256], name[64];
	unsigned long active = 0, n;
	FILE *f = fopen("/proc/slabinfo", "r");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%63s %lu", name, &n) == 2 &&
		    !strcmp(name, cache))
			active = n;
	if (f)
		fclose(f);
	return active;
}

/* KiB of memory that the kernel has for itself and can't give back. */
static unsigned long kernel_memory(void)
{
	FILE *f = fopen("/proc/meminfo", "r");
	unsigned long sum = 0, n;
	char line[128];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "SUnreclaim: %lu", &n) == 1 ||
		    sscanf(line, "VmallocUsed: %lu", &n) == 1)
			sum += n;
	if (f)
		fclose(f);
	return sum;
}

/* KASAN keeps freed objects, so as to see them used: until a cache shrinks. */
static void empty_quarantine(void)
{
	int fd = open("/sys/kernel/slab/mm_struct/shrink", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "1", 1) != 1)
		give_up("shrink");
	close(fd);
}

static void case_leaks(pid_t unused)
{
	unsigned long before, after, memory = 0;
	struct request req;
	int fd, s, i;

	(void)unused;
	before = slab_objects("mm_struct");
	for (i = 0; i < 2000; i++) {
		pid_t child = fork();

		/* by then caches are as large as they get */
		if (i == 400)
			memory = kernel_memory();

		if (!child) {
			pause();
			_exit(0);
		}
		fd = open_pagemap(child);
		s = open_socket();
		ask_mm(fd);
		send_nth(s, i % NR_DUMPS, fd);
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		close(fd);
		close(s);
	}
	sleep(1);
	empty_quarantine();
	after = slab_objects("mm_struct");
	check(before && after < before + 200, "2000-dumps-and-exits",
	      "%lu mm_structs before, %lu after", before, after);
	after = kernel_memory();
	check(memory && after < memory + 3000, "2000-dumps-leave-no-memory",
	      "%lu KiB of the kernel's own before, %lu after", memory, after);

	/* an open dump keeps the mm_struct, and none of the pages */
	pid_t child = fork();
	if (!child) {
		size_t size = 200 << 20;
		char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1,
			       0);

		/* areas enough that the dump does not end at once */
		for (i = 0; i < 4000; i++)
			mprotect(p + i * 8192, 4096, PROT_READ);
		prctl(PR_SET_NAME, "ready");
		pause();
	}
	char comm[32] = "", path[40];
	snprintf(path, sizeof(path), "/proc/%d/comm", child);
	for (i = 0; i < 6000 && strncmp(comm, "ready", 5); i++) {
		int c = open(path, O_RDONLY);

		usleep(10000);
		read(c, comm, sizeof(comm));
		close(c);
	}
	fd = open_pagemap(child);
	s = open_socket();
	begin_vmas(&req, fd);
	send_request(s, &req, req.nlh.nlmsg_len);
	long with = sysconf(_SC_AVPHYS_PAGES);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	long without = 0;
	for (i = 0; i < 600 && without - with <= 45000; i++) {
		usleep(100000);
		without = sysconf(_SC_AVPHYS_PAGES);
	}
	check(without - with > 45000, "case-41-open-dump-keeps-no-pages",
	      "%ld pages came back of 51200", without - with);
	close(s);
	close(fd);
}

/* ---- case 25: 1,000 dumps of a target that never stands still ---- */

#define FIXED_FILE	"/tmp/fixed"	/* lines "START END" in hex */
#define CHURN_DUMPS	1000

struct range {
	uint64_t start, end;
};

/* What is wrong with one message of a dump, or NULL. Marks what it found. */
static const char *check_message(const struct nlmsghdr *nlh, uint64_t *last,
				 const struct range *fixed, bool *found,
				 size_t nr_fixed)
{
	const struct nlattr *attr, *vmas = NULL, *counts = NULL;
	unsigned int objects = 0;
	size_t i, f, nr, at = 0;
	uint32_t size = 0;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case VMAVIEW_A_OBJECT: objects++; break;
		case VMAVIEW_A_VMA_SIZE: size = mnl_attr_get_u32(attr); break;
		case VMAVIEW_A_VMAS: vmas = attr; break;
		case VMAVIEW_A_COUNTS: counts = attr; break;
		}
	}
	if (!vmas)
		return NULL;
	if (size != sizeof(struct vmaview_vma) || !counts)
		return "size or counts are missing";
	nr = mnl_attr_get_payload_len(vmas) / size;
	for (i = 0; i < nr; i++) {
		const unsigned char *groups = mnl_attr_get_payload(counts);
		struct vmaview_vma vma;
		uint32_t mask;

		memcpy(&vma, (char *)mnl_attr_get_payload(vmas) + i * size,
		       size);
		if (vma.start >= vma.end || vma.start < *last)
			return "areas overlap or are out of order";
		if (vma.object > objects || vma.reserved)
			return "object out of range";
		*last = vma.end;
		for (f = 0; f < nr_fixed; f++)
			found[f] |= vma.start == fixed[f].start &&
				    vma.end == fixed[f].end;
		if (at + 4 > mnl_attr_get_payload_len(counts))
			return "counts are cut";
		memcpy(&mask, groups + at, 4);
		at += 4 + 4 * __builtin_popcount(mask & ~VMAVIEW_COUNTS_WIDE) *
		      (mask & VMAVIEW_COUNTS_WIDE ? 2 : 1);
	}
	return at == mnl_attr_get_payload_len(counts) ? NULL :
							"counts left over";
}

/* One dump; what is wrong with it, or NULL. */
static const char *churn_dump(int s, int fd, const struct range *fixed,
			      size_t nr_fixed, bool *torn)
{
	static char buffer[32768];
	bool found[64] = { false };
	struct request req;
	uint64_t last = 0;
	size_t f;

	begin_vmas(&req, fd);
	mnl_attr_put_u32(&req.nlh, VMAVIEW_A_FLAGS, VMAVIEW_F_COUNTS);
	if (send_request(s, &req, req.nlh.nlmsg_len))
		return "send";
	for (;;) {
		struct nlmsghdr *nlh = (struct nlmsghdr *)buffer;
		ssize_t len = recv(s, buffer, sizeof(buffer), 0);
		int left = len;

		if (len <= 0)
			return strerror(errno);
		for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
			const char *why;
			int code;

			*torn |= nlh->nlmsg_flags & NLM_F_DUMP_INTR;
			if (nlh->nlmsg_type == NLMSG_DONE ||
			    nlh->nlmsg_type == NLMSG_ERROR) {
				memcpy(&code, mnl_nlmsg_get_payload(nlh), 4);
				if (code)
					return strerror(-code);
				for (f = 0; f < nr_fixed; f++)
					if (!found[f])
						return "a fixed area is missing";
				return NULL;
			}
			why = check_message(nlh, &last, fixed, found, nr_fixed);
			if (why)
				return why;
		}
	}
}

static void case_churn(pid_t pid)
{
	int fd = open_pagemap(pid), s = open_socket(), i, nr_torn = 0;
	FILE *file = fopen(FIXED_FILE, "r");
	struct range fixed[64];
	const char *why = NULL;
	size_t nr_fixed = 0;

	while (file && nr_fixed < 64 &&
	       fscanf(file, "%" SCNx64 " %" SCNx64, &fixed[nr_fixed].start,
		      &fixed[nr_fixed].end) == 2)
		nr_fixed++;
	check(nr_fixed, "churn-has-fixed-areas", "none in " FIXED_FILE);
	for (i = 0; i < CHURN_DUMPS && !why; i++) {
		bool torn = false;

		why = churn_dump(s, fd, fixed, nr_fixed, &torn);
		nr_torn += torn;
	}
	check(!why, "churn-1000-dumps", "dump %d: %s", i, why ? why : "");
	printf("# %d of %d dumps torn\n", nr_torn, i);
	close(s);
	close(fd);
}

/* ---- what a dump that waits for its target costs everybody else ---- */

#define BYSTANDER_MS	30000

/*
 * Whether a request gets through at once. It may hang in the kernel where no
 * signal reaches it, so a child makes it, and is left to its fate.
 */
static bool is_quick(void (*request)(int s), int s)
{
	struct pollfd pfd = { .events = POLLIN };
	int pair[2];

	if (pipe(pair)) {
		perror("nlraw: pipe");
		exit(1);
	}
	if (!fork()) {
		/* nor shall whoever reads what we print wait for it */
		if (!freopen("/dev/null", "w", stdout) ||
		    !freopen("/dev/null", "w", stderr))
			_exit(1);
		request(s);
		_exit(write(pair[1], "", 1) != 1);
	}
	pfd.fd = pair[0];
	return poll(&pfd, 1, BYSTANDER_MS) == 1;
}

static void ask_family(int s)
{
	(void)s;
	find_family();
}

/* Of somebody who has nothing to do with us, and as short as one can be. */
static void case_bystander(pid_t pid)
{
	(void)pid;
	check(is_quick(ask_family, -1), "bystander",
	      "generic netlink does not answer in %d ms", BYSTANDER_MS);
}

#define BATCH	5000
#define READERS	4

static int batch = BATCH;

/* Many requests in one message of the socket. */
static void send_dumps(int s)
{
	static char requests[BATCH * 32];
	struct request req;
	size_t len = 0;

	for (int i = 0; i < batch; i++) {
		begin(&req, CTRL_CMD_GETFAMILY, NLM_F_DUMP);
		req.nlh.nlmsg_type = GENL_ID_CTRL;
		memcpy(requests + len, req.bytes, req.nlh.nlmsg_len);
		len += NLMSG_ALIGN(req.nlh.nlmsg_len);
	}
	send(s, requests, len, 0);
}

/*
 * One socket, many processes: while some read a dump, another begins more of
 * them at once. Each waits for the readers' turns at the lock of the socket, and
 * all the time genl_rcv()'s lock of all families is held, so no reader must have
 * its own for long.
 */
static void case_sharing(pid_t pid)
{
	int fd = open_pagemap(pid), s = open_socket();
	static char buffer[65536];
	pid_t readers[READERS];
	struct request req;

	begin_vmas(&req, fd);
	send_request(s, &req, req.nlh.nlmsg_len);
	for (int i = 0; i < READERS; i++) {
		readers[i] = fork();
		while (!readers[i])
			recv(s, buffer, sizeof(buffer), 0);
	}
	usleep(300 * 1000);
	check(is_quick(send_dumps, s), "sharing",
	      "%d more dumps on the socket are not refused in %d ms", batch,
	      BYSTANDER_MS);
	for (int i = 0; i < READERS; i++) {
		kill(readers[i], SIGKILL);
		waitpid(readers[i], NULL, 0);
	}
	close(s);
	close(fd);
}

static const struct {
	const char *name;
	void (*run)(pid_t pid);
} cases[] = {
	{ "descriptors", case_descriptors },
	{ "attributes", case_attributes },
	{ "headers", case_headers },
	{ "readers", case_readers },
	{ "unload", case_unload },
	{ "rights", case_rights },
	{ "exec", case_exec },
	{ "exec-of-vfork", case_exec_of_vfork },
	{ "leaks", case_leaks },
	{ "churn", case_churn },
	{ "bystander", case_bystander },
	{ "sharing", case_sharing },
};

int main(int argc, char **argv)
{
	pid_t pid = argc > 2 ? atoi(argv[2]) : getpid();
	size_t i;

	if (argc > 3 && atoi(argv[3]) < BATCH)
		batch = atoi(argv[3]);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (argc < 2)
			printf("%s\n", cases[i].name);
		else if (!strcmp(argv[1], cases[i].name)) {
			/* whether that is answered is its question */
			if (cases[i].run != case_bystander)
				find_family();
			cases[i].run(pid);
			return failures != 0;
		}
	}
	return argc < 2 ? 0 : 2;
}
