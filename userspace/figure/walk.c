// SPDX-License-Identifier: GPL-2.0
/*
 * One address on its way through the page tables: cut into its indices, each
 * table's entry, the page at the end or why there is none, and below it all
 * the bits of one entry.
 */
#include "figure/walk.h"

#include <inttypes.h>
#include <string.h>

#include "figure/strip.h"
#include "figure/wrap.h"
#include "model/region.h"
#include "util/format.h"

/* What stands in the row of a level, in columns. */
enum { TABLE_WIDTH = 18, INDEX_WIDTH = 6, RAW_WIDTH = 18 };

struct maker {
	struct figure *figure;
	const struct snapshot *snap;
	const struct entry_walk *walk;	/* never NULL */
	bool wide;
	bool terse;		/* no rows between the levels */
	bool headless;		/* and none above the bits */
};

void walk_format_raw(char out[24], uint64_t raw, uint64_t mask)
{
	static const char digits[] = "0123456789abcdef";

	strcpy(out, "0x");
	for (int i = 0; i < 16; i++) {
		unsigned int shift = 60 - 4 * i;

		out[2 + i] = (mask >> shift & 0xf) == 0xf ?
			     digits[raw >> shift & 0xf] : '?';
	}
	out[18] = '\0';
}

/* ---- the address ---- */

static int put_area(struct maker *m, int y)
{
	const struct vma *vma = snapshot_find(m->snap, m->walk->address);
	struct figure *figure = m->figure;
	const struct region_info *region;

	if (!vma) {
		figure_text(figure, 0, y, figure->width, STYLE_WARN,
			    "in no area: an access raises SIGSEGV");
		return y + 1;
	}
	region = &regions[vma->region];
	figure_text(figure, 0, y, figure->width, STYLE_REGION + vma->region,
		    "%c %s  %c%c%c%c  0x%" PRIx64 "-0x%" PRIx64 "  %s",
		    region->letter, region->name,
		    vma->flags & VF_BIT(VF_READ) ? 'r' : '-',
		    vma->flags & VF_BIT(VF_WRITE) ? 'w' : '-',
		    vma->flags & VF_BIT(VF_EXEC) ? 'x' : '-',
		    vma->flags & VF_BIT(VF_SHARED) ? 's' : 'p',
		    vma->start, vma->end,
		    vma->object ? vma->object->name : "");
	return y + 1;
}

static unsigned int log2_of(uint64_t n)
{
	return n ? 63 - __builtin_clzll(n) : 0;
}

static void set_cell(struct strip_cell *cell, const char *name,
		     unsigned int first, unsigned int last, uint64_t address,
		     bool hex)
{
	uint64_t value = address >> first &
			 /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): first <= last */
			 (UINT64_MAX >> (63 - (last - first)));

	strip_bits(cell->bits, first, last);
	cell->name = name;
	cell->known = true;
	snprintf(cell->value, sizeof(cell->value), hex ? "0x%" PRIx64 :
		 "%" PRIu64, value);
}

/*
 * The levels below the end of the walk have not been looked at, but how they
 * would be indexed is known: tables there have as many entries.
 */
static size_t cut_address(const struct maker *m, struct strip_cell *cells)
{
	const struct entry_walk *walk = m->walk;
	const struct entry_level *at = walk->levels;
	unsigned int page = log2_of(m->snap->page_size), bits = 0, end = 64, i;
	size_t n = 0;

	if (walk->nr_levels) {
		bits = log2_of(at[walk->nr_levels - 1].entries);
		end = at[0].shift + log2_of(at[0].entries);
	}
	if (end < 64)
		set_cell(&cells[n++], "sign", end, 63, walk->address, true);
	for (i = 0; i < walk->nr_levels; i++) {
		if (at[i].shift >= end || at[i].shift < page)
			break;
		set_cell(&cells[n++], levels[at[i].level].name, at[i].shift,
			 end - 1, walk->address, false);
		end = at[i].shift;
	}
	for (; bits && end >= page + bits; end -= bits, i++) {
		unsigned int level = (end - page) / bits - 1;

		if (level >= LEVEL_NR || i >= LEVEL_NR)
			break;
		set_cell(&cells[n++], levels[level].name, end - bits, end - 1,
			 walk->address, false);
	}
	if (end > page)
		set_cell(&cells[n++], "page number", page, end - 1,
			 walk->address, true);
	set_cell(&cells[n++], "byte", 0, page - 1, walk->address, true);
	return n;
}

