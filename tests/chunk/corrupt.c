// SPDX-License-Identifier: GPL-2.0
/*
 * Each way to damage a heap, in a child that is to be stopped for it: by a
 * message that names a block it is about, and by abort, before the damage did
 * anything else. CASES.need is the least level of checks at which it must be.
 */
#include "cases.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define RUBBISH (SIZE_MAX / 0xff * 0x41)
/* Turns a link, however it is mixed, into one of no multiple of 8. */
#define OFF	((uintptr_t)0x4144)

enum level { NONE, FAST, FULL, GUARD };

static enum level level_now(void)
{
	const char *options = getenv("VMACHUNK_OPTIONS");

	if (options && strstr(options, "check=full"))
		return FULL;
	if (options && strstr(options, "check=guard"))
		return GUARD;
	return FAST;
}

enum { NR_DEEP = 60000, NR_NAMES = NR_DEEP + 8 };

/* Addresses of blocks that a message may name, shared with the parent. */
static struct names {
	unsigned int nr;
	const void *blocks[NR_NAMES];
} *names;

static void name(const void *block)
{
	names->blocks[names->nr++ % NR_NAMES] = block;
}

/* A compiler that knew where these come from would warn of all that follows. */
static void *take(size_t size)
{
	void *volatile hidden = malloc(size);
	void *block = hidden;

	memset(block, 0, size);
	name(block);
	return block;
}

/* The words in front of a block: what was before, its own size. */
static size_t *header(void *block)
{
	return (size_t *)block - 2;
}

/* One past what may be written to: the size of the next chunk. */
static char *end(void *block)
{
	return (char *)block + (header(block)[1] & ~(size_t)7) - sizeof(size_t);
}

static void double_small(void)
{
	char *block = take(24);

	take(24);
	free(block);
	free(block);
}

/* Not the newest of the free ones of its size. */
static void double_older(void)
{
	char *one = take(24), *other = take(24);

	take(24);
	free(one);
	free(other);
	free(one);
}

static void double_middle(void)
{
	char *block = take(2000);

	take(2000);
	free(block);
	free(block);
}

static void double_large(void)
{
	char *block = take(100000);

	take(24);
	free(block);
	free(block);
}

/* It has become part of the top. */
static void double_top(void)
{
	char *block = take(60000);

	free(block);
	free(block);
}

static void *free_it(void *block)
{
	free(block);
	return NULL;
}

static void double_in_thread(void)
{
	char *block = take(24);
	pthread_t thread;

	take(24);
	free(block);
	if (!pthread_create(&thread, NULL, free_it, block))
		pthread_join(thread, NULL);
}

static void inside(void)
{
	char *block = take(2000);

	name(block + 160);
	free(block + 160);
}

static void misaligned(void)
{
	char *block = take(2000);

	name(block + 8);
	free(block + 8);
}

static void odd(void)
{
	char *block = take(2000);

	name(block + 1);
	free(block + 1);
}

static void of_stack(void)
{
	char block[256] __attribute__((aligned(16))) = "";

	take(24);
	name(block + 64);
	free(block + 64);
}

static void of_data(void)
{
	static char block[256] __attribute__((aligned(16)));

	take(24);
	name(block + 64);
	free(block + 64);
}

/* A map of somebody else's, which says nothing in front. */
static void of_map(void)
{
	char *block = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	take(24);
	name(block + 4096);
	free(block + 4096);
}

/* And one that looks like a chunk which was mapped. */
static void of_false_map(void)
{
	char *block = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	take(24);
	block += 4096 + 48;
	header(block)[1] = 1024 | 2;
	name(block);
	free(block);
}

static void realloc_inside(void)
{
	char *block = take(2000);

	name(block + 160);
	if (!realloc(block + 160, 4000))
		return;
}

static void realloc_freed(void)
{
	char *block = take(2000);

	take(24);
	free(block);
	if (!realloc(block, 4000))
		return;
}

