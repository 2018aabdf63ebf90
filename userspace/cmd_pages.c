// SPDX-License-Identifier: GPL-2.0
/* vmaview pages: the state of every page, run by run. */
#include <unistd.h>

#include "cmd.h"
#include "export/pages.h"

/* The range that was asked for, whole pages; without one all there is. */
static struct take whole_pages(const struct options *options)
{
	uint64_t page = sysconf(_SC_PAGESIZE);
	struct take take = {
		.what = TAKE_VMAS | TAKE_PAGES | TAKE_FRAMES | TAKE_SHARING,
		.start = options->low & ~(page - 1),
		.end = UINT64_MAX & ~(page - 1),
	};

	/* Nothing is mapped in the last page: all of the space ends there. */
	if (options->high && options->high < take.end)
		take.end = (options->high + page - 1) & ~(page - 1);
	return take;
}

static enum exit_code write_pages(const struct options *options,
				  const struct snapshot *snap)
{
	if (!snap->pages)
		return cmd_lacks(options, snap, "the pages can't be read");
	return cmd_wrote(options, options->json ?
			 pages_json_write(snap, options->pretty, stdout) :
			 pages_write(snap, !options->app.unicode, stdout));
}

enum exit_code cmd_pages(const struct options *options, char **args)
{
	const struct take take = whole_pages(options);
	struct source *source;
	struct snapshot *snap;
	enum exit_code code;
	struct error err;

	if (cmd_take(options, args[0], &take, &source, &snap, &err))
		return cmd_fail(options, &err);
	code = write_pages(options, snap);
	snapshot_free(snap);
	source_close(source);
	return code;
}
