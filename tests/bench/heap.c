// SPDX-License-Identifier: GPL-2.0
/*
 * What it costs to read a heap of a million chunks, about 100 MiB: for how long
 * the target stands, against copying the same bytes with process_vm_readv(),
 * and CPU time.
 *
 *   heap LIBRARY     the target runs under that allocator; "-": under libc's
 *   heap target      is that target
 *
 * Prints "NAME VALUE" lines, of each time the shortest of ROUNDS: what else the
 * machine does only adds to it.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "heap/take.h"
#include "source/source.h"

#define CHUNKS	1000000
#define ROUNDS	9

static double seconds(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

__attribute__((noreturn))
static void die(const char *what)
{
	fprintf(stderr, "heap: %s\n", what);
	exit(1);
}

/* ---- the target ---- */

/* Sizes around 100 bytes, each third block freed again: holes of all kinds. */
static int be_target(void)
{
	static void *blocks[CHUNKS + CHUNKS / 4];
	size_t nr = sizeof(blocks) / sizeof(blocks[0]);
	unsigned int seed = 1;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (size_t i = 0; i < nr; i++) {
		size_t size = 1 + (size_t)rand_r(&seed) % 150;

		blocks[i] = malloc(size);
		if (!blocks[i])
			return 1;
		memset(blocks[i], 1, size);
	}
	for (size_t i = 0; i < nr; i += 3)
		free(blocks[i]);
	puts("ready");
	fflush(stdout);
	pause();
	return 0;
}

static pid_t start(const char *library)
{
	int ends[2];
	char word[6];
	pid_t pid;

	if (pipe(ends))
		die("no pipe");
	pid = fork();
	if (!pid) {
		dup2(ends[1], STDOUT_FILENO);
		if (strcmp(library, "-") != 0)
			setenv("LD_PRELOAD", library, 1);
		execl("/proc/self/exe", "heap", "target", (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	if (pid < 0 || read(ends[0], word, 5) != 5)
		die("the target does not start");
	return pid;
}

/* ---- the peer ---- */

/* Reads what was copied again; the buffers have all their pages. */
static double copy(pid_t pid, const struct heap *heap, uint8_t **buffers)
{
	double begun = seconds(CLOCK_MONOTONIC);

	for (size_t i = 0; i < heap->nr_ranges; i++) {
		const struct heap_range *range = &heap->ranges[i];
		const struct page_map *pages = range->pages;

		for (size_t k = 0; pages && k < pages->nr_runs; k++) {
			const struct page_run *run = &pages->runs[k];
			size_t size = (size_t)run->nr_pages * heap->page_size;
			struct iovec to = {
				buffers[i] + (run->start - range->start), size,
			};
			struct iovec from = {
				(void *)(uintptr_t)run->start, size,
			};

			if (process_vm_readv(pid, &to, 1, &from, 1, 0) !=
			    (ssize_t)size)
				die("process_vm_readv reads less");
		}
	}
	return seconds(CLOCK_MONOTONIC) - begun;
}

static uint8_t **make_buffers(const struct heap *heap)
{
	uint8_t **buffers = calloc(heap->nr_ranges, sizeof(*buffers));

	for (size_t i = 0; buffers && i < heap->nr_ranges; i++) {
		size_t size = heap->ranges[i].end - heap->ranges[i].start;

		buffers[i] = malloc(size);
		if (!buffers[i])
			die("no memory");
		memset(buffers[i], 1, size);
	}
	if (!buffers)
		die("no memory");
	return buffers;
}

static void free_buffers(uint8_t **buffers, size_t nr)
{
	while (nr)
		free(buffers[--nr]);
	free(buffers);
}

/* ---- rounds ---- */

struct round {
	double pause, copy, cpu;
	size_t nr_chunks;
	uint64_t bytes;
};

static struct round measure(pid_t pid, struct source *source,
			    struct heap_taker *taker)
{
	const struct take take = { .what = TAKE_VMAS };
	const struct heap_how how = { .no_stop = false };
	struct error err = { ERR_FAILED, "no snapshot" };
	struct snapshot *snap = source_take(source, &take, &err);
	double begun = seconds(CLOCK_PROCESS_CPUTIME_ID);
	struct heap *heap = snap ? heap_take(taker, snap, &how, &err) : NULL;
	struct round round = {
		.cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - begun,
	};
	uint8_t **buffers;

	if (!heap)
		die(err.text);
	if (!heap->stopped || !heap->coherent)
		die(heap->nr_notes ? heap->notes[0] : "not coherent");
	round.pause = (double)heap->pause_ns / 1e9;
	round.nr_chunks = heap->nr_chunks;
	round.bytes = heap->copied;
	buffers = make_buffers(heap);
	round.copy = copy(pid, heap, buffers);
	free_buffers(buffers, heap->nr_ranges);
	heap_free(heap);
	snapshot_free(snap);
	return round;
}

static double least(double a, double b)
{
	return a < b ? a : b;
}

int main(int argc, char **argv)
{
	struct round best = { 1e9, 1e9, 1e9, 0, 0 };
	struct error err = { ERR_FAILED, "no memory" };
	struct heap_taker *taker;
	struct source *source;
	struct round round;
	pid_t pid;

	if (argc != 2)
		die("usage: heap LIBRARY");
	if (!strcmp(argv[1], "target"))
		return be_target();
	pid = start(argv[1]);
	source = source_open(CHOOSE_PROC, pid, &err);
	taker = heap_taker_new(pid);
	if (!source || !taker)
		die(err.text);
	for (int i = 0; i < ROUNDS; i++) {
		round = measure(pid, source, taker);
		best.pause = least(best.pause, round.pause);
		best.copy = least(best.copy, round.copy);
		best.cpu = least(best.cpu, round.cpu);
	}
	heap_taker_free(taker);
	source_close(source);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	printf("chunks %zu\nbytes %llu\n", round.nr_chunks,
	       (unsigned long long)round.bytes);
	printf("pause_seconds %.6f\n", best.pause);
	printf("pause_to_copy %.3f\n", best.pause / best.copy);
	printf("cpu_seconds %.3f\n", best.cpu);
	return 0;
}
