// SPDX-License-Identifier: GPL-2.0
/*
 * The way of one address through the page tables, every entry as it stands.
 * Unlike the other walks it also goes where no area is, but into no table that
 * none is below: munmap frees such tables with the lock held for reading, and
 * on bare metal waits only for the CPUs that run the mm, which ours need not
 * (native_tlb_remove_table() on x86). See free_pgtables() in mm/memory.c: a
 * table that any area is below stays.
 */
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/string.h>

#include "compat.h"
#include "entry.h"
#include "state.h"

/* What the level of this name is made of. */
struct shape {
	u32 shift;
	u32 entries;
};

static struct shape shape_of(struct mm_struct *mm, unsigned int level)
{
	if (level == VMAVIEW_LEVEL_PGD && vmav_top_is_p4d(mm))
		level = VMAVIEW_LEVEL_P4D;
	switch (level) {
	case VMAVIEW_LEVEL_PGD:
		return (struct shape){ PGDIR_SHIFT, PTRS_PER_PGD };
	case VMAVIEW_LEVEL_P4D:
		return (struct shape){ P4D_SHIFT, PTRS_PER_P4D };
	case VMAVIEW_LEVEL_PUD:
		return (struct shape){ PUD_SHIFT, PTRS_PER_PUD };
	case VMAVIEW_LEVEL_PMD:
		return (struct shape){ PMD_SHIFT, PTRS_PER_PMD };
	default:
		return (struct shape){ PAGE_SHIFT, PTRS_PER_PTE };
	}
}

/*
 * Adds an entry of raw bits; present: they are flags around a frame. table is
 * the physical address of where the entry stands, or of its table.
 */
static void add_level(struct vmav_entry *entry, struct mm_struct *mm,
		      unsigned int level, phys_addr_t entry_at, size_t size,
		      u64 raw, bool present)
{
	struct vmav_entry_level *out = &entry->levels[entry->nr_levels++];
	struct shape shape = shape_of(mm, level);

	out->level = level;
	out->shift = shape.shift;
	out->entries = shape.entries;
	out->index = (entry->address >> shape.shift) & (shape.entries - 1);
	out->table = entry_at - out->index * size;
	out->raw = raw;
	if (!raw)
		out->raw_mask = U64_MAX;
	else
		out->raw_mask = present ? VMAV_RAW_FLAGS : VMAV_SWAP_FLAGS;
}

/* The last of the entries on the way that has something to say of the page. */
struct leaf {
	u32 state;
	u64 frame;
};

/* How far the way may go. */
struct guide {
	struct mm_struct *mm;
	/* the lowest level whose table some area is below */
	unsigned int lowest;
	/* NULL: in no area, and what pages there are is nobody's business */
	const struct vmav_state_of *of;
};

/* A table of this level maps so much. */
static u64 table_span(unsigned int level)
{
	switch (level) {
	case VMAVIEW_LEVEL_P4D:
		return PGDIR_SIZE;
	case VMAVIEW_LEVEL_PUD:
		return P4D_SIZE;
	case VMAVIEW_LEVEL_PMD:
		return PUD_SIZE;
	default:
		return PMD_SIZE;
	}
}

/* Spans nest, so that the first one without an area ends it. */
static unsigned int lowest_level(struct mm_struct *mm, u64 address)
{
	unsigned int level = VMAVIEW_LEVEL_PGD;

	while (level > VMAVIEW_LEVEL_PTE) {
		u64 span = table_span(level - 1);
		u64 first = address & ~(span - 1);
		struct vm_area_struct *vma = find_vma(mm, first);

		if (!vma || vma->vm_start > first + span - 1)
			break;
		level--;
	}
	return level;
}

static const struct leaf no_page = { VMAVIEW_PAGE_NONE, 0 };

static struct leaf read_pte(struct vmav_entry *entry,
			    const struct guide *guide, pmd_t pmd)
{
	pte_t *ptep = vmav_pte_map(&pmd, entry->address);
	pte_t pte = vmav_ptep_get(ptep);

	add_level(entry, guide->mm, VMAVIEW_LEVEL_PTE,
		  page_to_phys(pmd_page(pmd)) + offset_in_page(ptep),
		  sizeof(*ptep), pte_val(pte), pte_present(pte));
	vmav_pte_unmap(ptep);
	if (!guide->of || pte_none(pte))
		return no_page;
	return (struct leaf){ vmav_state_of_pte(guide->of, pte),
			      vmav_frame_of_pte(pte) };
}

/*
 * What an entry is told as: by its level, or, where that is folded, as the one
 * above, which stands at folded. Then the offset functions give the address of
 * the copy that they were given. (Not so where vmav_top_is_p4d().)
 */
struct name {
	unsigned int level;
	phys_addr_t folded;		/* 0: it is not */
};

static phys_addr_t stands_at(struct name name, const void *entryp)
{
	return name.folded ?: virt_to_phys((void *)entryp);
}

static struct leaf read_pmd(struct vmav_entry *entry,
			    const struct guide *guide, struct name name,
			    pud_t *pudp, pud_t pud)
{
	const unsigned int nr = (entry->address & ~PMD_MASK) >> PAGE_SHIFT;
	pmd_t *pmdp = pmd_offset_lockless(pudp, pud, entry->address);
	pmd_t pmd = vmav_pmdp_get(pmdp);

	add_level(entry, guide->mm, name.level, stands_at(name, pmdp),
		  sizeof(*pmdp), pmd_val(pmd), pmd_present(pmd));
	if (pmd_present(pmd) && !pmd_leaf(pmd))
		return guide->lowest > VMAVIEW_LEVEL_PTE ? no_page :
		       read_pte(entry, guide, pmd);
	if (!guide->of || pmd_none(pmd))
		return no_page;
	return (struct leaf){ vmav_state_of_pmd(guide->of, pmdp, pmd, nr),
			      vmav_frame_of_pmd(guide->of, pmd, nr) };
}

