/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * vmaview generic netlink family, version 1.
 *
 * The target of a request is an open file: the client opens
 * /proc/PID/pagemap and sends the descriptor as VMAVIEW_A_PAGEMAP_FD, so the
 * kernel's own ptrace and LSM checks have decided already, for whoever opened
 * it. The descriptor stays good while that mm has users; after exec or exit
 * the answer is ESRCH.
 *
 *	GET_INFO (do)
 *	  request:	nothing
 *	  reply:	INFO { PROTOCOL, MODULE_VERSION, RELEASE, PAGE_SIZE,
 *			       TABLE_LEVELS, TASK_SIZE, PMD_SIZE, PUD_SIZE,
 *			       FEATURES,
 *			       FLAG { BIT, NAME, MNEMONIC } ... }
 *
 *	GET_MM (do)
 *	  request:	PAGEMAP_FD
 *	  reply:	TASK { PID, TGID, COMM, THREADS, EXE, RLIMIT_STACK }
 *			MM { one u64 for each of enum vmaview_mm_attr }
 *	  An attribute that is left out is not known to this viewer:
 *	  MM_A_PGD needs CAP_SYS_ADMIN of opener and sender both.
 *
 *	GET_VMAS (dump)
 *	  request:	PAGEMAP_FD [START] [END] [FLAGS]
 *	  reply:	a sequence of messages, each whole in itself:
 *			  OBJECT { KIND, NAME, DEV_MAJOR, DEV_MINOR, INODE,
 *				   DELETED } ...
 *			  VMA_SIZE, VMAS (array of struct vmaview_vma)
 *			  COUNTS (if asked for; see below)
 *			then NLMSG_DONE. A message without VMAS says that more
 *			will come: the target's mmap_lock is waited for, or an
 *			area is so large that its tables take longer.
 *	  vmaview_vma.object counts the OBJECT attributes of its own message
 *	  from 1; 0 is an area with neither file nor name. Areas come in
 *	  ascending order of address and none comes twice. All areas that
 *	  overlap [START, END) are reported, whole.
 *	  When the mm changed between two slices of a dump, every message from
 *	  there on has NLM_F_DUMP_INTR set. What counts are areas, not pages: a
 *	  page that is brought in, swapped or moved to another frame meanwhile
 *	  changes no mm. Without VMAVIEW_FEATURE_MM_SEQ a change that leaves all
 *	  sums of the mm as they were (a move to another address) is not seen.
 *
 *	GET_PAGES (dump)
 *	  request:	PAGEMAP_FD [START] [END] [FLAGS]
 *	  reply:	a sequence of messages, each whole in itself:
 *			  START, MAP (see below), FRAMES or TOKENS if asked for
 *			then NLMSG_DONE. Messages without MAP, and
 *			NLM_F_DUMP_INTR, as in GET_VMAS.
 *	  The states of all pages in [START, END), in ascending order; what no
 *	  message speaks of is in no area. FRAMES, for those who may see them
 *	  (as MM_A_PGD), and else TOKENS have one number for each page whose
 *	  kind is VMAVIEW_PAGE_HAS_FRAME(), in that order. A frame is as in
 *	  /proc/PID/pagemap: the page frame number, or swap type | offset << 5
 *	  where there is no page. A token is a keyed hash of it: equal where
 *	  frames are, and another one after the module has been loaded again.
 *	  A module that was loaded with tokens=0 tells none: then those who may
 *	  not see FRAMES are sent neither.
 *
 *	GET_TABLES (dump)
 *	  request:	PAGEMAP_FD [START] [END]
 *	  What is below START or from END on is not counted, though the areas
 *	  are told whole.
 *	  reply:	a sequence of messages, each whole in itself:
 *			  TABLES_SIZE, TABLES (array of struct vmaview_tables)
 *			then NLMSG_DONE, otherwise as in GET_VMAS.
 *
 *	GET_ENTRY (dump, of one message)
 *	  request:	PAGEMAP_FD ADDRESS
 *	  reply:	ENTRY { ADDRESS, STATE, [VMA_START, VMA_END],
 *				[FRAME or TOKEN, as in GET_PAGES],
 *				LEVEL { LEVEL, SHIFT, INDEX, ENTRIES, [TABLE],
 *					RAW, RAW_MASK } ... }
 *			then NLMSG_DONE, otherwise as in GET_VMAS.
 *	  Levels from the top down to the one where the walk ends: with a page,
 *	  with an entry that is not present, with one that is none, or with one
 *	  that leads to a table which no area is below (munmap is about to free
 *	  it). Folded levels are left out. TABLE, and the bits of RAW that hold a frame, are
 *	  for those who may see frames: others get the bits in RAW_MASK alone.
 *
 * COUNTS is an array of u32, one group an area in the order of VMAS: a mask,
 * then one number for each bit set in it, lowest bit first. Bit n stands for
 * enum vmaview_count n; a count whose bit is clear is 0. With
 * VMAVIEW_COUNTS_WIDE each number of that group takes two u32, low half
 * first. Unknown bits can be skipped by their number. Counts are of base
 * pages (INFO_A_PAGE_SIZE), also where one entry maps a huge page; PSS alone
 * is in bytes.
 *
 * MAP is an array of u64, groups in ascending order of address without gaps,
 * from START on. A group begins with one word: the state in bits 0 to 23, the
 * number of base pages in bits 24 to 63. All its pages are in that state; but
 * with VMAVIEW_PAGE_BITMAP in it as many words follow as have a bit for each
 * page, the lowest for the first: a page whose bit is set is in the state
 * (without that flag), others are VMAVIEW_PAGE_NONE. A state is one of enum
 * vmaview_page with flags.
 *
 * Structures and numbers are in host byte order and have no padding that is
 * not named. A structure grows only at its end: readers step by the size that
 * was sent (VMA_SIZE) and ignore what they do not know.
 */
