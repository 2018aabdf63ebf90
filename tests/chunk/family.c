// SPDX-License-Identifier: GPL-2.0
/*
 * Every call of the family by itself: what it gives, at every size near a
 * boundary, and how it refuses what nobody can give.
 */
#include "cases.h"

#include <errno.h>
#include <malloc.h>

#define MIB (1UL << 20)

/* Hides a size from a compiler that knows better. */
static volatile size_t nothing;

static void expect_block(void *block, size_t size, size_t alignment)
{
	expect(block, "no %zu bytes", size);
	expect(!((uintptr_t)block % alignment), "%p is not aligned to %zu",
	       block, alignment);
	expect(malloc_usable_size(block) >= size, "%zu of %zu bytes usable",
	       malloc_usable_size(block), size);
}

/* Uses all that is said to be usable. */
static void use_and_free(void *block, size_t size)
{
	expect_block(block, size, ALIGNMENT);
	memset(block, 0xa5, malloc_usable_size(block));
	free(block);
}

static void sizes(void)
{
	for (size_t size = 0; size < 5000; size++)
		use_and_free(malloc(size), size);
	for (size_t power = 4096; power <= 64 * MIB; power *= 2) {
		for (size_t near = power - 72; near <= power + 72; near += 3)
			use_and_free(malloc(near), near);
	}
}

/* Many blocks at once, each whole until it is freed. */
static void many(void)
{
	enum { NR_BLOCKS = 20000 };
	static unsigned char *blocks[NR_BLOCKS];

	for (uint32_t round = 0; round < 3; round++) {
		for (uint32_t i = 0; i < NR_BLOCKS; i++) {
			blocks[i] = malloc(i % 700 + 1);
			expect_block(blocks[i], i % 700 + 1, ALIGNMENT);
			fill(blocks[i], i % 700 + 1, i);
		}
		for (uint32_t i = 0; i < NR_BLOCKS; i++) {
			uint32_t one = round == 1 ? NR_BLOCKS - 1 - i :
				       i * 7919 % NR_BLOCKS;

			expect(is_filled(blocks[one], one % 700 + 1, one),
			       "block %u is not as it was", one);
			free(blocks[one]);
		}
	}
}

static void nothing_asked(void)
{
	void *one = malloc(nothing), *other = malloc(nothing);

	expect(one && other && one != other, "malloc(0): %p and %p", one, other);
	free(one);
	expect(!realloc(other, nothing), "realloc to 0 gave a block");
	one = calloc(nothing, 5);
	expect(one, "calloc(0, 5) gave none");
	free(one);
	free(NULL);
	expect(!malloc_usable_size(NULL), "NULL has usable bytes");
	one = realloc(NULL, 100);
	use_and_free(one, 100);
}

static void dirty_heap(void)
{
	enum { NR_BLOCKS = 200 };
	void *blocks[NR_BLOCKS];

	for (size_t size = 16; size <= 2 * MIB; size = size * 3 / 2) {
		size_t nr = size > 65536 ? 4 : NR_BLOCKS;

		for (size_t i = 0; i < nr; i++) {
			blocks[i] = malloc(size);
			expect_block(blocks[i], size, ALIGNMENT);
			memset(blocks[i], 0xff, malloc_usable_size(blocks[i]));
		}
		for (size_t i = 0; i < nr; i++)
			free(blocks[i]);
	}
}

/* calloc clears what was used before, whatever path the chunk came by. */
static void zeroed(void)
{
	for (int round = 0; round < 3; round++) {
		dirty_heap();
		for (size_t size = 1; size <= 3 * MIB; size = size * 5 / 4 + 1) {
			unsigned char *block = calloc(1, size);

			expect_block(block, size, ALIGNMENT);
			for (size_t i = 0; i < size; i++)
				expect(!block[i], "byte %zu of %zu", i, size);
			memset(block, 0xff, malloc_usable_size(block));
			if (size % 3)
				free(block);
		}
	}
}

