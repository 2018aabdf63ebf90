// SPDX-License-Identifier: GPL-2.0
/*
 * Which reader it is, when the target stands, and how often it is tried.
 *
 * Each copy is made in a thread of its own: a thread of the target that does
 * not answer is let go when the one that asked ends. Before the target is
 * stopped the copy is made once while it runs, so that the second one finds its
 * buffers.
 */
#include "heap/take.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "heap/memory.h"
#include "heap/reader.h"

#define TRIES	4

/* Asked in this order. */
static const struct heap_reader *const readers[] = {
	&vmachunk_reader,
	&glibc_reader,
	NULL
};

struct heap_taker {
	struct memory *memory;
	const struct heap_reader *reader;	/* NULL: not found yet */
	void *self;
	uint64_t code;		/* what find() went by, see hash_code() */
};

struct heap_taker *heap_taker_new(pid_t pid)
{
	struct heap_taker *taker = calloc(1, sizeof(*taker));

	if (!taker)
		return NULL;
	taker->memory = memory_new(pid);
	if (!taker->memory) {
		free(taker);
		return NULL;
	}
	return taker;
}

static void forget(struct heap_taker *taker)
{
	if (taker->reader)
		taker->reader->release(taker->self);
	taker->reader = NULL;
	taker->self = NULL;
}

void heap_taker_free(struct heap_taker *taker)
{
	if (!taker)
		return;
	forget(taker);
	memory_free(taker->memory);
	free(taker);
}

/* ---- which ---- */

static uint64_t hash(uint64_t sum, uint64_t value)
{
	return (sum ^ value) * 0x100000001b3ULL;
}

/* Changes with what code is mapped, and where: exec, dlopen. */
static uint64_t hash_code(const struct snapshot *snap)
{
	uint64_t sum = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < snap->nr_vmas; i++) {
		const struct vma *vma = &snap->vmas[i];

		if (!(vma->flags & VF_BIT(VF_EXEC)) || !vma_is_file(vma))
			continue;
		sum = hash(sum, vma->start);
		sum = hash(sum, vma->end);
		sum = hash(sum, vma->object->inode);
	}
	return hash(sum, mm_has(&snap->mm, MM_START_STACK) ?
			 snap->mm.v[MM_START_STACK] : 0);
}

static int find(struct heap_taker *taker, const struct snapshot *snap,
		struct error *err)
{
	uint64_t code = hash_code(snap);

	if (taker->reader && taker->code == code)
		return 0;
	forget(taker);
	for (size_t i = 0; readers[i]; i++) {
		int found = readers[i]->find(taker->memory, snap,
					     &taker->self, err);

		if (found < 0)
			return -1;
		if (!found)
			continue;
		taker->reader = readers[i];
		taker->code = code;
		return 0;
	}
	return error_set(err, ERR_FAILED,
			 "no allocator that can be read is in process %d: neither glibc's nor libvmachunk's is mapped",
			 (int)memory_pid(taker->memory));
}

/* ---- one copy ---- */

struct attempt {
	struct heap_taker *taker;
	const struct snapshot *snap;
	struct error *err;
	struct error refused;	/* why it was not stopped; ERR_NONE: it was */
	bool no_stop;
	int ret;
};

static int copy(struct attempt *attempt, struct error *err)
{
	struct heap_taker *taker = attempt->taker;

	memory_clear(taker->memory);
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): found before */
	return taker->reader->copy(taker->self, taker->memory, attempt->snap,
				   err);
}

static void *copy_stopped(void *context)
{
	struct attempt *attempt = context;
	struct memory *memory = attempt->taker->memory;
	struct error forgotten;

	copy(attempt, &forgotten);
	if (memory_stop(memory, &attempt->refused))
		return NULL;
	attempt->refused.kind = ERR_NONE;
	attempt->ret = copy(attempt, attempt->err);
	memory_resume(memory);
	return NULL;
}

/*
 * While the target stands we must not be stopped ourselves. What kills us lets
 * it go.
 */
