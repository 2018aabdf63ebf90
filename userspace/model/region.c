// SPDX-License-Identifier: GPL-2.0
/*
 * Tells the segments of the address space apart by what the memory descriptor
 * says about them; names come second, since a kernel need not give any. What
 * start_code lies in is the executable, whatever its path.
 */
#include "model/region.h"

#include <string.h>

const struct region_info regions[REGION_NR] = {
	[REGION_UNKNOWN] = { "unknown", '?', "not told apart" },
	[REGION_HEADER] = { "header", 'e',
		"ELF header and what the linker put before the code, read only" },
	[REGION_TEXT] = { "text", 't', "the program's machine code" },
	[REGION_RODATA] = { "rodata", 'r',
		"constants and string literals, a segment of their own" },
	[REGION_RELRO] = { "relro", 'l',
		"data that is read only since it was relocated" },
	[REGION_DATA] = { "data", 'd', "initialised static variables" },
	[REGION_BSS] = { "bss", 'b', "static variables that begin as zero" },
	[REGION_HEAP] = { "heap", 'h', "brk memory: [start_brk, brk)" },
	[REGION_FILE] = { "file", 'f', "mapped file, libraries included" },
	[REGION_ANON] = { "anon", 'a', "anonymous private memory" },
	[REGION_SHMEM] = { "shmem", 'm', "shared memory: tmpfs, memfd, SysV" },
	[REGION_STACK] = { "stack", 's', "the first thread's stack" },
	[REGION_VDSO] = { "vdso", 'v', "the kernel's own pages for user code" },
};

static bool has_flag(const struct vma *vma, enum vma_flag f)
{
	return vma->flags & VF_BIT(f);
}

static bool contains(const struct vma *vma, uint64_t addr)
{
	return addr >= vma->start && addr < vma->end;
}

/* Neither a file nor a name of the kernel's; "[anon:…]" is given by the user. */
static bool is_anon(const struct vma *vma)
{
	return !vma->object ||
	       (vma->object->kind == OBJECT_SPECIAL &&
		!strncmp(vma->object->name, "[anon:", 6));
}

static bool is_special(const struct vma *vma, const char *prefix)
{
	return vma->object && vma->object->kind == OBJECT_SPECIAL &&
	       !strncmp(vma->object->name, prefix, strlen(prefix));
}

static bool same_file(const struct object *a, const struct object *b)
{
	if (a == b)
		return true;
	return a && b && a->kind == OBJECT_FILE && b->kind == OBJECT_FILE &&
	       a->inode && a->inode == b->inode &&
	       a->dev_major == b->dev_major && a->dev_minor == b->dev_minor;
}

/* The same path; either may say " (deleted)" behind it. */
static bool same_path(const char *a, const char *b)
{
	static const char deleted[] = " (deleted)";
	size_t len = strlen(a) < strlen(b) ? strlen(a) : strlen(b);

	if (strncmp(a, b, len))
		return false;
	return (!a[len] || !strcmp(a + len, deleted)) &&
	       (!b[len] || !strcmp(b + len, deleted));
}

/* An area of the executable's image, or nr_vmas when it can't be told. */
static size_t find_image(const struct snapshot *snap)
{
	const struct vma *vma;

	if (mm_has(&snap->mm, MM_START_CODE)) {
		vma = snapshot_find(snap, snap->mm.v[MM_START_CODE]);
		if (vma && vma_is_file(vma))
			return vma - snap->vmas;
	}
	if (snap->task.exe)
		for (size_t i = 0; i < snap->nr_vmas; i++)
			if (vma_is_file(&snap->vmas[i]) &&
			    same_path(snap->vmas[i].object->name,
				      snap->task.exe))
				return i;
	return snap->nr_vmas;
}

/*
 * A read-only area behind the code is RELRO when it was writable once: it
 * reaches into the last PT_LOAD (start_data), or kept the accounting of a
 * writable mapping, or holds pages of its own. Else it is .rodata.
 */
static bool was_writable(const struct snapshot *snap, const struct vma *vma)
{
	if (mm_has(&snap->mm, MM_START_DATA) &&
	    vma->end > snap->mm.v[MM_START_DATA])
		return true;
	if (vma->has_flags && has_flag(vma, VF_ACCOUNT))
		return true;
	return res_has(&vma->res, RES_ANON) && vma->res.pages[RES_ANON];
}

static enum region image_region(const struct snapshot *snap,
				const struct vma *vma, bool code_seen)
{
	if (has_flag(vma, VF_EXEC))
		return REGION_TEXT;
	if (has_flag(vma, VF_WRITE))
		return REGION_DATA;
	if (was_writable(snap, vma))
		return REGION_RELRO;
	if (!code_seen && (!vma->has_pgoff || !vma->pgoff))
		return REGION_HEADER;
	return REGION_RODATA;
}

/*
 * The image's areas are neighbours of one file; end_data bounds them, so that
 * a program that also maps its own file elsewhere is not mistaken. Returns the
 * index behind the last one.
 */
