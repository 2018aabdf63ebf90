// SPDX-License-Identifier: GPL-2.0
/*
 * The /proc source: on folders saved from 6.1 and 6.12, where every number is
 * known, and on live processes, where /proc is read a second time and more
 * simply. Runs in the top folder.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "export/maps.h"
#include "model/region.h"
#include "source/maps.h"
#include "source/process.h"
#include "source/procfs.h"
#include "source/source.h"
#include "util/file.h"

#define ALL	(TAKE_VMAS | TAKE_COUNTS)

/*
 * The link exe is made here and not kept beside the files: it leads nowhere,
 * and not everything that carries a tree keeps such links.
 */
static struct snapshot *read_golden(const char *path, unsigned int what)
{
	char folder[] = "/tmp/vmaview-golden-XXXXXX";
	struct snapshot *snap = snapshot_new();
	struct error err;
	char command[256];
	int dir;

	assert_non_null(mkdtemp(folder));
	snprintf(command, sizeof(command),
		 "cp %s/* %s && ln -s /bin/target %s/exe", path, folder, folder);
	assert_int_equal(system(command), 0);
	dir = open(folder, O_PATH | O_DIRECTORY);
	assert_true(dir >= 0);
	if (procfs_read(dir, &(struct take){ .what = what }, snap, &err))
		fail_msg("%s: %s", path, err.text);
	close(dir);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	assert_int_equal(system(command), 0);
	return snap;
}

static const struct vma *named(const struct snapshot *snap, const char *name)
{
	size_t i;

	for (i = 0; i < snap->nr_vmas; i++)
		if (snap->vmas[i].object &&
		    !strcmp(snap->vmas[i].object->name, name))
			return &snap->vmas[i];
	fail_msg("no area is named %s", name);
	return NULL;
}

static void check_counts(const struct vma *vma, uint64_t rss, uint64_t anon,
			 long file, long shmem)
{
	assert_true(res_has(&vma->res, RES_RSS));
	assert_int_equal(vma->res.pages[RES_RSS], rss);
	assert_int_equal(vma->res.pages[RES_ANON], anon);
	assert_int_equal(res_has(&vma->res, RES_FILE), file >= 0);
	assert_int_equal(res_has(&vma->res, RES_SHMEM), shmem >= 0);
	if (file >= 0)
		assert_int_equal(vma->res.pages[RES_FILE], file);
	if (shmem >= 0)
		assert_int_equal(vma->res.pages[RES_SHMEM], shmem);
	assert_false(res_has(&vma->res, RES_ZERO));
	assert_false(res_has(&vma->res, RES_DIRTY));
	assert_false(res_has(&vma->res, RES_ACCESSED));
	assert_false(res_has(&vma->res, RES_PFNMAP));
}

