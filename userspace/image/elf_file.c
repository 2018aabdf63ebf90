// SPDX-License-Identifier: GPL-2.0
/*
 * Opening: by the kernel's own links where we may, and else by the path below
 * the target's root. A path can be another file by now, a device or a fifo: it
 * is opened for reading only once it is known to be the regular file that is
 * mapped. Reading: through libelf without mmap(), as a file that is cut while
 * it is mapped would kill us; of tables only what is of a sane size.
 */
#include "image/elf_file.h"

#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define TABLE_MAX	(512U << 20)	/* bytes of a table of symbols or names */
#define VERSION_HIDDEN	0x8000		/* in .gnu.version: not the default */

/* ---- opening ---- */

static bool is_mapped(const struct stat *st, const struct object *object)
{
	return major(st->st_dev) == object->dev_major &&
	       minor(st->st_dev) == object->dev_minor &&
	       st->st_ino == object->inode;
}

/* A regular file, and the mapped one unless the link says so itself. */
static int open_path(int proc, const char *path, const struct object *object)
{
	int fd = openat(proc, path, O_PATH | O_CLOEXEC), out = -1;
	struct stat st;
	char again[40];

	if (fd < 0)
		return -1;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) &&
	    (!object || is_mapped(&st, object))) {
		snprintf(again, sizeof(again), "/proc/self/fd/%d", fd);
		out = open(again, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	}
	close(fd);
	return out;
}

static int open_file(int proc, const struct vma *vma)
{
	char path[4200];
	int fd;

	snprintf(path, sizeof(path), "map_files/%" PRIx64 "-%" PRIx64,
		 vma->start, vma->end);
	fd = open_path(proc, path, NULL);
	if (fd < 0)
		fd = open_path(proc, "exe", vma->object);
	if (fd >= 0 || vma->object->name[0] != '/')
		return fd;
	if (snprintf(path, sizeof(path), "root%s", vma->object->name) >=
	    (int)sizeof(path))
		return -1;
	return open_path(proc, path, vma->object);
}

/* ---- where it was loaded ---- */

static bool find_bias(struct elf_file *file, const struct snapshot *snap,
		      const struct vma *vma)
{
	uint64_t page = snap->page_size, offset = vma->pgoff * page;
	size_t nr;

	if (!page || elf_getphdrnum(file->elf, &nr))
		return false;
	for (size_t i = 0; i < nr && i < INT32_MAX; i++) {
		GElf_Phdr phdr;

		if (!gelf_getphdr(file->elf, (int)i, &phdr))
			return false;
		if (phdr.p_type != PT_LOAD || !(phdr.p_flags & PF_X))
			continue;
		if (offset < phdr.p_offset / page * page ||
		    offset - phdr.p_offset / page * page >=
		    phdr.p_filesz + phdr.p_offset % page)
			continue;
		file->bias = vma->start - offset + phdr.p_offset -
			     phdr.p_vaddr;
		return true;
	}
	return false;
}

int elf_file_open(struct elf_file *file, int proc, const struct snapshot *snap,
		  const struct vma *vma)
{
	GElf_Ehdr ehdr;

	file->elf = NULL;
	file->fd = -1;
	if (!vma_is_file(vma) || !vma->has_pgoff ||
	    elf_version(EV_CURRENT) == EV_NONE)
		return -1;
	file->fd = open_file(proc, vma);
	if (file->fd < 0)
		return -1;
	file->elf = elf_begin(file->fd, ELF_C_READ, NULL);
	if (file->elf && elf_kind(file->elf) == ELF_K_ELF &&
	    gelf_getehdr(file->elf, &ehdr) &&
	    (ehdr.e_type == ET_EXEC || ehdr.e_type == ET_DYN) &&
	    find_bias(file, snap, vma))
		return 0;
	elf_file_close(file);
	return -1;
}

void elf_file_close(struct elf_file *file)
{
	elf_end(file->elf);
	if (file->fd >= 0)
		close(file->fd);
	file->elf = NULL;
	file->fd = -1;
}

