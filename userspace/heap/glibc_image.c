// SPDX-License-Identifier: GPL-2.0
/*
 * Which C library a process has: by the name of a mapped file, and its version
 * by the words about itself in that file. A static program has neither; its
 * glibc is known by the names of its tunables, each of which came with some
 * release. All is read from the file, so that the target gets no pages by it.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "heap/glibc.h"
#include "image/elf_file.h"

#define READ_MAX	(64U << 20)	/* bytes of all areas that are searched */
#define DATA_MAX	(256U << 20)	/* bytes of its variables, likewise */

static const char *base_name(const struct vma *vma)
{
	const char *slash;

	if (!vma_is_file(vma))
		return "";
	slash = strrchr(vma->object->name, '/');
	return slash ? slash + 1 : vma->object->name;
}

/* "libc.so.6", or "libc-2.31.so" as it was called before 2.34. */
static bool is_libc(const struct vma *vma)
{
	const char *name = base_name(vma);
	unsigned int minor;
	int len = 0;

	return !strcmp(name, "libc.so.6") ||
	       (sscanf(name, "libc-2.%u.so%n", &minor, &len) == 1 && len &&
		!name[len]);
}

static bool is_program(const struct snapshot *snap, const struct vma *vma)
{
	return vma_is_file(vma) && snap->task.exe &&
	       !strcmp(vma->object->name, snap->task.exe);
}

/* The executable area of libc, or of the program if that has it inside. */
static const struct vma *find_code(const struct snapshot *snap,
				   bool *is_static)
{
	const struct vma *program = NULL;

	for (size_t i = 0; i < snap->nr_vmas; i++) {
		const struct vma *vma = &snap->vmas[i];

		if (!(vma->flags & VF_BIT(VF_EXEC)) || !vma_is_file(vma))
			continue;
		if (is_libc(vma)) {
			*is_static = false;
			return vma;
		}
		if (!program && is_program(snap, vma))
			program = vma;
	}
	*is_static = true;
	return program;
}

/* ---- its data ---- */

/* Writable areas of the file, with what lies behind for variables without a
   value, which belongs to no file. */
static bool find_data(struct glibc *glibc, const struct snapshot *snap,
		      const struct object *object)
{
	uint64_t left = DATA_MAX, end = 0;

	for (size_t i = 0; i < snap->nr_vmas; i++) {
		const struct vma *vma = &snap->vmas[i];
		bool is_behind = !vma->object && end == vma->start;

		if (!(vma->flags & VF_BIT(VF_WRITE)) ||
		    (vma->object != object && !is_behind)) {
			end = 0;
			continue;
		}
		if (vma_size(vma) > left)
			break;
		left -= vma_size(vma);
		end = vma->end;
		if (is_behind && glibc->data.nr)
			glibc->data.range[glibc->data.nr - 1].end = end;
		else if (!glibc_ranges_add(&glibc->data, vma->start, end))
			return false;
	}
	return true;
}

/* ---- its version ---- */

/* Text that only a release from this one on holds. */
static const struct mark {
	const char *text;
	unsigned int minor;
} marks[] = {
	{ "glibc.rtld.execstack", 41 },
	{ "glibc.rtld.enable_secure", 40 },
	{ "glibc.mem.decorate_maps", 39 },
	{ "glibc.pthread.stack_hugetlb", 38 },
	{ "glibc.malloc.hugetlb", 35 },
	{ "glibc.pthread.stack_cache_size", 34 },
	{ "glibc.malloc.tcache_count", 30 },
};

/* The number behind the last text of that kind, 0: there is none. */
static unsigned int number_after(const char *bytes, size_t size,
				 const char *text)
{
	const char *at = memmem(bytes, size, text, strlen(text));
	unsigned int minor = 0;

	if (!at)
		return 0;
	for (at += strlen(text); at < bytes + size && *at >= '0' &&
	     *at <= '9' && minor < 1000; at++)
		minor = minor * 10 + (unsigned int)(*at - '0');
	return minor;
}

struct version {
	unsigned int minor;	/* said by the library, or 0 */
	unsigned int at_least;	/* by what it holds, or 0 */
};