static struct leaf read_pud(struct vmav_entry *entry,
			    const struct guide *guide, struct name name,
			    p4d_t *p4dp, p4d_t p4d)
{
	const unsigned int nr = (entry->address & ~PUD_MASK) >> PAGE_SHIFT;
	pud_t *pudp = pud_offset_lockless(p4dp, p4d, entry->address);
	pud_t pud = pudp_get(pudp);

	if (mm_pmd_folded(guide->mm))
		return read_pmd(entry, guide, name, pudp, pud);
	add_level(entry, guide->mm, name.level, stands_at(name, pudp),
		  sizeof(*pudp), pud_val(pud),
		  pte_present(vmav_pud_pte(pud)));
	if (pud_present(pud) && !pud_leaf(pud))
		return guide->lowest > VMAVIEW_LEVEL_PMD ? no_page :
		       read_pmd(entry, guide,
				(struct name){ VMAVIEW_LEVEL_PMD }, pudp, pud);
	if (!guide->of || pud_none(pud))
		return no_page;
	return (struct leaf){ vmav_state_of_pud(guide->of, pud),
			      vmav_frame_of_pud(pud, nr) };
}

static struct leaf read_p4d(struct vmav_entry *entry,
			    const struct guide *guide, struct name name,
			    pgd_t *pgdp, pgd_t pgd)
{
	p4d_t *p4dp = p4d_offset_lockless(pgdp, pgd, entry->address);
	p4d_t p4d = p4dp_get(p4dp);

	if (mm_pud_folded(guide->mm))
		return read_pud(entry, guide, name, p4dp, p4d);
	add_level(entry, guide->mm, name.level, stands_at(name, p4dp),
		  sizeof(*p4dp), p4d_val(p4d), p4d_present(p4d));
	if (p4d_none(p4d) || guide->lowest > VMAVIEW_LEVEL_PUD)
		return no_page;
	return read_pud(entry, guide, (struct name){ VMAVIEW_LEVEL_PUD }, p4dp,
			p4d);
}

/*
 * A folded level is the one above by another name, and told by that: so each
 * passes its own on when the next one is. IRQs are off.
 */
static struct leaf read_levels(struct vmav_entry *entry,
			       const struct guide *guide)
{
	pgd_t *pgdp = pgd_offset(guide->mm, entry->address);
	pgd_t pgd = pgdp_get(pgdp);

	entry->nr_levels = 0;
	if (mm_p4d_folded(guide->mm))
		return read_p4d(entry, guide, (struct name){ VMAVIEW_LEVEL_PGD,
				vmav_top_is_p4d(guide->mm) ? 0 :
				virt_to_phys(pgdp) }, pgdp, pgd);
	add_level(entry, guide->mm, VMAVIEW_LEVEL_PGD, virt_to_phys(pgdp),
		  sizeof(*pgdp), pgd_val(pgd), pgd_present(pgd));
	if (pgd_none(pgd) || guide->lowest > VMAVIEW_LEVEL_P4D)
		return no_page;
	return read_p4d(entry, guide, (struct name){ VMAVIEW_LEVEL_P4D }, pgdp,
			pgd);
}

static void take_locked(struct vmav_entry *entry, struct mm_struct *mm)
{
	struct vm_area_struct *vma = find_vma(mm, entry->address);
	struct guide guide = {
		.mm = mm,
		.lowest = lowest_level(mm, entry->address),
	};
	struct vmav_state_of of;
	unsigned long flags;
	struct leaf leaf;

	entry->in_vma = vma && vma->vm_start <= entry->address;
	if (entry->in_vma) {
		entry->vma_start = vma->vm_start;
		entry->vma_end = vma->vm_end;
		of.backing = vmav_backing_of(vma);
		of.vm_flags = vma->vm_flags;
		of.sharing = true;
		guide.of = &of;
	}
again:
	local_irq_save(flags);
	leaf = read_levels(entry, &guide);
	local_irq_restore(flags);
	/* pairs with the release of anon_vma in __anon_vma_prepare() */
	smp_rmb();
	if (unlikely(guide.of && vmav_may_turn_anon(of.backing) &&
		     READ_ONCE(vma->anon_vma))) {
		of.backing = VMAV_BACKED_MIXED;
		goto again;
	}
	entry->state = entry->in_vma ? leaf.state : VMAVIEW_PAGE_UNMAPPED;
	entry->frame = leaf.frame;
}

/**
 * vmav_entry_take - follows an address through the tables
 * @entry: filled
 * @holds: of the dump
 * @mm: whose; the caller holds mm_users
 * @address: below the task's TASK_SIZE
 * @wait: for mmap_lock, a little
 *
 * Context: process context.
 * Return: 0; -EINTR by a fatal signal; -EAGAIN when the lock could not be had.
 */
int vmav_entry_take(struct vmav_entry *entry, struct vmav_holds *holds,
		    struct mm_struct *mm, u64 address, bool wait)
{
	int err = vmav_hold_begin(holds, mm, wait);

	if (err)
		return err;
	memset(entry, 0, sizeof(*entry));
	entry->address = address;
	take_locked(entry, mm);
	holds->done = true;
	vmav_hold_end(holds, mm);
	return 0;
}
