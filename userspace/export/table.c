// SPDX-License-Identifier: GPL-2.0
/*
 * The table of areas. Numbers are KiB without separators, so that awk and
 * sort can use them; columns are as wide as their largest entry.
 */
#include "export/table.h"

#include <inttypes.h>

#include "export/about.h"
#include "model/region.h"
#include "model/rss.h"

/* From COL_PSS on: shown only if they were asked for. */
enum {
	COL_SIZE, COL_RSS, COL_ANON, COL_FILE, COL_SHMEM, COL_SWAP, COL_DIRTY,
	COL_PSS, COL_EXCLUSIVE, COL_NR
};

static const struct {
	const char *head;
	enum res_count count;	/* not of COL_SIZE */
} columns[COL_NR] = {
	[COL_SIZE]	= { "size", 0 },
	[COL_RSS]	= { "rss", RES_RSS },
	[COL_ANON]	= { "anon", RES_ANON },
	[COL_FILE]	= { "file", RES_FILE },
	[COL_SHMEM]	= { "shmem", RES_SHMEM },
	[COL_SWAP]	= { "swap", RES_SWAP },
	[COL_DIRTY]	= { "dirty", RES_DIRTY },
	[COL_PSS]	= { "pss", RES_PSS },
	[COL_EXCLUSIVE]	= { "excl", RES_EXCLUSIVE },
};

/* The numbers of one line, in bytes. */
struct row {
	uint64_t size;
	uint32_t page_size;
	struct residency res;
};

struct widths {
	int address;	/* of one address */
	int offset;
	int nr_columns;
	int number[COL_NR];
};

static const char *format_cell(char out[32], const struct row *row, int col)
{
	uint64_t bytes = row->size;

	if (col != COL_SIZE) {
		if (!res_has(&row->res, columns[col].count))
			return "?";
		bytes = res_bytes(&row->res, columns[col].count,
				  row->page_size);
	}
	snprintf(out, 32, "%" PRIu64, bytes / 1024);
	return out;
}

static int length(const char *text)
{
	return (int)snprintf(NULL, 0, "%s", text);
}

static void widen(struct widths *w, const struct row *row)
{
	char cell[32];
	int col;

	for (col = 0; col < w->nr_columns; col++) {
		int n = length(format_cell(cell, row, col));

		if (n > w->number[col])
			w->number[col] = n;
	}
}

static void write_numbers(const struct widths *w, const struct row *row,
			  FILE *out)
{
	char cell[32];
	int col;

	for (col = 0; col < w->nr_columns; col++)
		fprintf(out, " %*s", w->number[col],
			format_cell(cell, row, col));
}

static struct row row_of(const struct snapshot *snap, const struct vma *vma)
{
	return (struct row){ vma_size(vma), snap->page_size, vma->res };
}

/* A sum that knows everything, until something is added that does not. */
static struct row row_empty(const struct snapshot *snap)
{
	return (struct row){ 0, snap->page_size,
			     { .has = (1U << RES_NR) - 1 } };
}

static void write_vma(const struct snapshot *snap, const struct vma *vma,
		      const struct widths *w, bool plain, FILE *out)
{
	struct row row = row_of(snap, vma);
	char offset[32] = "-";

	fprintf(out, "%0*" PRIx64 "-%0*" PRIx64, w->address, vma->start,
		w->address, vma->end);
	write_numbers(w, &row, out);
	if (vma_is_file(vma))
		snprintf(offset, sizeof(offset), "%" PRIx64,
			 vma->pgoff * snap->page_size);
	fprintf(out, " %c%c%c%c  %*s",
		vma->flags & VF_BIT(VF_READ) ? 'r' : '-',
		vma->flags & VF_BIT(VF_WRITE) ? 'w' : '-',
		vma->flags & VF_BIT(VF_EXEC) ? 'x' : '-',
		vma->flags & VF_BIT(VF_MAYSHARE) ? 's' : 'p', w->offset,
		offset);
	if (vma->object) {
		fputc(' ', out);
		about_write_text(vma->object->name, plain, out);
		if (vma->object->deleted == YES)
			fputs(" (deleted)", out);
	}
	fputc('\n', out);
}

