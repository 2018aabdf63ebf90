// SPDX-License-Identifier: GPL-2.0
/*
 * Compares the module's answers with the kernel's own, in what both see and
 * in what it takes, on processes made for it. Runs in the lab VM as root; the
 * script run, beside this file, reads what it prints:
 *
 *	row NAME OURS PEER RATIO MUST GOAL SPREAD	between tabs, - is none
 *	not ok WHAT - WHY				both did not see the same
 *	# what else is worth knowing
 *
 * Where there is a RATIO, it shall be MUST or more; where there is none, OURS
 * shall be MUST or less. SPREAD is (longest - shortest) / median, in percent,
 * of the worse of the two.
 *
 *	bench icount|real [WORD]	WORD: only subjects with this in their
 *					name
 *
 * Under QEMU's -icount shift=0 the guest's clocks, CLOCK_MONOTONIC among them,
 * move by 1 ns with each instruction that is executed, whatever the host does.
 * So all times of the mode icount are numbers of instructions, kernel's and
 * user's together; check_clock() makes sure of it.
 */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNS		5
#define ROUNDS_FILE	"/tmp/rounds"	/* of subject churn */
#define STATS_FILE	"/sys/kernel/debug/vmaview/stats"
#define PERIOD_NS	(100 * 1000 * 1000LL)	/* of a 10 Hz viewer */
#define PERIODS		10
#define SETTLE_NS	(200 * 1000 * 1000LL)
#define BOOT_NS		(3 * 1000 * 1000 * 1000LL)

static bool is_icount, is_old;	/* is_old: 6.1, which has other gates */
static int failures;

void give_up(const char *what)
{
	printf("not ok bench - %s: %s\n", what, strerror(errno));
	exit(1);
}

/* ---- the clock ---- */

static int64_t stopped_ns, stopped_at;

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static void sleep_until(int64_t ns)
{
	struct timespec ts = { ns / 1000000000, ns % 1000000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL))
		;
}

void clock_stop(void)
{
	stopped_at = now_ns();
}

void clock_go(void)
{
	stopped_ns += now_ns() - stopped_at;
}

/* What is left for the timer's interrupts is some tenths of a percent. */
static void check_clock(void)
{
	const uint64_t turns = 50 * 1000 * 1000;
	uint64_t left = turns;
	int64_t begin = now_ns();
	double per_insn;

	__asm__ volatile("1: dec %0; jnz 1b" : "+r"(left) : : "cc");
	per_insn = (double)(now_ns() - begin) / (2.0 * turns);
	printf("# %.4f ns an instruction\n", per_insn);
	if (is_icount && (per_insn < 0.995 || per_insn > 1.01)) {
		printf("not ok clock - it does not count instructions\n");
		failures++;
	}
}

/* ---- subjects ---- */

static void read_line(FILE *from, char *line, int size)
{
	if (!fgets(line, size, from))
		give_up("the subject has ended");
}

static void subject_start(struct subject *subject, char *const argv[])
{
	int in[2], out[2];
	char line[256];
	FILE *said;

	memset(subject, 0, sizeof(*subject));
	fflush(stdout);
	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		give_up("pipe");
	subject->pid = fork();
	if (!subject->pid) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		execv(argv[0], argv);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	subject->in = in[1];
	said = fdopen(out[0], "re");
	do {
		read_line(said, line, sizeof(line));
		sscanf(line, "made %" SCNu64, &subject->nr_made);
		sscanf(line, "range %" SCNx64 " %" SCNx64, &subject->start,
		       &subject->end);
	} while (strcmp(line, "ready\n"));
	fclose(said);
	/* it goes on until it waits for its input, and touches pages there */
	sleep_until(now_ns() + SETTLE_NS);
}

static void subject_end(struct subject *subject)
{
	kill(subject->pid, SIGKILL);
	waitpid(subject->pid, NULL, 0);
	close(subject->in);
}

/* ---- one reader on one subject ---- */

