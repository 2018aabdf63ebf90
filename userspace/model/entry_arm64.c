// SPDX-License-Identifier: GPL-2.0
/*
 * The fields of an arm64 entry, in each of its forms. The kernel's own words
 * for them are in arch/arm64/include/asm/pgtable-hwdef.h and pgtable-prot.h.
 *
 * Five levels mean addresses of 52 bits (LPA2), whose two highest stand where
 * entries else say with whom a page is coherent.
 */
#include "model/entry_arm64.h"

#include "model/entry_field.h"
#include "model/pages.h"

#define RAW_VALID	(1ULL << 0)
#define RAW_TABLE	(1ULL << 1)
#define RAW_NOT_GLOBAL	(1ULL << 11)
#define RAW_PROT_NONE	(1ULL << 58)	/* with V clear, before 6.10 */
#define RAW_INVALID	(1ULL << 59)	/* likewise */
#define FIVE_LEVELS_SHIFT	48

enum field_id {
	/* of entries that map a page */
	UNUSED_59, UNUSED_60, UNUSED_63, OVERLAY, UNUSED_59_ALONE, INVALID_59,
	UFFD_WP, PROT_NONE, DEVMAP, SPECIAL, DIRTY, UXN, PXN, CONTIGUOUS, WRITE,
	GUARDED, RESERVED_48, FRAME, FRAME_PMD, FRAME_PUD, WIDE_FRAME,
	WIDE_FRAME_PMD, WIDE_FRAME_PUD, RESERVED_PMD, RESERVED_PUD, NOT_GLOBAL,
	INVALID, ACCESSED, SHARE, HIGH, READ_ONLY, USER, NON_SECURE, ATTRIBUTES,
	TYPE, VALID,
	/* of entries that lead to a table */
	TABLE_NON_SECURE, TABLE_LIMIT, TABLE_UXN, TABLE_PXN, TABLE_UNUSED_48,
	TABLE_UNUSED_50, TABLE_FRAME, TABLE_WIDE_FRAME, TABLE_UNUSED_10,
	TABLE_UNUSED_8, TABLE_UNUSED_2,
	/* of entries that are not present */
	SWAP_UNUSED_59, SWAP_UNUSED_62, ZERO_58, ZERO_11, ZERO_1, SWAP_OFFSET,
	OTHER_OFFSET, SWAP_TYPE, OTHER_TYPE, NEW_SWAP_OFFSET, NEW_OTHER_OFFSET,
	NEW_SWAP_TYPE, NEW_OTHER_TYPE, SWAP_UNUSED_4, SWAP_UFFD_WP,
	SWAP_EXCLUSIVE,
	NONE,
};

#define IGNORED "The CPU ignores it. "
#define IGNORES "The CPU ignores these bits, and so does Linux."
#define AREA_TYPE "Which swap area has the page: the number of its line in /proc/swaps, from 0 on."
#define OTHERS_TYPE "A number above those of swap areas: the entry is not of swap but written like it. The page moves, is lost or in a device, or there is a marker and no page."
#define AREA_OFFSET "Which page of the swap area it is."
#define OTHERS_OFFSET "The frame, in its low bits, or what a marker marks."
#define FRAME_4K "Which frame of memory holds the page: times 4096 it is the physical address."
#define FRAME_2M "Which 2 MiB of memory hold the page: times 2 MiB it is the physical address."
#define FRAME_1G "Which 1 GiB of memory holds the page: times 1 GiB it is the physical address."
#define FRAME_TABLE "Which frame of memory holds the next table: times 4096 it is the table's physical address."
#define PRESENT_ONLY "With V 0 Linux takes this bit for: there is a page, but no access is allowed. By mprotect(PROT_NONE), or for a while by NUMA balancing, to see who uses the page, or because a huge page is being split."

