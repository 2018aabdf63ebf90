/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every difference between kernels, one inline each. VMAV_HAVE_* come from
 * the probes in Kbuild; where a macro of the kernel tells, it is asked itself.
 * Written for the newest kernel; the #else branches are the older ones.
 */
#ifndef VMAVIEW_COMPAT_H
#define VMAVIEW_COMPAT_H

#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/sched/coredump.h>
#include <linux/swap.h>
#include <linux/swapops.h>
#include <net/genetlink.h>

#ifdef VMAV_HAVE_LEAFOPS
#include <linux/leafops.h>
#endif

#ifdef CONFIG_X86_PAE
#include "halves.h"
#endif

/*
 * v6.9: pXdp_get() for every level; before, only an open READ_ONCE(). With PAE
 * that reads the halves of a pud one after the other. There it does not matter:
 * such an entry leads to a table in low memory, so that its high half is 0.
 */
#ifndef VMAV_HAVE_PXDP_GET
#ifndef pgdp_get
#define pgdp_get(pgdp)	READ_ONCE(*(pgdp))
#endif
#ifndef p4dp_get
#define p4dp_get(p4dp)	READ_ONCE(*(p4dp))
#endif
#ifndef pudp_get
#define pudp_get(pudp)	READ_ONCE(*(pudp))
#endif
#endif

/*
 * v6.2, dab6e717429e: pmdp_get_lockless(). It and ptep_get_lockless() are for
 * entries that are present, which makes a difference where there are halves.
 */
static inline pmd_t vmav_pmdp_get(pmd_t *pmdp)
{
#ifdef CONFIG_X86_PAE
	return __pmd(vmav_halves_get_pmd((const u32 *)pmdp));
#elif defined(VMAV_HAVE_PMDP_GET_LOCKLESS)
	return pmdp_get_lockless(pmdp);
#else
	return READ_ONCE(*pmdp);
#endif
}

static inline pte_t vmav_ptep_get(const pte_t *ptep)
{
#ifdef CONFIG_X86_PAE
	return __pte(vmav_halves_get((const u32 *)ptep));
#else
	return ptep_get_lockless((pte_t *)ptep);
#endif
}

/* Gone with fs-dax pages that have a struct page like all others. */
static inline bool vmav_pmd_devmap(pmd_t pmd)
{
#ifdef VMAV_HAVE_PMD_DEVMAP
	return pmd_devmap(pmd);
#else
	return false;
#endif
}

/*
 * Whose entries GET_ENTRY tells, by their layout. v6.10: arm64 has another bit
 * for what Linux alone takes for present, and moved the fields of swap entries
 * to make room for a mark of userfaultfd.
 */
#if defined(CONFIG_X86_64)
#define VMAV_MACHINE	"x86_64"
#elif defined(CONFIG_X86_PAE)
#define VMAV_MACHINE	"i386-pae"
#elif defined(CONFIG_ARM64) && defined(PTE_PROT_NONE)
#define VMAV_MACHINE	"aarch64"
#elif defined(CONFIG_ARM64)
#define VMAV_MACHINE	"aarch64-6.10"
#else
#define VMAV_MACHINE	UTS_MACHINE
#endif

/*
 * VMAV_PTE_FLAGS: the bits of an entry that say what it is, where it is and the
 * frame are in one word; not defined where two must be read. VMAV_RAW_FLAGS:
 * the bits around a frame, VMAV_SWAP_FLAGS: those of an entry that is not
 * present which say nothing of where to.
 */
