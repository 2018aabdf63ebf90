// SPDX-License-Identifier: GPL-2.0
/*
 * GET_PAGES against what the kernel itself says, page by page.
 *
 *	pagecheck pages NAME PID	/proc/PID/pagemap, /proc/kpageflags, the
 *					areas, and GET_VMAS' counts
 *	pagecheck counts NAME PID	GET_VMAS' shared counts against smaps
 *	pagecheck list PID		what pagemap has, a page a line: ADDRESS
 *					present|swap FRAME, decimal and hex
 *
 * Pages may come and go between two readings of a process that runs, so a
 * comparison that fails is made again, some times. One that never holds fails.
 */
#include <linux/kernel-page-flags.h>
#include <time.h>

#include "smaps.h"

#define PM_FRAME	((1ULL << 55) - 1)
#define PM_SOFT_DIRTY	(1ULL << 55)
#define PM_EXCLUSIVE	(1ULL << 56)
#define PM_UFFD_WP	(1ULL << 57)
#define PM_FILE		(1ULL << 61)
#define PM_SWAP		(1ULL << 62)
#define PM_PRESENT	(1ULL << 63)

#define NR_TRIES	5
/* Of larger areas only the parts with pages are read: pagemap has 8 bytes for
 * every page that could be. GET_VMAS' counts tell whether there are others. */
#define LARGE		(4ULL << 30)
#define BLOCK		PMD_SIZE

static char wrong[400];
#define WRONG(...)	complain(wrong, sizeof(wrong), __VA_ARGS__)

static struct {
	size_t pages, read;
} seen;

/* ---- one page ---- */

/* Which bits of its pagemap entry a page's state tells, and what they are. */
struct expected {
	uint64_t mask, value;
};

static void expect_bits(struct expected *e, uint64_t bits, bool set)
{
	e->mask |= bits;
	e->value |= set ? bits : 0;
}

static void expect_frame(struct expected *e, uint64_t frame)
{
	e->mask |= PM_FRAME;
	e->value |= frame & PM_FRAME;
}

/*
 * pagemap asks the first page of a huge one how often it is mapped, and says so
 * of all: before 6.11, and again since the question has a function of its own,
 * __folio_page_mapped_exclusively(), which is always given that page.
 */
static bool asks_first(void)
{
	return is_before(6, 11) || !is_before(6, 15);
}

/* Before 6.11 pagemap does not know of page tables that are shared. */
static bool is_old(void)
{
	return is_before(6, 11);
}

static void expect_exclusive(struct expected *e, const struct page *page,
			     const struct page *head)
{
	uint32_t state = page->state;

	/* pagemap asks a table of puds for what only those of pmds know */
	if (state & VMAVIEW_PAGE_PUD)
		return;
	if (asks_first() && state & VMAVIEW_PAGE_PMD && head)
		state = head->state;
	if (is_old() && VMAVIEW_PAGE_KIND(state) == VMAVIEW_PAGE_HUGETLB &&
	    !(state & VMAVIEW_PAGE_EXCLUSIVE))
		return;
	expect_bits(e, PM_EXCLUSIVE, state & VMAVIEW_PAGE_EXCLUSIVE);
}