/* The same program ran on both kernels. */
static void check_golden(const char *path, const uint64_t *stat,
			 uint64_t total_vm)
{
	struct snapshot *snap = read_golden(path, ALL);
	const struct mm *mm = &snap->mm;
	const struct vma *vma;

	assert_true(snap->from.coherent);
	assert_int_equal(snap->from.source, SOURCE_PROC);
	assert_int_equal(snap->from.nr_notes, 0);
	assert_string_equal(snap->task.comm, "target");
	assert_string_equal(snap->task.exe, "/bin/target");
	assert_int_equal(snap->task.threads, 2);
	assert_true(snap->task.has_rlimit_stack);
	assert_int_equal(snap->task.rlimit_stack, 8388608);

	assert_true(mm->v[MM_START_CODE] == stat[0]);
	assert_true(mm->v[MM_END_CODE] == stat[1]);
	assert_true(mm->v[MM_START_STACK] == stat[2]);
	assert_true(mm->v[MM_START_DATA] == stat[3]);
	assert_true(mm->v[MM_END_DATA] == stat[4]);
	assert_true(mm->v[MM_START_BRK] == stat[5]);
	assert_true(mm->v[MM_ARG_START] == stat[6]);
	assert_true(mm->v[MM_ARG_END] == stat[7]);
	assert_true(mm->v[MM_ENV_START] == stat[8]);
	assert_true(mm->v[MM_ENV_END] == stat[9]);
	assert_int_equal(mm->v[MM_TOTAL_VM], total_vm);
	assert_true(mm_has(mm, MM_EXEC_VM));
	/* text and vdso */
	assert_int_equal(mm->v[MM_EXEC_VM], 0x8b + 2);
	assert_int_equal(mm->v[MM_STACK_VM], 33);
	assert_int_equal(mm->v[MM_LOCKED_VM], 4);
	assert_int_equal(mm->v[MM_MAP_COUNT], 24);
	assert_true(mm_has(mm, MM_TASK_32BIT));
	assert_int_equal(mm->v[MM_TASK_32BIT], 0);
	assert_false(mm_has(mm, MM_BRK));
	assert_false(mm_has(mm, MM_MMAP_BASE));
	assert_false(mm_has(mm, MM_TASK_SIZE));
	assert_false(mm_has(mm, MM_PGD));
	assert_false(mm_has(mm, MM_MM_USERS));
	assert_false(mm_has(mm, MM_MM_COUNT));
	assert_false(mm_has(mm, MM_TREE_DEPTH));
	assert_false(mm_has(mm, MM_LEGACY_LAYOUT));

	assert_int_equal(snap->nr_vmas, 24);
	check_counts(named(snap, "[heap]"), 19, 19, 0, 0);
	check_counts(named(snap, "[vdso]"), 1, 0, 1, 0);
	/* kernel's own shmem, and a tmpfs; a newline in a name */
	check_counts(named(snap, "/memfd:mem fd (deleted)"), 5, 0, 0, 5);
	check_counts(named(snap, "/dev/zero (deleted)"), 2, 0, 0, 2);
	check_counts(named(snap, "/SYSV00000000 (deleted)"), 1, 0, 0, 1);
	check_counts(named(snap, "/mnt/shm file"), 5, 0, 0, 5);
	check_counts(named(snap, "/mnt/new\nline"), 3, 0, 0, 3);
	/* rootfs: ramfs or tmpfs, the saved folder can't tell */
	check_counts(named(snap, "/tmp/esc\033[31m"), 2, 2, 0, 0);
	vma = named(snap, "/tmp/real (deleted)");
	check_counts(vma, 1, 0, -1, -1);
	assert_int_equal(vma->object->deleted, NOT_KNOWN);
	vma = named(snap, "/tmp/gone (deleted)");
	check_counts(vma, 2, 0, -1, -1);
	assert_int_equal(vma->object->deleted, NOT_KNOWN);
	assert_true(vma->has_flags);
	assert_true(vma->flags & VF_BIT(VF_MAYSHARE));
	assert_true(vma->flags & VF_BIT(VF_SHARED));
	assert_true(vma->has_pgoff);

	vma = named(snap, "[heap]");
	assert_int_equal(vma->res.pages[RES_PSS], 19 * 4096);
	assert_int_equal(vma->res.pages[RES_EXCLUSIVE], 19);
	assert_int_equal(vma->res.pages[RES_HUGETLB_PUD], 0);
	assert_false(vma->has_pgoff);
	assert_true(vma->flags & VF_BIT(VF_ACCOUNT));
	assert_true(named(snap, "[stack]")->flags & VF_BIT(VF_GROWSDOWN));
	assert_true(named(snap, "[vvar]")->flags & VF_BIT(VF_PFNMAP));
	assert_int_equal(named(snap, "/bin/target")->object->inode, 11);
	assert_int_equal(named(snap, "/bin/target")->object->dev_minor, 2);
	snapshot_free(snap);

	snap = read_golden(path, TAKE_VMAS);
	assert_int_equal(snap->nr_vmas, 24);
	vma = named(snap, "/tmp/gone (deleted)");
	assert_int_equal(vma->res.has, 0);
	assert_false(vma->has_flags);
	assert_true(vma->flags & VF_BIT(VF_MAYSHARE));
	snapshot_free(snap);

	snap = read_golden(path, 0);
	assert_false(snap->has_vmas);
	assert_false(mm_has(&snap->mm, MM_MAP_COUNT));
	snapshot_free(snap);
}

