// SPDX-License-Identifier: GPL-2.0
/*
 * The fields of an x86 entry, in each of its forms. The kernel's own words for
 * them are in arch/x86/include/asm/pgtable_types.h, pgtable_64.h and
 * pgtable-3level.h.
 */
#include "model/entry_x86.h"

#include "model/entry_field.h"
#include "model/pages.h"

#define RAW_P		(1ULL << 0)
#define RAW_PS		(1ULL << 7)
#define RAW_PROT_NONE	(1ULL << 8)	/* with P clear */

enum field_id {
	/* of entries that map a page */
	XD, KEY, SAVED_DIRTY, DEVMAP, UNUSED_52, SOFT_DIRTY, UFFD_WP, SPECIAL,
	GLOBAL, PROT_NONE, PAT, PAT_HUGE, PS, DIRTY, ACCESSED, PCD, PWT, USER,
	WRITE, PRESENT, RESERVED_PMD, RESERVED_PUD,
	/* of entries that lead to a table */
	TABLE_XD, TABLE_UNUSED_52, TABLE_UNUSED_8, TABLE_DIRTY, TABLE_ACCESSED,
	TABLE_PCD, TABLE_PWT, TABLE_USER, TABLE_WRITE,
	TABLE_FRAME,
	/* of entries that are not present */
	SWAP_TYPE, OTHER_TYPE, ZERO_8, ZERO_7, UNUSED_4, SWAP_EXCLUSIVE,
	SWAP_UFFD_WP, SWAP_SOFT_DIRTY,
	NONE,
	/* of PAE alone */
	RESERVED_52, UNUSED_10, TOP_RESERVED_52, TOP_UNUSED_9, TOP_RESERVED_5,
	TOP_RESERVED_1, SWAP_UNUSED_1,
	/* these stand inverted in an entry without P */
	FRAME, FRAME_PMD, FRAME_PUD, SWAP_OFFSET, OTHER_OFFSET,
};

#define IGNORED "The CPU ignores it. "

