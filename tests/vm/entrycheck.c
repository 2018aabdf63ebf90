// SPDX-License-Identifier: GPL-2.0
/*
 * GET_ENTRY against GET_PAGES, pagemap and what the machine writes into entries.
 *
 *	entrycheck NAME PID		one address of each state there is, and
 *					the holes beside them
 *	entrycheck far PID FILE		what the target "far" claims
 */
#include "walk.h"

/* Of one state as many addresses as this, spread over all of them. */
#define PER_STATE	6
#define MAX_STATES	256

static char wrong[400];
#define WRONG(...)	complain(wrong, sizeof(wrong), __VA_ARGS__)

static int s, fd;
static uint64_t task_size, nr_table_levels, pgd;
static struct picture pic;
static size_t nr_walks;

static void read_info(void)
{
	struct request req;
	struct answer *answer;

	begin(&req, VMAVIEW_CMD_GET_INFO, 0);
	answer = ask_on(s, &req);
	if (answer->code ||
	    !get_nested(answer, VMAVIEW_A_INFO, VMAVIEW_INFO_A_TASK_SIZE,
			&task_size) ||
	    !get_nested(answer, VMAVIEW_A_INFO, VMAVIEW_INFO_A_TABLE_LEVELS,
			&nr_table_levels))
		WRONG("no INFO");
	begin_mm(&req, fd);
	answer = ask_on(s, &req);
	if (answer->code || !get_nested(answer, VMAVIEW_A_MM, VMAVIEW_MM_A_PGD,
					&pgd))
		WRONG("no pgd");
}

/* ---- one walk ---- */

/* Every level leads to the next, and the indices are the address. */
static void check_levels(const struct walk *walk)
{
	uint64_t sum = walk->address & (PAGE_SIZE - 1), bits = 12;
	size_t i;

	/* the direct map begins at a multiple of a pud's size */
	if (walk->levels[0].table % PUD_SIZE != pgd % PUD_SIZE ||
	    walk->levels[0].shift != 12 + 9 * (nr_table_levels - 1))
		WRONG("%" PRIx64 ": begins at %" PRIx64 ", shift %" PRIu64,
		      walk->address, walk->levels[0].table,
		      walk->levels[0].shift);
	for (i = 0; i < walk->nr; i++) {
		const struct walk_level *level = walk->levels + i;
		bool is_last = i + 1 == walk->nr;

		bits = level->shift;
		sum |= level->index << level->shift;
		if (level->entries != entries_of(level) ||
		    level->index >= level->entries || !level->has_table || level->mask != ~0ULL)
			WRONG("%" PRIx64 ": level %" PRIu64 " is odd",
			      walk->address, level->level);
		if (is_last == is_table(level))
			WRONG("%" PRIx64 ": level %" PRIu64 " has %" PRIx64
			      " and is %sthe last", walk->address,
			      level->level, level->raw, is_last ? "" : "not ");
		if (is_last)
			continue;
		if (level[1].shift != level->shift - 9 ||
		    level[1].table != (level->raw & PRESENT_FRAME))
			WRONG("%" PRIx64 ": level %" PRIu64 " leads to %" PRIx64
			      ", and from there it goes on at %" PRIx64,
			      walk->address, level->level,
			      level->raw & PRESENT_FRAME, level[1].table);
	}
	if (sum >> bits != walk->address >> bits)
		WRONG("%" PRIx64 ": the indices are of %" PRIx64,
		      walk->address, sum);
}

/* A hole of a level is one in the page map too. */
static void check_hole(const struct walk *walk, const struct walk_level *last)
{
	uint64_t size = 1ULL << last->shift;
	uint64_t start = walk->address & ~(size - 1);
	const struct page *page = page_from(&pic, start);

	if (page < pic.pages + pic.nr && page->address - start < size)
		WRONG("%" PRIx64 ": the walk ends with none at level %" PRIu64
		      ", and there is a page at %" PRIx64, walk->address,
		      last->level, page->address);
}

