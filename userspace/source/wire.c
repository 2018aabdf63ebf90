// SPDX-License-Identifier: GPL-2.0
/* See wire.h; what the attributes mean is in uapi/linux/vmaview.h. */
#include "source/wire.h"

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/vmaview.h>
#include <stdlib.h>
#include <string.h>

#include "source/attr.h"

int wire_malformed(struct error *err, const char *what)
{
	return error_set(err, ERR_INCOMPATIBLE,
			 "the module's answer is not understood (%s): load the module that was built with this viewer",
			 what);
}

/* ---- GET_INFO ---- */

static void read_flag(const struct nlattr *nest, struct wire_info *info)
{
	const struct nlattr *attr[VMAVIEW_FLAG_A_MAX + 1];
	char mnemonic[8];
	uint32_t bit;

	attr_nest(nest, attr, VMAVIEW_FLAG_A_MAX);
	if (!attr_u32(attr[VMAVIEW_FLAG_A_BIT], &bit) || bit >= 64)
		return;
	attr_text(attr[VMAVIEW_FLAG_A_MNEMONIC], mnemonic, sizeof(mnemonic));
	info->flag_of_bit[bit] = vma_flag_by_mnemonic(mnemonic);
}

int wire_read_info(const struct nlmsghdr *nlh, struct wire_info *info,
		   struct error *err)
{
	const struct nlattr *attr[VMAVIEW_INFO_A_MAX + 1];
	const struct nlattr *nest, *flag;
	bool found = false;

	memset(info, 0, sizeof(*info));
	memset(info->flag_of_bit, -1, sizeof(info->flag_of_bit));
	mnl_attr_for_each(nest, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(nest) != VMAVIEW_A_INFO)
			continue;
		found = true;
		attr_nest(nest, attr, VMAVIEW_INFO_A_MAX);
		mnl_attr_for_each_nested(flag, nest) {
			if (mnl_attr_get_type(flag) == VMAVIEW_INFO_A_FLAG)
				read_flag(flag, info);
		}
	}
	if (!found || !attr_u32(attr[VMAVIEW_INFO_A_PROTOCOL], &info->protocol))
		return wire_malformed(err, "no protocol version");
	attr_text(attr[VMAVIEW_INFO_A_MODULE_VERSION], info->module,
		 sizeof(info->module));
	attr_text(attr[VMAVIEW_INFO_A_RELEASE], info->release,
		 sizeof(info->release));
	attr_u32(attr[VMAVIEW_INFO_A_PAGE_SIZE], &info->page_size);
	attr_u32(attr[VMAVIEW_INFO_A_TABLE_LEVELS], &info->table_levels);
	attr_u64(attr[VMAVIEW_INFO_A_PMD_SIZE], &info->pmd_size);
	attr_text(attr[VMAVIEW_INFO_A_MACHINE], info->machine,
		  sizeof(info->machine));
	attr_u64(attr[VMAVIEW_INFO_A_FEATURES], &info->features);
	if (info->page_size < 1024 ||
	    info->page_size & (info->page_size - 1))
		return wire_malformed(err, "page size");
	return 0;
}

/* ---- GET_MM ---- */

static const uint8_t mm_field_of[VMAVIEW_MM_A_MAX + 1] = {
	[VMAVIEW_MM_A_START_CODE]	= MM_START_CODE,
	[VMAVIEW_MM_A_END_CODE]		= MM_END_CODE,
	[VMAVIEW_MM_A_START_DATA]	= MM_START_DATA,
	[VMAVIEW_MM_A_END_DATA]		= MM_END_DATA,
	[VMAVIEW_MM_A_START_BRK]	= MM_START_BRK,
	[VMAVIEW_MM_A_BRK]		= MM_BRK,
	[VMAVIEW_MM_A_START_STACK]	= MM_START_STACK,
	[VMAVIEW_MM_A_MMAP_BASE]	= MM_MMAP_BASE,
	[VMAVIEW_MM_A_ARG_START]	= MM_ARG_START,
	[VMAVIEW_MM_A_ARG_END]		= MM_ARG_END,
	[VMAVIEW_MM_A_ENV_START]	= MM_ENV_START,
	[VMAVIEW_MM_A_ENV_END]		= MM_ENV_END,
	[VMAVIEW_MM_A_TASK_SIZE]	= MM_TASK_SIZE,
	[VMAVIEW_MM_A_PGD]		= MM_PGD,
	[VMAVIEW_MM_A_TOTAL_VM]		= MM_TOTAL_VM,
	[VMAVIEW_MM_A_LOCKED_VM]	= MM_LOCKED_VM,
	[VMAVIEW_MM_A_PINNED_VM]	= MM_PINNED_VM,
	[VMAVIEW_MM_A_DATA_VM]		= MM_DATA_VM,
	[VMAVIEW_MM_A_EXEC_VM]		= MM_EXEC_VM,
	[VMAVIEW_MM_A_STACK_VM]		= MM_STACK_VM,
	[VMAVIEW_MM_A_HIWATER_VM]	= MM_HIWATER_VM,
	[VMAVIEW_MM_A_HIWATER_RSS]	= MM_HIWATER_RSS,
	[VMAVIEW_MM_A_RSS_ANON]		= MM_RSS_ANON,
	[VMAVIEW_MM_A_RSS_FILE]		= MM_RSS_FILE,
	[VMAVIEW_MM_A_RSS_SHMEM]	= MM_RSS_SHMEM,
	[VMAVIEW_MM_A_SWAP_ENTS]	= MM_SWAP_ENTS,
	[VMAVIEW_MM_A_MAP_COUNT]	= MM_MAP_COUNT,
	[VMAVIEW_MM_A_MM_USERS]		= MM_MM_USERS,
	[VMAVIEW_MM_A_MM_COUNT]		= MM_MM_COUNT,
	[VMAVIEW_MM_A_PGTABLES_BYTES]	= MM_PGTABLES_BYTES,
	[VMAVIEW_MM_A_LEGACY_LAYOUT]	= MM_LEGACY_LAYOUT,
	[VMAVIEW_MM_A_TASK_32BIT]	= MM_TASK_32BIT,
	[VMAVIEW_MM_A_TREE_DEPTH]	= MM_TREE_DEPTH,
};

