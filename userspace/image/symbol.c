// SPDX-License-Identifier: GPL-2.0
/*
 * Every question opens the files anew: what a process maps changes, and tables
 * of names can be large. The last answer is kept, as the viewer asks the same
 * again with each picture.
 */
#include "image/symbol.h"

#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "image/elf_file.h"

#define HITS_MAX	16
#define FILES_MAX	4096	/* areas with code that are looked into */

struct symbols {
	int proc;		/* /proc/PID, or -1 */
	/* The last answer of symbols_name(), and what it depends on. */
	uint64_t addr, code;	/* code: start of the area with the image's */
	uint64_t inode;
	char name[256];
};

struct symbols *symbols_new(pid_t pid)
{
	struct symbols *s = calloc(1, sizeof(*s));
	char path[32];

	if (!s)
		return NULL;
	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	s->proc = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return s;
}

void symbols_free(struct symbols *s)
{
	if (!s)
		return;
	if (s->proc >= 0)
		close(s->proc);
	free(s);
}

static const char *basename_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool has_code(const struct vma *vma)
{
	return vma_is_file(vma) && vma->flags & VF_BIT(VF_EXEC);
}

static bool is_program(const struct snapshot *snap, const struct vma *vma)
{
	return snap->task.exe && !strcmp(snap->task.exe, vma->object->name);
}

/* ---- from a name to an address ---- */

struct hit {
	uint64_t addr;
	bool is_local, is_old;
	const char *file;	/* the snapshot's */
};

struct search {
	char name[256], lib[128];	/* lib "": any */
	const char *file;		/* the one that is read now */
	struct hit hits[HITS_MAX];
	unsigned int nr;
};

/* "memcpy@@GLIBC_2.14" in a table is memcpy, "@GLIBC_2.2.5" an old one. */
static bool is_name(const struct elf_symbol *symbol, const char *name,
		    bool *is_old)
{
	size_t len = strlen(name);

	if (strncmp(symbol->name, name, len))
		return false;
	*is_old = symbol->is_old;
	if (symbol->name[len] == '@' && symbol->name[len + 1] != '@')
		*is_old = true;
	return !symbol->name[len] || symbol->name[len] == '@';
}

static bool visit_name(void *context, const struct elf_symbol *symbol)
{
	struct search *search = context;
	struct hit hit = {
		.addr = symbol->start, .is_local = symbol->is_local,
		.file = search->file,
	};

	if (!is_name(symbol, search->name, &hit.is_old))
		return true;
	for (unsigned int i = 0; i < search->nr; i++) {
		if (search->hits[i].addr != hit.addr)
			continue;
		search->hits[i].is_local &= hit.is_local;
		search->hits[i].is_old &= hit.is_old;
		return true;
	}
	search->hits[search->nr++] = hit;
	return search->nr < HITS_MAX;
}

/* "libc" is meant by "libc.so.6", but not "libcrypto.so". */
static bool is_lib(const char *path, const char *lib)
{
	const char *base = basename_of(path);
	size_t len = strlen(lib);

	return !strncmp(base, lib, len) &&
	       !isalnum((unsigned char)base[len]) && base[len] != '_';
}

static void search_files(const struct symbols *s, const struct snapshot *snap,
			 struct search *search, bool programs)
{
	unsigned int files = 0;

	for (size_t i = 0; i < snap->nr_vmas && search->nr < HITS_MAX; i++) {
		const struct vma *vma = &snap->vmas[i];
		struct elf_file file;

		if (!has_code(vma) || is_program(snap, vma) != programs ||
		    (*search->lib && !is_lib(vma->object->name, search->lib)))
			continue;
		if (files++ == FILES_MAX)
			return;
		if (elf_file_open(&file, s->proc, snap, vma))
			continue;
		search->file = basename_of(vma->object->name);
		elf_file_symbols(&file, visit_name, search);
		elf_file_close(&file);
	}
}

/* Names of now before old ones, then global before local ones. */
static void keep_best(struct search *search)
{
	bool has_new = false, has_global = false;
	unsigned int n = 0;

	for (unsigned int i = 0; i < search->nr; i++)
		has_new |= !search->hits[i].is_old;
	for (unsigned int i = 0; i < search->nr; i++)
		has_global |= !search->hits[i].is_local &&
			      search->hits[i].is_old != has_new;
	for (unsigned int i = 0; i < search->nr; i++)
		if (search->hits[i].is_old != has_new &&
		    search->hits[i].is_local != has_global)
			search->hits[n++] = search->hits[i];
	search->nr = n;
}