static void write_sums(const struct snapshot *snap, const struct row *sums,
		       const size_t *nr, const struct row *total,
		       const struct widths *w, FILE *out)
{
	int width = 2 * w->address + 1;
	char label[64];
	int r;

	fprintf(out, "\n%-*s", width, "totals by kind");
	for (r = 0; r < w->nr_columns; r++)
		fprintf(out, " %*s", w->number[r], columns[r].head);
	fputc('\n', out);
	for (r = 0; r < REGION_NR; r++) {
		if (!nr[r])
			continue;
		snprintf(label, sizeof(label), "%s (%zu)", regions[r].name,
			 nr[r]);
		fprintf(out, "%-*s", width, label);
		write_numbers(w, &sums[r], out);
		fputc('\n', out);
	}
	snprintf(label, sizeof(label), "total (%zu)", snap->nr_vmas);
	fprintf(out, "%-*s", width, label);
	write_numbers(w, total, out);
	fputc('\n', out);
}

static void measure(const struct snapshot *snap, struct widths *w)
{
	char text[32];
	size_t i;
	int col;

	for (col = 0; col < w->nr_columns; col++)
		w->number[col] = length(columns[col].head);
	w->address = 8;
	w->offset = length("offset");
	for (i = 0; i < snap->nr_vmas; i++) {
		const struct vma *vma = &snap->vmas[i];
		int n = snprintf(text, sizeof(text), "%" PRIx64, vma->end);

		if (n > w->address)
			w->address = n;
		n = !vma_is_file(vma) ? 1 :
		    snprintf(text, sizeof(text), "%" PRIx64,
			     vma->pgoff * snap->page_size);
		if (n > w->offset)
			w->offset = n;
	}
}

static void write_rss_line(const char *name, const struct rss_truth *truths,
			   bool is_walk, FILE *out)
{
	int kind;

	fprintf(out, "%-8s", name);
	for (kind = 0; kind < RSS_NR; kind++) {
		const struct rss_truth *truth = &truths[kind];

		if (is_walk ? truth->has_walk : truth->has_counter)
			fprintf(out, " %9" PRIu64, (is_walk ? truth->walk :
						    truth->counter) / 1024);
		else
			fprintf(out, " %9s", "?");
	}
	fputc('\n', out);
}

/* What the kernel counted beside what the tables hold, and why they differ. */
static void write_rss(const struct snapshot *snap, FILE *out)
{
	struct rss_truth truths[RSS_NR];
	int kind, other;

	rss_compare(snap, truths);
	fprintf(out, "\n%-8s", "resident");
	for (kind = 0; kind < RSS_NR; kind++)
		fprintf(out, " %9s", rss_kinds[kind]);
	fputc('\n', out);
	write_rss_line("counters", truths, false, out);
	write_rss_line("tables", truths, true, out);
	for (kind = 0; kind < RSS_NR; kind++) {
		const char *reason = truths[kind].reason;

		if (!reason)
			continue;
		fputs(rss_kinds[kind], out);
		for (other = kind + 1; other < RSS_NR; other++) {
			if (truths[other].reason != reason)
				continue;
			fprintf(out, ", %s", rss_kinds[other]);
			truths[other].reason = NULL;
		}
		fprintf(out, ": %s\n", reason);
	}
}

int table_write(const struct snapshot *snap, bool sharing, bool plain,
		FILE *out)
{
	struct row sums[REGION_NR], total = row_empty(snap);
	size_t nr[REGION_NR] = { 0 };
	struct widths w = { .nr_columns = sharing ? COL_NR : COL_PSS };
	size_t i;
	int col;

	for (col = 0; col < REGION_NR; col++)
		sums[col] = row_empty(snap);
	for (i = 0; i < snap->nr_vmas; i++) {
		const struct vma *vma = &snap->vmas[i];

		nr[vma->region]++;
		sums[vma->region].size += vma_size(vma);
		residency_add(&sums[vma->region].res, &vma->res);
		total.size += vma_size(vma);
		residency_add(&total.res, &vma->res);
	}
	measure(snap, &w);
	widen(&w, &total);	/* no single entry is larger */

	about_write(snap, plain, out);
	fprintf(out, "sizes in KiB; ? is not known\n\n%-*s", 2 * w.address + 1,
		"address");
	for (col = 0; col < w.nr_columns; col++)
		fprintf(out, " %*s", w.number[col], columns[col].head);
	fprintf(out, " flags %*s name\n", w.offset, "offset");
	for (i = 0; i < snap->nr_vmas; i++)
		write_vma(snap, &snap->vmas[i], &w, plain, out);
	write_sums(snap, sums, nr, &total, &w, out);
	write_rss(snap, out);
	return fflush(out) || ferror(out) ? -1 : 0;
}
