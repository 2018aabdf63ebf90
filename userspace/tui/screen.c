// SPDX-License-Identifier: GPL-2.0
/*
 * ncurses behind a canvas. The terminal is restored on every way out: by
 * screen_close(), at exit(), and by a handler that only uses what is safe in
 * one when a fault kills us. Text gets here only as cells of a canvas, which
 * hold printable characters.
 */
#include "tui/screen.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <term.h>

/* Our names, and no clash with the macros of curses.h. */
#include "tui/keys.h"

/* ---- palettes ---- */

/* How a style looks with few colours, with 256, and as attributes besides. */
struct tint {
	short few, many;
	attr_t attr;
};

#define NONE	(-1)
#define GREY	8	/* bright black, where there are 16 */

struct palette {
	const char *name;
	struct tint tints[STYLE_NR];
};

/* Without colours the attributes and the letters of the regions remain. */
#define COMMON_TINTS							\
	[STYLE_NORMAL] = { NONE, NONE, 0 },				\
	[STYLE_DIM] = { GREY, 244, 0 },					\
	[STYLE_TITLE] = { NONE, NONE, A_BOLD },				\
	[STYLE_LABEL] = { COLOR_CYAN, 109, 0 },				\
	[STYLE_VALUE] = { NONE, NONE, 0 }

