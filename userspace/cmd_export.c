// SPDX-License-Identifier: GPL-2.0
/* vmaview export text: a figure as plain text. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "export/text.h"
#include "tui/place.h"

/* "layout, descriptor", for messages. */
static const char *list_figures(char *out, size_t size)
{
	size_t i, used = 0;

	out[0] = '\0';
	for (i = 0; i < nr_figures && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%s",
					 i ? ", " : "", figures[i].name);
	return out;
}

static const struct figure_info *find_figure(const char *name)
{
	size_t i;

	for (i = 0; name && i < nr_figures; i++)
		if (!strcmp(figures[i].name, name))
			return &figures[i];
	return NULL;
}

/*
 * The place that is asked for, else one that is worth a look, and a second
 * picture with what the figure shows of it. 0, or -1 with *err; *snap is to
 * be freed in either case.
 */
static int look_at(const struct options *options,
		   const struct figure_info *figure, struct subject *subject,
		   struct snapshot **snap, uint64_t *address,
		   struct error *err)
{
	struct take take = {
		.what = TAKE_VMAS | TAKE_COUNTS | figure->what,
	};
	const struct vma *vma = place_default(*snap);
	struct snapshot *again;

	*address = vma ? vma->start : 0;
	if (options->at &&
	    cmd_place(subject->symbols, *snap, options->at, address, err))
		return -1;
	vma = snapshot_find(*snap, *address);
	if (vma) {
		take.start = vma->start;
		take.end = vma->end;
	} else {
		take.what &= ~(TAKE_PAGES | TAKE_FRAMES);
	}
	take.address = *address;
	again = subject_take(subject, &take, err);
	if (!again)
		return -1;
	snapshot_free(*snap);
	*snap = again;
	return 0;
}

static enum exit_code draw(const struct options *options,
			   const struct figure_info *figure,
			   struct source *source, struct snapshot **snap)
{
	struct figure_params params = { .width = options->width };
	struct subject subject;
	struct error err;
	int ret = 0;

	if (figure->what) {
		subject_open(&subject, source, (*snap)->task.pid);
		ret = look_at(options, figure, &subject, snap,
			      &params.address, &err);
		subject_close(&subject);
	}
	if (ret)
		return cmd_fail(options, &err);
	return cmd_wrote(options, text_write(figure, *snap, &params,
					     options->app.unicode, stdout));
}

enum exit_code cmd_export(const struct options *options, char **args)
{
	const struct figure_info *figure = find_figure(options->figure);
	const struct take take = { .what = TAKE_VMAS | TAKE_COUNTS };
	struct source *source;
	struct snapshot *snap;
	enum exit_code code;
	struct error err;
	char list[160];

	if (strcmp(args[0], "text"))
		error_set(&err, ERR_USAGE,
			  "export knows no format %.60s: there is text",
			  args[0]);
	else if (!figure)
		error_set(&err, ERR_USAGE,
			  "export wants --figure=NAME, one of: %s",
			  list_figures(list, sizeof(list)));
	else if (!cmd_take(options, args[1], &take, &source, &snap, &err))
		goto draw;
	return cmd_fail(options, &err);

draw:
	code = draw(options, figure, source, &snap);
	snapshot_free(snap);
	source_close(source);
	return code;
}
