// SPDX-License-Identifier: GPL-2.0
/* Between the bins of a thread and the arenas: the slow side of the cache. */
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cache.h"
#include "core.h"
#include "corrupt.h"
#include "events.h"
#include "options.h"
#include "system.h"

/*
 * A refill takes so many chunks or bytes at most. They lie side by side, and so
 * will what the program puts into them: larger is better for its caches too.
 */
#define MAX_BATCH	256
#define BATCH_BYTES	((size_t)32 << 10)
#define LEAST_BATCH	3	/* whatever the others bring */
#define FLUSH_BATCH	64	/* chunks that go back under one hold of a lock */
#define BIN_BYTES	((size_t)64 << 10)	/* a limit is worth, at most */
/*
 * All limits of a cache, and all its batches: a share of the arena, within
 * these bounds, that its threads share. The last is for threads in a crowd.
 */
#define MIN_BOUND	((size_t)512 << 10)
#define BOUND_SHARE	16
#define LEAST_BOUND	((size_t)128 << 10)
/* After so many refills and flushes the clock looks at so many bins. */
#define TICKS		16
#define LOOKS		8
#define REFILLED	UINT16_MAX	/* no count: refilled since */
/* Chunks of a large bin that are looked at for one that is large enough. */
#define DEPTH		4

struct cache cache_none;
_Thread_local struct cache *this_cache = &cache_none;
uintptr_t cache_key;
struct cache *caches;

static struct lock caches_lock;
static struct cache *spare;	/* of threads that are gone */
static bool some_left;		/* in the list, of such threads */
static pthread_key_t exit_key;
static bool has_exit_key;
static _Thread_local bool closed
	__attribute__((tls_model("initial-exec")));

static void close_cache(void *cache);

static size_t bound_in(struct malloc_state *av)
{
	unsigned int threads = __atomic_load_n(&av->attached, __ATOMIC_RELAXED);
	size_t share = av->sbrked_mem / BOUND_SHARE;

	if (share < MIN_BOUND)
		share = MIN_BOUND;
	if (threads)
		share /= threads;
	if (share < LEAST_BOUND)
		share = LEAST_BOUND;
	return share < options.cache_bytes ? share : options.cache_bytes;
}

/* Out of the list, for another thread; under caches_lock. */
static void give_back(struct cache *cache)
{
	if (cache->prev)
		cache->prev->next = cache->next;
	else
		caches = cache->next;
	if (cache->next)
		cache->next->prev = cache->prev;
	cache->next = spare;
	spare = cache;
}

/* Those whose threads could not give them back; under caches_lock. */
static void collect(void)
{
	struct cache *cache = caches, *next;

	if (likely(!__atomic_exchange_n(&some_left, false, __ATOMIC_ACQUIRE)))
		return;
	for (; cache; cache = next) {
		next = cache->next;
		if (__atomic_load_n(&cache->is_left, __ATOMIC_ACQUIRE))
			give_back(cache);
	}
}

/* Under caches_lock. */
static struct cache *new_cache(void)
{
	struct cache *cache;

	if (!cache_key) {
		cache_key = system_random() | 1;
		has_exit_key = !pthread_key_create(&exit_key, close_cache);
	}
	collect();
	cache = spare;
	if (cache) {
		spare = cache->next;
		__builtin_memset(cache, 0, sizeof(*cache));
	} else {
		cache = system_map(align_up(sizeof(*cache), av_.pagesize));
	}
	if (!cache)
		return NULL;
	/* Until the first tick: a thread that only frees needs no arena. */
	cache->bound = LEAST_BOUND;
	cache->next = caches;
	if (caches)
		caches->prev = cache;
	caches = cache;
	return cache;
}

struct cache *cache_open(void)
{
	struct cache *cache = NULL;

	arenas_init();
	if (!options_is_fast() || !options.cache_bytes || closed ||
	    check_level >= CHECK_FULL)
		return &cache_none;
	/* While another thread forks it does without, and asks again. */
	if (!lock_enter(&caches_lock))
		return &cache_none;
	cache = new_cache();
	lock_release(&caches_lock);
	if (!cache)
		return &cache_none;
	cache->tid = syscall(SYS_gettid);
	/* From here on: the next call may allocate. */
	this_cache = cache;
	if (has_exit_key)
		pthread_setspecific(exit_key, cache);
	return this_cache;
}