static unsigned int level_of(uint32_t state)
{
	if (state & VMAVIEW_PAGE_PUD)
		return VMAVIEW_LEVEL_PUD;
	return state & VMAVIEW_PAGE_PMD ? VMAVIEW_LEVEL_PMD : VMAVIEW_LEVEL_PTE;
}

static uint64_t pagemap_at(uint64_t address)
{
	uint64_t entry;

	if (pread(fd, &entry, 8, address / PAGE_SIZE * 8) != 8)
		give_up("pagemap");
	return entry & ((1ULL << 55) - 1);
}

static void check_page(const struct walk *walk, const struct walk_level *last,
		       const struct page *page)
{
	/* the two may have been set meanwhile */
	uint32_t mask = ~(VMAVIEW_PAGE_ACCESSED | VMAVIEW_PAGE_DIRTY);
	unsigned int kind = VMAVIEW_PAGE_KIND(page->state);

	if ((walk->state & mask) != (page->state & mask))
		WRONG("%" PRIx64 ": %s, GET_PAGES says %s", walk->address,
		      state_text(walk->state), state_text(page->state));
	if (last->level != level_of(page->state))
		WRONG("%" PRIx64 ": ends at level %" PRIu64 " with %s",
		      walk->address, last->level, state_text(page->state));
	if (walk->has_frame != VMAVIEW_PAGE_HAS_FRAME(kind) || walk->has_token)
		WRONG("%" PRIx64 ": %s %s a frame", walk->address,
		      state_text(walk->state), walk->has_frame ? "has" :
								 "has not");
	/* pagemap does not go into areas of bare frames */
	if (walk->has_frame &&
	    (walk->frame != page->frame ||
	     (kind != VMAVIEW_PAGE_PFNMAP &&
	      walk->frame != pagemap_at(walk->address)) ||
	     walk->frame != frame_in(last, walk->address)))
		WRONG("%" PRIx64 ": frame %" PRIx64 ", GET_PAGES has %" PRIx64
		      ", pagemap %" PRIx64 ", the entry %" PRIx64 " (%" PRIx64
		      ")", walk->address, walk->frame, page->frame,
		      pagemap_at(walk->address), frame_in(last, walk->address),
		      last->raw);
	if (is_present(last->raw) != (kind >= VMAVIEW_PAGE_ANON &&
				      kind <= VMAVIEW_PAGE_HUGETLB))
		WRONG("%" PRIx64 ": %s in %" PRIx64, walk->address,
		      state_text(page->state), last->raw);
}

/* Returns the last level, or NULL when something is wrong. */
static const struct walk_level *check_walk(uint64_t address, struct walk *walk)
{
	const struct page *page = page_at(&pic, address & ~(PAGE_SIZE - 1));
	const struct walk_level *last;
	bool in_area = false;

	nr_walks++;
	take_walk(walk, s, fd, address);
	if (*walk->wrong || walk->address != address) {
		WRONG("%" PRIx64 ": %s, %" PRIx64, address, walk->wrong,
		      walk->address);
		return NULL;
	}
	check_levels(walk);
	last = walk->levels + walk->nr - 1;
	if (page)
		check_page(walk, last, page);
	else
		check_hole(walk, last);
	for (size_t i = 0; i < pic.nr_areas; i++)
		in_area |= address >= pic.areas[i].start &&
			   address < pic.areas[i].end;
	if (walk->has_area != in_area ||
	    (in_area && (address < walk->start || address >= walk->end)))
		WRONG("%" PRIx64 ": area %" PRIx64 "-%" PRIx64, address,
		      walk->start, walk->end);
	if (!page && walk->state != (in_area ? VMAVIEW_PAGE_NONE :
					       VMAVIEW_PAGE_UNMAPPED))
		WRONG("%" PRIx64 ": %s where no page is", address,
		      state_text(walk->state));
	return *wrong ? NULL : last;
}

/* ---- a process ---- */

/* Ordinal of a state among those met so far. */
static size_t number_of(uint32_t state)
{
	static uint32_t states[MAX_STATES];
	static size_t nr;
	size_t i;

	for (i = 0; i < nr; i++)
		if (states[i] == state)
			return i;
	if (nr < MAX_STATES)
		states[nr++] = state;
	return i;
}

