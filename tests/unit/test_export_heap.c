// SPDX-License-Identifier: GPL-2.0
/*
 * A heap as text and as JSON, against what was looked at: UPDATE_GOLDEN=1
 * writes it anew. And memory of a target that is full of control characters.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "export/heap.h"
#include "golden.h"
#include "heaps.h"

static struct snapshot *sample(void)
{
	struct snapshot *snap = snapshot_new();
	struct heap *heap = made_sample();
	struct heap_field *field;

	assert_non_null(snap);
	snap->heap = heap;
	snap->page_size = MADE_PAGE;
	snap->has_vmas = true;
	snap->from.coherent = true;
	snap->from.source = SOURCE_PROC;
	strcpy(snap->from.kernel, "6.1.0");
	snap->task.pid = snap->task.tgid = 4242;
	strcpy(snap->task.comm, "gonzo");
	heap_add_field(&heap->settings, "max_n_mmaps",
		       "most mappings so far", HEAP_COUNT, 1);
	heap_add_field(&heap->settings, "profile", "how it behaves",
		       HEAP_FLAGS, 1);
	heap_note(heap, "something is \033[31mred");
	heap->arenas[1].threads = UINT64_MAX;
	field = &heap->arenas[0].fields.field[0];
	assert_string_equal(field->name, "max_fast");
	return snap;
}

static char *written(const struct snapshot *snap,
		     const struct heap_parts *parts, bool as_json)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_int_equal(as_json ? heap_json_write(snap, parts, true, out) :
				   heap_write(snap, parts, false, out), 0);
	fclose(out);
	return text;
}

static void golden(const char *name, const struct snapshot *snap,
		   const struct heap_parts *parts)
{
	char file[64], *text = written(snap, parts, false);

	snprintf(file, sizeof(file), "heap_%s.txt", name);
	check_golden(file, text);
	free(text);
	text = written(snap, parts, true);
	snprintf(file, sizeof(file), "heap_%s.json", name);
	check_golden(file, text);
	free(text);
}

static void test_golden(void **state)
{
	struct snapshot *snap = sample();
	struct why *why = why_new(snap->heap, 0, 1);

	(void)state;
	assert_non_null(why);
	golden("summary", snap, &(struct heap_parts){ .bins = false });
	golden("bins", snap, &(struct heap_parts){ .bins = true });
	golden("chunks", snap, &(struct heap_parts){
		.chunks = true, .chunk_min = 33, .chunk_max = 4112 });
	golden("at", snap, &(struct heap_parts){
		.at = true, .address = MADE_BREAK + 200 });
	golden("why", snap, &(struct heap_parts){ .why = why });
	why_free(why);
	snapshot_free(snap);
}

static void expect(const struct snapshot *snap, const struct heap_parts *parts,
		   bool as_json, const char *part)
{
	char *text = written(snap, parts, as_json);

	if (!strstr(text, part))
		fail_msg("no \"%s\" in:\n%s", part, text);
	free(text);
}

static void expect_not(const struct snapshot *snap,
		       const struct heap_parts *parts, const char *part)
{
	char *text = written(snap, parts, false);

	assert_null(strstr(text, part));
	free(text);
}

/* A broken piece and a broken bin are said in all forms, and where. */
static void test_broken(void **state)
{
	const struct heap_parts all = { .chunks = true,
					.chunk_max = UINT64_MAX };
	const struct heap_parts bins = { .bins = true };
	struct snapshot *snap = sample();
	struct heap *heap = snap->heap;

	(void)state;
	heap->coherent = false;
	heap->pieces[0].broken = heap->pieces[0].end - 4096;
	strcpy(heap->pieces[0].why, "size 0x41 leads out");
	heap->bins[1].broken = true;
	strcpy(heap->bins[1].why, "its list is a ring");
	expect(snap, &all, false, "torn     the heap changed");
	expect(snap, &all, false, "0x555555579000 to 0x55555557a000");
	expect(snap, &all, false, "size 0x41 leads out");
	expect(snap, &all, false, "4096 bytes more could not be read");
	expect(snap, &all, true, "\"broken\": \"0x555555579000\"");
	expect(snap, &bins, false, "its list is a ring");
	expect(snap, &bins, true, "\"truncated\": true");
	heap->stopped = false;
	heap->retries = 2;
	expect(snap, &all, false, "while the process ran, again 2 times");
	expect(snap, &all, true, "\"pause_us\": null");
	snapshot_free(snap);
}

