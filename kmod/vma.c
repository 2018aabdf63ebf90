// SPDX-License-Identifier: GPL-2.0
/*
 * What an area is called and what its flags are called. Owns no walk and no
 * encoding.
 */
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "compat.h"
#include "vma.h"

#define FLAG(flag, mnemonic)	{ ilog2(flag), #flag, mnemonic }

/*
 * The bits move between kernels and architectures, so they are told by name.
 * The mnemonics are those of show_smap_vma_flags() in fs/proc/task_mmu.c,
 * which has none for VM_MTE_ALLOWED.
 */
const struct vmav_flag vmav_flags[] = {
	FLAG(VM_READ, "rd"),
	FLAG(VM_WRITE, "wr"),
	FLAG(VM_EXEC, "ex"),
	FLAG(VM_SHARED, "sh"),
	FLAG(VM_MAYREAD, "mr"),
	FLAG(VM_MAYWRITE, "mw"),
	FLAG(VM_MAYEXEC, "me"),
	FLAG(VM_MAYSHARE, "ms"),
	FLAG(VM_GROWSDOWN, "gd"),
	FLAG(VM_PFNMAP, "pf"),
#ifdef VM_MAYBE_GUARD
	FLAG(VM_MAYBE_GUARD, "gu"),
#endif
	FLAG(VM_LOCKED, "lo"),
	FLAG(VM_IO, "io"),
	FLAG(VM_SEQ_READ, "sr"),
	FLAG(VM_RAND_READ, "rr"),
	FLAG(VM_DONTCOPY, "dc"),
	FLAG(VM_DONTEXPAND, "de"),
	FLAG(VM_LOCKONFAULT, "lf"),
	FLAG(VM_ACCOUNT, "ac"),
	FLAG(VM_NORESERVE, "nr"),
	FLAG(VM_HUGETLB, "ht"),
	FLAG(VM_SYNC, "sf"),
#ifdef CONFIG_ARM64_BTI
	FLAG(VM_ARM64_BTI, "bt"),	/* is VM_ARCH_1 */
#else
	FLAG(VM_ARCH_1, "ar"),
#endif
	FLAG(VM_WIPEONFORK, "wf"),
	FLAG(VM_DONTDUMP, "dd"),
#ifdef CONFIG_MEM_SOFT_DIRTY
	FLAG(VM_SOFTDIRTY, "sd"),
#endif
	FLAG(VM_MIXEDMAP, "mm"),
	FLAG(VM_HUGEPAGE, "hg"),
	FLAG(VM_NOHUGEPAGE, "nh"),
	FLAG(VM_MERGEABLE, "mg"),
#ifdef CONFIG_USERFAULTFD
	FLAG(VM_UFFD_MISSING, "um"),
	FLAG(VM_UFFD_WP, "uw"),
#endif
#ifdef CONFIG_HAVE_ARCH_USERFAULTFD_MINOR
	FLAG(VM_UFFD_MINOR, "ui"),
#endif
#ifdef CONFIG_ARM64_MTE
	FLAG(VM_MTE, "mt"),
	FLAG(VM_MTE_ALLOWED, "ma"),
#endif
#ifdef CONFIG_USERFAULTFD_RWP
	FLAG(VM_UFFD_RWP, "ur"),
#endif
#ifdef CONFIG_X86_USER_SHADOW_STACK
	FLAG(VM_SHADOW_STACK, "ss"),
#endif
#if defined(CONFIG_64BIT) && defined(VM_DROPPABLE)
	FLAG(VM_DROPPABLE, "dp"),
#endif
#if defined(CONFIG_64BIT) && defined(VM_SEALED)
	FLAG(VM_SEALED, "sl"),
#endif
};

const unsigned int vmav_nr_flags = ARRAY_SIZE(vmav_flags);

/**
 * vmav_vma_name - the name of an area that is not its file's path
 * @vma: the area
 * @name: filled when there is one
 *
 * The order of get_vma_name() in fs/proc/task_mmu.c. arch_vma_name() is not
 * exported: on x86 it names nothing any more, as vdso and vvar have a name in
 * their operations.
 *
 * Context: mmap_lock held for reading.
 * Return: true when there is a name.
 */
bool vmav_vma_name(struct vm_area_struct *vma, char name[VMAV_NAME_MAX])
{
	const char *anon_name = vmav_vma_anon_name(vma);
	const char *special = NULL;

	if (vma->vm_file) {
		if (!anon_name)
			return false;
		snprintf(name, VMAV_NAME_MAX, "[anon_shmem:%s]", anon_name);
		return true;
	}
	if (vma->vm_ops && vma->vm_ops->name)
		special = vma->vm_ops->name(vma);
	if (!special && vmav_vma_is_heap(vma))
		special = "[heap]";
	if (!special && vmav_vma_is_stack(vma))
		special = "[stack]";
	if (special) {
		strscpy(name, special, VMAV_NAME_MAX);
		return true;
	}
	if (!anon_name)
		return false;
	snprintf(name, VMAV_NAME_MAX, "[anon:%s]", anon_name);
	return true;
}
