// SPDX-License-Identifier: GPL-2.0
/*
 * Dumps of targets that never stand still.
 *
 *	racecheck dumps N PID...	N of all kinds: each well formed
 *	racecheck states N PID FILE	N page maps, counts and tables of the
 *					target "twostates", and more until
 *					all was met: each tells of one of its
 *					states, or is torn
 */
#include "walk.h"

#define MAX_PIDS	16

static char wrong[300];
#define WRONG(...)	complain(wrong, sizeof(wrong), __VA_ARGS__)

static int s;
static unsigned int nr_torn;

/* ---- what is said of two states ---- */

struct states {
	uint64_t a, b, size;
};

/* What a dump says: pages at A and at B, and whether there are such areas. */
struct said {
	uint64_t in_a, in_b;
	bool has_a, has_b;
	bool has_else;		/* a part of one, or what is no anon page */
	bool torn;
};

static bool touches(uint64_t start, uint64_t end, uint64_t at, uint64_t size)
{
	return start < at + size && end > at;
}

static void add_said_area(struct said *said, const struct states *st,
			  uint64_t start, uint64_t end)
{
	bool at_a = touches(start, end, st->a, st->size);
	bool at_b = touches(start, end, st->b, st->size);

	said->has_a |= at_a;
	said->has_b |= at_b;
	said->has_else |= (at_a && (start > st->a || end < st->a + st->size)) ||
			  (at_b && (start > st->b || end < st->b + st->size));
}

/* So many pages from there on, all at A or all at B if at one of them. */
static void add_said_pages(struct said *said, const struct states *st,
			   uint64_t start, uint64_t nr)
{
	if (touches(start, start + PAGE_SIZE, st->a, st->size))
		said->in_a += nr;
	else if (touches(start, start + PAGE_SIZE, st->b, st->size))
		said->in_b += nr;
}

struct tables_read {
	const struct states *st;	/* NULL: no state is asked for */
	struct said said;
	size_t nr;			/* areas */
	int code;			/* errno */
};

static void read_tables(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr = find_attr(nlh, VMAVIEW_A_TABLES);
	struct tables_read *read = data;
	struct vmaview_tables area;
	size_t nr;

	if (!attr)
		return;
	if (mnl_attr_get_payload_len(attr) % sizeof(area))
		WRONG("GET_TABLES: cut");
	nr = mnl_attr_get_payload_len(attr) / sizeof(area);
	read->nr += nr;
	for (size_t i = 0; read->st && i < nr; i++) {
		memcpy(&area, (char *)mnl_attr_get_payload(attr) +
		       i * sizeof(area), sizeof(area));
		add_said_area(&read->said, read->st, area.start, area.end);
		add_said_pages(&read->said, read->st, area.start,
			       area.pages[VMAVIEW_LEVEL_PTE]);
	}
}

static void ask_tables(int fd, struct tables_read *read)
{
	struct request req;
	struct answer *answer;

	begin_dump(&req, VMAVIEW_CMD_GET_TABLES, fd);
	answer = ask_each(s, &req, read_tables, read);
	read->code = answer->code;
	read->said.torn = answer->interrupted;
}

/* ---- of all kinds ---- */

static struct picture pic;

/* The target may have ended, or be just about to. */
static bool is_good(int code)
{
	return !code || code == ESRCH;
}

static void dump_pages(int fd, uint32_t flags)
{
	take_whole(&pic, s, fd, flags);
	nr_torn += pic.torn;
	if (*pic.wrong && (!pic.code || !is_good(pic.code)))
		WRONG("GET_PAGES %x: %s", flags, pic.wrong);
}

static void dump_vmas(int fd)
{
	static struct areas areas;

	take_areas(&areas, s, fd, VMAVIEW_F_VMAS);
	if (*areas.wrong && !strstr(areas.wrong, strerror(ESRCH)))
		WRONG("GET_VMAS: %s", areas.wrong);
	for (size_t i = 1; i < areas.nr; i++)
		if (areas.areas[i].start < areas.areas[i - 1].end)
			WRONG("GET_VMAS: areas overlap");
}

static void dump_tables(int fd)
{
	struct tables_read read = { 0 };

	ask_tables(fd, &read);
	nr_torn += read.said.torn;
	if (!is_good(read.code) || (!read.code && !read.nr))
		WRONG("GET_TABLES: %s, %zu areas", strerror(read.code), read.nr);
}

/* An address that was a page a moment ago, and may be nothing by now. */
static void dump_entry(int fd)
{
	uint64_t address = pic.nr ? pic.pages[rand() % pic.nr].address : 0;
	struct walk walk;
	size_t i;

	take_walk(&walk, s, fd, address);
	if (*walk.wrong && (!walk.code || !is_good(walk.code)))
		WRONG("GET_ENTRY: %s", walk.wrong);
	for (i = 1; i < walk.nr; i++)
		if (walk.levels[i].table !=
		    (walk.levels[i - 1].raw & PRESENT_FRAME))
			WRONG("GET_ENTRY: level %" PRIu64 " is of another walk",
			      walk.levels[i].level);
}

