// SPDX-License-Identifier: GPL-2.0
/*
 * The command line. An input is its words, each on a line of its own. Commands
 * are not carried out here: they see whether what they are given makes sense.
 */
#include <fcntl.h>
#include <getopt.h>
#include <unistd.h>

#include "cmd.h"
#include "util/caps.h"

#include "fuzz.h"

#define WORDS	32

int viewer_main(int argc, char **argv);
int __wrap_caps_keep(uint64_t keep, struct error *err);

/* The next input needs them again. */
int __wrap_caps_keep(uint64_t keep, struct error *err)
{
	(void)err;
	demand(!(keep & ~CAPS_ALL));
	return 0;
}

static enum exit_code check(const struct options *options, char **args,
			    int nr)
{
	int given = 0;

	while (args[given])
		given++;
	demand(nr < 0 ? given >= -nr : given == nr);
	demand(options->app.delay >= 0.05 && options->app.delay <= 86400);
	demand(options->width >= 40 && options->width <= 1000);
	demand(options->source <= CHOOSE_PROC);
	demand(options->app.color <= COLOR_NEVER);
	demand(options->low < options->high ||
	       (!options->low && !options->high));
	demand(options->chunk_min <= options->chunk_max);
	demand(!options->pretty || options->json);
	return EXIT_OK;
}

#define COMMAND(name, nr) \
	enum exit_code cmd_##name(const struct options *options, char **args) \
	{ \
		return check(options, args, nr); \
	}

COMMAND(view, 1)
COMMAND(maps, 1)
COMMAND(mm, 1)
COMMAND(pages, 1)
COMMAND(walk, 2)
COMMAND(tables, 1)
COMMAND(heap, 1)
COMMAND(lab, -1)
COMMAND(export, 2)

enum exit_code cmd_fail(const struct options *options, const struct error *err)
{
	(void)options;
	demand(*err->text && memchr(err->text, '\0', sizeof(err->text)));
	demand(err->kind == ERR_USAGE);
	return EXIT_USAGE;
}

enum exit_code cmd_wrote(const struct options *options, int ret)
{
	(void)options;
	return ret ? EXIT_FAILED : EXIT_OK;
}

/* Help is text on stdout: as much of it as there are inputs that ask for it. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	demand(freopen("/dev/null", "w", stdout));
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *words[WORDS + 2] = { "vmaview" }, *text, *rest;
	int nr = 1, code;

	text = rest = copy_text(data, size);
	while (nr <= WORDS && (words[nr] = strsep(&rest, "\n")))
		nr++;
	words[nr] = NULL;
	optind = 0;	/* from the beginning, as in a new process */
	code = viewer_main(nr, words);
	demand(code == EXIT_OK || code == EXIT_USAGE);
	free(text);
	return 0;
}
