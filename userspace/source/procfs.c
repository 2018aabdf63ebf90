// SPDX-License-Identifier: GPL-2.0
/*
 * The source for machines without the module: /proc/PID as far as it knows.
 * Every value is the kernel's field of that name or is left unknown; nothing
 * is guessed. mmap_base, brk, task_size, pgd, the users of the mm and the
 * depth of its tree are in no file of /proc.
 *
 * All files are opened below one descriptor of /proc/PID. It stands for the
 * struct pid and not for the number: once the process has been reaped every
 * lookup below it fails, also when the number is in use again.
 *
 * An open /proc/PID/maps holds the mm it was opened on. After exec nobody
 * uses that one any more and the file reads as empty: that is how an exec is
 * told. Where another process still shares the mm (vfork, CLONE_VM) it does
 * not, but the auxiliary vector is new.
 */
#include "source/procfs.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "model/region.h"
#include "source/maps.h"
#include "source/mounts.h"
#include "source/procfs_pages.h"
#include "source/source.h"
#include "source/stat.h"
#include "util/file.h"

/* ---- stat, status, limits, auxv ---- */

static void set_stat_fields(struct mm *mm, const struct stat_line *stat)
{
	static const struct {
		int number;
		enum mm_field field;
	} map[] = {
		{ STAT_START_CODE, MM_START_CODE },
		{ STAT_END_CODE, MM_END_CODE },
		{ STAT_START_STACK, MM_START_STACK },
		{ STAT_START_DATA, MM_START_DATA },
		{ STAT_END_DATA, MM_END_DATA },
		{ STAT_START_BRK, MM_START_BRK },
		{ STAT_ARG_START, MM_ARG_START },
		{ STAT_ARG_END, MM_ARG_END },
		{ STAT_ENV_START, MM_ENV_START },
		{ STAT_ENV_END, MM_ENV_END },
	};
	size_t i;

	/* Who may not look gets 1 1 0, then zeros. */
	if (stat->field[STAT_START_CODE] <= 1 &&
	    stat->field[STAT_END_CODE] <= 1 && !stat->field[STAT_START_STACK])
		return;
	for (i = 0; i < sizeof(map) / sizeof(map[0]); i++)
		mm_set(mm, map[i].field, stat->field[map[i].number]);
}

/* The number behind "key:" at the start of a line. */
static bool find_value(const struct file_text *text, const char *key,
		       uint64_t *value)
{
	size_t len = strlen(key);
	const char *p = text->data;

	while (p) {
		if (!strncmp(p, key, len) && p[len] == ':') {
			char *end;

			p += len + 1;
			p += strspn(p, " \t");
			errno = 0;
			*value = strtoull(p, &end, 10);
			return end > p && *p != '-' && !errno;
		}
		p = strchr(p, '\n');
		if (p)
			p++;
	}
	return false;
}

/*
 * Fields of the mm in status (task_mem() in the kernel). VmPeak and VmHWM are
 * the larger of the field and of what is now, which is what the field would
 * become when it is next looked at. VmExe is end_code - start_code cut to
 * exec_vm and VmLib is exec_vm without VmExe, so the two make exec_vm.
 */
static void set_status_fields(struct snapshot *snap,
			      const struct file_text *text)
{
	static const struct {
		const char *key;
		enum mm_field field;
	} pages[] = {
		{ "VmPeak", MM_HIWATER_VM }, { "VmSize", MM_TOTAL_VM },
		{ "VmLck", MM_LOCKED_VM }, { "VmPin", MM_PINNED_VM },
		{ "VmHWM", MM_HIWATER_RSS }, { "RssAnon", MM_RSS_ANON },
		{ "RssFile", MM_RSS_FILE }, { "RssShmem", MM_RSS_SHMEM },
		{ "VmData", MM_DATA_VM }, { "VmStk", MM_STACK_VM },
		{ "VmSwap", MM_SWAP_ENTS },
	};
	uint64_t page_kib = snap->page_size / 1024;
	uint64_t value, lib;
	size_t i;

	for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if (find_value(text, pages[i].key, &value))
			mm_set(&snap->mm, pages[i].field, value / page_kib);
	if (find_value(text, "VmExe", &value) &&
	    find_value(text, "VmLib", &lib))
		mm_set(&snap->mm, MM_EXEC_VM, (value + lib) / page_kib);
	if (find_value(text, "VmPTE", &value))
		mm_set(&snap->mm, MM_PGTABLES_BYTES, value * 1024);
}

