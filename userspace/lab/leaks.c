// SPDX-License-Identifier: GPL-2.0
/*
 * The log that mtrace() writes, read again: what was taken and not given back.
 * Lines are "@ where + 0xADDRESS 0xSIZE", and with - what came back, with < and
 * > what was resized from and to.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lab/state.h"

#define TOLD	20	/* blocks in a list */

struct taken {
	uint64_t mem, bytes;
	bool is_back;
};

struct log {
	struct taken *taken;
	size_t nr, cap;
	bool has_begun;		/* mtrace() was called */
};

static bool add(struct log *log, uint64_t mem, uint64_t bytes)
{
	size_t want = log->cap ? log->cap * 2 : 64;
	struct taken *more;

	if (log->nr == log->cap) {
		more = reallocarray(log->taken, want, sizeof(*more));
		if (!more)
			return false;
		log->taken = more;
		log->cap = want;
	}
	log->taken[log->nr++] = (struct taken){ mem, bytes, false };
	return true;
}

/* The newest one first: it is what is given back most often. */
static void take_back(struct log *log, uint64_t mem)
{
	size_t i;

	for (i = log->nr; i-- > 0; )
		if (log->taken[i].mem == mem && !log->taken[i].is_back) {
			log->taken[i].is_back = true;
			/* What is at the end needs no place any more. */
			while (log->nr && log->taken[log->nr - 1].is_back)
				log->nr--;
			return;
		}
}

/* A line from its "] " on. False without memory. */
static bool read_line(struct log *log, const char *line)
{
	uint64_t mem = 0, bytes = 0;
	const char *sign = strstr(line, "] ");
	int nr;

	if (!sign)
		return true;
	sign += 2;
	nr = sscanf(sign + 1, " 0x%" SCNx64 " 0x%" SCNx64, &mem, &bytes);
	if (nr < 1)
		return true;
	if (*sign == '-' || *sign == '<')
		take_back(log, mem);
	else if (mem && nr == 2 && (*sign == '+' || *sign == '>'))
		return add(log, mem, bytes);
	return true;
}

/* The host writes whole lines, and stands still. */
static bool read_log(struct lab *lab, struct log *log)
{
	char *line = NULL;
	size_t size = 0;
	FILE *file;
	bool good = true;
	int fd;

	*log = (struct log){ .nr = 0 };
	fd = lab->host.trace < 0 ? -1 : dup(lab->host.trace);
	file = fd < 0 ? NULL : fdopen(fd, "r");
	if (!file) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	rewind(file);
	while (good && getline(&line, &size, file) >= 0) {
		log->has_begun = true;
		good = read_line(log, line);
	}
	free(line);
	fclose(file);
	return good;
}

bool leaks_count(struct lab *lab, uint64_t *nr, uint64_t *bytes)
{
	struct log log;
	bool good = read_log(lab, &log);
	size_t i;

	*nr = *bytes = 0;
	for (i = 0; good && i < log.nr; i++) {
		if (log.taken[i].is_back)
			continue;
		++*nr;
		*bytes += log.taken[i].bytes;
	}
	free(log.taken);
	return good && log.has_begun;
}

void leaks_tell(struct lab *lab)
{
	struct log log;
	uint64_t nr = 0;
	const char *name;
	size_t i;

	if (!read_log(lab, &log)) {
		say(lab, LAB_ERROR, "the log of mtrace can't be read");
		free(log.taken);
		return;
	}
	if (!log.has_begun) {
		say(lab, LAB_ERROR, "there is no log: mtrace begins it");
		free(log.taken);
		return;
	}
	for (i = 0; i < log.nr; i++) {
		if (log.taken[i].is_back || ++nr > TOLD)
			continue;
		name = lab_name(lab, log.taken[i].mem);
		say(lab, LAB_RESULT,
		    "0x%" PRIx64 " of %" PRIu64 " bytes is not back: %s",
		    log.taken[i].mem, log.taken[i].bytes,
		    name ? name : "nobody has a name for it");
	}
	if (nr > TOLD)
		say(lab, LAB_RESULT, "and %" PRIu64 " more", nr - TOLD);
	if (!nr)
		say(lab, LAB_RESULT, "all that the log has is back");
	free(log.taken);
}
