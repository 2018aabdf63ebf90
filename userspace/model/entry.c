// SPDX-License-Identifier: GPL-2.0
/*
 * Entries of page tables: what the place in a walk and the state of its page
 * tell on any machine. What the bits say is in a file for each machine.
 */
#include "model/entry.h"

#include <stdio.h>
#include <string.h>

#include "model/entry_arm64.h"
#include "model/entry_x86.h"
#include "model/pages.h"
#include "util/format.h"

/* By the names that the module gives them. */
static const struct machine {
	const char *name;
	enum entry_form (*form)(const struct entry_walk *walk,
				unsigned int level);
	size_t (*bits)(const struct entry_walk *walk, unsigned int level,
		       enum entry_form form,
		       struct entry_bit bits[ENTRY_BITS_MAX]);
} machines[] = {
	{ "x86_64", entry_x86_form, entry_x86_bits },
	{ "i386-pae", entry_x86_form, entry_pae_bits },
	{ "aarch64", entry_arm64_form, entry_arm64_bits },
	{ "aarch64-6.10", entry_arm64_new_form, entry_arm64_new_bits },
};

static const struct machine *find_machine(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (!strcmp(name, machines[i].name))
			return &machines[i];
	return NULL;
}

/* What the last entry of a walk is by its state alone. */
static enum entry_form form_of_state(uint32_t state)
{
	switch (PAGE_KIND(state)) {
	case PAGE_NONE:
		return ENTRY_IS_NONE;
	case PAGE_ANON:
	case PAGE_FILE:
	case PAGE_SHMEM:
	case PAGE_ZERO:
	case PAGE_PFNMAP:
	case PAGE_PRESENT:
		return ENTRY_IS_PAGE;
	case PAGE_HUGETLB:	/* there, moving or lost */
	case PAGE_KIND_NR:
		return ENTRY_IS_UNKNOWN;
	default:
		return ENTRY_IS_ABSENT;
	}
}

enum entry_form entry_form(const char *machine, const struct entry_walk *walk,
			   unsigned int level)
{
	const struct machine *known = find_machine(machine);

	if (level >= walk->nr_levels)
		return ENTRY_IS_UNKNOWN;
	if (level + 1 < walk->nr_levels)
		return ENTRY_IS_TABLE;
	return known ? known->form(walk, level) : form_of_state(walk->state);
}

size_t entry_bits(const char *machine, const struct entry_walk *walk,
		  unsigned int level, struct entry_bit bits[ENTRY_BITS_MAX])
{
	const struct machine *known = find_machine(machine);

	if (!known || level >= walk->nr_levels)
		return 0;
	return known->bits(walk, level, entry_form(machine, walk, level), bits);
}

/* ---- why a walk ends ---- */

static void say_none(const struct entry_walk *walk,
		     const struct entry_level *at, char *out, size_t size)
{
	char covers[FORMAT_SIZE_MAX];

	if (!walk->in_vma) {
		snprintf(out, size,
			 "the %s entry is none: no area is here, an access raises SIGSEGV",
			 levels[at->level].name);
		return;
	}
	format_size(covers, 1ULL << (at->shift & 63), 0);
	if (at->level == LEVEL_PTE)
		snprintf(out, size,
			 "the pte is none: never touched, or given back. The first access raises a page fault, and the kernel finds a frame then.");
	else
		snprintf(out, size,
			 "the %s entry is none: never touched, or given back. %s of addresses do without a table here.",
			 levels[at->level].name, covers);
}

static void say_page(const struct entry_walk *walk,
		     const struct entry_level *at, char *out, size_t size)
{
	char covers[FORMAT_SIZE_MAX];

	format_size(covers, 1ULL << (at->shift & 63), 0);
	snprintf(out, size, "the %s entry maps a %spage of %s%s",
		 levels[at->level].name,
		 at->level == LEVEL_PTE ? "" : "huge ", covers,
		 walk->state & PAGE_PROT_NONE ?
		 ", but allows no access to it" : "");
}

/* What the kernel keeps in place of a page. */
static void say_absent(const struct entry_walk *walk,
		       const struct entry_level *at, char *out, size_t size)
{
	enum page_kind kind = PAGE_KIND(walk->state);

	snprintf(out, size, "the %s entry is not present: %s",
		 levels[at->level].name,
		 kind < PAGE_KIND_NR ? page_kinds[kind].meaning : "?");
}

void entry_end(const char *machine, const struct entry_walk *walk, char *out,
	       size_t size)
{
	unsigned int last = walk->nr_levels ? walk->nr_levels - 1 : 0;
	const struct entry_level *at = &walk->levels[last];

	if (!walk->nr_levels) {
		snprintf(out, size,
			 "the tables on the way are not known from this source");
		return;
	}
	switch (entry_form(machine, walk, last)) {
	case ENTRY_IS_NONE:
		say_none(walk, at, out, size);
		break;
	case ENTRY_IS_PAGE:
		say_page(walk, at, out, size);
		break;
	case ENTRY_IS_ABSENT:
		say_absent(walk, at, out, size);
		break;
	case ENTRY_IS_TABLE:
		snprintf(out, size,
			 "the %s entry leads to a table that was gone when it was looked at",
			 levels[at->level].name);
		break;
	case ENTRY_IS_UNKNOWN:
		snprintf(out, size,
			 "the walk ends at the %s entry, whose form is not known",
			 levels[at->level].name);
		break;
	}
}