static const struct entry_field fields[] = {
	[UNUSED_59] = { 63, 59, "-", "not used", IGNORES },
	[UNUSED_60] = { 63, 60, "-", "not used", IGNORES },
	[UNUSED_63] = { 63, 63, "-", "not used", IGNORES },
	[OVERLAY] = { 62, 60, "PO", "protection key",
		"Which of 8 overlays guards the page (pkey_mprotect); a register of each thread says what one allows. 0 is the usual one. CPUs without overlays ignore these bits." },
	[UNUSED_59_ALONE] = { 59, 59, "-", "not used", IGNORES },
	[INVALID_59] = { 59, 59, "PI", "present, but invalid",
		"With V 0 Linux takes this bit for: there is a huge page, which is being split." },
	[UFFD_WP] = { 58, 58, "UW", "uffd-wp",
		IGNORED "Linux: write-protected by userfaultfd, so that a handler in user space hears of a write first." },
	[PROT_NONE] = { 58, 58, "PN", "PROT_NONE", PRESENT_ONLY },
	[DEVMAP] = { 57, 57, "DM", "device map",
		IGNORED "Linux: the page is of a device that has struct pages, such as persistent memory." },
	[SPECIAL] = { 56, 56, "SP", "special",
		IGNORED "Linux: a frame that is not managed as memory of this process: the zero page, a device's, the kernel's own." },
	[DIRTY] = { 55, 55, "D", "dirty",
		IGNORED "Linux: written, as far as it noted that itself. A page that may be written (W) is dirty too when RO is 0." },
	[UXN] = { 54, 54, "UXN", "execute never",
		"1: programs can't execute code here." },
	[PXN] = { 53, 53, "PXN", "kernel: execute never",
		"1: the kernel can't execute code here." },
	[CONTIGUOUS] = { 52, 52, "C", "contiguous",
		"1: this and its 15 neighbours map memory in one piece, so that the TLB can do with one entry for all. The CPU then marks any of them accessed or dirty, and means all." },
	[WRITE] = { 51, 51, "W", "writable",
		"1: writing is allowed. Where the CPU can (DBM), it clears RO at the first write; else that faults, and Linux does." },
	[GUARDED] = { 50, 50, "GP", "guarded",
		"1: jumps must lead to where the program allows it (BTI)." },
	[RESERVED_48] = { 49, 48, "-", "reserved", "Must be 0." },
	[FRAME] = { 47, 12, "frame", "frame number", FRAME_4K },
	[FRAME_PMD] = { 47, 21, "frame", "frame number", FRAME_2M },
	[FRAME_PUD] = { 47, 30, "frame", "frame number", FRAME_1G },
	[WIDE_FRAME] = { 49, 12, "frame", "frame number", FRAME_4K },
	[WIDE_FRAME_PMD] = { 49, 21, "frame", "frame number", FRAME_2M },
	[WIDE_FRAME_PUD] = { 49, 30, "frame", "frame number", FRAME_1G },
	[RESERVED_PMD] = { 20, 12, "-", "reserved",
		"Must be 0 in the entry of a huge page." },
	[RESERVED_PUD] = { 29, 12, "-", "reserved",
		"Must be 0 in the entry of a huge page." },
	[NOT_GLOBAL] = { 11, 11, "nG", "not global",
		"1: the TLB takes the translation for this process's alone, as is right for all of its pages." },
	[INVALID] = { 11, 11, "PI", "present, but invalid", PRESENT_ONLY },
	[ACCESSED] = { 10, 10, "AF", "accessed",
		"The CPU sets it when the page is used, or, if it can't, has Linux set it. The kernel clears it now and then to see which pages are in use and which can go." },
	[SHARE] = { 9, 8, "SH", "shareability",
		"Which CPUs see the same memory without further ado; 3: all (inner shareable)." },
	[HIGH] = { 9, 8, "high", "high bits of the address",
		"The two highest of 52 bits of the physical address." },
	[READ_ONLY] = { 7, 7, "RO", "read only",
		"1: a write faults, or, with W, makes the CPU clear the bit: so it is 0 on a page that was written." },
	[USER] = { 6, 6, "U", "user",
		"1: programs may use the page. 0: the kernel alone, or it may only be executed." },
	[NON_SECURE] = { 5, 5, "NS", "non-secure",
		"Of no meaning outside of the secure world." },
	[ATTRIBUTES] = { 4, 2, "Attr", "kind of memory",
		"Which of eight entries of a register says how the page is cached; 0 is ordinary memory." },
	[TYPE] = { 1, 1, "T", "type",
		"Above the last level 1: it leads to a table, 0: it maps a huge page itself. In the last level 1." },
	[VALID] = { 0, 0, "V", "valid",
		"1: the CPU uses the entry. 0: the CPU looks at no other bit and raises a page fault; all other bits are the kernel's." },

	[TABLE_NON_SECURE] = { 63, 63, "NS", "non-secure",
		"Of no meaning outside of the secure world." },
	[TABLE_LIMIT] = { 62, 61, "AP", "limit",
		"What may be done with pages below at most; 0: what their entries say." },
	[TABLE_UXN] = { 60, 60, "UXN", "execute never",
		"1: programs can't execute code below." },
	[TABLE_PXN] = { 59, 59, "PXN", "kernel: execute never",
		"1: the kernel can't execute code below. Linux sets it in tables of programs." },
	[TABLE_UNUSED_48] = { 58, 48, "-", "not used",
		"Of no meaning in an entry that leads to a table." },
	[TABLE_UNUSED_50] = { 58, 50, "-", "not used",
		"Of no meaning in an entry that leads to a table." },
	[TABLE_FRAME] = { 47, 12, "frame", "frame of the table", FRAME_TABLE },
	[TABLE_WIDE_FRAME] = { 49, 12, "frame", "frame of the table",
		FRAME_TABLE },
	[TABLE_UNUSED_10] = { 11, 10, "-", "not used",
		"Bit 10 is an accessed bit on newest CPUs; else of no meaning in an entry that leads to a table." },
	[TABLE_UNUSED_8] = { 9, 8, "-", "not used",
		"Of no meaning in an entry that leads to a table." },
	[TABLE_UNUSED_2] = { 7, 2, "-", "not used",
		"Of no meaning in an entry that leads to a table." },

	[SWAP_UNUSED_59] = { 63, 59, "-", "not used", IGNORES },
	[SWAP_UNUSED_62] = { 63, 62, "-", "not used", IGNORES },
	[ZERO_58] = { 58, 58, "0", "kept 0",
		"With V 0 a 1 would mean PROT_NONE." },
	[ZERO_11] = { 11, 11, "0", "kept 0",
		"With V 0 a 1 would mean that there is a page." },
	[ZERO_1] = { 1, 1, "0", "kept 0", "Linux keeps it 0 where V is 0." },
	[SWAP_OFFSET] = { 57, 8, "offset", "place in the swap area",
		AREA_OFFSET },
	[OTHER_OFFSET] = { 57, 8, "offset", "more about it", OTHERS_OFFSET },
	[SWAP_TYPE] = { 7, 3, "type", "swap area", AREA_TYPE },
	[OTHER_TYPE] = { 7, 3, "type", "what it is", OTHERS_TYPE },
	[NEW_SWAP_OFFSET] = { 61, 12, "offset", "place in the swap area",
		AREA_OFFSET },
	[NEW_OTHER_OFFSET] = { 61, 12, "offset", "more about it",
		OTHERS_OFFSET },
	[NEW_SWAP_TYPE] = { 10, 6, "type", "swap area", AREA_TYPE },
	[NEW_OTHER_TYPE] = { 10, 6, "type", "what it is", OTHERS_TYPE },
	[SWAP_UNUSED_4] = { 5, 4, "-", "not used", IGNORES },
	[SWAP_UFFD_WP] = { 3, 3, "UW", "uffd-wp",
		"Linux: write-protected by userfaultfd, remembered until the page is back." },
	[SWAP_EXCLUSIVE] = { 2, 2, "EX", "exclusive",
		"Linux: the page was this process's alone when it left memory, so it need not be copied when it is back and written." },
	[NONE] = { 63, 1, "-", "nothing",
		"An entry that is none is 0 from end to end." },
};

