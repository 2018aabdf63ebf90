// SPDX-License-Identifier: GPL-2.0
/* vmaview PID|NAME: the viewer on a terminal, the table into a pipe. */
#include <unistd.h>

#include "cmd.h"
#include "export/json.h"
#include "export/table.h"

static struct snapshot *take_picture(void *context, const struct take *take,
				     struct error *err)
{
	return subject_take(context, take, err);
}

/* With areas of its own: those of the viewer are the other thread's. */
static int find_symbol(void *context, const char *text, uint64_t *addr,
		       struct error *err)
{
	const struct take take = { .what = TAKE_VMAS };
	struct subject *subject = context;
	struct snapshot *snap = source_take(subject->source, &take, err);
	int ret;

	if (!snap)
		return -1;
	ret = subject->symbols ?
	      symbols_find(subject->symbols, snap, text, addr, err) :
	      error_set(err, ERR_FAILED, "out of memory");
	snapshot_free(snap);
	return ret;
}

/* The picture is the viewer's. */
static enum exit_code run_viewer(const struct options *options,
				 struct source *source, struct snapshot *snap)
{
	struct subject subject;
	const struct app_feed feed = {
		.take = take_picture, .find = find_symbol,
		.context = &subject,
	};
	struct error err;
	int ret;

	subject_open(&subject, source, snap->task.pid);
	ret = app_run(&feed, snap, &options->app, &err);
	subject_close(&subject);
	return ret ? cmd_fail(options, &err) : EXIT_OK;
}

/*
 * On a terminal that can't carry the viewer the table goes there, and why is
 * said. Without a terminal nothing is.
 */
static bool has_terminal(const struct options *options)
{
	struct error err;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return false;
	if (!app_check_terminal(&err))
		return true;
	cmd_fail(options, &err);
	return false;
}

enum exit_code cmd_view(const struct options *options, char **args)
{
	const struct take take = {
		.what = TAKE_VMAS | TAKE_COUNTS |
			(options->app.sharing ? TAKE_SHARING : 0),
	};
	struct source *source;
	struct snapshot *snap;
	enum exit_code code;
	struct error err;

	if (cmd_take(options, args[0], &take, &source, &snap, &err))
		return cmd_fail(options, &err);
	if (!options->json && has_terminal(options)) {
		code = run_viewer(options, source, snap);
	} else {
		code = cmd_wrote(options, options->json ?
				 snapshot_json_write(snap, options->pretty,
						     stdout) :
				 table_write(snap, options->app.sharing,
					     !options->app.unicode, stdout));
		snapshot_free(snap);
	}
	source_close(source);
	return code;
}
