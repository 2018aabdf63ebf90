// SPDX-License-Identifier: GPL-2.0
/*
 * The areas, high addresses first, two rows each: what vm_area_struct says in
 * the middle, its file on the left, and on the right the two addresses: vm_end
 * dashed, the first one outside, above vm_start, the first one inside.
 */
#include <inttypes.h>
#include <string.h>

#include "figure/descriptor.h"
#include "figure/wrap.h"
#include "model/region.h"
#include "util/format.h"

/* More areas than this are drawn without rules between them. */
#define RULES_MAX	500

struct columns {
	int width;
	bool narrow;
	int file_width;		/* 0: no room */
	int box_x, box_width;
	int right_x, right_width;	/* the two arrows */
	int region_x;
	bool rules;
};

static void init_columns(struct columns *col, int width, size_t nr_vmas)
{
	memset(col, 0, sizeof(*col));
	col->width = width;
	col->rules = nr_vmas <= RULES_MAX;
	if (width < 60) {
		col->narrow = true;
		return;
	}
	col->region_x = width - (width < 120 ? 8 : 12);
	col->right_width = width < 120 ? 17 : 32;
	col->right_x = col->region_x - col->right_width - 1;
	col->file_width = (width - 80) * 3 / 8 + 13;
	col->box_x = col->file_width + (width < 120 ? 3 : 13);
	col->box_width = col->right_x - col->box_x;
}

/* The article's flags first, the permissions to change them last. */
static const uint8_t first_flags[] = {
	VF_READ, VF_WRITE, VF_EXEC, VF_SHARED, VF_GROWSDOWN,
};
static const uint8_t last_flags[] = {
	VF_MAYREAD, VF_MAYWRITE, VF_MAYEXEC, VF_MAYSHARE,
};

static bool add_flag(char *out, size_t room, int f)
{
	size_t len = strlen(out);

	if (len + 3 + strlen(vma_flags[f].name) > room)
		return false;
	sprintf(out + len, "%s%s", len ? " | " : "", vma_flags[f].name);
	return true;
}

/*
 * As many names as fit in width columns; "…" stands for what is left out,
 * " | ?" for what is not known.
 */