static void reallocated(void)
{
	static const size_t steps[] = { 1, 24, 25, 40, 100, 1000, 1032, 1033,
		5000, 60000, 131000, 131072, 135168, 200000, 500000, 3000000,
		40000000, 70000000, 3000001, 140000, 131049, 70000, 4000, 1040,
		500, 120, 24, 1 };
	unsigned char *block = NULL;
	size_t had = 0;

	for (int round = 0; round < 4; round++) {
		for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
			size_t size = steps[i] + (size_t)round * 8;

			block = realloc(block, size);
			expect_block(block, size, ALIGNMENT);
			expect(is_filled(block, had < size ? had : size, 7),
			       "from %zu to %zu bytes", had, size);
			fill(block, size, 7);
			had = size;
			/* Something behind it, so that it must move too. */
			if (round % 2)
				malloc(size % 1000 + 1);
		}
	}
	free(block);
}

static void aligned(void)
{
	for (size_t alignment = 8; alignment <= 4 * MIB; alignment *= 2) {
		for (size_t size = 1; size < 300000; size = size * 3 + 1) {
			void *block = memalign(alignment, size), *other;
			int code;

			expect_block(block, size, alignment);
			fill(block, size, 3);
			code = posix_memalign(&other, alignment, size);
			expect(!code, "posix_memalign says %d", code);
			expect_block(other, size, alignment);
			memset(other, 1, malloc_usable_size(other));
			free(other);
			other = aligned_alloc(alignment, size);
			expect_block(other, size, alignment);
			memset(other, 1, malloc_usable_size(other));
			expect(is_filled(block, size, 3), "not as it was");
			block = realloc(block, size * 2);
			expect_block(block, size * 2, ALIGNMENT);
			expect(is_filled(block, size, 3), "lost by realloc");
			free(block);
			free(other);
		}
	}
}

static void paged(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	for (size_t size = 1; size < 500000; size = size * 3 + 1) {
		void *block = valloc(size);

		expect_block(block, size, page);
		free(block);
		block = pvalloc(size);
		expect_block(block, (size + page - 1) / page * page, page);
		free(block);
	}
}

static void misaligned(void)
{
	void *block = &block;
	int code;

	for (size_t alignment = 1; alignment < 200; alignment++) {
		if (alignment % sizeof(void *) == 0 &&
		    (alignment & (alignment - 1)) == 0)
			continue;
		code = posix_memalign(&block, alignment, 10);
		expect(code == EINVAL, "alignment %zu: %d", alignment, code);
	}
	code = posix_memalign(&block, nothing, 10);
	expect(code == EINVAL, "alignment 0: %d", code);
	expect(block == &block, "a refused posix_memalign wrote its result");
}

static void expect_none(void *block, const char *what, size_t size)
{
	expect(!block, "%s of %zu gave %p", what, size, block);
	expect(errno == ENOMEM || (errno == EINVAL && strstr(what, "aligned")),
	       "%s of %zu: errno is %d", what, size, errno);
	errno = 0;
}

