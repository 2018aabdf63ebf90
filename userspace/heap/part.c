// SPDX-License-Identifier: GPL-2.0
/*
 * Only pages that are there are read: to read others would make the kernel
 * give them to the target. The entries are read first, so a page that comes in
 * between is left out; while the target stands none does.
 */
#include "heap/part.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "source/pagemap.h"

/* In entries: the page is in the buffer. Pagemap has no such bit. */
#define PART_READ	(1ULL << 60)

#define RUNS		256	/* in one process_vm_readv() */

void part_reader_init(struct part_reader *reader, pid_t pid)
{
	*reader = (struct part_reader){
		.pid = pid,
		.pagemap = -1,
		.page_size = (uint32_t)sysconf(_SC_PAGESIZE),
	};
}

void part_reader_close(struct part_reader *reader)
{
	if (reader->pagemap >= 0)
		close(reader->pagemap);
	reader->pagemap = -1;
}

int part_reader_open(struct part_reader *reader, const struct snapshot *snap,
		     struct error *err)
{
	char path[40];

	part_reader_close(reader);
	reader->snap = snap;
	snprintf(path, sizeof(path), "/proc/%d/pagemap", (int)reader->pid);
	reader->pagemap = open(path, O_RDONLY | O_CLOEXEC);
	if (reader->pagemap < 0 && errno != EACCES && errno != EPERM)
		return part_say(reader->pid, 0, ESRCH, err);
	return 0;
}

int part_say(pid_t pid, uint64_t addr, int error, struct error *err)
{
	switch (error) {
	case ESRCH:
		return error_set(err, ERR_GONE, "process %d has ended",
				 (int)pid);
	case EPERM:
	case EACCES:
		return error_set(err, ERR_PERMISSION,
				 "the memory of process %d may not be read: that takes the right to trace it, as root or its owner has it, and kernel.yama.ptrace_scope 0 for one that is not your child",
				 (int)pid);
	default:
		return error_set(err, ERR_FAILED,
				 "memory of process %d at 0x%" PRIx64 " can't be read: %s",
				 (int)pid, addr, strerror(error));
	}
}

/* ---- buffers ---- */

static size_t nr_pages(uint64_t bytes)
{
	return bytes / (uint64_t)sysconf(_SC_PAGESIZE);
}

/*
 * A copy takes no more than half of the machine's memory, and address space of
 * a few times of it, of which two words a page are kept.
 */
static bool is_too_large(uint64_t bytes)
{
	return nr_pages(bytes) / 16 > (size_t)sysconf(_SC_PHYS_PAGES);
}

static bool is_too_much(uint64_t pages)
{
	return pages > (uint64_t)sysconf(_SC_PHYS_PAGES) / 2;
}

bool part_new(struct part *part, uint64_t start, uint64_t end)
{
	uint64_t size = end - start, page = (uint64_t)sysconf(_SC_PAGESIZE);

	if (is_too_large(size))
		return false;
	*part = (struct part){ .start = start, .end = start };
	part->cap = size + (size / 8 & ~(page - 1)) + 16 * page;
	part->bytes = calloc(1, part->cap);
	part->entries = calloc(nr_pages(part->cap), sizeof(uint64_t));
	part->before = calloc(nr_pages(part->cap), sizeof(uint64_t));
	if (part->bytes && part->entries && part->before)
		return true;
	part_free(part);
	return false;
}

void part_free(struct part *part)
{
	free(part->bytes);
	free(part->entries);
	free(part->before);
	*part = (struct part){ 0 };
}

void part_drop(struct part *part)
{
	uint64_t *entries = part->before;

	part->before = part->entries;
	part->nr_before = nr_pages(part->end - part->start);
	part->entries = entries;
	part->end = part->start;
}

void part_take_over(struct part *part, const struct part *other)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	size_t at = nr_pages(other->start - part->start);
	size_t nr = nr_pages(other->end - other->start);

	memcpy(part->entries + at, other->entries, nr * sizeof(uint64_t));
	for (size_t i = 0; i < nr; i++) {
		uint8_t *to = part->bytes + (at + i) * page;

		if (other->entries[i] & PART_READ)
			memcpy(to, other->bytes + i * page, page);
		else if (at + i < part->nr_before &&
			 part->before[at + i] & PART_READ)
			memset(to, 0, page);
	}
}

