// SPDX-License-Identifier: GPL-2.0
/* vmaview maps: the areas as /proc/PID/maps prints them. */
#include "cmd.h"
#include "export/json.h"
#include "export/maps.h"

enum exit_code cmd_maps(const struct options *options, char **args)
{
	const struct take take = { .what = TAKE_VMAS };
	struct source *source;
	struct snapshot *snap;
	enum exit_code code;
	struct error err;

	if (cmd_take(options, args[0], &take, &source, &snap, &err))
		return cmd_fail(options, &err);
	/* The text has no place for it, and JSON says it itself. */
	if (!snap->from.coherent && !options->json)
		fputs("vmaview: torn: the areas changed while they were read\n",
		      stderr);
	code = cmd_wrote(options, options->json ?
			 snapshot_json_write(snap, options->pretty, stdout) :
			 maps_write(snap, stdout));
	snapshot_free(snap);
	source_close(source);
	return code;
}
