// SPDX-License-Identifier: GPL-2.0
/*
 * By the kernel's calls alone: they are few, and the library's state of its own
 * would be one more thing to be right.
 */
#include "util/caps.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

_Static_assert(CAPS_TARGET == (1ULL << CAP_DAC_READ_SEARCH |
			       1ULL << CAP_SYS_PTRACE) &&
	       CAPS_FILES == 1ULL << CAP_CHECKPOINT_RESTORE &&
	       CAPS_FRAMES == 1ULL << CAP_SYS_ADMIN, "numbers of capabilities");

static int say(const char *what, struct error *err)
{
	return error_set(err, ERR_FAILED, "%s: %s", what, strerror(errno));
}

/*
 * What a program that root starts would have again. Only who has CAP_SETPCAP
 * may do this; who has not and is not root hands nothing on anyway.
 */
static void empty_bounding_set(void)
{
	for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
		prctl(PR_CAPBSET_DROP, cap);
}

/* Without what is inheritable the ambient ones are gone too. */
int caps_keep(uint64_t keep, struct error *err)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return say("giving up new privileges", err);
	empty_bounding_set();
	if (syscall(SYS_capget, &head, data))
		return say("reading the capabilities", err);
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++, keep >>= 32) {
		data[i].permitted &= (uint32_t)keep;
		data[i].effective = data[i].permitted;
		data[i].inheritable = 0;
	}
	if (syscall(SYS_capset, &head, data))
		return say("giving up capabilities", err);
	return 0;
}