struct result {
	const struct reader *reader;
	bool is_there;		/* this kernel has the interface */
	struct seen seen;
	double median, spread;	/* ns; percent */
};

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void measure(const struct subject *subject, struct result *result)
{
	const struct reader *reader = result->reader;
	int64_t took[RUNS];
	int i;

	reader->open(subject);
	memset(&result->seen, 0, sizeof(result->seen));
	result->is_there = reader->read(subject, &result->seen);
	for (i = 0; i < RUNS && result->is_there; i++) {
		int64_t begin = now_ns();

		memset(&result->seen, 0, sizeof(result->seen));
		stopped_ns = 0;
		reader->read(subject, &result->seen);
		took[i] = now_ns() - begin - stopped_ns;
	}
	reader->close();
	if (!result->is_there)
		return;
	qsort(took, RUNS, sizeof(took[0]), by_size);
	result->median = took[RUNS / 2];
	result->spread = 100 * (took[RUNS - 1] - took[0]) / result->median;
}

static void compare(const char *what, const struct result *a,
		    const struct result *b, const char *field, uint64_t x,
		    uint64_t y)
{
	if (x == y)
		return;
	printf("not ok %s - %s of %s is %" PRIu64 " and of %s %" PRIu64 "\n",
	       what, field, a->reader->name, x, b->reader->name, y);
	failures++;
}

