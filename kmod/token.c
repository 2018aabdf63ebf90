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

/*
 * Waits until there is a key that nobody can guess, when loaded early in a
 * boot. Returns 0 or -ERESTARTSYS.
 */
int vmav_token_init(void)
{
	return get_random_bytes_wait(&key, sizeof(key));
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
