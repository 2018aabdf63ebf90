// SPDX-License-Identifier: GPL-2.0
#include "figure/strip.h"

#include <stdio.h>
#include <string.h>

#define STRIP_ROWS	4	/* borders, name and value */

void strip_bits(char out[8], unsigned int first, unsigned int last)
{
	if (first == last)
		snprintf(out, 8, "%u", first % 64);
	else
		snprintf(out, 8, "%u-%u", last % 64, first % 64);
}

static int cell_width(const struct strip_cell *cell)
{
	size_t width = strlen(cell->bits);

	if (width < strlen(cell->name))
		width = strlen(cell->name);
	if (width < strlen(cell->value))
		width = strlen(cell->value);
	return (int)width;
}

/* Cells that fit into the width, at least one; their columns in *columns. */
static size_t fit(const struct strip_cell *cells, size_t nr, int width,
		  int *columns)
{
	size_t n = 0;

	*columns = 1;
	while (n < nr) {
		int more = cell_width(&cells[n]) + 1;

		if (n && *columns + more > width)
			break;
		*columns += more;
		n++;
	}
	return n;
}

static void put_row(struct figure *figure, int x, int y, int columns,
		    const struct strip_cell *cells, size_t nr)
{
	int at = x;

	figure_add(figure, FIGURE_BOX, x, y, columns, STRIP_ROWS, STYLE_NORMAL);
	for (size_t i = 0; i + 1 < nr; i++) {
		at += cell_width(&cells[i]) + 1;
		figure_add(figure, FIGURE_LINE, at, y, 1, STRIP_ROWS,
			   STYLE_NORMAL);
	}
	at = x + 1;
	for (size_t i = 0; i < nr; i++) {
		int width = cell_width(&cells[i]);

		figure_text(figure, at, y, width, STYLE_DIM, "%s",
			    cells[i].bits);
		figure_text(figure, at, y + 1, width, STYLE_LABEL, "%s",
			    cells[i].name);
		figure_text(figure, at, y + 2, width,
			    cells[i].known ? STYLE_VALUE : STYLE_WARN, "%s",
			    cells[i].value);
		at += width + 1;
	}
}

int strip_put(struct figure *figure, int x, int y, int width,
	      const struct strip_cell *cells, size_t nr)
{
	int rows = 0;

	while (nr) {
		int columns;
		size_t n = fit(cells, nr, width, &columns);

		put_row(figure, x, y + rows, columns, cells, n);
		rows += STRIP_ROWS;
		cells += n;
		nr -= n;
	}
	return rows;
}