#define MIDDLE_BITS	DEVMAP, SPECIAL, DIRTY, UXN, PXN, CONTIGUOUS, WRITE, \
			GUARDED
#define LOW_BITS	NOT_GLOBAL, ACCESSED, SHARE, READ_ONLY, USER,	\
			NON_SECURE, ATTRIBUTES, TYPE, VALID
#define NEW_HIGH_BITS	UNUSED_63, OVERLAY, UNUSED_59_ALONE, UFFD_WP,	\
			MIDDLE_BITS
#define TABLE_BITS	TABLE_UNUSED_10, TABLE_UNUSED_8, TABLE_UNUSED_2, \
			TYPE, VALID

/* By enum entry_form of what there is; absent ones as swap, then as others. */
struct forms {
	struct entry_fields table, page, pmd, pud, swap, other;
};

static const struct entry_fields form_none = ENTRY_FIELDS(NONE, VALID);
static const struct forms forms = {
	.table = ENTRY_FIELDS(TABLE_NON_SECURE, TABLE_LIMIT, TABLE_UXN,
			      TABLE_PXN, TABLE_UNUSED_48, TABLE_FRAME,
			      TABLE_BITS),
	.page = ENTRY_FIELDS(UNUSED_59, PROT_NONE, MIDDLE_BITS, RESERVED_48,
			     FRAME, LOW_BITS),
	.pmd = ENTRY_FIELDS(UNUSED_60, INVALID_59, PROT_NONE, MIDDLE_BITS,
			    RESERVED_48, FRAME_PMD, RESERVED_PMD, LOW_BITS),
	.pud = ENTRY_FIELDS(UNUSED_60, INVALID_59, PROT_NONE, MIDDLE_BITS,
			    RESERVED_48, FRAME_PUD, RESERVED_PUD, LOW_BITS),
	.swap = ENTRY_FIELDS(SWAP_UNUSED_59, ZERO_58, SWAP_OFFSET, SWAP_TYPE,
			     SWAP_EXCLUSIVE, ZERO_1, VALID),
	.other = ENTRY_FIELDS(SWAP_UNUSED_59, ZERO_58, OTHER_OFFSET, OTHER_TYPE,
			      SWAP_EXCLUSIVE, ZERO_1, VALID),
};
static const struct forms new_forms = {
	.table = ENTRY_FIELDS(TABLE_NON_SECURE, TABLE_LIMIT, TABLE_UXN,
			      TABLE_PXN, TABLE_UNUSED_50, TABLE_WIDE_FRAME,
			      TABLE_BITS),
	.page = ENTRY_FIELDS(NEW_HIGH_BITS, WIDE_FRAME, LOW_BITS),
	.pmd = ENTRY_FIELDS(NEW_HIGH_BITS, WIDE_FRAME_PMD, RESERVED_PMD,
			    LOW_BITS),
	.pud = ENTRY_FIELDS(NEW_HIGH_BITS, WIDE_FRAME_PUD, RESERVED_PUD,
			    LOW_BITS),
	.swap = ENTRY_FIELDS(SWAP_UNUSED_62, NEW_SWAP_OFFSET, ZERO_11,
			     NEW_SWAP_TYPE, SWAP_UNUSED_4, SWAP_UFFD_WP,
			     SWAP_EXCLUSIVE, ZERO_1, VALID),
	.other = ENTRY_FIELDS(SWAP_UNUSED_62, NEW_OTHER_OFFSET, ZERO_11,
			      NEW_OTHER_TYPE, SWAP_UNUSED_4, SWAP_UFFD_WP,
			      SWAP_EXCLUSIVE, ZERO_1, VALID),
};

