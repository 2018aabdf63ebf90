// SPDX-License-Identifier: GPL-2.0
/*
 * Cases of rights and of netlink that take more than one process, by number:
 *
 *	casecheck NAME PID	prints "ok case-N-..." lines; without NAME lists
 *				them. PID is a target; of "leaks" it is
 *				how many, of "forge" the victim.
 *
 * Run as root inside the VM.
 */
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "raw.h"

static void expect(const char *name, const struct answer *answer, int code)
{
	check(answer->code == code, name, "answer is %s \"%s\", not %s",
	      strerrorname_np(answer->code), answer->text,
	      strerrorname_np(code));
}

static bool shows_pgd(const struct answer *answer)
{
	uint64_t pgd;

	return get_nested(answer, VMAVIEW_A_MM, VMAVIEW_MM_A_PGD, &pgd);
}

static void become(uid_t uid)
{
	if (setgroups(0, NULL) || setresgid(uid, uid, uid) ||
	    setresuid(uid, uid, uid))
		give_up("setuid");
	prctl(PR_SET_DUMPABLE, 1);
}

/* Waits for a child, and takes over whether it failed. */
static void join(pid_t child)
{
	int status;

	if (waitpid(child, &status, 0) != child)
		give_up("waitpid");
	failures += status != 0;
}

static pid_t begin_child(void)
{
	fflush(stdout);
	return fork();
}

static void __attribute__((noreturn)) end_child(void)
{
	fflush(stdout);
	_exit(failures != 0);
}

/* ---- descriptors from one process to another ---- */

static void pass(int sock, int fd)
{
	char byte = 0, space[CMSG_SPACE(sizeof(fd))] = { 0 };
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = space, .msg_controllen = sizeof(space),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	if (sendmsg(sock, &msg, 0) != 1)
		give_up("sendmsg");
}

static int receive(int sock)
{
	char byte, space[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = space, .msg_controllen = sizeof(space),
	};
	int fd;

	if (recvmsg(sock, &msg, 0) != 1 || !CMSG_FIRSTHDR(&msg))
		give_up("recvmsg");
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

/* ---- 2: own child ---- */

static void case_own_child(pid_t pid)
{
	pid_t child = begin_child(), own;

	(void)pid;
	if (!child) {
		become(1000);
		own = begin_child();
		if (!own) {
			pause();
			_exit(0);
		}
		int fd = open_pagemap(own);

		check(fd >= 0, "case-02-own-child-opened", "%s",
		      strerror(errno));
		expect("case-02-own-child", ask_mm(fd), 0);
		kill(own, SIGKILL);
		end_child();
	}
	join(child);
}

/* ---- 6: what looks like a pagemap, on file systems of other kinds ---- */

static void case_lookalike(pid_t pid)
{
	int fd = open("/tmp/over/pagemap", O_RDONLY | O_CLOEXEC);

	(void)pid;
	check(fd >= 0, "case-06-overlay-is-there", "%s", strerror(errno));
	expect("case-06-overlay", ask_mm(fd), EINVAL);
	close(fd);
}

/* ---- 17: generic netlink does not look at the version, nor do we ---- */

static void case_version(pid_t pid)
{
	static const uint8_t versions[] = { 0, 2, 255 };
	int fd = open_pagemap(pid);
	struct genlmsghdr *genl;
	struct request req;
	char name[40];

	for (size_t i = 0; i < sizeof(versions); i++) {
		begin_mm(&req, fd);
		genl = mnl_nlmsg_get_payload(&req.nlh);
		genl->version = versions[i];
		snprintf(name, sizeof(name), "case-17-version-%u", versions[i]);
		expect(name, ask(&req), 0);
	}
	close(fd);
}

/* ---- 8: the pid is used again ---- */

static pid_t fork_idle(void)
{
	pid_t child = begin_child();

	if (!child) {
		pause();
		_exit(0);
	}
	return child;
}

static pid_t fork_as(pid_t pid)
{
	int fd = open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);
	char text[16];

	snprintf(text, sizeof(text), "%d", pid - 1);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		give_up("ns_last_pid");
	close(fd);
	return fork_idle();
}

