// SPDX-License-Identifier: GPL-2.0
/* Sentences and figures about areas. Unknown is said, never left out as 0. */
#include "tui/facts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "model/region.h"
#include "model/rss.h"
#include "tui/facts_page.h"
#include "tui/place.h"
#include "util/format.h"

void facts_source(char *out, size_t size, const struct provenance *from)
{
	if (from->source == SOURCE_NETLINK)
		snprintf(out, size, "kernel module%s%s",
			 *from->module ? " " : "", from->module);
	else
		snprintf(out, size, "/proc");
}

static void add_size(struct pager *p, const struct snapshot *snap,
		     uint64_t bytes)
{
	char human[FORMAT_SIZE_MAX], exact[32], pages[32], page[FORMAT_SIZE_MAX];

	pager_add(p, STYLE_LABEL, "size", STYLE_VALUE,
		  "%s = %s bytes = %s page%s of %s",
		  format_size(human, bytes, 0), format_count(exact, bytes),
		  format_count(pages, bytes / snap->page_size),
		  bytes == snap->page_size ? "" : "s",
		  format_size(page, snap->page_size, 0));
}

static void add_object(struct pager *p, const struct vma *vma)
{
	const struct object *object = vma->object;

	if (!object) {
		pager_add(p, STYLE_LABEL, "object", STYLE_VALUE,
			  "none: anonymous memory");
		return;
	}
	pager_add(p, STYLE_LABEL, object->kind == OBJECT_FILE ? "file" : "name",
		  STYLE_FILE, "%s", object->name);
	if (object->kind != OBJECT_FILE) {
		pager_add(p, STYLE_LABEL, "", STYLE_DIM,
			  "named by the kernel, no file");
		return;
	}
	pager_add(p, STYLE_LABEL, "", STYLE_VALUE,
		  "device %02x:%02x  inode %" PRIu64 "%s", object->dev_major,
		  object->dev_minor, object->inode,
		  object->deleted == YES ? "  deleted: the path is gone" :
		  object->deleted == NO ? "" : "  deleted or not: unknown");
}

static void add_count(struct pager *p, const struct snapshot *snap,
		      const struct residency *res, enum res_count c)
{
	uint64_t n = res->pages[c];
	char size[FORMAT_SIZE_MAX], count[32], pages[48] = "";

	if (c != RES_PSS)
		snprintf(pages, sizeof(pages), "%s page%s: ",
			 format_count(count, n), n == 1 ? "" : "s");
	pager_add(p, STYLE_LABEL, res_counts[c].name, STYLE_VALUE,
		  "%8s  %s%s",
		  format_size(size, res_bytes(res, c, snap->page_size), 1),
		  pages, res_counts[c].meaning);
}

/* Counts that are not 0, one on a line; the rest in one line of names. */
static void add_counts(struct pager *p, const struct snapshot *snap,
		       const struct residency *res)
{
	char none[300] = "", unknown[300] = "";

	for (int i = 0; i < RES_NR; i++) {
		char *list = res_has(res, i) ? none : unknown;

		if (res_has(res, i) && res->pages[i]) {
			add_count(p, snap, res, i);
			continue;
		}
		snprintf(list + strlen(list), sizeof(none) - strlen(list),
			 "%s%s", *list ? " " : "", res_counts[i].name);
	}
	if (*none)
		pager_add(p, STYLE_LABEL, "0", STYLE_DIM, "%s", none);
	if (*unknown)
		pager_add(p, STYLE_WARN, "?", STYLE_WARN,
			  "%s: not known from %s", unknown,
			  snap->from.source == SOURCE_PROC ? "/proc" :
			  "the module");
}

static void add_flags(struct pager *p, const struct vma *vma)
{
	char kernel[32] = "";

	if (vma->has_kernel_flags)
		snprintf(kernel, sizeof(kernel), "  vm_flags 0x%" PRIx64,
			 vma->kernel_flags);
	pager_add(p, STYLE_LABEL, "flags", STYLE_VALUE, "%c%c%c%c%s",
		  vma->flags & VF_BIT(VF_READ) ? 'r' : '-',
		  vma->flags & VF_BIT(VF_WRITE) ? 'w' : '-',
		  vma->flags & VF_BIT(VF_EXEC) ? 'x' : '-',
		  vma->flags & VF_BIT(VF_SHARED) ? 's' : 'p', kernel);
	for (int i = 0; i < VF_NR; i++)
		if (vma->flags & VF_BIT(i))
			pager_add(p, STYLE_LABEL, "", STYLE_NORMAL,
				  "%-13s %s  %s", vma_flags[i].name,
				  vma_flags[i].mnemonic, vma_flags[i].meaning);
	if (!vma->has_flags)
		pager_add(p, STYLE_WARN, "", STYLE_WARN,
			  "? other flags: not known from this source");
}