#if defined(CONFIG_X86_64)
#define VMAV_PTE_FLAGS	PTE_FLAGS_MASK
/* Not pte_val(): with PARAVIRT_XXL a call, to translate frames, not flags. */
#define vmav_pte_raw(pte)	native_pte_val(pte)
#define vmav_raw_pte(raw)	native_make_pte(raw)
#define VMAV_RAW_FLAGS	((u64)PTE_FLAGS_MASK)
#define VMAV_SWAP_FLAGS	0x1ffULL
#elif defined(CONFIG_X86_PAE)
#define VMAV_RAW_FLAGS	((u64)PTE_FLAGS_MASK)
#define VMAV_SWAP_FLAGS	0x1ffULL
#elif defined(CONFIG_ARM64)
/* v6.8 took the name for both away; the high part is there with 52 bits. */
#ifdef PTE_ADDR_HIGH
#define VMAV_PTE_FLAGS	(~(u64)(PTE_ADDR_LOW | PTE_ADDR_HIGH))
#else
#define VMAV_PTE_FLAGS	(~(u64)PTE_ADDR_LOW)
#endif
#define vmav_pte_raw(pte)	pte_val(pte)
#define vmav_raw_pte(raw)	__pte(raw)
#define VMAV_RAW_FLAGS	((u64)VMAV_PTE_FLAGS)
#ifdef PTE_PROT_NONE
#define VMAV_SWAP_FLAGS	(0x7ULL | PTE_PROT_NONE)
#else
#define VMAV_SWAP_FLAGS	(0xfULL | PTE_PRESENT_INVALID)
#endif
#else
#define VMAV_RAW_FLAGS	0ULL
#define VMAV_SWAP_FLAGS	0ULL
#endif

/*
 * v6.9: arm64 joins entries that one entry of the TLB can stand for. The CPU
 * marks any of them accessed or dirty and means all, and only
 * ptep_get_lockless() asks all.
 */
static inline bool vmav_pte_is_joined(pte_t pte)
{
#ifdef CONFIG_ARM64_CONTPTE
	return pte_cont(pte);
#else
	return false;
#endif
}

/*
 * v6.9: where an arm64 kernel has one level more than the CPU, the top table is
 * one of p4ds, and PGDIR_SHIFT is that of the level which is not there.
 */
static inline bool vmav_top_is_p4d(struct mm_struct *mm)
{
#if defined(CONFIG_ARM64) && CONFIG_PGTABLE_LEVELS > 4
	return mm_p4d_folded(mm);
#else
	return false;
#endif
}

/*
 * What an entry allows besides writing. pte_protnone() speaks of NUMA
 * balancing alone on some; a PROT_NONE page that was touched looks the same.
 */
static inline bool vmav_pte_exec(pte_t pte)
{
#if defined(CONFIG_X86)
	return pte_exec(pte);
#elif defined(CONFIG_ARM64)
	return pte_user_exec(pte);
#else
	return false;
#endif
}

static inline bool vmav_pte_prot_none(pte_t pte)
{
#if defined(CONFIG_X86)
	return (pte_flags(pte) & (_PAGE_PROTNONE | _PAGE_PRESENT)) ==
	       _PAGE_PROTNONE;
#elif defined(CONFIG_ARM64)
	return pte_present(pte) && !pte_user(pte) && !pte_user_exec(pte);
#else
	return pte_protnone(pte);
#endif
}

/* A huge page's entry has a pte's bits where a pte has them, but for PAT. */
static inline pte_t vmav_pmd_pte(pmd_t pmd)
{
	return __pte(pmd_val(pmd));
}

static inline pte_t vmav_pud_pte(pud_t pud)
{
	return __pte(pud_val(pud));
}

/*
 * The PTE table below a pmd that the caller has copied, and its end. Not
 * pte_offset_map(): that one is not exported since v6.5, and takes a lock
 * which a reader with IRQs off does not need.
 */
static inline pte_t *vmav_pte_map(pmd_t *copy, unsigned long addr)
{
#ifdef CONFIG_HIGHPTE
	return (pte_t *)kmap_local_page(pmd_page(*copy)) + pte_index(addr);
#else
	return pte_offset_kernel(copy, addr);
#endif
}

static inline void vmav_pte_unmap(pte_t *ptes)
{
#ifdef CONFIG_HIGHPTE
	kunmap_local(ptes);
#endif
}

