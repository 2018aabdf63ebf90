// SPDX-License-Identifier: GPL-2.0
/* The model: areas, objects kept once, and what changed between two. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "model/diff.h"
#include "model/snapshot.h"

static struct vma *add(struct snapshot *snap, uint64_t start, uint64_t end,
		       uint64_t flags)
{
	struct vma *vma = snapshot_add_vma(snap);

	assert_non_null(vma);
	vma->start = start;
	vma->end = end;
	vma->flags = flags;
	snap->has_vmas = true;
	return vma;
}

static const struct object *file(struct snapshot *snap, uint64_t inode,
				 const char *name)
{
	struct object key = { .kind = OBJECT_FILE, .dev_major = 8,
			      .inode = inode, .deleted = NO };

	return snapshot_object(snap, &key, name, strlen(name));
}

static void test_tables(void **state)
{
	int i, j;

	(void)state;
	for (i = 0; i < MM_NR; i++) {
		assert_non_null(mm_fields[i].name);
		assert_non_null(mm_fields[i].meaning);
	}
	for (i = 0; i < RES_NR; i++) {
		assert_non_null(res_counts[i].name);
		assert_non_null(res_counts[i].meaning);
	}
	for (i = 0; i < VF_NR; i++) {
		const char *mnemonic = vma_flags[i].mnemonic;

		assert_non_null(mnemonic);
		assert_memory_equal(vma_flags[i].name, "VM_", 3);
		if (!*mnemonic)
			continue;
		assert_int_equal(strlen(mnemonic), 2);
		assert_int_equal(vma_flag_by_mnemonic(mnemonic), i);
		for (j = 0; j < i; j++)
			assert_string_not_equal(vma_flags[j].mnemonic,
						mnemonic);
	}
	assert_int_equal(vma_flag_by_mnemonic("rd"), VF_READ);
	assert_int_equal(vma_flag_by_mnemonic("bt"), VF_ARCH_1);
	assert_int_equal(vma_flag_by_mnemonic("??"), -1);
	assert_int_equal(vma_flag_by_mnemonic(""), -1);
}

static void test_objects(void **state)
{
	struct object gone = { .kind = OBJECT_FILE, .dev_major = 8,
			       .inode = 7, .deleted = YES };
	struct snapshot *snap = snapshot_new();
	const struct object *a, *b;
	char name[40];
	int i;

	(void)state;
	a = file(snap, 7, "/x");
	assert_ptr_equal(file(snap, 7, "/x"), a);
	assert_ptr_not_equal(file(snap, 8, "/x"), a);
	assert_ptr_not_equal(file(snap, 7, "/y"), a);
	b = snapshot_object(snap, &gone, "/x (deleted)", 12);
	assert_ptr_not_equal(b, a);
	assert_string_equal(b->name, "/x");
	assert_int_equal(b->deleted, YES);
	gone.deleted = NOT_KNOWN;
	assert_string_equal(snapshot_object(snap, &gone, "/x (deleted)",
					    12)->name, "/x (deleted)");
	/* the length counts, not a NUL */
	assert_ptr_equal(snapshot_object(snap, a, "/xyz", 2), a);
	for (i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "/lib/%d", i);
		file(snap, 100 + (uint64_t)i, name);
	}
	for (i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "/lib/%d", i);
		assert_string_equal(file(snap, 100 + (uint64_t)i, name)->name,
				    name);
	}
	assert_ptr_equal(file(snap, 7, "/x"), a);
	snapshot_free(snap);
}

static void test_find(void **state)
{
	struct snapshot *snap = snapshot_new();

	(void)state;
	assert_null(snapshot_find(snap, 0));
	add(snap, 0x1000, 0x3000, 0);
	add(snap, 0x3000, 0x4000, 0);
	add(snap, 0x8000, UINT64_MAX, 0);
	assert_null(snapshot_find(snap, 0xfff));
	assert_ptr_equal(snapshot_find(snap, 0x1000), &snap->vmas[0]);
	assert_ptr_equal(snapshot_find(snap, 0x2fff), &snap->vmas[0]);
	assert_ptr_equal(snapshot_find(snap, 0x3000), &snap->vmas[1]);
	assert_null(snapshot_find(snap, 0x4000));
	assert_ptr_equal(snapshot_find(snap, 0x9000), &snap->vmas[2]);
	assert_null(snapshot_find(snap, UINT64_MAX));
	snapshot_free(snap);
}

static void test_many(void **state)
{
	struct snapshot *snap = snapshot_new();
	struct timespec begin, end;
	char name[40];
	uint64_t i;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (i = 0; i < 100000; i++) {
		struct vma *vma = add(snap, i * 8192, i * 8192 + 4096, i);

		assert_false(vma->has_flags);
		snprintf(name, sizeof(name), "/usr/lib/file-%d.so",
			 (int)(i % 3000));
		vma->object = file(snap, i % 3000, name);
	}
	for (i = 0; i < 100000; i++)
		assert_int_equal(snapshot_find(snap, i * 8192 + 4095)->flags,
				 i);
	clock_gettime(CLOCK_MONOTONIC, &end);
	assert_true(end.tv_sec - begin.tv_sec < 30);
	snapshot_free(snap);
}

