// SPDX-License-Identifier: GPL-2.0
/*
 * What changed between two snapshots. Areas have no identity of their own in
 * the kernel, so the oldest area that overlaps a newer one is taken for the
 * same area, if it maps the same thing: a stack that grew down has changed,
 * and of an area that was split the upper part is new.
 */
#include "model/diff.h"

#include <stdlib.h>

#define RWXS	(VF_BIT(VF_READ) | VF_BIT(VF_WRITE) | VF_BIT(VF_EXEC) | \
		 VF_BIT(VF_SHARED))

/* Names don't count: a file that was renamed is the same file. */
static bool is_same_object(const struct vma *a, const struct vma *b)
{
	if (vma_is_file(a) != vma_is_file(b))
		return false;
	return !vma_is_file(a) ||
	       (a->object->inode == b->object->inode &&
		a->object->dev_major == b->object->dev_major &&
		a->object->dev_minor == b->object->dev_minor);
}

/* Only what both know: a source that begins to tell more is no change. */
static bool is_same_residency(const struct residency *a,
			      const struct residency *b)
{
	uint32_t both = a->has & b->has;
	int c;

	for (c = 0; c < RES_NR; c++)
		if (both >> c & 1 && a->pages[c] != b->pages[c])
			return false;
	return true;
}

static uint8_t compare_vma(const struct vma *old, const struct vma *new)
{
	uint64_t mask = old->has_flags && new->has_flags ? ~0ULL : RWXS;
	uint8_t change = 0;

	if (!is_same_object(old, new))
		return CHANGE_NEW;
	if (old->start != new->start || old->end != new->end)
		change |= CHANGE_BOUNDS;
	if ((old->flags ^ new->flags) & mask)
		change |= CHANGE_FLAGS;
	if (!is_same_residency(&old->res, &new->res))
		change |= CHANGE_COUNTS;
	return change;
}

static uint64_t compare_mm(const struct mm *old, const struct mm *new)
{
	uint64_t changed = 0;
	int f;

	for (f = 0; f < MM_NR; f++)
		if (mm_has(old, f) && mm_has(new, f) && old->v[f] != new->v[f])
			changed |= 1ULL << f;
	return changed;
}

static void compare_vmas(struct diff *diff, const struct snapshot *before,
			 const struct snapshot *after)
{
	const struct vma *old = before->vmas;
	const struct vma *old_end = old + before->nr_vmas;
	size_t i = 0;

	while (i < after->nr_vmas) {
		const struct vma *new = &after->vmas[i];

		if (old < old_end && old->end <= new->start) {
			diff->nr_gone++;
			old++;
			continue;
		}
		if (old == old_end || new->end <= old->start) {
			diff->vma_changed[i++] = CHANGE_NEW;
			diff->nr_new++;
			continue;
		}
		diff->vma_changed[i] = compare_vma(old, new);
		if (diff->vma_changed[i] & CHANGE_NEW) {
			diff->nr_new++;
			diff->nr_gone++;
		} else if (diff->vma_changed[i]) {
			diff->nr_changed++;
		}
		i++;
		old++;
	}
	diff->nr_gone += (size_t)(old_end - old);
}

struct diff *diff_new(const struct snapshot *before,
		      const struct snapshot *after)
{
	struct diff *diff = calloc(1, sizeof(*diff));

	if (!diff)
		return NULL;
	diff->nr_vmas = after->nr_vmas;
	diff->vma_changed = calloc(after->nr_vmas + 1, 1);
	if (!diff->vma_changed) {
		free(diff);
		return NULL;
	}
	if (!before)
		return diff;
	diff->mm_changed = compare_mm(&before->mm, &after->mm);
	if (before->has_vmas && after->has_vmas)
		compare_vmas(diff, before, after);
	return diff;
}

void diff_free(struct diff *diff)
{
	if (!diff)
		return;
	free(diff->vma_changed);
	free(diff);
}
