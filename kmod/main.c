// SPDX-License-Identifier: GPL-2.0
/*
 * vmaview: shows a process's memory as the kernel keeps it. Loads and unloads
 * the parts in order; each owns its own state.
 */
#include <linux/module.h>

#include "debugfs.h"
#include "netlink.h"
#include "param.h"
#include "slice.h"
#include "target.h"
#include "token.h"
#include "version.h"

bool vmav_param_debugfs __ro_after_init = true;
bool vmav_param_frames __ro_after_init = true;
bool vmav_param_tokens __ro_after_init = true;

module_param_named(debugfs, vmav_param_debugfs, bool, 0444);
MODULE_PARM_DESC(debugfs, "a folder in debugfs (default: 1)");
module_param_named(frames, vmav_param_frames, bool, 0444);
MODULE_PARM_DESC(frames,
		 "frame numbers, raw entries and kernel addresses for CAP_SYS_ADMIN; 0: for nobody (default: 1)");
module_param_named(tokens, vmav_param_tokens, bool, 0444);
MODULE_PARM_DESC(tokens,
		 "tokens in place of frames for everybody else; 0: neither (default: 1)");

static int __init vmav_init(void)
{
	int err;

	err = vmav_target_init();
	if (err)
		return err;
	err = vmav_token_init();
	if (err)
		return err;
	err = vmav_slice_init();
	if (err)
		return err;
	err = vmav_netlink_init();
	if (err)
		goto exit_slice;
	if (vmav_param_debugfs)
		vmav_debugfs_init();
	return 0;

exit_slice:
	vmav_slice_exit();
	return err;
}

/*
 * Open dumps and open debugfs files hold a reference to the module, so none
 * is left when this runs.
 */
static void __exit vmav_exit(void)
{
	vmav_debugfs_exit();
	vmav_netlink_exit();
	vmav_slice_exit();
}

module_init(vmav_init);
module_exit(vmav_exit);

MODULE_DESCRIPTION("A process's memory as the kernel keeps it");
MODULE_AUTHOR("The vmaview developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(VMAV_VERSION);
