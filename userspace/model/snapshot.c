// SPDX-License-Identifier: GPL-2.0
/*
 * Owns the memory of a snapshot: its areas in one growing array, and the
 * objects they map, each kept once and found by a hash of what identifies it.
 * Holds the tables that say what each field, flag and count is called.
 */
#include "model/snapshot.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what things are called ---- */

const struct mm_field_info mm_fields[MM_NR] = {
	[MM_START_CODE]	= { "start_code", MM_ADDRESS,
			    "first byte of the executable's code" },
	[MM_END_CODE]	= { "end_code", MM_ADDRESS,
			    "end of the executable's code" },
	[MM_START_DATA]	= { "start_data", MM_ADDRESS,
			    "first byte of the executable's initialised data" },
	[MM_END_DATA]	= { "end_data", MM_ADDRESS,
			    "end of initialised data; bss begins here" },
	[MM_START_BRK]	= { "start_brk", MM_ADDRESS,
			    "where the heap begins, after a random gap" },
	[MM_BRK]	= { "brk", MM_ADDRESS,
			    "the break: end of the heap, moved by brk()" },
	[MM_START_STACK] = { "start_stack", MM_ADDRESS,
			     "stack pointer the program started with" },
	[MM_MMAP_BASE]	= { "mmap_base", MM_ADDRESS,
			    "where the search for room for mmap() begins" },
	[MM_ARG_START]	= { "arg_start", MM_ADDRESS,
			    "first byte of the command line" },
	[MM_ARG_END]	= { "arg_end", MM_ADDRESS, "end of the command line" },
	[MM_ENV_START]	= { "env_start", MM_ADDRESS,
			    "first byte of the environment" },
	[MM_ENV_END]	= { "env_end", MM_ADDRESS, "end of the environment" },
	[MM_TASK_SIZE]	= { "task_size", MM_ADDRESS,
			    "end of user space for this task" },
	[MM_PGD]	= { "pgd", MM_ADDRESS,
			    "kernel address of the top page table" },
	[MM_TOTAL_VM]	= { "total_vm", MM_PAGES, "mapped by all areas" },
	[MM_LOCKED_VM]	= { "locked_vm", MM_PAGES,
			    "in areas locked by mlock()" },
	[MM_PINNED_VM]	= { "pinned_vm", MM_PAGES,
			    "pinned in place, for devices that read them" },
	[MM_DATA_VM]	= { "data_vm", MM_PAGES,
			    "in private writable areas that are no stack" },
	[MM_EXEC_VM]	= { "exec_vm", MM_PAGES,
			    "in executable areas that nobody can write" },
	[MM_STACK_VM]	= { "stack_vm", MM_PAGES,
			    "in areas that grow as a stack does" },
	[MM_HIWATER_VM]	= { "hiwater_vm", MM_PAGES, "most total_vm so far" },
	[MM_HIWATER_RSS] = { "hiwater_rss", MM_PAGES,
			     "most resident pages so far" },
	[MM_RSS_ANON]	= { "rss_anon", MM_PAGES,
			    "resident, anonymous, by the kernel's counter" },
	[MM_RSS_FILE]	= { "rss_file", MM_PAGES,
			    "resident, of files, by the kernel's counter" },
	[MM_RSS_SHMEM]	= { "rss_shmem", MM_PAGES,
			    "resident shared memory, by the kernel's counter" },
	[MM_SWAP_ENTS]	= { "swap_ents", MM_PAGES,
			    "anonymous pages that are in swap" },
	[MM_MAP_COUNT]	= { "map_count", MM_COUNT, "number of areas" },
	[MM_MM_USERS]	= { "mm_users", MM_COUNT,
			    "threads and others that use this address space" },
	[MM_MM_COUNT]	= { "mm_count", MM_COUNT,
			    "references to the mm_struct; all users are one" },
	[MM_PGTABLES_BYTES] = { "pgtables_bytes", MM_BYTES,
				"taken by the page tables themselves" },
	[MM_LEGACY_LAYOUT] = { "legacy_layout", MM_BOOL,
			       "mmap() searches upward, as it once did" },
	[MM_TASK_32BIT]	= { "task_32bit", MM_BOOL,
			    "address space of 4 GiB or less" },
	[MM_TREE_DEPTH]	= { "tree_depth", MM_COUNT,
			    "levels of the maple tree that holds the areas" },
};

