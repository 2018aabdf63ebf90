// SPDX-License-Identifier: GPL-2.0
/*
 * Messages that are worth to be changed, in memory and in files of one a line;
 * lines that begin with # are for people.
 */
#include <string.h>

#include "fuzz.h"

void corpus_add(struct corpus *corpus, const struct message *msg)
{
	if (corpus->nr == corpus->room) {
		corpus->room = corpus->room ? corpus->room * 2 : 64;
		corpus->msgs = realloc(corpus->msgs,
				       corpus->room * sizeof(*corpus->msgs));
		if (!corpus->msgs)
			give_up("memory");
	}
	corpus->msgs[corpus->nr++] = *msg;
}

/* A line that can't be read is an error: a corpus that rots shall be seen. */
void corpus_load(struct corpus *corpus, const char *path)
{
	FILE *file = fopen(path, "re");
	char line[LINE_MAX_BYTES];
	struct message msg;
	unsigned int nr = 0;

	if (!file)
		give_up(path);
	while (fgets(line, sizeof(line), file)) {
		nr++;
		if (*line == '#' || *line == '\n')
			continue;
		if (!text_read(&msg, line)) {
			fprintf(stderr, "%s:%u: no message: %s", path, nr,
				line);
			exit(2);
		}
		corpus_add(corpus, &msg);
	}
	fclose(file);
}
