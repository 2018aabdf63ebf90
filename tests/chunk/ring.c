// SPDX-License-Identifier: GPL-2.0
/* The event ring, as those see it who map it, and as the program does. */
#include "cases.h"
#include "use.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>

#include "chunk/events.h"
#include "chunk/vmachunk.h"

#pragma weak vmachunk_events
#pragma weak vmachunk_events_stop

static const struct event_ring *open_ring(const char *path, size_t slots)
{
	size_t size = 4096 + slots * sizeof(struct event);
	const struct event_ring *ring;
	FILE *file;

	expect(!vmachunk_events(path, slots), "no ring");
	file = fopen(path, "r");
	expect(file, "no file");
	ring = mmap(NULL, size, PROT_READ, MAP_SHARED, fileno(file), 0);
	fclose(file);
	unlink(path);
	expect(ring != MAP_FAILED && ring->magic == EVENTS_MAGIC &&
	       ring->slots == slots &&
	       ring->event_size == sizeof(struct event), "no such ring");
	return ring;
}

/* The newest of a kind, at an address if one is given. */
static const struct event *find(const struct event_ring *ring, uint32_t kind,
				const void *address)
{
	const struct event *slots = (const struct event *)
		((const char *)ring + ring->header_size);
	const struct event *newest = NULL;

	for (uint64_t i = 0; i < ring->slots; i++) {
		if (slots[i].number && slots[i].kind == kind &&
		    (!address || slots[i].address == (uintptr_t)address) &&
		    (!newest || slots[i].number > newest->number))
			newest = &slots[i];
	}
	return newest;
}

static void told(void)
{
	char path[] = "/tmp/events.XXXXXX";
	const struct event_ring *ring;
	const struct event *event;
	char *block, *big;
	uint64_t last;

	close(mkstemp(path));
	ring = open_ring(path, 4096);
	block = malloc(5000);
	big = malloc(50000000);
	free(big);
	free(block);
	event = find(ring, EVENT_MALLOC, block - ALIGNMENT);
	expect(event, "no malloc of 5000");
	expect(event->size >= 5008 && event->caller &&
	       event->tid == (uint32_t)gettid(), "%ld bytes for %#lx of %u",
	       (long)event->size, (long)event->caller, event->tid);
	expect(find(ring, EVENT_FREE, block - ALIGNMENT), "no free of 5000");
	expect(find(ring, EVENT_MMAP, NULL) && find(ring, EVENT_MUNMAP, NULL),
	       "no map of 50000000");
	expect(find(ring, EVENT_BRK, NULL), "no break");
	use_two();
	expect(find(ring, EVENT_SPLIT, NULL) &&
	       find(ring, EVENT_COALESCE, NULL), "no split, no coalesce");
	expect(ring->last > ring->slots, "%lu events",
	       (unsigned long)ring->last);
	vmachunk_events_stop();
	last = ring->last;
	free(malloc(100));
	expect(ring->last == last, "told when it was off");
}

/* The nameless rings that are mapped here: how many, and the one written to. */
static int nr_mapped(struct event_ring **ring)
{
	static char maps[1 << 16];
	int fd = open("/proc/self/maps", O_RDONLY), nr = 0;
	size_t length = 0;
	ssize_t n;

	while ((n = read(fd, maps + length, sizeof(maps) - 1 - length)) > 0)
		length += (size_t)n;
	maps[length] = '\0';
	close(fd);
	for (char *line = strtok(maps, "\n"); line; line = strtok(NULL, "\n")) {
		if (!strstr(line, "memfd:vmachunk-events"))
			continue;
		nr++;
		if (strstr(line, " rw-s "))
			*ring = (void *)strtoul(line, NULL, 16);
	}
	return nr;
}

static int ring_descriptor(void)
{
	char path[40], target[100];

	for (int fd = 3; fd < 1024; fd++) {
		ssize_t n;

		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		n = readlink(path, target, sizeof(target) - 1);
		if (n > 0 && (target[n] = '\0', strstr(target, "vmachunk-ev")))
			return open(path, O_RDWR);
	}
	return -1;
}

/* Whoever maps the ring may read it; what they write there harms nobody. */
static void trusted(void)
{
	struct event_ring *ring;
	size_t size = 64 + 1024 * sizeof(struct event);
	int fd;

	expect(!vmachunk_events(NULL, 1024), "no ring");
	fd = ring_descriptor();
	expect(fd >= 0, "it cannot be opened");
	expect(ftruncate(fd, 0) < 0 && ftruncate(fd, 1 << 20) < 0,
	       "it has another size now");
	expect(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) ==
	       MAP_FAILED, "it can be written to");
	expect(mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0) != MAP_FAILED,
	       "it cannot be read");
	close(fd);
	expect(nr_mapped(&ring) == 2 && ring->magic == EVENTS_MAGIC,
	       "it is not where it should be");
	/* As others can who map a file, or where an old kernel lets them. */
	for (int i = 0; i < 2; i++) {
		*ring = (struct event_ring) { 1, 2, UINT32_MAX, UINT32_MAX,
			i ? UINT64_MAX : 0, UINT64_MAX };
		free(malloc(100));
		free(malloc(1 << 20));
	}
	vmachunk_events_stop();
	expect(nr_mapped(&ring) == 1, "ours is still mapped");
	expect(ring_descriptor() < 0, "it is still open");
}

static volatile int is_over;

static void *allocate(void *unused)
{
	while (!is_over)
		free(malloc(100));
	return unused;
}

/* Started and stopped while others write, it leaves nothing behind. */
static void restarted(void)
{
	struct event_ring *ring;
	pthread_t threads[2];
	int nr_started = 0;

	for (int i = 0; i < 2; i++)
		expect(!pthread_create(&threads[i], NULL, allocate, NULL),
		       "no thread");
	for (int i = 0; i < 500; i++) {
		nr_started += !vmachunk_events(NULL, i % 2 ? 16 : 65536);
		vmachunk_events_stop();
		expect(nr_mapped(&ring) <= 1, "rings pile up");
	}
	is_over = 1;
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	expect(nr_started > 100, "started %d times", nr_started);
	expect(!vmachunk_events(NULL, 16), "no ring any more");
	vmachunk_events_stop();
	expect(!nr_mapped(&ring), "one is left");
}

/* A ring is of one process. */
static void inherited(void)
{
	struct event_ring *ring;
	uint64_t last;
	int status;
	pid_t child;

	expect(!vmachunk_events(NULL, 1024), "no ring");
	expect(nr_mapped(&ring) == 1, "no mapping");
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): set, or it has ended */
	last = ring->last;
	child = fork();
	if (!child) {
		free(malloc(100));
		expect(!nr_mapped(&ring), "it is mapped");
		expect(ring_descriptor() < 0, "it is open");
		expect(!vmachunk_events(NULL, 1024), "none of its own");
		_exit(0);
	}
	expect(waitpid(child, &status, 0) == child && !status,
	       "the child ended with %#x", status);
	expect(ring->last == last, "%lu events of the child",
	       (unsigned long)(ring->last - last));
	free(malloc(100));
	expect(ring->last > last, "no events of ours");
}

static const struct test_case cases[] = {
	{ "events", told },
	{ "trust", trusted },
	{ "restart", restarted },
	{ "inherit", inherited },
	{ NULL, NULL }
};

int main(int argc, char **argv)
{
	if (!vmachunk_events) {
		say("not ok chunk/ring - this is not our allocator\n");
		return 1;
	}
	return run_cases(argc, argv, "ring", cases);
}
