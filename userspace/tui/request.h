/* SPDX-License-Identifier: GPL-2.0 */
/* What a user can ask for, whichever key it is on; see keys.c. */
#ifndef VMAVIEW_TUI_REQUEST_H
#define VMAVIEW_TUI_REQUEST_H

enum request {
	REQ_NONE,
	REQ_UP, REQ_DOWN, REQ_LEFT, REQ_RIGHT,
	REQ_PAGE_UP, REQ_PAGE_DOWN, REQ_FIRST, REQ_LAST,
	REQ_ENTER,		/* zoom in, open the detail */
	REQ_BACK,		/* zoom out, close */
	REQ_NEXT_VIEW, REQ_PREV_VIEW,
	REQ_VIEW_1, REQ_VIEW_2, REQ_VIEW_3, REQ_VIEW_4, REQ_VIEW_5,
	REQ_VIEW_6, REQ_VIEW_7, REQ_VIEW_8, REQ_VIEW_9,
	REQ_SEARCH, REQ_SEARCH_NEXT, REQ_SEARCH_PREV,
	REQ_FILTER,
	REQ_GOTO,
	REQ_SORT, REQ_INVERT,
	/* layout: to scale or not; pages: fill or kind; heap: how near */
	REQ_SCALE,
	REQ_PREV_AREA, REQ_NEXT_AREA,
	REQ_SHARERS,		/* pages: what else maps this frame */
	REQ_EXPLAIN,
	REQ_COMMAND,		/* of the lab */
	REQ_PAUSE, REQ_REFRESH,
	REQ_PALETTE,
	REQ_HELP,
	REQ_REDRAW, REQ_SUSPEND, REQ_QUIT,
	REQ_NR
};

#endif