void cache_damaged(struct cache_bin *bin, struct cached *cached)
{
	if (check_level != CHECK_NONE)
		corrupt("corrupted link in a cache", cached);
	bin->head = NULL;
	bin->count = 0;
}

/* Gives chunks back, one hold of the lock for all of an arena. */
static void give_all(struct malloc_chunk **chunks, unsigned int n)
{
	struct malloc_chunk *mine[FLUSH_BATCH];
	struct malloc_state *av;
	unsigned int i, nr_mine, left;

	while (n) {
		av = arena_of(chunks[0]);
		for (i = nr_mine = left = 0; i < n; i++)
			if (arena_of(chunks[i]) == av)
				mine[nr_mine++] = chunks[i];
			else
				chunks[left++] = chunks[i];
		arena_hand_over(av, mine, nr_mine);
		n = left;
	}
}

/*
 * The newest n chunks of a bin go, the oldest of them first: so they lie in a
 * fast bin in the order in which they lay here, and come back in it.
 */
static void flush(struct cache_bin *bin, unsigned int n)
{
	struct malloc_chunk *chunks[FLUSH_BATCH], *chunk;
	unsigned int batch, i;

	event(EVENT_FLUSH, bin->head, n);
	for (; n; n -= batch) {
		batch = n < FLUSH_BATCH ? n : FLUSH_BATCH;
		for (i = 0; i < batch && bin->head; i++) {
			chunk = mem_to_chunk(cache_pop(bin));
			/* It is looked at when all have been collected. */
			__builtin_prefetch(chunk_next(chunk));
			chunks[batch - 1 - i] = chunk;
		}
		give_all(chunks + batch - i, i);
		if (i < batch)
			return;	/* the bin was damaged, which was told */
	}
}

/* Bytes of one chunk of a bin, at most. */
static size_t bin_bytes(unsigned int index)
{
	unsigned int large = index - CACHE_SMALL_BINS;
	size_t power;

	if (index < CACHE_SMALL_BINS)
		return index * ALIGNMENT;
	power = MIN_LARGE << large / CACHE_STEPS;
	return power + (large % CACHE_STEPS + 1) * power / CACHE_STEPS;
}

static void set_limit(struct cache *cache, unsigned int index,
		      unsigned int limit)
{
	struct cache_bin *bin = &cache->bins[index];
	size_t bytes = bin_bytes(index);

	cache->granted += limit * bytes;
	cache->granted -= bin->limit * bytes;
	bin->limit = limit;
}

static void set_batch(struct cache *cache, unsigned int index,
		      unsigned int batch)
{
	struct cache_bin *bin = &cache->bins[index];
	size_t bytes = bin_bytes(index);

	cache->batched += batch * bytes;
	cache->batched -= bin->batch * bytes;
	bin->batch = batch;
}

/* A bin in which nothing has moved since the last round is too large. */
static void look_at(struct cache *cache, unsigned int index)
{
	struct cache_bin *bin = &cache->bins[index];
	unsigned int half = bin->limit / 2;

	if (bin->seen == bin->count) {
		if (bin->count > half)
			flush(bin, bin->count - half);
		set_limit(cache, index, half);
		set_batch(cache, index, 0);
	}
	bin->seen = bin->count;
}

static void tick(struct cache *cache)
{
	unsigned int i;

	if (++cache->ticks % TICKS)
		return;
	cache->bound = bound_in(arena_mine());
	for (i = 0; i < LOOKS; i++) {
		look_at(cache, cache->hand);
		cache->hand = (cache->hand + 1) % CACHE_BINS;
	}
}

bool cache_make_room(struct cache *cache, unsigned int index)
{
	struct cache_bin *bin = &cache->bins[index];
	size_t bytes = bin_bytes(index), most;
	unsigned int limit = bin->limit ? 2 * bin->limit : 1, room;

	if (cache == &cache_none)
		return false;
	tick(cache);
	if (bin->count < bin->limit)
		return true;
	if (bytes < BIN_BYTES / 32 && !bin->limit)
		limit = 8;
	most = bytes < BIN_BYTES ? BIN_BYTES / bytes : 1;
	if (limit > most)
		limit = most;
	room = cache->bound > cache->granted ?
		       (cache->bound - cache->granted) / bytes : 0;
	if (limit > bin->limit + room)
		limit = bin->limit + room;
	if (limit > bin->limit) {
		set_limit(cache, index, limit);
		return true;
	}
	if (!bin->limit)
		return false;
	flush(bin, (bin->count + 1) / 2);
	return true;
}