#ifndef _UAPI_LINUX_VMAVIEW_H
#define _UAPI_LINUX_VMAVIEW_H

#include <linux/types.h>

#define VMAVIEW_GENL_NAME	"vmaview"
#define VMAVIEW_GENL_VERSION	1

enum vmaview_cmd {
	VMAVIEW_CMD_UNSPEC,
	VMAVIEW_CMD_GET_INFO,
	VMAVIEW_CMD_GET_MM,
	VMAVIEW_CMD_GET_VMAS,
	VMAVIEW_CMD_GET_PAGES,
	VMAVIEW_CMD_GET_TABLES,
	VMAVIEW_CMD_GET_ENTRY,

	__VMAVIEW_CMD_MAX,
	VMAVIEW_CMD_MAX = __VMAVIEW_CMD_MAX - 1
};

/* Top level of requests and replies. */
enum vmaview_attr {
	VMAVIEW_A_UNSPEC,
	VMAVIEW_A_PAD,
	VMAVIEW_A_PAGEMAP_FD,	/* u32: descriptor of /proc/PID/pagemap */
	/* a range is of whole pages: those that it has a part of */
	VMAVIEW_A_START,	/* u64: first address, default 0 */
	VMAVIEW_A_END,		/* u64: first address behind, default ~0 */
	VMAVIEW_A_FLAGS,	/* u32: VMAVIEW_F_* */
	VMAVIEW_A_INFO,		/* nest of enum vmaview_info_attr */
	VMAVIEW_A_TASK,		/* nest of enum vmaview_task_attr */
	VMAVIEW_A_MM,		/* nest of enum vmaview_mm_attr */
	VMAVIEW_A_OBJECT,	/* nest of enum vmaview_object_attr, many */
	VMAVIEW_A_VMA_SIZE,	/* u32: bytes from one record to the next */
	VMAVIEW_A_VMAS,		/* binary: struct vmaview_vma [] */
	VMAVIEW_A_COUNTS,	/* binary: u32 [], see above */
	VMAVIEW_A_MAP,		/* binary: u64 [], see above */
	VMAVIEW_A_FRAMES,	/* binary: u64 [] */
	VMAVIEW_A_TOKENS,	/* binary: u64 [] */
	VMAVIEW_A_TABLES_SIZE,	/* u32: bytes from one record to the next */
	VMAVIEW_A_TABLES,	/* binary: struct vmaview_tables [] */
	VMAVIEW_A_ADDRESS,	/* u64 */
	VMAVIEW_A_ENTRY,	/* nest of enum vmaview_entry_attr */

	__VMAVIEW_A_MAX,
	VMAVIEW_A_MAX = __VMAVIEW_A_MAX - 1
};

