// SPDX-License-Identifier: GPL-2.0
/* Rows of chunks, what changed in them, and the filter; the command line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chunk/events.h"
#include "heaps.h"
#include "tui/command.h"
#include "tui/heap_rows.h"
#include "tui/log_rows.h"
#include "tui/keys.h"

/* ---- the filter ---- */

/* How many chunks of the sample match. */
static size_t count(const struct heap *heap, const char *text)
{
	struct heap_filter filter;
	struct error err;
	size_t nr = 0;

	if (heap_filter_parse(&filter, text, &err))
		fail_msg("%s: %s", text, err.text);
	for (size_t i = 0; i < heap->nr_chunks; i++)
		nr += heap_filter_match(&filter, heap, i, HEAP_SAME);
	return nr;
}

static void test_filter(void **state)
{
	static const struct {
		const char *text;
		size_t nr;
	} cases[] = {
		{ "", 17 }, { "used", 6 }, { "free", 3 }, { "fast", 2 },
		{ "cached", 1 }, { "top", 2 }, { "fence", 2 },
		{ "mmapped", 1 }, { "!used", 11 }, { "!!used", 6 },
		{ "unsorted", 1 }, { "small", 1 }, { "LARGE", 1 },
		{ "cache", 1 }, { "bin=134", 1 }, { "bin=3", 2 },
		{ "arena=1", 6 }, { "arena=0", 10 }, { "arena=7", 0 },
		{ "32..48", 4 }, { "1K..", 6 }, { "..16", 2 },
		{ "48..32", 0 }, { "size>=4K", 5 }, { "size>4112", 4 },
		{ "<=32", 4 }, { "<32", 2 }, { "=0x30", 2 }, { "48", 2 },
		{ "0x555555559021", 1 }, { "0x1", 0 }, { "<0", 0 },
		{ ">18446744073709551615", 0 }, { "used <=32", 2 },
		{ "\"prototype\"", 5 }, { "\"no such text\"", 0 },
		{ "changed", 0 }, { "!new", 17 }, { "broken", 0 },
	};
	struct heap *heap = made_sample();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (count(heap, cases[i].text) != cases[i].nr)
			fail_msg("%s: %zu, not %zu", cases[i].text,
				 count(heap, cases[i].text), cases[i].nr);
	heap_free(heap);
}

static void test_bad_filter(void **state)
{
	static const char *const texts[] = {
		"nonsense", "..", "a..b", "1..b", "rss>1", "size>", ">", "<x",
		"!", "\"", "1Q", "0x", "99999999999999999999999G", "=-1",
		"=99999999999999999999999",
		"a b c d e f g h i", "=16777216T",
		"used used used used used used used used used",
	};
	struct heap_filter filter = { .nr_terms = 5 };
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (!heap_filter_parse(&filter, texts[i], &err))
			fail_msg("%s was taken", texts[i]);
		assert_int_equal(err.kind, ERR_USAGE);
		assert_int_equal(filter.nr_terms, 5);
	}
}

/* ---- rows ---- */

static void test_rows(void **state)
{
	const struct heap_filter all = { 0 };
	struct heap *heap = made_sample();
	struct heap_rows rows = { 0 };
	struct heap_filter free_ones;
	struct error err;

	(void)state;
	heap_rows_set(&rows, heap, NULL);
	heap_rows_arrange(&rows, HEAP_BY_ADDRESS, false, &all);
	assert_int_equal(rows.nr, heap->nr_chunks);
	assert_null(rows.index);
	for (int order = 0; order < HEAP_ORDER_NR; order++)
		for (int inverted = 0; inverted < 2; inverted++) {
			heap_rows_arrange(&rows, order, inverted, &all);
			assert_int_equal(rows.nr, heap->nr_chunks);
			for (size_t i = 0; i < heap->nr_chunks; i++) {
				size_t row = heap_rows_find(&rows, i);

				assert_int_equal(heap_rows_chunk(&rows, row),
						 i);
			}
		}
	/* The largest first: the mapping and the top of an arena. */
	heap_rows_arrange(&rows, HEAP_BY_SIZE, false, &all);
	for (size_t i = 1; i < rows.nr; i++)
		assert_true(heap->chunks[rows.index[i - 1]].size >=
			    heap->chunks[rows.index[i]].size);
	assert_int_equal(heap->chunks[rows.index[0]].state, CHUNK_MMAPPED);
	assert_int_equal(heap_filter_parse(&free_ones, "free", &err), 0);
	heap_rows_arrange(&rows, HEAP_BY_ADDRESS, false, &free_ones);
	assert_int_equal(rows.nr, 3);
	assert_int_equal(rows.bytes, 160 + 20480 + 528);
	/* One that is not listed: the next that is. */
	assert_int_equal(heap_rows_find(&rows, 0), 0);
	assert_int_equal(heap_rows_find(&rows, 5), 1);
	assert_int_equal(heap_rows_find(&rows, heap->nr_chunks - 1), 3);
	heap_rows_free(&rows);
	heap_free(heap);
}