/* head is the first page of the same huge one, or NULL. */
static struct expected pagemap_of(const struct page *page,
				  const struct page *head,
				  const struct smap *area)
{
	unsigned int kind = VMAVIEW_PAGE_KIND(page->state);
	struct expected e = { 0, 0 };

	if (area->is_pfnmap) {
		/* not even walked */
		expect_bits(&e, PM_PRESENT | PM_SWAP | PM_FRAME, false);
		return e;
	}

	/* pagemap tells the area's bit with the entry's, and of hugetlb no more */
	expect_bits(&e, PM_SOFT_DIRTY, area->is_soft_dirty ||
		    (kind != VMAVIEW_PAGE_HUGETLB &&
		     page->state & VMAVIEW_PAGE_SOFT_DIRTY));
	switch (kind) {
	case VMAVIEW_PAGE_NONE:
		expect_bits(&e, PM_PRESENT | PM_SWAP | PM_FILE | PM_EXCLUSIVE |
			    PM_UFFD_WP | PM_FRAME, false);
		return e;
	case VMAVIEW_PAGE_HUGETLB:
		/* the state does not tell whether it is a file's */
		expect_exclusive(&e, page, head);
		break;
	case VMAVIEW_PAGE_ANON:
	case VMAVIEW_PAGE_FILE:
	case VMAVIEW_PAGE_SHMEM:
		expect_bits(&e, PM_FILE, kind != VMAVIEW_PAGE_ANON);
		expect_exclusive(&e, page, head);
		break;
	case VMAVIEW_PAGE_ZERO:
	case VMAVIEW_PAGE_PFNMAP:
		/*
		 * No normal page, of which pagemap says nothing but the frame;
		 * yet the huge zero page is one to it before 6.17.
		 */
		if (!(page->state & VMAVIEW_PAGE_PMD))
			expect_bits(&e, PM_FILE | PM_EXCLUSIVE, false);
		break;
	case VMAVIEW_PAGE_MIGRATION:
	case VMAVIEW_PAGE_SWAP:
		expect_bits(&e, PM_SWAP, true);
		expect_bits(&e, PM_PRESENT | PM_EXCLUSIVE, false);
		break;
	default:
		/* of hugetlb pagemap tells no more than that it is marked */
		if (!area->is_hugetlb)
			expect_bits(&e, PM_SWAP, true);
		expect_bits(&e, PM_PRESENT, false);
	}
	if (kind >= VMAVIEW_PAGE_ANON && kind <= VMAVIEW_PAGE_HUGETLB) {
		expect_bits(&e, PM_PRESENT, true);
		expect_bits(&e, PM_SWAP, false);
	}
	if (VMAVIEW_PAGE_HAS_FRAME(kind))
		expect_frame(&e, page->frame);
	expect_bits(&e, PM_UFFD_WP, kind == VMAVIEW_PAGE_MARKER ||
		    page->state & VMAVIEW_PAGE_UFFD_WP);
	return e;
}

static void compare_page(const struct page *page, const struct page *head,
			 const struct smap *area, uint64_t pagemap)
{
	struct expected e = pagemap_of(page, head, area);

	if ((pagemap & e.mask) != e.value)
		WRONG("%" PRIx64 " %s frame %" PRIx64 ": pagemap has %" PRIx64
		      ", not %" PRIx64 " of %" PRIx64, page->address,
		      state_text(page->state), page->frame, pagemap, e.value,
		      e.mask);
}

/* ---- pagemap ---- */

static void compare_block(const struct picture *pic, int fd,
			  const struct smap *area, uint64_t start, uint64_t end)
{
	const struct page *page = page_from(pic, start);
	const struct page *last = pic->pages + pic->nr;
	static uint64_t entries[BLOCK / PAGE_SIZE];
	size_t nr = (end - start) / PAGE_SIZE;

	if (pread(fd, entries, nr * 8, start / PAGE_SIZE * 8) !=
	    (ssize_t)nr * 8)
		give_up("pagemap");
	for (size_t i = 0; i < nr; i++) {
		struct page none = { .address = start + i * PAGE_SIZE,
				     .state = VMAVIEW_PAGE_NONE };

		if (page < last && page->address == none.address) {
			compare_page(page, page_at(pic, page->address &
						   ~(PMD_SIZE - 1)),
				     area, entries[i]);
			page++;
		} else {
			compare_page(&none, NULL, area, entries[i]);
		}
	}
	seen.read += nr;
}

