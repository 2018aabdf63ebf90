// SPDX-License-Identifier: GPL-2.0
/*
 * Scripts of a lab, and lines that are typed. Up to the first NUL an input is a
 * script; behind it are the answers of the host, as far as they go, and the log
 * of mtrace(). The host dies of too many questions, and then does not come
 * back: a script may ask for half a million.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lab/host.h"
#include "lab/lab.h"
#include "heap/take.h"

#include "fuzz.h"

/* What heaps made by hand check in unit tests. */
#define assert_non_null(pointer) demand(pointer)
#define assert_true(condition) demand(condition)
#define assert_int_equal(a, b) demand((a) == (b))
#include "../../unit/heaps.h"

#define SCRIPT	"/input"
#define CALLS	4000
#define BRK	0x555555559000ULL
#define WORDS	16

int __wrap_host_start(struct host *host, const char *program,
		      const char *profile, const char *options,
		      struct error *err);
void __wrap_host_stop(struct host *host);
int __wrap_host_call(struct host *host, const struct wire_request *request,
		     struct wire_reply *reply, struct event_list *events,
		     struct error *err);
size_t __wrap_host_words(struct host *host, char *out, size_t size);
struct source *__wrap_source_open(enum source_choice choice, pid_t pid,
				  struct error *err);
struct snapshot *__wrap_source_take(struct source *source,
				    const struct take *take,
				    struct error *err);
void __wrap_source_close(struct source *source);
struct heap *__wrap_heap_take(struct heap_taker *taker,
			      const struct snapshot *snap,
			      const struct heap_how *how, struct error *err);
FILE *__wrap_fopen(const char *path, const char *mode);
FILE *__real_fopen(const char *path, const char *mode);

static struct input script, answers;
static unsigned int nr_calls;
static uint64_t top;		/* where the next block is */
static int trace = -1;

/* ---- the host ---- */

int __wrap_host_start(struct host *host, const char *program,
		      const char *profile, const char *options,
		      struct error *err)
{
	(void)program;
	(void)options;
	demand(!strcmp(profile, "article") || !strcmp(profile, "fast"));
	*host = (struct host){ .fd = -1, .words = -1, .trace = trace };
	if (nr_calls >= CALLS)
		return error_set(err, ERR_FAILED, "no host any more");
	host->pid = 4242;
	host->brk = BRK;
	top = BRK + 0x1000;
	return 0;
}

void __wrap_host_stop(struct host *host)
{
	host->pid = 0;
}

static void answer_events(struct wire_reply *reply, struct event_list *events)
{
	uint32_t nr = reply->nr_events % 8;

	reply->nr_events = nr;
	events->events = reallocarray(events->events, events->nr + nr + 1,
				      sizeof(*events->events));
	demand(events->events);
	events->cap = events->nr + nr + 1;
	while (nr--) {
		struct wire_event *event = &events->events[events->nr++];

		event->address = take_number(&answers, 8);
		event->size = (int64_t)take_number(&answers, 8);
		event->tid = (uint32_t)take_number(&answers, 2);
		event->kind = (uint32_t)take_number(&answers, 1);
	}
}

int __wrap_host_call(struct host *host, const struct wire_request *request,
		     struct wire_reply *reply, struct event_list *events,
		     struct error *err)
{
	size_t got;
	const uint8_t *bytes;

	demand(host->pid && request->op < WIRE_OP_NR);
	demand(request->thread && request->thread <= WIRE_THREADS);
	if (++nr_calls >= CALLS) {
		host->pid = 0;
		return error_set(err, ERR_GONE, "the host died");
	}
	*reply = (struct wire_reply){
		.result = top, .usable = request->a, .tid = 4242,
		.brk_before = BRK, .brk_after = top,
	};
	top += (request->a % 0x100000 + 31) & ~15ULL;
	bytes = take_bytes(&answers, sizeof(*reply), &got);
	memcpy(reply, bytes, got);
	answer_events(reply, events);
	events->lost += reply->lost % 4 == 1;
	host->brk = reply->brk_after;
	return 0;
}