static int run_stopped(struct attempt *attempt)
{
	sigset_t stops, before;
	pthread_t thread;
	int ret;

	sigemptyset(&stops);
	sigaddset(&stops, SIGTSTP);
	sigaddset(&stops, SIGTTIN);
	sigaddset(&stops, SIGTTOU);
	pthread_sigmask(SIG_BLOCK, &stops, &before);
	ret = pthread_create(&thread, NULL, copy_stopped, attempt);
	if (!ret)
		pthread_join(thread, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (ret)
		return error_set(attempt->err, ERR_FAILED,
				 "no thread can be made: %s", strerror(ret));
	return 0;
}

/*
 * 0, or -1 with *err. A target that can't be stopped is copied as it runs, from
 * then on: attempt->refused says why.
 */
static int make_copy(struct attempt *attempt)
{
	if (!attempt->no_stop) {
		if (run_stopped(attempt))
			return -1;
		if (attempt->refused.kind == ERR_NONE)
			return attempt->ret;
		if (attempt->refused.kind != ERR_FAILED) {
			*attempt->err = attempt->refused;
			return -1;
		}
		attempt->no_stop = true;
	}
	return copy(attempt, attempt->err);
}

/* ---- the heap ---- */

/* The words that make a chunk what it is. */
#define TAG_WORDS	2

/*
 * The copy is made again and every chunk's tag compared, when the target ran
 * on: what is the same before and after was so in between.
 */
static bool is_unchanged(struct attempt *attempt, const struct heap *heap)
{
	struct memory *memory = attempt->taker->memory;
	struct error err;

	memory_clear(memory);
	for (size_t i = 0; i < heap->nr_ranges; i++)
		if (memory_copy(memory, heap->ranges[i].start,
				heap->ranges[i].end, &err))
			return false;
	for (size_t i = 0; i < heap->nr_chunks; i++) {
		uint64_t tag = heap->chunks[i].address + heap->word, then, now;

		if (!heap_word(heap, tag, &then) ||
		    !memory_copied_word(memory, tag, heap->word, &now) ||
		    then != now)
			return false;
	}
	return true;
}

static struct heap *parse(struct attempt *attempt, unsigned int retries,
			  unsigned int nr_events)
{
	struct heap_taker *taker = attempt->taker;
	struct memory *memory = taker->memory;
	struct heap *heap = heap_new(taker->reader->kind);

	if (!heap)
		goto no_memory;
	heap->retries = retries;
	heap->stopped = !attempt->no_stop;
	if (heap->stopped)
		heap->pause_ns = memory_pause(memory);
	else if (attempt->refused.kind != ERR_NONE)
		heap_note(heap, "read while it ran: %s",
			  attempt->refused.text);
	if (taker->reader->parse(taker->self, memory, attempt->snap, heap,
				 attempt->err)) {
		heap_free(heap);
		return NULL;
	}
	if (taker->reader->events && nr_events)
		taker->reader->events(taker->self, memory, heap, nr_events);
	if (attempt->no_stop && !memory_holds(memory))
		heap->coherent = false;
	if (!memory_give(memory, heap))
		goto no_memory;
	if (attempt->no_stop && heap->coherent &&
	    !is_unchanged(attempt, heap))
		heap->coherent = false;
	return heap;

no_memory:
	heap_free(heap);
	error_set(attempt->err, ERR_FAILED, "out of memory");
	return NULL;
}

struct heap *heap_take(struct heap_taker *taker, const struct snapshot *snap,
		       const struct heap_how *how, struct error *err)
{
	struct attempt attempt = {
		.taker = taker, .snap = snap, .err = err,
		.no_stop = how->no_stop,
	};
	struct heap *heap = NULL;

	if (!snap->has_vmas) {
		error_set(err, ERR_FAILED,
			  "the areas of the process are not known");
		return NULL;
	}
	if (memory_look(taker->memory, snap, err) || find(taker, snap, err))
		return NULL;
	for (unsigned int try = 0; try < TRIES; try++) {
		heap_free(heap);
		heap = NULL;
		if (!make_copy(&attempt))
			heap = parse(&attempt, try, how->nr_events);
		else if (err->kind != ERR_FAILED)
			break;
		if (heap && heap->coherent)
			break;
	}
	/* What was found may not be there any more. */
	if (!heap || !heap->coherent)
		forget(taker);
	return heap;
}
