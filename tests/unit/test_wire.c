// SPDX-License-Identifier: GPL-2.0
/*
 * The module's messages into the model: well formed ones, ones of a newer
 * module, and ones that nobody should send. Every cut and every flipped bit
 * must end in a model or in an error, never outside the message.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <linux/vmaview.h>

#include "source/wire.h"

#include "message.h"

static void put_flag(struct message *msg, uint32_t bit, const char *name,
		     const char *mnemonic)
{
	struct nlattr *nest = mnl_attr_nest_start(msg->nlh, VMAVIEW_INFO_A_FLAG);

	mnl_attr_put_u32(msg->nlh, VMAVIEW_FLAG_A_BIT, bit);
	mnl_attr_put_strz(msg->nlh, VMAVIEW_FLAG_A_NAME, name);
	mnl_attr_put_strz(msg->nlh, VMAVIEW_FLAG_A_MNEMONIC, mnemonic);
	mnl_attr_nest_end(msg->nlh, nest);
}

static void make_info(struct message *msg)
{
	struct nlattr *nest;

	message_begin(msg, VMAVIEW_CMD_GET_INFO);
	nest = mnl_attr_nest_start(msg->nlh, VMAVIEW_A_INFO);
	mnl_attr_put_u32(msg->nlh, VMAVIEW_INFO_A_PROTOCOL, 1);
	mnl_attr_put_strz(msg->nlh, VMAVIEW_INFO_A_MODULE_VERSION, "0.1.0");
	mnl_attr_put_strz(msg->nlh, VMAVIEW_INFO_A_RELEASE, "6.12.117");
	mnl_attr_put_u32(msg->nlh, VMAVIEW_INFO_A_PAGE_SIZE, 4096);
	mnl_attr_put_u32(msg->nlh, VMAVIEW_INFO_A_TABLE_LEVELS, 5);
	mnl_attr_put_u64(msg->nlh, VMAVIEW_INFO_A_PMD_SIZE, 2 << 20);
	mnl_attr_put_u64(msg->nlh, VMAVIEW_INFO_A_FEATURES,
			 VMAVIEW_FEATURE_SOFT_DIRTY);
	put_flag(msg, 0, "VM_READ", "rd");
	put_flag(msg, 63, "VM_SEALED", "sl");
	put_flag(msg, 17, "VM_NEW", "xx");	/* not known to us */
	put_flag(msg, 64, "VM_ODD", "wr");	/* no such bit */
	/* an attribute of a newer module */
	mnl_attr_put_u32(msg->nlh, VMAVIEW_INFO_A_MAX + 5, 1);
	mnl_attr_nest_end(msg->nlh, nest);
	mnl_attr_put_u32(msg->nlh, VMAVIEW_A_MAX + 5, 1);
}

static void make_mm(struct message *msg)
{
	struct nlattr *nest;
	int a;

	message_begin(msg, VMAVIEW_CMD_GET_MM);
	nest = mnl_attr_nest_start(msg->nlh, VMAVIEW_A_TASK);
	mnl_attr_put_u32(msg->nlh, VMAVIEW_TASK_A_PID, 7);
	mnl_attr_put_u32(msg->nlh, VMAVIEW_TASK_A_TGID, 6);
	mnl_attr_put(msg->nlh, VMAVIEW_TASK_A_COMM, 4, "a\033\nb");
	mnl_attr_put(msg->nlh, VMAVIEW_TASK_A_EXE, 6, "/bin/x");
	mnl_attr_put_u64(msg->nlh, VMAVIEW_TASK_A_RLIMIT_STACK, UINT64_MAX);
	mnl_attr_nest_end(msg->nlh, nest);
	nest = mnl_attr_nest_start(msg->nlh, VMAVIEW_A_MM);
	for (a = VMAVIEW_MM_A_PAD + 1; a <= VMAVIEW_MM_A_MAX; a++)
		if (a != VMAVIEW_MM_A_PGD)
			mnl_attr_put_u64(msg->nlh, a, 0x1000 + a);
	mnl_attr_nest_end(msg->nlh, nest);
}

static void put_object(struct message *msg, uint32_t kind, const char *name)
{
	struct nlattr *nest = mnl_attr_nest_start(msg->nlh, VMAVIEW_A_OBJECT);

	mnl_attr_put_u32(msg->nlh, VMAVIEW_OBJECT_A_KIND, kind);
	mnl_attr_put(msg->nlh, VMAVIEW_OBJECT_A_NAME, strlen(name), name);
	mnl_attr_put_u64(msg->nlh, VMAVIEW_OBJECT_A_INODE, 99);
	mnl_attr_nest_end(msg->nlh, nest);
}