size_t __wrap_host_words(struct host *host, char *out, size_t size)
{
	size_t got;
	const uint8_t *bytes = take_bytes(&answers, size - 1 < 20 ? size - 1 :
					  20, &got);

	(void)host;
	memcpy(out, bytes, got);
	out[got] = '\0';
	return got;
}

/* ---- what the kernel and its heap are like ---- */

struct source *__wrap_source_open(enum source_choice choice, pid_t pid,
				  struct error *err)
{
	(void)choice;
	(void)pid;
	(void)err;
	return (struct source *)&script;
}

struct snapshot *__wrap_source_take(struct source *source,
				    const struct take *take, struct error *err)
{
	struct snapshot *snap = snapshot_new();
	struct vma *vma;

	(void)source;
	demand(snap);
	if (nr_calls % 32 == 31) {
		snapshot_free(snap);
		error_set(err, ERR_FAILED, "no picture this time");
		return NULL;
	}
	snap->page_size = 4096;
	mm_set(&snap->mm, MM_START_BRK, BRK);
	vma = snapshot_add_vma(snap);
	demand(vma);
	vma->start = BRK;
	vma->end = BRK + 0x21000;
	vma->flags = VF_BIT(VF_READ) | VF_BIT(VF_WRITE);
	vma->region = REGION_HEAP;
	res_set(&vma->res, RES_ANON, nr_calls);
	snap->has_vmas = true;
	if (take->what & TAKE_PAGES) {
		snap->pages = page_map_new(take->start, take->end, 4096);
		demand(snap->pages);
		demand(!page_map_add(snap->pages, BRK, nr_calls % 33,
				     nr_calls & 1 ? PAGE_ANON : PAGE_ZERO));
	}
	return snap;
}

void __wrap_source_close(struct source *source)
{
	(void)source;
}

struct heap *__wrap_heap_take(struct heap_taker *taker,
			      const struct snapshot *snap,
			      const struct heap_how *how, struct error *err)
{
	(void)taker;
	(void)snap;
	(void)how;
	if (nr_calls % 8 != 7)
		return made_sample_at(BRK);
	error_set(err, ERR_FAILED, "no heap this time");
	return NULL;
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
	if (strcmp(path, SCRIPT))
		return __real_fopen(path, mode);
	return script.left ? fmemopen((void *)(uintptr_t)script.at, script.left,
				      "r") : NULL;
}

/* ---- an input ---- */

static void check_line(void *context, const struct lab_line *line)
{
	(void)context;
	demand(line->kind <= LAB_ERROR && line->text);
	demand(!strchr(line->text, '\n'));
}

static bool go_on(void *context)
{
	(void)context;
	return true;
}

/* Each line once more, as it is typed: errors don't end it. */
static void type_lines(struct lab *lab)
{
	struct lab_report report = { .nr = 0 };
	char *text = copy_text(script.at, script.left), *rest = text, *line;
	const char *words[WORDS];
	struct error err;

	while ((line = strsep(&rest, "\n"))) {
		size_t nr = lab_complete(lab, line, strlen(line), words, WORDS);

		demand(nr <= WORDS);
		for (size_t i = 0; i < nr; i++)
			demand(*words[i]);
		if (lab_run(lab, line, &report, &err))
			demand(*err.text);
	}
	for (size_t i = 0; i < report.nr; i++)
		check_line(NULL, &report.lines[i]);
	lab_report_free(&report);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct lab_options options = { .profile = "article" };
	size_t len = strnlen((const char *)data, size);
	struct error err;
	struct lab *lab;

	if (trace < 0)
		trace = memfd_create("trace", MFD_CLOEXEC);
	script = (struct input){ data, len };
	answers = (struct input){ data + len, size - len };
	demand(trace >= 0 && !ftruncate(trace, 0) &&
	       pwrite(trace, answers.at, answers.left, 0) ==
	       (ssize_t)answers.left);
	nr_calls = 0;
	lab = lab_start(&options, &err);
	demand(lab);
	lab_run_file(lab, SCRIPT, check_line, go_on, NULL, &err);
	demand(lab_failed(lab) <= lab_expected(lab));
	lab_name(lab, BRK + 0x1010);
	type_lines(lab);
	lab_stop(lab);
	return 0;
}
