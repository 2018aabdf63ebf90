// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: what it takes, and the answers that are one
 * message. Owns no lock of the target's. Dumps are in files of their own.
 */
#include <linux/capability.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/utsname.h>
#include <linux/vmaview.h>
#include <net/genetlink.h>

#include "compat.h"
#include "dump.h"
#include "mm.h"
#include "netlink.h"
#include "path.h"
#include "stats.h"
#include "target.h"
#include "version.h"
#include "vma.h"

static const struct nla_policy info_policy[VMAVIEW_A_MAX + 1] = {
	/* takes nothing */
};

static const struct nla_policy mm_policy[VMAVIEW_A_MAX + 1] = {
	[VMAVIEW_A_PAGEMAP_FD]	= { .type = NLA_U32 },
};

static const struct nla_policy vmas_policy[VMAVIEW_A_MAX + 1] = {
	[VMAVIEW_A_PAGEMAP_FD]	= { .type = NLA_U32 },
	[VMAVIEW_A_START]	= { .type = NLA_U64 },
	[VMAVIEW_A_END]		= { .type = NLA_U64 },
	[VMAVIEW_A_FLAGS]	= NLA_POLICY_MASK(NLA_U32, VMAVIEW_F_VMAS),
};

static const struct nla_policy pages_policy[VMAVIEW_A_MAX + 1] = {
	[VMAVIEW_A_PAGEMAP_FD]	= { .type = NLA_U32 },
	[VMAVIEW_A_START]	= { .type = NLA_U64 },
	[VMAVIEW_A_END]		= { .type = NLA_U64 },
	[VMAVIEW_A_FLAGS]	= NLA_POLICY_MASK(NLA_U32, VMAVIEW_F_PAGES),
};

static const struct nla_policy tables_policy[VMAVIEW_A_MAX + 1] = {
	[VMAVIEW_A_PAGEMAP_FD]	= { .type = NLA_U32 },
	[VMAVIEW_A_START]	= { .type = NLA_U64 },
	[VMAVIEW_A_END]		= { .type = NLA_U64 },
};

static const struct nla_policy entry_policy[VMAVIEW_A_MAX + 1] = {
	[VMAVIEW_A_PAGEMAP_FD]	= { .type = NLA_U32 },
	[VMAVIEW_A_ADDRESS]	= { .type = NLA_U64 },
};

/* Finds the target a request names. On failure *extack says why. */
int vmav_netlink_target(struct vmav_target *target, struct nlattr **attrs,
			struct netlink_ext_ack *extack)
{
	struct nlattr *fd = attrs[VMAVIEW_A_PAGEMAP_FD];
	int err;

	vmav_stats_add(VMAV_STAT_REQUESTS, 1);
	if (!fd) {
		NL_SET_ERR_MSG(extack,
			       "PAGEMAP_FD is missing: send a descriptor of /proc/PID/pagemap");
		return -EINVAL;
	}
	err = vmav_target_from_fd(target, nla_get_u32(fd));
	switch (err) {
	case 0:
		return 0;
	case -EBADF:
		NL_SET_ERR_MSG_ATTR(extack, fd,
				    "PAGEMAP_FD is not an open descriptor of the sender");
		break;
	case -EINVAL:
		NL_SET_ERR_MSG_ATTR(extack, fd,
				    "PAGEMAP_FD is not a descriptor of /proc/PID/pagemap");
		break;
	default:
		NL_SET_ERR_MSG_ATTR(extack, fd,
				    "PAGEMAP_FD is of a task without user memory");
	}
	return err;
}

/* ---- GET_INFO ---- */

static u32 table_levels(void)
{
	/* the same for every mm of one boot, and of some kernels */
	struct mm_struct *mm __maybe_unused = current->mm;

	return 5 - mm_p4d_folded(mm) - mm_pud_folded(mm) - mm_pmd_folded(mm);
}

static u64 features(struct sk_buff *request)
{
	u64 features = 0;

#ifdef VMAV_HAVE_MM_LOCK_SEQCOUNT
	features |= VMAVIEW_FEATURE_MM_SEQ;
#endif
	if (IS_ENABLED(CONFIG_MEM_SOFT_DIRTY))
		features |= VMAVIEW_FEATURE_SOFT_DIRTY;
	if (IS_ENABLED(CONFIG_ANON_VMA_NAME))
		features |= VMAVIEW_FEATURE_ANON_NAME;
	if (netlink_capable(request, CAP_SYS_ADMIN) &&
	    vmav_target_kernel_is_shown())
		features |= VMAVIEW_FEATURE_PRIVILEGED;
	return features;
}

