// SPDX-License-Identifier: GPL-2.0
/*
 * tablecheck NAME PID: GET_TABLES against what the kernel counts, VmPTE and
 * pgtables_bytes, and against the page map.
 *
 * A process that runs may change between two readings, so a comparison that
 * fails is made again, some times.
 */
#include "picture.h"

#define NR_TRIES	5

static char wrong[400];
#define WRONG(...)	complain(wrong, sizeof(wrong), __VA_ARGS__)

struct sums {
	struct vmaview_tables all;	/* start, end: of the last area */
	size_t nr_areas;
};

static void add_tables(struct sums *sums, const struct vmaview_tables *area)
{
	if (area->start >= area->end || area->start < sums->all.end)
		WRONG("area %" PRIu64 " is out of order", (uint64_t)area->start);
	for (int i = 0; i < VMAVIEW_LEVELS; i++) {
		sums->all.used[i] += area->used[i];
		sums->all.pages[i] += area->pages[i];
		sums->all.tables[i] += area->tables[i];
	}
	sums->all.deposited += area->deposited;
	sums->all.start = area->start;
	sums->all.end = area->end;
	sums->nr_areas++;
}

static void read_tables(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr = find_attr(nlh, VMAVIEW_A_TABLES);
	struct vmaview_tables area;
	uint64_t size;

	if (!attr)
		return;
	if (!get_number(find_attr(nlh, VMAVIEW_A_TABLES_SIZE), &size) ||
	    size < sizeof(area) || mnl_attr_get_payload_len(attr) % size) {
		WRONG("TABLES_SIZE is bad");
		return;
	}
	for (size_t i = 0; i < mnl_attr_get_payload_len(attr) / size; i++) {
		memcpy(&area, (char *)mnl_attr_get_payload(attr) + i * size,
		       sizeof(area));
		add_tables(data, &area);
	}
}

/* Bytes of VmPTE in /proc/PID/status. */
static uint64_t vmpte_of(pid_t pid)
{
	int fd = open_proc(pid, "status");
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	char line[256];
	uint64_t kib = 0;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "VmPTE: %" SCNu64, &kib) == 1)
			break;
	if (file)
		fclose(file);
	return kib * 1024;
}

/*
 * Tables that are below no area: with PAE a process has those of pmds from its
 * beginning on, one for each entry of the top table.
 */
static bool is_preallocated(const struct vmaview_tables *all, uint64_t bytes)
{
#ifdef __i386__
	return bytes % PAGE_SIZE == 0 &&
	       bytes <= (4 - all->tables[VMAVIEW_LEVEL_PMD]) * PAGE_SIZE;
#else
	(void)all;
	return !bytes;
#endif
}

/* The kernel counts tables of pte, pmd and pud entries, and the deposited. */
static void compare_bytes(const struct vmaview_tables *all, pid_t pid, int s,
			  int fd)
{
	uint64_t bytes = ((uint64_t)all->tables[VMAVIEW_LEVEL_PTE] +
			  all->tables[VMAVIEW_LEVEL_PMD] +
			  all->tables[VMAVIEW_LEVEL_PUD] + all->deposited) *
			 PAGE_SIZE;
	uint64_t counted = 0, vmpte = vmpte_of(pid);
	struct request req;

	begin_mm(&req, fd);
	get_nested(ask_on(s, &req), VMAVIEW_A_MM, VMAVIEW_MM_A_PGTABLES_BYTES,
		   &counted);
	if (vmpte != counted || !is_preallocated(all, counted - bytes))
		WRONG("%" PRIu64 " bytes of tables (%u pte, %u pmd, %u pud, %u "
		      "deposited), VmPTE is %" PRIu64 ", pgtables_bytes %"
		      PRIu64, bytes, all->tables[VMAVIEW_LEVEL_PTE],
		      all->tables[VMAVIEW_LEVEL_PMD],
		      all->tables[VMAVIEW_LEVEL_PUD], all->deposited, vmpte,
		      counted);
}

