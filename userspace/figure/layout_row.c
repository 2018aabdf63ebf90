// SPDX-License-Identifier: GPL-2.0
/* The rows of the address-space column, whichever way it is divided. */
#include <inttypes.h>
#include <string.h>

#include "figure/layout.h"
#include "model/region.h"
#include "util/format.h"

#define RWX	(VF_BIT(VF_READ) | VF_BIT(VF_WRITE) | VF_BIT(VF_EXEC))

const struct layout_pin layout_pins[LAYOUT_PINS] = {
	{ MM_START_STACK, false }, { MM_MMAP_BASE, true }, { MM_BRK, true },
	{ MM_START_BRK, false }, { MM_END_DATA, true },
	{ MM_START_DATA, false }, { MM_END_CODE, true },
	{ MM_START_CODE, false },
};

void layout_columns_init(struct layout_columns *col, int width, bool braces)
{
	bool wide = width >= 120, narrow = width < 60;
	int right = narrow ? 15 : wide ? 50 : 30;

	memset(col, 0, sizeof(*col));
	col->width = width;
	col->narrow = narrow;
	col->box_x = braces && !narrow ? 7 : 0;
	col->box_width = width - col->box_x - right;
	col->right_x = width - right;

	/* Inside, from the right: rss, bar, size; what is left names it. */
	col->rss_width = narrow ? 0 : 5;
	col->bar_width = narrow ? 4 : wide ? 16 : 6;
	col->size_width = narrow ? 6 : 8;
	col->rss_x = col->right_x - 1 - col->rss_width;
	col->bar_x = col->rss_x - col->bar_width - !narrow;
	col->size_x = col->bar_x - 1 - col->size_width;
	col->arrow_x = col->size_x - (narrow ? 1 : 2);
	/* Without braces a figure of 80 columns has just the room. */
	col->perms_width = wide ? 9 : narrow || braces ? 0 : 4;
	col->perms_x = col->perms_width ? col->arrow_x - col->perms_width - 1 :
					  0;
	col->name_x = col->box_x + (narrow ? 3 : 4);
	col->name_width = (col->perms_width ? col->perms_x : col->arrow_x) -
			  col->name_x - !narrow;
}

/* For a narrow figure, at most 13 columns. */
static const char *const short_names[GAP_NR] = {
	[GAP_FREE] = "free",
	[GAP_STACK_OFFSET] = "random stack",
	[GAP_STACK_ROOM] = "to grow",
	[GAP_MMAP_OFFSET] = "random mmap",
	[GAP_BRK_OFFSET] = "random brk",
	[GAP_PIE_BASE] = "random base",
	[GAP_FIXED_BASE] = "fixed base",
	[GAP_BASE] = "below",
	[GAP_HIGH] = "on demand",
};