static void case_pid_reuse(pid_t unused)
{
	pid_t first = fork_idle(), second = -1;
	int fd = open_pagemap(first), again;

	(void)unused;
	expect("case-08-before-reuse", ask_mm(fd), 0);
	kill(first, SIGKILL);
	waitpid(first, NULL, 0);
	/* somebody else may fork in between */
	for (int i = 0; i < 100 && second != first; i++) {
		if (second > 0) {
			kill(second, SIGKILL);
			waitpid(second, NULL, 0);
		}
		second = fork_as(first);
	}
	check(second == first, "case-08-pid-is-used-again", "%d, not %d",
	      second, first);
	expect("case-08-old-descriptor", ask_mm(fd), ESRCH);
	again = open_pagemap(second);
	expect("case-08-new-descriptor", ask_mm(again), 0);
	kill(second, SIGKILL);
	waitpid(second, NULL, 0);
	close(fd);
	close(again);
}

/* ---- 9: the opener's right goes with a descriptor, and nothing more ---- */

static void case_passed_fd(pid_t pid)
{
	int pair[2], fd = open_pagemap(pid);
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		give_up("socketpair");
	child = begin_child();
	if (!child) {
		struct answer *answer;

		close(fd);
		become(65534);
		check(open_pagemap(pid) < 0, "case-09-not-its-own-right",
		      "it may open it by itself");
		answer = ask_mm(receive(pair[1]));
		expect("case-09-root-descriptor-received", answer, 0);
		check(!shows_pgd(answer), "case-09-nothing-more",
		      "pgd is shown");
		end_child();
	}
	pass(pair[0], fd);
	join(child);

	/* the other way: root gains nothing by a descriptor of nobody's */
	child = begin_child();
	if (!child) {
		become(65534);
		pass(pair[1], open_pagemap(getpid()));
		pause();
		_exit(0);
	}
	struct answer *answer = ask_mm(receive(pair[0]));

	expect("case-09-nobodys-descriptor-received", answer, 0);
	check(!shows_pgd(answer), "case-09-opener-has-no-right-to-pgd",
	      "pgd is shown");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(fd);
	close(pair[0]);
	close(pair[1]);
}

/* ---- 10: a socket of nobody's, used by root ---- */

static void case_passed_socket(pid_t pid)
{
	int pair[2], fd = open_pagemap(pid), sock;
	struct answer *answer;
	struct request req;
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		give_up("socketpair");
	child = begin_child();
	if (!child) {
		become(65534);
		pass(pair[1], open_socket());
		_exit(0);
	}
	sock = receive(pair[0]);
	join(child);
	begin_mm(&req, fd);
	answer = ask_on(sock, &req);
	expect("case-10-nobodys-socket-used-by-root", answer, 0);
	check(!shows_pgd(answer), "case-10-no-pgd-on-it", "pgd is shown");
	close(sock);
	close(fd);
	close(pair[0]);
	close(pair[1]);
}

/* ---- 42: a dump that is begun by one and read by another ---- */

struct found {
	unsigned int frames, tokens;
	unsigned int late;		/* frames after tokens */
};

static void note_frames(const struct nlmsghdr *nlh, void *data)
{
	struct found *found = data;

	if (find_attr(nlh, VMAVIEW_A_FRAMES)) {
		found->frames++;
		found->late += found->tokens != 0;
	}
	found->tokens += !!find_attr(nlh, VMAVIEW_A_TOKENS);
}

/* Pages enough for many messages. */
#define NR_PAGES	20000

/* That are there, each with a frame: of a huge page all share one. */
static char *allocate_pages(size_t nr)
{
	char *pages;

	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	pages = allocate(nr, 4096);
	for (size_t i = 0; i < nr; i++)
		*(volatile char *)(pages + i * 4096) = 1;
	return pages;
}

static void begin_frames(struct request *req, int fd)
{
	begin_dump(req, VMAVIEW_CMD_GET_PAGES, fd);
	mnl_attr_put_u32(&req->nlh, VMAVIEW_A_FLAGS, VMAVIEW_F_FRAMES);
}

static void case_passed_dump(pid_t pid)
{
	struct found found = { 0 };
	static struct answer answer;
	int pair[2], sock;
	pid_t child;

	(void)pid;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		give_up("socketpair");
	child = begin_child();
	if (!child) {
		struct request req;
		char *pages;
		int own;

		become(65534);
		pages = allocate_pages(NR_PAGES);
		own = open_pagemap(getpid());
		sock = open_socket();
		begin_frames(&req, own);
		send_request(sock, &req, req.nlh.nlmsg_len);
		pass(pair[1], sock);
		pause();
		free(pages);
		_exit(0);
	}
	sock = receive(pair[0]);
	read_each(sock, true, &answer, note_frames, &found);
	expect("case-42-dump-of-nobodys-read-by-root", &answer, 0);
	check(answer.messages > 2 && found.tokens > 2 && !found.frames,
	      "case-42-still-tokens", "%u messages, %u with tokens, %u frames",
	      answer.messages, found.tokens, found.frames);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(sock);
	close(pair[0]);
	close(pair[1]);
}