const struct vma_flag_info vma_flags[VF_NR] = {
	[VF_READ]	 = { "rd", "VM_READ", "can be read" },
	[VF_WRITE]	 = { "wr", "VM_WRITE", "can be written" },
	[VF_EXEC]	 = { "ex", "VM_EXEC", "can be executed" },
	[VF_SHARED]	 = { "sh", "VM_SHARED", "writes are seen by others" },
	[VF_MAYREAD]	 = { "mr", "VM_MAYREAD", "mprotect() may allow reading" },
	[VF_MAYWRITE]	 = { "mw", "VM_MAYWRITE",
			     "mprotect() may allow writing" },
	[VF_MAYEXEC]	 = { "me", "VM_MAYEXEC",
			     "mprotect() may allow execution" },
	[VF_MAYSHARE]	 = { "ms", "VM_MAYSHARE", "may be shared" },
	[VF_GROWSDOWN]	 = { "gd", "VM_GROWSDOWN",
			     "grows downward when touched below" },
	[VF_PFNMAP]	 = { "pf", "VM_PFNMAP",
			     "bare page frames, without struct page" },
	[VF_LOCKED]	 = { "lo", "VM_LOCKED", "locked in memory" },
	[VF_IO]		 = { "io", "VM_IO", "device memory" },
	[VF_SEQ_READ]	 = { "sr", "VM_SEQ_READ",
			     "read in sequence, says madvise()" },
	[VF_RAND_READ]	 = { "rr", "VM_RAND_READ",
			     "read in random order, says madvise()" },
	[VF_DONTCOPY]	 = { "dc", "VM_DONTCOPY", "not inherited by fork()" },
	[VF_DONTEXPAND]	 = { "de", "VM_DONTEXPAND",
			     "mremap() may not make it larger" },
	[VF_LOCKONFAULT] = { "lf", "VM_LOCKONFAULT",
			     "pages are locked as they are touched" },
	[VF_ACCOUNT]	 = { "ac", "VM_ACCOUNT",
			     "counts against the commit limit" },
	[VF_NORESERVE]	 = { "nr", "VM_NORESERVE", "nothing is set aside for it" },
	[VF_HUGETLB]	 = { "ht", "VM_HUGETLB", "made of hugetlb pages" },
	[VF_SYNC]	 = { "sf", "VM_SYNC", "faults wait for the file system" },
	[VF_ARCH_1]	 = { "ar", "VM_ARCH_1",
			     "meaning depends on the architecture" },
	[VF_WIPEONFORK]	 = { "wf", "VM_WIPEONFORK", "zero in the child after fork()" },
	[VF_DONTDUMP]	 = { "dd", "VM_DONTDUMP", "left out of core dumps" },
	[VF_SOFTDIRTY]	 = { "sd", "VM_SOFTDIRTY",
			     "the area is new since soft-dirty was cleared" },
	[VF_MIXEDMAP]	 = { "mm", "VM_MIXEDMAP",
			     "pages and bare page frames mixed" },
	[VF_HUGEPAGE]	 = { "hg", "VM_HUGEPAGE", "huge pages wanted" },
	[VF_NOHUGEPAGE]	 = { "nh", "VM_NOHUGEPAGE", "huge pages refused" },
	[VF_MERGEABLE]	 = { "mg", "VM_MERGEABLE",
			     "KSM may merge pages that are equal" },
	[VF_UFFD_MISSING] = { "um", "VM_UFFD_MISSING",
			      "userfaultfd fills missing pages" },
	[VF_UFFD_WP]	 = { "uw", "VM_UFFD_WP", "userfaultfd is told of writes" },
	[VF_UFFD_MINOR]	 = { "ui", "VM_UFFD_MINOR",
			     "userfaultfd is told of minor faults" },
	[VF_UFFD_RWP]	 = { "ur", "VM_UFFD_RWP",
			     "userfaultfd is told of any access" },
	[VF_SHADOW_STACK] = { "ss", "VM_SHADOW_STACK",
			      "return addresses kept by the processor" },
	[VF_DROPPABLE]	 = { "dp", "VM_DROPPABLE",
			     "pages may vanish when memory is short" },
	[VF_SEALED]	 = { "sl", "VM_SEALED", "may not be changed any more" },
	[VF_MTE]	 = { "mt", "VM_MTE", "memory is tagged" },
	[VF_MAYBE_GUARD] = { "gu", "VM_MAYBE_GUARD",
			     "pages of it are guards, or were" },
	/* The kernel has a bit and no mnemonic for it. */
	[VF_MTE_ALLOWED] = { "", "VM_MTE_ALLOWED", "memory may be tagged" },
};

