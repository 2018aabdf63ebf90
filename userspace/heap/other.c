// SPDX-License-Identifier: GPL-2.0
/*
 * By what allocators are recognised: the file name of their library; or, linked
 * into the program, a name that only they define; or, where names were stripped
 * off, words that only they print.
 */
#include "heap/other.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "image/elf_file.h"

/* Beginnings of file names. */
static const struct {
	const char *file, *name;
} libraries[] = {
	{ "libjemalloc", "jemalloc" },
	{ "libtcmalloc", "tcmalloc" },
	{ "libmimalloc", "mimalloc" },
	{ "libvmachunk", "libvmachunk" },
	{ "librpmalloc", "rpmalloc" },
	{ "libsnmalloc", "snmalloc" },
	{ "libhoard", "Hoard" },
	{ "libscudo", "Scudo" },
	{ "libhardened_malloc", "hardened_malloc" },
	{ "libasan", "AddressSanitizer" },
	{ "libtsan", "ThreadSanitizer" },
	{ "liblsan", "LeakSanitizer" },
	{ "vgpreload", "Valgrind" },
	{ "ld-musl-", "musl" },
	{ "libc.musl-", "musl" },
};

static const struct {
	const char *symbol, *name;
} marks[] = {
	{ "vmachunk_debug", "libvmachunk" },
	{ "je_malloc", "jemalloc" },
	{ "mallctl", "jemalloc" },
	{ "_rjem_malloc", "jemalloc" },
	{ "tc_malloc", "tcmalloc" },
	{ "mi_malloc", "mimalloc" },
	{ "__asan_init", "AddressSanitizer" },
	{ "__tsan_init", "ThreadSanitizer" },
	{ "runtime.mallocgc", "Go's runtime" },
	{ "runtime.text", "Go's runtime" },
	{ "__libc_malloc_impl", "musl" },
	{ "__malloc_context", "musl" },
	{ "__stdio_exit_needed", "musl" },
};

static const struct {
	const char *text, *name;
} words[] = {
	{ "\377 Go buildinf:", "Go's runtime" },
	{ "<jemalloc>: ", "jemalloc" },
	{ "mimalloc: ", "mimalloc" },
	{ "tcmalloc: large alloc", "tcmalloc" },
};

#define READ_MAX	(64U << 20)	/* bytes of all areas that are searched */

#define NR(array)	(sizeof(array) / sizeof(*(array)))

static const char *library_of(const struct vma *vma)
{
	const char *base;

	if (!vma_is_file(vma))
		return NULL;
	if (strstr(vma->object->name, "-linux-musl/libc.so"))
		return "musl";
	base = strrchr(vma->object->name, '/');
	base = base ? base + 1 : vma->object->name;
	for (size_t i = 0; i < NR(libraries); i++)
		if (!strncmp(base, libraries[i].file,
			     strlen(libraries[i].file)))
			return libraries[i].name;
	return NULL;
}

void other_find_mapped(const struct snapshot *snap, char *out, size_t size)
{
	*out = '\0';
	for (size_t i = 0; i < snap->nr_vmas && !*out; i++) {
		const char *name = library_of(&snap->vmas[i]);

		if (name)
			snprintf(out, size, "%s", name);
	}
}

/* ---- what the program has inside ---- */

static bool visit(void *context, const struct elf_symbol *symbol)
{
	const char **name = context;

	for (size_t i = 0; i < NR(marks) && !*name; i++)
		if (!strcmp(symbol->name, marks[i].symbol))
			*name = marks[i].name;
	return !*name;
}

/* Of the file, so that the target gets no pages by it. */
static const char *search_words(const struct elf_file *file,
				const struct vma *vma, uint32_t page,
				size_t *left)
{
	size_t size = vma_size(vma) < *left ? vma_size(vma) : *left;
	char *bytes = size ? malloc(size) : NULL;
	const char *name = NULL;
	ssize_t nr;

	if (!bytes)
		return NULL;
	*left -= size;
	nr = pread(file->fd, bytes, size, (off_t)(vma->pgoff * page));
	for (size_t i = 0; nr > 0 && i < NR(words) && !name; i++)
		if (memmem(bytes, (size_t)nr, words[i].text,
			   strlen(words[i].text)))
			name = words[i].name;
	free(bytes);
	return name;
}

static bool is_program(const struct snapshot *snap, const struct vma *vma)
{
	return vma_is_file(vma) && snap->task.exe &&
	       !strcmp(vma->object->name, snap->task.exe);
}

static const char *search_file(const struct elf_file *file,
			       const struct snapshot *snap)
{
	size_t left = READ_MAX;
	const char *name = NULL;

	elf_file_symbols(file, visit, &name);
	for (size_t i = 0; i < snap->nr_vmas && !name; i++)
		if (is_program(snap, &snap->vmas[i]) &&
		    snap->vmas[i].has_pgoff)
			name = search_words(file, &snap->vmas[i],
					    snap->page_size, &left);
	return name;
}

static const char *search_program(pid_t pid, const struct snapshot *snap)
{
	const char *name = NULL;
	struct elf_file file;
	char path[40];
	int proc;

	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	proc = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (proc < 0)
		return NULL;
	for (size_t i = 0; i < snap->nr_vmas; i++) {
		const struct vma *vma = &snap->vmas[i];

		if (!is_program(snap, vma) ||
		    !(vma->flags & VF_BIT(VF_EXEC)) ||
		    elf_file_open(&file, proc, snap, vma))
			continue;
		name = search_file(&file, snap);
		elf_file_close(&file);
		break;
	}
	close(proc);
	return name;
}

int other_explain(pid_t pid, const struct snapshot *snap, struct error *err)
{
	const char *name;
	char library[64];

	other_find_mapped(snap, library, sizeof(library));
	if (*library)
		return error_set(err, ERR_FAILED,
				 "%s manages this heap: its library is mapped, and glibc's malloc is not in use; only heaps of glibc and libvmachunk can be read",
				 library);
	name = search_program(pid, snap);
	if (!name)
		return 0;
	return error_set(err, ERR_FAILED,
			 "%s manages this heap: it is in the program itself; only heaps of glibc and libvmachunk can be read",
			 name);
}