/* v6.6, 11250fd12eb8; the edges of [heap] moved by one with it. */
static inline bool vmav_vma_is_heap(const struct vm_area_struct *vma)
{
#ifdef VMAV_HAVE_INITIAL_HEAP
	return vma_is_initial_heap(vma);
#else
	return vma->vm_start <= vma->vm_mm->brk &&
	       vma->vm_end >= vma->vm_mm->start_brk;
#endif
}

static inline bool vmav_vma_is_stack(const struct vm_area_struct *vma)
{
	return vma->vm_start <= vma->vm_mm->start_stack &&
	       vma->vm_end >= vma->vm_mm->start_stack;
}

/*
 * v6.19: what stands in an entry that is not present is a softleaf. Before, it
 * was a swap entry, whatever it stood for. (Some stable releases have a few of
 * the new names too, hence names of our own.)
 */
#ifdef VMAV_HAVE_LEAFOPS
#define vmav_leaf_t			softleaf_t
#define vmav_leaf_from_pte		softleaf_from_pte
#define vmav_leaf_from_pmd		softleaf_from_pmd
#define vmav_leaf_is_swap		softleaf_is_swap
#define vmav_leaf_is_migration		softleaf_is_migration
#define vmav_leaf_is_device_private	softleaf_is_device_private
#define vmav_leaf_is_device_exclusive	softleaf_is_device_exclusive
#define vmav_leaf_is_hwpoison		softleaf_is_hwpoison
#define vmav_leaf_is_poison		softleaf_is_poison_marker
#define vmav_leaf_is_guard		softleaf_is_guard_marker
#define vmav_leaf_is_uffd_wp		softleaf_is_uffd_wp_marker
#define vmav_leaf_has_pfn		softleaf_has_pfn
#define vmav_leaf_to_pfn		softleaf_to_pfn
#else
#define vmav_leaf_t			swp_entry_t
#define vmav_leaf_from_pte		pte_to_swp_entry
#define vmav_leaf_from_pmd		pmd_to_swp_entry
#define vmav_leaf_is_swap(entry)	(!non_swap_entry(entry))
#define vmav_leaf_is_migration		is_migration_entry
#define vmav_leaf_is_device_private	is_device_private_entry
#define vmav_leaf_is_device_exclusive	is_device_exclusive_entry
#define vmav_leaf_is_hwpoison		is_hwpoison_entry
#define vmav_leaf_is_uffd_wp		pte_marker_entry_uffd_wp
#define vmav_leaf_has_pfn		is_pfn_swap_entry
#define vmav_leaf_to_pfn		swp_offset_pfn

/*
 * Two more pte markers. Poisoned: v6.5, af19487f00f3; before, a swap type said
 * that a page could not be read back. Guard: v6.13, 7c53dfbdb024.
 */
static inline bool vmav_leaf_is_poison(swp_entry_t entry)
{
#ifdef PTE_MARKER_POISONED
	return is_pte_marker_entry(entry) &&
	       pte_marker_get(entry) & PTE_MARKER_POISONED;
#else
	return is_swapin_error_entry(entry);
#endif
}

static inline bool vmav_leaf_is_guard(swp_entry_t entry)
{
#ifdef PTE_MARKER_GUARD
	return is_pte_marker_entry(entry) &&
	       pte_marker_get(entry) & PTE_MARKER_GUARD;
#else
	return false;
#endif
}
#endif

/*
 * v7.3: the bit says that userfaultfd watches the page, for any access where
 * the area is VM_UFFD_RWP. Before, it knew of writes alone.
 */
#ifndef VMAV_HAVE_PTE_UFFD
#define pte_uffd(pte)		pte_uffd_wp(pte)
#define pte_swp_uffd(pte)	pte_swp_uffd_wp(pte)
#define pmd_swp_uffd(pmd)	pmd_swp_uffd_wp(pmd)
#endif