static void add_region(struct pager *p, const struct vma *vma)
{
	const struct region_info *region = &regions[vma->region];

	pager_add(p, STYLE_LABEL, "segment", STYLE_REGION + vma->region,
		  "%c  %s: %s", region->letter, region->name, region->meaning);
}

void facts_area(struct pager *p, const struct snapshot *snap,
		const struct vma *vma)
{
	pager_add(p, STYLE_LABEL, "range", STYLE_TITLE,
		  "0x%" PRIx64 " - 0x%" PRIx64, vma->start, vma->end);
	add_size(p, snap, vma_size(vma));
	add_region(p, vma);
	add_object(p, vma);
	if (!vma->has_pgoff)
		pager_add(p, STYLE_LABEL, "offset", STYLE_WARN, "?");
	else
		pager_add(p, STYLE_LABEL, "offset", STYLE_VALUE,
			  "0x%" PRIx64 " bytes, pgoff %" PRIu64 " pages%s",
			  vma->pgoff * snap->page_size, vma->pgoff,
			  vma_is_file(vma) ? " into the file" : "");
	add_counts(p, snap, &vma->res);
	add_flags(p, vma);
}

/* What lies between areas, and which end of which neighbour it is. */
static void add_gap(struct pager *p, const struct snapshot *snap, uint64_t addr)
{
	const struct vma *below = place_nearest(snap, addr);
	const struct vma *above = below;
	char size[FORMAT_SIZE_MAX];
	uint64_t start = 0, end = 0;

	if (below && below->start > addr)
		below = NULL;
	if (below)
		above = below + 1 < snap->vmas + snap->nr_vmas ? below + 1 : NULL;
	if (below)
		start = below->end;
	if (above)
		end = above->start;
	else if (mm_has(&snap->mm, MM_TASK_SIZE))
		end = snap->mm.v[MM_TASK_SIZE];
	pager_add(p, STYLE_LABEL, "address", STYLE_TITLE, "0x%" PRIx64, addr);
	if (end <= start) {
		pager_add(p, STYLE_LABEL, "gap", STYLE_VALUE,
			  "no area here; an access raises SIGSEGV");
		return;
	}
	pager_add(p, STYLE_LABEL, "gap", STYLE_VALUE,
		  "no area from 0x%" PRIx64 " to 0x%" PRIx64
		  ": %s of addresses that mean nothing; an access raises SIGSEGV",
		  start, end, format_size(size, end - start, 0));
}

/* Fields of the descriptor that point to somewhere in [start, end]. */
static void add_pointers(struct pager *p, const struct snapshot *snap,
			 uint64_t start, uint64_t end)
{
	for (int i = 0; i < MM_NR; i++) {
		if (mm_fields[i].unit != MM_ADDRESS || i == MM_PGD ||
		    !mm_has(&snap->mm, i))
			continue;
		if (snap->mm.v[i] >= start && snap->mm.v[i] < end)
			pager_add(p, STYLE_MM, mm_fields[i].name, STYLE_NORMAL,
				  "0x%" PRIx64 " is here: %s", snap->mm.v[i],
				  mm_fields[i].meaning);
	}
}

void facts_address(struct pager *p, const struct snapshot *snap, uint64_t addr)
{
	const struct vma *vma = snapshot_find(snap, addr);

	if (!vma) {
		add_gap(p, snap, addr);
		return;
	}
	facts_page(p, snap, addr);
	pager_add(p, STYLE_LABEL, "area", STYLE_TITLE,
		  "0x%" PRIx64 " - 0x%" PRIx64, vma->start, vma->end);
	add_size(p, snap, vma_size(vma));
	add_region(p, vma);
	add_object(p, vma);
	add_pointers(p, snap, vma->start, vma->end);
	add_flags(p, vma);
}

static void format_pages(char out[FORMAT_SIZE_MAX], const struct snapshot *snap,
			 const struct residency *res, enum res_count c)
{
	if (!res_has(res, c))
		strcpy(out, "?");
	else if (!res->pages[c])
		strcpy(out, ".");
	else
		format_size(out, res->pages[c] * snap->page_size, 1);
}

#define RSS_LINE	"  %-8s %6s %6s %6s %6s"

