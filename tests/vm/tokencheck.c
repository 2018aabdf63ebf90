// SPDX-License-Identifier: GPL-2.0
/*
 * What those may see who may not see frames.
 *
 *	tokencheck tokens FILE PID...	over all pages of all processes tokens
 *					are equal exactly where frames are;
 *					leaves them in FILE
 *	tokencheck reloaded FILE	after another load of the module: every
 *					token of FILE is another one
 *	tokencheck entries PID		raw entries without their frames
 *	tokencheck viewers PID		whose right counts
 *	tokencheck debugfs PID		a folder there is not for every root
 *	tokencheck told FRAMES TOKENS PID	whom the module's parameters
 *					allow what: 1 or 0 each
 */
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "walk.h"

#define NOBODY	65534
#define USER	1000
#define DEBUG	"/sys/kernel/debug/vmaview"
#define MAX_PIDS	64

/* A frame and what stands for it. Swap slots are no page frames. */
struct pair {
	uint64_t frame, token;
	uint64_t is_present;
};

static struct pair *pairs;
static size_t nr_pairs, cap_pairs;
static char wrong[300];
#define WRONG(...)	complain(wrong, sizeof(wrong), __VA_ARGS__)

static void become(uid_t uid)
{
	if (setgroups(0, NULL) || setresgid(uid, uid, uid) ||
	    setresuid(uid, uid, uid))
		give_up("setuid");
	prctl(PR_SET_DUMPABLE, 1);
}