/*
 * These assert nothing of a page that we hold no reference to. v6.18: the flags
 * are a struct of the one word that they were.
 */
static inline bool vmav_folio_flag(const struct folio *folio, unsigned int flag)
{
	BUILD_BUG_ON(sizeof(folio->flags) != sizeof(unsigned long));
	return test_bit(flag, (const unsigned long *)&folio->flags);
}

static inline bool vmav_folio_swapbacked(const struct folio *folio)
{
	return vmav_folio_flag(folio, PG_swapbacked);
}

static inline bool vmav_folio_large(const struct folio *folio)
{
	return vmav_folio_flag(folio, PG_head);
}

/*
 * How many pmd and larger entries map a large folio. v6.3: in the folio. v6.15:
 * without 64 bits in its third page, which one of two has not; nor has it such
 * entries.
 */
static inline int vmav_entire_mapcount(struct folio *folio)
{
	if (!IS_ENABLED(CONFIG_64BIT) && folio_order(folio) == 1)
		return 0;
#ifdef VMAV_HAVE_ENTIRE_MAPCOUNT
	return atomic_read(&folio->_entire_mapcount) + 1;
#else
	return atomic_read(compound_mapcount_ptr(&folio->page)) + 1;
#endif
}

/*
 * How many entries map a page of a large folio. v6.15: as one number for the
 * folio, CONFIG_NO_PAGE_MAPCOUNT. Until v6.2 (cb67f4282bf9), entries for the
 * whole were counted in every page of a file's folio, and in those of an
 * anonymous one once, if it had other entries too.
 */
static inline int vmav_large_mapcount(struct folio *folio, struct page *page)
{
#ifdef CONFIG_NO_PAGE_MAPCOUNT
	/* of a folio that is being freed it may be anything */
	unsigned int order = folio_large_order(folio) & 31;
	int entire = vmav_entire_mapcount(folio);
	int parts = atomic_read(&folio->_large_mapcount) + 1 - entire;

	if (parts <= 0)
		return entire;
	/* to the nearest */
	return max(entire + (int)((parts + (1U << order) / 2) >> order), 1);
#else
	int count = atomic_read(&page->_mapcount) + 1;

#ifdef VMAV_HAVE_DOUBLE_MAP
	if (!folio_test_anon(folio) && !PageHuge(&folio->page))
		return count;
	count -= test_bit(PG_double_map, &folio_page(folio, 1)->flags);
#endif
	/* negative: it is not a mapped page any more */
	return max(count, 0) + vmav_entire_mapcount(folio);
#endif
}

/*
 * The name given by prctl(PR_SET_VMA_ANON_NAME), or NULL. Until v6.2
 * (d09e8ca6cb93) only areas without a file could have one, and the pointer
 * shared its place with the interval tree of those with a file.
 */
static inline const char *vmav_vma_anon_name(const struct vm_area_struct *vma)
{
#ifdef CONFIG_ANON_VMA_NAME
#ifndef VMAV_HAVE_ANON_SHMEM_NAME
	if (vma->vm_file)
		return NULL;
#endif
	return vma->anon_name ? vma->anon_name->name : NULL;
#else
	return NULL;
#endif
}

/* v6.8: stacked file systems map a backing file with the user's path aside. */
static inline const struct inode *vmav_file_inode(const struct file *file)
{
#ifdef VMAV_HAVE_FILE_USER_PATH
	return file_user_inode(file);
#else
	return file_inode(file);
#endif
}

static inline const struct path *vmav_file_path(const struct file *file)
{
#ifdef VMAV_HAVE_FILE_USER_PATH
	return file_user_path(file);
#else
	return &file->f_path;
#endif
}

/*
 * A reference to mm->exe_file or NULL; get_mm_exe_file() is not exported.
 * v6.7, 0ede61d8589c: get_file_rcu() takes the pointer's place, as files are
 * recycled under RCU. Before, it was a macro over the file itself.
 */
