// SPDX-License-Identifier: GPL-2.0
/*
 * vmaview lab: a host whose malloc is driven by commands. Printed without a
 * terminal or from a file, else in the viewer with a command line.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "export/about.h"
#include "lab/lab.h"
#include "util/beside.h"
#include "util/escape.h"
#include "util/wrap.h"

#define SUFFIX	".lab"
#define NAME_COLUMNS	25	/* of a list of labs */
#define QUESTION_INDENT	2	/* columns of "? ", and of the rows below */

/* ---- guided labs: beside the program, or installed ---- */

static const char *const folders[] = { "labs", "../share/vmaview/labs", NULL };

static DIR *open_folder(char path[PATH_MAX])
{
	DIR *dir = NULL;

	for (int i = 0; folders[i] && !dir; i++)
		if (beside(folders[i], path))
			dir = opendir(path);
	return dir;
}

/* A file that is there, else the guided lab of that name. */
static void find_script(const char *name, char out[PATH_MAX])
{
	char folder[PATH_MAX];
	DIR *dir;

	if (access(name, F_OK) && !strchr(name, '/') &&
	    (dir = open_folder(folder))) {
		closedir(dir);
		if (snprintf(out, PATH_MAX, "%s/%s" SUFFIX, folder, name) <
			    PATH_MAX && !access(out, F_OK))
			return;
	}
	snprintf(out, PATH_MAX, "%s", name);
}

static int is_lab(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > strlen(SUFFIX) &&
	       !strcmp(entry->d_name + len - strlen(SUFFIX), SUFFIX);
}

/* "NAME  title": the title is the comment that a lab begins with. */
static void list_one(const struct options *options, const char *folder,
		     const char *name)
{
	char path[PATH_MAX], title[200] = "", plain[NAME_MAX + 1];
	int len = (int)(strlen(name) - strlen(SUFFIX)), columns;
	FILE *file = NULL;

	snprintf(plain, sizeof(plain), "%.*s", len, name);
	columns = (int)escape_text(NULL, 0, plain, !options->app.unicode);
	if (snprintf(path, sizeof(path), "%s/%s", folder, name) < PATH_MAX)
		file = fopen(path, "re");
	if (file && !fgets(title, sizeof(title), file))
		*title = '\0';
	if (file)
		fclose(file);
	title[strcspn(title, "\n")] = '\0';
	about_write_text(plain, !options->app.unicode, stdout);
	printf("%*s", columns < NAME_COLUMNS ? NAME_COLUMNS - columns : 1, "");
	about_write_text(title + strspn(title, "# "), !options->app.unicode,
			 stdout);
	putchar('\n');
}

static enum exit_code list_labs(const struct options *options)
{
	struct dirent **entries;
	char path[PATH_MAX];
	struct error err;
	DIR *dir = open_folder(path);
	int nr = -1;