const struct res_count_info res_counts[RES_NR] = {
	[RES_RSS]	= { "rss", "resident, as smaps' Rss" },
	[RES_PRESENT]	= { "present", "an entry leads to a page, in rss or not" },
	[RES_ANON]	= { "anon", "present and anonymous" },
	[RES_FILE]	= { "file", "present, of the page cache" },
	[RES_SHMEM]	= { "shmem", "present, shared memory or tmpfs" },
	[RES_ZERO]	= { "zero", "the zero page; not in rss" },
	[RES_PFNMAP]	= { "pfnmap", "bare page frames; not in rss" },
	[RES_HUGETLB]	= { "hugetlb", "hugetlb pages; not in rss" },
	[RES_SWAP]	= { "swap", "in swap" },
	[RES_MIGRATION]	= { "migration", "being moved to another frame" },
	[RES_DEVICE]	= { "device", "in a device's own memory" },
	[RES_HWPOISON]	= { "hwpoison", "the page was lost to a memory error" },
	[RES_MARKER]	= { "marker", "no page: write-protected by userfaultfd" },
	[RES_GUARD]	= { "guard", "no page: a guard, access kills" },
	[RES_POISON]	= { "poison", "no page: it could not be read back" },
	[RES_HUGE]	= { "huge", "mapped by one entry of an upper table" },
	[RES_DIRTY]	= { "dirty", "the entry says written" },
	[RES_ACCESSED]	= { "accessed", "the entry says used" },
	[RES_SOFT_DIRTY] = { "soft_dirty", "written since soft-dirty was cleared" },
	[RES_WRITABLE]	= { "writable", "the entry allows writing" },
	[RES_EXEC]	= { "exec", "the entry allows execution" },
	[RES_PROT_NONE]	= { "prot_none", "there, but any access faults" },
	[RES_UFFD_WP]	= { "uffd_wp", "write-protected by userfaultfd" },
	[RES_HUGE_ZERO]	= { "huge_zero", "of zero: the huge zero page" },
	[RES_HUGETLB_PUD] = { "hugetlb_pud", "of hugetlb: by a pud entry" },
	[RES_EXCLUSIVE]	= { "exclusive", "mapped here and nowhere else" },
	[RES_KSM]	= { "ksm", "merged with pages of equal content" },
	[RES_PSS]	= { "pss", "rss in bytes, each page divided by its mappings" },
};

int vma_flag_by_mnemonic(const char *mnemonic)
{
	int f;

	if (!mnemonic[0])
		return -1;
	/* arm64 calls its use of VM_ARCH_1 by another name */
	if (!strcmp(mnemonic, "bt"))
		return VF_ARCH_1;
	for (f = 0; f < VF_NR; f++)
		if (!strcmp(vma_flags[f].mnemonic, mnemonic))
			return f;
	return -1;
}

void residency_add(struct residency *sum, const struct residency *res)
{
	int c;

	sum->has &= res->has;
	for (c = 0; c < RES_NR; c++)
		sum->pages[c] = sum->has >> c & 1 ?
				sum->pages[c] + res->pages[c] : 0;
}

/* ---- objects ---- */

/* Open addressing; nr_slots is a power of two, at most half are used. */
struct object_table {
	struct object **slots;
	size_t nr_slots, nr_used;
};

/* FNV-1a: the keys are short, and nobody gains by making them collide. */
static uint64_t hash_bytes(uint64_t hash, const void *data, size_t len)
{
	const unsigned char *p = data;

	while (len--)
		/* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): len bytes are set */
		hash = (hash ^ *p++) * 0x100000001b3ULL;
	return hash;
}

static uint64_t hash_object(const struct object *key, const char *name,
			    size_t len)
{
	uint64_t ids[3] = {
		(uint64_t)key->kind << 8 | (uint8_t)key->deleted,
		(uint64_t)key->dev_major << 32 | key->dev_minor,
		key->inode,
	};
	uint64_t hash = 0xcbf29ce484222325ULL;

	hash = hash_bytes(hash, ids, sizeof(ids));
	hash = hash_bytes(hash, name, len);
	return hash ^ hash >> 32;
}

static bool is_object(const struct object *object, const struct object *key,
		      const char *name, size_t len)
{
	return object->inode == key->inode && object->kind == key->kind &&
	       object->dev_major == key->dev_major &&
	       object->dev_minor == key->dev_minor &&
	       object->deleted == key->deleted &&
	       !strncmp(object->name, name, len) && !object->name[len];
}