static int put_flag(struct sk_buff *skb, const struct vmav_flag *flag)
{
	struct nlattr *nest = nla_nest_start(skb, VMAVIEW_INFO_A_FLAG);

	if (!nest ||
	    nla_put_u32(skb, VMAVIEW_FLAG_A_BIT, flag->bit) ||
	    nla_put_string(skb, VMAVIEW_FLAG_A_NAME, flag->name) ||
	    nla_put_string(skb, VMAVIEW_FLAG_A_MNEMONIC, flag->mnemonic))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_info(struct sk_buff *skb, struct sk_buff *request)
{
	struct nlattr *nest = nla_nest_start(skb, VMAVIEW_A_INFO);
	unsigned int i;

	if (!nest ||
	    nla_put_u32(skb, VMAVIEW_INFO_A_PROTOCOL, VMAVIEW_GENL_VERSION) ||
	    nla_put_string(skb, VMAVIEW_INFO_A_MODULE_VERSION,
			   VMAV_VERSION) ||
	    nla_put_string(skb, VMAVIEW_INFO_A_RELEASE, utsname()->release) ||
	    nla_put_string(skb, VMAVIEW_INFO_A_MACHINE, VMAV_MACHINE) ||
	    nla_put_u32(skb, VMAVIEW_INFO_A_PAGE_SIZE, PAGE_SIZE) ||
	    nla_put_u32(skb, VMAVIEW_INFO_A_TABLE_LEVELS, table_levels()) ||
	    nla_put_u64_64bit(skb, VMAVIEW_INFO_A_TASK_SIZE, TASK_SIZE_MAX,
			      VMAVIEW_INFO_A_PAD) ||
	    nla_put_u64_64bit(skb, VMAVIEW_INFO_A_PMD_SIZE, PMD_SIZE,
			      VMAVIEW_INFO_A_PAD) ||
	    nla_put_u64_64bit(skb, VMAVIEW_INFO_A_PUD_SIZE, PUD_SIZE,
			      VMAVIEW_INFO_A_PAD) ||
	    nla_put_u64_64bit(skb, VMAVIEW_INFO_A_FEATURES, features(request),
			      VMAVIEW_INFO_A_PAD))
		return -EMSGSIZE;
	for (i = 0; i < vmav_nr_flags; i++)
		if (put_flag(skb, &vmav_flags[i]))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int get_info_doit(struct sk_buff *request, struct genl_info *info)
{
	struct sk_buff *skb;
	void *header;

	vmav_stats_add(VMAV_STAT_REQUESTS, 1);
	skb = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	header = genlmsg_put_reply(skb, info, &vmav_family, 0,
				   VMAVIEW_CMD_GET_INFO);
	if (!header || put_info(skb, request)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return genlmsg_reply(skb, info);
}

/* ---- GET_MM ---- */

static int put_task(struct sk_buff *skb, struct task_struct *task,
		    const char *exe)
{
	struct nlattr *nest = nla_nest_start(skb, VMAVIEW_A_TASK);
	char comm[TASK_COMM_LEN];

	get_task_comm(comm, task);
	if (!nest ||
	    nla_put_u32(skb, VMAVIEW_TASK_A_PID, task_pid_vnr(task)) ||
	    nla_put_u32(skb, VMAVIEW_TASK_A_TGID, task_tgid_vnr(task)) ||
	    nla_put(skb, VMAVIEW_TASK_A_COMM, strlen(comm), comm) ||
	    nla_put_u32(skb, VMAVIEW_TASK_A_THREADS, get_nr_threads(task)) ||
	    (exe && nla_put(skb, VMAVIEW_TASK_A_EXE, strlen(exe), exe)) ||
	    nla_put_u64_64bit(skb, VMAVIEW_TASK_A_RLIMIT_STACK,
			      task_rlimit(task, RLIMIT_STACK) == RLIM_INFINITY ?
			      U64_MAX : task_rlimit(task, RLIMIT_STACK),
			      VMAVIEW_TASK_A_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_mm(struct sk_buff *skb, const struct vmav_mm *mm,
		  bool privileged)
{
	struct nlattr *nest = nla_nest_start(skb, VMAVIEW_A_MM);
	unsigned int i;

	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < vmav_nr_mm_fields; i++) {
		const struct vmav_mm_field *field = &vmav_mm_fields[i];

		if (field->privileged && !privileged)
			continue;
		if (nla_put_u64_64bit(skb, field->attr, mm->v[field->attr],
				      VMAVIEW_MM_A_PAD))
			return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int reply_mm(struct sk_buff *request, struct genl_info *info,
		    const struct vmav_target *target, struct task_struct *task)
{
	struct vmav_path_text path;
	const char *exe = NULL;
	struct vmav_mm mm;
	struct file *file;
	struct sk_buff *skb;
	void *header;
	bool privileged;
	int err;

	err = vmav_path_text_init(&path);
	if (err)
		return err;
	file = vmav_get_exe_file(target->mm);
	if (file) {
		exe = vmav_path_text_of(&path, &file->f_path);
		fput(file);
	}

	vmav_mm_take(&mm, target->mm);
	err = -ENOMEM;
	skb = genlmsg_new(NLMSG_DEFAULT_SIZE + (exe ? strlen(exe) : 0),
			  GFP_KERNEL);
	if (!skb)
		goto free_path;
	privileged = netlink_capable(request, CAP_SYS_ADMIN) &&
		     vmav_target_may_see_kernel(target);
	header = genlmsg_put_reply(skb, info, &vmav_family, 0, VMAVIEW_CMD_GET_MM);
	if (!header || put_task(skb, task, exe) ||
	    put_mm(skb, &mm, privileged)) {
		nlmsg_free(skb);
		err = -EMSGSIZE;
		goto free_path;
	}
	genlmsg_end(skb, header);
	err = genlmsg_reply(skb, info);
free_path:
	vmav_path_text_free(&path);
	return err;
}

static int get_mm_doit(struct sk_buff *request, struct genl_info *info)
{
	struct vmav_target target;
	struct task_struct *task;
	int err;

	err = vmav_netlink_target(&target, info->attrs, info->extack);
	if (err)
		goto count;
	/* before mm_users, as in vmav_target_use() */
	task = vmav_target_get_task(&target);
	if (!task) {
		NL_SET_ERR_MSG(info->extack, VMAV_TASK_HAS_LEFT);
		err = -ESRCH;
		goto put_target;
	}
	if (!mmget_not_zero(target.mm)) {
		NL_SET_ERR_MSG(info->extack, VMAV_TASK_HAS_LEFT);
		err = -ESRCH;
		goto drop_task;
	}
	err = reply_mm(request, info, &target, task);
	vmav_target_unuse(&target);
drop_task:
	put_task_struct(task);
put_target:
	vmav_target_put(&target);
count:
	if (err)
		vmav_stats_add(VMAV_STAT_REFUSED, 1);
	return err;
}

/* ---- the dumps ---- */

static int get_vmas_start(struct netlink_callback *cb)
{
	return vmav_dump_start(cb, &vmav_dump_vmas);
}

static int get_pages_start(struct netlink_callback *cb)
{
	return vmav_dump_start(cb, &vmav_dump_pages);
}

static int get_tables_start(struct netlink_callback *cb)
{
	return vmav_dump_start(cb, &vmav_dump_tables);
}

static int get_entry_start(struct netlink_callback *cb)
{
	return vmav_dump_start(cb, &vmav_dump_entry);
}

/* ---- the family ---- */

static const struct genl_ops ops[] = {
	{
		.cmd		= VMAVIEW_CMD_GET_INFO,
		.doit		= get_info_doit,
		.policy		= info_policy,
		.maxattr	= VMAVIEW_A_MAX,
	},
	{
		.cmd		= VMAVIEW_CMD_GET_MM,
		.doit		= get_mm_doit,
		.policy		= mm_policy,
		.maxattr	= VMAVIEW_A_MAX,
	},
	{
		.cmd		= VMAVIEW_CMD_GET_VMAS,
		.start		= get_vmas_start,
		.dumpit		= vmav_dump_next,
		.done		= vmav_dump_done,
		.policy		= vmas_policy,
		.maxattr	= VMAVIEW_A_MAX,
	},
	{
		.cmd		= VMAVIEW_CMD_GET_PAGES,
		.start		= get_pages_start,
		.dumpit		= vmav_dump_next,
		.done		= vmav_dump_done,
		.policy		= pages_policy,
		.maxattr	= VMAVIEW_A_MAX,
	},
	{
		.cmd		= VMAVIEW_CMD_GET_TABLES,
		.start		= get_tables_start,
		.dumpit		= vmav_dump_next,
		.done		= vmav_dump_done,
		.policy		= tables_policy,
		.maxattr	= VMAVIEW_A_MAX,
	},
	{
		.cmd		= VMAVIEW_CMD_GET_ENTRY,
		.start		= get_entry_start,
		.dumpit		= vmav_dump_next,
		.done		= vmav_dump_done,
		.policy		= entry_policy,
		.maxattr	= VMAVIEW_A_MAX,
	},
};

/*
 * The target's descriptor carries the right, so no command asks for a
 * capability. parallel_ops: none of them needs genl_mutex.
 */
struct genl_family vmav_family = {
	.name		= VMAVIEW_GENL_NAME,
	.version	= VMAVIEW_GENL_VERSION,
	.maxattr	= VMAVIEW_A_MAX,
	.module		= THIS_MODULE,
	.ops		= ops,
	.n_ops		= ARRAY_SIZE(ops),
	.resv_start_op	= VMAVIEW_CMD_GET_INFO,	/* all of them: strict */
	.netnsok	= true,
	.parallel_ops	= true,
};

int vmav_netlink_init(void)
{
	return genl_register_family(&vmav_family);
}

void vmav_netlink_exit(void)
{
	genl_unregister_family(&vmav_family);
}
