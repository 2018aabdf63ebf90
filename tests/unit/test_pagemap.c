// SPDX-License-Identifier: GPL-2.0
/*
 * Single pages from /proc: the decoder on entries made up here, and live
 * children whose pages are known, with pagemap read a second time and more
 * simply.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "source/pagemap.h"
#include "source/procfs.h"
#include "source/procfs_pages.h"
#include "source/source.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL	102
#endif

#define PAGE	4096ULL

/* ---- the decoder ---- */

static const struct pagemap_area area_anon = { .pages = PAGES_FILE, .is_anon = true };
static const struct pagemap_area area_ksm = {
	.pages = PAGES_FILE, .is_anon = true, .can_merge = true
};
static const struct pagemap_area area_file = { .pages = PAGES_FILE };
static const struct pagemap_area area_shmem = {
	.pages = PAGES_SHMEM, .is_shared = true
};
static const struct pagemap_area area_strange = { .pages = PAGES_NOT_KNOWN };
static const struct pagemap_area area_bare = { .pages = PAGES_FILE, .is_bare = true };
static const struct pagemap_area area_huge = {
	.pages = PAGES_NOT_KNOWN, .is_hugetlb = true, .leaf = PAGE_PUD
};

#define P	PM_PRESENT
#define S	PM_SWAP
#define E	PM_EXCLUSIVE
#define F	PM_FILE
#define READ(flags)	(KPF_WAS_READ | (flags))

static void test_states(void **state)
{
	static const struct {
		const struct pagemap_area *area;
		uint64_t entry, categories, flags;
		bool has_frames;
		uint32_t state;
	} cases[] = {
		{ &area_anon, 0, 0, 0, 1, PAGE_NONE },
		{ &area_anon, PM_SOFT_DIRTY, 0, 0, 1, PAGE_NONE },
		{ &area_anon, P | E | 5, 0, 0, 1, PAGE_ANON | PAGE_EXCLUSIVE },
		/* shared with a child, or the zero page: who can tell? */
		{ &area_anon, P | 5, 0, 0, 1, PAGE_PRESENT },
		{ &area_anon, P | 5, SCAN_PRESENT, 0, 1, PAGE_ANON },
		{ &area_anon, P | 5, SCAN_PRESENT | SCAN_ZERO, 0, 1, PAGE_ZERO },
		{ &area_anon, P | 5, 0, READ(KPF_ZERO), 1, PAGE_ZERO },
		{ &area_anon, P | 5, 0, READ(KPF_ANON), 1, PAGE_ANON },
		{ &area_anon, P | 5, 0, READ(0), 1, PAGE_PRESENT },
		{ &area_anon, P | F, 0, 0, 1, PAGE_ZERO },
		{ &area_anon, P, SCAN_PRESENT | SCAN_HUGE, 0, 1,
		  PAGE_PRESENT | PAGE_PMD },
		/* written to between the scan and the reading */
		{ &area_anon, P | E, SCAN_PRESENT | SCAN_ZERO, 0, 1,
		  PAGE_ANON | PAGE_EXCLUSIVE },
		{ &area_anon, 0, SCAN_PRESENT | SCAN_ZERO, 0, 1, PAGE_NONE },
		{ &area_anon, S | 3, SCAN_PRESENT | SCAN_HUGE, 0, 1, PAGE_SWAP },
		{ &area_ksm, P | E, 0, READ(KPF_ANON | KPF_KSM), 1,
		  PAGE_ANON | PAGE_KSM | PAGE_EXCLUSIVE },

		{ &area_file, P | F, 0, 0, 1, PAGE_FILE },
		{ &area_file, P | F | E, 0, 0, 1, PAGE_FILE | PAGE_EXCLUSIVE },
		{ &area_file, P | E, 0, 0, 1, PAGE_ANON | PAGE_EXCLUSIVE },
		{ &area_file, P, SCAN_PRESENT, 0, 1, PAGE_PRESENT },
		{ &area_file, P, SCAN_PRESENT, READ(KPF_ANON), 1, PAGE_ANON },
		{ &area_file, P, 0, READ(KPF_NOPAGE), 1, PAGE_PFNMAP },
		{ &area_file, P | E, SCAN_PRESENT | SCAN_FILE | SCAN_HUGE, 0, 1,
		  PAGE_FILE | PAGE_PMD | PAGE_EXCLUSIVE },
		{ &area_shmem, P | F, 0, 0, 1, PAGE_SHMEM },
		{ &area_shmem, P | E, 0, 0, 1, PAGE_PRESENT | PAGE_EXCLUSIVE },
		{ &area_strange, P | F, 0, 0, 1, PAGE_PRESENT },
		{ &area_strange, P | F, 0, READ(0), 1, PAGE_FILE },
		{ &area_strange, P | F, 0, READ(KPF_TAIL), 1, PAGE_PRESENT },
		{ &area_strange, P | F, 0, READ(KPF_SWAPBACKED), 1, PAGE_SHMEM },
		{ &area_strange, P | F, 0, READ(KPF_ANON), 1, PAGE_PRESENT },
		{ &area_bare, P | F, 0, 0, 1, PAGE_PRESENT },
		{ &area_bare, P, SCAN_PRESENT, 0, 1, PAGE_PRESENT },
		{ &area_bare, P | E, 0, 0, 1, PAGE_ANON | PAGE_EXCLUSIVE },
		{ &area_huge, P | F, SCAN_PRESENT | SCAN_HUGE, 0, 1,
		  PAGE_HUGETLB | PAGE_PUD },
		{ &area_huge, PM_UFFD_WP, 0, 0, 1,
		  PAGE_ABSENT | PAGE_UFFD_WP | PAGE_PUD },

		/* type 21 is one of real swap on every kernel, 22 not on 6.1 */
		{ &area_anon, S | 21, 0, 0, 1, PAGE_SWAP },
		{ &area_anon, S | 22, 0, 0, 1, PAGE_ABSENT },
		{ &area_anon, S, 0, 0, 0, PAGE_ABSENT },
		{ &area_anon, S | PM_GUARD, 0, 0, 0, PAGE_GUARD },
		{ &area_anon, S | PM_UFFD_WP | 31, 0, 0, 1,
		  PAGE_ABSENT | PAGE_UFFD_WP },

		{ &area_anon, P | E | PM_SOFT_DIRTY, 0, 0, 1,
		  PAGE_ANON | PAGE_EXCLUSIVE | PAGE_SOFT_DIRTY },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct pagemap_block block = {
			.nr = 1, .entries = &cases[i].entry,
			.flags = cases[i].flags ? &cases[i].flags : NULL,
			.categories = cases[i].categories,
			.has_frames = cases[i].has_frames,
		};
		uint32_t got = pagemap_state(cases[i].area, &block, 0);

		if (got != cases[i].state)
			fail_msg("case %zu: state 0x%x and not 0x%x", i, got,
				 cases[i].state);
	}
}