/* "GNU C Library (distributor's words) stable release version 2.36." */
static void read_version(struct version *version, const char *bytes,
			 size_t size)
{
	static const char banner[] = "GNU C Library (";
	const char *at = memmem(bytes, size, banner, strlen(banner));
	size_t left;

	if (at && !version->minor) {
		left = size - (size_t)(at - bytes);
		version->minor = number_after(at, left < 512 ? left : 512,
					      " version 2.");
	}
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (marks[i].minor > version->at_least &&
		    memmem(bytes, size, marks[i].text, strlen(marks[i].text)))
			version->at_least = marks[i].minor;
}

static void read_area(struct version *version, const struct elf_file *file,
		      const struct vma *vma, uint32_t page, uint64_t *left)
{
	uint64_t size = vma_size(vma) < *left ? vma_size(vma) : *left;
	char *bytes = size ? malloc(size) : NULL;
	ssize_t nr;

	if (!bytes)
		return;
	*left -= size;
	nr = pread(file->fd, bytes, size, (off_t)(vma->pgoff * page));
	if (nr > 0)
		read_version(version, bytes, (size_t)nr);
	free(bytes);
}

static void find_version(struct version *version, const struct snapshot *snap,
			 const struct elf_file *file,
			 const struct object *object)
{
	uint64_t left = READ_MAX;

	for (size_t i = 0; i < snap->nr_vmas; i++) {
		const struct vma *vma = &snap->vmas[i];

		if (vma->object == object && vma->has_pgoff &&
		    !(vma->flags & VF_BIT(VF_WRITE)))
			read_area(version, file, vma, snap->page_size, &left);
	}
}

/* ---- all of it ---- */

/* 8 or 4, and what malloc aligns to: x86 has 16 for 32-bit programs too. */
static bool read_class(const struct elf_file *file, unsigned int *word,
		       unsigned int *align)
{
	unsigned char ident[20];

	if (pread(file->fd, ident, sizeof(ident), 0) != sizeof(ident))
		return false;
	*word = ident[EI_CLASS] == ELFCLASS64 ? 8 : 4;
	*align = *word == 8 ? 16 : 8;
	/* e_machine, in the byte order of this machine */
	if (ident[18] == EM_386 || ident[18] == EM_X86_64)
		*align = 16;
	return true;
}

static int set_version(struct glibc *glibc, const struct version *version,
		       struct error *err)
{
	unsigned int minor = version->minor ? version->minor :
			     version->at_least;
	const struct glibc_layout *layout = glibc_layout(minor);

	if (!version->minor && !version->at_least)
		return glibc->is_static ? 0 :
		       error_set(err, ERR_FAILED,
				 "its libc.so.6 does not say which version of glibc it is");
	if (!layout)
		return error_set(err, ERR_FAILED,
				 "this heap is of glibc 2.%u; it can be read from 2.30 on",
				 minor);
	glibc->minor = version->minor;
	if (version->minor)
		snprintf(glibc->release, sizeof(glibc->release), "2.%u",
			 version->minor);
	glibc->shape.layout = layout;
	return 1;
}

int glibc_image_find(struct glibc *glibc, pid_t pid,
		     const struct snapshot *snap, struct error *err)
{
	const struct vma *code = find_code(snap, &glibc->is_static);
	struct version version = { 0 };
	struct elf_file file;
	unsigned int word = 0, align = 0;
	char path[40];
	int proc, ret;

	if (!code)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	proc = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (proc < 0)
		return error_set(err, ERR_GONE, "process %d has ended",
				 (int)pid);
	ret = elf_file_open(&file, proc, snap, code);
	close(proc);
	if (ret)
		return glibc->is_static ? 0 :
		       error_set(err, ERR_FAILED,
				 "the file of its libc can't be read: replaced since, or not for us");
	find_version(&version, snap, &file, code->object);
	ret = set_version(glibc, &version, err);
	if (ret == 1 && !read_class(&file, &word, &align))
		ret = error_set(err, ERR_FAILED, "its libc is no ELF file");
	elf_file_close(&file);
	if (ret != 1)
		return ret;
	glibc_shape_init(&glibc->shape, glibc->shape.layout, word, align);
	if (!find_data(glibc, snap, code->object))
		return error_set(err, ERR_FAILED, "out of memory");
	return 1;
}