#define COMPARE(field) \
	compare(name, a, b, #field, a->seen.field, b->seen.field)

static void compare_seen(const char *name, const struct result *a,
			 const struct result *b)
{
	unsigned int both = a->reader->knows & b->reader->knows;

	if (both & KNOWS_AREAS) {
		COMPARE(areas);
		COMPARE(bytes);
		COMPARE(rights);
		COMPARE(offsets);
		COMPARE(inodes);
		COMPARE(names);
	}
	if (both & KNOWS_RSS) {
		COMPARE(rss);
		COMPARE(anon);
		COMPARE(swap);
	}
	if (both & KNOWS_RANGE) {
		COMPARE(present);
		COMPARE(anon);
		COMPARE(swap);
	}
	if (both & KNOWS_PLACES)
		COMPARE(places);
	if (a->seen.torn || b->seen.torn) {
		printf("not ok %s - a dump is torn\n", name);
		failures++;
	}
}

/* ---- rows ---- */

static void print_gates(double must, double goal)
{
	/* in real time nothing repeats well enough to be a gate */
	if (must && is_icount)
		printf("\t%g", must);
	else
		printf("\t-");
	if (goal && is_icount)
		printf("\t%g", goal);
	else
		printf("\t-");
}

static void print_ratio(const char *name, double ours, double peer,
			double ratio, double must, double goal, double spread)
{
	int digits = ours < 100 ? 2 : 0;

	printf("row\t%s\t%.*f\t%.*f\t%.2f", name, digits, ours, digits, peer,
	       ratio);
	print_gates(must, goal);
	printf("\t%.1f\n", spread);
	fflush(stdout);
}

/* One where less is better and there is nobody to compare with. */
static void print_limit(const char *name, double ours, double must,
			double goal)
{
	printf("row\t%s\t%.1f\t-\t-", name, ours);
	print_gates(must, goal);
	printf("\t-\n");
	fflush(stdout);
}

struct gates {
	double must, goal;
};

#define NO_GATES	{ 0, 0 }

struct comparison {
	const struct reader *ours, *peer;
	struct gates gates, old;	/* old: of 6.1, where they differ */
};

#define MAX_COMPARISONS	12

enum unit { AREA, PAGE_IN_RANGE, PICTURE };

static const char *const units[] = {
	[AREA]		= "an area",
	[PAGE_IN_RANGE]	= "a page",
	[PICTURE]	= "a picture",
};

struct plan {
	const char *name;
	char *argv[5];
	enum unit unit;
	struct comparison comparisons[MAX_COMPARISONS];
};

static const struct plan plans[] = {
	{
		"20,000 anonymous areas", { "/bin/subject", "anon", "20000" },
		AREA,
		{
			{ &ours_list, &peer_maps, { 5, 7 }, NO_GATES },
			{ &ours_list, &peer_query, NO_GATES, NO_GATES },
			{ &viewer_list, &peer_maps, NO_GATES, NO_GATES },
			{ &ours_counts, &peer_smaps, { 30, 55 }, { 25, 45 } },
			{ &ours_counts, &peer_maps, { 3, 5 }, NO_GATES },
			{ &viewer_counts, &peer_smaps, NO_GATES, NO_GATES },
		},
	},
	{
		"20,000 areas of a file", { "/bin/subject", "file", "20000" },
		AREA,
		{
			{ &ours_list, &peer_maps, { 12, 17 }, NO_GATES },
			{ &ours_list, &peer_query, NO_GATES, NO_GATES },
			{ &viewer_list, &peer_maps, NO_GATES, NO_GATES },
			{ &ours_counts, &peer_smaps, { 30, 55 }, { 25, 45 } },
			{ &ours_counts, &peer_maps, { 6.5, 11 }, NO_GATES },
			{ &viewer_counts, &peer_smaps, NO_GATES, NO_GATES },
		},
	},
	{
		"20,000 areas of 4,000 files",
		{ "/bin/subject", "libs", "20000" }, AREA,
		{
			{ &ours_list, &peer_maps, NO_GATES, NO_GATES },
			{ &ours_counts, &peer_smaps, NO_GATES, NO_GATES },
		},
	},
	{
		"512 MiB dense", { "/bin/subject", "dense", "512" },
		PAGE_IN_RANGE,
		{
			{ &ours_counts, &peer_smaps, { 20, 40 }, NO_GATES },
			{ &ours_range, &peer_pagemap, { 18, 35 }, NO_GATES },
			{ &ours_range, &peer_scan, { 14, 28 }, NO_GATES },
			{ &ours_counts, &peer_rollup, NO_GATES, NO_GATES },
			{ &ours_map, &peer_places, NO_GATES, NO_GATES },
			{ &ours_map, &peer_scan, NO_GATES, NO_GATES },
			{ &viewer_counts, &peer_smaps, NO_GATES, NO_GATES },
		},
	},
	{
		"512 MiB sparse", { "/bin/subject", "sparse", "512" },
		PAGE_IN_RANGE,
		{
			{ &ours_counts, &peer_smaps, { 3, 6 }, NO_GATES },
			{ &ours_range, &peer_pagemap, { 6, 10 }, NO_GATES },
			{ &ours_range, &peer_scan, { 3.5, 6 }, NO_GATES },
			{ &ours_map, &peer_places, { 5, 8 }, NO_GATES },
			{ &ours_map, &peer_scan, { 3, 5 }, NO_GATES },
		},
	},
	{
		"512 MiB huge", { "/bin/subject", "thp", "512" },
		PAGE_IN_RANGE,
		{
			{ &ours_counts, &peer_smaps, NO_GATES, NO_GATES },
			{ &ours_range, &peer_pagemap, { 70, 110 }, NO_GATES },
			{ &ours_range, &peer_scan, { 1.2, 1.8 }, NO_GATES },
			{ &ours_map, &peer_places, NO_GATES, NO_GATES },
		},
	},
	{
		"16 TiB reserved", { "/bin/subject", "reserved", "64" },
		PAGE_IN_RANGE,
		{
			{ &ours_counts, &peer_smaps, NO_GATES, NO_GATES },
			{ &ours_range, &peer_scan, NO_GATES, NO_GATES },
		},
	},
	{
		"small process", { "/bin/many", "2" }, PICTURE,
		{
			{ &ours_counts, &peer_smaps, { 5, 8 }, NO_GATES },
			{ &ours_list, &peer_maps, { 2, 3 }, NO_GATES },
			{ &ours_counts, &peer_smaps_opened, NO_GATES, NO_GATES },
			{ &ours_list, &peer_maps_opened, NO_GATES, NO_GATES },
			{ &viewer_counts, &peer_smaps, NO_GATES, NO_GATES },
			{ &viewer_list, &peer_maps, NO_GATES, NO_GATES },
		},
	},
};

/* Each reader is run once, however many comparisons it is in. */
struct results {
	struct result of[2 * MAX_COMPARISONS];
	size_t nr;
};

static const struct result *find(struct results *results,
				 const struct subject *subject,
				 const struct reader *reader)
{
	struct result *result;
	size_t i;

	for (i = 0; i < results->nr; i++)
		if (results->of[i].reader == reader)
			return &results->of[i];
	result = &results->of[results->nr++];
	result->reader = reader;
	measure(subject, result);
	return result;
}

static void compare_one(const struct plan *plan,
			const struct comparison *comparison,
			const struct result *ours, const struct result *peer,
			double per)
{
	const struct gates *gates = is_old && comparison->old.must ?
				    &comparison->old : &comparison->gates;
	double spread = ours->spread > peer->spread ? ours->spread :
						      peer->spread;
	char name[128];

	snprintf(name, sizeof(name), "%s: %s vs %s, %s", plan->name,
		 ours->reader->name, peer->reader->name, units[plan->unit]);
	compare_seen(name, ours, peer);
	print_ratio(name, ours->median / per, peer->median / per,
		    peer->median / ours->median, gates->must, gates->goal,
		    spread);
}

static void run_plan(const struct plan *plan)
{
	const struct comparison *c;
	struct results results = { .nr = 0 };
	struct subject subject;
	double per = 1;

	subject_start(&subject, plan->argv);
	for (c = plan->comparisons; c->ours; c++) {
		const struct result *ours, *peer;

		ours = find(&results, &subject, c->ours);
		peer = find(&results, &subject, c->peer);
		if (plan->unit == AREA)
			per = ours->seen.areas;
		else if (plan->unit == PAGE_IN_RANGE)
			per = (subject.end - subject.start) / PAGE;
		else if (c == plan->comparisons)
			printf("# the small process has %" PRIu64 " areas\n",
			       ours->seen.areas);
		if (peer->is_there)
			compare_one(plan, c, ours, peer, per);
	}
	subject_end(&subject);
}

/* ---- bytes, calls, lock ---- */

static struct seen read_once(const struct subject *subject,
			     const struct reader *reader)
{
	struct seen seen = { 0 };

	reader->open(subject);
	reader->read(subject, &seen);
	memset(&seen, 0, sizeof(seen));
	reader->read(subject, &seen);
	reader->close();
	return seen;
}

static void run_calls(void)
{
	char *argv[] = { "/bin/subject", "anon", "60000", NULL };
	struct subject subject;
	struct seen list, counts;

	subject_start(&subject, argv);
	list = read_once(&subject, &ours_list);
	counts = read_once(&subject, &ours_counts);
	print_limit("bytes an area, list",
		    (double)list.received / list.areas, 72, 24);
	print_limit("bytes an area, counts",
		    (double)counts.received / counts.areas, 72, 24);
	print_limit("calls for 60,000 areas, list", list.calls, 160, 20);
	print_limit("calls for 60,000 areas, counts", counts.calls, 160, 20);
	subject_end(&subject);
}

static uint64_t stat_of(const char *key)
{
	FILE *stats = fopen(STATS_FILE, "re");
	char line[128], name[64];
	uint64_t value;

	while (stats && fgets(line, sizeof(line), stats)) {
		if (sscanf(line, "%63s %" SCNu64, name, &value) == 2 &&
		    !strcmp(name, key)) {
			fclose(stats);
			return value;
		}
	}
	give_up(STATS_FILE);
}

static void run_lock_on(const char *name, char *kind, char *number,
			double must, double goal)
{
	char *argv[] = { "/bin/subject", kind, number, NULL };
	uint64_t ns = stat_of("lock_hold_total_ns");
	uint64_t slices = stat_of("slices");
	struct subject subject;

	subject_start(&subject, argv);
	read_once(&subject, &ours_counts);
	ns = stat_of("lock_hold_total_ns") - ns;
	slices = stat_of("slices") - slices;
	print_limit(name, (double)ns / slices, must, goal);
	subject_end(&subject);
}

static void run_lock(void)
{
	run_lock_on("mean hold of the lock, areas", "anon", "20000", 100000,
		    25000);
	run_lock_on("mean hold of the lock, pages", "dense", "512", 100000,
		    25000);
	print_limit("longest hold of the lock, of all so far",
		    stat_of("lock_hold_longest_ns"), 0, 0);
}

/* ---- what the subject feels ---- */

/* Rounds a second that the subject makes under a 10 Hz reader, or none. */
static double rounds_under(const struct subject *subject,
			   const struct reader *reader,
			   const volatile uint64_t *rounds)
{
	struct seen seen = { 0 };
	int64_t begin, end, next;
	uint64_t before;

	if (reader) {
		reader->open(subject);
		if (!reader->read(subject, &seen)) {
			reader->close();
			return 0;
		}
	}
	/* what the last reader took is made good by the scheduler first */
	sleep_until(now_ns() + SETTLE_NS);
	before = *rounds;
	begin = now_ns();
	next = begin;
	end = begin + PERIODS * PERIOD_NS;
	while (next < end) {
		if (reader)
			reader->read(subject, &seen);
		/* one that takes longer than a period misses some */
		while (next <= now_ns())
			next += PERIOD_NS;
		sleep_until(next);
	}
	end = now_ns();
	before = *rounds - before;
	if (reader)
		reader->close();
	return before / ((end - begin) / 1e9);
}

static const struct reader *const others[] = {
	&peer_smaps, &peer_rollup, &peer_scan, &peer_maps,
};

static void print_churn(const char *ours, const char *peer, double x, double y,
			double must, double goal)
{
	char name[128];

	snprintf(name, sizeof(name),
		 "churning process: rounds/s under 10 Hz %s vs %s", ours,
		 peer);
	print_ratio(name, x, y, x / y, must, goal, 0);
}

static void run_churn(void)
{
	char *argv[] = { "/bin/subject", "churn", "3000", "512", NULL };
	double none, counts, list, viewer, other;
	const uint64_t *rounds;
	struct subject subject;
	size_t i;
	int fd;

	subject_start(&subject, argv);
	fd = open(ROUNDS_FILE, O_RDONLY);
	rounds = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	if (fd < 0 || rounds == MAP_FAILED)
		give_up(ROUNDS_FILE);
	close(fd);

	none = rounds_under(&subject, NULL, rounds);
	counts = rounds_under(&subject, &ours_counts, rounds);
	list = rounds_under(&subject, &ours_list, rounds);
	viewer = rounds_under(&subject, &viewer_counts, rounds);
	print_churn("counts", "none", counts, none, 0.96, 0.98);
	print_churn("list", "none", list, none, 0, 0);
	print_churn("viewer's counts", "none", viewer, none, 0, 0);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		other = rounds_under(&subject, others[i], rounds);
		if (!other)
			continue;
		print_churn("counts", others[i]->name, counts, other, 0, 0);
		print_churn(others[i]->name, "none", other, none, 0, 0);
	}
	subject_end(&subject);
}

static const struct {
	const char *name;
	void (*run)(void);
} others_to_run[] = {
	{ "calls and bytes", run_calls },
	{ "lock", run_lock },
	{ "churning process", run_churn },
};

int main(int argc, char **argv)
{
	const char *word = argc > 2 ? argv[2] : "";
	struct utsname uts;
	size_t i;

	if (argc < 2)
		return 2;
	is_icount = !strcmp(argv[1], "icount");
	uname(&uts);
	is_old = !strncmp(uts.release, "6.1.", 4);
	setvbuf(stdout, NULL, _IOLBF, 0);
	/* what the kernel still does behind its boot takes no part */
	sleep_until(now_ns() + BOOT_NS);
	check_clock();
	for (i = 0; i < sizeof(plans) / sizeof(plans[0]); i++)
		if (strstr(plans[i].name, word))
			run_plan(&plans[i]);
	for (i = 0; i < sizeof(others_to_run) / sizeof(others_to_run[0]); i++)
		if (strstr(others_to_run[i].name, word))
			others_to_run[i].run();
	printf("# done\n");
	return failures != 0;
}