static void test_above(void **state)
{
	struct heap *heap = made_sample();

	(void)state;
	assert_int_equal(heap_rows_above(heap, 0), 0);
	assert_int_equal(heap_rows_above(heap, UINT64_MAX), heap->nr_chunks);
	for (size_t i = 0; i < heap->nr_chunks; i++) {
		const struct heap_chunk *chunk = &heap->chunks[i];

		assert_int_equal(heap_rows_above(heap, chunk->address), i);
		assert_int_equal(heap_rows_above(heap, chunk->address +
						       chunk->size - 1), i);
	}
	heap_free(heap);
}

static void test_classes(void **state)
{
	struct heap *heap = made_sample();
	struct heap_rows rows = { 0 };
	uint64_t used = 0, nr = 0;

	(void)state;
	heap_rows_set(&rows, heap, NULL);
	for (int i = 0; i < HEAP_CLASSES; i++) {
		used += rows.classes[i].used;
		nr += rows.classes[i].nr_used + rows.classes[i].nr_free;
	}
	assert_int_equal(used, heap->totals.used);
	assert_int_equal(nr, heap->nr_chunks - 2);	/* fences */
	assert_int_equal(rows.classes[5].nr_used, 2);	/* 32 to 63 */
	assert_int_equal(rows.classes[5].nr_free, 2);
	heap_rows_free(&rows);
	heap_free(heap);
}

/* ---- what changed ---- */

static void test_same(void **state)
{
	struct heap *heap = made_sample(), *before = made_sample();
	struct heap_rows rows = { 0 };

	(void)state;
	heap_rows_set(&rows, heap, before);
	assert_int_equal(rows.nr_new + rows.nr_changed + rows.nr_gone, 0);
	assert_int_equal(heap_rows_first_change(&rows), heap->nr_chunks);
	assert_false(heap_rows_changed(&rows, 0, UINT64_MAX));
	heap_rows_free(&rows);
	/* The same chunks in bins that are counted otherwise. */
	for (size_t i = 0; i < before->nr_chunks; i++)
		if (before->chunks[i].bin != HEAP_NONE)
			before->chunks[i].bin ^= 1;
	if (before->nr_bins & 1)
		assert_non_null(heap_add_bin(before));
	for (size_t i = 0; i + 1 < before->nr_bins; i += 2) {
		struct heap_bin swap = before->bins[i];

		before->bins[i] = before->bins[i + 1];
		before->bins[i + 1] = swap;
	}
	heap_rows_set(&rows, heap, before);
	assert_int_equal(rows.nr_changed, 0);
	heap_rows_free(&rows);
	heap_free(before);
	heap_free(heap);
}

