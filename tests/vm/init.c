// SPDX-License-Identifier: GPL-2.0
/*
 * PID 1 of the lab VM. Runs the system tests or the demo, powers off by
 * itself and hands QEMU an exit code: without that code, or without the last
 * line on the console, the run counts as failed.
 *
 * ttyS0 is the kernel's console (a log file on the host), ttyS1 carries test
 * results or the viewer, on ttyS2 the host says how large its window is. The
 * kernel passes what follows -- on its command line as our arguments:
 *
 *	probe			power off at once
 *	test [limit=SECONDS]	run the scripts in /tests/system, sorted
 *	demo KEY=VALUE ...	show the viewer: rows, cols, TERM, LANG, ...
 *	show			print what the demo would show
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__) || defined(__i386__)
#include <sys/io.h>
#endif
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define MODULE		"/lib/modules/vmaview.ko"
#define TESTS		"/tests/system"
#define TEST_LIMIT	240	/* seconds for one script, unless told else */
#define SHOW_LIMIT	60
#define UNLOAD_LIMIT	10	/* seconds until nobody may hold the module */

/* isa-debug-exit makes it (code << 1) | 1; 16 is far from any accident. */
#define EXIT_PORT	0xf4
#define CODE_FINISHED	16
#define CODE_BROKEN	17
/* Where there are no ports: a call to who emulates the machine. */
#define SEMIHOSTING_EXIT	0x20UL
#define APPLICATION_EXIT	0x20026UL

static void __attribute__((format(printf, 1, 2))) say(const char *fmt, ...)
{
	char line[512] = "init: ";
	size_t len = strlen(line);
	va_list args;
	int fd;

	va_start(args, fmt);
	vsnprintf(line + len, sizeof(line) - len - 1, fmt, args);
	va_end(args);
	/* A message without a newline waits for its rest. */
	strcat(line, "\n");
	fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	/* One write is one message; there is nobody to tell of a failure. */
	if (write(fd, line, strlen(line)) < 0)
		errno = EIO;
	close(fd);
}

static void leave_machine(int code)
{
#ifdef __aarch64__
	unsigned long why[2] = { APPLICATION_EXIT, code << 1 | 1 };
	register unsigned long call asm("x0") = SEMIHOSTING_EXIT;
	register unsigned long *block asm("x1") = why;

	asm volatile("hlt #0xf000" : "+r" (call) : "r" (block) : "memory");
#else
	if (!ioperm(EXIT_PORT, 1, 1))
		outb(code, EXIT_PORT);
#endif
}

