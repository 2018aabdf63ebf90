/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Netlink attributes that may be anything: each is looked at before it is
 * believed.
 */
#ifndef VMAVIEW_SOURCE_ATTR_H
#define VMAVIEW_SOURCE_ATTR_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* attr[type] for every type up to max that is in the nest, else NULL. */
void attr_nest(const struct nlattr *nest, const struct nlattr **attr,
	       uint16_t max);

/* False when the attribute is NULL or too short for the number. */
bool attr_u32(const struct nlattr *attr, uint32_t *v);
bool attr_u64(const struct nlattr *attr, uint64_t *v);

/* Copies text that may lack its NUL; cut at size. "" where attr is NULL. */
void attr_text(const struct nlattr *attr, char *out, size_t size);

#endif