/* Over the size of the next one, which is freed then. */
static void over_size(void)
{
	char *block = take(2000), *next = take(2000);

	take(24);
	memset(end(block), 0x41, 8);
	free(next);
}

/* One zero too much: the next one believes that this one is free. */
static void over_by_one(void)
{
	char *block = take(2040), *next = take(2040);

	take(24);
	*end(block) = 0;
	free(next);
}

static void over_by_page(void)
{
	char *block = take(2000), *next = take(20000);

	take(24);
	memset(end(block), 0x41, 4096);
	free(next);
}

/* The same, but the damaged one is not touched: its neighbour is. */
static void over_next(void)
{
	char *block = take(2000), *next = take(2000);

	take(24);
	header(next)[1] = RUBBISH;
	free(block);
}

/* Within what the rounding left: nobody else's. */
static void over_asked(void)
{
	char *block = take(20);

	block[20] = 1;
	free(block);
}

static void links(size_t size)
{
	char *before = take(24), *block = take(size);
	void **words = (void **)block;

	take(24);
	free(block);
	words[0] = words[1] = (void *)before;
	for (int i = 0; i < 3; i++)
		take(size);
}

/* The list of a bin: what both neighbours say must agree. */
static void links_middle(void)
{
	links(3000);
}

static void links_large(void)
{
	links(90000);
}


/* A list with one link: no address of a block, or not aligned. */
static void link_small(void)
{
	void **block = take(24), **other = take(24);

	take(24);
	free(other);
	free(block);
	*(uintptr_t *)block ^= OFF;
	for (int i = 0; i < 3; i++)
		take(24);
}

/* So that the cache of a thread is full, and fast bins or others have it. */
static void link_deep(void)
{
	static void **blocks[NR_DEEP];
	/* Full checks take their time, and there are no caches then. */
	int nr = level_now() > FAST ? 1000 : NR_DEEP;

	for (int i = 0; i < nr; i++)
		blocks[i] = malloc(24);
	for (int i = 0; i < nr; i++)
		free(blocks[i]);
	for (int i = 0; i < nr; i++) {
		*(uintptr_t *)blocks[i] ^= OFF;
		name(blocks[i]);
	}
	for (int i = 0; i < nr; i++)
		blocks[i] = malloc(24);
}

/* What a free chunk says at its end, which is the next one's prev_size. */
static void freed_end(void)
{
	char *block = take(100000);

	take(24);
	free(block);
	((size_t *)end(block))[-1] = 0x4140;
	take(90000);
	take(90000);
}

static void freed_size(void)
{
	char *block = take(100000);

	take(24);
	free(block);
	header(block)[1] += 4096;
	take(90000);
	take(90000);
}

/* The end of the heap is said to be farther away than anything. */
static void top(void)
{
	char *block = take(100);
	size_t *size = (size_t *)end(block);

	size[0] = (size_t)-1;
	name(size + 1);
	take(4000000000);
	take(100000);
}

/* A map's chunk that says to have begun elsewhere. */
static void map_begin(void)
{
	char *block = take(40000000);

	header(block)[0] = 0x5150;
	free(block);
}

static void map_size(void)
{
	char *block = take(40000000);

	header(block)[1] += 0x123450;
	free(block);
}

