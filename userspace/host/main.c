// SPDX-License-Identifier: GPL-2.0
/*
 * The host of a lab: a process whose only allocator is ours and that calls it
 * when it is told to, and never else. So everything that is seen in its heap
 * was asked for. It ends when the lab closes the socket.
 */
#include <errno.h>
#include <linux/capability.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "chunk/events.h"
#include "host/thread.h"
#include "lab/wire.h"

/* Requests come from people: one must not take the machine's memory. */
#define ADDRESS_SPACE	((rlim_t)4 << 30)

static void set_limits(void)
{
	const struct rlimit space = { ADDRESS_SPACE, ADDRESS_SPACE };
	const struct rlimit core = { 0, 0 };

	setrlimit(RLIMIT_AS, &space);
	/* To die of a damaged heap is nothing to leave a file for. */
	setrlimit(RLIMIT_CORE, &core);
	/*
	 * A page is to be a page. Where huge ones are given always, a block that
	 * happens to begin at 2 MiB would get one for its first byte.
	 */
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
}

/*
 * What it is told to do takes no capability. A lab hands none on, but where it
 * has no CAP_SETPCAP itself, and is root's.
 */
static void drop_capabilities(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {
		{ 0 },
	};

	syscall(SYS_capset, &head, none);
}

static uint64_t the_break(void)
{
	return syscall(SYS_brk, 0);
}

static uint64_t faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (uint64_t)usage.ru_minflt + usage.ru_majflt;
}

/* ---- events, as copies: the ring goes on being the allocator's ---- */

static uint64_t told;		/* number of the last event that was sent */

/* How many there are to send, and how many are lost before them. */
static uint32_t count_events(uint64_t *lost)
{
	uint64_t nr;

	*lost = 0;
	if (!events_ring)
		return 0;
	nr = events_ring->last - told;
	if (nr > events_ring->slots) {
		*lost = nr - events_ring->slots;
		told += *lost;
		nr = events_ring->slots;
	}
	return nr;
}

static struct wire_event event_number(uint64_t number)
{
	const char *slots = (const char *)events_ring +
			    events_ring->header_size;
	const struct event *slot = (const struct event *)slots +
				   number % events_ring->slots;

	return (struct wire_event){ slot->address, slot->size, slot->tid,
				    slot->kind };
}

static int send_packet(const void *packet, size_t size)
{
	ssize_t n;

	do
		n = send(WIRE_FD, packet, size, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)size ? 0 : -1;
}

static int send_events(uint32_t nr)
{
	struct wire_event packet[WIRE_EVENTS];
	uint32_t i;

	while (nr) {
		for (i = 0; i < nr && i < WIRE_EVENTS; i++)
			packet[i] = event_number(++told);
		if (send_packet(packet, i * sizeof(*packet)))
			return -1;
		nr -= i;
	}
	return 0;
}

static int answer(const struct wire_request *request)
{
	struct wire_reply reply = { .brk_before = the_break() };
	uint64_t before = faults();

	thread_do(request, &reply);
	reply.faults = faults() - before;
	reply.brk_after = the_break();
	reply.nr_events = count_events(&reply.lost);
	if (send_packet(&reply, sizeof(reply)))
		return -1;
	return send_events(reply.nr_events);
}

int main(void)
{
	static const char usage[] = "vmaview-host: vmaview lab starts this\n";
	struct wire_request request;
	ssize_t n;

	set_limits();
	drop_capabilities();
	for (;;) {
		n = recv(WIRE_FD, &request, sizeof(request), 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && write(2, usage, sizeof(usage) - 1) < 0)
			return 1;
		if (n != sizeof(request) || answer(&request))
			return n ? 1 : 0;
	}
}