static void test_changes(void **state)
{
	struct heap *heap = made_heap(), *before = made_heap();
	uint32_t arena = made_arena(heap, MADE_AV);
	struct heap_rows rows = { 0 };

	(void)state;
	made_arena(before, MADE_AV);
	made_piece(before, arena, MADE_BREAK);
	made_chunk(before, 64, CHUNK_USED);
	made_chunk(before, 64, CHUNK_USED);
	made_chunk(before, 64, CHUNK_USED);
	made_chunk(before, 4096 - 192, CHUNK_TOP);
	made_finish(before, NULL);
	made_piece(heap, arena, MADE_BREAK);
	made_chunk(heap, 64, CHUNK_USED);	/* the same */
	made_chunk(heap, 128, CHUNK_USED);	/* two have become one */
	made_chunk(heap, 32, CHUNK_USED);	/* in place of top */
	made_chunk(heap, 4096 - 224, CHUNK_TOP);	/* new */
	made_finish(heap, NULL);
	heap_rows_set(&rows, heap, before);
	assert_int_equal(rows.marks[0], HEAP_SAME);
	assert_int_equal(rows.marks[1], HEAP_CHANGED);
	assert_int_equal(rows.marks[2], HEAP_CHANGED);
	assert_int_equal(rows.marks[3], HEAP_NEW);
	assert_int_equal(rows.nr_gone, 1);
	assert_int_equal(heap_rows_first_change(&rows), 1);
	assert_false(heap_rows_changed(&rows, MADE_BREAK, MADE_BREAK + 64));
	assert_true(heap_rows_changed(&rows, MADE_BREAK, MADE_BREAK + 65));
	assert_true(heap_rows_changed(&rows, MADE_BREAK + 4095, UINT64_MAX));
	assert_false(heap_rows_changed(&rows, MADE_BREAK + 4096, UINT64_MAX));
	assert_false(heap_rows_changed(&rows, 0, MADE_BREAK));
	heap_rows_free(&rows);
	heap_free(before);
	heap_free(heap);
}

/* One word of one chunk, each in its turn. */
static void test_each_difference(void **state)
{
	struct heap *heap = made_sample();
	const size_t i = 4;	/* free, in a small bin */

	(void)state;
	for (int what = 0; what < 5; what++) {
		struct heap *before = made_sample();
		struct heap_chunk *chunk = &before->chunks[i];
		struct heap_rows rows = { 0 };

		if (what == 0)
			chunk->flags ^= CHUNK_NON_MAIN_ARENA;
		else if (what == 1)
			chunk->state = CHUNK_USED;
		else if (what == 2)
			chunk->size += 16;
		else if (what == 3)
			chunk->bin = HEAP_NONE;
		else
			before->bins[chunk->bin].index++;
		heap_rows_set(&rows, heap, before);
		assert_int_equal(rows.nr_changed, 1);
		assert_int_equal(rows.marks[i], HEAP_CHANGED);
		heap_rows_free(&rows);
		heap_free(before);
	}
	heap_free(heap);
}

static void test_nothing(void **state)
{
	const struct heap_filter all = { 0 };
	struct heap *heap = made_heap(), *sample = made_sample();
	struct heap_rows rows = { 0 };

	(void)state;
	heap_rows_set(&rows, NULL, sample);
	heap_rows_arrange(&rows, HEAP_BY_SIZE, true, &all);
	assert_int_equal(rows.nr, 0);
	heap_rows_set(&rows, heap, sample);
	heap_rows_arrange(&rows, HEAP_BY_SIZE, false, &all);
	assert_int_equal(rows.nr, 0);
	assert_int_equal(rows.nr_gone, sample->nr_chunks);
	assert_false(heap_rows_changed(&rows, 0, UINT64_MAX));
	heap_rows_set(&rows, sample, heap);
	assert_int_equal(rows.nr_new, sample->nr_chunks);
	assert_int_equal(heap_rows_first_change(&rows), 0);
	heap_rows_free(&rows);
	heap_free(sample);
	heap_free(heap);
}

/* ---- events ---- */

static void test_events_have_names(void **state)
{
	(void)state;
	assert_int_equal(nr_heap_events, EVENT_NR);
	assert_string_equal(heap_events[EVENT_COALESCE].name, "coalesce");
	assert_string_equal(heap_events[EVENT_BRK].name, "brk");
	assert_string_equal(heap_events[EVENT_TRIM].name, "trim");
	assert_string_equal(heap_events[EVENT_FLUSH].name, "flush");
}

/* ---- the command line ---- */