/* "NAME", "LIB:NAME", "NAME@LIB"; the colons of C++ separate nothing. */
static bool parse(struct search *search, const char *text)
{
	const char *colon = strchr(text, ':'), *at = strchr(text, '@');
	size_t name_len = strlen(text), lib_len = 0;
	const char *lib = "";

	if (colon && colon[1] != ':') {
		lib = text;
		lib_len = colon - text;
		text = colon + 1;
		name_len -= lib_len + 1;
	} else if (at) {
		lib = at + 1;
		lib_len = strlen(lib);
		name_len = at - text;
	}
	if (!name_len || name_len >= sizeof(search->name) ||
	    lib_len >= sizeof(search->lib))
		return false;
	memcpy(search->name, text, name_len);
	memcpy(search->lib, lib, lib_len);
	return true;
}

static int say_ambiguous(const struct search *search, struct error *err)
{
	char list[220] = "";

	for (unsigned int i = 0; i < search->nr; i++) {
		size_t len = strlen(list);
		int need = snprintf(list + len, sizeof(list) - len,
				    "%s%.40s:%.40s 0x%" PRIx64, i ? ", " : "",
				    search->hits[i].file, search->name,
				    search->hits[i].addr);

		if (len + need >= sizeof(list) - 5) {
			strcpy(list + len, ", ...");
			break;
		}
	}
	return error_set(err, ERR_USAGE, "%.40s is ambiguous: %s",
			 search->name, list);
}

int symbols_find(struct symbols *s, const struct snapshot *snap,
		 const char *text, uint64_t *addr, struct error *err)
{
	struct search search = { .nr = 0 };

	if (parse(&search, text)) {
		search_files(s, snap, &search, true);
		if (!search.nr)
			search_files(s, snap, &search, false);
	}
	keep_best(&search);
	if (!search.nr)
		return error_set(err, ERR_FAILED, "no symbol is called %.100s",
				 text);
	if (search.nr > 1)
		return say_ambiguous(&search, err);
	*addr = search.hits[0].addr;
	return 0;
}

/* ---- from an address to a name ---- */

struct nearest {
	uint64_t addr, start;
	bool is_local;
	char name[200];		/* "": none yet */
};

/* Of two names for one place: global, meant for programs, short. */
static bool is_better(const struct elf_symbol *symbol,
		      const struct nearest *best)
{
	bool is_plain = symbol->name[0] != '_', was_plain = *best->name != '_';

	if (symbol->is_local != best->is_local)
		return best->is_local;
	if (is_plain != was_plain)
		return is_plain;
	return strlen(symbol->name) < strlen(best->name);
}

/* The innermost one around the address. */
static bool visit_around(void *context, const struct elf_symbol *symbol)
{
	struct nearest *best = context;
	bool inside = symbol->start == best->addr ||
		      (symbol->start < best->addr && best->addr < symbol->end);

	if (!inside || (*best->name && symbol->start < best->start))
		return true;
	if (*best->name && symbol->start == best->start &&
	    !is_better(symbol, best))
		return true;
	best->start = symbol->start;
	best->is_local = symbol->is_local;
	snprintf(best->name, sizeof(best->name), "%s", symbol->name);
	return true;
}

/* The area with the code of the file that the address belongs to, or NULL. */
static const struct vma *find_code(const struct snapshot *snap, uint64_t addr)
{
	const struct vma *at = snapshot_find(snap, addr), *code = NULL;

	/* What has no file just above one that has is the image's bss. */
	while (at && !at->object && at > snap->vmas && at[-1].end == at->start)
		at--;
	if (!at || !vma_is_file(at))
		return NULL;
	for (size_t i = 0; i < snap->nr_vmas; i++) {
		const struct vma *vma = &snap->vmas[i];

		if (!has_code(vma) || vma->object != at->object)
			continue;
		/* Of a file that is there twice, the one below. */
		if (!code || vma->start <= addr)
			code = vma;
	}
	return code;
}

static void format_name(const struct nearest *best, const struct vma *code,
			char *out, size_t size)
{
	const char *file = basename_of(code->object->name);

	if (best->addr == best->start)
		snprintf(out, size, "%.50s:%s", file, best->name);
	else
		snprintf(out, size, "%.50s:%.170s+0x%" PRIx64, file,
			 best->name, best->addr - best->start);
}

bool symbols_name(struct symbols *s, const struct snapshot *snap,
		  uint64_t addr, char *out, size_t size)
{
	const struct vma *code = find_code(snap, addr);
	struct nearest best = { .addr = addr };
	struct elf_file file;

	if (size)
		out[0] = '\0';
	if (!code)
		return false;
	if (s->addr != addr || s->code != code->start ||
	    s->inode != code->object->inode) {
		s->addr = addr;
		s->code = code->start;
		s->inode = code->object->inode;
		s->name[0] = '\0';
		if (!elf_file_open(&file, s->proc, snap, code)) {
			elf_file_symbols(&file, visit_around, &best);
			elf_file_close(&file);
		}
		if (*best.name)
			format_name(&best, code, s->name, sizeof(s->name));
	}
	snprintf(out, size, "%s", s->name);
	return *s->name;
}
