// SPDX-License-Identifier: GPL-2.0
/*
 * What the host of a lab answers: how it ended, then packet by packet, two
 * bytes of size and the bytes. Its last words are what is left at its end.
 */
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/host.h"

#include "fuzz.h"

#define CALLS	20

ssize_t __wrap_send(int fd, const void *packet, size_t size, int flags);
ssize_t __wrap_recv(int fd, void *packet, size_t size, int flags);
ssize_t __wrap_read(int fd, void *to, size_t size);
pid_t __wrap_waitpid(pid_t pid, int *status, int flags);
int __wrap_kill(pid_t pid, int signal);

static struct input input;
static int ended;		/* as waitpid() tells */

ssize_t __wrap_send(int fd, const void *packet, size_t size, int flags)
{
	(void)fd;
	(void)packet;
	(void)flags;
	return (ssize_t)size;
}

ssize_t __wrap_recv(int fd, void *packet, size_t size, int flags)
{
	size_t got = take_number(&input, 2);
	const uint8_t *bytes;

	(void)fd;
	(void)flags;
	if (got == UINT16_MAX) {
		errno = EAGAIN;
		return -1;
	}
	bytes = take_bytes(&input, got < size ? got : size, &got);
	memcpy(packet, bytes, got);
	return (ssize_t)got;
}

ssize_t __wrap_read(int fd, void *to, size_t size)
{
	size_t got;
	const uint8_t *bytes = take_bytes(&input, size, &got);

	(void)fd;
	memcpy(to, bytes, got);
	return (ssize_t)got;
}

pid_t __wrap_waitpid(pid_t pid, int *status, int flags)
{
	(void)flags;
	*status = ended;
	return pid;
}

int __wrap_kill(pid_t pid, int number)
{
	(void)pid;
	(void)number;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct wire_request request = { .op = WIRE_LOOK, .thread = 1 };
	struct host host = { .pid = 1, .fd = -1, .words = -1, .trace = -1 };
	struct event_list events = { .nr = 0 };
	struct wire_reply reply;
	struct error err;

	input = (struct input){ data, size };
	ended = (int)take_number(&input, 2);
	for (int i = 0; i < CALLS; i++)
		if (host_call(&host, &request, &reply, &events, &err)) {
			demand(memchr(err.text, '\0', sizeof(err.text)));
			demand(!host.pid);
			break;
		}
	demand(events.nr <= size / sizeof(struct wire_event));
	event_list_free(&events);
	host_stop(&host);
	return 0;
}