static void set_task_ids(struct task *task, const struct file_text *text)
{
	uint64_t value;

	if (find_value(text, "Pid", &value))
		task->pid = (pid_t)value;
	if (find_value(text, "Tgid", &value))
		task->tgid = (pid_t)value;
	if (find_value(text, "Threads", &value))
		task->threads = (uint32_t)value;
}

static void read_comm(int dir, struct task *task)
{
	struct file_text text;

	if (!file_read(dir, "comm", &text) && text.len) {
		size_t len = text.len - (text.data[text.len - 1] == '\n');

		if (len >= sizeof(task->comm))
			len = sizeof(task->comm) - 1;
		memcpy(task->comm, text.data, len);
	}
	file_free(&text);
}

/* Follows nothing: the file itself may lie where opening it would hang. */
static void read_exe(int dir, struct task *task)
{
	char path[PATH_MAX];
	ssize_t len = readlinkat(dir, "exe", path, sizeof(path));

	if (len > 0 && (size_t)len < sizeof(path))
		task->exe = strndup(path, (size_t)len);
}

static void read_rlimit(int dir, struct task *task)
{
	static const char key[] = "Max stack size";
	struct file_text text;
	const char *p = NULL;

	if (!file_read(dir, "limits", &text))
		p = strstr(text.data, key);
	if (p) {
		char *end;

		p += sizeof(key) - 1;
		p += strspn(p, " ");
		task->rlimit_stack = strtoull(p, &end, 10);
		task->has_rlimit_stack = end > p;
		if (!strncmp(p, "unlimited", 9)) {
			task->rlimit_stack = UINT64_MAX;
			task->has_rlimit_stack = true;
		}
	}
	file_free(&text);
}

/* Whether auxv is made of words of that size: it ends and has a page size. */
static bool is_auxv_of(const struct file_text *auxv, size_t word,
		       uint32_t page_size)
{
	bool has_page_size = false;
	size_t at;

	for (at = 0; at + 2 * word <= auxv->len; at += 2 * word) {
		uint64_t key = 0, value = 0;

		if (word == sizeof(uint32_t)) {
			uint32_t pair[2];

			memcpy(pair, auxv->data + at, sizeof(pair));
			key = pair[0];
			value = pair[1];
		} else {
			memcpy(&key, auxv->data + at, sizeof(key));
			memcpy(&value, auxv->data + at + word, sizeof(value));
		}
		if (key == AT_NULL)
			return has_page_size;
		if (key == AT_PAGESZ && value == page_size)
			has_page_size = true;
	}
	return false;
}

/*
 * The vector is made of words of the program's size, so it tells a 32-bit
 * program without opening its file. Such programs get 4 GiB at most.
 */
static void set_task_32bit(struct snapshot *snap, const struct file_text *auxv)
{
	if (is_auxv_of(auxv, sizeof(uint64_t), snap->page_size))
		mm_set(&snap->mm, MM_TASK_32BIT, 0);
	else if (is_auxv_of(auxv, sizeof(uint32_t), snap->page_size))
		mm_set(&snap->mm, MM_TASK_32BIT, 1);
}

/*
 * ADDR_COMPAT_LAYOUT asks for the legacy layout at the next exec, and stays
 * set; without it an unlimited stack may still have done so.
 */
static void read_layout(int dir, struct snapshot *snap)
{
	struct file_text text;

	if (!file_read(dir, "personality", &text) && text.len &&
	    strtoul(text.data, NULL, 16) & ADDR_COMPAT_LAYOUT)
		mm_set(&snap->mm, MM_LEGACY_LAYOUT, 1);
	file_free(&text);
}

/* ---- areas ---- */

/* The gate area is in the list and not in the mm. */
static bool is_gate(const struct vma *vma)
{
	return vma->object && vma->object->kind == OBJECT_SPECIAL &&
	       (!strcmp(vma->object->name, "[vsyscall]") ||
		!strcmp(vma->object->name, "[vectors]"));
}

static void set_map_count(struct snapshot *snap)
{
	size_t i, n = 0;

	for (i = 0; i < snap->nr_vmas; i++)
		n += !is_gate(&snap->vmas[i]);
	mm_set(&snap->mm, MM_MAP_COUNT, n);
}

/*
 * smaps where counts are asked for, or flags, which tell what pages can be, and
 * it can be had; else maps.
 */
static int read_area_text(int dir, unsigned int what, struct snapshot *snap,
			  struct file_text *text)
{
	int saved;

