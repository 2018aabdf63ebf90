/* SPDX-License-Identifier: GPL-2.0 */
/* What a program does to a heap, for cases that look at what is left of it. */
#ifndef USE_H
#define USE_H

#include <pthread.h>

#include "cases.h"

/* Some of everything: small and big, free and used, in two arenas. */
static inline void *use_some(void *argument)
{
	static void *left[2][400];
	void **blocks = left[(uintptr_t)argument];
	uint32_t state = 7;

	for (int i = 0; i < 20000; i++) {
		void **block = &blocks[dice(&state) % 400];

		free(*block);
		*block = malloc(dice(&state) % (i % 100 ? 700 : 200000));
		expect(*block, "none");
	}
	return NULL;
}

static inline void use_two(void)
{
	pthread_t thread;

	expect(!pthread_create(&thread, NULL, use_some, (void *)1),
	       "no thread");
	use_some(NULL);
	pthread_join(thread, NULL);
}

#endif
