// SPDX-License-Identifier: GPL-2.0
/*
 * Which parts of the module a message ran, from KCOV of a kernel that has it
 * and a module that was built with KCOV_INSTRUMENT. The kernel writes down
 * every point a thread comes by; a pair of points that follow each other for
 * the first time makes a message worth keeping.
 */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

/* As in linux/kcov.h, which is newer than the oldest headers we build with. */
#define KCOV_INIT_TRACE	_IOR('c', 1, unsigned long)
#define KCOV_ENABLE	_IO('c', 100)
#define KCOV_TRACE_PC	0

#define ENTRIES		(32U << 10)	/* of one message, 8 bytes each */
#define PAIR_BITS	18
#define POINT_BITS	15

struct cover {
	int fd;
	_Atomic uint64_t *area;		/* the number of entries, entries */
};

static _Atomic uint8_t pairs[1U << PAIR_BITS];
static _Atomic uint64_t points[1U << POINT_BITS];
static atomic_size_t nr_points;

/* The thread that opens it is the one that is watched. */
struct cover *cover_open(void)
{
	struct cover *cover;
	void *area;
	int fd = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	if (ioctl(fd, KCOV_INIT_TRACE, (unsigned long)ENTRIES))
		give_up("KCOV_INIT_TRACE");
	area = mmap(NULL, ENTRIES * 8UL, PROT_READ | PROT_WRITE, MAP_SHARED,
		    fd, 0);
	if (area == MAP_FAILED)
		give_up("mmap of kcov");
	if (ioctl(fd, KCOV_ENABLE, (unsigned long)KCOV_TRACE_PC))
		give_up("KCOV_ENABLE");
	cover = malloc(sizeof(*cover));
	if (!cover)
		give_up("memory");
	cover->fd = fd;
	cover->area = area;
	return cover;
}

void cover_begin(struct cover *cover)
{
	if (cover)
		atomic_store_explicit(&cover->area[0], 0, memory_order_relaxed);
}

static uint64_t mix(uint64_t v)
{
	return v * 0x9e3779b97f4a7c15;
}

/* The table is far larger than the module has points; it never fills. */
static void note_point(uint64_t pc)
{
	size_t i = mix(pc) >> (64 - POINT_BITS);
	uint64_t there;

	for (;; i = (i + 1) & ((1U << POINT_BITS) - 1)) {
		there = 0;
		if (atomic_compare_exchange_strong(&points[i], &there, pc)) {
			nr_points++;
			return;
		}
		if (there == pc)
			return;
	}
}

/* How many pairs of points the message brought that were not there before. */
size_t cover_end(struct cover *cover)
{
	uint64_t pc, last = 0;
	size_t nr, fresh = 0;

	if (!cover)
		return 0;
	nr = atomic_load(&cover->area[0]);
	for (size_t i = 1; i <= nr && i < ENTRIES; i++) {
		pc = cover->area[i];
		if (!atomic_exchange(&pairs[mix(last ^ mix(pc)) >>
					    (64 - PAIR_BITS)], 1)) {
			fresh++;
			note_point(pc);
		}
		last = pc;
	}
	return fresh;
}

size_t cover_points(void)
{
	return nr_points;
}