static void test_area(void **state)
{
	struct object heap = { .kind = OBJECT_SPECIAL, .name = "[heap]" };
	struct object vdso = { .kind = OBJECT_SPECIAL, .name = "[vdso]" };
	struct object zero = { .kind = OBJECT_FILE, .name = "/dev/zero" };
	struct mounts *mounts = mounts_new(AT_FDCWD);
	struct vma vma = { .has_flags = true };

	(void)state;
	assert_true(pagemap_area_of(&vma, mounts).is_anon);
	vma.object = &heap;
	assert_true(pagemap_area_of(&vma, mounts).is_anon);
	vma.object = &vdso;
	assert_false(pagemap_area_of(&vma, mounts).is_anon);
	assert_int_equal(pagemap_area_of(&vma, mounts).pages, PAGES_FILE);
	vma.object = &zero;
	assert_true(pagemap_area_of(&vma, mounts).is_anon);
	vma.flags = VF_BIT(VF_MAYSHARE);
	assert_false(pagemap_area_of(&vma, mounts).is_anon);
	assert_true(pagemap_area_of(&vma, mounts).is_shared);
	/* without flags nobody knows whether it maps bare frames */
	vma = (struct vma){ 0 };
	assert_false(pagemap_area_of(&vma, mounts).is_anon);
	assert_true(pagemap_area_of(&vma, mounts).is_bare);
	vma.has_flags = true;
	vma.flags = VF_BIT(VF_MIXEDMAP);
	assert_true(pagemap_area_of(&vma, mounts).is_bare);
	vma.flags = VF_BIT(VF_HUGETLB);
	assert_int_equal(pagemap_area_of(&vma, mounts).leaf, PAGE_PMD);
	res_set(&vma.res, RES_HUGETLB_PUD, 1);
	assert_int_equal(pagemap_area_of(&vma, mounts).leaf, PAGE_PUD);
	mounts_free(mounts);
}

