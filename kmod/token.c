// SPDX-License-Identifier: GPL-2.0
/*
 * Tokens stand for frames to those who may not see frames: equal frames have
 * equal tokens, and nothing else can be learnt from them. The key is made when
 * the module is loaded and never leaves it.
 */
#include <linux/random.h>
#include <linux/siphash.h>

#include "token.h"

static siphash_key_t key;

void vmav_token_init(void)
{
	get_random_bytes(&key, sizeof(key));
}

/**
 * vmav_token - the token of a frame
 * @present: a page frame number, else type and offset of a swap entry
 * @frame: that
 */
u64 vmav_token(bool present, u64 frame)
{
	return siphash_2u64(frame, present, &key);
}
