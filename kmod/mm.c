// SPDX-License-Identifier: GPL-2.0
/*
 * The memory descriptor: its fields. Each is read whole, as /proc/PID/status
 * does it, without mmap_lock: a target can hold that for as long as it likes.
 */
#include <linux/mm.h>
#include <linux/sched/mm.h>

#include "compat.h"
#include "mm.h"

#define ADDRESS(attr, name)	{ VMAVIEW_MM_A_##attr, name, true, false }
#define NUMBER(attr, name)	{ VMAVIEW_MM_A_##attr, name, false, false }

const struct vmav_mm_field vmav_mm_fields[] = {
	ADDRESS(START_CODE, "start_code"),
	ADDRESS(END_CODE, "end_code"),
	ADDRESS(START_DATA, "start_data"),
	ADDRESS(END_DATA, "end_data"),
	ADDRESS(START_BRK, "start_brk"),
	ADDRESS(BRK, "brk"),
	ADDRESS(START_STACK, "start_stack"),
	ADDRESS(MMAP_BASE, "mmap_base"),
	ADDRESS(ARG_START, "arg_start"),
	ADDRESS(ARG_END, "arg_end"),
	ADDRESS(ENV_START, "env_start"),
	ADDRESS(ENV_END, "env_end"),
	ADDRESS(TASK_SIZE, "task_size"),
	{ VMAVIEW_MM_A_PGD, "pgd", true, true },
	NUMBER(TOTAL_VM, "total_vm"),
	NUMBER(LOCKED_VM, "locked_vm"),
	NUMBER(PINNED_VM, "pinned_vm"),
	NUMBER(DATA_VM, "data_vm"),
	NUMBER(EXEC_VM, "exec_vm"),
	NUMBER(STACK_VM, "stack_vm"),
	NUMBER(HIWATER_VM, "hiwater_vm"),
	NUMBER(HIWATER_RSS, "hiwater_rss"),
	NUMBER(RSS_ANON, "rss_anon"),
	NUMBER(RSS_FILE, "rss_file"),
	NUMBER(RSS_SHMEM, "rss_shmem"),
	NUMBER(SWAP_ENTS, "swap_ents"),
	NUMBER(MAP_COUNT, "map_count"),
	NUMBER(MM_USERS, "mm_users"),
	NUMBER(MM_COUNT, "mm_count"),
	NUMBER(PGTABLES_BYTES, "pgtables_bytes"),
	NUMBER(LEGACY_LAYOUT, "legacy_layout"),
	NUMBER(TASK_32BIT, "task_32bit"),
	NUMBER(TREE_DEPTH, "tree_depth"),
};

const unsigned int vmav_nr_mm_fields = ARRAY_SIZE(vmav_mm_fields);

/**
 * vmav_mm_take - reads the descriptor
 * @out: every field is filled
 * @mm: whose; the caller holds one of mm_users and two of mm_count, one of
 *      them through the pagemap file, and these are not counted
 *
 * A change that is being made may be seen in one field and not yet in another.
 *
 * Context: any that may spin; takes arg_lock.
 */
void vmav_mm_take(struct vmav_mm *out, struct mm_struct *mm)
{
	u64 *v = out->v;

	memset(out, 0, sizeof(*out));
	/* prctl(PR_SET_MM) holds it; brk() moves brk under mmap_lock alone */
	spin_lock(&mm->arg_lock);
	v[VMAVIEW_MM_A_START_CODE] = mm->start_code;
	v[VMAVIEW_MM_A_END_CODE] = mm->end_code;
	v[VMAVIEW_MM_A_START_DATA] = mm->start_data;
	v[VMAVIEW_MM_A_END_DATA] = mm->end_data;
	v[VMAVIEW_MM_A_START_BRK] = mm->start_brk;
	v[VMAVIEW_MM_A_BRK] = READ_ONCE(mm->brk);
	v[VMAVIEW_MM_A_START_STACK] = mm->start_stack;
	v[VMAVIEW_MM_A_ARG_START] = mm->arg_start;
	v[VMAVIEW_MM_A_ARG_END] = mm->arg_end;
	v[VMAVIEW_MM_A_ENV_START] = mm->env_start;
	v[VMAVIEW_MM_A_ENV_END] = mm->env_end;
	spin_unlock(&mm->arg_lock);

	v[VMAVIEW_MM_A_MMAP_BASE] = vmav_mm_mmap_base(mm);
	v[VMAVIEW_MM_A_TASK_SIZE] = mm->task_size;
	v[VMAVIEW_MM_A_PGD] = (unsigned long)mm->pgd;
	v[VMAVIEW_MM_A_TOTAL_VM] = READ_ONCE(mm->total_vm);
	v[VMAVIEW_MM_A_LOCKED_VM] = READ_ONCE(mm->locked_vm);
	v[VMAVIEW_MM_A_PINNED_VM] = atomic64_read(&mm->pinned_vm);
	v[VMAVIEW_MM_A_DATA_VM] = READ_ONCE(mm->data_vm);
	v[VMAVIEW_MM_A_EXEC_VM] = READ_ONCE(mm->exec_vm);
	v[VMAVIEW_MM_A_STACK_VM] = READ_ONCE(mm->stack_vm);
	v[VMAVIEW_MM_A_RSS_ANON] = vmav_mm_counter(mm, MM_ANONPAGES);
	v[VMAVIEW_MM_A_RSS_FILE] = vmav_mm_counter(mm, MM_FILEPAGES);
	v[VMAVIEW_MM_A_RSS_SHMEM] = vmav_mm_counter(mm, MM_SHMEMPAGES);
	v[VMAVIEW_MM_A_SWAP_ENTS] = vmav_mm_counter(mm, MM_SWAPENTS);
	/* both are brought up to date only when what they watch falls */
	v[VMAVIEW_MM_A_HIWATER_VM] = max_t(u64, READ_ONCE(mm->hiwater_vm),
					   v[VMAVIEW_MM_A_TOTAL_VM]);
	v[VMAVIEW_MM_A_HIWATER_RSS] = max_t(u64, READ_ONCE(mm->hiwater_rss),
					    v[VMAVIEW_MM_A_RSS_ANON] +
					    v[VMAVIEW_MM_A_RSS_FILE] +
					    v[VMAVIEW_MM_A_RSS_SHMEM]);
	v[VMAVIEW_MM_A_MAP_COUNT] = READ_ONCE(mm->map_count);
	v[VMAVIEW_MM_A_MM_USERS] = atomic_read(&mm->mm_users) - 1;
	v[VMAVIEW_MM_A_MM_COUNT] = atomic_read(&mm->mm_count) - 2;
	v[VMAVIEW_MM_A_PGTABLES_BYTES] = mm_pgtables_bytes(mm);
	v[VMAVIEW_MM_A_LEGACY_LAYOUT] = vmav_mm_is_legacy(mm);
	v[VMAVIEW_MM_A_TASK_32BIT] = vmav_mm_is_32bit(mm);
	v[VMAVIEW_MM_A_TREE_DEPTH] = mt_height(&mm->mm_mt);
}