/*
 * VMAVIEW_A_FLAGS of a request. SHARING looks at the page behind every entry
 * and costs ten times as much: with it COUNTS have EXCLUSIVE, KSM and PSS, and
 * states VMAVIEW_PAGE_EXCLUSIVE and VMAVIEW_PAGE_KSM.
 */
#define VMAVIEW_F_COUNTS	(1U << 0)	/* GET_VMAS: send COUNTS */
#define VMAVIEW_F_SHARING	(1U << 1)	/* how often pages are mapped */
#define VMAVIEW_F_FRAMES	(1U << 2)	/* GET_PAGES: send FRAMES or TOKENS */
#define VMAVIEW_F_VMAS		(VMAVIEW_F_COUNTS | VMAVIEW_F_SHARING)
#define VMAVIEW_F_PAGES		(VMAVIEW_F_SHARING | VMAVIEW_F_FRAMES)

enum vmaview_info_attr {
	VMAVIEW_INFO_A_UNSPEC,
	VMAVIEW_INFO_A_PAD,
	VMAVIEW_INFO_A_PROTOCOL,	/* u32: VMAVIEW_GENL_VERSION */
	VMAVIEW_INFO_A_MODULE_VERSION,	/* string */
	VMAVIEW_INFO_A_RELEASE,		/* string: the running kernel's */
	VMAVIEW_INFO_A_PAGE_SIZE,	/* u32: bytes */
	VMAVIEW_INFO_A_TABLE_LEVELS,	/* u32: in use, folded ones not counted */
	VMAVIEW_INFO_A_TASK_SIZE,	/* u64: of a native task */
	VMAVIEW_INFO_A_PMD_SIZE,	/* u64: bytes one pmd entry maps */
	VMAVIEW_INFO_A_PUD_SIZE,	/* u64: bytes one pud entry maps */
	VMAVIEW_INFO_A_FEATURES,	/* u64: VMAVIEW_FEATURE_* */
	VMAVIEW_INFO_A_FLAG,		/* nest of enum vmaview_flag_attr, many */
	/*
	 * string: whose entries RAW are: "x86_64", "i386-pae", "aarch64",
	 * "aarch64-6.10" of that kernel on
	 */
	VMAVIEW_INFO_A_MACHINE,

	__VMAVIEW_INFO_A_MAX,
	VMAVIEW_INFO_A_MAX = __VMAVIEW_INFO_A_MAX - 1
};

/* VMAVIEW_INFO_A_FEATURES: what this kernel and this build can tell. */
#define VMAVIEW_FEATURE_MM_SEQ		(1ULL << 0) /* torn dumps found by mm_lock_seq, else by counters */
#define VMAVIEW_FEATURE_SOFT_DIRTY	(1ULL << 1) /* entries have a soft-dirty bit */
#define VMAVIEW_FEATURE_ANON_NAME	(1ULL << 2) /* anonymous areas can have names */
#define VMAVIEW_FEATURE_PRIVILEGED	(1ULL << 3) /* this sender may see pgd and frames */

/* One bit of vmaview_vma.flags, as the running kernel defines it. */
enum vmaview_flag_attr {
	VMAVIEW_FLAG_A_UNSPEC,
	VMAVIEW_FLAG_A_BIT,		/* u32: bit number */
	VMAVIEW_FLAG_A_NAME,		/* string: "VM_READ" */
	VMAVIEW_FLAG_A_MNEMONIC,	/* string: "rd", as in smaps' VmFlags */

	__VMAVIEW_FLAG_A_MAX,
	VMAVIEW_FLAG_A_MAX = __VMAVIEW_FLAG_A_MAX - 1
};

enum vmaview_task_attr {
	VMAVIEW_TASK_A_UNSPEC,
	VMAVIEW_TASK_A_PAD,
	VMAVIEW_TASK_A_PID,		/* u32: in the sender's pid namespace */
	VMAVIEW_TASK_A_TGID,		/* u32: likewise */
	VMAVIEW_TASK_A_COMM,		/* binary: up to 16 bytes, not escaped */
	VMAVIEW_TASK_A_THREADS,		/* u32 */
	VMAVIEW_TASK_A_EXE,		/* binary: path, not escaped */
	VMAVIEW_TASK_A_RLIMIT_STACK,	/* u64: bytes, soft limit, ~0 is unlimited */