static void check_dumps(unsigned int nr, char **pids, int nr_pids)
{
	int fds[MAX_PIDS] = { -1 };
	unsigned int i;

	if (nr_pids > MAX_PIDS)
		nr_pids = MAX_PIDS;
	for (int p = 0; p < nr_pids; p++) {
		fds[p] = open_pagemap(atoi(pids[p]));
		if (fds[p] < 0)
			give_up("pagemap");
	}
	for (i = 0; i < nr && !*wrong; i++) {
		int fd = fds[i / 32 % nr_pids];

		/* the first takes most of the time: it waits for every part */
		switch (i % 32) {
		case 0:
			dump_pages(fd, VMAVIEW_F_PAGES);
			break;
		case 4:
		case 20:
			dump_tables(fd);
			break;
		case 8:
		case 24:
			dump_vmas(fd);
			break;
		case 12:
		case 28:
			dump_pages(fd, 0);
			break;
		default:
			dump_entry(fd);
		}
	}
	check(!*wrong, "case-25 dumps are well formed", "dump %u: %s", i,
	      wrong);
	printf("# %u dumps, %u torn\n", i, nr_torn);
}

/* ---- two states ---- */

static struct said say_pages(int fd, const struct states *st, uint32_t flags)
{
	struct said said = { 0 };

	take_picture(&pic, s, fd, st->a, st->b + st->size, flags);
	if (*pic.wrong)
		WRONG("%s", pic.wrong);
	said.torn = pic.torn;
	for (size_t i = 0; i < pic.nr_areas; i++)
		add_said_area(&said, st, pic.areas[i].start, pic.areas[i].end);
	for (size_t i = 0; i < pic.nr; i++)
		if (VMAVIEW_PAGE_KIND(pic.pages[i].state) == VMAVIEW_PAGE_ANON)
			add_said_pages(&said, st, pic.pages[i].address, 1);
	said.has_else |= pic.nr != said.in_a + said.in_b ||
			 pic.nr_areas != (size_t)said.has_a + said.has_b;
	return said;
}

static struct said say_areas(int fd, const struct states *st)
{
	static struct areas areas;
	struct said said = { 0 };

	take_areas(&areas, s, fd, VMAVIEW_F_COUNTS);
	if (*areas.wrong)
		WRONG("%s", areas.wrong);
	said.torn = areas.torn;
	for (size_t i = 0; i < areas.nr; i++) {
		add_said_area(&said, st, areas.areas[i].start,
			      areas.areas[i].end);
		add_said_pages(&said, st, areas.areas[i].start,
			       areas.areas[i].counts[VMAVIEW_COUNT_ANON]);
	}
	return said;
}

static struct said say_tables(int fd, const struct states *st)
{
	struct tables_read read = { .st = st };

	ask_tables(fd, &read);
	if (read.code)
		WRONG("GET_TABLES: %s", strerror(read.code));
	return read.said;
}

/* Which of them that is: 0, 1, or -1 for none. */
static int state_of(const struct states *st, const struct said *said)
{
	const uint64_t all = st->size / PAGE_SIZE;

	if (!said->has_a || said->has_else)
		return -1;
	if (said->in_a == all && !said->in_b && !said->has_b)
		return 0;
	if (said->in_b == all && !said->in_a && said->has_b)
		return 1;
	return -1;
}

/* How many times more dumps are tried for what was not met in all of them. */
#define MORE	10

static bool met_all(const unsigned int *met, size_t nr)
{
	while (nr && met[nr - 1])
		nr--;
	return !nr;
}

static void check_states(unsigned int nr, pid_t pid, const char *path)
{
	static const char *const kinds[] = {
		"GET_PAGES", "GET_VMAS", "GET_PAGES with frames", "GET_TABLES"
	};
	unsigned int met[2] = { 0 }, torn[4] = { 0 }, i;
	int fd = open_pagemap(pid), which;
	FILE *file = fopen(path, "r");
	struct states st = { 0 };
	struct said said;
	char line[200];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "states %" SCNx64 " %" SCNx64 " %" SCNx64,
			   &st.a, &st.b, &st.size) == 3)
			break;
	if (!st.size || fd < 0)
		give_up("states");
	for (i = 0; !*wrong && i < nr * MORE; i++) {
		if (i >= nr && met_all(met, 2) && met_all(torn, 4))
			break;
		if (i % 4 == 1)
			said = say_areas(fd, &st);
		else if (i % 4 == 3)
			said = say_tables(fd, &st);
		else
			said = say_pages(fd, &st,
					 i % 4 ? VMAVIEW_F_FRAMES : 0);
		if (said.torn) {
			torn[i % 4]++;
			continue;
		}
		which = state_of(&st, &said);
		if (which < 0)
			WRONG("%s: %" PRIu64 " pages at A and %" PRIu64 " at "
			      "B, %s%s, and not torn", kinds[i % 4], said.in_a,
			      said.in_b, said.has_b ? "two areas" : "one area",
			      said.has_else ? " and what is neither" : "");
		else
			met[which]++;
	}
	check(!*wrong, "every dump is of a state there was, or torn",
	      "dump %u: %s", i, wrong);
	check(met_all(met, 2), "and both states are met", "%u and %u",
	      met[0], met[1]);
	check(met_all(torn, 4), "and each kind is torn at times",
	      "%u %u %u %u", torn[0], torn[1], torn[2], torn[3]);
	printf("# %u dumps: %u and %u of a state, torn %u %u %u %u\n", i,
	       met[0], met[1], torn[0], torn[1], torn[2], torn[3]);
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	find_family();
	s = open_socket();
	if (!strcmp(argv[1], "dumps"))
		check_dumps(atoi(argv[2]), argv + 3, argc - 3);
	else if (!strcmp(argv[1], "states") && argc == 5)
		check_states(atoi(argv[2]), atoi(argv[3]), argv[4]);
	else
		return 2;
	return failures != 0;
}