static const struct palette palettes[] = {
	{ "default colours", {
		COMMON_TINTS,
		[STYLE_HEADER] = { COLOR_CYAN, 109, A_BOLD },
		[STYLE_KEY] = { COLOR_CYAN, 116, A_BOLD },
		[STYLE_WARN] = { COLOR_YELLOW, 221, 0 },
		[STYLE_ERROR] = { COLOR_RED, 203, A_BOLD },
		[STYLE_CHANGED] = { COLOR_YELLOW, 227, A_BOLD },
		[STYLE_KERNEL] = { COLOR_MAGENTA, 139, 0 },
		[STYLE_TASK] = { COLOR_GREEN, 114, 0 },
		[STYLE_MM] = { COLOR_CYAN, 116, 0 },
		[STYLE_VMA] = { COLOR_YELLOW, 180, 0 },
		[STYLE_FILE] = { COLOR_BLUE, 111, 0 },
		[STYLE_REGION + REGION_UNKNOWN] = { NONE, 250, 0 },
		[STYLE_REGION + REGION_HEADER] = { COLOR_WHITE, 152, 0 },
		[STYLE_REGION + REGION_TEXT] = { COLOR_GREEN, 114, 0 },
		[STYLE_REGION + REGION_RODATA] = { COLOR_CYAN, 115, 0 },
		[STYLE_REGION + REGION_RELRO] = { COLOR_CYAN, 80, 0 },
		[STYLE_REGION + REGION_DATA] = { COLOR_YELLOW, 222, 0 },
		[STYLE_REGION + REGION_BSS] = { COLOR_YELLOW, 179, 0 },
		[STYLE_REGION + REGION_HEAP] = { COLOR_RED, 209, 0 },
		[STYLE_REGION + REGION_FILE] = { COLOR_BLUE, 111, 0 },
		[STYLE_REGION + REGION_ANON] = { COLOR_MAGENTA, 176, 0 },
		[STYLE_REGION + REGION_SHMEM] = { COLOR_MAGENTA, 219, 0 },
		[STYLE_REGION + REGION_STACK] = { COLOR_YELLOW, 228, 0 },
		[STYLE_REGION + REGION_VDSO] = { GREY, 247, 0 },
		[STYLE_PAGE + PAGE_NONE] = { GREY, 240, 0 },
		[STYLE_PAGE + PAGE_MARKER] = { COLOR_YELLOW, 179, 0 },
		[STYLE_PAGE + PAGE_GUARD] = { COLOR_RED, 167, 0 },
		[STYLE_PAGE + PAGE_POISON] = { COLOR_RED, 203, A_BOLD },
		[STYLE_PAGE + PAGE_ANON] = { COLOR_RED, 209, 0 },
		[STYLE_PAGE + PAGE_FILE] = { COLOR_BLUE, 111, 0 },
		[STYLE_PAGE + PAGE_SHMEM] = { COLOR_MAGENTA, 219, 0 },
		[STYLE_PAGE + PAGE_ZERO] = { COLOR_WHITE, 250, 0 },
		[STYLE_PAGE + PAGE_PFNMAP] = { GREY, 247, 0 },
		[STYLE_PAGE + PAGE_HUGETLB] = { COLOR_GREEN, 114, 0 },
		[STYLE_PAGE + PAGE_SWAP] = { COLOR_YELLOW, 222, 0 },
		[STYLE_PAGE + PAGE_MIGRATION] = { COLOR_CYAN, 116, 0 },
		[STYLE_PAGE + PAGE_DEVICE] = { COLOR_CYAN, 80, 0 },
		[STYLE_PAGE + PAGE_HWPOISON] = { COLOR_RED, 203, A_BOLD },
		[STYLE_PAGE + PAGE_PRESENT] = { COLOR_GREEN, 151, 0 },
		[STYLE_PAGE + PAGE_ABSENT] = { COLOR_YELLOW, 180, 0 },
		[STYLE_CHUNK + CHUNK_USED] = { COLOR_RED, 209, 0 },
		[STYLE_CHUNK + CHUNK_FREE] = { COLOR_GREEN, 114, 0 },
		[STYLE_CHUNK + CHUNK_FAST] = { COLOR_YELLOW, 222, 0 },
		[STYLE_CHUNK + CHUNK_CACHED] = { COLOR_CYAN, 80, 0 },
		[STYLE_CHUNK + CHUNK_TOP] = { COLOR_BLUE, 111, 0 },
		[STYLE_CHUNK + CHUNK_FENCE] = { GREY, 245, 0 },
		[STYLE_CHUNK + CHUNK_MMAPPED] = { COLOR_MAGENTA, 176, 0 },
	} },
	/* Blue against orange and by lightness: no red is told from green. */
	{ "colour-blind safe", {
		COMMON_TINTS,
		[STYLE_HEADER] = { COLOR_BLUE, 110, A_BOLD },
		[STYLE_KEY] = { COLOR_CYAN, 117, A_BOLD },
		[STYLE_WARN] = { COLOR_YELLOW, 220, A_BOLD },
		[STYLE_ERROR] = { COLOR_YELLOW, 208, A_BOLD | A_UNDERLINE },
		[STYLE_CHANGED] = { COLOR_YELLOW, 227, A_BOLD },
		[STYLE_KERNEL] = { GREY, 246, 0 },
		[STYLE_TASK] = { COLOR_CYAN, 117, 0 },
		[STYLE_MM] = { COLOR_BLUE, 75, 0 },
		[STYLE_VMA] = { COLOR_YELLOW, 214, 0 },
		[STYLE_FILE] = { COLOR_WHITE, 230, 0 },
		[STYLE_REGION + REGION_UNKNOWN] = { NONE, 250, 0 },
		[STYLE_REGION + REGION_HEADER] = { COLOR_WHITE, 189, 0 },
		[STYLE_REGION + REGION_TEXT] = { COLOR_CYAN, 117, 0 },
		[STYLE_REGION + REGION_RODATA] = { COLOR_CYAN, 153, 0 },
		[STYLE_REGION + REGION_RELRO] = { COLOR_BLUE, 110, 0 },
		[STYLE_REGION + REGION_DATA] = { COLOR_YELLOW, 220, 0 },
		[STYLE_REGION + REGION_BSS] = { COLOR_YELLOW, 178, 0 },
		[STYLE_REGION + REGION_HEAP] = { COLOR_YELLOW, 208, 0 },
		[STYLE_REGION + REGION_FILE] = { COLOR_BLUE, 75, 0 },
		[STYLE_REGION + REGION_ANON] = { COLOR_WHITE, 255, 0 },
		[STYLE_REGION + REGION_SHMEM] = { COLOR_WHITE, 146, 0 },
		[STYLE_REGION + REGION_STACK] = { COLOR_YELLOW, 229, 0 },
		[STYLE_REGION + REGION_VDSO] = { GREY, 245, 0 },
		[STYLE_PAGE + PAGE_NONE] = { GREY, 240, 0 },
		[STYLE_PAGE + PAGE_MARKER] = { COLOR_WHITE, 189, 0 },
		[STYLE_PAGE + PAGE_GUARD] = { COLOR_WHITE, 189, 0 },
		[STYLE_PAGE + PAGE_POISON] = { COLOR_YELLOW, 208, A_BOLD },
		[STYLE_PAGE + PAGE_ANON] = { COLOR_YELLOW, 214, 0 },
		[STYLE_PAGE + PAGE_FILE] = { COLOR_BLUE, 75, 0 },
		[STYLE_PAGE + PAGE_SHMEM] = { COLOR_WHITE, 255, 0 },
		[STYLE_PAGE + PAGE_ZERO] = { COLOR_WHITE, 248, 0 },
		[STYLE_PAGE + PAGE_PFNMAP] = { GREY, 245, 0 },
		[STYLE_PAGE + PAGE_HUGETLB] = { COLOR_CYAN, 153, 0 },
		[STYLE_PAGE + PAGE_SWAP] = { COLOR_YELLOW, 229, 0 },
		[STYLE_PAGE + PAGE_MIGRATION] = { COLOR_CYAN, 117, 0 },
		[STYLE_PAGE + PAGE_DEVICE] = { COLOR_BLUE, 110, 0 },
		[STYLE_PAGE + PAGE_HWPOISON] = { COLOR_YELLOW, 208, A_BOLD },
		[STYLE_PAGE + PAGE_PRESENT] = { COLOR_CYAN, 117, 0 },
		[STYLE_PAGE + PAGE_ABSENT] = { COLOR_YELLOW, 178, 0 },
		[STYLE_CHUNK + CHUNK_USED] = { COLOR_YELLOW, 214, 0 },
		[STYLE_CHUNK + CHUNK_FREE] = { COLOR_BLUE, 75, 0 },
		[STYLE_CHUNK + CHUNK_FAST] = { COLOR_CYAN, 117, 0 },
		[STYLE_CHUNK + CHUNK_CACHED] = { COLOR_CYAN, 153, 0 },
		[STYLE_CHUNK + CHUNK_TOP] = { COLOR_WHITE, 252, 0 },
		[STYLE_CHUNK + CHUNK_FENCE] = { GREY, 245, 0 },
		[STYLE_CHUNK + CHUNK_MMAPPED] = { COLOR_YELLOW, 229, 0 },
	} },
	{ "no colours", {
		[STYLE_DIM] = { NONE, NONE, A_DIM },
		[STYLE_TITLE] = { NONE, NONE, A_BOLD },
		[STYLE_HEADER] = { NONE, NONE, A_UNDERLINE },
		[STYLE_KEY] = { NONE, NONE, A_BOLD },
		[STYLE_WARN] = { NONE, NONE, A_BOLD },
		[STYLE_ERROR] = { NONE, NONE, A_BOLD | A_UNDERLINE },
		[STYLE_CHANGED] = { NONE, NONE, A_BOLD | A_UNDERLINE },
		[STYLE_KERNEL] = { NONE, NONE, A_DIM },
		[STYLE_REGION + REGION_VDSO] = { NONE, NONE, A_DIM },
		[STYLE_PAGE + PAGE_NONE] = { NONE, NONE, A_DIM },
		[STYLE_CHUNK + CHUNK_FREE] = { NONE, NONE, A_DIM },
		[STYLE_CHUNK + CHUNK_TOP] = { NONE, NONE, A_DIM },
	} },
};