/* What no address space holds, and what overflows on the way there. */
static void absurd(void)
{
	static const size_t bases[] = { SIZE_MAX, SIZE_MAX / 2 + 1,
		SIZE_MAX / 2 + 40, SIZE_MAX - 4096, SIZE_MAX - 2 * MIB };
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *kept = malloc(1000), *kept_big = malloc(3 * MIB);
	volatile size_t half = SIZE_MAX / 2;

	fill(kept, 1000, 5);
	fill(kept_big, 3 * MIB, 6);
	errno = 0;
	for (size_t i = 0; i < sizeof(bases) / sizeof(*bases); i++) {
		for (size_t less = 0; less < 40; less++) {
			size_t size = bases[i] - less + nothing;
			void *block = NULL;
			int code;

			/* Half of 32 bits can be had. */
			if (sizeof(size_t) == 4 && size <= SIZE_MAX / 2)
				continue;
			expect_none(malloc(size), "malloc", size);
			expect_none(calloc(size, 1), "calloc", size);
			expect_none(calloc(1, size), "calloc", size);
			expect_none(calloc(size, size), "calloc", size);
			expect_none(realloc(kept, size), "realloc", size);
			expect_none(realloc(kept_big, size), "realloc", size);
			expect_none(reallocarray(kept, size, 3),
				    "reallocarray", size);
			expect_none(memalign(64, size), "memalign", size);
			expect_none(memalign(page, size), "memalign", size);
			expect_none(memalign(MIB, size), "memalign", size);
			expect_none(aligned_alloc(256, size),
				    "aligned_alloc", size);
			expect_none(valloc(size), "valloc", size);
			expect_none(pvalloc(size), "pvalloc", size);
			code = posix_memalign(&block, 64, size);
			expect(code == ENOMEM && !block,
			       "posix_memalign of %zu: %d", size, code);
			expect_none(memalign(size, 10), "aligned to it", size);
		}
	}
	expect_none(memalign(page, -page), "memalign", -page);
	expect_none(memalign(half + 1, 1), "aligned to it", half + 1);
	expect_none(calloc(half + 2, 2), "calloc", 2);
	expect_none(calloc(1UL << (sizeof(size_t) * 4),
			   1UL << (sizeof(size_t) * 4)), "calloc", 0);
	expect_none(reallocarray(NULL, half + 2, 2), "reallocarray", 2);
	expect(is_filled(kept, 1000, 5), "refused, and not as it was");
	expect(is_filled(kept_big, 3 * MIB, 6), "refused, and not as it was");
	free(kept);
	free(kept_big);
}

static void errno_kept(void)
{
	static const size_t steps[] = { 1, 100, 2000, 100000, 200000, 50000000 };

	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
			void *block = malloc(steps[i]);

			errno = 1234;
			free(block);
			expect(errno == 1234, "%zu bytes: %d", steps[i], errno);
		}
	}
	free(NULL);
	expect(errno == 1234, "free(NULL) set it to %d", errno);
}

static void counted(void)
{
	struct mallinfo2 before = mallinfo2(), after;
	void *big = malloc(64 * MIB), *small[1000];

	for (int i = 0; i < 1000; i++)
		small[i] = malloc(5000);
	after = mallinfo2();
	expect(after.hblks == before.hblks + 1, "%zu mapped blocks, %zu before",
	       after.hblks, before.hblks);
	expect(after.hblkhd >= before.hblkhd + 64 * MIB, "%zu bytes mapped",
	       after.hblkhd);
	expect(after.uordblks >= before.uordblks + 5000000,
	       "%zu bytes in use, %zu before", after.uordblks, before.uordblks);
	expect(after.arena >= after.uordblks, "%zu bytes, %zu in use",
	       after.arena, after.uordblks);
	free(big);
	for (int i = 0; i < 1000; i++)
		free(small[i]);
	malloc_trim(0);
	before = mallinfo2();
	expect(before.hblks == after.hblks - 1, "%zu mapped blocks after free",
	       before.hblks);
	expect(before.uordblks + 4000000 < after.uordblks,
	       "%zu bytes in use, %zu before", before.uordblks, after.uordblks);
}