/* Runs, their flags cut to what is known, and a frame for each page. */
static void test_add(void **state)
{
	const uint64_t entries[] = {
		P | E | 10, P | E | 12 | PM_SOFT_DIRTY, 0, S | 64 | 1,
		P | E | 7, S | PM_GUARD | 31,
	};
	const struct pagemap_block block = {
		.start = 16 * PAGE, .nr = 6, .entries = entries,
		.has_frames = true,
	};
	struct page_map *map = page_map_new(16 * PAGE, 32 * PAGE, PAGE);
	uint64_t frame;

	(void)state;
	map->has = PAGE_EXCLUSIVE;
	map->has_frames = true;
	assert_int_equal(pagemap_add(map, &area_anon, &block), 0);
	assert_int_equal(map->nr_runs, 4);
	assert_int_equal(map->nr_frames, 4);
	assert_int_equal(map->runs[0].nr_pages, 2);
	assert_int_equal(map->runs[0].state, PAGE_ANON | PAGE_EXCLUSIVE);
	assert_int_equal(map->runs[1].state, PAGE_SWAP);
	assert_int_equal(map->runs[3].state, PAGE_GUARD);
	assert_true(page_map_frame(map, 17 * PAGE, &frame));
	assert_int_equal(frame, 12);
	assert_false(page_map_frame(map, 18 * PAGE, &frame));
	assert_true(page_map_frame(map, 19 * PAGE, &frame));
	assert_int_equal(frame, 65);
	assert_true(page_map_frame(map, 20 * PAGE, &frame));
	assert_int_equal(frame, 7);
	page_map_free(map);
}

/* Regions as a kernel that repeats itself tells them. */
static void test_regions(void **state)
{
	static const struct {
		uint64_t start, end;		/* told */
		uint64_t from, to;		/* left of it; 0, 0: nothing */
	} cases[] = {
		{ 10, 12, 10, 12 }, { 10, 12, 0, 0 }, { 11, 14, 12, 14 },
		{ 9, 13, 0, 0 }, { 16, 18, 16, 18 }, { 18, 25, 18, 20 },
		{ 20, 22, 0, 0 },
	};
	uint64_t done = 10;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scan_region region = { cases[i].start, cases[i].end, 0 };

		assert_int_equal(scan_region_cut(&region, &done, 20),
				 cases[i].to > 0);
		if (!cases[i].to)
			continue;
		assert_int_equal(region.start, cases[i].from);
		assert_int_equal(region.end, cases[i].to);
	}
}

/* ---- a folder made up here: a kernel that can't scan ---- */

static void put_file(const char *folder, const char *name, const void *data,
		     size_t len, off_t at)
{
	char path[80];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, data, len, at), len);
	close(fd);
}

static struct snapshot *read_folder(const char *folder, const struct take *take)
{
	struct snapshot *snap = snapshot_new();
	int dir = open(folder, O_PATH | O_DIRECTORY);
	struct error err;

	if (procfs_read(dir, take, snap, &err))
		fail_msg("%s", err.text);
	close(dir);
	return snap;
}

static bool has_note(const struct snapshot *snap, const char *text)
{
	unsigned int i;

	for (i = 0; i < snap->from.nr_notes; i++)
		if (strstr(snap->from.notes[i], text))
			return true;
	return false;
}

