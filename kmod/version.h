/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMAVIEW_VERSION_H
#define VMAVIEW_VERSION_H

#define VMAV_VERSION	"0.1.0"

#endif
