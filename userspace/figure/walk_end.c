// SPDX-License-Identifier: GPL-2.0
/* Where a walk ends: the page and its frame, or why there is none. */
#include <inttypes.h>
#include <string.h>

#include "figure/walk.h"
#include "figure/wrap.h"

/* A number that is no frame: as in a swap entry, type and offset. */
static bool is_absent(uint32_t state)
{
	enum page_kind kind = PAGE_KIND(state);

	return kind == PAGE_SWAP || kind == PAGE_MIGRATION ||
	       kind == PAGE_DEVICE || kind == PAGE_HWPOISON ||
	       kind == PAGE_ABSENT;
}

static void say_absent(const struct entry_walk *walk, char *out, size_t size)
{
	enum page_kind kind = PAGE_KIND(walk->state);

	if (!walk->has_frame)
		snprintf(out, size, "place ?");
	else if (walk->is_token)
		snprintf(out, size, "token 0x%" PRIx64 ": stands for the place",
			 walk->frame);
	else if (kind == PAGE_SWAP)
		snprintf(out, size, "in swap area %" PRIu64 ", its page %"
			 PRIu64, walk->frame & 0x1f, walk->frame >> 5);
	else if (kind == PAGE_ABSENT)
		snprintf(out, size, "type %" PRIu64 ", offset 0x%" PRIx64,
			 walk->frame & 0x1f, walk->frame >> 5);
	else
		snprintf(out, size, "frame 0x%" PRIx64, walk->frame >> 5);
}

static void say_present(const struct snapshot *snap, bool wide, char *out,
			size_t size)
{
	const struct entry_walk *walk = snap->entry;
	uint32_t page = snap->page_size;
	char physical[60] = "";

	if (!walk->has_frame) {
		snprintf(out, size, "frame ?, physical address ?");
		return;
	}
	if (walk->is_token) {
		snprintf(out, size, "token 0x%" PRIx64 "%s", walk->frame,
			 wide ? ": stands for the frame, physical address ?" :
			 "");
		return;
	}
	if (wide)
		snprintf(physical, sizeof(physical),
			 ", physical address 0x%" PRIx64,
			 walk->frame * page + walk->address % page);
	snprintf(out, size, "frame 0x%" PRIx64 "%s", walk->frame, physical);
}

static void put_frame(struct figure *figure, const struct snapshot *snap, int y)
{
	const struct entry_walk *walk = snap->entry;
	char text[160];

	if (is_absent(walk->state))
		say_absent(walk, text, sizeof(text));
	else
		say_present(snap, figure->width >= WALK_WIDE, text,
			    sizeof(text));
	figure_text(figure, WALK_TEXT_X, y, figure->width,
		    walk->has_frame ? STYLE_VALUE : STYLE_WARN, "%s", text);
}

static int put_state(struct figure *figure, uint32_t state, int y)
{
	enum page_kind kind = PAGE_KIND(state);
	char text[400];

	if (kind >= PAGE_KIND_NR)
		return y;
	snprintf(text, sizeof(text), "%s", page_kinds[kind].name);
	for (size_t i = 0; i < nr_page_flags; i++)
		if (state & page_flags[i].flag)
			snprintf(text + strlen(text),
				 sizeof(text) - strlen(text), " %s",
				 page_flags[i].name);
	return y + wrap_text(figure, WALK_TEXT_X, y,
			     figure->width - WALK_TEXT_X, STYLE_NORMAL, text);
}

int walk_put_end(struct figure *figure, const struct snapshot *snap, int y)
{
	const struct entry_walk *walk = snap->entry;
	char text[300];

	if (!walk->nr_levels || entry_form(snap->machine, walk,
				walk->nr_levels - 1) != ENTRY_IS_PAGE) {
		entry_end(snap->machine, walk, text, sizeof(text));
		figure_text(figure, WALK_NAME_X, y, 4, STYLE_WARN, "end");
		y += wrap_text(figure, WALK_TEXT_X, y,
			       figure->width - WALK_TEXT_X, STYLE_WARN, text);
	}
	if (!page_has_frame(walk->state))
		return y;
	figure_text(figure, WALK_NAME_X, y, 4, STYLE_LABEL, "page");
	put_frame(figure, snap, y);
	return put_state(figure, walk->state, y + 1);
}
