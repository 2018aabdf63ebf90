// SPDX-License-Identifier: GPL-2.0
/*
 * netfuzz: sends the module's family structured nonsense, from several threads
 * and sockets at once, about targets that change all the while.
 *
 *	netfuzz [-n MESSAGES] [-s SEED] [-j WORKERS] [-o FILE] CORPUS
 *	netfuzz --replay FILE
 *
 * The messages of a worker follow from the seed, and where the kernel has KCOV
 * also from what of the module was run. Every second worker is without rights.
 * -o writes the messages that found something new. Prints "ok NAME" and "not ok
 * NAME - why". That the kernel got through it, others see from its log. When it
 * complains there and lives on, the fuzzer ends too, and prints the messages
 * before that as "record NUMBER MESSAGE".
 */
#include <fcntl.h>
#include <getopt.h>
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

#define MAX_WORKERS	16
#define NOBODY		65534
#define KEEP_US		20000
#define NR_COMMANDS	16	/* as many as are counted one by one */

struct worker {
	pthread_t thread;
	unsigned int number;
	unsigned long nr_messages;
	struct chance chance;
	struct corpus corpus;
	size_t nr_shared;	/* of these, from the file */
	struct record *record;
};

static struct worker workers[MAX_WORKERS];
static unsigned int nr_workers = 4;
static atomic_ulong nr_sent;
static atomic_ulong outcomes[NR_OUTCOMES];
static atomic_ulong answered[NR_COMMANDS];
static atomic_uint nr_running;
static atomic_bool stop;
static _Atomic bool has_cover;

/* ---- workers ---- */

/* Of this thread alone: libc's would be of all. */
static void drop_rights(void)
{
	if (syscall(SYS_setresuid, NOBODY, NOBODY, NOBODY))
		give_up("setresuid");
}

static void choose(struct worker *worker, struct message *msg)
{
	struct chance *chance = &worker->chance;

	if (!worker->corpus.nr || one_in(chance, 3)) {
		grammar_make(msg, chance);
		if (one_in(chance, 2))
			return;
	} else {
		*msg = worker->corpus.msgs[below(chance, worker->corpus.nr)];
	}
	grammar_change(msg, chance);
}

static void note_outcome(const struct message *msg, enum outcome out)
{
	outcomes[out]++;
	if (out == OUT_DATA && msg->family == FAMILY_VMAVIEW &&
	    msg->cmd < NR_COMMANDS)
		answered[msg->cmd]++;
	nr_sent++;
}

static void *work(void *arg)
{
	struct worker *worker = arg;
	struct cover *cover = cover_open();
	struct message msg;

	if (cover)
		has_cover = true;
	if (worker->number % 2)
		drop_rights();
	for (unsigned long n = 0; n < worker->nr_messages && !stop; n++) {
		choose(worker, &msg);
		record_put(worker->record, &msg);
		cover_begin(cover);
		note_outcome(&msg, send_message(&msg, &worker->chance,
						worker->number));
		if (cover_end(cover))
			corpus_add(&worker->corpus, &msg);
	}
	nr_running--;
	return NULL;
}

/* In the order of the file, by one worker, with no changes. */
static void *replay(void *arg)
{
	struct worker *worker = arg;

	for (size_t i = 0; i < worker->corpus.nr; i++) {
		record_put(worker->record, &worker->corpus.msgs[i]);
		note_outcome(&worker->corpus.msgs[i],
			     send_message(&worker->corpus.msgs[i],
					  &worker->chance, worker->number));
		/* what is put off, RCU callbacks, gets its time */
		usleep(1000);
	}
	nr_running--;
	return NULL;
}

/* ---- the kernel's log ---- */

/* What a sanitizer says without a panic; others end the machine themselves. */
static bool is_complaint(const char *line)
{
	static const char *const words[] = {
		"BUG:", "WARNING:", "KASAN:", "KCSAN:", "UBSAN:",
		"possible circular locking", "possible recursive locking",
		"inconsistent lock state", "suspicious RCU",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(line, words[i]))
			return true;
	return false;
}

static bool has_complained(int log, char line[1024])
{
	ssize_t len;

	while ((len = read(log, line, 1023)) > 0) {
		line[len] = '\0';
		line[strcspn(line, "\n")] = '\0';
		if (is_complaint(line))
			return true;
	}
	return false;
}

static void watch(struct chance *chance)
{
	int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char line[1024];

	if (log >= 0)
		lseek(log, 0, SEEK_END);
	while (nr_running) {
		usleep(KEEP_US);
		targets_keep(chance);
		if (log < 0 || !has_complained(log, line))
			continue;
		stop = true;
		for (unsigned int i = 0; i < nr_workers; i++)
			record_print(workers[i].record);
		printf("not ok case-22 fuzz - %s\n", line);
		fflush(stdout);
		_exit(1);
	}
}