static void compare_area(const struct picture *pic, int fd,
			 const struct smap *area)
{
	bool is_large = area->end - area->start > LARGE;
	const struct page *page;
	uint64_t at = area->start, end;

	while (at < area->end && !*wrong) {
		if (is_large) {
			page = page_from(pic, at);
			if (page == pic->pages + pic->nr ||
			    page->address >= area->end)
				return;
			if (page->address / BLOCK > at / BLOCK)
				at = page->address / BLOCK * BLOCK;
		}
		end = (at / BLOCK + 1) * BLOCK;
		if (end > area->end)
			end = area->end;
		compare_block(pic, fd, area, at, end);
		at = end;
	}
}

/* Spoken of is what is in an area, and nothing else. */
static void compare_cover(const struct picture *pic, const struct smaps *smaps)
{
	uint64_t start = 0, end = 0;
	size_t i, at = 0;

	for (i = 0; i <= smaps->nr; i++) {
		if (i < smaps->nr && smaps->areas[i].start == end) {
			end = smaps->areas[i].end;
			continue;
		}
		if (end && (at == pic->nr_areas ||
			    pic->areas[at].start != start ||
			    pic->areas[at].end != end))
			WRONG("areas are %" PRIx64 "-%" PRIx64 " where %" PRIx64
			      "-%" PRIx64 " is said", start, end,
			      at < pic->nr_areas ? pic->areas[at].start : 0,
			      at < pic->nr_areas ? pic->areas[at].end : 0);
		at += end != 0;
		if (i < smaps->nr) {
			start = smaps->areas[i].start;
			end = smaps->areas[i].end;
		}
	}
	if (at != pic->nr_areas)
		WRONG("%zu ranges where areas are, %zu are spoken of", at,
		      pic->nr_areas);
}

/* ---- kpageflags ---- */

#define KPF(bit)	(1ULL << KPF_##bit)

static struct expected kpageflags_of(uint32_t state)
{
	struct expected e = { 0, 0 };
	unsigned int kind = VMAVIEW_PAGE_KIND(state);

	expect_bits(&e, KPF(ZERO_PAGE), kind == VMAVIEW_PAGE_ZERO);
	expect_bits(&e, KPF(HUGE), kind == VMAVIEW_PAGE_HUGETLB);
	/* from 6.10 on every anonymous page has that bit, by mistake */
	if (is_old() || state & VMAVIEW_PAGE_KSM)
		expect_bits(&e, KPF(KSM), state & VMAVIEW_PAGE_KSM);
	if (kind >= VMAVIEW_PAGE_ANON && kind <= VMAVIEW_PAGE_SHMEM) {
		expect_bits(&e, KPF(ANON), kind == VMAVIEW_PAGE_ANON);
		if (state & VMAVIEW_PAGE_PMD)
			expect_bits(&e, KPF(THP), true);
	}
	/* an anonymous page may have lost its bit: MADV_FREE */
	if (kind == VMAVIEW_PAGE_FILE || kind == VMAVIEW_PAGE_SHMEM)
		expect_bits(&e, KPF(SWAPBACKED), kind == VMAVIEW_PAGE_SHMEM);
	return e;
}

static void compare_kpageflags(const struct picture *pic)
{
	int fd = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		give_up("kpageflags");
	for (size_t i = 0; i < pic->nr; i++) {
		const struct page *page = pic->pages + i;
		unsigned int kind = VMAVIEW_PAGE_KIND(page->state);
		struct expected e = kpageflags_of(page->state);
		uint64_t flags;

		/* bare frames may be anything, and need have no flags */
		if (kind < VMAVIEW_PAGE_ANON || kind > VMAVIEW_PAGE_HUGETLB ||
		    kind == VMAVIEW_PAGE_PFNMAP)
			continue;
		if (pread(fd, &flags, 8, page->frame * 8) != 8)
			give_up("kpageflags");
		if ((flags & e.mask) != e.value)
			WRONG("%" PRIx64 " %s frame %" PRIx64
			      ": kpageflags has %" PRIx64 ", not %" PRIx64
			      " of %" PRIx64, page->address,
			      state_text(page->state), page->frame, flags,
			      e.value, e.mask);
	}
	close(fd);
}

