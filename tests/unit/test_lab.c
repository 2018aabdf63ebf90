// SPDX-License-Identifier: GPL-2.0
/*
 * A lab with a live host, which lies in the folder above this test's. What the
 * host's memory holds is read from /proc here, with none of the lab's code.
 */
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lab/lab.h"

static char host[PATH_MAX + 32];
static struct lab *lab;
static struct lab_report report;	/* of the last line */
static struct error err;

static int start_lab(void **state)
{
	const struct lab_options options = {
		.profile = "article", .source = CHOOSE_PROC, .host = host,
	};

	(void)state;
	lab = lab_start(&options, &err);
	if (!lab)
		print_error("%s\n", err.text);
	return lab ? 0 : -1;
}

static int stop_lab(void **state)
{
	(void)state;
	lab_report_free(&report);
	lab_stop(lab);
	return 0;
}

static int run(const char *line)
{
	lab_report_free(&report);
	return lab_run(lab, line, &report, &err);
}

static void good(const char *line)
{
	if (run(line))
		fail_msg("%s: %s", line, err.text);
}

/* The line is wrong, the words say how, and nothing was done. */
static void wrong(const char *line, const char *words)
{
	pid_t pid = lab_pid(lab);

	if (!run(line))
		fail_msg("%s: is taken", line);
	if (err.kind != ERR_USAGE || !strstr(err.text, words))
		fail_msg("%s: \"%s\" says nothing of \"%s\"", line, err.text,
			 words);
	assert_int_equal(lab_pid(lab), pid);
}

/* A line of that kind in the report, with these words. */
static bool says(enum lab_line_kind kind, const char *words)
{
	for (size_t i = 0; i < report.nr; i++)
		if (report.lines[i].kind == kind &&
		    strstr(report.lines[i].text, words))
			return true;
	return false;
}

static void holds(const char *claim)
{
	good(claim);
	assert_int_equal(report.nr, 1);
	if (report.lines[0].kind != LAB_TRUE)
		fail_msg("%s", report.lines[0].text);
}

static void holds_not(const char *claim)
{
	good(claim);
	assert_int_equal(report.nr, 1);
	if (report.lines[0].kind != LAB_FALSE)
		fail_msg("%s", report.lines[0].text);
}

/* A line of the host's maps that ends like this; false: there is none. */
static bool find_area(const char *name, uint64_t *start, uint64_t *end)
{
	char path[64], line[PATH_MAX];
	bool found = false;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)lab_pid(lab));
	maps = fopen(path, "r");
	assert_non_null(maps);
	while (!found && fgets(line, sizeof(line), maps))
		found = strstr(line, name) &&
			sscanf(line, "%" SCNx64 "-%" SCNx64, start, end) == 2;
	fclose(maps);
	return found;
}

static void read_memory(uint64_t addr, void *to, size_t nr)
{
	char path[64];
	FILE *mem;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)lab_pid(lab));
	mem = fopen(path, "r");
	assert_non_null(mem);
	setbuf(mem, NULL);
	assert_int_equal(fseeko(mem, (off_t)addr, SEEK_SET), 0);
	assert_int_equal(fread(to, 1, nr, mem), nr);
	fclose(mem);
}

/* The address of a block, as the lab says it. */
static uint64_t address_of(const char *name)
{
	char line[100];
	uint64_t addr = 0;
	const char *hex;

	snprintf(line, sizeof(line), "expect %s.address 1", name);
	good(line);
	hex = strstr(report.lines[0].text, "it is 0x");
	assert_non_null(hex);
	assert_int_equal(sscanf(hex, "it is 0x%" SCNx64, &addr), 1);
	return addr;
}

/* ---- what it does ---- */

static void test_nothing_by_itself(void **state)
{
	uint64_t start, end;

	(void)state;
	assert_false(find_area("[heap]", &start, &end));
	good("say nothing happens");
	good("check");
	assert_true(says(LAB_RESULT, "all invariants"));
	assert_false(find_area("[heap]", &start, &end));
	good("a = malloc 131048");
	assert_true(find_area("[heap]", &start, &end));
	/* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): set when found */
	assert_int_equal(end - start, 0x41000);
	assert_true(says(LAB_EVENT, "brk +0x41000"));
	assert_true(says(LAB_KERNEL, "brk +0x41000"));
	assert_int_equal(address_of("a"), start + 16);
}

