// SPDX-License-Identifier: GPL-2.0
/*
 * An input is the text of VMACHUNK_OPTIONS, for libFuzzer to think of. Whatever
 * it says, blocks can be had and given back, or are refused; and of one option
 * the value is what a slower reader of the text makes of it. The heap stays,
 * and so does that somebody named max_fast, from input to input.
 */
#include <limits.h>
#include <unistd.h>

#include "chunk/alloc.h"
#include "chunk/arena.h"
#include "chunk/check.h"
#include "chunk/core.h"
#include "chunk/corrupt.h"
#include "chunk/options.h"

#include "../../fuzz/user/fuzz.h"

/* False for what is no number, or none of size_t. */
static bool read_number(const char *text, size_t *value)
{
	size_t digits = strspn(text, "0123456789");
	const char *unit = text + digits;
	unsigned __int128 sum = 0;

	if (!digits)
		return false;
	for (size_t i = 0; i < digits; i++) {
		sum = sum * 10 + (unsigned int)(text[i] - '0');
		if (sum > SIZE_MAX)
			return false;
	}
	switch (*unit) {
	case 'g':
	case 'G':
		sum <<= 10;
		/* fallthrough */
	case 'm':
	case 'M':
		sum <<= 10;
		/* fallthrough */
	case 'k':
	case 'K':
		sum <<= 10;
		unit++;
	}
	*value = (size_t)sum;
	return !*unit && sum <= SIZE_MAX;
}

/*
 * What the last mmap_threshold that can be read says, or what is there else. Cuts
 * the text up.
 */
static size_t threshold_of(char *text)
{
	static const char name[] = "mmap_threshold=";
	size_t value, threshold = 128 << 10;
	char *word;

	while ((word = strsep(&text, ":")))
		if (!strncmp(word, name, sizeof(name) - 1) &&
		    read_number(word + sizeof(name) - 1, &value))
			threshold = value;
	return threshold;
}

static void check_path(const char *path)
{
	char ending[16];
	size_t len;

	if (!path)
		return;
	snprintf(ending, sizeof(ending), ".%d", getpid());
	len = strlen(path);
	demand(len < PATH_MAX && len >= strlen(ending));
	demand(!strcmp(path + len - strlen(ending), ending));
}

/* As in a process that has just begun. */
static void read_text(char *text)
{
	options = (struct options){ 0 };
	check_level = CHECK_FAST;
	check_action = 3;
	alloc_watch = 0;
	arena_max = 0;
	arena_test = 8;
	setenv("VMACHUNK_OPTIONS", text, 1);
	options_init();
	check_path(options.trace);
	check_path(options.events);
	demand(check_level <= CHECK_GUARD);
	demand(av_.n_mmaps_max >= 0);
	demand(av_.mmap_threshold == threshold_of(text));
}

static void use(void)
{
	static const size_t sizes[] = { 0, 24, 100, 1000, 30000, 200000,
					2000000 };
	enum { NR = sizeof(sizes) / sizeof(*sizes) };
	char *blocks[NR];

	for (int i = 0; i < NR; i++) {
		blocks[i] = chunk_malloc(sizes[i]);
		if (blocks[i])
			memset(blocks[i], i, sizes[i]);
	}
	for (int i = 0; i < NR; i++) {
		char *more = chunk_realloc(blocks[i], sizes[i] + 100);

		if (!more)
			continue;
		for (size_t at = 0; blocks[i] && at < sizes[i]; at += 50)
			demand(more[at] == i);
		blocks[i] = more;
		memset(more, i, sizes[i] + 100);
	}
	demand(!chunk_check_all());
	for (int i = 0; i < NR; i++)
		chunk_free(blocks[i]);
	chunk_malloc_trim(0);
	demand(!chunk_check_all());
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = copy_text(data, size);

	arenas_init();
	read_text(text);
	use();
	free(text);
	return 0;
}