const char *layout_gap_name(enum gap gap, bool narrow)
{
	static const char *const names[GAP_NR] = {
		[GAP_FREE] = "free",
		[GAP_STACK_OFFSET] = "random stack offset",
		[GAP_STACK_ROOM] = "room to grow",
		[GAP_MMAP_OFFSET] = "random mmap offset",
		[GAP_BRK_OFFSET] = "random brk offset",
		[GAP_PIE_BASE] = "PIE load base is random",
		[GAP_FIXED_BASE] = "fixed address, no PIE",
		[GAP_BASE] = "below the first area",
		[GAP_HIGH] = "beyond 47 bits, on demand",
	};

	return narrow ? short_names[gap] : names[gap];
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/* Anonymous and writable above a small guard: what pthread_create() makes. */
static bool may_be_thread_stack(const struct snapshot *snap, size_t i)
{
	const struct vma *vma = &snap->vmas[i];

	return i > 0 && snap->task.threads != 1 &&
	       vma->region == REGION_ANON && !vma->object &&
	       vma->flags & VF_BIT(VF_WRITE) && vma[-1].end == vma->start &&
	       vma[-1].region == REGION_ANON && !(vma[-1].flags & RWX) &&
	       vma_size(&vma[-1]) <= 64 << 10 && vma_size(vma) >= 16 << 10;
}

/* What one area is called; *path: its end matters more than its beginning. */
static const char *area_name(const struct snapshot *snap, size_t i,
			     bool whole_path, bool *path)
{
	const struct vma *vma = &snap->vmas[i];

	*path = false;
	switch (vma->region) {
	case REGION_HEAP:
		/* Without randomisation the bss is one area with the heap. */
		if (mm_has(&snap->mm, MM_START_BRK) &&
		    vma->start < snap->mm.v[MM_START_BRK])
			return "bss and heap";
		return regions[vma->region].name;
	case REGION_FILE:
	case REGION_SHMEM:
	case REGION_ANON:
	case REGION_VDSO:
		break;
	default:
		return regions[vma->region].name;
	}
	if (vma->object) {
		*path = true;
		return whole_path ? vma->object->name :
				    base_name(vma->object->name);
	}
	if (!(vma->flags & RWX))
		return "no access";
	return may_be_thread_stack(snap, i) ? "thread stack?" : "anonymous";
}

static void perms_of(const struct vma *vma, char out[5])
{
	out[0] = vma->flags & VF_BIT(VF_READ) ? 'r' : '-';
	out[1] = vma->flags & VF_BIT(VF_WRITE) ? 'w' : '-';
	out[2] = vma->flags & VF_BIT(VF_EXEC) ? 'x' : '-';
	out[3] = vma->flags & VF_BIT(VF_SHARED) ? 's' : 'p';
	out[4] = '\0';
}

static bool has_changed(const struct diff *diff, const struct span *span)
{
	if (!diff || !diff->vma_changed)
		return false;
	for (size_t i = span->first; i < span->first + span->nr; i++)
		if (i < diff->nr_vmas && diff->vma_changed[i])
			return true;
	return false;
}

/* Whether its areas have more than one name. */
static bool is_mixed(const struct snapshot *snap, const struct span *span)
{
	const struct vma *vma = &snap->vmas[span->first];

	for (size_t i = 1; i < span->nr; i++)
		if (vma[i].object != vma->object ||
		    vma[i].region != vma->region)
			return true;
	return span->nr > 1 && !vma->object;
}

static void put_name(struct figure *figure, const struct snapshot *snap,
		     const struct diff *diff, const struct layout_columns *col,
		     int y, const struct span *span)
{
	bool changed = has_changed(diff, span), path, mixed;
	enum style style = changed ? STYLE_CHANGED :
				     STYLE_REGION + span->region;
	const struct vma *vma = &snap->vmas[span->first];
	const char *name;
	char perms[5];

	mixed = span->segment >= SEGMENT_GAP && is_mixed(snap, span);
	name = area_name(snap, span->first, col->perms_width > 4, &path);
	perms_of(vma, perms);
	if (mixed && span->region == REGION_VDSO && !span->nr_gaps) {
		name = "[vvar], [vdso]";
		mixed = path = false;
	}
	figure_text(figure, col->name_x - 2, y, 2, style, "%c%s",
		    mixed ? '+' : regions[span->region].letter,
		    changed ? "*" : "");
	if (mixed) {
		figure_text(figure, col->name_x, y, col->name_width, style,
			    "%zu areas", span->nr);
		return;
	}
	if (col->perms_width && span->nr > 1)
		figure_text(figure, col->perms_x, y, col->perms_width,
			    STYLE_DIM, col->perms_width > 4 ? "%zu areas" :
			    "×%zu", span->nr);
	else if (col->perms_width)
		figure_text(figure, col->perms_x, y, col->perms_width,
			    STYLE_DIM, "%s", perms);
	else if (span->nr == 1 && !path && vma->region == REGION_ANON &&
		 strlen(name) + 5 <= (size_t)col->name_width) {
		figure_text(figure, col->name_x, y, col->name_width, style,
			    "%s %s", name, perms);
		return;
	}
	figure_text(figure, col->name_x, y, col->name_width, style, "%s", name);
	if (path && !figure->failed)
		figure->items[figure->nr_items - 1].reverse = true;
}

void layout_put_size(struct figure *figure, const struct layout_columns *col,
		     int y, uint64_t bytes, enum style style)
{
	char size[FORMAT_SIZE_MAX];

	format_size(size, bytes, col->narrow);
	figure_text(figure, col->size_x, y, col->size_width, style, "%*s",
		    col->size_width, size);
}

static void put_fill(struct figure *figure, const struct snapshot *snap,
		     const struct layout_columns *col, int y,
		     const struct span *span)
{
	char size[FORMAT_SIZE_MAX];
	struct figure_item *bar;
	uint64_t rss;

	if (!span_resident(snap, span, &rss)) {
		figure_text(figure, col->bar_x + col->bar_width / 2, y, 1,
			    STYLE_DIM, "?");
		if (col->rss_width)
			figure_text(figure, col->rss_x, y, col->rss_width,
				    STYLE_DIM, "%*s", col->rss_width, "?");
		return;
	}
	bar = figure_add(figure, FIGURE_BAR, col->bar_x, y, col->bar_width, 1,
			 STYLE_REGION + span->region);
	bar->value = rss;
	bar->full = span_mapped(span);
	if (col->rss_width)
		figure_text(figure, col->rss_x, y, col->rss_width, STYLE_VALUE,
			    "%*s", col->rss_width,
			    rss ? format_size(size, rss, true) : "0");
}

void layout_put_areas(struct figure *figure, const struct snapshot *snap,
		      const struct diff *diff, const struct layout_columns *col,
		      int y, const struct span *span)
{
	put_name(figure, snap, diff, col, y, span);
	if (span->region == REGION_STACK || span->region == REGION_HEAP)
		figure_text(figure, col->arrow_x, y, 1, STYLE_LABEL, "%s",
			    span->region == REGION_STACK ? "▼" : "▲");
	layout_put_size(figure, col, y, span_mapped(span), STYLE_NORMAL);
	put_fill(figure, snap, col, y, span);
}

void layout_put_label(struct figure *figure, const struct layout_columns *col,
		      int y, uint64_t addr, const char *name, bool changed)
{
	enum style style = changed ? STYLE_CHANGED : STYLE_LABEL;
	int x = col->right_x + (col->narrow ? 1 : 3), len;
	char text[24];

	if (col->narrow && !name[0] && addr == UINT64_MAX) {
		figure_text(figure, x, y, col->width - x, STYLE_VALUE, "%s",
			    "2^64 - 1");
		return;
	}
	if (col->narrow && name[0]) {
		figure_text(figure, x, y, col->width - x, style, "%s", name);
		return;
	}
	len = snprintf(text, sizeof(text), addr ? "0x%08" PRIx64 :
		       "0x%" PRIx64, addr);
	/* Names stand in a column, behind all but the longest addresses. */
	len = (len < 14 ? 14 : len) + 1;
	if (name[0] && x + len + (int)strlen(name) > col->width)
		x = col->right_x + 1;
	figure_text(figure, x, y, col->width - x, STYLE_VALUE, "%s", text);
	x += len;
	if (name[0] && !col->narrow)
		figure_text(figure, x, y, col->width - x, style, "%s%s", name,
			    changed ? "*" : "");
}

size_t layout_put_box(struct figure *figure, const struct layout_columns *col,
		      int y)
{
	size_t box = figure->nr_items;

	figure_add(figure, FIGURE_BOX, col->box_x, y, col->box_width, 2,
		   STYLE_NORMAL);
	figure_text(figure, col->size_x + col->size_width - 5, y, 6,
		    STYLE_HEADER, " size ");
	if (col->rss_width)
		figure_text(figure, col->bar_x, y,
			    col->bar_width + 1 + col->rss_width, STYLE_HEADER,
			    "%*s ", col->bar_width + col->rss_width,
			    "resident");
	else
		figure_text(figure, col->bar_x, y, 4, STYLE_HEADER, "rss ");
	return box;
}