/* ---- filling ---- */

/* Is what lies at addr backed by a file? Until *end it is the same. */
static bool is_of_file(const struct part_reader *reader, uint64_t addr,
		       uint64_t *end)
{
	const struct snapshot *snap = reader->snap;
	size_t low = 0, high = snap ? snap->nr_vmas : 0;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (snap->vmas[mid].end <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	*end = UINT64_MAX;
	if (!snap || low == snap->nr_vmas)
		return false;
	if (snap->vmas[low].start > addr) {
		*end = snap->vmas[low].start;
		return false;
	}
	*end = snap->vmas[low].end;
	return vma_is_file(&snap->vmas[low]);
}

/* Entries of nr pages from addr on. Without pagemap: that they may be there. */
static int read_entries(const struct part_reader *reader, uint64_t addr,
			uint64_t *entries, size_t nr, struct error *err)
{
	size_t done = 0;

	if (reader->pagemap < 0) {
		memset(entries, 0, nr * sizeof(*entries));
		return 0;
	}
	while (done < nr) {
		uint64_t page = addr / reader->page_size + done;
		ssize_t got = pread(reader->pagemap, entries + done,
				    (nr - done) * sizeof(*entries),
				    (off_t)(page * sizeof(*entries)));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < (ssize_t)sizeof(*entries))
			return part_say(reader->pid, page * reader->page_size,
					got < 0 ? errno : ESRCH, err);
		done += (size_t)got / sizeof(*entries);
	}
	return 0;
}

bool part_is_there(const struct part_reader *reader, uint64_t addr)
{
	struct error err;
	uint64_t entry;

	if (reader->pagemap < 0)
		return true;
	return !read_entries(reader, addr, &entry, 1, &err) &&
	       entry & (PM_PRESENT | PM_SWAP) && !(entry & PM_GUARD);
}

/* Says of each page of [from, to) whether it is to be read, by PART_READ. */
static void choose(struct part_reader *reader, struct part *part,
		   uint64_t from, uint64_t to)
{
	uint64_t *entry = part->entries + nr_pages(from - part->start);
	uint64_t end = from;
	bool all = false;

	for (uint64_t at = from; at < to; at += reader->page_size, entry++) {
		bool is_there = *entry & (PM_PRESENT | PM_SWAP);

		/* While the target stands what a page comes from may be the
		   target itself (userfaultfd, FUSE), which then waits for us:
		   those of files came in as it ran. */
		if (at >= end)
			all = (is_of_file(reader, at, &end) &&
			       reader->may_vanish) || reader->pagemap < 0;
		*entry &= ~PART_READ;
		if (!all && (!is_there || *entry & PM_GUARD))
			continue;
		*entry |= PART_READ;
		reader->nr_read++;
		if (*entry & PM_SWAP)
			reader->nr_swapped++;
	}
}

/* Runs of pages that are read by one call, in both processes. */
struct runs {
	struct iovec local[RUNS], remote[RUNS];
	unsigned long nr;
	size_t bytes;
};

/* Takes the first nr bytes off the runs from *first on. */
static void advance(struct runs *runs, unsigned long *first, size_t nr)
{
	runs->bytes -= nr;
	for (; *first < runs->nr; ++*first) {
		struct iovec *local = &runs->local[*first];
		struct iovec *remote = &runs->remote[*first];
		size_t done = nr < local->iov_len ? nr : local->iov_len;

		local->iov_base = (char *)local->iov_base + done;
		remote->iov_base = (char *)remote->iov_base + done;
		remote->iov_len = local->iov_len -= done;
		nr -= done;
		if (local->iov_len)
			break;
	}
}

static int read_runs(const struct part_reader *reader, struct runs *runs,
		     struct error *err)
{
	unsigned long first = 0;

