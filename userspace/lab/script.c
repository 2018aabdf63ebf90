// SPDX-License-Identifier: GPL-2.0
/* A file of commands, line by line. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/state.h"

/* A run that tells lines as they come. */
struct run {
	struct lab *lab;
	void (*tell)(void *context, const struct lab_line *line);
	bool (*pause)(void *context);
	void *context;
};

/* False: somebody has seen enough. */
static bool tell_report(const struct run *run, struct lab_report *report)
{
	bool go_on = true;
	size_t i;

	for (i = 0; i < report->nr && go_on; i++) {
		run->tell(run->context, &report->lines[i]);
		if (report->lines[i].kind == LAB_QUESTION && run->pause)
			go_on = run->pause(run->context);
	}
	return go_on;
}

static int run_line(const struct run *run, char *line, bool *go_on,
		    struct error *err)
{
	struct lab_report report = { .nr = 0 };
	int ret;

	line[strcspn(line, "\n")] = '\0';
	ret = lab_run(run->lab, line, &report, err);
	*go_on = tell_report(run, &report);
	if (!ret && report.failed)
		ret = error_set(err, ERR_FAILED, "out of memory");
	lab_report_free(&report);
	return ret;
}

int lab_run_file(struct lab *lab, const char *path,
		 void (*tell)(void *context, const struct lab_line *line),
		 bool (*pause)(void *context), void *context,
		 struct error *err)
{
	const struct run run = { lab, tell, pause, context };
	char text[sizeof(err->text)], *line = NULL;
	unsigned long number = 0;
	bool go_on = true;
	FILE *file = fopen(path, "re");
	size_t size = 0;
	int ret = 0;

	if (!file)
		return error_set(err, ERR_FAILED, "%.200s: %s", path,
				 strerror(errno));
	while (!ret && go_on && getline(&line, &size, file) >= 0) {
		number++;
		ret = run_line(&run, line, &go_on, err);
	}
	if (!ret && go_on && ferror(file)) {
		ret = error_set(err, ERR_FAILED, "%.200s: %s", path,
				strerror(errno));
	} else if (ret) {
		memcpy(text, err->text, sizeof(text));
		error_set(err, err->kind, "%.100s:%lu: %.180s", path, number,
			  text);
	}
	free(line);
	fclose(file);
	return ret;
}
