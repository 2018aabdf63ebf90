// SPDX-License-Identifier: GPL-2.0
/* Entries as the kernel writes them, against what we read from them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/entry.h"
#include "model/pages.h"

#define P		0x001ULL
#define RW		0x002ULL
#define A		0x020ULL
#define D		0x040ULL
#define PS		0x080ULL
#define PROT_NONE	0x100ULL
#define NX		(1ULL << 63)
#define FRAMES		0x000ffffffffff000ULL

static struct entry_bit bits[ENTRY_BITS_MAX];

/* A walk that ends at level with this entry. */
static struct entry_walk ends_with(enum level level, uint64_t raw,
				   uint32_t state)
{
	static const unsigned int shifts[] = { 12, 21, 30, 39, 39 };
	struct entry_walk walk = { .state = state, .in_vma = true };

	for (int l = LEVEL_PGD; l >= (int)level; l--) {
		if (l == LEVEL_P4D)
			continue;
		walk.levels[walk.nr_levels++] = (struct entry_level){
			.level = l, .shift = shifts[l], .entries = 512,
			.raw = l == (int)level ? raw : 0x123067,
			.raw_mask = UINT64_MAX,
		};
	}
	return walk;
}

static const struct entry_bit *bit(size_t nr, const char *name)
{
	for (size_t i = 0; i < nr; i++)
		if (!strcmp(bits[i].name, name))
			return &bits[i];
	fail_msg("no field %s", name);
	return NULL;
}

static uint64_t value(size_t nr, const char *name)
{
	assert_true(bit(nr, name)->known);
	return bit(nr, name)->value;
}

static const char *machine = "x86_64";

static size_t read_last(const struct entry_walk *walk)
{
	return entry_bits(machine, walk, walk->nr_levels - 1, bits);
}

static enum entry_form form(const struct entry_walk *walk)
{
	return entry_form(machine, walk, walk->nr_levels - 1);
}

static void test_page(void **state)
{
	struct entry_walk walk = ends_with(LEVEL_PTE, NX | 5ULL << 59 |
			0x123456000 | 0x800 | A | D | RW | 4 | P, PAGE_ANON);
	size_t nr = read_last(&walk);

	(void)state;
	assert_int_equal(form(&walk), ENTRY_IS_PAGE);
	assert_int_equal(value(nr, "frame"), 0x123456);
	assert_int_equal(value(nr, "XD"), 1);
	assert_int_equal(value(nr, "PK"), 5);
	assert_int_equal(value(nr, "SD"), 1);
	assert_int_equal(value(nr, "UW"), 0);
	assert_int_equal(value(nr, "D"), 1);
	assert_int_equal(value(nr, "A"), 1);
	assert_int_equal(value(nr, "PAT"), 0);
	assert_int_equal(value(nr, "G"), 0);
	assert_int_equal(value(nr, "U/S"), 1);
	assert_int_equal(value(nr, "R/W"), 1);
	assert_int_equal(value(nr, "P"), 1);
	walk = ends_with(LEVEL_PTE, P | 1ULL << 58 | 1ULL << 57 | 0x280,
			 PAGE_PFNMAP);
	nr = read_last(&walk);
	assert_int_equal(value(nr, "VD"), 1);
	assert_int_equal(value(nr, "DM"), 1);
	assert_int_equal(value(nr, "SP"), 1);
	assert_int_equal(value(nr, "PAT"), 1);
}

/* As pfn_pte() stores it when P is 0: the frame inverted. */
static void test_prot_none(void **state)
{
	uint64_t raw = (~(0x1234ULL << 12) & FRAMES) | PROT_NONE | A;
	struct entry_walk walk = ends_with(LEVEL_PTE, raw,
					   PAGE_ANON | PAGE_PROT_NONE);
	char text[300];
	size_t nr = read_last(&walk);

	(void)state;
	assert_int_equal(form(&walk), ENTRY_IS_PAGE);
	assert_int_equal(value(nr, "frame"), 0x1234);
	assert_int_equal(value(nr, "PN"), 1);
	assert_int_equal(value(nr, "P"), 0);
	entry_end("x86_64", &walk, text, sizeof(text));
	assert_non_null(strstr(text, "allows no access"));
}