/* ---- the same counted: GET_VMAS ---- */

static bool is_in_rss(unsigned int kind)
{
	return kind == VMAVIEW_PAGE_ANON || kind == VMAVIEW_PAGE_FILE ||
	       kind == VMAVIEW_PAGE_SHMEM || kind == VMAVIEW_PAGE_MIGRATION ||
	       kind == VMAVIEW_PAGE_DEVICE || kind == VMAVIEW_PAGE_HWPOISON;
}

static void count_page(uint64_t *counts, uint32_t state)
{
	static const unsigned char count_of_kind[VMAVIEW_PAGE_MAX + 1] = {
		[VMAVIEW_PAGE_MARKER] = VMAVIEW_COUNT_MARKER,
		[VMAVIEW_PAGE_GUARD] = VMAVIEW_COUNT_GUARD,
		[VMAVIEW_PAGE_POISON] = VMAVIEW_COUNT_POISON,
		[VMAVIEW_PAGE_ANON] = VMAVIEW_COUNT_ANON,
		[VMAVIEW_PAGE_FILE] = VMAVIEW_COUNT_FILE,
		[VMAVIEW_PAGE_SHMEM] = VMAVIEW_COUNT_SHMEM,
		[VMAVIEW_PAGE_ZERO] = VMAVIEW_COUNT_ZERO,
		[VMAVIEW_PAGE_PFNMAP] = VMAVIEW_COUNT_PFNMAP,
		[VMAVIEW_PAGE_HUGETLB] = VMAVIEW_COUNT_HUGETLB,
		[VMAVIEW_PAGE_SWAP] = VMAVIEW_COUNT_SWAP,
		[VMAVIEW_PAGE_MIGRATION] = VMAVIEW_COUNT_MIGRATION,
		[VMAVIEW_PAGE_DEVICE] = VMAVIEW_COUNT_DEVICE,
		[VMAVIEW_PAGE_HWPOISON] = VMAVIEW_COUNT_HWPOISON,
	};
	static const struct {
		uint32_t flag;
		unsigned int count;
	} counts_of_flags[] = {
		{ VMAVIEW_PAGE_SOFT_DIRTY, VMAVIEW_COUNT_SOFT_DIRTY },
		{ VMAVIEW_PAGE_WRITABLE, VMAVIEW_COUNT_WRITABLE },
		{ VMAVIEW_PAGE_EXEC, VMAVIEW_COUNT_EXEC },
		{ VMAVIEW_PAGE_PROT_NONE, VMAVIEW_COUNT_PROT_NONE },
		{ VMAVIEW_PAGE_KSM, VMAVIEW_COUNT_KSM },
	};
	unsigned int kind = VMAVIEW_PAGE_KIND(state);

	counts[count_of_kind[kind]]++;
	for (size_t i = 0; i < sizeof(counts_of_flags) /
			       sizeof(counts_of_flags[0]); i++)
		counts[counts_of_flags[i].count] +=
			(state & counts_of_flags[i].flag) != 0;
	counts[VMAVIEW_COUNT_HUGE] += is_in_rss(kind) &&
				      state & VMAVIEW_PAGE_PMD;
	counts[VMAVIEW_COUNT_EXCLUSIVE] += is_in_rss(kind) &&
					   state & VMAVIEW_PAGE_EXCLUSIVE;
	counts[VMAVIEW_COUNT_HUGE_ZERO] += kind == VMAVIEW_PAGE_ZERO &&
					   state & VMAVIEW_PAGE_PMD;
	counts[VMAVIEW_COUNT_HUGETLB_PUD] += kind == VMAVIEW_PAGE_HUGETLB &&
					     state & VMAVIEW_PAGE_PUD;
}

