// SPDX-License-Identifier: GPL-2.0
/*
 * mtrace() in programs that make it hard: that load libraries meanwhile, close
 * descriptors that they have not opened, fork.
 */
#include "cases.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <mcheck.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

static char path[] = "/tmp/traced.XXXXXX";

static void begin(void)
{
	int fd = mkstemp(path);

	expect(fd >= 0, "no file");
	close(fd);
	setenv("MALLOC_TRACE", path, 1);
	mtrace();
}

/* What the file has by now, and no file any more. */
static char *read_trace(void)
{
	static char text[1 << 20];
	int fd = open(path, O_RDONLY);
	ssize_t length = read(fd, text, sizeof(text) - 1);

	expect(length >= 0, "no trace");
	close(fd);
	unlink(path);
	return text;
}

static int ends_in(const char *text, const char *end)
{
	size_t length = strlen(text), wanted = strlen(end);

	return length >= wanted && !strcmp(text + length - wanted, end);
}

static void whole(void)
{
	char line[100], *text;
	void *block;

	begin();
	block = malloc(0x1234);
	block = realloc(block, 0x2345);
	free(block);
	muntrace();
	text = read_trace();
	expect(!strncmp(text, "= Start\n@ ", 10), "begins: %.20s", text);
	snprintf(line, sizeof(line), "] - %p\n= End\n", block);
	expect(ends_in(text, line), "it is %s", text);
	expect(strstr(text, " 0x1234\n") && strstr(text, " 0x2345\n"),
	       "it is %s", text);
}

static atomic_int is_over;

static void *allocate(void *unused)
{
	for (size_t i = 0; !atomic_load(&is_over); i++)
		free(malloc(i % 300));
	return unused;
}

/* Whoever loads holds the loader's lock, and allocates. */
static void loading(void)
{
	static const char *const names[] = { "libresolv.so.2", "libanl.so.1",
					     "libnsl.so.1", "libnone.so.0" };
	pthread_t thread;

	setenv("MALLOC_TRACE", "/dev/null", 1);
	mtrace();
	expect(!pthread_create(&thread, NULL, allocate, NULL), "no thread");
	for (int i = 0; i < 400; i++) {
		void *library = dlopen(names[i % 4], RTLD_NOW);

		if (library)
			dlclose(library);
		else
			dlerror();
	}
	atomic_store(&is_over, 1);
	pthread_join(thread, NULL);
	muntrace();
}

/* A thread that is to be cancelled is so at its own places, not at ours. */
static void *cancel_oneself(void *block)
{
	pthread_cancel(pthread_self());
	*(void **)block = malloc(100);
	*(void **)block = realloc(*(void **)block, 5000);
	pthread_testcancel();
	return NULL;
}

static void cancelled(void)
{
	void *block = NULL, *result;
	pthread_t thread;

	setenv("MALLOC_TRACE", "/dev/null", 1);
	mtrace();
	for (int i = 0; i < 20; i++) {
		expect(!pthread_create(&thread, NULL, cancel_oneself, &block),
		       "no thread");
		pthread_join(thread, &result);
		expect(result == PTHREAD_CANCELED, "not cancelled");
		expect(block, "cancelled in malloc");
		free(block);
		block = NULL;
	}
	muntrace();
}

/* All descriptors are closed, and then the program's own file is everywhere. */
static void closed(void)
{
	char data[] = "/tmp/traced-data.XXXXXX";
	struct stat stat;
	int fd;

	begin();
	close_range(3, ~0u, 0);
	free(malloc(10));
	fd = mkstemp(data);
	expect(fd >= 0, "no file");
	for (int other = fd + 1; other < 1024; other++)
		dup2(fd, other);
	free(malloc(10));
	muntrace();
	expect(!fstat(fd, &stat) && !stat.st_size, "%ld bytes in our file",
	       (long)stat.st_size);
	expect(fcntl(1000, F_GETFD) >= 0, "it has closed ours");
	unlink(data);
	expect(!strstr(read_trace(), "= End"), "it was told of the end");
}

/* A file of the lowest numbers is where programs expect it. */
static void unseen(void)
{
	int before = open("/dev/null", O_RDONLY), fd;

	begin();
	fd = open("/dev/null", O_RDONLY);
	expect(fd == before + 1, "the next is %d, not %d", fd, before + 1);
	muntrace();
	read_trace();
}

/* What a child allocates is not its parent's. */
static void forked(void)
{
	char *text, line[100];
	void *block;
	pid_t child;

	begin();
	child = fork();
	if (!child) {
		free(malloc(0x4321));
		exit(0);
	}
	expect(waitpid(child, NULL, 0) == child, "no child");
	block = malloc(0x1234);
	muntrace();
	text = read_trace();
	snprintf(line, sizeof(line), "] + %p 0x1234\n= End\n", block);
	expect(!strstr(text, "0x4321"), "it is %s", text);
	expect(ends_in(text, line), "it is %s", text);
}

static const struct test_case cases[] = {
	{ "whole", whole },
	{ "loading", loading },
	{ "cancelled", cancelled },
	{ "closed", closed },
	{ "unseen", unseen },
	{ "forked", forked },
	{ NULL, NULL }
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, "traced", cases);
}
