// SPDX-License-Identifier: GPL-2.0
/* vmaview mm: the memory descriptor, field by field. */
#include "cmd.h"
#include "export/json.h"
#include "export/mm.h"

enum exit_code cmd_mm(const struct options *options, char **args)
{
	const struct take take = { .what = 0 };
	struct source *source;
	struct snapshot *snap;
	enum exit_code code;
	struct error err;

	if (cmd_take(options, args[0], &take, &source, &snap, &err))
		return cmd_fail(options, &err);
	code = cmd_wrote(options, options->json ?
			 snapshot_json_write(snap, options->pretty, stdout) :
			 mm_write(snap, !options->app.unicode, stdout));
	snapshot_free(snap);
	source_close(source);
	return code;
}