static const struct vmaview_vma three[] = {
	{ .start = 0x1000, .end = 0x3000, .flags = 1, .object = 1 },
	{ .start = 0x3000, .end = 0x4000, .flags = 1ULL << 63, .pgoff = 3 },
	{ .start = 0x8000, .end = 0x9000, .flags = 1 << 17, .object = 2 },
};

/* anon 2 and dirty 1; none; 2^33 of the zero page and one that is unknown */
static const uint32_t groups[] = {
	1 << VMAVIEW_COUNT_ANON | 1 << VMAVIEW_COUNT_DIRTY, 2, 1,
	0,
	VMAVIEW_COUNTS_WIDE | 1 << VMAVIEW_COUNT_ZERO | 1 << 30, 0, 2, 5, 0,
};

/* vma_size bytes a record: the known ones, then what a newer module adds. */
static void make_vmas(struct message *msg, uint32_t vma_size)
{
	char records[3 * 64];
	int i;

	memset(records, 0xee, sizeof(records));
	for (i = 0; i < 3; i++)
		memcpy(records + i * vma_size, &three[i], sizeof(three[i]));
	message_begin(msg, VMAVIEW_CMD_GET_VMAS);
	put_object(msg, VMAVIEW_OBJECT_FILE, "/a\nb");
	put_object(msg, VMAVIEW_OBJECT_SPECIAL, "[heap]");
	mnl_attr_put_u32(msg->nlh, VMAVIEW_A_VMA_SIZE, vma_size);
	mnl_attr_put(msg->nlh, VMAVIEW_A_VMAS, 3 * vma_size, records);
	mnl_attr_put(msg->nlh, VMAVIEW_A_COUNTS, sizeof(groups), groups);
}

static void read_good_info(struct wire_info *info)
{
	struct message msg;
	struct error err;

	make_info(&msg);
	assert_int_equal(wire_read_info(msg.nlh, info, &err), 0);
}

static void test_info(void **state)
{
	struct wire_info info;

	(void)state;
	read_good_info(&info);
	assert_int_equal(info.protocol, 1);
	assert_string_equal(info.release, "6.12.117");
	assert_int_equal(info.table_levels, 5);
	assert_int_equal(info.flag_of_bit[0], VF_READ);
	assert_int_equal(info.flag_of_bit[63], VF_SEALED);
	assert_int_equal(info.flag_of_bit[17], -1);
}

static void test_mm(void **state)
{
	struct snapshot *snap = snapshot_new();
	struct message msg;
	struct error err;
	int f;

	(void)state;
	make_mm(&msg);
	assert_int_equal(wire_read_mm(msg.nlh, snap, &err), 0);
	assert_int_equal(snap->task.pid, 7);
	assert_int_equal(snap->task.tgid, 6);
	assert_string_equal(snap->task.comm, "a\033\nb");
	assert_string_equal(snap->task.exe, "/bin/x");
	assert_true(snap->task.has_rlimit_stack);
	assert_true(snap->task.rlimit_stack == UINT64_MAX);
	/* every field but the one that was left out */
	for (f = 0; f < MM_NR; f++)
		assert_int_equal(mm_has(&snap->mm, f), f != MM_PGD);
	assert_int_equal(snap->mm.v[MM_START_CODE],
			 0x1000 + VMAVIEW_MM_A_START_CODE);
	assert_int_equal(snap->mm.v[MM_TREE_DEPTH],
			 0x1000 + VMAVIEW_MM_A_TREE_DEPTH);
	snapshot_free(snap);
}