/* ---- the end ---- */

static bool tell_commands(void)
{
	static const char *const names[] = {
		NULL, "GET_INFO", "GET_MM", "GET_VMAS", "GET_PAGES",
		"GET_TABLES", "GET_ENTRY",
	};
	bool good = true;

	for (size_t i = 1; i < sizeof(names) / sizeof(names[0]); i++) {
		if (answered[i]) {
			printf("ok case-22 fuzz: %s gave data %lu times\n",
			       names[i], answered[i]);
			continue;
		}
		printf("not ok case-22 fuzz: %s gave data - never\n", names[i]);
		good = false;
	}
	return good;
}

/* Less than this and nothing is guided. */
#define FEW_POINTS	100

static bool tell_guided(void)
{
	if (!has_cover || cover_points() >= FEW_POINTS)
		return true;
	printf("not ok case-22 fuzz: is guided - by %zu points\n",
	       cover_points());
	return false;
}

static void tell(double seconds)
{
	size_t fresh = 0;

	for (unsigned int i = 0; i < nr_workers; i++)
		fresh += workers[i].corpus.nr - workers[i].nr_shared;
	printf("# %lu messages in %.0f s: %lu with data, %lu done, %lu refused, %lu not taken, %lu not read\n",
	       nr_sent, seconds, outcomes[OUT_DATA], outcomes[OUT_DONE],
	       outcomes[OUT_REFUSED], outcomes[OUT_UNSENT],
	       outcomes[OUT_NOTHING]);
	if (has_cover)
		printf("# %zu points of the module were run, %zu messages found new ways\n",
		       cover_points(), fresh);
	else
		printf("# coverage is not known on this kernel\n");
}

static void write_found(const char *path)
{
	FILE *file = fopen(path, "we");
	char line[LINE_MAX_BYTES];

	if (!file)
		give_up(path);
	for (unsigned int w = 0; w < nr_workers; w++)
		for (size_t i = workers[w].nr_shared;
		     i < workers[w].corpus.nr; i++) {
			text_print(&workers[w].corpus.msgs[i], line);
			fprintf(file, "%s\n", line);
		}
	if (fclose(file))
		give_up(path);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void run(void *(*body)(void *), const char *corpus, uint64_t seed,
		unsigned long nr_messages)
{
	struct chance keeper = { seed };
	unsigned int i;

	for (i = 0; i < nr_workers; i++) {
		struct worker *worker = &workers[i];

		worker->number = i;
		worker->chance.state = seed + i;
		worker->chance.state = chance_next(&worker->chance);
		worker->nr_messages = nr_messages / nr_workers;
		worker->record = record_open(i);
		corpus_load(&worker->corpus, corpus);
		worker->nr_shared = worker->corpus.nr;
	}
	nr_running = nr_workers;
	for (i = 0; i < nr_workers; i++)
		if (pthread_create(&workers[i].thread, NULL, body, &workers[i]))
			give_up("pthread_create");
	watch(&keeper);
	for (i = 0; i < nr_workers; i++)
		pthread_join(workers[i].thread, NULL);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "replay", required_argument, NULL, 'r' },
		{ NULL, 0, NULL, 0 },
	};
	const char *file = NULL, *found = NULL;
	unsigned long nr_messages = 50000;
	uint64_t seed = 1;
	double before;
	bool good;
	int option;

	while ((option = getopt_long(argc, argv, "n:s:j:o:", options,
				     NULL)) >= 0) {
		if (option == 'n')
			nr_messages = strtoul(optarg, NULL, 0);
		else if (option == 's')
			seed = strtoull(optarg, NULL, 0);
		else if (option == 'j')
			nr_workers = strtoul(optarg, NULL, 0);
		else if (option == 'o')
			found = optarg;
		else if (option == 'r')
			file = optarg;
		else
			return 2;
	}
	if (!nr_workers || nr_workers > MAX_WORKERS ||
	    (!file && optind + 1 != argc)) {
		fprintf(stderr, "usage: netfuzz [-n MESSAGES] [-s SEED] [-j WORKERS] [-o FILE] CORPUS\n"
				"       netfuzz --replay FILE\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	send_init();
	targets_start(MAX_TARGETS);
	before = now();
	if (file) {
		nr_workers = 1;
		run(replay, file, seed, 0);
		tell(now() - before);
		printf("ok case-22 replay\n");
		return 0;
	}
	run(work, argv[optind], seed, nr_messages);
	tell(now() - before);
	if (found)
		write_found(found);
	good = tell_commands();
	return tell_guided() && good ? 0 : 1;
}
