// SPDX-License-Identifier: GPL-2.0
/* Pages as text, as JSON and as a figure, of a picture made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "export/pages.h"
#include "export/text.h"

#define PAGE	4096ULL
#define LOW	0x10000000ULL

static void add_area(struct snapshot *snap, uint64_t start, uint64_t end,
		     const char *name)
{
	struct object key = { .kind = OBJECT_FILE, .deleted = NO };
	struct vma *vma = snapshot_add_vma(snap);

	assert_non_null(vma);
	vma->start = start;
	vma->end = end;
	vma->region = name ? REGION_FILE : REGION_ANON;
	if (name)
		vma->object = snapshot_object(snap, &key, name, strlen(name));
}

/*
 * Two areas that touch and a third; one run lies in both of the first, one
 * page is in no area any more.
 */
static struct snapshot *make(bool tokens)
{
	static const uint64_t frames[] = { 0xa0, 0xa1, 0xa2, 0xa3, 0xa0,
					   0x1d00000000000001 };
	struct snapshot *snap = snapshot_new();
	struct page_map *map = page_map_new(0, 1ULL << 47, PAGE);

	assert_non_null(snap);
	assert_non_null(map);
	snap->page_size = PAGE;
	snap->from.coherent = true;
	strcpy(snap->task.comm, "hand");
	add_area(snap, LOW, LOW + 2 * PAGE, NULL);
	add_area(snap, LOW + 2 * PAGE, LOW + 8 * PAGE, "/tmp/a\nb");
	map->has = PAGE_FLAGS_ALL & ~PAGE_KSM;
	map->has_frames = true;
	map->are_tokens = tokens;
	page_map_add(map, LOW + PAGE, 3, PAGE_ANON | PAGE_DIRTY);
	page_map_add(map, LOW + 5 * PAGE, 1, PAGE_FILE | PAGE_EXEC);
	page_map_add(map, LOW + 6 * PAGE, 2, PAGE_GUARD);
	page_map_add(map, LOW + 20 * PAGE, 1, PAGE_ZERO);
	page_map_add(map, LOW + 21 * PAGE, 1, PAGE_SWAP);
	page_map_add_frames(map, frames, 6);
	snap->pages = map;
	return snap;
}

static char *text_of(struct snapshot *snap,
		     int (*write)(const struct snapshot *, bool, FILE *))
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_int_equal(write(snap, true, out), 0);
	fclose(out);
	snapshot_free(snap);
	return text;
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in:\n%s", part, text);
}

static void test_text(void **state)
{
	char *text = text_of(make(false), pages_write);

	(void)state;
	/* The run is cut where an area ends, and so is its first frame. */
	has(text, "10001000-10002000     1     4K anon      d---------?               0xa0 anon\n");
	has(text, "10002000-10004000     2     8K anon      d---------?               0xa1 /tmp/a\\nb\n");
	has(text, "10005000-10006000     1     4K file      ----x-----?               0xa3 /tmp/a\\nb\n");
	has(text, "10006000-10008000     2     8K guard     ----------?                  - /tmp/a\\nb\n");
	has(text, "10014000-10015000     1     4K zero      ----------?               0xa0\n");
	has(text, "10015000-10016000     1     4K swap      ----------? 0x1d00000000000001\n");
	has(text, " frame name\n");
	has(text, "\n  k ksm        merged with pages of equal content (not known from this source)\n");
	assert_null(strstr(text, "token"));
	free(text);

	text = text_of(make(true), pages_write);
	has(text, " token name\n");
	has(text, "equal tokens are one frame");
	free(text);
}

/* What is missing is said, and an unknown frame is no frame 0. */
static void test_unknown(void **state)
{
	struct snapshot *snap = make(false);
	char *text;

	(void)state;
	snap->pages->has_frames = false;
	snap->pages->truncated = true;
	text = text_of(snap, pages_write);
	has(text, "10001000-10002000     1     4K anon      d---------?                  ? anon\n");
	has(text, "\ncut      pages are missing at the end\n");
	free(text);

	snap = make(false);
	snap->pages->has_frames = false;
	snap->pages->truncated = true;
	text = text_of(snap, pages_json_write);
	has(text, "\"frames\": \"unknown\"");
	has(text, "\"truncated\": true");
	has(text, "\"frames\": []");
	free(text);
}