static void compare_counts(const struct picture *pic, const struct areas *areas)
{
	const struct page *page = pic->pages, *last = pic->pages + pic->nr;
	unsigned int i;

	for (size_t a = 0; a < areas->nr; a++) {
		const struct area *area = areas->areas + a;
		uint64_t counts[NR_COUNTS] = { 0 };

		while (page < last && page->address < area->start)
			page++;
		for (; page < last && page->address < area->end; page++)
			count_page(counts, page->state);
		/* the CPU sets these two whenever it likes, PSS is of smaps */
		counts[VMAVIEW_COUNT_DIRTY] = area->counts[VMAVIEW_COUNT_DIRTY];
		counts[VMAVIEW_COUNT_ACCESSED] =
			area->counts[VMAVIEW_COUNT_ACCESSED];
		counts[VMAVIEW_COUNT_PSS] = area->counts[VMAVIEW_COUNT_PSS];
		/* of swapped pages too: pagemap has been asked for them */
		counts[VMAVIEW_COUNT_UFFD_WP] =
			area->counts[VMAVIEW_COUNT_UFFD_WP];
		for (i = 0; i < NR_COUNTS; i++)
			if (counts[i] != area->counts[i])
				WRONG("area %" PRIx64 ": %" PRIu64
				      " pages are of count %u, GET_VMAS says %"
				      PRIu64, area->start, counts[i], i,
				      area->counts[i]);
	}
}

/* ---- commands ---- */

static void compare_pages(pid_t pid, int s, int fd)
{
	static struct picture pic;
	static struct smaps smaps;
	static struct areas areas;

	seen.read = 0;
	read_smaps(&smaps, pid);
	take_whole(&pic, s, fd, VMAVIEW_F_PAGES);
	take_areas(&areas, s, fd, VMAVIEW_F_VMAS);
	if (*pic.wrong || *areas.wrong || pic.torn)
		WRONG("%s%s%s", pic.wrong, areas.wrong,
		      pic.torn ? " torn" : "");
	if (pic.has_tokens || pic.nr_numbers == 0)
		WRONG("no frames");
	compare_cover(&pic, &smaps);
	for (size_t i = 0; i < smaps.nr && !*wrong; i++)
		compare_area(&pic, fd, smaps.areas + i);
	if (!*wrong)
		compare_kpageflags(&pic);
	if (!*wrong)
		compare_counts(&pic, &areas);
	seen.pages = pic.nr;
}

static void compare_smaps(pid_t pid, int s, int fd)
{
	uint64_t sums[4] = { 0 };
	static struct smaps smaps;
	static struct areas areas;

	read_smaps(&smaps, pid);
	take_areas(&areas, s, fd, VMAVIEW_F_VMAS);
	if (*areas.wrong)
		WRONG("%s", areas.wrong);
	if (areas.nr != smaps.nr)
		WRONG("%zu areas, smaps has %zu", areas.nr, smaps.nr);
	for (size_t i = 0; i < areas.nr && !*wrong; i++) {
		const struct area *area = areas.areas + i;
		const struct smap *smap = smaps.areas + i;
		const uint64_t *c = area->counts;
		uint64_t rss = (c[VMAVIEW_COUNT_ANON] + c[VMAVIEW_COUNT_FILE] +
				c[VMAVIEW_COUNT_SHMEM] +
				c[VMAVIEW_COUNT_MIGRATION] +
				c[VMAVIEW_COUNT_DEVICE] +
				c[VMAVIEW_COUNT_HWPOISON]) * 4;
		uint64_t exclusive = c[VMAVIEW_COUNT_EXCLUSIVE];

		/* a page that was lost has no mapping left, which smaps takes
		 * for one before 6.11 */
		if (is_old())
			exclusive += c[VMAVIEW_COUNT_HWPOISON];
		if (area->start != smap->start || area->end != smap->end)
			WRONG("area %" PRIx64 "-%" PRIx64 ", smaps has %" PRIx64
			      "-%" PRIx64, area->start, area->end, smap->start,
			      smap->end);
		if (c[VMAVIEW_COUNT_PSS] / 1024 != smap->pss)
			WRONG("area %" PRIx64 ": %" PRIu64 " bytes of Pss, "
			      "smaps has %" PRIu64 " kB", area->start,
			      c[VMAVIEW_COUNT_PSS], smap->pss);
		if (exclusive * 4 != smap->private)
			WRONG("area %" PRIx64 ": %" PRIu64 " pages exclusive, "
			      "smaps has %" PRIu64 " kB private", area->start,
			      exclusive, smap->private);
		if (smap->has_ksm && c[VMAVIEW_COUNT_KSM] * 4 != smap->ksm)
			WRONG("area %" PRIx64 ": %" PRIu64 " pages of KSM, "
			      "smaps has %" PRIu64 " kB", area->start,
			      c[VMAVIEW_COUNT_KSM], smap->ksm);
		if (rss != smap->rss)
			WRONG("area %" PRIx64 ": Rss %" PRIu64 " kB, smaps has "
			      "%" PRIu64, area->start, rss, smap->rss);
		sums[0] += rss;
		sums[1] += smap->rss;
		sums[2] += exclusive * 4;
		sums[3] += smap->private;
	}
	if (sums[0] != sums[1] || sums[2] != sums[3])
		WRONG("sums differ");
	seen.pages = sums[0] / 4;
	seen.read = areas.nr;
}