static void test_golden(void **state)
{
	static const uint64_t stat_6_1[] = {
		139734476206080, 139734476774033, 140723318582800,
		139734476956912, 139734476980912, 93825046917120,
		140723318591419, 140723318591426, 140723318591426,
		140723318591468,
	};
	static const uint64_t stat_6_12[] = {
		140682177040384, 140682177608337, 140721456704624,
		140682177791216, 140682177815216, 93824999653376,
		140721456709563, 140721456709570, 140721456709570,
		140721456709612,
	};

	(void)state;
	check_golden("tests/golden/proc/6.1", stat_6_1, 19800064 / 4096);
	check_golden("tests/golden/proc/6.12", stat_6_12, 19800064 / 4096);
}

/* ---- folders made up here ---- */

static char folder[] = "/tmp/vmaview-proc-XXXXXX";

static void put_file(const char *name, const char *text, size_t len)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	fclose(file);
}

static void remove_file(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	unlink(path);
}

static const char areas[] =
	"00400000-00401000 r-xp 00000000 08:01 5                                  /x\n"
	"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n";

static int read_folder(unsigned int what, struct snapshot *snap,
		       struct error *err)
{
	int dir = open(folder, O_PATH | O_DIRECTORY);
	int ret = procfs_read(dir, &(struct take){ .what = what }, snap, err);

	close(dir);
	return ret;
}

static void test_made_up(void **state)
{
	static const char stat[] =
		"7 (a) b (c) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 0 0 1 0 5 4096 1 "
		"18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 "
		"0 0 0 0 0 0 0 0 0\n";
	uint32_t auxv[] = { 6, (uint32_t)sysconf(_SC_PAGESIZE), 16, 7, 0, 0 };
	struct snapshot *snap;
	struct error err;

	(void)state;
	assert_non_null(mkdtemp(folder));
	put_file("stat", stat, sizeof(stat) - 1);
	put_file("auxv", (char *)auxv, sizeof(auxv));
	put_file("maps", areas, sizeof(areas) - 1);
	put_file("personality", "00200000\n", 9);
	put_file("limits", "Max stack size            unlimited  x\n", 39);
	put_file("comm", "a\nb\033\n", 5);

	/* without permission; no smaps; 32 bit; legacy; a strange name */
	snap = snapshot_new();
	assert_int_equal(read_folder(ALL, snap, &err), 0);
	assert_false(mm_has(&snap->mm, MM_START_CODE));
	assert_false(mm_has(&snap->mm, MM_ENV_END));
	assert_false(mm_has(&snap->mm, MM_TOTAL_VM));
	assert_int_equal(snap->mm.v[MM_TASK_32BIT], 1);
	assert_int_equal(snap->mm.v[MM_LEGACY_LAYOUT], 1);
	assert_int_equal(snap->mm.v[MM_MAP_COUNT], 1);	/* no vsyscall */
	assert_true(snap->task.rlimit_stack == UINT64_MAX);
	assert_string_equal(snap->task.comm, "a\nb\033");
	assert_int_equal(snap->nr_vmas, 2);
	assert_int_equal(snap->vmas[0].res.has, 0);
	assert_int_equal(snap->from.nr_notes, 1);
	assert_non_null(strstr(snap->from.notes[0], "smaps"));
	assert_null(snap->task.exe);
	snapshot_free(snap);

	/* maps and smaps that do not agree */
	put_file("smaps", areas, strchr(areas, '\n') + 1 - areas);
	snap = snapshot_new();
	assert_int_equal(read_folder(ALL, snap, &err), 0);
	assert_false(snap->from.coherent);
	snapshot_free(snap);

	put_file("maps", "rubbish\n", 8);
	put_file("smaps", "00400000 rubbish\n", 17);
	snap = snapshot_new();
	assert_int_equal(read_folder(ALL, snap, &err), -1);
	assert_int_equal(err.kind, ERR_FAILED);
	snapshot_free(snap);

	put_file("stat", "7 (x) Z 0", 9);
	snap = snapshot_new();
	assert_int_equal(read_folder(ALL, snap, &err), -1);
	assert_int_equal(err.kind, ERR_NO_MM);
	snapshot_free(snap);

	put_file("stat", "7 (x", 4);
	snap = snapshot_new();
	assert_int_equal(read_folder(ALL, snap, &err), -1);
	assert_int_equal(err.kind, ERR_FAILED);
	snapshot_free(snap);

	remove_file("stat");
	snap = snapshot_new();
	assert_int_equal(read_folder(ALL, snap, &err), -1);
	assert_int_equal(err.kind, ERR_GONE);
	snapshot_free(snap);

	remove_file("auxv");
	remove_file("maps");
	remove_file("smaps");
	remove_file("personality");
	remove_file("limits");
	remove_file("comm");
	rmdir(folder);
}