static void test_huge(void **state)
{
	struct entry_walk walk = ends_with(LEVEL_PMD, 0x40000000 | 0x1000 |
					   PS | D | A | RW | P, PAGE_ANON);
	size_t nr = read_last(&walk);

	(void)state;
	assert_int_equal(form(&walk), ENTRY_IS_PAGE);
	assert_int_equal(value(nr, "frame"), 0x40000000 >> 21);
	assert_int_equal(value(nr, "PAT"), 1);
	assert_int_equal(bit(nr, "PAT")->first, 12);
	assert_int_equal(value(nr, "PS"), 1);

	walk = ends_with(LEVEL_PUD, 3ULL << 30 | PS | P, PAGE_HUGETLB);
	nr = read_last(&walk);
	assert_int_equal(form(&walk), ENTRY_IS_PAGE);
	assert_int_equal(value(nr, "frame"), 3);

	/* Being split: pmd_mkinvalid() leaves PS alone, the frame inverted. */
	walk = ends_with(LEVEL_PMD, (~0x40000000ULL & FRAMES & ~0x1fffffULL) |
			 PS | D, PAGE_ANON);
	nr = read_last(&walk);
	assert_int_equal(form(&walk), ENTRY_IS_PAGE);
	assert_int_equal(value(nr, "frame"), 0x40000000 >> 21);
}

/* __swp_entry() of arch/x86/include/asm/pgtable_64.h */
static uint64_t swap_entry(uint64_t type, uint64_t offset)
{
	return ~offset << 14 >> 5 | type << 59;
}

static void test_absent(void **state)
{
	struct entry_walk walk = ends_with(LEVEL_PTE,
			swap_entry(3, 0x56789) | 8 | 2, PAGE_SWAP);
	size_t nr = read_last(&walk);

	(void)state;
	assert_int_equal(form(&walk), ENTRY_IS_ABSENT);
	assert_int_equal(value(nr, "type"), 3);
	assert_int_equal(value(nr, "offset"), 0x56789);
	assert_int_equal(value(nr, "EX"), 1);
	assert_int_equal(value(nr, "UW"), 0);
	assert_int_equal(value(nr, "SD"), 1);
	assert_string_equal(bit(nr, "type")->long_name, "swap area");

	walk = ends_with(LEVEL_PMD, swap_entry(25, 0x40000), PAGE_MIGRATION);
	nr = read_last(&walk);
	assert_int_equal(form(&walk), ENTRY_IS_ABSENT);
	assert_int_equal(value(nr, "offset"), 0x40000);
	assert_string_equal(bit(nr, "type")->long_name, "what it is");
}

static void test_table_and_none(void **state)
{
	struct entry_walk walk = ends_with(LEVEL_PTE, 0, PAGE_NONE);
	size_t nr = entry_bits("x86_64", &walk, 1, bits);
	char text[300];

	(void)state;
	assert_int_equal(entry_form("x86_64", &walk, 1), ENTRY_IS_TABLE);
	assert_int_equal(value(nr, "frame"), 0x123);
	assert_string_equal(bit(nr, "frame")->long_name, "frame of the table");
	assert_string_equal(bit(nr, "D")->long_name, "not used");
	assert_int_equal(form(&walk), ENTRY_IS_NONE);
	assert_int_equal(read_last(&walk), 2);
	/* A table that went away while it was looked at. */
	walk = ends_with(LEVEL_PMD, 0x123067, PAGE_NONE);
	assert_int_equal(form(&walk), ENTRY_IS_TABLE);
	walk = ends_with(LEVEL_PUD, 0, PAGE_NONE);
	entry_end("x86_64", &walk, text, sizeof(text));
	assert_non_null(strstr(text, "pud entry is none"));
	assert_non_null(strstr(text, "1 GiB"));
	walk.in_vma = false;
	entry_end("x86_64", &walk, text, sizeof(text));
	assert_non_null(strstr(text, "SIGSEGV"));
	walk.nr_levels = 0;
	entry_end("x86_64", &walk, text, sizeof(text));
	assert_non_null(strstr(text, "not known"));
	assert_int_equal(entry_bits("x86_64", &walk, 0, bits), 0);
}

static void test_hidden(void **state)
{
	struct entry_walk walk = ends_with(LEVEL_PTE, 0x123456067, PAGE_FILE);
	struct entry_level *last = &walk.levels[walk.nr_levels - 1];
	size_t nr;

	(void)state;
	last->raw_mask = ~FRAMES;
	nr = read_last(&walk);
	assert_false(bit(nr, "frame")->known);
	assert_int_equal(bit(nr, "frame")->value, 0);
	assert_int_equal(value(nr, "D"), 1);
	/* All that is not 0 is hidden: it is not none for that. */
	walk = ends_with(LEVEL_PTE, swap_entry(0, 5), PAGE_SWAP);
	walk.levels[walk.nr_levels - 1].raw_mask = 0x1ff;
	nr = read_last(&walk);
	assert_int_equal(form(&walk), ENTRY_IS_ABSENT);
	assert_false(bit(nr, "type")->known);
	assert_false(bit(nr, "offset")->known);
	assert_int_equal(value(nr, "P"), 0);
}