static int read_task(const struct nlattr *nest, struct task *task,
		     struct error *err)
{
	const struct nlattr *attr[VMAVIEW_TASK_A_MAX + 1];
	uint32_t pid, tgid;
	const struct nlattr *exe;

	attr_nest(nest, attr, VMAVIEW_TASK_A_MAX);
	if (!attr_u32(attr[VMAVIEW_TASK_A_PID], &pid) ||
	    !attr_u32(attr[VMAVIEW_TASK_A_TGID], &tgid))
		return wire_malformed(err, "task without a pid");
	task->pid = pid;
	task->tgid = tgid;
	attr_text(attr[VMAVIEW_TASK_A_COMM], task->comm, sizeof(task->comm));
	attr_u32(attr[VMAVIEW_TASK_A_THREADS], &task->threads);
	task->has_rlimit_stack = attr_u64(attr[VMAVIEW_TASK_A_RLIMIT_STACK],
					 &task->rlimit_stack);
	exe = attr[VMAVIEW_TASK_A_EXE];
	if (exe) {
		free(task->exe);
		task->exe = strndup(mnl_attr_get_payload(exe),
				    mnl_attr_get_payload_len(exe));
		if (!task->exe)
			return error_set(err, ERR_FAILED, "out of memory");
	}
	return 0;
}

static void read_mm(const struct nlattr *nest, struct mm *mm)
{
	const struct nlattr *attr[VMAVIEW_MM_A_MAX + 1];
	uint64_t v;
	int a;

	attr_nest(nest, attr, VMAVIEW_MM_A_MAX);
	for (a = VMAVIEW_MM_A_PAD + 1; a <= VMAVIEW_MM_A_MAX; a++)
		if (attr_u64(attr[a], &v))
			mm_set(mm, mm_field_of[a], v);
}

int wire_read_mm(const struct nlmsghdr *nlh, struct snapshot *snap,
		 struct error *err)
{
	const struct nlattr *nest;

	mnl_attr_for_each(nest, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(nest)) {
		case VMAVIEW_A_TASK:
			if (read_task(nest, &snap->task, err))
				return -1;
			break;
		case VMAVIEW_A_MM:
			read_mm(nest, &snap->mm);
			break;
		}
	}
	if (!snap->task.pid || !snap->mm.has)
		return wire_malformed(err, "no descriptor");
	return 0;
}

/* ---- GET_VMAS ---- */