/* Lines that no kernel writes end in an error and never in a crash. */
static void test_bad_lines(void **state)
{
	static const char *const lines[] = {
		"1000", "1000-", "1000-2000", "1000-2000 ", "1000-2000 r-xp",
		"1000-2000 r-xp 0", "1000-2000 r-xp 0 08", "1000-2000 r-xp 0 08:01",
		"1000-2000 r-xp 0 08:01 ", "1000-2000 r-xp 0 08:01 5",
		"2000-1000 r-xp 0 08:01 5 ", "1000-1000 r-xp 0 08:01 5 ",
		"11111111111111111-2000 r-xp 0 08:01 5 ",
		"1000-2000 r-xp 0 08:01 99999999999999999999 ",
		"1000-2000 r-xp 0 111111111:01 5 ",
	};
	struct mounts *mounts = mounts_new(AT_FDCWD);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct snapshot *snap = snapshot_new();
		struct file_text text = { strdup(lines[i]), strlen(lines[i]),
					  1 };
		struct error err = { ERR_NONE, "" };

		snap->page_size = 4096;
		assert_int_equal(maps_parse(&text, mounts, snap, &err), -1);
		assert_int_equal(err.kind, ERR_FAILED);
		file_free(&text);
		snapshot_free(snap);
	}
	mounts_free(mounts);
}

/* What a reader of maps can meet while areas are merged: torn, not wrong. */
static void test_overlap(void **state)
{
	static const char lines[] =
		"1000-2000 r-xp 0 08:01 5 /a\nRss: 4 kB\n"
		"1000-3000 r-xp 0 08:01 5 /a\nRss: 8 kB\n"
		"4000-5000 r-xp 0 08:01 5 /a\nRss: 12 kB\n";
	struct mounts *mounts = mounts_new(AT_FDCWD);
	struct snapshot *snap = snapshot_new();
	struct file_text text = { strdup(lines), strlen(lines), 1 };
	struct error err;

	(void)state;
	snap->page_size = 4096;
	snap->from.coherent = true;
	assert_int_equal(maps_parse(&text, mounts, snap, &err), 0);
	assert_false(snap->from.coherent);
	assert_int_equal(snap->nr_vmas, 2);
	assert_int_equal(snap->vmas[0].res.pages[RES_RSS], 1);
	assert_int_equal(snap->vmas[1].start, 0x4000);
	assert_int_equal(snap->vmas[1].res.pages[RES_RSS], 3);
	file_free(&text);
	snapshot_free(snap);
	mounts_free(mounts);
}