enum { PALETTE_DEFAULT, PALETTE_SAFE, PALETTE_MONO, NR_PALETTES };

/* ---- state ---- */

static struct {
	bool open, entered;
	SCREEN *curses;
	bool unicode, has_colors;
	int palette;
	attr_t attrs[STYLE_NR];
	short pairs[STYLE_NR];
	int width, height;
	struct cell *shown;	/* what was put last; NULL: not known */
} screen;

/* What the fault handler needs, made before it can run. */
static struct termios saved_termios;
static volatile sig_atomic_t must_restore;
static char restore_text[256];
static size_t restore_len;

static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT,
			      SIGSYS };
#define NR_FAULTS	(sizeof(faults) / sizeof(faults[0]))
static struct sigaction before_faults[NR_FAULTS];

static void set_palette(int palette)
{
	screen.palette = palette;
	for (int i = 0; i < STYLE_NR; i++) {
		const struct tint *tint = &palettes[palette].tints[i];
		short color = NONE;

		screen.attrs[i] = tint->attr;
		screen.pairs[i] = 0;
		if (palette == PALETTE_MONO)
			continue;
		color = COLORS >= 256 ? tint->many : tint->few;
		if (color == GREY && COLORS < 16) {
			/* Bold black is grey on some, and invisible on others. */
			color = NONE;
			screen.attrs[i] |= A_DIM;
		}
		if (color == NONE || i + 1 >= COLOR_PAIRS)
			continue;
		if (init_pair(i + 1, color, -1) == OK)
			screen.pairs[i] = i + 1;
	}
}

static void append_restore(const char *capability)
{
	const char *text = tigetstr(capability);
	size_t len;

	if (!text || text == (char *)-1)
		return;
	len = strlen(text);
	if (restore_len + len >= sizeof(restore_text))
		return;
	memcpy(restore_text + restore_len, text, len);
	restore_len += len;
}

static void die_clean(int sig)
{
	if (must_restore) {
		must_restore = 0;
		if (write(STDOUT_FILENO, restore_text, restore_len) < 0)
			errno = 0;
		tcsetattr(STDIN_FILENO, TCSANOW, &saved_termios);
	}
	/* SA_RESETHAND has put the default back; unblocked, it kills. */
	raise(sig);
}