/* Runs in a child, whose results count as ours. */
static void in_child(void (*run)(void *data), void *data)
{
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (!child) {
		run(data);
		fflush(stdout);
		_exit(failures != 0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		give_up("fork");
	failures += status != 0;
}

/* ---- tokens ---- */

struct subject {
	pid_t pid;
	int fd;
	struct picture frames;
};

struct subjects {
	struct subject all[MAX_PIDS];
	size_t nr;
	const char *path;
};

static void take_tokens(const struct subject *subject, int s)
{
	const struct picture *frames = &subject->frames;
	struct picture tokens = { 0 };

	take_whole(&tokens, s, subject->fd, VMAVIEW_F_FRAMES);
	if (*tokens.wrong || tokens.has_frames || !tokens.has_tokens)
		WRONG("process %d: %s, frames %d, tokens %d", subject->pid,
		      tokens.wrong, tokens.has_frames, tokens.has_tokens);
	if (tokens.nr != frames->nr)
		WRONG("process %d: %zu pages, root sees %zu", subject->pid,
		      tokens.nr, frames->nr);
	for (size_t i = 0; i < tokens.nr && !*wrong; i++) {
		const struct page *token = tokens.pages + i;
		const struct page *frame = frames->pages + i;
		unsigned int kind = VMAVIEW_PAGE_KIND(frame->state);

		if (token->address != frame->address ||
		    VMAVIEW_PAGE_KIND(token->state) != kind)
			WRONG("process %d: %" PRIx64 " is %s, root sees %s",
			      subject->pid, token->address,
			      state_text(token->state),
			      state_text(frame->state));
		if (!VMAVIEW_PAGE_HAS_FRAME(kind))
			continue;
		pairs = grow(pairs, nr_pairs, &cap_pairs, sizeof(*pairs));
		pairs[nr_pairs++] = (struct pair){
			frame->frame, token->frame, kind < VMAVIEW_PAGE_SWAP
		};
	}
	free_picture(&tokens);
}

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_frame(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	int order = compare(x->is_present, y->is_present);

	order = order ? order : compare(x->frame, y->frame);
	return order ? order : compare(x->token, y->token);
}

static int by_token(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	int order = compare(x->token, y->token);

	return order ? order : by_frame(a, b);
}

static bool is_frame(const struct pair *a, const struct pair *b)
{
	return a->frame == b->frame && a->is_present == b->is_present;
}

/* Leaves pairs sorted by frame, each once. */
static void check_pairs(void)
{
	size_t i, nr = 0;

	qsort(pairs, nr_pairs, sizeof(*pairs), by_token);
	for (i = 1; i < nr_pairs; i++)
		if (pairs[i].token == pairs[i - 1].token &&
		    !is_frame(pairs + i, pairs + i - 1))
			WRONG("frames %" PRIx64 " and %" PRIx64 " have one "
			      "token", pairs[i].frame, pairs[i - 1].frame);
	qsort(pairs, nr_pairs, sizeof(*pairs), by_frame);
	for (i = 1; i < nr_pairs; i++)
		if (is_frame(pairs + i, pairs + i - 1) &&
		    pairs[i].token != pairs[i - 1].token)
			WRONG("frame %" PRIx64 " has two tokens",
			      pairs[i].frame);
	for (i = 0; i < nr_pairs; i++)
		if (pairs[i].token == pairs[i].frame)
			WRONG("the token of %" PRIx64 " is that",
			      pairs[i].frame);
		else if (!nr || !is_frame(pairs + i, pairs + nr - 1))
			pairs[nr++] = pairs[i];
	printf("# %zu pages on %zu frames\n", nr_pairs, nr);
	nr_pairs = nr;
}

static void save_pairs(const char *path)
{
	FILE *file = fopen(path, "w");

	if (!file || fwrite(pairs, sizeof(*pairs), nr_pairs, file) != nr_pairs ||
	    fclose(file))
		give_up(path);
}

static void load_pairs(const char *path)
{
	FILE *file = fopen(path, "r");
	struct pair pair;

	if (!file)
		give_up(path);
	while (fread(&pair, sizeof(pair), 1, file) == 1) {
		pairs = grow(pairs, nr_pairs, &cap_pairs, sizeof(*pairs));
		pairs[nr_pairs++] = pair;
	}
	fclose(file);
}

static void as_viewers(void *data)
{
	struct subjects *subjects = data;
	uid_t uids[] = { USER, NOBODY };
	int s[2], i;
	size_t n;

	/* the sockets are theirs, and both look at the same */
	for (i = 0; i < 2; i++) {
		if (seteuid(uids[i]))
			give_up("seteuid");
		s[i] = open_socket();
		for (n = 0; n < subjects->nr; n++)
			take_tokens(subjects->all + n, s[i]);
		if (seteuid(0))
			give_up("seteuid");
	}
	check_pairs();
	check(!*wrong && nr_pairs > 500, "tokens are equal exactly where frames are",
	      "%s", wrong);
	save_pairs(subjects->path);
}

static void check_tokens(const char *path, char **pids, int nr)
{
	static struct subjects subjects;
	int s = open_socket();

	subjects.path = path;
	for (int i = 0; i < nr && i < MAX_PIDS; i++) {
		struct subject *subject = subjects.all + subjects.nr;

		subject->pid = atoi(pids[i]);
		subject->fd = open_pagemap(subject->pid);
		/* gone since it was listed */
		if (subject->fd < 0)
			continue;
		take_whole(&subject->frames, s, subject->fd, VMAVIEW_F_FRAMES);
		if (*subject->frames.wrong || !subject->frames.has_frames)
			WRONG("root, process %d: %s", subject->pid,
			      subject->frames.wrong);
		subjects.nr++;
	}
	in_child(as_viewers, &subjects);
}

static void check_reloaded(const char *path, char **pids, int nr)
{
	struct pair *old;
	size_t nr_old, i, at = 0, same = 0, met = 0;

	check_tokens("/tmp/tokens.new", pids, nr);
	load_pairs(path);
	old = pairs;
	nr_old = nr_pairs;
	pairs = NULL;
	nr_pairs = cap_pairs = 0;
	load_pairs("/tmp/tokens.new");
	for (i = 0; i < nr_old; i++) {
		while (at < nr_pairs && by_frame(pairs + at, old + i) < 0 &&
		       !is_frame(pairs + at, old + i))
			at++;
		if (at < nr_pairs && is_frame(pairs + at, old + i)) {
			met++;
			same += pairs[at].token == old[i].token;
		}
	}
	check(met > 500 && !same, "other tokens after another load",
	      "%zu of %zu are the same", same, met);
	printf("# of %zu frames\n", met);
	free(old);
}

/* ---- entries ---- */

struct walks {
	const struct picture *pic;
	int fd, s;
	size_t nr, nr_states;
};

static void compare_level(const struct walk_level *all,
			  const struct walk_level *part, uint64_t address)
{
	uint64_t frame = is_present(all->raw) ? PRESENT_FRAME : SWAP_FRAME;

	if (part->has_table)
		WRONG("%" PRIx64 ": a table's address is shown", address);
	if (all->mask != ~0UL)
		WRONG("%" PRIx64 ": root sees %" PRIx64 " only", address,
		      all->mask);
	if (all->raw && part->mask & frame)
		WRONG("%" PRIx64 ": %" PRIx64 " of %" PRIx64 " shows of a frame",
		      address, part->mask, all->raw);
	/* the CPU may have set a bit between the two */
	if ((part->raw ^ (all->raw & part->mask)) & ~0x60UL)
		WRONG("%" PRIx64 ": %" PRIx64 " is not %" PRIx64 " & %" PRIx64,
		      address, part->raw, all->raw, part->mask);
	if (part->level != all->level || part->index != all->index ||
	    part->shift != all->shift || part->entries != all->entries)
		WRONG("%" PRIx64 ": levels differ", address);
}

static void compare_walks(const struct walk *all, const struct walk *part)
{
	if (*all->wrong || *part->wrong || all->nr != part->nr)
		WRONG("%" PRIx64 ": %s %s, %zu and %zu levels", all->address,
		      all->wrong, part->wrong, all->nr, part->nr);
	if (part->has_frame || part->has_token != all->has_frame)
		WRONG("%" PRIx64 ": frame %d, token %d", all->address,
		      part->has_frame, part->has_token);
	for (size_t i = 0; i < all->nr && !*wrong; i++)
		compare_level(all->levels + i, part->levels + i, all->address);
}

/* Two addresses of each state. */
static size_t choose(const struct picture *pic, uint64_t *addresses, size_t max)
{
	uint32_t states[128];
	size_t nr_states = 0, nr = 0;

	for (size_t i = 0; i < pic->nr; i++) {
		size_t at = 0;

		while (at < nr_states && states[at] != pic->pages[i].state)
			at++;
		if (at == nr_states && nr_states < 128 && nr + 2 <= max) {
			states[nr_states++] = pic->pages[i].state;
			addresses[nr++] = pic->pages[i].address + 5;
			addresses[nr++] = pic->pages[i].address + PAGE_SIZE;
		}
	}
	return nr;
}

static void check_entries(pid_t pid)
{
	int fd = open_pagemap(pid), s = open_socket(), theirs;
	static struct walk walks[256], part;
	static uint64_t addresses[256];
	struct picture pic = { 0 };
	size_t nr, i;

	take_whole(&pic, s, fd, VMAVIEW_F_SHARING);
	nr = choose(&pic, addresses, 256);
	for (i = 0; i < nr; i++)
		take_walk(walks + i, s, fd, addresses[i]);
	if (seteuid(NOBODY))
		give_up("seteuid");
	theirs = open_socket();
	for (i = 0; i < nr; i++) {
		take_walk(&part, theirs, fd, addresses[i]);
		compare_walks(walks + i, &part);
	}
	if (seteuid(0))
		give_up("seteuid");
	check(!*wrong && nr > 8, "raw entries without their frames", "%s",
	      wrong);
	printf("# %zu walks\n", nr);
}

/* ---- whose right counts ---- */

static bool has_pgd(int s, int fd)
{
	struct request req;
	uint64_t pgd = 0;

	begin_mm(&req, fd);
	return get_nested(ask_on(s, &req), VMAVIEW_A_MM, VMAVIEW_MM_A_PGD,
			  &pgd);
}

/* Whether frames are told, with all that only who sees those may see. */
static void expect(const char *name, int s, int fd, bool frames, bool tokens)
{
	struct picture pic = { 0 };
	struct walk walk;
	bool good;

	take_whole(&pic, s, fd, VMAVIEW_F_FRAMES);
	/* a picture wants one of them */
	good = !*pic.wrong == (frames || tokens) && pic.nr &&
	       pic.has_frames == frames && pic.has_tokens == tokens &&
	       !pic.nr_numbers == !(frames || tokens) &&
	       has_pgd(s, fd) == frames;
	if (good) {
		take_walk(&walk, s, fd, pic.pages[0].address);
		good = !*walk.wrong && walk.has_frame == frames &&
		       walk.has_token == tokens &&
		       walk.levels[0].has_table == frames &&
		       (walk.levels[0].mask == ~0UL) == frames;
	}
	check(good, name, "%s, %zu pages, frames %d, tokens %d, pgd %d",
	      pic.wrong, pic.nr, pic.has_frames, pic.has_tokens,
	      has_pgd(s, fd));
	free_picture(&pic);
}

static void expect_frames(const char *name, int s, int fd, bool shown)
{
	expect(name, s, fd, shown, !shown);
}

struct given {
	pid_t pid;
	int fd, s;
};

static void as_nobody(void *data)
{
	struct given *given = data;
	int own;

	become(NOBODY);
	own = open_pagemap(getpid());
	expect_frames("nobody: its own process", open_socket(), own, false);
	expect_frames("nobody: root's descriptor", open_socket(), given->fd,
		      false);
	expect_frames("nobody: root's socket too", given->s, given->fd, false);
}

static void in_user_namespace(void *data)
{
	(void)data;
	become(USER);
	if (unshare(CLONE_NEWUSER)) {
		check(false, "user namespace", "unshare: %s", strerror(errno));
		return;
	}
	expect_frames("root of a user namespace: its own process",
		      open_socket(), open_pagemap(getpid()), false);
}

static void check_viewers(pid_t pid)
{
	struct given given = { pid, open_pagemap(pid), open_socket() };
	int theirs, their_socket;

	expect_frames("root", given.s, given.fd, true);
	in_child(as_nobody, &given);
	in_child(in_user_namespace, NULL);

	/* what nobody opened, in root's hands */
	if (setegid(NOBODY) || seteuid(NOBODY))
		give_up("seteuid");
	prctl(PR_SET_DUMPABLE, 1);
	theirs = open_pagemap(getpid());
	their_socket = open_socket();
	if (seteuid(0) || setegid(0))
		give_up("seteuid");
	check(theirs >= 0, "nobody opens its own", "%s", strerror(errno));
	expect_frames("root: nobody's descriptor", given.s, theirs, false);
	expect_frames("root: nobody's socket", their_socket, given.fd, false);
}

/* ---- debugfs ---- */

static void as_bare_root(void *data)
{
	static const char *const names[] = { "mm", "vmas", "residency", "tables" };
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct none[2] = { 0 };
	char path[64], name[64];

	if (syscall(SYS_capset, &header, none))
		give_up("capset");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), DEBUG "/%d/%s", *(pid_t *)data,
			 names[i]);
		snprintf(name, sizeof(name), "root without capabilities: %s",
			 names[i]);
		errno = 0;
		check(open(path, O_RDONLY) < 0 && errno == EPERM, name, "%s",
		      strerror(errno));
	}
	errno = 0;
	check(open(DEBUG "/watch", O_RDWR) < 0 && errno == EPERM,
	      "root without capabilities: watch", "%s", strerror(errno));
}

