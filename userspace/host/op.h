/* SPDX-License-Identifier: GPL-2.0 */
/* One request carried out, in the thread that calls. */
#ifndef VMAVIEW_HOST_OP_H
#define VMAVIEW_HOST_OP_H

#include "lab/wire.h"

/* Fills result, usable, error and tid. */
void op_do(const struct wire_request *request, struct wire_reply *reply);

#endif
