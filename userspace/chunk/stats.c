// SPDX-License-Identifier: GPL-2.0
/* malloc_stats(), mallinfo(), malloc_info(). */
#include <errno.h>
#include <limits.h>

#include "cache.h"
#include "stats.h"
#include "text.h"

static size_t cached_bytes(void)
{
	struct malloc_chunk *chunk;
	const struct cache *cache = this_cache;
	const struct cached *cached;
	size_t bytes = 0;
	unsigned int i;

	for (i = 0; i < CACHE_BINS; i++)
		for (cached = cache->bins[i].head; cached;
		     cached = link_follow(cached, cached->next)) {
			chunk = mem_to_chunk((void *)cached);
			bytes += chunk_size(chunk);
		}
	return bytes;
}

void arena_sum(struct malloc_state *av, struct arena_sums *sums)
{
	struct malloc_chunk *bin, *chunk;
	unsigned int i;

	*sums = (struct arena_sums){ .system = av->sbrked_mem };
	for (i = 0; i < NFASTBINS; i++)
		for (chunk = (struct malloc_chunk *)av->fastbins[i]; chunk;
		     chunk = fast_next(chunk)) {
			sums->fast += chunk_size(chunk);
			sums->nr_fast++;
		}
	for (i = UNSORTED; i < NBINS; i++) {
		bin = bin_at(av, i);
		for (chunk = bin->fd; chunk != bin; chunk = chunk->fd) {
			sums->free += chunk_size(chunk);
			sums->nr_free++;
		}
	}
	if (av->top) {
		sums->top = chunk_size(av->top);
		sums->nr_free++;
	}
	sums->free += sums->fast + sums->top;
}

static void sum_locked(struct malloc_state *av, struct arena_sums *sums)
{
	arena_lock(av);
	arena_sum(av, sums);
	arena_unlock(av);
}

static void line(struct text *text, const char *what, size_t value)
{
	text_string(text, what);
	text_number(text, value, 10);
	text_string(text, "\n");
}

void chunk_malloc_stats(void)
{
	struct text text = { .fd = 2 };
	struct malloc_state *av;
	struct arena_sums sums;
	size_t system, used;

	arenas_init();
	system = used = av_.mmapped_mem;
	for (av = &av_; av; av = av->next) {
		sum_locked(av, &sums);
		text_string(&text, "Arena ");
		text_number(&text, av->number, 0);
		text_string(&text, ":\n");
		line(&text, "system bytes     = ", sums.system);
		line(&text, "in use bytes     = ", sums.system - sums.free);
		system += sums.system;
		used += sums.system - sums.free;
	}
	text_string(&text, "Total (incl. mmap):\n");
	line(&text, "system bytes     = ", system);
	line(&text, "in use bytes     = ", used);
	line(&text, "max mmap regions = ", av_.max_n_mmaps);
	line(&text, "max mmap bytes   = ", av_.max_mmapped_mem);
	text_flush(&text);
}

struct mallinfo2 chunk_mallinfo2(void)
{
	struct mallinfo2 info = { 0 };
	struct malloc_state *av;
	struct arena_sums sums;

	arenas_init();
	for (av = &av_; av; av = av->next) {
		sum_locked(av, &sums);
		info.arena += sums.system;
		info.ordblks += sums.nr_free;
		info.smblks += sums.nr_fast;
		info.fsmblks += sums.fast;
		info.fordblks += sums.free;
		info.uordblks += sums.system - sums.free;
		if (av == &av_)
			info.keepcost = sums.top;
	}
	info.hblks = av_.n_mmaps;
	info.hblkhd = av_.mmapped_mem;
	info.usmblks = av_.max_total_mem;
	return info;
}

/* The old form has no room for more than INT_MAX. */
static int clip(size_t value)
{
	return value < INT_MAX ? (int)value : INT_MAX;
}

struct mallinfo chunk_mallinfo(void)
{
	struct mallinfo2 info = chunk_mallinfo2();

	return (struct mallinfo){
		.arena = clip(info.arena),
		.ordblks = clip(info.ordblks),
		.smblks = clip(info.smblks),
		.hblks = clip(info.hblks),
		.hblkhd = clip(info.hblkhd),
		.usmblks = clip(info.usmblks),
		.fsmblks = clip(info.fsmblks),
		.uordblks = clip(info.uordblks),
		.fordblks = clip(info.fordblks),
		.keepcost = clip(info.keepcost),
	};
}

int chunk_malloc_info(int flags, FILE *stream)
{
	size_t system = 0, most = 0;
	struct malloc_state *av;
	struct arena_sums sums;

	if (flags)
		return EINVAL;
	arenas_init();
	fputs("<malloc version=\"vmachunk-1\">\n", stream);
	for (av = &av_; av; av = av->next) {
		sum_locked(av, &sums);
		fprintf(stream, "<heap nr=\"%u\">\n", av->number);
		fprintf(stream,
			"<total type=\"fast\" count=\"%zu\" size=\"%zu\"/>\n",
			sums.nr_fast, sums.fast);
		fprintf(stream,
			"<total type=\"rest\" count=\"%zu\" size=\"%zu\"/>\n",
			sums.nr_free, sums.free - sums.fast);
		fprintf(stream, "<system type=\"current\" size=\"%zu\"/>\n",
			sums.system);
		fprintf(stream, "<system type=\"max\" size=\"%zu\"/>\n",
			av->max_sbrked_mem);
		fputs("</heap>\n", stream);
		system += sums.system;
		most += av->max_sbrked_mem;
	}
	fprintf(stream, "<cache size=\"%zu\"/>\n", cached_bytes());
	fprintf(stream, "<total type=\"mmap\" count=\"%d\" size=\"%zu\"/>\n",
		av_.n_mmaps, av_.mmapped_mem);
	fprintf(stream, "<system type=\"current\" size=\"%zu\"/>\n", system);
	fprintf(stream, "<system type=\"max\" size=\"%zu\"/>\n", most);
	fputs("</malloc>\n", stream);
	return 0;
}
