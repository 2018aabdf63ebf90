// SPDX-License-Identifier: GPL-2.0
/*
 * Dumps of targets that never stand still.
 *
 *	racecheck dumps N PID...	N of all kinds: each well formed
 *	racecheck states N PID FILE	N page maps of the target "twostates":
 *					each one of its states, or torn
 */
#include <sys/resource.h>

#include "walk.h"

#define MAX_PIDS	16

static char wrong[300];
#define WRONG(...)	complain(wrong, sizeof(wrong), __VA_ARGS__)

static int s;
static unsigned int nr_torn;

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

static void count_tables(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr = find_attr(nlh, VMAVIEW_A_TABLES);
	const size_t size = sizeof(struct vmaview_tables);
	size_t *nr = data;

	if (!attr)
		return;
	if (mnl_attr_get_payload_len(attr) % size)
		WRONG("GET_TABLES: cut");
	*nr += mnl_attr_get_payload_len(attr) / size;
}

static void dump_tables(int fd)
{
	struct request req;
	struct answer *answer;
	size_t nr = 0;

	begin_dump(&req, VMAVIEW_CMD_GET_TABLES, fd);
	answer = ask_each(s, &req, count_tables, &nr);
	nr_torn += answer->interrupted;
	if (!is_good(answer->code) || (!answer->code && !nr))
		WRONG("GET_TABLES: %s, %zu areas", strerror(answer->code), nr);
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
	check(!*wrong, "dumps are well formed", "dump %u: %s", i, wrong);
	printf("# %u dumps, %u torn\n", i, nr_torn);
}

/* ---- two states ---- */

struct states {
	uint64_t a, b, size;
};

static size_t count_anon(uint64_t start, uint64_t size)
{
	const struct page *page = page_from(&pic, start);
	size_t nr = 0;

	for (; page < pic.pages + pic.nr && page->address < start + size; page++)
		nr += VMAVIEW_PAGE_KIND(page->state) == VMAVIEW_PAGE_ANON;
	return nr;
}

static bool is_area(uint64_t start, uint64_t size)
{
	for (size_t i = 0; i < pic.nr_areas; i++)
		if (pic.areas[i].start <= start &&
		    pic.areas[i].end >= start + size)
			return true;
	return false;
}

/* Which of them the picture is: 0, 1, or -1 for none. */
static int state_of(const struct states *st)
{
	size_t all = st->size / PAGE_SIZE;
	size_t in_a = count_anon(st->a, st->size);
	size_t in_b = count_anon(st->b, st->size);

	if (!is_area(st->a, st->size) || pic.nr != in_a + in_b)
		return -1;
	if (in_a == all && !in_b && !is_area(st->b, st->size) &&
	    pic.nr_areas == 1)
		return 0;
	if (in_b == all && !in_a && is_area(st->b, st->size))
		return 1;
	return -1;
}

static void check_states(unsigned int nr, pid_t pid, const char *path)
{
	unsigned int met[2] = { 0 }, i;
	int fd = open_pagemap(pid), which;
	FILE *file = fopen(path, "r");
	struct states st = { 0 };
	char line[200];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "states %" SCNx64 " %" SCNx64 " %" SCNx64,
			   &st.a, &st.b, &st.size) == 3)
			break;
	if (!st.size || fd < 0)
		give_up("states");
	for (i = 0; i < nr && !*wrong; i++) {
		take_picture(&pic, s, fd, st.a, st.b + st.size, i % 2 ?
			     VMAVIEW_F_FRAMES : 0);
		if (*pic.wrong)
			WRONG("%s", pic.wrong);
		if (pic.torn) {
			nr_torn++;
			continue;
		}
		which = state_of(&st);
		if (which < 0)
			WRONG("%zu pages at A and %zu at B, %zu areas, and not "
			      "torn", count_anon(st.a, st.size),
			      count_anon(st.b, st.size), pic.nr_areas);
		else
			met[which]++;
	}
	check(!*wrong, "every picture is of a state there was, or torn",
	      "dump %u: %s", i, wrong);
	check(met[0] && met[1] && nr_torn, "and all three happen",
	      "%u and %u, %u torn", met[0], met[1], nr_torn);
	printf("# %u dumps: %u and %u of a state, %u torn\n", i, met[0],
	       met[1], nr_torn);
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	find_family();
	s = open_socket();
	/* a storm has more threads than there are CPUs */
	setpriority(PRIO_PROCESS, 0, -15);
	if (!strcmp(argv[1], "dumps"))
		check_dumps(atoi(argv[2]), argv + 3, argc - 3);
	else if (!strcmp(argv[1], "states") && argc == 5)
		check_states(atoi(argv[2]), atoi(argv[3]), argv[4]);
	else
		return 2;
	return failures != 0;
}