/* present: the bits that make an entry without V a present one. */
static enum entry_form form_of(const struct entry_walk *walk,
			       unsigned int level, uint64_t present)
{
	const struct entry_level *at = &walk->levels[level];
	uint64_t raw = at->raw & at->raw_mask;

	/* 0, or all that is not 0 is hidden: the state knows. */
	if (!raw)
		return PAGE_KIND(walk->state) == PAGE_NONE ? ENTRY_IS_NONE :
							     ENTRY_IS_ABSENT;
	if (raw & RAW_VALID && raw & RAW_TABLE && at->level != LEVEL_PTE)
		return ENTRY_IS_TABLE;
	return raw & (RAW_VALID | present) ? ENTRY_IS_PAGE : ENTRY_IS_ABSENT;
}

enum entry_form entry_arm64_form(const struct entry_walk *walk,
				 unsigned int level)
{
	return form_of(walk, level, RAW_PROT_NONE |
		       (walk->levels[level].level == LEVEL_PTE ? 0 :
								 RAW_INVALID));
}

enum entry_form entry_arm64_new_form(const struct entry_walk *walk,
				     unsigned int level)
{
	return form_of(walk, level, RAW_NOT_GLOBAL);
}

static const struct entry_fields *fields_of(const struct entry_walk *walk,
					    const struct forms *of,
					    enum level level,
					    enum entry_form form)
{
	switch (form) {
	case ENTRY_IS_NONE:
		return &form_none;
	case ENTRY_IS_TABLE:
		return &of->table;
	case ENTRY_IS_PAGE:
		return level == LEVEL_PTE ? &of->page :
		       level == LEVEL_PMD ? &of->pmd : &of->pud;
	case ENTRY_IS_ABSENT:
		return PAGE_KIND(walk->state) == PAGE_SWAP ? &of->swap :
							     &of->other;
	default:
		return NULL;
	}
}

/* What a bit is on this machine, and in this entry. */
static enum field_id field_here(enum field_id id, bool is_wide,
				bool is_invalid)
{
	if (is_wide && (id == SHARE || id == TABLE_UNUSED_8))
		return HIGH;
	return is_invalid && id == NOT_GLOBAL ? INVALID : id;
}

static size_t read_fields(const struct entry_walk *walk, unsigned int level,
			  enum entry_form form, const struct forms *of,
			  struct entry_bit bits[ENTRY_BITS_MAX])
{
	const struct entry_level *at = &walk->levels[level];
	const struct entry_fields *has = fields_of(walk, of, at->level, form);
	bool is_wide = walk->levels[0].shift == FIVE_LEVELS_SHIFT;
	bool is_invalid = of == &new_forms && !(at->raw & RAW_VALID);
	size_t i;

	for (i = 0; has && i < has->nr; i++)
		bits[i] = entry_field_read(&fields[field_here(has->ids[i],
							      is_wide,
							      is_invalid)],
					   at, at->raw);
	return i;
}

size_t entry_arm64_bits(const struct entry_walk *walk, unsigned int level,
			enum entry_form form,
			struct entry_bit bits[ENTRY_BITS_MAX])
{
	return read_fields(walk, level, form, &forms, bits);
}

size_t entry_arm64_new_bits(const struct entry_walk *walk, unsigned int level,
			    enum entry_form form,
			    struct entry_bit bits[ENTRY_BITS_MAX])
{
	return read_fields(walk, level, form, &new_forms, bits);
}
