// SPDX-License-Identifier: GPL-2.0
/* How a word of a line may go on: commands, blocks, and what they take. */
#include <stdio.h>
#include <string.h>

#include "lab/state.h"

/* The words that are found, in the lab's own memory. */
struct found {
	struct lab *lab;
	const char **words;
	size_t nr, max, used;
	const char *start;	/* of the word, len characters of it */
	size_t len;
};

static void offer(struct found *found, const char *word)
{
	size_t size = strlen(word) + 1;
	char *to = found->lab->completion + found->used;

	if (strncmp(word, found->start, found->len) ||
	    found->nr == found->max ||
	    size > sizeof(found->lab->completion) - found->used)
		return;
	memcpy(to, word, size);
	found->used += size;
	found->words[found->nr++] = to;
}

static void offer_all(struct found *found, const char *const *words)
{
	for (; *words; words++)
		offer(found, *words);
}

static void offer_commands(struct found *found)
{
	const struct lab_command *command = NULL;

	while ((command = lab_command_next(command)))
		offer(found, command->name);
	offer(found, "repeat");
	offer(found, "thread");
}

/* Newest first, and only what the name still leads to. */
static void offer_blocks(struct found *found)
{
	const struct block_list *list = &found->lab->blocks;
	uint32_t i;

	for (i = list->nr; i-- > 0 && found->nr < found->max; )
		if (!strncmp(list->blocks[i].name, found->start, found->len) &&
		    block_find(list, list->blocks[i].name) == i)
			offer(found, list->blocks[i].name);
}

static void offer_operands(struct found *found)
{
	static const char *const others[] = {
		"top.size", "top.address", "av.", "arenas", "system", "used",
		"free", "cached", "leaks", "leaks.bytes", "mmap", "munmap",
		"mremap", "trim", NULL
	};
	char event[32];
	size_t i;

	for (i = 0; i < nr_kernel_values; i++)
		offer(found, kernel_values[i].name);
	offer_all(found, others);
	for (i = 1; i < nr_heap_events; i++) {
		snprintf(event, sizeof(event), "events.%s",
			 heap_events[i].name);
		offer(found, event);
	}
	offer_blocks(found);
}

/* What the command takes as its word number arg, from 0. */
static void offer_arguments(struct found *found, const char *command,
			    unsigned int arg)
{
	static const char *const parameters[] = {
		"mxfast", "trim_threshold", "top_pad", "mmap_threshold",
		"mmap_max", "perturb", "arena_max", "arena_test",
		"check_action", NULL
	};
	static const char *const ways[] = { "read", "write", NULL };
	static const char *const profiles[] = { "article", "fast", NULL };
	bool takes_block = !strcmp(command, "free") ||
			   !strcmp(command, "realloc") ||
			   !strcmp(command, "touch") ||
			   !strcmp(command, "fill");

	if (!strcmp(command, "expect"))
		offer_operands(found);
	else if (!arg && takes_block)
		offer_blocks(found);
	else if (arg && !strcmp(command, "touch"))
		offer_all(found, ways);
	else if (!arg && !strcmp(command, "mallopt"))
		offer_all(found, parameters);
	else if (!arg && !strcmp(command, "profile"))
		offer_all(found, profiles);
}

size_t lab_complete(struct lab *lab, const char *line, size_t cursor,
		    const char **words, size_t max)
{
	struct found found = { .lab = lab, .words = words, .max = max };
	char text[WORDS_LINE];
	unsigned int i = 0;
	struct words cut;
	struct error err;

	if (cursor >= sizeof(text) || cursor > strlen(line))
		return 0;
	memcpy(text, line, cursor);
	text[cursor] = '\0';
	if (words_cut(&cut, text, &err) || cut.more)
		return 0;
	/* A blank before the cursor: a word that has not begun. */
	found.start = "";
	if (cut.nr && cut.at[cut.nr - 1] + strlen(cut.word[cut.nr - 1]) ==
		      cursor)
		found.start = cut.word[--cut.nr];
	found.len = strlen(found.start);
	while (i + 1 < cut.nr && (!strcmp(cut.word[i], "thread") ||
				  !strcmp(cut.word[i], "repeat")))
		i += 2;
	if (i + 1 < cut.nr && !strcmp(cut.word[i + 1], "="))
		i += 2;
	if (i >= cut.nr)
		offer_commands(&found);
	else
		offer_arguments(&found, cut.word[i], cut.nr - i - 1);
	return found.nr;
}
