// SPDX-License-Identifier: GPL-2.0
/*
 * The names below are those of VMACHUNK_OPTIONS; sizes take k, m and g. The
 * environment counts only where the kernel has not marked the program secure.
 */
#include <limits.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "arena.h"
#include "core.h"
#include "corrupt.h"
#include "options.h"
#include "system.h"
#include "watch.h"

#define DEFAULT_MMAP	((size_t)128 << 10)
#define DEFAULT_TRIM	((size_t)128 << 10)
#define DEFAULT_PAD	((size_t)128 << 10)
#define ARTICLE_FAST	64	/* bytes of a request, as dlmalloc */
#define DEFAULT_FAST	(16 * SIZE_SZ)	/* as glibc, without caches */
#define DEFAULT_MAPS	65536
#define DEFAULT_CACHE	((size_t)2 << 20)
#define DEFAULT_SLOTS	65536

/* Of ld.so: the stack as the kernel has made it. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier): that is ld.so's to reserve */
extern void *__libc_stack_end;

struct options options;
static char paths[2][PATH_MAX];	/* of trace and events */

static bool fixed_fast;		/* max_fast is as somebody wants it */

static void set_max_fast(size_t bytes)
{
	struct malloc_state *av;
	size_t size = bytes ? request_to_size(bytes) : 0;

	if (bytes > MAX_FAST - HEADER)
		return;
	fixed_fast = true;
	for (av = &av_; av; av = av->next) {
		arena_lock(av);
		if (av->top)
			arena_consolidate(av);
		av->max_fast = size;
		arena_unlock(av);
	}
}

static void set_trim(size_t bytes)
{
	struct malloc_state *av;

	for (av = &av_; av; av = av->next)
		av->trim_threshold = bytes;
	options.fixed_trim = true;
}

static void set_mmap(size_t bytes)
{
	av_.mmap_threshold = bytes;
	options.fixed_mmap = true;
}

/* With a request as large as one may be, the sum is one of size_t yet. */
static void set_top_pad(size_t bytes)
{
	av_.top_pad = bytes < SIZE_MAX / 4 ? bytes : SIZE_MAX / 4;
}

static void set_perturb(int value)
{
	options.perturb = value;
	if (options.perturb)
		watch_on(WATCH_PERTURB);
	else
		watch_off(WATCH_PERTURB);
}

/* glibc takes some changes of a threshold for "no dynamics any more". */
int options_set(int parameter, int value)
{
	size_t bytes = value;

	arenas_init();
	switch (parameter) {
	case M_MXFAST:
		if (value < 0 || bytes > MAX_FAST - HEADER)
			return 0;
		set_max_fast(bytes);
		return 1;
	case M_TRIM_THRESHOLD:
		set_trim(value < 0 ? SIZE_MAX : bytes);
		options.fixed_mmap = true;
		return 1;
	case M_TOP_PAD:
		set_top_pad(value < 0 ? 0 : bytes);
		options.fixed_mmap = true;
		return 1;
	case M_MMAP_THRESHOLD:
		if (value < 0)
			return 0;
		set_mmap(bytes);
		return 1;
	case M_MMAP_MAX:
		av_.n_mmaps_max = value;
		options.fixed_mmap = true;
		return 1;
	case M_PERTURB:
		set_perturb(value);
		return 1;
	case M_ARENA_MAX:
		if (value < 1)
			return 0;
		arena_max = value;
		return 1;
	case M_ARENA_TEST:
		if (value < 1)
			return 0;
		arena_test = value;
		return 1;
	case M_CHECK_ACTION:
		check_action = value & 3;
		return 1;
	}
	return 1;
}

/* A number with k, m or g behind it; false if it is none. */
static bool read_size(const char *text, size_t length, size_t *value)
{
	static const char units[] = "kmg";
	const char *unit;
	size_t scale, i;

	*value = 0;
	for (i = 0; i < length && text[i] >= '0' && text[i] <= '9'; i++)
		if (__builtin_mul_overflow(*value, 10, value) ||
		    __builtin_add_overflow(*value, text[i] - '0', value))
			return false;
	if (i && i + 1 == length && (unit = strchr(units, text[i] | 0x20))) {
		scale = (size_t)1 << 10 * (unit - units + 1);
		if (__builtin_mul_overflow(*value, scale, value))
			return false;
		i++;
	}
	return i && i == length;
}

static void set_cache(size_t value)
{
	options.cache_bytes = value;
}

static void set_mmaps(size_t value)
{
	av_.n_mmaps_max = value < INT_MAX ? value : INT_MAX;
}

static void set_arena_max(size_t value)
{
	arena_max = value;
}

static void set_arena_test(size_t value)
{
	arena_test = value;
}

static void set_huge(size_t value)
{
	options.huge = value;
}

