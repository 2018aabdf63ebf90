// SPDX-License-Identifier: GPL-2.0
/* The line editor. Only printable characters get in, so columns are easy. */
#include "tui/prompt.h"

#include <string.h>

#include "tui/keys.h"
#include "util/escape.h"

/* The byte where the character before, or behind, byte at begins. */
static size_t char_before(const struct prompt *p, size_t at)
{
	while (at > 0 && ((unsigned char)p->text[--at] & 0xc0) == 0x80)
		;
	return at;
}

static size_t char_behind(const struct prompt *p, size_t at)
{
	if (at < p->len)
		at++;
	while (at < p->len && ((unsigned char)p->text[at] & 0xc0) == 0x80)
		at++;
	return at;
}

static void cut(struct prompt *p, size_t from, size_t to)
{
	memmove(p->text + from, p->text + to, p->len - to + 1);
	p->len -= to - from;
	p->cursor = from;
}

static void insert(struct prompt *p, uint32_t ch)
{
	char bytes[4];
	size_t n;

	if (!char_columns(ch))
		return;
	n = utf8_encode(ch, bytes);
	if (p->len + n >= PROMPT_SIZE)
		return;
	memmove(p->text + p->cursor + n, p->text + p->cursor,
		p->len - p->cursor + 1);
	memcpy(p->text + p->cursor, bytes, n);
	p->len += n;
	p->cursor += n;
}

void prompt_start(struct prompt *p, const char *text)
{
	p->len = strnlen(text, PROMPT_SIZE - 1);
	memcpy(p->text, text, p->len);
	p->text[p->len] = 0;
	p->cursor = p->len;
}

/* The byte where the word that ends at the cursor begins. */
static size_t word_before(const struct prompt *p)
{
	size_t at = p->cursor;

	while (at > 0 && p->text[at - 1] == ' ')
		at--;
	while (at > 0 && p->text[at - 1] != ' ')
		at--;
	return at;
}

void prompt_replace(struct prompt *p, size_t from, const char *text)
{
	size_t len = strlen(text), was = p->cursor;
	uint32_t ch;

	if (from > was || p->len - (was - from) + len >= PROMPT_SIZE)
		return;
	cut(p, from, was);
	while (len) {
		size_t n = utf8_decode(text, len, &ch);

		insert(p, ch);
		text += n;
		len -= n;
	}
}

enum prompt_result prompt_key(struct prompt *p, uint32_t key)
{
	switch (key) {
	case KEYCODE_ENTER:
		return PROMPT_DONE;
	case KEY_ESCAPE:
	case KEY_CTRL('g'):
		return PROMPT_CANCELLED;
	case KEYCODE_BACKSPACE:
		/* As in less and vi: one more leaves an empty line. */
		if (!p->len)
			return PROMPT_CANCELLED;
		cut(p, char_before(p, p->cursor), p->cursor);
		break;
	case KEYCODE_DELETE:
	case KEY_CTRL('d'):
		cut(p, p->cursor, char_behind(p, p->cursor));
		break;
	case KEY_CTRL('u'):
		cut(p, 0, p->cursor);
		break;
	case KEY_CTRL('w'):
		cut(p, word_before(p), p->cursor);
		break;
	case KEY_CTRL('k'):
		cut(p, p->cursor, p->len);
		break;
	case KEYCODE_LEFT:
		p->cursor = char_before(p, p->cursor);
		break;
	case KEYCODE_RIGHT:
		p->cursor = char_behind(p, p->cursor);
		break;
	case KEYCODE_HOME:
	case KEY_CTRL('a'):
		p->cursor = 0;
		break;
	case KEYCODE_END:
	case KEY_CTRL('e'):
		p->cursor = p->len;
		break;
	default:
		if (key < KEYCODE_NONE)
			insert(p, key);
	}
	return PROMPT_EDITING;
}

static int columns(const struct prompt *p, size_t from, size_t to)
{
	int n = 0;
	uint32_t ch;

	while (from < to) {
		from += utf8_decode(p->text + from, to - from, &ch);
		n += ch == ESCAPE_INVALID ? 1 : char_columns(ch);
	}
	return n;
}

int prompt_draw(const struct prompt *p, struct canvas *c, int y,
		const char *label)
{
	int x = canvas_text(c, 0, y, c->width, STYLE_KEY, 0, label);
	int room = c->width - x - 1;
	size_t from = 0;

	if (room < 1)
		return c->width - 1;
	/* The window of the text that has the cursor in it. */
	while (columns(p, from, p->cursor) > room)
		from = char_behind(p, from);
	canvas_text(c, x, y, room + 1, STYLE_VALUE, 0, p->text + from);
	return x + columns(p, from, p->cursor);
}