static void test_notes(void **state)
{
	struct snapshot *snap = snapshot_new();
	int i;

	(void)state;
	for (i = 0; i < SNAPSHOT_NOTES + 5; i++)
		snapshot_note(snap, "note %d %300s", i, "");
	assert_int_equal(snap->from.nr_notes, SNAPSHOT_NOTES);
	assert_memory_equal(snap->from.notes[7], "note 7", 6);
	snapshot_free(snap);
}

static void test_residency(void **state)
{
	struct residency sum = { .has = (1U << RES_NR) - 1 };
	struct residency res = { 0 };

	(void)state;
	res_set(&res, RES_RSS, 5);
	res_set(&res, RES_ANON, 3);
	residency_add(&sum, &res);
	residency_add(&sum, &res);
	assert_int_equal(sum.pages[RES_RSS], 10);
	assert_int_equal(sum.pages[RES_ANON], 6);
	assert_true(res_has(&sum, RES_RSS));
	assert_false(res_has(&sum, RES_SWAP));
	res.has = 1U << RES_RSS;
	residency_add(&sum, &res);
	assert_int_equal(sum.pages[RES_RSS], 15);
	assert_false(res_has(&sum, RES_ANON));
}

static void test_diff(void **state)
{
	struct snapshot *a = snapshot_new(), *b = snapshot_new();
	struct diff *diff;
	struct vma *vma;

	(void)state;
	mm_set(&a->mm, MM_BRK, 1);
	mm_set(&b->mm, MM_BRK, 2);
	mm_set(&a->mm, MM_TOTAL_VM, 1);
	mm_set(&b->mm, MM_TOTAL_VM, 1);
	mm_set(&b->mm, MM_DATA_VM, 1);		/* not known before */

	add(a, 0x1000, 0x2000, 1);		/* stays */
	add(b, 0x1000, 0x2000, 1);
	add(a, 0x3000, 0x4000, 1);		/* goes */
	add(b, 0x5000, 0x6000, 1);		/* comes */
	add(a, 0x7000, 0x8000, 1);		/* flags */
	add(b, 0x7000, 0x8000, 3);
	add(a, 0x9000, 0xa000, 1);		/* split */
	add(b, 0x9000, 0x9800, 1);
	add(b, 0x9800, 0xa000, 3);
	vma = add(a, 0xb000, 0xc000, 1);	/* counts */
	res_set(&vma->res, RES_RSS, 1);
	vma = add(b, 0xb000, 0xc000, 1);
	res_set(&vma->res, RES_RSS, 2);
	add(a, 0xd000, 0xe000, 1);		/* counts known by one */
	vma = add(b, 0xd000, 0xe000, 1);
	res_set(&vma->res, RES_RSS, 2);
	vma = add(a, 0xf000, 0x10000, 1);	/* other file, same place */
	vma->object = file(a, 1, "/a");
	vma = add(b, 0xf000, 0x10000, 1);
	vma->object = file(b, 2, "/a");
	vma = add(a, 0x11000, 0x12000, 1);	/* renamed */
	vma->object = file(a, 1, "/a");
	vma = add(b, 0x11000, 0x12000, 1);
	vma->object = file(b, 1, "/b");
	add(a, 0x20000, 0x30000, 1);		/* grew down */
	add(b, 0x1f000, 0x30000, 1);

	diff = diff_new(a, b);
	assert_int_equal(diff->mm_changed, 1ULL << MM_BRK);
	assert_int_equal(diff->nr_vmas, b->nr_vmas);
	assert_int_equal(diff->vma_changed[0], 0);
	assert_int_equal(diff->vma_changed[1], CHANGE_NEW);
	assert_int_equal(diff->vma_changed[2], CHANGE_FLAGS);
	assert_int_equal(diff->vma_changed[3], CHANGE_BOUNDS);
	assert_int_equal(diff->vma_changed[4], CHANGE_NEW);
	assert_int_equal(diff->vma_changed[5], CHANGE_COUNTS);
	assert_int_equal(diff->vma_changed[6], 0);
	assert_int_equal(diff->vma_changed[7], CHANGE_NEW);
	assert_int_equal(diff->vma_changed[8], 0);
	assert_int_equal(diff->vma_changed[9], CHANGE_BOUNDS);
	assert_int_equal(diff->nr_new, 3);
	assert_int_equal(diff->nr_gone, 2);
	assert_int_equal(diff->nr_changed, 4);
	diff_free(diff);

	diff = diff_new(NULL, b);
	assert_int_equal(diff->mm_changed, 0);
	assert_int_equal(diff->nr_new, 0);
	assert_int_equal(diff->vma_changed[1], 0);
	diff_free(diff);

	/* areas that were not taken have not come into being */
	a->has_vmas = false;
	a->nr_vmas = 0;
	diff = diff_new(a, b);
	assert_int_equal(diff->nr_new, 0);
	diff_free(diff);
	diff_free(NULL);
	snapshot_free(a);
	snapshot_free(b);
	snapshot_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_objects),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_notes),
		cmocka_unit_test(test_residency),
		cmocka_unit_test(test_diff),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
