// SPDX-License-Identifier: GPL-2.0
/*
 * Our own allocator, from outside: it says itself where everything is, by the
 * symbol vmachunk_debug, in libvmachunk.so or in a program that it is part of.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "heap/reader.h"
#include "heap/vmachunk.h"
#include "image/elf_file.h"

/* ---- the symbol ---- */

static bool keep_symbol(void *context, const struct elf_symbol *symbol)
{
	uint64_t *found = context;

	if (strcmp(symbol->name, "vmachunk_debug") != 0)
		return true;
	*found = symbol->start;
	return false;
}

static uint64_t find_symbol(int proc, const struct snapshot *snap,
			    const struct vma *vma)
{
	struct elf_file file;
	uint64_t found = 0;

	if (elf_file_open(&file, proc, snap, vma))
		return 0;
	elf_file_symbols(&file, keep_symbol, &found);
	elf_file_close(&file);
	return found;
}

static bool is_library(const struct vma *vma)
{
	const char *name = strrchr(vma->object->name, '/');

	return name && strstr(name, "libvmachunk");
}

static bool is_program(const struct snapshot *snap, const struct vma *vma)
{
	return snap->task.exe && !strcmp(vma->object->name, snap->task.exe);
}

#define LOOKS	16	/* files, as a process can map any number of such names */

/* The library is loaded in front of the program's own, if that has one too. */
static uint64_t find_debug(pid_t pid, const struct snapshot *snap,
			   bool *in_library)
{
	char path[40];
	const struct object *last = NULL;
	unsigned int left = LOOKS;
	uint64_t found = 0;
	int proc;

	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	proc = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (proc < 0)
		return 0;
	for (int pass = 0; pass < 2 && !found; pass++) {
		*in_library = !pass;
		for (size_t i = 0; i < snap->nr_vmas && !found; i++) {
			const struct vma *vma = &snap->vmas[i];

			if (!vma_is_file(vma) || vma->object == last ||
			    !(vma->flags & VF_BIT(VF_EXEC)) ||
			    !(pass ? is_program(snap, vma) :
				     is_library(vma)) || !left)
				continue;
			last = vma->object;
			left--;
			found = find_symbol(proc, snap, vma);
		}
	}
	close(proc);
	return found;
}

/* ---- what it says ---- */

static bool is_power(uint64_t n)
{
	return n && !(n & (n - 1));
}

/* All that is counted with or multiplied below is of a sane size. */
static bool is_sane(const struct vmachunk_debug *debug)
{
	return (debug->word == 4 || debug->word == 8) &&
	       is_power(debug->alignment) && debug->alignment >= 8 &&
	       debug->alignment <= 64 && debug->nr_bins <= 4096 &&
	       debug->nr_small_bins <= debug->nr_bins &&
	       debug->nr_fast_bins <= 4096 && is_power(debug->large_steps) &&
	       debug->large_steps <= 1024 && debug->nr_cache_bins <= 4096 &&
	       debug->nr_small_cache_bins <= debug->nr_cache_bins &&
	       is_power(debug->cache_steps) && debug->cache_steps <= 1024 &&
	       debug->link_shift < 64 && is_power(debug->heap_max) &&
	       debug->heap_max >= 65536 && debug->state_size <= 65536 &&
	       debug->heap_size_of <= 4096 && debug->cache_size <= 65536 &&
	       debug->cache_bin_size <= 64 && debug->max_areas <= 4096;
}

static int read_debug(struct memory *memory, uint64_t addr,
		      struct vmachunk_debug *debug, struct error *err)
{
	/* What it has to say of itself, before all of it is read. */
	const size_t head = offsetof(struct vmachunk_debug, word);

	if (memory_read(memory, addr, debug, head, err))
		return -1;
	if (debug->magic != VMACHUNK_DEBUG_MAGIC ||
	    debug->version != VMACHUNK_DEBUG_VERSION)
		return error_set(err, ERR_FAILED,
				 "libvmachunk of another version manages this heap: its description has magic 0x%" PRIx64 ", version %" PRIu32 ", here %d is known",
				 debug->magic, debug->version,
				 VMACHUNK_DEBUG_VERSION);
	/* On 32 bit nothing is filled up to a multiple of 8. */
	if (debug->size + 7 < sizeof(*debug))
		return error_set(err, ERR_FAILED,
				 "libvmachunk of an older version manages this heap: its description has %" PRIu32 " bytes, %zu are needed",
				 debug->size, sizeof(*debug));
	if (memory_read(memory, addr, debug, debug->size < sizeof(*debug) ?
			debug->size : sizeof(*debug), err))
		return -1;
	if (!is_sane(debug))
		return error_set(err, ERR_FAILED,
				 "what libvmachunk says of itself at 0x%" PRIx64 " can't be: it was overwritten",
				 addr);
	return 0;
}

static int find(struct memory *memory, const struct snapshot *snap,
		void **self, struct error *err)
{
	struct vmachunk *target;
	bool in_library;
	uint64_t addr = find_debug(memory_pid(memory), snap, &in_library);

	if (!addr)
		return 0;
	target = calloc(1, sizeof(*target));
	if (!target)
		return error_set(err, ERR_FAILED, "out of memory");
	target->is_library = in_library;
	if (read_debug(memory, addr, &target->debug, err)) {
		free(target);
		return -1;
	}
	*self = target;
	return 1;
}

static void release(void *self)
{
	struct vmachunk *target = self;

	free(target->arenas);
	free(target->caches);
	free(target->pieces);
	mapped_free(&target->mapped);
	free(target);
}

const struct heap_reader vmachunk_reader = {
	.kind = HEAP_VMACHUNK,
	.find = find,
	.copy = vmachunk_copy,
	.parse = vmachunk_parse,
	.events = vmachunk_events,
	.release = release,
};
