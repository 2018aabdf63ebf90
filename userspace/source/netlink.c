// SPDX-License-Identifier: GPL-2.0
/*
 * The source that asks the module. Owns the socket and the descriptor of
 * /proc/PID/pagemap that stands for the process (see uapi/linux/vmaview.h);
 * what is in the messages is read in wire.c.
 */
#include "source/netlink.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/vmaview.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "model/region.h"
#include "source/source.h"

/* ---- the family ---- */

static int read_family(struct netlink *nl, const struct nlmsghdr *nlh,
		       void *context, struct error *err)
{
	const struct nlattr *attr;

	(void)context;
	(void)err;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID &&
		    !mnl_attr_validate(attr, MNL_TYPE_U16))
			nl->family = mnl_attr_get_u16(attr);
	}
	return 0;
}

static int find_family(struct netlink *nl, struct error *err)
{
	struct nlmsghdr *nlh = netlink_begin(nl, GENL_ID_CTRL, 0,
					     CTRL_CMD_GETFAMILY, 1);

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, VMAVIEW_GENL_NAME);
	if (netlink_exchange(nl, nlh, read_family, NULL, NULL, err)) {
		if (err->kind == ERR_NO_MODULE)
			error_set(err, ERR_NO_MODULE,
				  "the module vmaview is not loaded: insmod vmaview.ko");
		return -1;
	}
	return 0;
}

static int read_info(struct netlink *nl, const struct nlmsghdr *nlh,
		     void *context, struct error *err)
{
	(void)context;
	return wire_read_info(nlh, &nl->info, err);
}

static int get_info(struct netlink *nl, struct error *err)
{
	struct nlmsghdr *nlh = netlink_begin(nl, nl->family, 0,
					     VMAVIEW_CMD_GET_INFO,
					     VMAVIEW_GENL_VERSION);

	if (netlink_exchange(nl, nlh, read_info, NULL, NULL, err))
		return -1;
	if (nl->info.protocol != VMAVIEW_GENL_VERSION)
		return error_set(err, ERR_INCOMPATIBLE,
				 "the module speaks protocol %u and this viewer %u: load the module that was built with it",
				 nl->info.protocol, VMAVIEW_GENL_VERSION);
	return 0;
}

static int open_socket(struct netlink *nl, struct error *err)
{
	int on = 1;

	nl->socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!nl->socket || mnl_socket_bind(nl->socket, 0, MNL_SOCKET_AUTOPID))
		return error_set(err, ERR_NO_MODULE,
				 "generic netlink can't be had: %s",
				 strerror(errno));
	/* words with errors, and no copy of the request: nice to have */
	mnl_socket_setsockopt(nl->socket, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->socket, NETLINK_CAP_ACK, &on, sizeof(on));
	return 0;
}

/* ---- the process ---- */

static int open_process(struct netlink *nl, struct error *err)
{
	char path[32];

	nl->pidfd = syscall(SYS_pidfd_open, nl->pid, 0);
	if (nl->pidfd < 0 && errno != EINVAL && errno != ENOENT)
		return error_set(err, errno == ESRCH ? ERR_NO_PROCESS :
				 ERR_FAILED, "process %d: %s", nl->pid,
				 strerror(errno));
	/*
	 * EINVAL, from Linux 6.15 on ENOENT: a thread that leads no group;
	 * /proc has it all the same.
	 */
	snprintf(path, sizeof(path), "/proc/%d/pagemap", nl->pid);
	nl->pagemap = open(path, O_RDONLY | O_CLOEXEC);
	if (nl->pagemap >= 0)
		return 0;
	switch (errno) {
	case EACCES:
	case EPERM:
		return error_set(err, ERR_PERMISSION,
				 "process %d: not permitted to read its memory map: run as its user or as root",
				 nl->pid);
	case ENOENT:
		return error_set(err, ERR_NO_PROCESS,
				 "process %d: no such process, or /proc is not mounted",
				 nl->pid);
	case ESRCH:
		return netlink_no_memory(nl, err);
	default:
		return error_set(err, ERR_FAILED, "%s: %s", path,
				 strerror(errno));
	}
}

static const char gate_name[] = "[vsyscall]";

/*
 * [vsyscall] is no area of any mm. /proc appends it to every 64-bit task's
 * maps where the kernel was booted with it (get_gate_vma() in
 * arch/x86/entry/vsyscall), so our own maps tell.
 */
static void find_gate(struct netlink *nl)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512], perms[5];
	struct vma *gate = &nl->gate;

	if (!maps)
		return;
	while (fgets(line, sizeof(line), maps)) {
		if (!strstr(line, gate_name) ||
		    sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s", &gate->start,
			   &gate->end, perms) != 3)
			continue;
		gate->flags = (perms[0] == 'r' ? VF_BIT(VF_READ) : 0) |
			      (perms[1] == 'w' ? VF_BIT(VF_WRITE) : 0) |
			      (perms[2] == 'x' ? VF_BIT(VF_EXEC) : 0);
		nl->has_gate = true;
	}
	fclose(maps);
}