static void case_passed_root_dump(pid_t pid)
{
	struct found found = { 0 };
	static struct answer answer;
	int own = open_pagemap(getpid()), sock = open_socket(), pair[2];
	struct request req;
	pid_t child;
	char *pages;

	(void)pid;
	pages = allocate_pages(NR_PAGES);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		give_up("socketpair");
	begin_frames(&req, own);
	send_request(sock, &req, req.nlh.nlmsg_len);
	/* what the first read gets was made when it was sent, for root */
	child = begin_child();
	if (!child) {
		become(65534);
		read_each(receive(pair[0]), true, &answer, note_frames, &found);
		expect("case-42-dump-of-roots-read-by-nobody", &answer, 0);
		check(found.frames && found.tokens > 2 && !found.late,
		      "case-42-no-frames-any-more",
		      "%u messages, %u with tokens, %u with frames, %u late",
		      answer.messages, found.tokens, found.frames, found.late);
		end_child();
	}
	pass(pair[1], sock);
	join(child);
	free(pages);
	close(own);
	close(sock);
	close(pair[0]);
	close(pair[1]);
}

/* ---- 43: nothing is left of dumps and exits ---- */

static unsigned long number_of(const char *path, const char *key)
{
	FILE *file = fopen(path, "r");
	unsigned long n, found = 0;
	char line[256], name[64];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%63s %lu", name, &n) == 2 &&
		    !strcmp(name, key))
			found = n;
	if (file)
		fclose(file);
	return found;
}

/* A child without memory of its own that waits to be killed. */
static pid_t start_idle(void)
{
	pid_t child = fork();

	if (!child) {
		pause();
		_exit(0);
	}
	return child;
}

static void dump_and_exit(int sock, unsigned int i)
{
	static const uint8_t cmds[] = {
		VMAVIEW_CMD_GET_VMAS, VMAVIEW_CMD_GET_PAGES,
		VMAVIEW_CMD_GET_TABLES, VMAVIEW_CMD_GET_ENTRY,
	};
	static struct answer answer;
	pid_t child = start_idle();
	int fd = open_pagemap(child);
	struct request req;

	if (i % 5 == 4)
		begin_mm(&req, fd);
	else
		begin_dump(&req, cmds[i % 4], fd);
	send_request(sock, &req, req.nlh.nlmsg_len);
	kill(child, SIGKILL);
	read_answer(sock, i % 5 != 4, &answer);
	waitpid(child, NULL, 0);
	close(fd);
}

/* Without those that are free, which KASAN keeps for long to be watched. */
static unsigned long count_mms(void)
{
	FILE *shrink = fopen("/sys/kernel/slab/mm_struct/shrink", "we");

	if (shrink) {
		fputs("1\n", shrink);
		fclose(shrink);
	}
	return number_of("/proc/slabinfo", "mm_struct");
}

/* KiB, far less than so many processes take. */
#define SLACK	16384

static void case_leaks(pid_t rounds)
{
	unsigned long mms = 0, memory = 0, now, left;
	int sock = open_socket();

	for (pid_t i = 0; i < rounds; i++) {
		/* by then caches are as large as they get */
		if (i == rounds / 10) {
			mms = count_mms();
			memory = number_of("/proc/meminfo", "MemAvailable:");
		}
		dump_and_exit(sock, i);
	}
	/* what is freed after a grace period, on a machine that is busy */
	for (int i = 0; i < 600; i++) {
		now = count_mms();
		left = number_of("/proc/meminfo", "MemAvailable:");
		if (now < mms + 200 && left + SLACK > memory)
			break;
		usleep(100000);
	}
	check(mms && now < mms + 200, "case-43-mm-structs",
	      "%lu before, %lu after", mms, now);
	check(memory && left + SLACK > memory, "case-43-memory",
	      "%lu KiB available before, %lu after", memory, left);
	close(sock);
}

/* ---- 23: killed under who would not come back from his call ---- */

#define KILLED_PAGES	32768
#define KILLED_KIB	(KILLED_PAGES * 4UL)
#define NR_KILLS	10

static void __attribute__((noreturn)) be_looked_at(int told)
{
	char *pages = allocate_pages(KILLED_PAGES);

	if (write(told, "", 1) == 1)
		pause();
	free(pages);
	_exit(1);
}