static const struct kind {
	const char *name;
	void (*run)(void);
	enum level need;	/* in the profile fast */
	enum level article;	/* without caches */
	bool is_glibc;		/* glibc stops it too */
} kinds[] = {
	{ "double-small", double_small, FAST, FAST, true },
	{ "double-older", double_older, FAST, FULL, true },
	{ "double-middle", double_middle, FAST, FAST, true },
	{ "double-large", double_large, FAST, FAST, true },
	{ "double-top", double_top, FAST, FAST, true },
	{ "double-in-thread", double_in_thread, FULL, FAST, false },
	{ "inside", inside, FAST, FAST, true },
	{ "misaligned", misaligned, FAST, FAST, true },
	{ "odd", odd, FAST, FAST, true },
	{ "stack", of_stack, FAST, FAST, true },
	{ "data", of_data, FAST, FAST, true },
	{ "map", of_map, FAST, FAST, true },
	{ "false-map", of_false_map, FAST, FAST, true },
	{ "realloc-inside", realloc_inside, FAST, FAST, true },
	{ "realloc-freed", realloc_freed, FULL, FAST, false },
	{ "over-size", over_size, FAST, FAST, true },
	{ "over-by-one", over_by_one, FULL, FAST, true },
	{ "over-by-page", over_by_page, FAST, FAST, true },
	{ "over-next", over_next, FULL, FAST, true },
	{ "over-asked", over_asked, GUARD, GUARD, false },
	{ "links-middle", links_middle, FULL, FAST, true },
	{ "links-large", links_large, FULL, FAST, true },
	{ "link-small", link_small, FAST, FAST, true },
	{ "link-deep", link_deep, FAST, FAST, true },
	{ "freed-end", freed_end, FULL, FAST, true },
	{ "freed-size", freed_size, FULL, FAST, true },
	{ "top", top, FAST, FAST, true },
	{ "map-begin", map_begin, FAST, FAST, true },
	{ "map-size", map_size, FAST, FAST, true },
	{ NULL, NULL, NONE, NONE, false }
};

/* Runs one in a child; its end, and in text what it said. */
static int damage(const struct kind *kind, char *text, size_t size)
{
	struct rlimit none = { 0, 0 };
	int status, ends[2];
	ssize_t length = 0, got;
	pid_t child;

	memset(names, 0, sizeof(*names));
	if (pipe(ends))
		return -1;
	child = fork();
	if (!child) {
		alarm(60);
		setrlimit(RLIMIT_CORE, &none);
		dup2(ends[1], STDERR_FILENO);
		kind->run();
		_exit(0);
	}
	close(ends[1]);
	while ((got = read(ends[0], text + length, size - 1 - length)) > 0)
		length += got;
	close(ends[0]);
	text[length] = 0;
	text[strcspn(text, "\n")] = 0;
	waitpid(child, &status, 0);
	return status;
}

/* The block that the message is about is one of those. */
static bool is_named(const char *text)
{
	const char *found = strstr(text, ": block 0x");
	uintptr_t address;

	if (!found)
		return false;
	address = strtoul(found + strlen(": block "), NULL, 16);
	for (unsigned int i = 0; i < names->nr && i < NR_NAMES; i++)
		if ((uintptr_t)names->blocks[i] == address)
			return true;
	return false;
}

/* argv[1] goes into the names; "glibc" says whose allocator it is. */
int main(int argc, char **argv)
{
	const char *tag = argc > 1 ? argv[1] : "here";
	const char *profile = getenv("VMACHUNK_PROFILE");
	bool is_glibc = !strcmp(tag, "glibc");
	bool is_article = profile && !strcmp(profile, "article");
	char text[1024];
	int nr_bad = 0;

	names = mmap(NULL, sizeof(*names), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (const struct kind *kind = kinds; kind->name; kind++) {
		enum level need = is_article ? kind->article : kind->need;
		const char *why = NULL;
		int status;

		if (argc > 2 && strcmp(argv[2], kind->name))
			continue;
		if (is_glibc ? !kind->is_glibc : need > level_now())
			continue;
		status = damage(kind, text, sizeof(text));
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT)
			why = WIFSIGNALED(status) ? "killed, and not by abort" :
			      "nobody noticed";
		else if (!is_glibc && !is_named(text))
			why = "no block is named";
		nr_bad += why != NULL;
		if (why)
			say("not ok chunk/corrupt %s case-40 %s - %s: %s\n",
			    tag, kind->name, why, text);
		else
			say("ok chunk/corrupt %s case-40 %s: %s\n", tag,
			    kind->name, is_glibc ? "" : text);
	}
	return nr_bad > 0;
}