static bool is_present(uint32_t state)
{
	unsigned int kind = VMAVIEW_PAGE_KIND(state);

	return kind >= VMAVIEW_PAGE_ANON && kind <= VMAVIEW_PAGE_HUGETLB;
}

/* Entries as the page map has them, huge ones by their first page. */
static void count_entries(const struct picture *pic, uint64_t *used,
			  uint64_t *present)
{
	for (size_t i = 0; i < pic->nr; i++) {
		const struct page *page = pic->pages + i;
		unsigned int level = VMAVIEW_LEVEL_PTE;
		uint64_t size = PAGE_SIZE;

		if (page->state & VMAVIEW_PAGE_PUD) {
			level = VMAVIEW_LEVEL_PUD;
			size = PUD_SIZE;
		} else if (page->state & VMAVIEW_PAGE_PMD) {
			level = VMAVIEW_LEVEL_PMD;
			size = PMD_SIZE;
		}
		if (page->address % size)
			continue;
		used[level]++;
		present[level] += is_present(page->state);
	}
}

/* An entry leads to a page or to a table. */
static void compare_entries(const struct vmaview_tables *all,
			    const struct picture *pic)
{
	uint64_t used[VMAVIEW_LEVELS + 1] = { 0 };
	uint64_t present[VMAVIEW_LEVELS] = { 0 };
	int i, upper;

	count_entries(pic, used, present);
	for (i = 0; i < VMAVIEW_LEVELS - 1; i++) {
		upper = i + 1;
		while (upper < VMAVIEW_LEVEL_PGD && !all->tables[upper])
			upper++;
		used[upper] += all->tables[i];
	}
	if (all->tables[VMAVIEW_LEVEL_PGD] != 1)
		WRONG("%u pgds", all->tables[VMAVIEW_LEVEL_PGD]);
	for (i = 0; i < VMAVIEW_LEVELS; i++)
		if (all->used[i] != used[i] || all->pages[i] != present[i])
			WRONG("level %d: %" PRIu64 " entries and %" PRIu64
			      " pages, should be %" PRIu64 " and %" PRIu64, i,
			      (uint64_t)all->used[i], (uint64_t)all->pages[i],
			      used[i], present[i]);
}

static void compare(pid_t pid, int s, int fd, struct sums *sums)
{
	static struct picture pic;
	static struct areas areas;
	struct request req;
	struct answer *answer;

	memset(sums, 0, sizeof(*sums));
	begin_dump(&req, VMAVIEW_CMD_GET_TABLES, fd);
	answer = ask_each(s, &req, read_tables, sums);
	if (answer->code)
		WRONG("%s: %s", strerror(answer->code), answer->text);
	compare_bytes(&sums->all, pid, s, fd);
	take_whole(&pic, s, fd, 0);
	if (*pic.wrong)
		WRONG("GET_PAGES: %s", pic.wrong);
	compare_entries(&sums->all, &pic);
	take_areas(&areas, s, fd, 0);
	if (areas.nr != sums->nr_areas)
		WRONG("%zu areas, not %zu", sums->nr_areas, areas.nr);
}

int main(int argc, char **argv)
{
	struct sums sums;
	int s, fd;

	if (argc != 3)
		return 2;
	find_family();
	s = open_socket();
	fd = open_pagemap(atoi(argv[2]));
	if (fd < 0)
		give_up(argv[1]);
	for (int i = 0; i < NR_TRIES; i++) {
		wrong[0] = '\0';
		compare(atoi(argv[2]), s, fd, &sums);
		if (!*wrong)
			break;
		usleep(30 * 1000);
	}
	check(!*wrong, argv[1], "%s", wrong);
	printf("# %u pte, %u pmd, %u pud, %u p4d tables, %u deposited\n",
	       sums.all.tables[VMAVIEW_LEVEL_PTE],
	       sums.all.tables[VMAVIEW_LEVEL_PMD],
	       sums.all.tables[VMAVIEW_LEVEL_PUD],
	       sums.all.tables[VMAVIEW_LEVEL_P4D], sums.all.deposited);
	return failures != 0;
}
