// SPDX-License-Identifier: GPL-2.0
/* Setting hooks, for programs and for mtrace(). */
#include "hooks.h"
#include "watch.h"

static const struct vmachunk_hooks *current;

const struct vmachunk_hooks *hooks_current(void)
{
	return __atomic_load_n(&current, __ATOMIC_ACQUIRE);
}

const struct vmachunk_hooks *hooks_set(const struct vmachunk_hooks *hooks)
{
	const struct vmachunk_hooks *before;

	before = __atomic_exchange_n(&current, hooks, __ATOMIC_ACQ_REL);
	if (hooks)
		watch_on(WATCH_HOOKS);
	else
		watch_off(WATCH_HOOKS);
	return before;
}
