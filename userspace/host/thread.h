/* SPDX-License-Identifier: GPL-2.0 */
/* The threads that requests are carried out in, one request at a time. */
#ifndef VMAVIEW_HOST_THREAD_H
#define VMAVIEW_HOST_THREAD_H

#include "lab/wire.h"

/*
 * Carries it out in the thread that it names and waits for that. Fills what
 * op_do() does, and is_new. A thread that can't be made: reply->error.
 */
void thread_do(const struct wire_request *request, struct wire_reply *reply);

#endif