/* Who shares, and hugetlb pages by the level that their size tells. */
static void test_sharing(void **state)
{
	static const char lines[] =
		"1000-9000 rw-p 0 00:00 0 \nKernelPageSize: 4 kB\nRss: 32 kB\n"
		"Pss: 13 kB\nPrivate_Clean: 4 kB\nPrivate_Dirty: 8 kB\n"
		"KSM: 16 kB\nShared_Hugetlb: 0 kB\nPrivate_Hugetlb: 0 kB\n"
		"40000000-80000000 rw-p 0 00:00 0 \nKernelPageSize: 2048 kB\n"
		"Shared_Hugetlb: 2048 kB\nPrivate_Hugetlb: 2048 kB\n"
		"80000000-c0000000 rw-p 0 00:00 0 \nKernelPageSize: 1048576 kB\n"
		"Shared_Hugetlb: 0 kB\nPrivate_Hugetlb: 1048576 kB\n";
	struct mounts *mounts = mounts_new(AT_FDCWD);
	struct error err;
	int knows_pmd;

	(void)state;
	for (knows_pmd = 0; knows_pmd < 2; knows_pmd++) {
		struct snapshot *snap = snapshot_new();
		struct file_text text = { strdup(lines), strlen(lines), 1 };
		const struct residency *res;

		snap->page_size = 4096;
		snap->pmd_size = knows_pmd ? 2 << 20 : 0;
		assert_int_equal(maps_parse(&text, mounts, snap, &err), 0);
		res = &snap->vmas[0].res;
		assert_int_equal(res->pages[RES_PSS], 13 * 1024);
		assert_int_equal(res->pages[RES_EXCLUSIVE], 3);
		assert_int_equal(res->pages[RES_KSM], 4);
		assert_true(res_has(res, RES_HUGETLB_PUD));
		res = &snap->vmas[1].res;
		assert_false(res_has(res, RES_PSS));
		assert_false(res_has(res, RES_KSM));
		assert_int_equal(res->pages[RES_HUGETLB], 1024);
		assert_int_equal(res_has(res, RES_HUGETLB_PUD), knows_pmd);
		assert_int_equal(res->pages[RES_HUGETLB_PUD], 0);
		res = &snap->vmas[2].res;
		assert_int_equal(res_has(res, RES_HUGETLB_PUD), knows_pmd);
		assert_int_equal(res->pages[RES_HUGETLB_PUD],
				 knows_pmd ? 262144 : 0);
		file_free(&text);
		snapshot_free(snap);
	}
	mounts_free(mounts);
}

static bool agree(const char *a, const char *b)
{
	struct file_text first = { (char *)(uintptr_t)a, strlen(a), 1 };
	struct file_text second = { (char *)(uintptr_t)b, strlen(b), 1 };

	return maps_agree(&first, &second);
}

static void test_agree(void **state)
{
	(void)state;
	assert_true(agree("", ""));
	assert_true(agree("1-2 a\n", "1-2 a\n"));
	assert_true(agree("1-2 a\nRss: 1\nX: 1\n3-4\nRss: 0\n", "1-2 a\n3-4\n"));
	assert_false(agree("1-2 a\nRss: 1\n", "1-2 a\n3-4\n"));
	assert_false(agree("1-2 a\n3-4\n", "1-2 a\n"));
	assert_false(agree("1-2 ab\n", "1-2 a\n"));
	assert_false(agree("1-2 a\n", "1-2 ab\n"));
	assert_false(agree("1-2 a\n", ""));
}

/* ---- live ---- */

/* To be called by a child: it ends with its parent, however that ends. */
static void die_with(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
}

static pid_t fork_child(void)
{
	pid_t parent = getpid(), pid = fork();

	assert_true(pid >= 0);
	if (!pid)
		die_with(parent);
	return pid;
}