static void test_unscanned(void **state)
{
	static const char stat[] =
		"7 (x) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 0 0 1 0 5 4096 1 "
		"18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 "
		"0 0 0 0 0 0 0 0 0\n";
	static const char maps[] =
		"00010000-00012000 rw-p 00000000 00:00 0 \n"
		"100000000000-102000000000 rw-p 00000000 00:00 0 \n"
		"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n";
	static const char smaps[] =
		"00010000-00012000 rw-p 00000000 00:00 0 \nVmFlags: rd wr mr mw me ac\n"
		"100000000000-102000000000 rw-p 00000000 00:00 0 \nVmFlags: rd wr mr mw me ac\n"
		"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\nVmFlags: ex\n";
	static const char *const names[] = { "stat", "maps", "smaps", "pagemap" };
	const uint64_t one = P | E | 9;
	struct take take = { .what = TAKE_PAGES | TAKE_TABLES, .end = ~0ULL };
	char folder[] = "/tmp/vmaview-pages-XXXXXX", path[80];
	struct snapshot *snap;
	size_t i;

	(void)state;
	assert_non_null(mkdtemp(folder));
	put_file(folder, "stat", stat, sizeof(stat) - 1, 0);
	put_file(folder, "maps", maps, sizeof(maps) - 1, 0);
	put_file(folder, "smaps", smaps, sizeof(smaps) - 1, 0);
	snap = read_folder(folder, &take);
	assert_null(snap->pages);
	assert_true(has_note(snap, "pagemap: No such file"));
	assert_true(has_note(snap, "VmPTE"));
	snapshot_free(snap);

	/* the second page, and one on either side of where it gives up */
	put_file(folder, "pagemap", &one, 8, 0x11000 / PAGE * 8);
	put_file(folder, "pagemap", &one, 8, 0x100800000000 / PAGE * 8);
	put_file(folder, "pagemap", &one, 8, 0x101000000000 / PAGE * 8);
	snap = read_folder(folder, &take);
	assert_non_null(snap->pages);
	assert_null(snap->tables);
	assert_true(snap->from.coherent);
	assert_true(snap->pages->truncated);
	assert_true(has_note(snap, "pages above 0x100fffffe000 are missing"));
	assert_int_equal(snap->pages->nr_runs, 2);
	assert_int_equal(snap->pages->runs[0].start, 0x11000);
	assert_int_equal(snap->pages->runs[1].start, 0x100800000000);
	assert_int_equal(snap->pages->runs[1].state,
			 PAGE_ANON | PAGE_EXCLUSIVE);
	assert_false(snap->pages->has & PAGE_PMD);
	snapshot_free(snap);

	/* a range of its own is read to its end */
	take.start = 0x100ffffff001;
	take.end = 0x101000000001;
	snap = read_folder(folder, &take);
	assert_false(snap->pages->truncated);
	assert_int_equal(snap->pages->start, 0x100ffffff000);
	assert_int_equal(snap->pages->end, 0x101000001000);
	assert_int_equal(snap->pages->nr_runs, 1);
	snapshot_free(snap);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	rmdir(folder);
}

/* ---- live ---- */

#define SIZE	(4UL << 20)	/* of each part, room for a huge page */
#define HUGE	(2UL << 20)

/* What the child makes, at addresses that are the same in the parent. */
static struct parts {
	char *anon;		/* page 0 written, 1 read, 2 not, 3 kept */
	char *reserved;		/* 1 TiB, one page of it written */
	char *shmem, *again;	/* the same memory twice; pages 0 and 2 */
	char *huge, *huge_zero;	/* HUGE from there on, if there is such a thing */
	char *guard;		/* page 0 written, 1 guarded */
} parts;

#define RESERVED	(1UL << 40)

static char *map_part(size_t size, int flags, int fd)
{
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);

	assert_ptr_not_equal(p, MAP_FAILED);
	return p;
}

static char *align_huge(char *p)
{
	return (char *)(((uintptr_t)p + HUGE - 1) & ~(HUGE - 1));
}

static void map_parts(void)
{
	const int anon = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
	int fd = memfd_create("shared", 0);

	assert_int_equal(ftruncate(fd, SIZE), 0);
	parts.anon = map_part(SIZE, anon, -1);
	madvise(parts.anon, SIZE, MADV_NOHUGEPAGE);
	parts.reserved = map_part(RESERVED, anon, -1);
	madvise(parts.reserved, RESERVED, MADV_NOHUGEPAGE);
	parts.shmem = map_part(SIZE, MAP_SHARED, fd);
	parts.again = map_part(SIZE, MAP_SHARED, fd);
	parts.huge = align_huge(map_part(2 * SIZE, anon, -1));
	parts.huge_zero = parts.huge + HUGE;
	madvise(parts.huge, 2 * HUGE, MADV_HUGEPAGE);
	parts.guard = map_part(SIZE, anon, -1);
	madvise(parts.guard, SIZE, MADV_NOHUGEPAGE);
	close(fd);
	parts.anon[3 * PAGE] = 1;	/* before the fork: shared with us */
}

static void touch_parts(void)
{
	volatile char *anon = parts.anon, *again = parts.again;
	volatile char *huge_zero = parts.huge_zero;

	anon[0] = 1;
	(void)anon[PAGE];
	parts.reserved[RESERVED / 2] = 1;
	parts.shmem[0] = parts.shmem[2 * PAGE] = 1;
	(void)again[2 * PAGE];
	parts.huge[0] = 1;
	(void)huge_zero[0];
	parts.guard[0] = 1;
	madvise(parts.guard + PAGE, PAGE, MADV_GUARD_INSTALL);
}