/* enum res_count + 1; 0 is a number that stands for nothing (yet) */
static const uint8_t res_of[VMAVIEW_COUNT_MAX + 1] = {
	[VMAVIEW_COUNT_ANON]		= RES_ANON + 1,
	[VMAVIEW_COUNT_FILE]		= RES_FILE + 1,
	[VMAVIEW_COUNT_SHMEM]		= RES_SHMEM + 1,
	[VMAVIEW_COUNT_ZERO]		= RES_ZERO + 1,
	[VMAVIEW_COUNT_PFNMAP]		= RES_PFNMAP + 1,
	[VMAVIEW_COUNT_HUGETLB]		= RES_HUGETLB + 1,
	[VMAVIEW_COUNT_SWAP]		= RES_SWAP + 1,
	[VMAVIEW_COUNT_MIGRATION]	= RES_MIGRATION + 1,
	[VMAVIEW_COUNT_DEVICE]		= RES_DEVICE + 1,
	[VMAVIEW_COUNT_HWPOISON]	= RES_HWPOISON + 1,
	[VMAVIEW_COUNT_MARKER]		= RES_MARKER + 1,
	[VMAVIEW_COUNT_GUARD]		= RES_GUARD + 1,
	[VMAVIEW_COUNT_POISON]		= RES_POISON + 1,
	[VMAVIEW_COUNT_HUGE]		= RES_HUGE + 1,
	[VMAVIEW_COUNT_DIRTY]		= RES_DIRTY + 1,
	[VMAVIEW_COUNT_ACCESSED]	= RES_ACCESSED + 1,
	[VMAVIEW_COUNT_SOFT_DIRTY]	= RES_SOFT_DIRTY + 1,
	[VMAVIEW_COUNT_WRITABLE]	= RES_WRITABLE + 1,
	[VMAVIEW_COUNT_EXEC]		= RES_EXEC + 1,
	[VMAVIEW_COUNT_PROT_NONE]	= RES_PROT_NONE + 1,
	[VMAVIEW_COUNT_UFFD_WP]		= RES_UFFD_WP + 1,
	[VMAVIEW_COUNT_HUGE_ZERO]	= RES_HUGE_ZERO + 1,
	[VMAVIEW_COUNT_HUGETLB_PUD]	= RES_HUGETLB_PUD + 1,
	[VMAVIEW_COUNT_EXCLUSIVE]	= RES_EXCLUSIVE + 1,
	[VMAVIEW_COUNT_KSM]		= RES_KSM + 1,
	[VMAVIEW_COUNT_PSS]		= RES_PSS + 1,
};

#define OBJECTS_MAX	256	/* of one message; the module sends fewer */

/* A message of a dump while it is read. */
struct dump {
	const struct object *object[OBJECTS_MAX];
	unsigned int nr_objects;
	const unsigned char *vmas;	/* nr_vmas records of vma_size bytes */
	uint32_t vma_size;
	size_t nr_vmas;
	const unsigned char *counts;	/* NULL: none were sent */
	size_t nr_counts;		/* u32 */
	uint32_t unknown;		/* bit n: enum res_count n is not sent */
};

static const char no_name[] = "?";

static int read_object(const struct nlattr *nest, struct dump *dump,
		       struct snapshot *snap, struct error *err)
{
	const struct nlattr *attr[VMAVIEW_OBJECT_A_MAX + 1];
	const struct nlattr *name;
	struct object key = { 0 };
	uint32_t kind;

	attr_nest(nest, attr, VMAVIEW_OBJECT_A_MAX);
	name = attr[VMAVIEW_OBJECT_A_NAME];
	if (dump->nr_objects == OBJECTS_MAX ||
	    !attr_u32(attr[VMAVIEW_OBJECT_A_KIND], &kind))
		return wire_malformed(err, "object");
	key.kind = kind == VMAVIEW_OBJECT_FILE ? OBJECT_FILE : OBJECT_SPECIAL;
	key.deleted = attr[VMAVIEW_OBJECT_A_DELETED] ? YES : NO;
	attr_u32(attr[VMAVIEW_OBJECT_A_DEV_MAJOR], &key.dev_major);
	attr_u32(attr[VMAVIEW_OBJECT_A_DEV_MINOR], &key.dev_minor);
	attr_u64(attr[VMAVIEW_OBJECT_A_INODE], &key.inode);
	/* the module leaves out a path that is too long for a message */
	dump->object[dump->nr_objects] = name ?
		snapshot_object(snap, &key, mnl_attr_get_payload(name),
				mnl_attr_get_payload_len(name)) :
		snapshot_object(snap, &key, no_name, strlen(no_name));
	if (!dump->object[dump->nr_objects])
		return error_set(err, ERR_FAILED, "out of memory");
	dump->nr_objects++;
	return 0;
}

static uint32_t counts_u32(const struct dump *dump, size_t at)
{
	uint32_t v;

	memcpy(&v, dump->counts + at * sizeof(v), sizeof(v));
	return v;
}

/* Reads the group at *at and moves behind it. False when it is cut. */
static bool read_counts(const struct dump *dump, size_t *at,
			struct residency *res)
{
	uint32_t mask, bits;
	bool is_wide;
	int c;

	if (*at >= dump->nr_counts)
		return false;
	mask = counts_u32(dump, (*at)++);
	is_wide = mask & VMAVIEW_COUNTS_WIDE;
	bits = mask & ~VMAVIEW_COUNTS_WIDE;
	if ((size_t)__builtin_popcount(bits) << is_wide > dump->nr_counts - *at)
		return false;

