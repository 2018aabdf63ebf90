// SPDX-License-Identifier: GPL-2.0
/*
 * Symbols of this very process, whose addresses the compiler and the loader
 * tell; and of ELF files that were made to mislead.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "image/symbol.h"
#include "source/source.h"

int symbol_test_data = 42;
int symbol_test_bss[4];
_Thread_local int symbol_test_thread;
static int symbol_test_local = 7;
int symbol_test_function(int n);

int symbol_test_function(int n)
{
	return n + symbol_test_local + symbol_test_thread++;
}

static struct symbols *symbols;
static struct error err;

static struct snapshot *take_self(void)
{
	const struct take take = { .what = TAKE_VMAS };
	struct source *source = source_open(CHOOSE_PROC, getpid(), &err);
	struct snapshot *snap;

	assert_non_null(source);
	snap = source_take(source, &take, &err);
	assert_non_null(snap);
	source_close(source);
	return snap;
}

static int find(const char *text, uint64_t *addr)
{
	struct snapshot *snap = take_self();
	int ret = symbols_find(symbols, snap, text, addr, &err);

	snapshot_free(snap);
	return ret;
}

static void finds(const char *text, const volatile void *where)
{
	uint64_t addr = 0;

	assert_int_equal(find(text, &addr), 0);
	assert_int_equal(addr, (uintptr_t)where);
}

static void fails(const char *text, enum error_kind kind)
{
	uint64_t addr;

	assert_int_equal(find(text, &addr), -1);
	assert_int_equal(err.kind, kind);
}

static void test_find(void **state)
{
	(void)state;
	symbol_test_function(1);
	finds("symbol_test_data", &symbol_test_data);
	finds("symbol_test_bss", symbol_test_bss);
	finds("symbol_test_local", &symbol_test_local);
	finds("symbol_test_function", (void *)symbol_test_function);
	finds("test_symbol:symbol_test_data", &symbol_test_data);
	finds("symbol_test_data@test_symbol", &symbol_test_data);
	finds("libc:getppid", (void *)getppid);
	finds("getppid@libc.so.6", (void *)getppid);
	finds("environ", &environ);
}

static void test_find_fails(void **state)
{
	char text[600];

	(void)state;
	fails("symbol_test_nowhere", ERR_FAILED);
	/* Of threads: the value is no address. */
	fails("symbol_test_thread", ERR_FAILED);
	/* Used here, defined in a library only. */
	fails("test_symbol:getppid", ERR_FAILED);
	fails("libc:symbol_test_data", ERR_FAILED);
	fails("nolib:getppid", ERR_FAILED);
	fails("lib:getppid", ERR_FAILED);
	fails("", ERR_FAILED);
	fails(":", ERR_FAILED);
	fails("@", ERR_FAILED);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	fails(text, ERR_FAILED);
}

static void names(const volatile void *where, size_t offset, const char *want)
{
	struct snapshot *snap = take_self();
	char name[256];
	bool got = symbols_name(symbols, snap, (uintptr_t)where + offset, name,
				sizeof(name));

	assert_int_equal(got, *want != '\0');
	assert_string_equal(name, want);
	snapshot_free(snap);
}

static void test_name(void **state)
{
	(void)state;
	names(&symbol_test_data, 0, "test_symbol:symbol_test_data");
	names(symbol_test_bss, 5, "test_symbol:symbol_test_bss+0x5");
	/* The same again is another answer for another address. */
	names(symbol_test_bss, 6, "test_symbol:symbol_test_bss+0x6");
	names((void *)symbol_test_function, 1,
	      "test_symbol:symbol_test_function+0x1");
	names(&state, 0, "");
	names(NULL, 0x10, "");
}

/* ---- files made by hand ---- */

static char folder[] = "/tmp/test_symbol.XXXXXX";

struct file {
	char path[64];
	unsigned char *data;
	size_t size;
	uint64_t code;		/* offset of the segment with code */
};

static int setup(void **state)
{
	(void)state;
	symbols = symbols_new(getpid());
	return symbols && mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
	char command[64];

	(void)state;
	symbols_free(symbols);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command);
}

/* The loader: a small library with versions, at hand everywhere. */
static struct file read_loader(void)
{
	static const char path[] = "/lib64/ld-linux-x86-64.so.2";
	struct file file = { .code = UINT64_MAX };
	int fd = open(path, O_RDONLY);
	Elf64_Ehdr *ehdr;
	Elf64_Phdr *phdr;
	struct stat st;

