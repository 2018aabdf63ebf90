// SPDX-License-Identifier: GPL-2.0
/*
 * The lines, as glibc's manual has them:
 *
 *   = Start
 *   @ ./program:[0x1136] + 0x4052a0 0x18    18 hex bytes taken
 *   @ ./program:[0x1150] - 0x4052a0         given back
 *   @ ./program:[0x1170] < 0x4052a0         resized: from
 *   @ ./program:[0x1170] > 0x4052c0 0x30    and to
 *   @ ./program:[0x1180] ! 0x4052c0 0x7fff  resizing failed
 *   = End
 *
 * The program does not know of our descriptor. It may close it, as one of all
 * that it did not open, and then open something of its own by that number:
 * before each line we look whether it still is the file that we opened.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <unistd.h>

#include "alloc.h"
#include "descriptor.h"
#include "hooks.h"
#include "lock.h"
#include "options.h"
#include "text.h"
#include "trace.h"

static struct lock trace_lock;	/* lines are whole */
static struct text lines = { .fd = -1 };
static struct descriptor file = { .fd = -1 };

/*
 * The address is the one in the file, as mtrace(1) asks addr2line for it. The
 * loader's lock is not taken for this: whoever loads a library holds it, and
 * allocates. Our caller's library cannot be unloaded while it is calling us.
 */
static void put_caller(const void *caller)
{
	struct dl_find_object found;
	uintptr_t base = 0;
	const char *name;

	text_string(&lines, "@ ");
	if (!_dl_find_object((void *)caller, &found)) {
		base = found.dlfo_link_map->l_addr;
		name = found.dlfo_link_map->l_name;
		/* The program itself has none there. */
		text_string(&lines, *name ? name : program_invocation_name);
		text_string(&lines, ":");
	}
	text_string(&lines, "[");
	text_hex(&lines, (uintptr_t)caller - base);
	text_string(&lines, "] ");
}

/* sign is what the line says of mem; size is left out of some. */
static void put_line(const void *caller, const char *sign, const void *mem,
		     const size_t *size)
{
	if (!descriptor_is_ours(&file))
		return;
	put_caller(caller);
	text_string(&lines, sign);
	text_hex(&lines, (uintptr_t)mem);
	if (size) {
		text_string(&lines, " ");
		text_hex(&lines, *size);
	}
	text_string(&lines, "\n");
	text_flush(&lines);
}

static void *trace_malloc(size_t bytes, const void *caller)
{
	void *mem = chunk_malloc(bytes);

	lock_take(&trace_lock);
	put_line(caller, "+ ", mem, &bytes);
	lock_release(&trace_lock);
	return mem;
}

/* The line comes first: afterwards the block may be somebody else's. */
static void trace_free(void *mem, const void *caller)
{
	if (!mem)
		return;
	lock_take(&trace_lock);
	put_line(caller, "- ", mem, NULL);
	lock_release(&trace_lock);
	chunk_free(mem);
}

static void *trace_realloc(void *mem, size_t bytes, const void *caller)
{
	void *moved;

	if (!mem)
		return trace_malloc(bytes, caller);
	lock_take(&trace_lock);
	moved = chunk_realloc(mem, bytes);
	if (moved) {
		put_line(caller, "< ", mem, NULL);
		put_line(caller, "> ", moved, &bytes);
	} else if (bytes) {
		put_line(caller, "! ", mem, &bytes);
	} else {
		put_line(caller, "- ", mem, NULL);
	}
	lock_release(&trace_lock);
	return moved;
}

static void *trace_memalign(size_t alignment, size_t bytes, const void *caller)
{
	void *mem = chunk_memalign(alignment, bytes);

	lock_take(&trace_lock);
	put_line(caller, "+ ", mem, &bytes);
	lock_release(&trace_lock);
	return mem;
}

static const struct vmachunk_hooks trace_hooks = {
	.malloc = trace_malloc,
	.free = trace_free,
	.realloc = trace_realloc,
	.memalign = trace_memalign,
};

/* A name of ours can be guessed: nobody shall have put anything there. */
static int open_ours(const char *path)
{
	unlink(path);
	return open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_APPEND |
				  O_CLOEXEC, 0600);
}

static int open_given(const char *path)
{
	return path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND |
					 O_CLOEXEC, 0666) : -1;
}

void trace_start(void)
{
	int fd;

	if (lines.fd >= 0)
		return;
	fd = options.trace ? open_ours(options.trace) :
			     open_given(secure_getenv("MALLOC_TRACE"));
	if (fd < 0)
		return;
	descriptor_set_aside(&file, fd);
	lines.fd = file.fd;
	text_string(&lines, "= Start\n");
	text_flush(&lines);
	hooks_set(&trace_hooks);
}

/* No more lines. Hooks that somebody has set since stay. */
static void end(void)
{
	descriptor_close(&file);
	lines.fd = -1;
	lines.used = 0;
	if (hooks_current() == &trace_hooks)
		hooks_set(NULL);
}

void trace_forked(void)
{
	trace_lock = (struct lock){ LOCK_FREE };
	if (lines.fd >= 0)
		end();
}

void trace_stop(void)
{
	if (lines.fd < 0)
		return;
	lock_take(&trace_lock);
	if (descriptor_is_ours(&file)) {
		text_string(&lines, "= End\n");
		text_flush(&lines);
	}
	end();
	lock_release(&trace_lock);
}
