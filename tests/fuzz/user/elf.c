// SPDX-License-Identifier: GPL-2.0
/*
 * ELF files of a target, whichever file is opened: where the area with its code
 * lies, what is looked for, a name that ends in NUL, then the file.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

#include "heap/glibc.h"
#include "heap/other.h"
#include "image/elf_file.h"
#include "image/symbol.h"

#include "fuzz.h"

#define PAGE	4096ULL
#define CODE	0x555555554000ULL

int __wrap_openat(int dir, const char *path, int flags, ...);

static int file = -1;		/* of the input */

int __wrap_openat(int dir, const char *path, int flags, ...)
{
	(void)dir;
	(void)path;
	(void)flags;
	return fcntl(file, F_DUPFD_CLOEXEC, 0);
}

static void write_file(const struct input *in)
{
	if (file < 0)
		file = memfd_create("elf", MFD_CLOEXEC);
	demand(file >= 0 && !ftruncate(file, 0));
	demand(pwrite(file, in->at, in->left, 0) == (ssize_t)in->left);
}

static struct snapshot *make_picture(uint64_t pgoff, uint64_t pages,
				     bool is_program)
{
	static const char path[] = "/lib/libc.so.6";
	struct object key = { .kind = OBJECT_FILE, .dev_major = 1, .inode = 1 };
	struct snapshot *snap = snapshot_new();
	struct vma *vma;

	demand(snap);
	snap->page_size = (uint32_t)PAGE;
	snap->task.exe = strdup(is_program ? path : "/bin/other");
	vma = snapshot_add_vma(snap);
	demand(vma);
	vma->start = CODE;
	vma->end = CODE + (pages + 1) * PAGE;
	vma->pgoff = pgoff;
	vma->has_pgoff = true;
	vma->flags = VF_BIT(VF_READ) | VF_BIT(VF_EXEC);
	vma->object = snapshot_object(snap, &key, path, sizeof(path) - 1);
	snap->has_vmas = true;
	return snap;
}

static bool count_symbol(void *context, const struct elf_symbol *symbol)
{
	unsigned int *nr = context;

	demand(symbol->start <= symbol->end);
	demand(*symbol->name && strlen(symbol->name));
	return ++*nr < 10000;
}

static void read_symbols(const struct snapshot *snap, uint64_t addr,
			 const char *name)
{
	struct symbols *symbols = symbols_new(getpid());
	struct elf_file elf;
	char text[100];
	struct error err;
	unsigned int nr = 0;
	uint64_t found;

	demand(symbols);
	if (!elf_file_open(&elf, -1, snap, snap->vmas)) {
		elf_file_symbols(&elf, count_symbol, &nr);
		elf_file_close(&elf);
	}
	symbols_find(symbols, snap, name, &found, &err);
	symbols_name(symbols, snap, addr, text, sizeof(text));
	symbols_name(symbols, snap, CODE + PAGE / 2, text, sizeof(text));
	symbols_free(symbols);
}

/* Of which C library it is, and which allocator it has inside. */
static void read_library(const struct snapshot *snap)
{
	struct glibc glibc = { .page = PAGE };
	struct error err;

	glibc_image_find(&glibc, getpid(), snap, &err);
	demand(!glibc.shape.word || glibc.shape.word == 4 ||
	       glibc.shape.word == 8);
	free(glibc.data.range);
	other_explain(getpid(), snap, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	bool is_program = take_number(&in, 1) & 1;
	uint64_t pgoff = take_number(&in, 1);
	uint64_t pages = take_number(&in, 2);
	uint64_t addr = CODE + take_number(&in, 4);
	char *name = take_string(&in);
	struct snapshot *snap;

	write_file(&in);
	snap = make_picture(pgoff, pages, is_program);
	read_symbols(snap, addr, name);
	read_library(snap);
	snapshot_free(snap);
	free(name);
	return 0;
}