static size_t complete(void *context, const char *line, size_t cursor,
		       const char **words, size_t max)
{
	static const char *const all[] = { "malloc", "mallopt", "free" };
	size_t from = cursor, nr = 0;

	(void)context;
	while (from > 0 && line[from - 1] != ' ')
		from--;
	for (size_t i = 0; i < 3 && nr < max; i++)
		if (!strncmp(all[i], line + from, cursor - from))
			words[nr++] = all[i];
	return nr;
}

static const struct app_lab a_lab = { .complete = complete };

static void type(struct command_line *line, const char *text)
{
	for (; *text; text++)
		assert_int_equal(command_key(line, (unsigned char)*text,
					     &a_lab), PROMPT_EDITING);
}

static void enter(struct command_line *line, const char *text)
{
	type(line, text);
	assert_int_equal(command_key(line, KEYCODE_ENTER, &a_lab),
			 PROMPT_DONE);
}

static void test_history(void **state)
{
	struct command_line line = { 0 };
	char *text;

	(void)state;
	command_key(&line, KEYCODE_UP, &a_lab);
	assert_string_equal(line.prompt.text, "");
	enter(&line, "one");
	enter(&line, "two");
	enter(&line, "two");
	type(&line, "half");
	command_key(&line, KEYCODE_UP, &a_lab);
	assert_string_equal(line.prompt.text, "two");
	/* The same line twice is remembered once. */
	command_key(&line, KEYCODE_UP, &a_lab);
	assert_string_equal(line.prompt.text, "one");
	command_key(&line, KEYCODE_UP, &a_lab);
	assert_string_equal(line.prompt.text, "one");
	command_key(&line, KEYCODE_DOWN, &a_lab);
	command_key(&line, KEYCODE_DOWN, &a_lab);
	command_key(&line, KEYCODE_DOWN, &a_lab);
	assert_string_equal(line.prompt.text, "half");
	for (int i = 0; i < 3; i++) {
		text = command_next(&line);
		assert_string_equal(text, i ? "two" : "one");
		free(text);
	}
	assert_null(command_next(&line));
	command_key(&line, KEY_CTRL('u'), &a_lab);
	assert_int_equal(command_key(&line, KEYCODE_ENTER, &a_lab),
			 PROMPT_EDITING);
	assert_null(command_next(&line));
	assert_int_equal(command_key(&line, KEY_ESCAPE, &a_lab),
			 PROMPT_CANCELLED);
	command_free(&line);
}

/* More lines than are remembered, and than can wait. */
static void test_many_lines(void **state)
{
	struct command_line line = { 0 };
	char text[32], *next;

	(void)state;
	for (int i = 0; i < 3 * COMMAND_HISTORY; i++) {
		snprintf(text, sizeof(text), "line %d", i);
		enter(&line, text);
		next = command_next(&line);
		assert_string_equal(next, text);
		free(next);
	}
	assert_int_equal(line.nr_lines, COMMAND_HISTORY);
	assert_string_equal(line.lines[0], "line 400");
	for (int i = 0; i < COMMAND_QUEUE; i++)
		enter(&line, "x");
	type(&line, "y");
	assert_int_equal(command_key(&line, KEYCODE_ENTER, &a_lab),
			 PROMPT_EDITING);
	assert_string_equal(line.prompt.text, "y");
	assert_non_null(strstr(line.hint, "too many lines"));
	command_free(&line);
}

static void test_completion(void **state)
{
	struct command_line line = { 0 };

	(void)state;
	type(&line, "a = m");
	command_key(&line, KEY_TAB, &a_lab);
	assert_string_equal(line.prompt.text, "a = mallo");
	assert_string_equal(line.hint, "malloc mallopt");
	type(&line, "c");
	assert_string_equal(line.hint, "");
	command_key(&line, KEY_TAB, &a_lab);
	assert_string_equal(line.prompt.text, "a = malloc ");
	type(&line, "zzz");
	command_key(&line, KEY_TAB, &a_lab);
	assert_string_equal(line.prompt.text, "a = malloc zzz");
	/* In the middle of a line: what is behind the cursor stays. */
	command_key(&line, KEYCODE_HOME, &a_lab);
	type(&line, "fr");
	command_key(&line, KEY_TAB, &a_lab);
	assert_string_equal(line.prompt.text, "free a = malloc zzz");
	command_key(&line, KEYCODE_END, &a_lab);
	command_key(&line, KEY_CTRL('w'), &a_lab);
	assert_string_equal(line.prompt.text, "free a = malloc ");
	/* A lab at work is not asked. */
	line.running = true;
	type(&line, "fr");
	command_key(&line, KEY_TAB, &a_lab);
	assert_string_equal(line.prompt.text, "free a = malloc fr");
	/* No room for more. */
	line.running = false;
	for (int i = 0; i < 2 * PROMPT_SIZE; i++)
		type(&line, " f");
	command_key(&line, KEY_TAB, &a_lab);
	assert_true(strlen(line.prompt.text) < PROMPT_SIZE);
	command_free(&line);
}

