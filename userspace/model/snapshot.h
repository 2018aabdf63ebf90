/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one model of userspace: what was known of a process at one moment, from
 * whichever source. Sources fill it, figures, views and exporters read it.
 * A snapshot is not changed any more once its source has handed it over, so
 * threads may share it. What is not known has no bit in a has mask; it is
 * shown as unknown and never as 0.
 */
#ifndef VMAVIEW_MODEL_SNAPSHOT_H
#define VMAVIEW_MODEL_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "model/entry.h"
#include "model/heap.h"
#include "model/pages.h"
#include "model/tables.h"

/* ---- the memory descriptor ---- */

enum mm_field {
	MM_START_CODE, MM_END_CODE, MM_START_DATA, MM_END_DATA,
	MM_START_BRK, MM_BRK, MM_START_STACK, MM_MMAP_BASE,
	MM_ARG_START, MM_ARG_END, MM_ENV_START, MM_ENV_END,
	MM_TASK_SIZE, MM_PGD,
	MM_TOTAL_VM, MM_LOCKED_VM, MM_PINNED_VM, MM_DATA_VM, MM_EXEC_VM,
	MM_STACK_VM, MM_HIWATER_VM, MM_HIWATER_RSS,
	MM_RSS_ANON, MM_RSS_FILE, MM_RSS_SHMEM, MM_SWAP_ENTS,
	MM_MAP_COUNT, MM_MM_USERS, MM_MM_COUNT, MM_PGTABLES_BYTES,
	MM_LEGACY_LAYOUT, MM_TASK_32BIT, MM_TREE_DEPTH,
	MM_NR
};

enum mm_unit { MM_ADDRESS, MM_PAGES, MM_BYTES, MM_COUNT, MM_BOOL };

struct mm_field_info {
	const char *name;	/* the kernel's: "start_code" */
	enum mm_unit unit;
	const char *meaning;	/* one line for help and explanation */
};

extern const struct mm_field_info mm_fields[MM_NR];

struct mm {
	uint64_t has;		/* bit n: v[n] is known */
	uint64_t v[MM_NR];
};

static inline bool mm_has(const struct mm *mm, enum mm_field f)
{
	return mm->has >> f & 1;
}

static inline void mm_set(struct mm *mm, enum mm_field f, uint64_t v)
{
	mm->v[f] = v;
	mm->has |= 1ULL << f;
}

/* ---- flags of an area ---- */

/*
 * Our own numbers for the kernel's vm_flags, whose bits move between kernels.
 * Sources translate by the two-letter mnemonic of smaps' VmFlags line.
 */
enum vma_flag {
	VF_READ, VF_WRITE, VF_EXEC, VF_SHARED,
	VF_MAYREAD, VF_MAYWRITE, VF_MAYEXEC, VF_MAYSHARE,
	VF_GROWSDOWN, VF_PFNMAP, VF_LOCKED, VF_IO, VF_SEQ_READ, VF_RAND_READ,
	VF_DONTCOPY, VF_DONTEXPAND, VF_LOCKONFAULT, VF_ACCOUNT, VF_NORESERVE,
	VF_HUGETLB, VF_SYNC, VF_ARCH_1, VF_WIPEONFORK, VF_DONTDUMP,
	VF_SOFTDIRTY, VF_MIXEDMAP, VF_HUGEPAGE, VF_NOHUGEPAGE, VF_MERGEABLE,
	VF_UFFD_MISSING, VF_UFFD_WP, VF_UFFD_MINOR, VF_UFFD_RWP,
	VF_SHADOW_STACK, VF_DROPPABLE, VF_SEALED, VF_MTE, VF_MTE_ALLOWED,
	VF_MAYBE_GUARD,
	VF_NR
};

struct vma_flag_info {
	const char *mnemonic;	/* "rd" */
	const char *name;	/* "VM_READ" */
	const char *meaning;
};

extern const struct vma_flag_info vma_flags[VF_NR];

#define VF_BIT(f)	(1ULL << (f))

/* The flag with this two-letter mnemonic, or -1. */
int vma_flag_by_mnemonic(const char *mnemonic);

/* ---- what an area holds ---- */

/* Counts of base pages by page-table entry; see uapi enum vmaview_count. */
enum res_count {
	/* as smaps': anon + file + shmem + migration + device + hwpoison */
	RES_RSS,
	RES_PRESENT,	/* rss without what moves, and zero, pfnmap, hugetlb */
	RES_ANON, RES_FILE, RES_SHMEM, RES_ZERO, RES_PFNMAP, RES_HUGETLB,
	RES_SWAP, RES_MIGRATION, RES_DEVICE, RES_HWPOISON,
	RES_MARKER, RES_GUARD, RES_POISON,
	RES_HUGE, RES_DIRTY, RES_ACCESSED, RES_SOFT_DIRTY, RES_WRITABLE,
	RES_EXEC, RES_PROT_NONE, RES_UFFD_WP, RES_HUGE_ZERO, RES_HUGETLB_PUD,
	/* known only if TAKE_SHARING was asked for */
	RES_EXCLUSIVE, RES_KSM,
	RES_PSS,	/* in bytes, as the only one */
	RES_NR
};

struct res_count_info {
	const char *name;	/* "rss" */
	const char *meaning;
};

extern const struct res_count_info res_counts[RES_NR];

struct residency {
	uint32_t has;		/* bit n: pages[n] is known */
	uint64_t pages[RES_NR];	/* base pages; RES_PSS: bytes */
};

