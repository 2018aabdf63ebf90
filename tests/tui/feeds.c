// SPDX-License-Identifier: GPL-2.0
/*
 * The viewer on pictures that no quiet process gives: feeds STORY, where the
 * story says what the source does after the first picture.
 */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "model/region.h"
#include "tui/app.h"

static const char *story;
static unsigned int taken;

static bool tells(const char *what)
{
	return !strcmp(story, what);
}

static struct snapshot *picture(size_t nr)
{
	struct snapshot *snap = snapshot_new();
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	snap->from.source = SOURCE_NETLINK;
	snap->from.coherent = !tells("torn");
	snap->from.taken_ns = ts.tv_sec * 1000000000LL + ts.tv_nsec;
	strcpy(snap->from.kernel, "6.12.0-test");
	strcpy(snap->from.module, "0.1.0");
	snap->page_size = 4096;
	snap->task.pid = 4242;
	strcpy(snap->task.comm, "feed");
	snap->task.exe = strdup("/usr/bin/feed");
	for (size_t i = 0; i < nr; i++) {
		struct vma *vma = snapshot_add_vma(snap);

		vma->start = 0x10000 + i * 0x2000;
		vma->end = vma->start + 0x1000;
		vma->flags = VF_BIT(VF_READ) | VF_BIT(VF_WRITE);
		vma->has_flags = true;
		for (int c = 0; c < RES_NR; c++)
			res_set(&vma->res, c, (i + taken) % 2);
	}
	snap->has_vmas = true;
	region_classify(snap);
	if (tells("notes") && taken)
		snapshot_note(snap, "a note that is new: %u", taken);
	taken++;
	return snap;
}

/* ---- pages: three areas whose every page is known ---- */

#define HEAP		0x08d83000ULL	/* 5 pages, 3 of them there */
#define BIG		0x7f0000000000ULL	/* 1 GiB */
#define KINDS		0x7f8000000000ULL	/* one page of each kind */

static void add_area(struct snapshot *snap, uint64_t start, uint64_t size)
{
	struct vma *vma = snapshot_add_vma(snap);

	vma->start = start;
	vma->end = start + size;
	vma->flags = VF_BIT(VF_READ) | VF_BIT(VF_WRITE);
	vma->has_flags = true;
}

/*
 * The big area: 2 MiB of pages of its own, one that changes, 2 MiB huge, then
 * every 64th page, but nothing above its half.
 */
static void add_big(struct page_map *map)
{
	page_map_add(map, BIG, 511, PAGE_ANON | PAGE_DIRTY | PAGE_EXCLUSIVE);
	page_map_add(map, BIG + 0x1ff000, 1, taken % 2 ? PAGE_ZERO : PAGE_SWAP);
	page_map_add(map, BIG + 0x200000, 512, PAGE_ANON | PAGE_PMD);
	for (uint64_t page = 1024; page < 131072; page += 64)
		page_map_add(map, BIG + page * 4096, 1, PAGE_ANON);
}

static void add_pages(struct snapshot *snap, const struct take *asked)
{
	struct page_map *map = page_map_new(asked->start, asked->end, 4096);

	map->has = PAGE_FLAGS_ALL & ~PAGE_KSM;
	if (asked->start <= HEAP && asked->end > HEAP) {
		page_map_add(map, HEAP, 2, PAGE_ANON | PAGE_DIRTY |
			     PAGE_EXCLUSIVE);
		page_map_add(map, HEAP + 0x2000, 1, PAGE_ANON);
	}
	if (asked->start <= BIG && asked->end > BIG)
		add_big(map);
	if (asked->start <= KINDS && asked->end > KINDS)
		for (int kind = 0; kind < PAGE_KIND_NR; kind++)
			page_map_add(map, KINDS + kind * 4096ULL, 1, kind);
	snap->pages = map;
}

static void add_entry(struct snapshot *snap, const struct take *asked)
{
	static const uint64_t frames[] = { 394, 9424, 13439 };
	uint64_t page = (asked->address - HEAP) / 4096;
	struct entry_walk *entry = calloc(1, sizeof(*entry));

	entry->address = asked->address;
	entry->has_frame = page < 3;
	entry->frame = page < 3 ? frames[page] : 0;
	entry->is_token = tells("tokens");
	snap->entry = entry;
}

static struct snapshot *pages_picture(const struct take *asked)
{
	struct snapshot *snap = picture(0);

	add_area(snap, HEAP, 5 * 4096);
	add_area(snap, BIG, 1 << 30);
	add_area(snap, KINDS, PAGE_KIND_NR * 4096);
	snap->pmd_size = 2 << 20;
	mm_set(&snap->mm, MM_START_BRK, HEAP);
	mm_set(&snap->mm, MM_BRK, HEAP + 5 * 4096);
	region_classify(snap);
	if (tells("no pages"))
		snapshot_note(snap, "pages: pagemap may not be read here");
	else if (asked && asked->what & TAKE_PAGES)
		add_pages(snap, asked);
	if (asked && asked->what & TAKE_ENTRY)
		add_entry(snap, asked);
	if (asked && asked->what & TAKE_SHARERS) {
		snap->sharers = calloc(1, sizeof(*snap->sharers));
		snap->sharers->address = asked->address;
		snap->sharers->has_frame = true;
		snap->sharers->addrs[0] = BIG + 0x7000;
		snap->sharers->nr = snap->sharers->nr_all = 1;
	}
	return snap;
}

static bool tells_pages(void)
{
	return tells("pages") || tells("tokens") || tells("no pages") ||
	       tells("slow pages");
}

static struct snapshot *take(void *context, const struct take *asked,
			     struct error *err)
{
	(void)context;
	if (tells("slow pages") && asked->what & TAKE_PAGES)
		sleep(3);
	if (tells_pages())
		return pages_picture(asked);
	if (tells("stuck")) {
		/* The parent of a vfork() waits killably in the kernel: D. */
		if (!vfork()) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			sleep(60);
			_exit(0);
		}
		return picture(5);
	}
	if (tells("busy")) {
		/* Slow, but nobody makes it wait. */
		for (volatile uint64_t i = 0; i < 20000000000ULL; i++)
			;
		return picture(5);
	}
	if (tells("permission")) {
		error_set(err, ERR_PERMISSION, "permission denied: test");
		return NULL;
	}
	if (tells("gone")) {
		error_set(err, ERR_GONE, "the process has ended");
		return NULL;
	}
	if (tells("crash"))
		raise(SIGSEGV);
	return picture(tells("many") ? 65000 : tells("empty") ? 0 : 5);
}

int main(int argc, char **argv)
{
	struct app_feed feed = { .take = take };
	struct app_options options = { .delay = 0.2, .unicode = true };
	struct error err;

	setlocale(LC_ALL, "");
	story = argc > 1 ? argv[1] : "";
	if (app_run(&feed, tells_pages() ? pages_picture(NULL) :
		    picture(tells("many") ? 65000 : tells("empty") ? 0 : 5),
		    &options, &err)) {
		fprintf(stderr, "feeds: %s\n", err.text);
		return 1;
	}
	return 0;
}
