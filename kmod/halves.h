/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Entries of page tables that are read in halves, and in part written so: PAE's.
 * Only words and bits are spoken of here, so that the tests can try it with what
 * arch/x86/include/asm/pgtable-3level.h does to them at the same time.
 */
#ifndef VMAVIEW_HALVES_H
#define VMAVIEW_HALVES_H

/*
 * Both halves are read until both are as before: one of them alone does not tell
 * that the entry was cleared and made again meanwhile.
 *
 * The low half is the last to be written where none was, and the first to be
 * cleared: what has none is no entry, yet or any more. (It is a swap entry in
 * one of 8 million, 32 GiB into a swap area, which is taken for none.)
 */
static inline u64 vmav_halves_get(const u32 *halves)
{
	u32 low, high;

	do {
		low = READ_ONCE(halves[0]);
		smp_rmb();	/* pairs with smp_wmb() in native_set_pte() */
		high = READ_ONCE(halves[1]);
		smp_rmb();	/* and in native_pte_clear() */
	} while (low != READ_ONCE(halves[0]) || high != READ_ONCE(halves[1]));
	return low ? (u64)high << 32 | low : 0;
}

/*
 * The same for a pmd. One that becomes invalid for a moment (pmd_mkinvalid(), as
 * a huge page is split or marked as cold) has PSE alone and the bits of its frame
 * inverted; pmdp_establish() writes the low half first. So the high one may still
 * be as it was, which the frame's topmost bit tells: no machine has memory there.
 */
static inline u64 vmav_halves_get_pmd(const u32 *halves)
{
	const u64 frame = 0x000fffff00000000ULL, top = 0x0008000000000000ULL;
	u64 pmd = vmav_halves_get(halves);

	if ((pmd & (_PAGE_PRESENT | _PAGE_PROTNONE | _PAGE_PSE)) == _PAGE_PSE &&
	    !(pmd & top))
		pmd ^= frame;
	return pmd;
}

#endif