static int put_address(struct maker *m, int y)
{
	struct strip_cell cells[LEVEL_NR + 4];
	const struct entry_walk *walk = m->walk;
	size_t nr;

	figure_text(m->figure, 0, y, m->figure->width, STYLE_TITLE,
		    "0x%" PRIx64 "%s%s", walk->address,
		    *walk->symbol ? "  " : "", walk->symbol);
	y = put_area(m, y + 1);
	nr = cut_address(m, cells);
	return y + strip_put(m->figure, 0, y, m->figure->width, cells, nr);
}

/* ---- the levels ---- */

static void say_entry(const struct maker *m, unsigned int i, char *out,
		      size_t size)
{
	const struct entry_walk *walk = m->walk;
	const struct entry_level *at = &walk->levels[i];
	enum page_kind kind = PAGE_KIND(walk->state);
	char bytes[FORMAT_SIZE_MAX];

	switch (entry_form(m->snap->machine, walk, i)) {
	case ENTRY_IS_TABLE:
		snprintf(out, size, "→ %s%s", i + 1 < walk->nr_levels ?
			 levels[at[1].level].name : "table",
			 m->wide && i + 1 < walk->nr_levels ? " table" : "");
		break;
	case ENTRY_IS_PAGE:
		format_size(bytes, 1ULL << (at->shift & 63), !m->wide);
		snprintf(out, size, "→ %s%s", !m->wide ? "" :
			 at->level == LEVEL_PTE ? "page, " : "huge page, ",
			 bytes);
		break;
	case ENTRY_IS_NONE:
		snprintf(out, size, "none");
		break;
	case ENTRY_IS_ABSENT:
		snprintf(out, size, "%s", kind < PAGE_KIND_NR ?
			 page_kinds[kind].name : "?");
		break;
	case ENTRY_IS_UNKNOWN:
		snprintf(out, size, "?");
		break;
	}
}

static void put_level(struct maker *m, unsigned int i, int y)
{
	const struct entry_level *at = &m->walk->levels[i];
	struct figure *figure = m->figure;
	uint64_t covers = 1ULL << (at->shift & 63);
	int x = WALK_TEXT_X;
	char text[64];

	figure_mark(figure, m->walk->address & ~(covers - 1),
		    (m->walk->address & ~(covers - 1)) + covers, y, 1, -1);
	if (i && m->terse)
		figure_text(figure, 0, y, 2, STYLE_DIM, "└►");
	figure_text(figure, WALK_NAME_X, y, 4, STYLE_LABEL, "%s",
		    levels[at->level].name);
	if (m->wide) {
		if (at->has_table)
			figure_text(figure, x, y, TABLE_WIDTH, STYLE_VALUE,
				    "at 0x%" PRIx64, at->table);
		else
			figure_text(figure, x, y, TABLE_WIDTH, STYLE_WARN,
				    "at ?");
		x += TABLE_WIDTH;
	}
	figure_text(figure, x, y, INDEX_WIDTH, STYLE_LABEL, "[%" PRIu32 "]",
		    at->index);
	x += INDEX_WIDTH;
	walk_format_raw(text, at->raw, at->raw_mask);
	figure_text(figure, x, y, RAW_WIDTH, STYLE_VALUE, "%s", text);
	say_entry(m, i, text, sizeof(text));
	figure_text(figure, x + RAW_WIDTH + 1, y, figure->width, STYLE_NORMAL,
		    "%s", text);
}

/* From a level to what it leads to, with what its entry stands for. */
static int put_arrow(struct maker *m, unsigned int i, int y)
{
	const struct entry_level *at = &m->walk->levels[i];
	uint64_t covers = 1ULL << (at->shift & 63);
	uint64_t start = m->walk->address & ~(covers - 1);
	char bytes[FORMAT_SIZE_MAX];

	if (m->terse)
		return y;
	figure_text(m->figure, WALK_NAME_X + 1, y, 1, STYLE_DIM, "▼");
	figure_text(m->figure, WALK_TEXT_X, y, m->figure->width, STYLE_DIM,
		    m->wide ? "%s: 0x%012" PRIx64 "-0x%012" PRIx64 : "%s",
		    format_size(bytes, covers, 0), start, start + covers - 1);
	return y + 1;
}

/* ---- the bits ---- */

static void format_value(const struct entry_bit *bit, char out[24])
{
	if (!bit->known)
		strcpy(out, "?");
	else if (bit->last - bit->first > 7)
		snprintf(out, 24, "0x%" PRIx64, bit->value);
	else
		snprintf(out, 24, "%" PRIu64, bit->value);
}