	__VMAVIEW_TASK_A_MAX,
	VMAVIEW_TASK_A_MAX = __VMAVIEW_TASK_A_MAX - 1
};

/* Every one is a u64. Addresses and *_BYTES in bytes, *_VM and RSS_* in pages. */
enum vmaview_mm_attr {
	VMAVIEW_MM_A_UNSPEC,
	VMAVIEW_MM_A_PAD,
	VMAVIEW_MM_A_START_CODE,
	VMAVIEW_MM_A_END_CODE,
	VMAVIEW_MM_A_START_DATA,
	VMAVIEW_MM_A_END_DATA,
	VMAVIEW_MM_A_START_BRK,
	VMAVIEW_MM_A_BRK,
	VMAVIEW_MM_A_START_STACK,
	VMAVIEW_MM_A_MMAP_BASE,
	VMAVIEW_MM_A_ARG_START,
	VMAVIEW_MM_A_ARG_END,
	VMAVIEW_MM_A_ENV_START,
	VMAVIEW_MM_A_ENV_END,
	VMAVIEW_MM_A_TASK_SIZE,
	VMAVIEW_MM_A_PGD,		/* kernel address, privileged only */
	VMAVIEW_MM_A_TOTAL_VM,
	VMAVIEW_MM_A_LOCKED_VM,
	VMAVIEW_MM_A_PINNED_VM,
	VMAVIEW_MM_A_DATA_VM,
	VMAVIEW_MM_A_EXEC_VM,
	VMAVIEW_MM_A_STACK_VM,
	VMAVIEW_MM_A_HIWATER_VM,
	VMAVIEW_MM_A_HIWATER_RSS,
	VMAVIEW_MM_A_RSS_ANON,
	VMAVIEW_MM_A_RSS_FILE,
	VMAVIEW_MM_A_RSS_SHMEM,
	VMAVIEW_MM_A_SWAP_ENTS,
	VMAVIEW_MM_A_MAP_COUNT,
	VMAVIEW_MM_A_MM_USERS,		/* without the module's own */
	VMAVIEW_MM_A_MM_COUNT,		/* all users count as one; without PAGEMAP_FD's */
	VMAVIEW_MM_A_PGTABLES_BYTES,
	VMAVIEW_MM_A_LEGACY_LAYOUT,	/* 1: mmap area grows up */
	VMAVIEW_MM_A_TASK_32BIT,	/* 1: address space of 4 GiB or less */
	VMAVIEW_MM_A_TREE_DEPTH,	/* levels of the areas' maple tree */

	__VMAVIEW_MM_A_MAX,
	VMAVIEW_MM_A_MAX = __VMAVIEW_MM_A_MAX - 1
};

enum vmaview_object_attr {
	VMAVIEW_OBJECT_A_UNSPEC,
	VMAVIEW_OBJECT_A_PAD,
	VMAVIEW_OBJECT_A_KIND,		/* u32: enum vmaview_object_kind */
	VMAVIEW_OBJECT_A_NAME,		/* binary: not escaped, no NUL; left out above 16 KiB */
	VMAVIEW_OBJECT_A_DEV_MAJOR,	/* u32, files only */
	VMAVIEW_OBJECT_A_DEV_MINOR,	/* u32, files only */
	VMAVIEW_OBJECT_A_INODE,		/* u64, files only */
	VMAVIEW_OBJECT_A_DELETED,	/* flag: the path has been unlinked */

	__VMAVIEW_OBJECT_A_MAX,
	VMAVIEW_OBJECT_A_MAX = __VMAVIEW_OBJECT_A_MAX - 1
};

enum vmaview_object_kind {
	VMAVIEW_OBJECT_FILE,		/* NAME is a path */
	VMAVIEW_OBJECT_SPECIAL,		/* NAME is the kernel's, "[heap]" */
};

/* One area; [start, end). */
struct vmaview_vma {
	__u64 start;
	__u64 end;
	__u64 flags;	/* vm_flags; bits are named by GET_INFO */
	__u64 pgoff;	/* vm_pgoff, in pages, also of anonymous areas */
	__u32 object;	/* 1-based, 0 is none */
	__u32 reserved;	/* 0 */
};

