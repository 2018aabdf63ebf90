// SPDX-License-Identifier: GPL-2.0
/*
 * vmaview: reads the command line, finds the command in a table and runs it.
 * Options may stand before or behind the verb. A first word that is no verb
 * is a process to view; "vmaview view maps" views one that is called maps.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cmd.h"
#include "util/caps.h"

#define WIDTH_MIN	40
#define WIDTH_MAX	1000
#define DELAY_MIN	0.05
#define DELAY_MAX	86400.0

static const struct command commands[] = {
	{ "view", "PID|NAME", "the viewer on a terminal, else a table (the verb may be left out)",
	  1, CAPS_ALL, cmd_view },
	{ "maps", "PID|NAME", "the areas, exactly as /proc/PID/maps", 1,
	  CAPS_TARGET, cmd_maps },
	{ "mm", "PID|NAME", "the memory descriptor, field by field", 1,
	  CAPS_TARGET | CAPS_FRAMES, cmd_mm },
	{ "pages", "PID|NAME", "every page that has an entry, in runs of pages alike",
	  1, CAPS_TARGET | CAPS_FRAMES, cmd_pages },
	{ "walk", "PID|NAME PLACE", "the way of an address or symbol through the page tables",
	  2, CAPS_ALL, cmd_walk },
	{ "tables", "PID|NAME", "what the page tables cost, by level and by area",
	  1, CAPS_TARGET, cmd_tables },
	{ "heap", "PID|NAME", "the chunks, bins and arenas of malloc, read from outside",
	  1, CAPS_TARGET | CAPS_FILES, cmd_heap },
	{ "lab", "heap|check|list", "a process whose malloc you drive: see -f, and lab list",
	  -1, CAPS_ALL, cmd_lab },
	{ "export", "text PID|NAME", "a figure as text: --figure=layout|descriptor|pages|walk|tables|chunk|heap|alloc",
	  2, CAPS_ALL, cmd_export },
	{ "help", "", "this text", 0, 0, cmd_help },
};

#define NR_COMMANDS	(sizeof(commands) / sizeof(commands[0]))

enum {
	OPT_COLOR = 256, OPT_NO_UNICODE, OPT_SOURCE, OPT_WIDTH,
	OPT_FIGURE, OPT_AT, OPT_SHARING, OPT_WHY_RSS, OPT_NO_STOP, OPT_BINS,
	OPT_CHUNKS, OPT_PROFILE, OPT_STEP
};

static const struct option long_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "pretty", no_argument, NULL, 'p' },
	{ "delay", required_argument, NULL, 'd' },
	{ "color", required_argument, NULL, OPT_COLOR },
	{ "no-unicode", no_argument, NULL, OPT_NO_UNICODE },
	{ "source", required_argument, NULL, OPT_SOURCE },
	{ "width", required_argument, NULL, OPT_WIDTH },
	{ "figure", required_argument, NULL, OPT_FIGURE },
	{ "at", required_argument, NULL, OPT_AT },
	{ "sharing", no_argument, NULL, OPT_SHARING },
	{ "range", required_argument, NULL, 'A' },
	{ "why-rss", no_argument, NULL, OPT_WHY_RSS },
	{ "no-stop", no_argument, NULL, OPT_NO_STOP },
	{ "bins", no_argument, NULL, OPT_BINS },
	{ "chunks", required_argument, NULL, OPT_CHUNKS },
	{ "file", required_argument, NULL, 'f' },
	{ "profile", required_argument, NULL, OPT_PROFILE },
	{ "step", no_argument, NULL, OPT_STEP },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 }
};

static const char options_help[] =
"options:\n"
"  -j, --json            one JSON document\n"
"  -p, --pretty          the same, indented\n"
"  -d, --delay=SECONDS   between refreshes of the viewer, default 1\n"
"      --source=WHICH    auto (the module, else /proc), netlink or proc\n"
"  -A, --range=LOW,HIGH  only the pages from LOW to below HIGH\n"
"      --sharing         with Pss and what nobody else maps: slow\n"
"      --figure=NAME     what to export\n"
"      --at=PLACE        of what part: an address or a name, as @ in the viewer\n"
"      --why-rss         heap: why memory that was freed is still resident\n"
"      --bins            heap: each bin that is not empty\n"
"      --chunks=MIN..MAX heap: each chunk of MIN to MAX bytes, as 1K..0x8000\n"
"      --no-stop         heap: the process runs on while it is read\n"
"      --width=COLUMNS   of an exported figure, default: the terminal's or 80\n"
"      --color=WHEN      auto, always or never\n"
"      --no-unicode      plain ASCII\n"
"  -f, --file=LAB        a guided lab, or a file of commands: lab heap -f LAB\n"
"      --profile=NAME    of the lab's allocator: article or fast\n"
"      --step            the lab waits at its questions\n"
"  -h, --help\n"
"  -V, --version\n"
"\n"
"exit codes: 0 ok, 1 failure, 2 usage (also a name that several processes\n"
"have), 3 module absent or incompatible when it was demanded, 4 permission,\n"
"42 no such process\n";

enum exit_code cmd_help(const struct options *options, char **args)
{
	size_t i;

	(void)args;
	puts("usage: vmaview [options] PID|NAME\n"
	     "       vmaview [options] VERB ...\n\nverbs:");
	for (i = 0; i < NR_COMMANDS; i++)
		printf("  %-6s %-15s %s\n", commands[i].verb, commands[i].args,
		       commands[i].help);
	printf("\n%s", options_help);
	return cmd_wrote(options, fflush(stdout) || ferror(stdout) ? -1 : 0);
}

static int parse_delay(const char *text, double *delay, struct error *err)
{
	char *end;

	*delay = strtod(text, &end);
	/* written so that NaN fails too */
	if (end == text || *end ||
	    !(*delay >= DELAY_MIN && *delay <= DELAY_MAX))
		return error_set(err, ERR_USAGE,
				 "--delay=%.40s: give seconds, from %g to %g",
				 text, DELAY_MIN, DELAY_MAX);
	return 0;
}