static void check_vmas(uint32_t vma_size)
{
	struct snapshot *snap = snapshot_new();
	struct wire_info info;
	struct message msg;
	struct error err;

	read_good_info(&info);
	make_vmas(&msg, vma_size);
	assert_int_equal(wire_read_vmas(msg.nlh, &info, 0, snap, &err), 0);
	assert_int_equal(snap->nr_vmas, 3);
	assert_int_equal(snap->vmas[0].start, 0x1000);
	assert_true(snap->vmas[0].flags == VF_BIT(VF_READ));
	assert_string_equal(snap->vmas[0].object->name, "/a\nb");
	assert_int_equal(snap->vmas[0].object->inode, 99);
	assert_int_equal(snap->vmas[0].res.pages[RES_ANON], 2);
	assert_int_equal(snap->vmas[0].res.pages[RES_RSS], 2);
	assert_int_equal(snap->vmas[0].res.pages[RES_DIRTY], 1);
	assert_true(res_has(&snap->vmas[0].res, RES_SWAP));
	assert_int_equal(snap->vmas[0].res.pages[RES_SWAP], 0);

	assert_null(snap->vmas[1].object);
	assert_true(snap->vmas[1].flags == VF_BIT(VF_SEALED));
	assert_int_equal(snap->vmas[1].pgoff, 3);
	assert_int_equal(snap->vmas[1].res.pages[RES_RSS], 0);

	assert_int_equal(snap->vmas[2].object->kind, OBJECT_SPECIAL);
	assert_true(snap->vmas[2].flags == 0);
	assert_true(snap->vmas[2].kernel_flags == 1 << 17);
	assert_true(snap->vmas[2].res.pages[RES_ZERO] == 2ULL << 32);
	assert_true(snap->vmas[2].res.pages[RES_PRESENT] == 2ULL << 32);
	assert_int_equal(snap->vmas[2].res.pages[RES_RSS], 0);
	snapshot_free(snap);
}

static void test_vmas(void **state)
{
	(void)state;
	check_vmas(sizeof(struct vmaview_vma));
	check_vmas(64);		/* a newer module's longer records */
}

/* A soft-dirty count is not known from a kernel whose entries have no bit. */
static void test_no_soft_dirty(void **state)
{
	struct snapshot *snap = snapshot_new();
	struct wire_info info;
	struct message msg;
	struct error err;

	(void)state;
	read_good_info(&info);
	info.features = 0;
	make_vmas(&msg, sizeof(struct vmaview_vma));
	assert_int_equal(wire_read_vmas(msg.nlh, &info, 0, snap, &err), 0);
	assert_false(res_has(&snap->vmas[0].res, RES_SOFT_DIRTY));
	assert_true(res_has(&snap->vmas[0].res, RES_DIRTY));
	snapshot_free(snap);
}

/* Areas that no module sends: each is refused, with words. */
static void test_bad_vmas(void **state)
{
	struct vmaview_vma bad[2];
	struct wire_info info;
	struct error err;
	int i;

	(void)state;
	read_good_info(&info);
	for (i = 0; i < 5; i++) {
		struct snapshot *snap = snapshot_new();
		uint32_t size = sizeof(bad[0]);
		struct message msg;

		memcpy(bad, three, sizeof(bad));
		bad[0].object = 0;
		switch (i) {
		case 0: bad[1].start = bad[0].start; break;	/* overlaps */
		case 1: bad[1].end = bad[1].start; break;	/* is empty */
		case 2: bad[1].object = 1; break;		/* none is sent */
		case 3: size = 7; break;
		case 4: size = 0; break;
		}
		message_begin(&msg, VMAVIEW_CMD_GET_VMAS);
		mnl_attr_put_u32(msg.nlh, VMAVIEW_A_VMA_SIZE, size);
		mnl_attr_put(msg.nlh, VMAVIEW_A_VMAS, sizeof(bad), bad);
		assert_int_equal(wire_read_vmas(msg.nlh, &info, 0, snap, &err),
				 -1);
		assert_int_equal(err.kind, ERR_INCOMPATIBLE);
		assert_true(strlen(err.text) > 20);
		snapshot_free(snap);
	}
}

static void read_damaged(const struct nlmsghdr *nlh)
{
	struct snapshot *snap = snapshot_new();
	struct wire_info info;
	struct error err;
	size_t i;

	read_good_info(&info);
	if (wire_read_vmas(nlh, &info, 0, snap, &err) == 0)
		for (i = 1; i < snap->nr_vmas; i++)
			assert_true(snap->vmas[i].start >=
				    snap->vmas[i - 1].end);
	wire_read_mm(nlh, snap, &err);
	wire_read_info(nlh, &info, &err);
	snapshot_free(snap);
}

static void test_case_51_cuts_and_flips(void **state)
{
	struct message msg;

	(void)state;
	make_info(&msg);
	message_damage(&msg, read_damaged);
	make_mm(&msg);
	message_damage(&msg, read_damaged);
	make_vmas(&msg, sizeof(struct vmaview_vma));
	message_damage(&msg, read_damaged);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_info),
		cmocka_unit_test(test_mm),
		cmocka_unit_test(test_vmas),
		cmocka_unit_test(test_no_soft_dirty),
		cmocka_unit_test(test_bad_vmas),
		cmocka_unit_test(test_case_51_cuts_and_flips),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