/* What can't be told is ? and null. */
static void test_unknown(void **state)
{
	struct snapshot *snap = sample();
	struct heap_parts parts = { .at = true, .address = MADE_MAPPED };
	struct heap *heap = snap->heap;
	struct why *why;

	(void)state;
	free(heap->ranges[2].bytes);
	heap->ranges[2].bytes = NULL;
	heap->ranges[2].end = heap->ranges[2].start;
	page_map_free(heap->ranges[0].pages);
	heap->ranges[0].pages = NULL;
	expect(snap, &parts, false, "not copied");
	expect(snap, &parts, true, "\"memory_hex\": null");
	parts.address = 4096;
	expect(snap, &parts, false, "0x1000 lies in no chunk");
	expect(snap, &parts, true, "\"chunk\": null");
	why = why_new(heap, 0, 10);
	assert_non_null(why);
	parts = (struct heap_parts){ .why = why };
	expect(snap, &parts, false, "is not known of all of the heap");
	expect(snap, &parts, true, "\"trim_bytes\": null");
	why_free(why);
	snapshot_free(snap);
}

/* Whatever a target has in its memory, no control character comes out. */
static void test_hostile(void **state)
{
	struct snapshot *snap = sample();
	struct heap_range *range = &snap->heap->ranges[0];
	const struct heap_parts parts = {
		.at = true, .address = MADE_BREAK + 200, .bins = true,
		.chunks = true, .chunk_max = UINT64_MAX,
	};

	(void)state;
	for (size_t i = 0; i < 900; i++)
		range->bytes[200 + i] = i * 7;
	strcpy(snap->task.comm, "a\033[2Jb\n");
	strcpy(snap->heap->allocator, "glibc \233 2.36");
	strcpy(snap->heap->bins[0].why, "\a");
	snap->heap->bins[0].broken = true;
	for (int as_json = 0; as_json < 2; as_json++) {
		char *text = written(snap, &parts, as_json);

		for (const char *p = text; *p; p++)
			assert_true(*p == '\n' || ((unsigned char)*p >= 0x20 &&
						   *p != 0x7f &&
						   (unsigned char)*p != 0x9b));
		free(text);
	}
	snapshot_free(snap);
}

/* A used chunk whose memory is a cache of glibc is told as such. */
static void test_holds(void **state)
{
	struct heap_parts parts = { .chunks = true, .chunk_max = UINT64_MAX };
	struct snapshot *snap = sample();
	struct heap *heap = snap->heap;
	struct heap_chunk *chunk = heap->chunks;

	(void)state;
	while (chunk->state != CHUNK_USED)
		chunk++;
	expect_not(snap, &parts, "holds the cache");
	heap->kind = HEAP_GLIBC;
	heap->nr_caches = 1;
	heap->caches[0].address = heap_mem(heap, chunk);
	heap->caches[0].tid = 4243;
	expect(snap, &parts, false, "holds the cache of thread 4243\n");
	expect(snap, &parts, true, "\"holds_cache\": {\n        \"tid\": 4243");
	parts = (struct heap_parts){ .at = true, .address = chunk->address };
	expect(snap, &parts, false, "it holds the cache of thread 4243\n");
	heap->caches[0].tid = 0;
	expect(snap, &parts, false, "it holds the cache of a thread\n");
	expect(snap, &parts, true, "\"tid\": null");
	heap->caches[0].address += heap->word;
	expect_not(snap, &parts, "holds the cache");
	snapshot_free(snap);
}

/* Lines that are ours to break are no wider than is asked for. */
static void test_width(void **state)
{
	static const int widths[] = { 40, 60, 80, 200 };
	struct snapshot *snap = sample();

	(void)state;
	heap_add_field(&snap->heap->settings, "long_one",
		       "what has a meaning that no line of eighty columns has the room for",
		       HEAP_COUNT, 1);
	for (size_t i = 0; i < sizeof(widths) / sizeof(*widths); i++) {
		struct heap_parts parts = { .width = widths[i] };
		char *text = written(snap, &parts, false), *rest = text;
		size_t widest = 0;

		for (char *line; (line = strsep(&rest, "\n"));) {
			/* The table of arenas is as wide as it is. */
			if (strlen(line) > widest &&
			    !strstr(line, "used+cached") &&
			    strncmp(line, "0 ", 2) && strncmp(line, "1 ", 2))
				widest = strlen(line);
		}
		/* What is narrower than a table's numbers is not kept. */
		assert_true((int)widest <= (widths[i] < 60 ? 60 : widths[i]));
		free(text);
	}
	snapshot_free(snap);
}

/* An empty heap: malloc was never called. */
static void test_empty(void **state)
{
	struct snapshot *snap = sample();
	struct heap *heap = made_heap();
	struct heap_parts parts = { .bins = true, .chunks = true,
				    .chunk_max = 10 };
	struct why *why;

	(void)state;
	made_finish(heap, NULL);
	heap_free(snap->heap);
	snap->heap = heap;
	why = why_new(heap, 0, 10);
	expect(snap, &parts, false, "all bins are empty");
	expect(snap, &parts, false, "0 of 0 chunks");
	expect(snap, &parts, true, "\"chunks\": []");
	parts = (struct heap_parts){ .why = why };
	expect(snap, &parts, false, "Nothing is free");
	why_free(why);
	snapshot_free(snap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_holds),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