static void spell_flags(const struct vma *vma, char *out, size_t size,
			int width)
{
	size_t room = width > 4 ? width - (vma->has_flags ? 1 : 4) : 0, i;
	uint64_t left = vma->flags;
	bool all = true;

	if (room > size - 8)
		room = size - 8;
	out[0] = '\0';
	for (i = 0; i < sizeof(last_flags); i++)
		left &= ~VF_BIT(last_flags[i]);
	for (i = 0; i < sizeof(first_flags); i++) {
		if (left & VF_BIT(first_flags[i]))
			all &= add_flag(out, room, first_flags[i]);
		left &= ~VF_BIT(first_flags[i]);
	}
	for (int f = 0; f < VF_NR; f++)
		if (left & VF_BIT(f))
			all = all && add_flag(out, room, f);
	for (i = 0; i < sizeof(last_flags); i++)
		if (vma->flags & VF_BIT(last_flags[i]))
			all = all && add_flag(out, room, last_flags[i]);
	if (!out[0] && all)
		strcpy(out, vma->has_flags ? "0" : "no access");
	if (!vma->has_flags)
		strcat(out, " | ?");
	else if (!all)
		strcat(out, "…");
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static void tail_text(struct figure *figure, int x, int y, int width,
		      enum style style, const char *text)
{
	figure_text(figure, x, y, width, style, "%s", text);
	if (!figure->failed && figure->nr_items)
		figure->items[figure->nr_items - 1].reverse = true;
}

static uint64_t resident(const struct snapshot *snap, const struct vma *vma)
{
	return vma->res.pages[RES_RSS] * snap->page_size;
}

static void put_narrow(struct figure *figure, const struct vma *vma,
		       bool changed, int y)
{
	enum style style = changed ? STYLE_CHANGED :
				     STYLE_REGION + vma->region;
	char flags[1024], size[FORMAT_SIZE_MAX];
	int width = figure->width;

	spell_flags(vma, flags, sizeof(flags), width - 19);
	figure_text(figure, 0, y, 2, style, "%c%s",
		    regions[vma->region].letter, changed ? "*" : "");
	figure_text(figure, 2, y, 16, STYLE_VALUE, "0x%" PRIx64 "╌", vma->end);
	figure_text(figure, 19, y, width - 19, STYLE_NORMAL, "%s", flags);
	figure_text(figure, 2, y + 1, 16, STYLE_VALUE, "0x%" PRIx64 "─",
		    vma->start);
	figure_text(figure, 19, y + 1, 6, STYLE_NORMAL, "%6s",
		    format_size(size, vma_size(vma), true));
	tail_text(figure, 26, y + 1, width - 26, style,
		  vma->object ? base_name(vma->object->name) :
		  regions[vma->region].name);
}

static void put_box(struct figure *figure, const struct snapshot *snap,
		    const struct columns *col, const struct vma *vma,
		    bool changed, int y)
{
	int x = col->box_x + 2, width = col->box_width - 4;
	enum style style = changed ? STYLE_CHANGED : STYLE_NORMAL;
	char flags[1024], size[FORMAT_SIZE_MAX];
	struct figure_item *bar;

	spell_flags(vma, flags, sizeof(flags), width);
	figure_text(figure, x, y, width, style, "%s%s", changed ? "* " : "",
		    flags);
	y++;
	figure_text(figure, x, y, 8, STYLE_NORMAL, "%8s",
		    format_size(size, vma_size(vma), false));
	if (res_has(&vma->res, RES_RSS)) {
		bar = figure_add(figure, FIGURE_BAR, x + 9, y, 6, 1,
				 STYLE_REGION + vma->region);
		bar->value = resident(snap, vma);
		bar->full = vma_size(vma);
		figure_text(figure, x + 16, y, 5, STYLE_VALUE, "%5s",
			    bar->value ? format_size(size, bar->value, true) :
					 "0");
	} else {
		figure_text(figure, x + 16, y, 5, STYLE_DIM, "    ?");
	}
	if (vma->has_pgoff)
		figure_text(figure, x + 22, y, width - 22, STYLE_DIM,
			    width < 40 ? "+0x%" PRIx64 : "vm_pgoff 0x%" PRIx64,
			    vma->pgoff);
}

static void put_wide(struct figure *figure, const struct snapshot *snap,
		     const struct columns *col, const struct vma *vma,
		     bool changed, int y)
{
	bool words = col->width >= 120;
	int x = col->right_x, region_width = col->width - col->region_x;
	enum style style = STYLE_REGION + vma->region;

	/* The first row of the areas belongs to the rule, if there is one. */
	if (col->rules)
		figure_add(figure, FIGURE_BOX, col->box_x, y - 1,
			   col->box_width, 4, STYLE_VMA);
	else
		for (int i = 0; i < 2; i++) {
			figure_add(figure, FIGURE_TEXT, col->box_x, y + i, 1,
				   1, STYLE_VMA)->text = strdup("│");
			figure_add(figure, FIGURE_TEXT,
				   col->box_x + col->box_width - 1, y + i, 1,
				   1, STYLE_VMA)->text = strdup("│");
		}
	if (vma_is_file(vma)) {
		tail_text(figure, 0, y, col->file_width, STYLE_FILE,
			  words ? vma->object->name :
				  base_name(vma->object->name));
		figure_add(figure, FIGURE_ARROW, col->file_width + 1, y,
			   col->box_x - col->file_width, 1,
			   STYLE_FILE)->reverse = true;
		if (words)
			figure_text(figure, col->file_width + 3, y, 9,
				    STYLE_LABEL, " vm_file ");
	}
	put_box(figure, snap, col, vma, changed, y);

	/* vm_end is the first address outside, vm_start the first inside. */
	for (int i = 0; i < 2; i++) {
		struct figure_item *arrow;

		arrow = figure_add(figure, FIGURE_ARROW, x, y + i,
				   col->right_width, 1, STYLE_VMA);
		if (!i && !figure->failed)
			arrow->text = strdup("╌");
		figure_text(figure, x + 1, y + i, col->right_width - 2,
			    STYLE_VALUE, words ? " %s 0x%" PRIx64 " " :
			    "%.0s0x%" PRIx64, i ? "vm_start" : "vm_end",
			    i ? vma->start : vma->end);
	}
	figure_text(figure, col->region_x, y, region_width, style, "%c %s",
		    regions[vma->region].letter, regions[vma->region].name);
}

static int put_head(struct figure *figure, const struct snapshot *snap,
		    const struct columns *col, int y)
{
	char depth[40] = "depth ?", text[300];
	size_t nr = snap->nr_vmas;

	/* [vsyscall] is listed with the areas but is not one of this mm. */
	while (nr && snap->vmas[nr - 1].start >= 1ULL << 63)
		nr--;
	if (mm_has(&snap->mm, MM_TREE_DEPTH))
		snprintf(depth, sizeof(depth), "depth %" PRIu64,
			 snap->mm.v[MM_TREE_DEPTH]);
	snprintf(text, sizeof(text), "%zu areas, each a vm_area_struct. "
		 "They hang in a maple tree, mm->mm_mt, %s; since 6.1 there "
		 "is no vm_next list and no rb-tree.", nr, depth);
	y += wrap_text(figure, 0, y, col->width, STYLE_TITLE,
		       snap->has_vmas ? text : "The areas are not known.");
	y += wrap_text(figure, 0, y, col->width, STYLE_DIM,
		       "vm_end - - -> is the first address outside, "
		       "vm_start ---> the first inside.");
	if (!col->narrow) {
		figure_text(figure, 0, y, col->file_width, STYLE_HEADER,
			    "struct file");
		figure_text(figure, col->box_x + 2, y, col->box_width,
			    STYLE_HEADER, "vm_area_struct");
		figure_text(figure, col->right_x + 1, y, col->right_width,
			    STYLE_HEADER, "vm_end, vm_start");
		figure_text(figure, col->region_x, y,
			    col->width - col->region_x, STYLE_HEADER,
			    "segment");
		y++;
	}
	return y;
}

int descriptor_put_areas(struct figure *figure, const struct snapshot *snap,
			 const struct figure_params *params, int y)
{
	const struct diff *diff = params->diff;
	struct columns col;
	char size[FORMAT_SIZE_MAX];

	init_columns(&col, figure->width, snap->nr_vmas);
	y = put_head(figure, snap, &col, y);
	for (size_t i = snap->nr_vmas; i-- > 0; ) {
		const struct vma *vma = &snap->vmas[i];
		bool changed = diff && diff->vma_changed &&
			       i < diff->nr_vmas && diff->vma_changed[i];

		if (col.rules && !col.narrow)
			y++;
		figure_mark(figure, vma->start, vma->end, y, 2, (long)i);
		if (col.narrow)
			put_narrow(figure, vma, changed, y);
		else
			put_wide(figure, snap, &col, vma, changed, y);
		if (col.rules && !col.narrow && i + 1 < snap->nr_vmas &&
		    vma->end < vma[1].start)
			figure_text(figure, col.box_x + 2, y - 1,
				    col.box_width - 4, STYLE_DIM, " gap %s ",
				    format_size(size, vma[1].start - vma->end,
						false));
		y += 2;
	}
	if (col.rules && !col.narrow)
		y++;
	return y;
}
