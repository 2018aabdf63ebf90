// SPDX-License-Identifier: GPL-2.0
/*
 * The command line from outside: runs the vmaview that was built beside this
 * test and looks at its exit code and at what it prints.
 */
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
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char program[PATH_MAX + 16];
static char output[1 << 20];	/* of the last run, stderr included */
static pid_t target;

/* Runs a line of shell in which V is the program and P the target's pid. */
static int shell(const char *line)
{
	char command[PATH_MAX * 2];
	size_t n;
	int status;
	FILE *out;

	snprintf(command, sizeof(command), "V='%s'; P=%d; { %s\n} 2>&1",
		 program, target, line);
	out = popen(command, "r");
	assert_non_null(out);
	n = fread(output, 1, sizeof(output) - 1, out);
	output[n] = '\0';
	status = pclose(out);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void check(const char *line, int code, const char *part)
{
	int got = shell(line);

	if (got != code)
		fail_msg("%s: exit code %d, not %d\n%s", line, got, code,
			 output);
	if (!strstr(output, part))
		fail_msg("%s: no \"%s\" in\n%s", line, part, output);
}

static pid_t start_target(const char *name)
{
	pid_t parent = getpid(), pid;
	int ready[2];
	char c;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_NAME, name);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent || write(ready[1], "x", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	return pid;
}

static void stop_target(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void test_usage(void **state)
{
	static const struct {
		const char *args;
		int code;
		const char *part;
	} cases[] = {
		{ "-h", 0, "usage: vmaview" },
		{ "--help", 0, "exit codes" },
		{ "help", 0, "usage: vmaview" },
		{ "mm -h", 0, "usage: vmaview" },
		{ "-V", 0, "vmaview 0." },
		{ "--version", 0, "vmaview 0." },
		{ "", 2, "vmaview: which process?" },
		{ "''", 2, "empty name" },
		{ "0", 2, "no pid" },
		{ "+5", 2, "no pid" },
		{ "-- -5", 2, "no pid" },
		{ "-5", 2, "no option -5" },
		{ "1x", 2, "1x" },
		{ "99999999999999999999", 2, "no pid" },
		{ "2147483648", 2, "no pid" },
		{ "2147483647", 42, "no process 2147483647" },
		{ "no-such-process-name", 42, "no process is named" },
		{ "mm", 2, "too few words: vmaview mm PID|NAME" },
		{ "mm 1 2", 2, "too many words" },
		{ "pages", 2, "too few words: vmaview pages PID|NAME" },
		{ "-A 5 pages 1", 2, "LOW,HIGH" },
		{ "-A 5,3 pages 1", 2, "LOW,HIGH" },
		{ "-A 5,-3 pages 1", 2, "LOW,HIGH" },
		{ "-A 0x5,8x pages 1", 2, "LOW,HIGH" },
		{ "-A 5,0x1ffffffffffffffff pages 1", 2, "LOW,HIGH" },
		{ "1 2", 2, "too many words" },
		{ "help me", 2, "too many words" },
		{ "--nonsense 1", 2, "--nonsense is no option" },
		{ "--json=x 1", 2, "--json=x: no value is wanted" },
		{ "-x 1", 2, "no option -x" },
		{ "1 -d", 2, "-d wants a value" },
		{ "1 --source", 2, "--source wants a value" },
		{ "--source=magic 1", 2, "auto, netlink or proc" },
		{ "--color=blue 1", 2, "auto, always or never" },
		{ "--width=39 1", 2, "columns" },
		{ "--width=8x 1", 2, "columns" },
		{ "-d 0 1", 2, "seconds" },
		{ "-d -1 1", 2, "seconds" },
		{ "-d nan 1", 2, "seconds" },
		{ "-d inf 1", 2, "seconds" },
		{ "-d 1s 1", 2, "seconds" },
		{ "export svg 1", 2, "no format svg" },
		{ "export text 1", 2, "layout, descriptor" },
		{ "export text --figure=cat 1", 2, "layout, descriptor" },
		{ "export text --figure=layout", 2, "too few words" },
	};
	char line[200];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(line, sizeof(line), "\"$V\" %s", cases[i].args);
		check(line, cases[i].code, cases[i].part);
	}
}

static void test_output(void **state)
{
	(void)state;
	check("\"$V\" --source=proc $P", 0, "totals by kind");
	check("\"$V\" $P --source=proc", 0, "[stack]");
	check("\"$V\" --source=proc $P", 0, "\ncounters ");
	check("\"$V\" --source=proc $P | grep -cE ' (pss|excl) '", 1, "0");
	check("\"$V\" --source=proc --sharing $P | grep -cE ' dirty +pss +excl'",
	      0, "2\n");
	check("\"$V\" --source=proc vmaview-cli", 0, "[stack]");
	check("\"$V\" view --source=proc $P", 0, "[stack]");
	check("\"$V\" mm --source=proc $P", 0, "start_code");
	check("\"$V\" maps --source=proc $P | cmp - /proc/$P/maps", 0, "");
	check("\"$V\" export text --figure=layout --width=60 --source=proc $P",
	      0, "stack");
	check("\"$V\" export --figure descriptor text --source=proc $P", 0,
	      "mm_struct");
	check("LC_ALL=C \"$V\" export text --figure=layout --source=proc $P | LC_ALL=C grep -c '[^ -~]'",
	      1, "0");
	/* a column is a character; the figure is not wider than asked for */
	check("\"$V\" --no-unicode export text --figure=layout --width=60 --source=proc $P | awk 'length > 60' | wc -l",
	      0, "0\n");
}

static void test_json(void **state)
{
	(void)state;
	if (shell("command -v jq"))
		skip();
	check("\"$V\" -j mm --source=proc $P | jq .schema_version", 0, "1\n");
	check("\"$V\" mm -j --source=proc $P | jq '.vmas, .mm.pgd'", 0,
	      "null\nnull\n");
	check("\"$V\" mm $P -p --source=proc | jq -r .source", 0, "proc\n");
	check("\"$V\" -j --source=proc $P | jq '.coherent, .truncated'", 0,
	      "true\nfalse\n");
	check("\"$V\" -j --source=proc $P | jq '.rss.anon.counter_bytes, .rss.anon.walk_bytes, .rss.swap.reason' | awk '{ print ($1 == \"null\") }' | tr -d '\n'",
	      0, "001");
	check("\"$V\" -j maps --source=proc $P | jq '.rss.anon.walk_bytes'",
	      0, "null\n");
	check("\"$V\" -j mm --source=proc $P | jq .rss", 0, "null\n");
	/* Pss is in bytes already; nobody comes and goes on a stack */
	check("\"$V\" -j --source=proc $P | jq '.vmas[] | select(.region == \"stack\").counts_bytes.pss' >/tmp/vmaview-cli.$P; "
	      "awk '/-/ { s = /\\[stack\\]/ } s && /^Pss:/ { print $2 * 1024 }' /proc/$P/smaps | cmp - /tmp/vmaview-cli.$P && echo same; rm /tmp/vmaview-cli.$P",
	      0, "same");
	check("\"$V\" -j maps --source=proc $P | jq -r '.vmas[] | (.start|ltrimstr(\"0x\")) + \"-\" + (.end|ltrimstr(\"0x\")) + \" \" + .perms' >/tmp/vmaview-cli.$P; "
	      "cut -d' ' -f1,2 /proc/$P/maps | cmp - /tmp/vmaview-cli.$P && echo same; rm /tmp/vmaview-cli.$P",
	      0, "same");
}

static void test_case_30_write_errors(void **state)
{
	(void)state;
	check("\"$V\" maps --source=proc $P >/dev/full", 1, "No space left");
	check("\"$V\" -j --source=proc $P >/dev/full", 1, "No space left");
	check("\"$V\" mm --source=proc $P >/dev/full", 1, "No space left");
	check("\"$V\" --source=proc $P >/dev/full", 1, "No space left");
	check("\"$V\" export text --figure=layout --source=proc $P >/dev/full",
	      1, "No space left");
	check("\"$V\" -h >/dev/full", 1, "No space left");
	check("\"$V\" -V >/dev/full", 1, "No space left");
	check("\"$V\" maps --source=proc $P >&-", 1, "Bad file descriptor");
	check("\"$V\" maps --source=proc $P <&- >/dev/null 2>&-", 0, "");
	/* with SIGPIPE ignored there is an error to be quiet about */
	check("trap '' PIPE; { \"$V\" maps --source=proc $P; echo $? >&2; } | true",
	      0, "");
	assert_null(strstr(output, "vmaview:"));
}

static void test_names(void **state)
{
	pid_t one = start_target("twins"), two = start_target("twins");
	pid_t wild = start_target("a\033[31m\n\x9b");
	char line[200], pids[40];

	(void)state;
	snprintf(pids, sizeof(pids), "%d", one);
	check("\"$V\" twins", 2, "2 processes are named twins");
	assert_non_null(strstr(output, pids));
	snprintf(line, sizeof(line), "\"$V\" --source=proc %d", wild);
	check(line, 0, "a\\x1b[31m\\n\\x9b");
	assert_null(strchr(output, '\033'));
	snprintf(line, sizeof(line), "\"$V\" --source=proc mm %d", wild);
	check(line, 0, "a\\x1b[31m\\n\\x9b");
	assert_null(strchr(output, '\033'));
	check("\"$V\" \"$(printf 'x\\033[2J')\"", 42, "x\\x1b[2J");
	assert_null(strchr(output, '\033'));
	stop_target(one);
	stop_target(two);
	stop_target(wild);
}

static void test_refused(void **state)
{
	(void)state;
	if (access("/sys/module/vmaview", F_OK))
		check("\"$V\" --source=netlink $P", 3, "vmaview: ");
	if (geteuid())
		skip();
	if (!shell("setpriv --reuid=65534 --clear-groups test -x \"$V\""))
		check("setpriv --reuid=65534 --regid=65534 --clear-groups \"$V\" --source=proc 1",
		      4, "run as root");
}

static int start(void **state)
{
	char self[PATH_MAX] = "";

	(void)state;
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return -1;
	snprintf(program, sizeof(program), "%s/../vmaview", dirname(self));
	if (access(program, X_OK))
		return -1;
	target = start_target("vmaview-cli");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	stop_target(target);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_output),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_case_30_write_errors),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