static inline struct file *vmav_get_exe_file(struct mm_struct *mm)
{
	struct file *file;

	rcu_read_lock();
#ifdef get_file_rcu
	file = rcu_dereference(mm->exe_file);
	if (file && !get_file_rcu(file))
		file = NULL;
#else
	file = get_file_rcu(&mm->exe_file);
#endif
	rcu_read_unlock();
	return file;
}

/*
 * One of the RSS counters, in pages, never below 0. v6.2, f1a7941243c1: they
 * are per CPU and summed here; before, each thread kept up to 64 events back.
 */
static inline unsigned long vmav_mm_counter(struct mm_struct *mm, int member)
{
#ifdef VMAV_HAVE_RSS_PERCPU
	return percpu_counter_sum_positive(&mm->rss_stat[member]);
#else
	return get_mm_counter(mm, member);
#endif
}

/*
 * v6.10, 529ce23a764f: a flag; before, the address of a function. v6.18: there
 * are more flags than a word has bits.
 */
static inline bool vmav_mm_is_legacy(const struct mm_struct *mm)
{
#ifdef VMAV_HAVE_MM_FLAGS_TEST
	return !mm_flags_test(MMF_TOPDOWN, mm);
#elif defined(VMAV_HAVE_MMF_TOPDOWN)
	return !test_bit(MMF_TOPDOWN, &mm->flags);
#elif defined(CONFIG_HAVE_ARCH_COMPAT_MMAP_BASES)
	return mm->mmap_base == mm->mmap_legacy_base;
#else
	return mm->mmap_base < mm->task_size / 2;
#endif
}

static inline bool vmav_mm_is_32bit(const struct mm_struct *mm)
{
	return (u64)mm->task_size <= 1ULL << 32;
}

/* x86 keeps a second base for mmap calls of 32-bit tasks. */
static inline unsigned long vmav_mm_mmap_base(const struct mm_struct *mm)
{
#ifdef CONFIG_HAVE_ARCH_COMPAT_MMAP_BASES
	if (vmav_mm_is_32bit(mm))
		return mm->mmap_compat_base;
#endif
	return mm->mmap_base;
}

/* v6.7: genl_info_dump(); before, genl_dumpit_info() with other members. */
static inline struct nlattr **vmav_dump_attrs(struct netlink_callback *cb)
{
#ifdef VMAV_HAVE_GENL_INFO_DUMP
	return genl_info_dump(cb)->attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

/*
 * What is compared to tell whether the areas of an mm changed while its
 * mmap_lock was not held. A v6.12 stable release made mm_lock_seq a seqcount
 * that moves with every section under the write lock. Before, the sums that
 * the kernel keeps are all there is: a change that leaves every one of them
 * as it was (a move to another address) goes unseen.
 */
struct vmav_mm_seq {
#ifdef VMAV_HAVE_MM_LOCK_SEQCOUNT
	unsigned int seq;
#else
	unsigned long sums[8];
#endif
};

/* Takes the present state; mmap_lock must be held for reading. */
static inline void vmav_mm_seq_take(struct mm_struct *mm,
				    struct vmav_mm_seq *seq)
{
	lockdep_assert_held(&mm->mmap_lock);
#ifdef VMAV_HAVE_MM_LOCK_SEQCOUNT
	seq->seq = READ_ONCE(mm->mm_lock_seq.sequence);
#else
	seq->sums[0] = mm->map_count;
	seq->sums[1] = mm->total_vm;
	seq->sums[2] = mm->data_vm;
	seq->sums[3] = mm->exec_vm;
	seq->sums[4] = mm->stack_vm;
	seq->sums[5] = mm->locked_vm;
	seq->sums[6] = mm->brk;
	seq->sums[7] = (unsigned long)rcu_access_pointer(mm->mm_mt.ma_root);
#endif
}

#endif
