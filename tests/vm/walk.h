/* SPDX-License-Identifier: GPL-2.0 */
/* GET_ENTRY decoded, and what machines write into entries. */
#ifndef TESTS_VM_WALK_H
#define TESTS_VM_WALK_H

#include "picture.h"

/*
 * The bits of a present entry, and of one that is not, which hold a frame; of
 * an offset in swap, those below the marks of migration.
 */
#define ENTRY_PRESENT	(1ULL << 0)
#ifdef __aarch64__
#define PRESENT_FRAME	UINT64_C(0x0003fffffffff000)
#define SWAP_FRAME	(is_before(6, 10) ? UINT64_C(0x03fffffffffffff8) : \
					    UINT64_C(0x3ffffffffffff7c0))
#define SWAP_OFFSET	((UINT64_C(1) << 36) - 1)
#define ENTRY_TABLE	(3ULL << 0)
#define ENTRY_NOT_GLOBAL (1ULL << 11)
#define ENTRY_PROT_NONE	(1ULL << 58)	/* before 6.10 */
/* What the CPU sets and clears when the page is used. */
#define ENTRY_USED	(1ULL << 10 | 1ULL << 7)
#else
#define PRESENT_FRAME	UINT64_C(0x000ffffffffff000)
#define SWAP_FRAME	(~UINT64_C(0) << 9)
#ifdef __i386__
#define SWAP_OFFSET	((UINT64_C(1) << 24) - 1)
#else
#define SWAP_OFFSET	((UINT64_C(1) << 40) - 1)
#endif
#define ENTRY_HUGE	(1ULL << 7)
#define ENTRY_PROT_NONE	(1ULL << 8)
#define ENTRY_USED	0x60ULL
#endif

struct walk_level {
	uint64_t level, shift, index, entries, table, raw, mask;
	bool has_table;
};

struct walk {
	uint64_t address, state, start, end, frame, token;
	bool has_area, has_frame, has_token;
	struct walk_level levels[VMAVIEW_LEVELS];
	size_t nr;
	char wrong[128];
	char text[128];
	int code;
};

static inline void read_level(struct walk *walk, const struct nlattr *nest)
{
	struct walk_level *level = walk->levels + walk->nr;

	if (walk->nr++ == VMAVIEW_LEVELS) {
		complain(walk->wrong, sizeof(walk->wrong), "too many levels");
		walk->nr--;
		return;
	}
	if (!get_number(find_nested(nest, VMAVIEW_LEVEL_A_LEVEL),
			&level->level) ||
	    !get_number(find_nested(nest, VMAVIEW_LEVEL_A_SHIFT),
			&level->shift) ||
	    !get_number(find_nested(nest, VMAVIEW_LEVEL_A_INDEX),
			&level->index) ||
	    !get_number(find_nested(nest, VMAVIEW_LEVEL_A_ENTRIES),
			&level->entries) ||
	    !get_number(find_nested(nest, VMAVIEW_LEVEL_A_RAW), &level->raw) ||
	    !get_number(find_nested(nest, VMAVIEW_LEVEL_A_RAW_MASK),
			&level->mask))
		complain(walk->wrong, sizeof(walk->wrong), "a level is cut");
	level->has_table = get_number(find_nested(nest, VMAVIEW_LEVEL_A_TABLE),
				      &level->table);
}

static inline void read_walk(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr, *nest = find_attr(nlh, VMAVIEW_A_ENTRY);
	struct walk *walk = data;

	if (!nest)
		return;
	if (!get_number(find_nested(nest, VMAVIEW_ENTRY_A_ADDRESS),
			&walk->address) ||
	    !get_number(find_nested(nest, VMAVIEW_ENTRY_A_STATE), &walk->state))
		complain(walk->wrong, sizeof(walk->wrong), "ENTRY is cut");
	walk->has_area = get_number(find_nested(nest,
				    VMAVIEW_ENTRY_A_VMA_START), &walk->start);
	if (walk->has_area != get_number(find_nested(nest,
				    VMAVIEW_ENTRY_A_VMA_END), &walk->end))
		complain(walk->wrong, sizeof(walk->wrong), "half an area");
	walk->has_frame = get_number(find_nested(nest, VMAVIEW_ENTRY_A_FRAME),
				     &walk->frame);
	walk->has_token = get_number(find_nested(nest, VMAVIEW_ENTRY_A_TOKEN),
				     &walk->token);
	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) == VMAVIEW_ENTRY_A_LEVEL)
			read_level(walk, attr);
}