/*
 * What an area's page-table entries hold. The first group is of kinds, an
 * entry is counted in one of them; the second is of properties, which any
 * number of kinds may have. What smaps calls Rss is
 * ANON + FILE + SHMEM + MIGRATION + DEVICE + HWPOISON.
 */
enum vmaview_count {
	VMAVIEW_COUNT_ANON,		/* present, anonymous, KSM included */
	VMAVIEW_COUNT_FILE,		/* present, page cache */
	VMAVIEW_COUNT_SHMEM,		/* present, tmpfs, memfd, SysV, shared anonymous */
	VMAVIEW_COUNT_ZERO,		/* the zero page, small or huge; not in Rss */
	VMAVIEW_COUNT_PFNMAP,		/* present, bare frames and DAX; not in Rss */
	VMAVIEW_COUNT_HUGETLB,		/* present, moving or lost; not in Rss */
	VMAVIEW_COUNT_SWAP,		/* swap entry */
	VMAVIEW_COUNT_MIGRATION,	/* migration entry, in Rss */
	VMAVIEW_COUNT_DEVICE,		/* device private or exclusive, in Rss */
	VMAVIEW_COUNT_HWPOISON,		/* the page was lost to a memory error, in Rss */
	VMAVIEW_COUNT_MARKER,		/* write-protected by userfaultfd: no page */
	VMAVIEW_COUNT_GUARD,		/* MADV_GUARD_INSTALL: no page */
	VMAVIEW_COUNT_POISON,		/* could not be read back: no page */

	VMAVIEW_COUNT_HUGE = 16,	/* in Rss, by a pmd entry: a THP */
	VMAVIEW_COUNT_DIRTY,		/* hardware dirty bit of the entry */
	VMAVIEW_COUNT_ACCESSED,		/* hardware accessed bit of the entry */
	VMAVIEW_COUNT_SOFT_DIRTY,	/* soft-dirty, present or swapped */
	VMAVIEW_COUNT_WRITABLE,		/* write allowed by the entry */
	VMAVIEW_COUNT_EXEC,		/* execution allowed by the entry */
	VMAVIEW_COUNT_PROT_NONE,	/* present, but no access allowed */
	VMAVIEW_COUNT_UFFD_WP,		/* write-protected by userfaultfd, */
					/* or from v7.3 kept from reads too */
	VMAVIEW_COUNT_HUGE_ZERO,	/* of ZERO: the huge one */
	VMAVIEW_COUNT_HUGETLB_PUD,	/* of HUGETLB: by a pud entry */
	VMAVIEW_COUNT_EXCLUSIVE,	/* in Rss, mapped here and nowhere else */
	VMAVIEW_COUNT_KSM,		/* of ANON: merged with equal pages */
	VMAVIEW_COUNT_PSS,		/* bytes: Rss, a page divided by its mappings */

	__VMAVIEW_COUNT_MAX,
	VMAVIEW_COUNT_MAX = __VMAVIEW_COUNT_MAX - 1
};

#define VMAVIEW_COUNTS_WIDE	(1U << 31)

/* The kind of a page in MAP and STATE. */
enum vmaview_page {
	VMAVIEW_PAGE_UNMAPPED,		/* in no area */
	VMAVIEW_PAGE_NONE,		/* no entry: never touched, or given back */
	VMAVIEW_PAGE_MARKER,		/* the kinds of enum vmaview_count */
	VMAVIEW_PAGE_GUARD,
	VMAVIEW_PAGE_POISON,
	VMAVIEW_PAGE_ANON,		/* from here on: a frame */
	VMAVIEW_PAGE_FILE,
	VMAVIEW_PAGE_SHMEM,
	VMAVIEW_PAGE_ZERO,
	VMAVIEW_PAGE_PFNMAP,
	VMAVIEW_PAGE_HUGETLB,
	VMAVIEW_PAGE_SWAP,
	VMAVIEW_PAGE_MIGRATION,
	VMAVIEW_PAGE_DEVICE,
	VMAVIEW_PAGE_HWPOISON,

	__VMAVIEW_PAGE_MAX,
	VMAVIEW_PAGE_MAX = __VMAVIEW_PAGE_MAX - 1
};

#define VMAVIEW_PAGE_KIND(state)	((state) & 0x1f)
#define VMAVIEW_PAGE_HAS_FRAME(kind)	((kind) >= VMAVIEW_PAGE_ANON)