static void check_states(void)
{
	static size_t met[MAX_STATES + 1], next[MAX_STATES + 1];
	struct walk walk;

	memset(met, 0, sizeof(met));
	memset(next, 0, sizeof(next));
	for (size_t i = 0; i < pic.nr && !*wrong; i++) {
		const struct page *page = pic.pages + i;
		size_t number = number_of(page->state);

		/* the first, the third, the ninth ... */
		if (met[number]++ < next[number])
			continue;
		next[number] = met[number] * 3 - 1;
		/* and an address inside of the page */
		check_walk(page->address + i % PAGE_SIZE, &walk);
		if (i + 1 == pic.nr ||
		    page[1].address != page->address + PAGE_SIZE)
			check_walk(page->address + PAGE_SIZE, &walk);
		check_walk(page->address - PAGE_SIZE, &walk);
	}
}

static void check_ends(void)
{
	static const uint64_t beyond[] = { 0, PAGE_SIZE, 1ULL << 62, ~0ULL };
	struct walk walk;
	size_t i;

	check_walk(0, &walk);
	check_walk(task_size - 1, &walk);
	for (i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++) {
		take_walk(&walk, s, fd, i < 2 ? task_size + beyond[i] :
						beyond[i]);
		if (walk.code != EINVAL || !strstr(walk.text, "ADDRESS"))
			WRONG("above the top: %s \"%s\"", strerror(walk.code),
			      walk.text);
	}
}

static void take_all(void)
{
	take_whole(&pic, s, fd, VMAVIEW_F_PAGES);
	if (*pic.wrong)
		WRONG("GET_PAGES: %s", pic.wrong);
}

static void check_process(const char *name)
{
	for (int i = 0; i < 5; i++) {
		wrong[0] = '\0';
		nr_walks = 0;
		take_all();
		read_info();
		if (!*wrong)
			check_states();
		if (!*wrong)
			check_ends();
		if (!*wrong)
			break;
		usleep(30 * 1000);
	}
	check(!*wrong, name, "%s", wrong);
	printf("# %zu walks\n", nr_walks);
}

/* ---- holes ---- */

static const char *const level_names[VMAVIEW_LEVELS] = {
	"pte", "pmd", "pud", "p4d", "pgd"
};

static void check_far(FILE *file)
{
	char line[100], level[8], name[40];
	const struct walk_level *last;
	uint64_t address;
	struct walk walk;

	take_all();
	read_info();
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "hole %" SCNx64 " %7s", &address, level) == 2) {
			/* on four levels there is no p4d, and the pgd stands in */
			if (!strcmp(level, "p4d") && nr_table_levels == 4)
				strcpy(level, "pgd");
			snprintf(name, sizeof(name), "hole at %s", level);
			last = check_walk(address, &walk);
			check(last && !last->raw &&
			      !strcmp(level_names[last->level], level), name,
			      "%s, ends at level %zu", wrong,
			      last ? (size_t)last->level : 0);
		} else if (sscanf(line, "outside %" SCNx64, &address) == 1) {
			last = check_walk(address, &walk);
			check(last && walk.state == VMAVIEW_PAGE_UNMAPPED,
			      "outside of areas", "%s", wrong);
		} else if (sscanf(line, "page %" SCNx64, &address) == 1) {
			last = check_walk(address, &walk);
			check(last && last->level == VMAVIEW_LEVEL_PTE &&
			      walk.nr == nr_table_levels, "all levels", "%s",
			      wrong);
		}
		wrong[0] = '\0';
	}
	printf("# %" PRIu64 " levels\n", nr_table_levels);
}

int main(int argc, char **argv)
{
	FILE *file = argc == 4 ? fopen(argv[3], "r") : NULL;

	if (argc < 3)
		return 2;
	find_family();
	s = open_socket();
	fd = open_pagemap(atoi(argv[2]));
	if (fd < 0)
		give_up(argv[1]);
	if (file)
		check_far(file);
	else
		check_process(argv[1]);
	return failures != 0;
}
