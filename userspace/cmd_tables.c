// SPDX-License-Identifier: GPL-2.0
/* vmaview tables: what the page tables cost, by level and by area. */
#include "cmd.h"
#include "export/tables.h"
#include "export/text.h"

static const struct figure_info tables_info = {
	.name = "tables", .make = figure_tables, .what = TAKE_TABLES,
};

static enum exit_code write_tables(const struct options *options,
				   const struct snapshot *snap)
{
	struct figure_params params = { .width = options->width };

	if (!snap->tables)
		return cmd_lacks(options, snap, "the page tables can't be read");
	return cmd_wrote(options, options->json ?
			 tables_json_write(snap, options->pretty, stdout) :
			 text_write(&tables_info, snap, &params,
				    options->app.unicode, stdout));
}

enum exit_code cmd_tables(const struct options *options, char **args)
{
	const struct take take = { .what = TAKE_VMAS | TAKE_TABLES };
	struct source *source;
	struct snapshot *snap;
	enum exit_code code;
	struct error err;

	if (cmd_take(options, args[0], &take, &source, &snap, &err))
		return cmd_fail(options, &err);
	code = write_tables(options, snap);
	snapshot_free(snap);
	source_close(source);
	return code;
}
