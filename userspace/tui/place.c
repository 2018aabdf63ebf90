// SPDX-License-Identifier: GPL-2.0
/* Guessing what was meant, the more exact reading first. */
#include "tui/place.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "model/region.h"

const char *place_basename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool parse_number(const char *text, int base, uint64_t *n)
{
	char *end;

	if (!isxdigit((unsigned char)*text))
		return false;
	errno = 0;
	*n = strtoull(text, &end, base);
	return !*end && !errno;
}

/* "0x7f12", "7f12a000", "4198400"; names like "add" are not taken for one. */
static bool parse_address(const char *text, uint64_t *addr)
{
	size_t digits = strspn(text, "0123456789");

	if (!strncasecmp(text, "0x", 2))
		return parse_number(text + 2, 16, addr);
	if (digits && !text[digits] && strlen(text) < 12)
		return parse_number(text, 10, addr);
	if (strlen(text) >= 8)
		return parse_number(text, 16, addr);
	return false;
}

/* How well a file's name fits: 0 not at all. */
static int fits(const char *path, const char *text)
{
	const char *base = place_basename(path);
	size_t len = strlen(text);

	if (!strcasecmp(base, text) || !strcasecmp(path, text))
		return 4;
	if (!strncasecmp(base, text, len))
		return isalnum((unsigned char)base[len]) ? 2 : 3;
	return strcasestr(path, text) ? 1 : 0;
}

static const struct vma *find_name(const struct snapshot *snap,
				   const char *text)
{
	const struct vma *best = NULL;
	int best_fit = 0;

	for (size_t i = 0; i < snap->nr_vmas; i++) {
		const struct vma *vma = &snap->vmas[i];
		int fit = vma->object ? fits(vma->object->name, text) : 0;

		if (fit > best_fit) {
			best = vma;
			best_fit = fit;
		}
	}
	return best;
}

int place_find_exact(const struct snapshot *snap, const char *text,
		     uint64_t *addr, struct error *err)
{
	text += strspn(text, " ");
	if (!*text)
		return error_set(err, ERR_USAGE, "go where?");
	if (parse_address(text, addr))
		return 0;
	if (!strncasecmp(text, "0x", 2))
		return error_set(err, ERR_USAGE, "%s is no address", text);
	for (int i = 0; i < MM_NR; i++) {
		if (strcasecmp(text, mm_fields[i].name) ||
		    mm_fields[i].unit != MM_ADDRESS || i == MM_PGD)
			continue;
		if (!mm_has(&snap->mm, i))
			return error_set(err, ERR_FAILED,
					 "%s is not known from this source",
					 mm_fields[i].name);
		*addr = snap->mm.v[i];
		return 0;
	}
	for (size_t i = 0; i < snap->nr_vmas; i++) {
		if (strcasecmp(text, regions[snap->vmas[i].region].name))
			continue;
		*addr = snap->vmas[i].start;
		return 0;
	}
	return error_set(err, ERR_NONE, "no segment or field is called %s",
			 text);
}

int place_find(const struct snapshot *snap, const char *text, uint64_t *addr,
	       struct error *err)
{
	const struct vma *vma;

	if (!place_find_exact(snap, text, addr, err))
		return 0;
	if (err->kind != ERR_NONE)
		return -1;
	text += strspn(text, " ");
	vma = find_name(snap, text);
	if (!vma)
		return error_set(err, ERR_FAILED,
				 "nothing is called %s: no segment, field, symbol or file",
				 text);
	*addr = vma->start;
	return 0;
}

bool place_matches(const struct vma *vma, const char *text)
{
	const char *digits = strncasecmp(text, "0x", 2) ? text : text + 2;
	char start[24];
	uint64_t addr;

	if (strcasestr(regions[vma->region].name, text))
		return true;
	if (vma->object && strcasestr(vma->object->name, text))
		return true;
	snprintf(start, sizeof(start), "%" PRIx64, vma->start);
	if (strlen(digits) >= 3 && !strncasecmp(start, digits, strlen(digits)))
		return true;
	return parse_address(text, &addr) && addr >= vma->start &&
	       addr < vma->end;
}

const struct vma *place_nearest(const struct snapshot *snap, uint64_t addr)
{
	size_t low = 0, high = snap->nr_vmas;

	if (!high)
		return NULL;
	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (snap->vmas[mid].start <= addr)
			low = mid;
		else
			high = mid;
	}
	return &snap->vmas[low];
}

const struct vma *place_default(const struct snapshot *snap)
{
	const struct vma *best = NULL;

	for (size_t i = 0; i < snap->nr_vmas; i++) {
		const struct vma *vma = &snap->vmas[i];

		if (vma->region == REGION_HEAP)
			return vma;
		if (!best || vma->res.pages[RES_RSS] > best->res.pages[RES_RSS])
			best = vma;
	}
	return best;
}