static void try_some_times(const char *name, pid_t pid,
			   void (*compare)(pid_t pid, int s, int fd))
{
	const struct timespec pause = { .tv_nsec = 30 * 1000 * 1000 };
	int fd = open_pagemap(pid), s = open_socket(), i;

	if (fd < 0)
		give_up(name);
	for (i = 0; i < NR_TRIES; i++) {
		if (i)
			nanosleep(&pause, NULL);
		wrong[0] = '\0';
		compare(pid, s, fd);
		if (!*wrong)
			break;
	}
	check(!*wrong, name, "%s", wrong);
	printf("# %zu pages there, %zu compared, try %d\n", seen.pages,
	       seen.read, i + 1);
	close(fd);
	close(s);
}

/* Every area of the process must be small enough to be read whole. */
static void list_pages(pid_t pid)
{
	static uint64_t entries[BLOCK / PAGE_SIZE];
	int fd = open_pagemap(pid);
	struct smaps smaps = { 0 };
	uint64_t at, end;

	if (fd < 0)
		give_up("pagemap");
	read_smaps(&smaps, pid);
	for (size_t a = 0; a < smaps.nr; a++) {
		for (at = smaps.areas[a].start; at < smaps.areas[a].end; at = end) {
			end = (at / BLOCK + 1) * BLOCK;
			if (end > smaps.areas[a].end)
				end = smaps.areas[a].end;
			size_t nr = (end - at) / PAGE_SIZE;
			if (pread(fd, entries, nr * 8, at / PAGE_SIZE * 8) !=
			    (ssize_t)nr * 8)
				give_up("pagemap");
			for (size_t i = 0; i < nr; i++)
				if (entries[i] & (PM_PRESENT | PM_SWAP))
					printf("%" PRIu64 " %s %" PRIx64 "\n",
					       at + i * PAGE_SIZE,
					       entries[i] & PM_PRESENT ?
					       "present" : "swap",
					       (uint64_t)(entries[i] & PM_FRAME));
		}
	}
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";

	find_family();
	if (!strcmp(what, "pages") && argc == 4)
		try_some_times(argv[2], atoi(argv[3]), compare_pages);
	else if (!strcmp(what, "counts") && argc == 4)
		try_some_times(argv[2], atoi(argv[3]), compare_smaps);
	else if (!strcmp(what, "list"))
		list_pages(atoi(argv[2]));
	else
		return 2;
	return failures != 0;
}