	assert_true(fd >= 0 && !fstat(fd, &st));
	/* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign): asserted */
	file.size = st.st_size;
	file.data = calloc(1, file.size);
	assert_non_null(file.data);
	assert_int_equal(read(fd, file.data, file.size), file.size);
	close(fd);
	ehdr = (void *)file.data;
	phdr = (void *)(file.data + ehdr->e_phoff);
	for (int i = 0; i < ehdr->e_phnum; i++)
		if (phdr[i].p_type == PT_LOAD && phdr[i].p_flags & PF_X)
			file.code = phdr[i].p_offset;
	assert_true(file.code != UINT64_MAX);
	return file;
}

static void *map_file(const struct file *file, const char *name, size_t size)
{
	char path[80];
	void *p;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	unlink(path);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, file->data, size), size);
	p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd,
		 file->code);
	close(fd);
	assert_ptr_not_equal(p, MAP_FAILED);
	return p;
}

static void test_two_files(void **state)
{
	struct file file = read_loader();
	void *one = map_file(&file, "libtwin.so.1", file.size);
	void *two = map_file(&file, "libtwin.so.2", file.size);
	uint64_t addr, other;

	(void)state;
	fails("libtwin:_dl_mcount", ERR_USAGE);
	assert_non_null(strstr(err.text, "libtwin.so.1:_dl_mcount 0x"));
	assert_non_null(strstr(err.text, "libtwin.so.2:_dl_mcount 0x"));
	assert_int_equal(find("libtwin.so.1:_dl_mcount", &addr), 0);
	assert_int_equal(find("libtwin.so.2:_dl_mcount", &other), 0);
	assert_int_equal(addr - (uintptr_t)one, other - (uintptr_t)two);
	munmap(one, 4096);
	munmap(two, 4096);
	free(file.data);
}

/* Another file stands where the mapped one was: it is not asked. */
static void test_case_28_replaced(void **state)
{
	struct file file = read_loader();
	void *p = map_file(&file, "libgone.so", file.size);
	char path[80];
	uint64_t addr;

	(void)state;
	assert_int_equal(find("libgone:_dl_mcount", &addr), 0);
	snprintf(path, sizeof(path), "%s/libgone.so", folder);
	assert_int_equal(unlink(path), 0);
	/* A fifo would make us wait, a device could do anything. */
	assert_int_equal(mkfifo(path, 0600), 0);
	find("libgone:_dl_mcount", &addr);
	munmap(p, 4096);
	free(file.data);
}

static uint64_t random_u64(void)
{
	static uint64_t seed = 88172645463325252ULL;

	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

/* Where lies are told: the header, both tables of headers, the symbols. */
static size_t random_place(const struct file *file)
{
	const Elf64_Ehdr *ehdr = (const void *)file->data;
	size_t start = 0, size = sizeof(*ehdr);

	switch (random_u64() % 4) {
	case 0:
		break;
	case 1:
		start = ehdr->e_phoff;
		size = ehdr->e_phnum * sizeof(Elf64_Phdr);
		break;
	case 2:
		start = ehdr->e_shoff;
		size = ehdr->e_shnum * sizeof(Elf64_Shdr);
		break;
	default:
		size = 8192;
		break;
	}
	return start + random_u64() % (size ? size : 1);
}

static void test_case_35_lies(void **state)
{
	static const unsigned char bytes[] = { 0, 1, 0x7f, 0x80, 0xff };
	struct file good = read_loader();
	unsigned char *copy = malloc(good.size);

	(void)state;
	for (int n = 0; n < 300; n++) {
		struct file bad = good;
		struct snapshot *snap;
		size_t size = good.size;
		uint64_t addr;
		char name[256];
		void *p;

		memcpy(copy, good.data, good.size);
		bad.data = copy;
		for (int i = random_u64() % 12; i >= 0; i--) {
			size_t at = random_place(&good);

			if (at < good.size)
				copy[at] = i & 1 ? bytes[random_u64() % 5] :
						   random_u64();
		}
		if (n % 5 == 0)
			size = random_u64() % good.size;
		p = map_file(&bad, "libbad.so", size);
		find("libbad:_dl_mcount", &addr);
		find("libbad:nothing_at_all", &addr);
		snap = take_self();
		symbols_name(symbols, snap, (uintptr_t)p + n, name,
			     sizeof(name));
		snapshot_free(snap);
		munmap(p, 4096);
	}
	free(copy);
	free(good.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_find_fails),
		cmocka_unit_test(test_name),
		cmocka_unit_test(test_two_files),
		cmocka_unit_test(test_case_28_replaced),
		cmocka_unit_test(test_case_35_lies),
	};

	return cmocka_run_group_tests_name("symbol", tests, setup, teardown);
}
