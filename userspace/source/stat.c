// SPDX-License-Identifier: GPL-2.0
/* Reads /proc/PID/stat, for both sources. */
#include "source/stat.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/file.h"

#define PF_KTHREAD	0x00200000	/* include/linux/sched.h, since v2.6.36 */

int stat_read(int dir, struct stat_line *stat)
{
	struct file_text text;
	const char *p;
	int i;

	memset(stat, 0, sizeof(*stat));
	if (file_read(dir, "stat", &text))
		goto failed;
	/* The name in brackets may hold brackets itself: look from the end. */
	p = strrchr(text.data, ')');
	if (!p || strlen(p) < 3) {
		errno = EIO;
		goto failed;
	}
	stat->field[STAT_PID] = strtoull(text.data, NULL, 10);
	stat->state = p[2];
	p += 3;
	for (i = 4; i <= STAT_LAST && *p == ' '; i++) {
		char *end;

		stat->field[i] = strtoull(p, &end, 10);
		p = end;
	}
	file_free(&text);
	return 0;

failed:
	file_free(&text);
	return -1;
}

int stat_check_memory(const struct stat_line *stat, struct error *err)
{
	int pid = (int)stat->field[STAT_PID];

	if (stat->field[STAT_FLAGS] & PF_KTHREAD)
		return error_set(err, ERR_NO_MM,
				 "process %d is a kernel thread: it has no user memory",
				 pid);
	if (stat->state != 'Z' && stat->state != 'X')
		return 0;
	if (stat->field[STAT_THREADS] > 1)
		return error_set(err, ERR_NO_MM,
				 "the main thread of process %d has ended: give the id of another thread",
				 pid);
	return error_set(err, ERR_NO_MM,
			 "process %d is a zombie: its memory is gone already",
			 pid);
}
