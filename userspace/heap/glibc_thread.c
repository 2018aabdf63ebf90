// SPDX-License-Identifier: GPL-2.0
/*
 * Each thread has a pointer to its cache among its variables, which lie right
 * by what glibc keeps of the thread; the kernel knows an address in there, the
 * list of robust mutexes. Which variable it is need not be known: an address
 * that is a cache's is looked for.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "heap/glibc.h"

#define BELOW	16384	/* bytes that are looked at on both sides */
#define ABOVE	4096

/* Copies the pages around addr that are in writable areas. */
static void copy_around(struct glibc *glibc, struct memory *memory,
			const struct snapshot *snap, uint64_t addr, pid_t tid)
{
	uint64_t page = glibc->page, at = (addr - BELOW) / page * page;
	const struct vma *vma;
	struct error err;

	for (; at < addr + ABOVE; at += page) {
		vma = snapshot_find(snap, at);
		if (!vma || !(vma->flags & VF_BIT(VF_WRITE)) ||
		    memory_copy(memory, at, at + page, &err))
			continue;
		if (!glibc_ranges_add(&glibc->threads, at, at + page))
			return;
		glibc->tids[glibc->threads.nr - 1] = tid;
	}
}

static bool make_room(struct glibc *glibc)
{
	size_t need = glibc->threads.nr + (BELOW + ABOVE) / glibc->page + 2;
	pid_t *bigger;

	if (need <= glibc->cap_tids)
		return true;
	bigger = reallocarray(glibc->tids, 2 * need, sizeof(*bigger));
	if (!bigger)
		return false;
	glibc->tids = bigger;
	glibc->cap_tids = 2 * need;
	return true;
}

bool glibc_thread_copy(struct glibc *glibc, struct memory *memory,
		       const struct snapshot *snap)
{
	struct dirent *entry;
	char path[40];
	void *head;
	size_t len;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)memory_pid(memory));
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		pid_t tid = (pid_t)strtol(entry->d_name, NULL, 10);

		/* Of a 32-bit program we are told nothing. */
		if (tid <= 0 || syscall(SYS_get_robust_list, tid, &head, &len))
			continue;
		if (!make_room(glibc)) {
			glibc->threads.failed = true;
			break;
		}
		copy_around(glibc, memory, snap, (uintptr_t)head, tid);
	}
	if (dir)
		closedir(dir);
	return !glibc->threads.failed;
}

static struct glibc_cache *find_cache(struct glibc_cache *caches, size_t nr,
				      uint64_t address)
{
	size_t low = 0, high = nr;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (caches[mid].address < address)
			low = mid + 1;
		else
			high = mid;
	}
	return low < nr && caches[low].address == address ? &caches[low] : NULL;
}

void glibc_thread_name(const struct glibc *glibc, const struct memory *memory,
		       struct glibc_cache *caches, size_t nr)
{
	for (size_t i = 0; i < glibc->threads.nr; i++) {
		const struct glibc_range *range = &glibc->threads.range[i];

		for (uint64_t at = range->start; at < range->end;
		     at += glibc->shape.word) {
			uint64_t addr = glibc_word(glibc, memory, at);
			struct glibc_cache *cache = addr ?
				find_cache(caches, nr, addr) : NULL;

			if (cache && !cache->tid)
				cache->tid = glibc->tids[i];
		}
	}
}
