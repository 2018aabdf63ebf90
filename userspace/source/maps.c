// SPDX-License-Identifier: GPL-2.0
/*
 * Reads maps and smaps. A line that begins with a small hexadecimal digit is
 * an area, one that begins with a capital letter tells more about it:
 *
 *	7f8e5a400000-7f8e5a422000 r--p 00000000 fe:01 1044506   /usr/lib/x.so
 *	Rss:                 136 kB
 *	VmFlags: rd mr mw me
 *
 * Two things are lost before we get the text. A newline in a file name comes
 * as \012 and a backslash as itself, so a name that really holds the four
 * characters \012 can't be told from one that holds a newline; it is read as
 * a newline. And " (deleted)" behind a name is the kernel's or the name's
 * own: it stays in the name, and whether the file is deleted is not known.
 */
#include "source/maps.h"

#include <string.h>

/* Lines of smaps, in bits of what an area had. */
enum {
	LINE_RSS, LINE_ANON, LINE_SWAP, LINE_ANON_HUGE, LINE_SHMEM_HUGE,
	LINE_FILE_HUGE, LINE_SHARED_HUGETLB, LINE_PRIVATE_HUGETLB,
	LINE_PAGE_SIZE, LINE_PSS, LINE_PRIVATE_CLEAN, LINE_PRIVATE_DIRTY,
	LINE_KSM, LINE_NR
};

static const struct {
	const char *key;
	size_t len;
} lines[LINE_NR] = {
#define KEY(s) { s, sizeof(s) - 1 }
	[LINE_RSS]		= KEY("Rss:"),
	[LINE_ANON]		= KEY("Anonymous:"),
	[LINE_SWAP]		= KEY("Swap:"),
	[LINE_ANON_HUGE]	= KEY("AnonHugePages:"),
	[LINE_SHMEM_HUGE]	= KEY("ShmemPmdMapped:"),
	[LINE_FILE_HUGE]	= KEY("FilePmdMapped:"),
	[LINE_SHARED_HUGETLB]	= KEY("Shared_Hugetlb:"),
	[LINE_PRIVATE_HUGETLB]	= KEY("Private_Hugetlb:"),
	[LINE_PAGE_SIZE]	= KEY("KernelPageSize:"),
	[LINE_PSS]		= KEY("Pss:"),
	[LINE_PRIVATE_CLEAN]	= KEY("Private_Clean:"),
	[LINE_PRIVATE_DIRTY]	= KEY("Private_Dirty:"),
	[LINE_KSM]		= KEY("KSM:"),
#undef KEY
};

/* The lines below one area. */
struct detail {
	unsigned int seen;		/* bit n: enum LINE_* n */
	uint64_t kib[LINE_NR];
};

struct parser {
	struct snapshot *snap;
	const struct mounts *mounts;
	uint64_t page_kib;
	struct vma *vma;		/* the last one, or NULL: none */
	struct detail detail;
	char strange[3];		/* a mnemonic that we don't know */
};

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* The number at *p, which is moved behind it; false when there is none. */
static bool scan_hex(const char **p, uint64_t *value)
{
	const char *start = *p;

	*value = 0;
	for (; is_hex(**p) && *p - start < 16; (*p)++)
		*value = *value << 4 |
			 (uint64_t)(**p <= '9' ? **p - '0' : **p - 'a' + 10);
	return *p > start && !is_hex(**p);
}

static bool scan_decimal(const char **p, uint64_t *value)
{
	const char *start = *p;

	*value = 0;
	for (; **p >= '0' && **p <= '9'; (*p)++)
		if (__builtin_mul_overflow(*value, 10, value) ||
		    __builtin_add_overflow(*value, **p - '0', value))
			return false;
	return *p > start;
}