static void test_memory(void **state)
{
	unsigned char bytes[100];
	uint64_t a, size;

	(void)state;
	good("a = malloc 100");
	good("fill a 0x41");
	a = address_of("a");
	read_memory(a, bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		assert_int_equal(bytes[i], 0x41);
	read_memory(a - 8, &size, sizeof(size));
	assert_int_equal(size & ~7UL, 112);
	good("touch a");
	read_memory(a, bytes, 1);
	assert_int_equal(bytes[0], 0x41);
	good("b = realloc a 4000");
	read_memory(address_of("b"), bytes, sizeof(bytes));
	assert_int_equal(bytes[99], 0x41);
	good("c = calloc 10 20");
	read_memory(address_of("c"), bytes, sizeof(bytes));
	assert_int_equal(bytes[0], 0);
	good("d = memalign 4096 10");
	assert_int_equal(address_of("d") % 4096, 0);
}

static void test_mapping(void **state)
{
	(void)state;
	good("b = malloc 131049");
	assert_true(says(LAB_EVENT, "135,168"));
	holds("expect mmap 135168");
	holds("expect mapped +135168");
	holds("expect brk +0");
	holds("expect b.rss 4096");
	good("free b");
	holds("expect munmap 135168");
	holds("expect mapped -135168");
	holds_not("expect mapped +135168");
	assert_int_equal(lab_expected(lab), 7);
	assert_int_equal(lab_failed(lab), 1);
}

static void test_pages(void **state)
{
	(void)state;
	good("p = sbrk 64k");
	holds("expect brk +65536");
	holds("expect heap.rss 0");
	good("touch p 0 3 read");
	holds("expect heap.rss +0");
	good("touch p 0 1");
	holds("expect heap.rss +8k");
	holds("expect p.rss == 8192");
	good("touch p 15");
	holds("expect heap.rss +4k");
	wrong("touch p 16", "0 to 15");
	wrong("touch p 3 2", "0 to 15");
	wrong("touch p 0 99999999999999999999", "no number");
	wrong("touch p 0 1 2", "two pages");
}

static void test_repeat_and_threads(void **state)
{
	(void)state;
	good("repeat 100 a = malloc 64");
	assert_string_equal(lab_name(lab, address_of("a[100]")), "a[100]");
	good("repeat 50 free a[2i]");
	assert_non_null(lab_name(lab, address_of("a[1]")));
	assert_null(lab_name(lab, address_of("a[2]")));
	holds("expect events.free 50");
	good("thread 2 t = malloc 64");
	assert_true(says(LAB_TEXT, "thread 2 is new"));
	good("repeat 3 thread 2 u = malloc 64");
	assert_false(says(LAB_TEXT, "is new"));
	good("thread 16 malloc 64");
	good("free _1");
	good("random 500 16 4000");
	good("check");
	assert_true(says(LAB_RESULT, "all invariants"));
	good("repeat 5 d = malloc 200");
	wrong("repeat 9 free d[i]", "in round 6: no block is called d[6]");
	assert_null(lab_name(lab, address_of("d[5]")));
}

static void test_undo(void **state)
{
	pid_t pid = lab_pid(lab);
	uint64_t before, after;

	(void)state;
	good("a = malloc 100");
	good("repeat 10 b = malloc 64");
	good("free b[3]");
	before = address_of("b[10]") - address_of("a");
	good("c = malloc 5000");
	good("undo");
	assert_int_not_equal(lab_pid(lab), pid);
	after = address_of("b[10]") - address_of("a");
	assert_int_equal(before, after);
	assert_null(lab_name(lab, address_of("b[3]")));
	wrong("free c", "no block is called c");
	wrong("undo 4", "3 commands");
	good("undo 3");
	wrong("free a", "no block is called a");
	wrong("undo", "0 commands");
	good("profile fast");
	good("a = malloc 100");
	wrong("profile slow", "article and fast");
}

/* Chance is the same with the same seed. */
static void test_seed(void **state)
{
	uint64_t first, second;

	(void)state;
	good("a = malloc 16");
	good("seed 7");
	good("random 300 16 4000");
	good("z = malloc 16");
	first = address_of("z") - address_of("a");
	good("profile article");
	good("a = malloc 16");
	good("seed 7");
	good("random 300 16 4000");
	good("z = malloc 16");
	second = address_of("z") - address_of("a");
	assert_int_equal(first, second);
}

/* ---- what goes wrong ---- */

static void test_wrong_lines(void **state)
{
	(void)state;
	wrong("fre a", "no command");
	wrong("free a", "no block is called a");
	wrong("free", "too few");
	wrong("malloc", "too few");
	wrong("malloc 1 2", "too many");
	wrong("malloc -1", "no number");
	wrong("malloc 99999999999999999999", "no number");
	wrong("a = free b", "makes no block");
	wrong("a =", "no command");
	wrong("= malloc 1", "no command");
	wrong("9 = malloc 1", "no name");
	wrong("brk = malloc 1", "another name");
	wrong("free = malloc 1", "another name");
	wrong("a[i] = malloc 1", "in a repeat");
	wrong("repeat 0 malloc 1", "1 to 100000");
	wrong("repeat 100001 malloc 1", "1 to 100000");
	wrong("repeat 2 repeat 2 malloc 1", "repeat in a repeat");
	wrong("repeat 2", "a number");
	wrong("repeat 2 say x", "without thread and repeat");
	wrong("thread 17 malloc 1", "1 to 16");
	wrong("thread 0 malloc 1", "1 to 16");
	wrong("mallopt nonsense 1", "mallopt knows");
	wrong("mallopt top_pad 4g", "an int");
	wrong("random 10 20 10", "smaller first");
	wrong("expect brk", "too few");
	wrong("expect brk +", "a claim ends");
	wrong("expect brk 1 2", "ends before 2");
	wrong("expect brk == 1x", "no number");
	wrong("expect nonsense 1", "no block");
	wrong("expect events.nonsense 1", "no event");
	wrong("expect a.b.c 1", "no name");
	good("a = malloc 10");
	wrong("expect a.nonsense 1", "a block has");
	wrong("fill a 256", "255");
	assert_int_equal(lab_expected(lab), 0);
}

static void test_huge(void **state)
{
	(void)state;
	good("a = malloc 0xffffffffffffffff");
	assert_true(says(LAB_RESULT, "a = 0"));
	holds("expect a 0");
	good("b = calloc 0x8000000000000000 2");
	holds("expect b 0");
	good("c = malloc 16");
	good("d = realloc c 0x7fffffffffffffff");
	holds("expect d 0");
	assert_non_null(lab_name(lab, address_of("c")));
	good("e = memalign 0x4000000000000000 16");
	holds("expect e 0");
	good("free a");
	wrong("touch a", "no byte");
	wrong("fill a 1", "no byte");
	good("f = sbrk 1000g");
	holds("expect f 0");
	wrong("g = sbrk 0xffffffffffffffff", "at most");
	wrong("h = sbrk 99999999999g", "no number");
	good("i = calloc 1 2g");
	wrong("fill i 1", "1 GiB");
}

static void test_lost_names(void **state)
{
	(void)state;
	good("a = malloc 16");
	good("a = malloc 32");
	assert_true(says(LAB_TEXT, "nobody can free it"));
	good("free a");
	good("a = malloc 48");
	assert_false(says(LAB_TEXT, "nobody can free it"));
	good("a = realloc a 64");
	assert_false(says(LAB_TEXT, "nobody can free it"));
}

/* The checker ends the host; the rest is done again in another one. */
static void test_double_free(void **state)
{
	pid_t pid = lab_pid(lab);

	(void)state;
	good("a = malloc 200");
	good("b = malloc 200");
	good("free a");
	assert_int_equal(run("free a"), -1);
	assert_int_equal(err.kind, ERR_GONE);
	assert_non_null(strstr(err.text, "double free"));
	assert_int_equal(lab_pid(lab), 0);
	good("c = malloc 200");
	assert_true(says(LAB_TEXT, "3 steps were done again"));
	assert_int_not_equal(lab_pid(lab), pid);
	assert_int_equal(address_of("c"), address_of("a"));
}

static void test_killed(void **state)
{
	(void)state;
	good("a = malloc 200");
	kill(lab_pid(lab), SIGKILL);
	assert_int_equal(run("b = malloc 200"), -1);
	assert_int_equal(err.kind, ERR_GONE);
	assert_non_null(strstr(err.text, "Killed"));
	good("b = malloc 200");
	assert_int_equal(address_of("b") - address_of("a"), 208);
	/* Between lines, where nobody waits for an answer. */
	kill(lab_pid(lab), SIGKILL);
	good("expect a.usable 200");
	assert_int_equal(run("chunks"), 0);
	assert_int_equal(run("free a"), -1);
	good("undo");
	assert_null(strstr(report.lines[0].text, "NULL"));
	assert_non_null(lab_name(lab, address_of("a")));
}

static void test_use_after_unmap(void **state)
{
	(void)state;
	good("a = malloc 1m");
	good("free a");
	assert_int_equal(run("touch a 5"), -1);
	assert_non_null(strstr(err.text, "Segmentation"));
	good("stats");
}

/* ---- words for the command line ---- */

static size_t complete(const char *line, const char **words)
{
	return lab_complete(lab, line, strlen(line), words, 10);
}

static void test_completion(void **state)
{
	const char *words[10];

	(void)state;
	good("block = malloc 16");
	assert_int_equal(complete("mem", words), 1);
	assert_string_equal(words[0], "memalign");
	assert_int_equal(complete("free b", words), 1);
	assert_string_equal(words[0], "block");
	assert_int_equal(complete("thread 2 x = cal", words), 1);
	assert_string_equal(words[0], "calloc");
	assert_int_equal(complete("touch block 0 3 r", words), 1);
	assert_string_equal(words[0], "read");
	assert_int_equal(complete("mallopt mm", words), 2);
	assert_int_equal(complete("expect heap.", words), 2);
	assert_int_equal(complete("expect events.co", words), 1);
	assert_int_equal(complete("", words), 10);
	assert_int_equal(complete("nonsense x", words), 0);
	assert_int_equal(lab_complete(lab, "fr", 99, words, 10), 0);
	assert_int_equal(lab_complete(lab, "free", 2, words, 10), 1);
}

/* ---- scripts ---- */

static const char *write_script(const char *text)
{
	static char path[] = "/tmp/vmaview-lab-XXXXXX";
	FILE *file;

	strcpy(path + sizeof(path) - 7, "XXXXXX");
	file = fdopen(mkstemp(path), "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	return path;
}

static void count_lines(void *context, const struct lab_line *line)
{
	(void)line;
	++*(unsigned int *)context;
}

static bool stop_here(void *context)
{
	(void)context;
	return false;
}

static void test_scripts(void **state)
{
	unsigned int nr = 0;
	const char *path;

	(void)state;
	path = write_script("# title\na = malloc 16\n\nfree b\nfree a\n");
	assert_int_equal(lab_run_file(lab, path, count_lines, NULL, &nr, &err),
			 -1);
	assert_non_null(strstr(err.text, path));
	assert_non_null(strstr(err.text, ":4: no block is called b"));
	unlink(path);
	path = write_script("say one\nask two\nsay three");
	nr = 0;
	assert_int_equal(lab_run_file(lab, path, count_lines, stop_here, &nr,
				      &err), 0);
	assert_int_equal(nr, 2);
	nr = 0;
	assert_int_equal(lab_run_file(lab, path, count_lines, NULL, &nr, &err),
			 0);
	assert_int_equal(nr, 3);
	unlink(path);
	assert_int_equal(lab_run_file(lab, "/nowhere", count_lines, NULL, &nr,
				      &err), -1);
	assert_int_equal(lab_run_file(lab, "/tmp", count_lines, NULL, &nr,
				      &err), -1);
}

static void drop(void *context, const struct lab_line *line)
{
	(void)context;
	(void)line;
}

/* Also what was done can be done again: 60,000 blocks, in another host. */
static void test_long_script(void **state)
{
	enum { LINES = 100000 };
	char *text = malloc(LINES * 32), *end = text;
	const char *path;

	(void)state;
	assert_non_null(text);
	for (int i = 0; i < LINES; i++)
		end += sprintf(end, i % 5 < 3 ? "a[%d] = malloc %d\n" :
				    i % 5 == 3 ? "free a[%d]\n" :
				    "fill a[%d] 0x41\n",
			       i % 5 < 3 ? i : i - i % 5 + (i % 5 == 4),
			       16 + i % 700);
	path = write_script(text);
	free(text);
	if (lab_run_file(lab, path, drop, NULL, NULL, &err))
		fail_msg("%s", err.text);
	unlink(path);
	assert_non_null(lab_name(lab, address_of("a[99997]")));
	good("check");
	assert_true(says(LAB_RESULT, "all invariants"));
	good("undo");
	assert_true(says(LAB_RESULT, "100000 steps done again"));
	good("check");
	assert_true(says(LAB_RESULT, "all invariants"));
}

/* ---- lines of chance ---- */

static const char *const scraps[] = {
	"a", "b", "a[1]", "a[i]", "=", "malloc", "calloc", "realloc", "free",
	"touch", "fill", "trim", "mallopt", "thread", "repeat", "random",
	"expect", "undo", "stats", "chunks", "bins", "leaks", "mtrace",
	"muntrace", "check", "memalign", "seed", "help", "say", "0", "1", "2",
	"16", "100", "3", "131049", "0xffffffffffffffff", "-", "+4k", "brk",
	"heap.rss", "a.size", "events", "coalesce", "read", "top.size", "<=",
	"mmap_threshold", "\x01\xff", "%s%n", "av.top_pad", "#", "64",
};

/* Whatever is typed, the lab answers, and its heap stays whole. */
static void test_chance(void **state)
{
	unsigned int seed = 1, nr_scraps = sizeof(scraps) / sizeof(*scraps);
	char line[400];

	(void)state;
	for (int i = 0; i < 3000; i++) {
		int nr = rand_r(&seed) % 6, used = 0;

		line[0] = '\0';
		for (int j = 0; j <= nr; j++)
			used += snprintf(line + used, sizeof(line) - used,
					 "%s%s", j ? " " : "",
					 scraps[rand_r(&seed) % nr_scraps]);
		if (run(line) && err.kind != ERR_USAGE && err.kind != ERR_GONE)
			fail_msg("%s: %s", line, err.text);
	}
	while (run("check"))
		;
	assert_true(says(LAB_RESULT, "all invariants"));
}

/* A ring of 64 events, and a call that tells of more. */
static void test_lost_events(void **state)
{
	const struct lab_options options = {
		.profile = "article", .source = CHOOSE_PROC, .host = host,
		.options = "event_slots=64",
	};

	(void)state;
	lab = lab_start(&options, &err);
	assert_non_null(lab);
	good("repeat 400 a = malloc 64");
	good("repeat 200 free a[2i]");
	holds("expect events.free 200");
	good("b = malloc 2000");
	assert_true(says(LAB_ERROR, "events more are lost"));
	holds_not("expect events.coalesce 200");
	assert_true(says(LAB_FALSE, "events are lost"));
	good("c = malloc 2000");
	holds("expect events.malloc 1");
	stop_lab(state);
}

static void test_no_host(void **state)
{
	struct lab_options options = {
		.profile = "article", .source = CHOOSE_PROC,
		.host = "/nowhere/vmaview-host",
	};

	(void)state;
	assert_null(lab_start(&options, &err));
	assert_non_null(strstr(err.text, "/nowhere/vmaview-host"));
	options.host = "/bin/true";
	assert_null(lab_start(&options, &err));
	assert_non_null(strstr(err.text, "ended with code 0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)	cmocka_unit_test_setup_teardown(name, start_lab, stop_lab)
		TEST(test_nothing_by_itself),
		TEST(test_memory),
		TEST(test_mapping),
		TEST(test_pages),
		TEST(test_repeat_and_threads),
		TEST(test_undo),
		TEST(test_seed),
		TEST(test_wrong_lines),
		TEST(test_huge),
		TEST(test_lost_names),
		TEST(test_double_free),
		TEST(test_killed),
		TEST(test_use_after_unmap),
		TEST(test_completion),
		TEST(test_scripts),
		TEST(test_long_script),
		TEST(test_chance),
		cmocka_unit_test(test_lost_events),
		cmocka_unit_test(test_no_host),
	};
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n <= 0)
		return 1;
	self[n] = '\0';
	snprintf(host, sizeof(host), "%s/../vmaview-host", dirname(self));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
