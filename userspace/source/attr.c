// SPDX-License-Identifier: GPL-2.0
/* See attr.h. */
#include "source/attr.h"

#include <libmnl/libmnl.h>
#include <string.h>

/* An attribute behind the last one known is a newer module's: skipped. */
struct table {
	const struct nlattr **attr;
	uint16_t max;
};

static int put_in_table(const struct nlattr *attr, void *data)
{
	const struct table *table = data;
	uint16_t type = mnl_attr_get_type(attr);

	if (type <= table->max)
		table->attr[type] = attr;
	return MNL_CB_OK;
}

void attr_nest(const struct nlattr *nest, const struct nlattr **attr,
	       uint16_t max)
{
	struct table table = { .attr = attr, .max = max };

	memset(attr, 0, (max + 1) * sizeof(*attr));
	mnl_attr_parse_nested(nest, put_in_table, &table);
}

bool attr_u32(const struct nlattr *attr, uint32_t *v)
{
	if (!attr || mnl_attr_get_payload_len(attr) < sizeof(*v))
		return false;
	*v = mnl_attr_get_u32(attr);
	return true;
}

bool attr_u64(const struct nlattr *attr, uint64_t *v)
{
	if (!attr || mnl_attr_get_payload_len(attr) < sizeof(*v))
		return false;
	*v = mnl_attr_get_u64(attr);
	return true;
}

void attr_text(const struct nlattr *attr, char *out, size_t size)
{
	size_t len;

	out[0] = '\0';
	if (!attr)
		return;
	len = strnlen(mnl_attr_get_payload(attr),
		      mnl_attr_get_payload_len(attr));
	if (len >= size)
		len = size - 1;
	memcpy(out, mnl_attr_get_payload(attr), len);
	out[len] = '\0';
}
