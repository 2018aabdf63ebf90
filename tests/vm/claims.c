// SPDX-License-Identifier: GPL-2.0
/*
 * claims FILE: checks what a target says of its pages against GET_PAGES, a
 * line "ok" or "not ok" for each kind of claim:
 *
 *	pages PID START END KIND [FLAG=0|1 ...] [frame=N]
 *						all of them are like that; on
 *						frames from N on
 *	same PID START PID START N		N pages on the same frames
 *	other PID START PID START N		on others, page by page
 *
 * Other lines are not for us. Without frames tokens do.
 */
#include "picture.h"

#define MAX_NAMES	64

static int s;

/* One result for all claims of one name: the first complaint counts. */
static struct result {
	char name[80];
	char wrong[300];
	uint64_t pages;
} results[MAX_NAMES];
static size_t nr_results;

static struct result *result_of(const char *name)
{
	size_t i;

	for (i = 0; i < nr_results; i++)
		if (!strcmp(results[i].name, name))
			return results + i;
	if (nr_results == MAX_NAMES)
		give_up("too many kinds of claims");
	snprintf(results[i].name, sizeof(results[i].name), "%s", name);
	nr_results++;
	return results + i;
}

static void take(struct picture *pic, pid_t pid, uint64_t start, uint64_t end,
		 struct result *result)
{
	int fd = open_pagemap(pid);

	take_picture(pic, s, fd, start, end, VMAVIEW_F_PAGES);
	if (*pic->wrong)
		complain(result->wrong, sizeof(result->wrong), "%s",
			 pic->wrong);
	close(fd);
}

/* ---- pages ---- */

struct claim {
	uint32_t state, mask;		/* the bits it tells */
	uint64_t frame;			/* of the first page, or 0 */
};

/* Words like "anon exclusive=1". */
static bool parse_claim(char *words, struct claim *claim)
{
	char *rest, *word = strtok_r(words, " \n", &rest);
	size_t i;

	claim->frame = 0;

	for (i = 0; i <= VMAVIEW_PAGE_MAX; i++)
		if (word && !strcmp(word, kind_names[i]))
			break;
	if (i > VMAVIEW_PAGE_MAX)
		return false;
	claim->state = i;
	claim->mask = VMAVIEW_PAGE_KIND(~0U);
	while ((word = strtok_r(NULL, " \n", &rest))) {
		char *value = strchr(word, '=');

		if (!value)
			return false;
		*value++ = '\0';
		if (!strcmp(word, "frame")) {
			claim->frame = strtoull(value, NULL, 16);
			continue;
		}
		for (i = 0; i < NR_STATE_FLAGS; i++)
			if (!strcmp(word, state_flags[i].name))
				break;
		if (i == NR_STATE_FLAGS)
			return false;
		claim->mask |= state_flags[i].flag;
		if (*value == '1')
			claim->state |= state_flags[i].flag;
	}
	return true;
}

static void claim_pages(pid_t pid, uint64_t start, uint64_t end, char *words)
{
	struct picture pic = { 0 };
	struct result *result;
	struct claim claim;
	char name[80];

	snprintf(name, sizeof(name), "%.70s", words);
	name[strcspn(name, "\n")] = '\0';
	result = result_of(name);
	if (!parse_claim(words, &claim)) {
		complain(result->wrong, sizeof(result->wrong), "what is that?");
		return;
	}
	take(&pic, pid, start, end, result);
	if (pic.nr_areas != 1 || pic.areas[0].start != start ||
	    pic.areas[0].end != end)
		complain(result->wrong, sizeof(result->wrong),
			 "not all of %" PRIx64 "-%" PRIx64 " is spoken of",
			 start, end);
	for (uint64_t at = start; at < end; at += PAGE_SIZE) {
		const struct page *page = page_at(&pic, at);
		uint32_t got = page ? page->state : VMAVIEW_PAGE_NONE;

		if ((got & claim.mask) != claim.state ||
		    (claim.frame && page->frame != claim.frame +
						   (at - start) / PAGE_SIZE))
			complain(result->wrong, sizeof(result->wrong),
				 "%" PRIx64 " is %s on %" PRIx64, at,
				 state_text(got), page ? page->frame : 0);
	}
	result->pages += (end - start) / PAGE_SIZE;
	free_picture(&pic);
}

/* ---- frames ---- */

static void claim_frames(const char *how, const pid_t *pids,
			 const uint64_t *starts, uint64_t nr)
{
	bool shall_be_same = !strcmp(how, "same");
	struct result *result = result_of(shall_be_same ? "the same frames" :
							  "other frames");
	struct picture pics[2] = { { 0 }, { 0 } };

	for (int i = 0; i < 2; i++)
		take(pics + i, pids[i], starts[i], starts[i] + nr * PAGE_SIZE,
		     result);
	if (pics[0].nr != nr || pics[1].nr != nr)
		complain(result->wrong, sizeof(result->wrong),
			 "%zu and %zu pages at %" PRIx64 " and %" PRIx64
			 ", not %" PRIu64, pics[0].nr, pics[1].nr, starts[0],
			 starts[1], nr);
	for (size_t i = 0; i < nr && !*result->wrong; i++) {
		const struct page *a = pics[0].pages + i;
		const struct page *b = pics[1].pages + i;

		if ((a->frame == b->frame) != shall_be_same)
			complain(result->wrong, sizeof(result->wrong),
				 "%" PRIx64 " of %d is on %" PRIx64 ", %" PRIx64
				 " of %d on %" PRIx64, a->address, pids[0],
				 a->frame, b->address, pids[1], b->frame);
	}
	result->pages += nr;
	free_picture(pics);
	free_picture(pics + 1);
}

static void read_claim(const char *line)
{
	uint64_t starts[2], nr;
	char how[8], words[200];
	pid_t pids[2];

	if (sscanf(line, "pages %d %" SCNx64 " %" SCNx64 " %199[^\n]", pids,
		   starts, starts + 1, words) == 4)
		claim_pages(pids[0], starts[0], starts[1], words);
	else if (sscanf(line, "%7s %d %" SCNx64 " %d %" SCNx64 " %" SCNu64,
			how, pids, starts, pids + 1, starts + 1, &nr) == 6 &&
		 (!strcmp(how, "same") || !strcmp(how, "other")))
		claim_frames(how, pids, starts, nr);
}

int main(int argc, char **argv)
{
	FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
	char line[300];

	if (!file)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	find_family();
	s = open_socket();
	while (fgets(line, sizeof(line), file))
		read_claim(line);
	check(nr_results, "claims", "there are none");
	for (size_t i = 0; i < nr_results; i++) {
		check(!*results[i].wrong, results[i].name, "%s",
		      results[i].wrong);
		printf("# %" PRIu64 " pages\n", results[i].pages);
	}
	return failures != 0;
}