void *cache_take_large(struct cache *cache, size_t size)
{
	struct cache_bin *bin = &cache->bins[cache_index(size)];
	struct cached *cached = bin->head, *before = NULL;
	unsigned int i;

	for (i = 0; cached && i < DEPTH; i++) {
		if (unlikely(!is_aligned(cached))) {
			cache_damaged(bin, before);
			return NULL;
		}
		if (chunk_size(mem_to_chunk(cached)) >= size) {
			if (!before)
				return cache_pop(bin);
			before->next = link_mix(before,
						link_follow(cached,
							    cached->next));
			bin->count--;
			cached->key = 0;
			return cached;
		}
		before = cached;
		cached = link_follow(cached, cached->next);
	}
	return NULL;
}

void *cache_refill(struct cache *cache, size_t size)
{
	unsigned int index = cache_index(size), n = 0, most, batch;
	struct cache_bin *bin = &cache->bins[index];
	struct malloc_chunk *more[MAX_BATCH], *chunk;
	struct malloc_state *av = arena_mine();

	tick(cache);
	most = BATCH_BYTES / size < MAX_BATCH ? BATCH_BYTES / size : MAX_BATCH;
	if (unlikely(!arena_enter(av)))
		return NULL;
	chunk = arena_take(av, size, true);
	if (chunk && bin->batch)
		n = arena_take_more(av, chunk, size, more, bin->batch);
	arena_unlock(av);
	if (!chunk)
		return NULL;
	batch = 2u * bin->batch + 1;
	if (batch > most)
		batch = most;
	if (batch <= LEAST_BATCH ||
	    cache->batched + (batch - bin->batch) * size <= cache->bound)
		set_batch(cache, index, batch);
	bin->seen = REFILLED;
	event(EVENT_REFILL, chunk, size * (n + 1));
	/* The first one found is the first one used. */
	while (n)
		cache_push(bin, chunk_to_mem(more[--n]));
	return chunk_to_mem(chunk);
}

bool cache_holds(struct cache *cache, unsigned int index, void *mem)
{
	struct cached *cached = cache->bins[index].head;
	unsigned int n = cache->bins[index].count;

	for (; cached && n; n--) {
		if (cached == mem)
			return true;
		if (!is_aligned(cached))
			break;
		cached = link_follow(cached, cached->next);
	}
	return false;
}

void cache_flush(void)
{
	struct cache *cache = this_cache;
	unsigned int i;

	for (i = 0; i < CACHE_BINS; i++)
		if (cache->bins[i].count) {
			flush(&cache->bins[i], cache->bins[i].count);
			set_limit(cache, i, 0);
		}
}

/* At the end of a thread. Destructors that run later do without a cache. */
static void close_cache(void *arg)
{
	struct cache *cache = arg;

	cache_flush();
	closed = true;
	this_cache = &cache_none;
	if (!lock_enter(&caches_lock)) {
		__atomic_store_n(&cache->is_left, true, __ATOMIC_RELEASE);
		__atomic_store_n(&some_left, true, __ATOMIC_RELEASE);
		return;
	}
	give_back(cache);
	lock_release(&caches_lock);
}

void cache_lock(void)
{
	lock_take(&caches_lock);
}

void cache_unlock(void)
{
	lock_release(&caches_lock);
}

void cache_fork(void)
{
	lock_fork(&caches_lock);
}

void cache_fork_parent(void)
{
	lock_fork_done(&caches_lock);
}

void cache_fork_child(void)
{
	struct cache *mine = this_cache;

	/*
	 * The other threads may have been in the middle of anything: what they
	 * held is lost to the child, as their stacks are.
	 */
	caches = NULL;
	if (mine != &cache_none) {
		mine->prev = mine->next = NULL;
		mine->tid = syscall(SYS_gettid);
		caches = mine;
	}
	lock_fork_done(&caches_lock);
}