static void catch_faults(void)
{
	struct sigaction act = { .sa_handler = die_clean,
				 .sa_flags = SA_RESETHAND | SA_NODEFER };

	sigemptyset(&act.sa_mask);
	for (size_t i = 0; i < NR_FAULTS; i++)
		sigaction(faults[i], &act, &before_faults[i]);
}

int screen_check(struct error *err)
{
	const char *term = getenv("TERM");
	bool can_draw;
	int found;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return error_set(err, ERR_FAILED,
				 "the viewer needs a terminal for input and output");
	if (setupterm(NULL, STDOUT_FILENO, &found) == ERR)
		return error_set(err, ERR_FAILED,
				 "the terminal type TERM=%s is not known: try TERM=xterm or TERM=vt100",
				 term ? term : "");
	/* dumb and its like: text can go there, a picture can't. */
	can_draw = tigetstr("cup") && tigetstr("clear");
	/* newterm() makes its own */
	del_curterm(cur_term);
	if (!can_draw)
		return error_set(err, ERR_FAILED,
				 "the terminal type TERM=%s can't move its cursor: try TERM=vt100",
				 term ? term : "");
	return 0;
}

static bool wants_color(enum color_choice color)
{
	const char *no_color = getenv("NO_COLOR");

	if (color == COLOR_NEVER)
		return false;
	return color == COLOR_ALWAYS || !no_color || !*no_color;
}

static void close_at_exit(void)
{
	screen_close();
}

int screen_open(enum color_choice color, struct error *err)
{
	static bool registered;

	setlocale(LC_CTYPE, "");
	if (screen_check(err))
		return -1;
	if (tcgetattr(STDIN_FILENO, &saved_termios))
		return error_set(err, ERR_FAILED, "terminal: %s",
				 strerror(errno));
	/* Without this a lone Esc waits a second for what might follow it. */
	if (!getenv("ESCDELAY"))
		set_escdelay(25);
	screen.curses = newterm(NULL, stdout, stdin);
	if (!screen.curses)
		return error_set(err, ERR_FAILED, "can't set up the terminal");
	screen.open = true;
	screen.entered = true;
	if (!registered) {
		registered = true;
		atexit(close_at_exit);
	}
	restore_len = 0;
	append_restore("sgr0");
	append_restore("rmkx");
	append_restore("cnorm");
	append_restore("rmcup");
	must_restore = 1;
	catch_faults();

	screen.unicode = !strcmp(nl_langinfo(CODESET), "UTF-8");
	raw();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	if (wants_color(color) && has_colors()) {
		start_color();
		screen.has_colors = use_default_colors() == OK;
	}
	set_palette(screen.has_colors ? PALETTE_DEFAULT : PALETTE_MONO);
	screen_size(&screen.width, &screen.height);
	return 0;
}

void screen_close(void)
{
	if (!screen.open)
		return;
	screen.open = false;
	screen_leave();
	must_restore = 0;
	for (size_t i = 0; i < NR_FAULTS; i++)
		sigaction(faults[i], &before_faults[i], NULL);
	delscreen(screen.curses);
	free(screen.shown);
	memset(&screen, 0, sizeof(screen));
}

void screen_leave(void)
{
	if (!screen.entered)
		return;
	screen.entered = false;
	curs_set(1);
	endwin();
	/* endwin() does so too, but says nothing when it could not. */
	tcsetattr(STDIN_FILENO, TCSADRAIN, &saved_termios);
	must_restore = 0;
}

void screen_enter(void)
{
	/* The shell may have changed the modes meanwhile: those go back. */
	tcgetattr(STDIN_FILENO, &saved_termios);
	def_shell_mode();
	reset_prog_mode();
	must_restore = 1;
	screen.entered = true;
	refresh();
	curs_set(0);
	screen_forget();
}

bool screen_has_unicode(void)
{
	return screen.unicode;
}

void screen_size(int *width, int *height)
{
	struct winsize size;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col &&
	    size.ws_row) {
		*width = size.ws_col;
		*height = size.ws_row;
	} else {
		/* A serial line has no size; terminfo's or $LINES then. */
		getmaxyx(stdscr, *height, *width);
	}
	if (*width < 1)
		*width = 1;
	if (*height < 1)
		*height = 1;
	if (*width != getmaxx(stdscr) || *height != getmaxy(stdscr)) {
		resizeterm(*height, *width);
		screen_forget();
	}
}

/* ---- cells ---- */