/* One call for far more messages than there are. */
static void __attribute__((noreturn)) receive_on(int told, int fd)
{
	static struct mmsghdr messages[1024];
	static char buffer[65536];
	struct iovec iov = { buffer, sizeof(buffer) };
	int sock = open_socket();
	struct request req;

	for (size_t i = 0; i < 1024; i++)
		messages[i].msg_hdr = (struct msghdr){ .msg_iov = &iov,
						       .msg_iovlen = 1 };
	begin_dump(&req, VMAVIEW_CMD_GET_PAGES, fd);
	mnl_attr_put_u32(&req.nlh, VMAVIEW_A_FLAGS, VMAVIEW_F_PAGES);
	send_request(sock, &req, req.nlh.nlmsg_len);
	if (write(told, "", 1) == 1)
		recvmmsg(sock, messages, 1024, 0, NULL);
	pause();
	_exit(1);
}

/* Who was the last to look gives the memory back, though his call goes on. */
static void case_killed_under_recvmmsg(pid_t pid)
{
	unsigned long before, now = 0;
	unsigned int i, wait;
	pid_t child, reader;
	int told[2], fd;
	char byte;

	(void)pid;
	if (pipe(told))
		give_up("pipe");
	for (i = 0; i < NR_KILLS; i++) {
		before = number_of("/proc/meminfo", "AnonPages:");
		child = begin_child();
		if (!child)
			be_looked_at(told[1]);
		if (read(told[0], &byte, 1) != 1)
			give_up("pipe");
		fd = open_pagemap(child);
		reader = begin_child();
		if (!reader)
			receive_on(told[1], fd);
		if (read(told[0], &byte, 1) != 1)
			give_up("pipe");
		usleep(3000 * i);
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		for (wait = 0; wait < 600; wait++) {
			now = number_of("/proc/meminfo", "AnonPages:");
			if (now < before + KILLED_KIB / 2)
				break;
			usleep(100 * 1000);
		}
		kill(reader, SIGKILL);
		waitpid(reader, NULL, 0);
		close(fd);
		if (wait == 600)
			break;
	}
	check(i == NR_KILLS, "case-23-killed-under-recvmmsg",
	      "%lu KiB before, %lu after: somebody keeps them", before, now);
	close(told[0]);
	close(told[1]);
}

/* ---- 46: the policies are asked for while the module comes and goes ---- */

static void case_policy(pid_t pid)
{
	const char *path = getenv("MODULE");
	static struct answer answer;
	int loads = 0, status, fd;
	pid_t child;

	(void)pid;
	child = begin_child();
	if (!child) {
		struct request req;
		int sock = open_socket();

		for (;;) {
			begin(&req, CTRL_CMD_GETPOLICY, NLM_F_DUMP);
			req.nlh.nlmsg_type = GENL_ID_CTRL;
			mnl_attr_put_strz(&req.nlh, CTRL_ATTR_FAMILY_NAME,
					  VMAVIEW_GENL_NAME);
			send_request(sock, &req, req.nlh.nlmsg_len);
			if (!read_answer(sock, true, &answer))
				_exit(2);
		}
	}
	for (int i = 0; i < 100; i++) {
		for (int try = 0; try < 500; try++) {
			if (!syscall(SYS_delete_module, "vmaview", O_NONBLOCK))
				break;
			usleep(1000);
		}
		fd = open(path ? path : "", O_RDONLY | O_CLOEXEC);
		loads += !syscall(SYS_finit_module, fd, "", 0);
		close(fd);
	}
	check(loads > 50, "case-46-policy-against-rmmod", "%d reloads of 100",
	      loads);
	check(!waitpid(child, &status, WNOHANG), "case-46-all-answered",
	      "one was not");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	find_family();
	expect("case-46-works-after", ask_mm(open_pagemap(getpid())), 0);
}

/* ---- 47: no byte that nobody wrote ---- */

/* What memory holds that was handed out and not written, by the boot line:
 * SLUB's poison of both kinds, and the page allocator's. */
static bool is_poison(unsigned char c)
{
	return c == 0x5a || c == 0x6b || c == 0xaa;
}