static void test_log(void **state)
{
	struct app_log log = { 0 }, more = { 0 };

	(void)state;
	app_log_add(&log, STYLE_VALUE, "one\n\ntwo %d", 2);
	assert_int_equal(log.nr, 3);
	assert_string_equal(log.lines[1].text, "");
	assert_string_equal(log.lines[2].text, "two 2");
	app_log_add(&more, STYLE_ERROR, "three");
	app_log_move(&log, &more);
	assert_int_equal(log.newest, 3);
	/* Nothing more: what came last is what it was. */
	app_log_move(&log, &more);
	assert_int_equal(log.newest, 3);
	assert_int_equal(more.nr, 0);
	assert_int_equal(log.lines[3].style, STYLE_ERROR);
	for (int i = 0; i < 3 * APP_LOG_MAX; i++)
		app_log_add(&log, STYLE_VALUE, "line %d", i);
	assert_true(log.nr <= APP_LOG_MAX);
	assert_int_equal(log.nr + log.dropped, 3 * APP_LOG_MAX + 4);
	assert_string_equal(log.lines[log.nr - 1].text, "line 29999");
	assert_int_equal(log.newest, 0);
	app_log_add(&more, STYLE_ERROR, "more");
	app_log_move(&log, &more);
	assert_string_equal(log.lines[log.newest].text, "more");
	app_log_free(&log);
	app_log_free(&more);
}

/* Lines are whole in any width, and escaped before they are cut. */
static void test_log_rows(void **state)
{
	static const char *const narrow[] = {
		"> a = malloc 10", "  the host says ", "    \\x1b[31mred ",
		"    and nothing of ", "    it is lost",
	};
	struct app_log log = { 0 }, more = { 0 };
	struct log_rows rows = { 0 };

	(void)state;
	log_rows_set(&rows, &log, 80, true);
	assert_int_equal(rows.nr, 0);
	app_log_add(&more, STYLE_TITLE, "> a = malloc 10");
	app_log_move(&log, &more);
	app_log_add(&more, STYLE_VALUE,
		    "  the host says \x1b[31mred and nothing of it is lost");
	app_log_move(&log, &more);
	log_rows_set(&rows, &log, 80, true);
	assert_int_equal(rows.nr, 2);
	assert_int_equal(rows.newest, 1);
	log_rows_set(&rows, &log, 19, true);
	assert_int_equal(rows.nr, sizeof(narrow) / sizeof(*narrow));
	for (size_t i = 0; i < rows.nr; i++)
		assert_string_equal(rows.rows[i].text, narrow[i]);
	assert_int_equal(rows.rows[4].style, STYLE_VALUE);
	/* A width for nothing at all is no endless loop. */
	log_rows_set(&rows, &log, 1, true);
	assert_true(rows.nr > 40);
	app_log_add(&more, STYLE_TITLE, "%s", "");
	app_log_move(&log, &more);
	log_rows_set(&rows, &log, 80, true);
	assert_int_equal(rows.nr, 3);
	assert_int_equal(rows.newest, 2);
	log_rows_free(&rows);
	app_log_free(&log);
	app_log_free(&more);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_bad_filter),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_above),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_each_difference),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_events_have_names),
		cmocka_unit_test(test_history),
		cmocka_unit_test(test_many_lines),
		cmocka_unit_test(test_completion),
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_log_rows),
	};

	return cmocka_run_group_tests_name("tui_heap", tests, NULL, NULL);
}