static void __attribute__((noreturn)) power_off(int code)
{
	say("finished with code %d", code);
	sync();
	/* The console is written by whoever holds it; let it drain. */
	usleep(100 * 1000);
	leave_machine(code);
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

static void __attribute__((noreturn)) give_up(const char *what)
{
	say("%s: %s", what, strerror(errno));
	power_off(CODE_BROKEN);
}

static void mount_one(const char *type, const char *where, const char *options)
{
	mkdir(where, 0755);
	if (mount(type, where, type, MS_NOSUID, options))
		say("mount %s: %s", where, strerror(errno));
}

static void mount_all(void)
{
	mount_one("proc", "/proc", NULL);
	mount_one("devtmpfs", "/dev", NULL);
	mount_one("sysfs", "/sys", NULL);
	mount_one("debugfs", "/sys/kernel/debug", NULL);
	mount_one("tracefs", "/sys/kernel/tracing", NULL);
	mount_one("cgroup2", "/sys/fs/cgroup", NULL);
	mount_one("devpts", "/dev/pts", "ptmxmode=0666");
	mount_one("tmpfs", "/dev/shm", "mode=1777");
	mount_one("tmpfs", "/tmp", "mode=1777");
	mount_one("tmpfs", "/run", "mode=755");
	symlink("/proc/self/fd", "/dev/fd");
	symlink("/proc/self/fd/0", "/dev/stdin");
	symlink("/proc/self/fd/1", "/dev/stdout");
	symlink("/proc/self/fd/2", "/dev/stderr");
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static int load_module(void)
{
	int fd = open(MODULE, O_RDONLY | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return -1;
	ret = syscall(SYS_finit_module, fd, "", 0);
	if (ret && errno == EEXIST)
		ret = 0;
	close(fd);
	return ret;
}

/* Nobody is left, so a module that stays busy has lost a reference. */
static int unload_module(void)
{
	double end = now() + UNLOAD_LIMIT;

	while (syscall(SYS_delete_module, "vmaview", O_NONBLOCK)) {
		if (errno == ENOENT)
			return 0;
		if (now() > end)
			return -1;
		usleep(20 * 1000);
	}
	return 0;
}

/* Starts argv with these descriptors; -1 is /dev/null. */
static pid_t start(char *const argv[], int in, int out)
{
	pid_t pid = fork();

	if (pid < 0)
		give_up("fork");
	if (pid)
		return pid;
	setsid();
	if (in < 0)
		in = open("/dev/null", O_RDONLY);
	if (out < 0)
		out = open("/dev/null", O_WRONLY);
	dup2(in, 0);
	dup2(out, 1);
	dup2(out, 2);
	close_range(3, ~0U, 0);
	signal(SIGPIPE, SIG_DFL);
	execv(argv[0], argv);
	dprintf(2, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

/* Hands on what is in the pipe now; false when nobody holds its other end. */
static bool drain(int from, int to)
{
	char buf[4096];
	ssize_t got;

	while ((got = read(from, buf, sizeof(buf))) > 0)
		for (ssize_t done = 0, n; done < got; done += n) {
			n = write(to, buf + done, got - done);
			if (n < 0)
				give_up("ttyS1");
		}
	return got < 0 && errno == EAGAIN;
}

/*
 * Waits for pid, hands on what it prints and buries the orphans that come to
 * us. Returns its exit code, 128 + signal, or -1 after limit seconds.
 */
static int wait_for(pid_t pid, int from, int to, double limit)
{
	double end = now() + limit;
	int status;
	pid_t dead;

	while (now() < end) {
		drain(from, to);
		dead = waitpid(-1, &status, WNOHANG | __WALL);
		if (dead == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) :
						   128 + WTERMSIG(status);
		if (dead <= 0)
			usleep(5 * 1000);
	}
	return -1;
}

static void kill_all(void)
{
	double end = now() + 10;

	/* A fork bomb may need more than one blow. */
	while (now() < end) {
		kill(-1, SIGKILL);
		while (waitpid(-1, NULL, WNOHANG | __WALL) > 0)
			;
		if (waitpid(-1, NULL, WNOHANG | __WALL) < 0 && errno == ECHILD)
			return;
		usleep(5 * 1000);
	}
	say("processes are left that cannot be killed");
}

static int open_port(const char *path, bool raw)
{
	int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct termios tio;

	if (fd < 0)
		give_up(path);
	tcgetattr(fd, &tio);
	if (raw)
		cfmakeraw(&tio);
	tio.c_iflag |= IUTF8;
	tio.c_cflag |= CLOCAL | CREAD | CS8;
	cfsetspeed(&tio, B115200);
	tcsetattr(fd, TCSANOW, &tio);
	return fd;
}

/*
 * Runs a program to its end and everything it left behind to its. It prints
 * into a pipe, as programs behave otherwise on a terminal.
 */
static int run_program(char *const argv[], int to, double limit)
{
	int code, fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		give_up("pipe");
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	pid = start(argv, -1, fds[1]);
	close(fds[1]);
	code = wait_for(pid, fds[0], to, limit);
	kill_all();
	drain(fds[0], to);
	close(fds[0]);
	return code;
}

static void run_test(const char *name, int out, int limit)
{
	char path[PATH_MAX];
	char *argv[] = { path, NULL };
	int code;

	if (snprintf(path, sizeof(path), TESTS "/%s", name) >=
	    (int)sizeof(path))
		return;
	say("test %s", name);
	dprintf(out, "# begin %s\n", name);
	if (load_module())
		dprintf(out, "not ok %s - loading the module: %s\n", name,
			strerror(errno));
	code = run_program(argv, out, limit);
	/* The script may have died in the middle of a line. */
	if (code)
		dprintf(out, "\n");
	if (code < 0)
		dprintf(out, "not ok %s - not done after %d s\n", name, limit);
	if (unload_module())
		dprintf(out, "not ok %s - left the module in use: %s\n", name,
			strerror(errno));
	dprintf(out, "# end %s %d\n", name, code);
}

static int is_script(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && !strcmp(dot, ".sh");
}

static int run_tests(char **arguments)
{
	int out = open_port("/dev/ttyS1", true);
	struct dirent **names;
	int nr = scandir(TESTS, &names, is_script, alphasort);
	int limit = TEST_LIMIT;

	if (*arguments && !strncmp(*arguments, "limit=", 6))
		limit = atoi(*arguments + 6);
	if (nr < 0)
		give_up(TESTS);
	if (chdir(TESTS))
		give_up(TESTS);
	for (int i = 0; i < nr; i++)
		run_test(names[i]->d_name, out, limit);
	dprintf(out, "# finished\n");
	tcdrain(out);
	return CODE_FINISHED;
}

/* Starts the sample program; its standard input stays open as long as we do. */
static void start_gonzo(char pid[16])
{
	char *argv[] = { "/bin/gonzo", "lively", NULL };
	char line[256];
	int in[2], out[2];
	FILE *layout;

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		give_up("pipe");
	snprintf(pid, 16, "%d", start(argv, in[0], out[1]));
	close(in[0]);
	close(out[1]);
	layout = fdopen(out[0], "re");
	while (layout && fgets(line, sizeof(line), layout))
		if (!strcmp(line, "ready\n"))
			return;
	errno = ECHILD;
	give_up("gonzo");
}

/* The size comes as "rows columns" and a newline, whenever it changes. */
static void pass_on_size(int control, int tty)
{
	static char line[64];
	static size_t len;
	struct winsize size = { 0 };
	ssize_t got = read(control, line + len, sizeof(line) - 1 - len);

	if (got <= 0)
		return;
	len += got;
	line[len] = '\0';
	if (!strchr(line, '\n')) {
		if (len == sizeof(line) - 1)
			len = 0;
		return;
	}
	if (sscanf(line, "%hu %hu", &size.ws_row, &size.ws_col) == 2)
		ioctl(tty, TIOCSWINSZ, &size);
	len = 0;
}

static int run_viewer(const char *gonzo, int tty)
{
	char *argv[] = { "/bin/vmaview", (char *)gonzo, NULL };
	struct pollfd control = {
		.fd = open_port("/dev/ttyS2", true),
		.events = POLLIN,
	};
	pid_t pid = fork();
	int status;

	if (pid < 0)
		give_up("fork");
	if (!pid) {
		setsid();
		ioctl(tty, TIOCSCTTY, 0);
		dup2(tty, 0);
		dup2(tty, 1);
		dup2(tty, 2);
		signal(SIGPIPE, SIG_DFL);
		execv(argv[0], argv);
		_exit(127);
	}
	for (;;) {
		if (poll(&control, 1, 50) > 0)
			pass_on_size(control.fd, tty);
		if (waitpid(pid, &status, WNOHANG | WUNTRACED) != pid)
			continue;
		/* There is no shell to come back from. */
		if (WIFSTOPPED(status))
			kill(pid, SIGCONT);
		else
			return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
	}
}

/* rows= and cols= are ours, the rest is the viewer's environment. */
static int run_demo(char **settings)
{
	int tty = open_port("/dev/ttyS1", false);
	struct winsize size = { .ws_row = 24, .ws_col = 80 };
	char gonzo[16];
	int code;

	for (; *settings; settings++) {
		if (!strncmp(*settings, "rows=", 5))
			size.ws_row = atoi(*settings + 5);
		else if (!strncmp(*settings, "cols=", 5))
			size.ws_col = atoi(*settings + 5);
		else
			putenv(*settings);
	}
	ioctl(tty, TIOCSWINSZ, &size);
	if (load_module())
		give_up(MODULE);
	start_gonzo(gonzo);
	say("the viewer starts");
	code = run_viewer(gonzo, tty);
	tcdrain(tty);
	say("the viewer's exit code is %d", code);
	return code ? CODE_BROKEN : CODE_FINISHED;
}

static int run_show(char **arguments)
{
	char gonzo[16];
	char *argv[] = { "/bin/sh", "/tests/show", gonzo, NULL };
	int out = open_port("/dev/ttyS1", true);
	int code;

	(void)arguments;
	if (load_module())
		give_up(MODULE);
	start_gonzo(gonzo);
	code = run_program(argv, out, SHOW_LIMIT);
	tcdrain(out);
	say("the show's exit code is %d", code);
	return code ? CODE_BROKEN : CODE_FINISHED;
}

static int run_probe(char **arguments)
{
	(void)arguments;
	return CODE_FINISHED;
}

static const struct {
	const char *name;
	int (*run)(char **arguments);
} modes[] = {
	{ "probe", run_probe },
	{ "test", run_tests },
	{ "demo", run_demo },
	{ "show", run_show },
};

int main(int argc, char **argv)
{
	(void)argc;
	if (getpid() != 1) {
		fprintf(stderr, "init: for PID 1 of the lab VM only\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	umask(022);
	mount_all();
	clearenv();
	setenv("PATH", "/bin:/sbin", 1);
	setenv("HOME", "/root", 1);
	setenv("LANG", "C.UTF-8", 1);
	setenv("TERM", "dumb", 1);
	setenv("MODULE", MODULE, 1);
	/* In front of ours are kernel parameters that the kernel disowned. */
	while (*++argv)
		for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
			if (!strcmp(*argv, modes[i].name))
				power_off(modes[i].run(argv + 1));
	say("no mode among the arguments");
	power_off(CODE_BROKEN);
}
