/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMAVIEW_VMA_H
#define VMAVIEW_VMA_H

#include <linux/mm_types.h>

/* "[anon_shmem:" with a name of ANON_VMA_NAME_MAX_LEN, and the rest of them. */
#define VMAV_NAME_MAX	96

/* One bit of vm_flags on this kernel. */
struct vmav_flag {
	unsigned int bit;
	const char *name;
	const char *mnemonic;
};

extern const struct vmav_flag vmav_flags[];
extern const unsigned int vmav_nr_flags;

bool vmav_vma_name(struct vm_area_struct *vma, char name[VMAV_NAME_MAX]);

#endif
