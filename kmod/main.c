// SPDX-License-Identifier: GPL-2.0
/*
 * vmaview: shows a process's memory as the kernel keeps it. Loads and unloads
 * the parts in order; each owns its own state.
 */
#include <linux/module.h>

#include "debugfs.h"
#include "netlink.h"
#include "slice.h"
#include "target.h"
#include "token.h"
#include "version.h"

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