static bool scan_char(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

/* Turns \012 into the newline it stands for, in place; returns the length. */
static size_t restore_newlines(char *name)
{
	char *to = name;
	const char *from = name;

	while (*from) {
		if (!strncmp(from, "\\012", 4)) {
			*to++ = '\n';
			from += 4;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
	return (size_t)(to - name);
}

static bool has_suffix(const char *text, size_t len, const char *suffix)
{
	size_t n = strlen(suffix);

	return len >= n && !memcmp(text + len - n, suffix, n);
}

/* False only without memory. An area without file and name has no object. */
static bool set_object(struct snapshot *snap, struct vma *vma,
		       struct object *key, char *name)
{
	size_t len;

	if (key->dev_major || key->dev_minor) {
		len = restore_newlines(name);
		key->kind = OBJECT_FILE;
		key->deleted = has_suffix(name, len, " (deleted)") ?
			       NOT_KNOWN : NO;
	} else if (*name) {
		len = strlen(name);
		key->kind = OBJECT_SPECIAL;
		key->deleted = NO;
	} else {
		return true;
	}
	vma->object = snapshot_object(snap, key, name, len);
	return vma->object;
}

/* What the four letters say. */
static uint64_t flags_of_letters(const char *perms)
{
	uint64_t flags = 0;

	if (perms[0] == 'r')
		flags |= VF_BIT(VF_READ);
	if (perms[1] == 'w')
		flags |= VF_BIT(VF_WRITE);
	if (perms[2] == 'x')
		flags |= VF_BIT(VF_EXEC);
	/*
	 * The letter is VM_MAYSHARE: mapped MAP_SHARED. A file that was not
	 * opened for writing lacks VM_SHARED then; only VmFlags could tell.
	 */
	if (perms[3] == 's')
		flags |= VF_BIT(VF_MAYSHARE) | VF_BIT(VF_SHARED);
	return flags;
}

static int parse_area(struct parser *parser, char *line, struct error *err)
{
	struct snapshot *snap = parser->snap;
	uint64_t start, end, offset, maj, min;
	struct object key = { 0 };
	const char *p = line;
	const char *perms;

	if (!scan_hex(&p, &start) || !scan_char(&p, '-') ||
	    !scan_hex(&p, &end) || !scan_char(&p, ' '))
		goto strange;
	perms = p;
	if (strnlen(p, 5) < 5)
		goto strange;
	p += 4;
	if (!scan_char(&p, ' ') || !scan_hex(&p, &offset) ||
	    !scan_char(&p, ' ') || !scan_hex(&p, &maj) ||
	    !scan_char(&p, ':') || !scan_hex(&p, &min) ||
	    !scan_char(&p, ' ') || !scan_decimal(&p, &key.inode) ||
	    !scan_char(&p, ' '))
		goto strange;
	if (start >= end || maj > UINT32_MAX || min > UINT32_MAX)
		goto strange;
	/*
	 * An area that was merged into the one before while the kernel had
	 * let go of the mm comes again, now as a part of the larger one.
	 */
	if (snap->nr_vmas && start < snap->vmas[snap->nr_vmas - 1].end) {
		snap->from.coherent = false;
		parser->vma = NULL;
		return 0;
	}
	p += strspn(p, " ");
	key.dev_major = (uint32_t)maj;
	key.dev_minor = (uint32_t)min;

	parser->detail = (struct detail){ 0 };
	parser->vma = snapshot_add_vma(snap);
	if (!parser->vma ||
	    !set_object(snap, parser->vma, &key, line + (p - line)))
		return error_set(err, ERR_FAILED, "out of memory");
	parser->vma->start = start;
	parser->vma->end = end;
	parser->vma->flags = flags_of_letters(perms);
	/* maps prints 0 for an anonymous area, whatever its vm_pgoff is */
	if (vma_is_file(parser->vma)) {
		parser->vma->pgoff = offset / snap->page_size;
		parser->vma->has_pgoff = true;
	}
	return 0;

strange:
	return error_set(err, ERR_FAILED,
			 "/proc lists an area in a way not understood: %.80s",
			 line);
}

static void parse_flags(struct parser *parser, const char *p)
{
	uint64_t flags = 0;

	for (p += strspn(p, " "); *p; p += strspn(p, " ")) {
		char mnemonic[3] = { p[0], p[1], '\0' };
		int flag = vma_flag_by_mnemonic(mnemonic);

		if (flag >= 0)
			flags |= VF_BIT(flag);
		else
			memcpy(parser->strange, mnemonic, sizeof(mnemonic));
		p += strcspn(p, " ");
	}
	parser->vma->flags = flags;
	parser->vma->has_flags = true;
}

static void parse_detail(struct parser *parser, const char *line)
{
	int i;

	if (!strncmp(line, "VmFlags:", 8)) {
		parse_flags(parser, line + 8);
		return;
	}
	for (i = 0; i < LINE_NR; i++) {
		uint64_t kib;
		const char *p;

		if (line[0] != lines[i].key[0] ||
		    strncmp(line, lines[i].key, lines[i].len))
			continue;
		p = line + lines[i].len;
		p += strspn(p, " \t");
		if (scan_decimal(&p, &kib)) {
			parser->detail.kib[i] = kib;
			parser->detail.seen |= 1U << i;
		}
		return;
	}
}

/* Of what kind the pages are that are no anonymous ones. */
static enum mount_pages pages_of_area(const struct parser *parser,
				      const struct vma *vma)
{
	/* Special mappings of the kernel, such as the vdso, are no shmem. */
	if (!vma_is_file(vma))
		return PAGES_FILE;
	return mounts_find(parser->mounts, vma->object->dev_major,
			   vma->object->dev_minor);
}

/* The size of a hugetlb page tells at which level it is mapped. */
static void set_hugetlb(const struct parser *parser, uint64_t nr)
{
	uint64_t page_size = parser->snap->page_size;
	uint64_t pud_size = parser->snap->pmd_size *
			    (page_size / sizeof(uint64_t));
	bool is_pud = parser->detail.kib[LINE_PAGE_SIZE] * 1024 >= pud_size;

	res_set(&parser->vma->res, RES_HUGETLB, nr);
	if (!nr || pud_size)
		res_set(&parser->vma->res, RES_HUGETLB_PUD, is_pud ? nr : 0);
}

/*
 * Turns an area's lines into counts. Rss holds migration and device entries
 * and so does Anonymous; the walk of the module counts them apart. They are
 * few and short-lived, smaps can't tell them.
 */
static void finish_area(struct parser *parser)
{
	unsigned int seen = parser->detail.seen;
	struct vma *vma = parser->vma;
	uint64_t pages[LINE_NR], rest;
	enum mount_pages kind;
	int i;

#define SEEN(l) (seen >> (l) & 1)
	if (!vma || !seen)
		return;
	for (i = 0; i < LINE_NR; i++)
		pages[i] = parser->detail.kib[i] / parser->page_kib;
	kind = pages_of_area(parser, vma);
	if (SEEN(LINE_RSS))
		res_set(&vma->res, RES_RSS, pages[LINE_RSS]);
	if (SEEN(LINE_ANON))
		res_set(&vma->res, RES_ANON, pages[LINE_ANON]);
	if (SEEN(LINE_RSS) && SEEN(LINE_ANON) &&
	    pages[LINE_RSS] >= pages[LINE_ANON]) {
		rest = pages[LINE_RSS] - pages[LINE_ANON];
		if (!rest || kind != PAGES_NOT_KNOWN) {
			res_set(&vma->res, RES_FILE,
				kind == PAGES_FILE ? rest : 0);
			res_set(&vma->res, RES_SHMEM,
				kind == PAGES_SHMEM ? rest : 0);
		}
	}
	/*
	 * For shmem smaps adds pages of the file that are in swap, for which
	 * the table has no entry: there it is another number than ours.
	 */
	if (SEEN(LINE_SWAP) && (!pages[LINE_SWAP] || kind == PAGES_FILE))
		res_set(&vma->res, RES_SWAP, pages[LINE_SWAP]);
	if (SEEN(LINE_ANON_HUGE) && SEEN(LINE_SHMEM_HUGE) &&
	    SEEN(LINE_FILE_HUGE))
		res_set(&vma->res, RES_HUGE, pages[LINE_ANON_HUGE] +
			pages[LINE_SHMEM_HUGE] + pages[LINE_FILE_HUGE]);
	if (SEEN(LINE_SHARED_HUGETLB) && SEEN(LINE_PRIVATE_HUGETLB))
		set_hugetlb(parser, pages[LINE_SHARED_HUGETLB] +
			    pages[LINE_PRIVATE_HUGETLB]);
	if (SEEN(LINE_PSS))
		res_set(&vma->res, RES_PSS,
			parser->detail.kib[LINE_PSS] * 1024);
	if (SEEN(LINE_PRIVATE_CLEAN) && SEEN(LINE_PRIVATE_DIRTY))
		res_set(&vma->res, RES_EXCLUSIVE, pages[LINE_PRIVATE_CLEAN] +
			pages[LINE_PRIVATE_DIRTY]);
	if (SEEN(LINE_KSM))
		res_set(&vma->res, RES_KSM, pages[LINE_KSM]);
#undef SEEN
}

int maps_parse(struct file_text *text, const struct mounts *mounts,
	       struct snapshot *snap, struct error *err)
{
	struct parser parser = {
		.snap = snap, .mounts = mounts,
		.page_kib = snap->page_size / 1024,
	};
	char *line, *rest = text->data;

	while ((line = strsep(&rest, "\n")) && (*line || rest)) {
		if (is_hex(*line)) {
			finish_area(&parser);
			if (parse_area(&parser, line, err))
				return -1;
		} else if (parser.vma) {
			parse_detail(&parser, line);
		}
	}
	finish_area(&parser);
	if (parser.strange[0])
		snapshot_note(snap, "smaps has a flag \"%s\" that this version does not know",
			      parser.strange);
	return 0;
}

/* The next line of an area at or behind p, or end. */
static const char *next_area(const char *p, const char *end)
{
	while (p < end && !is_hex(*p)) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));

		p = newline ? newline + 1 : end;
	}
	return p;
}

bool maps_agree(const struct file_text *text, const struct file_text *maps)
{
	const char *a = text->data, *a_end = a + text->len;
	const char *b = maps->data, *b_end = b + maps->len;

	for (;;) {
		const char *newline;
		size_t len;

		a = next_area(a, a_end);
		b = next_area(b, b_end);
		if (a == a_end || b == b_end)
			return a == a_end && b == b_end;
		newline = memchr(b, '\n', (size_t)(b_end - b));
		len = newline ? (size_t)(newline - b) : (size_t)(b_end - b);
		if ((size_t)(a_end - a) < len || memcmp(a, b, len))
			return false;
		a += len;
		b += len;
		if ((a < a_end && *a != '\n') || (b < b_end && *b != '\n'))
			return false;
		a += a < a_end;
		b += b < b_end;
	}
}