	if (dir) {
		closedir(dir);
		nr = scandir(path, &entries, is_lab, alphasort);
	}
	if (nr < 0) {
		error_set(&err, ERR_FAILED,
			  "no guided labs beside vmaview or in ../share/vmaview/labs");
		return cmd_fail(options, &err);
	}
	for (int i = 0; i < nr; i++) {
		list_one(options, path, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return cmd_wrote(options, fflush(stdout) || ferror(stdout) ? -1 : 0);
}

/* ---- lines, printed ---- */

static const struct {
	const char *lead;
	enum style style;
} kinds[] = {
	[LAB_COMMAND] = { "> ", STYLE_TITLE },
	[LAB_RESULT] = { "  ", STYLE_VALUE },
	[LAB_EVENT] = { "  allocator: ", STYLE_NORMAL },
	[LAB_KERNEL] = { "  kernel: ", STYLE_KERNEL },
	[LAB_TEXT] = { "", STYLE_NORMAL },
	[LAB_QUESTION] = { "\n? ", STYLE_KEY },
	[LAB_TRUE] = { "  claim ", STYLE_LABEL },
	[LAB_FALSE] = { "  CLAIM ", STYLE_ERROR },
	[LAB_ERROR] = { "  ! ", STYLE_ERROR },
};

/* What is for reading, in rows of the width. */
static void print_prose(const struct options *options, int indent,
			const char *raw)
{
	size_t size = escape_text(NULL, 0, raw, !options->app.unicode) + 1;
	char *all = malloc(size), *text = all;

	if (!all)
		return;
	escape_text(all, size, raw, !options->app.unicode);
	do {
		size_t len = wrap_bytes(text, options->width - indent);
		size_t seen = len;

		while (seen && text[seen - 1] == ' ')
			seen--;
		printf("%*s%.*s\n", text == all ? 0 : indent, "", (int)seen,
		       text);
		text += len;
	} while (*text);
	free(all);
}

static void print_line(void *context, const struct lab_line *line)
{
	const struct options *options = context;

	fputs(kinds[line->kind].lead, stdout);
	if (line->kind == LAB_TEXT || line->kind == LAB_QUESTION) {
		print_prose(options, line->kind == LAB_QUESTION ?
			    QUESTION_INDENT : 0, line->text);
		return;
	}
	about_write_text(line->text, !options->app.unicode, stdout);
	putchar('\n');
}

/* Waits for Enter; what else is typed is the reader's prediction. */
static bool wait_for_enter(void *context)
{
	int c;

	(void)context;
	fputs("  (Enter) ", stdout);
	fflush(stdout);
	do
		c = getchar();
	while (c != '\n' && c != EOF);
	return c != EOF;
}

static struct lab *start(const struct options *options, struct error *err)
{
	const struct lab_options lab_options = {
		.profile = options->profile ? options->profile : "article",
		.source = options->source,
	};

	if (strcmp(lab_options.profile, "article") &&
	    strcmp(lab_options.profile, "fast")) {
		error_set(err, ERR_USAGE,
			  "--profile=%.40s: give article or fast",
			  lab_options.profile);
		return NULL;
	}
	return lab_start(&lab_options, err);
}

/* How a run ends: an expectation that failed is a failure. */
static enum exit_code verdict(const struct options *options,
			      const struct lab *lab)
{
	enum exit_code code = cmd_wrote(options, fflush(stdout) ||
						 ferror(stdout) ? -1 : 0);

	return code || !lab_failed(lab) ? code : EXIT_FAILED;
}

static enum exit_code run_script(const struct options *options)
{
	bool waits = options->step && isatty(STDIN_FILENO);
	char path[PATH_MAX];
	enum exit_code code;
	struct error err;
	struct lab *lab = start(options, &err);

	if (!lab)
		return cmd_fail(options, &err);
	find_script(options->script, path);
	if (lab_run_file(lab, path, print_line, waits ? wait_for_enter : NULL,
			 (void *)options, &err)) {
		fflush(stdout);
		cmd_fail(options, &err);
		code = EXIT_FAILED;
	} else {
		code = verdict(options, lab);
	}
	lab_stop(lab);
	return code;
}

/* Errors of a line are told, and the next one is read. */
static enum exit_code run_stdin(const struct options *options)
{
	struct lab_report report = { .nr = 0 };
	enum exit_code code;
	char *line = NULL;
	bool failed = false;
	size_t size = 0;
	struct error err;
	struct lab *lab = start(options, &err);

	if (!lab)
		return cmd_fail(options, &err);
	while (!ferror(stdout) && getline(&line, &size, stdin) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		if (lab_run(lab, line, &report, &err)) {
			lab_report_add(&report, LAB_ERROR, "%s", err.text);
			failed = true;
		}
		for (size_t i = 0; i < report.nr; i++)
			print_line((void *)options, &report.lines[i]);
		lab_report_free(&report);
		fflush(stdout);
	}
	free(line);
	code = verdict(options, lab);
	lab_stop(lab);
	return failed && !code ? EXIT_FAILED : code;
}

/* ---- checks ---- */

/* Says the claims that do not hold, and nothing else. */
static void print_false(void *context, const struct lab_line *line)
{
	if (line->kind == LAB_FALSE)
		print_line(context, line);
}

static void tell_check(const struct options *options, const char *word,
		       const char *name)
{
	fputs(word, stdout);
	about_write_text(name, !options->app.unicode, stdout);
}

static bool check_one(const struct options *options, const char *name,
		      struct error *err)
{
	struct lab *lab = start(options, err);
	char path[PATH_MAX];
	bool holds;

	if (!lab)
		return false;
	find_script(name, path);
	holds = !lab_run_file(lab, path, print_false, NULL, (void *)options,
			      err);
	if (holds && (lab_failed(lab) || !lab_expected(lab))) {
		holds = false;
		error_set(err, ERR_FAILED, lab_expected(lab) ?
			  "%u of %u claims do not hold" : "it claims nothing",
			  lab_failed(lab), lab_expected(lab));
	}
	if (holds) {
		tell_check(options, "ok ", name);
		printf(": %u claims hold\n", lab_expected(lab));
	}
	lab_stop(lab);
	return holds;
}

static enum exit_code check_labs(const struct options *options, char **names)
{
	bool all_hold = true;
	struct error err;

	if (!*names) {
		error_set(&err, ERR_USAGE, "lab check wants names of labs");
		return cmd_fail(options, &err);
	}
	for (; *names; names++) {
		if (check_one(options, *names, &err))
			continue;
		all_hold = false;
		tell_check(options, "not ok ", *names);
		fputs(" - ", stdout);
		about_write_text(err.text, !options->app.unicode, stdout);
		putchar('\n');
	}
	if (fflush(stdout) || ferror(stdout))
		return cmd_wrote(options, -1);
	return all_hold ? EXIT_OK : EXIT_FAILED;
}

/* ---- in the viewer ---- */

/* The lab, and who looks at the host that it has now. */
struct bench {
	const struct options *options;
	struct lab *lab;
	pid_t pid;		/* 0: nobody looks yet */
	struct source *source;
	struct subject subject;
};

static void look_away(struct bench *bench)
{
	if (!bench->pid)
		return;
	subject_close(&bench->subject);
	source_close(bench->source);
	bench->pid = 0;
}

/* Undo, or a death, brings another process. */
static int look_at_host(struct bench *bench, struct error *err)
{
	pid_t pid = lab_pid(bench->lab);

	if (pid && pid == bench->pid)
		return 0;
	if (!pid)
		return error_set(err, ERR_GONE,
				 "the host has died: the next command starts another");
	look_away(bench);
	bench->source = source_open(bench->options->source, pid, err);
	if (!bench->source)
		return -1;
	bench->pid = pid;
	subject_open(&bench->subject, bench->source, pid);
	return 0;
}

static struct snapshot *take_picture(void *context, const struct take *take,
				     struct error *err)
{
	struct bench *bench = context;

	if (look_at_host(bench, err))
		return NULL;
	return subject_take(&bench->subject, take, err);
}

static int find_symbol(void *context, const char *text, uint64_t *addr,
		       struct error *err)
{
	const struct take take = { .what = TAKE_VMAS };
	struct bench *bench = context;
	struct snapshot *snap = take_picture(bench, &take, err);
	int ret;

	if (!snap)
		return -1;
	ret = cmd_place(bench->subject.symbols, snap, text, addr, err);
	snapshot_free(snap);
	return ret;
}

static int run_line(void *context, const char *line, struct app_log *log,
		    struct error *err)
{
	struct lab_report report = { .nr = 0 };
	struct bench *bench = context;
	int ret = lab_run(bench->lab, line, &report, err);

	for (size_t i = 0; i < report.nr; i++)
		app_log_add(log, kinds[report.lines[i].kind].style, "%s%s",
			    kinds[report.lines[i].kind].lead,
			    report.lines[i].text);
	lab_report_free(&report);
	if (!ret || err->kind == ERR_FAILED)
		return ret;
	app_log_add(log, STYLE_ERROR, "  ! %s", err->text);
	return 0;
}

static size_t complete(void *context, const char *line, size_t cursor,
		       const char **words, size_t max)
{
	return lab_complete(((struct bench *)context)->lab, line, cursor,
			    words, max);
}

static const char *name_of(void *context, uint64_t mem)
{
	return lab_name(((struct bench *)context)->lab, mem);
}

static enum exit_code run_viewer(const struct options *options)
{
	const struct take take = {
		.what = TAKE_VMAS | TAKE_COUNTS | TAKE_HEAP,
	};
	struct bench bench = { .options = options };
	const struct app_lab app_lab = {
		.run = run_line, .complete = complete, .name = name_of,
		.context = &bench,
	};
	const struct app_feed feed = {
		.take = take_picture, .find = find_symbol, .context = &bench,
		.lab = &app_lab,
	};
	struct snapshot *first = NULL;
	struct error err;
	int ret = -1;

	bench.lab = start(options, &err);
	if (bench.lab)
		first = take_picture(&bench, &take, &err);
	if (first)
		ret = app_run(&feed, first, &options->app, &err);
	look_away(&bench);
	lab_stop(bench.lab);
	return ret ? cmd_fail(options, &err) : EXIT_OK;
}

static enum exit_code run_heap(const struct options *options)
{
	struct error err;

	if (options->script)
		return run_script(options);
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return run_stdin(options);
	if (app_check_terminal(&err)) {
		cmd_fail(options, &err);
		return run_stdin(options);
	}
	return run_viewer(options);
}

enum exit_code cmd_lab(const struct options *options, char **args)
{
	struct error err;

	if (!strcmp(args[0], "check"))
		return check_labs(options, args + 1);
	if (!strcmp(args[0], "heap") && !args[1])
		return run_heap(options);
	if (!strcmp(args[0], "list") && !args[1])
		return list_labs(options);
	error_set(&err, ERR_USAGE,
		  "lab heap [-f LAB], lab check LAB..., lab list: not lab %.40s%s",
		  args[0], args[1] ? " with more words" : "");
	return cmd_fail(options, &err);
}