	for (c = 0; c <= VMAVIEW_COUNT_MAX; c++)
		if (res_of[c])
			res_set(res, res_of[c] - 1, 0);
	for (c = 0; bits; c++, bits >>= 1) {
		uint64_t n;

		if (!(bits & 1))
			continue;
		n = counts_u32(dump, (*at)++);
		if (is_wide)
			n |= (uint64_t)counts_u32(dump, (*at)++) << 32;
		if (c <= VMAVIEW_COUNT_MAX && res_of[c])
			res_set(res, res_of[c] - 1, n);
	}
	res->has &= ~dump->unknown;
	res_set(res, RES_RSS, res->pages[RES_ANON] + res->pages[RES_FILE] +
		res->pages[RES_SHMEM] + res->pages[RES_MIGRATION] +
		res->pages[RES_DEVICE] + res->pages[RES_HWPOISON]);
	res_set(res, RES_PRESENT, res->pages[RES_ANON] + res->pages[RES_FILE] +
		res->pages[RES_SHMEM] + res->pages[RES_ZERO] +
		res->pages[RES_PFNMAP] + res->pages[RES_HUGETLB]);
	return true;
}

static uint64_t our_flags(const struct wire_info *info, uint64_t kernel_flags)
{
	uint64_t flags = 0;

	while (kernel_flags) {
		int bit = __builtin_ctzll(kernel_flags);

		if (info->flag_of_bit[bit] >= 0)
			flags |= VF_BIT(info->flag_of_bit[bit]);
		kernel_flags &= kernel_flags - 1;
	}
	return flags;
}

static int add_vmas(const struct dump *dump, const struct wire_info *info,
		    struct snapshot *snap, struct error *err)
{
	uint64_t end = snap->nr_vmas ? snap->vmas[snap->nr_vmas - 1].end : 0;
	uint64_t last_raw = 0, last_flags = 0;
	size_t i, at = 0;

	for (i = 0; i < dump->nr_vmas; i++) {
		struct vmaview_vma wire;
		struct vma *vma;

		memcpy(&wire, dump->vmas + i * dump->vma_size, sizeof(wire));
		if (wire.start < end || wire.end <= wire.start ||
		    wire.object > dump->nr_objects)
			return wire_malformed(err, "area");
		end = wire.end;

		vma = snapshot_add_vma(snap);
		if (!vma)
			return error_set(err, ERR_FAILED, "out of memory");
		if (wire.flags != last_raw) {
			last_raw = wire.flags;
			last_flags = our_flags(info, wire.flags);
		}
		vma->start = wire.start;
		vma->end = wire.end;
		vma->flags = last_flags;
		vma->has_flags = true;
		vma->kernel_flags = wire.flags;
		vma->has_kernel_flags = true;
		vma->pgoff = wire.pgoff;
		vma->has_pgoff = true;
		if (wire.object)
			vma->object = dump->object[wire.object - 1];
		if (dump->counts && !read_counts(dump, &at, &vma->res))
			return wire_malformed(err, "counts");
	}
	return 0;
}

/* Counts that the module does not know, or was not asked for. */
static uint32_t unknown_counts(const struct wire_info *info, unsigned int what)
{
	uint32_t unknown = 0;

	if (!(info->features & VMAVIEW_FEATURE_SOFT_DIRTY))
		unknown |= 1U << RES_SOFT_DIRTY;
	if (!(what & TAKE_SHARING))
		unknown |= 1U << RES_EXCLUSIVE | 1U << RES_KSM | 1U << RES_PSS;
	return unknown;
}

int wire_read_vmas(const struct nlmsghdr *nlh, const struct wire_info *info,
		   unsigned int what, struct snapshot *snap,
		   struct error *err)
{
	struct dump dump = { .unknown = unknown_counts(info, what) };
	const struct nlattr *attr;
	size_t vmas_len = 0;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case VMAVIEW_A_OBJECT:
			if (read_object(attr, &dump, snap, err))
				return -1;
			break;
		case VMAVIEW_A_VMA_SIZE:
			attr_u32(attr, &dump.vma_size);
			break;
		case VMAVIEW_A_VMAS:
			dump.vmas = mnl_attr_get_payload(attr);
			vmas_len = mnl_attr_get_payload_len(attr);
			break;
		case VMAVIEW_A_COUNTS:
			dump.counts = mnl_attr_get_payload(attr);
			dump.nr_counts = mnl_attr_get_payload_len(attr) /
					 sizeof(uint32_t);
			break;
		}
	}
	if (!vmas_len)
		return 0;	/* a step of a large area: nothing to say yet */
	if (dump.vma_size < sizeof(struct vmaview_vma) ||
	    vmas_len % dump.vma_size)
		return wire_malformed(err, "size of an area");
	dump.nr_vmas = vmas_len / dump.vma_size;
	return add_vmas(&dump, info, snap, err);
}