static const struct entry_field fields[] = {
	[XD] = { 63, 63, "XD", "execute disable",
		"1: code here can't be executed. Linux and AMD call the bit NX." },
	[KEY] = { 62, 59, "PK", "protection key",
		"Which of 16 keys guards the page (pkey_mprotect); a register of each thread says what a key allows. 0 is the usual one. CPUs without keys ignore these bits." },
	[SAVED_DIRTY] = { 58, 58, "VD", "saved dirty",
		IGNORED "Since Linux 6.6: the page was written; kept here while it is not writable, as R/W 0 with D 1 would make it a shadow stack. Before 6.6: the page is of a device (devmap)." },
	[DEVMAP] = { 57, 57, "DM", "device map",
		IGNORED "Since Linux 6.6: the page is of a device that has struct pages, such as persistent memory. Before 6.6, and in newest kernels, not used." },
	[UNUSED_52] = { 56, 52, "-", "not used",
		"The CPU ignores these bits, and so does Linux." },
	[SOFT_DIRTY] = { 11, 11, "SD", "soft-dirty",
		IGNORED "Linux: written since somebody last cleared the bit through /proc/PID/clear_refs. Checkpointing tools use it." },
	[UFFD_WP] = { 10, 10, "UW", "uffd-wp",
		IGNORED "Linux: write-protected by userfaultfd, so that a handler in user space hears of a write first." },
	[SPECIAL] = { 9, 9, "SP", "special",
		IGNORED "Linux: a frame that is not managed as memory of this process: the zero page, a device's, the kernel's own." },
	[GLOBAL] = { 8, 8, "G", "global",
		"1: the TLB keeps the translation when the CPU goes to another process. For the kernel's own pages; 0 in a process's." },
	[PROT_NONE] = { 8, 8, "PN", "PROT_NONE",
		"With P 0 Linux takes this bit for: there is a page, but no access is allowed. By mprotect(PROT_NONE), or for a while by NUMA balancing, to see who uses the page." },
	[PAT] = { 7, 7, "PAT", "attribute table",
		"With PCD and PWT it picks one of eight ways of caching; all three 0 is ordinary memory." },
	[PAT_HUGE] = { 12, 12, "PAT", "attribute table",
		"With PCD and PWT it picks one of eight ways of caching. It stands here because huge pages have PS where small ones have PAT." },
	[PS] = { 7, 7, "PS", "page size",
		"1: the entry maps a huge page itself. 0: it leads to a table of the next level." },
	[DIRTY] = { 6, 6, "D", "dirty",
		"The CPU sets it when the page is written. The kernel must save the page, in its file or in swap, before it can use the frame for something else." },
	[ACCESSED] = { 5, 5, "A", "accessed",
		"The CPU sets it when the page is used. The kernel clears it now and then to see which pages are in use and which can go." },
	[PCD] = { 4, 4, "PCD", "cache disable",
		"1: not cached, for memory of devices; see PAT." },
	[PWT] = { 3, 3, "PWT", "write-through",
		"1: writes go through the cache to memory; see PAT." },
	[USER] = { 2, 2, "U/S", "user",
		"1: programs may use the page. 0: the kernel alone." },
	[WRITE] = { 1, 1, "R/W", "writable",
		"1: writing is allowed. 0: a write faults. So the kernel notices a write to a page that must be copied first, or one that it was told to forbid." },
	[PRESENT] = { 0, 0, "P", "present",
		"1: the CPU uses the entry. 0: the CPU looks at no other bit and raises a page fault; all other bits are the kernel's." },
	[RESERVED_PMD] = { 20, 13, "-", "reserved",
		"Must be 0 in the entry of a huge page." },
	[RESERVED_PUD] = { 29, 13, "-", "reserved",
		"Must be 0 in the entry of a huge page." },

	[TABLE_XD] = { 63, 63, "XD", "execute disable",
		"1: no code below can be executed. Linux sets it in the top level alone, where programs run on page tables of their own (PTI): the kernel's copy, this one, shall not run their code." },
	[TABLE_UNUSED_52] = { 62, 52, "-", "not used",
		"The CPU ignores these bits in an entry that leads to a table." },
	[TABLE_UNUSED_8] = { 11, 8, "-", "not used",
		"The CPU ignores these bits in an entry that leads to a table." },
	[TABLE_DIRTY] = { 6, 6, "D", "not used",
		"The CPU keeps no dirty bit for tables. Linux writes 1 when it makes the entry." },
	[TABLE_ACCESSED] = { 5, 5, "A", "accessed",
		"The CPU sets it when it goes through the entry. Linux writes 1 when it makes the entry." },
	[TABLE_PCD] = { 4, 4, "PCD", "cache disable",
		"How the CPU caches the table itself." },
	[TABLE_PWT] = { 3, 3, "PWT", "write-through",
		"How the CPU caches the table itself." },
	[TABLE_USER] = { 2, 2, "U/S", "user",
		"1: programs may use pages below, where lower entries allow it too." },
	[TABLE_WRITE] = { 1, 1, "R/W", "writable",
		"1: pages below may be written, where lower entries allow it too." },
	[TABLE_FRAME] = { 51, 12, "frame", "frame of the table",
		"Which frame of memory holds the next table: times 4096 it is the table's physical address." },

	[SWAP_TYPE] = { 63, 59, "type", "swap area",
		"Which swap area has the page: the number of its line in /proc/swaps, from 0 on." },
	[OTHER_TYPE] = { 63, 59, "type", "what it is",
		"A number above those of swap areas: the entry is not of swap but written like it. The page moves, is lost or in a device, or there is a marker and no page." },
	[ZERO_8] = { 8, 8, "0", "kept 0",
		"With P 0 a 1 would mean PROT_NONE." },
	[ZERO_7] = { 7, 7, "0", "kept 0",
		"With P 0 a 1 would mean a huge page that is being split." },
	[UNUSED_4] = { 6, 4, "-", "not used",
		"Kept 0: some CPUs set A and D by mistake even where P is 0." },
	[SWAP_EXCLUSIVE] = { 3, 3, "EX", "exclusive",
		"Linux: the page was this process's alone when it left memory, so it need not be copied when it is back and written." },
	[SWAP_UFFD_WP] = { 2, 2, "UW", "uffd-wp",
		"Linux: write-protected by userfaultfd, remembered until the page is back." },
	[SWAP_SOFT_DIRTY] = { 1, 1, "SD", "soft-dirty",
		"Linux: soft-dirty, remembered until the page is back." },
	[NONE] = { 63, 1, "-", "nothing",
		"An entry that is none is 0 from end to end." },

	[RESERVED_52] = { 62, 52, "-", "reserved",
		"Must be 0: an entry of 64 bits on a machine of 32 has no use for them." },
	[UNUSED_10] = { 11, 10, "-", "not used",
		"The CPU ignores these bits, and so does Linux of 32 bits." },
	[TOP_RESERVED_52] = { 63, 52, "-", "reserved",
		"Must be 0. The CPU keeps the four entries of the top level in registers." },
	[TOP_UNUSED_9] = { 11, 9, "-", "not used",
		"The CPU ignores these bits." },
	[TOP_RESERVED_5] = { 8, 5, "-", "reserved",
		"Must be 0: the top level knows no huge pages and keeps no accessed bit." },
	[TOP_RESERVED_1] = { 2, 1, "-", "reserved",
		"Must be 0: what programs may do is said by the entries below." },
	[SWAP_UNUSED_1] = { 2, 1, "-", "not used",
		"Linux of 32 bits has neither uffd-wp nor soft-dirty." },

	[FRAME] = { 51, 12, "frame", "frame number",
		"Which frame of memory holds the page: times 4096 it is the physical address. Where the CPU encrypts memory one of its high bits says so. In an entry without P it is stored inverted, so that a CPU which guesses by it (L1TF) guesses wrong." },
	[FRAME_PMD] = { 51, 21, "frame", "frame number",
		"Which 2 MiB of memory hold the page: times 2 MiB it is the physical address. In an entry without P it is stored inverted." },
	[FRAME_PUD] = { 51, 30, "frame", "frame number",
		"Which 1 GiB of memory holds the page: times 1 GiB it is the physical address. In an entry without P it is stored inverted." },
	[SWAP_OFFSET] = { 58, 9, "offset", "place in the swap area",
		"Which page of the swap area it is. It is stored inverted, so that a CPU which takes it for a frame and guesses by it (L1TF) guesses wrong." },
	[OTHER_OFFSET] = { 58, 9, "offset", "more about it",
		"The frame, in its low bits, or what a marker marks. It is stored inverted, so that a CPU which guesses by it (L1TF) guesses wrong." },
};

