// SPDX-License-Identifier: GPL-2.0
/* Segments of processes made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/region.h"

/* One line of a made-up maps file, and what it should be. */
struct line {
	uint64_t start, end;
	const char *perms;
	uint64_t pgoff;
	const char *name;
	enum region want;
};

static struct snapshot *made(const struct line *lines, size_t nr)
{
	struct snapshot *snap = snapshot_new();

	assert_non_null(snap);
	snap->page_size = 4096;
	snap->has_vmas = true;
	for (size_t i = 0; i < nr; i++) {
		const struct line *line = &lines[i];
		struct vma *vma = snapshot_add_vma(snap);

		vma->start = line->start;
		vma->end = line->end;
		vma->pgoff = line->pgoff;
		vma->has_pgoff = true;
		if (line->perms[0] == 'r')
			vma->flags |= VF_BIT(VF_READ);
		if (line->perms[1] == 'w')
			vma->flags |= VF_BIT(VF_WRITE);
		if (line->perms[2] == 'x')
			vma->flags |= VF_BIT(VF_EXEC);
		if (line->perms[3] == 's')
			vma->flags |= VF_BIT(VF_SHARED);
		if (line->name) {
			struct object key = {
				.kind = line->name[0] == '[' ?
					OBJECT_SPECIAL : OBJECT_FILE,
				.deleted = NOT_KNOWN,
			};

			for (const char *p = line->name; *p; p++)
				key.inode = key.inode * 31 + *p;
			vma->object = snapshot_object(snap, &key, line->name,
						      strlen(line->name));
			assert_non_null(vma->object);
		}
	}
	return snap;
}

static void check(struct snapshot *snap, const struct line *lines, size_t nr)
{
	region_classify(snap);
	for (size_t i = 0; i < nr; i++)
		if (snap->vmas[i].region != lines[i].want)
			fail_msg("area %zu, 0x%llx: %s and not %s", i,
				 (unsigned long long)lines[i].start,
				 regions[snap->vmas[i].region].name,
				 regions[lines[i].want].name);
	snapshot_free(snap);
}

#define MADE(lines)	made(lines, sizeof(lines) / sizeof((lines)[0]))
#define CHECK(snap, lines) \
	check(snap, lines, sizeof(lines) / sizeof((lines)[0]))

static void test_pie(void **state)
{
	static const struct line lines[] = {
		{ 0x555000000000, 0x555000001000, "r--p", 0, "/bin/gonzo",
		  REGION_HEADER },
		{ 0x555000001000, 0x555000002000, "r-xp", 1, "/bin/gonzo",
		  REGION_TEXT },
		{ 0x555000002000, 0x555000003000, "r--p", 2, "/bin/gonzo",
		  REGION_RODATA },
		{ 0x555000003000, 0x555000004000, "r--p", 2, "/bin/gonzo",
		  REGION_RELRO },
		{ 0x555000004000, 0x555000005000, "rw-p", 3, "/bin/gonzo",
		  REGION_DATA },
		{ 0x555000005000, 0x555000105000, "rw-p", 0, NULL,
		  REGION_BSS },
		{ 0x555010000000, 0x555010021000, "rw-p", 0, "[heap]",
		  REGION_HEAP },
		{ 0x7f0000000000, 0x7f0000001000, "r--p", 0, "/bin/gonzo",
		  REGION_FILE },
		{ 0x7f0000001000, 0x7f0000002000, "rw-s", 0,
		  "/dev/zero (deleted)", REGION_SHMEM },
		{ 0x7f0000002000, 0x7f0000003000, "rw-p", 0, "/dev/zero",
		  REGION_ANON },
		{ 0x7f0000003000, 0x7f0000004000, "rw-s", 0,
		  "/memfd:x (deleted)", REGION_SHMEM },
		{ 0x7f0000004000, 0x7f0000005000, "rw-s", 0,
		  "/SYSV00000000 (deleted)", REGION_SHMEM },
		{ 0x7f0000005000, 0x7f0000006000, "r-xp", 0, "/lib/libc.so.6",
		  REGION_FILE },
		{ 0x7f0000006000, 0x7f0000007000, "rw-p", 0, NULL,
		  REGION_ANON },
		{ 0x7f0000007000, 0x7f0000008000, "rw-p", 0, "[anon:mine]",
		  REGION_ANON },
		{ 0x7f0000008000, 0x7f0000009000, "r--p", 0, "[vvar]",
		  REGION_VDSO },
		{ 0x7f0000009000, 0x7f000000a000, "r-xp", 0, "[vdso]",
		  REGION_VDSO },
		{ 0x7ffc00000000, 0x7ffc00021000, "rw-p", 0, "[stack]",
		  REGION_STACK },
	};
	struct snapshot *snap = MADE(lines);

	(void)state;
	mm_set(&snap->mm, MM_START_CODE, 0x555000001000);
	mm_set(&snap->mm, MM_END_CODE, 0x555000001800);
	mm_set(&snap->mm, MM_START_DATA, 0x555000003d00);
	mm_set(&snap->mm, MM_END_DATA, 0x555000004010);
	mm_set(&snap->mm, MM_START_BRK, 0x555010000000);
	mm_set(&snap->mm, MM_BRK, 0x555010021000);
	mm_set(&snap->mm, MM_START_STACK, 0x7ffc00020000);
	CHECK(snap, lines);
}

