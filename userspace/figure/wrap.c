// SPDX-License-Identifier: GPL-2.0
#include "figure/wrap.h"

#include <string.h>

int wrap_text(struct figure *figure, int x, int y, int width, enum style style,
	      const char *text)
{
	int rows = 0;

	if (width < 1)
		return 0;
	while (*text) {
		int len = strlen(text);

		if (len > width) {
			len = width;
			while (len > 0 && text[len] != ' ')
				len--;
			if (!len)
				len = width;
		}
		figure_text(figure, x, y + rows++, width, style, "%.*s", len,
			    text);
		text += len;
		text += strspn(text, " ");
	}
	return rows;
}
