// SPDX-License-Identifier: GPL-2.0
/*
 * Heaps out of the memory of a process that wants us harm: both readers, from
 * what finds them to what is shown. heap.py makes an input of a live process:
 *
 *   how 1 | minor 1 | place of vmachunk_debug 8 | address 8 | areas 1
 *   an area: start 8 | pages 2 | power of two for these 1 | kind 1 | rwxs 1
 *   memory that is not zero, until the end: address 8 | size 2 | bytes
 *
 * What is read of it is counted: links that lead in circles and sizes that
 * can't be must not cost more than the machine is said to have, some times.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/uio.h>
#include <unistd.h>

#include "heap/memory.h"
#include "heap/take.h"
#include "image/elf_file.h"
#include "model/region.h"
#include "source/pagemap.h"
#include "source/source.h"
#include "util/file.h"

#include "show.h"

#define PAGE	4096ULL
#define AREAS	24U
#define RECORDS	2048U
#define PHYS	2048	/* pages of the machine */
#define MOST	((uint64_t)PHYS * PAGE * 16)	/* bytes read, in all */

enum {
	HAS_PAGEMAP = 1, HAS_HOLES = 2, CHANGES = 4, IS_32BIT = 8,
	HAS_DEBUG = 16, IS_STOPPED = 32,
};
enum { OF_PAGEMAP = 900, OF_ELF };

int __wrap_elf_file_open(struct elf_file *file, int proc,
			 const struct snapshot *snap, const struct vma *vma);
void __wrap_elf_file_close(struct elf_file *file);
void __wrap_elf_file_symbols(const struct elf_file *file,
			     bool (*visit)(void *,
					   const struct elf_symbol *),
			     void *context);
int __wrap_open(const char *path, int flags, ...);
int __wrap_close(int fd);
ssize_t __wrap_pread(int fd, void *to, size_t size, off_t offset);
ssize_t __wrap_process_vm_readv(pid_t pid, const struct iovec *local,
				unsigned long nr, const struct iovec *remote,
				unsigned long nr_remote, unsigned long flags);
long __wrap_sysconf(int name);
int __wrap_memory_stop(struct memory *memory, struct error *err);
int __wrap_file_read(int dir, const char *name, struct file_text *text);
struct source *__wrap_source_open(enum source_choice choice, pid_t pid,
				  struct error *err);
struct snapshot *__wrap_source_take(struct source *source,
				    const struct take *take,
				    struct error *err);
void __wrap_source_close(struct source *source);
long __real_sysconf(int name);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
			       unsigned int seed);

static struct area {
	uint64_t start, end;
	unsigned int kind, perms;
} areas[AREAS];
static unsigned int nr_areas;

static struct record {
	uint64_t addr;
	const uint8_t *bytes;
	size_t size;
} records[RECORDS];
static unsigned int nr_records;

static unsigned int how, minor;
static uint64_t debug;		/* where vmachunk_debug is */
static uint64_t nr_read, nr_calls;

/* ---- the process ---- */

static bool is_mapped(uint64_t page)
{
	for (unsigned int i = 0; i < nr_areas; i++)
		if (page >= areas[i].start && page < areas[i].end)
			return true;
	return false;
}