static int add_gate(struct netlink *nl, unsigned int what,
		    struct snapshot *snap, struct error *err)
{
	struct object key = { .kind = OBJECT_SPECIAL, .deleted = NO };
	struct vma *vma;
	int c;

	if (!nl->has_gate || !mm_has(&snap->mm, MM_TASK_32BIT) ||
	    snap->mm.v[MM_TASK_32BIT])
		return 0;
	vma = snapshot_add_vma(snap);
	if (vma) {
		*vma = nl->gate;
		vma->object = snapshot_object(snap, &key, gate_name,
					      strlen(gate_name));
	}
	if (!vma || !vma->object)
		return error_set(err, ERR_FAILED, "out of memory");
	/* the kernel's own page: no entry of the task's tables maps it */
	for (c = 0; c < RES_NR && what & TAKE_COUNTS; c++)
		res_set(&vma->res, c, 0);
	return 0;
}

/* ---- the source ---- */

static void netlink_close(void *self)
{
	struct netlink *nl = self;

	if (nl->socket)
		mnl_socket_close(nl->socket);
	if (nl->pagemap >= 0)
		close(nl->pagemap);
	if (nl->pidfd >= 0)
		close(nl->pidfd);
	free(nl);
}

static int netlink_open(pid_t pid, void **self, struct error *err)
{
	struct netlink *nl = calloc(1, sizeof(*nl));

	if (!nl)
		return error_set(err, ERR_FAILED, "out of memory");
	nl->pid = pid;
	nl->pidfd = -1;
	nl->pagemap = -1;
	if (open_socket(nl, err) || find_family(nl, err) ||
	    get_info(nl, err) || open_process(nl, err)) {
		netlink_close(nl);
		return -1;
	}
	find_gate(nl);
	*self = nl;
	return 0;
}

/* What the replies of a dump go into, and what was asked for. */
struct reply {
	const struct take *take;
	struct snapshot *snap;
};

static int read_mm(struct netlink *nl, const struct nlmsghdr *nlh,
		   void *context, struct error *err)
{
	(void)nl;
	return wire_read_mm(nlh, context, err);
}

static int read_vmas(struct netlink *nl, const struct nlmsghdr *nlh,
		     void *context, struct error *err)
{
	const struct reply *reply = context;

	return wire_read_vmas(nlh, &nl->info, reply->take->what, reply->snap,
			      err);
}

static int take_vmas(struct netlink *nl, const struct take *take,
		     struct snapshot *snap, struct error *err)
{
	struct reply reply = { take, snap };
	uint32_t flags = 0;
	bool is_torn = false;
	struct nlmsghdr *nlh;

	nlh = netlink_begin_dump(nl, VMAVIEW_CMD_GET_VMAS);
	if (take->what & TAKE_COUNTS)
		flags |= VMAVIEW_F_COUNTS;
	if (take->what & TAKE_SHARING)
		flags |= VMAVIEW_F_SHARING;
	if (flags)
		mnl_attr_put_u32(nlh, VMAVIEW_A_FLAGS, flags);
	if (netlink_exchange(nl, nlh, read_vmas, &reply, &is_torn, err))
		return -1;
	/* the descriptor was read before: it must be of the same moment */
	if (is_torn || (mm_has(&snap->mm, MM_MAP_COUNT) &&
			snap->mm.v[MM_MAP_COUNT] != snap->nr_vmas))
		snap->from.coherent = false;
	snap->has_vmas = true;
	return add_gate(nl, take->what, snap, err);
}

static int netlink_take(void *self, const struct take *take,
			struct snapshot *snap, struct error *err)
{
	struct netlink *nl = self;
	struct nlmsghdr *nlh;

	snap->from.source = SOURCE_NETLINK;
	snap->from.coherent = true;
	memcpy(snap->from.kernel, nl->info.release, sizeof(snap->from.kernel));
	memcpy(snap->from.module, nl->info.module, sizeof(snap->from.module));
	memcpy(snap->machine, nl->info.machine, sizeof(snap->machine));
	snap->page_size = nl->info.page_size;
	snap->table_levels = nl->info.table_levels;
	snap->pmd_size = nl->info.pmd_size;

	nlh = netlink_begin(nl, nl->family, 0, VMAVIEW_CMD_GET_MM,
			    VMAVIEW_GENL_VERSION);
	mnl_attr_put_u32(nlh, VMAVIEW_A_PAGEMAP_FD, nl->pagemap);
	if (netlink_exchange(nl, nlh, read_mm, snap, NULL, err))
		return -1;
	nl->is_bound = true;
	if (take->what & TAKE_VMAS && take_vmas(nl, take, snap, err))
		return -1;
	region_classify(snap);
	return netlink_take_walks(nl, take, snap, err);
}

const struct source_ops netlink_source = {
	.kind	= SOURCE_NETLINK,
	.name	= "netlink",
	.open	= netlink_open,
	.take	= netlink_take,
	.close	= netlink_close,
};
