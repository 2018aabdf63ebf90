// SPDX-License-Identifier: GPL-2.0
/* The memory descriptor in words, one field a line. */
#include "export/mm.h"

#include <inttypes.h>

#include "export/about.h"
#include "util/format.h"

#define LINE	"%-15s %18s  %-11s %s\n"

static void write_field(const struct snapshot *snap, enum mm_field field,
			FILE *out)
{
	const struct mm_field_info *info = &mm_fields[field];
	uint64_t value = snap->mm.v[field];
	char size[FORMAT_SIZE_MAX] = "";
	char number[32];

	if (!mm_has(&snap->mm, field)) {
		fprintf(out, LINE, info->name, "?", "", info->meaning);
		return;
	}
	switch (info->unit) {
	case MM_ADDRESS:
		snprintf(number, sizeof(number), "0x%" PRIx64, value);
		break;
	case MM_PAGES: {
		char count[32];

		snprintf(number, sizeof(number), "%.23s page%s",
			 format_count(count, value), value == 1 ? "" : "s");
		format_size(size, value * snap->page_size, 0);
		break;
	}
	case MM_BYTES: {
		char count[32];

		snprintf(number, sizeof(number), "%.23s bytes",
			 format_count(count, value));
		format_size(size, value, 0);
		break;
	}
	case MM_COUNT:
		format_count(number, value);
		break;
	case MM_BOOL:
		snprintf(number, sizeof(number), "%s", value ? "yes" : "no");
		break;
	}
	fprintf(out, LINE, info->name, number, size, info->meaning);
}

static void write_task(const struct task *task, FILE *out)
{
	char size[FORMAT_SIZE_MAX];

	fprintf(out, "thread group %d, ", task->tgid);
	if (task->threads)
		fprintf(out, "%u thread%s", task->threads,
			task->threads == 1 ? "" : "s");
	else
		fputs("threads ?", out);
	fprintf(out, ", RLIMIT_STACK %s\n\n",
		!task->has_rlimit_stack ? "?" :
		task->rlimit_stack == UINT64_MAX ? "unlimited" :
		format_size(size, task->rlimit_stack, 0));
}

int mm_write(const struct snapshot *snap, bool plain, FILE *out)
{
	int f;

	about_write(snap, plain, out);
	fputs("task     ", out);
	write_task(&snap->task, out);
	fprintf(out, LINE, "field", "value", "size", "meaning");
	for (f = 0; f < MM_NR; f++)
		write_field(snap, f, out);
	return fflush(out) || ferror(out) ? -1 : 0;
}