static void test_unknown_machine(void **state)
{
	struct entry_walk walk = ends_with(LEVEL_PTE, 77, PAGE_FILE);

	(void)state;
	assert_int_equal(entry_bits("vax", &walk, 3, bits), 0);
	assert_int_equal(entry_form("vax", &walk, 0), ENTRY_IS_TABLE);
	assert_int_equal(entry_form("vax", &walk, 3), ENTRY_IS_PAGE);
	assert_int_equal(entry_form("vax", &walk, 9), ENTRY_IS_UNKNOWN);
	walk.state = PAGE_SWAP;
	assert_int_equal(entry_form("vax", &walk, 3), ENTRY_IS_ABSENT);
	walk.state = PAGE_HUGETLB;
	assert_int_equal(entry_form("vax", &walk, 3), ENTRY_IS_UNKNOWN);
	walk.state = PAGE_NONE;
	assert_int_equal(entry_form("vax", &walk, 3), ENTRY_IS_NONE);
}

/* Three levels, of which the top has four entries; no bits of 64-bit Linux. */
static void test_pae(void **state)
{
	struct entry_walk walk = ends_with(LEVEL_PTE, NX | 0x123456000 | A | D |
					   RW | 4 | P, PAGE_ANON);
	size_t nr;

	(void)state;
	machine = "i386-pae";
	nr = read_last(&walk);
	assert_int_equal(form(&walk), ENTRY_IS_PAGE);
	assert_int_equal(value(nr, "frame"), 0x123456);
	assert_int_equal(value(nr, "XD"), 1);
	assert_int_equal(value(nr, "R/W"), 1);
	for (size_t i = 0; i < nr; i++)
		assert_true(strcmp(bits[i].name, "SD") &&
			    strcmp(bits[i].name, "PK"));
	walk.levels[0].raw = 0x35d0001;
	nr = entry_bits(machine, &walk, 0, bits);
	assert_int_equal(value(nr, "frame"), 0x35d0);
	assert_int_equal(value(nr, "P"), 1);
	assert_int_equal(bits[0].last, 63);
	assert_string_equal(bits[0].long_name, "reserved");
	walk = ends_with(LEVEL_PTE, (~(0x1234ULL << 12) & FRAMES) | PROT_NONE,
			 PAGE_ANON | PAGE_PROT_NONE);
	nr = read_last(&walk);
	assert_int_equal(form(&walk), ENTRY_IS_PAGE);
	assert_int_equal(value(nr, "frame"), 0x1234);
	walk = ends_with(LEVEL_PMD, 0x40000000 | PS | D | A | RW | P,
			 PAGE_ANON);
	nr = read_last(&walk);
	assert_int_equal(value(nr, "frame"), 0x40000000 >> 21);
	walk = ends_with(LEVEL_PTE, swap_entry(3, 0x56789), PAGE_SWAP);
	nr = read_last(&walk);
	assert_int_equal(form(&walk), ENTRY_IS_ABSENT);
	assert_int_equal(value(nr, "type"), 3);
	assert_int_equal(value(nr, "offset"), 0x56789);
	machine = "x86_64";
}

#define ARM_PAGE	(1ULL << 10 | 3)	/* AF, T, V */
#define ARM_NG		(1ULL << 11)

/* What both layouts have: entries of the CPU's, and huge ones. */
static void check_arm64(void)
{
	struct entry_walk walk = ends_with(LEVEL_PTE, 0x123456000 | ARM_PAGE |
			ARM_NG | 1ULL << 6 | 1ULL << 51 | 1ULL << 54 |
			1ULL << 55 | 3 << 8, PAGE_ANON);
	size_t nr = read_last(&walk);

	assert_int_equal(form(&walk), ENTRY_IS_PAGE);
	assert_int_equal(value(nr, "frame"), 0x123456);
	assert_int_equal(value(nr, "W"), 1);
	assert_int_equal(value(nr, "RO"), 0);
	assert_int_equal(value(nr, "U"), 1);
	assert_int_equal(value(nr, "D"), 1);
	assert_int_equal(value(nr, "UXN"), 1);
	assert_int_equal(value(nr, "PXN"), 0);
	assert_int_equal(value(nr, "SP"), 0);
	assert_int_equal(value(nr, "nG"), 1);
	assert_int_equal(value(nr, "SH"), 3);
	assert_int_equal(value(nr, "V"), 1);
	/* five levels: the address is longer by what stands there */
	walk.levels[0].shift = 48;
	nr = read_last(&walk);
	assert_int_equal(value(nr, "high"), 3);

	walk = ends_with(LEVEL_PMD, 0x40000000 | (ARM_PAGE & ~2ULL), PAGE_ANON);
	nr = read_last(&walk);
	assert_int_equal(form(&walk), ENTRY_IS_PAGE);
	assert_int_equal(value(nr, "frame"), 0x40000000 >> 21);
	assert_int_equal(value(nr, "T"), 0);
	walk = ends_with(LEVEL_PMD, 0x40000003, PAGE_NONE);
	nr = read_last(&walk);
	assert_int_equal(form(&walk), ENTRY_IS_TABLE);
	assert_int_equal(value(nr, "frame"), 0x40000);
	walk = ends_with(LEVEL_PTE, 0, PAGE_NONE);
	assert_int_equal(form(&walk), ENTRY_IS_NONE);
	assert_int_equal(read_last(&walk), 2);
}

