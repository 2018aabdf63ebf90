// SPDX-License-Identifier: GPL-2.0
/*
 * The article's programs: what the first call of a process costs, told by the
 * break and by the list of areas. Sizes of 64 bit.
 */
#include "cases.h"

#include <malloc.h>
#include <sys/mman.h>

#define PAGE 4096UL
#define KIB 1024UL
/* The largest request that the break serves: 131072, less what a used chunk
   costs and the rounding to 16 bytes. */
#define LARGEST (131072 - 24)

static char *before;

static size_t grown(void)
{
	return (size_t)((char *)sbrk(0) - before);
}

/* Whether an area of the process holds this address, or one ends there. */
static int is_mapped(const void *address)
{
	unsigned char there;

	return mincore((void *)((uintptr_t)address & -PAGE), PAGE, &there) == 0;
}

static void nothing(void)
{
	char *block = malloc(0);

	expect(grown() == 135168, "the break grew by %zu", grown());
	expect(block == before + 16, "%p, and the heap is at %p", (void *)block,
	       (void *)before);
	expect(malloc_usable_size(block) == 24, "%zu bytes usable",
	       malloc_usable_size(block));
	expect(mallinfo2().arena == 135168, "%zu bytes of the system",
	       mallinfo2().arena);
	expect(mallinfo2().uordblks == 32, "%zu bytes in use",
	       mallinfo2().uordblks);
	expect(!mallinfo2().hblks, "something is mapped");
}

static void largest(void)
{
	char *block = malloc(LARGEST);

	expect(grown() == 0x41000, "the break grew by %#zx", grown());
	expect(block == before + 16, "%p, and the heap is at %p", (void *)block,
	       (void *)before);
}

static void one_more(void)
{
	char *block = malloc(LARGEST + 1);

	expect(!grown(), "the break grew by %#zx", grown());
	expect((uintptr_t)block % PAGE == 16, "%p begins no map", (void *)block);
	expect(mallinfo2().hblks == 1 && mallinfo2().hblkhd == 135168,
	       "%zu maps of %zu bytes", mallinfo2().hblks, mallinfo2().hblkhd);
	expect(is_mapped(block + 135167 - 16), "it is no 135168 bytes");
	free(block);
	expect(!is_mapped(block), "it is still there after free");
	expect(!mallinfo2().hblks, "it is still counted");
	/* And the threshold stands. */
	block = malloc(LARGEST + 1);
	expect((uintptr_t)block % PAGE == 16 && !grown(),
	       "the threshold has moved: %p", (void *)block);
}

/* A used chunk borrows a word of the next one: it costs 8 bytes, not 16. */
static void borrowed(void)
{
	static const struct {
		size_t asked, usable;
	} cases[] = { { 0, 24 }, { 1, 24 }, { 24, 24 }, { 25, 40 }, { 40, 40 },
		      { 41, 56 }, { 1000, 1000 }, { 1001, 1016 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *one = malloc(cases[i].asked), *next = malloc(1);

		expect(malloc_usable_size(one) == cases[i].usable,
		       "%zu of %zu", malloc_usable_size(one), cases[i].asked);
		expect((size_t)(next - one) == cases[i].usable + 8,
		       "%zu bytes cost %zu", cases[i].asked,
		       (size_t)(next - one));
	}
}

/* A free top above the trim threshold goes back by itself. */
static void shrunk(void)
{
	enum { NR_BLOCKS = 10 };
	char *blocks[NR_BLOCKS];
	size_t most;

	for (int i = 0; i < NR_BLOCKS; i++)
		blocks[i] = malloc(100000);
	most = grown();
	expect(most >= NR_BLOCKS * 100000, "the break grew by %zu", most);
	for (int i = NR_BLOCKS; i--;)
		free(blocks[i]);
	expect(grown() <= 264 * KIB, "%zu bytes are still there", grown());
	expect(grown() % PAGE == 0, "%zu bytes are no pages", grown());
}

/* malloc_trim gives back whole pages, and keeps what it was told to. */
static void trimmed(void)
{
	char *first = malloc(100), *rest = malloc(100000);
	size_t most = grown();

	free(rest);
	expect(grown() == most, "under the threshold, and trimmed");
	expect(malloc_trim(20000) == 1, "nothing to trim");
	expect(grown() % PAGE == 0 && grown() >= 20000 && grown() < most,
	       "from %zu to %zu", most, grown());
	most = grown();
	expect(malloc_trim(0) == 1, "nothing more to trim");
	expect(grown() == PAGE && grown() < most, "from %zu to %zu", most,
	       grown());
	expect(malloc_trim(0) == 0, "trimmed once more");
	fill(first, 100, 1);
	fill(malloc(3000), 3000, 2);
	expect(is_filled(first, 100, 1), "the first block has gone with it");
}

static const struct test_case cases[] = {
	{ "nothing", nothing },
	{ "largest", largest },
	{ "one-more", one_more },
	{ "borrowed", borrowed },
	{ "shrunk", shrunk },
	{ "trimmed", trimmed },
	{ NULL, NULL }
};

/* For a look from outside, with the name of a case: that case and no child. */
static int run_bare(const char *name)
{
	if (!strcmp(name, "stats")) {
		malloc(0);
		malloc_stats();
		return 0;
	}
	if (!strcmp(name, "largest"))
		return !malloc(LARGEST);
	if (!strcmp(name, "one-more")) {
		free(malloc(LARGEST + 1));
		return 0;
	}
	return 2;
}

int main(int argc, char **argv)
{
	before = sbrk(0);
	if (argc == 3 && !strcmp(argv[1], "bare"))
		return run_bare(argv[2]);
	return run_cases(argc, argv, "article", cases);
}
