// SPDX-License-Identifier: GPL-2.0
/* See command.h. */
#include "tui/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/keys.h"

#define WORDS_MAX	64	/* completions that are looked at */

void command_free(struct command_line *line)
{
	for (size_t i = 0; i < line->nr_lines; i++)
		free(line->lines[i]);
	for (size_t i = 0; i < line->nr_queued; i++)
		free(line->queue[(line->first + i) % COMMAND_QUEUE]);
	memset(line, 0, sizeof(*line));
}

/* ---- history ---- */

static void remember(struct command_line *line, const char *text)
{
	char *copy;

	if (line->nr_lines && !strcmp(line->lines[line->nr_lines - 1], text))
		goto typing;
	copy = strdup(text);
	if (!copy)
		goto typing;
	if (line->nr_lines == COMMAND_HISTORY) {
		free(line->lines[0]);
		memmove(line->lines, line->lines + 1,
			sizeof(*line->lines) * --line->nr_lines);
	}
	line->lines[line->nr_lines++] = copy;
typing:
	line->at = line->nr_lines;
}

static void go_back(struct command_line *line)
{
	if (!line->at)
		return;
	if (line->at == line->nr_lines)
		strcpy(line->typed, line->prompt.text);
	prompt_start(&line->prompt, line->lines[--line->at]);
}

static void go_on(struct command_line *line)
{
	if (line->at == line->nr_lines)
		return;
	line->at++;
	prompt_start(&line->prompt, line->at == line->nr_lines ?
		     line->typed : line->lines[line->at]);
}

/* ---- completion ---- */

/* How many bytes all words begin with alike. */
static size_t common(const char **words, size_t nr)
{
	size_t len = strlen(words[0]);

	for (size_t i = 1; i < nr; i++) {
		size_t same = 0;

		while (same < len && words[i][same] == words[0][same])
			same++;
		len = same;
	}
	return len;
}

static void list_words(struct command_line *line, const char **words,
		       size_t nr)
{
	size_t at = 0;

	for (size_t i = 0; i < nr && at < sizeof(line->hint); i++)
		at += snprintf(line->hint + at, sizeof(line->hint) - at, "%s%s",
			       i ? " " : "", words[i]);
}

static void complete(struct command_line *line, const struct app_lab *lab)
{
	const char *words[WORDS_MAX];
	struct prompt *p = &line->prompt;
	size_t from = p->cursor, nr, len;
	char start[PROMPT_SIZE + 1];

	/* The lab is busy with another thread then; see app.h. */
	if (line->running) {
		snprintf(line->hint, sizeof(line->hint),
			 "still at the last command");
		return;
	}
	nr = lab->complete(lab->context, p->text, p->cursor, words, WORDS_MAX);
	if (!nr)
		return;
	while (from > 0 && p->text[from - 1] != ' ')
		from--;
	len = common(words, nr);
	/* As far as they agree, but never less than what is there. */
	if (len >= p->cursor - from && len < PROMPT_SIZE) {
		snprintf(start, sizeof(start), "%.*s%s", (int)len, words[0],
			 nr == 1 && p->text[p->cursor] != ' ' ? " " : "");
		prompt_replace(p, from, start);
	}
	if (nr > 1)
		list_words(line, words, nr);
}

/* ---- the queue ---- */

/* False: it is full, or there is no memory; the line stays in the prompt. */
static bool enqueue(struct command_line *line)
{
	char *copy = NULL;

	if (line->nr_queued < COMMAND_QUEUE)
		copy = strdup(line->prompt.text);
	if (!copy) {
		snprintf(line->hint, sizeof(line->hint),
			 "too many lines wait: the lab is still at an earlier one");
		return false;
	}
	line->queue[(line->first + line->nr_queued++) % COMMAND_QUEUE] = copy;
	remember(line, copy);
	prompt_start(&line->prompt, "");
	return true;
}

char *command_next(struct command_line *line)
{
	char *text;

	if (!line->nr_queued)
		return NULL;
	text = line->queue[line->first];
	line->first = (line->first + 1) % COMMAND_QUEUE;
	line->nr_queued--;
	return text;
}

enum prompt_result command_key(struct command_line *line, uint32_t key,
			       const struct app_lab *lab)
{
	enum prompt_result result;

	*line->hint = 0;
	switch (key) {
	case KEYCODE_UP:
	case KEY_CTRL('p'):
		go_back(line);
		return PROMPT_EDITING;
	case KEYCODE_DOWN:
	case KEY_CTRL('n'):
		go_on(line);
		return PROMPT_EDITING;
	case KEY_TAB:
		complete(line, lab);
		return PROMPT_EDITING;
	default:
		result = prompt_key(&line->prompt, key);
	}
	if (result != PROMPT_DONE)
		return result;
	if (!line->prompt.text[strspn(line->prompt.text, " ")])
		return PROMPT_EDITING;
	return enqueue(line) ? PROMPT_DONE : PROMPT_EDITING;
}