static int parse_width(const char *text, int *width, struct error *err)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (end == text || *end || value < WIDTH_MIN || value > WIDTH_MAX)
		return error_set(err, ERR_USAGE,
				 "--width=%.40s: give columns, from %d to %d",
				 text, WIDTH_MIN, WIDTH_MAX);
	*width = (int)value;
	return 0;
}

/* "LOW,HIGH", hexadecimal with 0x or decimal; either may be left out. */
static int parse_range(const char *text, struct options *options,
		       struct error *err)
{
	const char *comma = strchr(text, ',');
	char *low_end, *high_end;

	if (!comma)
		goto wrong;
	errno = 0;
	options->low = strtoull(text, &low_end, 0);
	options->high = strtoull(comma + 1, &high_end, 0);
	if (!comma[1])
		options->high = UINT64_MAX;
	if (!errno && low_end == comma && !*high_end && !strchr(text, '-') &&
	    options->low < options->high)
		return 0;
wrong:
	return error_set(err, ERR_USAGE,
			 "-A %.60s: give LOW,HIGH, two addresses, the lower first",
			 text);
}

/* "4096", "0x1000", "4K", "1M", "1G"; *end is behind it. 0, or -1. */
static int parse_size(const char *text, const char **end, uint64_t *size)
{
	static const char units[] = "KMG";
	const char *unit;
	char *behind;

	errno = 0;
	*size = strtoull(text, &behind, 0);
	if (behind == text || *text < '0' || *text > '9' || errno)
		return -1;
	unit = *behind ? strchr(units, *behind) : NULL;
	if (unit) {
		unsigned int shift = 10 * (unsigned int)(unit - units + 1);

		if (*size << shift >> shift != *size)
			return -1;
		*size <<= shift;
		behind++;
	}
	*end = behind;
	return 0;
}

/* "MIN..MAX", either may be left out, or one size. */
static int parse_chunks(const char *text, struct options *options,
			struct error *err)
{
	const char *at = text;

	options->chunk_min = 0;
	options->chunk_max = UINT64_MAX;
	if (strncmp(at, "..", 2) && parse_size(at, &at, &options->chunk_min))
		goto wrong;
	if (!*at) {
		options->chunk_max = options->chunk_min;
	} else {
		if (strncmp(at, "..", 2))
			goto wrong;
		at += 2;
		if (*at && parse_size(at, &at, &options->chunk_max))
			goto wrong;
		if (*at)
			goto wrong;
	}
	if (options->chunk_max && options->chunk_min <= options->chunk_max)
		return 0;
wrong:
	return error_set(err, ERR_USAGE,
			 "--chunks=%.60s: give MIN..MAX, sizes in bytes, the smaller first",
			 text);
}

/* The position of text in a list that ends in NULL, or -1. */
static int find_word(const char *text, const char *const *words)
{
	int i;

	for (i = 0; words[i]; i++)
		if (!strcmp(text, words[i]))
			return i;
	return -1;
}

static int parse_source(const char *text, enum source_choice *choice,
			struct error *err)
{
	static const char *const words[] = {
		[CHOOSE_AUTO] = "auto", [CHOOSE_NETLINK] = "netlink",
		[CHOOSE_PROC] = "proc", NULL
	};
	int i = find_word(text, words);

	if (i < 0)
		return error_set(err, ERR_USAGE,
				 "--source=%.40s: give auto, netlink or proc",
				 text);
	*choice = (enum source_choice)i;
	return 0;
}

static int parse_color(const char *text, enum color_choice *color,
		       struct error *err)
{
	static const char *const words[] = {
		[COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always",
		[COLOR_NEVER] = "never", NULL
	};
	int i = find_word(text, words);

	if (i < 0)
		return error_set(err, ERR_USAGE,
				 "--color=%.40s: give auto, always or never",
				 text);
	*color = (enum color_choice)i;
	return 0;
}

/* What holds where nothing is said on the command line. */
static void set_defaults(struct options *options)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	struct error err;