	while (runs->bytes) {
		ssize_t got = process_vm_readv(reader->pid,
					       runs->local + first,
					       runs->nr - first,
					       runs->remote + first,
					       runs->nr - first, 0);

		int error = got < 0 ? errno : EFAULT;

		if (got <= 0 && (error != EFAULT || !reader->may_vanish))
			return part_say(reader->pid, (uintptr_t)
					runs->remote[first].iov_base, error,
					err);
		if (got <= 0) {
			got = (ssize_t)reader->page_size;
			/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): it has room */
			memset(runs->local[first].iov_base, 0, (size_t)got);
		}
		advance(runs, &first, (size_t)got);
	}
	runs->nr = 0;
	return 0;
}

static void add_run(struct runs *runs, uint8_t *to, uint64_t from, size_t size)
{
	runs->local[runs->nr] = (struct iovec){ to, size };
	runs->remote[runs->nr++] = (struct iovec){
		(void *)(uintptr_t)from, size,
	};
	runs->bytes += size;
}

int part_fill(struct part_reader *reader, struct part *part, uint64_t from,
	      uint64_t to, struct error *err)
{
	size_t at = nr_pages(from - part->start), page = reader->page_size;
	size_t end = nr_pages(to - part->start);
	struct runs runs = { .nr = 0 };

	/* Each may be small enough, and there be too many of them. */
	reader->nr_asked += end - at;
	if (is_too_large(reader->nr_asked * page))
		return error_set(err, ERR_FAILED,
				 "process %d has %" PRIu64 " MiB or more of areas for its heap, too much to be looked at here",
				 (int)reader->pid,
				 reader->nr_asked * page >> 20);
	if (read_entries(reader, from, part->entries + at, end - at, err))
		return -1;
	choose(reader, part, from, to);
	if (is_too_much(reader->nr_read))
		return error_set(err, ERR_FAILED,
				 "process %d has %" PRIu64 " MiB or more of heap, too much to be copied here",
				 (int)reader->pid, reader->nr_read *
				 reader->page_size >> 20);
	while (at < end) {
		size_t first = at;
		bool wanted = part->entries[at++] & PART_READ;

		while (at < end && !(part->entries[at] & PART_READ) == !wanted)
			at++;
		if (wanted) {
			add_run(&runs, part->bytes + first * page,
				part->start + first * page,
				(at - first) * page);
			if (runs.nr == RUNS && read_runs(reader, &runs, err))
				return -1;
			continue;
		}
		for (; first < at && first < part->nr_before; first++)
			if (part->before[first] & PART_READ)
				memset(part->bytes + first * page, 0, page);
	}
	return runs.nr ? read_runs(reader, &runs, err) : 0;
}

uint64_t part_bytes_read(const struct part_reader *reader,
			 const struct part *part)
{
	uint64_t nr = 0;

	for (size_t i = 0; i < nr_pages(part->end - part->start); i++)
		nr += part->entries[i] >> 60 & 1;
	return nr * reader->page_size;
}

/* ---- giving away ---- */

/* What the entries say of [from, to), which is anonymous private memory. */
static int add_pages(const struct part *part, uint64_t from, uint64_t to,
		     struct page_map *map)
{
	static const struct pagemap_area area = {
		.pages = PAGES_FILE, .is_anon = true,
	};
	const struct pagemap_block block = {
		.start = from, .nr = nr_pages(to - from),
		.entries = part->entries + nr_pages(from - part->start),
	};

	return pagemap_add(map, &area, &block);
}

bool part_give(const struct part_reader *reader, struct part *part,
	       struct heap_range *range)
{
	uint64_t end;

	range->start = part->start;
	range->end = part->end;
	range->bytes = part->bytes;
	part->bytes = NULL;
	if (reader->pagemap >= 0) {
		range->pages = page_map_new(part->start, part->end,
					    reader->page_size);
		if (!range->pages)
			return false;
		range->pages->has = PAGE_EXCLUSIVE | PAGE_UFFD_WP;
	}
	/* Whose pages those of files are is not told here. */
	for (uint64_t at = part->start; range->pages && at < part->end;
	     at = end) {
		bool is_of_a_file = is_of_file(reader, at, &end);

		if (end > part->end)
			end = part->end;
		if (is_of_a_file) {
			page_map_free(range->pages);
			range->pages = NULL;
		} else if (add_pages(part, at, end, range->pages)) {
			return false;
		}
	}
	part_free(part);
	return true;
}