static void look_for_poison(const struct nlmsghdr *nlh, void *data)
{
	const unsigned char *bytes = (const unsigned char *)nlh;
	const struct nlattr *attr;
	size_t run = 0, *bad = data;

	for (size_t i = 0; i < nlh->nlmsg_len; i++) {
		run = is_poison(bytes[i]) && (!run || bytes[i - 1] == bytes[i]) ?
		      run + 1 : 0;
		*bad += run == 4;
	}
	/* what fills an attribute up to a multiple of four */
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		for (int i = attr->nla_len; i < MNL_ALIGN(attr->nla_len); i++)
			*bad += ((const unsigned char *)attr)[i] != 0;
}

static void case_poison(pid_t pid)
{
	static const uint8_t cmds[] = {
		VMAVIEW_CMD_GET_INFO, VMAVIEW_CMD_GET_MM, VMAVIEW_CMD_GET_VMAS,
		VMAVIEW_CMD_GET_PAGES, VMAVIEW_CMD_GET_TABLES,
		VMAVIEW_CMD_GET_ENTRY,
	};
	static const char *const names[] = {
		"info", "mm", "vmas", "pages", "tables", "entry",
	};
	int fd = open_pagemap(pid), sock = open_socket();

	for (size_t n = 0; n < sizeof(cmds); n++) {
		struct request req;
		struct answer *answer;
		size_t bad = 0;
		char name[40];

		if (cmds[n] == VMAVIEW_CMD_GET_INFO)
			begin(&req, cmds[n], 0);
		else if (cmds[n] == VMAVIEW_CMD_GET_MM)
			begin_mm(&req, fd);
		else
			begin_dump(&req, cmds[n], fd);
		if (cmds[n] == VMAVIEW_CMD_GET_VMAS)
			mnl_attr_put_u32(&req.nlh, VMAVIEW_A_FLAGS,
					 VMAVIEW_F_VMAS);
		if (cmds[n] == VMAVIEW_CMD_GET_PAGES)
			mnl_attr_put_u32(&req.nlh, VMAVIEW_A_FLAGS,
					 VMAVIEW_F_PAGES);
		answer = ask_each(sock, &req, look_for_poison, &bad);
		snprintf(name, sizeof(name), "case-47-%s", names[n]);
		check(!answer->code && answer->messages && !bad, name,
		      "%s, %u messages, %zu places", strerror(answer->code),
		      answer->messages, bad);
	}
	close(sock);
	close(fd);
}

/* ---- 51: messages of others than the kernel ---- */

/* So many do not fill a socket's buffer, which would be another case. */
#define NR_FORGED	64

/* Answers that look like the end of a dump, to a port once it is there. */
static void case_forge(pid_t pid)
{
	struct sockaddr_nl to = { .nl_family = AF_NETLINK, .nl_pid = pid };
	int sock = open_socket();
	struct request req;

	for (uint32_t n = 0; n < NR_FORGED;) {
		int code = n & 1 ? 0 : -EPERM;

		begin(&req, 0, NLM_F_MULTI);
		req.nlh.nlmsg_len = MNL_ALIGN(sizeof(req.nlh) + sizeof(code));
		req.nlh.nlmsg_type = NLMSG_DONE;
		req.nlh.nlmsg_seq = n / 2 % 8;
		memcpy(mnl_nlmsg_get_payload(&req.nlh), &code, sizeof(code));
		if (sendto(sock, req.bytes, req.nlh.nlmsg_len, MSG_DONTWAIT,
			   (struct sockaddr *)&to, sizeof(to)) > 0)
			n++;
		else if (errno == EPERM)
			give_up("sendto");
		else if (kill(pid, 0))
			break;
		else
			usleep(100);
		if (n == 1)
			printf("sent\n");
	}
	close(sock);
}

static const struct {
	const char *name;
	void (*run)(pid_t pid);
} cases[] = {
	{ "own-child", case_own_child },
	{ "lookalike", case_lookalike },
	{ "version", case_version },
	{ "pid-reuse", case_pid_reuse },
	{ "passed-fd", case_passed_fd },
	{ "passed-socket", case_passed_socket },
	{ "passed-dump", case_passed_dump },
	{ "passed-root-dump", case_passed_root_dump },
	{ "killed-under-recvmmsg", case_killed_under_recvmmsg },
	{ "leaks", case_leaks },
	{ "policy", case_policy },
	{ "poison", case_poison },
	{ "forge", case_forge },
};

int main(int argc, char **argv)
{
	pid_t pid = argc > 2 ? atoi(argv[2]) : getpid();

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (argc < 2)
			printf("%s\n", cases[i].name);
		else if (!strcmp(argv[1], cases[i].name)) {
			find_family();
			cases[i].run(pid);
			return failures != 0;
		}
	}
	return argc < 2 ? 0 : 2;
}