#define VMAVIEW_PAGE_DIRTY	(1U << 5)
#define VMAVIEW_PAGE_ACCESSED	(1U << 6)
#define VMAVIEW_PAGE_SOFT_DIRTY	(1U << 7)
#define VMAVIEW_PAGE_WRITABLE	(1U << 8)
#define VMAVIEW_PAGE_EXEC	(1U << 9)
#define VMAVIEW_PAGE_PROT_NONE	(1U << 10)
#define VMAVIEW_PAGE_UFFD_WP	(1U << 11)
#define VMAVIEW_PAGE_PMD	(1U << 12)	/* by an entry of that level, */
#define VMAVIEW_PAGE_PUD	(1U << 13)	/* else by a pte */
#define VMAVIEW_PAGE_EXCLUSIVE	(1U << 14)	/* if asked for SHARING */
#define VMAVIEW_PAGE_KSM	(1U << 15)	/* likewise */
#define VMAVIEW_PAGE_BITMAP	(1U << 23)	/* of a group, not of a page */

#define VMAVIEW_MAP_STATE(word)		((word) & 0xffffff)
#define VMAVIEW_MAP_PAGES(word)		((word) >> 24)

enum vmaview_level {
	VMAVIEW_LEVEL_PTE,
	VMAVIEW_LEVEL_PMD,
	VMAVIEW_LEVEL_PUD,
	VMAVIEW_LEVEL_P4D,
	VMAVIEW_LEVEL_PGD,

	VMAVIEW_LEVELS
};

/*
 * The page tables below one area [start, end), by level. A table that several
 * areas use counts for the first of them, an entry likewise, so that sums are
 * of the whole mm. PTE, PMD and PUD tables and the deposited ones are what
 * pgtables_bytes counts; those above are in no counter. (With PAE it also has
 * PMD tables that no area is below.)
 */
struct vmaview_tables {
	__u64 start;
	__u64 end;
	__u64 used[VMAVIEW_LEVELS];	/* entries that are not none */
	__u64 pages[VMAVIEW_LEVELS];	/* of these, present and no table */
	__u32 tables[VMAVIEW_LEVELS];
	__u32 deposited;		/* PTE tables kept for when a THP is split */
};

enum vmaview_entry_attr {
	VMAVIEW_ENTRY_A_UNSPEC,
	VMAVIEW_ENTRY_A_PAD,
	VMAVIEW_ENTRY_A_ADDRESS,	/* u64: the one asked for */
	VMAVIEW_ENTRY_A_STATE,		/* u32: as in MAP, SHARING included */
	VMAVIEW_ENTRY_A_VMA_START,	/* u64: of the area, if in one */
	VMAVIEW_ENTRY_A_VMA_END,	/* u64 */
	VMAVIEW_ENTRY_A_FRAME,		/* u64: if the state has one */
	VMAVIEW_ENTRY_A_TOKEN,		/* u64: for those who may not see frames */
	VMAVIEW_ENTRY_A_LEVEL,		/* nest of enum vmaview_level_attr, many */

	__VMAVIEW_ENTRY_A_MAX,
	VMAVIEW_ENTRY_A_MAX = __VMAVIEW_ENTRY_A_MAX - 1
};

enum vmaview_level_attr {
	VMAVIEW_LEVEL_A_UNSPEC,
	VMAVIEW_LEVEL_A_PAD,
	VMAVIEW_LEVEL_A_LEVEL,		/* u32: enum vmaview_level */
	VMAVIEW_LEVEL_A_SHIFT,		/* u32: an entry maps 1 << SHIFT bytes */
	VMAVIEW_LEVEL_A_INDEX,		/* u32: of the entry in its table */
	VMAVIEW_LEVEL_A_ENTRIES,	/* u32: in a table */
	VMAVIEW_LEVEL_A_TABLE,		/* u64: physical address of the table */
	VMAVIEW_LEVEL_A_RAW,		/* u64: the entry, bits of RAW_MASK */
	VMAVIEW_LEVEL_A_RAW_MASK,	/* u64 */

	__VMAVIEW_LEVEL_A_MAX,
	VMAVIEW_LEVEL_A_MAX = __VMAVIEW_LEVEL_A_MAX - 1
};

#endif /* _UAPI_LINUX_VMAVIEW_H */