static void put_cell(int x, int y, const struct cell *cell)
{
	wchar_t text[2] = { cell->ch ? (wchar_t)cell->ch : L' ', 0 };
	attr_t attr = screen.attrs[cell->style];
	int wide = cell->attr & CELL_WIDE ? 2 : 1;
	cchar_t out;

	/*
	 * Where libc disagrees on the width ncurses would shift the rest of
	 * the row; a question mark keeps the columns.
	 */
	if (text[0] >= 0x7f && (!screen.unicode || wcwidth(text[0]) != wide))
		text[0] = L'?';
	if (cell->attr & CELL_BOLD)
		attr |= A_BOLD;
	if (cell->attr & CELL_REVERSE)
		attr |= A_REVERSE;
	setcchar(&out, text, attr, screen.pairs[cell->style], NULL);
	mvadd_wch(y, x, &out);
	if (wide == 2 && text[0] == L'?')
		mvadd_wch(y, x + 1, &out);
}

void screen_put(const struct canvas *c, int cursor_x, int cursor_y)
{
	size_t row = c->width * sizeof(struct cell);

	if (c->width != screen.width || c->height != screen.height)
		screen_forget();
	for (int y = 0; y < c->height; y++) {
		const struct cell *cells = canvas_cell(c, 0, y);

		if (screen.shown &&
		    !memcmp(screen.shown + y * c->width, cells, row))
			continue;
		for (int x = 0; x < c->width; x++)
			if (!(cells[x].attr & CELL_HIDDEN))
				put_cell(x, y, &cells[x]);
	}
	if (!screen.shown)
		screen.shown = malloc(c->height * row);
	if (screen.shown)
		memcpy(screen.shown, c->cells, c->height * row);
	screen.width = c->width;
	screen.height = c->height;
	curs_set(cursor_x >= 0);
	if (cursor_x >= 0)
		move(cursor_y, cursor_x);
	refresh();
}

void screen_forget(void)
{
	free(screen.shown);
	screen.shown = NULL;
	erase();
	clearok(curscr, TRUE);
}

/* ---- keys ---- */

int screen_fd(void)
{
	return STDIN_FILENO;
}

static const struct {
	int curses;
	uint32_t code;
} special[] = {
	{ KEY_UP, KEYCODE_UP }, { KEY_DOWN, KEYCODE_DOWN },
	{ KEY_LEFT, KEYCODE_LEFT }, { KEY_RIGHT, KEYCODE_RIGHT },
	{ KEY_PPAGE, KEYCODE_PAGE_UP }, { KEY_NPAGE, KEYCODE_PAGE_DOWN },
	{ KEY_HOME, KEYCODE_HOME }, { KEY_END, KEYCODE_END },
	{ KEY_FIND, KEYCODE_HOME }, { KEY_SELECT, KEYCODE_END },
	{ KEY_ENTER, KEYCODE_ENTER }, { KEY_BACKSPACE, KEYCODE_BACKSPACE },
	{ KEY_DC, KEYCODE_DELETE }, { KEY_BTAB, KEYCODE_BACKTAB },
};

static uint32_t special_key(wint_t key)
{
	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		if (special[i].curses == (int)key)
			return special[i].code;
	if (key > KEY_F0 && key <= KEY_F(12))
		return KEYCODE_F1 + (key - KEY_F(1));
	return KEYCODE_OTHER;
}

/* Readable without a byte to read: hung up. */
static bool is_at_eof(void)
{
	struct pollfd fd = { .fd = STDIN_FILENO, .events = POLLIN };
	int bytes = 0;

	if (poll(&fd, 1, 0) <= 0)
		return false;
	if (fd.revents & (POLLHUP | POLLERR | POLLNVAL))
		return true;
	return ioctl(STDIN_FILENO, FIONREAD, &bytes) || !bytes;
}

uint32_t screen_key(void)
{
	wint_t key;

	switch (get_wch(&key)) {
	case KEY_CODE_YES:
		return key == KEY_RESIZE ? KEYCODE_OTHER : special_key(key);
	case OK:
		break;
	default:
		return is_at_eof() ? KEYCODE_EOF : KEYCODE_NONE;
	}
	if (key == '\r' || key == '\n')
		return KEYCODE_ENTER;
	if (key == 0x7f || key == '\b')
		return KEYCODE_BACKSPACE;
	return key < KEYCODE_NONE ? key : KEYCODE_OTHER;
}

const char *screen_next_palette(void)
{
	if (!screen.has_colors)
		return "no colours here (NO_COLOR, --color or the terminal)";
	set_palette((screen.palette + 1) % NR_PALETTES);
	screen_forget();
	return palettes[screen.palette].name;
}