	*options = (struct options){
		.app = {
			.delay = 1, .color = COLOR_AUTO,
			.unicode = !strcmp(nl_langinfo(CODESET), "UTF-8"),
		},
		.source = CHOOSE_AUTO,
		.width = 80,
	};
	if (columns && !parse_width(columns, &options->width, &err))
		return;
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) &&
	    size.ws_col >= WIDTH_MIN && size.ws_col <= WIDTH_MAX)
		options->width = size.ws_col;
}

/* What a run ends with before any command: help and version. */
enum early { EARLY_NONE, EARLY_HELP, EARLY_VERSION };

static int parse_option(int c, struct options *options, enum early *early,
			struct error *err)
{
	switch (c) {
	case 'j':
		options->json = true;
		return 0;
	case 'p':
		options->json = options->pretty = true;
		return 0;
	case 'd':
		return parse_delay(optarg, &options->app.delay, err);
	case OPT_COLOR:
		return parse_color(optarg, &options->app.color, err);
	case OPT_NO_UNICODE:
		options->app.unicode = false;
		return 0;
	case OPT_SOURCE:
		return parse_source(optarg, &options->source, err);
	case OPT_WIDTH:
		return parse_width(optarg, &options->width, err);
	case OPT_FIGURE:
		options->figure = optarg;
		return 0;
	case OPT_SHARING:
		options->app.sharing = true;
		return 0;
	case OPT_AT:
		options->at = optarg;
		return 0;
	case 'A':
		return parse_range(optarg, options, err);
	case OPT_WHY_RSS:
		options->why_rss = true;
		return 0;
	case OPT_NO_STOP:
		options->no_stop = true;
		return 0;
	case OPT_BINS:
		options->bins = true;
		return 0;
	case OPT_CHUNKS:
		return parse_chunks(optarg, options, err);
	case 'f':
		options->script = optarg;
		return 0;
	case OPT_PROFILE:
		options->profile = optarg;
		return 0;
	case OPT_STEP:
		options->step = true;
		return 0;
	case 'h':
		*early = EARLY_HELP;
		return 0;
	default:
		*early = EARLY_VERSION;
		return 0;
	}
}

static int parse_options(int argc, char **argv, struct options *options,
			 enum early *early, struct error *err)
{
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":jpd:A:f:hV", long_options,
				NULL)) >= 0) {
		const char *word = argv[optind - 1];

		if (c == ':')
			return error_set(err, ERR_USAGE,
					 "%.60s wants a value: see vmaview -h",
					 word);
		/* optopt is the option's own when it has a value too many */
		if (c == '?' && optopt && !strncmp(word, "--", 2))
			return error_set(err, ERR_USAGE,
					 "%.60s: no value is wanted: see vmaview -h",
					 word);
		if (c == '?' && optopt)
			return error_set(err, ERR_USAGE,
					 "no option -%c: see vmaview -h",
					 optopt);
		if (c == '?')
			return error_set(err, ERR_USAGE,
					 "%.60s is no option here: see vmaview -h",
					 word);
		if (parse_option(c, options, early, err))
			return -1;
	}
	return 0;
}

static enum exit_code run_command(const struct options *options, char **words,
				  struct error *err)
{
	const struct command *command = &commands[0];
	int nr = 0;
	size_t i;

	if (!words[0]) {
		error_set(err, ERR_USAGE,
			  "which process? Give a pid or a name; see vmaview -h");
		return EXIT_USAGE;
	}
	for (i = 0; i < NR_COMMANDS; i++) {
		if (!strcmp(words[0], commands[i].verb)) {
			command = &commands[i];
			words++;
			break;
		}
	}
	while (words[nr])
		nr++;
	if (command->nr_args < 0 ? nr < -command->nr_args :
				   nr != command->nr_args) {
		error_set(err, ERR_USAGE, "too %s words: vmaview %s %s",
			  nr < abs(command->nr_args) ? "few" : "many",
			  command->verb, command->args);
		return EXIT_USAGE;
	}
	if (caps_keep(command->keeps, err))
		return EXIT_FAILED;
	return command->run(options, words);
}

/*
 * A standard descriptor that is closed would be given to the next file that
 * is opened, and output would go there. Held open the wrong way round it
 * fails as it should.
 */
static void hold_standard_files(void)
{
	int fd;

	for (fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			open("/dev/null", fd ? O_RDONLY : O_WRONLY);
}

int main(int argc, char **argv)
{
	struct options options;
	struct error err = { ERR_NONE, "" };
	enum early early = EARLY_NONE;
	enum exit_code code;

	hold_standard_files();
	/* Characters alone: numbers and messages are the same everywhere. */
	setlocale(LC_CTYPE, "");
	set_defaults(&options);
	/* Before anything is read; the command keeps less still. */
	if (caps_keep(CAPS_ALL, &err) ||
	    parse_options(argc, argv, &options, &early, &err))
		return cmd_fail(&options, &err);
	if (early == EARLY_HELP)
		return cmd_help(&options, NULL);
	if (early == EARLY_VERSION) {
		puts("vmaview " VMAVIEW_VERSION);
		return cmd_wrote(&options, fflush(stdout));
	}
	code = run_command(&options, argv + optind, &err);
	return err.kind ? cmd_fail(&options, &err) : code;
}
