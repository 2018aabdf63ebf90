// SPDX-License-Identifier: GPL-2.0
/*
 * The snapshot in JSON. SCHEMA_VERSION goes up when a key changes its meaning
 * or goes away; a new key does not change it.
 */
#include "export/json.h"

#include "model/region.h"
#include "model/rss.h"
#include "util/json.h"

#define SCHEMA_VERSION	1

static void write_provenance(struct json *json, const struct snapshot *snap)
{
	const struct provenance *from = &snap->from;
	unsigned int i;

	json_text(json, "source",
		  from->source == SOURCE_NETLINK ? "netlink" : "proc");
	json_text(json, "reason", from->reason);
	json_bool(json, "coherent", from->coherent);
	json_bool(json, "truncated", from->truncated ||
		  (snap->pages && snap->pages->truncated));
	json_u64(json, "retries", from->retries);
	json_text(json, "kernel", from->kernel);
	if (from->module[0])
		json_text(json, "module", from->module);
	else
		json_null(json, "module");
	json_i64(json, "taken_ns", from->taken_ns);
	json_i64(json, "duration_ns", from->duration_ns);
	json_open_array(json, "notes");
	for (i = 0; i < from->nr_notes; i++)
		json_text(json, NULL, from->notes[i]);
	json_close_array(json);
}

static void write_task(struct json *json, const struct task *task)
{
	bool limited = task->rlimit_stack != UINT64_MAX;

	json_open_object(json, "task");
	json_i64(json, "pid", task->pid);
	json_i64(json, "tgid", task->tgid);
	json_text(json, "comm", task->comm);
	if (task->exe)
		json_text(json, "exe", task->exe);
	else
		json_null(json, "exe");
	json_known(json, "threads", task->threads, task->threads);
	if (task->has_rlimit_stack && !limited)
		json_text(json, "rlimit_stack_bytes", "unlimited");
	else
		json_known(json, "rlimit_stack_bytes",
			   task->has_rlimit_stack, task->rlimit_stack);
	json_close_object(json);
}

static void write_mm_field(struct json *json, const struct snapshot *snap,
			   enum mm_field field)
{
	const struct mm_field_info *info = &mm_fields[field];
	bool has = mm_has(&snap->mm, field);
	uint64_t value = snap->mm.v[field];
	char key[64];

	switch (info->unit) {
	case MM_ADDRESS:
		if (has)
			json_hex(json, info->name, value);
		else
			json_null(json, info->name);
		break;
	case MM_PAGES:
		snprintf(key, sizeof(key), "%s_bytes", info->name);
		json_known(json, key, has, value * snap->page_size);
		break;
	case MM_BYTES:	/* has its unit in its name already */
	case MM_COUNT:
		json_known(json, info->name, has, value);
		break;
	case MM_BOOL:
		if (has)
			json_bool(json, info->name, value);
		else
			json_null(json, info->name);
		break;
	}
}

static void write_mm(struct json *json, const struct snapshot *snap)
{
	int f;

	json_open_object(json, "mm");
	for (f = 0; f < MM_NR; f++)
		write_mm_field(json, snap, f);
	json_close_object(json);
}

static void write_flags(struct json *json, const struct vma *vma)
{
	int f;

	if (vma->has_flags) {
		json_open_array(json, "flags");
		for (f = 0; f < VF_NR; f++)
			if (vma->flags & VF_BIT(f))
				json_text(json, NULL, vma_flags[f].name);
		json_close_array(json);
	} else {
		json_null(json, "flags");
	}
	if (vma->has_kernel_flags)
		json_hex(json, "kernel_flags", vma->kernel_flags);
	else
		json_null(json, "kernel_flags");
}

