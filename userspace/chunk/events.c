// SPDX-License-Identifier: GPL-2.0
/*
 * Writing events into a ring that others map. What lies there may be changed
 * by them: a writer believes its own copy of where the slots are.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "chunk.h"
#include "descriptor.h"
#include "events.h"
#include "lock.h"
#include "watch.h"

#define MAX_SLOTS	((size_t)1 << 24)
#define HEADER_SIZE	align_up(sizeof(struct event_ring), 64)
/* Looks at whether writers have left, before a start gives up. */
#define PATIENCE	100

struct event_ring *events_ring;

/* Changes only while events_ring is NULL and there are no writers. */
static struct ring {
	struct event_ring *shared;	/* NULL: no mapping */
	struct event *slots;
	size_t nr_slots;
	size_t size;			/* bytes of the mapping */
} ring;

/* Threads that may have seen a ring: it stays mapped while there are any. */
static unsigned int writers;
static struct lock control;		/* of starting and stopping */
static struct descriptor nameless = { .fd = -1 };
static _Thread_local uint32_t tid
	__attribute__((tls_model("initial-exec")));

static void fill(enum event_kind kind, const void *address, int64_t size,
		 const void *caller)
{
	struct timespec now;
	struct event *slot;
	uint64_t number;

	if (!tid)
		tid = syscall(SYS_gettid);
	clock_gettime(CLOCK_MONOTONIC, &now);
	number = __atomic_add_fetch(&ring.shared->last, 1, __ATOMIC_RELAXED);
	slot = ring.slots + number % ring.nr_slots;
	__atomic_store_n(&slot->number, 0, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	slot->time = (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec;
	slot->address = (uintptr_t)address;
	slot->size = size;
	slot->caller = (uintptr_t)caller;
	slot->tid = tid;
	slot->kind = kind;
	__atomic_store_n(&slot->number, number, __ATOMIC_RELEASE);
}

void events_write(enum event_kind kind, const void *address, int64_t size,
		  const void *caller)
{
	/* Whoever stops the ring sees us, or we see that it has stopped. */
	__atomic_add_fetch(&writers, 1, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&events_ring, __ATOMIC_SEQ_CST))
		fill(kind, address, size, caller);
	__atomic_sub_fetch(&writers, 1, __ATOMIC_RELEASE);
}

/* Takes the mapping down, if nobody writes any more. */
static bool drop_ring(void)
{
	if (__atomic_load_n(&writers, __ATOMIC_SEQ_CST))
		return false;
	if (ring.shared)
		munmap(ring.shared, ring.size);
	ring = (struct ring){ 0 };
	return true;
}

/*
 * A file of all the room it needs, or -1: a write into a mapping that the file
 * system has no room for would end the program.
 */
static int new_file(const char *path, size_t size)
{
	int fd;

	/* Who maps an older file of that name shall keep it whole. */
	unlink(path);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		  0600);
	if (fd < 0)
		return -1;
	if (!fallocate(fd, 0, 0, size) ||
	    (errno == EOPNOTSUPP && !ftruncate(fd, size)))
		return fd;
	unlink(path);
	close(fd);
	return -1;
}

static int new_nameless(size_t size)
{
	int fd = memfd_create("vmachunk-events", MFD_CLOEXEC |
						 MFD_ALLOW_SEALING);

	if (fd < 0 || !ftruncate(fd, size))
		return fd;
	close(fd);
	return -1;
}

/* Others can map a nameless ring too: they shall read it, and no more. */
static void seal(int fd)
{
	const int size = F_SEAL_SHRINK | F_SEAL_GROW;

	if (fcntl(fd, F_ADD_SEALS, size | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL))
		fcntl(fd, F_ADD_SEALS, size | F_SEAL_SEAL);
}

static bool map_ring(const char *path, size_t slots)
{
	size_t size = HEADER_SIZE + slots * sizeof(struct event);
	int fd = path ? new_file(path, size) : new_nameless(size);
	struct event_ring *shared;

	if (fd < 0)
		return false;
	shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (shared == MAP_FAILED) {
		close(fd);
		return false;
	}
	if (path) {
		close(fd);
	} else {
		/* It is found by its descriptor. */
		seal(fd);
		descriptor_set_aside(&nameless, fd);
	}
	ring.shared = shared;
	ring.slots = (struct event *)((char *)shared + HEADER_SIZE);
	ring.nr_slots = slots;
	ring.size = size;
	return true;
}

static bool start(const char *path, size_t slots)
{
	unsigned int i;

	for (i = 0; !events_ring && !drop_ring() && i < PATIENCE; i++)
		sched_yield();
	if (events_ring || ring.shared) {
		errno = EBUSY;
		return false;
	}
	if (!map_ring(path, slots))
		return false;
	ring.shared->version = EVENTS_VERSION;
	ring.shared->header_size = HEADER_SIZE;
	ring.shared->event_size = sizeof(struct event);
	ring.shared->slots = slots;
	__atomic_store_n(&ring.shared->magic, EVENTS_MAGIC, __ATOMIC_RELEASE);
	__atomic_store_n(&events_ring, ring.shared, __ATOMIC_SEQ_CST);
	watch_on(WATCH_EVENTS);
	return true;
}

bool events_start(const char *path, size_t slots)
{
	bool started;
	int state;

	if (!slots || slots > MAX_SLOTS) {
		errno = EINVAL;
		return false;
	}
	/* Opening and closing are places to be cancelled at. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	lock_take(&control);
	started = start(path, slots);
	lock_release(&control);
	pthread_setcancelstate(state, &state);
	return started;
}

void events_stop(void)
{
	int saved = errno;

	lock_take(&control);
	watch_off(WATCH_EVENTS);
	__atomic_store_n(&events_ring, NULL, __ATOMIC_SEQ_CST);
	descriptor_close(&nameless);
	drop_ring();
	lock_release(&control);
	errno = saved;
}

void events_forked(void)
{
	tid = 0;
	writers = 0;
	control = (struct lock){ LOCK_FREE };
	if (ring.shared)
		events_stop();
}