#define LOW_BITS	DIRTY, ACCESSED, PCD, PWT, USER, WRITE, PRESENT
#define HIGH_BITS	XD, KEY, SAVED_DIRTY, DEVMAP, UNUSED_52
#define HUGE_BITS	PAT_HUGE, SOFT_DIRTY, UFFD_WP, SPECIAL, GLOBAL, PS, \
			LOW_BITS
#define SWAP_BITS	ZERO_8, ZERO_7, UNUSED_4, SWAP_EXCLUSIVE,	\
			SWAP_UFFD_WP, SWAP_SOFT_DIRTY, PRESENT

static const struct entry_fields form_none = ENTRY_FIELDS(NONE, PRESENT);
static const struct entry_fields form_table =
	ENTRY_FIELDS(TABLE_XD, TABLE_UNUSED_52, TABLE_FRAME, TABLE_UNUSED_8, PS,
	     TABLE_DIRTY, TABLE_ACCESSED, TABLE_PCD, TABLE_PWT, TABLE_USER,
	     TABLE_WRITE, PRESENT);
static const struct entry_fields form_page =
	ENTRY_FIELDS(HIGH_BITS, FRAME, SOFT_DIRTY, UFFD_WP, SPECIAL, GLOBAL, PAT,
	     LOW_BITS);
static const struct entry_fields form_pmd =
	ENTRY_FIELDS(HIGH_BITS, FRAME_PMD, RESERVED_PMD, HUGE_BITS);
static const struct entry_fields form_pud =
	ENTRY_FIELDS(HIGH_BITS, FRAME_PUD, RESERVED_PUD, HUGE_BITS);
static const struct entry_fields form_swap = ENTRY_FIELDS(SWAP_TYPE, SWAP_OFFSET, SWAP_BITS);
static const struct entry_fields form_other = ENTRY_FIELDS(OTHER_TYPE, OTHER_OFFSET, SWAP_BITS);


#define PAE_HUGE_BITS	PAT_HUGE, UNUSED_10, SPECIAL, GLOBAL, PS, LOW_BITS
#define PAE_SWAP_BITS	ZERO_8, ZERO_7, UNUSED_4, SWAP_EXCLUSIVE,	\
			SWAP_UNUSED_1, PRESENT

static const struct entry_fields pae_top =
	ENTRY_FIELDS(TOP_RESERVED_52, TABLE_FRAME, TOP_UNUSED_9, TOP_RESERVED_5,
		     TABLE_PCD, TABLE_PWT, TOP_RESERVED_1, PRESENT);
