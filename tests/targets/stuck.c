// SPDX-License-Identifier: GPL-2.0
/*
 * Holds its own mmap_lock for writing for as long as it is told to: it maps a
 * FUSE file that bypasses the page cache, for which the kernel first writes
 * back a page of the same file that is dirty in the cache, with the lock held,
 * and the server, a child of this process, does not answer that write. The
 * process is in state D meanwhile and can't be killed. Wants CAP_SYS_ADMIN.
 *
 *	pid
 *	ready
 * Commands: "hold" is ready when the lock is held, "release" when mmap() has
 * returned. "aio" is ready when an asynchronous read of the file is under way,
 * which is not answered. The end of the input lets go too, as does the server's
 * death.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/fuse.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "target.h"

/* ---- the server ---- */

static int fuse;			/* /dev/fuse */
static bool is_told_to_hold;
static bool is_told_to_keep;		/* the next read */
static uint64_t kept;			/* its number, or 0 */
static struct {
	uint64_t unique;		/* of the write kept waiting, or 0 */
	uint32_t size;
	bool is_said;
} held;

static void answer(uint64_t unique, int error, const void *data, size_t size)
{
	struct fuse_out_header out = {
		.len = sizeof(out) + size,
		.error = error,
		.unique = unique,
	};
	struct iovec parts[] = {
		{ &out, sizeof(out) }, { (void *)data, size }
	};

	/* ENOENT: who asked was killed and waits no more */
	if (writev(fuse, parts, 2) < 0 && errno != ENOENT)
		give_up("answer");
}

static void do_init(uint64_t unique, const void *request)
{
	struct fuse_init_out out = {
		.major = FUSE_KERNEL_VERSION,
		.minor = FUSE_KERNEL_MINOR_VERSION,
		.flags = FUSE_ASYNC_DIO,
		.max_write = PAGE,
	};

	(void)request;
	answer(unique, 0, &out, sizeof(out));
}

/* One page, which is the root of its file system: there are no names. */
static void do_getattr(uint64_t unique, const void *request)
{
	struct fuse_attr_out out = {
		.attr_valid = UINT32_MAX,
		.attr = {
			.ino = FUSE_ROOT_ID,
			.size = PAGE,
			.blksize = PAGE,
			.mode = S_IFREG | 0600,
			.nlink = 1,
		},
	};

	(void)request;
	answer(unique, 0, &out, sizeof(out));
}

static void do_open(uint64_t unique, const void *request)
{
	const struct fuse_open_in *in = request;
	struct fuse_open_out out = {
		.open_flags = in->flags & O_DIRECT ? FOPEN_DIRECT_IO : 0,
	};

	answer(unique, 0, &out, sizeof(out));
}

static void answer_read(uint64_t unique)
{
	static const char page[PAGE];

	answer(unique, 0, page, sizeof(page));
}

static void do_read(uint64_t unique, const void *request)
{
	(void)request;
	if (is_told_to_keep && !kept) {
		kept = unique;
		say_ready();
	} else {
		answer_read(unique);
	}
}

static void answer_write(uint64_t unique, uint32_t size)
{
	struct fuse_write_out out = { .size = size };

	answer(unique, 0, &out, sizeof(out));
}

static void do_write(uint64_t unique, const void *request)
{
	const struct fuse_write_in *in = request;

	if (is_told_to_hold && !held.unique) {
		held.unique = unique;
		held.size = in->size;
		held.is_said = false;
	} else {
		answer_write(unique, in->size);
	}
}

static const struct {
	uint32_t opcode;
	void (*run)(uint64_t unique, const void *request);
} operations[] = {
	{ FUSE_INIT, do_init },
	{ FUSE_GETATTR, do_getattr },
	{ FUSE_OPEN, do_open },
	{ FUSE_READ, do_read },
	{ FUSE_WRITE, do_write },
};

/* Returns false when the file system is no more. */
static bool serve_one(void)
{
	static union {
		struct fuse_in_header head;
		char bytes[FUSE_MIN_READ_BUFFER];
	} in;

	if (read(fuse, &in, sizeof(in)) < 0)
		/* ENOENT: the request was taken back */
		return errno == EINTR || errno == ENOENT || errno == EAGAIN;
	for (size_t i = 0; i < sizeof(operations) / sizeof(*operations); i++) {
		if (operations[i].opcode == in.head.opcode) {
			operations[i].run(in.head.unique, &in.head + 1);
			return true;
		}
	}
	answer(in.head.unique, -ENOSYS, NULL, 0);
	return true;
}

