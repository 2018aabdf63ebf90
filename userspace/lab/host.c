// SPDX-License-Identifier: GPL-2.0
/*
 * Starts the host with nothing of ours in its environment or its descriptors,
 * and tells how it ended when it did.
 */
#include "lab/host.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/beside.h"

#define PATIENCE	60	/* seconds for an answer */
#define FIRST_FD	10	/* ours are above those that the host has */

/* ---- the program ---- */

static const char *const places[] = {
	"vmaview-host", "../libexec/vmaview/vmaview-host", NULL
};

static int find_program(const char *program, char out[PATH_MAX],
			struct error *err)
{
	if (program && snprintf(out, PATH_MAX, "%s", program) < PATH_MAX &&
	    !access(out, X_OK))
		return 0;
	for (int i = 0; !program && places[i]; i++)
		if (beside(places[i], out) && !access(out, X_OK))
			return 0;
	return error_set(err, ERR_FAILED,
			 "the program of the lab's host, %.80s, can't be run: it belongs beside vmaview or into ../libexec/vmaview",
			 program ? program : "vmaview-host");
}

/* ---- start ---- */

struct ends {
	int socket, words, trace;	/* the host's ends */
};

/* A descriptor that no dup2() in the child hits before its turn. */
static int lift(int fd)
{
	int high = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FD);

	if (fd >= 0)
		close(fd);
	return high;
}

static int open_ends(struct host *host, struct ends *ends)
{
	int pair[2] = { -1, -1 }, pipes[2] = { -1, -1 };

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -1;
	host->fd = lift(pair[0]);
	ends->socket = lift(pair[1]);
	if (pipe2(pipes, O_CLOEXEC))
		return -1;
	host->words = lift(pipes[0]);
	ends->words = lift(pipes[1]);
	host->trace = lift(memfd_create("vmaview-mtrace", MFD_CLOEXEC));
	ends->trace = host->trace;
	if (host->fd < 0 || ends->socket < 0 || host->words < 0 ||
	    ends->words < 0 || host->trace < 0)
		return -1;
	return fcntl(host->words, F_SETFL, O_NONBLOCK);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void close_ours(struct host *host)
{
	close_fd(&host->fd);
	close_fd(&host->words);
	close_fd(&host->trace);
	host->pid = 0;
}

/* Returns 0 or an error number. */
static int spawn(struct host *host, const struct ends *ends, char *program,
		 char *const *environment)
{
	char *const argv[] = { program, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none;
	int error;

	error = posix_spawn_file_actions_init(&files);
	if (error)
		return error;
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDWR, 0);
	posix_spawn_file_actions_adddup2(&files, 0, 1);
	posix_spawn_file_actions_adddup2(&files, ends->words, 2);
	posix_spawn_file_actions_adddup2(&files, ends->socket, WIRE_FD);
	posix_spawn_file_actions_adddup2(&files, ends->trace, WIRE_TRACE_FD);
	posix_spawnattr_init(&attr);
	/* Keys of the terminal that end or stop us are not for the host. */
	posix_spawnattr_setpgroup(&attr, 0);
	sigemptyset(&none);
	posix_spawnattr_setsigmask(&attr, &none);
	sigaddset(&none, SIGPIPE);
	posix_spawnattr_setsigdefault(&attr, &none);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP |
					POSIX_SPAWN_SETSIGMASK |
					POSIX_SPAWN_SETSIGDEF);
	error = posix_spawn(&host->pid, program, &files, &attr, argv,
			    environment);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return error;
}

static int start(struct host *host, char *program, const char *profile,
		 const char *options, struct ends *ends)
{
	char profile_text[64], options_text[600], trace_text[64];
	char *const environment[] = { profile_text, options_text, trace_text,
				      NULL };
	int error;

	snprintf(profile_text, sizeof(profile_text), "VMACHUNK_PROFILE=%s",
		 profile);
	snprintf(options_text, sizeof(options_text),
		 "VMACHUNK_OPTIONS=%s%sevents=1", options ? options : "",
		 options ? ":" : "");
	snprintf(trace_text, sizeof(trace_text),
		 "MALLOC_TRACE=/proc/self/fd/%d", WIRE_TRACE_FD);
	if (open_ends(host, ends))
		return errno;
	error = spawn(host, ends, program, environment);
	if (error)
		host->pid = 0;
	return error;
}