static void test_json(void **state)
{
	char *text = text_of(make(false), pages_json_write);

	(void)state;
	has(text, "\"schema_version\": 1");
	has(text, "\"page_size_bytes\": 4096");
	has(text, "\"truncated\": false");
	has(text, "\"frames\": \"frames\"");
	has(text, "\"known_flags\": [\n    \"dirty\",");
	assert_null(strstr(text, "ksm"));
	/* One run, not cut: three frames. */
	has(text, "\"start\": \"0x10001000\",\n      \"pages\": 3,\n      \"size_bytes\": 12288,\n      \"kind\": \"anon\",\n      \"flags\": [\n        \"dirty\"\n      ],\n      \"frames\": [\n        \"0xa0\",\n        \"0xa1\",\n        \"0xa2\"\n      ]");
	has(text, "\"kind\": \"guard\",\n      \"flags\": [],\n      \"frames\": []");
	has(text, "\"kind\": \"swap\",\n      \"flags\": [],\n      \"frames\": [\n        \"0x1d00000000000001\"");
	free(text);

	text = text_of(make(true), pages_json_write);
	has(text, "\"frames\": \"tokens\"");
	free(text);
}

/* ---- the figure, where goldens do not go ---- */

static char *figure_at(struct snapshot *snap, uint64_t address)
{
	struct figure_params params = { .width = 80, .address = address };
	char *text = NULL;
	size_t size = 0, i = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	while (i < nr_figures && strcmp(figures[i].name, "pages"))
		i++;
	assert_true(i < nr_figures);
	assert_int_equal(text_write(&figures[i], snap, &params, false, out),
			 0);
	fclose(out);
	snapshot_free(snap);
	return text;
}

static void test_figure(void **state)
{
	struct snapshot *snap;
	char *text;

	(void)state;
	text = figure_at(make(true), LOW + 3 * PAGE);
	has(text, "Size 24 KiB, Rss 12 KiB\n");
	has(text, "| page 65,541         f file   +--> token 0xa3\n");
	has(text, "A token stands for a frame, whose number is for the privileged");
	free(text);

	text = figure_at(make(false), LOW + 30 * PAGE);
	has(text, "0x1001e000 lies in no area: there are no pages\n");
	free(text);

	/* Cut off inside of the area: nothing is claimed of it. */
	snap = make(false);
	snap->pages->truncated = true;
	snap->pages->nr_runs = 1;
	text = figure_at(snap, LOW + 3 * PAGE);
	has(text, "Size 24 KiB, Rss ?\n");
	has(text, "The pages are not known.\n");
	free(text);

	snap = make(false);
	page_map_free(snap->pages);
	snap->pages = NULL;
	snapshot_note(snap, "pagemap: not for you");
	res_set(&snap->vmas[1].res, RES_RSS, 4);
	text = figure_at(snap, LOW + 3 * PAGE);
	has(text, "Size 24 KiB, Rss 16 KiB\n");
	has(text, "\n! pagemap: not for you\n");
	free(text);
}

/* More than fit one below the other: a grid, of large cells if need be. */
static void test_figure_grid(void **state)
{
	const uint64_t start = 0x7f0000000000;
	struct snapshot *snap = make(false);
	char *text, want[200];

	(void)state;
	page_map_free(snap->pages);
	snap->pages = page_map_new(start, start + (1ULL << 40), PAGE);
	assert_non_null(snap->pages);
	snap->pages->has = PAGE_FLAGS_ALL;
	snap->pmd_size = 2 << 20;
	add_area(snap, start, start + (1ULL << 40), NULL);
	page_map_add(snap->pages, start, 512, PAGE_ANON | PAGE_PMD);
	for (uint64_t i = 0; i < 50; i++)
		page_map_add(snap->pages, start + (i + 1) * (1 << 30), 1,
			     PAGE_ANON);
	text = figure_at(snap, start);
	has(text, "Page sizes in use: 4K, 2M.");
	has(text, "a cell is 1 GiB; :+% partly mapped, # all of it\n");
	memset(want, ':', 51);
	memset(want + 51, '.', 13);
	strcpy(want + 64, "\n0x7f1000000000");
	has(text, want);
	has(text, "Capitals: one entry maps a huge page.");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_figure),
		cmocka_unit_test(test_figure_grid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