static void add_rss_line(struct pager *p, const char *name,
			 const struct rss_truth *truths, bool is_walk)
{
	char text[RSS_NR][FORMAT_SIZE_MAX];

	for (int i = 0; i < RSS_NR; i++) {
		uint64_t bytes = is_walk ? truths[i].walk : truths[i].counter;

		if (!(is_walk ? truths[i].has_walk : truths[i].has_counter))
			strcpy(text[i], "?");
		else if (!bytes)
			strcpy(text[i], ".");
		else
			format_size(text[i], bytes, 1);
	}
	pager_line(p, STYLE_VALUE, RSS_LINE, name, text[RSS_ANON],
		   text[RSS_FILE], text[RSS_SHMEM], text[RSS_SWAP]);
}

/* The kernel's counters beside the page tables, and why they differ. */
static void add_rss(struct pager *p, const struct snapshot *snap)
{
	struct rss_rest rest = rss_uncounted(snap);
	struct rss_truth truths[RSS_NR];
	char size[FORMAT_SIZE_MAX];

	rss_compare(snap, truths);
	pager_blank(p);
	pager_line(p, STYLE_HEADER, RSS_LINE, "resident", rss_kinds[RSS_ANON],
		   rss_kinds[RSS_FILE], rss_kinds[RSS_SHMEM],
		   rss_kinds[RSS_SWAP]);
	add_rss_line(p, "counters", truths, false);
	add_rss_line(p, "tables", truths, true);
	for (int i = 0; i < RSS_NR; i++)
		if (truths[i].reason)
			pager_add(p, STYLE_LABEL, rss_kinds[i], STYLE_NORMAL,
				  "%s", truths[i].reason);
	if (rest.has && rest.bytes)
		pager_add(p, STYLE_LABEL, "besides", STYLE_NORMAL,
			  "%s present and in neither: zero pages, hugetlb pages and bare frames are in no Rss",
			  format_size(size, rest.bytes, 0));
}

void facts_totals(struct pager *p, const struct snapshot *snap)
{
	struct residency sum[REGION_NR];
	uint64_t size[REGION_NR] = { 0 };
	size_t nr[REGION_NR] = { 0 };

	memset(sum, 0, sizeof(sum));
	for (int i = 0; i < REGION_NR; i++)
		sum[i].has = (1U << RES_NR) - 1;
	for (size_t i = 0; i < snap->nr_vmas; i++) {
		const struct vma *vma = &snap->vmas[i];

		residency_add(&sum[vma->region], &vma->res);
		size[vma->region] += vma_size(vma);
		nr[vma->region]++;
	}
	pager_line(p, STYLE_HEADER, "  %-8s %6s %6s %6s %6s %6s", "segment",
		   "areas", "size", "rss", "dirty", "swap");
	for (int i = 0; i < REGION_NR; i++) {
		char rss[FORMAT_SIZE_MAX], dirty[FORMAT_SIZE_MAX];
		char swap[FORMAT_SIZE_MAX], bytes[FORMAT_SIZE_MAX];

		if (!nr[i])
			continue;
		format_pages(rss, snap, &sum[i], RES_RSS);
		format_pages(dirty, snap, &sum[i], RES_DIRTY);
		format_pages(swap, snap, &sum[i], RES_SWAP);
		pager_line(p, STYLE_REGION + i,
			   "%c %-8s %6zu %6s %6s %6s %6s", regions[i].letter,
			   regions[i].name, nr[i],
			   format_size(bytes, size[i], 1), rss, dirty, swap);
	}
	add_rss(p, snap);
}

void facts_picture(struct pager *p, const struct snapshot *snap)
{
	const struct provenance *from = &snap->from;
	time_t sec = from->taken_ns / 1000000000;
	char source[128], when[32] = "?";
	struct tm tm;

	if (localtime_r(&sec, &tm))
		strftime(when, sizeof(when), "%F %T", &tm);
	facts_source(source, sizeof(source), from);
	pager_add(p, STYLE_LABEL, "source", STYLE_VALUE, "%s", source);
	if (*from->reason)
		pager_add(p, STYLE_LABEL, "because", STYLE_VALUE, "%s",
			  from->reason);
	pager_add(p, STYLE_LABEL, "kernel", STYLE_VALUE, "%s",
		  *from->kernel ? from->kernel : "?");
	pager_add(p, STYLE_LABEL, "taken", STYLE_VALUE, "%s, in %.1f ms", when,
		  (double)from->duration_ns / 1e6);
	pager_add(p, STYLE_LABEL, "whole", from->coherent ? STYLE_VALUE :
		  STYLE_WARN, "%s%s", from->coherent ?
		  "coherent: nothing changed while it was read" :
		  "torn: the areas changed while they were read",
		  from->truncated ? "; areas are missing at the end" : "");
	for (unsigned int i = 0; i < from->nr_notes; i++)
		pager_add(p, STYLE_WARN, "note", STYLE_NORMAL, "%s",
			  from->notes[i]);
}