static inline bool res_has(const struct residency *res, enum res_count c)
{
	return res->has >> c & 1;
}

static inline void res_set(struct residency *res, enum res_count c, uint64_t n)
{
	res->pages[c] = n;
	res->has |= 1U << c;
}

/* What a known count stands for, in bytes. */
static inline uint64_t res_bytes(const struct residency *res, enum res_count c,
				 uint32_t page_size)
{
	return c == RES_PSS ? res->pages[c] : res->pages[c] * page_size;
}

/* Adds counts; a count that either side does not know is unknown in the sum. */
void residency_add(struct residency *sum, const struct residency *res);

/* ---- areas ---- */

enum object_kind { OBJECT_FILE, OBJECT_SPECIAL };
enum tristate { NOT_KNOWN = -1, NO, YES };

/* What an area maps: a file, or something the kernel names itself. */
struct object {
	enum object_kind kind;
	const char *name;	/* raw bytes, to be escaped before it is shown */
	uint32_t dev_major, dev_minor;
	uint64_t inode;
	enum tristate deleted;	/* the path was unlinked */
};

/* Which segment of the article's picture an area belongs to. */
enum region {
	REGION_UNKNOWN,
	REGION_HEADER,	/* the executable's ELF header, read only */
	REGION_TEXT,
	REGION_RODATA,
	REGION_RELRO,	/* the executable's, read only since relocation */
	REGION_DATA,
	REGION_BSS,
	REGION_HEAP,
	REGION_FILE,	/* mapped file, libraries included */
	REGION_ANON,	/* anonymous mapping */
	REGION_SHMEM,	/* shared memory */
	REGION_STACK,
	REGION_VDSO,	/* [vdso], [vvar], [vsyscall]: the kernel's */
	REGION_NR
};

struct vma {
	uint64_t start, end;		/* bytes, [start, end) */
	uint64_t flags;			/* VF_BIT(enum vma_flag) */
	uint64_t kernel_flags;		/* vm_flags of the running kernel */
	uint64_t pgoff;			/* pages */
	const struct object *object;	/* NULL: anonymous without a name */
	enum region region;
	bool has_flags;			/* all of flags; if not, only rwxs are */
	bool has_kernel_flags;
	bool has_pgoff;
	struct residency res;
};

static inline uint64_t vma_size(const struct vma *vma)
{
	return vma->end - vma->start;
}

static inline bool vma_is_file(const struct vma *vma)
{
	return vma->object && vma->object->kind == OBJECT_FILE;
}

/* ---- the task ---- */

struct task {
	pid_t pid, tgid;
	char comm[64];		/* raw bytes, to be escaped before it is shown */
	char *exe;		/* raw path or NULL: not known */
	uint32_t threads;	/* 0: not known */
	bool has_rlimit_stack;
	uint64_t rlimit_stack;	/* bytes; UINT64_MAX is unlimited */
};

/* ---- where it comes from ---- */

enum source_kind { SOURCE_NETLINK, SOURCE_PROC };

#define SNAPSHOT_NOTES	8

struct provenance {
	enum source_kind source;
	char reason[200];	/* why this source and no better one, or "" */
	char kernel[128];	/* release */
	char module[64];	/* version of the module, or "" */
	bool coherent;		/* false: the mm changed while it was read */
	bool truncated;		/* areas are missing at the end */
	unsigned int retries;
	int64_t taken_ns;	/* CLOCK_REALTIME */
	int64_t duration_ns;	/* how long it took */
	char notes[SNAPSHOT_NOTES][200]; /* what could not be read, and why */
	unsigned int nr_notes;
};

struct snapshot {
	struct provenance from;
	uint32_t page_size;	/* bytes */
	uint32_t table_levels;	/* 0: not known */
	uint64_t pmd_size;	/* bytes; 0: not known */
	char machine[32];	/* "x86_64"; "": not known */
	struct task task;
	struct mm mm;
	struct vma *vmas;	/* ascending, disjoint */
	size_t nr_vmas;
	bool has_vmas;
	/* What was asked for and could be had, else NULL and a note. */
	struct page_map *pages;
	struct table_list *tables;
	struct entry_walk *entry;
	struct sharer_list *sharers;
	/* TAKE_HEAP: added by who took it (cmd.c); else NULL and the reason. */
	struct heap *heap;
	char no_heap[300];

	/* private to snapshot.c */
	size_t cap_vmas;
	struct object_table *objects;
};

/* An empty snapshot, or NULL without memory. */
struct snapshot *snapshot_new(void);
void snapshot_free(struct snapshot *snap);

/*
 * Appends an area and returns it zeroed (all unknown), or NULL without memory.
 * The pointer is good until the next call.
 */
struct vma *snapshot_add_vma(struct snapshot *snap);

/*
 * The object equal to *key, made when there is none yet; name need not end in
 * NUL, len is its length. Owned by the snapshot. NULL without memory.
 * Where deleted is YES the kernel's " (deleted)" is taken off the name's end;
 * where it is NOT_KNOWN that may be the kernel's or the name's own, and stays.
 */
const struct object *snapshot_object(struct snapshot *snap,
				     const struct object *key,
				     const char *name, size_t len);

/* Says what could not be read; more than SNAPSHOT_NOTES are dropped. */
void snapshot_note(struct snapshot *snap, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The area that contains addr, or NULL. O(log n). */
const struct vma *snapshot_find(const struct snapshot *snap, uint64_t addr);

#endif
