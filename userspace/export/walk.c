// SPDX-License-Identifier: GPL-2.0
#include "export/walk.h"

#include "export/json.h"

static const char *const forms[] = {
	[ENTRY_IS_NONE] = "none", [ENTRY_IS_TABLE] = "table",
	[ENTRY_IS_PAGE] = "page", [ENTRY_IS_ABSENT] = "absent",
	[ENTRY_IS_UNKNOWN] = "unknown",
};

static void write_hex(struct json *json, const char *key, bool has,
		      uint64_t value)
{
	if (has)
		json_hex(json, key, value);
	else
		json_null(json, key);
}

static void write_bits(struct json *json, const struct snapshot *snap,
		       unsigned int level)
{
	struct entry_bit bits[ENTRY_BITS_MAX];
	size_t nr = entry_bits(snap->machine, snap->entry, level, bits);

	json_open_array(json, "bits");
	for (size_t i = 0; i < nr; i++) {
		json_open_object(json, NULL);
		json_text(json, "name", bits[i].name);
		json_text(json, "long_name", bits[i].long_name);
		json_u64(json, "first", bits[i].first);
		json_u64(json, "last", bits[i].last);
		if (!bits[i].known)
			json_null(json, "value");
		else if (bits[i].first == bits[i].last)
			json_u64(json, "value", bits[i].value);
		else
			json_hex(json, "value", bits[i].value);
		json_text(json, "meaning", bits[i].meaning);
		json_close_object(json);
	}
	json_close_array(json);
}

static void write_level(struct json *json, const struct snapshot *snap,
			unsigned int i)
{
	const struct entry_level *at = &snap->entry->levels[i];

	json_open_object(json, NULL);
	json_text(json, "level", levels[at->level].name);
	json_u64(json, "shift", at->shift);
	json_u64(json, "index", at->index);
	json_u64(json, "entries", at->entries);
	write_hex(json, "table", at->has_table, at->table);
	json_hex(json, "raw", at->raw & at->raw_mask);
	json_hex(json, "raw_mask", at->raw_mask);
	json_text(json, "form",
		  forms[entry_form(snap->machine, snap->entry, i)]);
	write_bits(json, snap, i);
	json_close_object(json);
}

/* Kind and flags; and the frame, for those who may see it. */
static void write_page(struct json *json, const struct snapshot *snap)
{
	const struct entry_walk *walk = snap->entry;
	enum page_kind kind = PAGE_KIND(walk->state);
	enum page_kind last = PAGE_KIND_NR - 1;
	bool has_frame = walk->has_frame && !walk->is_token;
	bool is_present = kind <= last && page_has_frame(walk->state) &&
			  kind != PAGE_SWAP && kind != PAGE_MIGRATION &&
			  kind != PAGE_DEVICE && kind != PAGE_HWPOISON &&
			  kind != PAGE_ABSENT;

	json_text(json, "state", kind <= last ? page_kinds[kind].name : "?");
	page_flags_json_write(json, "flags", walk->state);
	page_flags_json_write(json, "known_flags", walk->has);
	write_hex(json, "frame", has_frame, walk->frame);
	write_hex(json, "token", walk->has_frame && walk->is_token,
		  walk->frame);
	write_hex(json, "physical_address", has_frame && is_present,
		  walk->frame * snap->page_size +
		  walk->address % snap->page_size);
}

int walk_json_write(const struct snapshot *snap, bool pretty, FILE *out)
{
	const struct entry_walk *walk = snap->entry;
	struct json json;
	char end[300];

	json_begin(&json, out, pretty);
	json_open_object(&json, NULL);
	snapshot_json_head(&json, snap);
	json_hex(&json, "address", walk->address);
	if (*walk->symbol)
		json_text(&json, "symbol", walk->symbol);
	else
		json_null(&json, "symbol");
	if (walk->in_vma) {
		json_open_object(&json, "vma");
		json_hex(&json, "start", walk->vma_start);
		json_hex(&json, "end", walk->vma_end);
		json_close_object(&json);
	} else {
		json_null(&json, "vma");
	}
	write_page(&json, snap);
	entry_end(snap->machine, walk, end, sizeof(end));
	json_text(&json, "end", end);
	json_open_array(&json, "levels");
	for (unsigned int i = 0; i < walk->nr_levels; i++)
		write_level(&json, snap, i);
	json_close_array(&json);
	json_close_object(&json);
	return json_end(&json);
}
