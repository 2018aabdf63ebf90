/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Signals as bytes in a pipe, so that the main loop polls them like all else.
 * SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP and SIGWINCH; SIGPIPE is ignored.
 */
#ifndef VMAVIEW_TUI_SIGNALS_H
#define VMAVIEW_TUI_SIGNALS_H

/* Returns the descriptor to poll, or -1 with errno. */
int signals_open(void);
/* The next signal that came, or 0. */
int signals_next(void);
/*
 * Stops the whole foreground job, as the terminal would for Ctrl-Z; returns
 * when it is continued.
 */
void signals_stop(void);
/* Puts the handlers back that were there before. */
void signals_close(void);

#endif