/* The first of them that may reach addr. */
static unsigned int first_record(uint64_t addr)
{
	unsigned int low = 0, high = nr_records;

	while (low < high) {
		unsigned int mid = (low + high) / 2;

		if (records[mid].addr + UINT16_MAX < addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Of one page. */
static bool read_part(uint64_t addr, uint8_t *to, size_t size)
{
	if (!is_mapped(addr & -PAGE))
		return false;
	memset(to, 0, size);
	for (unsigned int i = first_record(addr); i < nr_records; i++) {
		const struct record *record = &records[i];
		uint64_t end = record->addr + record->size;
		uint64_t from = addr > record->addr ? addr : record->addr;
		uint64_t until = addr + size < end ? addr + size : end;

		if (record->addr >= addr + size)
			break;
		if (from < until)
			memcpy(to + (from - addr),
			       record->bytes + (from - record->addr),
			       until - from);
	}
	/* Something else each time, now and then. */
	if (how & CHANGES && nr_calls % 16 == 0)
		to[nr_calls % size] ^= (uint8_t)nr_calls;
	return true;
}

ssize_t __wrap_process_vm_readv(pid_t pid, const struct iovec *local,
				unsigned long nr, const struct iovec *remote,
				unsigned long nr_remote, unsigned long flags)
{
	ssize_t done = 0;

	(void)pid;
	(void)flags;
	demand(nr == nr_remote);
	nr_calls++;
	for (unsigned long i = 0; i < nr; i++) {
		uint64_t addr = (uintptr_t)remote[i].iov_base;
		uint8_t *to = local[i].iov_base;
		size_t left = remote[i].iov_len;

		demand(local[i].iov_len == left);
		while (left) {
			size_t step = PAGE - addr % PAGE;

			step = step < left ? step : left;
			if (!read_part(addr, to, step))
				goto out;
			addr += step;
			to += step;
			left -= step;
			done += (ssize_t)step;
		}
	}
out:
	nr_read += (uint64_t)done;
	demand(nr_read <= MOST);
	errno = EFAULT;
	return done ? done : -1;
}

int __wrap_open(const char *path, int flags, ...)
{
	(void)flags;
	if (how & HAS_PAGEMAP && strstr(path, "/pagemap"))
		return OF_PAGEMAP;
	/* A folder of a process. */
	errno = EACCES;
	return strstr(path, "/pagemap") ? -1 : OF_ELF;
}

int __wrap_close(int fd)
{
	demand(fd == OF_PAGEMAP || fd == OF_ELF);
	return 0;
}

static uint64_t entry_of(uint64_t page)
{
	if (!is_mapped(page * PAGE))
		return 0;
	if (!(how & HAS_HOLES) || page % 4)
		return PM_PRESENT;
	return page % 8 ? 0 : PM_SWAP;
}

/* Of the file of a library: which version it is of. */
static ssize_t read_library(void *to, size_t size)
{
	int nr = snprintf(to, size, "GNU C Library (fuzz) stable release version 2.%u.",
			  minor);

	return nr < (int)size ? nr : (ssize_t)size;
}

static ssize_t read_ident(uint8_t *to, size_t size)
{
	memset(to, 0, size);
	to[4] = how & IS_32BIT ? 1 : 2;		/* EI_CLASS */
	if (size > 18)
		to[18] = how & IS_32BIT ? 3 : 62;	/* e_machine */
	return (ssize_t)size;
}

ssize_t __wrap_pread(int fd, void *to, size_t size, off_t offset)
{
	uint64_t *entries = to;

	demand(offset >= 0);
	if (fd == OF_ELF)
		return size < 64 ? read_ident(to, size) :
				   read_library(to, size);
	demand(fd == OF_PAGEMAP && size % sizeof(*entries) == 0);
	for (size_t i = 0; i < size / sizeof(*entries); i++)
		entries[i] = entry_of((uint64_t)offset / 8 + i);
	return (ssize_t)size;
}

long __wrap_sysconf(int name)
{
	return name == _SC_PHYS_PAGES ? PHYS : __real_sysconf(name);
}

int __wrap_memory_stop(struct memory *memory, struct error *err)
{
	(void)memory;
	return how & IS_STOPPED ? 0 : error_set(err, ERR_FAILED, "it runs");
}

/* ---- its files ---- */

int __wrap_elf_file_open(struct elf_file *file, int proc,
			 const struct snapshot *snap, const struct vma *vma)
{
	(void)proc;
	(void)snap;
	(void)vma;
	*file = (struct elf_file){ .fd = OF_ELF };
	return 0;
}

void __wrap_elf_file_close(struct elf_file *file)
{
	(void)file;
}

void __wrap_elf_file_symbols(const struct elf_file *file,
			     bool (*visit)(void *, const struct elf_symbol *),
			     void *context)
{
	const struct elf_symbol symbol = {
		.name = "vmachunk_debug", .start = debug, .end = debug + 8,
	};

	(void)file;
	if (how & HAS_DEBUG)
		visit(context, &symbol);
}

static const char *const names[] = {
	NULL, "[heap]", "/lib/libc.so.6", "/lib/libvmachunk.so", "/bin/target",
	"[anon: glibc: malloc]", "[stack]", "/lib/libjemalloc.so.2",
};

static struct snapshot *make_picture(void)
{
	struct snapshot *snap = snapshot_new();

	demand(snap);
	snap->page_size = (uint32_t)PAGE;
	snap->task.pid = INT_MAX;
	snap->task.exe = strdup(names[4]);
	snap->from.coherent = true;
	for (unsigned int i = 0; i < nr_areas; i++) {
		const char *name = names[areas[i].kind];
		struct object key = { .inode = areas[i].kind };
		struct vma *vma = snapshot_add_vma(snap);

		demand(vma);
		vma->start = areas[i].start;
		vma->end = areas[i].end;
		vma->flags = (areas[i].perms & 1 ? VF_BIT(VF_READ) : 0) |
			     (areas[i].perms & 2 ? VF_BIT(VF_WRITE) : 0) |
			     (areas[i].perms & 4 ? VF_BIT(VF_EXEC) : 0) |
			     (areas[i].perms & 8 ? VF_BIT(VF_SHARED) : 0);
		vma->has_pgoff = true;
		key.kind = name && *name == '/' ? OBJECT_FILE : OBJECT_SPECIAL;
		key.dev_major = key.kind == OBJECT_FILE;
		if (name)
			vma->object = snapshot_object(snap, &key, name,
						      strlen(name));
	}
	snap->has_vmas = true;
	region_classify(snap);
	return snap;
}

/* The process's maps are the one file that is read as text. */
int __wrap_file_read(int dir, const char *name, struct file_text *text)
{
	char *all = NULL;
	size_t size;
	FILE *out = open_memstream(&all, &size);

	(void)dir;
	(void)name;
	demand(out);
	for (unsigned int i = 0; i < nr_areas; i++) {
		const struct area *area = &areas[i];

		fprintf(out, "%llx-%llx %c%c%c%c 00000000 0%d:00 %u  %s\n",
			(unsigned long long)area->start,
			(unsigned long long)area->end,
			area->perms & 1 ? 'r' : '-', area->perms & 2 ? 'w' : '-',
			area->perms & 4 ? 'x' : '-', area->perms & 8 ? 's' : 'p',
			names[area->kind] && *names[area->kind] == '/',
			area->kind, names[area->kind] ? names[area->kind] : "");
	}
	fclose(out);
	*text = (struct file_text){ .data = all, .len = size, .nr_reads = 1 };
	return 0;
}

struct source *__wrap_source_open(enum source_choice choice, pid_t pid,
				  struct error *err)
{
	(void)choice;
	(void)pid;
	(void)err;
	return (struct source *)areas;
}

struct snapshot *__wrap_source_take(struct source *source,
				    const struct take *take, struct error *err)
{
	(void)source;
	(void)take;
	(void)err;
	return make_picture();
}

void __wrap_source_close(struct source *source)
{
	(void)source;
}

/* ---- an input ---- */

static void read_areas(struct input *in)
{
	unsigned int nr = (unsigned int)take_number(in, 1) % AREAS;
	uint64_t end = PAGE;

	nr_areas = 0;
	while (nr--) {
		struct area *area = &areas[nr_areas];
		uint64_t pages;

		area->start = take_number(in, 8) & -PAGE;
		pages = take_number(in, 2) + 1;
		pages <<= take_number(in, 1) % 12;
		area->kind = (unsigned int)take_number(in, 1) % 8;
		area->perms = (unsigned int)take_number(in, 1);
		/* As the kernel tells of them: ascending, and apart. */
		if (area->start < end || area->start >> 47)
			continue;
		end = area->end = area->start + pages * PAGE;
		nr_areas++;
	}
}

static int compare(const void *a, const void *b)
{
	const struct record *one = a, *two = b;

	return one->addr < two->addr ? -1 : one->addr > two->addr;
}

static void read_records(struct input *in)
{
	nr_records = 0;
	while (in->left && nr_records < RECORDS) {
		struct record *record = &records[nr_records++];
		size_t size;

		record->addr = take_number(in, 8) & INT64_MAX;
		size = take_number(in, 2);
		record->bytes = take_bytes(in, size, &record->size);
	}
	qsort(records, nr_records, sizeof(*records), compare);
}

static void check_heap(const struct heap *heap)
{
	for (size_t i = 1; i < heap->nr_pieces; i++)
		demand(heap->pieces[i - 1].start <= heap->pieces[i].start);
	for (size_t i = 0; i < heap->nr_pieces; i++)
		demand(heap->pieces[i].first + heap->pieces[i].nr <=
		       heap->nr_chunks);
	for (size_t i = 0; i < heap->nr_chunks; i++)
		demand(heap->chunks[i].bin == HEAP_NONE ||
		       heap->chunks[i].bin < heap->nr_bins);
	for (size_t i = 1; i < heap->nr_ranges; i++)
		demand(heap->ranges[i - 1].end <= heap->ranges[i].start);
}

/* ---- how inputs change ---- */

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* A word of record number i, or NULL. */
static uint8_t *pick_word(const uint8_t *data, unsigned int i, uint64_t *state)
{
	const struct record *record = &records[i];
	size_t first = -record->addr & 7;	/* as they are aligned there */

	if (record->size < first + sizeof(uint64_t))
		return NULL;
	return (uint8_t *)(uintptr_t)data + (record->bytes - data) + first +
	       next_random(state) % ((record->size - first) / 8) * 8;
}

/* Another record, of what lies around. */
static unsigned int near(unsigned int i, uint64_t *state)
{
	unsigned int to = i + (unsigned int)(next_random(state) % 17) - 8;

	return to < nr_records ? to : i;
}

/*
 * Words are links, sizes and counts, so they become those of others, small or
 * huge ones, or a little more or less. What is left is libFuzzer's.
 */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
			       unsigned int seed)
{
	uint64_t state = seed * 2654435761ULL + 88172645463325252ULL, value;
	struct input in = { data, size };
	uint8_t *word, *other;
	unsigned int i;
	size_t head;

	next_random(&state);
	take_number(&in, 8);
	take_number(&in, 8);
	take_number(&in, 2);
	read_areas(&in);
	head = size - in.left;
	read_records(&in);
	if (next_random(&state) % 8 == 0)
		return LLVMFuzzerMutate(data, size, max_size);
	if (next_random(&state) % 8 == 0) {
		data[next_random(&state) % head] = (uint8_t)next_random(&state);
		return size;
	}
	i = nr_records ? next_random(&state) % nr_records : 0;
	word = nr_records ? pick_word(data, i, &state) : NULL;
	other = word ? pick_word(data, near(i, &state), &state) : NULL;
	if (!other)
		return LLVMFuzzerMutate(data, size, max_size);
	memcpy(&value, word, sizeof(value));
	switch (next_random(&state) % 6) {
	case 0:
		memcpy(&value, other, sizeof(value));
		break;
	case 1:
		value = next_random(&state) % 1024;
		break;
	case 2:
		value = 1ULL << next_random(&state) % 64;
		break;
	case 3:
		value = (uint64_t)-(int64_t)(next_random(&state) % 256);
		break;
	case 4:
		value += 16 * (next_random(&state) % 64) - 512;
		break;
	case 5:
		value ^= 1ULL << next_random(&state) % 48;
		break;
	}
	memcpy(word, &value, sizeof(value));
	return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct heap_how take = { .nr_events = 100 };
	struct input in = { data, size };
	struct heap_taker *taker;
	struct snapshot *snap;
	struct error err;
	uint64_t address;

	nr_read = nr_calls = 0;
	how = (unsigned int)take_number(&in, 1);
	minor = (unsigned int)take_number(&in, 1);
	debug = take_number(&in, 8);
	address = take_number(&in, 8);
	read_areas(&in);
	read_records(&in);
	snap = make_picture();
	taker = heap_taker_new(INT_MAX);
	demand(taker);
	snap->heap = heap_take(taker, snap, &take, &err);
	if (snap->heap) {
		check_heap(snap->heap);
		show_picture(snap, size, address);
	}
	heap_taker_free(taker);
	snapshot_free(snap);
	return 0;
}
