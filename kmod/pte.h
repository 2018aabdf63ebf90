/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMAVIEW_PTE_H
#define VMAVIEW_PTE_H

#include <linux/bitops.h>
#include <linux/mm_types.h>
#include <linux/vmaview.h>

#include "compat.h"
#include "kind.h"

/* smaps keeps its Pss in bytes with so many bits behind the point. */
#define VMAV_PSS_SHIFT	12

/*
 * Base pages by enum vmaview_count, but of PSS bytes << VMAV_PSS_SHIFT. A count
 * whose bit in mask is clear is 0, so that what costs something grows with the
 * counts there are.
 */
struct vmav_counts {
	u32 mask;
	bool sharing;	/* asked for EXCLUSIVE, KSM and PSS: looks at each page */
	u64 pages[VMAVIEW_COUNT_MAX + 1];
};

static inline void vmav_counts_add(struct vmav_counts *counts,
				   unsigned int count, u64 nr_pages)
{
	counts->mask |= 1U << count;
	counts->pages[count] += nr_pages;
}

/* Adds to each count that has a bit in mask. */
static inline void vmav_counts_add_all(struct vmav_counts *counts, u32 mask,
				       u64 nr_pages)
{
	counts->mask |= mask;
	for (; mask; mask &= mask - 1)
		counts->pages[__ffs(mask)] += nr_pages;
}

/* All to 0; the mask must have been set before, the rest need not. */
static inline void vmav_counts_reset(struct vmav_counts *counts)
{
	for (; counts->mask; counts->mask &= counts->mask - 1)
		counts->pages[__ffs(counts->mask)] = 0;
}

/* Copies what is not 0; the rest of *to is left as it is. */
static inline void vmav_counts_copy(struct vmav_counts *to,
				    const struct vmav_counts *from)
{
	u32 bits = from->mask;

	to->mask = bits;
	for (; bits; bits &= bits - 1)
		to->pages[__ffs(bits)] = from->pages[__ffs(bits)];
}

/* What the flags of no entry are. */
#define VMAV_NO_FLAGS	(~0ULL)

/* Present pages whose entries are alike in all but the frame. */
struct vmav_run {
	u64 flags;			/* of the entries, or VMAV_NO_FLAGS */
	enum vmav_backing backing;	/* of their area */
	u32 mask;			/* each adds 1 to these counts ... */
	unsigned int nr_counts;		/* ... which are so many */
	unsigned int nr;
};

#ifdef VMAV_PTE_FLAGS
#define VMAV_GROUP	16	/* entries to be looked at together; divides a table */

/*
 * What the bits of a group have in common, by the instructions that load and
 * combine at once. The compiler may load an entry as often as it likes: nothing
 * of what was seen is asked for again, and entries that differ at any look are
 * not alike.
 */
static __always_inline u64 vmav_seen_in_any(const pte_t *ptes, unsigned int nr)
{
	unsigned int i;
	u64 any = 0;

#pragma GCC unroll 16
	for (i = 0; i < nr; i++)
		/* see above */
		any |= data_race(vmav_pte_raw(ptes[i]));
	barrier();
	return any;
}

static __always_inline u64 vmav_seen_in_all(const pte_t *ptes, unsigned int nr)
{
	unsigned int i;
	u64 all = ~0ULL;

#pragma GCC unroll 16
	for (i = 0; i < nr; i++)
		/* see above */
		all &= data_race(vmav_pte_raw(ptes[i]));
	barrier();
	return all;
}

/**
 * vmav_run_go_on - counts a few entries that are all as those of an earlier run
 * @run: the earlier run; its nr is set
 * @ptes: the first entry; each is read once
 * @nr: how many, not 0
 * @backing: of their area
 *
 * Context: IRQs off.
 * Return: false when there is another one, but for none: nothing was counted.
 */
static __always_inline bool vmav_run_go_on(struct vmav_run *run,
					   const pte_t *ptes, unsigned int nr,
					   enum vmav_backing backing)
{
	u64 flags = run->backing == backing ? run->flags : VMAV_NO_FLAGS;
	unsigned int alike = 0;

	do {
		u64 raw = vmav_pte_raw(vmav_ptep_get(ptes++));

		if (!raw)
			continue;
		if (unlikely((raw & VMAV_PTE_FLAGS) != flags))
			return false;
		alike++;
	} while (--nr);
	run->nr = alike;
	return true;
}

bool vmav_run_take(struct vmav_run *run, const pte_t *ptes, unsigned int nr,
		   enum vmav_backing backing);
#endif

void vmav_count_ptes(struct vmav_counts *counts, struct vmav_run *run,
		     const pte_t *ptes, unsigned int nr,
		     enum vmav_backing backing);
void vmav_count_pmd(struct vmav_counts *counts, pmd_t *pmdp, pmd_t pmd,
		    unsigned long nr_pages, enum vmav_backing backing,
		    vm_flags_t vm_flags);
void vmav_count_pud(struct vmav_counts *counts, pud_t pud,
		    unsigned long nr_pages, enum vmav_backing backing);

#endif
