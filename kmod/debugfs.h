/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMAVIEW_DEBUGFS_H
#define VMAVIEW_DEBUGFS_H

void vmav_debugfs_init(void);
void vmav_debugfs_exit(void);

#endif
