// SPDX-License-Identifier: GPL-2.0
/*
 * From one thread to the arena of another, without waiting for it. A chunk that
 * is handed over counts as used until the arena's next holder has received it.
 * Holders only ever take the whole list, so that no chunk can leave it and come
 * back between a look and a swap.
 */
#include "core.h"
#include "corrupt.h"

#define BATCH	64

static uintptr_t *link_of(struct malloc_chunk *chunk)
{
	return (uintptr_t *)&chunk->fd;
}

static void set_next(struct malloc_chunk *chunk, struct malloc_chunk *next)
{
	*link_of(chunk) = link_mix(link_of(chunk), next);
}

static struct malloc_chunk *next_of(struct malloc_chunk *chunk)
{
	return link_follow(link_of(chunk), *link_of(chunk));
}

static inline void receive_if_any(struct malloc_state *av)
{
	if (unlikely(__atomic_load_n(&av->handed, __ATOMIC_RELAXED) != NULL))
		arena_receive(av);
}

void arena_hand_over(struct malloc_state *av, struct malloc_chunk **chunks,
		     unsigned int n)
{
	struct malloc_chunk *seen;
	unsigned int i;

	if (lock_try(&av->lock)) {
		receive_if_any(av);
		arena_give_all(av, chunks, n);
		arena_unlock(av);
		return;
	}
	for (i = 0; i + 1 < n; i++)
		set_next(chunks[i], chunks[i + 1]);
	seen = __atomic_load_n(&av->handed, __ATOMIC_RELAXED);
	do {
		set_next(chunks[n - 1], seen);
	} while (!__atomic_compare_exchange_n(&av->handed, &seen, chunks[0],
					      true, __ATOMIC_RELEASE,
					      __ATOMIC_RELAXED));
}

void arena_receive(struct malloc_state *av)
{
	struct malloc_chunk *chunk, *chunks[BATCH];
	unsigned int n;

	chunk = __atomic_exchange_n(&av->handed, NULL, __ATOMIC_ACQUIRE);
	while (chunk) {
		for (n = 0; chunk && n < BATCH; n++) {
			if (is_corrupt(!is_aligned(chunk),
				       "corrupted link in a list of chunks",
				       chunk)) {
				chunk = NULL;
				break;
			}
			chunks[n] = chunk;
			chunk = next_of(chunk);
		}
		arena_give_all(av, chunks, n);
	}
}

void arena_lock(struct malloc_state *av)
{
	lock_take(&av->lock);
	receive_if_any(av);
}

bool arena_enter(struct malloc_state *av)
{
	if (unlikely(!lock_enter(&av->lock)))
		return false;
	receive_if_any(av);
	return true;
}

void arena_unlock(struct malloc_state *av)
{
	lock_release(&av->lock);
}
