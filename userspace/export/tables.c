// SPDX-License-Identifier: GPL-2.0
#include "export/tables.h"

#include "export/json.h"
#include "figure/tables.h"

static void write_levels(struct json *json, const struct area_tables *tables)
{
	json_open_array(json, "levels");
	for (int l = LEVEL_NR - 1; l >= 0; l--) {
		if (!tables->tables[l] && !tables->used[l])
			continue;
		json_open_object(json, NULL);
		json_text(json, "level", levels[l].name);
		json_u64(json, "tables", tables->tables[l]);
		json_u64(json, "used", tables->used[l]);
		json_u64(json, "pages", tables->pages[l]);
		json_close_object(json);
	}
	json_close_array(json);
}

static void write_area(struct json *json, const struct snapshot *snap,
		       const struct area_tables *area)
{
	json_open_object(json, NULL);
	json_hex(json, "start", area->start);
	json_hex(json, "end", area->end);
	json_u64(json, "bytes", tables_bytes(snap->tables, area));
	json_u64(json, "mapped_bytes", tables_mapped_bytes(snap, area));
	json_u64(json, "deposited", area->deposited);
	write_levels(json, area);
	json_close_object(json);
}

int tables_json_write(const struct snapshot *snap, bool pretty, FILE *out)
{
	const struct table_list *list = snap->tables;
	struct area_tables sum;
	struct json json;

	table_list_sum(list, 0, UINT64_MAX, &sum);
	json_begin(&json, out, pretty);
	json_open_object(&json, NULL);
	snapshot_json_head(&json, snap);
	json_u64(&json, "table_size_bytes", list->table_size);
	json_u64(&json, "entries", list->entries);
	json_u64(&json, "total_bytes", tables_bytes(list, &sum));
	json_u64(&json, "counted_bytes", tables_counted_bytes(list, &sum));
	if (mm_has(&snap->mm, MM_PGTABLES_BYTES))
		json_u64(&json, "pgtables_bytes",
			 snap->mm.v[MM_PGTABLES_BYTES]);
	else
		json_null(&json, "pgtables_bytes");
	json_u64(&json, "deposited", sum.deposited);
	write_levels(&json, &sum);
	json_open_array(&json, "areas");
	for (size_t i = 0; i < list->nr_areas; i++)
		write_area(&json, snap, &list->areas[i]);
	json_close_array(&json);
	json_close_object(&json);
	return json_end(&json);
}