int host_start(struct host *host, const char *program, const char *profile,
	       const char *options, struct error *err)
{
	const struct timeval patience = { .tv_sec = PATIENCE };
	struct wire_request look = { .op = WIRE_LOOK, .thread = 1 };
	struct event_list events = { .nr = 0 };
	struct ends ends = { -1, -1, -1 };
	struct wire_reply reply;
	char path[PATH_MAX];
	int error;

	*host = (struct host){ .fd = -1, .words = -1, .trace = -1 };
	if (find_program(program, path, err))
		return -1;
	error = start(host, path, profile, options, &ends);
	close_fd(&ends.socket);
	close_fd(&ends.words);
	if (error) {
		close_ours(host);
		return error_set(err, ERR_FAILED, "starting the lab's host: %s",
				 strerror(error));
	}
	setsockopt(host->fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
		   sizeof(patience));
	/* When it answers it runs its own program, and can be looked at. */
	error = host_call(host, &look, &reply, &events, err);
	event_list_free(&events);
	return error;
}

/* ---- end ---- */

static int reap(struct host *host, int *status)
{
	pid_t pid;

	do
		pid = waitpid(host->pid, status, 0);
	while (pid < 0 && errno == EINTR);
	return pid == host->pid ? 0 : -1;
}

void host_stop(struct host *host)
{
	int status;

	if (!host->pid)
		return;
	kill(host->pid, SIGKILL);
	reap(host, &status);
	close_ours(host);
}

size_t host_words(struct host *host, char *out, size_t size)
{
	size_t used = 0;
	ssize_t n;

	while (used < size - 1) {
		n = read(host->words, out + used, size - 1 - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		used += n;
	}
	while (used && out[used - 1] == '\n')
		used--;
	out[used] = '\0';
	return used;
}

/* It has closed its end, or says nothing any more: how did that come? */
static int tell_end(struct host *host, bool is_late, struct error *err)
{
	char words[200];
	int status = 0;

	if (is_late)
		kill(host->pid, SIGKILL);
	if (reap(host, &status))
		status = 0;
	host_words(host, words, sizeof(words));
	close_ours(host);
	if (is_late)
		return error_set(err, ERR_GONE,
				 "the host gave no answer in %d seconds and was killed",
				 PATIENCE);
	if (WIFSIGNALED(status))
		return error_set(err, ERR_GONE, "the host died of %s%s%s",
				 strsignal(WTERMSIG(status)),
				 *words ? ": " : "", words);
	return error_set(err, ERR_GONE, "the host ended with code %d%s%s",
			 WEXITSTATUS(status), *words ? ": " : "", words);
}

/* ---- questions ---- */

static bool has_room(struct event_list *list, size_t nr)
{
	size_t want = list->cap ? list->cap : 64;
	struct wire_event *events;

	while (want < list->nr + nr)
		want *= 2;
	if (want <= list->cap)
		return true;
	events = reallocarray(list->events, want, sizeof(*events));
	if (!events)
		return false;
	list->events = events;
	list->cap = want;
	return true;
}

void event_list_free(struct event_list *list)
{
	free(list->events);
	*list = (struct event_list){ .nr = 0 };
}

static ssize_t receive(struct host *host, void *to, size_t size)
{
	ssize_t n;

	errno = 0;	/* of an end there is none */
	do
		n = recv(host->fd, to, size, 0);
	while (n < 0 && errno == EINTR);
	return n;
}

static int receive_events(struct host *host, uint32_t nr,
			  struct event_list *list)
{
	struct wire_event packet[WIRE_EVENTS];
	ssize_t n;
	size_t got;

	while (nr) {
		n = receive(host, packet, sizeof(packet));
		got = n < 0 ? 0 : (size_t)n / sizeof(*packet);
		if (!got || got > nr)
			return -1;
		nr -= got;
		if (!has_room(list, got)) {
			list->failed = true;
			continue;
		}
		memcpy(list->events + list->nr, packet, got * sizeof(*packet));
		list->nr += got;
	}
	return 0;
}

int host_call(struct host *host, const struct wire_request *request,
	      struct wire_reply *reply, struct event_list *events,
	      struct error *err)
{
	ssize_t n;

	if (!host->pid)
		return error_set(err, ERR_GONE, "there is no host");
	n = send(host->fd, request, sizeof(*request), MSG_NOSIGNAL);
	if (n != sizeof(*request) ||
	    receive(host, reply, sizeof(*reply)) != sizeof(*reply) ||
	    receive_events(host, reply->nr_events, events))
		return tell_end(host, errno == EAGAIN, err);
	events->lost += reply->lost;
	host->brk = reply->brk_after;
	return 0;
}