static void end_child(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Waits for the byte that the other side writes when it is ready. */
static void wait_byte(int fd)
{
	char c;

	assert_int_equal(read(fd, &c, 1), 1);
}

static struct snapshot *take(struct source *source, unsigned int what)
{
	struct error err;
	struct snapshot *snap = source_take(source, &(struct take){ .what = what }, &err);

	if (!snap)
		fail_msg("%s", err.text);
	return snap;
}

static void test_self(void **state)
{
	struct source *source;
	struct snapshot *snap;
	struct error err;
	char line[8192], perms[5];
	uint64_t start, end, exec_pages = 0;
	uint64_t page_size = (uint64_t)sysconf(_SC_PAGESIZE);
	struct rlimit limit;
	size_t i;
	char *name;
	FILE *maps;

	(void)state;
	source = source_open(CHOOSE_PROC, getpid(), &err);
	assert_non_null(source);
	snap = take(source, ALL);
	assert_string_equal(snap->from.reason, "");
	assert_int_equal(snap->task.pid, getpid());
	assert_int_equal(snap->task.tgid, getpid());
	name = realpath("/proc/self/exe", NULL);
	assert_string_equal(snap->task.exe, name);
	free(name);
	getrlimit(RLIMIT_STACK, &limit);
	assert_true(snap->task.rlimit_stack ==
		    (limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX :
		     limit.rlim_cur));
	/* an address on our stack, and one of our code */
	assert_true(snapshot_find(snap, (uintptr_t)&limit) != NULL);
	assert_true(snap->mm.v[MM_START_CODE] <= (uintptr_t)test_self &&
		    (uintptr_t)test_self < snap->mm.v[MM_END_CODE]);
	for (i = 0; i < snap->nr_vmas; i++) {
		const struct vma *vma = &snap->vmas[i];

		if (vma->flags & VF_BIT(VF_EXEC) && vma->has_flags &&
		    !(vma->flags & (VF_BIT(VF_WRITE) | VF_BIT(VF_GROWSDOWN))) &&
		    vma->start < UINT64_MAX / 2)
			exec_pages += vma_size(vma) / page_size;
		if (res_has(&vma->res, RES_FILE))
			assert_int_equal(vma->res.pages[RES_RSS],
					 vma->res.pages[RES_ANON] +
					 vma->res.pages[RES_FILE] +
					 vma->res.pages[RES_SHMEM]);
	}
	assert_int_equal(snap->mm.v[MM_EXEC_VM], exec_pages);
	snapshot_free(snap);

	/* a child keeps still, so two readings must be equal */
	source_close(source);
	if (!(i = (size_t)fork_child())) {
		pause();
		_exit(0);
	}
	source = source_open(CHOOSE_PROC, (pid_t)i, &err);
	assert_non_null(source);
	snap = take(source, ALL);
	assert_true(snap->from.coherent);
	snprintf(line, sizeof(line), "/proc/%d/maps", (int)i);
	maps = fopen(line, "r");
	for (size_t n = 0; fgets(line, sizeof(line), maps); n++) {
		assert_int_equal(sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s",
					&start, &end, perms), 3);
		assert_true(n < snap->nr_vmas);
		assert_true(snap->vmas[n].start == start);
		assert_true(snap->vmas[n].end == end);
		assert_int_equal(!!(snap->vmas[n].flags & VF_BIT(VF_WRITE)),
				 perms[1] == 'w');
	}
	fclose(maps);
	snapshot_free(snap);
	kill((pid_t)i, SIGKILL);
	/* killed and not reaped, then reaped */
	waitid(P_PID, (id_t)i, &(siginfo_t){ 0 }, WEXITED | WNOWAIT);
	assert_null(source_take(source, &(struct take){ .what = ALL }, &err));
	assert_int_equal(err.kind, ERR_GONE);
	assert_null(source_open(CHOOSE_PROC, (pid_t)i, &err));
	assert_int_equal(err.kind, ERR_NO_MM);
	waitpid((pid_t)i, NULL, 0);
	assert_null(source_take(source, &(struct take){ .what = 0 }, &err));
	assert_int_equal(err.kind, ERR_GONE);
	assert_null(source_open(CHOOSE_PROC, (pid_t)i, &err));
	assert_int_equal(err.kind, ERR_NO_PROCESS);
	source_close(source);
}

/* In the old mm, beyond the exec of the process that made it. */
static int keep_mm(void *parent)
{
	die_with(*(pid_t *)parent);
	pause();
	_exit(0);
}

/* Becomes cat, between the pipes, as soon as there is a byte. */
static void exec_cat(bool shared, int in, int out)
{
	static char stack[64 * 1024] __attribute__((aligned(16)));
	static pid_t self;
	char c;

	self = getpid();
	if (read(in, &c, 1) != 1)
		_exit(1);
	if (shared)
		clone(keep_mm, stack + sizeof(stack), CLONE_VM, &self);
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	execl("/bin/cat", "cat", NULL);
	_exit(1);
}

/* shared: another process uses the old mm beyond the exec */
static void check_exec(bool shared)
{
	int go[2], back[2];
	struct source *source;
	struct snapshot *snap;
	struct error err;
	pid_t pid;

	assert_int_equal(pipe(go), 0);
	assert_int_equal(pipe(back), 0);
	pid = fork_child();
	if (!pid)
		exec_cat(shared, go[0], back[1]);
	source = source_open(CHOOSE_PROC, pid, &err);
	assert_non_null(source);
	snap = take(source, ALL);
	assert_null(strstr(snap->task.exe, "/cat"));
	assert_int_equal(snap->from.nr_notes, 0);
	snapshot_free(snap);
	/* one to start, and one that cat gives back when it runs */
	assert_int_equal(write(go[1], "xy", 2), 2);
	wait_byte(back[0]);
	snap = take(source, 0);
	assert_non_null(strstr(snap->task.exe, "/cat"));
	assert_int_equal(snap->from.nr_notes, 1);
	assert_memory_equal(snap->from.notes[0], "exec: now /", 11);
	snapshot_free(snap);
	snap = take(source, ALL);
	assert_int_equal(snap->from.nr_notes, 0);
	snapshot_free(snap);
	source_close(source);
	end_child(pid);
	close(go[0]);
	close(go[1]);
	close(back[0]);
	close(back[1]);
}

