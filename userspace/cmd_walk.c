// SPDX-License-Identifier: GPL-2.0
/* vmaview walk: the way of one address through the page tables. */
#include <inttypes.h>

#include "cmd.h"
#include "export/text.h"
#include "export/walk.h"

static const struct figure_info walk_info = {
	.name = "walk", .make = figure_walk, .what = TAKE_ENTRY,
};

static enum exit_code write_walk(const struct options *options,
				 const struct snapshot *snap)
{
	struct figure_params params = { .width = options->width };

	if (!snap->entry)
		return cmd_lacks(options, snap,
				 "the page tables can't be walked");
	return cmd_wrote(options, options->json ?
			 walk_json_write(snap, options->pretty, stdout) :
			 text_write(&walk_info, snap, &params,
				    options->app.unicode, stdout));
}

/* Where the place is, in the first picture; then a walk, in the second. */
static enum exit_code walk_to(const struct options *options, const char *place,
			      struct source *source,
			      const struct snapshot *first)
{
	struct take take = { .what = TAKE_VMAS | TAKE_ENTRY };
	const struct mm *mm = &first->mm;
	struct snapshot *snap = NULL;
	struct subject subject;
	enum exit_code code;
	struct error err;

	subject_open(&subject, source, first->task.pid);
	if (cmd_place(subject.symbols, first, place, &take.address, &err))
		goto fail;
	if (mm_has(mm, MM_TASK_SIZE) && take.address >= mm->v[MM_TASK_SIZE]) {
		error_set(&err, ERR_FAILED,
			  "0x%" PRIx64 " is above TASK_SIZE: no table of this process is for it",
			  take.address);
		goto fail;
	}
	snap = subject_take(&subject, &take, &err);
	if (!snap)
		goto fail;
	code = write_walk(options, snap);
	goto free_all;
fail:
	/* Usage is how the command is written; this is what was found. */
	if (err.kind == ERR_USAGE)
		err.kind = ERR_FAILED;
	code = cmd_fail(options, &err);
free_all:
	snapshot_free(snap);
	subject_close(&subject);
	return code;
}

enum exit_code cmd_walk(const struct options *options, char **args)
{
	const struct take take = { .what = TAKE_VMAS };
	struct source *source;
	struct snapshot *first;
	enum exit_code code;
	struct error err;

	if (cmd_take(options, args[0], &take, &source, &first, &err))
		return cmd_fail(options, &err);
	code = walk_to(options, args[1], source, first);
	snapshot_free(first);
	source_close(source);
	return code;
}
