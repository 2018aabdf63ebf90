// SPDX-License-Identifier: GPL-2.0
/*
 * Keys and what they ask for. Rows of one request stand together, the first
 * of them has the help. The bottom line takes labels in the order of the
 * table while there is room, so it begins with what a newcomer needs.
 */
#include "tui/keys.h"

const struct key keys[] = {
	{ KEYCODE_F1, REQ_HELP, "F1", "Help", "this help" },
	{ '?', REQ_HELP, "?", NULL, NULL },
	{ 'q', REQ_QUIT, "q", "Quit", "leave" },
	{ KEY_CTRL('c'), REQ_QUIT, "Ctrl-C", NULL, NULL },
	{ KEY_TAB, REQ_NEXT_VIEW, "Tab", "View", "next view" },
	{ KEYCODE_BACKTAB, REQ_PREV_VIEW, "Shift-Tab", NULL, "previous view" },
	{ '1', REQ_VIEW_1, "1", NULL, "first view: the address space" },
	{ '2', REQ_VIEW_2, "2", NULL, "second view: descriptor and areas" },
	{ '3', REQ_VIEW_3, "3", NULL, "third view: the list of areas" },
	{ '4', REQ_VIEW_4, "4", NULL, "fourth view: the pages of the area" },
	{ '5', REQ_VIEW_5, "5", NULL,
	  "fifth view: an address's way through the page tables" },
	{ '6', REQ_VIEW_6, "6", NULL, "sixth view: what page tables cost" },
	{ '7', REQ_VIEW_7, "7", NULL,
	  "seventh view: the heap of malloc, chunk by chunk" },
	{ KEYCODE_ENTER, REQ_ENTER, "Enter", "Zoom",
	  "zoom in; areas: open the detail, then all of it" },
	{ KEYCODE_BACKSPACE, REQ_BACK, "Backspace", NULL,
	  "zoom out, close what is open" },
	{ KEY_ESCAPE, REQ_BACK, "Esc", NULL, NULL },
	{ 'i', REQ_EXPLAIN, "i", "Explain",
	  "explain the selection; totals by segment" },
	{ ':', REQ_COMMAND, ":", NULL,
	  "lab: type a command (Up, Down: earlier ones; Tab: complete)" },
	{ '/', REQ_SEARCH, "/", "Find",
	  "search a name, a segment or an address; heap: as its filter" },
	{ 'n', REQ_SEARCH_NEXT, "n", NULL, "next match" },
	{ 'N', REQ_SEARCH_PREV, "N", NULL, "previous match" },
	{ '\\', REQ_FILTER, "\\", "Filter",
	  "show only areas or chunks that match (see below); empty: all" },
	{ '@', REQ_GOTO, "@", "Go to",
	  "go to an address, a segment, a file or a field (brk)" },
	{ KEYCODE_F6, REQ_SORT, "F6", "Sort", "areas, chunks: sort by the next column" },
	{ 's', REQ_SORT, "s", NULL, NULL },
	{ 'I', REQ_INVERT, "I", NULL, "areas, chunks: turn the order round" },
	{ 't', REQ_SCALE, "t", "Scale",
	  "layout: to scale, or every area in view; pages: how much of a cell is mapped, or its commonest kind; heap: the map of all, of states, or close to the chunk" },
	{ '{', REQ_PREV_AREA, "{", NULL,
	  "pages: the area before; heap: the piece before" },
	{ '}', REQ_NEXT_AREA, "}", NULL,
	  "pages: the next area; heap: the next piece" },
	{ 'w', REQ_SHARERS, "w", NULL,
	  "pages: where else this process maps the frame of the page" },
	{ 'p', REQ_PAUSE, "p", "Pause", "stop refreshing, or go on" },
	{ 'r', REQ_REFRESH, "r", NULL, "refresh now, also while paused" },
	{ KEYCODE_F5, REQ_REFRESH, "F5", NULL, NULL },
	{ KEYCODE_UP, REQ_UP, "Up", NULL, "one up" },
	{ 'k', REQ_UP, "k", NULL, NULL },
	{ KEYCODE_DOWN, REQ_DOWN, "Down", NULL, "one down" },
	{ 'j', REQ_DOWN, "j", NULL, NULL },
	{ KEYCODE_LEFT, REQ_LEFT, "Left", NULL,
	  "to the left; areas: columns; heap: what is listed" },
	{ 'h', REQ_LEFT, "h", NULL, NULL },
	{ KEYCODE_RIGHT, REQ_RIGHT, "Right", NULL, "to the right" },
	{ 'l', REQ_RIGHT, "l", NULL, NULL },
	{ KEYCODE_PAGE_UP, REQ_PAGE_UP, "PgUp", NULL, "one screen up" },
	{ KEY_CTRL('b'), REQ_PAGE_UP, "Ctrl-B", NULL, NULL },
	{ KEYCODE_PAGE_DOWN, REQ_PAGE_DOWN, "PgDn", NULL, "one screen down" },
	{ KEY_CTRL('f'), REQ_PAGE_DOWN, "Ctrl-F", NULL, NULL },
	{ KEYCODE_HOME, REQ_FIRST, "Home", NULL, "to the first" },
	{ 'g', REQ_FIRST, "g", NULL, NULL },
	{ KEYCODE_END, REQ_LAST, "End", NULL, "to the last" },
	{ 'G', REQ_LAST, "G", NULL, NULL },
	{ 'c', REQ_PALETTE, "c", NULL,
	  "colours: default, colour-blind safe, none" },
	{ KEY_CTRL('l'), REQ_REDRAW, "Ctrl-L", NULL, "draw the screen anew" },
	{ KEY_CTRL('z'), REQ_SUSPEND, "Ctrl-Z", NULL,
	  "back to the shell; fg returns" },
};

const size_t nr_keys = sizeof(keys) / sizeof(keys[0]);

enum request key_request(uint32_t code)
{
	for (size_t i = 0; i < nr_keys; i++)
		if (keys[i].code == code)
			return keys[i].request;
	return REQ_NONE;
}
