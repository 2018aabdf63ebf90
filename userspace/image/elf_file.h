/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ELF file behind an area, opened as the target sees it, and its symbols.
 * Nothing in the file is trusted: it may have been made to mislead us.
 */
#ifndef VMAVIEW_IMAGE_ELF_FILE_H
#define VMAVIEW_IMAGE_ELF_FILE_H

#include <libelf.h>

#include "model/snapshot.h"

struct elf_file {
	int fd;
	Elf *elf;
	uint64_t bias;		/* address in the process - address in the file */
};

/*
 * Opens the file that the area maps, below proc, a descriptor of /proc/PID,
 * and finds out where it was loaded. The area must be executable. Returns -1
 * when it is no ELF file, another one than the mapped, or may not be read.
 */
int elf_file_open(struct elf_file *file, int proc, const struct snapshot *snap,
		  const struct vma *vma);
void elf_file_close(struct elf_file *file);

struct elf_symbol {
	const char *name;	/* not from a version: "memcpy" */
	uint64_t start, end;	/* in the process; equal: size not known */
	bool is_local;
	bool is_old;		/* kept for programs linked long ago */
};

/*
 * Calls visit for each symbol that has an address, until it returns false.
 * Names are good during the call.
 */
void elf_file_symbols(const struct elf_file *file,
		      bool (*visit)(void *context,
				    const struct elf_symbol *symbol),
		      void *context);

#endif
