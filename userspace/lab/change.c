// SPDX-License-Identifier: GPL-2.0
/* What the kernel has differently since the last command, in lines. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lab/state.h"
#include "util/format.h"

/* Lines about areas that came, went or changed. */
#define AREAS_TOLD	8

static void tell_change(struct lab *lab, const struct kernel_value *info)
{
	uint64_t before, after, change;
	char count[32], now[32], size[FORMAT_SIZE_MAX];
	char sign;

	if (!info->read(lab, picture_before(lab), &before) ||
	    !info->read(lab, &lab->after, &after) || before == after)
		return;
	sign = after > before ? '+' : '-';
	change = after > before ? after - before : before - after;
	format_count(count, change);
	format_count(now, after);
	if (info->unit == UNIT_ADDRESS)
		say(lab, LAB_KERNEL,
		    "%s %c0x%" PRIx64 " (%s bytes): was 0x%" PRIx64 ", is 0x%" PRIx64,
		    info->name, sign, change, count, before, after);
	else
		say(lab, LAB_KERNEL, "%s %c%s bytes: now %s (%s) %s", info->name,
		    sign, count, now, format_size(size, after, 0),
		    info->meaning);
}

/* A place in two lists of areas, walked together. */
struct walk {
	const struct snapshot *snap;
	size_t i;
};

static const struct vma *area_at(struct walk *walk, uint64_t addr)
{
	const struct vma *vma;

	while (walk->i < walk->snap->nr_vmas &&
	       walk->snap->vmas[walk->i].end <= addr)
		walk->i++;
	if (walk->i == walk->snap->nr_vmas)
		return NULL;
	vma = &walk->snap->vmas[walk->i];
	return vma->start <= addr ? vma : NULL;
}

/* The next address above addr at which an area begins or ends. */
static uint64_t next_edge(const struct walk *walk, uint64_t addr)
{
	const struct vma *vma;

	if (walk->i == walk->snap->nr_vmas)
		return UINT64_MAX;
	vma = &walk->snap->vmas[walk->i];
	return vma->start > addr ? vma->start : vma->end;
}

static const char *rights(const struct vma *vma, char out[5])
{
	snprintf(out, 5, "%c%c%c%c",
		 vma->flags & VF_BIT(VF_READ) ? 'r' : '-',
		 vma->flags & VF_BIT(VF_WRITE) ? 'w' : '-',
		 vma->flags & VF_BIT(VF_EXEC) ? 'x' : '-',
		 vma->flags & VF_BIT(VF_SHARED) ? 's' : 'p');
	return out;
}

/* Something that the kernel has differently in [start, end). */
struct change {
	uint64_t start, end;
	char before[5], after[5];	/* rights; "": nothing is there */
};

static void tell_area(struct lab *lab, const struct change *change)
{
	char count[32];

	format_count(count, change->end - change->start);
	if (!*change->before)
		say(lab, LAB_KERNEL,
		    "area 0x%" PRIx64 "-0x%" PRIx64 " %s: mapped, %s bytes",
		    change->start, change->end, change->after, count);
	else if (!*change->after)
		say(lab, LAB_KERNEL,
		    "area 0x%" PRIx64 "-0x%" PRIx64 " %s: unmapped, %s bytes",
		    change->start, change->end, change->before, count);
	else
		say(lab, LAB_KERNEL,
		    "area 0x%" PRIx64 "-0x%" PRIx64 " %s, was %s: %s bytes",
		    change->start, change->end, change->after,
		    change->before, count);
}

/* Neighbours that changed alike are one; [heap] is told of by brk. */
static void tell_areas(struct lab *lab)
{
	struct walk before = { picture_before(lab)->snap, 0 };
	struct walk after = { lab->after.snap, 0 };
	struct change change = { .start = 0 }, next;
	uint64_t addr = 0, end, edge;
	const struct vma *old, *new;
	unsigned int nr = 0;

	if (!before.snap || !after.snap)
		return;
	for (; addr != UINT64_MAX; addr = end) {
		old = area_at(&before, addr);
		new = area_at(&after, addr);
		end = next_edge(&before, addr);
		edge = next_edge(&after, addr);
		end = edge < end ? edge : end;
		next = (struct change){ .start = addr, .end = end };
		if (old && old->region != REGION_HEAP)
			rights(old, next.before);
		if (new && new->region != REGION_HEAP)
			rights(new, next.after);
		if (!strcmp(next.before, next.after))
			continue;
		if (change.end == addr &&
		    !strcmp(change.before, next.before) &&
		    !strcmp(change.after, next.after)) {
			change.end = end;
			continue;
		}
		if (change.end && nr++ < AREAS_TOLD)
			tell_area(lab, &change);
		change = next;
	}
	if (change.end && nr++ < AREAS_TOLD)
		tell_area(lab, &change);
	if (nr > AREAS_TOLD)
		say(lab, LAB_KERNEL, "and %u changes of areas more",
		    nr - AREAS_TOLD);
}

void tell_kernel(struct lab *lab)
{
	size_t i;

	if (!lab->after.snap) {
		say(lab, LAB_ERROR, "what the kernel has is not known: %s",
		    lab->after.why);
		return;
	}
	if (lab->is_same)
		return;
	if (!lab->after.snap->from.coherent)
		say(lab, LAB_ERROR, "the kernel's picture is torn");
	for (i = 0; i < nr_kernel_values; i++)
		if (kernel_values[i].is_told)
			tell_change(lab, &kernel_values[i]);
	tell_areas(lab);
}