	if (what & (TAKE_COUNTS | TAKE_SHARING | TAKES_PAGEMAP)) {
		if (!file_read(dir, "smaps", text))
			return 0;
		saved = errno;
		file_free(text);
		if (saved == ESRCH) {
			errno = saved;
			return -1;
		}
		snapshot_note(snap, "counts are unknown: smaps: %s",
			      strerror(saved));
	}
	return file_read(dir, "maps", text);
}

static bool is_same(const struct file_text *a, const struct file_text *b)
{
	return a->len == b->len && !memcmp(a->data, b->data, a->len);
}

/* The pages of areas that were read; changed areas make a torn picture. */
static int read_pages(int dir, const struct take *take,
		      const struct mounts *mounts,
		      const struct file_text *maps, struct snapshot *snap,
		      struct error *err)
{
	struct file_text after;
	int ret = procfs_pages_read(dir, take, mounts, snap, err);

	if (file_read(dir, "maps", &after) || !is_same(maps, &after))
		snap->from.coherent = false;
	file_free(&after);
	return ret;
}

/*
 * The kernel lets go of the mm between pages of text, and lately between
 * areas. A second reading that shows the same areas proves the first one.
 */
static int read_vmas(int dir, const struct take *take, struct snapshot *snap,
		     struct error *err)
{
	struct file_text text = { 0 }, again = { 0 };
	struct mounts *mounts = NULL;
	int ret = -1;

	if (read_area_text(dir, take->what, snap, &text) ||
	    file_read(dir, "maps", &again)) {
		if (errno == EACCES || errno == EPERM)
			error_set(err, ERR_PERMISSION,
				  "the areas may not be read: run as root or as the owner of the process");
		else if (errno == ESRCH || errno == ENOENT)
			error_set(err, ERR_GONE, "the process has ended");
		else
			error_set(err, ERR_FAILED, "reading the areas: %s",
				  strerror(errno));
		goto out;
	}
	mounts = mounts_new(dir);
	if (!mounts) {
		error_set(err, ERR_FAILED, "out of memory");
		goto out;
	}
	snap->from.coherent = maps_agree(&text, &again);
	ret = maps_parse(&text, mounts, snap, err);
	if (ret)
		goto out;
	snap->has_vmas = true;
	set_map_count(snap);
	if (take->what & TAKES_PAGEMAP)
		ret = read_pages(dir, take, mounts, &again, snap, err);
out:
	mounts_free(mounts);
	file_free(&again);
	file_free(&text);
	return ret;
}

/* ---- a picture ---- */

/* Of huge pages; kernels built without them have no such file. */
static uint64_t read_pmd_size(void)
{
	struct file_text text;
	uint64_t size = 0;

	if (!file_read(AT_FDCWD, "/sys/kernel/mm/transparent_hugepage/hpage_pmd_size",
		       &text) && text.len)
		size = strtoull(text.data, NULL, 10);
	file_free(&text);
	return size;
}

static void set_provenance(struct snapshot *snap)
{
	struct utsname uts;

	snap->from.source = SOURCE_PROC;
	snap->from.coherent = true;
	if (!uname(&uts))
		snprintf(snap->from.kernel, sizeof(snap->from.kernel), "%s",
			 uts.release);
	snap->page_size = (uint32_t)sysconf(_SC_PAGESIZE);
	snap->pmd_size = read_pmd_size();
}

int procfs_read(int dir, const struct take *take, struct snapshot *snap,
		struct error *err)
{
	struct file_text status, auxv;
	struct stat_line stat;

	set_provenance(snap);
	if (stat_read(dir, &stat))
		return errno == ESRCH || errno == ENOENT ?
		       error_set(err, ERR_GONE, "the process has ended") :
		       error_set(err, ERR_FAILED, "reading stat: %s",
				 strerror(errno));
	if (stat_check_memory(&stat, err))
		return -1;
	set_stat_fields(&snap->mm, &stat);

	if (!file_read(dir, "status", &status)) {
		set_task_ids(&snap->task, &status);
		set_status_fields(snap, &status);
	}
	file_free(&status);
	if (!file_read(dir, "auxv", &auxv))
		set_task_32bit(snap, &auxv);
	file_free(&auxv);
	read_comm(dir, &snap->task);
	read_exe(dir, &snap->task);
	read_rlimit(dir, &snap->task);
	read_layout(dir, snap);

	if (take->what & (TAKE_VMAS | TAKE_COUNTS | TAKE_SHARING |
			  TAKES_PAGEMAP) &&
	    read_vmas(dir, take, snap, err))
		return -1;
	if (take->what & TAKE_TABLES)
		snapshot_note(snap, "page tables are unknown: /proc tells their sum alone, VmPTE");
	region_classify(snap);
	return 0;
}

/* ---- the source ---- */

