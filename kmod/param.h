/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What can be turned off when the module is loaded. Read-only after: what is
 * off stays off for as long as it is loaded.
 */
#ifndef VMAVIEW_PARAM_H
#define VMAVIEW_PARAM_H

#include <linux/types.h>

extern bool vmav_param_debugfs;
extern bool vmav_param_frames;
extern bool vmav_param_tokens;

#endif