static void test_exec(void **state)
{
	(void)state;
	check_exec(false);
	check_exec(true);
}

#define CHURN_PAGES	2048

/* A process that never keeps still: torn now and then, never an error. */
static void test_churn(void **state)
{
	unsigned int retries = 0, i, n;
	struct source *source;
	struct error err;
	pid_t pid = fork_child();

	(void)state;
	if (!pid) {
		unsigned int seed = 1;
		char *base = mmap(NULL, CHURN_PAGES * 4096, PROT_NONE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		for (;;) {
			size_t at = (size_t)rand_r(&seed) % CHURN_PAGES *
				    4096;

			if (rand_r(&seed) & 1)
				mprotect(base + at, 4096, PROT_READ |
					 (rand_r(&seed) & PROT_WRITE));
			else
				mprotect(base + at, 4096, PROT_NONE);
		}
	}
	source = source_open(CHOOSE_PROC, pid, &err);
	assert_non_null(source);
	/* on, while no reading has met a change yet: the child may be slow */
	for (i = 0; i < 40 || (!retries && i < 10000); i++) {
		struct snapshot *snap = take(source, i & 1 ? ALL : TAKE_VMAS);

		for (n = 1; n < snap->nr_vmas; n++)
			assert_true(snap->vmas[n - 1].end <=
				    snap->vmas[n].start);
		retries += snap->from.retries;
		assert_true(snap->from.coherent || snap->from.retries == 2);
		snapshot_free(snap);
	}
	source_close(source);
	end_child(pid);
	assert_true(retries > 0);
}

/* Without the module auto falls back and says so; asked for, it fails. */
static void test_choice(void **state)
{
	struct source *source;
	struct snapshot *snap;
	struct error err;

	(void)state;
	source = source_open(CHOOSE_NETLINK, getpid(), &err);
	if (source) {
		source_close(source);
		skip();
	}
	assert_int_equal(err.kind, ERR_NO_MODULE);
	source = source_open(CHOOSE_AUTO, getpid(), &err);
	assert_non_null(source);
	snap = take(source, TAKE_VMAS);
	assert_int_equal(snap->from.source, SOURCE_PROC);
	assert_string_not_equal(snap->from.reason, "");
	snapshot_free(snap);
	source_close(source);
}

static void test_refused(void **state)
{
	struct error err;
	int status;
	pid_t pid;

	(void)state;
	assert_null(source_open(CHOOSE_PROC, 2147483647, &err));
	assert_int_equal(err.kind, ERR_NO_PROCESS);
	if (geteuid())
		skip();
	/* thread 2 is kthreadd where this is not a container */
	if (!access("/proc/2/comm", R_OK) &&
	    !source_open(CHOOSE_PROC, 2, &err))
		assert_int_equal(err.kind, ERR_NO_MM);
	pid = fork_child();
	if (!pid) {
		if (setgid(65534) || setuid(65534))
			_exit(2);
		_exit(!source_open(CHOOSE_PROC, 1, &err) &&
		      err.kind == ERR_PERMISSION ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

static void test_resolve(void **state)
{
	static const struct {
		const char *arg;
		enum error_kind kind;
	} bad[] = {
		{ "", ERR_USAGE }, { "0", ERR_USAGE }, { "-1", ERR_USAGE },
		{ "+1", ERR_USAGE }, { "2147483648", ERR_USAGE },
		{ "99999999999999999999", ERR_USAGE }, { "1x", ERR_USAGE },
		{ "1 ", ERR_USAGE }, { " 1", ERR_NO_PROCESS },
		{ "0x1", ERR_USAGE }, { "no such name", ERR_NO_PROCESS },
		{ "..", ERR_NO_PROCESS },
	};
	struct error err;
	pid_t pid;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(process_resolve(bad[i].arg, &pid, &err), -1);
		assert_int_equal(err.kind, bad[i].kind);
	}
	assert_int_equal(process_resolve("1", &pid, &err), 0);
	assert_int_equal(pid, 1);
	assert_int_equal(process_resolve("2147483647", &pid, &err), 0);
	assert_int_equal(process_resolve("0001", &pid, &err), 0);
	assert_int_equal(pid, 1);
}

/* ---- the text of maps, byte for byte ---- */

static char *print_maps(const struct snapshot *snap, size_t *len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, len);

	assert_non_null(out);
	assert_int_equal(maps_write(snap, out), 0);
	fclose(out);
	return text;
}

/* False when the process went away or changed meanwhile. */
static bool check_maps(pid_t pid)
{
	struct error err;
	struct source *source = source_open(CHOOSE_PROC, pid, &err);
	struct snapshot *snap = source ? source_take(source, &(struct take){ .what = TAKE_VMAS }, &err) :
				NULL;
	struct file_text before, after;
	bool done = false;
	char path[32], *text;
	size_t len;
	int tries;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	for (tries = 0; snap && !done && tries < 5; tries++) {
		snapshot_free(snap);
		file_read(AT_FDCWD, path, &before);
		snap = source_take(source, &(struct take){ .what = TAKE_VMAS }, &err);
		file_read(AT_FDCWD, path, &after);
		if (snap && before.len == after.len &&
		    !memcmp(before.data, after.data, after.len)) {
			text = print_maps(snap, &len);
			assert_int_equal(len, after.len);
			assert_memory_equal(text, after.data, len);
			free(text);
			done = true;
		}
		file_free(&before);
		file_free(&after);
	}
	snapshot_free(snap);
	source_close(source);
	return done;
}

static void map_file(const char *path, int flags, bool gone)
{
	int fd = open(path, O_RDWR | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 8192), 0);
	assert_ptr_not_equal(mmap(NULL, 4096, PROT_READ, flags, fd, 4096),
			     MAP_FAILED);
	close(fd);
	if (gone)
		unlink(path);
}

static void test_maps_of_tricky(void **state)
{
	char dir[] = "/tmp/vmaview-maps-XXXXXX";
	static const char *const names[] = {
		"new\nline", "tab\there", "esc\033[31m", "back\\slash",
		"space at end ", "x (deleted)", "\xff\xfe", "\xe6\xbc\xa2",
		"quote\"",
	};
	const size_t nr = sizeof(names) / sizeof(names[0]);
	char path[80];
	int ready[2];
	bool same;
	size_t i;
	pid_t pid;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(pipe(ready), 0);
	pid = fork_child();
	for (i = 0; !pid && i < nr; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		map_file(path, i & 1 ? MAP_SHARED : MAP_PRIVATE, false);
		snprintf(path, sizeof(path), "%s/gone %s", dir, names[i]);
		map_file(path, MAP_PRIVATE, true);
	}
	if (!pid) {
		if (write(ready[1], "x", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	close(ready[1]);
	wait_byte(ready[0]);
	close(ready[0]);
	same = check_maps(pid);
	end_child(pid);
	for (i = 0; i < nr; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	rmdir(dir);
	assert_true(same);
}

static void test_maps_of_all(void **state)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int done = 0;

	(void)state;
	assert_non_null(proc);
	while ((entry = readdir(proc)) && done < 100) {
		pid_t pid = (pid_t)atoi(entry->d_name);

		/* our own areas change as we look at them */
		if (pid > 0 && pid != getpid())
			done += check_maps(pid);
	}
	closedir(proc);
	if (!done)
		skip();		/* nobody else's may be read */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_made_up),
		cmocka_unit_test(test_bad_lines),
		cmocka_unit_test(test_overlap),
		cmocka_unit_test(test_sharing),
		cmocka_unit_test(test_agree),
		cmocka_unit_test(test_self),
		cmocka_unit_test(test_exec),
		cmocka_unit_test(test_churn),
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_resolve),
		cmocka_unit_test(test_maps_of_tricky),
		cmocka_unit_test(test_maps_of_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