struct procfs {
	pid_t pid;
	int dir;		/* /proc/PID */
	int maps;		/* holds the mm that we are bound to */
	struct file_text auxv;
};

/* One byte of the held maps: 1 there is an mm, 0 it has no users any more. */
static int probe_maps(int maps)
{
	char c;

	return pread(maps, &c, 1, 0) == 1;
}

static int explain_open(pid_t pid, struct error *err)
{
	int saved = errno;

	if (saved == ENOENT && access("/proc/self/stat", F_OK))
		return error_set(err, ERR_FAILED,
				 "/proc is not mounted: mount -t proc proc /proc");
	if (saved == ENOENT && (!kill(pid, 0) || errno == EPERM))
		return error_set(err, ERR_PERMISSION,
				 "process %d is hidden by hidepid: run as root",
				 pid);
	if (saved == ENOENT || saved == ESRCH)
		return error_set(err, ERR_NO_PROCESS, "no process %d", pid);
	if (saved == EACCES || saved == EPERM)
		return error_set(err, ERR_PERMISSION,
				 "process %d may not be read: run as root or as its owner",
				 pid);
	return error_set(err, ERR_FAILED, "/proc/%d: %s", pid,
			 strerror(saved));
}

static void procfs_close(void *self)
{
	struct procfs *procfs = self;

	if (!procfs)
		return;
	file_free(&procfs->auxv);
	if (procfs->maps >= 0)
		close(procfs->maps);
	if (procfs->dir >= 0)
		close(procfs->dir);
	free(procfs);
}

static int procfs_open(pid_t pid, void **self, struct error *err)
{
	struct procfs *procfs = calloc(1, sizeof(*procfs));
	struct stat_line stat;
	char path[32];

	*self = NULL;
	if (!procfs)
		return error_set(err, ERR_FAILED, "out of memory");
	procfs->pid = pid;
	procfs->maps = -1;
	snprintf(path, sizeof(path), "/proc/%d", pid);
	procfs->dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (procfs->dir < 0 || stat_read(procfs->dir, &stat))
		goto failed;
	if (stat_check_memory(&stat, err)) {
		procfs_close(procfs);
		return -1;
	}
	procfs->maps = openat(procfs->dir, "maps", O_RDONLY | O_CLOEXEC);
	if (procfs->maps < 0)
		goto failed;
	file_read(procfs->dir, "auxv", &procfs->auxv);
	*self = procfs;
	return 0;

failed:
	explain_open(pid, err);
	procfs_close(procfs);
	return -1;
}

static bool is_new_auxv(const struct procfs *procfs)
{
	struct file_text now;
	bool is_new;

	is_new = !file_read(procfs->dir, "auxv", &now) && procfs->auxv.len &&
		 now.len && (now.len != procfs->auxv.len ||
		 memcmp(now.data, procfs->auxv.data, now.len) != 0);
	file_free(&now);
	return is_new;
}

/*
 * Called when the files have been read: an mm that is still in use has been
 * so all along, so what was read is of it.
 */
static int check_binding(const struct procfs *procfs, bool has_areas,
			 struct error *err)
{
	struct stat_line stat;

	if (stat_read(procfs->dir, &stat) || stat.state == 'Z' ||
	    stat.state == 'X')
		return error_set(err, ERR_GONE, "process %d has ended",
				 procfs->pid);
	/* A process may have unmapped all it had: then both are empty. */
	if ((!probe_maps(procfs->maps) && has_areas) || is_new_auxv(procfs))
		return error_set(err, ERR_EXEC,
				 "process %d runs another program now",
				 procfs->pid);
	return 0;
}

static bool has_areas_now(const struct procfs *procfs)
{
	int fd = openat(procfs->dir, "maps", O_RDONLY | O_CLOEXEC);
	bool has = fd >= 0 && probe_maps(fd);

	if (fd >= 0)
		close(fd);
	return has;
}

static int procfs_take(void *self, const struct take *take,
		       struct snapshot *snap, struct error *err)
{
	struct procfs *procfs = self;
	struct error why;
	int ret;

	ret = procfs_read(procfs->dir, take, snap, err);
	/* Exit and exec explain whatever went wrong, or make it worthless. */
	if (check_binding(procfs, snap->has_vmas ? snap->nr_vmas > 0 :
			  has_areas_now(procfs), &why)) {
		*err = why;
		return -1;
	}
	return ret;
}

const struct source_ops procfs_source = {
	.kind = SOURCE_PROC,
	.name = "proc",
	.open = procfs_open,
	.take = procfs_take,
	.close = procfs_close,
};