static inline void take_walk(struct walk *walk, int s, int fd, uint64_t address)
{
	struct request req;
	struct answer *answer;

	memset(walk, 0, sizeof(*walk));
	begin(&req, VMAVIEW_CMD_GET_ENTRY, NLM_F_DUMP);
	mnl_attr_put_u32(&req.nlh, VMAVIEW_A_PAGEMAP_FD, fd);
	mnl_attr_put_u64(&req.nlh, VMAVIEW_A_ADDRESS, address);
	answer = ask_each(s, &req, read_walk, walk);
	walk->code = answer->code;
	memcpy(walk->text, answer->text, sizeof(walk->text) - 1);
	if (answer->code)
		complain(walk->wrong, sizeof(walk->wrong), "%.40s: %.60s",
			 strerror(answer->code), answer->text);
	else if (!walk->nr)
		complain(walk->wrong, sizeof(walk->wrong), "no levels");
}

#ifdef __aarch64__
static inline bool is_table(const struct walk_level *level)
{
	return level->level > VMAVIEW_LEVEL_PTE &&
	       (level->raw & ENTRY_TABLE) == ENTRY_TABLE;
}

/* Present for Linux: without rights the hardware's bit is clear. */
static inline bool is_present(uint64_t raw)
{
	return raw & (ENTRY_PRESENT | (is_before(6, 10) ? ENTRY_PROT_NONE :
							  ENTRY_NOT_GLOBAL));
}

/* The frame in the last entry of a walk to address, as pagemap gives it. */
static inline uint64_t frame_in(const struct walk_level *level,
				uint64_t address)
{
	uint64_t raw = level->raw, low = (1ULL << level->shift) - 1;
	uint64_t nr = (address & low) / PAGE_SIZE;
	/* moved to make room for a mark of userfaultfd */
	unsigned int type = is_before(6, 10) ? 3 : 6;
	unsigned int offset = is_before(6, 10) ? 8 : 12;

	if (!is_present(raw))
		return (raw >> type & 31) |
		       ((raw >> offset & SWAP_OFFSET) + nr) << 5;
	return (raw & PRESENT_FRAME & ~low) / PAGE_SIZE + nr;
}
#else
static inline bool is_table(const struct walk_level *level)
{
	return level->raw & ENTRY_PRESENT &&
	       (level->level > VMAVIEW_LEVEL_PUD ||
		(level->level > VMAVIEW_LEVEL_PTE &&
		 !(level->raw & ENTRY_HUGE)));
}

/* Present for Linux: without rights the hardware's bit is clear. */
static inline bool is_present(uint64_t raw)
{
	return raw & (ENTRY_PRESENT | ENTRY_PROT_NONE);
}

/*
 * The frame in the last entry of a walk to address, as pagemap gives it. The
 * frames of entries that the CPU must not follow are stored inverted, so that
 * it finds no memory there (arch/x86/include/asm/pgtable-invert.h).
 */
static inline uint64_t frame_in(const struct walk_level *level,
				uint64_t address)
{
	uint64_t raw = level->raw, low = (1ULL << level->shift) - 1;
	uint64_t nr = (address & low) / PAGE_SIZE, frame;

	if (!is_present(raw))
		return raw >> 59 | ((~raw >> 9 & SWAP_OFFSET) + nr) << 5;
	if (!(raw & ENTRY_PRESENT))
		raw = ~raw;
	frame = (raw & PRESENT_FRAME & ~low) / PAGE_SIZE;
	return frame + nr;
}

#endif

/* The top table of some machines is smaller than a page. */
static inline uint64_t entries_of(const struct walk_level *level)
{
#if defined(__i386__)
	if (level->level == VMAVIEW_LEVEL_PGD)
		return 4;
#elif defined(__aarch64__)
	if (level->shift == 48)
		return 16;
#endif
	(void)level;
	return 512;
}

#endif