/* The same without names, and without an executable: fields must do. */
static void test_nameless(void **state)
{
	static const struct line lines[] = {
		{ 0x555000001000, 0x555000002000, "r-xp", 1, "/x",
		  REGION_TEXT },
		{ 0x555000004000, 0x555000005000, "rw-p", 3, "/x",
		  REGION_DATA },
		{ 0x555000005000, 0x555000006000, "rw-p", 0, NULL,
		  REGION_BSS },
		{ 0x555010000000, 0x555010021000, "rw-p", 0, NULL,
		  REGION_HEAP },
		{ 0x7ffc00000000, 0x7ffc00021000, "rw-p", 0, NULL,
		  REGION_STACK },
	};
	struct snapshot *snap = MADE(lines);

	(void)state;
	mm_set(&snap->mm, MM_START_CODE, 0x555000001000);
	mm_set(&snap->mm, MM_END_DATA, 0x555000004010);
	mm_set(&snap->mm, MM_START_BRK, 0x555010000000);
	mm_set(&snap->mm, MM_BRK, 0x555010020123);
	mm_set(&snap->mm, MM_START_STACK, 0x7ffc00020000);
	CHECK(snap, lines);
}

/* No field at all, as for a process one may not look into. */
static void test_fieldless(void **state)
{
	static const struct line lines[] = {
		{ 0x555000000000, 0x555000001000, "r--p", 0, "/bin/gonzo",
		  REGION_HEADER },
		{ 0x555000001000, 0x555000002000, "r-xp", 1, "/bin/gonzo",
		  REGION_TEXT },
		{ 0x555000002000, 0x555000003000, "r--p", 2, "/bin/gonzo",
		  REGION_RODATA },
		{ 0x555000004000, 0x555000005000, "rw-p", 3, "/bin/gonzo",
		  REGION_DATA },
		{ 0x555000005000, 0x555000006000, "rw-p", 0, NULL,
		  REGION_BSS },
		{ 0x555010000000, 0x555010021000, "rw-p", 0, "[heap]",
		  REGION_HEAP },
		{ 0x7ffc00000000, 0x7ffc00021000, "rw-p", 0, "[stack]",
		  REGION_STACK },
	};
	struct snapshot *snap = MADE(lines);

	(void)state;
	snap->task.exe = strdup("/bin/gonzo (deleted)");
	CHECK(snap, lines);

	/* And without the executable's path: it is one file of many. */
	snap = MADE(lines);
	region_classify(snap);
	assert_int_equal(snap->vmas[1].region, REGION_FILE);
	assert_int_equal(snap->vmas[5].region, REGION_HEAP);
	snapshot_free(snap);
}