static size_t classify_image(struct snapshot *snap)
{
	size_t first = find_image(snap), i;
	const struct object *exe;
	uint64_t limit = UINT64_MAX;
	bool code_seen = false;

	if (first == snap->nr_vmas)
		return first;
	exe = snap->vmas[first].object;
	if (mm_has(&snap->mm, MM_END_DATA) &&
	    snap->mm.v[MM_END_DATA] > snap->vmas[first].start)
		limit = snap->mm.v[MM_END_DATA];
	while (first > 0 && same_file(snap->vmas[first - 1].object, exe))
		first--;
	for (i = first; i < snap->nr_vmas; i++) {
		struct vma *vma = &snap->vmas[i];

		if (!same_file(vma->object, exe) || vma->start >= limit)
			break;
		vma->region = image_region(snap, vma, code_seen);
		if (vma->region == REGION_TEXT)
			code_seen = true;
	}
	return i;
}

/*
 * Behind the image, without a gap, lie the static variables that the file has
 * no bytes for. Where brk is not randomised the heap follows in the same area;
 * that area is the heap's, see classify_brk().
 */
static void classify_bss(struct snapshot *snap, size_t i)
{
	for (; i > 0 && i < snap->nr_vmas; i++) {
		struct vma *vma = &snap->vmas[i];

		/* Before 6.7 an unused heap gave its name to the bss. */
		if ((!is_anon(vma) && !is_special(vma, "[heap]")) ||
		    vma->start != vma[-1].end ||
		    !has_flag(vma, VF_WRITE) || has_flag(vma, VF_SHARED))
			return;
		if (mm_has(&snap->mm, MM_START_BRK) ?
		    vma->start >= snap->mm.v[MM_START_BRK] :
		    is_special(vma, "[heap]"))
			return;
		vma->region = REGION_BSS;
		if (!mm_has(&snap->mm, MM_START_BRK))
			return;
	}
}

static void classify_brk(struct snapshot *snap)
{
	const struct mm *mm = &snap->mm;
	bool known = mm_has(mm, MM_START_BRK) && mm_has(mm, MM_BRK);

	for (size_t i = 0; i < snap->nr_vmas; i++) {
		struct vma *vma = &snap->vmas[i];

		if (known) {
			if ((is_anon(vma) || is_special(vma, "[heap]")) &&
			    vma->start < mm->v[MM_BRK] &&
			    vma->end > mm->v[MM_START_BRK])
				vma->region = REGION_HEAP;
		} else if (is_special(vma, "[heap]") &&
			   vma->region != REGION_BSS) {
			vma->region = REGION_HEAP;
		}
	}
}

static void classify_stack(struct snapshot *snap)
{
	const struct mm *mm = &snap->mm;

	for (size_t i = 0; i < snap->nr_vmas; i++) {
		struct vma *vma = &snap->vmas[i];

		if (is_special(vma, "[stack]") ||
		    (mm_has(mm, MM_START_STACK) &&
		     contains(vma, mm->v[MM_START_STACK])))
			vma->region = REGION_STACK;
	}
	/* mprotect() cuts a stack in pieces; each goes on growing down. */
	for (size_t i = snap->nr_vmas; i-- > 1; ) {
		struct vma *below = &snap->vmas[i - 1];

		if (snap->vmas[i].region == REGION_STACK &&
		    below->region == REGION_UNKNOWN && below->has_flags &&
		    has_flag(below, VF_GROWSDOWN) &&
		    below->end == snap->vmas[i].start)
			below->region = REGION_STACK;
	}
}

static bool begins(const char *name, const char *prefix)
{
	return !strncmp(name, prefix, strlen(prefix));
}

/*
 * Shared memory by the names the kernel gives it. A private mapping of a tmpfs
 * file stays a file, or a system that lies on tmpfs would have no libraries.
 */
static bool is_shmem(const struct vma *vma)
{
	bool shared = has_flag(vma, VF_SHARED);
	const char *name;

	if (is_special(vma, "[anon_shmem:"))
		return true;
	if (shared && res_has(&vma->res, RES_SHMEM) &&
	    vma->res.pages[RES_SHMEM])
		return true;
	if (!vma_is_file(vma))
		return false;
	name = vma->object->name;
	/* Privately mapped, /dev/zero is plain anonymous memory. */
	if (same_path(name, "/dev/zero") || same_path(name, "/anon_hugepage"))
		return shared;
	return begins(name, "/memfd:") || begins(name, "/SYSV") ||
	       begins(name, "/dev/shm/");
}

static enum region mapping_region(const struct vma *vma)
{
	static const char *const kernels[] = {
		"[vdso", "[vvar", "[vsyscall]", "[vectors]", "[sigpage]",
		"[uprobes]", "[compat",
	};

	for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++)
		if (is_special(vma, kernels[i]))
			return REGION_VDSO;
	if (is_shmem(vma))
		return REGION_SHMEM;
	if (!vma_is_file(vma))
		return REGION_ANON;
	if (same_path(vma->object->name, "/dev/zero") ||
	    same_path(vma->object->name, "/anon_hugepage"))
		return REGION_ANON;
	return REGION_FILE;
}

void region_classify(struct snapshot *snap)
{
	for (size_t i = 0; i < snap->nr_vmas; i++)
		snap->vmas[i].region = REGION_UNKNOWN;
	classify_bss(snap, classify_image(snap));
	classify_brk(snap);
	classify_stack(snap);
	for (size_t i = 0; i < snap->nr_vmas; i++)
		if (snap->vmas[i].region == REGION_UNKNOWN)
			snap->vmas[i].region =
				mapping_region(&snap->vmas[i]);
}
