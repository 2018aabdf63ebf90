// SPDX-License-Identifier: GPL-2.0
/* Says whose memory is shown and how far the picture can be trusted. */
#include "export/about.h"

#include <stdlib.h>
#include <string.h>

#include "util/escape.h"

void about_write_text(const char *text, bool plain, FILE *out)
{
	char small[256];
	char *shown = small;
	size_t need = escape_text(small, sizeof(small), text, plain);

	if (need >= sizeof(small)) {
		shown = malloc(need + 1);
		if (!shown)
			shown = small;	/* the beginning of it */
		else
			escape_text(shown, need + 1, text, plain);
	}
	fputs(shown, out);
	if (shown != small)
		free(shown);
}

static void write_named(const char *head, const char *text, bool plain,
			FILE *out)
{
	fputs(head, out);
	about_write_text(text, plain, out);
	fputc('\n', out);
}

void about_write(const struct snapshot *snap, bool plain, FILE *out)
{
	const struct provenance *from = &snap->from;
	unsigned int i;

	fprintf(out, "process  %d ", snap->task.pid);
	about_write_text(snap->task.comm, plain, out);
	fputs("  ", out);
	about_write_text(snap->task.exe ? snap->task.exe : "?", plain, out);
	fputc('\n', out);

	fputs("source   ", out);
	if (from->source == SOURCE_NETLINK) {
		fputs("netlink, module ", out);
		about_write_text(from->module[0] ? from->module : "?", plain,
				 out);
	} else {
		fputs("/proc", out);
	}
	fputs(", kernel ", out);
	about_write_text(from->kernel, plain, out);
	fputc('\n', out);
	if (from->reason[0])
		write_named("because  ", from->reason, plain, out);
	if (!from->coherent)
		fputs("torn     the areas changed while they were read\n", out);
	if (from->truncated)
		fputs("cut      areas are missing at the end\n", out);
	for (i = 0; i < from->nr_notes; i++)
		write_named("note     ", from->notes[i], plain, out);
}
