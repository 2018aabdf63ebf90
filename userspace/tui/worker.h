/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The thread that takes snapshots. A take may wait for the target's mmap_lock
 * for as long as the target likes; only this thread waits then.
 */
#ifndef VMAVIEW_TUI_WORKER_H
#define VMAVIEW_TUI_WORKER_H

#include <stdbool.h>

#include "tui/app.h"

struct worker;

/* NULL with errno. feed must live until worker_stop(). */
struct worker *worker_start(const struct app_feed *feed);
/* Readable when a picture, or the news that there is none, can be fetched. */
int worker_fd(const struct worker *worker);
/* Asks for a picture; nothing happens while one is being taken. */
void worker_ask(struct worker *worker, const struct take *take);
/*
 * Fetches what was asked for: false while there is nothing, else *snap is the
 * caller's, or NULL with *err. *commands: how many the lab had carried out when
 * it was taken.
 */
bool worker_fetch(struct worker *worker, struct snapshot **snap,
		  unsigned long *commands, struct error *err);
/*
 * Asks for the address of a symbol; false while another is looked for. The
 * answer makes worker_fd readable too. *ret is what the feed's find returned.
 */
bool worker_ask_symbol(struct worker *worker, const char *text);
bool worker_fetch_symbol(struct worker *worker, int *ret, uint64_t *addr,
			 struct error *err);
/*
 * Has the lab carry out a line, which becomes the worker's; not while there is
 * another. The answer makes worker_fd readable too: *log is the caller's then.
 */
void worker_ask_command(struct worker *worker, char *text);
bool worker_fetch_command(struct worker *worker, struct app_log *log);
/* The kernel makes the take wait (and does not merely work on it). */
bool worker_is_blocked(struct worker *worker);
/*
 * Ends the thread and frees all. When a take does not come back within
 * patience_ms it returns false and the worker stays: the caller can only end
 * the process, and the kernel ends the wait with it.
 */
bool worker_stop(struct worker *worker, int patience_ms);

#endif