/* Static, 32 bit, the code with the header, an unused heap's name on the bss. */
static void test_static_32bit(void **state)
{
	static const struct line lines[] = {
		{ 0x08048000, 0x080d0000, "r-xp", 0, "/bin/s", REGION_TEXT },
		{ 0x080d0000, 0x080d2000, "rw-p", 0x87, "/bin/s",
		  REGION_DATA },
		{ 0x080d2000, 0x080d4000, "rw-p", 0, "[heap]", REGION_BSS },
		{ 0x40000000, 0x40001000, "rw-p", 0, NULL, REGION_ANON },
		{ 0xbffdf000, 0xc0000000, "rw-p", 0, "[stack]",
		  REGION_STACK },
	};
	struct snapshot *snap = MADE(lines);

	(void)state;
	mm_set(&snap->mm, MM_START_CODE, 0x08048000);
	mm_set(&snap->mm, MM_END_CODE, 0x080cf123);
	mm_set(&snap->mm, MM_START_DATA, 0x080d0f00);
	mm_set(&snap->mm, MM_END_DATA, 0x080d1a00);
	mm_set(&snap->mm, MM_START_BRK, 0x080d4000);
	mm_set(&snap->mm, MM_BRK, 0x080d4000);
	mm_set(&snap->mm, MM_LEGACY_LAYOUT, 1);
	CHECK(snap, lines);
}

/* brk not randomised: bss and heap are one area, and it is the heap's. */
static void test_merged_heap(void **state)
{
	static const struct line lines[] = {
		{ 0x400000, 0x401000, "r-xp", 0, "/bin/s", REGION_TEXT },
		{ 0x401000, 0x402000, "rw-p", 1, "/bin/s", REGION_DATA },
		{ 0x402000, 0x430000, "rw-p", 0, "[heap]", REGION_HEAP },
	};
	struct snapshot *snap = MADE(lines);

	(void)state;
	mm_set(&snap->mm, MM_START_CODE, 0x400000);
	mm_set(&snap->mm, MM_START_DATA, 0x401000);
	mm_set(&snap->mm, MM_END_DATA, 0x401800);
	mm_set(&snap->mm, MM_START_BRK, 0x404000);
	mm_set(&snap->mm, MM_BRK, 0x430000);
	CHECK(snap, lines);
}

/* A stack in two pieces; lld's order, whose RELRO lies before start_data. */
static void test_flags(void **state)
{
	static const struct line lines[] = {
		{ 0x200000, 0x201000, "r--p", 0, "/bin/l", REGION_HEADER },
		{ 0x201000, 0x202000, "r-xp", 0, "/bin/l", REGION_TEXT },
		{ 0x202000, 0x203000, "r--p", 0, "/bin/l", REGION_RELRO },
		{ 0x203000, 0x204000, "rw-p", 0, "/bin/l", REGION_DATA },
		{ 0x7ffc00000000, 0x7ffc00020000, "rw-p", 0, NULL,
		  REGION_STACK },
		{ 0x7ffc00020000, 0x7ffc00021000, "rwxp", 0, "[stack]",
		  REGION_STACK },
	};
	struct snapshot *snap = MADE(lines);

	(void)state;
	mm_set(&snap->mm, MM_START_CODE, 0x201000);
	mm_set(&snap->mm, MM_START_DATA, 0x203000);
	mm_set(&snap->mm, MM_END_DATA, 0x203800);
	for (size_t i = 0; i < snap->nr_vmas; i++)
		snap->vmas[i].has_flags = true;
	snap->vmas[2].flags |= VF_BIT(VF_ACCOUNT);
	snap->vmas[4].flags |= VF_BIT(VF_GROWSDOWN);
	CHECK(snap, lines);
}

static void test_empty(void **state)
{
	struct snapshot *snap = snapshot_new();

	(void)state;
	region_classify(snap);
	mm_set(&snap->mm, MM_START_CODE, UINT64_MAX);
	mm_set(&snap->mm, MM_START_BRK, 0);
	region_classify(snap);
	snapshot_free(snap);
}

/* One letter each, or a letter could not stand for a colour. */
static void test_letters(void **state)
{
	(void)state;
	for (int i = 0; i < REGION_NR; i++) {
		assert_non_null(regions[i].name);
		assert_non_null(regions[i].meaning);
		for (int k = 0; k < i; k++)
			assert_int_not_equal(regions[i].letter,
					     regions[k].letter);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pie),
		cmocka_unit_test(test_nameless),
		cmocka_unit_test(test_fieldless),
		cmocka_unit_test(test_static_32bit),
		cmocka_unit_test(test_merged_heap),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