/* ---- symbols ---- */

/* The content of a section of that type, or NULL. */
static Elf_Data *read_section(Elf_Scn *scn, GElf_Word type)
{
	GElf_Shdr shdr;

	if (!scn || !gelf_getshdr(scn, &shdr) || shdr.sh_type != type ||
	    shdr.sh_flags & SHF_COMPRESSED || shdr.sh_size > TABLE_MAX)
		return NULL;
	return elf_getdata(scn, NULL);
}

/* The versions of the symbols in the section of this index, or NULL. */
static Elf_Data *read_versions(Elf *elf, size_t index)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr shdr;

	while ((scn = elf_nextscn(elf, scn)))
		if (gelf_getshdr(scn, &shdr) && shdr.sh_link == index &&
		    shdr.sh_type == SHT_GNU_versym)
			return read_section(scn, SHT_GNU_versym);
	return NULL;
}

/* Has it an address of its own? Those of threads (TLS) do not. */
static bool has_address(const GElf_Sym *sym)
{
	int type = GELF_ST_TYPE(sym->st_info);

	return sym->st_shndx != SHN_UNDEF && sym->st_shndx != SHN_ABS &&
	       sym->st_shndx != SHN_COMMON &&
	       (type == STT_FUNC || type == STT_OBJECT || type == STT_NOTYPE ||
		type == STT_GNU_IFUNC);
}

struct table {
	Elf_Data *symbols, *names, *versions;
};

/* False: the symbol has no name that ends in the table. */
static bool get_name(const struct table *table, const GElf_Sym *sym,
		     struct elf_symbol *out)
{
	const char *names = table->names->d_buf;
	size_t size = table->names->d_size;

	if (!names || sym->st_name >= size || !names[sym->st_name])
		return false;
	out->name = names + sym->st_name;
	return memchr(out->name, '\0', size - sym->st_name);
}

static bool visit_table(const struct elf_file *file, const struct table *table,
			bool (*visit)(void *, const struct elf_symbol *),
			void *context)
{
	size_t size = gelf_fsize(file->elf, ELF_T_SYM, 1, EV_CURRENT);
	size_t nr = size ? table->symbols->d_size / size : 0;

	for (size_t i = 0; i < nr && i < INT32_MAX; i++) {
		struct elf_symbol out = { 0 };
		GElf_Versym version;
		GElf_Sym sym;

		if (!gelf_getsym(table->symbols, (int)i, &sym))
			return true;
		if (!has_address(&sym) || !get_name(table, &sym, &out))
			continue;
		out.start = file->bias + sym.st_value;
		out.end = out.start + sym.st_size;
		if (out.end < out.start)
			out.end = out.start;
		out.is_local = GELF_ST_BIND(sym.st_info) == STB_LOCAL;
		out.is_old = table->versions &&
			     gelf_getversym(table->versions, (int)i,
					    &version) &&
			     version & VERSION_HIDDEN;
		if (!visit(context, &out))
			return false;
	}
	return true;
}

void elf_file_symbols(const struct elf_file *file,
		      bool (*visit)(void *context,
				    const struct elf_symbol *symbol),
		      void *context)
{
	Elf_Scn *scn = NULL;

	while ((scn = elf_nextscn(file->elf, scn))) {
		struct table table = { 0 };
		GElf_Shdr shdr;

		if (!gelf_getshdr(scn, &shdr) ||
		    (shdr.sh_type != SHT_SYMTAB && shdr.sh_type != SHT_DYNSYM))
			continue;
		table.symbols = read_section(scn, shdr.sh_type);
		table.names = read_section(elf_getscn(file->elf, shdr.sh_link),
					   SHT_STRTAB);
		if (!table.symbols || !table.names)
			continue;
		if (shdr.sh_type == SHT_DYNSYM)
			table.versions = read_versions(file->elf,
						       elf_ndxscn(scn));
		if (!visit_table(file, &table, visit, context))
			return;
	}
}