static const struct entry_fields pae_table =
	ENTRY_FIELDS(TABLE_XD, RESERVED_52, TABLE_FRAME, TABLE_UNUSED_8, PS,
		     TABLE_DIRTY, TABLE_ACCESSED, TABLE_PCD, TABLE_PWT,
		     TABLE_USER, TABLE_WRITE, PRESENT);
static const struct entry_fields pae_page =
	ENTRY_FIELDS(XD, RESERVED_52, FRAME, UNUSED_10, SPECIAL, GLOBAL, PAT,
		     LOW_BITS);
static const struct entry_fields pae_pmd =
	ENTRY_FIELDS(XD, RESERVED_52, FRAME_PMD, RESERVED_PMD, PAE_HUGE_BITS);
static const struct entry_fields pae_swap =
	ENTRY_FIELDS(SWAP_TYPE, SWAP_OFFSET, PAE_SWAP_BITS);
static const struct entry_fields pae_other =
	ENTRY_FIELDS(OTHER_TYPE, OTHER_OFFSET, PAE_SWAP_BITS);

enum entry_form entry_x86_form(const struct entry_walk *walk,
			       unsigned int level)
{
	const struct entry_level *at = &walk->levels[level];
	uint64_t raw = at->raw & at->raw_mask;

	/* 0, or all that is not 0 is hidden: the state knows. */
	if (!raw)
		return PAGE_KIND(walk->state) == PAGE_NONE ? ENTRY_IS_NONE :
							     ENTRY_IS_ABSENT;
	if (at->level == LEVEL_PTE)
		return raw & (RAW_P | RAW_PROT_NONE) ? ENTRY_IS_PAGE :
						       ENTRY_IS_ABSENT;
	/* A huge page that is being split has PS without P for a moment. */
	if (at->level <= LEVEL_PUD && raw & RAW_PS)
		return ENTRY_IS_PAGE;
	return raw & RAW_P ? ENTRY_IS_TABLE : ENTRY_IS_ABSENT;
}

static const struct entry_fields *fields_of(const struct entry_walk *walk,
					    enum level level,
					    enum entry_form form)
{
	switch (form) {
	case ENTRY_IS_NONE:
		return &form_none;
	case ENTRY_IS_TABLE:
		return &form_table;
	case ENTRY_IS_PAGE:
		return level == LEVEL_PTE ? &form_page :
		       level == LEVEL_PMD ? &form_pmd : &form_pud;
	case ENTRY_IS_ABSENT:
		return PAGE_KIND(walk->state) == PAGE_SWAP ? &form_swap :
							     &form_other;
	default:
		return NULL;
	}
}

static const struct entry_fields *pae_fields_of(const struct entry_walk *walk,
						enum level level,
						enum entry_form form)
{
	switch (form) {
	case ENTRY_IS_NONE:
		return &form_none;
	case ENTRY_IS_TABLE:
		return level == LEVEL_PGD ? &pae_top : &pae_table;
	case ENTRY_IS_PAGE:
		return level == LEVEL_PTE ? &pae_page : &pae_pmd;
	case ENTRY_IS_ABSENT:
		return PAGE_KIND(walk->state) == PAGE_SWAP ? &pae_swap :
							     &pae_other;
	default:
		return NULL;
	}
}

/* The entry as it is meant: see the end of enum field_id. */
static uint64_t meant(uint64_t raw, enum field_id id)
{
	return id >= FRAME && !(raw & RAW_P) ? ~raw : raw;
}

static size_t read_fields(const struct entry_level *at,
			  const struct entry_fields *has,
			  struct entry_bit bits[ENTRY_BITS_MAX])
{
	size_t i;

	for (i = 0; has && i < has->nr; i++) {
		enum field_id id = has->ids[i];

		if (id == GLOBAL && !(at->raw & RAW_P))
			id = PROT_NONE;
		bits[i] = entry_field_read(&fields[id], at, meant(at->raw, id));
	}
	return i;
}

size_t entry_x86_bits(const struct entry_walk *walk, unsigned int level,
		      enum entry_form form,
		      struct entry_bit bits[ENTRY_BITS_MAX])
{
	const struct entry_level *at = &walk->levels[level];

	return read_fields(at, fields_of(walk, at->level, form), bits);
}

size_t entry_pae_bits(const struct entry_walk *walk, unsigned int level,
		      enum entry_form form,
		      struct entry_bit bits[ENTRY_BITS_MAX])
{
	const struct entry_level *at = &walk->levels[level];

	return read_fields(at, pae_fields_of(walk, at->level, form), bits);
}