static void insert_object(struct object_table *table, struct object *object)
{
	size_t mask = table->nr_slots - 1;
	size_t i = hash_object(object, object->name, strlen(object->name));

	for (i &= mask; table->slots[i]; i = (i + 1) & mask)
		;
	table->slots[i] = object;
	table->nr_used++;
}

/* Makes room for one more; false without memory, with the table as it was. */
static bool grow_table(struct object_table *table)
{
	struct object_table bigger = { 0 };
	size_t i;

	if (table->nr_used < table->nr_slots / 2)
		return true;
	bigger.nr_slots = table->nr_slots ? table->nr_slots * 2 : 64;
	bigger.slots = calloc(bigger.nr_slots, sizeof(*bigger.slots));
	if (!bigger.slots)
		return false;
	for (i = 0; i < table->nr_slots; i++)
		if (table->slots[i])
			insert_object(&bigger, table->slots[i]);
	free(table->slots);
	*table = bigger;
	return true;
}

const struct object *snapshot_object(struct snapshot *snap,
				     const struct object *key,
				     const char *name, size_t len)
{
	static const char mark[] = " (deleted)";
	struct object_table *table = snap->objects;
	const char *end = memchr(name, '\0', len);
	struct object *object;
	char *copy;
	size_t i;

	if (end)
		len = (size_t)(end - name);
	/* The kernel's mark; deleted says it better. */
	if (key->deleted == YES && len >= sizeof(mark) - 1 &&
	    !memcmp(name + len - (sizeof(mark) - 1), mark, sizeof(mark) - 1))
		len -= sizeof(mark) - 1;
	if (!grow_table(table))
		return NULL;
	i = hash_object(key, name, len) & (table->nr_slots - 1);
	for (; table->slots[i]; i = (i + 1) & (table->nr_slots - 1))
		if (is_object(table->slots[i], key, name, len))
			return table->slots[i];

	object = malloc(sizeof(*object) + len + 1);
	if (!object)
		return NULL;
	copy = (char *)(object + 1);
	memcpy(copy, name, len);
	copy[len] = '\0';
	*object = *key;
	object->name = copy;
	table->slots[i] = object;
	table->nr_used++;
	return object;
}

static void free_objects(struct object_table *table)
{
	size_t i;

	for (i = 0; i < table->nr_slots; i++)
		free(table->slots[i]);
	free(table->slots);
	free(table);
}

/* ---- the snapshot ---- */

struct snapshot *snapshot_new(void)
{
	struct snapshot *snap = calloc(1, sizeof(*snap));

	if (!snap)
		return NULL;
	snap->objects = calloc(1, sizeof(*snap->objects));
	if (!snap->objects) {
		free(snap);
		return NULL;
	}
	return snap;
}

void snapshot_free(struct snapshot *snap)
{
	if (!snap)
		return;
	free_objects(snap->objects);
	free(snap->vmas);
	free(snap->task.exe);
	page_map_free(snap->pages);
	table_list_free(snap->tables);
	free(snap->entry);
	free(snap->sharers);
	heap_free(snap->heap);
	free(snap);
}

struct vma *snapshot_add_vma(struct snapshot *snap)
{
	struct vma *vma;

	if (snap->nr_vmas == snap->cap_vmas) {
		size_t cap = snap->cap_vmas ? snap->cap_vmas * 2 : 64;
		struct vma *vmas = reallocarray(snap->vmas, cap, sizeof(*vmas));

		if (!vmas)
			return NULL;
		snap->vmas = vmas;
		snap->cap_vmas = cap;
	}
	vma = &snap->vmas[snap->nr_vmas++];
	memset(vma, 0, sizeof(*vma));
	return vma;
}

void snapshot_note(struct snapshot *snap, const char *fmt, ...)
{
	struct provenance *from = &snap->from;
	char *note;
	va_list args;

	if (from->nr_notes == SNAPSHOT_NOTES)
		return;
	note = from->notes[from->nr_notes++];
	va_start(args, fmt);
	vsnprintf(note, sizeof(from->notes[0]), fmt, args);
	va_end(args);
}

const struct vma *snapshot_find(const struct snapshot *snap, uint64_t addr)
{
	size_t low = 0, high = snap->nr_vmas;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct vma *vma = &snap->vmas[mid];

		if (addr >= vma->end)
			low = mid + 1;
		else if (addr < vma->start)
			high = mid;
		else
			return vma;
	}
	return NULL;
}