/*
 * mmap_lock is held for writing around the whole of fuse_file_mmap(), and with
 * the write unanswered the target can't leave it.
 */
static bool is_in_mmap(pid_t target)
{
	char path[32], line[256];
	bool found = false;
	FILE *stack;

	snprintf(path, sizeof(path), "/proc/%d/stack", target);
	stack = fopen(path, "re");
	while (stack && fgets(line, sizeof(line), stack))
		found |= strstr(line, "fuse_file_mmap") != NULL;
	if (stack)
		fclose(stack);
	return found;
}

static void let_go(void)
{
	is_told_to_hold = false;
	if (held.unique)
		answer_write(held.unique, held.size);
	held.unique = 0;
	is_told_to_keep = false;
	if (kept)
		answer_read(kept);
	kept = 0;
}

/* Returns false at the end of the input. Orders go to the target. */
static bool obey(int orders)
{
	char line[64];

	if (!read_command(line, sizeof(line)))
		return false;
	if (!strcmp(line, "hold") || !strcmp(line, "aio")) {
		*(*line == 'h' ? &is_told_to_hold : &is_told_to_keep) = true;
		if (write(orders, line, 1) != 1)
			return false;
	} else if (!strcmp(line, "release")) {
		let_go();
	}
	return true;
}

static void serve(pid_t target, int orders)
{
	struct pollfd fds[] = {
		{ .fd = fuse, .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN },
	};
	bool goes_on = true;

	/* what is not read yet is what poll() tells of */
	setvbuf(stdin, NULL, _IONBF, 0);
	while (goes_on) {
		bool is_due = held.unique && !held.is_said;

		if (poll(fds, 2, is_due ? 1 : -1) < 0)
			break;
		if (is_due && is_in_mmap(target)) {
			held.is_said = true;
			say_ready();
		}
		if (fds[0].revents)
			goes_on = serve_one();
		if (goes_on && fds[1].revents)
			goes_on = obey(orders);
	}
	let_go();
}

/* ---- the target ---- */

static void mount_on(const char *path)
{
	char options[80];

	snprintf(options, sizeof(options),
		 "fd=%d,rootmode=%o,user_id=%d,group_id=%d", fuse, S_IFREG,
		 getuid(), getgid());
	if (mount("stuck", path, "fuse", MS_NOSUID | MS_NODEV, options))
		give_up("mount");
}

static int open_file(const char *path, int flags)
{
	struct stat stat;
	int fd = open(path, O_RDWR | O_CLOEXEC | flags);

	/* its size is not known before it is asked for */
	if (fd < 0 || fstat(fd, &stat) || stat.st_size != PAGE)
		give_up(path);
	return fd;
}

/* Begins a read that exit_aio() will wait for. */
static void read_aside(int fd)
{
	static char page[PAGE] __attribute__((aligned(PAGE)));
	static aio_context_t context;
	static struct iocb iocb, *list = &iocb;

	iocb = (struct iocb){
		.aio_lio_opcode = IOCB_CMD_PREAD,
		.aio_fildes = fd,
		.aio_buf = (uintptr_t)page,
		.aio_nbytes = PAGE,
	};
	if (syscall(SYS_io_setup, 1, &context) ||
	    syscall(SYS_io_submit, context, 1, &list) != 1)
		give_up("aio");
}

int main(void)
{
	char path[] = "/tmp/stuck.XXXXXX", order;
	int cached, direct, orders[2];
	pid_t server;
	char *page;

	print_pid();
	close(make_file(path, 0));
	fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (fuse < 0)
		give_up("/dev/fuse");
	if (pipe2(orders, O_CLOEXEC))
		give_up("pipe");
	mount_on(path);
	server = fork();
	if (server < 0)
		give_up("fork");
	if (!server) {
		close(orders[0]);
		serve(getppid(), orders[1]);
		_exit(0);
	}
	close(fuse);
	close(orders[1]);

	cached = open_file(path, 0);
	direct = open_file(path, O_DIRECT);
	/* from here on the descriptors alone keep it */
	if (umount2(path, MNT_DETACH) || unlink(path))
		give_up(path);
	page = map(PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, cached);
	say_ready();

	while (read(orders[0], &order, 1) == 1) {
		if (order == 'a') {
			read_aside(direct);
			continue;
		}
		touch(page, 1);
		munmap(map(PAGE, PROT_READ, MAP_PRIVATE, direct), PAGE);
		say_ready();
	}
	return 0;
}