static void check_debugfs(pid_t pid)
{
	in_child(as_bare_root, &pid);
}

/* ---- the module's parameters ---- */

struct told {
	bool frames, tokens;
	pid_t pid;
};

static void as_owner(void *data)
{
	const struct told *told = data;

	become(NOBODY);
	expect("nobody", open_socket(), open_pagemap(getpid()), false,
	       told->tokens);
}

static void check_told(bool frames, bool tokens, pid_t pid)
{
	struct told told = { frames, tokens, pid };
	struct request req;
	uint64_t features = 0;
	bool has;

	expect("root", open_socket(), open_pagemap(pid), frames,
	       !frames && tokens);
	in_child(as_owner, &told);
	begin(&req, VMAVIEW_CMD_GET_INFO, 0);
	has = get_nested(ask(&req), VMAVIEW_A_INFO, VMAVIEW_INFO_A_FEATURES,
			 &features);
	check(has && !(features & VMAVIEW_FEATURE_PRIVILEGED) == !frames,
	      "GET_INFO says so", "features %" PRIx64, features);
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";

	setvbuf(stdout, NULL, _IOLBF, 0);
	find_family();
	if (!strcmp(what, "tokens"))
		check_tokens(argv[2], argv + 3, argc - 3);
	else if (!strcmp(what, "reloaded"))
		check_reloaded(argv[2], argv + 3, argc - 3);
	else if (!strcmp(what, "entries"))
		check_entries(atoi(argv[2]));
	else if (!strcmp(what, "viewers"))
		check_viewers(atoi(argv[2]));
	else if (!strcmp(what, "debugfs"))
		check_debugfs(atoi(argv[2]));
	else if (!strcmp(what, "told") && argc > 4)
		check_told(*argv[2] == '1', *argv[3] == '1', atoi(argv[4]));
	else
		return 2;
	return failures != 0;
}
