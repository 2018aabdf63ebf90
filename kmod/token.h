/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMAVIEW_TOKEN_H
#define VMAVIEW_TOKEN_H

#include <linux/types.h>

int vmav_token_init(void);
u64 vmav_token(bool present, u64 frame);

#endif