static void write_object(struct json *json, const struct object *object)
{
	char dev[32];

	if (!object) {
		json_null(json, "object");
		return;
	}
	json_open_object(json, "object");
	json_text(json, "name", object->name);
	if (object->kind == OBJECT_FILE) {
		json_text(json, "kind", "file");
		snprintf(dev, sizeof(dev), "%02x:%02x", object->dev_major,
			 object->dev_minor);
		json_text(json, "dev", dev);
		json_u64(json, "inode", object->inode);
		if (object->deleted == NOT_KNOWN)
			json_null(json, "deleted");
		else
			json_bool(json, "deleted", object->deleted == YES);
	} else {
		json_text(json, "kind", "special");
	}
	json_close_object(json);
}

static void write_vma(struct json *json, const struct snapshot *snap,
		      const struct vma *vma)
{
	char perms[5] = "---p";
	int c;

	if (vma->flags & VF_BIT(VF_READ))
		perms[0] = 'r';
	if (vma->flags & VF_BIT(VF_WRITE))
		perms[1] = 'w';
	if (vma->flags & VF_BIT(VF_EXEC))
		perms[2] = 'x';
	if (vma->flags & VF_BIT(VF_MAYSHARE))
		perms[3] = 's';

	json_open_object(json, NULL);
	json_hex(json, "start", vma->start);
	json_hex(json, "end", vma->end);
	json_u64(json, "size_bytes", vma_size(vma));
	json_text(json, "perms", perms);
	write_flags(json, vma);
	json_known(json, "offset_bytes", vma->has_pgoff,
		   vma->pgoff * snap->page_size);
	json_text(json, "region", regions[vma->region].name);
	write_object(json, vma->object);
	json_open_object(json, "counts_bytes");
	for (c = 0; c < RES_NR; c++)
		json_known(json, res_counts[c].name, res_has(&vma->res, c),
			   res_bytes(&vma->res, c, snap->page_size));
	json_close_object(json);
	json_close_object(json);
}

void snapshot_json_head(struct json *json, const struct snapshot *snap)
{
	json_u64(json, "schema_version", SCHEMA_VERSION);
	write_provenance(json, snap);
	json_u64(json, "page_size_bytes", snap->page_size);
	json_known(json, "table_levels", snap->table_levels,
		   snap->table_levels);
	json_known(json, "pmd_size_bytes", snap->pmd_size, snap->pmd_size);
	write_task(json, &snap->task);
}

/* The kernel's counters, and what the counts of all areas come to. */
static void write_rss(struct json *json, const struct snapshot *snap)
{
	struct rss_truth truths[RSS_NR];
	int kind;

	rss_compare(snap, truths);
	json_open_object(json, "rss");
	for (kind = 0; kind < RSS_NR; kind++) {
		const struct rss_truth *truth = &truths[kind];

		json_open_object(json, rss_kinds[kind]);
		json_known(json, "counter_bytes", truth->has_counter,
			   truth->counter);
		json_known(json, "walk_bytes", truth->has_walk, truth->walk);
		if (truth->reason)
			json_text(json, "reason", truth->reason);
		else
			json_null(json, "reason");
		json_close_object(json);
	}
	json_close_object(json);
}

int snapshot_json_write(const struct snapshot *snap, bool pretty, FILE *out)
{
	struct json json;
	size_t i;

	json_begin(&json, out, pretty);
	json_open_object(&json, NULL);
	snapshot_json_head(&json, snap);
	write_mm(&json, snap);
	if (snap->has_vmas) {
		write_rss(&json, snap);
		json_open_array(&json, "vmas");
		for (i = 0; i < snap->nr_vmas; i++)
			write_vma(&json, snap, &snap->vmas[i]);
		json_close_array(&json);
	}
	json_close_object(&json);
	return json_end(&json);
}

void page_flags_json_write(struct json *json, const char *key, uint32_t flags)
{
	json_open_array(json, key);
	for (size_t i = 0; i < nr_page_flags; i++)
		if (flags & page_flags[i].flag)
			json_text(json, NULL, page_flags[i].name);
	json_close_array(json);
}