static void set_filler(size_t value)
{
	set_perturb(value);
}

static void set_action(size_t value)
{
	check_action = value & 3;
}

static void set_slots(size_t value)
{
	options.event_slots = value;
}

static const struct number_option {
	const char *name;
	void (*set)(size_t value);
} numbers[] = {
	{ "cache", set_cache },
	{ "trim_threshold", set_trim },
	{ "top_pad", set_top_pad },
	{ "mmap_threshold", set_mmap },
	{ "mmap_max", set_mmaps },
	{ "max_fast", set_max_fast },
	{ "arena_max", set_arena_max },
	{ "arena_test", set_arena_test },
	{ "huge", set_huge },
	{ "perturb", set_filler },
	{ "check_action", set_action },
	{ "event_slots", set_slots },
};

static const char *const levels[] = { "none", "fast", "full", "guard" };

static bool is_word(const char *word, const char *text, size_t length)
{
	return strlen(word) == length && !memcmp(word, text, length);
}

static const char *keep_path(unsigned int which, const char *text,
			     size_t length)
{
	char digits[16], *digit = digits + sizeof(digits);
	pid_t pid = getpid();

	*--digit = '\0';
	do
		*--digit = '0' + pid % 10;
	while (pid /= 10);
	*--digit = '.';
	if (length + strlen(digit) >= sizeof(paths[which]))
		return NULL;
	memcpy(paths[which], text, length);
	strcpy(paths[which] + length, digit);
	return paths[which];
}

/* One NAME=VALUE; what is not known is passed over, as ld.so does. */
static void read_option(const char *name, size_t name_length,
			const char *value, size_t length)
{
	size_t number, i;

	if (is_word("check", name, name_length)) {
		for (i = 0; i < sizeof(levels) / sizeof(*levels); i++)
			if (is_word(levels[i], value, length))
				check_level = i;
	} else if (is_word("trace", name, name_length)) {
		options.trace = keep_path(0, value, length);
	} else if (is_word("events", name, name_length) &&
		   is_word("1", value, length)) {
		options.nameless_events = true;
	} else if (is_word("events", name, name_length)) {
		options.events = keep_path(1, value, length);
	} else if (read_size(value, length, &number)) {
		for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
			if (is_word(numbers[i].name, name, name_length))
				numbers[i].set(number);
	}
}

static void read_options(const char *text)
{
	const char *equals, *end;

	while (*text) {
		end = text + strcspn(text, ":");
		equals = memchr(text, '=', end - text);
		if (equals)
			read_option(text, equals - text, equals + 1,
				    end - equals - 1);
		text = *end ? end + 1 : end;
	}
}

/*
 * A library that is initialised first may allocate before the C library knows
 * the environment. It lies where the kernel has put it, behind the arguments:
 *
 *   __libc_stack_end -> argc, argv[0] ... argv[argc - 1], NULL, the environment
 */
static char **first_environment(void)
{
	char **word = __libc_stack_end;
	uintptr_t argc;

	if (!word)
		return NULL;
	argc = (uintptr_t)*word++;
	return word[argc] ? NULL : word + argc + 1;
}

static const char *variable(const char *name)
{
	size_t length = strlen(name);
	char **at;

	if (getauxval(AT_SECURE))
		return NULL;
	for (at = environ ? environ : first_environment(); at && *at; at++)
		if (!strncmp(*at, name, length) && (*at)[length] == '=')
			return *at + length + 1;
	return NULL;
}

void options_init(void)
{
	const char *profile = variable("VMACHUNK_PROFILE");
	const char *text = variable("VMACHUNK_OPTIONS");

	av_.trim_threshold = DEFAULT_TRIM;
	av_.top_pad = DEFAULT_PAD;
	av_.mmap_threshold = DEFAULT_MMAP;
	av_.n_mmaps_max = DEFAULT_MAPS;
	options.cache_bytes = DEFAULT_CACHE;
	options.event_slots = DEFAULT_SLOTS;
	if (profile && !strcmp(profile, "article")) {
		options.profile = PROFILE_ARTICLE;
		options.fixed_mmap = options.fixed_trim = true;
		av_.max_fast = request_to_size(ARTICLE_FAST);
		fixed_fast = true;
	}
	if (text)
		read_options(text);
	/*
	 * Caches do what fast bins are for, and chunks that are joined when a
	 * cache is flushed come back in the order of their addresses.
	 */
	if (!fixed_fast && (!options.cache_bytes || check_level >= CHECK_FULL))
		av_.max_fast = request_to_size(DEFAULT_FAST);
	if (check_level >= CHECK_FULL)
		watch_on(WATCH_CHECK);
	if (check_level == CHECK_GUARD)
		watch_on(WATCH_GUARD);
}
