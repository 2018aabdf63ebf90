/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where snapshots come from. A source is bound to one process when it is
 * opened: it follows that process through exec and never slides over to
 * another one that got its pid.
 */
#ifndef VMAVIEW_SOURCE_SOURCE_H
#define VMAVIEW_SOURCE_SOURCE_H

#include "model/snapshot.h"
#include "model/take.h"
#include "util/error.h"

enum source_choice { CHOOSE_AUTO, CHOOSE_NETLINK, CHOOSE_PROC };

struct source;

/*
 * One way of looking at a process. Every function fills *err when it fails.
 *
 * open: binds a new source to pid. ERR_NO_MODULE, ERR_INCOMPATIBLE: another
 *   source may do; any other error is final.
 * take: fills an empty snapshot with task and mm, and what is asked for,
 *   except provenance.reason. What this source can never know is left NULL,
 *   with a note. ERR_EXEC: the process runs another program now,
 *   open it again; ERR_GONE: it has ended.
 * close: also after a failed take.
 */
struct source_ops {
	enum source_kind kind;
	const char *name;	/* "netlink" */
	int (*open)(pid_t pid, void **self, struct error *err);
	int (*take)(void *self, const struct take *take, struct snapshot *snap,
		    struct error *err);
	void (*close)(void *self);
};

extern const struct source_ops netlink_source;
extern const struct source_ops procfs_source;

/*
 * Opens pid through the choice; CHOOSE_AUTO takes netlink and, where that
 * can't be had, /proc, and says why in the snapshots. Returns NULL with *err.
 */
struct source *source_open(enum source_choice choice, pid_t pid,
			   struct error *err);

/*
 * A new snapshot, the caller's to free, or NULL with *err. With CHOOSE_AUTO a
 * module that went away is replaced by /proc, and taken again when it is back.
 * An exec is followed: the next picture is of the new program, with a note.
 * A torn dump is taken twice more, then returned with coherent == false.
 */
struct snapshot *source_take(struct source *source, const struct take *take,
			     struct error *err);
void source_close(struct source *source);

#endif