static pid_t start_child(void)
{
	pid_t parent = getpid(), pid;
	int ready[2];
	char c;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		touch_parts();
		if (write(ready[1], "x", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void end_child(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static uint64_t entry_at(int fd, const char *p)
{
	uint64_t entry = 0;

	assert_int_equal(pread(fd, &entry, 8,
			       (off_t)((uintptr_t)p / PAGE * 8)), 8);
	return entry;
}

static uint32_t state_at(const struct page_map *map, const char *p)
{
	const struct page_run *run = page_map_find(map, (uintptr_t)p);

	return run ? run->state : PAGE_NONE;
}

static enum page_kind kind_at(const struct page_map *map, const char *p)
{
	return PAGE_KIND(state_at(map, p));
}

/* Every page of every area, but the largest, entry by entry. */
static void check_all(const struct snapshot *snap, int fd)
{
	size_t i, pages = 0;

	for (i = 0; i < snap->nr_vmas; i++) {
		const struct vma *vma = &snap->vmas[i];
		uint64_t addr;

		if (vma->start >> 63 || vma_size(vma) > 1UL << 30)
			continue;
		if (snap->pages->truncated)
			return;		/* a terabyte is too much for old kernels */
		for (addr = vma->start; addr < vma->end; addr += PAGE) {
			const char *p = (const char *)(uintptr_t)addr;
			uint64_t entry = entry_at(fd, p), frame = 0;
			uint32_t state = state_at(snap->pages, p);
			bool has = page_map_frame(snap->pages, addr, &frame);

			assert_int_equal(!!(entry & (PM_PRESENT | PM_SWAP)),
					 PAGE_KIND(state) != PAGE_NONE);
			/* others become so as we write to our copies */
			if (PAGE_KIND(state) == PAGE_ANON &&
			    state & PAGE_EXCLUSIVE)
				assert_true(entry & PM_EXCLUSIVE);
			if (snap->pages->has_frames && page_has_frame(state)) {
				assert_true(has);
				assert_int_equal(frame, entry & PM_FRAME);
			} else {
				assert_false(has);
			}
			pages += PAGE_KIND(state) != PAGE_NONE;
		}
	}
	assert_true(pages > 20);
}

static void check_sharers(struct source *source, bool has_frames)
{
	struct take take = {
		.what = TAKE_SHARERS | TAKE_ENTRY,
		.address = (uintptr_t)parts.shmem + 2 * PAGE + 5,
	};
	struct error err;
	struct snapshot *snap = source_take(source, &take, &err);

	assert_non_null(snap);
	assert_non_null(snap->entry);
	assert_int_equal(snap->entry->nr_levels, 0);
	assert_int_equal(PAGE_KIND(snap->entry->state), PAGE_SHMEM);
	assert_true(snap->entry->has & PAGE_UFFD_WP);
	assert_false(snap->entry->has & PAGE_DIRTY);
	assert_int_equal(snap->entry->state & PAGE_FLAGS_ALL &
			 ~snap->entry->has, 0);
	assert_true(snap->entry->in_vma);
	assert_int_equal(snap->entry->vma_start, (uintptr_t)parts.shmem);
	assert_int_equal(snap->entry->has_frame, has_frames);
	if (!has_frames) {
		assert_null(snap->sharers);
		assert_true(has_note(snap, "CAP_SYS_ADMIN"));
	} else {
		assert_true(snap->sharers->has_frame);
		assert_true(snap->sharers->frame == snap->entry->frame);
		assert_int_equal(snap->sharers->nr_all, 1);
		assert_int_equal(snap->sharers->nr, 1);
		assert_true(snap->sharers->addrs[0] ==
			    (uintptr_t)parts.again + 2 * PAGE);
	}
	snapshot_free(snap);

	take.address = (uintptr_t)parts.anon + 2 * PAGE;
	snap = source_take(source, &take, &err);
	assert_int_equal(snap->entry->state, PAGE_NONE);
	assert_true(snap->entry->in_vma);
	assert_false(snap->entry->has_frame);
	if (has_frames)
		assert_false(snap->sharers->has_frame);
	snapshot_free(snap);

	take.address = 0x1000;		/* below mmap_min_addr */
	snap = source_take(source, &take, &err);
	assert_false(snap->entry->in_vma);
	assert_int_equal(snap->entry->state, PAGE_NONE);
	snapshot_free(snap);
	take.address = UINT64_MAX;
	snap = source_take(source, &take, &err);
	assert_int_equal(snap->entry->state, PAGE_NONE);
	snapshot_free(snap);
}

static bool has_thp(int fd, const char *p)
{
	return entry_at(fd, p + HUGE - PAGE) & PM_PRESENT;
}

/* Everything in this process, of a child with these rights or none. */
static void check_live(void)
{
	struct take take = {
		.what = TAKE_PAGES | TAKE_FRAMES, .end = UINT64_MAX
	};
	pid_t pid = start_child();
	struct timespec begin, end;
	const struct page_map *map;
	struct source *source;
	struct snapshot *snap;
	struct error err;
	bool knows_zero;
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	source = source_open(CHOOSE_PROC, pid, &err);
	assert_non_null(source);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	snap = source_take(source, &take, &err);
	clock_gettime(CLOCK_MONOTONIC, &end);
	assert_non_null(snap);
	assert_true(end.tv_sec - begin.tv_sec < 10);
	map = snap->pages;
	assert_non_null(map);
	assert_true(map->has & PAGE_EXCLUSIVE);
	assert_int_equal(map->has_frames, !!(entry_at(fd, parts.anon) & PM_FRAME));
	assert_int_equal(!map->has_frames, has_note(snap, "frames are hidden"));
	check_all(snap, fd);

	knows_zero = map->has & PAGE_PMD || map->has_frames;	/* scan, root */
	assert_int_equal(kind_at(map, parts.anon), PAGE_ANON);
	assert_true(state_at(map, parts.anon) & PAGE_EXCLUSIVE);
	assert_int_equal(kind_at(map, parts.anon + PAGE),
			 knows_zero ? PAGE_ZERO : PAGE_PRESENT);
	assert_int_equal(kind_at(map, parts.anon + 2 * PAGE), PAGE_NONE);
	assert_int_equal(kind_at(map, parts.anon + 3 * PAGE),
			 knows_zero ? PAGE_ANON : PAGE_PRESENT);
	assert_false(state_at(map, parts.anon + 3 * PAGE) & PAGE_EXCLUSIVE);
	assert_int_equal(kind_at(map, parts.shmem), PAGE_SHMEM);
	assert_int_equal(kind_at(map, parts.shmem + PAGE), PAGE_NONE);
	assert_int_equal(kind_at(map, parts.shmem + 2 * PAGE), PAGE_SHMEM);
	assert_int_equal(kind_at(map, parts.guard), PAGE_ANON);
	if (entry_at(fd, parts.guard + PAGE) & PM_SWAP)	/* v6.13 */
		assert_true(kind_at(map, parts.guard + PAGE) == PAGE_GUARD ||
			    kind_at(map, parts.guard + PAGE) == PAGE_ABSENT);
	if (!map->truncated)
		assert_int_equal(kind_at(map, parts.reserved + RESERVED / 2),
				 PAGE_ANON);
	if (has_thp(fd, parts.huge) && map->has & PAGE_PMD) {
		assert_int_equal(state_at(map, parts.huge) &
				 ~(uint32_t)PAGE_SOFT_DIRTY,
				 PAGE_ANON | PAGE_EXCLUSIVE | PAGE_PMD);
		assert_false(state_at(map, parts.anon) & PAGE_PMD);
	}
	if (has_thp(fd, parts.huge_zero) && map->has_frames)
		assert_int_equal(kind_at(map, parts.huge_zero), PAGE_ZERO);
	check_sharers(source, map->has_frames);
	snapshot_free(snap);
	source_close(source);
	close(fd);
	end_child(pid);
}

static void test_live(void **state)
{
	(void)state;
	check_live();
}

/* As somebody to whom frames are hidden. */
static void test_live_without_rights(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	if (geteuid())
		skip();		/* test_live() was that */
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		if (setgid(65534) || setuid(65534) ||
		    prctl(PR_SET_DUMPABLE, 1))
			_exit(2);
		check_live();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_area),
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_regions),
		cmocka_unit_test(test_unscanned),
		cmocka_unit_test(test_live),
		cmocka_unit_test(test_live_without_rights),
	};

	map_parts();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