static int list_bits(struct maker *m, const struct entry_bit *bits, size_t nr,
		     int y)
{
	struct figure *figure = m->figure;
	int x = m->wide ? 32 : 4;

	for (size_t i = 0; i < nr; i++) {
		char range[8], value[24], text[500];

		strip_bits(range, bits[i].first, bits[i].last);
		format_value(&bits[i], value);
		figure_text(figure, 0, y, 6, STYLE_DIM, "%5s", range);
		figure_text(figure, 7, y, 6, STYLE_LABEL, "%s", bits[i].name);
		figure_text(figure, 14, y, 17, bits[i].known ? STYLE_VALUE :
			    STYLE_WARN, "%s", value);
		snprintf(text, sizeof(text), "%s. %s", bits[i].long_name,
			 bits[i].meaning);
		y += !m->wide;
		y += wrap_text(figure, x, y, figure->width - x, STYLE_NORMAL,
			       text);
	}
	return y;
}

static int put_bits(struct maker *m, unsigned int level, int y)
{
	const struct entry_level *at = &m->walk->levels[level];
	struct strip_cell cells[ENTRY_BITS_MAX];
	struct entry_bit bits[ENTRY_BITS_MAX];
	size_t nr = entry_bits(m->snap->machine, m->walk, level, bits);

	for (size_t i = 0; i < nr; i++) {
		strip_bits(cells[i].bits, bits[i].first, bits[i].last);
		cells[i].name = bits[i].name;
		cells[i].known = bits[i].known;
		format_value(&bits[i], cells[i].value);
	}
	if (!m->headless)
		figure_text(m->figure, 0, y++, m->figure->width, STYLE_HEADER,
			    "bits of the %s entry", levels[at->level].name);
	if (!nr) {
		figure_text(m->figure, 0, y++, m->figure->width, STYLE_WARN,
			    "what the bits mean is not known of this machine");
		return y;
	}
	y += strip_put(m->figure, 0, y, m->figure->width, cells, nr);
	return list_bits(m, bits, nr, y);
}

/* ---- all of it ---- */

/* There is no walk: why, as far as the source said so. */
static void put_nothing(struct figure *figure, const struct snapshot *snap,
			const struct figure_params *params)
{
	int y = 0;

	figure_text(figure, 0, y++, figure->width, STYLE_TITLE, "0x%" PRIx64,
		    params->address);
	figure_text(figure, 0, y++, figure->width, STYLE_WARN,
		    "the way through the page tables is not known");
	for (unsigned int i = 0; i < snap->from.nr_notes; i++)
		y += wrap_text(figure, 0, y, figure->width, STYLE_NORMAL,
			       snap->from.notes[i]);
}

/* What can be left out, as far as the rows that there are demand it. */
static void fit_height(struct maker *m, int height)
{
	/* address, levels with arrows, page and the boxes of the bits */
	int rows = 6 + 2 * (int)m->walk->nr_levels + 2 + 4;

	m->terse = height && height < rows;
	m->headless = height && height <= rows;
}

struct figure *walk_figure(const struct snapshot *snap,
			   const struct figure_params *params, int level)
{
	int width = params->width < 40 ? 40 : params->width, y = 0;
	struct figure *figure = figure_new(width);
	const struct entry_walk *walk = snap->entry;
	struct maker m = {
		.figure = figure, .snap = snap, .walk = walk,
		.wide = width >= WALK_WIDE,
	};
	unsigned int last;

	if (!figure)
		return NULL;
	if (!walk) {
		put_nothing(figure, snap, params);
		figure_finish(figure);
		return figure;
	}
	last = walk->nr_levels - 1;
	fit_height(&m, params->height);
	if (!snap->from.coherent)
		figure_text(figure, 0, y++, width, STYLE_WARN,
			    "torn: the process changed while it was read");
	y = put_address(&m, y);
	for (unsigned int i = 0; i < walk->nr_levels; i++) {
		put_level(&m, i, y++);
		if (i < last || entry_form(snap->machine, walk, i) ==
				ENTRY_IS_PAGE)
			y = put_arrow(&m, i, y);
	}
	y = walk_put_end(figure, snap, y);
	if (walk->nr_levels)
		put_bits(&m, level >= 0 && (unsigned int)level < last ?
			 (unsigned int)level : last, y);
	figure_finish(figure);
	return figure;
}

struct figure *figure_walk(const struct snapshot *snap,
			   const struct figure_params *params)
{
	return walk_figure(snap, params, WALK_LAST);
}