/* __swp_entry() and PAGE_NONE of arch/arm64/include/asm, before 6.10. */
static void test_arm64(void **state)
{
	struct entry_walk walk;
	size_t nr;

	(void)state;
	machine = "aarch64";
	check_arm64();
	walk = ends_with(LEVEL_PTE, 0x1234000 | 1ULL << 58 | ARM_NG | 2,
			 PAGE_ANON | PAGE_PROT_NONE);
	nr = read_last(&walk);
	assert_int_equal(form(&walk), ENTRY_IS_PAGE);
	assert_int_equal(value(nr, "PN"), 1);
	assert_int_equal(value(nr, "frame"), 0x1234);
	walk = ends_with(LEVEL_PTE, 3 << 3 | 0x56789ULL << 8 | 4, PAGE_SWAP);
	nr = read_last(&walk);
	assert_int_equal(form(&walk), ENTRY_IS_ABSENT);
	assert_int_equal(value(nr, "type"), 3);
	assert_int_equal(value(nr, "offset"), 0x56789);
	assert_int_equal(value(nr, "EX"), 1);
	/* a huge page that is being split */
	walk = ends_with(LEVEL_PMD, 0x40000000 | 1ULL << 59, PAGE_ANON);
	assert_int_equal(form(&walk), ENTRY_IS_PAGE);
	machine = "x86_64";
}

/* The same since 6.10. */
static void test_arm64_new(void **state)
{
	struct entry_walk walk;
	size_t nr;

	(void)state;
	machine = "aarch64-6.10";
	check_arm64();
	walk = ends_with(LEVEL_PTE, 0x1234000 | ARM_NG | 2,
			 PAGE_ANON | PAGE_PROT_NONE);
	nr = read_last(&walk);
	assert_int_equal(form(&walk), ENTRY_IS_PAGE);
	assert_int_equal(value(nr, "PI"), 1);
	assert_int_equal(value(nr, "frame"), 0x1234);
	assert_int_equal(value(nr, "UW"), 0);
	walk = ends_with(LEVEL_PTE, 3 << 6 | 0x56789ULL << 12 | 8, PAGE_SWAP);
	nr = read_last(&walk);
	assert_int_equal(form(&walk), ENTRY_IS_ABSENT);
	assert_int_equal(value(nr, "type"), 3);
	assert_int_equal(value(nr, "offset"), 0x56789);
	assert_int_equal(value(nr, "UW"), 1);
	assert_int_equal(value(nr, "EX"), 0);
	machine = "x86_64";
}

/* Whatever the entry: its fields are all 64 bits, each once, from the top. */
static void check_cover(void)
{
	uint64_t seed = 88172645463325252ULL;

	for (int n = 0; n < 20000; n++) {
		static const enum level at[] = { LEVEL_PTE, LEVEL_PMD,
						 LEVEL_PUD, LEVEL_PGD };
		struct entry_walk walk;
		unsigned int next = 64;
		size_t nr;

		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		walk = ends_with(at[n & 3], n & 4 ? seed : seed & 0x1ff,
				 seed >> 32 & 0x1f);
		walk.levels[walk.nr_levels - 1].raw_mask = n & 8 ? UINT64_MAX :
							   seed * 31;
		nr = read_last(&walk);
		assert_in_range(nr, 2, ENTRY_BITS_MAX);
		for (size_t i = 0; i < nr; i++) {
			assert_int_equal(bits[i].last + 1, next);
			assert_true(bits[i].first <= bits[i].last);
			assert_true(*bits[i].meaning && *bits[i].long_name);
			next = bits[i].first;
		}
		assert_int_equal(next, 0);
	}
}

static void test_fields_cover(void **state)
{
	static const char *const names[] = {
		"i386-pae", "aarch64", "aarch64-6.10", "x86_64"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		machine = names[i];
		check_cover();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page),
		cmocka_unit_test(test_prot_none),
		cmocka_unit_test(test_huge),
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_table_and_none),
		cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_unknown_machine),
		cmocka_unit_test(test_pae),
		cmocka_unit_test(test_arm64),
		cmocka_unit_test(test_arm64_new),
		cmocka_unit_test(test_fields_cover),
	};

	return cmocka_run_group_tests_name("entry", tests, NULL, NULL);
}
