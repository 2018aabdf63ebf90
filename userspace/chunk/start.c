// SPDX-License-Identifier: GPL-2.0
/*
 * What is done when the library is loaded. Blocks may have been asked for long
 * before: nothing here is needed for that.
 */
#include "arena.h"
#include "events.h"
#include "options.h"
#include "trace.h"

static __attribute__((constructor)) void start(void)
{
	arenas_init();
	if (options.events || options.nameless_events)
		events_start(options.events, options.event_slots);
	if (options.trace)
		trace_start();
}

static __attribute__((destructor)) void stop(void)
{
	trace_stop();
}