static void options(void)
{
	unsigned char *block;

	expect(mallopt(M_MXFAST, 64) == 1, "M_MXFAST");
	expect(mallopt(M_TRIM_THRESHOLD, 1 << 20) == 1, "M_TRIM_THRESHOLD");
	expect(mallopt(M_TOP_PAD, 1 << 16) == 1, "M_TOP_PAD");
	expect(mallopt(M_MMAP_THRESHOLD, 1 << 20) == 1, "M_MMAP_THRESHOLD");
	expect(mallopt(M_MMAP_MAX, 100) == 1, "M_MMAP_MAX");
	expect(mallopt(M_ARENA_TEST, 2) == 1, "M_ARENA_TEST");
	expect(mallopt(M_ARENA_MAX, 4) == 1, "M_ARENA_MAX");
	expect(mallopt(M_CHECK_ACTION, 3) == 1, "M_CHECK_ACTION");
	use_and_free(malloc(1000000), 1000000);
	expect(!mallinfo2().hblks, "under the threshold, and mapped");
	expect(mallopt(M_MMAP_MAX, 0) == 1, "M_MMAP_MAX of none");
	block = malloc(8 * MIB);
	expect(!mallinfo2().hblks, "none may be mapped, and one is");
	use_and_free(block, 8 * MIB);
	expect(mallopt(M_PERTURB, 0x5a) == 1, "M_PERTURB");
	block = malloc(3333);
	expect_block(block, 3333, ALIGNMENT);
	for (int i = 0; i < 3333; i++)
		expect(block[i] == 0xa5, "byte %d is %#x", i, block[i]);
	free(block);
	block = calloc(1, 3333);
	for (int i = 0; i < 3333; i++)
		expect(!block[i], "byte %d of calloc is %#x", i, block[i]);
}

static const char *caught(void (*print)(FILE *file), FILE *over, char *text,
			  size_t size)
{
	FILE *file = tmpfile();
	int kept = over ? dup(fileno(over)) : -1;
	ssize_t length;

	if (over) {
		fflush(over);
		dup2(fileno(file), fileno(over));
	}
	print(file);
	fflush(file);
	if (over)
		dup2(kept, fileno(over));
	length = pread(fileno(file), text, size - 1, 0);
	fclose(file);
	text[length < 0 ? 0 : length] = 0;
	return text;
}

static void print_info(FILE *file)
{
	expect(!malloc_info(0, file), "malloc_info failed");
}

static void print_stats(FILE *unused)
{
	(void)unused;
	malloc_stats();
}

static void reports(void)
{
	char text[16384];
	FILE *none;

	free(malloc(100));
	caught(print_info, NULL, text, sizeof(text));
	expect(strstr(text, "<malloc version=\""), "%.60s", text);
	expect(strstr(text, "</malloc>"), "it has no end: %.60s", text);
	none = fopen("/dev/null", "w");
	expect(malloc_info(1, none) != 0, "malloc_info(1) did not refuse");
	caught(print_stats, stderr, text, sizeof(text));
	expect(strstr(text, "Arena 0:\nsystem bytes     = "), "%.60s", text);
	expect(strstr(text, "\nTotal (incl. mmap):\n"), "%.60s", text);
	expect(strstr(text, "\nmax mmap regions = "), "%.60s", text);
}

/* What is free goes back, and what is not stays as it was. */
static void trimmed(void)
{
	enum { NR_BLOCKS = 3000 };
	static char *blocks[NR_BLOCKS];

	for (uint32_t i = 0; i < NR_BLOCKS; i++) {
		blocks[i] = malloc(3000);
		fill(blocks[i], 3000, i);
	}
	for (uint32_t i = 0; i < NR_BLOCKS; i++) {
		if (i % 100 && i > 500)
			free(blocks[i]);
	}
	expect(malloc_trim(0) == 1, "nothing was given back");
	for (uint32_t i = 0; i < NR_BLOCKS; i++) {
		if (i % 100 && i > 500)
			continue;
		expect(is_filled(blocks[i], 3000, i), "block %u", i);
		free(blocks[i]);
	}
	malloc_trim(1000);
	malloc_trim(SIZE_MAX / 2);
	use_and_free(malloc(3000), 3000);
}

static const struct test_case cases[] = {
	{ "case-37-sizes", sizes },
	{ "many", many },
	{ "nothing", nothing_asked },
	{ "zeroed", zeroed },
	{ "reallocated", reallocated },
	{ "aligned", aligned },
	{ "paged", paged },
	{ "misaligned", misaligned },
	{ "absurd", absurd },
	{ "errno", errno_kept },
	{ "counted", counted },
	{ "options", options },
	{ "reports", reports },
	{ "trimmed", trimmed },
	{ NULL, NULL }
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, "family", cases);
}
